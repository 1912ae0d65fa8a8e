//! Exact numbers: `["+"|"-"] digit+ ["." digit+]` to a whole mantissa and a count of decimals. Never a float.

/// An exact decimal number: `mantissa` × 10^-`scale`. Trailing zeros count: 15.0 is (150, 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    /// All digits without the point, with the sign.
    pub mantissa: i128,
    /// Number of digits after the point.
    pub scale: u32,
}

/// Most digits that always fit the mantissa.
const DIGITS_MAX: usize = 38;

impl Number {
    /// Reads a number of the protocol's grammar with up to 38 digits (leading zeros aside): no exponent, no
    /// thousands separator, no lone sign or point.
    pub fn read(text: &[u8]) -> Option<Number> {
        let (negative, digits) = sign(text);
        let mut mantissa: i128 = 0;
        let (mut point, mut significant) = (None, 0);
        for (i, byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    significant += usize::from(significant > 0 || *byte != b'0');
                    if significant > DIGITS_MAX {
                        return None;
                    }
                    mantissa = mantissa * 10 + i128::from(byte - b'0');
                }
                b'.' if point.is_none() && i > 0 && i + 1 < digits.len() => point = Some(i),
                _ => return None,
            }
        }
        if digits.is_empty() {
            return None;
        }
        let scale = point.map_or(0, |at| digits.len() - at - 1);
        Some(Number {
            mantissa: if negative { -mantissa } else { mantissa },
            scale: u32::try_from(scale).ok()?,
        })
    }

    /// Compares by value; `None` if the numbers are too long to be compared exactly.
    pub fn compare(&self, other: &Number) -> Option<core::cmp::Ordering> {
        if self.scale == other.scale {
            return Some(self.mantissa.cmp(&other.mantissa));
        }
        let scale = self.scale.max(other.scale);
        let lift = |n: &Number| n.mantissa.checked_mul(10i128.checked_pow(scale - n.scale)?);
        Some(lift(self)?.cmp(&lift(other)?))
    }

    /// Whether it lies in `min..=max`; numbers too long to be compared do not.
    pub(crate) fn is_within(&self, min: u32, max: u32) -> bool {
        let whole = |n: u32| Number {
            mantissa: i128::from(n),
            scale: 0,
        };
        self.compare(&whole(min)).is_some_and(|o| o.is_ge()) && self.compare(&whole(max)).is_some_and(|o| o.is_le())
    }
}

pub(crate) fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// Reads a number of 1 to 8 characters without sign from a word whose lowest byte is the first character
/// (bytes behind the last are ignored): mantissa and scale. All characters at once, no loop and no branch
/// that depends on the digits; the values of a packet change too much to be predicted.
pub(crate) fn read_short(word: u64, length: usize) -> Option<(u32, u8)> {
    debug_assert!((1..=8).contains(&length));
    // The last character moves to the highest byte; below the first one zeros come in.
    let text = word << (64 - 8 * length as u32);
    let dots = zero_bytes(text ^ (ONES * b'.' as u64));
    let (digits, count, scale) = if dots == 0 {
        (text, length, 0)
    } else {
        let at = (dots.trailing_zeros() / 8) as usize;
        // A digit must stand on each side of the point.
        if at == 7 || at <= 8 - length {
            return None;
        }
        let before = text & ((1 << (8 * at)) - 1);
        let behind = text & !((1 << (8 * (at + 1))) - 1);
        (before << 8 | behind, length - 1, (7 - at) as u8)
    };
    let padding = (ONES * b'0' as u64) & ((1u64 << (8 * (8 - count))).wrapping_sub(1));
    let digits = (digits | padding) ^ (ONES * b'0' as u64);
    // A byte above nine, or with its top bit set, was no digit.
    if (digits.wrapping_add(ONES * 0x76) | digits) & (ONES * 0x80) != 0 {
        return None;
    }
    // Pairs, then fours, then eight: the usual three multiplications.
    let pairs = digits * 10 + (digits >> 8);
    const LOW: u64 = 0x0000_00FF_0000_00FF;
    // The products overflow by design: only their upper halves are wanted.
    let low = (pairs & LOW).wrapping_mul(100 + (1_000_000 << 32));
    let high = ((pairs >> 16) & LOW).wrapping_mul(1 + (10_000 << 32));
    let eight = low.wrapping_add(high);
    Some(((eight >> 32) as u32, scale))
}

/// 0x80 in every byte that is zero.
pub(crate) fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = ONES * 0x7F;
    !(((word & LOW) + LOW) | word | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn short(text: &str) -> Option<(i128, u32)> {
        let mut bytes = [b'&'; 8];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        read_short(u64::from_le_bytes(bytes), text.len()).map(|(m, s)| (i128::from(m), u32::from(s)))
    }

    #[test]
    fn numbers() {
        let read = |text: &str| Number::read(text.as_bytes()).map(|n| (n.mantissa, n.scale));
        for (text, expected) in [
            ("41.7", Some((417, 1))),
            ("15.0", Some((150, 1))),
            ("-0.4643", Some((-4643, 4))),
            ("+7", Some((7, 0))),
            ("0", Some((0, 0))),
            ("00012", Some((12, 0))),
            ("34.6933400388776", Some((346_933_400_388_776, 13))),
            ("", None),
            ("-", None),
            (".", None),
            (".5", None),
            ("5.", None),
            ("-.5", None),
            ("1.2.3", None),
            ("1e5", None),
            ("1,000", None),
            ("NaN", None),
            ("--", None),
            ("1 2", None),
            ("１", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(&"9".repeat(38)).map(|n| n.1), Some(0));
        assert_eq!(read(&"9".repeat(39)), None);
        assert!(read(&"0".repeat(60)).is_some());
    }

    #[test]
    fn comparison_by_value() {
        let read = |text: &str| Number::read(text.as_bytes()).expect("number");
        assert!(read("15.0").compare(&read("15")) == Some(core::cmp::Ordering::Equal));
        assert!(read("-1").compare(&read("0.0001")) == Some(core::cmp::Ordering::Less));
        assert!(read("14.00").is_within(0, 14) && !read("14.01").is_within(0, 14) && !read("-0.1").is_within(0, 14));
    }

    proptest! {
        #[test]
        fn short_equals_long(text in "[0-9.]{1,8}|[0-9]{1,4}\\.[0-9]{1,3}|.{1,2}") {
            prop_assume!(text.len() <= 8 && !text.starts_with(['+', '-']));
            prop_assert_eq!(short(&text), Number::read(text.as_bytes()).map(|n| (n.mantissa, n.scale)));
        }
    }
}
