//! A value between its screening value and its control value, and the worst of several items.

use crate::cell::{rounding, row};
use crate::node::input;
use crate::reading::Reading;
use crate::{Args, Cell, EvalError};
use figure::{Clause, Decimal, Explanation, Ratio};
use law::Provision;

/// The two limits of an item; some items have no second one.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub screening: Decimal,
    pub control: Option<Decimal>,
}

/// Where a value stands: 0 at most the screening value, 1 above it, 2 above the control value.
/// Below a detection limit only the range is known.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    pub low: usize,
    pub high: usize,
}

impl Limits {
    fn of(&self, value: Decimal) -> usize {
        match self.control {
            Some(control) if value > control => 2,
            _ if value > self.screening => 1,
            _ => 0,
        }
    }

    pub fn stage(&self, reading: Reading) -> Stage {
        match reading {
            Reading::Value(v) => Stage {
                low: self.of(v),
                high: self.of(v),
            },
            Reading::Below(limit) => Stage {
                low: 0,
                high: limit.map_or(if self.control.is_some() { 2 } else { 1 }, |l| self.of(l)),
            },
        }
    }

    /// Multiple above the screening value (nothing if it is not exceeded) and ratio to it.
    pub fn shares(&self, value: Decimal, by: &Provision) -> Result<(Option<Decimal>, Option<Decimal>), EvalError> {
        if self.screening.is_zero() {
            return Ok((None, None));
        }
        let (ratio, rule) = (Ratio::from(value).div(self.screening.into())?, rounding(by, 0)?);
        let multiple = match value > self.screening {
            true => Some(ratio.sub(Ratio::from(1))?.round(&rule)?),
            false => None,
        };
        Ok((multiple, Some(ratio.round(&rule)?)))
    }

    /// The limits as inputs of an explanation: the screening value, and the control value if there is one.
    pub fn inputs(&self, e: Explanation, clauses: &[Clause]) -> Explanation {
        let values = [
            (Some(self.screening), "筛选值", "Screening value"),
            (self.control, "管制值", "Control value"),
        ];
        let mut e = e;
        for ((value, zh, en), clause) in values.into_iter().zip(clauses) {
            if let Some(v) = value {
                e = e.input(input(zh, en, v, clause.clone()).unit("mg/kg"));
            }
        }
        e
    }

    pub fn text(&self) -> String {
        let control = self.control.map_or_else(|| "—".to_string(), |c| c.to_string());
        format!("{} / {control}", self.screening)
    }
}

impl Stage {
    pub const fn known(self) -> bool {
        self.low == self.high
    }
}

/// A measured value that must be there.
pub(super) fn measured(args: &Args, name: &str) -> Result<Reading, EvalError> {
    args.reading(name)?.ok_or_else(|| EvalError::Missing(name.to_string()))
}

/// The number of a measured value, if it is one.
pub(super) const fn number(reading: Reading) -> Option<Decimal> {
    match reading {
        Reading::Value(v) => Some(v),
        Reading::Below(_) => None,
    }
}

/// What is said when a detection limit hides the answer.
pub(super) fn undecided(e: Explanation) -> Explanation {
    e.note(
        "未检出，而检出限未说明或高于筛选值：无法判定",
        "not detected, and the detection limit is not stated or above the screening value: cannot be judged",
    )
}

/// A text of the table of outcomes.
pub(super) fn outcome<'a>(p: &'a Provision, name: &str, column: &str) -> Result<&'a str, EvalError> {
    Ok(p.table.text(row(p, &[("outcome", name)])?, column))
}

/// One item of a list, judged.
pub(super) struct Item<'a> {
    pub word: &'a str,
    pub name: String,
    pub stage: Stage,
    /// Name of the outcome where it is known.
    pub outcome: Option<&'static str>,
    /// Whether it takes part in the overall result.
    pub counts: bool,
    pub explanation: Explanation,
}

/// The overall stage: known if whatever is hidden could not change it.
pub(super) fn worst(items: &[Item<'_>]) -> Option<Stage> {
    let counted = items.iter().filter(|i| i.counts).map(|i| i.stage);
    counted.reduce(|a, b| Stage {
        low: a.low.max(b.low),
        high: a.high.max(b.high),
    })
}

/// The words of the items for which something holds.
pub(super) fn words(items: &[Item<'_>], of: impl Fn(&Item<'_>) -> bool) -> Cell {
    let found: Vec<&str> = items.iter().filter(|i| of(i)).map(|i| i.word).collect();
    found.join(" ").into()
}

/// `镉=between 铅=low`; `?` where it cannot be judged.
pub(super) fn list(items: &[Item<'_>]) -> String {
    let each: Vec<String> = items
        .iter()
        .map(|i| format!("{}={}", i.word, i.outcome.unwrap_or("?")))
        .collect();
    each.join(" ")
}

/// Refuses an item that stands twice.
pub(super) fn once(items: &[Item<'_>], name: &str, word: &str) -> Result<(), EvalError> {
    match items.iter().any(|i| i.name == name) {
        true => Err(EvalError::argument(
            "values",
            format!("`{word}` stands twice / 项目重复"),
        )),
        false => Ok(()),
    }
}
