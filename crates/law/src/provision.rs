//! A standard and the provisions taken from it.

use crate::Table;
use chrono::NaiveDate;
use figure::{Certainty, Clause, Text};
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

/// What sort of text a standard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A published standard with a number.
    #[default]
    Standard,
    /// A notice or order of an authority.
    Notice,
    /// What is done although no text says so; only with evidence for it in the source.
    Practice,
}

/// A standard, notice or practice: one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standard {
    /// `GB 3095-2012`.
    pub number: String,
    /// Its title.
    pub title: Text,
    /// What sort of text it is.
    pub kind: Kind,
    /// First day in force.
    pub from: NaiveDate,
    /// Last day in force; none while it is.
    pub to: Option<NaiveDate>,
    /// Numbers of the standards it takes the place of.
    pub replaces: Vec<String>,
    /// How sure we are of the dates and the title.
    pub certainty: Certainty,
    /// Where it was read.
    pub source: String,
    /// The day someone last compared the file with its source.
    pub checked: NaiveDate,
    /// Remarks, and what is not known.
    pub note: Text,
    /// The file it stands in.
    pub file: String,
}

impl Standard {
    /// Whether it is in force on a day.
    pub fn in_force(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }
}

/// One provision: values under a key, for a division, between two dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provision {
    /// `air.limit`.
    pub key: String,
    /// The standard it stands in; serialised as its number.
    #[serde(serialize_with = "number_only")]
    pub standard: Arc<Standard>,
    /// `4.2 表1`.
    pub clause: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day; none while it holds.
    pub to: Option<NaiveDate>,
    /// Six digits (GB/T 2260); empty for the nation.
    pub division: String,
    /// How sure we are of the values.
    pub certainty: Certainty,
    /// Where the values were read.
    pub source: String,
    /// What it is.
    pub title: Text,
    /// Remarks, and what is not known.
    pub note: Text,
    /// Unit codes by column; the column name `*` stands for all others.
    pub units: Vec<(String, String)>,
    /// The values.
    pub table: Table,
    /// Where it stands, for messages.
    pub file: String,
    /// The line of its `[[provision]]`.
    pub line: usize,
}

impl Provision {
    /// Whether it holds on a day.
    pub fn in_force(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// The clause, for an explanation.
    pub fn clause_ref(&self) -> Clause {
        Clause {
            standard: self.standard.number.clone(),
            clause: self.clause.clone(),
            key: self.key.clone(),
            certainty: self.certainty,
        }
    }

    /// The clause of one row: a table may state `clause` or `certainty` row by row.
    pub fn clause_ref_row(&self, row: usize) -> Clause {
        let mut c = self.clause_ref();
        match self.table.text(row, "clause") {
            "" => {}
            clause => c.clause = clause.to_string(),
        }
        c.certainty = match self.table.text(row, "certainty") {
            "certain" => Certainty::Certain,
            "likely" => Certainty::Likely,
            "uncertain" => Certainty::Uncertain,
            _ => c.certainty,
        };
        c
    }

    /// The unit code of a cell: its row's `unit` column, else the unit of its column.
    pub fn unit(&self, row: usize, column: &str) -> &str {
        match self.table.text(row, "unit") {
            "" => {
                let of = |name: &str| self.units.iter().find(|(c, _)| c == name).map(|(_, u)| u.as_str());
                of(column).or_else(|| of("*")).unwrap_or("1")
            }
            unit => unit,
        }
    }
}

/// A provision that exists but whose values nobody has recorded yet (待录入): what depends on it
/// cannot be said, and says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The key it would stand under.
    pub key: String,
    /// The standard it stands in; serialised as its number.
    #[serde(serialize_with = "number_only")]
    pub standard: Arc<Standard>,
    /// The clause, where that much is known.
    pub clause: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day; none while it holds.
    pub to: Option<NaiveDate>,
    /// Six digits (GB/T 2260); empty for the nation.
    pub division: String,
    /// What it is.
    pub title: Text,
    /// What is not known, and what it would take.
    pub why: Text,
    /// The columns its table needs, for whoever records it; empty where that is not settled.
    pub columns: Vec<String>,
    /// Where it stands, for messages.
    pub file: String,
    /// The line of its `[[missing]]`.
    pub line: usize,
}

impl Missing {
    /// Whether it would hold on a day.
    pub fn in_force(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }
}

fn number_only<S: Serializer>(standard: &Arc<Standard>, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&standard.number)
}
