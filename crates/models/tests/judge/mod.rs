//! Judges a simulated year as real data would be judged: station hours to station days, city days, periods.
#![allow(dead_code)] // each user of this module takes a part of it

use chrono::{Datelike, Days, NaiveDate};
use figure::{Decimal, Ratio, gbt8170};
use law::Law;
use models::simulate::{Climate, Common, Pollutant, Sources, Target, Year, YearParams};
use standards::air::{self, Rules};
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
    flate2::read::GzDecoder::new(&bytes[..])
        .read_to_string(&mut out)
        .unwrap();
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

/// The law's pollutant of a column; ozone as the day's largest 8-hour mean.
fn of_law(p: Pollutant) -> air::Pollutant {
    match p {
        Pollutant::Pm25 => air::Pollutant::Pm25,
        Pollutant::Pm10 => air::Pollutant::Pm10,
        Pollutant::So2 => air::Pollutant::So2,
        Pollutant::No2 => air::Pollutant::No2,
        Pollutant::Co => air::Pollutant::Co,
        Pollutant::O3 => air::Pollutant::O3_8h,
    }
}

/// The rules of a simulated year: none of them changes within it.
pub fn rules(year: i32) -> Rules {
    let law = Law::load_dir(&data("../law")).unwrap_or_else(|e| panic!("{e:?}"));
    Rules::at(&law, NaiveDate::from_ymd_opt(year, 12, 31).unwrap(), "340000").unwrap()
}

fn station_day(rules: &Rules, hours: [Option<i64>; 24], p: Pollutant) -> Option<Decimal> {
    if p == Pollutant::O3 {
        let hours = hours.map(|h| h.map(Decimal::from_int));
        let day = rules.o3_8h_max(&hours).unwrap();
        return day.value.filter(|_| day.valid);
    }
    let (sum, n) = hours
        .iter()
        .flatten()
        .fold((0i128, 0u32), |a, v| (a.0 + i128::from(*v), a.1 + 1));
    rules.day_mean(of_law(p), sum, n, p.decimals()).unwrap()
}

pub fn judge(year: &Year, climate: &Climate) -> Judged {
    let rules = rules(year.year);
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
            let mut values = [None; 6];
            for p in Pollutant::ALL {
                let sites: Vec<Option<Decimal>> = members
                    .iter()
                    .map(|s| station_day(&rules, std::array::from_fn(|h| year.value(d * 24 + h, *s, p)), p))
                    .collect();
                let value = rules.city_day(of_law(p), &sites).unwrap().value;
                values[p as usize] = value;
                day.values[p as usize] = value.map(|v| v.at_scale(p.decimals()).unwrap() as i64);
            }
            let o3: Vec<Option<Decimal>> = members
                .iter()
                .map(|s| {
                    // The largest hour counts where the day's ozone is valid.
                    let hours: [_; 24] = std::array::from_fn(|h| year.value(d * 24 + h, *s, Pollutant::O3));
                    station_day(&rules, hours, Pollutant::O3)?;
                    hours.into_iter().flatten().max().map(Decimal::from_int)
                })
                .collect();
            let o3 = rules.city_day(air::Pollutant::O3, &o3).unwrap().value;
            let [pm2_5, pm10, so2, no2, co, o3_8h] = values;
            let index = rules
                .daily(&air::Day {
                    so2,
                    no2,
                    pm10,
                    pm2_5,
                    co,
                    o3,
                    o3_8h,
                })
                .unwrap();
            if values.iter().all(Option::is_some) {
                let aqi = index.aqi.unwrap();
                day.good = Some(rules.ratio.good_day(aqi));
                day.heavy = rules.ratio.heavy_day(aqi);
            }
        }
    }
    Judged {
        cities,
        first: NaiveDate::from_ymd_opt(year.year, 1, 1).unwrap(),
        days,
    }
}

impl Judged {
    fn of(&self, division: &str) -> Vec<usize> {
        (0..self.cities.len())
            .filter(|c| division == "340000" || self.cities[*c] == division)
            .collect()
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
                let v: Vec<i64> = self.days[*c][self.span(from, to)]
                    .iter()
                    .filter_map(|d| d.values[p])
                    .collect();
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
                let mut v: Vec<i64> = self.days[*c][self.span(from, to)]
                    .iter()
                    .filter_map(|d| d.values[p])
                    .collect();
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
    /// A mean or the good-day ratio of a division as printed, from the cities' exact figures (`None`) or from theirs
    /// rounded to so many decimals: which of the two the publisher does is not known.
    pub fn printed(&self, t: &Target, cities_rounded: Option<i32>) -> Decimal {
        let decimals = t.value.split_once('.').map_or(0, |d| d.1.len()) as i32;
        let cities = self.of(&t.division);
        let mut sum = Ratio::from(0i64);
        for c in &cities {
            let days = &self.days[*c][self.span(t.from, t.to)];
            let (part, whole) = match t.item.as_str() {
                "good_day_ratio" => {
                    let valid: Vec<bool> = days.iter().filter_map(|d| d.good).collect();
                    (100 * valid.iter().filter(|g| **g).count() as i128, valid.len())
                }
                item => {
                    let p = ["pm25", "pm10", "so2", "no2"]
                        .iter()
                        .position(|i| *i == item)
                        .expect("a mean");
                    let v: Vec<i64> = days.iter().filter_map(|d| d.values[p]).collect();
                    (i128::from(v.iter().sum::<i64>()), v.len())
                }
            };
            let mut city = Ratio::new(part, whole as i128).unwrap();
            if let Some(to) = cities_rounded {
                city = Ratio::from(gbt8170(city, to).unwrap());
            }
            sum = sum.add(city).unwrap();
        }
        gbt8170(sum.div(Ratio::from(cities.len() as i64)).unwrap(), decimals).unwrap()
    }
    /// Printed as it was, whichever way the province's figure is made from the cities'?
    pub fn meets(&self, t: &Target) -> bool {
        let want = Decimal::parse(&t.value).unwrap();
        let rounded = if t.item == "good_day_ratio" { 1 } else { 0 };
        self.printed(t, None) == want && self.printed(t, Some(rounded)) == want
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
