//! HJ 633-2012, and the national platform's practice beside it.

use super::*;

#[test]
fn worked_days_of_the_2012_edition() {
    assert_eq!(worked_days("2012", OLD), 5);
}

#[test]
fn clause_6_1_the_formula_is_shown_with_its_numbers() {
    let o = call("air.iaqi", OLD, "factor=pm2_5 period=24h c=89");
    assert_eq!(o.value.to_string(), "118");
    assert_eq!(
        o.explanation.formula.as_deref(),
        Some("(150−100)⁄(115−75)×(89−75)+100 = 117.5 → 118")
    );
    assert_eq!(o.explanation.clauses[0].standard, "HJ 633-2012");
    assert_eq!(
        (o.column("level").to_string(), o.column("category").to_string()),
        ("三级".into(), "轻度污染".into())
    );
}

#[test]
fn clause_6_2_exact_integers_stay_and_everything_else_goes_up() {
    // In binary 2.2 mg/m3 of CO gives 55.00000000000001 and rounds up to 56.
    assert_eq!(show("air.iaqi", OLD, "factor=co period=24h c=2.2", &[]), "55");
    for m in 1..=120i64 {
        // The law of CO up to 12 mg/m3, by hand: 50 a 2 mg/m3 up to 4, then 50 over 10.
        let wanted = if m <= 40 {
            (m * 50 + 19) / 20
        } else {
            100 + (m - 40 + 1) / 2
        };
        let c = format!("factor=co period=24h c={}.{}", m / 10, m % 10);
        assert_eq!(show("air.iaqi", OLD, &c, &[]), wanted.to_string(), "{c}");
    }
    for (words, wanted) in [
        ("factor=pm2_5 period=24h c=0", "0"),
        ("factor=pm2_5 period=24h c=35", "50"),
        ("factor=pm2_5 period=24h c=36", "52"),
        ("factor=pm2_5 period=1h c=75", "100"),
        ("factor=pm2_5 period=1h c=76", "102"),
        ("factor=pm10 period=1h c=121", "86"),
        ("factor=pm10 period=1h c=151", "101"),
        ("factor=pm10 period=1h c=300", "175"),
        ("factor=o3 period=1h c=1200", "500"),
        ("factor=o3_8h period=8h c=161", "101"),
        ("factor=o3 period=8h c=161", "101"),
        ("factor=so2 period=24h c=476", "151"),
    ] {
        assert_eq!(show("air.iaqi", OLD, words, &[]), wanted, "{words}");
    }
}

#[test]
fn beyond_the_last_breakpoint() {
    for words in [
        "factor=pm2_5 period=24h c=501",
        "factor=pm10 period=24h c=2000",
        "factor=co period=1h c=151",
        "factor=o3 period=1h c=1201",
    ] {
        assert_eq!(show("air.iaqi", OLD, words, &[]), "500", "{words}");
    }
    // Table 1, notes: no value from the hour of SO2 above 800 or from 8 hours of O3 above 800.
    for words in ["factor=so2 period=1h c=801", "factor=o3 period=8h c=801"] {
        let o = call("air.iaqi", OLD, words);
        assert_eq!(o.value.to_string(), "");
        assert!(
            o.explanation.notes.iter().any(|n| n.en.contains("another period")),
            "{words}"
        );
    }
    assert_eq!(show("air.iaqi", OLD, "factor=so2 period=1h c=800", &[]), "200");
    // … then ozone is reported by its hour, and the day is complete; without the hour it is not.
    let base = "so2=8 no2=41 pm10=60 pm2_5=30 co=0.9 o3_8h=850";
    assert_eq!(
        show(
            "air.aqi.daily",
            OLD,
            &format!("{base} o3_1h=900"),
            &["primary", "missing"]
        ),
        "350 | O3 | "
    );
    assert_eq!(show("air.aqi.daily", OLD, base, &["missing"]), "55 | o3_8h");
}

