//! Registers on both databases: what is given is read or refused, rules hold when two save at once, links never dangle.

mod desk;
mod store;

use books::register::{
    SavedView, drop_view, keep_view, layer, links_to, notices, openapi, saved_views, unwatch, validate, watch,
};
use books::{Author, Books, Error, Filter, Hash, Op, Scope};
use desk::{credit, desk as open, law, map, shipped, today, who};
use serde_json::{Value, json};
use store::Store;

fn firm(n: usize, more: Value) -> serde_json::Map<String, Value> {
    let mut given = map(json!({"credit": credit(n), "name": format!("企业{n}"), "division": "340104"}));
    given.extend(map(more));
    given
}

fn faults(e: &Error) -> Vec<(String, String)> {
    match e {
        Error::Fields(f) => f.iter().map(|f| (f.field.clone(), f.words.zh.clone())).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_read_as_people_write_them_and_refused_with_words() {
    let packs = shipped();
    let register = &packs.registers["t/firm"];
    let one = |field: &str, value: Value| {
        let mut given = firm(1, json!({}));
        given.insert(field.into(), value);
        validate(&packs, register, &law(), today(), &given).map(|v| v.get(field).cloned().unwrap_or(Value::Null))
    };
    for (field, given, kept) in [
        ("opened", json!("2024年5月"), json!("2024-05-01")),
        ("opened", json!(45413), json!("2024-05-01")),
        ("opened", json!("2024.5.1"), json!("2024-05-01")),
        ("output", json!("１，２３４．５"), json!("1234.5")),
        ("output", json!("1,234.50 t"), json!("1234.50")),
        ("output", json!("—"), Value::Null),
        ("output", json!(0.25), json!("0.25")),
        ("state", json!("停产"), json!("stop")),
        ("state", json!("Shut down"), Value::Null),
        ("division", json!("3401"), json!("340100")),
        ("division", json!(340104), json!("340104")),
        ("listed", json!("是"), json!(true)),
        ("longitude", json!("117°13′48″"), json!("117.2300000")),
        ("phone", json!("０５５１－６２３７６０００"), json!("0551-62376000")),
        ("credit", json!(credit(1).to_lowercase()), json!(credit(1))),
        ("name", json!("'-甲"), json!("-甲")),
    ] {
        if field == "state" && kept.is_null() {
            assert!(one(field, given.clone()).is_err(), "words of a list are exact: {given}");
            continue;
        }
        assert_eq!(one(field, given.clone()), Ok(kept), "{field} {given}");
    }
    for (field, given, words) in [
        ("opened", json!("2024-02-30"), "没有“2024-02-30”这一天"),
        ("opened", json!("2024-07-01"), "晚于 2024-06-30"),
        ("output", json!("-1"), "小于 0"),
        ("output", json!("1.234"), "最多 2 位"),
        ("output", json!("约10"), "不是数"),
        ("output", json!("<0.5"), "未检出"),
        ("credit", json!("91340100MA2N0000X0"), "不是正确的代码"),
        ("credit", json!(913401001234567890u64), "末几位已丢失"),
        ("division", json!("990000"), "不是正确的代码"),
        ("state", json!("歇业"), "代码表里没有“歇业”"),
        ("name", json!("=HYPERLINK(\"http://x\")"), "公式"),
        ("name", json!("+cmd|' /C calc'!A0"), "公式"),
        ("name", json!("@SUM(A1)"), "公式"),
        ("name", json!("名".repeat(61)), "最多 60 个"),
        ("name", json!(["a"]), "一个值"),
        ("latitude", json!("117.2"), "填反"),
        ("longitude", json!("东经"), "十进制度数"),
        ("phone", json!("打我"), "写法不对"),
        ("listed", json!("也许"), "“是”或“否”"),
        ("credit", Value::Null, "必须填写"),
        ("colour", json!("red"), "没有字段“colour”"),
    ] {
        let said = one(field, given.clone()).expect_err(&format!("{field} {given}"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].words.zh.contains(words) && said[0].field == field,
            "{given}: {said:?}"
        );
        assert!(!said[0].words.en.is_empty());
    }
    let rule =
        |more: Value| validate(&packs, register, &law(), today(), &firm(1, more)).map_err(|f| f[0].words.zh.clone());
    assert_eq!(rule(json!({"state": "shut"})), Err("关停企业须填关停日期".into()));
    assert_eq!(
        rule(json!({"opened": "2024-05-02", "closed": "2024-05-01"})),
        Err("关停日期早于投产日期".into())
    );
    assert!(rule(json!({"opened": "2024-05-01", "closed": "2024-05-01", "state": "shut"})).is_ok());
    // All that is wrong is said at once.
    let all = validate(
        &packs,
        register,
        &law(),
        today(),
        &map(json!({"output": "x", "opened": "2024-13-01"})),
    )
    .expect_err("faults");
    let fields: Vec<&str> = all.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["credit", "name", "division", "opened", "output"]);
}

#[tokio::test]
async fn two_people_at_once() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        let firms = open(&books, &packs, "t/firm");
        let made = firms
            .save(None, None, &firm(1, json!({"phone": "0551-1234567"})), who("新增"))
            .await
            .expect("saved");
        assert_eq!(
            (made.id.as_str(), made.version, made.changed),
            (credit(1).as_str(), 1, true)
        );
        // Both have read version 1; one changes the name, one the output.
        let a = map(json!({"name": "甲公司", "output": "5"}));
        let b = map(json!({"name": "乙公司", "phone": "0551-7654321"}));
        let (first, second) = tokio::join!(
            firms.save(Some(&made.id), Some(1), &a, who("甲")),
            firms.save(Some(&made.id), Some(1), &b, who("乙"))
        );
        let (won, lost) = if first.is_ok() {
            (first, second)
        } else {
            (second, first)
        };
        assert_eq!(won.expect("one wins").version, 2);
        assert!(matches!(lost, Err(Error::Conflict { read: 1, now: 2, .. })), "{lost:?}");
        let doc = books
            .get("register:t/firm", &made.id)
            .await
            .expect("asked")
            .expect("there");
        let loser = if doc.text("name") == "甲公司" { &b } else { &a };
        let clashes = firms.clashes(&made.id, 1, loser).await.expect("compared");
        let name = clashes.iter().find(|c| c.field == "name").expect("the name clashes");
        assert!(name.choose && name.was == "企业1", "{clashes:?}");
        assert!(clashes.iter().any(|c| c.field != "name" && !c.choose), "{clashes:?}");
        // Nothing new: no event.
        let same = firms
            .save(
                Some(&made.id),
                Some(2),
                &map(json!({"name": doc.text("name")})),
                who(""),
            )
            .await
            .expect("saved");
        assert_eq!((same.version, same.changed), (2, false));
        // The same unique value at once: one is refused.
        let permits = open(&books, &packs, "t/permit");
        let number = format!("{}001P", credit(1));
        let permit = map(json!({"number": number, "firm": credit(1)}));
        let (x, y) = tokio::join!(
            permits.save(None, None, &permit, who("")),
            permits.save(None, None, &permit, who(""))
        );
        let refused = [&x, &y]
            .into_iter()
            .find_map(|r| r.as_ref().err())
            .expect("one is refused");
        assert!(faults(refused)[0].1.contains("已被“XK-000001”使用"), "{refused:?}");
        // A key that is there already.
        let again = firms
            .save(None, None, &firm(1, json!({})), who(""))
            .await
            .expect_err("there");
        assert!(faults(&again)[0].1.contains("已经存在"), "{again:?}");
        let moved = firms
            .save(Some(&made.id), None, &map(json!({"credit": credit(2)})), who(""))
            .await
            .expect_err("its key");
        assert!(faults(&moved)[0].1.contains("不能从"), "{moved:?}");
        let steps = firms.history(&made.id).await.expect("history");
        assert_eq!(steps.len(), 2);
        assert!(
            steps[1].moved.iter().any(|m| m.field == "name" && m.from == "企业1"),
            "{steps:?}"
        );
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn links_lead_somewhere_and_never_in_a_circle() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        books::register::ensure_indexes(&books, &packs).await.expect("indexes");
        let firms = open(&books, &packs, "t/firm");
        let permits = open(&books, &packs, "t/permit");
        for n in 1..=4 {
            let parent = if n == 1 {
                json!({})
            } else {
                json!({"group": credit(n - 1)})
            };
            firms.save(None, None, &firm(n, parent), who("")).await.expect("saved");
        }
        let orphan = firms
            .save(None, None, &firm(9, json!({"group": "无此企业"})), who(""))
            .await
            .expect_err("orphan");
        assert!(faults(&orphan)[0].1.contains("企业中没有“无此企业”"), "{orphan:?}");
        let circle = firms
            .save(Some(&credit(1)), None, &map(json!({"group": credit(4)})), who(""))
            .await
            .expect_err("circle");
        assert!(faults(&circle)[0].1.contains("绕成了圈"), "{circle:?}");
        let selfish = firms
            .save(Some(&credit(1)), None, &map(json!({"group": credit(1)})), who(""))
            .await;
        assert!(selfish.is_err(), "a record above itself");
        // A name does for an id where it is the only one.
        let permit = |firm: &str, n: usize, others: Value| {
            map(json!({"number": format!("{}00{n}P", credit(1)), "firm": firm, "others": others}))
        };
        permits
            .save(None, None, &permit("企业2", 1, json!([credit(3), credit(4)])), who(""))
            .await
            .expect("saved");
        let doc = books
            .get("register:t/permit", "XK-000001")
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(doc.text("firm"), credit(2));
        let links = links_to(&books, &packs, "t/firm", &credit(3)).await.expect("links");
        let from: Vec<(&str, &str)> = links.iter().map(|l| (l.field.as_str(), l.id.as_str())).collect();
        assert_eq!(from, [("group", credit(4).as_str()), ("others", "XK-000001")]);
        // What is linked to stays.
        let stays = firms.remove(&credit(3), None, who("")).await.expect_err("linked");
        assert!(stays.words().zh.contains("还有 2 条记录关联着"), "{stays:?}");
        // 3 and 4 are one firm: links move, the parent of what stays is not itself.
        firms
            .merge(&credit(4), &credit(3), who("重复登记"))
            .await
            .expect("merged");
        let kept = books
            .get("register:t/firm", &credit(4))
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(
            kept.body.get("group"),
            None,
            "its parent was the record that became itself"
        );
        let gone = books
            .get("register:t/firm", &credit(3))
            .await
            .expect("asked")
            .expect("there");
        assert!(gone.gone() && gone.text("_merged") == credit(4));
        let doc = books
            .get("register:t/permit", "XK-000001")
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(doc.body["others"], json!([credit(4)]));
        // A merge that would close a circle is refused.
        firms
            .save(Some(&credit(4)), None, &map(json!({"group": credit(2)})), who(""))
            .await
            .expect("saved");
        let circle = firms.merge(&credit(1), &credit(4), who("")).await.expect_err("circle");
        assert!(circle.words().zh.contains("绕成圈"), "{circle:?}");
        // Out and back.
        permits
            .remove("XK-000001", Some(doc.version), who(""))
            .await
            .expect("removed");
        assert_eq!(books.count(&permits.list(Scope::all())).await.expect("counted"), 0);
        let missing = permits
            .save(Some("XK-000001"), None, &map(json!({"others": []})), who(""))
            .await;
        assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
        permits
            .save(None, None, &permit("企业1", 1, json!(null)), who(""))
            .await
            .expect("the number is free");
        let back = permits
            .restore("XK-000001", who(""))
            .await
            .expect_err("its number is taken");
        assert!(faults(&back)[0].1.contains("已被“XK-000002”使用"), "{back:?}");
        permits.remove("XK-000002", None, who("")).await.expect("removed");
        permits.restore("XK-000001", who("")).await.expect("restored");
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_register_dropped_in_works_and_a_changed_field_keeps_old_records_readable() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let root = tempfile::tempdir().expect("a folder");
        desk::pack(root.path());
        let old = desk::packs(root.path());
        books::register::ensure_indexes(&books, &old).await.expect("indexes");
        let firms = open(&books, &old, "t/firm");
        firms
            .save(None, None, &firm(1, json!({"output": "12.5", "listed": true})), who(""))
            .await
            .expect("saved");
        firms
            .save(None, None, &firm(2, json!({"output": "7"})), who(""))
            .await
            .expect("saved");
        // The file changes while the books are open: a field gets another name, one goes, one comes.
        let changed = desk::FIRM
            .replace("name = \"output\"\n", "name = \"yield\"\nwas = [\"output\"]\n")
            .replace("name = \"listed\"", "name = \"key_unit\"")
            .replace("digits = 2", "digits = 1");
        std::fs::write(root.path().join("t/registers/firm.toml"), changed).expect("written");
        let new = desk::packs(root.path());
        books::register::ensure_indexes(&books, &new).await.expect("indexes");
        let firms = open(&books, &new, "t/firm");
        let doc = books
            .get("register:t/firm", &credit(1))
            .await
            .expect("asked")
            .expect("there");
        let fields = firms.fields_of(&doc);
        assert_eq!(
            (fields.get("yield"), fields.get("output")),
            (Some(&json!("12.5")), None)
        );
        assert_eq!(
            fields.get("listed"),
            Some(&json!(true)),
            "a field no file names any more stays readable"
        );
        let mut list = firms.list(Scope::all());
        list.sort = Some("yield".into());
        list.numeric = true;
        list.filters.push(Filter {
            field: "yield".into(),
            op: Op::Ge,
            value: "5".into(),
            numeric: true,
        });
        list.limit = 1;
        let page = books.list(&list).await.expect("listed");
        assert_eq!(page[0].id, credit(2));
        list.after = Some(list.place(&page[0]));
        assert_eq!(
            books.list(&list).await.expect("listed")[0].id,
            credit(1),
            "sorted over the old name"
        );
        // Saved once more, it stands under the new name; its history is told under it from the start.
        firms
            .save(Some(&credit(1)), None, &map(json!({"name": "新名"})), who(""))
            .await
            .expect("saved");
        let doc = books
            .get("register:t/firm", &credit(1))
            .await
            .expect("asked")
            .expect("there");
        assert_eq!((doc.text("yield"), doc.body.get("output")), ("12.5", None));
        let steps = firms.history(&credit(1)).await.expect("history");
        assert!(
            steps[0].moved.iter().any(|m| m.field == "yield" && m.to == "12.5"),
            "{steps:?}"
        );
        assert!(steps[1].moved.iter().all(|m| m.field == "name"), "{steps:?}");
        // Old clients and old workbooks still say `output`.
        firms
            .save(Some(&credit(2)), None, &map(json!({"output": "8"})), who(""))
            .await
            .expect("saved");
        let doc = books
            .get("register:t/firm", &credit(2))
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(doc.text("yield"), "8");
        // A new file of its own: page, template and API from it alone.
        std::fs::write(
            root.path().join("t/registers/extra.toml"),
            desk::PERMIT.replace("XK", "EX"),
        )
        .expect("written");
        let more = desk::packs(root.path());
        assert!(openapi(&more)["paths"]["/api/rooms/register/t/extra/records"].is_object());
        let extra = open(&books, &more, "t/extra");
        let given = map(json!({"number": format!("{}001P", credit(1)), "firm": credit(1)}));
        assert_eq!(
            extra.save(None, None, &given, who("")).await.expect("saved").id,
            "EX-000001"
        );
        assert!(
            books::register::template(&extra)
                .expect("a template")
                .starts_with(b"PK")
        );
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn views_notices_and_the_map() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        let firms = open(&books, &packs, "t/firm");
        let room = "register:t/firm";
        firms
            .save(
                None,
                None,
                &firm(1, json!({"longitude": "117.28", "latitude": "31.86", "listed": true})),
                who("前"),
            )
            .await
            .expect("saved");
        watch(&books, room, None, Author::new("甲", "")).await.expect("watched");
        watch(&books, room, Some(&credit(1)), Author::new("乙", ""))
            .await
            .expect("watched");
        firms
            .save(
                None,
                None,
                &firm(2, json!({"longitude": "118.5", "latitude": "31.7"})),
                who("后"),
            )
            .await
            .expect("saved");
        firms
            .save(
                Some(&credit(1)),
                None,
                &map(json!({"name": "改名"})),
                Author::new("甲", ""),
            )
            .await
            .expect("saved");
        let ids = |events: Vec<books::Event>| events.into_iter().map(|e| e.id).collect::<Vec<_>>();
        let of = |who: &'static str, after: i64| {
            let books = books.clone();
            async move { notices(&books, who, after, 100).await.expect("notices") }
        };
        assert_eq!(
            ids(of("甲", 0).await),
            [credit(2)],
            "not what was before, not the own change"
        );
        let heard = of("乙", 0).await;
        let last = heard.last().expect("one").seq;
        assert_eq!(ids(heard), [credit(1)]);
        assert!(of("乙", last).await.is_empty());
        unwatch(&books, room, None, Author::new("甲", ""))
            .await
            .expect("unwatched");
        assert!(of("甲", 0).await.is_empty());

        let map_of = |frame: Option<[String; 4]>| {
            let firms = firms.clone();
            async move {
                layer(&firms, &firms.list(Scope::all()), frame.as_ref(), &["name".into()])
                    .await
                    .expect("a layer")
                    .expect("places")
            }
        };
        let all = map_of(None).await;
        assert_eq!(all["features"].as_array().expect("features").len(), 2);
        let west = map_of(Some(["117", "31", "118", "32"].map(Into::into))).await;
        assert_eq!(west["features"][0]["geometry"]["coordinates"], json!([117.28, 31.86]));
        assert_eq!(west["features"].as_array().expect("features").len(), 1);
        assert_eq!(west["features"][0]["properties"].get("name"), None, "hidden");

        let mut yes = firms.list(Scope::all());
        yes.filters.push(Filter {
            field: "listed".into(),
            op: Op::Eq,
            value: "true".into(),
            numeric: false,
        });
        assert_eq!(books.count(&yes).await.expect("counted"), 1);

        let view = SavedView {
            name: "重点".into(),
            columns: vec!["name".into()],
            filters: yes.filters.clone(),
            ..SavedView::default()
        };
        keep_view(&books, "t/firm", &view, Author::new("甲", ""))
            .await
            .expect("kept");
        let shared = SavedView {
            name: "共享".into(),
            shared: true,
            ..view.clone()
        };
        keep_view(&books, "t/firm", &shared, Author::new("甲", ""))
            .await
            .expect("kept");
        assert_eq!(saved_views(&books, "t/firm", "甲").await.expect("views").len(), 2);
        assert_eq!(
            saved_views(&books, "t/firm", "乙").await.expect("views"),
            [("甲".to_string(), shared)]
        );
        assert_eq!(saved_views(&books, "t/permit", "甲").await.expect("views"), []);
        drop_view(&books, "t/firm", "重点", Author::new("甲", ""))
            .await
            .expect("dropped");
        assert!(
            drop_view(&books, "t/firm", "重点", Author::new("甲", ""))
                .await
                .is_err()
        );
        assert_eq!(saved_views(&books, "t/firm", "甲").await.expect("views").len(), 1);
    }
}

