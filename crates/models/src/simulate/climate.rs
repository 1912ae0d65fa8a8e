//! What is learnt from real series and how it is kept.

use super::{KINDS, SEASON_DAYS};
use chrono::NaiveDate;

/// The texts (already unpacked) that a [`Climate`] is learnt from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `data/sites/cities.csv`
    pub cities: &'a str,
    /// `data/sites/sites.csv`
    pub sites: &'a str,
    /// `data/air/anhui_city_daily_2013-12_2016-06.csv`
    pub city_days: &'a str,
    /// `data/air/all_cities_hourly_2019-02-04_09.csv`: hours of a winter week
    pub winter_hours: &'a str,
    /// `data/air/anhui_station_hourly_2020-04.csv`: hours of a spring week, with their gaps
    pub spring_hours: &'a str,
}

/// Why the climate could not be learnt.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    #[error("{name}: {what}")]
    Csv { name: &'static str, what: String },
    #[error("{name}: no column `{column}`; the file is not the one that is expected here")]
    Column { name: &'static str, column: &'static str },
    #[error("{name}, line {line}: `{text}` cannot be read")]
    Cell {
        name: &'static str,
        line: u64,
        text: String,
    },
    #[error("{name}: {what}")]
    Content { name: &'static str, what: String },
}

/// A station that is simulated.
#[derive(Clone, Debug)]
pub(super) struct Station {
    pub code: String,
    /// Index into [`Climate::cities`].
    pub city: usize,
    /// Counts in its city's figure (no clean reference site).
    pub evaluates: bool,
}

/// How often and how long values are missing. Chances per hour, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// A reporting station falls silent / a silent one stays silent one hour more.
    pub silent: Step,
    /// The same for one pollutant of a station that reports.
    pub single: [Step; 6],
}

/// A two-state chain: chance to enter, chance to stay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub enter: f64,
    pub stay: f64,
}

/// Everything that the simulation takes from real series.
pub struct Climate {
    /// Division codes, ascending.
    pub(super) cities: Vec<String>,
    /// North to south: 1 for the northernmost city, 0 for the southernmost.
    pub(super) north: Vec<f64>,
    pub(super) stations: Vec<Station>,
    /// First day of the pool of real days.
    pub(super) first: NaiveDate,
    /// Logarithm of value over climate, `[day][city][kind]`, days in a row from `first`; every cell filled.
    pub(super) anomaly: Vec<Vec<[f64; KINDS]>>,
    /// Logarithm of the typical value of the province on each day of the season.
    pub(super) season: Vec<[f64; KINDS]>,
    /// Logarithm of a city's level over the province's.
    pub(super) spread: Vec<[f64; KINDS]>,
    /// Logarithmic shape of the day (hour 0 = label 01:00), winter and spring.
    pub(super) winter: [[f64; 24]; KINDS],
    pub(super) spring: [[f64; 24]; KINDS],
    /// Standard deviation and lag-1 correlation of the logarithmic hour residual at stations.
    pub(super) noise: [Noise; KINDS],
    pub(super) gaps: Gaps,
}

/// An autoregressive noise of order one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Noise {
    pub sd: f64,
    pub lag1: f64,
}

impl Climate {
    /// Division codes of the cities, ascending.
    pub fn cities(&self) -> &[String] {
        &self.cities
    }

    /// Code, city and whether it counts in the city's figure, for each simulated station in file order.
    pub fn stations(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.stations
            .iter()
            .map(|s| (s.code.as_str(), self.cities[s.city].as_str(), s.evaluates))
    }

    /// First day and number of days of the real pool.
    pub fn pool(&self) -> (NaiveDate, usize) {
        (self.first, self.anomaly.len())
    }

    /// What was learnt about missing values.
    pub fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    pub(super) fn check(&self) -> Result<(), LearnError> {
        let finite = self.anomaly.iter().flatten().flatten().all(|x| x.is_finite())
            && self.season.len() == SEASON_DAYS
            && self.season.iter().flatten().all(|x| x.is_finite())
            && self.spread.iter().flatten().all(|x| x.is_finite());
        if finite && !self.stations.is_empty() {
            return Ok(());
        }
        Err(LearnError::Content {
            name: "city days",
            what: "too little data to learn a season for every city and pollutant".to_owned(),
        })
    }
}
