//! Cases: worked examples of the law's terms, who may do what, two at once, hand-over, reminders.

#[macro_use]
mod case;
mod store;

use books::procedure::{HandOver, Take, TermState, calendar, hand_over, moves_for, notices, remind, take_many};
use books::{Author, Error, Scope};
use case::{Office, day, files, id, none, own, person, wish};
use serde_json::json;
use store::Store;

const PENALTY: &str = "t/penalty";
const PETITION: &str = "t/petition";

clock!(worked);

/// The worked examples of the penalty procedure and of petitions, and working days over a Spring Festival.
#[tokio::test]
async fn terms_end_when_the_law_says() {
    for store in Store::both() {
        worked::set("2024-05-14");
        let o = Office::open(&store.url, own(), worked::now).await;
        let a = id(&o
            .go("甲", "handler", PENALTY, None, "find", json!({"name": "超标排放"}))
            .await
            .expect("opened"));
        assert_eq!(a, "CF-2024-000001");
        assert_eq!(o.by(PENALTY, &a, "filing", "2024-05-14").await, "2024-05-29");
        worked::set("2024-05-29");
        o.go("甲", "handler", PENALTY, Some(&a), "file", none())
            .await
            .expect("filed");
        let filing = o.term(PENALTY, &a, "filing", "2024-05-29").await;
        assert_eq!(
            (filing.state, filing.done),
            (TermState::Met, Some(day("2024-05-29"))),
            "the last day is in time"
        );
        assert_eq!(o.by(PENALTY, &a, "decision", "2024-05-29").await, "2024-08-27");
        worked::set("2024-06-05");
        let served = json!({"notice_served": "2024-06-05", "hearing_day": "2024-06-28"});
        o.go("甲", "handler", PENALTY, Some(&a), "notice", served)
            .await
            .expect("told");
        let request = o.term(PENALTY, &a, "hearing_request", "2024-06-05").await;
        assert_eq!(
            request.by,
            Some(day("2024-06-13")),
            "five working days over the Dragon Boat holiday"
        );
        assert_eq!((request.count.as_str(), request.days_left), ("working", Some(5)));
        assert!(request.basis.contains("行政处罚法第六十四条"), "{}", request.basis);
        // Seven working days back from Friday 2024-06-28.
        assert_eq!(o.by(PENALTY, &a, "hearing_notice", "2024-06-05").await, "2024-06-19");
        for (times, by) in [(1, "2024-09-26"), (2, "2024-10-26")] {
            o.go("乙", "leader", PENALTY, Some(&a), "extend", none())
                .await
                .expect("extended");
            let term = o.term(PENALTY, &a, "decision", "2024-06-05").await;
            assert_eq!((term.extended, term.by), (times, Some(day(by))));
        }
        let third = o
            .go("乙", "leader", PENALTY, Some(&a), "extend", none())
            .await
            .expect_err("two at most");
        assert!(third.words().zh.contains("最多延长2次"), "{third:?}");

        worked::set("2024-06-03");
        // The clock of the machine went back: the books' time did not.
        let b = id(&o
            .go(
                "甲",
                "handler",
                PETITION,
                None,
                "receive",
                json!({"name": "噪声", "division": "340104"}),
            )
            .await
            .expect("opened"));
        assert_eq!(o.case(PETITION, &b).await.steps[0].day, day("2024-06-05"));
        assert_eq!(o.books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

clock!(petition);

#[tokio::test]
async fn petitions_and_working_days() {
    for store in Store::both() {
        petition::set("2024-06-03");
        let o = Office::open(&store.url, own(), petition::now).await;
        let b = id(&o
            .go(
                "甲",
                "handler",
                PETITION,
                None,
                "receive",
                json!({"name": "噪声", "division": "340104"}),
            )
            .await
            .expect("opened"));
        assert_eq!(o.by(PETITION, &b, "register", "2024-06-03").await, "2024-06-18");
        let hotline = o.term(PETITION, &b, "hotline", "2024-06-03").await;
        assert_eq!((hotline.by, hotline.state), (None, TermState::Running));
        assert!(
            hotline.why.expect("a reason").zh.contains("热线工单"),
            "a term that is not recorded says so"
        );
        petition::set("2024-06-10");
        o.go("甲", "handler", PETITION, Some(&b), "accept", none())
            .await
            .expect("accepted");
        assert_eq!(o.by(PETITION, &b, "close", "2024-06-10").await, "2024-08-09");
        o.go("乙", "leader", PETITION, Some(&b), "extend", none())
            .await
            .expect("extended");
        assert_eq!(o.by(PETITION, &b, "close", "2024-06-10").await, "2024-09-08");
        let late = o.term(PETITION, &b, "close", "2024-09-10").await;
        assert_eq!(
            (late.state, late.light.as_deref(), late.days_left),
            (TermState::Missed, Some("red"), Some(-2))
        );

        petition::set("2026-02-13");
        let c = id(&o
            .go("甲", "handler", PENALTY, None, "find", json!({"name": "春节"}))
            .await
            .expect("opened"));
        o.go("甲", "handler", PENALTY, Some(&c), "file", none())
            .await
            .expect("filed");
        o.go(
            "甲",
            "handler",
            PENALTY,
            Some(&c),
            "notice",
            json!({"notice_served": "2026-02-13"}),
        )
        .await
        .expect("told");
        assert_eq!(o.by(PENALTY, &c, "statement", "2026-02-13").await, "2026-02-27");
        petition::set("2026-12-18");
        let wish = Take {
            files: files("decision", "决定书.pdf", b"x"),
            ..wish("leader", PENALTY, Some(&c), "decide", json!({"fine": "100"}))
        };
        o.take("乙", wish).await.expect("decided");
        let payment = o.term(PENALTY, &c, "payment", "2026-12-18").await;
        assert_eq!(
            (payment.by, payment.provisional),
            (Some(day("2027-01-02")), true),
            "no calendar of 2027: provisional"
        );
    }
}

clock!(stops);

/// Time in a suspending state is taken out of terms, except of those that run on.
#[tokio::test]
async fn a_hearing_stops_the_clock() {
    for store in Store::both() {
        stops::set("2024-05-29");
        let o = Office::open(&store.url, own(), stops::now).await;
        let a = id(&o
            .go("甲", "handler", PENALTY, None, "find", json!({"name": "超标"}))
            .await
            .expect("opened"));
        o.go("甲", "handler", PENALTY, Some(&a), "file", none())
            .await
            .expect("filed");
        stops::set("2024-06-10");
        o.go("甲", "handler", PENALTY, Some(&a), "hear", none())
            .await
            .expect("hearing");
        let during = o.term(PENALTY, &a, "decision", "2024-06-15").await;
        assert_eq!((during.state, during.light), (TermState::Suspended, None));
        stops::set("2024-06-20");
        o.go("甲", "handler", PENALTY, Some(&a), "heard", none())
            .await
            .expect("heard");
        // 06-11 to 06-20 are ten days; 2024-08-27 and ten days.
        assert_eq!(o.by(PENALTY, &a, "decision", "2024-06-20").await, "2024-09-06");
        assert_eq!(
            o.term(PENALTY, &a, "decision", "2024-07-01").await.light.as_deref(),
            Some("green")
        );
    }
}

clock!(rules);

#[tokio::test]
async fn what_a_move_needs_is_said_when_it_is_missing() {
    for store in Store::both() {
        rules::set("2024-05-14");
        let o = Office::open(&store.url, own(), rules::now).await;
        let refused = |r: books::Result<Vec<books::Event>>| r.expect_err("refused").words().zh;
        assert!(refused(o.go("甲", "public", PENALTY, None, "find", json!({"name": "x"})).await).contains("handler"));
        assert!(refused(o.go("甲", "handler", PENALTY, None, "find", none()).await).contains("案由"));
        assert!(refused(o.go("甲", "handler", PENALTY, None, "file", none()).await).contains("已有案件"));
        assert!(
            refused(
                o.go(
                    "甲",
                    "handler",
                    PENALTY,
                    None,
                    "find",
                    json!({"name": "x", "fine": "1"})
                )
                .await
            )
            .contains("不能修改“罚款”")
        );
        assert!(
            refused(
                o.go(
                    "甲",
                    "handler",
                    PENALTY,
                    None,
                    "find",
                    json!({"name": "x", "colour": "1"})
                )
                .await
            )
            .contains("colour")
        );
        assert!(refused(o.go("甲", "handler", "t/nothing", None, "find", none()).await).contains("没有办理流程"));
        assert!(
            refused(
                o.go("甲", "handler", PENALTY, Some("CF-2024-000009"), "file", none())
                    .await
            )
            .contains("CF-2024-000009")
        );
        let a = id(&o
            .go("甲", "handler", PENALTY, None, "find", json!({"name": "x"}))
            .await
            .expect("opened"));
        assert!(
            refused(
                o.go("甲", "leader", PENALTY, Some(&a), "decide", json!({"fine": "1"}))
                    .await
            )
            .contains("现为“线索”")
        );
        o.go("甲", "handler", PENALTY, Some(&a), "file", none())
            .await
            .expect("filed");
        assert!(
            refused(
                o.go(
                    "甲",
                    "handler",
                    PENALTY,
                    Some(&a),
                    "notice",
                    json!({"notice_served": "2024-13-01"})
                )
                .await
            )
            .contains("2024-13-01")
        );
        // Four eyes: who filed does not decide.
        let with = |who: &str, files| {
            (
                who.to_string(),
                Take {
                    files,
                    ..wish("leader", PENALTY, Some(&a), "decide", json!({"fine": "1000.50"}))
                },
            )
        };
        let (who, take) = with("甲", files("decision", "决定书.pdf", b"x"));
        assert!(refused(o.take(&who, take).await).contains("须由他人办理"));
        let offers = moves_for(
            &o.packs.procedures[PENALTY],
            Some(&o.case(PENALTY, &a).await),
            &person("leader"),
            "甲",
        );
        let decide = offers.iter().find(|f| f.id == "decide").expect("offered");
        assert!(
            decide.not.as_ref().is_some_and(|t| t.zh.contains("他人")) && decide.missing == ["fine"],
            "{decide:?}"
        );
        assert!(
            !offers.iter().any(|f| f.id == "notice"),
            "what the role may not is not offered"
        );
        let (who, take) = with("乙", Default::default());
        assert!(refused(o.take(&who, take).await).contains("缺少材料“决定书”"));
        let (who, mut take) = with("乙", files("decision", "决定书.pdf", b"x"));
        take.files.get_mut("decision").expect("it")[0].hash = "../../etc/passwd".into();
        assert!(refused(o.take(&who, take).await).contains("摘要值"));
        let (who, mut take) = with("乙", files("decision", "决定书.pdf", b"x"));
        take.on = Some(day("2024-05-15"));
        assert!(refused(o.take(&who, take.clone()).await).contains("不能晚于今天"));
        take.on = Some(day("2024-05-13"));
        assert!(refused(o.take(&who, take.clone()).await).contains("不能早于上一步"));
        take.on = None;
        o.take(&who, take).await.expect("decided");
        let extend = books::procedure::take(
            &o.books,
            &o.packs,
            &o.law,
            wish("leader", PENALTY, Some(&a), "extend", none()),
            Author::new("乙", ""),
        )
        .await;
        assert!(extend.is_err(), "decided: no longer to extend, and no reason");
        // The set field, and the end: no term runs.
        o.go("甲", "handler", PENALTY, Some(&a), "close", json!({"late_days": "0"}))
            .await
            .expect("closed");
        let closed = o.case(PENALTY, &a).await;
        assert_eq!(
            (closed.state(), closed.text("closing").as_str(), closed.doc.int("_due")),
            ("closed", "已履行", None)
        );
    }
}

clock!(two);

#[tokio::test]
async fn two_at_once_and_the_same_key_twice() {
    for store in Store::both() {
        two::set("2024-05-14");
        let o = std::sync::Arc::new(Office::open(&store.url, own(), two::now).await);
        let opened = (0..40).map(|i| {
            let o = o.clone();
            tokio::spawn(async move {
                o.go(
                    "甲",
                    "handler",
                    PENALTY,
                    None,
                    "find",
                    json!({"name": format!("案{i}")}),
                )
                .await
                .expect("opened")[0]
                    .id
                    .clone()
            })
        });
        let mut ids = vec![];
        for task in opened {
            ids.push(task.await.expect("ends"));
        }
        ids.sort();
        let wanted: Vec<String> = (1..=40).map(|i| format!("CF-2024-{i:06}")).collect();
        assert_eq!(ids, wanted, "numbers without gap and without repetition");
        // Two read version 1; one wins, the other is told what stands.
        let both = ["甲", "乙"].map(|who| {
            let (o, a) = (o.clone(), ids[0].clone());
            tokio::spawn(async move {
                o.take(
                    who,
                    Take {
                        expect: Some(1),
                        ..wish("handler", PENALTY, Some(&a), "file", none())
                    },
                )
                .await
            })
        });
        let mut results = vec![];
        for task in both {
            results.push(task.await.expect("ends"));
        }
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
        let lost = results.into_iter().find_map(Result::err).expect("one lost");
        assert!(matches!(lost, Error::Conflict { read: 1, now: 2, .. }), "{lost:?}");
        // A repeated request opens one case.
        let mut made = vec![];
        for _ in 0..3 {
            let author = Author::new("甲", "").request("key-1");
            made.push(id(&books::procedure::take(
                &o.books,
                &o.packs,
                &o.law,
                wish("handler", PENALTY, None, "find", json!({"name": "重复"})),
                author,
            )
            .await
            .expect("opened")));
        }
        assert!(made.iter().all(|m| *m == "CF-2024-000041"), "{made:?}");
        // Many at once: each for itself.
        let cases = [(ids[0].clone(), None), (ids[1].clone(), None)];
        let common = wish("handler", PENALTY, None, "close", none());
        let done = take_many(&o.books, &o.packs, &o.law, &cases, &common, &Author::new("甲", ""))
            .await
            .expect("taken");
        assert!(done.iter().all(|(_, r)| r.is_err()), "neither is decided");
        let one_by_one = wish("handler", PENALTY, None, "file", none());
        assert!(
            take_many(&o.books, &o.packs, &o.law, &cases, &one_by_one, &Author::new("甲", ""))
                .await
                .is_err(),
            "not for many"
        );
    }
}

clock!(reminded);

#[tokio::test]
async fn reminders_come_once_escalate_and_go() {
    for store in Store::both() {
        reminded::set("2024-05-14");
        let o = Office::open(&store.url, own(), reminded::now).await;
        let a = id(&o
            .go(
                "甲",
                "handler",
                PENALTY,
                None,
                "find",
                json!({"name": "超标", "division": "340104"}),
            )
            .await
            .expect("opened"));
        let system = Author::new("system:reminders", "");
        let round = || remind(&o.books, &o.packs, &o.law, &system);
        let hefei = Scope {
            divisions: vec!["3401".into()],
            ..Scope::default()
        };
        let told = |role: &'static str, scope: Scope| {
            let books = o.books.clone();
            async move {
                notices(&books, &[role.to_string()], &scope)
                    .await
                    .expect("asked")
                    .iter()
                    .map(|n| format!("{} {}", n.text("kind"), n.text("by")))
                    .collect::<Vec<_>>()
            }
        };
        assert_eq!(round().await.expect("done").len(), 0, "fifteen days left: nothing yet");
        reminded::set("2024-05-25");
        assert_eq!(round().await.expect("done").len(), 1);
        assert_eq!(round().await.expect("done").len(), 0, "said once");
        assert_eq!(told("handler", hefei.clone()).await, ["near 2024-05-29"]);
        assert_eq!(
            told(
                "handler",
                Scope {
                    divisions: vec!["3402".into()],
                    ..Scope::default()
                }
            )
            .await,
            Vec::<String>::new()
        );
        assert_eq!(
            told("leader", hefei.clone()).await,
            Vec::<String>::new(),
            "not yet escalated"
        );
        let list = calendar(
            &o.books,
            &o.packs,
            &o.law,
            &hefei,
            (day("2024-05-20"), day("2024-05-31")),
            day("2024-05-25"),
        )
        .await
        .expect("asked");
        assert_eq!(
            list.iter()
                .map(|e| (e.case.as_str(), e.term.id.as_str()))
                .collect::<Vec<_>>(),
            [(a.as_str(), "filing")]
        );
        reminded::set("2024-05-30");
        assert_eq!(round().await.expect("done").len(), 1);
        assert_eq!(told("leader", hefei.clone()).await, ["missed 2024-05-29"]);
        // Missed and still to be done: it stays in this week's calendar.
        let list = calendar(
            &o.books,
            &o.packs,
            &o.law,
            &hefei,
            (day("2024-05-30"), day("2024-06-05")),
            day("2024-05-30"),
        )
        .await
        .expect("asked");
        assert_eq!(list.len(), 1);
        o.go("甲", "handler", PENALTY, Some(&a), "file", none())
            .await
            .expect("filed, late");
        assert_eq!(o.term(PENALTY, &a, "filing", "2024-05-30").await.state, TermState::Late);
        assert_eq!(
            told("leader", hefei).await,
            Vec::<String>::new(),
            "done: the notice is gone"
        );
        assert_eq!(o.books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

clock!(handed);

#[tokio::test]
async fn a_case_is_handed_to_another_division() {
    for store in Store::both() {
        handed::set("2024-05-14");
        let o = Office::open(&store.url, own(), handed::now).await;
        let mut county = person("handler");
        county.scope = Scope {
            divisions: vec!["340104".into()],
            ..Scope::default()
        };
        let mut opening = wish(
            "handler",
            PETITION,
            None,
            "receive",
            json!({"name": "跨区", "division": "340102"}),
        );
        opening.person = county.clone();
        assert!(
            matches!(o.take("甲", opening.clone()).await, Err(Error::Forbidden(_))),
            "not for another county"
        );
        opening.fields.insert("division".into(), "340104".into());
        let a = id(&o.take("甲", opening).await.expect("opened"));
        let hand = |to: &str, person: &books::procedure::Person| HandOver {
            procedure: PETITION.into(),
            case: a.clone(),
            expect: None,
            to: to.into(),
            person: person.clone(),
        };
        let go = |h: HandOver, why: &str| hand_over(&o.books, &o.packs, &o.law, h, Author::new("甲", why));
        assert!(go(hand("340102", &county), "").await.is_err(), "no reason");
        assert!(go(hand("巢湖", &county), "属地").await.is_err(), "no division");
        go(hand("340102", &county), "属地管辖").await.expect("handed over");
        let case = o.case(PETITION, &a).await;
        assert_eq!(
            (case.doc.text("_division"), case.text("division").as_str()),
            ("340102", "340102")
        );
        assert_eq!(case.doc.body["_hands"]["1"]["from"], "340104");
        let mut back = wish("handler", PETITION, Some(&a), "accept", none());
        back.person = county.clone();
        assert!(
            matches!(o.take("甲", back).await, Err(Error::Forbidden(_))),
            "no longer theirs"
        );
        assert!(matches!(
            go(hand("340104", &county), "要回").await,
            Err(Error::Forbidden(_))
        ));
    }
}

clock!(read);

/// Fields are read like those of registers; links lead somewhere; a function's answer is kept with the move.
#[tokio::test]
async fn fields_links_and_questions() {
    for store in Store::both() {
        read::set("2024-05-14");
        let o = Office::open(&store.url, own(), read::now).await;
        let refused = |r: books::Result<Vec<books::Event>>| r.expect_err("refused").words().zh;
        let orphan = json!({"name": "x", "from_petition": "XF-2024-000009"});
        assert!(refused(o.go("甲", "handler", PENALTY, None, "find", orphan).await).contains("XF-2024-000009"));
        let formula = json!({"name": "=cmd()"});
        assert!(refused(o.go("甲", "handler", PENALTY, None, "find", formula).await).contains("公式"));
        let from = id(&o
            .go(
                "甲",
                "handler",
                PETITION,
                None,
                "receive",
                json!({"name": "臭味", "division": "340104"}),
            )
            .await
            .expect("opened"));
        let a = id(&o
            .go(
                "甲",
                "handler",
                PENALTY,
                None,
                "find",
                json!({"name": "x", "from_petition": from}),
            )
            .await
            .expect("opened"));
        assert_eq!(
            o.case(PENALTY, &a).await.text("kind"),
            "普通程序",
            "the default of a field"
        );
        o.go("甲", "handler", PENALTY, Some(&a), "file", none())
            .await
            .expect("filed");
        let take = Take {
            files: files("decision", "决定书.pdf", b"x"),
            ..wish("leader", PENALTY, Some(&a), "decide", json!({"fine": "２００，０００"}))
        };
        o.take("乙", take).await.expect("decided");
        assert_eq!(o.case(PENALTY, &a).await.text("fine"), "200000");
        // Without the days late the question has no answer; with them, 3 % a day, never above the fine.
        assert!(refused(o.go("甲", "handler", PENALTY, Some(&a), "close", none()).await).contains("basis.surcharge"));
        o.go("甲", "handler", PENALTY, Some(&a), "close", json!({"late_days": "40"}))
            .await
            .expect("closed");
        let case = o.case(PENALTY, &a).await;
        assert_eq!(
            (case.text("surcharge").as_str(), case.text("capped").as_str()),
            ("200000", "yes")
        );
        assert_eq!(case.steps.last().expect("closed").fields["surcharge"], "200000");
    }
}
