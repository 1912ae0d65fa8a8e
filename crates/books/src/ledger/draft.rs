//! Postings of one job before they are written: balances as they would stand, floors, classes of validity.

use super::plan::{Plan, PlanLine};
use super::{Order, account_parts, day_of, parts, shown};
use crate::day;
use crate::error::{Error, Result};
use crate::event::{Change, Doc};
use crate::patch::merge;
use crate::{View, text};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One line with its class, ready to be laid on an account.
pub(super) struct Resolved {
    pub account: String,
    pub class: String,
    pub amount: i128,
    /// Parameter of the template it came from; empty for a reversal.
    pub param: String,
    pub expires: bool,
    pub below_zero: bool,
    pub record: Option<(String, String)>,
}

/// What an entry is, beside its lines.
pub(super) struct Head<'a> {
    pub order: &'a Order,
    pub unit: &'a str,
    pub digits: u32,
    /// Further members of its record.
    pub more: Map<String, Value>,
}

/// A movement of an account: day, class, amount.
type Move = (String, String, i128);

/// Entries that one job will write. Each sees the balances that those before it leave.
#[derive(Debug, Default)]
pub struct Draft {
    accounts: HashMap<(String, String), Doc>,
    /// Movements of this draft by account.
    moves: HashMap<(String, String), Vec<Move>>,
    once: BTreeSet<(String, String)>,
    changes: Vec<Change>,
}

impl Draft {
    /// The changes to be written.
    pub fn changes(self) -> Vec<Change> {
        self.changes
    }

    /// Adds a change that belongs to the same job.
    pub(super) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Adds an entry; returns its number.
    pub async fn add(&mut self, view: &mut View, plan: &Plan) -> Result<String> {
        let ledger = plan.order.ledger.as_str();
        if let Some(id) = &plan.once {
            let room = format!("once:{ledger}");
            let before = view.doc(&room, id).await?;
            let entry = before.text("entry");
            if !entry.is_empty() || self.once.contains(&(room.clone(), id.clone())) {
                return Err(Error::refused(
                    format!("“{id}”只能记一次，已记在分录 {entry}。如有误，请先冲正原分录。"),
                    format!("`{id}` may be posted once and is in entry {entry}; take that back first if it is wrong"),
                ));
            }
        }
        let lines = self.resolve(view, plan).await?;
        let mut more = Map::new();
        more.insert("_state".into(), "posted".into());
        if let Some(last) = &plan.until {
            more.insert("until".into(), last.as_str().into());
            more.insert("_due".into(), after(last)?.into());
        }
        if let Some(once) = &plan.once {
            more.insert("once".into(), once.as_str().into());
        }
        let head = Head {
            order: &plan.order,
            unit: &plan.unit,
            digits: plan.digits,
            more,
        };
        let entry = self.lay(view, head, lines).await?;
        if let Some(id) = &plan.once {
            let room = format!("once:{ledger}");
            self.once.insert((room.clone(), id.clone()));
            self.changes
                .push(Change::any(room, id.as_str(), "once", json!({"entry": entry})));
        }
        Ok(entry)
    }

