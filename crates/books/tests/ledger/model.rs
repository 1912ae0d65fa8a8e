//! Random legal and illegal sequences: the ledger accepts exactly what a small model accepts, and stands where it stands.

use crate::store::Store;
use crate::{LEDGER, balance, enterprises, order, packs, post, who, whole};
use books::{Books, Hash, ledger};
use std::collections::BTreeMap;

/// A small generator; its seed is printed when a sequence fails.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

type Lines = Vec<(String, String, i64)>;

/// Balances in thousandths by account and class; entries with whether they were taken back.
#[derive(Default)]
struct Model {
    held: BTreeMap<(String, String), i64>,
    entries: Vec<(String, Lines, bool)>,
}

const CLASSES: [&str; 2] = ["2026-06-30", "2028-12-31"];

impl Model {
    fn has(&self, account: &str, class: &str) -> i64 {
        self.held.get(&(account.into(), class.into())).copied().unwrap_or(0)
    }

    /// Takes an amount out of the classes of an account, the earliest first.
    fn earliest(&self, account: &str, amount: i64) -> Option<Vec<(String, i64)>> {
        let mut left = amount;
        let mut parts = vec![];
        for class in CLASSES {
            let take = self.has(account, class).min(left);
            if take > 0 {
                parts.push((class.to_string(), take));
                left -= take;
            }
        }
        (left == 0).then_some(parts)
    }

    fn lay(&mut self, lines: &Lines) -> bool {
        let mut next = self.held.clone();
        for (account, class, amount) in lines {
            *next.entry((account.clone(), class.clone())).or_default() += amount;
        }
        let good = lines
            .iter()
            .all(|(a, c, _)| a.starts_with("granted") || next[&(a.clone(), c.clone())] >= 0);
        if good {
            self.held = next;
        }
        good
    }
}

fn moved(from: &str, to: &str, parts: &[(String, i64)]) -> Lines {
    let mut lines = vec![];
    for (class, amount) in parts {
        lines.push((to.to_string(), class.clone(), *amount));
        lines.push((from.to_string(), class.clone(), -amount));
    }
    lines
}

#[tokio::test]
async fn the_ledger_does_what_the_model_does() {
    let packs = packs();
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        enterprises(&books, 3).await;
        let seed = 0x9e37_79b9_7f4a_7c15;
        let mut dice = Dice(seed);
        let mut model = Model::default();
        let (mut accepted, mut refused) = (0, 0);
        for step in 0..400 {
            let (a, b) = (format!("E{}", 1 + dice.below(3)), format!("E{}", 1 + dice.below(3)));
            let amount = 1 + i64::try_from(dice.below(6_000)).expect("small");
            let text = format!("{}.{:03}", amount / 1000, amount % 1000);
            let class = CLASSES[usize::try_from(dice.below(2)).expect("small")];
            let (held, frozen) = (format!("held~{a}~cod"), format!("frozen~{a}~cod"));
            let day = "2024-05-01";
            let (expected, result) = match dice.below(6) {
                0 => {
                    let lines = vec![
                        (held, class.to_string(), amount),
                        ("granted~~cod".into(), String::new(), -amount),
                    ];
                    let o = order(
                        "grant",
                        day,
                        &[("enterprise", &a), ("amount", &text), ("expires", class)],
                    );
                    (Some(lines), post(&books, &packs, o).await)
                }
                1 => {
                    let lines = model
                        .earliest(&held, amount)
                        .map(|p| moved(&held, &format!("held~{b}~cod"), &p));
                    let o = order("direct", day, &[("seller", &a), ("buyer", &b), ("amount", &text)]);
                    (lines, post(&books, &packs, o).await)
                }
                2 => {
                    let lines = model.earliest(&held, amount).map(|p| moved(&held, &frozen, &p));
                    (
                        lines,
                        post(&books, &packs, order("list", day, &[("seller", &a), ("amount", &text)])).await,
                    )
                }
                3 => {
                    let lines = model
                        .earliest(&frozen, amount)
                        .map(|p| moved(&frozen, &format!("held~{b}~cod"), &p));
                    let o = order("transfer", day, &[("seller", &a), ("buyer", &b), ("amount", &text)]);
                    (lines, post(&books, &packs, o).await)
                }
                4 => {
                    let parts = [(class.to_string(), amount)];
                    let lines = Some(moved(&held, &frozen, &parts));
                    let o = order("list", day, &[("seller", &a), ("amount", &text), ("expires", class)]);
                    (lines, post(&books, &packs, o).await)
                }
                _ => {
                    let Some(i) = dice.below(40).checked_rem(model.entries.len() as u64) else {
                        continue;
                    };
                    let i = usize::try_from(i).expect("small");
                    let (id, lines, back) = &model.entries[i];
                    let opposite = lines.iter().map(|(a, c, n)| (a.clone(), c.clone(), -n)).collect();
                    let expected = (!back).then_some(opposite);
                    let result = ledger::reverse(&books, &packs, LEDGER, id, day, who()).await;
                    if result.is_ok() {
                        model.entries[i].2 = true;
                    }
                    (expected, result)
                }
            };
            let good = expected.as_ref().is_some_and(|lines| model.lay(lines));
            assert_eq!(
                good,
                result.is_ok(),
                "seed {seed:#x}, step {step}: {expected:?} {result:?}"
            );
            match (result, expected) {
                (Ok(entry), Some(lines)) => {
                    accepted += 1;
                    // An entry that takes another back cannot be taken back itself.
                    model.entries.push((entry.id, lines, entry.reverses.is_some()));
                }
                _ => refused += 1,
            }
        }
        assert!(
            accepted > 100 && refused > 50,
            "{accepted} accepted, {refused} refused: the sequence tests both"
        );
        let mut sums: BTreeMap<&String, i64> = BTreeMap::new();
        for ((account, _), held) in &model.held {
            *sums.entry(account).or_default() += held;
        }
        for (account, held) in sums {
            let sign = if held < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:03}", held.abs() / 1000, held.abs() % 1000);
            assert_eq!(balance(&books, account).await, text, "{account}");
        }
        assert_eq!(whole(&books, &packs).await.entries, accepted);
    }
}
