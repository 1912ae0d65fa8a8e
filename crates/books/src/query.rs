//! Questions to the records of one room: filter, order, scope, one page at a time by key, never by counting.

use crate::db::Arg;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which records a person may see or change. An empty scope sees nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// All of the room.
    pub all: bool,
    /// Records of these divisions and of what lies in them (code prefixes without trailing zeros: `34`, `3401`, `340104`).
    pub divisions: Vec<String>,
    /// Records of these owners (an enterprise's credit code).
    pub owners: Vec<String>,
    /// Published records (`_state` one of these).
    pub states: Vec<String>,
}

impl Scope {
    /// Everything.
    pub fn all() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }

    /// Whether a record is in it.
    pub fn holds(&self, doc: &crate::Doc) -> bool {
        let division = doc.text("_division");
        self.all
            || self
                .divisions
                .iter()
                .any(|p| !division.is_empty() && division.starts_with(p.as_str()))
            || self.owners.iter().any(|o| !o.is_empty() && doc.text("_owner") == o)
            || self.states.iter().any(|s| doc.text("_state") == s)
    }
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Has,
    /// At least (numbers if `numeric`).
    Ge,
    /// At most.
    Le,
    /// Empty.
    Empty,
}

/// One condition on a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Field name.
    pub field: String,
    /// How.
    pub op: Op,
    /// With what.
    #[serde(default)]
    pub value: String,
    /// Whether the field holds numbers.
    #[serde(default)]
    pub numeric: bool,
}

/// One page of a room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct List {
    /// The room.
    pub room: String,
    /// Who may see.
    pub scope: Scope,
    /// Words to look for in what the room declares searchable.
    pub words: String,
    /// Conditions, all of which must hold.
    pub filters: Vec<Filter>,
    /// Field to order by; none for the id.
    pub sort: Option<String>,
    /// Whether that field holds numbers.
    pub numeric: bool,
    /// Highest first.
    pub descending: bool,
    /// The last row of the page before: its sort value and its id.
    pub after: Option<(String, String)>,
    /// Rows on a page; 0 for all.
    pub limit: i64,
    /// With the records taken out.
    pub gone: bool,
    /// Older names of fields: records kept under them are found by the new one.
    #[serde(default)]
    pub was: BTreeMap<String, Vec<String>>,
}

/// Stands for "no term", after every term.
const NO_DUE: i64 = 9_000_000_000_000_000;
/// Stands for "no number", below every number.
const BELOW_ALL: &str = "-1e300";

/// A text as SQL writes it. Rooms stand in the text of a question, not in its arguments, so that the planner knows that
/// an index made for that room alone serves.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\0', ""))
}

