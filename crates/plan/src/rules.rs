//! What the law of a day says about figures of a year and a region, read once per question.

use crate::figures::{DayBounds, Region};
use chrono::{Datelike, NaiveDate};
use figure::Clause;
use law::{Law, NotInForce, Provision, TableError};

/// Rules that hold on a day for a division.
#[derive(Debug, Clone)]
pub struct Rules {
    pub bounds: DayBounds,
    /// How the concentration of a region is made.
    pub mean: Region,
    /// How a region's share of days is made.
    pub ratio: Region,
    /// Decimals of a share of days.
    pub ratio_decimals: i32,
    least_days: u32,
    per_month: u32,
    february: u32,
    pub good_clause: Clause,
    pub heavy_clause: Clause,
    pub mean_clause: Clause,
    pub ratio_clause: Clause,
    pub rounding_clause: Clause,
    pub valid_clause: Clause,
}

/// A rule that a figure needs and the law does not give.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RuleError {
    #[error("{0}")]
    NotInForce(#[from] NotInForce),
    #[error("{key}: {error}")]
    Table { key: String, error: TableError },
    #[error("{key}: `{value}` is not a number this figure can use")]
    Number { key: String, value: String },
}

fn number<T: TryFrom<i128>>(p: &Provision, row: usize, column: &str) -> Result<T, RuleError> {
    let d = p.table.decimal(row, column).map_err(|error| RuleError::Table {
        key: p.key.clone(),
        error,
    })?;
    d.at_scale(0)
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| RuleError::Number {
            key: p.key.clone(),
            value: d.to_string(),
        })
}

impl Rules {
    /// Reads the rules.
    ///
    /// # Errors
    /// Which key is missing on the day, or which cell cannot be used.
    pub fn at(law: &Law, day: NaiveDate, division: &str) -> Result<Rules, RuleError> {
        let get = |key: &str| law.at(key, day, division);
        let (good, heavy) = (get("air.good_day")?, get("air.heavy_day")?);
        let (mean, ratio, decimals) = (
            get("air.region.mean")?,
            get("air.ratio.region")?,
            get("air.ratio.decimals")?,
        );
        let valid = get("air.percentile.valid")?;
        let rounding = get("round.rule")?;
        let row = valid
            .table
            .row(&[("factor", "pm2_5")])
            .map_err(|error| RuleError::Table {
                key: valid.key.clone(),
                error,
            })?;
        let ratio_decimals = number(decimals, 0, "decimals")?;
        let rounded = |p: &Provision, column: &str| p.table.text(0, column).contains("rounded city");
        Ok(Rules {
            bounds: DayBounds {
                good_max: number(good, 0, "aqi_max")?,
                heavy_above: number(heavy, 0, "aqi_above")?,
            },
            mean: Region {
                of_rounded: rounded(mean, "of").then_some(0),
            },
            ratio: Region {
                of_rounded: rounded(ratio, "method").then_some(ratio_decimals),
            },
            ratio_decimals,
            least_days: number(valid, row, "minimum")?,
            per_month: number(valid, row, "per_month")?,
            february: number(valid, row, "february")?,
            good_clause: good.clause_ref(),
            heavy_clause: heavy.clause_ref(),
            mean_clause: mean.clause_ref(),
            ratio_clause: ratio.clause_ref(),
            rounding_clause: rounding.clause_ref(),
            valid_clause: valid.clause_ref_row(row),
        })
    }

    /// Least valid days of a whole year.
    pub fn least_days(&self) -> usize {
        self.least_days as usize
    }

    /// The first month, of those that are over on `upto`, with too few valid days: (month, days, least).
    pub fn short_month(&self, days: impl Iterator<Item = NaiveDate>, upto: NaiveDate) -> Option<(u32, u32, u32)> {
        let mut n = [0u32; 12];
        for day in days {
            n[day.month0() as usize] += 1;
        }
        let over = match upto.succ_opt() {
            Some(next) if next.year() == upto.year() => next.month0(),
            _ => 12,
        };
        (0..over).find_map(|m| {
            let least = if m == 1 { self.february } else { self.per_month };
            (n[m as usize] < least).then_some((m + 1, n[m as usize], least))
        })
    }
}
