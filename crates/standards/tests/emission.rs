//! Emission and validity: the compiled rules, local standards before national ones, and what must be
//! monotone.

use chrono::NaiveDate;
use figure::{Decimal, Ratio};
use law::Law;
use proptest::prelude::*;
use standards::emission::{Query, Rules, Verdict};
use standards::validity::{self, Minutes};
use standards::{Args, Cell, Context, Outcome, find};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| {
        Law::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"))
    })
}

fn day() -> NaiveDate {
    "2024-06-01".parse().unwrap()
}

fn call_in(law: &Law, division: &str, function: &str, args: &[(&str, &str)]) -> Outcome {
    let context = Context {
        law,
        date: day(),
        division,
    };
    let args: Args = args.iter().copied().collect();
    find(function)
        .unwrap()
        .call(&context, &args)
        .unwrap_or_else(|e| panic!("{function}: {e}"))
}

fn call(function: &str, args: &[(&str, &str)]) -> Outcome {
    call_in(law(), "", function, args)
}

fn boiler() -> Query<'static> {
    Query {
        sector: "boiler",
        item: "so2",
        source: Some("coal"),
        class: Some("special"),
        ..Query::default()
    }
}

#[test]
fn a_local_standard_comes_before_the_national_one_where_it_names_the_item() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law/emission");
    let mut files: Vec<(String, String)> = Vec::new();
    for f in std::fs::read_dir(dir).unwrap() {
        let path = f.unwrap().path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
    }
    let local = r#"
[addition]
standard = "DB34/3576-2020"
source = "a text made for this test"
checked = "2026-11-24"
[[provision]]
key = "emission.limit.cement"
clause = "表1"
division = "340000"
certainty = "certain"
title_zh = "水泥"
title_en = "cement"
by = ["item", "source"]
table = """
item,source,limit,unit
氮氧化物,水泥窑 kiln,100,mg/m3
"""
"#;
    files.push(("local.toml".into(), local.into()));
    let law = Law::load(files).unwrap_or_else(|e| panic!("{e:#?}"));
    let kiln = |division: &str, item: &str, class: &[(&str, &str)]| {
        let args = [&[("sector", "cement"), ("item", item), ("source", "kiln")], class].concat();
        let o = call_in(&law, division, "emission.limit", &args);
        (
            o.value.to_string(),
            o.column("standard").to_string(),
            o.column("unrecorded").to_string(),
        )
    };
    let local = |item: &str, class: &[(&str, &str)]| kiln("340100", item, class);
    assert_eq!(
        local("nox", &[]),
        ("100".into(), "DB34/3576-2020".into(), String::new())
    );
    // What the local standard does not name stays national.
    let national = local("so2", &[("class", "general")]);
    assert_eq!(national, ("200".into(), "GB 4915-2013".into(), String::new()));
    assert_eq!(kiln("320100", "nox", &[("class", "general")]).0, "400");
}

#[test]
fn the_compiled_rules_judge_as_the_function_does() {
    let rules = Rules::at(law(), day(), "", &boiler(), 2, 2).unwrap();
    for value in [0i64, 1, 17_999, 18_000, 18_001, 20_000, 20_001, 99_999_999] {
        for oxygen in [0i64, 600, 900, 1020, 2099, 2100, 2500] {
            let v = Decimal::new(i128::from(value), 2).unwrap().to_string();
            let o = Decimal::new(i128::from(oxygen), 2).unwrap().to_string();
            let args = [
                ("sector", "boiler"),
                ("item", "so2"),
                ("source", "coal"),
                ("class", "special"),
                ("value", v.as_str()),
                ("o2", o.as_str()),
            ];
            let want = match rules.judge_at(value, oxygen) {
                Verdict::Within => "no",
                Verdict::Exceeds => "yes",
                Verdict::Undefined => "",
            };
            assert_eq!(
                call("emission.exceed", &args).column("exceeds").to_string(),
                want,
                "{v} at {o}"
            );
        }
    }
}

