//! Every function is total: whatever the arguments, an answer or a typed error, never a panic and never a
//! figure that is no number. New functions are taken in by being registered.

use chrono::NaiveDate;
use law::Law;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use standards::{Args, Cell, Context, functions};
use std::path::Path;

/// What people and instruments type, good and bad.
fn word() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "",
        "0",
        "-0",
        "-1",
        "15",
        "7",
        "0.005",
        "1e30",
        "1e-30",
        "-3.2e5",
        "99999999999999999999999999999999999999",
        "1e400",
        "NaN",
        "inf",
        "<0.01",
        "0.01L",
        "ND",
        "未检出",
        "--",
        "—",
        "III",
        "Ⅲ",
        "劣Ⅴ",
        "yes",
        "no",
        "so2",
        "pm2_5",
        "1h",
        "24h",
        "lake",
        "river",
        "2024-02-30",
        "2024-03-15",
        "91340000MA2T8C9A4X",
        "０．５",
        "1,5",
        "1 2 3",
        "- - -",
        "5 - 7.5 <0.1",
        "1;2;3;4",
        "a=1 b=2",
        "day",
        "night",
        "𝄞",
        "\0",
        "mg/L",
    ])
    .prop_map(str::to_string);
    prop_oneof![
        4 => odd,
        4 => (-20i64..3_000_000, 0u32..6).prop_map(|(m, s)| format!("{}", m as f64 / 10f64.powi(s as i32))),
        1 => prop::collection::vec(-5i32..500, 1..40).prop_map(|v| v.iter().map(i32::to_string).collect::<Vec<_>>().join(" ")),
        1 => ".{0,12}",
    ]
}

#[test]
fn every_function_answers_or_refuses() {
    let law =
        Law::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"));
    let dates = [
        "1995-06-01",
        "2013-05-01",
        "2020-02-29",
        "2024-05-13",
        "2026-03-01",
        "2031-01-01",
        "2040-12-31",
    ];
    for f in functions() {
        // One seed a function: a failure is found again by running the test again.
        let seed: Vec<u8> = f.name.bytes().chain(std::iter::repeat(0)).take(32).collect();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let config = Config {
            cases: 300,
            failure_persistence: None,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, rng);
        // The words a function's own titles name are tried too, so that its inner branches are reached.
        let known: Vec<String> = f
            .args
            .iter()
            .flat_map(|a| {
                a.title
                    .0
                    .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
                    .chain(a.title.1.split(' '))
            })
            .filter(|w| !w.is_empty())
            .map(str::to_string)
            .chain(["1".to_string()])
            .collect();
        let arg = prop_oneof![3 => word(), 1 => prop::sample::select(known)];
        let case = (
            prop::collection::vec(prop::option::weighted(0.9, arg), f.args.len()),
            0..dates.len(),
            any::<bool>(),
        );
        let run = runner.run(&case, |(values, date, province)| {
            let args: Args = f
                .args
                .iter()
                .zip(values)
                .filter_map(|(a, v)| Some((a.name, v?)))
                .collect();
            let date: NaiveDate = dates[date].parse().unwrap();
            let context = Context {
                law: &law,
                date,
                division: if province { "340100" } else { "" },
            };
            if let Ok(o) = f.call(&context, &args) {
                for cell in std::iter::once(&o.value).chain(o.columns.iter().map(|(_, c)| c)) {
                    if let Cell::Text(t) = cell {
                        prop_assert!(!t.contains("NaN") && t != "inf", "{} gave {t}", f.name);
                    }
                }
                for (name, _) in &o.columns {
                    prop_assert!(
                        f.results.iter().any(|c| c.name == *name),
                        "{} gave an unregistered column {name}",
                        f.name
                    );
                }
                prop_assert!(!o.explanation.title.zh.is_empty());
            }
            Ok(())
        });
        if let Err(e) = run {
            panic!("{}: {e}", f.name);
        }
    }
}
