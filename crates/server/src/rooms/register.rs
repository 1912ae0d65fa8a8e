//! A register and its records.

use super::form;
use super::seat::{Asked, May, Seat, next, simulated};
use crate::error::{ApiError, ApiResult, Q};
use axum::Json;
use axum::extract::Path;
use books::access::{Action, MASK};
use books::pack::Register;
use books::register::{Desk, links_to, validate};
use books::{Doc, Error};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// `pack` and `name` of a path.
pub type Name = (String, String);

fn register<'a>(seat: &'a Seat, (pack, name): &Name) -> ApiResult<&'a Register> {
    let id = format!("{pack}/{name}");
    seat.target(&format!("register:{id}"))?;
    seat.packs()
        .registers
        .get(&id)
        .ok_or_else(|| ApiError::not_found(format!("没有名录“{id}”"), format!("there is no register {id}")))
}

/// `GET /register/{pack}/{name}`: what the page is built from.
pub async fn schema(seat: Seat, Path(name): Path<Name>) -> ApiResult<Json<Value>> {
    let r = register(&seat, &name)?;
    let may = seat.may(Action::Read, &r.room(), "").await?;
    Ok(Json(json!({
        "id": r.id, "pack": name.0, "room": seat.room_title(&r.id), "title": r.title, "note": r.note, "label": r.label, "key": r.key, "name": r.name,
        "division": r.division, "owner": r.owner, "state": r.state, "table": r.table(), "published": r.published,
        "fields": form::fields(&seat, &name.0, &r.fields), "rules": r.rules, "hidden": may.decision.hidden,
        "may": seat.actions(&may.target), "source": format!("packs/{}/registers/{}.toml", name.0, name.1),
    })))
}

fn row(desk: &Desk, may: &May, doc: &Doc) -> (Map<String, Value>, Value) {
    let mut fields = desk.fields_of(doc);
    may.cover(&mut fields);
    let head =
        json!({"id": doc.id, "version": doc.version, "at": doc.at, "simulated": simulated(doc), "gone": doc.gone()});
    (fields, head)
}

/// `GET …/records`: one page.
pub async fn list(seat: Seat, Path(name): Path<Name>, Q(asked): Q<Asked>) -> ApiResult<Json<Value>> {
    let r = register(&seat, &name)?;
    let may = seat.may(Action::Read, &r.room(), "").await?;
    let desk = seat.desk(&r.id)?;
    let list = asked.fill(desk.list(may.decision.scope.clone()), &r.fields, &may)?;
    let docs = seat.books()?.list(&list).await?;
    let rows: Vec<(Map<String, Value>, Value)> = docs.iter().map(|d| row(&desk, &may, d)).collect();
    let maps: Vec<&Map<String, Value>> = rows.iter().map(|(m, _)| m).collect();
    let names = form::names(&seat, &name.0, &r.fields, &maps, &may).await?;
    let count = match asked.count {
        true => Some(seat.books()?.count(&list).await?),
        false => None,
    };
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(fields, mut head)| {
            head["fields"] = fields.into();
            head
        })
        .collect();
    Ok(Json(
        json!({"rows": rows, "names": names, "next": next(&list, &docs), "count": count}),
    ))
}

#[derive(Deserialize)]
pub struct Reveal {
    /// What personal data are looked at for; none: they stay hidden.
    reveal: Option<String>,
    /// As it was known at an instant, milliseconds of UTC.
    at: Option<i64>,
}

/// `GET …/records/{id}`
pub async fn one(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Q(q): Q<Reveal>,
) -> ApiResult<Json<Value>> {
    let r = register(&seat, &(pack.clone(), name))?;
    let (may, mut doc) = seat.record(&r.room(), &id, q.reveal.as_deref()).await?;
    if let Some(at) = q.at {
        let missing = || Error::Missing {
            room: r.room(),
            id: id.clone(),
        };
        doc = seat.books()?.as_known(&r.room(), &id, at).await?.ok_or_else(missing)?;
    }
    let desk = seat.desk(&r.id)?;
    let (fields, mut head) = row(&desk, &may, &doc);
    head["names"] = form::names(&seat, &pack, &r.fields, &[&fields], &may).await?;
    head["title"] = match may.hides(&r.name) {
        true => Value::Null,
        false => doc.text(&r.name).into(),
    };
    head["fields"] = fields.into();
    head["hidden"] = json!(may.decision.hidden);
    Ok(Json(head))
}