    /// Gives every line its classes: those asked for, those given, or the earliest of the account that pays.
    async fn resolve(&mut self, view: &mut View, plan: &Plan) -> Result<Vec<Resolved>> {
        let room = format!("account:{}", plan.order.ledger);
        let mut classes: BTreeMap<&str, Vec<(String, i128)>> = BTreeMap::new();
        for line in &plan.lines {
            if !line.expires || classes.contains_key(line.param.as_str()) {
                continue;
            }
            let of = |l: &&PlanLine| l.param == line.param && l.amount < 0 && l.expires && !l.below_zero;
            let found = if let Some(given) = plan.given.get(&line.param) {
                given.clone()
            } else if let Some(class) = &plan.class {
                vec![(class.clone(), line.amount.abs())]
            } else if let Some(payer) = plan.lines.iter().find(of) {
                let doc = self.account(view, &room, &payer.account).await?;
                earliest(&doc, line.amount.abs(), &plan.order.day, plan.digits)?
            } else {
                return Err(Error::refused(
                    "须给出有效期截止日（参数 expires）。",
                    "the last day of validity is needed: parameter `expires`",
                ));
            };
            let ended = found.iter().find(|(class, _)| *class < plan.order.day);
            if let (Some((class, _)), false) = (ended, plan.ended) {
                return Err(Error::refused(
                    format!("有效期至 {class} 的额度在 {} 已失效。", plan.order.day),
                    format!("what was valid to {class} has ended on {}", plan.order.day),
                ));
            }
            classes.insert(&line.param, found);
        }
        let mut lines = Vec::with_capacity(plan.lines.len());
        for line in &plan.lines {
            let one = |class: &str, amount: i128| Resolved {
                account: line.account.clone(),
                class: class.to_string(),
                amount,
                param: line.param.clone(),
                expires: line.expires,
                below_zero: line.below_zero,
                record: line.record.clone(),
            };
            match classes.get(line.param.as_str()).filter(|_| line.expires) {
                None => lines.push(one("", line.amount)),
                Some(found) => {
                    lines.extend(
                        found
                            .iter()
                            .map(|(class, amount)| one(class, amount * line.amount.signum())),
                    );
                }
            }
        }
        Ok(lines)
    }

    /// Lays lines on their accounts: the rules that every entry obeys, whoever made it.
    pub(super) async fn lay(&mut self, view: &mut View, head: Head<'_>, lines: Vec<Resolved>) -> Result<String> {
        let (ledger, on) = (head.order.ledger.as_str(), head.order.day.as_str());
        if lines.iter().map(|l| l.amount).sum::<i128>() != 0 {
            return Err(Error::refused(
                "分录借贷不平，未记账。",
                "the entry does not balance; not posted",
            ));
        }
        let today = day::of(view.now()).to_string();
        if on > today.as_str() {
            return Err(Error::refused(
                format!("生效日 {on} 晚于今天（{today}），不能预先记账。"),
                format!("the effective day {on} is after today ({today})"),
            ));
        }
        let closed = view.doc(&format!("close:{ledger}"), "last").await?;
        if on <= day_of(&closed.body) {
            let last = day_of(&closed.body);
            return Err(Error::refused(
                format!("账期已结至 {last}，不能再记 {on} 的账；更正请以今天为生效日冲正。"),
                format!("the books are closed to {last}: {on} cannot be posted; correct it with an entry of today"),
            ));
        }
        let id = format!("{:012}", view.fresh());
        let rows: Vec<Value> = lines
            .iter()
            .map(|l| json!([l.account, l.class, signed(l.amount, head.digits), l.param]))
            .collect();
        let mut body = head.more;
        for (key, value) in [
            ("template", json!(head.order.template)),
            ("day", json!(on)),
            ("unit", json!(head.unit)),
            ("params", json!(head.order.params)),
            ("papers", json!(head.order.papers)),
            ("lines", Value::Array(rows)),
            ("posted", json!(view.now())),
        ] {
            body.insert(key.into(), value);
        }
        self.changes.push(Change::at(
            format!("entry:{ledger}"),
            &id,
            "post",
            0,
            Value::Object(body),
        ));
        let mut by_account: BTreeMap<&str, Vec<&Resolved>> = BTreeMap::new();
        for line in &lines {
            by_account.entry(&line.account).or_default().push(line);
        }
        for (account, lines) in by_account {
            self.change(
                view,
                &head.order.template,
                &id,
                (ledger, on, head.digits),
                account,
                &lines,
            )
            .await?;
        }
        Ok(id)
    }

