//! Score cards: the worked examples, what is missing, what if, and the life of a result on both databases.

mod store;

use books::pack::{self, Packs, ScoreCard};
use books::score::points::{Act, What, accumulate};
use books::score::{self, Answer, Evaluation, Given, Subject, Way, evaluate, simulate};
use books::{Author, Books, Change, Error, Hash};
use figure::{Decimal, Explanation, Lang};
use law::Law;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use store::Store;

fn packs() -> Packs {
    let (packs, faults) = pack::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs")));
    assert_eq!(faults, vec![]);
    packs
}

fn law() -> Law {
    Law::load_dir(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../law"))).expect("the law")
}

fn subject() -> Subject {
    Subject {
        id: "E1".into(),
        division: "340800".into(),
        from: "2016-01-01".into(),
        to: "2016-12-31".into(),
    }
}

/// 92, 88, 75, 100, 100, 90, 100, 95: the example's points, by the card's rules.
fn form() -> Map<String, Value> {
    let form = json!({"emission": "92", "solid_waste": "100", "hazardous": "基本达标", "noise": "0", "siting": "符合", "rest": "95", "falsified": false});
    form.as_object().cloned().expect("an object")
}

fn answers() -> BTreeMap<String, Answer> {
    [
        ("risk".into(), Answer::value("85")),
        ("penalty".into(), Answer::value("0")),
    ]
    .into()
}

struct Case {
    packs: Packs,
    law: Law,
    form: Map<String, Value>,
    answers: BTreeMap<String, Answer>,
}

impl Case {
    fn new() -> Self {
        Self {
            packs: packs(),
            law: law(),
            form: form(),
            answers: answers(),
        }
    }

    fn card(&self) -> &ScoreCard {
        &self.packs.scores["credit/enterprise"]
    }

    fn run(&self) -> Evaluation {
        let subject = subject();
        evaluate(self.card(), &self.given(&subject)).expect("evaluated")
    }

    fn given<'a>(&'a self, subject: &'a Subject) -> Given<'a> {
        Given {
            law: &self.law,
            subject,
            form: &self.form,
            answers: &self.answers,
        }
    }
}

#[test]
fn the_example_gives_93_75_and_says_why() {
    let case = Case::new();
    let e = case.run();
    assert_eq!(e.points.as_deref(), Some("93.75"));
    // The card says 90 for the best grade, the law of the day and place 95: the law decides.
    assert_eq!(
        (e.grade.as_deref(), e.title.map(|t| t.zh).as_deref()),
        (Some("good"), Some("环保良好"))
    );
    let points: Vec<&str> = e.items.iter().filter_map(|i| i.points.as_deref()).collect();
    assert_eq!(points, ["92", "88", "75", "100", "100", "90", "100", "95"]);
    let lost: Vec<&str> = e.items.iter().filter_map(|i| i.lost.as_deref()).collect();
    assert_eq!(lost, ["1.2", "0.6", "1.25", "0", "0", "1", "0", "2.2"]);
    let tree = e.explanation.tree(Lang::Zh);
    for part in [
        "企业环境信用评价：93.75",
        "92 × 15%",
        "95 × 44% = 93.75",
        "85 ≥ 80 → 90",
        "credit.enterprise.items",
        "credit.enterprise.grades",
        "等级：环保良好",
    ] {
        assert!(tree.contains(part), "`{part}` in\n{tree}");
    }
}

#[test]
fn a_veto_decides_whatever_the_points() {
    let mut case = Case::new();
    case.form.insert("falsified".into(), true.into());
    let e = case.run();
    assert_eq!(
        (e.points.as_deref(), e.by_points.as_deref(), e.grade.as_deref()),
        (Some("93.75"), Some("good"), Some("bad"))
    );
    assert_eq!(e.vetoes.len(), 1);
    // Even without a total the last grade is certain.
    case.form.remove("rest");
    let e = case.run();
    assert_eq!((e.points, e.grade.as_deref()), (None, Some("bad")));
}

#[test]
fn what_is_not_known_gives_no_total_and_is_named() {
    let mut case = Case::new();
    case.answers.remove("risk");
    case.form.insert("hazardous".into(), "很好".into());
    let e = case.run();
    assert_eq!((e.points.clone(), e.grade.clone()), (None, None));
    assert_eq!(
        e.known,
        ("81.00".into(), "85".into()),
        "points of what is known, and its weight"
    );
    let tree = e.explanation.tree(Lang::Zh);
    assert!(tree.contains("缺数据") && tree.contains("“很好”不在可选的"), "{tree}");
}

#[test]
fn what_if_changes_only_what_it_changes_and_is_marked() {
    let case = Case::new();
    let subject = subject();
    let values = [("risk".to_string(), "96".to_string())].into();
    let s = simulate(case.card(), &case.given(&subject), &values).expect("simulated");
    assert_eq!(s.then.points.as_deref(), Some("94.75"));
    assert_eq!(s.difference.as_deref(), Some("1.00"));
    assert_eq!(s.changed, [("risk".into(), Some("90".into()), Some("100".into()))]);
    assert!(s.then.explanation.simulated && !s.now.explanation.simulated);
}

#[test]
fn the_total_is_rounded_once_half_to_even() {
    let mut case = Case::new();
    // 15 % of 92.1 and 92.3 are 13.815 and 13.845: totals 93.765 and 93.795.
    for (value, total) in [("92.1", "93.76"), ("92.3", "93.80")] {
        case.form.insert("emission".into(), value.into());
        assert_eq!(case.run().points.as_deref(), Some(total));
    }
}

#[test]
fn points_of_dishonest_acts_warn_and_restrict_within_their_period() {
    let law = law();
    let act = |day: &str, points: i64| Act {
        day: day.into(),
        points: Decimal::from_int(points),
    };
    let marks = |opened: &str, acts: &[Act]| {
        let marks = accumulate(&law, "credit.eia.points", "", opened, acts).expect("added up");
        marks
            .iter()
            .map(|m| (m.day.to_string(), m.what, m.until.map(|d| d.to_string())))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        marks(
            "2023-12-01",
            &[act("2024-01-10", 5), act("2024-03-02", 5), act("2024-11-20", 10)]
        ),
        [
            ("2024-03-02".into(), What::Warning, None),
            ("2024-11-20".into(), What::Restriction, Some("2025-05-20".into()))
        ]
    );
    assert_eq!(
        marks("2022-12-01", &[act("2023-11-30", 10), act("2023-12-02", 10)]),
        [
            ("2023-11-30".into(), What::Warning, None),
            ("2023-12-02".into(), What::Warning, None)
        ]
    );
    // The period starts anew with the list: ten points more are a warning, not a second restriction.
    assert_eq!(
        marks("2023-12-01", &[act("2024-01-10", 20), act("2024-06-01", 10)]).last(),
        Some(&("2024-06-01".into(), What::Warning, None))
    );
    assert!(accumulate(&law, "credit.eia.points", "", "2024-01-01", &[act("2023-12-31", 1)]).is_err());
}

fn who() -> Author {
    Author::new("评价员", "年度评价")
}

#[tokio::test]
async fn penalties_are_counted_and_each_lost_point_names_its_case() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let mut case = Case::new();
        let penalty = |id: &str, enterprise: &str, decided: &str, state: &str| {
            let body =
                json!({"enterprise": enterprise, "decided": decided, "_state": state, "name": format!("处罚{id}")});
            Change::at("case:credit/penalty", id, "open", 0, body)
        };
        let cases = vec![
            penalty("1", "E1", "2016-12-31 17:30", "closed"),
            penalty("2", "E1", "2017-01-01", "closed"),
            penalty("3", "E1", "2016-06-01", "open"),
            penalty("4", "E2", "2016-06-01", "closed"),
        ];
        books.put(who(), cases).await.expect("entered");
        let subject = subject();
        let counts = score::counts(&books, case.card(), &subject).await.expect("counted");
        assert_eq!(
            counts["penalty"].value.as_deref(),
            Some("1"),
            "within the period, closed, of this enterprise"
        );
        case.answers.extend(counts);
        let e = case.run();
        assert_eq!(e.points.as_deref(), Some("78.75"));
        let item = e
            .explanation
            .inputs
            .iter()
            .find(|i| i.title.zh == "行政处罚")
            .expect("the item");
        let named: Vec<&Explanation> = item.inputs.iter().collect();
        assert_eq!(named[0].reference.as_deref(), Some("case:credit/penalty/1"));
        let asked = score::questions(case.card());
        assert_eq!((asked.len(), asked[0].id.as_str()), (1, "risk"));
    }
}

