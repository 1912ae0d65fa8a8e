//! Score cards: the card, results, evaluation from form, counts and SQL, what-if, publication, appeal and repair.

use super::form;
use super::register::Name;
use super::seat::{Asked, May, Seat, next, simulated};
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use axum::Json;
use axum::extract::Path;
use books::access::Action;
use books::pack::ScoreCard;
use books::score::{
    self, Answer, Given as GivenOf, Subject, Way, contest as contested, counts, evaluate as evaluated,
    publish as published, questions,
};
use books::{Doc, List, register::Reader};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn card<'a>(seat: &'a Seat, (pack, name): &Name) -> ApiResult<&'a ScoreCard> {
    let id = format!("{pack}/{name}");
    seat.target(&format!("score:{id}"))?;
    seat.packs()
        .scores
        .get(&id)
        .ok_or_else(|| ApiError::not_found(format!("没有评分“{id}”"), format!("there is no score card {id}")))
}

/// `GET /score/{pack}/{name}`
pub async fn schema(seat: Seat, Path(name): Path<Name>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &name)?;
    let may = seat.may(Action::Read, &c.room(), "").await?;
    let mut shown = json!(c);
    shown["fields"] = form::fields(&seat, &name.0, &c.fields).into();
    shown["subject"] = books::pack::Packs::name(&name.0, &c.subject).into();
    shown["hidden"] = json!(may.decision.hidden);
    shown["may"] = json!(seat.actions(&may.target));
    shown["room"] = seat.room_title(&c.id);
    Ok(Json(shown))
}

/// `GET …/results`
pub async fn results(seat: Seat, Path(name): Path<Name>, Q(asked): Q<Asked>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &name)?;
    let may = seat.may(Action::Read, &c.room(), "").await?;
    let mut list = asked.fill(List::of(c.room(), may.decision.scope.clone()), &[], &may)?;
    list.descending = true;
    let docs = seat.books()?.list(&list).await?;
    let to = format!("register:{}", books::pack::Packs::name(&name.0, &c.subject));
    let ids = docs.iter().map(|d| d.text("subject")).collect();
    let names = form::named(&seat, &to, &ids).await?;
    let rows: Vec<Value> = docs
        .iter()
        .map(|d| {
            json!({"id": d.id, "version": d.version, "at": d.at, "subject": d.text("subject"), "name": names.get(d.text("subject")),
                "from": d.text("from"), "to": d.text("to"), "state": d.text("_state"), "points": d.body.get("points"),
                "grade": d.body.get("grade"), "title": d.body.get("title"), "colour": d.body.get("colour"), "simulated": simulated(d)})
        })
        .collect();
    Ok(Json(json!({"rows": rows, "next": next(&list, &docs)})))
}

/// `GET …/results/{id}`
pub async fn result(seat: Seat, Path((pack, name, id)): Path<(String, String, String)>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &(pack, name))?;
    let (may, doc) = seat.record(&c.room(), &id, None).await?;
    let mut body = doc.body.clone();
    may.decision.hide(&mut body);
    let history = score::history(seat.books()?, c, &id).await?;
    Ok(Json(
        json!({"id": doc.id, "version": doc.version, "at": doc.at, "body": body, "history": history}),
    ))
}

/// Who is evaluated, with what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asks {
    subject: Subject,
    #[serde(default)]
    form: Map<String, Value>,
    /// Item or veto → assumed value.
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    keep: bool,
    #[serde(default)]
    reason: String,
}

/// The subject's own record says whose law counts and whether it is in the person's scope.
async fn place(seat: &Seat, c: &ScoreCard, may: &May, action: Action, subject: &mut Subject) -> ApiResult<()> {
    let pack = c.id.split('/').next().unwrap_or("");
    let room = format!("register:{}", books::pack::Packs::name(pack, &c.subject));
    let doc = seat.books()?.get(&room, &subject.id).await?.ok_or_else(|| {
        ApiError::not_found(
            format!("评价对象“{}”不在名录中", subject.id),
            format!("the subject {} is in no register", subject.id),
        )
        .at(room.clone())
    })?;
    let own = Doc {
        body: json!({"_division": doc.text("_division"), "_owner": subject.id}),
        ..doc.clone()
    };
    seat.hold(action, may, &own).await?;
    if subject.division.is_empty() {
        subject.division = doc.text("_division").chars().take(6).collect();
    }
    Ok(())
}

