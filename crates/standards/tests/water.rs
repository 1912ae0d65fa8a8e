//! Surface water: what must hold for any value, and the speed of the bulk form.

use figure::Decimal;
use law::Law;
use proptest::prelude::*;
use standards::water::{Body, Class, Rules, Seen, StationClass, Stations};
use standards::{Args, Context, Outcome, find};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../law");
    LAW.get_or_init(|| Law::load_dir(&dir).unwrap_or_else(|e| panic!("{e:#?}")))
}

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::at(law(), "2024-05-13".parse().unwrap(), "340000").unwrap())
}

fn call(name: &str, args: &[(&str, String)]) -> Outcome {
    let context = Context {
        law: law(),
        date: "2024-05-13".parse().unwrap(),
        division: "340000",
    };
    let args: Args = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    find(name)
        .unwrap()
        .call(&context, &args)
        .unwrap_or_else(|e| panic!("{name} {args:?}: {e}"))
}

#[test]
fn the_items_are_those_of_table_1_and_21_decide() {
    let all: Vec<&str> = rules().items().map(|(_, r)| r.name.as_str()).collect();
    assert_eq!(all.len(), 24);
    let deciding = rules().items().filter(|(_, r)| r.decides).count();
    assert_eq!(deciding, 21);
    let sources = law()
        .at("water.source.limit", "2024-05-13".parse().unwrap(), "")
        .unwrap();
    let counts = law()
        .at("water.source.counts", "2024-05-13".parse().unwrap(), "")
        .unwrap();
    let of = |column: &str| counts.table.text(0, column).parse::<usize>().unwrap();
    assert_eq!(sources.table.rows.len(), of("supplementary") + of("specific"));
    assert_eq!(of("all"), all.len() + sources.table.rows.len());
}

#[test]
fn limits_never_become_stricter_from_class_to_class() {
    for (item, rule) in rules().items() {
        for body in [Body::River, Body::Lake] {
            let of = |class| rules().limits(item, body, class);
            for pair in Class::ALL[..5].windows(2) {
                for (a, b) in of(pair[0]).iter().zip(of(pair[1])) {
                    let weaker = if a.at_least {
                        b.value <= a.value
                    } else {
                        b.value >= a.value
                    };
                    assert!(weaker, "{} {} {}", rule.name, pair[0], pair[1]);
                }
            }
        }
    }
}

#[test]
fn an_explanation_goes_down_to_the_clause() {
    let o = call(
        "water.section",
        &[("nh3n", "1.725".into()), ("do", "4.1".into()), ("pb", "<0.2".into())],
    );
    let tree = o.explanation.tree(figure::Lang::Zh);
    for part in [
        "GB 3838-2002 表1",
        "1.725 → 1.72",
        "1.72 ≤ 2.0 → Ⅴ",
        "4.1 ≥ 3 → Ⅳ",
        "铅的检出限0.2高于限值",
        "环办〔2011〕22号",
        "存疑",
        "未监测、不参评",
    ] {
        assert!(tree.contains(part), "{part} is not in\n{tree}");
    }
}

