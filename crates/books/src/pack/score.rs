//! `scores/NAME.toml`: a tree of indicators, how each is scored, what vetoes, and the bands of grades.
//! Results live in room `score:pack/name`, one per subject and period.

use super::field::{Field, Words};
use serde::{Deserialize, Serialize};

/// How a value becomes points. All numbers are decimal text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Scoring {
    /// The value is the points (0 … full).
    Direct,
    /// Straight line from `zero` (no points) to `full` (all points), cut at both ends.
    Linear {
        /// Value that gives none.
        zero: String,
        /// Value that gives all.
        full: String,
    },
    /// First step that holds: `[[at_least, points], …]`, highest first; below all: 0.
    Steps {
        /// The steps.
        steps: Vec<[String; 2]>,
    },
    /// Points by word: `{ 达标 = "100", … }`.
    Words {
        /// Word → points.
        points: std::collections::BTreeMap<String, String>,
    },
    /// Full points less `each` for every one counted, not below 0.
    Deduct {
        /// Points for each.
        each: String,
    },
    /// `each` for every one counted, at most `most`; goes beyond the full score.
    Bonus {
        /// Points for each.
        each: String,
        /// At most.
        most: String,
    },
}

impl Scoring {
    /// All numbers that it is written with.
    pub fn numbers(&self) -> Vec<&str> {
        match self {
            Self::Direct => vec![],
            Self::Linear { zero, full } => vec![zero, full],
            Self::Steps { steps } => steps.iter().flatten().map(String::as_str).collect(),
            Self::Words { points } => points.values().map(String::as_str).collect(),
            Self::Deduct { each } => vec![each],
            Self::Bonus { each, most } => vec![each, most],
        }
    }
}

/// Where an indicator's value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// A field of the card's form.
    Form(String),
    /// SQL with `$subject`, `$from`, `$to`: first column of the first row.
    Sql(String),
    /// Number of records of a register or cases whose field `subject` is the subject, in the period.
    Count(CountOf),
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountOf {
    /// `register:pack/name` or `case:pack/name`.
    pub room: String,
    /// Field that names the subject.
    pub subject: String,
    /// Field with the day that must lie in the period; none: all.
    #[serde(default)]
    pub day: Option<String>,
    /// States that count; empty: all.
    #[serde(default)]
    pub states: Vec<String>,
}

/// An indicator, or a group of them (no source).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Name in data.
    pub id: String,
    /// Item above; none at the top.
    #[serde(default)]
    pub parent: Option<String>,
    /// Title.
    pub title: Words,
    /// Weight: share of the item above in percent (its own score is 0 … 100). Absent in the law: absent here, and the item cannot be scored.
    #[serde(default)]
    pub weight: Option<String>,
    /// Law key that holds the weight or bands, if it is law.
    #[serde(default)]
    pub law: Option<String>,
    /// Where the value comes from.
    #[serde(default)]
    pub source: Option<Source>,
    /// How it becomes points.
    #[serde(default)]
    pub scoring: Option<Scoring>,
    /// Unit of the value.
    #[serde(default)]
    pub unit: Option<String>,
    /// Clause.
    #[serde(default)]
    pub clause: Option<String>,
    /// Certainty of the clause.
    #[serde(default)]
    pub certainty: Option<figure::Certainty>,
}

impl Item {
    /// Whether it adds to a full score instead of being part of it.
    pub fn is_bonus(&self) -> bool {
        matches!(self.scoring, Some(Scoring::Bonus { .. }))
    }
}

/// An event that caps the grade whatever the points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Words,
    /// When it applies (a count above 0, a form's field that is true).
    pub source: Source,
    /// Best grade that is left.
    pub grade: String,
    /// Clause.
    #[serde(default)]
    pub clause: Option<String>,
}

/// A grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Words,
    /// Least points, decimal text; absent where it is not known: then no grade follows from points.
    #[serde(default)]
    pub from: Option<String>,
    /// Colour word shown with it: green blue yellow red black.
    #[serde(default)]
    pub colour: Option<String>,
}

/// A score card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreCard {
    /// Its whole id `pack/name`; set by the loader.
    #[serde(skip_deserializing)]
    pub id: String,
    /// Name.
    pub title: Words,
    /// What it is for.
    #[serde(default)]
    pub note: Words,
    /// First day it holds.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day.
    #[serde(default)]
    pub to: Option<String>,
    /// Register of the subjects.
    pub subject: String,
    /// Document and clause it stands on.
    #[serde(default)]
    pub basis: Words,
    /// Certainty of the whole.
    pub certainty: figure::Certainty,
    /// Law key of the grades (columns `grade`, `at_least`): a row named like a band's Chinese title sets its least points.
    #[serde(default)]
    pub grades: Option<String>,
    /// Digits after the point of the total, rounded once by GB/T 8170.
    pub digits: u32,
    /// Procedure for appeal.
    #[serde(default)]
    pub appeal: Option<String>,
    /// Procedure for repair.
    #[serde(default)]
    pub repair: Option<String>,
    /// Fields of the form.
    #[serde(default, rename = "field")]
    pub fields: Vec<Field>,
    /// The tree.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    /// Vetoes.
    #[serde(default, rename = "veto")]
    pub vetoes: Vec<Veto>,
    /// Grades, best first.
    #[serde(rename = "band")]
    pub bands: Vec<Band>,
}

impl ScoreCard {
    /// Room of its results.
    pub fn room(&self) -> String {
        format!("score:{}", self.id)
    }
}
