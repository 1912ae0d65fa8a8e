//! Proof that a ledger is whole: from the entries alone every balance is made again and compared, and each invariant is
//! looked at. The chain under it is proven by [`Books::verify`].

use super::close::seal;
use super::plan::digits_of;
use super::read::{Sums, trial_of};
use super::{account_parts, day_of, ledger_of, lines_of, parts, shown};
use crate::error::Result;
use crate::event::Doc;
use crate::pack::{Ledger, Packs};
use crate::{Books, text};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Entries read.
    pub entries: i64,
    /// Accounts compared.
    pub accounts: i64,
    /// Closed periods computed anew.
    pub periods: i64,
    /// What is wrong with the ledger; empty if all holds.
    pub faults: Vec<figure::Text>,
    /// Where the ledger differs from other records (a permit): findings for a person, not damage.
    pub findings: Vec<figure::Text>,
}

/// Records read at a time.
const PAGE: i64 = 5_000;
/// Faults named before the check stops listing them.
const MOST: usize = 50;

impl Report {
    fn fault(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        if self.faults.len() < MOST {
            self.faults.push(figure::Text::new(zh, en));
        }
    }
}

/// Everything that the entries say.
#[derive(Default)]
struct Made {
    /// Account → day → class → sum.
    moves: BTreeMap<String, BTreeMap<String, BTreeMap<String, i128>>>,
    /// What may be posted once → the entry that has it.
    once: BTreeMap<String, String>,
}

/// Checks a ledger.
pub async fn verify(books: &Books, packs: &Packs, ledger: &str) -> Result<Report> {
    let ledger = ledger_of(packs, ledger)?;
    let mut report = Report::default();
    let mut made = Made::default();
    let mut last = String::new();
    loop {
        let args = [ledger.entry_room().into(), last.as_str().into(), PAGE.into()];
        let page = books
            .db()
            .docs("WHERE room = $1 AND id > $2 ORDER BY id LIMIT $3", &args)
            .await?;
        let Some(end) = page.last() else { break };
        last.clone_from(&end.id);
        for doc in &page {
            report.entries += 1;
            entry(ledger, doc, &mut made, &mut report)?;
        }
    }
    floors(ledger, &made, &mut report)?;
    accounts(books, ledger, &made, &mut report).await?;
    untouched(books, ledger, &mut report).await?;
    periods(books, ledger, &made, &mut report).await?;
    agreed(books, ledger, packs, &made, &mut report).await?;
    Ok(report)
}

/// An entry is zero in sum, its amounts are no finer than the unit, and what may be there once is there once.
fn entry(ledger: &Ledger, doc: &Doc, made: &mut Made, report: &mut Report) -> Result<()> {
    let (id, unit) = (&doc.id, doc.text("unit"));
    let Ok(digits) = digits_of(ledger, unit) else {
        report.fault(
            format!("分录 {id} 的计量对象“{unit}”不在账本文件中"),
            format!("entry {id}: unit `{unit}` is not in the ledger's file"),
        );
        return Ok(());
    };
    let mut sum = 0i128;
    let lines = lines_of(&doc.body);
    for line in &lines {
        let Ok(amount) = parts(&line.amount, digits) else {
            report.fault(
                format!("分录 {id} 的数量“{}”无效", line.amount),
                format!("entry {id}: amount `{}` is not valid", line.amount),
            );
            continue;
        };
        if amount == 0 || account_parts(&line.account).2 != unit {
            report.fault(
                format!("分录 {id} 有为零或计量对象不符的行"),
                format!("entry {id} has a line of zero or of another unit"),
            );
        }
        sum += amount;
        let days = made.moves.entry(line.account.clone()).or_default();
        let classes = days.entry(doc.text("day").into()).or_default();
        *classes.entry(line.class.clone()).or_default() += amount;
    }
    if sum != 0 || lines.len() < 2 {
        let off = shown(sum, digits);
        report.fault(
            format!("分录 {id} 不平：差 {off}"),
            format!("entry {id} is off by {off}"),
        );
    }
    let once = doc.text("once");
    if !once.is_empty()
        && doc.text("reversed_by").is_empty()
        && let Some(other) = made.once.insert(once.into(), id.clone())
    {
        report.fault(
            format!("“{once}”记了两次：分录 {other} 和 {id}"),
            format!("`{once}` is posted twice: entries {other} and {id}"),
        );
    }
    Ok(())
}