/// `GET …/records/{id}/history`
pub async fn history(seat: Seat, Path((pack, name, id)): Path<(String, String, String)>) -> ApiResult<Json<Value>> {
    let r = register(&seat, &(pack, name))?;
    let (may, _) = seat.record(&r.room(), &id, None).await?;
    let mut steps = seat.desk(&r.id)?.history(&id).await?;
    for m in steps
        .iter_mut()
        .flat_map(|s| &mut s.moved)
        .filter(|m| may.hides(&m.field))
    {
        for value in [&mut m.from, &mut m.to] {
            if !value.is_null() {
                *value = MASK.into();
            }
        }
    }
    Ok(Json(json!(steps)))
}

/// `GET …/records/{id}/links`: the records that point here, of rooms that the person may read.
pub async fn links(seat: Seat, Path((pack, name, id)): Path<(String, String, String)>) -> ApiResult<Json<Value>> {
    let r = register(&seat, &(pack, name))?;
    seat.record(&r.room(), &id, None).await?;
    let links = links_to(seat.books()?, seat.packs(), &r.id, &id).await?;
    let seen = links.into_iter().filter_map(|mut l| {
        let target = seat.target(&l.room).ok()?;
        let field = match l.room.split_once(':') {
            Some(("register", id)) => seat.packs().registers.get(id).map(|r| r.name.as_str()),
            Some((_, id)) => seat.packs().procedures.get(id).map(|p| p.name.as_str()),
            None => None,
        };
        if field.is_some_and(|f| target.personal.iter().any(|p| p == f)) {
            l.name = MASK.into();
        }
        seat.can(Action::Read, &target)
            .then(|| json!({"link": l, "title": target.title}))
    });
    Ok(Json(seen.collect()))
}

/// What a form gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    reason: String,
}

impl Given {
    /// A hidden field that comes back covered was not touched.
    fn open(mut self) -> Self {
        self.fields.retain(|_, v| v.as_str() != Some(MASK));
        self
    }
}

/// `POST …/records`: a new one.
pub async fn add(seat: Seat, Path(name): Path<Name>, Json(given): Json<Given>) -> ApiResult<Json<Value>> {
    save(seat, name, None, given.open()).await
}

/// `PUT …/records/{id}` with `If-Match`: the version that was read.
pub async fn change(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Json(given): Json<Given>,
) -> ApiResult<Json<Value>> {
    save(seat, (pack, name), Some(id), given.open()).await
}

async fn save(seat: Seat, name: Name, id: Option<String>, given: Given) -> ApiResult<Json<Value>> {
    let r = register(&seat, &name)?;
    let at = id.as_deref().unwrap_or("");
    let may = seat.may(Action::Write, &r.room(), at).await?;
    let desk = seat.desk(&r.id)?.within(may.decision.scope.clone());
    let expect = seat.expect()?;
    match desk
        .save(id.as_deref(), expect, &given.fields, seat.author(&given.reason))
        .await
    {
        Ok(saved) => Ok(Json(json!(saved))),
        Err(Error::Fields(faults)) if id.is_none() => {
            // All that is wrong at once, also what only the whole shows.
            let all = validate(seat.packs(), r, &seat.law, seat.today, &given.fields)
                .err()
                .unwrap_or_default();
            let all = if all.len() > faults.len() { all } else { faults };
            Err(Error::Fields(all).into())
        }
        Err(e @ Error::Conflict { .. }) => {
            let clashes = desk.clashes(at, expect.unwrap_or(0), &given.fields).await?;
            let mut clashes = json!(clashes);
            for c in clashes.as_array_mut().into_iter().flatten() {
                if c["field"].as_str().is_some_and(|f| may.hides(f)) {
                    (c["was"], c["now"]) = (MASK.into(), MASK.into());
                }
            }
            let last = seat.books()?.history(&r.room(), at).await?.pop();
            let by = last
                .map(|e| json!({"actor": e.author.actor, "at": e.at, "version": e.version, "reason": e.author.reason}));
            Err(ApiError::from(e).with("clashes", clashes).with("last", json!(by)))
        }
        Err(e) => Err(seat.answer(Action::Write, &may, at, e).await),
    }
}

