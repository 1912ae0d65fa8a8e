//! Reading a number from text: packets, CSV and Excel cells, forms, JSON numbers kept as text.

use crate::{Decimal, MAX_SCALE, NumberError};

/// The longest text looked at; anything longer is not a measurement.
const MAX_TEXT_BYTES: usize = 128;

pub(crate) fn decimal(text: &str) -> Result<Decimal, NumberError> {
    // The hot path: plain ASCII digits with at most one sign and one point.
    if let Some(d) = plain(text.as_bytes()) {
        return Ok(d);
    }
    let shown = || text.trim().chars().take(40).collect::<String>();
    if text.len() > MAX_TEXT_BYTES {
        return Err(NumberError::NotANumber(shown()));
    }
    let narrow: String = text.trim().chars().map(narrow).collect();
    let t = narrow.trim();
    if t.is_empty() {
        return Err(NumberError::Empty);
    }
    if let Some(reason) = qualified(t, &shown()) {
        return Err(reason);
    }
    let (body, exponent) = match t.split_once(['e', 'E']) {
        None => (t, 0),
        Some((body, e)) => {
            let digits = e.strip_prefix(['+', '-']).unwrap_or(e);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(NumberError::NotANumber(shown()));
            }
            (body, e.parse::<i32>().map_err(|_| NumberError::Overflow)?)
        }
    };
    let (negative, unsigned) = match body.as_bytes().first() {
        Some(b'-') => (true, &body[1..]),
        Some(b'+') => (false, &body[1..]),
        _ => (false, body),
    };
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let whole = without_separators(whole).ok_or_else(|| NumberError::BadSeparators(shown()))?;
    let digits = whole + decimals;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber(shown()));
    }
    let mantissa = digits.trim_start_matches('0');
    if mantissa.len() > MAX_SCALE as usize {
        return Err(NumberError::Overflow);
    }
    let abs: i128 = if mantissa.is_empty() {
        0
    } else {
        mantissa.parse().map_err(|_| NumberError::Overflow)?
    };
    scale_by(if negative { -abs } else { abs }, decimals.len(), exponent)
}

/// Applies a decimal exponent: a positive one eats decimals first, then adds zeros.
fn scale_by(mantissa: i128, decimals: usize, exponent: i32) -> Result<Decimal, NumberError> {
    let scale = i64::try_from(decimals).map_err(|_| NumberError::Overflow)? - i64::from(exponent);
    match u32::try_from(scale) {
        Ok(scale) => Decimal::new(mantissa, scale),
        Err(_) if mantissa == 0 => Ok(Decimal::ZERO),
        Err(_) => {
            let zeros = u32::try_from(-scale).map_err(|_| NumberError::Overflow)?;
            let times = 10i128.checked_pow(zeros).ok_or(NumberError::Overflow)?;
            Decimal::new(mantissa.checked_mul(times).ok_or(NumberError::Overflow)?, 0)
        }
    }
}

/// `[+-]digits[.digits]` of at most 18 digits, without allocating; `None` = take the long way.
fn plain(bytes: &[u8]) -> Option<Decimal> {
    let (negative, digits) = match bytes.first()? {
        b'-' => (true, &bytes[1..]),
        _ => (false, bytes),
    };
    if digits.len() > 18 {
        return None;
    }
    let (mut value, mut point, mut seen) = (0i64, None, 0u32);
    for &b in digits {
        match b {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(b - b'0');
                seen += 1;
            }
            b'.' if point.is_none() => point = Some(seen),
            _ => return None,
        }
    }
    if seen == 0 {
        return None;
    }
    let scale = seen - point.unwrap_or(seen);
    Decimal::new(i128::from(if negative { -value } else { value }), scale).ok()
}

/// Full-width digits, signs and points, and the typographic minus, as their plain selves.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c), // always valid: maps to ASCII
        '\u{2212}' => '-',
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// Texts that are known not to be plain numbers, with their reason.
fn qualified(t: &str, shown: &str) -> Option<NumberError> {
    let lower = t.to_ascii_lowercase();
    let text = shown.to_string();
    let below = |limit: &str| {
        let limit = decimal(limit).ok();
        Some(NumberError::BelowDetection {
            text: shown.to_string(),
            limit,
        })
    };
    match lower.as_str() {
        "-" | "--" | "---" | "/" | "—" | "——" | "na" | "n/a" | "null" | "*" | "\\" | "无" => {
            Some(NumberError::Missing(text))
        }
        "nan" | "inf" | "-inf" | "+inf" | "infinity" | "-infinity" => Some(NumberError::NotFinite(text)),
        "未检出" | "nd" | "n.d." | "bdl" => below(""),
        _ => {
            if let Some(limit) = lower.strip_prefix(['<', '≤', '﹤']) {
                return below(limit);
            }
            if lower.starts_with(['>', '≥', '﹥']) {
                return Some(NumberError::AboveRange { text });
            }
            match lower.strip_suffix('l') {
                Some(limit) if decimal(limit).is_ok() => below(limit),
                _ => None,
            }
        }
    }
}

/// Takes thousands separators out; `None` if they do not part the digits in threes.
fn without_separators(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return Some(whole.to_string());
    }
    let groups: Vec<&str> = whole.split(',').collect();
    let (first, rest) = groups.split_first()?;
    let good = (1..=3).contains(&first.len()) && rest.iter().all(|g| g.len() == 3);
    good.then(|| groups.concat())
}