#[test]
fn clause_6_3_primary_pollutants() {
    // Both at the upper end: both are primary.
    assert_eq!(
        show(
            "air.aqi.daily",
            OLD,
            "so2=8 no2=41 pm10=1359 pm2_5=1110 co=0.9 o3_8h=60",
            &["primary", "level", "category"]
        ),
        "500 | PM10+PM2.5 | 六级 | 严重污染"
    );
    // None at 50 and below, whatever is largest.
    assert_eq!(
        show(
            "air.aqi.daily",
            OLD,
            "so2=50 no2=1 pm10=1 pm2_5=1 co=0.1 o3_8h=1",
            &["primary", "level"]
        ),
        "50 | none | 一级"
    );
    assert_eq!(
        show(
            "air.aqi.daily",
            OLD,
            "so2=51 no2=1 pm10=1 pm2_5=1 co=0.1 o3_8h=1",
            &["primary", "level"]
        ),
        "51 | SO2 | 二级"
    );
    // Ozone by its hour and by 8 hours is one pollutant.
    assert_eq!(
        show(
            "air.aqi.daily",
            OLD,
            "so2=1 no2=1 pm10=1 pm2_5=1 co=0.1 o3_8h=160 o3_1h=200",
            &["primary"]
        ),
        "100 | O3"
    );
}

#[test]
fn table_2_levels_and_colours() {
    for (pm, wanted) in [
        (35, "50 | 一级 | 优 | 绿色 | 1"),
        (75, "100 | 二级 | 良 | 黄色 | 2"),
        (115, "150 | 三级 | 轻度污染 | 橙色 | 3"),
        (150, "200 | 四级 | 中度污染 | 红色 | 4"),
        (250, "300 | 五级 | 重度污染 | 紫色 | 5"),
        (251, "301 | 六级 | 严重污染 | 褐红色 | 6"),
    ] {
        let words = format!("so2=1 no2=1 pm10=1 pm2_5={pm} co=0.1 o3_8h=1");
        assert_eq!(
            show("air.aqi.daily", OLD, &words, &["level", "category", "colour", "grade"]),
            wanted
        );
    }
}

#[test]
fn clause_5_2_the_letter_and_the_practice_for_an_hour() {
    let hour = "so2=8 no2=20 co=0.5 o3=40 pm10=150 pm2_5=115 pm10_24h=70 pm2_5_24h=40";
    assert_eq!(show("air.aqi.hourly", OLD, hour, &["primary"]), "150 | PM2.5");
    assert_eq!(
        show("air.aqi.hourly", OLD, &format!("{hour} mode=letter2012"), &["primary"]),
        "60 | PM10"
    );
    let o = call("air.aqi.hourly", OLD, hour);
    assert_eq!(o.explanation.clauses[0].key, "air.aqi.practice");
    // From March 2026 the practice is the rule, and the mode makes no difference.
    let new = |mode: &str| call("air.aqi.hourly", NEW, &format!("{hour} {mode}")).value.to_string();
    assert_eq!((new("").as_str(), new("mode=letter2012").as_str()), ("150", "150"));
    let o = call("air.aqi.hourly", NEW, hour);
    assert_eq!(o.explanation.clauses[0].standard, "HJ 633-2026");
}

#[test]
fn a_missing_item_is_left_out_and_named() {
    let o = call("air.aqi.daily", OLD, "so2=8 no2=41 pm10=121 co=0.9 o3_8h=159");
    assert_eq!(
        (o.value.to_string(), o.column("missing").to_string()),
        ("100".into(), "pm2_5".into())
    );
    assert!(o.explanation.clauses.iter().any(|c| c.key == "air.aqi.missing"));
    let o = call("air.aqi.daily", OLD, "");
    assert_eq!(
        (o.value.to_string(), o.column("primary").to_string()),
        (String::new(), String::new())
    );
    assert!(o.explanation.value.is_none() && o.explanation.notes.iter().any(|n| n.en.contains("no item has a value")));
}

#[test]
fn bad_input_is_refused_with_its_reason() {
    let err = |words: &str| call_in("air.iaqi", OLD, "", words).unwrap_err().to_string();
    assert!(err("factor=pm2_5 period=24h c=-3").contains("-3 is negative"));
    assert!(err("factor=pm2_5 period=24h c=<3").contains("below the detection limit"));
    assert!(err("factor=pm2_5 period=24h").contains("`c` is missing"));
    assert!(err("factor=pm2_5 period=24h c=-").contains("`c` is missing"));
    assert!(err("factor=lead period=24h c=3").contains("`lead` has no index"));
    assert!(err("factor=co period=8h c=3").contains("no index for co over 8h"));
    assert!(err("factor=co period=1h c=3 colour=red").contains("there is no argument `colour`"));
    assert!(err("factor=co period=1h c=99999999999999999999999999999999999999").contains("too large"));
    assert!(call_in("air.aqi.daily", OLD, "", "pm2_5=-0.4").is_ok()); // rounds to 0, which is a value
}