proptest! {
    /// A higher concentration is never a better class (of oxygen: never a worse one).
    #[test]
    fn classes_are_monotone(place in 0usize..24, a in 0i64..60_000_000, b in 0i64..60_000_000, scale in 0u32..8) {
        let (item, rule) = rules().items().nth(place).unwrap();
        let (low, high) = (a.min(b), a.max(b));
        for body in [Body::River, Body::Lake] {
            let of = |m: i64| rules().class_scaled(item, body, m, scale);
            let d = |m: i64| rules().class(item, body, Decimal::new(i128::from(m), scale).unwrap());
            prop_assert_eq!(of(low), d(low));
            match rule.name.as_str() {
                "ph" => prop_assert!(matches!(of(low), Some(Class::I | Class::Worse))),
                "do" => prop_assert!(of(low) >= of(high)),
                _ => prop_assert!(of(low) <= of(high), "{}", rule.name),
            }
        }
    }

    /// The same value with other trailing zeros or another scale has the same class.
    #[test]
    fn scale_does_not_matter(place in 0usize..24, m in 0i64..200_000, scale in 0u32..6, more in 0u32..20) {
        let (item, _) = rules().items().nth(place).unwrap();
        let padded = Decimal::new(i128::from(m) * 10i128.pow(more), scale + more).unwrap();
        for body in [Body::River, Body::Lake] {
            prop_assert_eq!(rules().class(item, body, padded), rules().class_scaled(item, body, m, scale));
        }
    }

    /// Adding an item never betters a section, and what is judged is rounded once.
    #[test]
    fn a_section_is_as_bad_as_its_worst_item(nh3n in 0u32..4000, tp in 0u32..900, cod in 0u32..90) {
        let text = |m: u32, s: u32| Decimal::new(i128::from(m), s).unwrap().to_string();
        let (n, p, c) = (text(nh3n, 3), text(tp, 3), text(cod, 0));
        let class = |args: &[(&str, String)]| Class::by_name(&call("water.section", args).value.to_string()).unwrap();
        let alone = [class(&[("nh3n", n.clone())]), class(&[("tp", p.clone())]), class(&[("cod", c.clone())])];
        let all = class(&[("nh3n", n.clone()), ("tp", p), ("cod", c)]);
        prop_assert_eq!(all, alone.into_iter().max().unwrap());
        let single = call("water.class", &[("item", "nh3n".into()), ("c", n.clone())]);
        prop_assert_eq!(single.value.to_string(), alone[0].name());
        let once = figure::gbt8170(Decimal::parse(&n).unwrap(), 2).unwrap();
        let judged = Decimal::parse(&single.column("c_judged").to_string()).unwrap();
        prop_assert!(judged == once || once.is_zero());
    }

    /// The order of sections does not change the grade of an area.
    #[test]
    fn an_area_does_not_depend_on_the_order(mut values in prop::collection::vec(1u32..400, 1..12)) {
        let list = |v: &[u32]| v.iter().map(|n| Decimal::new(i128::from(*n), 2).unwrap().to_string()).collect::<Vec<_>>().join(" ");
        let before = call("water.area", &[("nh3n", list(&values))]);
        values.reverse();
        let after = call("water.area", &[("nh3n", list(&values))]);
        prop_assert_eq!(before.value, after.value);
        prop_assert_eq!(before.columns.iter().find(|c| c.0 == "good_ratio"), after.columns.iter().find(|c| c.0 == "good_ratio"));
    }
}

/// Two million readings of five items: a floor under the speed, far below what is measured.
#[test]
fn two_million_readings() {
    let stations = Stations::at(law(), "2025-11-07".parse().unwrap(), "340000", rules()).unwrap();
    let items: Vec<_> = stations.items().collect();
    let mut state = 20_251_107u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as i64
    };
    let rows: Vec<[i64; 5]> = (0..20_000)
        .map(|_| [random(400) + 600, random(1500), random(900), random(2500), random(500)])
        .collect();
    let scales = [2, 2, 2, 3, 3];
    let start = Instant::now();
    let mut counts = [0u32; 7];
    for _ in 0..100 {
        for row in &rows {
            let of = |i: usize| rules().class_scaled(items[i], Body::River, row[i], scales[i]);
            let worst = (0..5).filter_map(of).max();
            counts[worst.map_or(0, |c| c as usize)] += 1;
        }
    }
    let integers = start.elapsed();
    let start = Instant::now();
    let mut with_practice = 0u32;
    for row in &rows {
        let seen: [Seen; 5] =
            std::array::from_fn(|i| Seen::Value(Decimal::new(i128::from(row[i]), scales[i]).unwrap()));
        let class = stations.class(rules(), Body::River, &seen, "").unwrap();
        with_practice += u32::from(matches!(class, StationClass::Class(_)));
    }
    let practice = start.elapsed();
    println!(
        "2,000,000 readings by class_scaled: {integers:?}; 20,000 by the practice of 2025: {practice:?}; {counts:?}"
    );
    assert_eq!(with_practice, 20_000);
    assert!(counts[0] == 0 && counts[6] > 0);
    assert!(integers.as_secs_f64() < 5.0, "{integers:?}"); // some 0.2 s when nothing else runs
}
