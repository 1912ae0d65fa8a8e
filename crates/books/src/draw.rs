//! 双随机: a draw that anyone can verify. The input is frozen and its hash published; a public value that came later and
//! was named in advance (the beacon) makes the seed; from both follow the units and the officers. Only SHA-256, HMAC and
//! whole numbers are used, so that any machine and any language get the same result.
//!
//! - `input_hash` = SHA-256 of the input's canonical JSON (sorted keys, no spaces), lower-case hexadecimal.
//! - `seed` = SHA-256(`input_hash` ‖ beacon), both as UTF-8.
//! - Of each unit: `h` = HMAC-SHA-256(seed, `unit\n` ‖ id), `u` = (first 8 bytes of `h`, big-endian, + 1) / 2⁶⁴.
//! - Units of a stratum go by u^(1/weight), largest first (compared exactly as u₁^w₂ with u₂^w₁), then by `h`, then by id.
//! - For the k-th drawn unit (from 1) officers go by HMAC-SHA-256(seed, `officer\n` ‖ k ‖ `\n` ‖ id), smallest first; those
//!   who must not meet the unit, or have their most, are skipped.

use crate::error::{Error, Result};
use crate::event::{Author, Change, Doc, Event, Hash};
use crate::patch::canonical;
use crate::{Books, text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Room of the draws.
pub const ROOM: &str = "draw";
/// Largest weight: enough for any rule that was seen, small enough for exact powers.
const HEAVIEST: u32 = 100;

/// Something that may be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its id (credit code).
    pub id: String,
    /// Stratum it is drawn in: 重点, 一般.
    pub stratum: String,
    /// Weight in its stratum, 1 … 100: a unit of weight 2 is about twice as likely to come first as one of weight 1.
    pub weight: u32,
}

/// Everything that decides a draw beside the beacon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What is drawn for, and the version of the rule: `2026年第三季度…`.
    pub title: String,
    /// Version of the rule (rates and weights of the bureau's plan).
    pub rule: String,
    /// The public value that will be used, named before it exists.
    pub beacon: String,
    /// Units.
    pub units: Vec<Unit>,
    /// Units wanted, by stratum.
    pub wanted: BTreeMap<String, usize>,
    /// Officers.
    pub officers: Vec<String>,
    /// Officers for each unit.
    pub each: usize,
    /// Most units for one officer; none: any number.
    pub most: Option<usize>,
    /// Pairs (officer, unit) that must not meet.
    pub avoid: Vec<(String, String)>,
}

/// The public value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    /// The value, as published.
    pub value: String,
    /// Where it can be looked up.
    pub source: String,
    /// When it was published, milliseconds of UTC; after the freeze.
    pub at: i64,
}

/// A drawn unit with its officers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// Place in the draw, from 1; keeps its number when replaced.
    pub place: usize,
    /// Stratum.
    pub stratum: String,
    /// Unit.
    pub unit: String,
    /// Officers.
    pub officers: Vec<String>,
}

/// A unit that was drawn and left out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// Place in the draw.
    pub place: usize,
    /// Unit left out.
    pub unit: String,
    /// Why.
    pub reason: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// HMAC-SHA-256 (RFC 2104) of a message.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (b, k) in block.iter_mut().zip(key) {
            *b ^= k;
        }
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

/// Hash of an input: what is published at the freeze.
pub fn input_hash(input: &Input) -> String {
    // An input of texts and whole numbers always has a JSON.
    let value = serde_json::to_value(input).unwrap_or_default();
    Hash::Sha256.hex(canonical(&value).as_bytes())
}

fn seed(input_hash: &str, beacon: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(input_hash)
        .chain_update(beacon)
        .finalize()
        .into()
}

