//! Ledgers: every entry is made by a template of the ledger's file and balances to zero; an account is kind × holder ×
//! unit, its balance kept by class of validity. All rules hold inside the writer's job, so that they hold for everybody
//! who posts at once. An entry is never changed: a correction is an entry with the opposite lines.

pub mod auction;
mod close;
mod draft;
mod expiry;
mod plan;
mod read;
mod reverse;
mod verify;

pub use close::{Closed, close};
pub use draft::Draft;
pub use expiry::{Expired, expire};
pub use plan::Plan;
pub use read::{Balance, Flow, Statement, Total, Trial, entry, reserves, statement, trial};
pub use reverse::reverse;
pub use verify::{Report, verify};

use crate::error::{Error, Result};
use crate::event::{Author, Doc, Event};
use crate::pack::Packs;
use crate::{Books, text};
use figure::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What somebody wants posted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Order {
    /// Ledger, `pack/name`.
    pub ledger: String,
    /// Template of the ledger.
    pub template: String,
    /// Parameters: `unit` (may be left out if there is one only), `expires` (day, where a class is needed), and the
    /// holders and amounts that the template names. Others are kept with the entry (a price, a note).
    pub params: BTreeMap<String, String>,
    /// Papers: name as the template asks → number of the paper or hash of its file.
    #[serde(default)]
    pub papers: BTreeMap<String, String>,
    /// Effective day, `2024-05-01`: not after today, not in a closed period.
    pub day: String,
}

/// One line of an entry: how much came to (+) or left (−) an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Account, `kind~holder~unit`.
    pub account: String,
    /// Last day of what moved; empty where it does not expire.
    pub class: String,
    /// Decimal text with sign.
    pub amount: String,
}

/// An entry as it stands in the books.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number.
    pub id: String,
    /// Template.
    pub template: String,
    /// Effective day.
    pub day: String,
    /// Unit.
    pub unit: String,
    /// Lines; their sum is zero.
    pub lines: Vec<Line>,
    /// Parameters as given.
    pub params: BTreeMap<String, String>,
    /// Papers as given.
    pub papers: BTreeMap<String, String>,
    /// When it was posted, milliseconds of UTC.
    pub posted: i64,
    /// The entry it takes back.
    pub reverses: Option<String>,
    /// The entry that took it back.
    pub reversed_by: Option<String>,
}

impl Entry {
    /// Reads it from its record.
    pub fn of(doc: &Doc) -> Self {
        let map =
            |key: &str| serde_json::from_value(doc.body.get(key).cloned().unwrap_or_default()).unwrap_or_default();
        let word = |key: &str| Some(doc.text(key)).filter(|t| !t.is_empty()).map(String::from);
        Self {
            id: doc.id.clone(),
            template: doc.text("template").into(),
            day: doc.text("day").into(),
            unit: doc.text("unit").into(),
            lines: lines_of(&doc.body),
            params: map("params"),
            papers: map("papers"),
            posted: doc.int("posted").unwrap_or(0),
            reverses: word("reverses"),
            reversed_by: word("reversed_by"),
        }
    }
}

/// Lines of an entry's body. In the books they are `[account, class, amount]`.
pub(crate) fn lines_of(body: &Value) -> Vec<Line> {
    let rows = body.get("lines").and_then(Value::as_array);
    rows.into_iter()
        .flatten()
        .map(|row| {
            let cell = |i: usize| row.get(i).and_then(Value::as_str).unwrap_or("").to_string();
            Line {
                account: cell(0),
                class: cell(1),
                amount: cell(2),
            }
        })
        .collect()
}

/// Id of an account.
pub fn account_id(kind: &str, holder: &str, unit: &str) -> String {
    format!("{kind}~{holder}~{unit}")
}

/// Kind, holder and unit of an account's id.
pub fn account_parts(id: &str) -> (&str, &str, &str) {
    let (kind, rest) = id.split_once('~').unwrap_or((id, ""));
    let (holder, unit) = rest.rsplit_once('~').unwrap_or((rest, ""));
    (kind, holder, unit)
}

/// A whole number of the unit's smallest parts as decimal text.
pub(crate) fn shown(parts: i128, digits: u32) -> String {
    Decimal::new(parts, digits).map_or_else(|_| parts.to_string(), |d| d.to_string())
}

