//! The plan's text: nothing lost, ids that stay, targets as worded.

use plan::text::{BlockKind, Document, QuoteError};
use plan::words::{Op, Words};
use proptest::prelude::*;

const PLAN: &str = include_str!("../../../plan/anhui-2024/text.txt");
const WORDS: &str = include_str!("../../../packs/plan/words.toml");

#[test]
fn the_plan_comes_back_byte_for_byte() {
    assert_eq!(Document::parse(PLAN).joined(), PLAN);
}

#[test]
fn chapters_are_the_plans_own() {
    let doc = Document::parse(PLAN);
    assert_eq!(doc.title, "2024年安徽省生态环境工作要点");
    let ids: Vec<&str> = doc.chapters.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids[0], "c1");
    assert_eq!(ids[1..], (1..=22).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(doc.chapters[3].number, "(三)");
    assert_eq!(doc.chapters[3].name, "持续深入打好蓝天保卫战");
    assert_eq!(doc.blocks.iter().filter(|b| b.kind == BlockKind::Heading).count(), 9);
}

#[test]
fn ids_are_unique_and_survive_an_insertion() {
    let doc = Document::parse(PLAN);
    let mut ids: Vec<&str> = doc.sentences.iter().map(|s| s.id.as_str()).collect();
    let n = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n);
    let longer = PLAN.replace("开展低效失效大气", "新增一句。开展低效失效大气");
    let again = Document::parse(&longer);
    assert_eq!(again.sentences.len(), n + 1);
    assert!(
        doc.sentences
            .iter()
            .all(|s| { again.sentence(&s.id).is_some_and(|t| again.words(t) == doc.words(s)) })
    );
}

#[test]
fn a_quote_points_at_one_sentence() {
    let doc = Document::parse(PLAN);
    let (s, at) = doc.find("皖北六市空气质量提升攻坚行动").expect("it stands in (三)");
    assert_eq!(doc.chapters[s.chapter.expect("a chapter")].id, "3");
    assert_eq!(&doc.words(s)[at], "皖北六市空气质量提升攻坚行动");
    assert!(matches!(doc.find("生态环境"), Err(QuoteError::Twice(..))));
    assert!(matches!(doc.find("火星"), Err(QuoteError::Absent(_))));
}

#[test]
fn targets_are_read_from_the_words() {
    let words = Words::parse(WORDS).expect("shipped");
    let doc = Document::parse(PLAN);
    let (s, _) = doc.find("基本目标:").expect("chapter one");
    let found: Vec<(Op, String, String)> = words
        .targets(doc.words(s))
        .into_iter()
        .map(|f| (f.op, f.value, f.unit))
        .collect();
    let want = [
        (Op::AtMost, "36.8", "ug/m3"),
        (Op::Above, "82.1", "%"),
        (Op::AtLeast, "82.5", "%"),
        (Op::Equal, "0", ""),
        (Op::AtLeast, "37", "%"),
        (Op::AtLeast, "1700", "count"),
    ];
    assert_eq!(found, want.map(|(o, v, u)| (o, v.to_string(), u.to_string())));
}

#[test]
fn other_shapes_of_text_are_read_too() {
    let doc =
        Document::parse("\u{feff}某市计划\r\n\r\n　　一、总则\r\n　　（一）目标。达到５。“甲。乙”完成。\n没有句号");
    assert_eq!(doc.title, "某市计划");
    assert_eq!(doc.chapters.len(), 1);
    let all: Vec<&str> = doc.sentences.iter().map(|s| doc.words(s)).collect();
    assert_eq!(all, ["达到５。", "“甲。乙”完成。", "没有句号"]);
    assert!(Document::parse("").sentences.is_empty());
}

proptest! {
    #[test]
    fn any_text_comes_back(text in "[一二十、()（）。“”《 \r\n\t\u{3000}aé0-9]{0,80}") {
        let doc = Document::parse(&text);
        prop_assert_eq!(doc.joined(), text);
    }
}
