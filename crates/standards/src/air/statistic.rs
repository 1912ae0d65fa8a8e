//! Figures of a period: means, percentiles, and whether a year has enough days (HJ 663).

use super::Pollutant;
use super::compile::Of;
use super::day::exact_mean;
use crate::EvalError;
use crate::cell::{rounding, row, whole};
use chrono::NaiveDate;
use figure::{Clause, Decimal, NumberError, Ratio, Rounding};
use law::Law;

/// The rules for statistics, compiled.
#[derive(Debug, Clone)]
pub struct Statistics {
    statistic: [Rounding; 7],
    judge: [Rounding; 7],
    raw: [Rounding; 7],
    /// As a division publishes; where nothing is known, as statistics.
    publish: [Rounding; 7],
    mean_valid: [Option<Least>; 7],
    percentile_valid: [Option<Least>; 7],
    pub(crate) clauses: Clauses,
}

/// The clauses statistics stand on.
#[derive(Debug, Clone)]
pub(crate) struct Clauses {
    pub decimals: Clause,
    pub publish: Option<Clause>,
    pub valid: Clause,
    pub percentile: Clause,
    pub percentile_valid: Clause,
}

/// What a figure is rounded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// An hour or day value.
    Raw,
    /// A mean or percentile of a period.
    Statistic,
    /// Holding it against a limit.
    Judge,
    /// A release.
    Publish,
    /// So many decimals, as a target is written with.
    Decimals(i32),
}

impl Use {
    /// `raw`, `statistic`, `judge`, `publish`, or a number of decimals.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "raw" => Self::Raw,
            "statistic" => Self::Statistic,
            "judge" => Self::Judge,
            "publish" => Self::Publish,
            n => Self::Decimals(n.parse().ok()?),
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Least {
    year: u32,
    month: u32,
    february: u32,
}

/// Whether a year has enough valid days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearValid {
    /// Enough for the year mean.
    pub mean: bool,
    /// Enough for the year's percentile.
    pub percentile: bool,
    /// Valid days in all.
    pub days: u32,
    /// Days a year needs, by the rule of the mean, or of the percentile where there is no mean.
    pub needed: u32,
    /// Months (1 to 12) with too few days.
    pub short_months: Vec<u32>,
}

