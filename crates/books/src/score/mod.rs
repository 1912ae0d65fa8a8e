//! Score cards: values become points, points a total, the total a grade; a veto caps it. Every number is exact until the
//! total is rounded once (GB/T 8170), and explains itself down to the record that cost a point.
//! What is not known is not scored: without a value there are no points, and without all points there is no total.

mod gather;
mod keep;
pub mod points;
mod scoring;
mod tree;

pub use gather::{Question, counts, questions};
pub use keep::{Step, Way, contest, history, id, keep, publish, settle};
pub use tree::evaluate;

use crate::error::Result;
use crate::pack::ScoreCard;
use figure::{Decimal, Explanation, Text};
use law::Law;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Who is scored, for which days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Id in the card's register.
    pub id: String,
    /// Six-digit division whose law counts; empty for the nation.
    #[serde(default)]
    pub division: String,
    /// First day of the period, `2024-01-01`.
    pub from: String,
    /// Last day; its law counts.
    pub to: String,
}

/// What was found for an indicator or a veto.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// The value as text; none if it is not known.
    pub value: Option<String>,
    /// What the value was made of: a figure of its own, the records that were counted.
    pub inputs: Vec<Explanation>,
    /// Anything to say of it.
    pub notes: Vec<Text>,
    /// Anything simulated went in.
    pub simulated: bool,
}

impl Answer {
    /// A value without more.
    pub fn value(value: impl Into<String>) -> Self {
        Self {
            value: Some(value.into()),
            ..Self::default()
        }
    }
}

/// Everything that a card is evaluated with.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The law.
    pub law: &'a Law,
    /// Who and when.
    pub subject: &'a Subject,
    /// The card's form as filled in.
    pub form: &'a Map<String, Value>,
    /// Answers by id of item or veto; one given here counts before the form.
    pub answers: &'a BTreeMap<String, Answer>,
}

/// An item with its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Item.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Value that was scored.
    pub value: Option<String>,
    /// Its own points, 0 … 100 (a bonus may go beyond).
    pub points: Option<String>,
    /// Its share of the item above, in percent.
    pub weight: Option<String>,
    /// Points that the total lacks because of it (weights multiplied down the tree), at most four digits.
    pub lost: Option<String>,
}

/// A veto that applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Veto.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Best grade that it leaves.
    pub grade: String,
}

/// A card evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Who and when.
    pub subject: Subject,
    /// The total as published; none while something is missing.
    pub points: Option<String>,
    /// Points of what is known, and the percent of all weights that this is.
    pub known: (String, String),
    /// Grade by points alone.
    pub by_points: Option<String>,
    /// Grade after vetoes.
    pub grade: Option<String>,
    /// Title of the grade.
    pub title: Option<Text>,
    /// Colour word of the grade.
    pub colour: Option<String>,
    /// Items in the order of the card.
    pub items: Vec<Scored>,
    /// Vetoes that apply.
    pub vetoes: Vec<Hit>,
    /// The tree under the total.
    pub explanation: Explanation,
}

/// A card as it is and as it would be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simulation {
    /// As it is.
    pub now: Evaluation,
    /// With the changed values; marked as simulated.
    pub then: Evaluation,
    /// Points won or lost; none if one of the totals is missing.
    pub difference: Option<String>,
    /// Items whose points change: id, points now, points then.
    pub changed: Vec<(String, Option<String>, Option<String>)>,
}

/// "What if this indicator rose": evaluates with some values changed (by id of item or veto).
pub fn simulate(card: &ScoreCard, given: &Given<'_>, values: &BTreeMap<String, String>) -> Result<Simulation> {
    let now = evaluate(card, given)?;
    let mut answers = given.answers.clone();
    for (id, value) in values {
        let mut answer = Answer::value(value);
        answer.simulated = true;
        answer.notes.push(Text::new("假设值", "assumed value"));
        answers.insert(id.clone(), answer);
    }
    let then = evaluate(
        card,
        &Given {
            answers: &answers,
            ..*given
        },
    )?;
    let read = |e: &Evaluation| e.points.as_deref().and_then(|p| Decimal::parse(p).ok());
    let difference = read(&then).zip(read(&now)).and_then(|(a, b)| a.sub(b).ok());
    let pairs = now.items.iter().zip(&then.items);
    let changed = pairs
        .filter(|(a, b)| a.points != b.points)
        .map(|(a, b)| (a.id.clone(), a.points.clone(), b.points.clone()))
        .collect();
    Ok(Simulation {
        difference: difference.map(|d| d.to_string()),
        changed,
        now,
        then,
    })
}