    async fn change(
        &mut self,
        view: &mut View,
        template: &str,
        entry: &str,
        (ledger, on, digits): (&str, &str, u32),
        account: &str,
        lines: &[&Resolved],
    ) -> Result<()> {
        let room = format!("account:{ledger}");
        let key = (room.clone(), account.to_string());
        let mut doc = self.account(view, &room, account).await?;
        let mut patch = Map::new();
        if doc.body.get("kind").is_none() {
            patch = opened(view, account, lines).await?;
        }
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for line in lines {
            *sums.entry(&line.class).or_default() += line.amount;
        }
        let (floor, expires) = (!lines[0].below_zero, lines[0].expires);
        let mut balance = parts(nought(doc.text("balance")), digits)?;
        let mut classes = Map::new();
        for (class, sum) in &sums {
            let held = if expires { held(&doc, class, digits)? } else { balance };
            balance += sum;
            let left = held + sum;
            if floor && left < 0 && *sum < 0 {
                return Err(short(account, class, shown(held, digits), shown(-sum, digits)));
            }
            if expires {
                classes.insert(
                    (*class).into(),
                    match left {
                        0 => Value::Null,
                        _ => shown(left, digits).into(),
                    },
                );
            }
        }
        if floor && on < day_of(&doc.body) && sums.values().any(|s| *s < 0) {
            self.since(view, &key, on, &sums, digits).await?;
        }
        patch.insert("balance".into(), shown(balance, digits).into());
        if expires {
            patch.insert("classes".into(), Value::Object(classes));
        }
        patch.insert("day".into(), on.max(day_of(&doc.body)).into());
        let moved: Vec<Value> = sums.iter().map(|(c, s)| json!([c, signed(*s, digits)])).collect();
        patch.insert(
            "last".into(),
            json!({"entry": entry, "template": template, "day": on, "parts": moved}),
        );
        merge(&mut doc.body, &Value::Object(patch.clone()));
        if expires {
            let first = doc
                .body
                .get("classes")
                .and_then(Value::as_object)
                .and_then(|c| c.keys().min().cloned());
            let due = first.map(|class| after(&class)).transpose()?;
            patch.insert("_due".into(), due.map_or(Value::Null, Value::from));
            merge(&mut doc.body, &json!({"_due": due}));
        }
        let moves = self.moves.entry(key.clone()).or_default();
        moves.extend(
            sums.iter()
                .map(|(class, sum)| (on.to_string(), (*class).to_string(), *sum)),
        );
        self.accounts.insert(key, doc);
        self.changes
            .push(Change::any(room, account, "post", Value::Object(patch)));
        Ok(())
    }

    /// A posting for an earlier day must not take what later postings have used: no day since then may go below zero.
    async fn since(
        &self,
        view: &mut View,
        key: &(String, String),
        on: &str,
        sums: &BTreeMap<&str, i128>,
        digits: u32,
    ) -> Result<()> {
        let mut all = movements(
            view.log(
                "WHERE room = $1 AND id = $2 ORDER BY seq",
                &[key.0.clone().into(), key.1.clone().into()],
            )
            .await?
            .iter()
            .map(|e| &e.patch),
            digits,
        )?;
        all.extend(self.moves.get(key).into_iter().flatten().cloned());
        all.sort();
        for (class, sum) in sums {
            let of = |d: &str, c: &str| c == *class && d <= on;
            let mut held: i128 = all.iter().filter(|(d, c, _)| of(d, c)).map(|(_, _, s)| s).sum();
            let mut least = (held, on.to_string());
            let mut days: BTreeMap<&str, i128> = BTreeMap::new();
            for (d, _, s) in all.iter().filter(|(d, c, _)| c == class && d.as_str() > on) {
                *days.entry(d).or_default() += s;
            }
            for (d, s) in days {
                held += s;
                if held < least.0 {
                    least = (held, d.to_string());
                }
            }
            if least.0 + sum < 0 {
                let had = format!("{}（{}）", shown(least.0, digits), least.1);
                return Err(short(&key.1, class, had, shown(-sum, digits)));
            }
        }
        Ok(())
    }

    async fn account(&self, view: &mut View, room: &str, id: &str) -> Result<Doc> {
        match self.accounts.get(&(room.to_string(), id.to_string())) {
            Some(doc) => Ok(doc.clone()),
            None => view.doc(room, id).await,
        }
    }
}