impl Statistics {
    /// Compiles the rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`], [`EvalError::Law`].
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        let of = Of { law, date, division };
        let (decimals, valid) = (of.at("air.decimals")?, of.at("air.valid")?);
        let (percentile, p_valid) = (of.at("air.percentile")?, of.at("air.percentile.valid")?);
        let publish = of.at("air.decimals.publish").ok();
        let method = percentile.table.text(0, "method");
        if method != "linear n-1" {
            return Err(EvalError::law(percentile, format!("unknown method `{method}`")));
        }
        let decimals_for = |usage: &str| -> Result<[Rounding; 7], EvalError> {
            let mut out = [Rounding::gbt8170(0); 7];
            for p in Pollutant::ALL {
                out[p as usize] = rounding(decimals, row(decimals, &[("item", p.factor()), ("use", usage)])?)?;
            }
            Ok(out)
        };
        let statistic = decimals_for("statistic")?;
        let mut published = statistic;
        let (mut mean_valid, mut percentile_valid) = ([None; 7], [None; 7]);
        for p in Pollutant::ALL {
            if let Some(pb) = publish
                && let Some(r) = pb.table.find(&[("item", p.factor())])
            {
                published[p as usize] = rounding(pb, r)?;
            }
            let least = |pr: &law::Provision, r: usize| -> Result<Least, EvalError> {
                Ok(Least {
                    year: whole(pr, r, "minimum")?,
                    month: whole(pr, r, "per_month")?,
                    february: whole(pr, r, "february")?,
                })
            };
            let by_mean = valid.table.find(&[("pollutant", p.name()), ("period", "year")]);
            mean_valid[p as usize] = by_mean.map(|r| least(valid, r)).transpose()?;
            let by_percentile = p_valid.table.find(&[("factor", p.factor())]);
            percentile_valid[p as usize] = by_percentile.map(|r| least(p_valid, r)).transpose()?;
        }
        Ok(Self {
            statistic,
            judge: decimals_for("judge")?,
            raw: decimals_for("raw")?,
            publish: published,
            mean_valid,
            percentile_valid,
            clauses: Clauses {
                decimals: decimals.clause_ref(),
                publish: publish.map(|p| p.clause_ref()),
                valid: valid.clause_ref(),
                percentile: percentile.clause_ref(),
                percentile_valid: p_valid.clause_ref(),
            },
        })
    }

    /// How a pollutant's figure is rounded for a use.
    pub const fn rounding(&self, p: Pollutant, usage: Use) -> Rounding {
        match usage {
            Use::Raw => self.raw[p as usize],
            Use::Statistic => self.statistic[p as usize],
            Use::Judge => self.judge[p as usize],
            Use::Publish => self.publish[p as usize],
            Use::Decimals(d) => Rounding::gbt8170(d),
        }
    }

    /// The mean of a period from its day values, rounded once; none without any.
    ///
    /// # Errors
    /// [`NumberError`].
    pub fn period_mean(&self, p: Pollutant, days: &[Decimal], usage: Use) -> Result<Option<Decimal>, NumberError> {
        if days.is_empty() {
            return Ok(None);
        }
        Ok(Some(exact_mean(days.iter())?.round(&self.rounding(p, usage))?))
    }

    /// The percentile of day values, exact: round it once, for its use. None without any value.
    ///
    /// # Errors
    /// [`NumberError`]; [`NumberError::BadInterval`] for a `p` outside 0 to 100.
    pub fn percentile(&self, values: &[Decimal], p: Decimal) -> Result<Option<Ratio>, NumberError> {
        let hundred = Decimal::from_int(100);
        if p.is_negative() || p > hundred {
            return Err(NumberError::BadInterval);
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let Some(last) = sorted.last() else {
            return Ok(None);
        };
        // k = 1 + (n − 1)·p/100, counted from 1
        let n = i64::try_from(sorted.len()).map_err(|_| NumberError::Overflow)?;
        let k = Ratio::from(p).mul(Ratio::new(i128::from(n - 1), 100)?)?;
        let whole = k.num().div_euclid(k.den()); // from 0
        let s = usize::try_from(whole).map_err(|_| NumberError::Overflow)?;
        let (Some(low), Some(high)) = (sorted.get(s), sorted.get(s + 1)) else {
            return Ok(Some(Ratio::from(*last)));
        };
        let part = k.sub(Ratio::new(whole, 1)?)?;
        let step = Ratio::from(*high).sub(Ratio::from(*low))?.mul(part)?;
        Ok(Some(Ratio::from(*low).add(step)?))
    }

    /// Whether a year has enough valid days, given their number in each month.
    pub fn year_valid(&self, p: Pollutant, days_per_month: &[u32; 12]) -> YearValid {
        let days = days_per_month.iter().sum();
        let (m, q) = (self.mean_valid[p as usize], self.percentile_valid[p as usize]);
        let short = |l: &Least| -> Vec<u32> {
            let of = |month: u32| if month == 2 { l.february } else { l.month };
            (1u32..)
                .zip(days_per_month)
                .filter(|(month, n)| **n < of(*month))
                .map(|(month, _)| month)
                .collect()
        };
        let good = |l: Option<Least>| l.is_some_and(|l| days >= l.year && short(&l).is_empty());
        let rule = m.or(q);
        YearValid {
            mean: good(m),
            percentile: good(q),
            days,
            needed: rule.map_or(0, |l| l.year),
            short_months: rule.map(|l| short(&l)).unwrap_or_default(),
        }
    }
}
