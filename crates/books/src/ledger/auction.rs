//! Clearing of an auction of one lot: a pure function; its rule is data (`[[auction]]` of the ledger's file).

use crate::error::{Error, Result};
use crate::pack::ledger::{Auction, Pays, Tie};
use figure::{Decimal, Mode, NumberError, Ratio, Rounding};
use serde::{Deserialize, Serialize};

/// What is sold, as announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Amount.
    pub amount: Decimal,
    /// Lowest price that is accepted.
    pub start: Decimal,
    /// Prices are the lowest one plus whole steps; none: any price.
    #[serde(default)]
    pub step: Option<Decimal>,
}

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bid {
    /// Bidder.
    pub bidder: String,
    /// Amount wanted.
    pub amount: Decimal,
    /// Price of one unit.
    pub price: Decimal,
    /// When it came, milliseconds of UTC.
    pub at: i64,
    /// Whether the deposit was paid.
    pub deposit: bool,
}

/// What a bid got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Award {
    /// Bidder.
    pub bidder: String,
    /// Amount; zero if nothing was left.
    pub amount: Decimal,
    /// Price of one unit to be paid.
    pub price: Decimal,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// Lowest price that got something; none if nothing was sold.
    pub price: Option<Decimal>,
    /// One for each accepted bid, in the order of rank: price, then time.
    pub awards: Vec<Award>,
    /// What was not sold.
    pub left: Decimal,
    /// Bids that were not accepted, and why.
    pub refused: Vec<(String, figure::Text)>,
    /// Fewer bidders than the rule asks for: sell by agreement, or carry the lot to the next auction.
    pub too_few: bool,
}

/// Clears a lot. Ranks by price (highest first), then time; at the last price what is left is shared as the rule says;
/// the sum of the awards is never more than the lot.
pub fn clear(rule: &Auction, lot: &Lot, bids: &[Bid]) -> Result<Cleared> {
    compute(rule, lot, bids).map_err(|e| {
        Error::refused(
            format!("拍卖数量或价格无法计算：{e}。"),
            format!("the auction's numbers cannot be computed: {e}"),
        )
    })
}

fn compute(rule: &Auction, lot: &Lot, bids: &[Bid]) -> Result<Cleared, NumberError> {
    let mut refused = Vec::new();
    let mut good: Vec<&Bid> = Vec::new();
    for bid in bids {
        match wrong(rule, lot, bid)? {
            Some(why) => refused.push((bid.bidder.clone(), why)),
            None => good.push(bid),
        }
    }
    good.sort_by(|a, b| {
        b.price
            .cmp(&a.price)
            .then(a.at.cmp(&b.at))
            .then(a.bidder.cmp(&b.bidder))
    });
    let mut bidders: Vec<&str> = good.iter().map(|b| b.bidder.as_str()).collect();
    bidders.sort_unstable();
    bidders.dedup();
    let zero = Decimal::new(0, rule.digits)?;
    let scale = |d: Decimal| d.at_scale(rule.digits).ok_or(NumberError::Overflow);
    let too_few = bidders.len() < rule.bidders;
    let mut left = if too_few { 0 } else { scale(lot.amount)? };
    let mut price = None;
    let mut awards = Vec::with_capacity(good.len());
    for same in good.chunk_by(|a, b| a.price == b.price) {
        let wanted = same.iter().map(|b| scale(b.amount)).collect::<Result<Vec<i128>, _>>()?;
        let shares = match rule.tie {
            Tie::Time => first_come(&wanted, left),
            Tie::Quantity => by_quantity(&wanted, left)?,
        };
        if left > 0 {
            price = Some(same[0].price);
        }
        left -= shares.iter().sum::<i128>();
        for (bid, share) in same.iter().zip(shares) {
            awards.push(Award {
                bidder: bid.bidder.clone(),
                amount: Decimal::new(share, rule.digits)?,
                price: bid.price,
            });
        }
    }
    if let (Pays::Uniform, Some(price)) = (rule.pays, price) {
        for award in &mut awards {
            award.price = price;
        }
    }
    let sold = awards.iter().try_fold(zero, |sum, a| sum.add(a.amount))?;
    Ok(Cleared {
        price,
        awards,
        left: lot.amount.sub(sold)?,
        refused,
        too_few,
    })
}

fn wrong(rule: &Auction, lot: &Lot, bid: &Bid) -> Result<Option<figure::Text>, NumberError> {
    let words = |zh: String, en: &str| Ok(Some(figure::Text::new(zh, en)));
    if !bid.deposit {
        return words("未交保证金".into(), "no deposit");
    }
    if bid.amount.is_negative() || bid.amount.is_zero() || bid.amount.at_scale(rule.digits).is_none() {
        return words(
            format!("数量须大于零且不超过 {} 位小数", rule.digits),
            "amount not above zero or too fine",
        );
    }
    if bid.price < lot.start {
        return words(format!("低于起始价 {}", lot.start), "below the starting price");
    }
    if let Some(step) = lot.step.filter(|s| !s.is_zero()) {
        let steps = Ratio::from(bid.price.sub(lot.start)?).div(step.into())?;
        if steps.den() != 1 {
            return words(format!("不是增价幅度 {step} 的整数倍"), "not a whole number of steps");
        }
    }
    Ok(None)
}

fn first_come(wanted: &[i128], left: i128) -> Vec<i128> {
    let mut left = left;
    wanted
        .iter()
        .map(|w| {
            let take = (*w).min(left);
            left -= take;
            take
        })
        .collect()
}

/// In proportion, cut to the smallest part; the parts that remain go to the largest rests, the earlier bid first.
fn by_quantity(wanted: &[i128], left: i128) -> Result<Vec<i128>, NumberError> {
    let all: i128 = wanted.iter().sum();
    if all <= left {
        return Ok(wanted.to_vec());
    }
    let down = Rounding {
        mode: Mode::Down,
        ..Rounding::gbt8170(0)
    };
    let mut shares = Vec::with_capacity(wanted.len());
    let mut rests = Vec::with_capacity(wanted.len());
    for (i, w) in wanted.iter().enumerate() {
        let exact = Ratio::from(Decimal::new(*w, 0)?).mul(Ratio::new(left, all)?)?;
        let whole = exact.round(&down)?.mantissa();
        rests.push((exact.sub(Ratio::new(whole, 1)?)?, i));
        shares.push(whole);
    }
    rests.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let over = left - shares.iter().sum::<i128>();
    for (_, i) in rests.iter().take(usize::try_from(over).unwrap_or(0)) {
        shares[*i] += 1;
    }
    Ok(shares)
}
