//! The packs that are shipped: no faults, and every sentence of the plan that a page answers is quoted exactly.

use books::pack::{Packs, load};
use std::path::PathBuf;

fn root(sub: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(sub)
}

fn shipped() -> Packs {
    let (packs, faults) = load(&root("packs"));
    let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", words.join("\n"));
    packs
}

#[test]
fn shipped_packs_have_no_faults() {
    let packs = shipped();
    for pack in [
        "enterprise",
        "rectification",
        "petitions",
        "credit",
        "rights",
        "enforcement",
    ] {
        assert!(packs.about.contains_key(pack), "no pack {pack}");
        assert!(packs.pages.contains_key(pack), "no page of {pack}");
    }
}

#[test]
fn stands_quote_one_sentence_of_the_plan_and_a_figure_of_their_page() {
    let plan = std::fs::read_to_string(root("plan/anhui-2024/text.txt")).expect("the plan");
    let sentences: Vec<&str> = plan.split(['。', '\n']).collect();
    let mut rows = Vec::new();
    for (pack, page) in &shipped().pages {
        let figures: Vec<&str> = page
            .blocks
            .iter()
            .filter_map(|b| match b {
                books::pack::page::Block::Figures { figures, .. } => Some(figures),
                _ => None,
            })
            .flatten()
            .map(|f| f.title.zh.as_str())
            .collect();
        for s in &page.stands {
            assert_eq!(
                plan.matches(&s.words).count(),
                1,
                "{pack} {}: “{}” must stand once in the plan",
                s.row,
                s.words
            );
            assert!(
                sentences.iter().any(|t| t.contains(&s.words)),
                "{pack} {}: “{}” runs over the end of a sentence",
                s.row,
                s.words
            );
            assert!(
                figures.contains(&s.figure.as_str()),
                "{pack} {}: its page has no figure “{}”",
                s.row,
                s.figure
            );
            rows.push(s.row.clone());
        }
    }
    for row in ["13.1", "13.6", "14.1", "14.4", "18a.3", "18a.9", "18b.11", "18b.14"] {
        assert!(rows.iter().any(|r| r == row), "no stand for {row}");
    }
}
