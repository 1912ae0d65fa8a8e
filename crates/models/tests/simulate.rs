//! The simulated years: the same everywhere, like the real ones, and as the province published.

mod judge;

use chrono::NaiveDate;
use models::simulate::{Climate, Common, Pollutant, Year, YearParams, file_name, year};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

struct All {
    common: Common,
    climate: Climate,
    years: [(YearParams, Year); 2],
}

fn all() -> &'static All {
    static ALL: OnceLock<All> = OnceLock::new();
    ALL.get_or_init(|| {
        let common = judge::common();
        let climate = judge::climate(&common);
        let years = [2023, 2024].map(|y| {
            let params = judge::params(y);
            let made = year(&common, &params, &climate);
            (params, made)
        });
        All { common, climate, years }
    })
}

/// Every value of both years, hashed. A change of this hash is a change of the demo's data: say so in the commit.
const HASH: &str = "95bd0fc696cd06f96b20217a3eee818df173468eb466ad67db3639321268723c";

#[test]
fn the_same_on_every_machine() {
    let mut hash = Sha256::new();
    let mut rows = 0;
    for (_, made) in &all().years {
        for month in 1..=12 {
            let mut text = Vec::new();
            rows += made.write_month(month, &mut text).unwrap();
            hash.update(&text);
        }
    }
    assert_eq!(rows, 72 * (8760 + 8784));
    let hex: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, HASH);
}

#[test]
fn meets_the_published_figures() {
    for (params, made) in &all().years {
        let judged = judge::judge(made, &all().climate);
        for t in &params.target {
            let have = judged.item(&t.item, &t.division, t.from, t.to);
            let want: f64 = t.value.parse().unwrap();
            let what = format!("{} {} {}..{}: {have} for {want}", t.item, t.division, t.from, t.to);
            println!("{what}");
            match (t.how.as_str(), t.within) {
                ("met", None) => assert!(judged.meets(t), "{what}"),
                ("near", Some(within)) => assert!((have - want).abs() <= within, "{what}"),
                other => panic!("{other:?} is no way to meet a target"),
            }
        }
    }
}

fn mean_by(made: &Year, p: Pollutant, pick: impl Fn(usize, usize) -> bool) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for h in 0..made.len() {
        for s in 0..made.stations().len() {
            if pick(h, s)
                && let Some(v) = made.value(h, s, p)
            {
                sum += v as f64;
                n += 1.0;
            }
        }
    }
    sum / n
}

#[test]
fn physics_of_the_day_and_of_the_year() {
    let made = &all().years[1].1;
    let at = |hours: std::ops::Range<usize>| move |h: usize, _: usize| hours.contains(&(h % 24));
    // Ozone peaks in the afternoon, when NO2 is lowest.
    assert!(mean_by(made, Pollutant::O3, at(13..17)) > 1.5 * mean_by(made, Pollutant::O3, at(2..7)));
    assert!(mean_by(made, Pollutant::No2, at(13..17)) < 0.8 * mean_by(made, Pollutant::No2, at(19..23)));
    let days = |days: std::ops::Range<usize>| move |h: usize, _: usize| days.contains(&(h / 24));
    let (winter, summer) = (days(0..59), days(152..243));
    assert!(mean_by(made, Pollutant::Pm25, winter) > 2.0 * mean_by(made, Pollutant::Pm25, summer));
    let afternoon = |days: std::ops::Range<usize>| {
        mean_by(made, Pollutant::O3, move |h, _| {
            days.contains(&(h / 24)) && (13..17).contains(&(h % 24))
        })
    };
    let (summer, winter) = (afternoon(152..243), afternoon(0..59));
    assert!(
        summer > 1.4 * winter,
        "ozone of the afternoon: {summer} in summer, {winter} in winter"
    );
    // PM2.5 hardly ever exceeds PM10.
    let (mut above, mut both) = (0, 0);
    for hour in made.hours() {
        if let [Some(fine), Some(all), ..] = hour.values {
            both += 1;
            above += u32::from(fine > all);
        }
    }
    assert!(f64::from(above) / f64::from(both) < 0.02, "{above} of {both}");
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let cov: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    let (va, vb): (f64, f64) = (
        a.iter().map(|x| (x - ma).powi(2)).sum(),
        b.iter().map(|y| (y - mb).powi(2)).sum(),
    );
    cov / (va * vb).sqrt()
}