/// No account with a floor is below zero at the end of any day, in any class.
fn floors(ledger: &Ledger, made: &Made, report: &mut Report) -> Result<()> {
    for (account, days) in &made.moves {
        let (kind, _, unit) = account_parts(account);
        if ledger.account(kind).is_some_and(|k| k.below_zero) {
            continue;
        }
        let mut held: BTreeMap<&str, i128> = BTreeMap::new();
        for (day, classes) in days {
            for (class, sum) in classes {
                let now = held.entry(class).or_default();
                *now += sum;
                if *now < 0 {
                    let less = shown(*now, digits_of(ledger, unit)?);
                    report.fault(
                        format!("账户 {account} 在 {day} 为负：{less}"),
                        format!("account {account} is {less} on {day}"),
                    );
                }
            }
        }
    }
    Ok(())
}

/// The accounts as they stand are what the entries make: nothing lost, nothing doubled.
async fn accounts(books: &Books, ledger: &Ledger, made: &Made, report: &mut Report) -> Result<()> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut last = String::new();
    loop {
        let args = [ledger.account_room().into(), last.as_str().into(), PAGE.into()];
        let page = books
            .db()
            .docs("WHERE room = $1 AND id > $2 ORDER BY id LIMIT $3", &args)
            .await?;
        let Some(end) = page.last() else { break };
        last.clone_from(&end.id);
        for doc in page {
            report.accounts += 1;
            let digits = digits_of(ledger, account_parts(&doc.id).2)?;
            let empty = BTreeMap::new();
            let days = made.moves.get(&doc.id).unwrap_or(&empty);
            let mut classes: BTreeMap<&str, i128> = BTreeMap::new();
            for (class, sum) in days.values().flatten() {
                *classes.entry(class).or_default() += sum;
            }
            let whole: i128 = classes.values().sum();
            let stands = doc.text("balance");
            if parts(stands, digits).ok() != Some(whole) {
                let entries = shown(whole, digits);
                report.fault(
                    format!("账户 {} 的余额是 {stands}，由分录算得 {entries}", doc.id),
                    format!("account {} stands at {stands}, its entries make {entries}", doc.id),
                );
            }
            let in_record = doc.body.get("classes").and_then(|c| c.as_object());
            let stand: BTreeMap<&str, Option<i128>> = in_record
                .into_iter()
                .flatten()
                .map(|(class, v)| (class.as_str(), v.as_str().and_then(|t| parts(t, digits).ok())))
                .collect();
            let want: BTreeMap<&str, Option<i128>> = classes
                .into_iter()
                .filter(|(class, sum)| !class.is_empty() && *sum != 0)
                .map(|(class, sum)| (class, Some(sum)))
                .collect();
            if stand != want {
                report.fault(
                    format!("账户 {} 各有效期的余额与分录不符", doc.id),
                    format!("account {}: its classes differ from its entries", doc.id),
                );
            }
            seen.insert(doc.id);
        }
    }
    for account in made.moves.keys().filter(|a| !seen.contains(*a)) {
        report.fault(
            format!("分录中的账户 {account} 不存在"),
            format!("account {account} of entries is not there"),
        );
    }
    Ok(())
}

