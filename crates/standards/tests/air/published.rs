//! Every published hourly index of the shipped files, recomputed: index, level and primary pollutants.
//!
//! The daily files are not used here: their index is not the HJ 633 value of their means (see
//! `data/SOURCES.md`).

use super::*;
use figure::Decimal;
use flate2::read::GzDecoder;
use standards::air::{Hour, HourMode, Rules};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

/// What one file must hold and gave.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    rows: usize,
    /// Rows with a published index: all of them are compared.
    compared: usize,
    /// Rows without one.
    without: usize,
    index: usize,
    level: usize,
    primary: usize,
}

fn open(name: &str) -> csv::Reader<Box<dyn Read>> {
    let path = root().join("data/air").join(name);
    let file = File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let read: Box<dyn Read> = if name.ends_with(".gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    csv::Reader::from_reader(read)
}

/// The feed's names of pollutants, as symbols, in its order of writing ties.
fn symbols(published: &str) -> Vec<&str> {
    let name = |n: &'static str| match n {
        "颗粒物(PM10)" | "PM10" => "PM10",
        "细颗粒物(PM2.5)" | "PM2.5" => "PM2.5",
        "臭氧1小时" | "臭氧8小时" | "O3" => "O3",
        "二氧化硫" | "SO2" => "SO2",
        "二氧化氮" | "NO2" => "NO2",
        "一氧化碳" | "CO" => "CO",
        other => panic!("unknown primary pollutant {other}"),
    };
    // Only the literal names above are returned, so the borrow may be dropped.
    let known = [
        "颗粒物(PM10)",
        "PM10",
        "细颗粒物(PM2.5)",
        "PM2.5",
        "臭氧1小时",
        "臭氧8小时",
        "O3",
        "二氧化硫",
        "SO2",
        "二氧化氮",
        "NO2",
        "一氧化碳",
        "CO",
    ];
    let find = |part: &str| {
        known
            .iter()
            .find(|k| **k == part)
            .unwrap_or_else(|| panic!("unknown primary pollutant {part}"))
    };
    published
        .split(',')
        .filter(|p| !p.is_empty())
        .map(|p| name(find(p)))
        .collect()
}

fn recompute(file: &str) -> Counts {
    let mut reader = open(file);
    let header = reader.headers().unwrap().clone();
    let place: BTreeMap<&str, usize> = header.iter().enumerate().map(|(i, h)| (h, i)).collect();
    let mut rules = BTreeMap::<String, Rules>::new();
    let mut n = Counts::default();
    for record in reader.records() {
        let r = record.unwrap();
        let text = |name: &str| place.get(name).map_or("", |i| r.get(*i).unwrap());
        let value = |name: &str| match text(name) {
            "" => None,
            t => Some(Decimal::parse(t).unwrap_or_else(|e| panic!("{file}: {name}: {e}"))),
        };
        n.rows += 1;
        let hour = Hour {
            so2: value("so2"),
            no2: value("no2"),
            pm10: value("pm10"),
            pm2_5: value("pm25"),
            co: value("co"),
            o3: value("o3"),
            ..Hour::default()
        };
        let day = text("time")[..10].to_string();
        let rules = rules
            .entry(day.clone())
            .or_insert_with(|| Rules::at(law(), day.parse().unwrap(), "").unwrap());
        let got = rules.hourly(&hour, HourMode::Practice).unwrap();
        let Ok(published) = text("aqi").parse::<u16>() else {
            n.without += 1;
            continue;
        };
        n.compared += 1;
        n.index += usize::from(got.aqi == Some(published));
        let level = got.grade.and_then(|g| rules.level(g)).unwrap();
        n.level += usize::from(!place.contains_key("level") || level.category.zh == text("level"));
        n.primary += usize::from(rules.index.primary_symbols(got.primary) == symbols(text("primary")));
    }
    println!("{file}: {n:?}");
    n
}

fn all_agree(file: &str, rows: usize, without: usize) {
    let compared = rows - without;
    let all = Counts {
        rows,
        compared,
        without,
        index: compared,
        level: compared,
        primary: compared,
    };
    assert_eq!(recompute(file), all, "{file}");
}

#[test]
fn national_stations_2017_2018_2019() {
    all_agree("cnemc_station_hourly_published_aqi.csv.gz", 7255, 300);
}

#[test]
fn anhui_stations_april_2020() {
    all_agree("anhui_station_hourly_2020-04.csv.gz", 6595, 934);
}

#[test]
fn national_stations_2020_04_12() {
    all_agree("national_station_hourly_2020-04-12.csv.gz", 4966, 698);
}

#[test]
fn stations_at_new_year_2023() {
    all_agree("cnemc_station_2023-01-22T02.csv", 56, 2);
}

#[test]
fn all_cities_spring_festival_2019() {
    all_agree("all_cities_hourly_2019-02-04_09.csv.gz", 51496, 222);
}
