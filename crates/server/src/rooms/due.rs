//! What is due, of all procedures: the calendar, the notices of the person's roles, and changes of what they watch.

use super::seat::Seat;
use crate::error::{ApiResult, Q};
use axum::Json;
use books::access::{Action, MASK, Target, decide};
use books::pack::Packs;
use books::procedure::{CalendarEntry, calendar, notices};
use books::register::{notices as changes, unwatch, watch};
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Stretch {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// `GET /rooms/calendar?from=&to=`: open terms of all cases that the person may see, by day.
pub async fn days(seat: Seat, Q(q): Q<Stretch>) -> ApiResult<Json<Value>> {
    let from = q.from.unwrap_or(seat.today);
    let to = q.to.unwrap_or(from + TimeDelta::days(30));
    let mut found: Vec<CalendarEntry> = vec![];
    for p in seat.packs().procedures.values().filter(|p| !p.deadlines.is_empty()) {
        let target = Target::case(p);
        // Each procedure has its own scope: what a person may see of one says nothing of another.
        let Ok(decision) = decide(&seat.shelf.policy, &seat.who, Action::Read, &target) else {
            continue;
        };
        let mut one = Packs::default();
        one.procedures.insert(p.id.clone(), p.clone());
        let mut entries = calendar(seat.books()?, &one, &seat.law, &decision.scope, (from, to), seat.today).await?;
        if target.personal.contains(&p.name) {
            entries.iter_mut().for_each(|e| e.name = MASK.into());
        }
        found.extend(entries);
    }
    found.sort_by(|a, b| (a.term.by, &a.case).cmp(&(b.term.by, &b.case)));
    let rows: Vec<Value> = found
        .into_iter()
        .map(|mut e| {
            e.term.explanation = None;
            let p = seat.packs().procedures.get(&e.procedure);
            json!({"procedure": e.procedure, "title": p.map(|p| &p.title), "case": e.case, "name": e.name,
                "state": p.and_then(|p| p.state(&e.state)).map(|s| &s.title), "division": e.division, "term": e.term})
        })
        .collect();
    Ok(Json(json!({"from": from, "to": to, "today": seat.today, "rows": rows})))
}

#[derive(Deserialize)]
pub struct After {
    #[serde(default)]
    after: i64,
}

/// `GET /rooms/notices`: reminders for the person's roles, and what others changed in what the person watches.
pub async fn told(seat: Seat, Q(q): Q<After>) -> ApiResult<Json<Value>> {
    let mut reminders = vec![];
    let all = notices(seat.books()?, &seat.who.role_names(), &books::Scope::all()).await?;
    for n in all {
        let Some(p) = seat.packs().procedures.get(n.text("procedure")) else {
            continue;
        };
        let target = Target::case(p);
        let may = decide(&seat.shelf.policy, &seat.who, Action::Read, &target);
        if !may.is_ok_and(|d| d.holds(&n)) {
            continue;
        }
        let name = if target.personal.contains(&p.name) {
            MASK
        } else {
            n.text("name")
        };
        reminders.push(
            json!({"procedure": p.id, "case": n.text("case"), "name": name, "title": n.body.get("title"),
            "by": n.text("by"), "kind": n.text("kind"), "basis": n.text("basis")}),
        );
    }
    let watched = match seat.who.known() {
        true => changes(seat.books()?, seat.who.actor(), q.after, 200).await?,
        false => vec![],
    };
    let watched: Vec<Value> = watched
        .into_iter()
        .filter(|e| seat.target(&e.room).is_ok_and(|t| seat.can(Action::Read, &t)))
        .map(|e| json!({"seq": e.seq, "room": e.room, "id": e.id, "kind": e.kind, "at": e.at, "actor": e.author.actor, "reason": e.author.reason}))
        .collect();
    Ok(Json(json!({"reminders": reminders, "changes": watched})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watched {
    room: String,
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    off: bool,
}

/// `POST /rooms/watch`: the person wants to hear of changes of a room or a record, or no more.
pub async fn heed(seat: Seat, Json(w): Json<Watched>) -> ApiResult<Json<Value>> {
    seat.may(Action::Read, &w.room, w.record.as_deref().unwrap_or(""))
        .await?;
    let author = books::Author::new(seat.who.actor(), "");
    if w.off {
        unwatch(seat.books()?, &w.room, w.record.as_deref(), author).await?;
    } else {
        watch(seat.books()?, &w.room, w.record.as_deref(), author).await?;
    }
    Ok(Json(json!({"ok": true})))
}
