//! Reads what was given for the fields of a register (or of a case, or of a form) into what is kept.

use super::value::Column;
use crate::error::FieldFault;
use crate::pack::register::Rule;
use crate::pack::{Field, Kind, Packs, Register};
use chrono::NaiveDate;
use figure::{Decimal, Text};
use law::Law;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// The fields of something, made ready to read many records.
#[derive(Debug)]
pub struct Reader {
    columns: Vec<Column>,
    rules: Vec<Rule>,
    /// Field names, and the names they had.
    places: HashMap<String, usize>,
    law: Arc<Law>,
    today: NaiveDate,
}

impl Reader {
    /// For a register, with its rules across fields.
    pub fn of(packs: &Packs, register: &Register, law: &Arc<Law>, today: NaiveDate) -> Self {
        let pack = register.id.split('/').next().unwrap_or("");
        let mut reader = Self::of_fields(packs, pack, &register.fields, law, today);
        if let Some([_, to]) = &register.valid
            && let Some(i) = reader.places.get(to)
        {
            reader.columns[*i].last = true;
        }
        reader.rules.clone_from(&register.rules);
        reader
    }

    /// For fields of `pack`, without rules. A pattern that is no regular expression is left out here: `packs check` names it.
    pub fn of_fields(packs: &Packs, pack: &str, fields: &[Field], law: &Arc<Law>, today: NaiveDate) -> Self {
        let mut columns = Vec::with_capacity(fields.len());
        let mut places = HashMap::new();
        for (i, f) in fields.iter().enumerate() {
            for old in &f.was {
                places.entry(old.clone()).or_insert(i);
            }
            let list = f.codes.as_ref().and_then(|c| packs.codes.get(&Packs::name(pack, c)));
            let mut codes = HashMap::new();
            let mut words = HashMap::new();
            for c in list.iter().flat_map(|l| &l.codes) {
                for word in [&c.zh, &c.en].into_iter().filter(|w| !w.is_empty()) {
                    codes.entry(word.clone()).or_insert_with(|| c.code.clone());
                }
                words.insert(c.code.clone(), c.zh.clone());
            }
            // A code is itself, even where it is also another code's word.
            for c in list.iter().flat_map(|l| &l.codes) {
                codes.insert(c.code.clone(), c.code.clone());
            }
            columns.push(Column {
                pattern: f
                    .pattern
                    .as_ref()
                    .and_then(|p| regex::Regex::new(&format!("^(?:{p})$")).ok()),
                check: f.check.as_deref().and_then(standards::find),
                field: f.clone(),
                codes,
                words,
                last: false,
            });
        }
        for (i, f) in fields.iter().enumerate() {
            places.insert(f.name.clone(), i);
        }
        Self {
            columns,
            rules: vec![],
            places,
            law: Arc::clone(law),
            today,
        }
    }

