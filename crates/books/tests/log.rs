//! The log on both databases: order, conflict, repetition, as known at, chain and rebuild.

mod store;

use books::{Author, Books, Change, Error, Filter, Hash, List, Op, Scope};
use serde_json::json;
use store::Store;

fn who(reason: &str) -> Author {
    Author::new("测试员", reason)
}

#[tokio::test]
async fn what_is_written_is_read_and_what_fails_leaves_nothing() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let put = |id: &str, expect, body| Change::at("register:t/a", id, "put", expect, body);
        books
            .put(
                who("新增"),
                vec![put("1", 0, json!({"name": "合肥", "n": "10", "_division": "340100"}))],
            )
            .await
            .expect("written");
        let changed = books
            .put(who("修改"), vec![put("1", 1, json!({"n": "2"}))])
            .await
            .expect("changed");
        assert_eq!(changed[0].version, 2);
        let late = books
            .put(who("迟到"), vec![put("1", 1, json!({"n": "3"}))])
            .await
            .expect_err("stale");
        assert!(matches!(late, Error::Conflict { read: 1, now: 2, .. }), "{late:?}");
        // A job whose second change fails does not keep its first.
        let half = books
            .put(
                who("一半"),
                vec![put("2", 0, json!({"name": "芜湖"})), put("1", 0, json!({}))],
            )
            .await;
        assert!(half.is_err());
        assert_eq!(books.get("register:t/a", "2").await.expect("asked"), None);
        let doc = books.get("register:t/a", "1").await.expect("asked").expect("there");
        assert_eq!((doc.version, doc.text("n"), doc.text("name")), (2, "2", "合肥"));
        let first = books.history("register:t/a", "1").await.expect("history")[0].at;
        let then = books.as_known("register:t/a", "1", first).await.expect("asked");
        // Both events may carry the same millisecond; the earlier state is then not to be told apart by time.
        assert!(then.is_some_and(|d| d.text("n") == "10" || d.at == changed[0].at));
        assert_eq!(
            books.as_known("register:t/a", "1", first - 1).await.expect("asked"),
            None
        );
        let report = books.verify().await.expect("checked");
        assert_eq!((report.events, report.docs, report.faults), (2, 1, vec![]));
    }
}

#[tokio::test]
async fn a_request_key_changes_once_and_counters_lose_nothing() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sm3).await.expect("opens");
        let mut tasks = vec![];
        for t in 0..8 {
            let books = books.clone();
            tasks.push(tokio::spawn(async move {
                for i in 0..50 {
                    // Every key is sent twice.
                    let key = format!("{t}-{}", i / 2);
                    books
                        .write(who("加一").request(key), |view| {
                            Box::pin(async move {
                                let n = view.doc("counter", "c").await?.int("n").unwrap_or(0);
                                Ok(vec![Change::any("counter", "c", "add", json!({"n": n + 1}))])
                            })
                        })
                        .await
                        .expect("written");
                }
            }));
        }
        for task in tasks {
            task.await.expect("ends");
        }
        let doc = books.get("counter", "c").await.expect("asked").expect("there");
        assert_eq!((doc.int("n"), doc.version), (Some(200), 200));
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn tampering_is_found() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        for i in 0..3 {
            books
                .put(who(""), vec![Change::at("r", i.to_string(), "put", 0, json!({"v": i}))])
                .await
                .expect("written");
        }
        books
            .db()
            .execute("UPDATE event SET patch = '{\"v\":9}' WHERE seq = 2")
            .await
            .expect("tampered");
        let faults = books.verify().await.expect("checked").faults;
        assert!(faults.iter().any(|f| f.contains("event 2")), "{faults:?}");
        assert!(faults.iter().any(|f| f.contains("r/1")), "{faults:?}");
    }
}

#[tokio::test]
async fn lists_filter_sort_and_page_alike() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let rows = (0..120).map(|i| {
            let division = if i % 3 == 0 { "340104" } else { "340200" };
            Change::at("register:t/a", format!("{i:03}"), "put", 0, json!({"name": format!("企业{i}"), "n": format!("{}.5", i % 40), "_division": division, "_search": format!("企业{i}"), "_owner": format!("o{}", i % 5)}))
        });
        books.put(who("导入"), rows.collect()).await.expect("written");
        let mut list = List::of(
            "register:t/a",
            Scope {
                divisions: vec!["3401".into()],
                ..Scope::default()
            },
        );
        assert_eq!(books.count(&list).await.expect("counted"), 40);
        list.sort = Some("n".into());
        list.numeric = true;
        list.descending = true;
        list.limit = 7;
        let mut seen: Vec<(f64, String)> = vec![];
        loop {
            let page = books.list(&list).await.expect("listed");
            let Some(last) = page.last() else { break };
            list.after = Some((last.text("n").into(), last.id.clone()));
            seen.extend(
                page.iter()
                    .map(|d| (d.text("n").parse().expect("a number"), d.id.clone())),
            );
        }
        assert_eq!(seen.len(), 40, "every row once");
        assert!(seen.is_sorted_by(|a, b| a >= b), "numbers in order, not texts");
        let mut words = List::of("register:t/a", Scope::all());
        words.words = "企业11".into();
        assert_eq!(books.count(&words).await.expect("counted"), 11);
        words.words = "%".into();
        assert_eq!(books.count(&words).await.expect("counted"), 0);
        let mut filter = List::of(
            "register:t/a",
            Scope {
                owners: vec!["o1".into()],
                ..Scope::default()
            },
        );
        filter.filters = vec![Filter {
            field: "n".into(),
            op: Op::Ge,
            value: "30".into(),
            numeric: true,
        }];
        assert_eq!(books.count(&filter).await.expect("counted"), 6);
        filter.filters[0].value = "三十".into();
        assert!(matches!(books.count(&filter).await, Err(Error::Refused(_))));
        filter.filters[0].field = "n' OR 1=1".into();
        assert!(matches!(books.count(&filter).await, Err(Error::Refused(_))));
        assert_eq!(
            books
                .count(&List::of("register:t/a", Scope::default()))
                .await
                .expect("counted"),
            0,
            "an empty scope sees nothing"
        );
    }
}