/// What is wrong with an input; refused before it is frozen.
pub fn check(input: &Input) -> Result<()> {
    let fault = |zh: String, en: String| Err(Error::refused(zh, en));
    let mut ids = BTreeSet::new();
    for unit in &input.units {
        if unit.id.is_empty() || !ids.insert(&unit.id) {
            return fault(
                format!("对象“{}”为空或重复。", unit.id),
                format!("unit `{}` is empty or there twice", unit.id),
            );
        }
        if unit.weight == 0 || unit.weight > HEAVIEST {
            return fault(
                format!("对象“{}”的权重应为 1 至 {HEAVIEST} 的整数。", unit.id),
                format!("the weight of `{}` must be 1 … {HEAVIEST}", unit.id),
            );
        }
    }
    let officers: BTreeSet<&String> = input.officers.iter().collect();
    if officers.len() != input.officers.len() || input.officers.iter().any(String::is_empty) {
        return fault(
            "执法人员名单有空名或重名。".into(),
            "an officer is empty or there twice".into(),
        );
    }
    for (stratum, wanted) in &input.wanted {
        let there = input.units.iter().filter(|u| &u.stratum == stratum).count();
        if there < *wanted {
            return fault(
                format!("“{stratum}”只有 {there} 家，要抽 {wanted} 家。"),
                format!("stratum `{stratum}` has {there} units, {wanted} are wanted"),
            );
        }
    }
    if input.beacon.trim().is_empty() || input.rule.trim().is_empty() {
        return fault(
            "须事先写明随机源和规则版本。".into(),
            "name the beacon and the rule's version first".into(),
        );
    }
    Ok(())
}

/// `base` to the power `n`, little-endian limbs.
fn power(base: u64, n: u32) -> Vec<u64> {
    let mut limbs = vec![1u64];
    for _ in 0..n {
        let mut carry = 0u128;
        for limb in &mut limbs {
            let product = u128::from(*limb) * u128::from(base) + carry;
            *limb = product as u64; // the low half; the high half is carried
            carry = product >> 64;
        }
        if carry > 0 {
            limbs.push(carry as u64);
        }
    }
    limbs
}

/// `x / 2^(64·a)` against `y / 2^(64·b)`.
fn compare(x: &[u64], a: u32, y: &[u64], b: u32) -> Ordering {
    let shifted = |limbs: &[u64], by: u32| {
        let mut all = vec![0u64; by as usize];
        all.extend_from_slice(limbs);
        while all.last() == Some(&0) {
            all.pop();
        }
        all
    };
    let (x, y) = (shifted(x, b), shifted(y, a));
    x.len().cmp(&y.len()).then_with(|| x.iter().rev().cmp(y.iter().rev()))
}

/// All units of a stratum in the order of the draw.
fn ranked<'a>(input: &'a Input, seed: &[u8; 32], stratum: &str) -> Vec<&'a Unit> {
    // `u` is kept one below its numerator, so that 2⁶⁴ fits: equal weights compare the same way.
    let mut units: Vec<(u64, [u8; 32], &Unit)> = input
        .units
        .iter()
        .filter(|unit| unit.stratum == stratum)
        .map(|unit| {
            let h = hmac(seed, format!("unit\n{}", unit.id).as_bytes());
            let first = h.iter().take(8).fold(0u64, |n, b| (n << 8) | u64::from(*b));
            (first, h, unit)
        })
        .collect();
    units.sort_by(|a, b| {
        let by_key = if a.2.weight == b.2.weight {
            b.0.cmp(&a.0)
        } else {
            let (x, y) = (raised(a.0, b.2.weight), raised(b.0, a.2.weight));
            compare(&y, a.2.weight, &x, b.2.weight)
        };
        by_key.then(a.1.cmp(&b.1)).then(a.2.id.cmp(&b.2.id))
    });
    units.into_iter().map(|(_, _, unit)| unit).collect()
}

/// (n + 1)^w; the greatest n has the power of two itself.
fn raised(n: u64, w: u32) -> Vec<u64> {
    match n.checked_add(1) {
        Some(base) => power(base, w),
        None => {
            let mut limbs = vec![0u64; w as usize];
            limbs.push(1);
            limbs
        }
    }
}

