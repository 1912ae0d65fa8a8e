//! The verifiable draw on both databases: frozen, revealed, replaced, recomputed; every hand in it is found.

mod store;

use books::draw::{self, Beacon, Input, Unit};
use books::{Author, Books, Hash};
use std::collections::{BTreeMap, BTreeSet};
use store::Store;

fn input() -> Input {
    let unit = |i: usize| Unit {
        id: format!("U{i:02}"),
        stratum: if i < 12 { "一般" } else { "重点" }.into(),
        weight: if i.is_multiple_of(3) { 2 } else { 1 },
    };
    Input {
        title: "第三季度双随机抽查".into(),
        rule: "2026-1".into(),
        beacon: "冻结后首个发布的合肥市空气质量小时值".into(),
        units: (0..20).map(unit).collect(),
        wanted: [("一般".into(), 3), ("重点".into(), 4)].into(),
        officers: ["甲", "乙", "丙", "丁"].map(String::from).to_vec(),
        each: 2,
        most: Some(6),
        avoid: vec![("甲".into(), "U12".into()), ("乙".into(), "U13".into())],
    }
}

fn who(reason: &str) -> Author {
    Author::new("执法处", reason)
}

#[test]
fn the_same_input_gives_the_same_result_and_strata_pairs_and_loads_hold() {
    let input = input();
    let mut results = BTreeSet::new();
    for beacon in 0..200 {
        let beacon = format!("PM2.5={beacon}");
        let picks = draw::draw(&input, &beacon, &[]).expect("drawn");
        assert_eq!(picks, draw::draw(&input, &beacon, &[]).expect("drawn"));
        let units: BTreeSet<&str> = picks.iter().map(|p| p.unit.as_str()).collect();
        assert_eq!((picks.len(), units.len()), (7, 7), "no unit twice");
        assert_eq!(picks.iter().filter(|p| p.stratum == "重点").count(), 4);
        let mut load: BTreeMap<&str, usize> = BTreeMap::new();
        for pick in &picks {
            assert_eq!(pick.officers.len(), 2);
            for officer in &pick.officers {
                *load.entry(officer).or_default() += 1;
                assert!(!input.avoid.contains(&(officer.clone(), pick.unit.clone())));
            }
        }
        assert!(load.values().all(|n| *n <= 6), "{load:?}");
        results.insert(picks.into_iter().map(|p| p.unit).collect::<Vec<_>>());
    }
    assert!(results.len() > 190, "another beacon, another result: {}", results.len());
}

/// Recomputed by another program (Python: hashlib, hmac, whole numbers) from the rule in the module's words.
#[test]
fn the_result_is_the_one_that_anyone_computes() {
    let input = input();
    assert_eq!(
        draw::input_hash(&input),
        include_str!("data/draw.txt").lines().next().unwrap_or("")
    );
    let picks = draw::draw(&input, "PM2.5=35", &[]).expect("drawn");
    let lines: Vec<String> = picks
        .iter()
        .map(|p| format!("{} {} {}", p.place, p.unit, p.officers.join(" ")))
        .collect();
    let expected: Vec<&str> = include_str!("data/draw.txt").lines().skip(1).collect();
    assert_eq!(lines, expected);
}

#[test]
fn weight_two_is_drawn_first_about_twice_as_often() {
    let unit = |id: &str, weight| Unit {
        id: id.into(),
        stratum: "s".into(),
        weight,
    };
    let mut input = input();
    input.units = vec![unit("a", 2), unit("b", 1)];
    input.wanted = [("s".into(), 1)].into();
    input.avoid.clear();
    let first = (0..3000)
        .filter(|i| draw::draw(&input, &i.to_string(), &[]).expect("drawn")[0].unit == "a")
        .count();
    // 2000 expected, standard deviation 26; the beacons are fixed, so the count is too.
    assert!((1900..2100).contains(&first), "{first}");
}

#[tokio::test]
async fn a_draw_is_frozen_before_the_beacon_and_every_hand_in_it_is_found() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let mut broken = input();
        broken.wanted.insert("重点".into(), 9);
        assert!(
            draw::freeze(&books, "d", &broken, "340000", who("")).await.is_err(),
            "more wanted than there are"
        );
        let frozen = draw::freeze(&books, "d", &input(), "340000", who(""))
            .await
            .expect("frozen")[0]
            .at;
        assert!(
            draw::freeze(&books, "d", &input(), "340000", who("")).await.is_err(),
            "frozen once"
        );
        let beacon = |at| Beacon {
            value: "PM2.5=35".into(),
            source: "https://air.cnemc.cn:18007/".into(),
            at,
        };
        let old = draw::reveal(&books, "d", beacon(frozen), who(""))
            .await
            .expect_err("too old")
            .words()
            .zh;
        assert!(old.contains("冻结之后"), "{old}");
        // The beacon must lie between the freeze and now.
        while books::machine_clock() <= frozen + 1 {
            std::hint::spin_loop();
        }
        draw::reveal(&books, "d", beacon(frozen + 1), who(""))
            .await
            .expect("drawn");
        assert!(
            draw::reveal(&books, "d", beacon(frozen + 1), who("")).await.is_err(),
            "drawn once"
        );
        let doc = || async { books.get(draw::ROOM, "d").await.expect("asked").expect("there") };
        assert_eq!(draw::verify(&doc().await), vec![]);
        let first = doc().await.body["picks"][0]["unit"]
            .as_str()
            .expect("a unit")
            .to_string();
        assert!(
            draw::replace(&books, "d", &first, who(" ")).await.is_err(),
            "without a reason"
        );
        draw::replace(&books, "d", &first, who("已停产"))
            .await
            .expect("replaced");
        let after = doc().await;
        assert_eq!(after.body["replaced"][0]["reason"], "已停产");
        assert!(!after.body["picks"].to_string().contains(&first));
        assert_eq!(draw::verify(&after), vec![]);
        for (member, value) in [("input", "{}"), ("seed", "00"), ("input_hash", "00")] {
            let mut wrong = after.clone();
            wrong.body[member] = value.into();
            assert_ne!(draw::verify(&wrong), vec![], "{member}");
        }
        let mut wrong = after.clone();
        wrong.body["picks"][1]["unit"] = "U99".into();
        assert_eq!(draw::verify(&wrong).len(), 1);
        let mut wrong = after.clone();
        wrong.body["replaced"] = serde_json::json!([]);
        assert_eq!(draw::verify(&wrong).len(), 1);
    }
}
