//! A procedure and its cases: where each stands, what is due, what the person can do now, and doing it.

use super::form;
use super::register::Name;
use super::seat::{Asked, May, Seat, next, simulated};
use crate::error::{ApiError, ApiResult, Q};
use axum::Json;
use axum::extract::Path;
use books::access::{Action, MASK};
use books::pack::Procedure;
use books::procedure::{
    Attached, Case, HandOver, Person, Take, hand_over, light, moves_for, standing, take, take_many, terms,
};
use books::{Doc, Error, List};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub fn procedure<'a>(seat: &'a Seat, (pack, name): &Name) -> ApiResult<&'a Procedure> {
    let id = format!("{pack}/{name}");
    seat.target(&format!("case:{id}"))?;
    seat.packs()
        .procedures
        .get(&id)
        .ok_or_else(|| ApiError::not_found(format!("没有办理流程“{id}”"), format!("there is no procedure {id}")))
}

/// The person as procedures know them, with the scope that a decision gave.
fn person(seat: &Seat, may: &May) -> Person {
    Person {
        roles: seat.who.role_names(),
        scope: may.decision.scope.clone(),
    }
}

/// `GET /case/{pack}/{name}`: what the pages are built from.
pub async fn schema(seat: Seat, Path(name): Path<Name>) -> ApiResult<Json<Value>> {
    let p = procedure(&seat, &name)?;
    let may = seat.may(Action::Read, &p.room(), "").await?;
    let roles: BTreeSet<&String> = p.moves.iter().flat_map(|m| &m.roles).collect();
    let roles: Map<String, Value> = roles
        .into_iter()
        .map(|r| (r.clone(), json!(super::page::role_title(&seat, r))))
        .collect();
    let openers = match books::access::decide(&seat.shelf.policy, &seat.who, Action::Take, &may.target) {
        Ok(decision) => {
            let person = Person {
                roles: seat.who.role_names(),
                scope: decision.scope,
            };
            moves_for(p, None, &person, seat.who.actor())
        }
        Err(_) => vec![],
    };
    Ok(Json(json!({
        "id": p.id, "pack": name.0, "room": seat.room_title(&p.id), "title": p.title, "note": p.note, "label": p.label, "name": p.name,
        "division": p.division, "owner": p.owner, "fields": form::fields(&seat, &name.0, &p.fields),
        "states": p.states, "moves": p.moves, "deadlines": p.deadlines, "sheets": p.sheets, "roles": roles,
        "basis": p.basis, "openers": openers, "hidden": may.decision.hidden, "may": seat.actions(&may.target),
    })))
}

fn cover(may: &May, fields: &mut Map<String, Value>) {
    fields.retain(|k, _| !k.starts_with('_'));
    may.cover(fields);
}

fn head(seat: &Seat, p: &Procedure, case: &Case) -> Value {
    let light = light(p, case, &seat.law, seat.today);
    let open: Vec<_> = terms(p, case, &seat.law, seat.today)
        .into_iter()
        .filter(books::procedure::Term::open)
        .collect();
    let first = open.iter().filter(|t| t.by.is_some()).min_by_key(|t| t.by);
    json!({
        "id": case.doc.id, "version": case.doc.version, "at": case.doc.at, "state": case.state(),
        "simulated": simulated(&case.doc), "light": {"colour": light.colour, "word": light.word},
        "due": first.map(|t| json!({"title": t.title, "by": t.by, "days_left": t.days_left, "count": t.count,
            "light": t.light, "state": t.state, "provisional": t.provisional})),
        "division": case.doc.text("_division"), "ended": case.ended(p),
    })
}

fn listed(p: &Procedure, may: &May, asked: &Asked) -> ApiResult<List> {
    asked.fill(List::of(p.room(), may.decision.scope.clone()), &p.fields, may)
}

/// `GET …/cases`: one page.
pub async fn list(seat: Seat, Path(name): Path<Name>, Q(asked): Q<Asked>) -> ApiResult<Json<Value>> {
    let p = procedure(&seat, &name)?;
    let may = seat.may(Action::Read, &p.room(), "").await?;
    let list = listed(p, &may, &asked)?;
    let docs = seat.books()?.list(&list).await?;
    let mut rows = vec![];
    let mut maps = vec![];
    for doc in &docs {
        let case = Case::read(doc.clone());
        rows.push(head(&seat, p, &case));
        let mut fields = doc.body.as_object().cloned().unwrap_or_default();
        cover(&may, &mut fields);
        maps.push(fields);
    }
    let refs: Vec<&Map<String, Value>> = maps.iter().collect();
    let names = form::names(&seat, &name.0, &p.fields, &refs, &may).await?;
    for (row, fields) in rows.iter_mut().zip(maps) {
        row["fields"] = fields.into();
    }
    let count = match asked.count {
        true => Some(seat.books()?.count(&list).await?),
        false => None,
    };
    Ok(Json(
        json!({"rows": rows, "names": names, "next": next(&list, &docs), "count": count}),
    ))
}

