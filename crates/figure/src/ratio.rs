//! An exact fraction: what a mean, a share or an interpolation is before it is rounded.

use crate::rounding::{pow10, round_fraction, signed};
use crate::{Decimal, MAX_SCALE, Nudge, NumberError, Rounding};
use std::cmp::Ordering;
use std::fmt;

/// `num / den` in lowest terms, `den > 0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    den: i128,
}

// Operators would have to panic on overflow; these return it.
#[allow(clippy::should_implement_trait)]
impl Ratio {
    /// Zero.
    pub const ZERO: Self = Self { num: 0, den: 1 };

    /// `num / den`, reduced.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`]; [`NumberError::Overflow`] for a term of `i128::MIN`.
    pub fn new(num: i128, den: i128) -> Result<Self, NumberError> {
        if den == 0 {
            return Err(NumberError::DivisionByZero);
        }
        let (n, d) = (num.unsigned_abs(), den.unsigned_abs());
        let g = gcd(n, d);
        Ok(Self {
            num: signed((num < 0) != (den < 0), n / g)?,
            den: signed(false, d / g)?,
        })
    }

    /// For denominators that are known to be positive and within `i128` (powers of ten, counts).
    pub(crate) fn reduced(num: i128, den: u128) -> Self {
        let g = gcd(num.unsigned_abs(), den);
        Self {
            num: num / g as i128,
            den: (den / g) as i128,
        }
    }

    /// The numerator in lowest terms; it carries the sign.
    pub const fn num(&self) -> i128 {
        self.num
    }

    /// The denominator in lowest terms; above zero.
    pub const fn den(&self) -> i128 {
        self.den
    }

    /// Sum.
    ///
    /// # Errors
    /// [`NumberError::Overflow`] when a term leaves `i128` even after reducing.
    pub fn add(self, other: Self) -> Result<Self, NumberError> {
        // Over the least common multiple, not the product: sums of decimals stay small.
        let g = gcd(self.den.unsigned_abs(), other.den.unsigned_abs()) as i128;
        let (a, b) = (other.den / g, self.den / g);
        let sum = self
            .num
            .checked_mul(a)
            .zip(other.num.checked_mul(b))
            .and_then(|(x, y)| x.checked_add(y));
        let den = self.den.checked_mul(a);
        match (sum, den) {
            (Some(n), Some(d)) => Self::new(n, d),
            _ => Err(NumberError::Overflow),
        }
    }

    /// Difference.
    ///
    /// # Errors
    /// As [`Ratio::add`].
    pub fn sub(self, other: Self) -> Result<Self, NumberError> {
        self.add(Self {
            num: -other.num,
            den: other.den,
        })
    }