/// The draw: picks in order, stratum by stratum. `out` are units left out after they were drawn, by place, with the
/// reason; the next of the stratum takes the place.
pub fn draw(input: &Input, beacon: &str, out: &[Replaced]) -> Result<Vec<Pick>> {
    check(input)?;
    let seed = seed(&input_hash(input), beacon);
    let gone: BTreeSet<&str> = out.iter().map(|r| r.unit.as_str()).collect();
    let mut avoid: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (officer, unit) in &input.avoid {
        avoid.entry(unit).or_default().insert(officer);
    }
    let mut picks = Vec::new();
    for (stratum, wanted) in &input.wanted {
        let order = ranked(input, &seed, stratum);
        let (first, rest) = order.split_at((*wanted).min(order.len()));
        let mut spare = rest.iter().filter(|u| !gone.contains(u.id.as_str()));
        // Places of units left out go to the next ones in the order in which they were left out.
        let mut stand: HashMap<&str, &str> = HashMap::new();
        for left in out.iter().filter(|r| order.iter().any(|u| u.id == r.unit)) {
            let next = spare.next().ok_or_else(|| {
                Error::refused(
                    format!("“{stratum}”已没有可替补的对象。"),
                    format!("stratum `{stratum}` has no unit left to take the place"),
                )
            })?;
            stand.insert(&left.unit, &next.id);
        }
        for unit in first {
            let mut id = unit.id.as_str();
            while let Some(next) = stand.get(id) {
                id = next;
            }
            picks.push(Pick {
                place: picks.len() + 1,
                stratum: stratum.clone(),
                unit: id.into(),
                officers: vec![],
            });
        }
    }
    let mut load: HashMap<String, usize> = HashMap::new();
    for pick in &mut picks {
        let mut order: Vec<([u8; 32], &String)> = input
            .officers
            .iter()
            .map(|o| (hmac(&seed, format!("officer\n{}\n{o}", pick.place).as_bytes()), o))
            .collect();
        order.sort();
        for (_, officer) in order {
            let barred = avoid
                .get(pick.unit.as_str())
                .is_some_and(|a| a.contains(officer.as_str()));
            let full = input
                .most
                .is_some_and(|most| load.get(officer).copied().unwrap_or(0) >= most);
            if pick.officers.len() < input.each && !barred && !full {
                *load.entry(officer.clone()).or_default() += 1;
                pick.officers.push(officer.clone());
            }
        }
        if pick.officers.len() < input.each {
            return Err(Error::refused(
                format!("“{}”可派人员不足 {} 人：请增加人员或减少回避。", pick.unit, input.each),
                format!("`{}` has fewer than {} officers who may go", pick.unit, input.each),
            ));
        }
    }
    Ok(picks)
}

fn broken(e: serde_json::Error) -> Error {
    Error::refused(
        format!("抽取记录读不出来：{e}。"),
        format!("the draw's record cannot be read: {e}"),
    )
}

fn part<T: serde::de::DeserializeOwned>(doc: &Doc, key: &str) -> Result<T> {
    serde_json::from_value(doc.body.get(key).cloned().unwrap_or_default()).map_err(broken)
}

/// Freezes an input: from now on its hash is public and nothing of it can be changed.
pub async fn freeze(books: &Books, id: &str, input: &Input, division: &str, author: Author) -> Result<Vec<Event>> {
    check(input)?;
    let (id, hash, division) = (id.to_string(), input_hash(input), division.to_string());
    // As text, byte for byte what was hashed: a reader can hash it without knowing how JSON is written.
    let frozen = canonical(&serde_json::to_value(input).map_err(broken)?);
    books
        .write(author, move |view| {
            Box::pin(async move {
                let body = json!({"input": frozen, "input_hash": hash, "frozen": view.now(), "_state": "frozen", "_division": division});
                Ok(vec![Change::at(ROOM, &id, "freeze", 0, body)])
            })
        })
        .await
}

/// Draws with the public value. It must have been published after the freeze.
pub async fn reveal(books: &Books, id: &str, beacon: Beacon, author: Author) -> Result<Vec<Event>> {
    let id = id.to_string();
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(ROOM, &id).await?;
                if doc.text("_state") != "frozen" {
                    return Err(Error::refused(
                        "该抽取未冻结名单，或已经抽取过；一次冻结只抽一次。",
                        "nothing is frozen, or it was drawn already: one freeze, one draw",
                    ));
                }
                let frozen = doc.int("frozen").unwrap_or(0);
                if beacon.at <= frozen || beacon.at > view.now() || beacon.value.trim().is_empty() {
                    return Err(Error::refused(
                        "随机源须在名单冻结之后公布，且已经公布。",
                        "the beacon must have been published after the freeze, and before now",
                    ));
                }
                let input = frozen_input(&doc)?;
                let picks = draw(&input, &beacon.value, &[])?;
                let seed = hex(&seed(doc.text("input_hash"), &beacon.value));
                let patch = json!({"beacon": beacon, "seed": seed, "picks": picks, "replaced": [], "_state": "drawn"});
                Ok(vec![Change::any(ROOM, &id, "draw", patch)])
            })
        })
        .await
}

