//! A decimal number as it was written: digits and how many of them stand behind the point.

use crate::rounding::{pow10, round_fraction, signed};
use crate::{Interval, Nudge, NumberError, Ratio, Rounding, parse};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The most decimals a [`Decimal`] carries, and the most digits of its mantissa.
pub const MAX_SCALE: u32 = 38;

/// The largest power of ten that fits 64 bits with a sign.
const FEW: u32 = 18;
/// The powers of ten up to there.
const SHORT_POW10: [i64; FEW as usize + 1] = {
    let mut table = [1i64; FEW as usize + 1];
    let mut i = 1;
    while i < table.len() {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// `mantissa / 10^scale`. Trailing zeros are kept (`36.0` prints as `36.0`: it states a precision), but
/// equality, order and hash go by value (`15.0 == 15`). There is no negative zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

// Operators would have to panic on overflow; these return it.
#[allow(clippy::should_implement_trait)]
impl Decimal {
    /// Zero without decimals.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };

    /// `mantissa / 10^scale`.
    ///
    /// # Errors
    /// [`NumberError::Overflow`] beyond 38 decimals, or beyond ±(10^38 − 1) for the mantissa.
    pub fn new(mantissa: i128, scale: u32) -> Result<Self, NumberError> {
        if scale > MAX_SCALE || mantissa.unsigned_abs() >= pow10(MAX_SCALE) {
            return Err(NumberError::Overflow);
        }
        Ok(Self { mantissa, scale })
    }

    /// Reads a number as people, tables and packets write it: `36.8`, `-0.5`, `1.2E-3`, `12,345.6`,
    /// full-width digits. Spaces around it are ignored.
    ///
    /// # Errors
    /// The reason, typed: empty, a sign for "missing", below detection, not a number, too long.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        parse::decimal(text)
    }

    /// The shortest decimal that reads back as this float: how a spreadsheet cell (a double) becomes a
    /// decimal. `0.1 + 0.2` is `0.30000000000000004`; rounding is the caller's business.
    ///
    /// # Errors
    /// [`NumberError::NotFinite`]; [`NumberError::Overflow`] outside 38 digits.
    pub fn from_f64_shortest(x: f64) -> Result<Self, NumberError> {
        if !x.is_finite() {
            return Err(NumberError::NotFinite(x.to_string()));
        }
        parse::decimal(&format!("{x:e}"))
    }

    /// A whole number.
    pub const fn from_int(value: i64) -> Self {
        Self {
            mantissa: value as i128,
            scale: 0,
        }
    }

    /// The digits as an integer: `36.80` gives 3680.
    pub const fn mantissa(&self) -> i128 {
        self.mantissa
    }

    /// How many of the digits are decimals: `36.80` gives 2.
    pub const fn scale(&self) -> u32 {
        self.scale
    }

    /// The nearest binary float, for drawing and for models; never for rounding or comparing.
    pub fn to_f64(&self) -> f64 {
        // The text goes through the correctly rounding parser of the standard library.
        self.to_string().parse().unwrap_or(f64::NAN) // digits, sign and point always parse
    }

    /// The mantissa at another number of decimals, if the value can be written so exactly:
    /// `36.8` at scale 2 is 3680, `36.85` at scale 1 has none.
    #[inline]
    pub fn at_scale(&self, scale: u32) -> Option<i128> {
        // Measured values fit 64 bits: those times a power of ten that fits too need no check.
        match scale.checked_sub(self.scale) {
            Some(0) => Some(self.mantissa),
            Some(up @ ..=FEW) if i64::try_from(self.mantissa).is_ok() => {
                Some(self.mantissa * i128::from(SHORT_POW10[up as usize]))
            }
            _ => self.at_far_scale(scale),
        }
    }

    fn at_far_scale(&self, scale: u32) -> Option<i128> {
        if scale > self.scale {
            let times = pow10((scale - self.scale).min(MAX_SCALE));
            if scale - self.scale > MAX_SCALE {
                return (self.mantissa == 0).then_some(0);
            }
            return self.mantissa.checked_mul(i128::try_from(times).ok()?);
        }
        let unit = i128::try_from(pow10(self.scale - scale)).ok()?;
        (self.mantissa % unit == 0).then(|| self.mantissa / unit)
    }

    /// Rounds once, at the given interval, by the given mode.
    ///
    /// # Errors
    /// [`NumberError::BadInterval`]; [`NumberError::Overflow`] when padding zeros would leave 38 digits.
    pub fn round(self, rule: &Rounding) -> Result<Self, NumberError> {
        self.round_nudged(rule, Nudge::None)
    }

    pub(crate) fn round_nudged(self, rule: &Rounding, nudge: Nudge) -> Result<Self, NumberError> {
        if nudge == Nudge::None
            && let Interval::Decimals(d) = rule.interval
            && i64::from(d) == i64::from(self.scale)
        {
            return Ok(self); // already at the interval
        }
        let (negative, abs) = (self.mantissa < 0, self.mantissa.unsigned_abs());
        match rule.interval {
            // Cutting decimals of a decimal needs one division by a power of ten and no fraction.
            Interval::Decimals(d) if d >= 0 && d.unsigned_abs() < self.scale => {
                let unit = pow10(self.scale - d.unsigned_abs());
                let q = crate::rounding::scaled_div(abs, 1, unit, rule.mode, nudge)?;
                Self::new(signed(negative, q)?, d.unsigned_abs())
            }
            _ => round_fraction(negative, abs, pow10(self.scale), rule, nudge),
        }
    }

    /// The same value without trailing zeros behind the point.
    pub fn normalized(self) -> Self {
        let mut d = self;
        while d.scale > 0 && d.mantissa % 10 == 0 {
            d.mantissa /= 10;
            d.scale -= 1;
        }
        d
    }

    /// Sum, at the finer of the two scales.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn add(self, other: Self) -> Result<Self, NumberError> {
        let scale = self.scale.max(other.scale);
        let sum = self
            .at_scale(scale)
            .zip(other.at_scale(scale))
            .and_then(|(a, b)| a.checked_add(b));
        Self::new(sum.ok_or(NumberError::Overflow)?, scale)
    }

    /// Difference, at the finer of the two scales.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn sub(self, other: Self) -> Result<Self, NumberError> {
        self.add(Self {
            mantissa: -other.mantissa,
            scale: other.scale,
        })
    }

    /// Product; the decimals add up.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn mul(self, other: Self) -> Result<Self, NumberError> {
        let product = self.mantissa.checked_mul(other.mantissa).ok_or(NumberError::Overflow)?;
        Self::new(product, self.scale + other.scale)
    }

    /// The absolute value.
    pub fn abs(self) -> Self {
        Self {
            mantissa: self.mantissa.abs(),
            scale: self.scale,
        }
    }

    /// Whether the value is zero.
    pub const fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Whether the value is below zero.
    pub const fn is_negative(&self) -> bool {
        self.mantissa < 0
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::from_int(value)
    }
}

