//! The bulk forms against the explained ones: the same figures and the same errors, on random numbers and on the numbers of the
//! law with their nearest neighbours; and the remembered parts against both.

use figure::Decimal;
use law::Law;
use proptest::prelude::*;
use standards::{ArgKind, Args, Brief, Bulk, Context, EvalError, Function, Memo, Part, bulk, find, functions};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

const DATES: [&str; 2] = ["2024-05-13", "2026-03-01"];

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
    LAW.get_or_init(|| Law::load_dir(&dir).unwrap_or_else(|e| panic!("{e:#?}")))
}

type Words = BTreeMap<String, String>;

/// The sets of words a function is tried with: those of its worked examples, and some beside them.
fn words(f: &Function) -> BTreeSet<Words> {
    let texts = |args: &mut dyn Iterator<Item = (String, String)>| -> Words {
        let text = |n: &str| f.args.iter().any(|a| a.name == n && a.kind == ArgKind::Text);
        args.filter(|(n, _)| text(n)).collect()
    };
    let mut out = BTreeSet::new();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples")).unwrap() {
        let file: toml::Table = std::fs::read_to_string(file.unwrap().path()).unwrap().parse().unwrap();
        for e in file["example"].as_array().unwrap() {
            if e["function"].as_str() == Some(f.name) {
                let args = e.get("args").and_then(|a| a.as_table()).cloned().unwrap_or_default();
                let word = |v: toml::Value| v.as_str().unwrap_or_default().to_string();
                out.insert(texts(&mut args.into_iter().map(|(n, v)| (n, word(v)))));
            }
        }
    }
    let more: &[&[(&str, &str)]] = match f.name {
        "air.iaqi" => &[
            &[("factor", "pm2_5"), ("period", "24h")],
            &[("factor", "o3"), ("period", "8h")],
        ],
        "air.aqi.daily" => &[&[]],
        "water.section" => &[&[], &[("body", "lake")], &[("mode", "raw"), ("target", "Ⅲ")]],
        "emission.exceed" => &[
            &[("sector", "dyeing"), ("item", "六价铬"), ("class", "direct")],
            &[
                ("sector", "msw_incineration"),
                ("item", "颗粒物"),
                ("statistic", "1h"),
                ("condition", "start"),
            ],
            &[
                ("sector", "boiler"),
                ("item", "so2"),
                ("source", "coal"),
                ("class", "special"),
                ("mark", "D"),
            ],
            &[
                ("sector", "boiler"),
                ("item", "so2"),
                ("source", "coal"),
                ("class", "special"),
                ("origin", "guess"),
            ],
        ],
        "validity.hour" => &[
            &[("medium", "gas")],
            &[("medium", "water")],
            &[("medium", "air"), ("flags", "N N D N")],
            &[("medium", "water"), ("flags", "N;D")],
            &[("medium", "gas"), ("flags", "NN")],
        ],
        _ => &[],
    };
    for set in more {
        out.insert(texts(&mut set.iter().map(|(n, v)| (n.to_string(), v.to_string()))));
    }
    out
}

/// Every number in the tables that a function reads on a day.
fn numbers_of_the_law(f: &Function, context: &Context<'_>) -> Vec<Decimal> {
    let provisions = f
        .keys
        .iter()
        .filter_map(|k| context.law.at(k, context.date, context.division).ok());
    let cells = provisions.flat_map(|p| p.table.rows.iter().flatten());
    let parts = cells.flat_map(|c| c.split(['-', ' ']));
    let mut out: Vec<Decimal> = parts.filter_map(|c| Decimal::parse(c).ok()).collect();
    out.sort();
    out.dedup();
    out.push(Decimal::ZERO);
    out
}

