//! Decides inside the writer's job what becomes of rows that were read: new or changed, whole, unique, linked to records
//! that are there, without circles. One row of a form and a hundred thousand of a workbook take the same way; every
//! question to the database is asked for many rows at once.

use super::Desk;
use super::links::{circles, parents};
use super::reader::plain;
use crate::error::{Error, FieldFault, Result};
use crate::pack::Kind;
use crate::patch::diff;
use crate::query::field_sql;
use crate::writer::View;
use crate::{Arg, Change, Doc};
use figure::Text;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Digits of the numbers that the system gives: `PREFIX-000001`.
const NUMBER_DIGITS: usize = 6;
/// Values in one question.
const CHUNK: usize = 500;

/// A row: its fields were read, the record is not looked at yet.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub id: Option<String>,
    pub expect: Option<i64>,
    pub fields: Map<String, Value>,
}

/// What the rows are meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    New,
    Change,
    Either,
}

/// A row that holds.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub before: Doc,
    pub body: Value,
}

impl Row {
    /// Its change; none if everything is as it was.
    pub fn change(&self, kind: &str) -> Option<Change> {
        let patch = diff(&self.before.body, &self.body);
        let empty = patch.as_object().is_none_or(Map::is_empty);
        let b = &self.before;
        (!empty).then(|| Change::at(b.room.clone(), b.id.clone(), kind, b.version, patch))
    }

    /// Whether it adds a record (or brings one back).
    pub fn fresh(&self) -> bool {
        self.before.version == 0 || self.before.gone()
    }
}

/// What was decided: each row in its place, and the change of the counter if numbers were given.
#[derive(Debug)]
pub(crate) struct Settled {
    pub rows: Vec<Result<Row>>,
    pub counter: Option<Change>,
}

struct Work<'a> {
    desk: &'a Desk,
    room: String,
    rows: Vec<Given>,
    ids: Vec<Option<String>>,
    out: Vec<Option<Result<Row>>>,
    wholes: Vec<Map<String, Value>>,
}

/// Decides all rows. A row with a fault keeps nothing; a row that points to such a row falls with it.
pub(crate) async fn settle(desk: &Desk, view: &mut View, rows: Vec<Given>, want: Want) -> Result<Settled> {
    let count = rows.len();
    let mut work = Work {
        desk,
        room: desk.register.room(),
        ids: rows.iter().map(|g| g.id.clone()).collect(),
        rows,
        out: (0..count).map(|_| None).collect(),
        wholes: vec![Map::new(); count],
    };
    work.identify(view, want).await?;
    let counter = work.number(view).await?;
    work.read(view, want).await?;
    work.unique(view).await?;
    work.links(view).await?;
    work.circles(view).await?;
    work.scope();
    Ok(Settled {
        counter,
        rows: work.finish(),
    })
}

