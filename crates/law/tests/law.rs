//! The loader, the resolver and the checker, on small laws written here.

use chrono::NaiveDate;
use figure::Certainty;
use law::{Law, LawError};

const HEAD_OLD: &str = r#"
[standard]
number = "S-1"
title_zh = "旧"
title_en = "old"
from = "2016-01-01"
to = "2026-02-28"
certainty = "certain"
source = "here"
checked = "2026-11-24"
"#;
const HEAD_NEW: &str = r#"
[standard]
number = "S-2"
title_zh = "新"
title_en = "new"
from = "2026-03-01"
replaces = ["S-1"]
certainty = "certain"
source = "here"
checked = "2026-11-24"
"#;
const ALSO: &str = r#"
[[standard.also]]
division = "340000"
from = "2015-01-01"
to = "2015-12-31"
certainty = "likely"
source = "order"
"#;

fn limit(value: &str, extra: &str) -> String {
    format!(
        "\n[[provision]]\nkey = \"a.limit\"\nclause = \"4\"\ncertainty = \"certain\"\ntitle_zh = \"限值\"\ntitle_en = \"limit\"\n\
         by = [\"item\"]\n{extra}\ntable = \"\"\"\nitem,limit,unit\npm,{value},ug/m3\nco,4.0,mg/m3\n\"\"\"\n"
    )
}

