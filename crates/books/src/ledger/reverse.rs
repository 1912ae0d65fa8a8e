//! Corrections: an entry is never changed; the opposite lines take it back, with reason, person and time.

use super::draft::{Draft, Head, Resolved};
use super::plan::digits_of;
use super::{Entry, Order, account_parts, entries_of, ledger_of, parts};
use crate::Books;
use crate::error::{Error, Result};
use crate::event::{Author, Change};
use crate::pack::Packs;
use serde_json::{Map, json};

/// Takes an entry back on a day (not a closed one). The author's reason says why and must be given. What an entry may
/// be posted only once for is free again.
pub async fn reverse(books: &Books, packs: &Packs, ledger: &str, id: &str, day: &str, author: Author) -> Result<Entry> {
    crate::day::read(day)?;
    if author.reason.trim().is_empty() {
        return Err(Error::refused("冲正须写明理由。", "say why the entry is taken back"));
    }
    let ledger = ledger_of(packs, ledger)?.clone();
    let (id, day) = (id.to_string(), day.to_string());
    let events = books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(&ledger.entry_room(), &id).await?;
                if doc.version == 0 {
                    return Err(Error::Missing {
                        room: ledger.entry_room(),
                        id,
                    });
                }
                let entry = Entry::of(&doc);
                if let Some(by) = entry.reversed_by.as_ref().or(entry.reverses.as_ref()) {
                    return Err(Error::refused(
                        format!("分录 {id} 已与分录 {by} 相互冲正，不能再冲正；如需恢复，请重新记账。"),
                        format!("entry {id} and entry {by} cancel each other; post it anew instead"),
                    ));
                }
                if day < entry.day {
                    return Err(Error::refused(
                        format!("冲正日 {day} 早于原分录生效日 {}。", entry.day),
                        format!("it cannot be taken back on {day}, before its day {}", entry.day),
                    ));
                }
                let digits = digits_of(&ledger, &entry.unit)?;
                let mut lines = Vec::with_capacity(entry.lines.len());
                for line in &entry.lines {
                    let (kind, _, _) = account_parts(&line.account);
                    let kind = ledger.account(kind);
                    lines.push(Resolved {
                        account: line.account.clone(),
                        class: line.class.clone(),
                        amount: -parts(&line.amount, digits)?,
                        param: String::new(),
                        // An account whose kind left the file keeps its floor.
                        expires: !line.class.is_empty(),
                        below_zero: kind.is_some_and(|k| k.below_zero),
                        record: None,
                    });
                }
                let order = Order {
                    ledger: ledger.id.clone(),
                    template: entry.template.clone(),
                    day,
                    ..Order::default()
                };
                let mut more = Map::new();
                more.insert("_state".into(), "reversal".into());
                more.insert("reverses".into(), id.as_str().into());
                let head = Head {
                    order: &order,
                    unit: &entry.unit,
                    digits,
                    more,
                };
                let mut draft = Draft::default();
                let by = draft.lay(view, head, lines).await?;
                let patch = json!({"reversed_by": by, "_state": "reversed", "_due": null});
                draft.push(Change::any(ledger.entry_room(), &id, "reversed", patch));
                let once = doc.text("once");
                if !once.is_empty() {
                    draft.push(Change::any(ledger.once_room(), once, "free", json!({"entry": null})));
                }
                Ok(draft.changes())
            })
        })
        .await?;
    let made = entries_of(&events).into_iter().next();
    made.ok_or_else(|| {
        Error::refused(
            "请求号已用于另一操作，本次未记账。请换一个请求号。",
            "the request key was used for something else; nothing was posted",
        )
    })
}