impl Work<'_> {
    fn fault(&mut self, i: usize, field: &str, zh: String, en: String) {
        let fault = FieldFault::new(field, Text::new(zh, en));
        match &mut self.out[i] {
            Some(Err(Error::Fields(faults))) => faults.push(fault),
            Some(Err(_)) => {}
            slot => *slot = Some(Err(Error::Fields(vec![fault]))),
        }
    }

    /// Rows that change a record outside the desk's scope, or would leave one there.
    fn scope(&mut self) {
        if self.desk.scope.all {
            return;
        }
        for (slot, whole) in self.out.iter_mut().zip(&self.wholes) {
            let Some(Ok(row)) = slot else { continue };
            let after = Doc {
                body: body(&self.desk.register, &row.before.body, whole.clone(), &row.before.id),
                ..row.before.clone()
            };
            let before = (row.before.version > 0).then_some(&row.before);
            let refusal = before
                .and_then(|d| self.desk.outside(d))
                .or_else(|| self.desk.outside(&after));
            if let Some(refusal) = refusal {
                *slot = Some(Err(refusal));
            }
        }
    }

    fn good(&self, i: usize) -> bool {
        !matches!(self.out[i], Some(Err(_)))
    }

    /// Whether a row's link must be looked at: it was given now, or the record comes back from outside.
    fn asks(&self, i: usize, field: &str) -> bool {
        match &self.out[i] {
            Some(Ok(row)) => self.rows[i].fields.contains_key(field) || row.before.gone(),
            _ => false,
        }
    }

    /// Gives each row its id: its own, that of its key, or that of the record with the same unique value.
    async fn identify(&mut self, view: &mut View, want: Want) -> Result<()> {
        let register = &self.desk.register;
        if let Some(key) = register.key.clone() {
            let title = register.field(&key).map_or_else(|| key.clone(), |f| f.title.zh.clone());
            for i in 0..self.rows.len() {
                let given = self.rows[i].fields.get(&key).filter(|v| !v.is_null()).map(plain);
                match (&self.ids[i], given) {
                    (Some(id), Some(given)) if *id != given => self.fault(
                        i,
                        &key,
                        format!("{title}：它是记录的编号，不能从“{id}”改为“{given}”；请新增后合并"),
                        format!("{key} is the record's id and cannot be changed from `{id}` to `{given}`: add the new one, then merge"),
                    ),
                    (None, Some(given)) => match super::value::id(&given) {
                        Ok(id) => self.ids[i] = Some(id),
                        Err(words) => self.fault(i, &key, words.zh, words.en),
                    },
                    (None, None) => self.fault(
                        i,
                        &key,
                        format!("{title}：必须填写，它是记录的编号"),
                        format!("{key} must be given: it is the record's id"),
                    ),
                    _ => {}
                }
            }
        } else if want == Want::Either
            && let Some(field) = register.fields.iter().find(|f| f.unique).cloned()
        {
            let wanted: Vec<usize> = (0..self.rows.len()).filter(|i| self.ids[*i].is_none()).collect();
            let values: HashSet<String> = wanted
                .iter()
                .filter_map(|i| {
                    self.rows[*i]
                        .fields
                        .get(&field.name)
                        .filter(|v| !v.is_null())
                        .map(plain)
                })
                .collect();
            let there = self
                .with_values(view, &self.room.clone(), &field.name, &field.was, values)
                .await?;
            for i in wanted {
                if let Some(value) = self.rows[i].fields.get(&field.name).map(plain) {
                    self.ids[i] = there.get(&value).and_then(|ids| ids.first()).cloned();
                }
            }
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        let field = register.key.clone().unwrap_or_default();
        for i in 0..self.rows.len() {
            let Some(id) = self.ids[i].clone() else { continue };
            if let Some(first) = seen.insert(id.clone(), i) {
                self.fault(
                    i,
                    &field,
                    format!("“{id}”在本批中已出现过（第 {} 条）", first + 1),
                    format!("`{id}` is already in this batch (record {})", first + 1),
                );
            }
        }
        Ok(())
    }

    /// Numbers the rows that have no id.
    async fn number(&mut self, view: &mut View) -> Result<Option<Change>> {
        let open: Vec<usize> = (0..self.rows.len())
            .filter(|i| self.ids[*i].is_none() && self.good(*i))
            .collect();
        if open.is_empty() {
            return Ok(None);
        }
        let register = &self.desk.register;
        let prefix = register.prefix.clone().unwrap_or_else(|| "R".into());
        let mut n = view.doc("counter", &register.id).await?.int("n").unwrap_or(0);
        for i in open {
            n += 1;
            self.ids[i] = Some(format!("{prefix}-{n:0NUMBER_DIGITS$}"));
        }
        Ok(Some(Change::any(
            "counter",
            register.id.clone(),
            "count",
            json!({"n": n}),
        )))
    }

    /// Reads the records as they stand and lays the rows over them.
    async fn read(&mut self, view: &mut View, want: Want) -> Result<()> {
        let ids: Vec<String> = self.ids.iter().flatten().cloned().collect();
        let docs: HashMap<String, Doc> = view
            .docs(&self.room, &ids)
            .await?
            .into_iter()
            .map(|d| (d.id.clone(), d))
            .collect();
        let key = self.desk.register.key.clone().unwrap_or_default();
        for i in 0..self.rows.len() {
            let Some(id) = self.ids[i].clone().filter(|_| self.good(i)) else {
                continue;
            };
            let doc = docs.get(&id).cloned().unwrap_or_else(|| Doc::new(&self.room, &id));
            let there = doc.version > 0 && !doc.gone();
            if want == Want::Change && !there {
                self.out[i] = Some(Err(Error::Missing { room: doc.room, id }));
                continue;
            }
            if want == Want::New && there {
                self.fault(
                    i,
                    &key,
                    format!("“{id}”已经存在，请打开它修改"),
                    format!("`{id}` is already there: open it to change it"),
                );
                continue;
            }
            // A number that is not ours would collide with one we give later.
            if key.is_empty() && doc.version == 0 && self.rows[i].id.is_some() {
                self.fault(
                    i,
                    "",
                    format!("没有编号为“{id}”的记录；新增记录请把编号留空，由系统编号"),
                    format!("there is no record `{id}`; leave the number empty for a new record"),
                );
                continue;
            }
            if let Some(read) = self.rows[i].expect.filter(|v| *v != doc.version) {
                self.out[i] = Some(Err(Error::Conflict {
                    room: doc.room,
                    id,
                    read,
                    now: doc.version,
                }));
                continue;
            }
            let base = self.desk.reader.current(&doc.body);
            match self.desk.reader.whole(&base, &self.rows[i].fields, doc.version == 0) {
                Ok(whole) => {
                    self.wholes[i] = whole;
                    let body = Value::Null;
                    self.out[i] = Some(Ok(Row { before: doc, body }));
                }
                Err(faults) => self.out[i] = Some(Err(Error::Fields(faults))),
            }
        }
        Ok(())
    }

    /// Records of a room by the values of a field: value → ids.
    async fn with_values(
        &self,
        view: &mut View,
        room: &str,
        field: &str,
        was: &[String],
        values: HashSet<String>,
    ) -> Result<HashMap<String, Vec<String>>> {
        let column = field_sql(field, was);
        let values: Vec<String> = values.into_iter().collect();
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        for chunk in values.chunks(CHUNK) {
            let places: Vec<String> = (1..=chunk.len()).map(|i| format!("${i}")).collect();
            let args: Vec<Arg> = chunk.iter().map(|v| Arg::Text(v.clone())).collect();
            let rest = format!(
                "WHERE room = {} AND gone = 0 AND {column} IN ({})",
                crate::query::literal(room),
                places.join(",")
            );
            for doc in view.find(&rest, &args).await? {
                let value = std::iter::once(field)
                    .chain(was.iter().map(String::as_str))
                    .find_map(|n| doc.body.get(n))
                    .map(plain)
                    .unwrap_or_default();
                found.entry(value).or_default().push(doc.id);
            }
        }
        Ok(found)
    }

    async fn unique(&mut self, view: &mut View) -> Result<()> {
        let register = self.desk.register.clone();
        for field in register
            .fields
            .iter()
            .filter(|f| f.unique && register.key.as_ref() != Some(&f.name))
        {
            let mut of: HashMap<String, Vec<usize>> = HashMap::new();
            for i in (0..self.rows.len()).filter(|i| matches!(self.out[*i], Some(Ok(_)))) {
                if let Some(v) = self.wholes[i].get(&field.name) {
                    of.entry(plain(v)).or_default().push(i);
                }
            }
            let there = self
                .with_values(
                    view,
                    &self.room.clone(),
                    &field.name,
                    &field.was,
                    of.keys().cloned().collect(),
                )
                .await?;
            let mine: HashMap<String, usize> = self
                .ids
                .iter()
                .enumerate()
                .filter(|(i, _)| matches!(self.out[*i], Some(Ok(_))))
                .filter_map(|(i, id)| Some((id.clone()?, i)))
                .collect();
            for (value, rows) in of {
                let title = &field.title.zh;
                // A record of this batch that gives the value up leaves it free.
                let taken = there
                    .get(&value)
                    .into_iter()
                    .flatten()
                    .find(|id| !mine.contains_key(*id));
                for (n, i) in rows.iter().enumerate() {
                    if let Some(id) = taken {
                        self.fault(
                            *i,
                            &field.name,
                            format!("{title}：“{value}”已被“{id}”使用，不能重复"),
                            format!("{}: `{value}` is used by `{id}` already", field.name),
                        );
                    } else if n > 0 {
                        self.fault(
                            *i,
                            &field.name,
                            format!("{title}：“{value}”在本批中重复（第 {} 条）", rows[0] + 1),
                            format!(
                                "{}: `{value}` is twice in this batch (record {})",
                                field.name,
                                rows[0] + 1
                            ),
                        );
                    }
                }
            }
        }
        Ok(())
    }

    /// Every link leads to a record that is there, or that comes with this batch. A name is taken for its record's id.
    async fn links(&mut self, view: &mut View) -> Result<()> {
        let register = self.desk.register.clone();
        let pack = register.id.split('/').next().unwrap_or("").to_string();
        for field in register
            .fields
            .iter()
            .filter(|f| matches!(f.kind, Kind::Link | Kind::Links))
        {
            let to = field.to.as_deref().unwrap_or("");
            let packs = std::sync::Arc::clone(&self.desk.packs);
            let Some((target, naming, called)) = packs.target(&pack, to) else {
                continue;
            };
            let own = target == self.room;
            let words: HashSet<String> = (0..self.rows.len())
                .filter(|i| self.asks(*i, &field.name))
                .flat_map(|i| members(self.wholes[i].get(&field.name)))
                .collect();
            let words: Vec<String> = words.into_iter().collect();
            let docs = view.docs(&target, &words).await?;
            let there: HashSet<String> = docs
                .into_iter()
                .filter(|d| d.version > 0 && !d.gone())
                .map(|d| d.id)
                .collect();
            let unknown: HashSet<String> = words.iter().filter(|w| !there.contains(*w)).cloned().collect();
            let mut named = self
                .with_values(view, &target, &naming.name, &naming.was, unknown)
                .await?;
            loop {
                let mut coming: HashSet<String> = HashSet::new();
                if own {
                    for i in (0..self.rows.len()).filter(|i| matches!(self.out[*i], Some(Ok(_)))) {
                        let Some(id) = self.ids[i].clone() else { continue };
                        let name = self.wholes[i].get(&naming.name).map(plain).unwrap_or_default();
                        let ids = named.entry(name).or_default();
                        if !ids.contains(&id) {
                            ids.push(id.clone());
                        }
                        coming.insert(id);
                    }
                }
                let mut fell = false;
                for i in 0..self.rows.len() {
                    if !self.asks(i, &field.name) {
                        continue;
                    }
                    let mut ids = vec![];
                    for word in members(self.wholes[i].get(&field.name)) {
                        if there.contains(&word) || coming.contains(&word) {
                            ids.push(word);
                            continue;
                        }
                        let (title, target) = (&field.title.zh, &called.zh);
                        match named.get(&word).map(Vec::as_slice) {
                            Some([one]) => ids.push(one.clone()),
                            Some([_, _, ..]) => {
                                fell = true;
                                self.fault(
                                    i,
                                    &field.name,
                                    format!("{title}：名为“{word}”的{target}不止一条，请填编号"),
                                    format!("{}: several records are called `{word}`: give the id", field.name),
                                );
                            }
                            _ => {
                                fell = true;
                                self.fault(
                                    i,
                                    &field.name,
                                    format!("{title}：{target}中没有“{word}”，请先登记它"),
                                    format!("{}: there is no `{word}` in {to}: register it first", field.name),
                                );
                            }
                        }
                    }
                    if let Some(value) = self.wholes[i]
                        .get_mut(&field.name)
                        .filter(|_| self.out[i].as_ref().is_some_and(Result::is_ok))
                    {
                        *value = if field.kind == Kind::Link {
                            ids.first().cloned().into()
                        } else {
                            ids.into()
                        };
                    }
                }
                // A row that fell takes those with it that point to it.
                if !fell || !own {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn circles(&mut self, view: &mut View) -> Result<()> {
        let register = self.desk.register.clone();
        for field in parents(&register) {
            let mut up: BTreeMap<String, String> = BTreeMap::new();
            for i in (0..self.rows.len()).filter(|i| matches!(self.out[*i], Some(Ok(_)))) {
                if let (Some(id), Some(parent)) = (&self.ids[i], self.wholes[i].get(&field.name)) {
                    up.insert(id.clone(), plain(parent));
                }
            }
            let bad = circles(self.desk, view, field, up).await?;
            for i in 0..self.rows.len() {
                if let Some(way) = self.ids[i].as_ref().and_then(|id| bad.get(id)) {
                    self.fault(
                        i,
                        &field.name,
                        format!("{}：上级关系绕成了圈：{}", field.title.zh, way.join(" → ")),
                        format!("{}: the links upwards make a circle: {}", field.name, way.join(" → ")),
                    );
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Vec<Result<Row>> {
        let register = &self.desk.register;
        self.out
            .into_iter()
            .zip(self.wholes)
            .map(|(out, whole)| match out {
                Some(Ok(mut row)) => {
                    row.body = body(register, &row.before.body, whole, &row.before.id);
                    Ok(row)
                }
                Some(Err(e)) => Err(e),
                None => Err(Error::refused("这一条没有处理", "this record was not looked at")),
            })
            .collect()
    }
}

/// The members of a link field.
pub(crate) fn members(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => vec![],
        Some(Value::Array(items)) => items.iter().map(plain).collect(),
        Some(one) => vec![plain(one)],
    }
}

/// The body that is kept: the fields, and the books' own members made from them.
pub(crate) fn body(register: &crate::pack::Register, before: &Value, fields: Map<String, Value>, id: &str) -> Value {
    let mut search = vec![id.to_lowercase()];
    for f in register.fields.iter().filter(|f| f.search || f.name == register.name) {
        search.extend(fields.get(&f.name).map(|v| plain(v).to_lowercase()));
    }
    search.dedup();
    let mut own: Vec<(&str, String)> = vec![("_search", search.join(" "))];
    for (member, field) in [
        ("_division", &register.division),
        ("_owner", &register.owner),
        ("_state", &register.state),
    ] {
        if let Some(value) = field.as_ref().and_then(|f| fields.get(f)) {
            own.push((member, plain(value)));
        }
    }
    let mut body = fields;
    // Other members of the books' own (that it is simulated) stay with the record.
    for (name, value) in before
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(k, _)| k.starts_with('_'))
    {
        let made = matches!(
            name.as_str(),
            "_search" | "_division" | "_owner" | "_state" | "_gone" | "_merged"
        );
        if !made {
            body.insert(name.clone(), value.clone());
        }
    }
    for (member, value) in own {
        body.insert(member.into(), value.into());
    }
    Value::Object(body)
}