/// Leaves a drawn unit out, with the author's reason; the next of its stratum takes its place. Both stay visible.
pub async fn replace(books: &Books, id: &str, unit: &str, author: Author) -> Result<Vec<Event>> {
    let (id, unit, reason) = (id.to_string(), unit.to_string(), author.reason.trim().to_string());
    if reason.is_empty() {
        return Err(Error::refused(
            "替换抽中的对象须写明理由。",
            "say why the unit is left out",
        ));
    }
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(ROOM, &id).await?;
                let picks: Vec<Pick> = part(&doc, "picks")?;
                let pick = picks.iter().find(|p| p.unit == unit).ok_or_else(|| {
                    Error::refused(format!("“{unit}”没有被抽中。"), format!("`{unit}` was not drawn"))
                })?;
                let mut replaced: Vec<Replaced> = part(&doc, "replaced")?;
                replaced.push(Replaced {
                    place: pick.place,
                    unit,
                    reason,
                });
                let beacon: Beacon = part(&doc, "beacon")?;
                let picks = draw(&frozen_input(&doc)?, &beacon.value, &replaced)?;
                let patch = json!({"picks": picks, "replaced": replaced});
                Ok(vec![Change::any(ROOM, &id, "replace", patch)])
            })
        })
        .await
}

fn frozen_input(doc: &Doc) -> Result<Input> {
    serde_json::from_str(doc.text("input")).map_err(broken)
}

/// Computes a published draw anew from its record; what does not fit. Empty: it is what the rule gives.
pub fn verify(doc: &Doc) -> Vec<figure::Text> {
    let mut faults = Vec::new();
    let mut fault = |zh: &str, en: &str| faults.push(figure::Text::new(zh, en));
    let frozen = doc.text("input");
    if Hash::Sha256.hex(frozen.as_bytes()) != doc.text("input_hash") {
        fault(
            "名单与公布的摘要不符",
            "the input is not the one whose hash was published",
        );
    }
    let (input, beacon) = match (frozen_input(doc), part::<Beacon>(doc, "beacon")) {
        (Ok(input), Ok(beacon)) => (input, beacon),
        _ => {
            fault(
                "尚未抽取，或记录读不出来",
                "not drawn yet, or the record cannot be read",
            );
            return faults;
        }
    };
    if input_hash(&input) != doc.text("input_hash") {
        fault("名单不是规范写法", "the input is not in its canonical form");
    }
    if beacon.at <= doc.int("frozen").unwrap_or(0) {
        fault("随机源早于名单冻结", "the beacon is older than the freeze");
    }
    if hex(&seed(doc.text("input_hash"), &beacon.value)) != text(&doc.body, "seed") {
        fault(
            "种子与摘要和随机源不符",
            "the seed does not follow from hash and beacon",
        );
    }
    let again = part::<Vec<Replaced>>(doc, "replaced").and_then(|out| draw(&input, &beacon.value, &out));
    if again.ok() != part::<Vec<Pick>>(doc, "picks").ok() {
        fault("重新计算得到的结果不同", "the result computed anew is another one");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_messages_is_that_of_rfc_4231() {
        // Test case 1 has a key of 20 bytes, which HMAC fills with zeros.
        let mut key = [0u8; 32];
        key[..20].fill(0x0b);
        assert_eq!(
            hex(&hmac(&key, b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }

    #[test]
    fn powers_are_exact() {
        // 3^50 = 717897987691852588770249 = 0x9805_04d1 7a3f... checked against u128.
        let limbs = power(3, 50);
        let whole = u128::from(limbs[0]) | (u128::from(limbs[1]) << 64);
        assert_eq!(whole, 3u128.pow(50));
        // 1/2 of weight 2 against 1/4 of weight 1: equal keys (1/2)^1 = (1/4)^(1/2).
        let (half, quarter) = ((1u64 << 63) - 1, (1u64 << 62) - 1);
        let (x, y) = (raised(half, 2), raised(quarter, 1));
        assert_eq!(compare(&x, 2, &y, 1), Ordering::Equal);
        assert_eq!(
            compare(&raised(u64::MAX, 3), 3, &raised(u64::MAX, 1), 1),
            Ordering::Equal
        );
    }
}
