//! GB/T 8170-2008: one test for each clause, with the tables of worked values.

use figure::{Decimal, Interval, Mode, Nudge, NumberError, Ratio, Reported, Rounding, gbt8170, mean};

fn at(text: &str, interval: &str) -> String {
    let step = Decimal::parse(interval).unwrap();
    // 0.1, 0.01 … and 1, 10, 100 … as decimals, the rest as steps: both must give the same.
    let d = step.normalized();
    let m = d.mantissa();
    let by_step = Decimal::parse(text)
        .unwrap()
        .round(&Rounding {
            mode: Mode::HalfEven,
            interval: Interval::Step(step),
        })
        .unwrap();
    let zeros = m.to_string().trim_start_matches('1').len() as i32;
    if m.to_string().trim_end_matches('0') == "1" {
        let decimals = d.scale() as i32 - zeros;
        let by_decimals = Decimal::parse(text)
            .unwrap()
            .round(&Rounding::gbt8170(decimals))
            .unwrap();
        assert_eq!(by_step.to_string(), by_decimals.to_string(), "{text} at {interval}");
        assert_eq!(
            gbt8170(Decimal::parse(text).unwrap(), decimals).unwrap().to_string(),
            by_step.to_string()
        );
    }
    by_step.to_string()
}

/// Clauses 3.2 (rule of rounding) and 3.3 (no consecutive rounding).
#[test]
fn clause_3_2_the_worked_table() {
    let table = include_str!("table_3_2.csv");
    let mut n = 0;
    for line in table.lines().skip(1) {
        let f: Vec<&str> = line.split(',').collect();
        assert_eq!(at(f[0], f[1]), f[2], "{line}");
        n += 1;
    }
    assert_eq!(n, 52);
}

/// Clause 3.4: intervals of a half and of a fifth.
#[test]
fn clause_3_4_half_and_fifth_intervals() {
    for (x, interval, expected) in [
        ("60.25", "0.5", "60.0"),
        ("60.38", "0.5", "60.5"),
        ("60.28", "0.5", "60.5"),
        ("-60.75", "0.5", "-61.0"),
        ("830", "20", "840"),
        ("842", "20", "840"),
        ("832", "20", "840"),
        ("-930", "20", "-920"),
        ("0.3", "0.2", "0.4"),
    ] {
        assert_eq!(at(x, interval), expected, "{x} at {interval}");
    }
}

/// Clause 3.3.2: a reported value with (+) or (-) and its final rounding.
#[test]
fn clause_3_3_reported_marks() {
    for (true_value, reported, last) in [
        ("15.4546", "15.5(-)", "15"),
        ("-15.4546", "-15.5(-)", "-15"),
        ("16.5203", "16.5(+)", "17"),
        ("-16.5203", "-16.5(+)", "-17"),
        ("17.5000", "17.5", "18"),
    ] {
        let r = Reported::report(Decimal::parse(true_value).unwrap(), 1).unwrap();
        assert_eq!(r.to_string(), reported);
        assert_eq!(Reported::parse(reported).unwrap(), r);
        assert_eq!(r.round(&Rounding::gbt8170(0)).unwrap().to_string(), last);
    }
    let r = Reported::parse(" 16.5（＋） ").unwrap();
    assert_eq!((r.value.to_string().as_str(), r.nudge), ("16.5", Nudge::Above));
    // 16.2 is not a tie: no mark, whatever was cut off.
    assert_eq!(
        Reported::report(Decimal::parse("16.2400001").unwrap(), 1)
            .unwrap()
            .to_string(),
        "16.2"
    );
}

/// Binary floats would break these; the shortest text of the float does not.
#[test]
fn decimals_not_binary_floats() {
    for (x, decimals, expected) in [
        (0.15, 1, "0.2"),
        (0.35, 1, "0.4"),
        (0.45, 1, "0.4"),
        (2.675, 2, "2.68"),
        (36.85, 1, "36.8"),
        (4.35, 1, "4.4"),
        (8.345, 2, "8.34"),
        (1.115, 2, "1.12"),
        (60.5, 0, "60"),
    ] {
        let d = Decimal::from_f64_shortest(x).unwrap();
        assert_eq!(gbt8170(d, decimals).unwrap().to_string(), expected, "{x}");
    }
}

#[test]
fn ratios_round_once_from_the_integers() {
    for (good, valid, expected) in [
        (300, 366, "82.0"),
        (301, 366, "82.2"),
        (300, 365, "82.2"),
        (299, 363, "82.4"),
    ] {
        let percent = Ratio::new(good * 100, valid).unwrap();
        assert_eq!(gbt8170(percent, 1).unwrap().to_string(), expected);
    }
    // 16 city means 34.8125; four day means 35.5, a tie to even.
    assert_eq!(gbt8170(mean(557, 16, 0).unwrap(), 1).unwrap().to_string(), "34.8");
    assert_eq!(gbt8170(mean(142, 4, 0).unwrap(), 0).unwrap().to_string(), "36");
    assert_eq!(mean(5, 0, 0), Err(NumberError::DivisionByZero));
}

#[test]
fn modes_differ_where_they_must() {
    let round = |x: &str, mode| {
        let rule = Rounding {
            mode,
            interval: Interval::Decimals(0),
        };
        Decimal::parse(x).unwrap().round(&rule).unwrap().to_string()
    };
    for (x, even, half_up, up, down) in [
        ("2.5", "2", "3", "3", "2"),
        ("3.5", "4", "4", "4", "3"),
        ("-2.5", "-2", "-3", "-3", "-2"),
        ("55", "55", "55", "55", "55"),
        ("55.00000000000001", "55", "55", "56", "55"),
        ("-0.4", "0", "0", "-1", "0"),
    ] {
        assert_eq!(round(x, Mode::HalfEven), even);
        assert_eq!(round(x, Mode::HalfUp), half_up);
        assert_eq!(round(x, Mode::Up), up);
        assert_eq!(round(x, Mode::Down), down);
    }
    for name in ["gbt8170", "half-up", "up", "down"] {
        let mode = Mode::by_name(name).unwrap();
        assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{name}\""));
    }
    assert_eq!(Mode::by_name("bankers"), None);
}

#[test]
fn overflow_and_bad_intervals_are_errors() {
    let big = Decimal::parse("99999999999999999999999999999999999999").unwrap();
    assert_eq!(big.round(&Rounding::gbt8170(1)), Err(NumberError::Overflow));
    assert_eq!(big.round(&Rounding::gbt8170(-1)), Err(NumberError::Overflow)); // 10^38 has 39 digits
    assert_eq!(big.add(Decimal::from_int(1)), Err(NumberError::Overflow));
    assert_eq!(big.mul(big), Err(NumberError::Overflow));
    assert_eq!(
        Ratio::new(i128::MAX, 1).unwrap().add(Ratio::from(1)),
        Err(NumberError::Overflow)
    );
    assert_eq!(Ratio::new(i128::MIN, 1), Err(NumberError::Overflow));
    assert_eq!(Ratio::new(1, 0), Err(NumberError::DivisionByZero));
    let zero_step = Rounding {
        mode: Mode::HalfEven,
        interval: Interval::Step(Decimal::ZERO),
    };
    assert_eq!(big.round(&zero_step), Err(NumberError::BadInterval));
    assert_eq!(big.round(&Rounding::gbt8170(39)), Err(NumberError::BadInterval));
    assert_eq!(Decimal::new(1, 39), Err(NumberError::Overflow));
}
