//! Ledgers on both databases: the worked examples, every refusal, random sequences against a small model, many at once,
//! and a process killed while it posts.

mod concurrent;
mod examples;
mod kill;
mod life;
mod model;
#[path = "../store/mod.rs"]
mod store;

use books::ledger::{self, Entry, Order};
use books::pack::{self, Packs};
use books::{Author, Books, Change, Result};
use serde_json::json;
use std::path::Path;

pub const LEDGER: &str = "rights/rights";

pub fn packs() -> Packs {
    let (packs, faults) = pack::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs")));
    assert_eq!(faults, vec![]);
    packs
}

pub fn who() -> Author {
    Author::new("记账员", "测试")
}

/// An order of the ledger under test: `expires` and the paper of a grant are given where they are not named.
pub fn order(template: &str, day: &str, params: &[(&str, &str)]) -> Order {
    let mut order = Order {
        ledger: LEDGER.into(),
        template: template.into(),
        day: day.into(),
        ..Order::default()
    };
    order.params = params.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    order.params.entry("unit".into()).or_insert("cod".into());
    for paper in ["permit", "contract"] {
        order.papers.insert(paper.into(), "皖-1".into());
    }
    order
}

pub async fn post(books: &Books, packs: &Packs, order: Order) -> Result<Entry> {
    ledger::post(books, packs, order, who()).await
}

/// Enterprises E1 … En in the register.
pub async fn enterprises(books: &Books, n: usize) {
    let records = (1..=n).map(|i| {
        let body = json!({"code": format!("E{i}"), "name": format!("企业{i}"), "_division": "341822"});
        Change::at("register:rights/enterprise", format!("E{i}"), "put", 0, body)
    });
    books.put(who(), records.collect()).await.expect("entered");
}

pub async fn balance(books: &Books, account: &str) -> String {
    let doc = books.get(&format!("account:{LEDGER}"), account).await.expect("asked");
    doc.map_or("-".into(), |d| d.text("balance").to_string())
}

/// Both the ledger and the log under it hold.
pub async fn whole(books: &Books, packs: &Packs) -> ledger::Report {
    let report = ledger::verify(books, packs, LEDGER).await.expect("checked");
    assert_eq!(report.faults, vec![]);
    assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    report
}
