//! GB 3095-2012, its amendment, GB 3095-2026.

use super::*;

#[test]
fn clause_4_limits_by_edition() {
    let cases = [
        ("pm2_5", "1d", "2", ["75", "60", "50"]),
        ("pm2_5", "year", "2", ["35", "30", "25"]),
        ("pm2_5", "year", "1", ["15", "15", "10"]),
        ("pm10", "year", "2", ["70", "60", "50"]),
        ("pm10", "24h", "2", ["150", "120", "100"]),
        ("so2", "1h", "2", ["500", "500", "150"]),
        ("no2", "year", "2", ["40", "40", "30"]),
        ("co", "1d", "2", ["4", "4", "4"]),
        ("o3_8h", "8h", "2", ["160", "160", "160"]),
        ("o3", "8hmax1d", "1", ["100", "100", "100"]),
        ("nox", "1d", "2", ["100", "100", "70"]),
        ("pb", "season", "2", ["1", "1.0", "1.0"]),
        ("bap", "1d", "1", ["0.0025", "0.0025", "0.0025"]),
    ];
    for (factor, period, class, wanted) in cases {
        let words = format!("factor={factor} period={period} class={class}");
        let got = ["2026-02-28", "2026-03-01", "2031-01-01"].map(|d| call("air.limit", d, &words).value.to_string());
        assert_eq!(got, wanted, "{words}");
    }
    let o = call("air.limit", OLD, "factor=co period=1d");
    assert_eq!(
        (o.column("unit").to_string(), o.column("standard").to_string()),
        ("mg/m3".into(), "GB 3095-2012".into())
    );
    let e = call_in("air.limit", OLD, "", "factor=pm2_5 period=1h")
        .unwrap_err()
        .to_string();
    assert!(e.contains("no limit for `pm2_5` over `1h`"), "{e}"); // no hour limit for particles
}

#[test]
fn the_28th_of_february_and_the_1st_of_march_2026() {
    let at = |date: &str| {
        show(
            "air.exceedance",
            date,
            "factor=pm2_5 period=1d c=61",
            &["exceeds", "limit"],
        )
    };
    assert_eq!(
        [at("2026-02-28"), at("2026-03-01")],
        [" | no | 75".to_string(), "0.02 | yes | 60".to_string()]
    );
    let aqi = |date| {
        show(
            "air.aqi.daily",
            date,
            "so2=8 no2=41 pm10=121 pm2_5=61 co=0.9 o3_8h=159",
            &["primary", "level"],
        )
    };
    assert_eq!(
        [aqi("2026-02-28"), aqi("2026-03-01")],
        ["100 | O3 | 二级", "101 | PM10+PM2.5 | 三级"]
    );
}

#[test]
fn before_any_rule_nothing_is_judged() {
    for (date, division) in [
        ("2012-12-31", "340100"),
        ("2015-12-31", "110000"),
        ("2013-06-01", "340200"),
        ("1999-01-01", ""),
    ] {
        let e = call_in("air.limit", date, division, "factor=pm2_5 period=1d")
            .unwrap_err()
            .to_string();
        assert!(e.contains("is not in force on"), "{e}");
    }
    let o = call_in("air.limit", "2014-06-01", "340100", "factor=pm2_5 period=1d").unwrap();
    assert_eq!(o.explanation.clauses[0].certainty, figure::Certainty::Likely);
}

#[test]
fn clause_6_4_a_day_needs_twenty_hours() {
    let hours = |n: usize, missing: usize| format!("hours={}{}", "30+".repeat(n), "-+".repeat(missing));
    let words = |n, m| format!("factor=pm2_5 {}", hours(n, m));
    assert_eq!(
        show("air.day_mean", OLD, &words(20, 4), &["valid", "hours", "needed"]),
        "30 | yes | 20 | 20"
    );
    assert_eq!(
        show("air.day_mean", OLD, &words(19, 5), &["valid", "hours", "needed"]),
        " | no | 19 | 20"
    );
    let e = call_in("air.day_mean", OLD, "", &format!("factor=o3 {}", hours(24, 0)))
        .unwrap_err()
        .to_string();
    assert!(e.contains("ozone has no day mean"), "{e}");
    // Hour values are rounded before they are used: 30.5 is 30, 31.5 is 32.
    let words = format!("factor=pm2_5 hours={}{}", "30.5+".repeat(12), "31.5+".repeat(12));
    assert_eq!(show("air.day_mean", OLD, &words, &["valid"]), "31 | yes");
    let words = format!("factor=co hours={}{}", "0.6+".repeat(10), "0.7+".repeat(10));
    assert_eq!(show("air.day_mean", OLD, &words, &[]), "0.6"); // 0.65 to the even digit
}

#[test]
fn clause_6_4_a_year_needs_324_days_and_27_a_month() {
    let year = |days: &str, factor: &str| {
        let words = format!("factor={factor} days={days}");
        show("air.year_valid", OLD, &words, &["days", "short_months"])
    };
    assert_eq!(year("27+25+27+27+27+27+27+27+28+28+27+27", "pm2_5"), "yes | 324 | ");
    assert_eq!(year("27+25+27+27+27+27+27+27+27+28+27+27", "pm2_5"), "no | 323 | ");
    assert_eq!(year("31+24+31+30+31+30+31+31+30+31+30+31", "pm2_5"), "no | 361 | 2");
    assert_eq!(year("31+29+26+30+31+30+31+31+30+31+30+31", "o3_8h"), "no | 361 | 3");
    assert_eq!(year("31+29+31+30+31+30+31+31+30+31+30+31", "co"), "yes | 366 | ");
}

#[test]
fn clause_3_14_reference_state() {
    let to_new = |c: &str| {
        show(
            "air.reference_state",
            OLD,
            &format!("factor=so2 c={c} state_of=2018-08-31 decimals=6"),
            &["factor_exact", "kelvin_from", "kelvin_to"],
        )
    };
    assert_eq!(to_new("1"), "0.915646 | 0.915646 | 273 | 298.15");
    assert_eq!(
        show(
            "air.reference_state",
            "2018-08-31",
            "factor=o3 c=100 state_of=2020-01-01 decimals=1",
            &[]
        ),
        "109.2"
    );
    assert_eq!(
        show(
            "air.reference_state",
            OLD,
            "factor=o3 c=100 state_of=2026-03-01 decimals=1",
            &[]
        ),
        "100.0"
    );
    let e = call_in("air.reference_state", OLD, "", "factor=pm10 c=1 state_of=2018-01-01")
        .unwrap_err()
        .to_string();
    assert!(e.contains("actual temperature"), "{e}");
    for (gas, wanted) in [
        ("so2", "2.6187 | ug/m3 | ppb"),
        ("no2", "1.8805 | ug/m3 | ppb"),
        ("o3", "1.9619 | ug/m3 | ppb"),
        ("co", "1.1449 | mg/m3 | ppm"),
    ] {
        assert_eq!(
            show(
                "air.volume_ratio",
                OLD,
                &format!("factor={gas} ratio=1"),
                &["unit", "per"]
            ),
            wanted
        );
    }
}
