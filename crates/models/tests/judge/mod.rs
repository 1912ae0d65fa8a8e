//! Judges a simulated year as real data would be judged: station hours to station days, city days, periods.
#![allow(dead_code)] // each user of this module takes a part of it

use chrono::{Datelike, Days, NaiveDate};
use figure::{Mode, div_round};
use models::simulate::{Climate, Common, Pollutant, Sources, Year, YearParams};
use std::io::Read;
use std::path::PathBuf;

pub const PM25: usize = 0;
pub const PM10: usize = 1;
pub const SO2: usize = 2;
pub const NO2: usize = 3;
pub const CO: usize = 4;
pub const O3: usize = 5;

pub fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data").join(path)
}

/// The text of a file of `data/`, unpacked.
pub fn text(path: &str) -> String {
    let bytes = std::fs::read(data(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    if !path.ends_with(".gz") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut out = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut out).unwrap();
    out
}

pub fn common() -> Common {
    Common::parse("common.toml", &text("simulated/common.toml")).unwrap()
}

pub fn params(year: i32) -> YearParams {
    let file = format!("simulated/{year}.toml");
    YearParams::parse(&file, &text(&file)).unwrap()
}

pub fn climate(common: &Common) -> Climate {
    let sources = Sources {
        cities: &text("sites/cities.csv"),
        sites: &text("sites/sites.csv"),
        city_days: &text("air/anhui_city_daily_2013-12_2016-06.csv.gz"),
        winter_hours: &text("air/all_cities_hourly_2019-02-04_09.csv.gz"),
        spring_hours: &text("air/anhui_station_hourly_2020-04.csv.gz"),
    };
    Climate::learn(&sources, common).unwrap()
}

/// A city's day: rounded values (CO in tenths) and what they amount to.
#[derive(Clone, Copy, Default)]
pub struct CityDay {
    pub values: [Option<i64>; 6],
    pub good: Option<bool>,
    pub heavy: bool,
}

pub struct Judged {
    pub cities: Vec<String>,
    pub first: NaiveDate,
    /// `[city][day]`
    pub days: Vec<Vec<CityDay>>,
}

fn half_even(sum: i64, n: i64) -> i64 {
    div_round(i128::from(sum), n as u128, Mode::HalfEven).unwrap() as i64
}

fn station_day(hours: [Option<i64>; 24], p: usize) -> Option<i64> {
    if p == O3 {
        let windows: Vec<i64> = (8..=24)
            .filter_map(|e| {
                let w: Vec<i64> = hours[e - 8..e].iter().flatten().copied().collect();
                (w.len() >= 6).then(|| half_even(w.iter().sum(), w.len() as i64))
            })
            .collect();
        let max = windows.iter().copied().max()?;
        return (windows.len() >= 14 || max > 160).then_some(max);
    }
    let v: Vec<i64> = hours.iter().flatten().copied().collect();
    (v.len() >= 20).then(|| half_even(v.iter().sum(), v.len() as i64))
}

pub fn judge(year: &Year, climate: &Climate) -> Judged {
    let cities = climate.cities().to_vec();
    let stations: Vec<(usize, bool)> = climate
        .stations()
        .map(|(_, city, counts)| (cities.iter().position(|c| c == city).unwrap(), counts))
        .collect();
    let count = year.len() / 24;
    let mut days = vec![vec![CityDay::default(); count]; cities.len()];
    for (c, city) in days.iter_mut().enumerate() {
        let members: Vec<usize> = (0..stations.len()).filter(|s| stations[*s] == (c, true)).collect();
        for (d, day) in city.iter_mut().enumerate() {
            for p in Pollutant::ALL {
                let v: Vec<i64> = members
                    .iter()
                    .filter_map(|s| station_day(std::array::from_fn(|h| year.value(d * 24 + h, *s, p)), p as usize))
                    .collect();
                let enough = if members.len() < 4 { 2 * v.len() >= members.len() } else { 4 * v.len() >= 3 * members.len() };
                if enough && !v.is_empty() {
                    day.values[p as usize] = Some(half_even(v.iter().sum(), v.len() as i64));
                }
            }
            if let [Some(a), Some(b), Some(_), Some(n), Some(_), Some(o)] = day.values {
                day.good = Some(a <= 75 && b <= 150 && n <= 80 && o <= 160);
                day.heavy = a > 150 || b > 350 || o > 265;
            }
        }
    }
    Judged { cities, first: NaiveDate::from_ymd_opt(year.year, 1, 1).unwrap(), days }
}

impl Judged {
    fn of(&self, division: &str) -> Vec<usize> {
        (0..self.cities.len()).filter(|c| division == "340000" || self.cities[*c] == division).collect()
    }
    fn span(&self, from: NaiveDate, to: NaiveDate) -> std::ops::RangeInclusive<usize> {
        from.ordinal0() as usize..=to.ordinal0() as usize
    }
    /// Mean over the cities of each city's mean of day values.
    pub fn mean(&self, division: &str, from: NaiveDate, to: NaiveDate, p: usize) -> f64 {
        let cities = self.of(division);
        let sum: f64 = cities
            .iter()
            .map(|c| {
                let v: Vec<i64> = self.days[*c][self.span(from, to)].iter().filter_map(|d| d.values[p]).collect();
                v.iter().sum::<i64>() as f64 / v.len() as f64
            })
            .sum();
        sum / cities.len() as f64
    }
    /// Mean over the cities of each city's percentile of day values.
    pub fn percentile(&self, division: &str, from: NaiveDate, to: NaiveDate, p: usize, q: f64) -> f64 {
        let cities = self.of(division);
        let sum: f64 = cities
            .iter()
            .map(|c| {
                let mut v: Vec<i64> = self.days[*c][self.span(from, to)].iter().filter_map(|d| d.values[p]).collect();
                v.sort_unstable();
                let k = (v.len() - 1) as f64 * q / 100.0;
                let s = k.floor() as usize;
                let next = v[(s + 1).min(v.len() - 1)];
                v[s] as f64 + (next - v[s]) as f64 * (k - s as f64)
            })
            .sum();
        sum / cities.len() as f64
    }
    /// (good, heavy, valid) city days.
    pub fn counts(&self, division: &str, from: NaiveDate, to: NaiveDate) -> (u32, u32, u32) {
        let mut out = (0, 0, 0);
        for c in self.of(division) {
            for d in &self.days[c][self.span(from, to)] {
                if let Some(good) = d.good {
                    out = (out.0 + u32::from(good), out.1 + u32::from(d.heavy), out.2 + 1);
                }
            }
        }
        out
    }
    pub fn good(&self, division: &str, from: NaiveDate, to: NaiveDate) -> f64 {
        let (good, _, valid) = self.counts(division, from, to);
        100.0 * f64::from(good) / f64::from(valid)
    }
    pub fn date(&self, day: usize) -> NaiveDate {
        self.first + Days::new(day as u64)
    }
    /// A target's item in its unit.
    pub fn item(&self, item: &str, division: &str, from: NaiveDate, to: NaiveDate) -> f64 {
        match item {
            "pm25" => self.mean(division, from, to, PM25),
            "pm10" => self.mean(division, from, to, PM10),
            "so2" => self.mean(division, from, to, SO2),
            "no2" => self.mean(division, from, to, NO2),
            "co_p95" => self.percentile(division, from, to, CO, 95.0) / 10.0,
            "o3_8h_p90" => self.percentile(division, from, to, O3, 90.0),
            "good_day_ratio" => self.good(division, from, to),
            "heavy_pollution_days" => f64::from(self.counts(division, from, to).1),
            other => panic!("no item {other}"),
        }
    }
}
