//! The law that is shipped: it loads, it has no gap, overlap or dangling reference, and the dates
//! that matter fall where the standards put them.

use chrono::NaiveDate;
use law::Law;
use std::path::Path;

fn law() -> Law {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
    match Law::load_dir(&dir) {
        Ok(law) => law,
        Err(errors) => panic!(
            "{}",
            errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        ),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn no_gap_no_overlap_nothing_dangling() {
    let problems: Vec<String> = law().check().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_standard_says_when_it_was_checked_and_in_both_languages() {
    let law = law();
    assert!(law.standards().len() >= 25);
    for s in law.standards() {
        assert!(s.checked >= day("2026-11-24"), "{}", s.number);
        assert!(
            s.title.en.is_ascii() || s.title.en.contains('−'),
            "{}: {}",
            s.number,
            s.title.en
        );
        assert_eq!(s.note.zh.is_empty(), s.note.en.is_empty(), "{}", s.number);
    }
}

/// One number a standard: what belongs to a text that already stands in a file is an `[addition]` to it.
#[test]
fn no_text_stands_under_two_numbers() {
    let law = law();
    for (i, a) in law.standards().iter().enumerate() {
        for b in &law.standards()[..i] {
            let together = a.to.is_none_or(|to| b.from <= to) && b.to.is_none_or(|to| a.from <= to);
            assert!(a.title.zh != b.title.zh || !together, "{} and {}", a.number, b.number);
        }
    }
}

#[test]
fn the_switch_of_march_2026() {
    let law = law();
    let pm = |date: &str, key: &str, find: &[(&str, &str)], column: &str| {
        let p = law.at(key, day(date), "").unwrap();
        let row = p.table.row(find).unwrap();
        p.table.decimal(row, column).unwrap().to_string()
    };
    let limit = |date| pm(date, "air.limit", &[("pollutant", "pm2_5"), ("period", "1d")], "class2");
    assert_eq!(
        [
            limit("2026-02-28"),
            limit("2026-03-01"),
            limit("2030-12-31"),
            limit("2031-01-01")
        ],
        ["75", "60", "60", "50"]
    );
    let hundred = |date| {
        pm(
            date,
            "air.iaqi.breakpoints",
            &[("factor", "pm10"), ("period", "24h")],
            "100",
        )
    };
    assert_eq!([hundred("2026-02-28"), hundred("2026-03-01")], ["150", "120"]);
    let changed: Vec<String> = law
        .diff(day("2026-02-28"), day("2026-03-01"))
        .into_iter()
        .map(|c| c.key)
        .collect();
    assert!(changed.contains(&"air.limit".to_string()) && changed.contains(&"air.aqi.missing".to_string()));
    let bp = law
        .diff(day("2026-02-28"), day("2026-03-01"))
        .into_iter()
        .find(|c| c.key == "air.iaqi.breakpoints")
        .unwrap();
    assert_eq!(bp.cells.len(), 2, "{:?}", bp.cells); // only PM10 and PM2.5 at 100
}

#[test]
fn anhui_before_the_nation_and_nobody_before_any_rule() {
    let law = law();
    let at = |date: &str, division: &str| {
        law.at("air.limit", day(date), division)
            .map(|p| (p.standard.number.clone(), p.certainty))
    };
    assert!(at("2012-12-31", "340100").is_err());
    assert_eq!(at("2013-06-01", "340100").unwrap().1, figure::Certainty::Likely);
    assert!(at("2013-12-31", "340200").is_err() && at("2014-01-01", "340200").is_ok());
    assert!(at("2014-12-31", "341600").is_err() && at("2015-01-01", "341600").is_ok());
    assert!(at("2015-06-01", "110000").is_err());
    assert_eq!(
        at("2016-01-01", "110000").unwrap(),
        ("GB 3095-2012".to_string(), figure::Certainty::Certain)
    );
}

#[test]
fn what_is_unknown_has_no_value() {
    let p = law();
    let p = p.at("air.three_year", day("2026-06-01"), "").unwrap();
    assert_eq!(p.table.text(0, "method"), "unknown");
    assert!(p.note.en.contains("not found"));
}
