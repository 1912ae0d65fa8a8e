//! The packs that are shipped: no faults, and every sentence of the plan that a page answers is quoted exactly.

mod store;

use books::pack::{Packs, load};
use books::{Books, Doc, Hash, List, Scope};
use std::path::PathBuf;
use std::sync::Arc;

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

#[tokio::test]
async fn the_demonstration_content_keeps_every_rule_and_its_mark() {
    let store = store::Store::sqlite();
    let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
    let (packs, law) = (Arc::new(shipped()), Arc::new(law()));
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 28).expect("a day");
    let report = books::demo::load(&books, &packs, &law, &books::pack::texts(&root("packs")).0, today)
        .await
        .unwrap_or_else(|e| panic!("{}", e.words().zh));
    assert!(report.records > 1000 && report.moves > 2000, "{report:?}");

    let enterprises = all(&books, "register:enterprise/enterprises").await;
    assert!((110..=140).contains(&enterprises.len()), "{}", enterprises.len());
    for (room, least) in [
        ("register:enterprise/outlets", 250),
        ("case:rectification/task", 60),
        ("case:petitions/petition", 80),
        ("case:enforcement/penalty", 40),
        ("case:rights/transfer", 10),
    ] {
        let docs = all(&books, room).await;
        assert!(docs.len() >= least, "{room}: {}", docs.len());
        for doc in docs {
            assert_eq!(doc.body["_simulated"], true, "{room}/{} has lost its mark", doc.id);
        }
    }
    let p = &packs.procedures["rectification/task"];
    let tasks = all(&books, "case:rectification/task").await;
    for state in &p.states {
        assert!(
            tasks.iter().any(|t| t.body["_state"] == state.id.as_str()),
            "no task in {}",
            state.id
        );
    }
    for ledger in ["rights/rights", "rights/energy", "petitions/rewards"] {
        let report = books::ledger::verify(&books, &packs, ledger)
            .await
            .expect("is verified");
        assert!(report.faults.is_empty(), "{ledger}: {report:?}");
    }
}

async fn all(books: &Books, room: &str) -> Vec<Doc> {
    let mut list = List::of(room, Scope::all());
    list.limit = 0;
    books.list(&list).await.expect("is read")
}

fn law() -> law::Law {
    law::Law::load_dir(&root("law")).unwrap_or_else(|e| panic!("{e:#?}"))
}
