//! Sound: what holds for every input, and what a provision recorded later changes.

use chrono::NaiveDate;
use law::Law;
use proptest::prelude::*;
use standards::{Args, Cell, Context, Outcome, find};
use std::path::Path;

fn files() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law/noise");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
    }
    files
}

fn call(law: &Law, name: &str, args: &[(&str, &str)]) -> Result<Outcome, String> {
    let context = Context {
        law,
        date: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
        division: "340100",
    };
    let args = Args::from_iter(args.iter().copied());
    find(name).unwrap().call(&context, &args).map_err(|e| e.to_string())
}

fn number(cell: &Cell) -> f64 {
    cell.to_string().parse().unwrap()
}

fn words(levels: &[u32]) -> String {
    let shown: Vec<String> = levels.iter().map(|l| format!("{}.{}", l / 10, l % 10)).collect();
    shown.join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_louder_sample_never_lowers_the_level(levels in prop::collection::vec(200u32..1200, 1..60), at in 0usize..60, more in 1u32..300) {
        let law = Law::load(files()).unwrap();
        let before = call(&law, "noise.leq", &[("levels", &words(&levels))]).unwrap();
        let mut louder = levels.clone();
        let at = at % louder.len();
        louder[at] += more;
        let after = call(&law, "noise.leq", &[("levels", &words(&louder))]).unwrap();
        prop_assert!(number(&after.value) >= number(&before.value));
        let mean = levels.iter().sum::<u32>() as f64 / levels.len() as f64 / 10.0;
        prop_assert!(number(&before.value) + 0.051 >= mean, "an energy mean is never below the arithmetic one");
    }

    #[test]
    fn percentiles_fall(levels in prop::collection::vec(200u32..1200, 1..120)) {
        let law = Law::load(files()).unwrap();
        let o = call(&law, "noise.percentile", &[("levels", &words(&levels))]).unwrap();
        let l: Vec<f64> = ["l5", "l10", "l50", "l90", "l95"].iter().map(|c| number(o.column(c))).collect();
        prop_assert!(l.windows(2).all(|p| p[0] >= p[1]), "{l:?}");
    }

    #[test]
    fn background_never_makes_it_louder(measured in 300u32..1200, background in 200u32..1200) {
        let law = Law::load(files()).unwrap();
        let (m, b) = (words(&[measured]), words(&[background]));
        let o = call(&law, "noise.background", &[("source", "industry"), ("measured", &m), ("background", &b)]).unwrap();
        if o.value != Cell::Missing {
            prop_assert!(number(&o.value) <= f64::from(measured) / 10.0 + 0.5);
            prop_assert!(measured >= background + 25, "too near a background gives no result");
        } else {
            prop_assert_eq!(o.column("status").to_string(), "repeat");
        }
    }
}

#[test]
fn the_least_data_of_a_period_can_be_recorded_later() {
    let before = Law::load(files()).unwrap();
    let args = [("period", "hour"), ("valid", "2700"), ("due", "3600")];
    assert!(
        call(&before, "noise.period_valid", &args)
            .unwrap_err()
            .contains("not recorded")
    );
    let mut all = files();
    // The numbers are made up: the test is of the way in, not of the standard.
    let addition = r#"
[addition]
standard = "HJ 906-2017"
source = "made up for a test"
checked = "2026-11-24"

[[provision]]
key = "noise.valid"
clause = "6"
certainty = "uncertain"
title_zh = "试"
title_en = "test"
by = ["period"]
table = """
period,minimum,unit
hour,75,%
day,14,h
"""
"#;
    all.push(("addition.toml".to_string(), addition.to_string()));
    let after = Law::load(all).unwrap();
    let valid = |args: &[(&str, &str)]| call(&after, "noise.period_valid", args).unwrap().value.to_string();
    assert_eq!(valid(&args), "yes");
    assert_eq!(valid(&[("period", "hour"), ("valid", "2699"), ("due", "3600")]), "no");
    assert_eq!(valid(&[("period", "day"), ("valid", "13"), ("due", "16")]), "no");
}

#[test]
fn a_city_that_moves_its_night_is_judged_by_its_own() {
    let mut all = files();
    let moved = r#"
[addition]
standard = "GB 3096-2008"
source = "made up for a test"
checked = "2026-11-24"

[[provision]]
key = "noise.period"
clause = "3"
division = "340100"
certainty = "uncertain"
title_zh = "试"
title_en = "test"
by = ["period"]
unit = "h"
table = """
period,period_zh,start,end
day,昼间,7,23
night,夜间,23,7
"""
"#;
    all.push(("addition.toml".to_string(), moved.to_string()));
    // Hour 6 is night there; hour 22 is day.
    let hours = "40 40 40 40 40 40 60 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 50 40";
    let o = call(&Law::load(all).unwrap(), "noise.ldn", &[("hours", hours)]).unwrap();
    assert_eq!(o.column("ld").to_string(), "50.0");
    let o = call(&Law::load(files()).unwrap(), "noise.ldn", &[("hours", hours)]).unwrap();
    assert_eq!(o.column("ld").to_string(), "51.9"); // 60 once and 50 fifteen times
}
