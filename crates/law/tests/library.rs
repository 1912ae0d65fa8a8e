//! The library as its pages use it: search, side by side, doubts, drafts, and provisions recorded later.

use chrono::NaiveDate;
use law::{Addition, HitKind, Law, Library, Place, Refused};
use std::path::{Path, PathBuf};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

const OLD: &str = r#"
[standard]
number = "T 1-2000"
title_zh = "测试标准"
title_en = "A standard for tests"
from = "2000-01-01"
to = "2009-12-31"
certainty = "certain"
source = "made for this test"
checked = "2026-11-24"
[[provision]]
key = "test.limit"
clause = "表1"
title_zh = "限值"
title_en = "Limits"
certainty = "certain"
by = ["item"]
unit = "mg/L"
table = """
item,limit
nh3n,1.0
tp,0.2
"""
"#;

const NEW: &str = r#"
[standard]
number = "T 1-2010"
title_zh = "测试标准"
title_en = "A standard for tests"
from = "2010-01-01"
replaces = ["T 1-2000"]
certainty = "likely"
source = "made for this test"
checked = "2026-11-24"
note_zh = "起始日未核"
[[provision]]
key = "test.limit"
clause = "表1"
title_zh = "限值"
title_en = "Limits"
certainty = "certain"
by = ["item"]
unit = "mg/L"
table = """
item,limit,certainty
tp,0.1,certain
nh3n,1.0,uncertain
"""
[[missing]]
key = "test.local"
clause = "表2"
title_zh = "地方限值"
title_en = "Local limits"
why_zh = "文本未取得"
why_en = "the text was not had"
columns = ["item", "limit"]
"#;

fn shipped() -> Vec<(String, String)> {
    vec![
        ("law/test/old.toml".to_string(), OLD.to_string()),
        ("law/test/new.toml".to_string(), NEW.to_string()),
    ]
}

fn law() -> Law {
    Law::load(shipped()).expect("sound")
}

/// A folder of its own for each test, empty at the start.
fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

#[test]
fn the_difference_shows_what_changed_and_not_what_names_the_row() {
    let changes = law().diff(day("2009-12-31"), day("2010-01-01"));
    let cells: Vec<(&str, &str, Option<&str>, Option<&str>)> = changes[0]
        .cells
        .iter()
        .map(|c| {
            (
                c.row.as_str(),
                c.column.as_str(),
                c.before.as_deref(),
                c.after.as_deref(),
            )
        })
        .collect();
    assert!(cells.contains(&("tp", "limit", Some("0.2"), Some("0.1"))), "{cells:?}");
    assert!(cells.iter().all(|(_, column, ..)| *column != "item"), "{cells:?}");
}

#[test]
fn words_are_found_in_numbers_titles_notes_and_cells() {
    let law = law();
    let first = |q: &str| {
        law.search(q, 10)
            .into_iter()
            .next()
            .map(|h| (h.kind, h.standard, h.key))
    };
    assert_eq!(
        first("t1-2010"),
        Some((HitKind::Standard, "T 1-2010".into(), String::new()))
    );
    assert_eq!(
        first("限值"),
        Some((HitKind::Key, "T 1-2010".into(), "test.limit".into()))
    );
    assert_eq!(
        first("TEST．LIMIT"),
        Some((HitKind::Key, "T 1-2010".into(), "test.limit".into()))
    );
    assert_eq!(
        first("起始日"),
        Some((HitKind::Standard, "T 1-2010".into(), String::new()))
    );
    assert_eq!(
        first("nh3n"),
        Some((HitKind::Row, "T 1-2010".into(), "test.limit".into()))
    );
    assert_eq!(
        first("未取得"),
        Some((HitKind::Missing, "T 1-2010".into(), "test.local".into()))
    );
    assert_eq!(first("限值 没有这个词"), None);
    assert_eq!(first("  "), None);
}

#[test]
fn days_stand_side_by_side_row_by_row() {
    let side = law().side_by_side(
        "test.limit",
        &[
            (day("2005-01-01"), String::new()),
            (day("2020-01-01"), "340100".into()),
            (day("1990-01-01"), String::new()),
        ],
    );
    let row = |name: &str| {
        side.rows
            .iter()
            .find(|r| r.name == [name] && r.column == "limit")
            .expect("a row")
    };
    let values = |name: &str| row(name).values.iter().map(Option::as_deref).collect::<Vec<_>>();
    assert_eq!(values("nh3n"), [Some("1.0"), Some("1.0"), None]);
    assert_eq!(values("tp"), [Some("0.2"), Some("0.1"), None]);
    assert_eq!(row("tp").unit, "mg/L");
    assert!(side.picked[2].provision.is_none());
}

