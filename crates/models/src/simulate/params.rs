//! The parameter files: how to learn and to simulate (`Common`), and one file for each simulated year.
//!
//! Every number of the simulation stands there with its reason; the code holds none.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a parameter file was refused.
#[derive(Debug, thiserror::Error)]
pub enum ParamError {
    #[error("{file}: {what}")]
    Toml { file: String, what: String },
    #[error("{file}: {what}")]
    Content { file: String, what: String },
}

/// Parameters that all simulated years share (`data/simulated/common.toml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// First real day of the pool.
    pub pool_from: NaiveDate,
    /// Half width of the running mean that makes the season, days.
    pub smooth_days: usize,
    /// Anomalies are clipped at so many standard deviations.
    pub clip_sd: f64,
    /// Share of cities or hours that must be there for a mean to be used.
    pub coverage: f64,
    /// A place or pollutant that reports less than this share of hours is out of work, not in a gap.
    pub alive: f64,
    /// PM2.5 above so many times PM10 is a fault.
    pub inversion_limit: f64,
    /// Least coarse part of PM10, as a share of PM2.5.
    pub coarse_floor: f64,
    /// Length of a block of real days, weeks, drawn from this list.
    pub block_weeks: Vec<usize>,
    /// A block may come from so many weeks before or after the same season.
    pub shift_weeks: usize,
    /// Standard deviation (logarithmic) of what is added to each city day, so that no two years are alike.
    pub city_day_sd: f64,
    /// The same of a station's lasting factor and of its daily one.
    pub station_sd: f64,
    pub station_day_sd: f64,
    /// Share of the hour noise's variance that all stations of a city have in common.
    pub city_share: f64,
    /// Correlation of the hour noise of O3 with that of NO2.
    pub o3_no2: f64,
    /// Standard deviation of the PM10 reading, ug/m3: rarely it falls below PM2.5, as it does in real files.
    pub pm10_reading_sd: f64,
    /// Largest hour value over the day's value.
    pub hour_limit: f64,
    /// PM2.5 that comes with dust, as a share of its PM10.
    pub dust_fine: f64,
    /// Hours of the sliding mean of O3 and the first label (hour of day) at which one ends.
    pub o3_window: usize,
    pub o3_first_label: usize,
    /// Days around which the winter and the spring shape of the day are pure.
    pub winter_day: NaiveDate,
    pub spring_day: NaiveDate,
    /// How much of the cities' real spread of 2015 is kept, by kind (1 = all of it).
    pub spread_kept: Levels,
    /// How much of the hour noise is kept, by kind (1 = all of it).
    pub noise_kept: Levels,
    /// Level of a city over the province's, where something newer than the pool is published.
    pub city: BTreeMap<String, City>,
}

/// A value for each kind of series.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    pub pm25: f64,
    pub coarse: f64,
    pub so2: f64,
    pub no2: f64,
    pub co: f64,
    pub o3: f64,
}

impl Levels {
    /// In the order of the kinds.
    pub fn array(&self) -> [f64; 6] {
        [self.pm25, self.coarse, self.so2, self.no2, self.co, self.o3]
    }
    /// From the order of the kinds.
    pub fn from_array(a: [f64; 6]) -> Self {
        Self {
            pm25: a[0],
            coarse: a[1],
            so2: a[2],
            no2: a[3],
            co: a[4],
            o3: a[5],
        }
    }
}

/// A city's level over the province's; `None` = the real spread of the pool.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    pub pm25: Option<f64>,
    pub coarse: Option<f64>,
    pub so2: Option<f64>,
    pub no2: Option<f64>,
    pub co: Option<f64>,
    pub o3: Option<f64>,
    /// Where the level comes from.
    pub source: String,
}

/// One simulated year (`data/simulated/<year>.toml`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct YearParams {
    pub year: i32,
    pub seed: u64,
    /// What the reader of the file must know.
    pub note: String,
    /// The published figures that the year has to meet.
    pub target: Vec<Target>,
    /// Dust.
    #[serde(default)]
    pub dust: Vec<Dust>,
    /// Parts of the year with a level of their own; together they are the year.
    pub segment: Vec<Segment>,
}

