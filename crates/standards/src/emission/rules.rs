//! One limit compiled into integers, for judging a year of hours of every outlet of a province.

use super::limit::{Bound, Oxygen, find};
use super::query::Query;
use crate::{Context, EvalError};
use chrono::NaiveDate;
use figure::{Clause, Decimal, NumberError, Ratio};
use law::Law;

/// What a value is against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Within it; equal is within.
    Within,
    /// Above it (or, for pH, outside it).
    Exceeds,
    /// It cannot be held against it: no conversion at this oxygen.
    Undefined,
}

/// The limit of one outlet and factor on one day, compiled. Values and oxygen are integers at the decimals
/// given when it was compiled. Cheap to use, not to build: keep one per outlet, factor and version of law.
#[derive(Debug, Clone)]
pub struct Rules {
    cut: Cut,
    /// The clause of the limit.
    pub clause: Clause,
    /// The unit of the limit.
    pub unit: String,
    /// The statistic it bounds.
    pub statistic: String,
}

impl Rules {
    /// Compiles the limit that holds, for values with `scale` decimals and oxygen with `oxygen_scale`.
    ///
    /// # Errors
    /// As the function `emission.limit`; a limit in words; one that needs more decimals.
    pub fn at(
        law: &Law,
        date: NaiveDate,
        division: &str,
        query: &Query<'_>,
        scale: u32,
        oxygen_scale: u32,
    ) -> Result<Self, EvalError> {
        let limit = find(&Context { law, date, division }, query)?;
        Ok(Self {
            cut: Cut::of(&limit.bound, limit.oxygen.as_ref(), &limit.item, scale, oxygen_scale)?,
            clause: limit.clause,
            unit: limit.unit,
            statistic: limit.statistic,
        })
    }

    /// Judges a value that is at its reference state already, unrounded (全数值比较法).
    pub const fn judge(&self, value: i64) -> Verdict {
        self.cut.judge(value)
    }

    /// Judges a dry value at its measured oxygen: both sides times the denominator, so nothing is rounded.
    /// Without a reference oxygen the value is judged as it is.
    pub fn judge_at(&self, value: i64, oxygen: i64) -> Verdict {
        self.cut.judge_at(value, oxygen)
    }

    /// Whether a reference oxygen is laid down.
    pub const fn converts(&self) -> bool {
        self.cut.oxygen.is_some()
    }

    /// The value at reference oxygen, exactly; none where it is not defined.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn converted(&self, value: i64, oxygen: i64) -> Result<Option<Ratio>, NumberError> {
        self.cut.converted(value, oxygen)
    }

    /// By how much a value exceeds: (value − limit) / limit; none within it, for ranges and for zero limits.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn multiple(&self, value: Ratio) -> Result<Option<Ratio>, NumberError> {
        self.cut.multiple(value)
    }
}

/// The numbers of a limit, as integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    low: i64,
    high: i64,
    pub scale: u32,
    /// Oxygen of air minus that of reference, and that of air; nothing where no reference is laid down.
    pub oxygen: Option<(i64, i64)>,
    pub oxygen_scale: u32,
}

impl Cut {
    /// For values with `scale` decimals and oxygen with `oxygen_scale`.
    pub fn of(
        bound: &Bound,
        oxygen: Option<&Oxygen>,
        item: &str,
        scale: u32,
        oxygen_scale: u32,
    ) -> Result<Self, EvalError> {
        let (low, high) = match bound {
            Bound::Most(d) => (i64::MIN, integer(*d, scale)?),
            Bound::Between(a, b) => (integer(*a, scale)?, integer(*b, scale)?),
            Bound::Words(w) if w.contains("不得检出") => (i64::MIN, 0), // any amount found exceeds
            Bound::Words(w) => {
                let reason = format!("`{item}` is limited in words (`{w}`): no number can be held against it");
                return Err(EvalError::argument("item", reason));
            }
        };
        let oxygen = match oxygen {
            None => None,
            Some(o) => {
                let (air, base) = (integer(o.air, oxygen_scale)?, integer(o.base, oxygen_scale)?);
                Some((air - base, air))
            }
        };
        Ok(Self {
            low,
            high,
            scale,
            oxygen,
            oxygen_scale,
        })
    }

