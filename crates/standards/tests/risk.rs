//! Properties of the risk grades that no single example shows.

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

fn call(name: &str, args: &[(&str, String)]) -> Outcome {
    let context = Context {
        law: law(),
        date: "2024-06-01".parse().unwrap(),
        division: "",
    };
    let args: Args = args.iter().map(|(k, v)| (*k, v.clone())).collect();
    find(name)
        .unwrap()
        .call(&context, &args)
        .unwrap_or_else(|e| panic!("{name} {args:?}: {e}"))
}

fn number(cell: &Cell) -> f64 {
    cell.to_string().parse().unwrap()
}

fn rank(q: f64, m: f64, e: u8) -> f64 {
    let args = [
        ("medium", "air".to_string()),
        ("q", q.to_string()),
        ("m", m.to_string()),
        ("e", format!("E{e}")),
    ];
    number(call("risk.level", &args).column("rank"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// More substance, worse control or more sensitive receptors never lower the grade.
    #[test]
    fn the_grade_rises_with_q_m_and_sensitivity(q in 0.0f64..300.0, dq in 0.0f64..300.0, m in 0.0f64..60.0, dm in 0.0f64..40.0, e in 1u8..4) {
        let base = rank(q, m, e);
        prop_assert!(rank(q + dq, m, e) >= base);
        prop_assert!(rank(q, m + dm, e) >= base);
        prop_assert!(rank(q, m, 1) >= base);
    }

    /// The ratio is the sum of its terms, whatever their order.
    #[test]
    fn the_ratio_does_not_depend_on_order(a in 0u32..5000, b in 0u32..5000, c in 0u32..5000) {
        let one = call("risk.q", &[("substances", format!("氨={a} 氯={b} 甲醇={c}"))]);
        let other = call("risk.q", &[("substances", format!("67-56-1={c};7664-41-7={a};氯气={b}"))]);
        prop_assert_eq!(&one.value, &other.value);
        prop_assert_eq!(one.column("band"), other.column("band"));
    }

    /// More deaths or damage never lower the grade of an event.
    #[test]
    fn an_event_grows_with_its_harm(deaths in 0u32..60, loss in 0u64..300_000_000, more in 0u64..300_000_000) {
        let hours = |d: u32, l: u64| number(call("risk.incident", &[("deaths", d.to_string()), ("loss", l.to_string())]).column("report_hours"));
        prop_assert!(hours(deaths, loss + more) <= hours(deaths, loss));
        prop_assert!(hours(deaths + 1, loss) <= hours(deaths, loss));
    }
}