/// A year of hours of 300 outlets and three factors through the compiled rules: a floor under the speed.
#[test]
fn eight_million_hours() {
    let rules = Rules::at(law(), day(), "", &boiler(), 2, 2).unwrap();
    let valid = validity::Rules::at(law(), day(), "");
    let gas = valid.gas.clone().unwrap();
    let mut state = 20_240_513u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let start = Instant::now();
    let (mut exceeding, mut invalid) = (0u32, 0u32);
    for _ in 0..8_000_000 {
        let minutes = random(61) as u32;
        let marked = valid.normal(if random(10) == 0 { b'D' } else { b'N' }).unwrap();
        if !gas.hour(minutes) || !marked {
            invalid += 1;
        } else if rules.judge_at(random(25_000) as i64, 300 + random(1500) as i64) == Verdict::Exceeds {
            exceeding += 1;
        }
    }
    let took = start.elapsed();
    println!("8,000,000 hours: {took:?}, {invalid} invalid, {exceeding} exceed");
    assert!(exceeding > 0 && invalid > exceeding);
    assert!(took.as_secs_f64() < 4.0, "{took:?}"); // some 0.1 s when nothing else runs
}

#[test]
fn limits_of_one_class_never_loosen_from_existing_to_new_to_special() {
    for sector in ["power", "boiler"] {
        let p = law().at(&format!("emission.limit.{sector}"), day(), "").unwrap();
        for r in 0..p.table.rows.len() {
            let at = |c: &str| p.table.decimal(r, c).unwrap();
            assert!(
                at("existing") >= at("new") && at("new") >= at("special"),
                "{sector} row {}",
                r + 1
            );
        }
    }
}