impl FromStr for Decimal {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.mantissa.cmp(&other.mantissa);
        }
        // Measured values fit 64 bits: times a power of ten that fits too they fit 128, and no division is needed.
        if let (Ok(a), Ok(b)) = (i64::try_from(self.mantissa), i64::try_from(other.mantissa))
            && self.scale.abs_diff(other.scale) <= FEW
        {
            let times = |up: u32| i128::from(SHORT_POW10[up as usize]);
            let a = i128::from(a) * times(other.scale.saturating_sub(self.scale));
            return a.cmp(&(i128::from(b) * times(self.scale.saturating_sub(other.scale))));
        }
        // Whole parts first, then the fractions at the finer scale; those are below 10^38, so they fit.
        let split = |d: &Self| {
            let unit = pow10(d.scale) as i128; // 10^38 < i128::MAX
            (d.mantissa.div_euclid(unit), d.mantissa.rem_euclid(unit))
        };
        let ((a, fa), (b, fb)) = (split(self), split(other));
        let scale = self.scale.max(other.scale);
        let at = |f: i128, s: u32| f * pow10(scale - s) as i128;
        a.cmp(&b).then_with(|| at(fa, self.scale).cmp(&at(fb, other.scale)))
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let d = self.normalized();
        d.mantissa.hash(state);
        d.scale.hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // From the last digit to the first, without a text on the heap: at most 38 digits, or a zero before 38
        // decimals, and the point.
        let mut text = [0u8; 40];
        let (mut at, mut digits, mut rest) = (text.len(), 0, self.mantissa.unsigned_abs());
        while rest > 0 || digits <= self.scale {
            let digit = match u64::try_from(rest) {
                Ok(short) => {
                    rest = u128::from(short / 10); // the hardware divides 64 bits
                    (short % 10) as u8
                }
                Err(_) => {
                    let last = (rest % 10) as u8;
                    rest /= 10;
                    last
                }
            };
            at -= 1;
            text[at] = b'0' + digit;
            digits += 1;
            if digits == self.scale {
                at -= 1;
                text[at] = b'.';
            }
        }
        let shown = std::str::from_utf8(&text[at..]).map_err(|_| fmt::Error)?;
        f.pad_integral(self.mantissa >= 0, "", shown)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a number as text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                Decimal::parse(text).map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Decimal, E> {
                Ok(Decimal::from_int(v))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Decimal, E> {
                Decimal::new(i128::from(v), 0).map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Decimal, E> {
                Decimal::from_f64_shortest(v).map_err(E::custom)
            }
        }
        d.deserialize_any(Visitor)
    }
}

impl From<Decimal> for Ratio {
    fn from(d: Decimal) -> Self {
        Self::reduced(d.mantissa, pow10(d.scale))
    }
}
