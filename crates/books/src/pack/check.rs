//! What a file says of other files and of itself must fit. Each mistake is placed on the line that says it.

use super::place::Book;
use super::{Fault, Kind, Packs};
use std::collections::{BTreeMap, BTreeSet};

impl Book<'_> {
    /// Weights below one item make 100 %, all numbers can be read, and no item lies under itself.
    fn weights(&mut self, s: &super::ScoreCard) {
        self.whole();
        let number = |text: &str| figure::Decimal::parse(text).ok();
        let froms = s.bands.iter().filter_map(|b| b.from.as_deref());
        let scorings = s.items.iter().filter_map(|i| i.scoring.as_ref());
        let texts = scorings.flat_map(|r| r.numbers());
        for text in froms
            .chain(texts)
            .chain(s.items.iter().filter_map(|i| i.weight.as_deref()))
        {
            if number(text).is_none() {
                self.say(text, format!("“{text}”不是数字"), format!("`{text}` is no number"));
            }
        }
        for item in &s.items {
            let mut above = item.parent.as_deref();
            for _ in 0..=s.items.len() {
                above = above
                    .and_then(|a| s.items.iter().find(|i| i.id == a))
                    .and_then(|i| i.parent.as_deref());
            }
            if above.is_some() {
                self.say(
                    &item.id,
                    format!("指标“{}”的上级成环", item.id),
                    format!("item `{}` lies under itself", item.id),
                );
            }
        }
        let parents: BTreeSet<Option<&str>> = s.items.iter().map(|i| i.parent.as_deref()).collect();
        for parent in parents {
            let below = || {
                s.items
                    .iter()
                    .filter(|i| i.parent.as_deref() == parent && !i.is_bonus())
            };
            // A weight that is not known, or known by law, is not added up here.
            if below().any(|i| i.weight.is_none() || i.law.is_some()) {
                continue;
            }
            let weights = below().filter_map(|i| number(i.weight.as_deref()?));
            let sum = weights.fold(figure::Decimal::ZERO, |a, b| a.add(b).unwrap_or(a));
            if below().next().is_some() && sum != figure::Decimal::from_int(100) {
                let first = below().next().map_or("", |i| i.id.as_str());
                self.say(
                    first,
                    format!("同级权重合计 {sum}%，应为 100%"),
                    format!("weights add up to {sum} %, not 100 %"),
                );
            }
        }
    }
}