/// The movements that patches of an account's record tell: day, class, amount.
pub(super) fn movements<'a>(patches: impl Iterator<Item = &'a Value>, digits: u32) -> Result<Vec<Move>> {
    let mut all = Vec::new();
    for last in patches.filter_map(|p| p.get("last")) {
        for part in last.get("parts").and_then(Value::as_array).into_iter().flatten() {
            let cell = |i: usize| part.get(i).and_then(Value::as_str).unwrap_or("");
            all.push((
                text(last, "day").to_string(),
                cell(0).to_string(),
                parts(cell(1), digits)?,
            ));
        }
    }
    Ok(all)
}

/// The first members of an account: who holds it, and who may see it.
async fn opened(view: &mut View, account: &str, lines: &[&Resolved]) -> Result<Map<String, Value>> {
    let (kind, holder, unit) = account_parts(account);
    let mut patch = Map::new();
    for (key, value) in [("kind", kind), ("holder", holder), ("unit", unit)] {
        patch.insert(key.into(), value.into());
    }
    match lines.iter().find_map(|l| l.record.as_ref()) {
        Some((room, id)) => {
            let record = view.doc(room, id).await?;
            if record.version == 0 {
                return Err(Error::refused(
                    format!("账户持有人“{id}”不在名录（{room}）中，请先登记。"),
                    format!("the holder `{id}` is not in {room}: enter it there first"),
                ));
            }
            let owner = Some(record.text("_owner")).filter(|o| !o.is_empty()).unwrap_or(id);
            patch.insert("_owner".into(), owner.into());
            patch.insert("_division".into(), record.text("_division").into());
        }
        None if !holder.is_empty() => {
            patch.insert("_division".into(), holder.into());
        }
        None => {}
    }
    Ok(patch)
}

/// Classes of an account that together give an amount, those that end first.
fn earliest(doc: &Doc, amount: i128, on: &str, digits: u32) -> Result<Vec<(String, i128)>> {
    let mut found = Vec::new();
    let mut left = amount;
    let empty = Map::new();
    let classes = doc.body.get("classes").and_then(Value::as_object).unwrap_or(&empty);
    let mut days: Vec<&String> = classes.keys().filter(|c| c.as_str() >= on).collect();
    days.sort();
    for class in days {
        let take = held(doc, class, digits)?.min(left);
        if take > 0 {
            found.push((class.clone(), take));
            left -= take;
        }
        if left == 0 {
            return Ok(found);
        }
    }
    Err(short(&doc.id, "", shown(amount - left, digits), shown(amount, digits)))
}

fn held(doc: &Doc, class: &str, digits: u32) -> Result<i128> {
    let text = doc
        .body
        .get("classes")
        .and_then(|c| c.get(class))
        .and_then(Value::as_str);
    parts(text.unwrap_or("0"), digits)
}

fn nought(text: &str) -> &str {
    if text.is_empty() { "0" } else { text }
}

fn short(account: &str, class: &str, held: String, wanted: String) -> Error {
    let (of, of_en) = match class {
        "" => (String::new(), String::new()),
        class => (format!("有效期至 {class} 的"), format!(" of what is valid to {class}")),
    };
    Error::refused(
        format!("账户“{account}”{of}可用余额不足：现有 {held}，需要 {wanted}。"),
        format!("account `{account}` has {held}{of_en}; {wanted} is wanted"),
    )
}

/// Decimal text with its sign.
pub(super) fn signed(amount: i128, digits: u32) -> String {
    let text = shown(amount, digits);
    if amount > 0 { format!("+{text}") } else { text }
}

/// The instant after a last day: the beginning of the next one.
pub(super) fn after(last: &str) -> Result<i64> {
    let next = day::read(last)?.succ_opt();
    next.map(day::begins)
        .ok_or_else(|| Error::refused(format!("日期“{last}”太晚。"), format!("`{last}` is too late a day")))
}