/// `POST …/check`: what is wrong with a form so far; nothing is kept.
pub async fn check(seat: Seat, Path(name): Path<Name>, Json(given): Json<Given>) -> ApiResult<Json<Value>> {
    let r = register(&seat, &name)?;
    seat.may(Action::Write, &r.room(), "").await?;
    let given = given.open();
    let read = validate(seat.packs(), r, &seat.law, seat.today, &given.fields);
    Ok(Json(json!({"faults": read.err().unwrap_or_default()})))
}

/// Why something is done.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Why {
    pub reason: String,
}

/// `POST …/records/{id}/remove` with `If-Match`.
pub async fn remove(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Json(why): Json<Why>,
) -> ApiResult<Json<Value>> {
    let r = register(&seat, &(pack, name))?;
    let may = seat.may(Action::Remove, &r.room(), &id).await?;
    let desk = seat.desk(&r.id)?.within(may.decision.scope.clone());
    match desk.remove(&id, seat.expect()?, seat.author(&why.reason)).await {
        Ok(saved) => Ok(Json(json!(saved))),
        Err(e) => Err(seat.answer(Action::Remove, &may, &id, e).await),
    }
}

/// `POST …/records/{id}/restore`
pub async fn restore(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Json(why): Json<Why>,
) -> ApiResult<Json<Value>> {
    let r = register(&seat, &(pack, name))?;
    let may = seat.may(Action::Remove, &r.room(), &id).await?;
    let desk = seat.desk(&r.id)?.within(may.decision.scope.clone());
    match desk.restore(&id, seat.author(&why.reason)).await {
        Ok(saved) => Ok(Json(json!(saved))),
        Err(e) => Err(seat.answer(Action::Remove, &may, &id, e).await),
    }
}

/// Two records of one thing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Two {
    keep: String,
    drop: String,
    #[serde(default)]
    reason: String,
}

/// `POST …/merge`
pub async fn merge(seat: Seat, Path(name): Path<Name>, Json(two): Json<Two>) -> ApiResult<Json<Value>> {
    let r = register(&seat, &name)?;
    let may = seat.may(Action::Remove, &r.room(), &two.drop).await?;
    let desk = seat.desk(&r.id)?.within(may.decision.scope.clone());
    match desk.merge(&two.keep, &two.drop, seat.author(&two.reason)).await {
        Ok(saved) => Ok(Json(json!(saved))),
        Err(e) => Err(seat.answer(Action::Remove, &may, &two.drop, e).await),
    }
}

#[derive(Deserialize)]
pub struct Words {
    #[serde(default)]
    words: String,
}

/// `GET …/suggest?words=`: for the search box of a link field.
pub async fn suggest(seat: Seat, Path((pack, name)): Path<Name>, Q(q): Q<Words>) -> ApiResult<Json<Value>> {
    form::suggest(&seat, &format!("register:{pack}/{name}"), &q.words)
        .await
        .map(Json)
}

/// `GET /case/{pack}/{name}/suggest?words=`: the same for cases.
pub async fn suggest_case(seat: Seat, Path((pack, name)): Path<Name>, Q(q): Q<Words>) -> ApiResult<Json<Value>> {
    form::suggest(&seat, &format!("case:{pack}/{name}"), &q.words)
        .await
        .map(Json)
}
