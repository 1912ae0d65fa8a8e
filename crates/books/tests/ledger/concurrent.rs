//! Many posting at once, through two openings of one store: nothing is lost, doubled or overdrawn.

use crate::store::Store;
use crate::{balance, enterprises, order, packs, post, who, whole};
use books::{Books, Error, Hash, ledger};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_doubled_when_many_post_at_once() {
    let packs = Arc::new(packs());
    for store in Store::both() {
        let first = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let second = Books::open(&store.url, Hash::Sha256).await.expect("opens again");
        enterprises(&first, 4).await;
        for e in ["E1", "E2", "E3", "E4"] {
            let grant = [("enterprise", e), ("amount", "10"), ("expires", "2028-12-31")];
            post(&first, &packs, order("grant", "2024-05-01", &grant))
                .await
                .expect("granted");
        }
        let mut tasks = vec![];
        for task in 0..16usize {
            // Each key is sent by two tasks, one through each opening.
            let books = if task % 2 == 0 { first.clone() } else { second.clone() };
            let packs = packs.clone();
            tasks.push(tokio::spawn(async move {
                let mut done = vec![];
                for i in 0..40usize {
                    let n = task / 2 * 40 + i;
                    let (seller, buyer) = (format!("E{}", 1 + n % 4), format!("E{}", 1 + (n / 4 + 1 + n) % 4));
                    let o = order(
                        "direct",
                        "2024-05-01",
                        &[("seller", &seller), ("buyer", &buyer), ("amount", "1.7")],
                    );
                    match ledger::post(&books, &packs, o, who().request(format!("k{n}"))).await {
                        Ok(entry) => done.push((n, entry.id)),
                        Err(Error::Refused(_)) => {}
                        Err(e) => panic!("{e}"),
                    }
                }
                done
            }));
        }
        let mut ids = std::collections::BTreeMap::new();
        for task in tasks {
            for (n, id) in task.await.expect("ends") {
                let before = ids.insert(n, id.clone());
                assert!(before.is_none_or(|b| b == id), "key k{n} made two entries");
            }
        }
        assert!(ids.len() > 50, "{} accepted", ids.len());
        let report = whole(&first, &packs).await;
        assert_eq!(report.entries, 4 + i64::try_from(ids.len()).expect("small"));
        assert_eq!(balance(&first, "granted~~cod").await, "-40.000");
    }
}
