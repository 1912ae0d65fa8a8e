//! Closing a period: nothing is posted any more for its days; its trial balance is kept as totals and as a hash, so that
//! a later check shows whether the same entries still give the same balances.

use super::read::{add, sums, trial_of};
use super::{Trial, day_of, ledger_of};
use crate::error::{Error, Result};
use crate::event::{Author, Change, Hash};
use crate::pack::Packs;
use crate::patch::canonical;
use crate::{Books, day};
use serde::Serialize;
use serde_json::json;

/// A closed period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closed {
    /// Last day.
    pub day: String,
    /// Balances at its end.
    pub trial: Trial,
    /// SHA-256 over the trial balance.
    pub hash: String,
}

/// Hash of a trial balance.
pub(super) fn seal(trial: &Trial) -> String {
    let rows: Vec<_> = trial.accounts.iter().map(|a| json!([a.account, a.balance])).collect();
    Hash::Sha256.hex(canonical(&json!([trial.day, rows])).as_bytes())
}

/// Closes the books to a day (within). The day must be over and later than the last one closed.
pub async fn close(books: &Books, packs: &Packs, ledger: &str, to: &str, author: Author) -> Result<Closed> {
    let ledger = ledger_of(packs, ledger)?;
    day::read(to)?;
    // The long sum is made before the job; inside it only what was posted meanwhile is added.
    let (mut sums, last) = sums(books, ledger, to, None).await?;
    let (copy, day) = (ledger.clone(), to.to_string());
    let events = books
        .write(author, move |view| {
            Box::pin(async move {
                let today = day::of(view.now()).to_string();
                if day >= today {
                    return Err(Error::refused(
                        format!("{day} 还没有过完（今天 {today}），不能结账。"),
                        format!("{day} is not over yet (today is {today})"),
                    ));
                }
                let before = view.doc(&copy.close_room(), "last").await?;
                if day.as_str() <= day_of(&before.body) {
                    let had = day_of(&before.body);
                    return Err(Error::refused(
                        format!("账期已结至 {had}，不能再结至 {day}。"),
                        format!("the books are closed to {had} already"),
                    ));
                }
                let rest = "WHERE room = $1 AND id > $2 ORDER BY id";
                let meanwhile = view.find(rest, &[copy.entry_room().into(), last.into()]).await?;
                add(&copy, &mut sums, &meanwhile, &day, None)?;
                let trial = trial_of(&copy, &day, &sums)?;
                if let Some(unit) = trial.totals.iter().find(|t| !t.balanced) {
                    return Err(Error::refused(
                        format!("“{}”试算不平（{} 与 {}），不能结账。", unit.unit, unit.plus, unit.minus),
                        format!("`{}` does not balance: {} and {}", unit.unit, unit.plus, unit.minus),
                    ));
                }
                let body =
                    json!({"day": day, "from": before.text("day"), "hash": seal(&trial), "totals": trial.totals});
                Ok(vec![
                    Change::at(copy.close_room(), &day, "close", 0, body),
                    Change::any(copy.close_room(), "last", "close", json!({"day": day})),
                ])
            })
        })
        .await?;
    let event = events.iter().find(|e| e.id == to);
    let hash = event
        .map(|e| crate::text(&e.patch, "hash").to_string())
        .unwrap_or_default();
    Ok(Closed {
        day: to.into(),
        trial: super::trial(books, packs, &ledger.id, to, None).await?,
        hash,
    })
}
