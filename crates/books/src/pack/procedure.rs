//! `procedures/NAME.toml`: a case from its opening to its end: states, moves, who may, what is needed, by when.
//! Cases live in room `case:pack/name`. Days stand in `law/` (`deadline.rule.<topic>`, row `<step>`), never here.

use super::field::{Field, Words};
use serde::{Deserialize, Serialize};

/// Where a case can be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Words,
    /// The case is finished here.
    #[serde(default)]
    pub end: bool,
    /// The public may see a case here.
    #[serde(default)]
    pub published: bool,
    /// Clocks of deadlines stand still here, except those named in `runs`.
    #[serde(default)]
    pub suspends: bool,
}

/// A file that a move needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Words,
    /// Least number of files; 0 allows none.
    #[serde(default)]
    pub least: usize,
}

/// A posting made by a move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// Ledger, `pack/name` or `name`.
    pub ledger: String,
    /// Template of the ledger.
    pub template: String,
    /// What its parameters are: parameter → field of the case, or `=literal`.
    pub with: std::collections::BTreeMap<String, String>,
}

/// A way from states to a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Name in data.
    pub id: String,
    /// Title, as on the button.
    pub title: Words,
    /// States it starts from; empty: it opens the case.
    #[serde(default)]
    pub from: Vec<String>,
    /// State it leads to; none: it stays (a report of progress, an extension).
    #[serde(default)]
    pub to: Option<String>,
    /// Roles that may.
    pub roles: Vec<String>,
    /// Fields that must be filled, before or with it.
    #[serde(default)]
    pub require: Vec<String>,
    /// Fields that may be changed with it beside the required ones.
    #[serde(default)]
    pub edit: Vec<String>,
    /// Files it needs.
    #[serde(default, rename = "paper")]
    pub papers: Vec<Paper>,
    /// A reason must be written.
    #[serde(default)]
    pub reason: bool,
    /// Fields set by it: name → text, `today`, `now`, `actor`.
    #[serde(default)]
    pub set: std::collections::BTreeMap<String, String>,
    /// The person must not be the one who made these moves (four eyes).
    #[serde(default)]
    pub not_by: Vec<String>,
    /// Deadline that it extends once more, as far as the law allows.
    #[serde(default)]
    pub extends: Option<String>,
    /// Postings.
    #[serde(default, rename = "post")]
    pub posts: Vec<Posting>,
    /// Function of `standards` that is asked and whose answer is kept in field `into`: argument → field or `=literal`.
    #[serde(default)]
    pub ask: Option<Ask>,
    /// It may be taken for many cases at once.
    #[serde(default)]
    pub bulk: bool,
}

/// A question to a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Name of the function.
    pub function: String,
    /// Argument → field or `=literal`.
    pub with: std::collections::BTreeMap<String, String>,
    /// Field that keeps the value.
    pub into: String,
    /// Further results: column of the function → field.
    #[serde(default)]
    pub columns: std::collections::BTreeMap<String, String>,
}

/// A term that runs in a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Words,
    /// The legal term, `topic.step` of `deadline.rule.*`: `penalty.decision`. Or none, with `field`.
    #[serde(default)]
    pub rule: Option<String>,
    /// Field of the case that holds the day by which (a promised day); instead of `rule`.
    #[serde(default)]
    pub field: Option<String>,
    /// Moves from which the term runs (the last counts). Not needed with `field`.
    #[serde(default)]
    pub from: Vec<String>,
    /// Field whose day the term runs from, instead of the move's own day.
    #[serde(default)]
    pub from_field: Option<String>,
    /// Moves that fulfil it.
    pub until: Vec<String>,
    /// Days before at which people are reminded, natural days, the largest first.
    #[serde(default)]
    pub remind: Vec<i64>,
    /// Roles told when it is missed.
    #[serde(default)]
    pub escalate: Vec<String>,
    /// It runs on in states that suspend.
    #[serde(default)]
    pub runs: bool,
    /// It comes back: it runs anew from the last day of every month, quarter or year while the case is open.
    #[serde(default)]
    pub every: Option<Every>,
    /// With `every`: field of the fulfilling move that names the period: `2024-05`, `2024-Q2`, `2024`.
    #[serde(default)]
    pub period: Option<String>,
}

/// How often a term comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// Monthly dispatch.
    Month,
    /// Quarterly supervision.
    Quarter,
    /// Annual assessment.
    Year,
}

/// How the light of a case follows from evidence and schedule: milestones with days and weights, of which some have
/// evidence that was accepted. Without it the light is that of the worst running term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Field (`long`) with the milestones, one a line: day, weight in percent, words: `2024-06-30 30 排查完成`.
    pub milestones: String,
    /// Field (`integer`) with the number of the milestone that a move is about, from 1.
    pub number: String,
    /// Moves that hand in the evidence of a milestone; they need a file.
    pub report: Vec<String>,
    /// Moves that accept it, by another person; from then on its weight counts as done.
    pub accept: Vec<String>,
    /// Moves that send it back.
    #[serde(default)]
    pub reject: Vec<String>,
    /// Field (`date`) with the day by which all must be done.
    pub due: String,
}

/// A sheet that is printed from one case (docx) or from many (xlsx and docx).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Name in data.
    pub id: String,
    /// Title, with `{field}` where a field's words stand.
    pub title: Words,
    /// Of many cases: one row each, these fields as columns; beside fields: `_no` `_id` `_state` `_light` `_due`
    /// `_done` `_planned` `_evidence`.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Of one case: paragraphs, with `{field}`; a line beginning with `#` is a heading.
    #[serde(default)]
    pub body: Words,
}

/// A procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its whole id `pack/name`; set by the loader.
    #[serde(skip_deserializing)]
    pub id: String,
    /// Name.
    pub title: Words,
    /// What it is for.
    #[serde(default)]
    pub note: Words,
    /// Who may see its cases, before the policy of roles.
    #[serde(default)]
    pub label: super::register::Label,
    /// Prefix of the numbers: `WF` gives `WF-2024-000001`.
    pub prefix: String,
    /// Field that names a case to people.
    pub name: String,
    /// Field with the division that handles it.
    #[serde(default)]
    pub division: Option<String>,
    /// Field with the owner.
    #[serde(default)]
    pub owner: Option<String>,
    /// Legal bases, keys of `basis.*`.
    #[serde(default)]
    pub basis: Vec<String>,
    /// Demo content ships with it (`demo/NAME.jsonl`).
    #[serde(default)]
    pub demo: bool,
    /// Fields.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// States.
    #[serde(rename = "state")]
    pub states: Vec<State>,
    /// Moves.
    #[serde(rename = "move")]
    pub moves: Vec<Move>,
    /// Terms.
    #[serde(default, rename = "deadline")]
    pub deadlines: Vec<Deadline>,
    /// Milestones and the light that follows from them.
    #[serde(default)]
    pub progress: Option<Progress>,
    /// Sheets.
    #[serde(default, rename = "sheet")]
    pub sheets: Vec<Sheet>,
}

impl Procedure {
    /// Room of its cases.
    pub fn room(&self) -> String {
        format!("case:{}", self.id)
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// A state by name.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|s| s.id == id)
    }

    /// A move by name.
    pub fn step(&self, id: &str) -> Option<&Move> {
        self.moves.iter().find(|m| m.id == id)
    }

    /// A term by name.
    pub fn deadline(&self, id: &str) -> Option<&Deadline> {
        self.deadlines.iter().find(|d| d.id == id)
    }

    /// The pack it stands in.
    pub fn pack(&self) -> &str {
        self.id.split('/').next().unwrap_or("")
    }
}