#[derive(Deserialize)]
pub struct Reveal {
    reveal: Option<String>,
}

/// `GET …/cases/{id}`
pub async fn one(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Q(q): Q<Reveal>,
) -> ApiResult<Json<Value>> {
    let p = procedure(&seat, &(pack.clone(), name))?;
    let (may, doc) = seat.record(&p.room(), &id, q.reveal.as_deref()).await?;
    let case = Case::read(doc);
    let mut fields = case.doc.body.as_object().cloned().unwrap_or_default();
    cover(&may, &mut fields);
    let mut steps = vec![];
    for step in &case.steps {
        let mut given = step.fields.clone();
        may.cover(&mut given);
        let files: BTreeMap<&String, &Vec<Attached>> =
            step.files.iter().filter(|(paper, _)| !may.hides(paper)).collect();
        steps.push(
            json!({"no": step.no, "move": step.id, "to": step.to, "day": step.day, "by": step.by,
            "reason": step.reason, "fields": given, "files": files}),
        );
    }
    let take = books::access::decide(&seat.shelf.policy, &seat.who, Action::Take, &may.target);
    let offers = match take {
        Ok(decision) if decision.holds(&case.doc) => {
            let person = Person {
                roles: seat.who.role_names(),
                scope: decision.scope,
            };
            moves_for(p, Some(&case), &person, seat.who.actor())
        }
        _ => vec![],
    };
    let log: Vec<Value> = seat
        .books()?
        .history(&p.room(), &id)
        .await?
        .into_iter()
        .filter(|e| e.kind != "reveal" && e.kind != "refused")
        .map(|e| json!({"seq": e.seq, "version": e.version, "at": e.at, "actor": e.author.actor, "kind": e.kind, "reason": e.author.reason, "hash": e.hash}))
        .collect();
    let mut answer = head(&seat, p, &case);
    let whole = light(p, &case, &seat.law, seat.today);
    answer["names"] = form::names(&seat, &pack, &p.fields, &[&fields], &may).await?;
    answer["title"] = match may.hides(&p.name) {
        true => Value::Null,
        false => case.text(&p.name).into(),
    };
    answer["fields"] = fields.into();
    answer["hidden"] = json!(may.decision.hidden);
    answer["steps"] = steps.into();
    answer["hands"] = case.doc.body.get("_hands").cloned().unwrap_or_default();
    answer["terms"] = json!(terms(p, &case, &seat.law, seat.today));
    answer["light"] = json!(whole);
    answer["standing"] = json!(standing(p, &case, seat.today));
    answer["offers"] = json!(offers);
    answer["log"] = log.into();
    Ok(Json(answer))
}

/// A move to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    #[serde(default)]
    case: Option<String>,
    r#move: String,
    #[serde(default)]
    expect: Option<i64>,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    files: BTreeMap<String, Vec<Attached>>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    on: Option<NaiveDate>,
    /// Cases of a bulk move, each with the version that was read.
    #[serde(default)]
    cases: Vec<(String, Option<i64>)>,
}

impl Move {
    fn order(self, seat: &Seat, p: &Procedure, may: &May) -> Take {
        let mut fields = self.fields;
        fields.retain(|_, v| v.as_str() != Some(MASK));
        Take {
            procedure: p.id.clone(),
            case: self.case,
            step: self.r#move,
            expect: self.expect,
            fields,
            files: self.files,
            person: person(seat, may),
            on: self.on,
            simulated: false,
        }
    }
}

/// Whoever opens a case opens it in their own scope.
async fn opens(seat: &Seat, p: &Procedure, may: &May, fields: &Map<String, Value>) -> ApiResult<()> {
    if may.decision.scope.all {
        return Ok(());
    }
    let given = |name: &Option<String>| {
        let value = name.as_ref().and_then(|n| fields.get(n)).and_then(Value::as_str);
        value.unwrap_or("").trim().to_string()
    };
    let mut doc = Doc::new(&p.room(), "");
    let mut division = given(&p.division);
    if p.division.is_none() {
        // A procedure without divisions is for everybody who may take it at all.
        division = may.decision.scope.divisions.first().cloned().unwrap_or_default();
    }
    doc.body = json!({"_division": division, "_owner": given(&p.owner)});
    seat.hold(Action::Take, may, &doc).await
}