#[test]
fn every_limit_of_every_sector_is_reached_by_its_own_words() {
    let context = Context {
        law: law(),
        date: "2026-06-01".parse().unwrap(),
        division: "",
    };
    let sectors = law().at("emission.sectors", context.date, "").unwrap();
    let (mut reached, about) = (
        0,
        [
            "item",
            "source",
            "case",
            "statistic",
            "divisions",
            "unit",
            "clause",
            "certainty",
            "o2",
        ],
    );
    for s in 0..sectors.table.rows.len() {
        let sector = sectors.table.text(s, "sector");
        let p = law().at(sectors.table.text(s, "law_key"), context.date, "").unwrap();
        for r in (0..p.table.rows.len()).filter(|r| p.table.text(*r, "divisions").is_empty()) {
            for class in p
                .table
                .columns
                .iter()
                .filter(|c| !about.contains(&c.as_str()) && !c.starts_with("built"))
            {
                if p.table.text(r, class).is_empty() {
                    continue;
                }
                let first = |c: &str| p.table.text(r, c).split_whitespace().next().unwrap_or_default();
                let built = match (p.table.text(r, "built_from"), p.table.text(r, "built_to")) {
                    ("", to) => to,
                    (from, _) => from,
                };
                let words = [
                    ("sector", sector),
                    ("item", p.table.text(r, "item")),
                    ("source", first("source")),
                    ("case", first("case")),
                    ("statistic", p.table.text(r, "statistic")),
                    ("built", built),
                    ("class", class.as_str()),
                ];
                let args: Args = words.into_iter().filter(|(_, w)| !w.is_empty()).collect();
                let o = find("emission.limit").unwrap().call(&context, &args);
                let o = o.unwrap_or_else(|e| panic!("{sector} row {} {class}: {e}", r + 1));
                let cell = p.table.text(r, class);
                let got = match (&o.value, o.column("low"), o.column("words")) {
                    (Cell::Missing, _, words) => words.to_string(),
                    (high, Cell::Missing, _) => high.to_string(),
                    (high, low, _) => format!("{low}-{high}"),
                };
                assert_eq!(got, cell, "{sector} row {} {class}", r + 1);
                reached += 1;
            }
        }
    }
    assert!(reached > 500, "{reached}");
    println!("{reached} limits");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_higher_value_never_exceeds_less(a in 0i64..100_000_000, b in 0i64..100_000_000, o2 in 0i64..2500) {
        let rules = Rules::at(law(), day(), "", &boiler(), 2, 2).unwrap();
        let (low, high) = (a.min(b), a.max(b));
        if rules.judge_at(low, o2) == Verdict::Exceeds {
            prop_assert_eq!(rules.judge_at(high, o2), Verdict::Exceeds);
        }
        // Cross-multiplying and dividing agree.
        let exact = rules.converted(high, o2).unwrap();
        let by_ratio = exact.map(|x| x.sub(Ratio::from(200)).unwrap().num() > 0);
        prop_assert_eq!(rules.judge_at(high, o2) == Verdict::Exceeds, by_ratio == Some(true));
    }

    #[test]
    fn there_and_back_again(c in 1u32..1_000_000, t in -20i32..300, x in 0u32..60, o2 in 0u32..2000) {
        let (c, x) = (format!("{}.{:02}", c / 100, c % 100), format!("0.{x:02}"));
        let (t, o2) = (t.to_string(), format!("{}.{:02}", o2 / 100, o2 % 100));
        let state = [
            ("t", t.as_str()), ("ba", "101000"), ("ps", "-120"), ("xsw", x.as_str()), ("o2", o2.as_str()), ("base", "6"),
        ];
        let there = call("emission.convert", &[&state[..], &[("c", &c)]].concat()).value.to_string();
        let back = call("emission.convert", &[&state[..], &[("c", &there), ("direction", "back")]].concat());
        let Cell::Number(back) = back.value else { panic!() };
        let difference = back.sub(Decimal::parse(&c).unwrap()).unwrap().abs();
        prop_assert!(difference <= Decimal::parse("0.0001").unwrap(), "{} {}", c, back);
    }

    #[test]
    fn a_taller_stack_is_never_allowed_less(a in 16u32..1500, b in 16u32..1500) {
        let rate = |h: u32| {
            let h = format!("{}.{}", h / 10, h % 10);
            let args = [("sector", "general"), ("item", "nmhc"), ("height", h.as_str())];
            match call("emission.rate_limit", &args).value {
                Cell::Number(d) => d,
                other => panic!("{other}"),
            }
        };
        prop_assert!(rate(a.min(b)) <= rate(a.max(b)));
    }

    #[test]
    fn marks_take_each_minute_once(stretches in prop::collection::vec((0u32..1440, 0u32..200), 0..8)) {
        let mut day = Minutes::default();
        let mut plain = [false; 1440];
        for (from, length) in stretches {
            day.mark(from, from + length);
            for m in from..=(from + length).min(1439) {
                plain[m as usize] = true;
            }
        }
        prop_assert_eq!(day.marked() as usize, plain.iter().filter(|m| **m).count());
        for h in 0..24 {
            let left = plain[h * 60..h * 60 + 60].iter().filter(|m| !**m).count();
            prop_assert_eq!(day.left(h) as usize, left);
        }
    }

    #[test]
    fn an_auction_sells_no_more_than_the_lot(
        lot in 1u32..50_000,
        bids in prop::collection::vec((1u32..20_000, 1u32..6), 1..9),
    ) {
        let lot = Decimal::new(i128::from(lot), 3).unwrap();
        let text: Vec<String> = bids
            .iter()
            .enumerate()
            .map(|(i, (a, p))| format!("B{i}={}@{p}", Decimal::new(i128::from(*a), 3).unwrap()))
            .collect();
        let (l, b) = (lot.to_string(), text.join(" "));
        let o = call("emission.auction", &[("lot", l.as_str()), ("bids", b.as_str())]);
        let wanted = bids.iter().map(|(a, _)| i128::from(*a)).sum::<i128>();
        let wanted = Decimal::new(wanted, 3).unwrap();
        let Cell::Number(sold) = o.column("sold") else { panic!() };
        prop_assert_eq!(*sold, lot.min(wanted));
        let given: i128 = o.column("allocation").to_string().split(' ')
            .map(|p| Decimal::parse(p.split_once('=').unwrap().1).unwrap().at_scale(3).unwrap())
            .sum();
        prop_assert_eq!(Decimal::new(given, 3).unwrap(), *sold);
    }
}
