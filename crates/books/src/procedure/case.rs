//! A case as its record holds it: fields, state, and the moves that were made, numbered from 1.
//!
//! Body: the fields by name; `_state`; `_steps` (number → move, day, who, reason, fields, files); `_extended`
//! (term → times); `_hands` (number of the step before it → who had it, who got it); `_simulated`.

use super::day::read;
use crate::event::Doc;
use crate::pack::Procedure;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A file handed in with a move. Its bytes are kept as evidence, by their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// SHA-256, lower-case hexadecimal.
    pub hash: String,
    /// The file's name.
    pub name: String,
    /// Its length in bytes.
    #[serde(default)]
    pub bytes: u64,
}

/// A move that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Number in the case, from 1.
    #[serde(skip)]
    pub no: i64,
    /// Id of the move.
    #[serde(rename = "move")]
    pub id: String,
    /// State after it.
    pub to: String,
    /// Day it took effect; the event beside it says when it was recorded.
    pub day: NaiveDate,
    /// Who.
    pub by: String,
    /// Reason given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Fields given with it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// Files by paper.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Vec<Attached>>,
}

/// A case, read from its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The record.
    pub doc: Doc,
    /// The moves made, in order.
    pub steps: Vec<Step>,
}

impl Case {
    /// Reads a record. A step that cannot be read (a store that was tampered with) is left out; `check` names it.
    pub fn read(doc: Doc) -> Self {
        let mut steps: Vec<Step> = doc
            .body
            .get("_steps")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(no, step)| {
                let mut step: Step = serde_json::from_value(step.clone()).ok()?;
                step.no = no.parse().ok()?;
                Some(step)
            })
            .collect();
        steps.sort_by_key(|s| s.no);
        Self { doc, steps }
    }

    /// Where it is.
    pub fn state(&self) -> &str {
        self.doc.text("_state")
    }

    /// A field as text; numbers and dates are text, yes and no become `true` and `false`.
    pub fn text(&self, field: &str) -> String {
        match self.doc.body.get(field) {
            Some(Value::String(s)) => s.clone(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// A field as a day.
    pub fn day(&self, field: &str) -> Option<NaiveDate> {
        read(self.doc.text(field))
    }

    /// Times a term was extended.
    pub fn extended(&self, term: &str) -> i64 {
        self.doc
            .body
            .get("_extended")
            .and_then(|e| e.get(term))
            .and_then(Value::as_i64)
            .unwrap_or(0)
    }

    /// Whether it is finished.
    pub fn ended(&self, procedure: &Procedure) -> bool {
        procedure.state(self.state()).is_some_and(|s| s.end)
    }

    /// Day of its end.
    pub fn end_day(&self, procedure: &Procedure) -> Option<NaiveDate> {
        self.ended(procedure)
            .then(|| self.steps.last().map(|s| s.day))
            .flatten()
    }

    /// Whether it is demonstration content.
    pub fn simulated(&self) -> bool {
        self.doc
            .body
            .get("_simulated")
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    /// Stretches of days that are not counted, both ends in: the day after a suspending state was entered to the day it
    /// was left. The flag says whether the last is still open.
    pub fn suspended(&self, procedure: &Procedure, today: NaiveDate) -> (Vec<(NaiveDate, NaiveDate)>, bool) {
        let mut stretches = Vec::new();
        let mut since: Option<NaiveDate> = None;
        let mut add = |from: NaiveDate, to: NaiveDate| {
            if let Some(first) = from.succ_opt().filter(|first| *first <= to) {
                stretches.push((first, to));
            }
        };
        for step in &self.steps {
            let suspends = procedure.state(&step.to).is_some_and(|s| s.suspends);
            match since {
                Some(from) if !suspends => {
                    add(from, step.day);
                    since = None;
                }
                None if suspends => since = Some(step.day),
                _ => {}
            }
        }
        if let Some(from) = since {
            add(from, today);
        }
        (stretches, since.is_some())
    }

    /// The six digits of its division, for the law; empty if it has none.
    pub fn six(&self) -> String {
        six(self.doc.text("_division"))
    }
}

/// A division's code as six digits: `34` becomes `340000`, a village its county; empty if it is no code.
pub(crate) fn six(code: &str) -> String {
    if code.len() < 2 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return String::new();
    }
    format!("{code:0<6}").chars().take(6).collect()
}