/// Sizes as they are met: most values small, a few far out, some missing, a few below zero; and the law's own numbers, with
/// up to two decimals more, and one unit above and below.
fn number(cuts: Vec<Decimal>) -> impl Strategy<Value = Option<Decimal>> {
    let made = |(m, s): (i64, u32)| Decimal::new(m.into(), s).ok();
    let near = (prop::sample::select(cuts), 0u32..3, -1i128..2);
    prop_oneof![
        20 => Just(None),
        4 => (0i64..3000, 0u32..4).prop_map(made),
        2 => (0i64..90, 0u32..3).prop_map(made),
        1 => (0i64..2_000_000, 2u32..6).prop_map(made),
        1 => (-20i64..2_000_000, 0u32..6).prop_map(made),
        1 => (0i64..i64::MAX, 0u32..38).prop_map(made),
        6 => near.prop_map(|(cut, more, by)| {
            let scale = cut.scale() + more;
            Decimal::new(cut.at_scale(scale)? + by, scale).ok()
        }),
    ]
}

/// The figure by the parts remembered; None if the function is not put together from parts.
fn remembered(compiled: &dyn Bulk, memo: &Memo, row: &[Option<Decimal>]) -> Option<Result<String, EvalError>> {
    let parts = compiled.parts()?;
    let joined = row
        .iter()
        .enumerate()
        .try_fold(Part::default(), |all, (place, n)| match n {
            None => Ok(all),
            // Beyond the decimals of a table, nothing is remembered.
            Some(n) => match memo.column(parts, place, n.scale()) {
                Some(column) => Ok(all.and(column.part(n.mantissa())?)),
                None => Ok(all.and(parts.part(place, *n)?)),
            },
        });
    Some(joined.and_then(|all| parts.whole(all).map(shown)))
}

fn shown(b: Brief<'_>) -> String {
    b.cell().to_string()
}

#[test]
fn every_bulk_form_gives_the_figures_of_the_explained_one() {
    let names: Vec<&str> = functions()
        .iter()
        .map(|f| f.name)
        .filter(|n| bulk(n).is_some())
        .collect();
    for wanted in [
        "air.iaqi",
        "air.aqi.daily",
        "water.section",
        "emission.limit",
        "emission.exceed",
        "validity.hour",
    ] {
        assert!(names.contains(&wanted), "{wanted}");
    }
    for name in names {
        let f = find(name).unwrap();
        let (sets, figures, refused) = (words(f), Cell::new(0), Cell::new(0));
        assert!(!sets.is_empty(), "say in `words` which words `{name}` is tried with");
        for (date, words) in DATES.iter().flat_map(|d| sets.iter().map(move |w| (d, w))) {
            let context = Context {
                law: law(),
                date: date.parse().unwrap(),
                division: "340100",
            };
            let texts = Args(words.clone());
            let compiled = bulk(name).unwrap()(&context, &texts);
            let memo = Memo::new(f.args.len());
            let row = prop::collection::vec(number(numbers_of_the_law(f, &context)), f.args.len());
            let cases = (6000 / sets.len()).clamp(100, 2000) as u32;
            let config = ProptestConfig {
                cases,
                failure_persistence: None,
                ..ProptestConfig::default()
            };
            proptest!(config, |(row in row)| {
                let row: Vec<Option<Decimal>> = row
                    .iter()
                    .zip(f.args)
                    .map(|(n, a)| n.filter(|_| a.kind == ArgKind::Number))
                    .collect();
                let mut args = texts.clone();
                for (n, a) in row.iter().zip(f.args) {
                    args.0.extend(n.map(|n| (a.name.to_string(), n.to_string())));
                }
                let explained = f.call(&context, &args).map(|o| o.value.to_string());
                let brief = compiled.as_ref().map_err(Clone::clone).and_then(|c| c.value(&row).map(shown));
                match (&explained, &brief) {
                    // Of two bad numbers the one or the other may be named: SQL asks the explained form for the reason.
                    (Err(_), Err(_)) => refused.set(refused.get() + 1),
                    _ => {
                        prop_assert_eq!(&explained, &brief, "{} {:?}", name, args);
                        figures.set(figures.get() + 1);
                    }
                }
                if let Ok(compiled) = &compiled
                    && let Some(again) = remembered(compiled.as_ref(), &memo, &row)
                {
                    prop_assert_eq!(&again, &brief, "{} {:?}, remembered", name, args);
                }
            });
        }
        println!(
            "{name}: {} sets of words, {} figures, {} refused by both",
            sets.len(),
            figures.get(),
            refused.get()
        );
        assert!(figures.get() > 200, "{name}: {} figures", figures.get());
    }
}