#[test]
fn doubts_are_listed_down_to_the_row() {
    let doubts = law().doubts();
    let at = |place: Place| {
        doubts
            .iter()
            .filter(|d| d.place == place)
            .map(|d| d.row.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(at(Place::Standard), [""]);
    assert_eq!(at(Place::Provision), Vec::<&str>::new());
    assert_eq!(at(Place::Row), ["nh3n"]);
}

#[test]
fn covered_days_join_versions_that_follow_each_other() {
    let spans = law().covered("test.limit");
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].from, spans[0].to), (day("2000-01-01"), None));
}

#[test]
fn a_draft_answers_between_its_own_dates_and_nowhere_else() {
    let text = NEW
        .replace("T 1-2010", "T 1 draft")
        .replace("\"2010-01-01\"", "\"2012-01-01\"")
        .replace("replaces = [\"T 1-2000\"]", "")
        .replace("tp,0.1", "tp,0.05");
    let drafted = law().with_draft("draft.toml", &text).expect("a draft");
    let tp = |law: &Law, on: &str| {
        let p = law.at("test.limit", day(on), "").expect("in force");
        p.table
            .text(p.table.find(&[("item", "tp")]).expect("tp"), "limit")
            .to_string()
    };
    assert_eq!(
        (drafted.standard.as_str(), drafted.from),
        ("T 1 draft", day("2012-01-01"))
    );
    assert_eq!(
        (tp(&drafted.law, "2011-01-01"), tp(&drafted.law, "2013-01-01")),
        ("0.1".into(), "0.05".into())
    );
    assert_eq!(tp(&law(), "2013-01-01"), "0.1");
    assert_ne!(drafted.law.fingerprint(), law().fingerprint());
    let wrong = law()
        .with_draft("draft.toml", &text.replace("clause = \"表1\"", ""))
        .expect_err("no clause");
    assert!(wrong[0].message.contains("no clause") && wrong[0].line > 1, "{wrong:?}");
}

fn form() -> Addition {
    Addition {
        standard: "T 1-2010".into(),
        source: "text of the standard, table 2".into(),
        by: "张三 \"值班\"".into(),
        checked: "2026-11-24".into(),
        key: "test.local".into(),
        clause: "表2".into(),
        certainty: "certain".into(),
        title_zh: "地方限值".into(),
        title_en: "Local limits".into(),
        table: "item\tlimit\tunit\tnote\r\nnh3n\t0.5\tmg/L\tpH \\ 7, \"warm\"\r\ntp\t0.05\tmg/L\t\r\n\t\t\t\r\n".into(),
        ..Addition::default()
    }
}

#[test]
fn a_form_becomes_a_file_that_is_law() {
    let library = Library::new(shipped(), Some(folder("form")));
    assert_eq!(law().missing().count(), 1);
    let added = library.add(&form().file_name(), &form().to_toml()).expect("taken");
    assert_eq!(added.file, "added/test.local-nation-standard.toml");
    assert_eq!(added.law.missing().count(), 0, "what was missing is recorded");
    let again = library.load().expect("the next start finds it");
    let p = again.at("test.local", day("2020-01-01"), "").expect("in force");
    assert_eq!(p.table.by, ["item"]);
    assert_eq!(p.table.text(0, "note"), "pH \\ 7, \"warm\"");
    assert_eq!(p.unit(0, "limit"), "mg/L");
    assert!(p.source.contains("张三"), "{}", p.source);
    // The same again, or another file under the same name: nothing is overwritten.
    assert!(matches!(
        library.add("x.toml", &form().to_toml()),
        Err(Refused::Disk { .. })
    ));
    let other = Addition {
        division: "340100".into(),
        ..form()
    };
    let second = library
        .add(&form().file_name(), &other.to_toml())
        .expect("another division");
    assert_eq!(second.file, "added/test.local-nation-standard-2.toml");
}

#[test]
fn what_would_not_be_law_is_refused_and_leaves_nothing() {
    let dir = folder("refused");
    let library = Library::new(shipped(), Some(dir.clone()));
    let refused = |change: fn(&mut Addition)| {
        let mut f = form();
        change(&mut f);
        library.add("a.toml", &f.to_toml()).expect_err("refused").to_string()
    };
    assert!(refused(|f| f.clause.clear()).contains("no clause"));
    assert!(refused(|f| f.source.clear()).contains("source"));
    assert!(refused(|f| f.standard = "T 9".into()).contains("not a standard"));
    assert!(refused(|f| f.certainty = "sure".into()).contains("certain"));
    assert!(refused(|f| f.from = "2010/1/1".into()).contains("YYYY-MM-DD"));
    assert!(refused(|f| f.table = "item\tlimit\nnh3n\t0.5\ntp\t1\n".into()).contains("no unit"));
    assert!(refused(|f| f.table.clear()).contains("rows"));
    // Sound by itself, but another provision holds on these days already.
    let overlap = refused(|f| f.key = "test.limit".into());
    assert!(overlap.contains("overlap"), "{overlap}");
    let early = refused(|f| f.from = "1990-01-01".into());
    assert!(early.contains("outside the dates"), "{early}");
    assert!(!dir.exists() || std::fs::read_dir(&dir).expect("a folder").next().is_none());
}
