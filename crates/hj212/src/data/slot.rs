//! One item as it is kept: places in the area and, where it is one, its number. Twenty-four bytes, so that a
//! packet needs one allocation and no item any.

use super::number::{read_short, sign, zero_bytes};
use super::{Attr, Number};
use crate::catalogue::Reason;

/// One item by its places in the area; an area is shorter than 2^16.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) mantissa: i64,
    pub(crate) key_at: u16,
    pub(crate) key_len: u16,
    pub(crate) value_at: u16,
    pub(crate) value_len: u16,
    pub(crate) group: u16,
    /// Length of what stands before the dash.
    pub(crate) code_len: u16,
    pub(crate) attr: Attr,
    pub(crate) problem: Option<Reason>,
    /// Decimals of `mantissa`, or `NOT_A_NUMBER`, or `LONG`: read again from the text.
    pub(crate) scale: u8,
}

pub(crate) const NOT_A_NUMBER: u8 = 255;
const LONG: u8 = 254;

const _: () = assert!(size_of::<Slot>() == 24);

impl Slot {
    // `get`, although the places are always right: where a caller does not look at a text, the compiler can
    // then leave it out, and there is nothing that could panic.
    #[inline]
    fn text(area: &str, at: u16, length: u16) -> &str {
        area.get(usize::from(at)..usize::from(at) + usize::from(length))
            .unwrap_or_default()
    }

    #[inline]
    pub(crate) fn key<'a>(&self, area: &'a str) -> &'a str {
        Self::text(area, self.key_at, self.key_len)
    }

    #[inline]
    pub(crate) fn code<'a>(&self, area: &'a str) -> &'a str {
        Self::text(area, self.key_at, self.code_len)
    }

    /// Empty if the item has no `=`.
    #[inline]
    pub(crate) fn value<'a>(&self, area: &'a str) -> &'a str {
        Self::text(area, self.value_at, self.value_len)
    }

    #[inline]
    pub(crate) fn number(&self, area: &str) -> Option<Number> {
        match self.scale {
            NOT_A_NUMBER => None,
            LONG => Number::read(self.value(area).as_bytes()),
            scale => Some(Number {
                mantissa: i128::from(self.mantissa),
                scale: u32::from(scale),
            }),
        }
    }

    /// Whether its number is greater than that of `other`; both are numbers.
    pub(crate) fn is_greater(&self, other: &Slot, area: &str) -> bool {
        if self.scale == other.scale && self.scale < LONG {
            return self.mantissa > other.mantissa;
        }
        match (self.number(area), other.number(area)) {
            (Some(a), Some(b)) => a.compare(&b).is_some_and(|order| order.is_gt()),
            _ => false,
        }
    }
}

/// Where the dash of a key stands, and the code before it as a number (0 if longer than eight characters).
/// `from_key` begins with the key and goes on behind it.
#[inline]
pub(crate) fn find_dash(key: &[u8], from_key: &[u8]) -> Option<(usize, u64)> {
    if let Some(start) = from_key.first_chunk::<8>() {
        let word = u64::from_le_bytes(*start);
        let dashes = zero_bytes(word ^ 0x2D2D_2D2D_2D2D_2D2D);
        let dash = (dashes.trailing_zeros() / 8) as usize;
        if dashes != 0 && dash < key.len() {
            return Some((dash, word & ((1 << (8 * dash)) - 1)));
        }
    }
    let dash = memchr::memchr(b'-', key)?;
    let packed = if dash > 8 {
        0
    } else {
        key[..dash]
            .iter()
            .rev()
            .fold(0, |packed, byte| packed << 8 | u64::from(*byte))
    };
    Some((dash, packed))
}

/// Mantissa and scale of a value, or `NOT_A_NUMBER`. `from_value` begins with it and goes on behind it.
#[inline]
pub(crate) fn read_value(value: &[u8], from_value: &[u8]) -> (i64, u8) {
    let (negative, digits) = sign(value);
    let rest = &from_value[value.len() - digits.len()..];
    if let (Some(start), 1..=8) = (rest.first_chunk::<8>(), digits.len()) {
        return match read_short(u64::from_le_bytes(*start), digits.len()) {
            Some((mantissa, scale)) => (
                if negative {
                    -i64::from(mantissa)
                } else {
                    i64::from(mantissa)
                },
                scale,
            ),
            None => (0, NOT_A_NUMBER),
        };
    }
    match Number::read(value) {
        None => (0, NOT_A_NUMBER),
        Some(number) => match (i64::try_from(number.mantissa), u8::try_from(number.scale)) {
            (Ok(mantissa), Ok(scale)) if scale < LONG => (mantissa, scale),
            // The sign is kept for the look at negative values; the digits are read again when asked for.
            _ => (if number.mantissa < 0 { -1 } else { 1 }, LONG),
        },
    }
}

/// The first eight bytes of a text of `length` bytes as a number; `from_text` goes on behind it.
#[inline]
pub(crate) fn word_of(length: usize, from_text: &[u8]) -> u64 {
    match from_text.first_chunk::<8>() {
        Some(start) if length >= 8 => u64::from_le_bytes(*start),
        Some(start) => u64::from_le_bytes(*start) & ((1 << (8 * length)) - 1),
        None => from_text[..length.min(8)]
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
