//! What a file says of other files and of itself must fit. Each mistake is placed on the line that says it.

use super::load::fault;
use super::{Fault, Field, Kind, Packs};
use std::collections::{BTreeMap, BTreeSet};

/// Line of the first place where `"word"` stands, from 1.
pub(crate) fn line_of(text: &str, word: &str) -> usize {
    let quoted = format!("\"{word}\"");
    text.lines().position(|l| l.contains(&quoted)).map_or(1, |n| n + 1)
}

struct Book<'a> {
    packs: &'a Packs,
    file: String,
    text: &'a str,
    pack: &'a str,
    faults: &'a mut Vec<Fault>,
}

impl Book<'_> {
    fn say(&mut self, word: &str, zh: impl Into<String>, en: impl Into<String>) {
        let line = line_of(self.text, word);
        self.faults.push(fault(&self.file, line, zh, en));
    }

    fn fields(&mut self, fields: &[Field]) {
        let mut seen = BTreeSet::new();
        for f in fields {
            let good = f
                .name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                && !f.name.starts_with('_')
                && !f.name.is_empty();
            if !good {
                self.say(
                    &f.name,
                    format!("字段名“{}”只可用小写字母、数字和下划线，且不以下划线开头", f.name),
                    format!(
                        "field name `{}`: lower-case letters, digits, underscore, not first",
                        f.name
                    ),
                );
            }
            if !seen.insert(&f.name) {
                self.say(
                    &f.name,
                    format!("字段“{}”写了两次", f.name),
                    format!("field `{}` is there twice", f.name),
                );
            }
            let listed = matches!(f.kind, Kind::Code | Kind::Codes);
            match &f.codes {
                Some(list) if !self.packs.codes.contains_key(&Packs::name(self.pack, list)) => {
                    self.say(
                        list,
                        format!("没有代码表“{list}”"),
                        format!("there is no code list `{list}`"),
                    );
                }
                None if listed => self.say(
                    &f.name,
                    format!("字段“{}”是代码，须写 codes", f.name),
                    format!("field `{}` is a code: say `codes`", f.name),
                ),
                _ => {}
            }
            let linked = matches!(f.kind, Kind::Link | Kind::Links);
            match &f.to {
                Some(to) if !self.linked(f) => {
                    let (zh, en) = match to.starts_with("case:") {
                        true => ("办理流程", "procedure"),
                        false => ("名录", "register"),
                    };
                    self.say(to, format!("没有{zh}“{to}”"), format!("there is no {en} `{to}`"));
                }
                None if linked => self.say(
                    &f.name,
                    format!("字段“{}”是关联，须写 to", f.name),
                    format!("field `{}` is a link: say `to`", f.name),
                ),
                _ => {}
            }
        }
    }

    /// What the link points to is there.
    fn linked(&self, field: &Field) -> bool {
        let room = field.room(self.pack).unwrap_or_default();
        match room.split_once(':') {
            Some(("case", name)) => self.packs.procedures.contains_key(name),
            Some((_, name)) => self.packs.registers.contains_key(name),
            None => false,
        }
    }

    fn known(&mut self, fields: &[Field], name: &str) {
        if !fields.iter().any(|f| f.name == name) {
            self.say(name, format!("没有字段“{name}”"), format!("there is no field `{name}`"));
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
        let mut book = Book {
            packs,
            text,
            pack: id.split('/').next().unwrap_or(""),
            file,
            faults,
        };
        book.fields(&r.fields);
        let named = [
            Some(&r.name),
            r.key.as_ref(),
            r.division.as_ref(),
            r.owner.as_ref(),
            r.state.as_ref(),
        ];
        for name in named.into_iter().flatten().chain(r.valid.iter().flatten()) {
            book.known(&r.fields, name);
        }
        for rule in &r.rules {
            for name in rule.when.iter().chain(&rule.require).chain(&rule.ascending) {
                book.known(&r.fields, name);
            }
        }
        if r.key.is_none() && r.prefix.is_none() {
            book.say(
                "title",
                "须写 key（以某字段为编号）或 prefix（由系统编号）",
                "say `key` (a field is the id) or `prefix` (the system numbers)",
            );
        }
    }
    for (id, p) in &packs.procedures {
        let file = file_of("procedures", id);
        let text = texts.get(&file).unwrap_or(&empty);
        let mut book = Book {
            packs,
            text,
            pack: id.split('/').next().unwrap_or(""),
            file,
            faults,
        };
        book.fields(&p.fields);
        book.known(&p.fields, &p.name);
        let states: BTreeSet<&str> = p.states.iter().map(|s| s.id.as_str()).collect();
        let moves: BTreeSet<&str> = p.moves.iter().map(|m| m.id.as_str()).collect();
        for m in &p.moves {
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
                book.known(&p.fields, name);
            }
            if let Some(ask) = &m.ask {
                let given = ask.with.values().filter(|v| !v.starts_with('='));
                for name in given.chain(ask.columns.values()).chain([&ask.into]) {
                    book.known(&p.fields, name);
                }
            }
            for name in m
                .posts
                .iter()
                .flat_map(|p| p.with.values())
                .filter(|v| !v.starts_with('='))
            {
                book.known(&p.fields, name);
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
        if !p.moves.iter().any(|m| m.from.is_empty()) {
            book.say(
                &p.prefix,
                "没有立案的步骤（from 为空的 move）",
                "no move opens a case (one with an empty `from`)",
            );
        }
        for d in &p.deadlines {
            for name in d.from.iter().chain(&d.until) {
                if !moves.contains(name.as_str()) {
                    book.say(name, format!("没有步骤“{name}”"), format!("there is no move `{name}`"));
                }
            }
            for name in d.field.iter().chain(&d.from_field).chain(&d.period) {
                book.known(&p.fields, name);
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
        for m in &p.moves {
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
        for s in &p.states {
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
        let mut book = Book {
            packs,
            text,
            pack: id.split('/').next().unwrap_or(""),
            file,
            faults,
        };
        for t in &l.templates {
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
        let mut book = Book {
            packs,
            text,
            pack: id.split('/').next().unwrap_or(""),
            file,
            faults,
        };
        book.fields(&s.fields);
        if !packs.registers.contains_key(&Packs::name(book.pack, &s.subject)) {
            book.say(
                &s.subject,
                format!("没有名录“{}”", s.subject),
                format!("there is no register `{}`", s.subject),
            );
        }
        for item in &s.items {
            if let Some(parent) = item.parent.as_ref().filter(|p| !s.items.iter().any(|i| &i.id == *p)) {
                book.say(
                    parent,
                    format!("没有指标“{parent}”"),
                    format!("there is no item `{parent}`"),
                );
            }
        }
        for veto in &s.vetoes {
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
