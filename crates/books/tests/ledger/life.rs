//! A ledger through the years: leases and rights that end, days past, closed periods, tampering.

use crate::store::Store;
use crate::{LEDGER, balance, enterprises, order, packs, post, who, whole};
use books::ledger::{self, statement, trial};
use books::{Books, Hash};
use std::sync::atomic::{AtomicI64, Ordering};

static NOW: AtomicI64 = AtomicI64::new(0);

fn clock() -> i64 {
    NOW.load(Ordering::SeqCst)
}

/// Noon of a day in Beijing.
fn set(day: &str) {
    let begins = books::day::begins(books::day::read(day).expect("a day"));
    NOW.store(begins + 12 * 3_600_000, Ordering::SeqCst);
}

#[tokio::test]
async fn a_lease_comes_back_and_a_right_ends_by_itself() {
    let packs = packs();
    for store in Store::both() {
        set("2024-05-01");
        let books = Books::open_at(&store.url, Hash::Sm3, clock).await.expect("opens");
        enterprises(&books, 2).await;
        for (expires, amount) in [("2028-12-31", "5"), ("2025-06-30", "3")] {
            let grant = [("enterprise", "E1"), ("amount", amount), ("expires", expires)];
            post(&books, &packs, order("grant", "2024-05-01", &grant))
                .await
                .expect("granted");
        }
        let lease = [
            ("lessor", "E1"),
            ("lessee", "E2"),
            ("amount", "4"),
            ("to", "2024-10-31"),
        ];
        let entry = post(&books, &packs, order("lease", "2024-05-01", &lease))
            .await
            .expect("leased");
        // What ends first goes first: 3 t of 2025, then 1 t of 2028.
        let from_e1: Vec<(&str, &str)> = entry
            .lines
            .iter()
            .filter(|l| l.account == "held~E1~cod")
            .map(|l| (l.class.as_str(), l.amount.as_str()))
            .collect();
        assert_eq!(from_e1, [("2025-06-30", "-3.000"), ("2028-12-31", "-1.000")]);
        assert_eq!(balance(&books, "leased_in~E2~cod").await, "4.000");
        set("2024-10-31");
        let none = ledger::expire(&books, &packs, LEDGER, "2024-10-31", who())
            .await
            .expect("run");
        assert!(none.entries.is_empty(), "the last day is still within");
        set("2024-11-01");
        for made in [1, 0] {
            let done = ledger::expire(&books, &packs, LEDGER, "2024-11-01", who())
                .await
                .expect("run");
            assert_eq!(
                (done.entries.len(), done.faults.len()),
                (made, 0),
                "once, however often it runs"
            );
        }
        assert_eq!(balance(&books, "leased_in~E2~cod").await, "0.000");
        assert_eq!(balance(&books, "held~E1~cod").await, "8.000");
        set("2025-07-01");
        let done = ledger::expire(&books, &packs, LEDGER, "2025-07-01", who())
            .await
            .expect("run");
        assert_eq!(
            (done.entries.len(), balance(&books, "cancelled~~cod").await.as_str()),
            (1, "3.000")
        );
        let s = statement(&books, &packs, LEDGER, "held~E1~cod", "2024-11-01", "2025-12-31")
            .await
            .expect("asked");
        assert_eq!(
            (s.opening.as_str(), s.closing.as_str(), s.flows.len()),
            ("4.000", "5.000", 3)
        );
        assert_eq!(
            s.classes.into_iter().collect::<Vec<_>>(),
            [("2028-12-31".to_string(), "5.000".to_string())]
        );
        whole(&books, &packs).await;
    }
}

fn clock_of_2024() -> i64 {
    books::day::begins(books::day::read("2024-12-31").expect("a day")) + 1
}

