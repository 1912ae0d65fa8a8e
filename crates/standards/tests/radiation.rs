//! Radiation: what holds for every input.

use chrono::NaiveDate;
use law::Law;
use proptest::prelude::*;
use standards::{Args, Cell, Context, Outcome, find};
use std::path::Path;
use std::sync::OnceLock;

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| {
        Law::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"))
    })
}

fn call(name: &str, args: &[(&str, &str)]) -> Outcome {
    let context = Context {
        law: law(),
        date: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
        division: "340100",
    };
    find(name)
        .unwrap()
        .call(&context, &Args::from_iter(args.iter().copied()))
        .unwrap_or_else(|e| panic!("{e}"))
}

fn number(cell: &Cell) -> f64 {
    cell.to_string().parse().unwrap()
}

#[test]
fn the_floors_of_every_nuclide_are_its_multiples_of_d() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let p = law().at("radiation.source.d", day, "").unwrap();
    let classes = law().at("radiation.source.class", day, "").unwrap();
    assert_eq!(p.table.rows.len(), 59);
    for r in 0..p.table.rows.len() {
        let d = p.table.decimal(r, "d").unwrap();
        for c in 0..classes.table.rows.len() {
            if let Some(times) = classes.table.optional(c, "times_d").unwrap() {
                let floor = p.table.decimal(r, classes.table.text(c, "column")).unwrap();
                assert_eq!(floor, d.mul(times).unwrap(), "{}", p.table.text(r, "nuclide"));
            }
        }
        let nuclide = p.table.text(r, "nuclide");
        assert!(
            law()
                .at("radiation.half_life", day, "")
                .unwrap()
                .table
                .find(&[("nuclide", nuclide)])
                .is_some(),
            "{nuclide} has no half-life"
        );
    }
}

#[test]
fn the_bands_of_the_limits_join_without_a_gap() {
    let p = law()
        .at("radiation.em.limit", NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(), "")
        .unwrap();
    for r in 1..p.table.rows.len() {
        assert_eq!(
            p.table.decimal(r - 1, "f_to").unwrap(),
            p.table.decimal(r, "f_from").unwrap()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decay_only_lowers_the_class(days in 0u32..8000, later in 1u32..4000, tera in 1u32..5000) {
        let activity = format!("{}.{}", tera / 10, tera % 10);
        let day = |n: u32| (NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(u64::from(n))).to_string();
        let class = |n: u32| {
            call("radiation.source_class", &[("nuclide", "Ir-192"), ("activity", &activity), ("unit", "TBq"), ("made", "2000-01-01"), ("on", &day(n))])
        };
        let order = |o: &Outcome| match o.column("class").to_string().as_str() { "below" => 6, c => c.parse::<u8>().unwrap() };
        let (a, b) = (class(days), class(days + later));
        prop_assert!(order(&a) <= order(&b));
        prop_assert!(number(a.column("becquerel")) >= number(b.column("becquerel")));
    }

    #[test]
    fn a_higher_rate_never_gives_a_milder_category(rate in 0u32..2000, more in 0u32..2000, surface in 0u32..1000) {
        let order = |o: &Outcome| ["Ⅰ级(白)", "Ⅱ级(黄)", "Ⅲ级(黄)", "Ⅲ级(黄)独家使用"].iter().position(|c| *c == o.value.to_string()).unwrap();
        let category = |rate: u32| {
            let (r, s) = (format!("{:.4}", f64::from(rate) / 10_000.0), format!("{:.3}", f64::from(surface) / 100.0));
            call("radiation.transport_category", &[("rate_1m", &r), ("surface", &s)])
        };
        prop_assert!(order(&category(rate)) <= order(&category(rate + more)));
    }

    #[test]
    fn the_project_value_is_below_the_limit(f in 1u32..300_000) {
        let f = f.to_string();
        let limit = call("radiation.em_limit", &[("f", &f)]);
        let project = call("radiation.em_project", &[("f", &f)]);
        prop_assert!(number(&project.value) < number(&limit.value));
    }
}
