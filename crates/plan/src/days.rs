//! City days in memory, sorted, as figures read them.

use chrono::{Datelike, NaiveDate};
use figure::Decimal;
use std::collections::HashMap;

/// The six pollutants of a city's day, in the order of [`CityDay::values`].
pub const FACTORS: [&str; 6] = ["so2", "no2", "co", "o3_8h", "pm10", "pm2_5"];

/// A city's day: concentrations by the rules of aggregation, index by the law asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityDay {
    pub day: NaiveDate,
    /// Rounded day values, µg/m³ (CO mg/m³); in the order of [`FACTORS`].
    pub values: [Option<Decimal>; 6],
    /// None where the day has no valid index.
    pub aqi: Option<u16>,
    /// 1 to 6; 0 without an index.
    pub level: u8,
    /// Names joined by `+`; empty when there is none.
    pub primary: String,
    pub simulated: bool,
}

impl CityDay {
    /// The day value of a pollutant.
    pub fn value(&self, factor: &str) -> Option<Decimal> {
        FACTORS.iter().position(|f| *f == factor).and_then(|i| self.values[i])
    }
}

/// All city days that are known, judged by one law.
#[derive(Debug, Clone, Default)]
pub struct Days {
    by_city: HashMap<String, Vec<CityDay>>,
}

impl Days {
    /// Takes days in any order; a city's day stands once.
    pub fn new(days: impl IntoIterator<Item = (String, CityDay)>) -> Days {
        let mut by_city: HashMap<String, Vec<CityDay>> = HashMap::new();
        for (city, day) in days {
            by_city.entry(city).or_default().push(day);
        }
        for list in by_city.values_mut() {
            list.sort_by_key(|d| d.day);
        }
        Days { by_city }
    }

    /// A city's days from `from` to `to`, both included.
    pub fn range(&self, city: &str, from: NaiveDate, to: NaiveDate) -> &[CityDay] {
        let Some(list) = self.by_city.get(city) else {
            return &[];
        };
        let (a, b) = (
            list.partition_point(|d| d.day < from),
            list.partition_point(|d| d.day <= to),
        );
        &list[a..b.max(a)]
    }

    /// A city's days of a year up to a day.
    pub fn to_date(&self, city: &str, upto: NaiveDate) -> &[CityDay] {
        self.range(city, first_of(upto.year()), upto)
    }

    /// A city's day.
    pub fn day(&self, city: &str, day: NaiveDate) -> Option<&CityDay> {
        self.range(city, day, day).first()
    }

    /// Cities with any day.
    pub fn cities(&self) -> impl Iterator<Item = &str> {
        self.by_city.keys().map(String::as_str)
    }

    /// First and last day known of these cities.
    pub fn span(&self, cities: &[String]) -> Option<(NaiveDate, NaiveDate)> {
        let lists = cities.iter().filter_map(|c| self.by_city.get(c));
        let ends = lists.filter_map(|l| Some((l.first()?.day, l.last()?.day)));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Years in which each of these cities has at least `least` days.
    pub fn whole_years(&self, cities: &[String], least: usize) -> Vec<i32> {
        let Some((a, b)) = self.span(cities) else {
            return vec![];
        };
        (a.year()..=b.year())
            .filter(|y| {
                cities
                    .iter()
                    .all(|c| self.range(c, first_of(*y), last_of(*y)).len() >= least)
            })
            .collect()
    }
}

/// 1 January. Years here are those of chrono dates, so the day exists.
pub fn first_of(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// 31 December.
pub fn last_of(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// The same day of the year before; 28 February for 29 February.
pub fn year_before(day: NaiveDate) -> NaiveDate {
    day.with_year(day.year() - 1)
        .or_else(|| NaiveDate::from_ymd_opt(day.year() - 1, day.month(), day.day() - 1))
        .unwrap_or(NaiveDate::MIN)
}
