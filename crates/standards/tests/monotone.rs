//! What holds for lakes, groundwater, soil and compensation whatever the numbers: more pollution is never a
//! better class, and the shown figure is the exact one rounded once.

use law::Law;
use proptest::prelude::*;
use proptest::test_runner::Config;
use standards::{Args, Cell, Context, Outcome, find};
use std::path::Path;
use std::sync::OnceLock;

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| {
        Law::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"))
    })
}

fn call(function: &str, date: &str, args: &[(&str, String)]) -> Outcome {
    let context = Context {
        law: law(),
        date: date.parse().unwrap(),
        division: "",
    };
    let args: Args = args.iter().map(|(k, v)| (*k, v.clone())).collect();
    let outcome = find(function).unwrap().call(&context, &args);
    outcome.unwrap_or_else(|e| panic!("{function} {args:?}: {e}"))
}

fn rank(words: &[&str], cell: &Cell) -> usize {
    let text = cell.to_string();
    words
        .iter()
        .position(|w| *w == text)
        .unwrap_or_else(|| panic!("`{text}` is none of {words:?}"))
}

fn number(cell: &Cell) -> f64 {
    cell.to_string().parse().unwrap()
}

/// A value with `scale` decimals, as a laboratory writes it.
fn decimal(scale: u32, low: i64, high: i64) -> impl Strategy<Value = (i64, String)> {
    (low..high).prop_map(move |m| (m, format!("{:.*}", scale as usize, m as f64 / 10f64.powi(scale as i32))))
}

const CLASSES: [&str; 5] = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ"];
const OUTCOMES: [&str; 4] = ["low", "screening_only", "between", "above"];

