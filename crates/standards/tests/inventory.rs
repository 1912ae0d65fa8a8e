//! Properties of sources, fuels and balances.

use law::Law;
use proptest::prelude::*;
use standards::{Args, Context, Outcome, find};
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
        date: "2025-06-01".parse().unwrap(),
        division: "340000",
    };
    let args: Args = args.iter().map(|(k, v)| (*k, v.clone())).collect();
    find(name)
        .unwrap()
        .call(&context, &args)
        .unwrap_or_else(|e| panic!("{name} {args:?}: {e}"))
}

fn value(name: &str, args: &[(&str, String)]) -> f64 {
    call(name, args).value.to_string().parse().unwrap()
}

const DEVICES: &[&str] = &[
    "袋式除尘法",
    "普通静电除尘法",
    "石灰石/石膏法",
    "湿式除尘法",
    "重力沉降法",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// One more device never lets more through, and their order is nothing.
    #[test]
    fn devices_add_up(mut picked in prop::collection::vec(prop::sample::select(DEVICES), 1..4), more in prop::sample::select(DEVICES)) {
        let removal = |v: &[&str]| value("inventory.removal", &[("controls", v.join(" ")), ("pollutant", "pm2_5".into())]);
        let base = removal(&picked);
        let mut longer = picked.clone();
        longer.push(more);
        prop_assert!(removal(&longer) >= base && removal(&longer) <= 100.0);
        picked.reverse();
        prop_assert_eq!(removal(&picked), base);
    }

    /// PM10 after control is never less than PM2.5 after control.
    #[test]
    fn coarse_is_added_to_fine(ash in 1u32..60, device in prop::sample::select(DEVICES)) {
        let of = |pollutant: &str| value("inventory.combustion", &[
            ("department", "采矿业和制造业".into()),
            ("fuel", "煤炭".into()),
            ("technology", "流化床炉".into()),
            ("pollutant", pollutant.into()),
            ("amount", "10000".into()),
            ("ash", ash.to_string()),
            ("controls", device.into()),
        ]);
        prop_assert!(of("pm10") >= of("pm2_5"));
    }

    /// Emission of a fuel is proportional to its amount, rounded once at the end.
    #[test]
    fn a_fuel_is_rounded_once(amount in 1u64..1_000_000) {
        let burned = value("carbon.fuel", &[("fuel", "柴油".into()), ("amount", amount.to_string())]);
        let exact = amount as f64 * 42.652 * 0.0202 * 0.98 * 44.0 / 12.0;
        prop_assert!((burned - exact).abs() <= 0.005 + exact * 1e-12);
    }

    /// What goes in and what goes out balance exactly.
    #[test]
    fn a_balance_closes(opening in 0u32..100_000, produced in 0u32..100_000, part in 0u32..100) {
        let all = f64::from(opening + produced) / 100.0;
        let out = (f64::from(opening + produced) * f64::from(part) / 100.0).floor() / 100.0;
        let outcome = call("waste.balance", &[
            ("opening", format!("{:.2}", f64::from(opening) / 100.0)),
            ("produced", format!("{:.2}", f64::from(produced) / 100.0)),
            ("out_use", format!("{out:.2}")),
            ("reported", format!("{:.2}", all - out)),
        ]);
        prop_assert_eq!(outcome.column("residual").to_string(), "0.00");
        prop_assert_eq!(outcome.column("finding").to_string(), "none");
    }
}
