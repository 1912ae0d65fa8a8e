//! The registration itself, the batch form and the command-line words.

use super::*;
use standards::{BatchError, functions, parse_cli_args, run_batch};

fn batch(name: &str, csv: &str) -> (String, u64, u64) {
    let mut out = Vec::new();
    let report = run_batch(
        find(name).unwrap(),
        csv.as_bytes(),
        &mut out,
        law(),
        OLD.parse().unwrap(),
        "340000",
    )
    .unwrap();
    (String::from_utf8(out).unwrap(), report.rows, report.errors)
}

#[test]
fn every_function_is_whole() {
    let names: Vec<&str> = functions().iter().map(|f| f.name).collect();
    for wanted in [
        "air.iaqi",
        "air.aqi.daily",
        "air.aqi.hourly",
        "air.o3_8h",
        "air.day_mean",
        "air.city_mean",
        "air.period_mean",
        "air.percentile",
        "air.year_valid",
        "air.evaluation",
        "air.good_day_ratio",
        "air.heavy_day_ratio",
        "air.composite_index",
        "air.ranking",
        "air.exceedance",
        "air.limit",
        "air.reference_state",
        "round.gbt8170",
    ] {
        assert!(names.contains(&wanted), "{wanted}");
    }
    for f in functions() {
        assert_eq!(names.iter().filter(|n| **n == f.name).count(), 1, "{}", f.name);
        assert!(
            !f.keys.is_empty() && !f.title.0.is_empty() && f.title.1.is_ascii(),
            "{}",
            f.name
        );
        for key in f.keys {
            assert!(
                law().keys().any(|k| k == *key) || law().missing().any(|m| m.key == *key),
                "{} reads `{key}`, which the law does not have",
                f.name
            );
        }
        for a in f.args {
            assert!(
                a.title.1.is_ascii() && (a.unit.is_empty() || figure::Unit::parse(a.unit).is_ok()),
                "{} {}",
                f.name,
                a.name
            );
        }
        assert!(call_in(f.name, "1980-01-01", "", "surely_not=1").is_err());
    }
}

#[test]
fn results_are_the_registered_columns() {
    for (name, words) in [
        ("air.iaqi", "factor=so2 period=24h c=3"),
        ("air.aqi.daily", "so2=3"),
        ("air.aqi.hourly", "so2=3"),
        ("air.o3_8h", "hours=-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-"),
        ("air.day_mean", "factor=so2 hours=3"),
        ("air.city_mean", "factor=so2 sites=3"),
        ("air.period_mean", "factor=so2 values=3"),
        ("air.percentile", "values=3 p=90"),
        ("air.year_valid", "factor=so2 days=1+1+1+1+1+1+1+1+1+1+1+1"),
        ("air.evaluation", "so2=3"),
        ("air.good_day_ratio", "good=1 valid=2"),
        ("air.heavy_day_ratio", "heavy=1 valid=2"),
        ("air.region_ratio", "days=1 valid=2"),
        ("air.composite_index", "so2=1 no2=1 pm10=1 pm2_5=1 co=1 o3=1"),
        ("air.ranking", "values=1"),
        ("air.limit", "factor=so2 period=1h"),
        ("air.exceedance", "factor=so2 period=1h c=1"),
        ("air.reference_state", "factor=so2 c=1 state_of=2018-01-01"),
        ("air.volume_ratio", "factor=so2 ratio=1"),
        ("air.change_rate", "this=1 last=2"),
        ("air.trend", "values=1+2"),
        ("round.gbt8170", "value=1.5 digits=0"),
    ] {
        let got: Vec<&str> = call(name, OLD, words).columns.iter().map(|(n, _)| *n).collect();
        let registered: Vec<&str> = find(name).unwrap().results.iter().map(|c| c.name).collect();
        assert_eq!(got, registered, "{name}");
    }
}