    /// Reads what was given, field by field; a field given empty is `null` in the answer, one not given is not there.
    /// Old names of fields are understood.
    pub fn given(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<FieldFault>> {
        let (mut read, mut faults) = (Map::new(), vec![]);
        for (name, value) in given {
            let Some(i) = self.places.get(name) else {
                faults.push(FieldFault::new(
                    name,
                    Text::new(format!("没有字段“{name}”"), format!("there is no field `{name}`")),
                ));
                continue;
            };
            let column = &self.columns[*i];
            match column.read(value, &self.law, self.today) {
                Ok(value) => {
                    read.insert(column.field.name.clone(), value);
                }
                Err(words) => faults.push(FieldFault::new(&column.field.name, titled(&column.field, &words))),
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    /// Lays what was read over a record's fields and looks at the whole: what must be there, and the rules across fields.
    /// A `fresh` record first gets the defaults of the fields that were not given.
    pub fn whole(
        &self,
        base: &Map<String, Value>,
        read: &Map<String, Value>,
        fresh: bool,
    ) -> Result<Map<String, Value>, Vec<FieldFault>> {
        let mut all = base.clone();
        let mut faults = vec![];
        for column in &self.columns {
            let f = &column.field;
            match (read.get(&f.name), &f.default) {
                (Some(Value::Null), _) => {
                    all.remove(&f.name);
                }
                (Some(value), _) => {
                    all.insert(f.name.clone(), value.clone());
                }
                (None, Some(default)) if fresh => {
                    let default = if default == "today" {
                        self.today.to_string()
                    } else {
                        default.clone()
                    };
                    if let Ok(value) = column.read(&Value::String(default), &self.law, self.today)
                        && !value.is_null()
                    {
                        all.insert(f.name.clone(), value);
                    }
                }
                _ => {}
            }
            if f.required && !all.contains_key(&f.name) {
                let words = Text::new("必须填写", "must be given");
                faults.push(FieldFault::new(&f.name, titled(f, &words)));
            }
        }
        for rule in &self.rules {
            self.rule(rule, &all, &mut faults);
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }

    fn rule(&self, rule: &Rule, all: &Map<String, Value>, faults: &mut Vec<FieldFault>) {
        if let Some(when) = &rule.when {
            let Some(value) = all.get(when) else { return };
            let is = |value: &Value| rule.is.iter().any(|w| *w == plain(value));
            let holds = match value {
                Value::Array(items) => items.iter().any(is),
                one => is(one),
            };
            if !rule.is.is_empty() && !holds {
                return;
            }
        }
        for name in rule.require.iter().filter(|n| !all.contains_key(*n)) {
            faults.push(FieldFault::new(name, rule.words.text()));
        }
        let filled: Vec<(&String, &Value)> = rule.ascending.iter().filter_map(|n| Some((n, all.get(n)?))).collect();
        for pair in filled.windows(2) {
            if after(&plain(pair[0].1), &plain(pair[1].1)) {
                faults.push(FieldFault::new(pair[1].0, rule.words.text()));
            }
        }
    }

    /// The fields of a record as they are called today: a value kept under an older name is found under the new one.
    /// Members that no field names any more stay.
    pub fn current(&self, body: &Value) -> Map<String, Value> {
        let mut fields: Map<String, Value> = body
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(k, _)| !k.starts_with('_'))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        for column in &self.columns {
            for old in &column.field.was {
                // An old name that another field bears today is that field's.
                let own = self.columns.iter().any(|c| c.field.name == *old);
                if let Some(value) = (!own).then(|| fields.remove(old)).flatten() {
                    fields.entry(column.field.name.clone()).or_insert(value);
                }
            }
        }
        fields
    }

    /// A value as people read it: words for codes, 是/否, lists joined.
    pub fn shown(&self, field: &str, value: &Value) -> String {
        let column = self.places.get(field).map(|i| &self.columns[*i]);
        let word = |v: &Value| {
            let v = plain(v);
            column
                .and_then(|c| c.words.get(&v))
                .filter(|w| !w.is_empty())
                .cloned()
                .unwrap_or(v)
        };
        match value {
            Value::Null => String::new(),
            Value::Bool(b) => if *b { "是" } else { "否" }.into(),
            Value::Array(items) => items.iter().map(word).collect::<Vec<_>>().join("、"),
            one => word(one),
        }
    }

    /// The fields, in their order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.columns.iter().map(|c| &c.field)
    }

    /// The field of a heading: its name, an old name or a title, with or without unit and star; none for another word.
    pub fn heading(&self, text: &str) -> Option<&Field> {
        let text = text.trim().trim_end_matches('*').trim();
        let bare = text.split(['(', '（']).next().unwrap_or(text).trim();
        let named = |t: &str| {
            self.columns
                .iter()
                .find(|c| c.field.title.zh == t || c.field.name == t || c.field.title.en.eq_ignore_ascii_case(t))
                .or_else(|| self.places.get(t).map(|i| &self.columns[*i]))
        };
        named(text).or_else(|| named(bare)).map(|c| &c.field)
    }

    /// Words that a drop-down offers for a field: its codes' words, with the code before them where a word repeats.
    pub fn choices(&self, packs: &Packs, pack: &str, field: &Field) -> Vec<String> {
        if field.kind == Kind::Bool {
            return vec!["是".into(), "否".into()];
        }
        let list = field
            .codes
            .as_ref()
            .and_then(|c| packs.codes.get(&Packs::name(pack, c)));
        let codes = list.map(|l| l.codes.as_slice()).unwrap_or_default();
        let mut times: HashMap<&str, usize> = HashMap::new();
        for c in codes {
            *times.entry(&c.zh).or_default() += 1;
        }
        codes
            .iter()
            .map(|c| {
                if times[c.zh.as_str()] == 1 {
                    c.zh.clone()
                } else {
                    format!("{} {}", c.code, c.zh)
                }
            })
            .collect()
    }
}

/// Reads a whole new record of a register: normalised fields, or what is wrong with each.
pub fn validate(
    packs: &Packs,
    register: &Register,
    law: &Arc<Law>,
    today: NaiveDate,
    given: &Map<String, Value>,
) -> Result<Value, Vec<FieldFault>> {
    let reader = Reader::of(packs, register, law, today);
    match reader.given(given) {
        Ok(read) => reader.whole(&Map::new(), &read, true).map(Value::Object),
        Err(mut faults) => {
            // The good fields are looked at as well, so that a form shows all that is wrong at once.
            let good: Map<String, Value> = given
                .iter()
                .map(|(k, v)| (k.clone(), v.clone()))
                .filter(|(k, _)| reader.places.contains_key(k))
                .map(|(k, v)| (reader.columns[reader.places[&k]].field.name.clone(), v))
                .collect();
            if let Err(more) = reader.whole(&Map::new(), &good, true) {
                faults.extend(more.into_iter().filter(|m| !good.contains_key(&m.field)));
            }
            faults.sort_by_key(|f| reader.places.get(&f.field).copied());
            Err(faults)
        }
    }
}

/// A value as plain text.
pub(crate) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToString::to_string)
}

/// Whether `a` comes after `b`: as numbers if both are numbers, else as texts (days are written so that this works).
fn after(a: &str, b: &str) -> bool {
    match (Decimal::parse(a), Decimal::parse(b)) {
        (Ok(a), Ok(b)) => a > b,
        _ => a > b,
    }
}

fn titled(field: &Field, words: &Text) -> Text {
    let en = if field.title.en.is_empty() {
        &field.name
    } else {
        &field.title.en
    };
    Text::new(
        format!("{}：{}", field.title.zh, words.zh),
        format!("{en}: {}", words.en),
    )
}