pub(super) fn check(packs: &Packs, texts: &BTreeMap<String, String>, faults: &mut Vec<Fault>) {
    let empty = String::new();
    let file_of = |sub: &str, id: &str| {
        let (pack, name) = id.split_once('/').unwrap_or((id, ""));
        format!("{pack}/{sub}/{name}.toml")
    };
    for (id, r) in &packs.registers {
        let file = file_of("registers", id);
        let text = texts.get(&file).unwrap_or(&empty);
        Book::open(packs, file, text, id, faults).register(r);
    }
    for (id, p) in &packs.procedures {
        let file = file_of("procedures", id);
        let text = texts.get(&file).unwrap_or(&empty);
        let mut book = Book::open(packs, file, text, id, faults);
        book.fields(&p.fields);
        book.top();
        book.known(&p.fields, "name", &p.name);
        let states: BTreeSet<&str> = p.states.iter().map(|s| s.id.as_str()).collect();
        let moves: BTreeSet<&str> = p.moves.iter().map(|m| m.id.as_str()).collect();
        for (i, m) in p.moves.iter().enumerate() {
            book.at("move", i);
            for state in m.from.iter().chain(&m.to) {
                if !states.contains(state.as_str()) {
                    book.say(
                        state,
                        format!("没有状态“{state}”"),
                        format!("there is no state `{state}`"),
                    );
                }
            }
            for name in m.require.iter().chain(&m.edit).chain(m.set.keys()) {
                book.known(&p.fields, "", name);
            }
            if let Some(ask) = &m.ask {
                let given = ask.with.values().filter(|v| !v.starts_with('='));
                for name in given.chain(ask.columns.values()).chain([&ask.into]) {
                    book.known(&p.fields, "", name);
                }
            }
            for name in m
                .posts
                .iter()
                .flat_map(|p| p.with.values())
                .filter(|v| !v.starts_with('='))
            {
                book.known(&p.fields, "", name);
            }
            for post in &m.posts {
                let ledger = Packs::name(book.pack, &post.ledger);
                match packs.ledgers.get(&ledger) {
                    None => book.say(
                        &post.ledger,
                        format!("没有账本“{ledger}”"),
                        format!("there is no ledger `{ledger}`"),
                    ),
                    Some(l) if !l.templates.iter().any(|t| t.id == post.template) => {
                        book.say(
                            &post.template,
                            format!("账本“{ledger}”没有模板“{}”", post.template),
                            format!("ledger `{ledger}` has no template `{}`", post.template),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
        book.whole();
        if !p.moves.iter().any(|m| m.from.is_empty()) {
            book.say(
                &p.prefix,
                "没有立案的步骤（from 为空的 move）",
                "no move opens a case (one with an empty `from`)",
            );
        }
        for (i, d) in p.deadlines.iter().enumerate() {
            book.at("deadline", i);
            for name in d.from.iter().chain(&d.until) {
                if !moves.contains(name.as_str()) {
                    book.say(name, format!("没有步骤“{name}”"), format!("there is no move `{name}`"));
                }
            }
            for name in d.field.iter().chain(&d.from_field).chain(&d.period) {
                book.known(&p.fields, "", name);
            }
            if d.every.is_some() != d.period.is_some() || (d.every.is_some() && d.rule.is_none()) {
                book.say(
                    &d.id,
                    format!("期限“{}”：every 须与 period、rule 同写", d.id),
                    format!("deadline `{}`: `every` goes with `period` and `rule`", d.id),
                );
            }
            if d.rule.is_some() == d.field.is_some() {
                book.say(
                    &d.id,
                    format!("期限“{}”须写 rule 或 field 之一", d.id),
                    format!("deadline `{}`: say either `rule` or `field`", d.id),
                );
            }
        }
        for (i, m) in p.moves.iter().enumerate() {
            book.at("move", i);
            for name in &m.not_by {
                if !moves.contains(name.as_str()) {
                    book.say(name, format!("没有步骤“{name}”"), format!("there is no move `{name}`"));
                }
            }
            if let Some(name) = m.extends.as_ref().filter(|e| p.deadline(e).is_none()) {
                book.say(
                    name,
                    format!("没有期限“{name}”"),
                    format!("there is no deadline `{name}`"),
                );
            }
        }
        book.at("progress", 0);
        if let Some(g) = &p.progress {
            for (name, kind) in [
                (&g.milestones, Kind::Long),
                (&g.number, Kind::Integer),
                (&g.due, Kind::Date),
            ] {
                if p.field(name).is_none_or(|f| f.kind != kind) {
                    book.say(
                        name,
                        format!("progress 的“{name}”须是 {kind:?} 类字段"),
                        format!("`{name}` of `progress` must be a field of type {kind:?}"),
                    );
                }
            }
            for name in g.report.iter().chain(&g.accept).chain(&g.reject) {
                if !moves.contains(name.as_str()) {
                    book.say(name, format!("没有步骤“{name}”"), format!("there is no move `{name}`"));
                }
            }
        }
        // Every state can be reached, and none but an end is without a way out.
        for (i, s) in p.states.iter().enumerate() {
            book.at("state", i);
            if !p.moves.iter().any(|m| m.to.as_deref() == Some(s.id.as_str())) {
                book.say(
                    &s.id,
                    format!("状态“{}”到不了", s.id),
                    format!("state `{}` cannot be reached", s.id),
                );
            }
            if !s.end && !p.moves.iter().any(|m| m.to.is_some() && m.from.contains(&s.id)) {
                book.say(
                    &s.id,
                    format!("状态“{}”出不去，又不是终点", s.id),
                    format!("state `{}` has no way out and is no end", s.id),
                );
            }
        }
    }
    for (id, l) in &packs.ledgers {
        let file = file_of("ledgers", id);
        let text = texts.get(&file).unwrap_or(&empty);
        let mut book = Book::open(packs, file, text, id, faults);
        for kind in &l.accounts {
            let register = Packs::name(book.pack, &kind.holder);
            if !matches!(kind.holder.as_str(), "none" | "division") && !packs.registers.contains_key(&register) {
                book.say(
                    &kind.holder,
                    format!("没有名录“{}”：holder 写名录、division 或 none", kind.holder),
                    format!(
                        "there is no register `{}`: `holder` is a register, `division` or `none`",
                        kind.holder
                    ),
                );
            }
        }
        let named = l.templates.iter().filter_map(|t| t.then.as_ref());
        for name in named.chain(l.accounts.iter().filter_map(|a| a.on_expiry.as_ref())) {
            if l.template(name).is_none() {
                book.say(
                    name,
                    format!("没有模板“{name}”"),
                    format!("there is no template `{name}`"),
                );
            }
        }
        for t in l.templates.iter().filter(|t| t.then.is_some() != t.until.is_some()) {
            book.say(
                &t.id,
                "until 与 then 须同时写",
                "say both `until` and `then`, or neither",
            );
        }
        for name in l.checks.iter().flat_map(|c| c.sum.iter().chain(&c.equal)) {
            if l.account(name).is_none() {
                book.say(
                    name,
                    format!("没有科目“{name}”"),
                    format!("there is no account `{name}`"),
                );
            }
        }
        for (i, t) in l.templates.iter().enumerate() {
            book.at("template", i);
            let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
            for line in &t.lines {
                if !l.accounts.iter().any(|a| a.id == line.account) {
                    book.say(
                        &line.account,
                        format!("没有科目“{}”", line.account),
                        format!("there is no account `{}`", line.account),
                    );
                }
                match line.sign.as_str() {
                    "+" => *sums.entry(&line.amount).or_default() += 1,
                    "-" => *sums.entry(&line.amount).or_default() -= 1,
                    other => book.say(other, "sign 只能是 + 或 -", "`sign` is + or -"),
                }
            }
            if sums.values().any(|s| *s != 0) {
                book.say(
                    &t.id,
                    format!("模板“{}”借贷不平", t.id),
                    format!("template `{}` does not balance", t.id),
                );
            }
        }
    }
    for (id, s) in &packs.scores {
        let file = file_of("scores", id);
        let text = texts.get(&file).unwrap_or(&empty);
        let mut book = Book::open(packs, file, text, id, faults);
        book.fields(&s.fields);
        book.top();
        if !packs.registers.contains_key(&Packs::name(book.pack, &s.subject)) {
            book.say_of(
                "subject",
                &s.subject,
                format!("没有名录“{}”", s.subject),
                format!("there is no register `{}`", s.subject),
            );
        }
        for (i, item) in s.items.iter().enumerate() {
            book.at("item", i);
            if let Some(parent) = item.parent.as_ref().filter(|p| !s.items.iter().any(|i| &i.id == *p)) {
                book.say(
                    parent,
                    format!("没有指标“{parent}”"),
                    format!("there is no item `{parent}`"),
                );
            }
        }
        book.weights(s);
        for (i, veto) in s.vetoes.iter().enumerate() {
            book.at("veto", i);
            if !s.bands.iter().any(|b| b.id == veto.grade) {
                book.say(
                    &veto.grade,
                    format!("没有等级“{}”", veto.grade),
                    format!("there is no grade `{}`", veto.grade),
                );
            }
        }
    }
}
