//! Postings a second on PostgreSQL and on SQLite, with everything checked afterwards.
//! `cargo run -p books --example postings [COUNT] [AT ONCE]`

#[path = "../tests/store/mod.rs"]
mod store;

use books::ledger::{self, Order};
use books::{Author, Books, Change, Hash, pack};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use store::Store;

const HOLDERS: usize = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).map(|a| a.parse::<usize>());
    let count = args.next().transpose()?.unwrap_or(20_000);
    let at_once = args.next().transpose()?.unwrap_or(200);
    let (packs, faults) = pack::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs")));
    assert!(faults.is_empty(), "{faults:?}");
    let packs = Arc::new(packs);
    for (name, store) in ["SQLite", "PostgreSQL"].into_iter().zip(Store::both()) {
        let books = Books::open(&store.url, Hash::Sha256).await?;
        let holders = (0..HOLDERS).map(|i| {
            let body = json!({"code": format!("E{i}"), "name": format!("企业{i}"), "_division": "340100"});
            Change::at("register:rights/enterprise", format!("E{i}"), "put", 0, body)
        });
        books.put(Author::new("bench", ""), holders.collect()).await?;
        let grants =
            (0..HOLDERS).map(|i| order("grant", &[("enterprise", format!("E{i}")), ("amount", "1000".into())]));
        ledger::post_all(&books, &packs, grants.collect(), Author::new("bench", "")).await?;
        let start = Instant::now();
        let mut tasks = Vec::new();
        for task in 0..at_once {
            let (books, packs) = (books.clone(), packs.clone());
            tasks.push(tokio::spawn(async move {
                for i in (task..count).step_by(at_once) {
                    let (seller, buyer) = (i % HOLDERS, (i * 7 + 1) % HOLDERS);
                    let seller = if seller == buyer {
                        (seller + 1) % HOLDERS
                    } else {
                        seller
                    };
                    let names = [
                        ("seller", format!("E{seller}")),
                        ("buyer", format!("E{buyer}")),
                        ("amount", "0.125".into()),
                    ];
                    let author = Author::new("bench", "").request(format!("post-{i}"));
                    ledger::post(&books, &packs, order("direct", &names), author).await?;
                }
                Ok::<(), books::Error>(())
            }));
        }
        for task in tasks {
            task.await??;
        }
        let seconds = start.elapsed().as_secs_f64();
        let report = ledger::verify(&books, &packs, "rights/rights").await?;
        assert!(report.faults.is_empty(), "{:?}", report.faults);
        assert_eq!(report.entries, (count + HOLDERS) as i64);
        let chain = books.verify().await?;
        assert!(chain.faults.is_empty(), "{:?}", chain.faults);
        println!(
            "{name}: {count} postings by {at_once} at once in {seconds:.2} s = {:.0} postings/s; {} entries, {} accounts and {} events checked",
            count as f64 / seconds,
            report.entries,
            report.accounts,
            chain.events
        );
    }
    Ok(())
}

fn order(template: &str, params: &[(&str, String)]) -> Order {
    let mut order = Order {
        ledger: "rights/rights".into(),
        template: template.into(),
        day: "2024-05-01".into(),
        ..Order::default()
    };
    order.params = params.iter().map(|(k, v)| ((*k).into(), v.clone())).collect();
    order.params.insert("unit".into(), "cod".into());
    if template == "grant" {
        order.params.insert("expires".into(), "2028-12-31".into());
        order.papers.insert("permit".into(), "P".into());
    }
    order
}