/// An entry is never changed after it was posted, only marked; and a request key has made one job's events only.
async fn untouched(books: &Books, ledger: &Ledger, report: &mut Report) -> Result<()> {
    let rest = "WHERE room = $1 AND version > 1 ORDER BY seq";
    for event in books.db().events(rest, &[ledger.entry_room().into()]).await? {
        let marks = ["reversed_by", "ended_by", "_state", "_due"];
        let only = event
            .patch
            .as_object()
            .is_some_and(|p| p.keys().all(|k| marks.contains(&k.as_str())));
        if !only {
            report.fault(
                format!("分录 {} 记账后被改动（事件 {}）", event.id, event.seq),
                format!(
                    "entry {} was changed after it was posted (event {})",
                    event.id, event.seq
                ),
            );
        }
    }
    let sql = "SELECT request, CAST(min(seq) AS TEXT), CAST(max(seq) AS TEXT) FROM event WHERE request IS NOT NULL
        GROUP BY request HAVING max(seq) - min(seq) + 1 <> count(*) LIMIT 50";
    for row in books.db().texts(sql, &[]).await? {
        let cell = |i: usize| row.get(i).cloned().flatten().unwrap_or_default();
        report.fault(
            format!("请求号“{}”在事件 {} 和 {} 两次生效", cell(0), cell(1), cell(2)),
            format!(
                "request key `{}` took effect twice: events {} and {}",
                cell(0),
                cell(1),
                cell(2)
            ),
        );
    }
    Ok(())
}

/// Each closed period still has the balances it was closed with.
async fn periods(books: &Books, ledger: &Ledger, made: &Made, report: &mut Report) -> Result<()> {
    let rest = "WHERE room = $1 AND id <> 'last' ORDER BY id";
    for doc in books.db().docs(rest, &[ledger.close_room().into()]).await? {
        report.periods += 1;
        let day = day_of(&doc.body);
        let trial = trial_of(ledger, day, &until(made, day))?;
        if seal(&trial) != text(&doc.body, "hash") {
            report.fault(
                format!("结至 {day} 的余额与结账时不同"),
                format!("the balances of {day} differ from those it was closed with"),
            );
        }
    }
    Ok(())
}

fn until(made: &Made, day: &str) -> Sums {
    let mut sums = Sums::new();
    for (account, days) in &made.moves {
        let sum = days
            .iter()
            .filter(|(d, _)| d.as_str() <= day)
            .flat_map(|(_, c)| c.values())
            .sum();
        sums.insert(account.clone(), sum);
    }
    sums
}

/// The checks of the ledger's file.
async fn agreed(books: &Books, ledger: &Ledger, packs: &Packs, made: &Made, report: &mut Report) -> Result<()> {
    let now = until(made, "9999-12-31");
    for check in &ledger.checks {
        // By holder (for a register) and unit: what the kinds of the check hold.
        let mut left: BTreeMap<(String, String), i128> = BTreeMap::new();
        let mut right: BTreeMap<(String, String), i128> = BTreeMap::new();
        let by_holder = check.register.is_some();
        for (account, sum) in &now {
            let (kind, holder, unit) = account_parts(account);
            let key = (if by_holder { holder } else { "" }.to_string(), unit.to_string());
            if check.sum.iter().any(|k| k == kind) {
                *left.entry(key.clone()).or_default() += sum;
            }
            if check.equal.iter().any(|k| k == kind) {
                *right.entry(key).or_default() += sum;
            }
        }
        if let Some(register) = &check.register {
            let pack = ledger.id.split('/').next().unwrap_or("");
            let room = format!("register:{}", Packs::name(pack, register));
            if !packs.registers.contains_key(&Packs::name(pack, register)) {
                continue;
            }
            for (holder, unit) in left.keys() {
                let Some(field) = check.fields.get(unit) else { continue };
                let record = books.get(&room, holder).await?;
                let said = record.as_ref().map(|r| r.text(field)).unwrap_or("");
                if let Ok(amount) = parts(said, digits_of(ledger, unit)?) {
                    right.insert((holder.clone(), unit.clone()), amount);
                }
            }
        }
        for (key, held) in &left {
            let other = right.get(key).copied();
            if other.unwrap_or(0) != *held {
                let digits = digits_of(ledger, &key.1)?;
                let want = other.map_or("—".to_string(), |o| shown(o, digits));
                let (who, held) = (&key.0, shown(*held, digits));
                let zh = format!("{}：{who} {} 账面 {held}，应为 {want}", check.title.zh, key.1);
                let en = format!("{}: {who} {} has {held}, should be {want}", check.title.en, key.1);
                if by_holder {
                    report.findings.push(figure::Text::new(zh, en));
                } else {
                    report.fault(zh, en);
                }
            }
        }
    }
    Ok(())
}
