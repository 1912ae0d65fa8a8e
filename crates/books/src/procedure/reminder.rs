//! Reminders and escalation: a notice for each step of nearness of a term, written once, taken back when the term is met.
//! They live in room `reminder`, id `room|case|term|day|step`, so that writing twice changes nothing.

use super::case::Case;
use super::day::{beijing_day, end_of_day};
use super::due::open_cases;
use super::take::mirror;
use super::term::{Term, TermState, terms};
use crate::error::Result;
use crate::event::{Author, Change, Doc, Event};
use crate::pack::procedure::Deadline;
use crate::pack::{Packs, Procedure};
use crate::{Books, Scope, View};
use chrono::NaiveDate;
use law::Law;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

const ROOM: &str = "reminder";

/// Cases decided in one job: other writers wait no longer than that.
const BATCH: usize = 200;

/// Writes the notices that have become due, and brings the due days of open cases up to date with the law. To be run
/// once a day or oftener; returns what was written.
pub async fn remind(books: &Books, packs: &Arc<Packs>, law: &Arc<Law>, author: &Author) -> Result<Vec<Event>> {
    let mut made = Vec::new();
    for p in packs.procedures.values().filter(|p| !p.deadlines.is_empty()) {
        // All open cases with a day: a law that changed may have moved any of them.
        let ids: Vec<String> = open_cases(books, p, i64::MAX)
            .await?
            .into_iter()
            .map(|d| d.id)
            .collect();
        for batch in ids.chunks(BATCH) {
            let (packs, law, name, batch) = (packs.clone(), law.clone(), p.id.clone(), batch.to_vec());
            let events = books
                .write(author.clone(), move |view| {
                    Box::pin(async move {
                        let Some(p) = packs.procedures.get(&name) else {
                            return Ok(vec![]);
                        };
                        decide(view, p, &law, &batch).await
                    })
                })
                .await?;
            made.extend(events);
        }
    }
    Ok(made)
}

async fn decide(view: &mut View, p: &Procedure, law: &Law, ids: &[String]) -> Result<Vec<Change>> {
    let today = beijing_day(view.now());
    let mut changes = Vec::new();
    let mut wanted: Vec<(String, Value)> = Vec::new();
    for doc in view.docs(&p.room(), ids).await? {
        let case = Case::read(doc);
        if case.ended(p) || case.doc.gone() {
            continue;
        }
        let mut patch = json!({});
        mirror(p, &mut patch, &case, law, today);
        let due = patch.get("_due").cloned().unwrap_or(Value::Null);
        if due != case.doc.body.get("_due").cloned().unwrap_or(Value::Null) {
            changes.push(Change::any(p.room(), &case.doc.id, "due", json!({ "_due": due })));
        }
        for term in terms(p, &case, law, today) {
            if let Some(d) = deadline(p, &term) {
                wanted.extend(notice(p, d, &case, &term, today));
            }
        }
    }
    let ids: Vec<String> = wanted.iter().map(|(id, _)| id.clone()).collect();
    let there: BTreeSet<String> = view
        .docs(ROOM, &ids)
        .await?
        .into_iter()
        .filter(|d| d.version > 0)
        .map(|d| d.id)
        .collect();
    for (id, body) in wanted.into_iter().filter(|(id, _)| !there.contains(id)) {
        changes.push(Change::at(ROOM, id, "remind", 0, body));
    }
    Ok(changes)
}

fn deadline<'a>(p: &'a Procedure, term: &Term) -> Option<&'a Deadline> {
    p.deadline(term.id.split('@').next().unwrap_or(""))
}

/// The notice that a term calls for today: missed, or the nearest step of nearness that was reached.
fn notice(p: &Procedure, d: &Deadline, case: &Case, term: &Term, today: NaiveDate) -> Option<(String, Value)> {
    let by = term.by?;
    let left = (by - today).num_days();
    let step = match term.state {
        TermState::Missed => "missed".to_string(),
        TermState::Running => d.remind.iter().filter(|n| left <= **n).min()?.to_string(),
        _ => return None,
    };
    let doers = p
        .moves
        .iter()
        .filter(|m| d.until.contains(&m.id))
        .flat_map(|m| &m.roles);
    let told: BTreeSet<&String> = match step.as_str() {
        "missed" => doers.chain(&d.escalate).collect(),
        _ => doers.collect(),
    };
    let id = format!("{}|{}|{}|{by}|{step}", p.room(), case.doc.id, term.id);
    let body = json!({
        "procedure": p.id, "case": case.doc.id, "name": case.text(&p.name), "term": term.id,
        "title": { "zh": term.title.zh, "en": term.title.en }, "by": by.to_string(), "left": left,
        "kind": if step == "missed" { "missed" } else { "near" }, "basis": term.basis, "roles": told,
        "_state": "open", "_division": case.doc.text("_division"), "_owner": case.doc.text("_owner"), "_due": end_of_day(by),
    });
    Some((id, body))
}

/// Takes back the notices of a case whose term is no longer open, or has another last day.
pub(super) async fn settled(
    view: &mut View,
    p: &Procedure,
    case: &Case,
    law: &Law,
    today: NaiveDate,
) -> Result<Vec<Change>> {
    let start = format!("{}|{}|", p.room(), case.doc.id);
    // `}` is the character after `|`: every id that begins so lies before it.
    let end = format!("{}|{}}}", p.room(), case.doc.id);
    let rest = "WHERE room = $1 AND id >= $2 AND id < $3 AND state = 'open'";
    let notices = view.find(rest, &[ROOM.into(), start.into(), end.into()]).await?;
    if notices.is_empty() {
        return Ok(vec![]);
    }
    let open = terms(p, case, law, today);
    let stands = |doc: &Doc| {
        open.iter()
            .any(|t| t.open() && t.id == doc.text("term") && t.by.is_some_and(|by| by.to_string() == doc.text("by")))
    };
    let gone = notices.iter().filter(|n| !stands(n));
    Ok(gone
        .map(|n| Change::any(ROOM, &n.id, "settled", json!({ "_state": "settled" })))
        .collect())
}

/// Open notices for a person's roles, in their scope, the most urgent first.
pub async fn notices(books: &Books, roles: &[String], scope: &Scope) -> Result<Vec<Doc>> {
    let mut list = books
        .db()
        .docs(
            "WHERE room = $1 AND state = 'open' AND gone = 0 ORDER BY due, id",
            &[ROOM.into()],
        )
        .await?;
    list.retain(|n| {
        let told = n.body.get("roles").and_then(Value::as_array);
        scope.holds(n)
            && told.is_some_and(|t| {
                t.iter()
                    .filter_map(Value::as_str)
                    .any(|r| roles.iter().any(|mine| mine == r))
            })
    });
    Ok(list)
}