    /// Product.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn mul(self, other: Self) -> Result<Self, NumberError> {
        // Reducing crosswise first keeps the terms as small as the result allows.
        let a = Self::new(self.num, other.den)?;
        let b = Self::new(other.num, self.den)?;
        match (a.num.checked_mul(b.num), a.den.checked_mul(b.den)) {
            (Some(num), Some(den)) => Ok(Self { num, den }),
            _ => Err(NumberError::Overflow),
        }
    }

    /// Quotient.
    ///
    /// # Errors
    /// [`NumberError::DivisionByZero`], [`NumberError::Overflow`].
    pub fn div(self, other: Self) -> Result<Self, NumberError> {
        self.mul(Self::new(other.den, other.num)?)
    }

    /// The absolute value.
    pub fn abs(self) -> Self {
        Self {
            num: self.num.abs(),
            den: self.den,
        }
    }

    /// Rounds once, from the fraction itself: the rest of the division decides, no digits are cut first.
    ///
    /// # Errors
    /// [`NumberError::BadInterval`]; [`NumberError::Overflow`] when the result leaves 38 digits.
    pub fn round(self, rule: &Rounding) -> Result<Decimal, NumberError> {
        self.round_nudged(rule, Nudge::None)
    }

    pub(crate) fn round_nudged(self, rule: &Rounding, nudge: Nudge) -> Result<Decimal, NumberError> {
        round_fraction(
            self.num < 0,
            self.num.unsigned_abs(),
            self.den.unsigned_abs(),
            rule,
            nudge,
        )
    }

    /// The nearest float, for drawing only.
    pub fn to_f64(&self) -> f64 {
        self.num as f64 / self.den as f64
    }

    /// The value as a decimal if it ends (`47/2` is 23.5; `1/3` has none).
    pub fn to_decimal(self) -> Option<Decimal> {
        let mut d = self.den;
        let (mut twos, mut fives) = (0u32, 0u32);
        while d % 2 == 0 {
            d /= 2;
            twos += 1;
        }
        while d % 5 == 0 {
            d /= 5;
            fives += 1;
        }
        let scale = twos.max(fives);
        if d != 1 || scale > MAX_SCALE {
            return None;
        }
        let times = i128::try_from(pow10(scale)).ok()? / self.den;
        Decimal::new(self.num.checked_mul(times)?, scale).ok()
    }

    /// For a formula shown to people: the exact decimal if it ends within `decimals`, else rounded and
    /// marked with `≈`. A figure is never taken from this text.
    pub fn shown(self, decimals: i32) -> String {
        match self.to_decimal() {
            Some(d) if i64::from(d.scale()) <= i64::from(decimals) => d.to_string(),
            _ => match self.round(&Rounding::gbt8170(decimals)) {
                Ok(d) => format!("≈{d}"),
                Err(_) => self.to_string(),
            },
        }
    }
}

/// The mean of `count` values whose scaled sum is `sum_scaled / 10^scale`. Sums of integers are the
/// same whatever the order they were added in, so every machine gets the same digits.
///
/// # Errors
/// [`NumberError::DivisionByZero`] for a mean of nothing; [`NumberError::Overflow`].
pub fn mean(sum_scaled: i128, count: u64, scale: u32) -> Result<Ratio, NumberError> {
    if scale > MAX_SCALE {
        return Err(NumberError::Overflow);
    }
    let unit = i128::try_from(pow10(scale)).map_err(|_| NumberError::Overflow)?;
    Ratio::new(
        sum_scaled,
        unit.checked_mul(i128::from(count)).ok_or(NumberError::Overflow)?,
    )
}

fn gcd(a: u128, b: u128) -> u128 {
    // Euclid; drops to 64-bit division, which is much faster, as soon as both fit.
    let (mut a, mut b) = (a, b);
    while b != 0 {
        if let (Ok(x), Ok(y)) = (u64::try_from(a), u64::try_from(b)) {
            let (mut x, mut y) = (x, y);
            while y != 0 {
                (x, y) = (y, x % y);
            }
            return u128::from(x);
        }
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl From<i64> for Ratio {
    fn from(v: i64) -> Self {
        Self {
            num: i128::from(v),
            den: 1,
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Some(a), Some(b)) = (self.num.checked_mul(other.den), other.num.checked_mul(self.den)) {
            return a.cmp(&b);
        }
        // Compare whole parts, then the remainders turned over (as continued fractions do).
        let (mut a, mut b, mut turned) = (*self, *other, false);
        loop {
            let whole = a.num.div_euclid(a.den).cmp(&b.num.div_euclid(b.den));
            let (ra, rb) = (a.num.rem_euclid(a.den), b.num.rem_euclid(b.den));
            let order = match (whole, ra, rb) {
                (Ordering::Equal, 0, 0) => return Ordering::Equal,
                (Ordering::Equal, 0, _) => Ordering::Less,
                (Ordering::Equal, _, 0) => Ordering::Greater,
                (o, _, _) => o,
            };
            if order != Ordering::Equal {
                return if turned { order.reverse() } else { order };
            }
            (a, b) = (Self { num: a.den, den: ra }, Self { num: b.den, den: rb });
            turned = !turned;
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 {
            write!(f, "{}", self.num)
        } else {
            write!(f, "{}/{}", self.num, self.den)
        }
    }
}
