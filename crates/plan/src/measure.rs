//! What a plan folder declares: the plan itself, its measures, and the groups of cities they speak of.
//!
//! A measure quotes the words of the plan that it serves. [`Plan::check`] proves that the quotation stands there once
//! and that the declared target is the one that the words state, so that neither can drift away from the other.

use crate::text::Document;
use crate::words::{Op, Words};
use chrono::NaiveDate;
use figure::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A plan, read from its three files and the vocabulary and groups of the packs.
#[derive(Debug, Clone)]
pub struct Plan {
    pub head: Head,
    pub document: Document,
    pub measures: Vec<Measure>,
    pub groups: Vec<Group>,
    pub words: Words,
    /// Measures by the sentence they stand at, in the order of their place in the sentence.
    pub by_sentence: HashMap<String, Vec<Placed>>,
}

/// `plan.toml`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub id: String,
    pub year: i32,
    pub issuer_zh: String,
    pub issuer_en: String,
    /// GB/T 2260 code of the province.
    pub division: String,
    pub source: String,
    /// The data day that a reader sees first.
    pub open_at: NaiveDate,
    /// Days offered on the page.
    #[serde(rename = "step", default)]
    pub steps: Vec<Step>,
}

/// A day offered on the page's date control.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Step {
    pub date: NaiveDate,
    pub zh: String,
    pub en: String,
}

/// A named set of cities.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Group {
    pub id: String,
    pub zh: String,
    pub en: String,
    /// City codes.
    pub members: Vec<String>,
    pub source: String,
    pub certainty: String,
}

/// What a figure is computed by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Figure {
    /// Mean of the cities' means of their day values, to so many decimals.
    Mean {
        factor: String,
        group: String,
        decimals: i32,
    },
    /// Days of AQI at most 100 among valid days.
    GoodDays { group: String },
    /// Days of AQI above 200 among valid days.
    HeavyDays { group: String },
}

impl Figure {
    /// Unit code of the figure.
    pub fn unit(&self) -> &'static str {
        match self {
            Figure::Mean { factor, .. } => standards::air::Pollutant::by_name(factor).map_or("1", |p| p.unit()),
            Figure::GoodDays { .. } | Figure::HeavyDays { .. } => "%",
        }
    }

    /// The group of cities.
    pub fn group(&self) -> &str {
        match self {
            Figure::Mean { group, .. } | Figure::GoodDays { group } | Figure::HeavyDays { group } => group,
        }
    }
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub op: Op,
    pub value: Decimal,
    /// Unit code, as in `packs/plan/words.toml`.
    pub unit: String,
}

impl Target {
    /// Whether a figure, rounded to the decimals that the target is written in, meets it. None for 左右.
    pub fn met(&self, rounded: Decimal) -> Option<bool> {
        Some(match self.op {
            Op::AtMost => rounded <= self.value,
            Op::Below => rounded < self.value,
            Op::AtLeast => rounded >= self.value,
            Op::Above => rounded > self.value,
            Op::Equal => rounded == self.value,
            Op::About => return None,
        })
    }
}

/// Which side is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    Low,
    High,
}

/// Where published figures of the same thing are found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedKey {
    pub division: String,
    pub item: String,
}

/// A measure of `measures.toml`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub quote: String,
    pub figure: Option<Figure>,
    pub target: Option<Target>,
    /// A target that the plan names without a number, e.g. 国家下达的年度目标.
    pub target_zh: Option<String>,
    pub target_en: Option<String>,
    pub better: Option<Better>,
    /// The plan gives no number: better or worse than the same period of last year is the light.
    #[serde(default)]
    pub judge_by_last_year: bool,
    /// Stands among the target cards above the text.
    #[serde(default)]
    pub card: bool,
    pub published: Option<PublishedKey>,
    /// Why there is no figure yet.
    pub none_zh: Option<String>,
    pub none_en: Option<String>,
}

/// A measure's place in its sentence: bytes from the sentence's start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Index into [`Plan::measures`].
    pub measure: usize,
    pub start: usize,
    pub end: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measures {
    #[serde(default)]
    measure: Vec<Measure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Groups {
    group: Vec<Group>,
}

/// The texts a plan is read from; reading files is the caller's.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    pub head: &'a str,
    pub text: &'a str,
    pub measures: &'a str,
    pub groups: &'a str,
    pub words: &'a str,
}

