//! Rounding by a named rule at a named interval: GB/T 8170-2008 clause 3, and the modes other
//! standards state in its place.

use crate::wide::mul_div;
use crate::{Decimal, MAX_SCALE, Nudge, NumberError, Ratio};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What happens to the part that is cut off. All modes work on the absolute value and give the sign
/// back (GB/T 8170-2008 clause 3.2), so they are symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// GB/T 8170: a tie keeps the even neighbour.
    #[serde(rename = "gbt8170")]
    HalfEven,
    /// Statistics' "四舍五入": a tie goes away from zero.
    #[serde(rename = "half-up")]
    HalfUp,
    /// Always away from zero ("向上进位取整": the air quality index).
    #[serde(rename = "up")]
    Up,
    /// Always towards zero.
    #[serde(rename = "down")]
    Down,
}

impl Mode {
    /// The mode by its name in data files: `gbt8170`, `half-up`, `up`, `down`.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "gbt8170" => Self::HalfEven,
            "half-up" => Self::HalfUp,
            "up" => Self::Up,
            "down" => Self::Down,
            _ => return None,
        })
    }

    /// Whether the quotient takes one more, given the part cut off (`rest` of `unit`, `rest < unit`).
    fn takes_one_more(self, odd: bool, rest: u128, unit: u128, nudge: Nudge) -> bool {
        match self {
            Self::Up => rest > 0 || nudge == Nudge::Above,
            Self::Down => false,
            Self::HalfUp | Self::HalfEven => {
                // `unit - rest` instead of `2 * rest`: cannot overflow.
                match rest.cmp(&(unit - rest)).then(nudge.ordering()) {
                    Ordering::Less => false,
                    Ordering::Greater => true,
                    Ordering::Equal => self == Self::HalfUp || odd,
                }
            }
        }
    }
}

/// The rounding interval 修约间隔.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// So many decimals: 1 is 0.1, 0 is 1, -2 is 100.
    Decimals(i32),
    /// A multiple of this: 0.5, 0.2, 20 (GB/T 8170-2008 clause 3.4). The result shows the decimals the
    /// step is written with.
    Step(Decimal),
}

/// A mode and an interval: how one published figure is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rounding {
    /// What happens to the part cut off.
    pub mode: Mode,
    /// The place it is cut at.
    pub interval: Interval,
}

impl Rounding {
    /// GB/T 8170 to so many decimals.
    pub const fn gbt8170(decimals: i32) -> Self {
        Self {
            mode: Mode::HalfEven,
            interval: Interval::Decimals(decimals),
        }
    }

    /// Up to a whole number, as the air quality index is (HJ 633).
    pub const fn up_to_integer() -> Self {
        Self {
            mode: Mode::Up,
            interval: Interval::Decimals(0),
        }
    }
}

/// Rounds to so many decimals by GB/T 8170 (half to even on the exact value, once).
///
/// # Errors
/// [`NumberError::Overflow`] when the result needs more than 38 digits.
pub fn gbt8170(x: impl Into<Ratio>, decimals: i32) -> Result<Decimal, NumberError> {
    x.into().round(&Rounding::gbt8170(decimals))
}

/// One integer division, rounded by `mode`: the inner step of everything here, public for code that
/// keeps its values as scaled integers (a mean is `div_round(sum, count, mode)`).
///
/// # Errors
/// [`NumberError::DivisionByZero`]; [`NumberError::Overflow`] only for `i128::MIN / 1`.
pub fn div_round(num: i128, den: u128, mode: Mode) -> Result<i128, NumberError> {
    // Values of measurements fit 64 bits: the hardware divides those some ten times faster.
    if let (Ok(n), Ok(d)) = (u64::try_from(num.unsigned_abs()), u64::try_from(den)) {
        if d == 0 {
            return Err(NumberError::DivisionByZero);
        }
        let (q, rest) = (n / d, n % d);
        let more = mode.takes_one_more(q & 1 == 1, u128::from(rest), u128::from(d), Nudge::None);
        let q = i128::from(q) + i128::from(more);
        return Ok(if num < 0 { -q } else { q });
    }
    signed(num < 0, scaled_div(num.unsigned_abs(), 1, den, mode, Nudge::None)?)
}

/// `num * times / den` rounded, all as absolute values.
pub(crate) fn scaled_div(num: u128, times: u128, den: u128, mode: Mode, nudge: Nudge) -> Result<u128, NumberError> {
    if den == 0 {
        return Err(NumberError::DivisionByZero);
    }
    let (q, rest) = mul_div(num, times, den).ok_or(NumberError::Overflow)?;
    if rest == 0 && nudge == Nudge::Below && mode == Mode::Down {
        return Ok(q.saturating_sub(1)); // just below q: the whole part is one less
    }
    let more = mode.takes_one_more(q & 1 == 1, rest, den, nudge);
    q.checked_add(u128::from(more)).ok_or(NumberError::Overflow)
}

/// Gives the sign back.
pub(crate) fn signed(negative: bool, abs: u128) -> Result<i128, NumberError> {
    let v = i128::try_from(abs).map_err(|_| NumberError::Overflow)?;
    Ok(if negative { -v } else { v })
}

/// 10 to the power `n`, for `n <= 38`.
pub(crate) const fn pow10(n: u32) -> u128 {
    POW10[n as usize]
}

const POW10: [u128; MAX_SCALE as usize + 1] = {
    let mut table = [1u128; MAX_SCALE as usize + 1];
    let mut i = 1;
    while i < table.len() {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// Rounds `num / den` (absolute value and sign apart) at an interval.
pub(crate) fn round_fraction(
    negative: bool,
    num: u128,
    den: u128,
    rule: &Rounding,
    nudge: Nudge,
) -> Result<Decimal, NumberError> {
    let max = MAX_SCALE as i32;
    match rule.interval {
        Interval::Decimals(d) if (0..=max).contains(&d) => {
            let scale = d.unsigned_abs();
            let q = scaled_div(num, pow10(scale), den, rule.mode, nudge)?;
            Decimal::new(signed(negative, q)?, scale)
        }
        Interval::Decimals(d) if (-max..0).contains(&d) => {
            let unit = pow10(d.unsigned_abs());
            round_multiple(negative, num, den, (unit, 0), rule.mode, nudge)
        }
        Interval::Step(step) if step.mantissa() > 0 => {
            let unit = (step.mantissa().unsigned_abs(), step.scale());
            round_multiple(negative, num, den, unit, rule.mode, nudge)
        }
        _ => Err(NumberError::BadInterval),
    }
}

/// Rounds `num / den` to a multiple of `unit.0 / 10^unit.1`.
fn round_multiple(
    negative: bool,
    num: u128,
    den: u128,
    unit: (u128, u32),
    mode: Mode,
    nudge: Nudge,
) -> Result<Decimal, NumberError> {
    let den = den.checked_mul(unit.0).ok_or(NumberError::Overflow)?;
    let q = scaled_div(num, pow10(unit.1), den, mode, nudge)?;
    let back = q.checked_mul(unit.0).ok_or(NumberError::Overflow)?;
    Decimal::new(signed(negative, back)?, unit.1)
}