proptest! {
    #![proptest_config(Config { cases: 128, failure_persistence: None, ..Config::default() })]

    #[test]
    fn more_phosphorus_never_lowers_the_trophic_index(a in decimal(3, 1, 900), b in decimal(3, 1, 900)) {
        let index = |tp: &str| {
            let rest = [("chla", "25"), ("tn", "1.6"), ("sd", "0.45"), ("codmn", "4.1"), ("tp", tp)];
            let args: Vec<_> = rest.iter().map(|(k, v)| (*k, v.to_string())).collect();
            let o = call("lake.tli", "2024-06-01", &args);
            let (shown, exact) = (number(&o.value), number(o.column("exact")));
            assert!((shown - exact).abs() <= 0.0500001, "{shown} is not {exact} rounded");
            exact
        };
        let (low, high) = if a.0 <= b.0 { (&a, &b) } else { (&b, &a) };
        prop_assert!(index(&low.1) <= index(&high.1));
    }

    #[test]
    fn more_of_an_item_is_never_a_better_class_of_groundwater(
        item in prop::sample::select(vec!["nh3n", "mn", "so4", "no3n", "as", "benzene", "cd"]),
        a in decimal(4, 0, 40_000), b in decimal(4, 0, 40_000),
    ) {
        let class = |c: &str| {
            let o = call("groundwater.class", "2024-06-01", &[("item", item.to_string()), ("c", c.to_string())]);
            rank(&CLASSES, &o.value)
        };
        let (low, high) = if a.0 <= b.0 { (&a, &b) } else { (&b, &a) };
        prop_assert!(class(&low.1) <= class(&high.1));
    }

    #[test]
    fn the_overall_class_is_that_of_the_worst_item(a in decimal(3, 0, 3_000), b in decimal(3, 0, 3_000)) {
        let class = |item: &str, c: &str| {
            let o = call("groundwater.class", "2024-06-01", &[("item", item.to_string()), ("c", c.to_string())]);
            rank(&CLASSES, &o.value)
        };
        let values = format!("nh3n={} mn={}", a.1, b.1);
        let overall = call("groundwater.overall", "2024-06-01", &[("values", values)]);
        let worst = class("nh3n", &a.1).max(class("mn", &b.1));
        prop_assert_eq!(rank(&CLASSES, &overall.value), worst);
    }

    #[test]
    fn more_metal_in_a_field_is_never_a_lower_risk(
        item in prop::sample::select(vec!["cd", "hg", "as", "pb", "cr", "cu", "zn"]),
        land in prop::sample::select(vec!["paddy", "rotation", "orchard", "other"]),
        ph in decimal(1, 30, 100),
        a in decimal(2, 0, 200_000), b in decimal(2, 0, 200_000),
    ) {
        let outcome = |c: &str, land: &str| {
            let args = [("item", item.to_string()), ("c", c.to_string()), ("land", land.to_string()), ("ph", ph.1.clone())];
            call("soil.farmland", "2024-06-01", &args)
        };
        let (low, high) = if a.0 <= b.0 { (&a, &b) } else { (&b, &a) };
        let (below, above) = (outcome(&low.1, land), outcome(&high.1, land));
        prop_assert!(rank(&OUTCOMES, &below.value) <= rank(&OUTCOMES, &above.value));
        // Rotation takes the stricter of paddy and other land.
        let screening = |land: &str| number(outcome("1", land).column("screening"));
        prop_assert_eq!(screening("rotation"), screening("paddy").min(screening("other")));
    }

    #[test]
    fn land_of_the_first_kind_is_never_judged_more_mildly(
        item in prop::sample::select(vec!["as", "cd", "cr6", "cu", "pb", "hg", "ni", "bap", "benzene", "tph"]),
        c in decimal(2, 0, 1_000_000),
    ) {
        let words = ["ignore", "background", "investigate", "intervene"];
        let outcome = |land: &str| {
            let args = [("item", item.to_string()), ("c", c.1.clone()), ("land", land.to_string())];
            rank(&words, &call("soil.construction", "2024-06-01", &args).value)
        };
        prop_assert!(outcome("1") >= outcome("2"));
    }

    #[test]
    fn p_grows_with_every_item(
        item in prop::sample::select(vec!["codmn", "nh3n", "tn", "tp"]),
        a in decimal(3, 0, 4_000), b in decimal(3, 0, 4_000),
    ) {
        let p = |value: &str| {
            let mut args = vec![("scheme", "xinanjiang".to_string())];
            for name in ["codmn", "nh3n", "tn", "tp"] {
                args.push((name, if name == item { value.to_string() } else { "1".to_string() }));
            }
            for name in ["codmn_base", "nh3n_base", "tn_base", "tp_base"] {
                args.push((name, "1.3".to_string()));
            }
            let o = call("compensation.p_value", "2019-12-31", &args);
            assert_eq!(o.column("passes").to_string(), if number(o.column("exact")) <= 1.0 { "yes" } else { "no" });
            number(o.column("exact"))
        };
        let (low, high) = if a.0 <= b.0 { (&a, &b) } else { (&b, &a) };
        prop_assert!(p(&low.1) <= p(&high.1));
    }
}

/// Every limit of the tables is read, and each is its own end: at the limit the better side, just above the other.
#[test]
fn every_limit_of_groundwater_belongs_to_the_better_class() {
    let p = law()
        .at("groundwater.limit", "2024-06-01".parse().unwrap(), "")
        .unwrap();
    let mut checked = 0;
    for row in 0..p.table.rows.len() {
        for (i, column) in ["class1", "class2", "class3", "class4"].into_iter().enumerate() {
            let Ok(limit) = p.table.decimal(row, column) else {
                continue;
            };
            let class = |c: String| {
                let o = call(
                    "groundwater.class",
                    "2024-06-01",
                    &[("item", p.table.text(row, "item").to_string()), ("c", c)],
                );
                o.column("range").to_string()
            };
            let place = |range: &str| CLASSES.iter().position(|k| range.starts_with(k)).unwrap();
            assert!(
                place(&class(limit.to_string())) <= i,
                "{} {column}",
                p.table.text(row, "item")
            );
            assert!(place(&class(format!("{limit}{}1", if limit.scale() == 0 { "." } else { "" }))) > i);
            checked += 1;
        }
    }
    assert_eq!(
        checked, 357,
        "93 items of four classes, less pH, two in words, one not to be detected, two without IV"
    );
}
