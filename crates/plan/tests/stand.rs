//! A stand is computed from days, by the law, and says what it cannot say.

use chrono::NaiveDate;
use figure::Decimal;
use law::Law;
use models::forecast::Method;
use plan::days::{CityDay, Days, first_of};
use plan::light::Light;
use plan::measure::{Plan, Sources as PlanFiles};
use plan::stand::{Asked, Sources, Stand, StandError, stand};
use std::path::Path;

const METHOD: &str = include_str!("../../../data/models/forecast.toml");

fn plan() -> Plan {
    let files = PlanFiles {
        head: include_str!("../../../plan/anhui-2024/plan.toml"),
        text: include_str!("../../../plan/anhui-2024/text.txt"),
        measures: include_str!("../../../plan/anhui-2024/measures.toml"),
        groups: include_str!("../../../packs/air/groups.toml"),
        words: include_str!("../../../packs/plan/words.toml"),
    };
    Plan::read(&files).expect("shipped")
}

fn law() -> Law {
    Law::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")).expect("shipped")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Every city the same value and index each day of a year up to `upto`.
fn flat(plan: &Plan, upto: NaiveDate, pm: i64, aqi: u16) -> Days {
    use chrono::Datelike;
    let cities = &plan.group("340000").expect("16 cities").members;
    Days::new(cities.iter().flat_map(|c| {
        first_of(upto.year())
            .iter_days()
            .take_while(move |d| *d <= upto)
            .map(move |day| {
                let mut values = [None; 6];
                values[5] = Some(Decimal::from_int(pm));
                let level = if aqi <= 100 { 2 } else { 3 };
                (
                    c.clone(),
                    CityDay {
                        day,
                        values,
                        aqi: Some(aqi),
                        level,
                        primary: String::new(),
                        simulated: false,
                    },
                )
            })
    }))
}

fn ask(days: &Days, plan: &Plan, measure: &str, on: &str, city: Option<&str>) -> Result<Stand, StandError> {
    let method = Method::parse("forecast.toml", METHOD).expect("shipped");
    let law = law();
    let sources = Sources {
        plan,
        law: &law,
        days,
        published: &[],
        method: &method,
    };
    stand(
        &sources,
        measure,
        Asked {
            date: day(on),
            law_of: None,
        },
        city,
    )
}

#[test]
fn a_closed_year_is_green_or_red() {
    let plan = plan();
    for (pm, light) in [(36, Light::Green), (37, Light::Red)] {
        let s = ask(
            &flat(&plan, day("2024-12-31"), pm, 90),
            &plan,
            "0.1",
            "2024-12-31",
            None,
        )
        .expect("a stand");
        assert_eq!(
            (s.value.map(|v| v.to_string()), s.light),
            (Some(format!("{pm}.0")), light)
        );
        assert!(s.projection.is_none() && s.remaining.is_none() && s.short.is_none());
        assert_eq!((s.valid.cities, s.valid.days, s.valid.of), (16, 16 * 366, 16 * 366));
    }
}

#[test]
fn above_82_1_is_not_met_by_82_1() {
    let plan = plan();
    let days = flat(&plan, day("2024-12-31"), 30, 90);
    let mut all: Vec<(String, CityDay)> = vec![];
    for c in &plan.group("340000").expect("cities").members {
        for d in days.to_date(c, day("2024-12-31")) {
            all.push((c.clone(), d.clone()));
        }
    }
    // 300 of 366 good days in each city: 81.97 → 82.0; 301 → 82.24 → 82.2 (rounding.md's example).
    for (good, shown, light) in [(300, "82.0", Light::Red), (301, "82.2", Light::Green)] {
        let days = Days::new(all.iter().cloned().map(|(c, mut d)| {
            use chrono::Datelike;
            d.aqi = Some(if d.day.ordinal() <= good { 90 } else { 110 });
            (c, d)
        }));
        let s = ask(&days, &plan, "0.2", "2024-12-31", None).expect("a stand");
        assert_eq!(
            (s.value.map(|v| v.to_string()).as_deref(), s.light),
            (Some(shown), light)
        );
    }
}

#[test]
fn what_cannot_be_said_has_no_light() {
    let plan = plan();
    let days = flat(&plan, day("2024-06-30"), 36, 90);
    let none = ask(&days, &plan, "0.3", "2024-06-30", None).expect("a stand");
    assert!(none.light == Light::None && none.reason.zh.contains("尚无数据"));
    let other_year = flat(&plan, day("2015-06-30"), 36, 90);
    let s = ask(&other_year, &plan, "0.1", "2015-06-30", None).expect("a stand");
    assert!(
        s.light == Light::None && s.value.is_some() && s.reason.zh.contains("2024"),
        "{:?}",
        s.reason
    );
    let one: Days = Days::new(
        days.to_date("340100", day("2024-06-30"))
            .iter()
            .map(|d| ("340100".to_string(), d.clone())),
    );
    let s = ask(&one, &plan, "0.1", "2024-06-30", None).expect("a stand");
    assert!(
        s.light == Light::None && s.reason.zh.contains("仅1市"),
        "{:?}",
        s.reason
    );
}

#[test]
fn unknown_measures_and_cities_are_errors() {
    let plan = plan();
    let days = Days::default();
    assert!(matches!(
        ask(&days, &plan, "9.9", "2024-06-30", None),
        Err(StandError::NoMeasure(_))
    ));
    assert!(matches!(
        ask(&days, &plan, "3.2", "2024-06-30", Some("340100")),
        Err(StandError::NoCity(_))
    ));
}

#[test]
fn a_month_with_too_few_days_is_said() {
    let plan = plan();
    let days = flat(&plan, day("2024-12-31"), 30, 90);
    let thin = Days::new(plan.group("340000").expect("cities").members.iter().flat_map(|c| {
        let keep = |d: &&CityDay| c != "340100" || d.day < day("2024-03-01") || d.day > day("2024-03-05");
        days.to_date(c, day("2024-12-31"))
            .iter()
            .filter(keep)
            .map(|d| (c.clone(), d.clone()))
            .collect::<Vec<_>>()
    }));
    let s = ask(&thin, &plan, "0.1", "2024-12-31", None).expect("a stand");
    assert!(
        s.short.is_some_and(|t| t.zh.contains("3月有效26天")),
        "26 of 31 days in March"
    );
}
