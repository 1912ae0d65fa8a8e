//! What the law of a day says about figures of a year and a region, read once per question.

use crate::figures::{DayBounds, Region};
use crate::measure::Figure;
use chrono::{Datelike, NaiveDate};
use figure::Clause;
use law::{Law, NotInForce, Provision, TableError};
use serde::Serialize;

/// A level of the air quality index, as the law of a day has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Level {
    pub level: String,
    pub category_zh: String,
    pub category_en: String,
    /// `#00e400`
    pub colour: String,
}

/// Levels 1 to 6 with their colours, by the law of a day; empty when none is in force.
pub fn levels(law: &Law, on: NaiveDate, division: &str) -> Vec<Level> {
    let Ok(p) = law.at("air.aqi.levels", on, division) else {
        return vec![];
    };
    let t = &p.table;
    (0..t.rows.len())
        .map(|r| {
            let part = |c: &str| t.text(r, c).parse::<u8>().unwrap_or_default();
            Level {
                level: t.text(r, "level").to_string(),
                category_zh: t.text(r, "category_zh").to_string(),
                category_en: t.text(r, "category_en").to_string(),
                colour: format!("#{:02x}{:02x}{:02x}", part("r"), part("g"), part("b")),
            }
        })
        .collect()
}

/// The keys of law that a figure of the plan rests on: its own rules, and those of the functions of its day values.
pub fn keys_of(figure: &Figure) -> Vec<&'static str> {
    let (own, functions): (&[&str], &[&str]) = match figure {
        Figure::Mean { .. } => (&MEAN_KEYS, &["air.day_mean", "air.o3_8h", "air.city_mean"]),
        Figure::GoodDays { .. } => (&GOOD_KEYS, &["air.aqi.daily", "air.good_day_ratio"]),
        Figure::HeavyDays { .. } => (&HEAVY_KEYS, &["air.aqi.daily", "air.heavy_day_ratio"]),
    };
    let found = functions.iter().filter_map(|f| standards::find(f));
    let mut keys: Vec<&str> = own
        .iter()
        .copied()
        .chain(found.flat_map(|f| f.keys.iter().copied()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

const MEAN_KEYS: [&str; 3] = ["air.region.mean", "air.percentile.valid", "round.rule"];
const GOOD_KEYS: [&str; 4] = ["air.good_day", "air.ratio.region", "air.ratio.decimals", "round.rule"];
const HEAVY_KEYS: [&str; 4] = ["air.heavy_day", "air.ratio.region", "air.ratio.decimals", "round.rule"];

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