#[tokio::test]
async fn a_desk_of_a_scope_changes_nothing_outside_and_leaves_nothing_there() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let all = open(&books, &shipped(), "t/firm");
        all.save(None, None, &firm(1, json!({})), who("a"))
            .await
            .expect("in 340104");
        all.save(None, None, &firm(2, json!({"division": "340200"})), who("a"))
            .await
            .expect("in 340200");
        let city = all.clone().within(Scope {
            divisions: vec!["3401".into()],
            ..Scope::default()
        });
        let denied = |r: Result<books::register::Saved, Error>| assert!(matches!(r, Err(Error::Forbidden(_))), "{r:?}");
        let name = |n: &str| map(json!({ "name": n }));
        city.save(Some(&credit(1)), None, &name("改"), who("b"))
            .await
            .expect("its own");
        denied(city.save(Some(&credit(2)), None, &name("改"), who("b")).await);
        denied(
            city.save(Some(&credit(1)), None, &map(json!({"division": "340200"})), who("b"))
                .await,
        );
        denied(
            city.save(None, None, &firm(3, json!({"division": "340200"})), who("b"))
                .await,
        );
        denied(city.remove(&credit(2), None, who("b")).await);
        denied(city.merge(&credit(1), &credit(2), who("b")).await);
        let list = all.list(Scope::all());
        assert_eq!(
            books.tally(&list, "division").await.expect("counts"),
            vec![("340104".to_string(), 1), ("340200".to_string(), 1)]
        );
    }
}