/// Answers of an evaluation that come from the books (counts) and from observations (SQL).
async fn answers(seat: &Seat, c: &ScoreCard, subject: &Subject) -> ApiResult<BTreeMap<String, Answer>> {
    let mut all = counts(seat.books()?, c, subject).await?;
    for q in questions(c) {
        let literal = |t: &str| format!("'{}'", t.replace('\'', "''"));
        let sql = q
            .sql
            .replace("$subject", &literal(&subject.id))
            .replace("$from", &literal(&subject.from))
            .replace("$to", &literal(&subject.to));
        let app = seat.app.clone();
        let found = blocking(move || Ok(app.lake.rows(&sql, &lake::View::default()))).await?;
        let answer = match found {
            Ok(rows) => Answer {
                value: rows.first().and_then(|r| r.values().next()).and_then(|v| match v {
                    Value::Null => None,
                    Value::String(s) => Some(s.clone()),
                    other => Some(other.to_string()),
                }),
                ..Answer::default()
            },
            // Not known is not scored; the reason stands with the item.
            Err(e) => Answer {
                notes: vec![::figure::Text::new(
                    format!("查询没有结果：{e}"),
                    format!("the question failed: {e}"),
                )],
                ..Answer::default()
            },
        };
        all.insert(q.id, answer);
    }
    Ok(all)
}

async fn prepared(
    seat: &Seat,
    c: &ScoreCard,
    may: &May,
    action: Action,
    asks: &mut Asks,
) -> ApiResult<BTreeMap<String, Answer>> {
    place(seat, c, may, action, &mut asks.subject).await?;
    let pack = c.id.split('/').next().unwrap_or("");
    let reader = Reader::of_fields(seat.packs(), pack, &c.fields, &seat.law, seat.today);
    asks.form = reader.given(&asks.form).map_err(books::Error::Fields)?;
    asks.form.retain(|_, v| !v.is_null());
    answers(seat, c, &asks.subject).await
}

/// `POST …/evaluate`: a card evaluated; kept as draft if `keep`.
pub async fn evaluate(seat: Seat, Path(name): Path<Name>, Json(mut asks): Json<Asks>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &name)?;
    let action = if asks.keep { Action::Write } else { Action::Read };
    let may = seat.may(action, &c.room(), &asks.subject.id).await?;
    let answers = prepared(&seat, c, &may, action, &mut asks).await?;
    let given = GivenOf {
        law: &seat.law,
        subject: &asks.subject,
        form: &asks.form,
        answers: &answers,
    };
    let e = evaluated(c, &given)?;
    if asks.keep {
        score::keep(seat.books()?, c, &seat.law, &e, seat.author(&asks.reason)).await?;
    }
    let id = score::id(&asks.subject.id, &asks.subject.from, &asks.subject.to);
    Ok(Json(json!({"id": id, "kept": asks.keep, "evaluation": e})))
}

/// `POST …/simulate`: what if.
pub async fn simulate(seat: Seat, Path(name): Path<Name>, Json(mut asks): Json<Asks>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &name)?;
    let may = seat.may(Action::Read, &c.room(), &asks.subject.id).await?;
    let answers = prepared(&seat, c, &may, Action::Read, &mut asks).await?;
    let given = GivenOf {
        law: &seat.law,
        subject: &asks.subject,
        form: &asks.form,
        answers: &answers,
    };
    Ok(Json(json!(score::simulate(c, &given, &asks.values)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    id: String,
    expect: i64,
    #[serde(default)]
    reason: String,
}

/// `POST …/publish`: from draft to notice, from notice to published.
pub async fn publish(seat: Seat, Path(name): Path<Name>, Json(p): Json<Publication>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &name)?;
    let may = seat.may(Action::Publish, &c.room(), &p.id).await?;
    let doc = seat
        .books()?
        .get(&c.room(), &p.id)
        .await?
        .unwrap_or_else(|| Doc::new(&c.room(), &p.id));
    seat.hold(Action::Publish, &may, &doc).await?;
    let events = published(seat.books()?, c, &p.id, p.expect, seat.author(&p.reason)).await?;
    Ok(Json(json!({"version": events.first().map(|e| e.version)})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contest {
    id: String,
    way: Way,
    /// The case that was opened for it.
    case: String,
    #[serde(default)]
    reason: String,
}

/// `POST …/contest`: an appeal or a repair by its case. Whoever may take steps of that procedure may.
pub async fn contest(seat: Seat, Path(name): Path<Name>, Json(g): Json<Contest>) -> ApiResult<Json<Value>> {
    let c = card(&seat, &name)?;
    let (_, _) = seat.record(&c.room(), &g.id, None).await?;
    let procedure = match g.way {
        Way::Appeal => &c.appeal,
        Way::Repair => &c.repair,
    };
    let procedure = procedure.as_ref().map(|p| books::pack::Packs::name(&name.0, p));
    let none = || ApiError::bad("该评分没有规定这种程序。", "this card has no such procedure");
    let room = format!("case:{}", procedure.ok_or_else(none)?);
    seat.may(Action::Take, &room, &g.case).await?;
    contested(seat.books()?, c, &g.id, g.way, &g.case, seat.author(&g.reason)).await?;
    Ok(Json(json!({"ok": true})))
}