/// A figure that the calibration aims at.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Division code; the province or a city.
    pub division: String,
    /// As in `data/published/anhui_figures.csv`: pm25, pm10, no2, so2, co_p95, o3_8h_p90, good_day_ratio, heavy_pollution_days.
    pub item: String,
    /// As printed, with its decimals.
    pub value: String,
    /// Published under this address, or how it was derived.
    pub source: String,
    /// `met` = the test demands it to the printed decimal; `near` = within the tolerance given.
    pub how: String,
    /// For `near`: how far off it may be, in the item's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<f64>,
}

/// Dust that comes from the north, day by day.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Dust {
    pub from: NaiveDate,
    /// Coarse PM10 added in the northernmost city on each day, ug/m3.
    pub peak: Vec<f64>,
    /// Share of it that reaches the southernmost city.
    pub south: f64,
}

/// Levels and spreads of a part of the year: what the calibration finds.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Factor on the climate's level.
    pub level: Levels,
    /// Factor on the logarithmic anomaly: below 1 the episodes are weaker than in the pool.
    pub spread: Levels,
    /// What the calibration aims at in this part of the year.
    pub goal: Goal,
}

/// Province figures of a part of the year: period means (CO the 95th percentile), good days in percent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    pub pm25: f64,
    pub pm10: f64,
    pub so2: f64,
    pub no2: f64,
    pub co_p95: f64,
    pub good: f64,
    /// Which knob sets the good days: `pm25` (its spread, in winter) or `o3` (its level).
    pub good_by: GoodBy,
    /// Where the goal comes from, or that it was chosen.
    pub why: String,
}

/// The knob that the calibration turns to reach the good days of a part of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GoodBy {
    Pm25,
    O3,
}

impl Common {
    /// Reads the text of the file; `file` is its name for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ParamError> {
        let common: Self = toml::from_str(text).map_err(|e| ParamError::Toml {
            file: file.to_owned(),
            what: e.to_string(),
        })?;
        let content = |what: &str| ParamError::Content {
            file: file.to_owned(),
            what: what.to_owned(),
        };
        if common.block_weeks.is_empty() || common.block_weeks.contains(&0) {
            return Err(content("`block_weeks` needs at least one number of weeks above 0"));
        }
        if common.o3_window == 0 || common.o3_first_label < common.o3_window || common.o3_first_label > 24 {
            return Err(content("`o3_first_label` must lie between `o3_window` and 24"));
        }
        if !(0.0..=1.0).contains(&common.city_share) || !(-1.0..=1.0).contains(&common.o3_no2) {
            return Err(content("`city_share` must lie in 0..1 and `o3_no2` in -1..1"));
        }
        Ok(common)
    }
}

impl YearParams {
    /// Reads the text of the file and checks that the segments are the year, without gap or overlap.
    pub fn parse(file: &str, text: &str) -> Result<Self, ParamError> {
        let year: Self = toml::from_str(text).map_err(|e| ParamError::Toml {
            file: file.to_owned(),
            what: e.to_string(),
        })?;
        let content = |what: String| ParamError::Content {
            file: file.to_owned(),
            what,
        };
        let mut expected = NaiveDate::from_ymd_opt(year.year, 1, 1);
        for s in &year.segment {
            if Some(s.from) != expected || s.to < s.from {
                return Err(content(format!(
                    "segment from {} does not follow on the one before it",
                    s.from
                )));
            }
            expected = s.to.succ_opt();
        }
        if expected.is_none_or(|d| d.year() != year.year + 1 || d.ordinal() != 1) {
            return Err(content("the last segment must end on 31 December".to_owned()));
        }
        Ok(year)
    }

    /// Index of the segment of a day of the year.
    pub(super) fn segment_of(&self, date: NaiveDate) -> usize {
        // The segments are the whole year (checked when read), so one is always found.
        self.segment
            .iter()
            .position(|s| date <= s.to)
            .unwrap_or(self.segment.len() - 1)
    }
}