    pub const fn judge(&self, value: i64) -> Verdict {
        if value > self.high || value < self.low {
            Verdict::Exceeds
        } else {
            Verdict::Within
        }
    }

    pub fn judge_at(&self, value: i64, oxygen: i64) -> Verdict {
        let Some((span, air)) = self.oxygen else {
            return self.judge(value);
        };
        let left = i128::from(air) - i128::from(oxygen);
        if left <= 0 {
            return Verdict::Undefined;
        }
        let converted = i128::from(value) * i128::from(span);
        if converted > i128::from(self.high) * left || converted < i128::from(self.low) * left {
            Verdict::Exceeds
        } else {
            Verdict::Within
        }
    }

    /// A value as it is.
    pub fn own(&self, value: i64) -> Result<Ratio, NumberError> {
        Ok(Decimal::new(i128::from(value), self.scale)?.into())
    }

    pub fn converted(&self, value: i64, oxygen: i64) -> Result<Option<Ratio>, NumberError> {
        let value = self.own(value)?;
        match self.oxygen {
            None => Ok(Some(value)),
            Some((_, air)) if oxygen >= air => Ok(None),
            Some((span, air)) => Ok(Some(
                value.mul(Ratio::new(i128::from(span), i128::from(air - oxygen))?)?,
            )),
        }
    }

    pub fn multiple(&self, value: Ratio) -> Result<Option<Ratio>, NumberError> {
        let limit = Ratio::from(Decimal::new(i128::from(self.high), self.scale)?);
        if self.low != i64::MIN || self.high == 0 {
            return Ok(None);
        }
        let multiple = value.sub(limit)?.div(limit)?;
        Ok((multiple.num() > 0).then_some(multiple))
    }

    /// The multiple as one fraction that is not reduced, without an oxygen for a value at its reference state; none
    /// where [`Cut::multiple`] has none. Only for numbers that are [`Cut::short`].
    pub fn exceedance(&self, value: i64, oxygen: Option<i64>) -> Option<(i64, u64)> {
        if self.low != i64::MIN || self.high <= 0 {
            return None;
        }
        let (value, limit) = match (oxygen, self.oxygen) {
            (Some(o), Some((_, air))) if o >= air => return None,
            (Some(o), Some((span, air))) => (value * span, self.high * (air - o)),
            _ => (value, self.high),
        };
        (value > limit).then(|| (value - limit, limit.unsigned_abs()))
    }

    /// Whether all numbers are so small that no product here leaves 64 bits, and none of the fractions 128: values of
    /// 36 bits, oxygen of 24, six decimals.
    pub fn short(&self, value: i64, oxygen: Option<i64>) -> bool {
        const DECIMALS: u32 = 6;
        let low = if self.low == i64::MIN { 0 } else { self.low };
        let (span, air) = self.oxygen.unwrap_or_default();
        // All bits that any of them has.
        let values = value.unsigned_abs() | low.unsigned_abs() | self.high.unsigned_abs();
        let oxygens = span.unsigned_abs() | air.unsigned_abs() | oxygen.unwrap_or(0).unsigned_abs();
        self.scale <= DECIMALS && values >> 36 == 0 && oxygens >> 24 == 0
    }
}

/// A decimal as an integer at a scale it fits in; bounded so that no later sum can overflow.
fn integer(d: Decimal, scale: u32) -> Result<i64, EvalError> {
    d.at_scale(scale)
        .and_then(|n| i64::try_from(n).ok())
        .filter(|n| n.unsigned_abs() < 1 << 60)
        .ok_or(EvalError::Number(NumberError::Overflow))
}

/// The same for a measured value, naming the argument.
pub(crate) fn measured(name: &str, d: Decimal, scale: u32) -> Result<i64, EvalError> {
    integer(d, scale).map_err(|_| EvalError::argument(name, format!("{d} is too large or has too many digits")))
}
