//! The bulk forms against the explained ones: the same figures, and an error where there is one.

use figure::Decimal;
use law::Law;
use proptest::prelude::*;
use standards::{ArgKind, Args, Cell, Context, bulk, find, functions};
use std::path::Path;
use std::sync::OnceLock;

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
    LAW.get_or_init(|| Law::load_dir(&dir).unwrap_or_else(|e| panic!("{e:#?}")))
}

/// The words of each function that has a bulk form.
fn words(name: &str) -> Vec<Vec<(&'static str, &'static str)>> {
    match name {
        "air.iaqi" => vec![
            vec![("factor", "pm2_5"), ("period", "24h")],
            vec![("factor", "o3"), ("period", "8h")],
        ],
        "air.aqi.daily" => vec![vec![]],
        "water.section" => vec![vec![], vec![("body", "lake")], vec![("mode", "raw"), ("target", "Ⅲ")]],
        other => panic!("say here which words `{other}` is tried with"),
    }
}

#[test]
fn every_bulk_form_gives_the_figures_of_the_explained_one() {
    let names: Vec<&str> = functions()
        .iter()
        .map(|f| f.name)
        .filter(|n| bulk(n).is_some())
        .collect();
    assert!(names.contains(&"air.aqi.daily") && names.contains(&"water.section"));
    for name in names {
        let f = find(name).unwrap();
        for words in words(name) {
            for date in ["2024-05-13", "2026-03-01"] {
                let context = Context {
                    law: law(),
                    date: date.parse().unwrap(),
                    division: "340100",
                };
                let texts = Args::from_iter(words.iter().copied());
                let compiled = bulk(name).unwrap()(&context, &texts).unwrap();
                // Sizes as they are met: most values small, a few far out, some missing, a few below zero.
                let value = prop_oneof![
                    1 => Just(None),
                    4 => (0i64..3000, 0u32..4).prop_map(Some),
                    2 => (0i64..90, 0u32..3).prop_map(Some),
                    1 => (-20i64..2_000_000, 0u32..6).prop_map(Some),
                ];
                let row = prop::collection::vec(value, f.args.len());
                proptest!(ProptestConfig::with_cases(2000), |(row in row)| {
                    let numbers: Vec<Option<Decimal>> = row
                        .iter()
                        .zip(f.args)
                        .map(|(v, a)| v.filter(|_| a.kind == ArgKind::Number).map(|(m, s)| Decimal::new(m.into(), s).unwrap()))
                        .collect();
                    let mut args = texts.clone();
                    for (n, a) in numbers.iter().zip(f.args) {
                        args.0.extend(n.map(|n| (a.name.to_string(), n.to_string())));
                    }
                    let explained = f.call(&context, &args);
                    let brief = compiled.value(&numbers);
                    match (&explained, &brief) {
                        (Ok(e), Ok(b)) => prop_assert_eq!(shown(&e.value), shown(&b.cell()), "{} {:?}", name, args),
                        (Err(_), Err(_)) => {}
                        (e, b) => prop_assert!(false, "{name} {args:?}: explained {:?}, bulk {b:?}", e.as_ref().map(|e| &e.value)),
                    }
                });
            }
        }
    }
}

fn shown(c: &Cell) -> String {
    c.to_string()
}
