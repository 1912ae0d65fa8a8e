//! What must fit in a register's file, and in the fields of every file that has fields.

use super::place::Book;
use super::{Field, Kind, Packs, Register};
use chrono::NaiveDate;
use figure::Decimal;
use std::collections::BTreeSet;

impl Book<'_> {
    /// All fields of the file.
    pub(super) fn fields(&mut self, fields: &[Field]) {
        let (mut seen, mut titles) = (BTreeSet::new(), BTreeSet::new());
        for (i, f) in fields.iter().enumerate() {
            self.at("field", i);
            let name = &f.name;
            let good = name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !good || name.starts_with('_') || name.is_empty() || name.len() > 60 || name == "id" {
                self.say_of(
                    "name",
                    name,
                    format!("字段名“{name}”只可用小写字母、数字和下划线，不以下划线开头，且不是 id"),
                    format!("field name `{name}`: lower-case letters, digits, underscore, not first, and not `id`"),
                );
            }
            if !seen.insert(name.as_str()) {
                self.say_of(
                    "name",
                    name,
                    format!("字段“{name}”写了两次"),
                    format!("field `{name}` is there twice"),
                );
            }
            // Headings of a workbook are titles: two alike could not be told apart.
            if !titles.insert(f.title.zh.as_str()) || f.title.zh.is_empty() {
                self.say_of(
                    "title",
                    name,
                    format!("字段“{name}”的标题为空，或与另一字段相同"),
                    format!("field `{name}`: its title is empty or that of another field"),
                );
            }
            self.field(f);
        }
        let names: BTreeSet<&str> = fields.iter().map(|f| f.name.as_str()).collect();
        for (i, f) in fields.iter().enumerate() {
            for old in f.was.iter().filter(|w| names.contains(w.as_str())) {
                self.at("field", i);
                self.say_of(
                    "was",
                    old,
                    format!("曾用名“{old}”是现有字段的名字"),
                    format!("the older name `{old}` is a field of today"),
                );
            }
        }
        self.whole();
    }

    fn field(&mut self, f: &Field) {
        let name = &f.name;
        let listed = matches!(f.kind, Kind::Code | Kind::Codes);
        let linked = matches!(f.kind, Kind::Link | Kind::Links);
        match &f.codes {
            Some(list) if !self.packs.codes.contains_key(&Packs::name(self.pack, list)) => {
                self.say_of(
                    "codes",
                    list,
                    format!("没有代码表“{list}”"),
                    format!("there is no code list `{list}`"),
                );
            }
            Some(_) if !listed && f.kind != Kind::Division => self.say_of(
                "codes",
                "",
                format!("字段“{name}”不是代码，不用 codes"),
                format!("field `{name}` is no code: it takes no `codes`"),
            ),
            None if listed => self.say_of(
                "type",
                name,
                format!("字段“{name}”是代码，须写 codes"),
                format!("field `{name}` is a code: say `codes`"),
            ),
            _ => {}
        }
        match &f.to {
            Some(to) if self.packs.target(self.pack, to).is_none() => {
                let (zh, en) = match to.starts_with("case:") {
                    true => ("办理流程", "procedure"),
                    false => ("名录", "register"),
                };
                self.say_of("to", to, format!("没有{zh}“{to}”"), format!("there is no {en} `{to}`"));
            }
            Some(_) if !linked => self.say_of(
                "to",
                "",
                format!("字段“{name}”不是关联，不用 to"),
                format!("field `{name}` is no link: it takes no `to`"),
            ),
            None if linked => self.say_of(
                "type",
                name,
                format!("字段“{name}”是关联，须写 to"),
                format!("field `{name}` is a link: say `to`"),
            ),
            _ => {}
        }
        if let Some(Err(e)) = f.pattern.as_ref().map(|p| regex::Regex::new(p)) {
            let why = e.to_string().lines().last().unwrap_or("").to_string();
            self.say_of(
                "pattern",
                "",
                format!("正则表达式有误：{why}"),
                format!("the pattern is no regular expression: {why}"),
            );
        }
        if let Some(check) = &f.check {
            let fits = standards::find(check).is_some_and(|c| c.args.iter().filter(|a| a.required).count() == 1);
            if !fits {
                self.say_of(
                    "check",
                    check,
                    format!("没有只取一个参数的函数“{check}”（qingshan figure list 列出全部）"),
                    format!("there is no function `{check}` of one argument (see `qingshan figure list`)"),
                );
            }
        }
        self.bounds(f);
        if f.unique && matches!(f.kind, Kind::Codes | Kind::Links | Kind::Files | Kind::Long) {
            self.say_of(
                "unique",
                "",
                format!("字段“{name}”是列表或长文本，不能 unique"),
                format!("field `{name}` is a list or long text: it cannot be `unique`"),
            );
        }
        if f.personal && f.search {
            self.say_of(
                "search",
                "",
                format!("字段“{name}”是个人信息，不能 search：无权看到的人也会搜到"),
                format!("field `{name}` is personal: with `search` those who may not read it would find it"),
            );
        }
    }

    fn bounds(&mut self, f: &Field) {
        let number = matches!(f.kind, Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude);
        let date = matches!(f.kind, Kind::Date | Kind::Time);
        for (key, bound) in [("min", &f.min), ("max", &f.max)] {
            let Some(bound) = bound else { continue };
            let good = if number {
                Decimal::parse(bound).is_ok()
            } else {
                date && (bound == "today" || bound.parse::<NaiveDate>().is_ok())
            };
            if !good {
                self.say_of(
                    key,
                    bound,
                    format!("{key} 应是数（数值字段）、日期或 today（日期字段），不是“{bound}”"),
                    format!("`{key}` is a number (for numbers), a day or `today` (for days), not `{bound}`"),
                );
            }
        }
        let ordered = match (&f.min, &f.max) {
            (Some(a), Some(b)) if number => !matches!((Decimal::parse(a), Decimal::parse(b)), (Ok(a), Ok(b)) if a > b),
            (Some(a), Some(b)) if a != "today" && b != "today" => a <= b,
            _ => true,
        };
        if !ordered {
            self.say_of("min", "", "min 大于 max", "`min` is above `max`");
        }
        if f.digits.is_some() && f.kind != Kind::Number && !matches!(f.kind, Kind::Longitude | Kind::Latitude) {
            self.say_of("digits", "", "只有数值才有 digits", "only numbers have `digits`");
        }
        let text = matches!(f.kind, Kind::Text | Kind::Long);
        for (key, given) in [("length", f.length.is_some()), ("pattern", f.pattern.is_some())] {
            if given && !text {
                self.say_of(key, "", format!("只有文本才有 {key}"), format!("only text has `{key}`"));
            }
        }
        if let (Some(default), Some(list)) = (&f.default, &f.codes)
            && let Some(codes) = self.packs.codes.get(&Packs::name(self.pack, list))
            && f.kind == Kind::Code
            && !codes.codes.iter().any(|c| c.code == *default || c.zh == *default)
        {
            self.say_of(
                "default",
                default,
                format!("代码表“{list}”里没有默认值“{default}”"),
                format!("the default `{default}` is not in list `{list}`"),
            );
        }
    }

    pub(super) fn known(&mut self, fields: &[Field], key: &str, name: &str) {
        if !fields.iter().any(|f| f.name == name) {
            self.say_of(
                key,
                name,
                format!("没有字段“{name}”"),
                format!("there is no field `{name}`"),
            );
        }
    }

    /// A whole register.
    pub(super) fn register(&mut self, r: &Register) {
        self.fields(&r.fields);
        self.top();
        for (key, name) in [
            ("name", Some(&r.name)),
            ("key", r.key.as_ref()),
            ("division", r.division.as_ref()),
            ("owner", r.owner.as_ref()),
            ("state", r.state.as_ref()),
        ] {
            if let Some(name) = name {
                self.known(&r.fields, key, name);
            }
        }
        for name in r.valid.iter().flatten() {
            self.known(&r.fields, "valid", name);
            self.kind(r, "valid", name, Kind::Date);
        }
        for (key, name, kind) in [
            ("division", &r.division, Kind::Division),
            ("state", &r.state, Kind::Code),
            ("key", &r.key, Kind::Text),
        ] {
            if let Some(name) = name {
                self.kind(r, key, name, kind);
            }
        }
        if let Some(key) = r.key.as_ref().and_then(|k| r.field(k)).filter(|f| !f.required) {
            let i = r.fields.iter().position(|f| f.name == key.name).unwrap_or(0);
            self.at("field", i);
            self.say_of(
                "name",
                &key.name,
                format!("“{}”是记录的编号，须写 required = true", key.name),
                format!("`{}` is the record's id: say `required = true`", key.name),
            );
            self.top();
        }
        if r.key.is_none() && r.prefix.is_none() {
            self.say_of(
                "title",
                "",
                "须写 key（以某字段为编号）或 prefix（由系统编号）",
                "say `key` (a field is the id) or `prefix` (the system numbers)",
            );
        }
        let states = r.state.as_ref().and_then(|s| r.field(s)?.codes.as_ref());
        let states = states.and_then(|c| self.packs.codes.get(&Packs::name(self.pack, c)));
        for state in &r.published {
            if states.is_none_or(|list| !list.codes.iter().any(|c| c.code == *state)) {
                self.say_of(
                    "published",
                    state,
                    format!("状态的代码表里没有“{state}”"),
                    format!("the list of states has no `{state}`"),
                );
            }
        }
        let table = r.table();
        let good = table
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !good || !table.starts_with(|c: char| c.is_ascii_lowercase()) {
            self.say_of(
                "table",
                &table,
                format!("表名“{table}”只可用小写字母、数字和下划线，以字母开头"),
                format!("table `{table}`: lower-case letters, digits and underscore, a letter first"),
            );
        }
        if self.packs.registers.values().any(|o| o.id < r.id && o.table() == table) {
            self.say_of(
                "table",
                &table,
                format!("表名“{table}”已被另一名录使用"),
                format!("another register has table `{table}`"),
            );
        }
        for (i, rule) in r.rules.iter().enumerate() {
            self.at("rule", i);
            for (key, names) in [("require", &rule.require), ("ascending", &rule.ascending)] {
                for name in names {
                    self.known(&r.fields, key, name);
                }
            }
            if let Some(when) = &rule.when {
                self.known(&r.fields, "when", when);
            }
            if rule.require.is_empty() && rule.ascending.len() < 2 {
                self.say_of(
                    "words",
                    "",
                    "规则什么也没要求：须写 require，或 ascending 至少两个字段",
                    "the rule asks for nothing: say `require`, or `ascending` with two fields at least",
                );
            }
            if rule.words.zh.is_empty() {
                self.say_of("words", "", "规则须有提示语", "a rule needs its words");
            }
        }
        self.whole();
    }

    fn kind(&mut self, r: &Register, key: &str, name: &str, kind: Kind) {
        if r.field(name).is_some_and(|f| f.kind != kind) {
            let word = format!("{kind:?}").to_lowercase();
            self.say_of(
                key,
                name,
                format!("{key} 所指的字段“{name}”须是 {word} 类"),
                format!("field `{name}` named by `{key}` must be of type {word}"),
            );
        }
    }
}
