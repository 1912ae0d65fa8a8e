//! What is asked of a ledger: an entry, an account's statement, the trial balance of any day, the reserves by level.

use super::draft::movements;
use super::plan::digits_of;
use super::{Entry, account_parts, ledger_of, lines_of, parts, shown};
use crate::error::{Error, Result};
use crate::event::Doc;
use crate::pack::{Ledger, Packs};
use crate::{Books, text};
use serde::Serialize;

use std::collections::BTreeMap;

/// Records read at a time.
const PAGE: i64 = 5_000;

/// An entry by its number.
pub async fn entry(books: &Books, packs: &Packs, ledger: &str, id: &str) -> Result<Entry> {
    let room = ledger_of(packs, ledger)?.entry_room();
    let doc = books.get(&room, id).await?;
    doc.map(|d| Entry::of(&d))
        .ok_or_else(|| Error::Missing { room, id: id.into() })
}

/// One movement of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// Effective day.
    pub day: String,
    /// Entry.
    pub entry: String,
    /// Template, and its title.
    pub template: String,
    /// Title of the template.
    pub title: figure::Text,
    /// Last day of what moved; empty where it does not expire.
    pub class: String,
    /// What moved, with sign.
    pub amount: String,
    /// Balance of the account after it.
    pub balance: String,
    /// When it was posted, milliseconds of UTC.
    pub posted: i64,
}

/// An account from one day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The account.
    pub account: String,
    /// Title of its kind.
    pub title: figure::Text,
    /// Who holds it.
    pub holder: String,
    /// Unit.
    pub unit: String,
    /// Balance before the first day.
    pub opening: String,
    /// Movements, by day and then as they were posted.
    pub flows: Vec<Flow>,
    /// Balance at the end of the last day.
    pub closing: String,
    /// What the closing balance consists of, by last day of validity.
    pub classes: BTreeMap<String, String>,
}

/// Statement of an account from a day to a day (both within).
pub async fn statement(
    books: &Books,
    packs: &Packs,
    ledger: &str,
    account: &str,
    from: &str,
    to: &str,
) -> Result<Statement> {
    let ledger = ledger_of(packs, ledger)?;
    crate::day::read(from)?;
    crate::day::read(to)?;
    let (kind, holder, unit) = account_parts(account);
    let digits = digits_of(ledger, unit)?;
    let mut rows = Vec::new();
    for event in books.history(&ledger.account_room(), account).await? {
        let Some(last) = event.patch.get("last") else { continue };
        for (day, class, amount) in movements(std::iter::once(&event.patch), digits)? {
            let (entry, template) = (text(last, "entry").to_string(), text(last, "template").to_string());
            rows.push((day, event.seq, class, amount, entry, template, event.at));
        }
    }
    if rows.is_empty() {
        return Err(Error::Missing {
            room: ledger.account_room(),
            id: account.into(),
        });
    }
    rows.sort();
    let opening: i128 = rows.iter().filter(|r| r.0.as_str() < from).map(|r| r.3).sum();
    let (mut balance, mut flows) = (opening, Vec::new());
    let mut classes: BTreeMap<String, i128> = BTreeMap::new();
    for (day, _, class, amount, entry, template, posted) in rows.into_iter().filter(|r| r.0.as_str() <= to) {
        if !class.is_empty() {
            *classes.entry(class.clone()).or_default() += amount;
        }
        if day.as_str() < from {
            continue;
        }
        balance += amount;
        flows.push(Flow {
            title: ledger
                .template(&template)
                .map_or_else(Default::default, |t| t.title.text()),
            day,
            entry,
            template,
            class,
            amount: super::draft::signed(amount, digits),
            balance: shown(balance, digits),
            posted,
        });
    }
    classes.retain(|_, held| *held != 0);
    Ok(Statement {
        account: account.into(),
        title: ledger.account(kind).map_or_else(Default::default, |k| k.title.text()),
        holder: holder.into(),
        unit: unit.into(),
        opening: shown(opening, digits),
        flows,
        closing: shown(balance, digits),
        classes: classes.into_iter().map(|(c, held)| (c, shown(held, digits))).collect(),
    })
}

/// An account in a trial balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The account.
    pub account: String,
    /// Kind.
    pub kind: String,
    /// Holder.
    pub holder: String,
    /// Unit.
    pub unit: String,
    /// Balance, with a minus for a source.
    pub balance: String,
}

/// One unit of a trial balance: what came in must be what stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Unit.
    pub unit: String,
    /// Balances above zero.
    pub plus: String,
    /// Balances below zero.
    pub minus: String,
    /// Whether both cancel.
    pub balanced: bool,
}

/// All accounts on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Effective day, the last one counted.
    pub day: String,
    /// Accounts with a balance, by id.
    pub accounts: Vec<Balance>,
    /// By unit.
    pub totals: Vec<Total>,
}

