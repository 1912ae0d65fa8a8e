//! An observation in memory, and the total order all files are sorted by.

use std::cmp::Reverse;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::{LakeError, Result};

/// Beijing time is UTC+8 without daylight saving: the natural day of a reading is counted in it.
pub const BEIJING_S: i64 = 8 * 3600;
/// Most decimals a value may carry: the SQL column `v` is DECIMAL(28,9), which holds every i64 with that many.
pub const MAX_DECIMALS: i8 = 9;

/// What a series is: one factor at one site with one kind of averaging, real or simulated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Station, outlet, section, or the 6-digit code of a division.
    pub site: String,
    /// Code of the factor (HJ 212), or `aqi`.
    pub factor: String,
    /// Code of the averaging period (`1h`, `1d`, `8h`, …).
    pub period: String,
    /// `real` or `simulated`.
    pub origin: String,
}

impl SeriesKey {
    /// A key of four texts.
    pub fn new(site: &str, factor: &str, period: &str, origin: &str) -> Self {
        Self {
            site: site.into(),
            factor: factor.into(),
            period: period.into(),
            origin: origin.into(),
        }
    }
}

/// One observation as it was recorded; never changed afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Number of the series ([`crate::Lake::series`]).
    pub series: i32,
    /// Start of the averaging period, seconds since 1970 UTC.
    pub t: i64,
    /// Value × 10^e; none = recorded as missing.
    pub v: Option<i64>,
    /// Decimals, 0 to [`MAX_DECIMALS`].
    pub e: i8,
    /// Number of the mark ([`crate::Lake::mark`]); 0 = `N`, valid.
    pub mark: i16,
    /// When it became known, seconds since 1970 UTC.
    pub recorded: i64,
}

/// Rows with the same series and time stand together, the one that counts first: latest recorded,
/// and among rows recorded in the same second one that does not depend on the order of arrival.
pub(crate) type Key = (i32, i64, Reverse<i32>, Reverse<Option<i64>>, Reverse<i32>, Reverse<i32>);

impl Row {
    /// Seconds from the start of the period until it was known; files keep this, not `recorded`.
    pub(crate) fn delay(&self) -> i32 {
        // `check` has made sure that it fits.
        (self.recorded - self.t) as i32
    }

    pub(crate) fn key(&self) -> Key {
        (
            self.series,
            self.t,
            Reverse(self.delay()),
            Reverse(self.v),
            Reverse(i32::from(self.e)),
            Reverse(i32::from(self.mark)),
        )
    }

    /// Refuses what the files could not hold exactly.
    pub(crate) fn check(&self, index: usize, series: usize) -> Result<()> {
        let reason = if self.series < 0 || self.series as usize >= series {
            format!(
                "series {} is not registered; ask `Lake::series` for its number",
                self.series
            )
        } else if !(0..=MAX_DECIMALS).contains(&self.e) {
            format!("{} decimals; 0 to {MAX_DECIMALS} are allowed", self.e)
        } else if !(YEAR_1900..YEAR_2200).contains(&self.t) {
            format!("time {} s lies outside 1900 to 2199", self.t)
        } else if i32::try_from(self.recorded - self.t).is_err() {
            format!(
                "recorded {} s after its time; at most 68 years are allowed",
                self.recorded - self.t
            )
        } else if self.mark < 0 {
            format!("mark {} is not registered; ask `Lake::mark` for its number", self.mark)
        } else {
            return Ok(());
        };
        Err(LakeError::Row { index, reason })
    }
}

const YEAR_1900: i64 = -2_208_988_800;
const YEAR_2200: i64 = 7_258_118_400;

/// The natural day (Beijing) as days since 1970.
pub fn day_number(t: i64) -> i32 {
    (t + BEIJING_S).div_euclid(86_400) as i32
}

/// Start of a natural day (Beijing), seconds since 1970 UTC.
pub fn day_start(day: NaiveDate) -> i64 {
    i64::from(days_since_1970(day)) * 86_400 - BEIJING_S
}

/// Days since 1970-01-01.
pub fn days_since_1970(day: NaiveDate) -> i32 {
    (day - NaiveDate::default()).num_days() as i32
}

/// The date of a day number.
pub fn date(day: i32) -> NaiveDate {
    NaiveDate::default() + chrono::Duration::days(i64::from(day))
}

/// Partition of a time: year × 100 + month, of the UTC clock.
pub(crate) fn month(t: i64) -> i32 {
    use chrono::Datelike;
    let d = date(t.div_euclid(86_400) as i32);
    d.year() * 100 + d.month() as i32
}
