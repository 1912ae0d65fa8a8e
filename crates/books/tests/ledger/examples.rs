//! The worked examples, and the rules that each entry obeys.

use crate::store::Store;
use crate::{LEDGER, balance, enterprises, order, packs, post, who, whole};
use books::ledger::auction::{Bid, Lot, clear};
use books::ledger::{self, trial};
use books::{Author, Books, Error, Hash};
use figure::Decimal;

fn d(text: &str) -> Decimal {
    Decimal::parse(text).expect("a number")
}

fn bid(bidder: &str, amount: &str, price: &str, at: i64) -> Bid {
    Bid {
        bidder: bidder.into(),
        amount: d(amount),
        price: d(price),
        at,
        deposit: true,
    }
}

fn lot() -> Lot {
    Lot {
        amount: d("20"),
        start: d("2000"),
        step: None,
    }
}

#[test]
fn an_auction_clears_at_one_price_and_the_last_share_by_quantity() {
    let packs = packs();
    let rule = &packs.ledgers[LEDGER].auctions[0];
    let bids = [
        bid("D", "5", "2800", 1),
        bid("C", "8", "3000", 3),
        bid("B", "6", "3000", 2),
        bid("A", "10", "3200", 4),
    ];
    let cleared = clear(rule, &lot(), &bids).expect("clears");
    let awards: Vec<String> = cleared
        .awards
        .iter()
        .map(|a| format!("{} {} {}", a.bidder, a.amount, a.price))
        .collect();
    assert_eq!(
        awards,
        ["A 10.000 3000", "B 4.286 3000", "C 5.714 3000", "D 0.000 3000"]
    );
    assert_eq!((cleared.price, cleared.left), (Some(d("3000")), d("0")));
    let mut rule = rule.clone();
    rule.tie = books::pack::ledger::Tie::Time;
    rule.pays = books::pack::ledger::Pays::Bid;
    let cleared = clear(&rule, &lot(), &bids).expect("clears");
    let awards: Vec<String> = cleared
        .awards
        .iter()
        .map(|a| format!("{} {} {}", a.bidder, a.amount, a.price))
        .collect();
    assert_eq!(
        awards,
        ["A 10.000 3200", "B 6.000 3000", "C 4.000 3000", "D 0.000 2800"]
    );
}

#[test]
fn bids_that_break_the_announcement_are_refused_and_one_bidder_is_no_auction() {
    let packs = packs();
    let rule = &packs.ledgers[LEDGER].auctions[0];
    let mut lot = lot();
    lot.step = Some(d("50"));
    let mut poor = bid("无保证金", "1", "3000", 1);
    poor.deposit = false;
    let bids = [
        poor,
        bid("低价", "1", "1999", 1),
        bid("半步", "1", "2025", 1),
        bid("太细", "0.0001", "3000", 1),
        bid("A", "3", "2050", 1),
    ];
    let cleared = clear(rule, &lot, &bids).expect("clears");
    let refused: Vec<&str> = cleared.refused.iter().map(|(b, _)| b.as_str()).collect();
    assert_eq!(refused, ["无保证金", "低价", "半步", "太细"]);
    assert!(cleared.too_few && cleared.price.is_none() && cleared.left == d("20"));
}

proptest::proptest! {
    #[test]
    fn an_auction_never_gives_more_than_the_lot_nor_more_than_asked(
        bids in proptest::collection::vec((1i128..9_000, 1i64..6, 0i64..4), 0..12),
        lot in 0i128..20_000,
    ) {
        let packs = packs();
        let rule = &packs.ledgers[LEDGER].auctions[0];
        let lot = Lot { amount: Decimal::new(lot, 3).expect("small"), start: d("0"), step: None };
        let bids: Vec<Bid> = bids
            .iter()
            .enumerate()
            .map(|(i, (a, p, t))| Bid { bidder: format!("b{i}"), amount: Decimal::new(*a, 3).expect("small"), price: Decimal::from_int(*p), at: *t, deposit: true })
            .collect();
        let cleared = clear(rule, &lot, &bids).expect("clears");
        let sold = cleared.awards.iter().fold(Decimal::ZERO, |s, a| s.add(a.amount).expect("small"));
        let asked = bids.iter().fold(Decimal::ZERO, |s, b| s.add(b.amount).expect("small"));
        proptest::prop_assert_eq!(sold.add(cleared.left).expect("small"), lot.amount);
        if bids.len() >= 2 {
            // All of the lot goes as long as somebody wants it.
            proptest::prop_assert_eq!(sold, lot.amount.min(asked));
        }
        for award in &cleared.awards {
            let bid = bids.iter().find(|b| b.bidder == award.bidder).expect("a bid");
            proptest::prop_assert!(award.amount <= bid.amount && !award.amount.is_negative());
            proptest::prop_assert!(award.amount.is_zero() || Some(bid.price) >= cleared.price);
        }
    }
}