/// Balances by account in the units' smallest parts.
pub(super) type Sums = BTreeMap<String, i128>;

/// Adds what entries moved up to a day.
pub(super) fn add(ledger: &Ledger, sums: &mut Sums, docs: &[Doc], to: &str, known: Option<i64>) -> Result<()> {
    for doc in docs {
        let late = known.is_some_and(|at| doc.int("posted").unwrap_or(0) > at);
        if late || doc.text("day") > to {
            continue;
        }
        let digits = digits_of(ledger, doc.text("unit"))?;
        for line in lines_of(&doc.body) {
            *sums.entry(line.account).or_default() += parts(&line.amount, digits)?;
        }
    }
    Ok(())
}

/// Sums of all entries up to a day, and the last entry that was read.
pub(super) async fn sums(books: &Books, ledger: &Ledger, to: &str, known: Option<i64>) -> Result<(Sums, String)> {
    let (mut sums, mut last) = (Sums::new(), String::new());
    loop {
        let args = [ledger.entry_room().into(), last.as_str().into(), PAGE.into()];
        let page = books
            .db()
            .docs("WHERE room = $1 AND id > $2 ORDER BY id LIMIT $3", &args)
            .await?;
        let Some(end) = page.last() else { break };
        last.clone_from(&end.id);
        add(ledger, &mut sums, &page, to, known)?;
    }
    Ok((sums, last))
}

pub(super) fn trial_of(ledger: &Ledger, day: &str, sums: &Sums) -> Result<Trial> {
    let mut accounts = Vec::new();
    let mut units: BTreeMap<&str, (i128, i128)> = BTreeMap::new();
    for (account, sum) in sums.iter().filter(|(_, sum)| **sum != 0) {
        let (kind, holder, unit) = account_parts(account);
        let total = units.entry(unit).or_default();
        if *sum > 0 {
            total.0 += sum;
        } else {
            total.1 += sum;
        }
        accounts.push(Balance {
            account: account.clone(),
            kind: kind.into(),
            holder: holder.into(),
            unit: unit.into(),
            balance: shown(*sum, digits_of(ledger, unit)?),
        });
    }
    let mut totals = Vec::new();
    for (unit, (plus, minus)) in units {
        let digits = digits_of(ledger, unit)?;
        totals.push(Total {
            unit: unit.into(),
            plus: shown(plus, digits),
            minus: shown(minus, digits),
            balanced: plus + minus == 0,
        });
    }
    Ok(Trial {
        day: day.into(),
        accounts,
        totals,
    })
}

/// Trial balance at the end of a day, from the entries themselves; with `known`, as it was known at that instant
/// (milliseconds of UTC).
pub async fn trial(books: &Books, packs: &Packs, ledger: &str, day: &str, known: Option<i64>) -> Result<Trial> {
    let ledger = ledger_of(packs, ledger)?;
    crate::day::read(day)?;
    let (sums, _) = sums(books, ledger, day, known).await?;
    trial_of(ledger, day, &sums)
}

/// A reserve by level of government: what accounts of a kind held by divisions have, as of now.
/// Level by code: `340000` province, `340100` city, any other county. Rows: level, unit, balance.
pub async fn reserves(books: &Books, packs: &Packs, ledger: &str, kind: &str) -> Result<Vec<(String, String, String)>> {
    let ledger = ledger_of(packs, ledger)?;
    let good = ledger.account(kind).is_some_and(|k| k.holder == "division");
    if !good {
        return Err(Error::refused(
            format!("“{kind}”不是由行政区持有的科目。"),
            format!("`{kind}` is no kind of account held by divisions"),
        ));
    }
    let rest = "WHERE room = $1 AND id >= $2 AND id < $3 ORDER BY id";
    // `\u{7f}` is the character after `~`.
    let args = [
        ledger.account_room().into(),
        format!("{kind}~").into(),
        format!("{kind}\u{7f}").into(),
    ];
    let mut levels: BTreeMap<(usize, &str, String), i128> = BTreeMap::new();
    for doc in books.db().docs(rest, &args).await? {
        let (_, code, unit) = account_parts(&doc.id);
        let level = match (code.get(2..), code.get(4..)) {
            (Some(rest), _) if rest.bytes().all(|b| b == b'0') => (0, "province"),
            (_, Some(rest)) if rest.bytes().all(|b| b == b'0') => (1, "city"),
            _ => (2, "county"),
        };
        let held = parts(doc.text("balance"), digits_of(ledger, unit)?)?;
        *levels.entry((level.0, level.1, unit.to_string())).or_default() += held;
    }
    let row = |((_, level, unit), held): ((usize, &str, String), i128)| {
        let digits = digits_of(ledger, &unit)?;
        Ok((level.to_string(), unit, shown(held, digits)))
    };
    levels.into_iter().map(row).collect()
}