/// Decimal text in the unit's smallest parts; what cannot be read counts as a broken record and is refused.
pub(crate) fn parts(text: &str, digits: u32) -> Result<i128> {
    let read = Decimal::parse(text).ok().and_then(|d| d.at_scale(digits));
    read.ok_or_else(|| {
        Error::refused(
            format!("数量“{text}”读不出来，或多于 {digits} 位小数。"),
            format!("the amount `{text}` is no number with at most {digits} digits after the point"),
        )
    })
}

/// The ledger of an order.
pub(crate) fn ledger_of<'a>(packs: &'a Packs, id: &str) -> Result<&'a crate::pack::Ledger> {
    packs.ledgers.get(id).ok_or_else(|| Error::Missing {
        room: "ledger".into(),
        id: id.into(),
    })
}

/// Posts one entry. With the author's request key it is posted once, however often it is sent.
pub async fn post(books: &Books, packs: &Packs, order: Order, author: Author) -> Result<Entry> {
    Ok(post_all(books, packs, vec![order], author).await?.remove(0))
}

/// Posts several entries: all, or none of them. Later ones see the balances that the earlier ones left.
pub async fn post_all(books: &Books, packs: &Packs, orders: Vec<Order>, author: Author) -> Result<Vec<Entry>> {
    let plans: Vec<Plan> = orders.iter().map(|o| Plan::new(packs, o)).collect::<Result<_>>()?;
    if plans.is_empty() {
        return Err(Error::refused("没有要记的分录。", "there is nothing to post"));
    }
    let (wanted, key) = (plans.clone(), author.request.clone());
    let reads: Vec<(String, String)> = plans.iter().flat_map(Plan::reads).collect();
    let events = books
        .write_reading(author, reads, move |view| {
            Box::pin(async move {
                let mut draft = Draft::default();
                for plan in &plans {
                    draft.add(view, plan).await?;
                }
                Ok(draft.changes())
            })
        })
        .await?;
    let entries = entries_of(&events);
    let same = entries.len() == wanted.len() && entries.iter().zip(&wanted).all(|(e, p)| p.made(e));
    if !same {
        let key = key.unwrap_or_default();
        return Err(Error::refused(
            format!("请求号“{key}”已用于另一笔分录，本次未记账。请换一个请求号。"),
            format!("the request key `{key}` was used for another posting; nothing was posted. Use a new key."),
        ));
    }
    Ok(entries)
}

/// The order of a move's posting: its parameters from the case's fields (or `=literal`); those named like a paper of the
/// template are papers. The entry names the case.
pub(crate) fn order_of(
    packs: &Packs,
    pack: &str,
    post: &crate::pack::procedure::Posting,
    case: (&str, &dyn Fn(&str) -> String),
    day: String,
) -> Result<Order> {
    let id = Packs::name(pack, &post.ledger);
    let template = ledger_of(packs, &id)?.template(&post.template);
    let mut order = Order {
        ledger: id,
        template: post.template.clone(),
        day,
        ..Order::default()
    };
    for (name, from) in &post.with {
        let value = match from.strip_prefix('=') {
            Some(literal) => literal.to_string(),
            None => case.1(from),
        };
        let paper = template.is_some_and(|t| t.papers.contains(name));
        let into = if paper { &mut order.papers } else { &mut order.params };
        into.insert(name.clone(), value);
    }
    order.papers.insert("case".into(), case.0.into());
    Ok(order)
}

/// The entries that some events made.
pub fn entries_of(events: &[Event]) -> Vec<Entry> {
    let posted = events
        .iter()
        .filter(|e| e.kind == "post" && e.room.starts_with("entry:"));
    posted
        .map(|event| {
            let mut doc = Doc::new(&event.room, &event.id);
            doc.apply(event);
            Entry::of(&doc)
        })
        .collect()
}

/// Whether roles of a person may post a template by hand. A template without roles is posted by procedures only.
pub fn may_post(template: &crate::pack::ledger::Template, roles: &[String]) -> bool {
    template.roles.iter().any(|r| roles.contains(r))
}

/// The day of an entry or `last` member.
pub(crate) fn day_of(body: &Value) -> &str {
    text(body, "day")
}