#[tokio::test]
async fn what_was_granted_is_what_stands() {
    let packs = packs();
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        enterprises(&books, 2).await;
        let day = "2024-05-01";
        let e1 = [("enterprise", "E1"), ("amount", "60"), ("expires", "2028-12-31")];
        post(&books, &packs, order("grant", day, &e1)).await.expect("granted");
        let keep = [("division", "341822"), ("amount", "40")];
        post(&books, &packs, order("keep", day, &keep)).await.expect("kept");
        // 12.500 t are needed, 1.2 times that must be obtained: 2.500 t of it are cancelled.
        let sale = [
            ("division", "341822"),
            ("buyer", "E2"),
            ("hold", "12.5"),
            ("cancel", "2.5"),
            ("expires", "2028-12-31"),
        ];
        let entry = post(&books, &packs, order("sale_replaced", day, &sale))
            .await
            .expect("sold");
        assert_eq!(entry.lines.len(), 4);
        for (account, stands) in [
            ("held~E1~cod", "60.000"),
            ("held~E2~cod", "12.500"),
            ("reserve~341822~cod", "25.000"),
            ("cancelled~~cod", "2.500"),
            ("granted~~cod", "-100.000"),
        ] {
            assert_eq!(balance(&books, account).await, stands, "{account}");
        }
        let trial = trial(&books, &packs, LEDGER, day, None).await.expect("computed");
        assert_eq!(
            (trial.totals[0].plus.as_str(), trial.totals[0].minus.as_str()),
            ("100.000", "-100.000")
        );
        assert!(trial.totals[0].balanced);
        let reserves = ledger::reserves(&books, &packs, LEDGER, "reserve")
            .await
            .expect("asked");
        assert_eq!(reserves, [("county".into(), "cod".into(), "25.000".into())]);
        assert_eq!(whole(&books, &packs).await.entries, 3);
    }
}

fn refused(result: books::Result<ledger::Entry>, word: &str) {
    match result {
        Err(e @ Error::Refused(_)) => assert!(e.words().zh.contains(word), "{}", e.words().zh),
        other => panic!("`{word}`: {other:?}"),
    }
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_with_its_reason() {
    let packs = packs();
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        enterprises(&books, 2).await;
        let day = "2024-05-01";
        let grant = |amount: &str| {
            order(
                "grant",
                day,
                &[("enterprise", "E1"), ("amount", amount), ("expires", "2028-12-31")],
            )
        };
        for (amount, word) in [
            ("0", "大于零"),
            ("-1", "大于零"),
            ("1.0005", "3 位小数"),
            ("许多", "读不出来"),
            ("", "缺少参数"),
        ] {
            refused(post(&books, &packs, grant(amount)).await, word);
        }
        let mut none = grant("1");
        none.papers.clear();
        refused(post(&books, &packs, none).await, "凭证");
        let mut unknown = grant("1");
        unknown.params.insert("enterprise".into(), "E9".into());
        refused(post(&books, &packs, unknown).await, "不在名录");
        let mut unit = grant("1");
        unit.params.insert("unit".into(), "voc".into());
        refused(post(&books, &packs, unit).await, "没有计量对象");
        let mut endless = grant("1");
        endless.params.remove("expires");
        refused(post(&books, &packs, endless).await, "有效期");
        let mut over = grant("1");
        over.params.insert("expires".into(), "2024-04-30".into());
        refused(post(&books, &packs, over).await, "已失效");
        refused(
            post(
                &books,
                &packs,
                order(
                    "grant",
                    "2999-01-01",
                    &[("enterprise", "E1"), ("amount", "1"), ("expires", "2999-12-31")],
                ),
            )
            .await,
            "晚于今天",
        );
        refused(
            post(
                &books,
                &packs,
                order("keep", "2024-5-1", &[("division", "341822"), ("amount", "1")]),
            )
            .await,
            "日期",
        );
        refused(
            post(
                &books,
                &packs,
                order("keep", day, &[("division", "广德"), ("amount", "1")]),
            )
            .await,
            "行政区划",
        );
        // Only what is held is free: what is listed cannot be sold a second time.
        post(&books, &packs, grant("10")).await.expect("granted");
        post(&books, &packs, order("list", day, &[("seller", "E1"), ("amount", "7")]))
            .await
            .expect("listed");
        refused(
            post(
                &books,
                &packs,
                order("direct", day, &[("seller", "E1"), ("buyer", "E2"), ("amount", "3.001")]),
            )
            .await,
            "余额不足",
        );
        // A reduction project counts once for a pollutant, until it is taken back.
        let project = |unit: &str| {
            order(
                "reduction",
                day,
                &[
                    ("division", "341822"),
                    ("amount", "1"),
                    ("project", "P1"),
                    ("unit", unit),
                ],
            )
        };
        let first = post(&books, &packs, project("cod")).await.expect("posted");
        refused(post(&books, &packs, project("cod")).await, "只能记一次");
        post(&books, &packs, project("nox")).await.expect("another pollutant");
        let back = ledger::reverse(&books, &packs, LEDGER, &first.id, day, who())
            .await
            .expect("taken back");
        assert_eq!(back.reverses.as_deref(), Some(first.id.as_str()));
        refused(
            ledger::reverse(&books, &packs, LEDGER, &first.id, day, who()).await,
            "不能再冲正",
        );
        refused(
            ledger::reverse(&books, &packs, LEDGER, &back.id, day, Author::new("记账员", "")).await,
            "理由",
        );
        post(&books, &packs, project("cod")).await.expect("free again");
        // The same key is the same posting; with other content it is refused.
        let key = |order| ledger::post(&books, &packs, order, who().request("r-1"));
        let one = key(grant("1")).await.expect("posted");
        assert_eq!(key(grant("1")).await.expect("repeated").id, one.id);
        refused(key(grant("2")).await, "另一笔");
        assert_eq!(balance(&books, "held~E1~cod").await, "4.000");
        whole(&books, &packs).await;
    }
}