fn named(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A member of the body, under the first of its names that is there.
fn member(name: &str, was: &[String]) -> Vec<String> {
    std::iter::once(name)
        .chain(was.iter().map(String::as_str))
        .filter(|n| named(n))
        .map(|n| format!("body ->> '{n}'"))
        .collect()
}

/// A field as text, empty if absent. Indexes are made of the same words.
pub(crate) fn field_sql(name: &str, was: &[String]) -> String {
    format!("coalesce({}, '')", member(name, was).join(", "))
}

/// A field as number; below all numbers if absent.
pub(crate) fn number_sql(name: &str, was: &[String]) -> String {
    let members = member(name, was);
    let first = match members.as_slice() {
        [one] => one.clone(),
        many => format!("coalesce({})", many.join(", ")),
    };
    // A field that held words before it became a number must not break the question: only what is written like a number
    // is read as one, by functions that both databases have.
    let number = format!(
        "ltrim({first}, '-.0123456789') = '' AND ltrim({first}, '-.') <> '' AND substr({first}, 2) NOT LIKE '%-%' \
         AND {first} NOT LIKE '%.%.%'"
    );
    format!("coalesce(CASE WHEN {number} THEN CAST({first} AS NUMERIC) END, {BELOW_ALL})")
}

/// A field's SQL. The name is checked, since it becomes part of the text.
fn column(name: &str, numeric: bool, was: &[String]) -> Result<String> {
    if !named(name) {
        return Err(Error::refused(
            format!("字段名“{name}”无效：只可用小写字母、数字和下划线。"),
            format!("`{name}` is no field name: lower-case letters, digits and underscore only."),
        ));
    }
    Ok(match name {
        "id" => "id".into(),
        "_division" | "_owner" | "_state" => name[1..].into(),
        "_due" => format!("coalesce(due, {NO_DUE})"),
        "_at" => "at".into(),
        _ if numeric => number_sql(name, was),
        _ => field_sql(name, was),
    })
}

struct Sql {
    text: Vec<String>,
    args: Vec<Arg>,
}

impl Sql {
    fn arg(&mut self, arg: impl Into<Arg>) -> String {
        self.args.push(arg.into());
        format!("${}", self.args.len())
    }
}

impl List {
    /// A room, everything, a page.
    pub fn of(room: impl Into<String>, scope: Scope) -> Self {
        Self {
            room: room.into(),
            scope,
            limit: 50,
            ..Self::default()
        }
    }

    pub(crate) fn column(&self, name: &str, numeric: bool) -> Result<String> {
        column(name, numeric, self.was.get(name).map(Vec::as_slice).unwrap_or_default())
    }

    /// Where a record stands in the order of this list: what `after` of the next page is.
    pub fn place(&self, doc: &crate::Doc) -> (String, String) {
        let sort = self.sort.as_deref().unwrap_or("id");
        let value = match sort {
            "id" => doc.id.clone(),
            "_at" => doc.at.to_string(),
            "_due" => doc.int("_due").unwrap_or(NO_DUE).to_string(),
            name => std::iter::once(name)
                .chain(self.was.get(name).into_iter().flatten().map(String::as_str))
                .find_map(|n| doc.body.get(n))
                .map_or_else(
                    || if self.numeric { BELOW_ALL.into() } else { String::new() },
                    |v| v.as_str().map_or_else(|| v.to_string(), ToString::to_string),
                ),
        };
        (value, doc.id.clone())
    }

    /// What stands after `FROM doc`; with order and page if `page`.
    pub(crate) fn sql(&self, page: bool) -> Result<(String, Vec<Arg>)> {
        let mut sql = Sql {
            text: vec![],
            args: vec![],
        };
        sql.text.push(format!("room = {}", literal(&self.room)));
        if !self.gone {
            sql.text.push("gone = 0".into());
        }
        if !self.scope.all {
            let mut any = vec![];
            for prefix in self.scope.divisions.iter().filter(|p| !p.is_empty()) {
                // Codes are digits, so `:` (the character after 9) ends every code with this prefix.
                let (a, b) = (sql.arg(prefix.as_str()), sql.arg(format!("{prefix}:")));
                any.push(format!("(division >= {a} AND division < {b})"));
            }
            for owner in self.scope.owners.iter().filter(|o| !o.is_empty()) {
                let o = sql.arg(owner.as_str());
                any.push(format!("owner = {o}"));
            }
            for state in &self.scope.states {
                let s = sql.arg(state.as_str());
                any.push(format!("state = {s}"));
            }
            // One alternative stands alone: behind an OR, SQLite would not seek by its index.
            sql.text.push(match any.as_slice() {
                [] => "1 = 0".to_string(),
                any => format!("({})", any.join(" OR ")),
            });
        }
        for word in self.words.split_whitespace() {
            let w = sql.arg(format!(
                "%{}%",
                word.to_lowercase()
                    .replace('\\', "\\\\")
                    .replace('%', "\\%")
                    .replace('_', "\\_")
            ));
            sql.text.push(format!("search LIKE {w} ESCAPE '\\'"));
        }
        for f in &self.filters {
            let column = self.column(&f.field, f.numeric)?;
            let value = if f.numeric {
                format!("CAST({} AS NUMERIC)", sql.arg(f.value.trim()))
            } else {
                String::new()
            };
            let plain = |sql: &mut Sql| {
                if f.numeric {
                    value.clone()
                } else {
                    sql.arg(f.value.as_str())
                }
            };
            if f.numeric && f.op != Op::Empty && f.value.trim().parse::<f64>().is_err() {
                return Err(Error::refused(
                    format!("“{}”应与数字比较，而不是“{}”。", f.field, f.value),
                    format!("{} is compared with a number, not `{}`.", f.field, f.value),
                ));
            }
            // Yes and no come out of JSON as `true` on PostgreSQL and as `1` on SQLite.
            let truth = match f.value.as_str() {
                "true" => Some("IN ('true', '1')"),
                "false" => Some("IN ('false', '0')"),
                _ => None,
            };
            let condition = match f.op {
                Op::Eq if truth.is_some() => format!("CAST({column} AS TEXT) {}", truth.unwrap_or("")),
                Op::Ne if truth.is_some() => format!("CAST({column} AS TEXT) NOT {}", truth.unwrap_or("")),
                Op::Eq => format!("{column} = {}", plain(&mut sql)),
                Op::Ne => format!("{column} <> {}", plain(&mut sql)),
                Op::Ge => format!("{column} >= {}", plain(&mut sql)),
                Op::Le => format!("{column} <= {}", plain(&mut sql)),
                Op::Has => {
                    let w = sql.arg(format!("%{}%", f.value));
                    format!("{column} LIKE {w}")
                }
                Op::Empty => format!("{} = ''", self.column(&f.field, false)?),
            };
            sql.text.push(condition);
        }
        let order = match &self.sort {
            Some(field) => self.column(field, self.numeric)?,
            None => "id".into(),
        };
        let whole = self.sort.as_deref().is_some_and(|s| s == "_due" || s == "_at");
        if let (true, Some((value, id))) = (page, &self.after) {
            let v = sql.arg(value.as_str());
            let v = match (self.numeric, whole) {
                (_, true) => format!("CAST({v} AS BIGINT)"),
                (true, _) => format!("CAST({v} AS NUMERIC)"),
                _ => v,
            };
            let i = sql.arg(id.as_str());
            let sign = if self.descending { '<' } else { '>' };
            // The first condition is what an index can seek by, the second what is exact.
            sql.text
                .push(format!("{order} {sign}= {v} AND ({order} {sign} {v} OR id {sign} {i})"));
        }
        let mut rest = format!("WHERE {}", sql.text.join(" AND "));
        if page {
            let way = if self.descending { "DESC" } else { "ASC" };
            // `id` once only: said twice, SQLite no longer sees that an index gives this order.
            let order = if order == "id" {
                String::new()
            } else {
                format!("{order} {way}, ")
            };
            rest.push_str(&format!(" ORDER BY {order}id {way}"));
            if self.limit > 0 {
                rest.push_str(&format!(" LIMIT {}", self.limit));
            }
        }
        Ok((rest, sql.args))
    }
}
