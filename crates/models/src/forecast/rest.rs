//! What the remaining days may bring and the target is still met: exact.

use super::{ForecastError, Target};
use figure::{Decimal, Interval, Mode, Ratio, Rounding};

/// One city's (or site's) year so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Sum of the day values that are in.
    pub sum: Ratio,
    /// Number of days that are in.
    pub done: u32,
    /// Number of days to come.
    pub rest: u32,
}

/// How things stand with a target before the year is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It depends on the days to come.
    Open,
    /// Whatever comes, it is met.
    Assured,
    /// Whatever comes, it is missed.
    Lost,
}

/// The mean that the remaining days may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    pub outlook: Outlook,
    /// The exact edge; `None` when no day remains.
    pub bound: Option<Ratio>,
    /// The bound itself still meets the target.
    pub inclusive: bool,
    /// The bound in so many decimals, on the safe side: this mean still meets the target, one unit further does not.
    pub shown: Option<Decimal>,
}

/// The mean that the days to come may have in every part alike, so that the mean of the parts' means meets `target`.
///
/// The figure of the year is `A + B·x`, x the mean to come; solved for x at the target's exact edge.
pub fn rest_mean(parts: &[Part], target: &Target, decimals: u32) -> Result<Rest, ForecastError> {
    if parts.is_empty() || parts.iter().any(|p| p.done + p.rest == 0) {
        return Err(ForecastError::Empty);
    }
    let count = Ratio::from(parts.len() as i64);
    let (mut a, mut b) = (Ratio::from(0), Ratio::from(0));
    for p in parts {
        let days = Ratio::from(i64::from(p.done) + i64::from(p.rest));
        a = a.add(p.sum.div(days)?.div(count)?)?;
        b = b.add(Ratio::from(i64::from(p.rest)).div(days)?.div(count)?)?;
    }
    if b == Ratio::from(0) {
        let outlook = if target.met(a)? {
            Outlook::Assured
        } else {
            Outlook::Lost
        };
        return Ok(Rest {
            outlook,
            bound: None,
            inclusive: true,
            shown: None,
        });
    }
    let edge = target.edge()?;
    let bound = edge.at.sub(a)?.div(b)?;
    let zero_meets = target.met(a)?;
    let low = target.comparator.low_is_good();
    let outlook = match (low, zero_meets) {
        // A concentration cannot fall below zero, and has no upper end.
        (true, false) => Outlook::Lost,
        (false, true) => Outlook::Assured,
        _ => Outlook::Open,
    };
    let shown = (outlook == Outlook::Open)
        .then(|| safe(bound, edge.inclusive, low, decimals))
        .transpose()?;
    Ok(Rest {
        outlook,
        bound: Some(bound),
        inclusive: edge.inclusive,
        shown,
    })
}

/// `bound` (not negative) in so many decimals, towards the side that meets the target.
fn safe(bound: Ratio, inclusive: bool, low: bool, decimals: u32) -> Result<Decimal, ForecastError> {
    let mode = if low { Mode::Down } else { Mode::Up };
    let interval = Interval::Decimals(i32::try_from(decimals).unwrap_or(i32::MAX));
    let x = bound.round(&Rounding { mode, interval })?;
    if inclusive || Ratio::from(x) != bound {
        return Ok(x);
    }
    let unit = Decimal::new(1, decimals)?;
    Ok(if low { x.sub(unit)? } else { x.add(unit)? })
}

/// Days counted so far: those with the property (good days, heavy days), those that are valid, those to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub hits: u64,
    pub valid: u64,
    /// Days to come, all taken as valid.
    pub rest: u64,
}

/// How many of the days to come may still go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub outlook: Outlook,
    /// Days that may go wrong; `None` when the target is lost.
    pub days: Option<u64>,
    /// Days to come.
    pub of: u64,
}

/// How many days to come may go wrong (not be good; or be heavy, when low is good) and the share in percent
/// of all valid days still meets `target`.
pub fn days_left(count: Count, target: &Target) -> Result<Left, ForecastError> {
    let all = count
        .valid
        .checked_add(count.rest)
        .filter(|n| *n > 0)
        .ok_or(ForecastError::Empty)?;
    if count.hits > count.valid {
        return Err(ForecastError::Empty);
    }
    let low = target.comparator.low_is_good();
    let meets = |wrong: u64| {
        let hits = if low {
            count.hits + wrong
        } else {
            count.hits + count.rest - wrong
        };
        target.met(Ratio::new(i128::from(hits) * 100, i128::from(all))?)
    };
    if !meets(0)? {
        return Ok(Left {
            outlook: Outlook::Lost,
            days: None,
            of: count.rest,
        });
    }
    // meets(low_end) holds, meets(high_end) does not (or lies beyond the days to come).
    let (mut low_end, mut high_end) = (0, count.rest + 1);
    while high_end - low_end > 1 {
        let middle = low_end + (high_end - low_end) / 2;
        if meets(middle)? {
            low_end = middle
        } else {
            high_end = middle
        }
    }
    let outlook = if low_end == count.rest {
        Outlook::Assured
    } else {
        Outlook::Open
    };
    Ok(Left {
        outlook,
        days: Some(low_end),
        of: count.rest,
    })
}
