//! The plan that is shipped fits together, and the checker sees when it does not.

use plan::measure::{Plan, Sources};

fn sources() -> Sources<'static> {
    Sources {
        head: include_str!("../../../plan/anhui-2024/plan.toml"),
        text: include_str!("../../../plan/anhui-2024/text.txt"),
        measures: include_str!("../../../plan/anhui-2024/measures.toml"),
        groups: include_str!("../../../packs/air/groups.toml"),
        words: include_str!("../../../packs/plan/words.toml"),
    }
}

#[test]
fn shipped_plan_has_no_problem() {
    let plan = Plan::read(&sources()).unwrap_or_else(|p| panic!("{p:#?}"));
    for target in 1..=9 {
        assert!(
            plan.measure(&format!("0.{target}")).is_some_and(|m| m.card),
            "target card 0.{target}"
        );
    }
    assert_eq!(
        plan.sentence_of("0.1"),
        plan.sentence_of("0.9"),
        "the nine targets stand in one sentence"
    );
}

#[test]
fn a_target_that_is_not_in_the_words_is_refused() {
    let changed = sources().measures.replace("value = \"36.8\"", "value = \"36.9\"");
    let problems = Plan::read(&Sources {
        measures: &changed,
        ..sources()
    })
    .expect_err("36.9 is not in the plan");
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].place.contains("0.1") && problems[0].problem.contains("36.8"),
        "{problems:?}"
    );
}

#[test]
fn a_quotation_that_is_not_in_the_text_is_refused() {
    let changed = sources().text.replace("皖北六市", "皖北各市");
    let problems = Plan::read(&Sources {
        text: &changed,
        ..sources()
    })
    .expect_err("the quotation is gone");
    assert!(problems.iter().any(|p| p.place.contains("3.2")), "{problems:?}");
}