#[tokio::test]
async fn a_result_is_shown_contested_and_corrected_and_keeps_its_history() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let mut case = Case::new();
        let (card, law) = (case.card().clone(), law());
        let id = score::id("E1", "2016-01-01", "2016-12-31");
        let full = case.form.clone();
        case.form.remove("rest");
        score::keep(&books, &card, &law, &case.run(), who())
            .await
            .expect("kept");
        let early = score::publish(&books, &card, &id, 1, who())
            .await
            .expect_err("no grade")
            .words()
            .zh;
        assert!(early.contains("没有等级"), "{early}");
        case.form = full;
        let first = case.run();
        score::keep(&books, &card, &law, &first, who())
            .await
            .expect("kept again");
        assert!(matches!(
            score::publish(&books, &card, &id, 1, who()).await,
            Err(Error::Conflict { .. })
        ));
        score::publish(&books, &card, &id, 2, who()).await.expect("notice");
        assert!(
            score::keep(&books, &card, &law, &first, who()).await.is_err(),
            "what is shown is not overwritten"
        );
        let none = score::contest(&books, &card, &id, Way::Appeal, "YY-1", who()).await;
        assert!(matches!(none, Err(Error::Missing { .. })), "an appeal names its case");
        books
            .put(
                who(),
                vec![Change::at(
                    "case:credit/appeal",
                    "YY-1",
                    "open",
                    0,
                    json!({"name": "异议"}),
                )],
            )
            .await
            .expect("opened");
        score::contest(&books, &card, &id, Way::Appeal, "YY-1", who())
            .await
            .expect("contested");
        assert!(
            score::publish(&books, &card, &id, 4, who()).await.is_err(),
            "an open appeal holds it up"
        );
        case.answers.insert("risk".into(), Answer::value("96"));
        let better = case.run();
        let mut other = better.clone();
        other.subject.id = "E2".into();
        assert!(
            score::settle(&books, &card, &law, &id, 4, Some(&other), who())
                .await
                .is_err(),
            "of another subject"
        );
        score::settle(
            &books,
            &card,
            &law,
            &id,
            4,
            Some(&better),
            Author::new("复核员", "补交材料属实"),
        )
        .await
        .expect("settled");
        score::publish(&books, &card, &id, 5, who()).await.expect("published");
        let steps = score::history(&books, &card, &id).await.expect("history");
        let seen: Vec<(&str, &str, &str)> = steps
            .iter()
            .map(|s| (s.kind.as_str(), s.state.as_str(), s.points.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("evaluate", "draft", ""),
                ("evaluate", "draft", "93.75"),
                ("notice", "notice", "93.75"),
                ("appeal", "notice", "93.75"),
                ("settle", "notice", "94.75"),
                ("publish", "published", "94.75"),
            ]
        );
        let doc = books.get(&card.room(), &id).await.expect("asked").expect("there");
        let kept: Explanation = serde_json::from_value(doc.body["explanation"].clone()).expect("an explanation");
        assert_eq!(kept, better.explanation, "the tree comes back as it was");
        assert_eq!(
            (doc.text("_owner"), doc.text("_division"), doc.text("law")),
            ("E1", "340800", law.fingerprint())
        );
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[test]
fn a_card_that_does_not_add_up_is_named_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = |sub: &str, name: &str, text: &str| {
        let dir = folder.path().join(sub);
        std::fs::create_dir_all(&dir).expect("made");
        std::fs::write(dir.join(name), text).expect("written");
    };
    let at = |path: &str| {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs").join(path)).expect("read")
    };
    copy("rights", "pack.toml", &at("rights/pack.toml"));
    copy(
        "rights/registers",
        "enterprise.toml",
        &at("rights/registers/enterprise.toml"),
    );
    copy("t", "pack.toml", &at("credit/pack.toml"));
    let card = r#"title = { zh = "甲" }
subject = "rights/enterprise"
certainty = "certain"
digits = 1
item = [
  { id = "a", title = { zh = "甲" }, weight = "60" },
  { id = "b", title = { zh = "乙" }, weight = "30" },
  { id = "c", parent = "d", title = { zh = "丙" }, weight = "一百" },
  { id = "d", parent = "c", title = { zh = "丁" }, weight = "100" },
]
band = [{ id = "x", title = { zh = "好" }, from = "0" }]
"#;
    copy("t/scores", "card.toml", card);
    let (_, faults) = pack::load(folder.path());
    let seen: Vec<String> = faults
        .iter()
        .map(|f| format!("{}:{} {}", f.file, f.line, f.words.zh))
        .collect();
    for part in [
        "t/scores/card.toml:6 同级权重合计 90%",
        "card.toml:8 “一百”不是数字",
        "card.toml:8 指标“c”的上级成环",
    ] {
        assert!(seen.iter().any(|s| s.contains(part)), "`{part}` in {seen:#?}");
    }
}