#[test]
fn episodes_are_shared_and_last() {
    let all = all();
    let judged = judge::judge(&all.years[1].1, &all.climate);
    let city = |code: &str| {
        let c = judged.cities.iter().position(|x| x == code).unwrap();
        judged.days[c]
            .iter()
            .map(|d| d.values[judge::PM25].unwrap_or(30) as f64)
            .collect::<Vec<f64>>()
    };
    let (suzhou, huaibei, huangshan) = (city("341300"), city("340600"), city("341000"));
    let near = correlation(&suzhou, &huaibei);
    assert!(near > 0.8, "neighbours {near}");
    assert!(
        near > correlation(&suzhou, &huangshan),
        "the far end of the province differs more"
    );
    let lag1 = correlation(&suzhou[1..], &suzhou[..suzhou.len() - 1]);
    assert!((0.5..0.95).contains(&lag1), "day to day {lag1}");
}

#[test]
fn gaps_are_as_frequent_as_in_the_real_file() {
    let all = all();
    let gaps = all.climate.gaps();
    let expected = |s: models::simulate::Step| s.enter / (1.0 + s.enter - s.stay);
    for p in Pollutant::ALL {
        let made = &all.years[0].1;
        let (mut missing, mut n) = (0.0, 0.0);
        for h in 0..made.len() {
            for s in 0..made.stations().len() {
                n += 1.0;
                missing += f64::from(u8::from(made.value(h, s, p).is_none()));
            }
        }
        let want = expected(gaps.silent) + expected(gaps.single[p as usize]);
        assert!(
            (missing / n / want - 1.0).abs() < 0.15,
            "{p:?}: {} for {want}",
            missing / n
        );
    }
}

#[test]
fn another_seed_is_another_year_with_the_same_season() {
    let all = all();
    let (params, made) = &all.years[1];
    let mut other = params.clone();
    other.seed += 1;
    let other = year(&all.common, &other, &all.climate);
    let same = (0..made.len())
        .filter(|h| made.value(*h, 0, Pollutant::Pm25) == other.value(*h, 0, Pollutant::Pm25))
        .count();
    assert!(same < made.len() / 10);
    let (a, b) = (
        mean_by(made, Pollutant::Pm25, |_, _| true),
        mean_by(&other, Pollutant::Pm25, |_, _| true),
    );
    assert!((a / b - 1.0).abs() < 0.15, "{a} and {b}");
}

#[test]
fn files_are_what_the_import_reads() {
    let made = &all().years[1].1;
    assert_eq!(file_name(2024, 2), "simulated_2024-02.csv");
    let mut text = Vec::new();
    assert_eq!(made.write_month(2, &mut text).unwrap(), 29 * 24 * 72);
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time,station_code,pm25,pm10,so2,no2,co,o3"));
    assert!(lines.next().unwrap().starts_with("2024-02-01T01:00:00,1270A,"));
    assert!(text.lines().last().unwrap().starts_with("2024-03-01T00:00:00,"));
    let co: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|l| l.split(',').nth(6))
        .filter(|c| !c.is_empty())
        .collect();
    assert!(co.iter().all(|c| c.split_once('.').is_some_and(|d| d.1.len() == 1)));
}

#[test]
fn parameters_are_checked() {
    let text = judge::text("simulated/2024.toml");
    let broken = text.replacen("to = \"2024-12-31\"\nlevel", "to = \"2024-12-30\"\nlevel", 1);
    assert_ne!(text, broken);
    let error = YearParams::parse("2024.toml", &broken).unwrap_err().to_string();
    assert!(error.contains("31 December"), "{error}");
    assert!(YearParams::parse("2024.toml", &text.replacen("seed", "sed", 1)).is_err());
    let common = judge::text("simulated/common.toml");
    assert!(Common::parse("common.toml", &common.replacen("[1, 2]", "[]", 1)).is_err());
    assert_eq!(all().climate.stations().count(), 72);
    assert_eq!(all().climate.pool().0, NaiveDate::from_ymd_opt(2015, 1, 1).unwrap());
}