#[tokio::test]
async fn days_past_are_answerable_and_closed_ones_stay() {
    let packs = packs();
    for store in Store::both() {
        let books = Books::open_at(&store.url, Hash::Sha256, clock_of_2024)
            .await
            .expect("opens");
        enterprises(&books, 2).await;
        let class = ("expires", "2028-12-31");
        let grant = |day: &str, amount: &str| order("grant", day, &[("enterprise", "E1"), ("amount", amount), class]);
        let direct =
            |day: &str, amount: &str| order("direct", day, &[("seller", "E1"), ("buyer", "E2"), ("amount", amount)]);
        post(&books, &packs, grant("2024-03-01", "10")).await.expect("granted");
        post(&books, &packs, direct("2024-06-01", "8")).await.expect("sold");
        post(&books, &packs, grant("2024-07-01", "5")).await.expect("granted");
        // A posting for an earlier day must not take what a later one has used.
        let late = post(&books, &packs, direct("2024-04-01", "3"))
            .await
            .expect_err("used in June")
            .words()
            .zh;
        assert!(late.contains("余额不足") && late.contains("2024-06-01"), "{late}");
        let early = post(&books, &packs, direct("2024-02-01", "1"))
            .await
            .expect_err("before the grant")
            .words()
            .zh;
        assert!(early.contains("余额不足"), "{early}");
        post(&books, &packs, direct("2024-04-01", "2"))
            .await
            .expect("was free all the time");
        let held = |t: ledger::Trial| {
            t.accounts
                .iter()
                .find(|a| a.account == "held~E1~cod")
                .map(|a| a.balance.clone())
        };
        for (day, stands) in [
            ("2024-02-29", None),
            ("2024-03-01", Some("10.000")),
            ("2024-05-31", Some("8.000")),
            ("2024-12-31", Some("5.000")),
        ] {
            let then = trial(&books, &packs, LEDGER, day, None).await.expect("computed");
            assert_eq!(held(then).as_deref(), stands, "{day}");
        }
        let closed = ledger::close(&books, &packs, LEDGER, "2024-06-30", who())
            .await
            .expect("closed");
        assert_eq!(closed.trial.accounts.len(), 2);
        let no = post(&books, &packs, grant("2024-06-30", "1"))
            .await
            .expect_err("closed")
            .words()
            .zh;
        assert!(no.contains("已结至 2024-06-30"), "{no}");
        for (day, word) in [("2024-06-30", "已结至"), ("2024-12-31", "没有过完")] {
            let no = ledger::close(&books, &packs, LEDGER, day, who())
                .await
                .expect_err("no")
                .words()
                .zh;
            assert!(no.contains(word), "{no}");
        }
        let sold = post(&books, &packs, grant("2024-07-01", "1"))
            .await
            .expect("the next day is open");
        ledger::reverse(&books, &packs, LEDGER, &sold.id, "2024-07-02", who())
            .await
            .expect("taken back");
        assert_eq!(whole(&books, &packs).await.periods, 1);
        // The permit is another record: a difference is a finding, not damage.
        let report = ledger::verify(&books, &packs, LEDGER).await.expect("checked");
        assert!(
            report.findings.iter().any(|f| f.zh.contains("E2 cod 账面 10.000")),
            "{:?}",
            report.findings
        );
        // A hand in the database is found, wherever it was laid.
        let room = format!("account:{LEDGER}");
        let tampered = |sql: String| {
            let books = books.clone();
            async move { books.db().execute(&sql).await.expect("tampered") }
        };
        let text = if store.url.starts_with("sqlite") {
            "body"
        } else {
            "body::text"
        };
        let cast = if store.url.starts_with("sqlite") { "" } else { "::jsonb" };
        tampered(format!("UPDATE doc SET body = replace({text}, '10.000', '12.000'){cast} WHERE room = '{room}' AND id = 'held~E2~cod'")).await;
        let room = format!("entry:{LEDGER}");
        tampered(format!(
            "UPDATE doc SET body = replace({text}, '+8.000', '+9.000'){cast} WHERE room = '{room}'"
        ))
        .await;
        let faults = ledger::verify(&books, &packs, LEDGER).await.expect("checked").faults;
        for word in ["不平", "由分录算得", "与结账时不同"] {
            assert!(faults.iter().any(|f| f.zh.contains(word)), "{word}: {faults:?}");
        }
    }
}
