//! A process killed while it posts: what it was answered stands, and sending all again posts nothing twice.

use crate::store::Store;
use crate::{LEDGER, enterprises, order, packs, post, who, whole};
use books::{Books, Hash, ledger};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

const KEYS: usize = 2_000;

async fn send(books: &Books, packs: &books::pack::Packs, n: usize) -> ledger::Entry {
    let (seller, buyer) = if n.is_multiple_of(2) {
        ("E1", "E2")
    } else {
        ("E2", "E1")
    };
    let o = order(
        "direct",
        "2024-05-01",
        &[("seller", seller), ("buyer", buyer), ("amount", "0.001")],
    );
    ledger::post(books, packs, o, who().request(format!("k{n}")))
        .await
        .expect("posted")
}

/// The process that is killed; run by the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test that kills it"]
async fn child() {
    let Ok(url) = std::env::var("BOOKS_UNDER_TEST") else {
        return;
    };
    let (books, packs) = (Books::open(&url, Hash::Sha256).await.expect("opens"), Arc::new(packs()));
    let mut tasks = vec![];
    for task in 0..8 {
        let (books, packs) = (books.clone(), packs.clone());
        tasks.push(tokio::spawn(async move {
            for n in (task..KEYS).step_by(8) {
                send(&books, &packs, n).await;
                let mut out = std::io::stdout().lock();
                writeln!(out, "answered {n}").and_then(|()| out.flush()).expect("told");
            }
        }));
    }
    for task in tasks {
        task.await.expect("ends");
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_kill_and_is_there_once() {
    let packs = packs();
    for store in Store::both() {
        {
            let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
            enterprises(&books, 2).await;
            for e in ["E1", "E2"] {
                let grant = [("enterprise", e), ("amount", "10"), ("expires", "2028-12-31")];
                post(&books, &packs, order("grant", "2024-05-01", &grant))
                    .await
                    .expect("granted");
            }
        }
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "kill::child", "--ignored", "--nocapture"])
            .env("BOOKS_UNDER_TEST", &store.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut answered = BTreeSet::new();
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        for line in lines.map_while(Result::ok) {
            if let Some(n) = line
                .split("answered ")
                .nth(1)
                .and_then(|n| n.trim().parse::<usize>().ok())
            {
                answered.insert(n);
            }
            if answered.len() == 300 {
                process.kill().expect("SIGKILL");
            }
        }
        process.wait().expect("ended");
        assert!(
            answered.len() >= 300 && answered.len() < KEYS,
            "{} answered: killed in the middle",
            answered.len()
        );
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens again");
        let before = whole(&books, &packs).await.entries;
        assert!(
            before >= 2 + i64::try_from(answered.len()).expect("small"),
            "{before} entries"
        );
        for n in &answered {
            let events = books
                .db()
                .events(
                    "WHERE request = $1 AND kind = 'post' AND room = $2",
                    &[format!("k{n}").into(), format!("entry:{LEDGER}").into()],
                )
                .await
                .expect("asked");
            assert_eq!(events.len(), 1, "k{n} was answered and is there once");
        }
        let again = (0..KEYS).map(|n| send(&books, &packs, n));
        let ids: BTreeSet<String> = futures::future::join_all(again)
            .await
            .into_iter()
            .map(|e| e.id)
            .collect();
        assert_eq!(ids.len(), KEYS);
        assert_eq!(whole(&books, &packs).await.entries, 2 + KEYS as i64);
    }
}
