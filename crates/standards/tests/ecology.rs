//! Properties of the ecological indices, and that recording a missing table makes its function answer.

use law::Law;
use proptest::prelude::*;
use standards::{Args, Context, EvalError, Outcome, find};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")
}

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| Law::load_dir(&folder()).unwrap_or_else(|e| panic!("{e:#?}")))
}

fn call(law: &Law, name: &str, args: &[(&str, String)]) -> Result<Outcome, EvalError> {
    let context = Context {
        law,
        date: "2025-06-01".parse().unwrap(),
        division: "",
    };
    let args: Args = args.iter().map(|(k, v)| (*k, v.clone())).collect();
    find(name).unwrap().call(&context, &args)
}

fn value(name: &str, args: &[(&str, String)]) -> f64 {
    call(law(), name, args).unwrap().value.to_string().parse().unwrap()
}

fn eqi(parts: [u32; 4]) -> f64 {
    let names = ["pattern", "function", "biodiversity", "stress"];
    let args: Vec<_> = names.into_iter().zip(parts.map(|p| p.to_string())).collect();
    value("ecology.eqi", &args)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each part lifts the index, stress lowers it, and it stays within 0 to 100.
    #[test]
    fn the_index_rises_with_its_parts(p in prop::array::uniform4(0u32..100), i in 0usize..4) {
        let base = eqi(p);
        let mut more = p;
        more[i] += 1;
        let changed = eqi(more);
        prop_assert!((0.0..=100.0).contains(&base));
        if i == 3 { prop_assert!(changed < base) } else { prop_assert!(changed > base) }
    }

    /// Evenness is 1 for equal counts, and Shannon's index does not depend on the order of the taxa.
    #[test]
    fn diversity_of_equal_and_of_turned_counts(n in 2usize..30, each in 1u32..500, mut counts in prop::collection::vec(1u32..500, 1..30)) {
        let text = |v: &[u32]| v.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        let equal = call(law(), "ecology.diversity", &[("counts", text(&vec![each; n]))]).unwrap();
        prop_assert_eq!(equal.column("pielou").to_string(), "1.0000");
        let h = value("ecology.diversity", &[("counts", text(&counts))]);
        counts.reverse();
        prop_assert_eq!(h, value("ecology.diversity", &[("counts", text(&counts))]));
        prop_assert!(h >= 0.0);
    }
}

/// The weights below are made up for this test.
const ADDITION: &str = r#"
[addition]
standard = "环监测〔2021〕99号"
source = "made up for a test"
checked = "2026-11-24"

[[provision]]
key = "ecology.eqi.subweights"
clause = "指标体系"
certainty = "uncertain"
title_zh = "权重"
title_en = "weights"
by = ["level3"]
unit = "1"
table = """
level3,weight
重点保护生物指数,0.5
指示生物类群生命力指数,0.3
原生功能群种占比指数,0.2
"""
"#;

#[test]
fn a_table_recorded_later_makes_its_function_answer() {
    let args = [
        ("part", "生物多样性".to_string()),
        (
            "values",
            "重点保护生物指数=60 指示生物类群生命力指数=50 原生功能群种占比指数=40".to_string(),
        ),
    ];
    let e = call(law(), "ecology.eqi_part", &args).unwrap_err();
    assert!(e.to_string().contains("not recorded"), "{e}");
    let mut files = vec![("later.toml".to_string(), ADDITION.to_string())];
    for entry in std::fs::read_dir(folder().join("ecology")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        files.push((path.display().to_string(), text));
    }
    let more = Law::load(files).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(
        call(&more, "ecology.eqi_part", &args).unwrap().value.to_string(),
        "53.00"
    );
}
