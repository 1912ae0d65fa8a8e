//! HJ 633-2026.

use super::*;

#[test]
fn worked_days_of_the_2026_edition() {
    assert_eq!(worked_days("2026", NEW), 6);
}

#[test]
fn clause_4_2_2_concentrations_are_rounded_first() {
    let o = call("air.iaqi", NEW, "factor=pm2_5 period=24h c=60.5");
    assert_eq!(
        (o.value.to_string(), o.column("c_rounded").to_string()),
        ("100".into(), "60".into())
    ); // a tie to even
    assert!(o.explanation.inputs[0].notes[0].en.contains("60.5 → 60"));
    assert_eq!(
        show("air.iaqi", NEW, "factor=pm2_5 period=24h c=60.51", &["c_rounded"]),
        "101 | 61"
    );
    assert_eq!(
        show("air.iaqi", NEW, "factor=co period=24h c=2.25", &["c_rounded"]),
        "55 | 2.2"
    );
}

#[test]
fn one_hour_particles_use_the_row_of_the_day() {
    for (words, wanted) in [
        ("factor=pm2_5 period=1h c=61", "101"),
        ("factor=pm2_5 period=1h c=75", "114"),
        ("factor=pm2_5 period=1h c=76", "115"),
        ("factor=pm2_5 period=1h c=88", "126"),
        ("factor=pm10 period=1h c=121", "101"),
        ("factor=pm10 period=1h c=151", "112"),
        ("factor=pm10 period=1h c=300", "175"),
    ] {
        assert_eq!(show("air.iaqi", NEW, words, &[]), wanted, "{words}");
    }
}

#[test]
fn the_worked_hour() {
    let columns = [
        "iaqi_so2",
        "iaqi_no2",
        "iaqi_pm10",
        "iaqi_pm2_5",
        "iaqi_co",
        "iaqi_o3",
        "primary",
    ];
    let got = show(
        "air.aqi.hourly",
        NEW,
        "so2=900 no2=150 pm10=140 pm2_5=88 co=1.3 o3=210",
        &columns,
    );
    assert_eq!(got, "200 | 200 | 75 | 108 | 126 | 13 | 105 | SO2");
}

#[test]
fn table_3_notes_beyond_the_end() {
    assert_eq!(show("air.iaqi", NEW, "factor=so2 period=1h c=801", &[]), "200");
    assert_eq!(show("air.iaqi", NEW, "factor=o3 period=8h c=850", &[]), "300");
    assert_eq!(show("air.iaqi", NEW, "factor=pm2_5 period=24h c=900", &[]), "500");
}

#[test]
fn clause_5_1_ozone_of_one_hour_left_the_daily_report() {
    let o = call(
        "air.aqi.daily",
        NEW,
        "so2=8 no2=41 pm10=60 pm2_5=30 co=0.9 o3_8h=90 o3_1h=900",
    );
    assert_eq!(
        (o.value.to_string(), o.column("iaqi_o3").to_string()),
        ("58".into(), String::new())
    );
    assert!(o.explanation.notes.iter().any(|n| n.en.contains("no longer uses")));
}

#[test]
fn clause_5_3_the_index_of_the_rest_must_be_above_100_to_stand() {
    let na = "NA | NA | NA | NA | pm2_5";
    let columns = ["primary", "level", "category", "missing"];
    assert_eq!(
        show("air.aqi.daily", NEW, "so2=8 no2=41 pm10=120 co=0.9 o3_8h=159", &columns),
        na
    ); // rest: 100
    let stands = "101 | PM10 | 三级 | 轻度污染 | pm2_5";
    assert_eq!(
        show("air.aqi.daily", NEW, "so2=8 no2=41 pm10=121 co=0.9 o3_8h=159", &columns),
        stands
    );
    assert_eq!(
        show(
            "air.aqi.daily",
            NEW,
            "so2=8 no2=41 pm10=121 pm2_5=NA co=0.9 o3_8h=159",
            &columns
        ),
        stands
    );
    // Individual indices are still published.
    let o = call("air.aqi.hourly", NEW, "so2=8 no2=41 pm10=60 co=0.9 o3=100");
    assert_eq!(
        (o.value.to_string(), o.column("iaqi_pm10").to_string()),
        ("NA".into(), "58".into())
    );
    assert_eq!(
        show("air.aqi.daily", NEW, "", &["primary", "missing"]),
        " |  | so2 no2 pm10 pm2_5 co o3_8h"
    );
}

/// The change of edition cannot change a day of moderate pollution or worse: where the two differ,
/// both indices lie between 51 and 150.
#[test]
fn the_editions_differ_only_between_51_and_150() {
    use standards::air::{Period, Pollutant, Rules};
    let rules = |d: &str| Rules::at(law(), d.parse().unwrap(), "").unwrap();
    let (old, new) = (rules("2026-02-28"), rules("2026-03-01"));
    let mut differ = 0;
    for p in [Pollutant::Pm10, Pollutant::Pm25] {
        for c in 0..=1500i64 {
            let of = |r: &Rules| r.iaqi(p, Period::H24, c.into()).unwrap().value.unwrap();
            let (a, b) = (of(&old), of(&new));
            if a != b {
                differ += 1;
                assert!(
                    (51..=150).contains(&a) && (51..=150).contains(&b) && b > a,
                    "{p} {c}: {a} {b}"
                );
            }
            assert_eq!(a > 150, b > 150);
        }
    }
    assert!(differ > 100);
}
