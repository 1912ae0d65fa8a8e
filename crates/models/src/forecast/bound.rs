//! A target with its comparator and rounding, and the exact edge of what meets it.

use super::ForecastError;
use figure::{Decimal, Interval, Mode, NumberError, Ratio, Rounding};
use serde::{Deserialize, Serialize};

/// How a figure is compared with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparator {
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    Greater,
}

impl Comparator {
    /// Does a smaller figure never do worse?
    pub const fn low_is_good(self) -> bool {
        matches!(self, Self::Less | Self::AtMost)
    }

    /// `<`, `<=`, `>=` or `>`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">=" => Self::AtLeast,
            ">" => Self::Greater,
            _ => return None,
        })
    }

    fn holds(self, figure: Decimal, target: Decimal) -> bool {
        match self {
            Self::Less => figure < target,
            Self::AtMost => figure <= target,
            Self::AtLeast => figure >= target,
            Self::Greater => figure > target,
        }
    }
}

/// A target: the figure is rounded to the decimals in which the target is written, then compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    pub comparator: Comparator,
    /// Its number of decimals is the rounding: `36.8` and `36.80` are different targets.
    pub value: Decimal,
    pub mode: Mode,
}

/// The last exact figure that meets a target (`inclusive`), or the first one that does not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    pub at: Ratio,
    pub inclusive: bool,
}

impl Target {
    /// A target under GB/T 8170 rounding, as plan figures are judged.
    pub fn new(comparator: Comparator, value: Decimal) -> Self {
        Self {
            comparator,
            value,
            mode: Mode::HalfEven,
        }
    }

    /// Is the target met by the exact figure `x`?
    pub fn met(&self, x: Ratio) -> Result<bool, NumberError> {
        let decimals = i32::try_from(self.value.scale()).unwrap_or(i32::MAX);
        let rounded = x.round(&Rounding {
            mode: self.mode,
            interval: Interval::Decimals(decimals),
        })?;
        Ok(self.comparator.holds(rounded, self.value))
    }

    /// The exact edge. Rounding changes only at multiples of half a unit of the last decimal, whatever the
    /// mode, so it is enough to look at those next to the target and between them.
    pub fn edge(&self) -> Result<Edge, ForecastError> {
        let quarter = Ratio::from(Decimal::new(25, self.value.scale() + 2)?);
        let target = Ratio::from(self.value);
        // From well on the good side towards the bad one.
        let step = if self.comparator.low_is_good() {
            quarter
        } else {
            Ratio::from(0).sub(quarter)?
        };
        let at = |quarters: i64| -> Result<Ratio, NumberError> { target.add(step.mul(Ratio::from(quarters))?) };
        let mut last = -8;
        for quarters in -8..=8 {
            if self.met(at(quarters)?)? {
                last = quarters;
            }
        }
        // An odd number of quarters lies between two candidates: all of that stretch is good, its end is not.
        Ok(if last % 2 == 0 {
            Edge {
                at: at(last)?,
                inclusive: true,
            }
        } else {
            Edge {
                at: at(last + 1)?,
                inclusive: false,
            }
        })
    }
}