#[test]
fn one_row_in_one_row_out() {
    let (out, rows, errors) = batch(
        "air.iaqi",
        "id,factor,period,c,date\n1,pm2_5,24h,61,\n2,pm2_5,24h,61,2026-03-01\n3,pm2_5,24h,0.01L,\n4,pm2_5,24h,61,1999-01-01\n5,pm2_5,24h,61,yesterday\n6,pm2_5,24h,,\n",
    );
    assert_eq!((rows, errors), (6, 4));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "id,factor,period,c,date,value,c_rounded,level,category,error");
    assert_eq!(lines[1], "1,pm2_5,24h,61,,83,61,二级,良,");
    assert_eq!(lines[2], "2,pm2_5,24h,61,2026-03-01,101,61,三级,轻度污染,");
    assert!(
        lines[3].starts_with("3,pm2_5,24h,0.01L,,,,,,") && lines[3].contains("below the detection limit"),
        "{}",
        lines[3]
    );
    assert!(
        lines[4].contains("not in force on 1999-01-01")
            && lines[5].contains("is not a date")
            && lines[6].contains("`c` is missing")
    );
}

#[test]
fn a_batch_of_days() {
    let (out, rows, errors) = batch(
        "air.aqi.daily",
        "so2,no2,co,o3_8h,o3_1h,pm10,pm2_5,division,date\n8,41,0.9,159,,121,61,340100,2014-06-01\n8,41,0.9,159,,121,61,340100,2026-03-01\n8,41,0.9,159,,,61,340100,2026-03-01\n",
    );
    assert_eq!((rows, errors), (3, 0));
    let cells = |i: usize| {
        out.lines()
            .nth(i)
            .unwrap()
            .split(',')
            .skip(9)
            .take(3)
            .collect::<Vec<_>>()
            .join(",")
    };
    assert_eq!(
        [cells(0), cells(1), cells(2), cells(3)],
        [
            "value,primary,level",
            "100,O3,二级",
            "101,PM10+PM2.5,三级",
            "101,PM2.5,三级"
        ]
    );
}

#[test]
fn a_file_that_is_no_table_is_refused() {
    let run = |csv: &str| {
        run_batch(
            find("air.iaqi").unwrap(),
            csv.as_bytes(),
            Vec::new(),
            law(),
            OLD.parse().unwrap(),
            "",
        )
    };
    assert!(matches!(run("a,b\n1,2\n"), Err(BatchError::NoColumns { .. })));
    let e = run("factor,period,c\nso2,1h\n").unwrap_err().to_string();
    assert!(e.contains("line: 2"), "{e}");
}

#[test]
fn rounding_as_a_function() {
    for (words, wanted) in [
        ("value=36.85 digits=1", "36.8"),
        ("value=2500 digits=-3", "2000"),
        ("value=16.5（＋） digits=0", "17"),
        ("value=60.25 step=0.5", "60.0"),
        ("value=-0.4 digits=0", "0"),
        ("value=15.0 digits=2", "15.00"),
    ] {
        assert_eq!(
            show("round.gbt8170", OLD, words, &["mode"]),
            format!("{wanted} | gbt8170"),
            "{words}"
        );
    }
    assert!(call_in("round.gbt8170", OLD, "", "value=1 digits=1.5").is_err());
    assert!(call_in("round.gbt8170", OLD, "", "value=1").is_err());
    assert!(
        call_in("round.gbt8170", "2008-12-31", "", "value=1 digits=1")
            .unwrap_err()
            .to_string()
            .contains("not in force")
    );
}

#[test]
fn words_of_the_command_line() {
    assert!(
        parse_cli_args(["c=1", "c=2"])
            .unwrap_err()
            .to_string()
            .contains("given twice")
    );
    assert!(parse_cli_args(["c"]).unwrap_err().to_string().contains("key=value"));
    assert_eq!(parse_cli_args(["c=1=2"]).unwrap().get("c"), Some("1=2"));
}
