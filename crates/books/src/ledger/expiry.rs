//! What ends by itself: classes of validity, and entries with a last day (a lease). Run each morning; running it twice
//! posts nothing twice, because what has ended is no longer there.

use super::draft::Draft;
use super::plan::digits_of;
use super::{Entry, Order, Plan, account_parts, entries_of, ledger_of, parts};
use crate::error::{Error, Result};
use crate::event::{Author, Change, Doc};
use crate::pack::{Ledger, Packs};
use crate::{Books, day};
use futures::future::join_all;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is taken at a time: short transactions, so that others may post in between.
const PAGE: i64 = 200;

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Expired {
    /// Entries posted.
    pub entries: Vec<Entry>,
    /// What could not be posted: id of the entry or account, and why. It is tried again at the next run.
    pub faults: Vec<(String, figure::Text)>,
}

/// Posts, for a day, what ended before it: the `then` of entries, then the `on_expiry` of accounts.
pub async fn expire(books: &Books, packs: &Packs, ledger: &str, on: &str, author: Author) -> Result<Expired> {
    let ledger = Arc::new(ledger_of(packs, ledger)?.clone());
    let begins = day::begins(day::read(on)?);
    // One key cannot stand for several transactions; what has ended is not there a second time anyhow.
    let author = Author {
        request: None,
        ..author
    };
    let mut done = Expired::default();
    // Leases go first, so that what they give back can expire on the same day.
    for entries in [true, false] {
        let room = if entries {
            ledger.entry_room()
        } else {
            ledger.account_room()
        };
        let mut last = String::new();
        loop {
            let rest = "WHERE room = $1 AND due <= $2 AND id > $3 AND gone = 0 ORDER BY id LIMIT $4";
            let args = [room.as_str().into(), begins.into(), last.as_str().into(), PAGE.into()];
            let page = books.db().docs(rest, &args).await?;
            let Some(end) = page.last() else { break };
            last.clone_from(&end.id);
            let jobs = page
                .iter()
                .map(|d| one(books, ledger.clone(), (entries, on), d.id.clone(), author.clone()));
            for (doc, made) in page.iter().zip(join_all(jobs).await) {
                match made {
                    Ok(made) => done.entries.extend(made),
                    Err(Error::Store(e)) => return Err(Error::Store(e)),
                    Err(e) => done.faults.push((doc.id.clone(), e.words())),
                }
            }
        }
    }
    Ok(done)
}

async fn one(
    books: &Books,
    ledger: Arc<Ledger>,
    (entries, on): (bool, &str),
    id: String,
    author: Author,
) -> Result<Vec<Entry>> {
    let on = on.to_string();
    let room = if entries {
        ledger.entry_room()
    } else {
        ledger.account_room()
    };
    let events = books
        .write(author, move |view| {
            Box::pin(async move {
                let mut draft = Draft::default();
                let doc = view.doc(&room, &id).await?;
                let plans = if entries {
                    ended_entry(&ledger, &doc, &on)?
                } else {
                    ended_classes(&ledger, &doc, &on)?
                };
                for plan in &plans {
                    let by = draft.add(view, plan).await?;
                    if entries {
                        let patch = json!({"ended_by": by, "_due": null, "_state": "ended"});
                        draft.push(Change::any(&room, &doc.id, "ended", patch));
                    }
                }
                Ok(draft.changes())
            })
        })
        .await?;
    Ok(entries_of(&events))
}

/// The `then` of an entry whose last day is over: the same parameters, and the classes that moved then.
fn ended_entry(ledger: &Ledger, doc: &Doc, on: &str) -> Result<Vec<Plan>> {
    let over = doc.int("_due").is_some() && doc.text("until") < on;
    let Some(then) = ledger
        .template(doc.text("template"))
        .and_then(|t| t.then.clone())
        .filter(|_| over)
    else {
        return Ok(vec![]);
    };
    let entry = Entry::of(doc);
    let digits = digits_of(ledger, &entry.unit)?;
    let mut order = Order {
        ledger: ledger.id.clone(),
        template: then,
        params: entry.params.clone(),
        papers: entry.papers.clone(),
        day: on.into(),
    };
    order.papers.insert("entry".into(), entry.id.clone());
    let mut plan = Plan::of(ledger, &order)?;
    let rows = doc.body.get("lines").and_then(Value::as_array);
    let paid = entry.lines.iter().zip(rows.into_iter().flatten());
    for (line, row) in paid.filter(|(l, _)| !l.class.is_empty() && l.amount.starts_with('-')) {
        let param = row.get(3).and_then(Value::as_str).unwrap_or("");
        let given = plan.given.entry(param.into()).or_default();
        given.push((line.class.clone(), parts(&line.amount, digits)?.abs()));
    }
    plan.ended = true;
    Ok(vec![plan])
}

/// The `on_expiry` of an account, once for each class that is over.
fn ended_classes(ledger: &Ledger, doc: &Doc, on: &str) -> Result<Vec<Plan>> {
    let (kind, holder, unit) = account_parts(&doc.id);
    let Some(id) = ledger.account(kind).and_then(|k| k.on_expiry.clone()) else {
        return Ok(vec![]);
    };
    let template = ledger.template(&id).ok_or_else(|| Error::Missing {
        room: format!("template:{}", ledger.id),
        id: id.clone(),
    })?;
    let mut plans = Vec::new();
    let classes = doc.body.get("classes").and_then(Value::as_object);
    for (class, amount) in classes.into_iter().flatten().filter(|(class, _)| class.as_str() < on) {
        let mut params: BTreeMap<String, String> = BTreeMap::new();
        params.insert("unit".into(), unit.into());
        params.insert("expires".into(), class.clone());
        for line in &template.lines {
            params.insert(line.amount.clone(), amount.as_str().unwrap_or("").into());
            params.insert(line.holder.clone().unwrap_or_else(|| "holder".into()), holder.into());
        }
        let mut plan = Plan::of(
            ledger,
            &Order {
                ledger: ledger.id.clone(),
                template: id.clone(),
                params,
                papers: BTreeMap::new(),
                day: on.into(),
            },
        )?;
        plan.ended = true;
        plans.push(plan);
    }
    Ok(plans)
}