fn load(files: &[(&str, String)]) -> Result<Law, Vec<LawError>> {
    Law::load(files.iter().map(|(p, t)| (p.to_string(), t.clone())))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn two() -> Law {
    load(&[
        ("old.toml", format!("{HEAD_OLD}{ALSO}{}", limit("75", ""))),
        ("new.toml", format!("{HEAD_NEW}{}", limit("60", ""))),
    ])
    .unwrap()
}

#[test]
fn the_version_of_the_day_holds() {
    let law = two();
    let value = |d: &str, division: &str| {
        let p = law.at("a.limit", day(d), division).unwrap();
        p.table
            .decimal(p.table.row(&[("item", "pm")]).unwrap(), "limit")
            .unwrap()
            .to_string()
    };
    assert_eq!(value("2026-02-28", ""), "75");
    assert_eq!(value("2026-03-01", ""), "60");
    assert_eq!(value("2099-01-01", "340100"), "60");
    assert_eq!(value("2015-06-01", "340123"), "75");
    assert!(law.check().is_empty(), "{:?}", law.check());
    let p = law.at("a.limit", day("2015-06-01"), "340100").unwrap();
    assert_eq!(
        (p.certainty, p.division.as_str(), p.source.as_str()),
        (Certainty::Likely, "340000", "order")
    );
    let row = p.table.row(&[("item", "co")]).unwrap();
    assert_eq!(
        (
            p.unit(row, "limit"),
            p.table.decimal(row, "limit").unwrap().to_string().as_str()
        ),
        ("mg/m3", "4.0")
    );
}

#[test]
fn before_any_rule_it_says_so_and_does_not_guess() {
    let law = two();
    let e = law.at("a.limit", day("2015-06-01"), "110000").unwrap_err();
    assert!(
        e.to_string().contains("not in force on 2015-06-01") && e.reason.contains("2016-01-01"),
        "{e}"
    );
    let e = law.at("a.limit", day("2014-12-31"), "340100").unwrap_err();
    assert!(e.reason.contains("2015-01-01"), "{e}");
    assert!(
        law.at("a.nothing", day("2020-01-01"), "")
            .unwrap_err()
            .reason
            .contains("no such key")
    );
}

#[test]
fn the_nearest_division_decides() {
    let law = load(&[(
        "a.toml",
        format!(
            "{HEAD_OLD}{}{}{}",
            limit("75", ""),
            limit("50", "division = \"340000\""),
            limit("35", "division = \"340100\"")
        ),
    )])
    .unwrap();
    let value = |division: &str| {
        law.at("a.limit", day("2020-01-01"), division)
            .unwrap()
            .table
            .text(0, "limit")
            .to_string()
    };
    assert_eq!(
        [
            value(""),
            value("110000"),
            value("340200"),
            value("340100"),
            value("340123")
        ],
        ["75", "75", "50", "35", "35"]
    );
    assert_eq!(value("340100 340200"), "50"); // a group: what they have in common
    assert_eq!(value("340100 110000"), "75");
}

#[test]
fn a_gap_and_an_overlap_are_found() {
    let shorter = format!("{HEAD_OLD}{}", limit("75", "to = \"2026-01-31\""));
    let law = load(&[
        ("old.toml", shorter.clone()),
        ("new.toml", format!("{HEAD_NEW}{}", limit("60", ""))),
    ])
    .unwrap();
    let found: Vec<String> = law.check().iter().map(ToString::to_string).collect();
    assert!(
        found.len() == 1 && found[0].starts_with("new.toml:") && found[0].contains("gap"),
        "{found:?}"
    );

    let law = load(&[(
        "old.toml",
        format!("{HEAD_OLD}{}{}", limit("75", ""), limit("70", "from = \"2020-01-01\"")),
    )])
    .unwrap();
    assert!(law.check().iter().any(|p| p.message.contains("overlap")));

    // The successor forgot the key altogether.
    let law = load(&[
        ("old.toml", format!("{HEAD_OLD}{}", limit("75", ""))),
        ("new.toml", HEAD_NEW.to_string()),
    ])
    .unwrap();
    assert!(
        law.check()
            .iter()
            .any(|p| p.message.contains("although S-2 replaces S-1")),
        "{:?}",
        law.check()
    );
}

#[test]
fn dangling_references_are_found() {
    let law = load(&[("new.toml", HEAD_NEW.to_string())]).unwrap();
    assert!(
        law.check()[0]
            .message
            .contains("replaces `S-1`, which is not in the law")
    );
    let pointing = limit("60", "labels = [\"law_key\"]")
        .replace("item,limit,unit", "item,limit,unit,law_key")
        .replace("ug/m3", "ug/m3,no.such")
        .replace("mg/m3", "mg/m3,");
    let law = load(&[("old.toml", format!("{HEAD_OLD}{pointing}"))]).unwrap();
    assert!(law.check()[0].message.contains("no.such"));
    let late = format!("{HEAD_OLD}{}", limit("75", "to = \"2027-01-01\""));
    assert!(
        load(&[("old.toml", late)]).unwrap().check()[0]
            .message
            .contains("outside the dates")
    );
}

#[test]
fn what_a_number_needs_is_demanded_with_file_and_line() {
    let refused = |text: String, wanted: &str, line: usize| {
        let errors = load(&[("x.toml", text)]).unwrap_err();
        let e = &errors[0];
        assert!(e.message.contains(wanted), "{wanted}: {e}");
        assert_eq!((e.file.as_str(), e.line), ("x.toml", line), "{e}");
    };
    let good = format!("{HEAD_OLD}{}", limit("75", ""));
    assert!(load(&[("x.toml", good.clone())]).is_ok());
    refused(
        good.replace("clause = \"4\"\n", ""),
        "a value without a clause is refused",
        12,
    );
    refused(good.replace(",unit", ",u"), "have no unit", 12);
    refused(good.replace("ug/m3", "bushel"), "not a known unit", 12);
    refused(
        good.replace("title_en = \"limit\"", "title_en = \"\""),
        "title in both languages",
        12,
    );
    refused(
        good.replace("certainty = \"certain\"\ntitle_zh = \"限值\"", "title_zh = \"限值\""),
        "certainty",
        12,
    );
    refused(good.replace("checked = \"2026-11-24\"\n", ""), "checked", 2);
    refused(good.replace("2026-02-28", "2026-02-30"), "is not a date", 7);
    refused(good.replace("co,4.0", "pm,4.0"), "two rows for pm", 12);
    refused(good.replace("by = [\"item\"]", ""), "say in `by`", 12);
    refused(good.replace("pm,75,ug/m3", "pm,75"), "table row", 22);
    refused(good.replace("key = \"a.limit\"", "key = \"A limit\""), "not a key", 12);
    refused(good.replace("key = ", "kye = "), "kye", 13);
    let errors = load(&[("a.toml", good.clone()), ("b.toml", good)]).unwrap_err();
    assert!(errors[0].message.contains("already stands in a.toml"));
}

#[test]
fn the_difference_of_two_days_is_the_cells_that_changed() {
    let law = two();
    let changes = law.diff(day("2026-02-28"), day("2026-03-01"));
    assert_eq!(changes.len(), 1);
    let c = &changes[0].cells[0];
    assert_eq!(
        (changes[0].cells.len(), c.row.as_str(), c.column.as_str()),
        (1, "pm", "limit")
    );
    assert_eq!((c.before.as_deref(), c.after.as_deref()), (Some("75"), Some("60")));
    assert!(law.diff(day("2020-01-01"), day("2021-01-01")).is_empty());
    let json = serde_json::to_value(&changes).unwrap();
    assert_eq!(json[0]["after"]["standard"], "S-2");
}

#[test]
fn the_fingerprint_changes_with_any_byte() {
    let other = load(&[
        ("old.toml", format!("{HEAD_OLD}{ALSO}{}", limit("75", ""))),
        ("new.toml", format!("{HEAD_NEW}{}", limit("61", ""))),
    ])
    .unwrap();
    assert_eq!(two().fingerprint(), two().fingerprint());
    assert_ne!(two().fingerprint(), other.fingerprint());
    assert_eq!(two().fingerprint().len(), 64);
}

const MISSING: &str = r#"
[[missing]]
key = "a.other"
clause = "附录B"
title_zh = "另一限值"
title_en = "another limit"
why_zh = "文本未取得"
why_en = "the text was not had"
columns = ["item", "limit"]
"#;
const ADDITION: &str = r#"
[addition]
standard = "S-2"
source = "printed copy, page 3"
checked = "2026-11-25"
by = "someone"

[[provision]]
key = "a.other"
clause = "附录B"
certainty = "certain"
title_zh = "另一限值"
title_en = "another limit"
unit = "ug/m3"
values = { limit = 7 }
"#;

#[test]
fn what_is_not_recorded_says_so_until_an_addition_records_it() {
    let file = format!("{HEAD_NEW}{MISSING}");
    let before = load(&[("new.toml", file.clone())]).unwrap();
    let e = before.at("a.other", day("2026-03-01"), "340100").unwrap_err();
    assert_eq!(e.unrecorded.as_deref(), Some("S-2 附录B"));
    assert!(e.to_string().contains("cannot be said: provision not recorded"), "{e}");
    assert!(e.to_string().contains("文本未取得"), "{e}");
    assert_eq!(before.missing().count(), 1);
    // Before the standard held nothing is missing: it simply was not in force.
    let e = before.at("a.other", day("2026-02-28"), "340100").unwrap_err();
    assert_eq!(e.unrecorded, None);

    // The addition sorts first by its path and is still read after the standard it belongs to.
    let after = load(&[("add.toml", ADDITION.into()), ("new.toml", file)]).unwrap();
    let p = after.at("a.other", day("2026-03-01"), "340100").unwrap();
    assert_eq!((p.standard.number.as_str(), p.table.text(0, "limit")), ("S-2", "7"));
    assert_eq!(p.source, "printed copy, page 3 (someone)");
    assert_eq!((after.missing().count(), after.standards().len()), (0, 1));
    assert_eq!(after.unrecorded("a.other", day("2026-03-01"), ""), None);
}

#[test]
fn an_older_edition_under_the_same_key_does_not_fill_a_missing_newer_one() {
    let old = format!("{}{}", HEAD_OLD.replace("to = \"2026-02-28\"\n", ""), limit("75", ""));
    let new = HEAD_NEW.replace("replaces = [\"S-1\"]\n", "");
    let hole = MISSING.replace("a.other", "a.limit");
    let add = |standard: &str| ADDITION.replace("a.other", "a.limit").replace("S-2", standard);
    let load = |more: &[(&str, String)]| {
        let mut files = vec![("old.toml", old.clone()), ("new.toml", format!("{new}{hole}"))];
        files.extend_from_slice(more);
        load(&files).unwrap()
    };
    let law = load(&[]);
    let holds = |law: &Law| {
        law.at("a.limit", day("2026-05-01"), "340100")
            .unwrap()
            .standard
            .number
            .clone()
    };
    assert_eq!(holds(&law), "S-1");
    let beside = law.unrecorded("a.limit", day("2026-05-01"), "340100").unwrap();
    assert_eq!((beside.standard.number.as_str(), law.missing().count()), ("S-2", 1));
    assert_eq!(law.unrecorded("a.limit", day("2026-02-28"), "340100"), None);

    let law = load(&[("add.toml", add("S-2"))]);
    assert_eq!((holds(&law).as_str(), law.missing().count()), ("S-2", 0));
    let law = load(&[("add.toml", add("S-1"))]);
    assert_eq!(law.missing().count(), 1);
}

#[test]
fn an_addition_to_nothing_and_a_file_without_a_head_are_refused() {
    let e = load(&[("add.toml", ADDITION.into())]).unwrap_err();
    assert_eq!(
        e[0].to_string(),
        "add.toml:3: [addition] `S-2` is not a standard of the law loaded"
    );
    let e = load(&[("bare.toml", MISSING.into())]).unwrap_err();
    assert!(
        e[0].to_string().contains("begins with either [standard] or [addition]"),
        "{}",
        e[0]
    );
}
