//! Reading, showing and comparing numbers; units; the explanation tree.

use figure::{Certainty, Clause, Decimal, Explanation, Lang, NumberError, Ratio, Unit, UnitError};
use std::collections::HashSet;

fn d(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn texts_that_are_numbers() {
    for (text, shown) in [
        ("36.0", "36.0"),
        (" 15 ", "15"),
        ("-0.5", "-0.5"),
        ("+7", "7"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        (".5", "0.5"),
        ("1.2E-3", "0.0012"),
        ("1.2e3", "1200"),
        ("5e0", "5"),
        ("0e99", "0"),
        ("1,234.5", "1234.5"),
        ("12，345，678", "12345678"),
        ("３６．８", "36.8"),
        ("－３", "-3"),
        ("−3", "-3"),
        ("00012.50", "12.50"),
        ("4.04999999999999999999", "4.04999999999999999999"),
        (
            "99999999999999999999999999999999999999",
            "99999999999999999999999999999999999999",
        ),
    ] {
        assert_eq!(d(text).to_string(), shown, "{text}");
    }
}

#[test]
fn texts_that_are_not_say_why() {
    let err = |t: &str| Decimal::parse(t).unwrap_err();
    for t in ["", "  ", "\u{3000}"] {
        assert_eq!(err(t), NumberError::Empty);
    }
    for t in ["-", "--", "/", "NA", "—", "*", "null"] {
        assert!(matches!(err(t), NumberError::Missing(_)), "{t}");
    }
    for t in ["NaN", "inf", "-Infinity"] {
        assert!(matches!(err(t), NumberError::NotFinite(_)), "{t}");
    }
    for (t, limit) in [
        ("<0.01", Some("0.01")),
        ("0.01L", Some("0.01")),
        ("＜0.5", Some("0.5")),
        ("未检出", None),
        ("ND", None),
    ] {
        let NumberError::BelowDetection { limit: found, .. } = err(t) else {
            panic!("{t}: {:?}", err(t))
        };
        assert_eq!(found, limit.map(d), "{t}");
    }
    assert!(matches!(err(">24000"), NumberError::AboveRange { .. }));
    for t in ["1,5", "1,23,456", ",123", "1234,567"] {
        assert!(matches!(err(t), NumberError::BadSeparators(_)), "{t}");
    }
    for t in [
        "abc", "1.2.3", "1e", "e5", "1e1.5", "0x10", "12 34", "--5", "1_000", ".",
    ] {
        assert!(matches!(err(t), NumberError::NotANumber(_)), "{t}: {:?}", err(t));
    }
    for t in [
        "123456789012345678901234567890123456789",
        "1e99",
        "1e-99",
        "1e99999999999",
    ] {
        assert_eq!(err(t), NumberError::Overflow, "{t}");
    }
}

#[test]
fn equal_by_value_shown_as_written() {
    assert_eq!(d("15.0"), d("15"));
    assert!(d("15.01") > d("15") && d("-15.01") < d("-15") && d("-0.3") < d("-0.29") && d("-0.5") > d("-1"));
    assert_eq!(HashSet::from([d("15.0"), d("15"), d("15.000")]).len(), 1);
    let tiny = Decimal::new(1, 38).unwrap();
    let huge = d("99999999999999999999999999999999999999");
    assert!(tiny > Decimal::ZERO && tiny < huge);
    assert_eq!(d("36.80").at_scale(1), Some(368));
    assert_eq!(d("36.85").at_scale(1), None);
    assert_eq!(d("36.85").at_scale(3), Some(36850));
    assert_eq!(d("36.80").normalized().to_string(), "36.8");
    assert_eq!(format!("[{:>8}]", d("-1.50")), "[   -1.50]");
}

#[test]
fn floats_become_their_shortest_text() {
    for (x, shown) in [
        (0.1, "0.1"),
        (36.85, "36.85"),
        (1e-7, "0.0000001"),
        (1.5e10, "15000000000"),
        (-0.0, "0"),
    ] {
        assert_eq!(Decimal::from_f64_shortest(x).unwrap().to_string(), shown);
    }
    assert!(matches!(
        Decimal::from_f64_shortest(f64::NAN),
        Err(NumberError::NotFinite(_))
    ));
    assert_eq!(Decimal::from_f64_shortest(1e300), Err(NumberError::Overflow));
    assert_eq!(d("36.85").to_f64(), 36.85);
}

#[test]
fn json_keeps_the_digits() {
    assert_eq!(serde_json::to_string(&d("36.0")).unwrap(), "\"36.0\"");
    let back: Vec<Decimal> = serde_json::from_str("[\"36.0\", 7, 0.1, -3]").unwrap();
    assert_eq!(
        back.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["36.0", "7", "0.1", "-3"]
    );
    assert!(serde_json::from_str::<Decimal>("\"0.01L\"").is_err());
}

#[test]
fn ratios_are_exact() {
    let r = |n, m| Ratio::new(n, m).unwrap();
    assert_eq!(r(1, 3).add(r(1, 6)).unwrap(), r(1, 2));
    assert_eq!(r(1, 3).sub(r(1, 3)).unwrap(), Ratio::ZERO);
    assert_eq!(r(-2, 3).mul(r(3, -4)).unwrap(), r(1, 2));
    assert_eq!(r(1, 2).div(r(1, 4)).unwrap(), Ratio::from(2));
    assert_eq!((r(6, -4).num(), r(6, -4).den()), (-3, 2));
    assert_eq!(r(47, 2).to_decimal().unwrap().to_string(), "23.5");
    assert_eq!(r(1, 3).to_decimal(), None);
    assert_eq!(
        (r(1, 3).shown(2), r(235, 2).shown(2)),
        ("≈0.33".to_string(), "117.5".to_string())
    );
    // Products that leave i128 are compared exactly all the same.
    let (a, b) = (r(i128::MAX, i128::MAX - 1), r(i128::MAX - 1, i128::MAX - 2));
    assert!(a < b);
    assert!(r(-i128::MAX, 2) < r(i128::MAX, 3));
}

#[test]
fn units_have_one_code_and_a_label() {
    for (text, code, label) in [
        ("μg/m³", "ug/m3", "µg/m³"),
        ("微克/立方米", "ug/m3", "µg/m³"),
        ("mg/l", "mg/L", "mg/L"),
        ("ug/(dm2.d)", "ug/dm2.d", "µg/(dm²·d)"),
        ("dB(A)", "dB(A)", "dB(A)"),
        ("％", "%", "%"),
        ("1", "1", ""),
        ("万吨", "wt", "万t"),
        ("t/km2/a", "t/km2/a", "t/km²/a"),
    ] {
        let u = Unit::parse(text).unwrap();
        assert_eq!((u.code(), u.label().as_str()), (code, label), "{text}");
        assert_eq!(Unit::parse(u.code()).unwrap(), u);
    }
    assert!(matches!(Unit::parse("furlong"), Err(UnitError::Unknown(_))));
    assert!(matches!(Unit::parse(""), Err(UnitError::Unknown(_))));
}

#[test]
fn units_convert_exactly_or_refuse() {
    let convert = |v: i64, a: &str, b: &str| {
        Unit::parse(a)
            .unwrap()
            .convert(Ratio::from(v), &Unit::parse(b).unwrap())
    };
    assert_eq!(convert(1500, "ug/m3", "mg/m3").unwrap(), Ratio::new(3, 2).unwrap());
    assert_eq!(convert(1, "mg/L", "g/m3").unwrap(), Ratio::from(1));
    assert_eq!(convert(36, "km/h", "m/s").unwrap(), Ratio::from(10));
    assert_eq!(convert(2, "km2", "ha").unwrap(), Ratio::from(200));
    assert_eq!(convert(1, "wt", "t").unwrap(), Ratio::from(10_000));
    assert_eq!(convert(1, "kWh", "MJ").unwrap(), Ratio::new(18, 5).unwrap());
    // Shares are plain numbers.
    assert_eq!(convert(80, "%", "1").unwrap(), Ratio::new(4, 5).unwrap());
    assert_eq!(convert(1, "1", "%").unwrap(), Ratio::from(100));
    assert_eq!(convert(5, "permille", "%").unwrap(), Ratio::new(1, 2).unwrap());
    assert_eq!(convert(20, "g/kg", "%").unwrap(), Ratio::from(2));
    assert_eq!(convert(7, "%/a", "1/a").unwrap(), Ratio::new(7, 100).unwrap());
    for (a, b) in [
        ("ug/m3", "ug/L.s"),
        ("t", "tCO2e"),
        ("dB", "dB(A)"),
        ("a", "d"),
        ("ppm", "mg/m3"),
        ("%", "dB"),
    ] {
        assert!(matches!(convert(1, a, b), Err(UnitError::Different { .. })), "{a} {b}");
    }
}

#[test]
fn the_mark_of_simulation_rises_and_stays() {
    let raw = Explanation::new("小时值", "hour value")
        .value("30")
        .unit("µg/m³")
        .simulated(true)
        .evidence("packet:7");
    let day = Explanation::new("日均值", "day mean")
        .value("30")
        .input(raw)
        .simulated(false);
    let year = Explanation::new("年均值", "year mean")
        .value("36.8")
        .unit("µg/m³")
        .formula("13469 / 366 = 36.8")
        .clause(Clause {
            standard: "HJ 663-2013".into(),
            clause: "6.1".into(),
            key: "air.mean".into(),
            certainty: Certainty::Likely,
        })
        .note("按日均值计算", "from day means")
        .input(day);
    assert!(year.simulated && year.inputs[0].simulated);
    let tree = year.tree(Lang::En);
    assert_eq!(
        tree,
        "year mean: 36.8 µg/m³ [simulated]\n\
         │ = 13469 / 366 = 36.8\n\
         │ § HJ 663-2013 6.1 [air.mean] (likely, text not checked)\n\
         │ ※ from day means\n\
         └─ day mean: 30 [simulated]\n\
         \u{20}  └─ hour value: 30 µg/m³ [simulated]\n\
         \u{20}       ⚑ packet:7\n"
    );
    assert!(year.tree(Lang::Zh).starts_with("年均值：36.8 µg/m³〔模拟〕\n"));
    let json = serde_json::to_string(&year).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), year);
    assert!(json.contains("\"certainty\":\"likely\""));
}