/// Something wrong in a plan folder: which file or measure, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub place: String,
    pub problem: String,
}

fn toml_problem(file: &str, error: &toml::de::Error) -> Vec<Problem> {
    vec![Problem {
        place: file.to_string(),
        problem: error.to_string(),
    }]
}

impl Plan {
    /// Reads and checks a plan.
    ///
    /// # Errors
    /// Every problem found, not only the first.
    pub fn read(sources: &Sources) -> Result<Plan, Vec<Problem>> {
        let head: Head = toml::from_str(sources.head).map_err(|e| toml_problem("plan.toml", &e))?;
        let measures: Measures = toml::from_str(sources.measures).map_err(|e| toml_problem("measures.toml", &e))?;
        let groups: Groups = toml::from_str(sources.groups).map_err(|e| toml_problem("groups.toml", &e))?;
        let words = Words::parse(sources.words).map_err(|e| toml_problem("words.toml", &e))?;
        let mut plan = Plan {
            head,
            document: Document::parse(sources.text),
            measures: measures.measure,
            groups: groups.group,
            words,
            by_sentence: HashMap::new(),
        };
        let problems = plan.check();
        if !problems.is_empty() {
            return Err(problems);
        }
        plan.place();
        Ok(plan)
    }

    /// Everything that does not fit together.
    pub fn check(&self) -> Vec<Problem> {
        let mut out = vec![];
        let mut ids = std::collections::HashSet::new();
        for m in &self.measures {
            let mut say = |problem: String| {
                out.push(Problem {
                    place: format!("measure {}", m.id),
                    problem,
                })
            };
            if !ids.insert(&m.id) {
                say("the id stands twice".to_string());
            }
            if m.figure.is_none() && m.none_zh.is_none() {
                say("it has neither `figure` nor `none_zh`, the reason why there is none".to_string());
            }
            if let Some(f) = &m.figure
                && self.group(f.group()).is_none()
            {
                say(format!("group `{}` is not in groups.toml", f.group()));
            }
            match self.document.find(&m.quote) {
                Err(e) => say(e.to_string()),
                Ok(_) => self.check_target(m, &mut say),
            }
        }
        if self.document.joined() != self.document.text {
            out.push(Problem {
                place: "text.txt".into(),
                problem: "the pieces joined are not the file again".into(),
            });
        }
        out
    }

    fn check_target(&self, m: &Measure, say: &mut impl FnMut(String)) {
        let Some(target) = &m.target else { return };
        let found = self.words.targets(&m.quote);
        let same = found.iter().any(|f| {
            // 保持为0 states no unit: the figure's own is meant.
            f.op == target.op
                && Decimal::parse(&f.value).is_ok_and(|v| v == target.value && v.scale() == target.value.scale())
                && (f.unit.is_empty() || f.unit == target.unit)
        });
        if !same {
            say(format!(
                "target `{} {} {}` is not the one in the words; found there: {}",
                target.op.sign(),
                target.value,
                target.unit,
                found
                    .iter()
                    .map(|f| format!("{} {} {}", f.op.sign(), f.value, f.unit))
                    .collect::<Vec<_>>()
                    .join(", ")
            ));
        }
    }

    fn place(&mut self) {
        for (i, m) in self.measures.iter().enumerate() {
            if let Ok((sentence, at)) = self.document.find(&m.quote) {
                let placed = Placed {
                    measure: i,
                    start: at.start,
                    end: at.end,
                };
                self.by_sentence.entry(sentence.id.clone()).or_default().push(placed);
            }
        }
        for list in self.by_sentence.values_mut() {
            list.sort_by_key(|p| (p.start, p.measure));
        }
    }

    /// The measure with this id.
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|m| m.id == id)
    }

    /// The group with this id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|g| g.id == id)
    }

    /// The sentence that a measure stands at.
    pub fn sentence_of(&self, measure: &str) -> Option<&str> {
        self.by_sentence
            .iter()
            .find(|(_, list)| list.iter().any(|p| self.measures[p.measure].id == measure))
            .map(|(id, _)| id.as_str())
    }
}