/// Whether every file that a move names is kept.
fn kept(seat: &Seat, files: &BTreeMap<String, Vec<Attached>>) -> ApiResult<()> {
    for f in files.values().flatten() {
        seat.app.evidence.file_entry(&f.hash).map_err(|_| {
            ApiError::bad(
                format!("附件“{}”没有上传成功，请重新上传。", f.name),
                format!("file `{}` was not kept: send it again", f.name),
            )
            .at(f.hash.clone())
        })?;
    }
    Ok(())
}

/// `POST …/take`: opens a case or takes it one step on.
pub async fn step(seat: Seat, Path(name): Path<Name>, Json(given): Json<Move>) -> ApiResult<Json<Value>> {
    let p = procedure(&seat, &name)?;
    let id = given.case.clone().unwrap_or_default();
    let may = seat.may(Action::Take, &p.room(), &id).await?;
    if given.case.is_none() {
        opens(&seat, p, &may, &given.fields).await?;
    }
    kept(&seat, &given.files)?;
    let author = seat.author(&given.reason);
    let order = given.order(&seat, p, &may);
    match take(seat.books()?, seat.packs(), &seat.law, order, author).await {
        Ok(events) => {
            let made = events.iter().find(|e| e.room == p.room());
            Ok(Json(
                json!({"id": made.map_or(id.as_str(), |e| e.id.as_str()), "version": made.map(|e| e.version),
                "entries": books::ledger::entries_of(&events)}),
            ))
        }
        Err(e @ Error::Conflict { .. }) => {
            let last = seat
                .books()?
                .history(&p.room(), &id)
                .await?
                .into_iter()
                .rev()
                .find(|e| !e.patch.is_null());
            let last = last.map(|e| json!({"actor": e.author.actor, "at": e.at, "version": e.version, "kind": e.kind, "reason": e.author.reason}));
            Err(ApiError::from(e).with("last", json!(last)))
        }
        Err(e) => Err(seat.answer(Action::Take, &may, &id, e).await),
    }
}

/// `POST …/bulk`: the same move for many, each for itself.
pub async fn bulk(seat: Seat, Path(name): Path<Name>, Json(mut given): Json<Move>) -> ApiResult<Json<Value>> {
    let p = procedure(&seat, &name)?;
    let may = seat.may(Action::Take, &p.room(), "").await?;
    kept(&seat, &given.files)?;
    let author = seat.author(&given.reason);
    let cases = std::mem::take(&mut given.cases);
    let order = given.order(&seat, p, &may);
    let done = take_many(seat.books()?, seat.packs(), &seat.law, &cases, &order, &author).await?;
    let mut out = vec![];
    for (id, result) in done {
        out.push(match result {
            Ok(_) => json!({"id": id, "ok": true}),
            Err(e) => json!({"id": id, "ok": false, "words": e.words()}),
        });
    }
    Ok(Json(out.into()))
}

/// To whom a case goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hand {
    to: String,
    #[serde(default)]
    expect: Option<i64>,
    #[serde(default)]
    reason: String,
}

/// `POST …/cases/{id}/hand-over`
pub async fn hand(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Json(given): Json<Hand>,
) -> ApiResult<Json<Value>> {
    let p = procedure(&seat, &(pack, name))?;
    let may = seat.may(Action::Take, &p.room(), &id).await?;
    let order = HandOver {
        procedure: p.id.clone(),
        case: id.clone(),
        expect: given.expect,
        to: given.to,
        person: person(&seat, &may),
    };
    match hand_over(
        seat.books()?,
        seat.packs(),
        &seat.law,
        order,
        seat.author(&given.reason),
    )
    .await
    {
        Ok(_) => Ok(Json(json!({"ok": true}))),
        Err(e) => Err(seat.answer(Action::Take, &may, &id, e).await),
    }
}

/// The documents of a list, for sheets.
pub async fn gathered(seat: &Seat, p: &Procedure, may: &May, asked: &Asked) -> ApiResult<Vec<Doc>> {
    let mut list = listed(p, may, asked)?;
    list.limit = 5_000;
    list.after = None;
    Ok(seat.books()?.list(&list).await?)
}
