//! `## | LLLL | data segment | CRC | CR LF`: where a packet begins and ends (HJ 212-2017 section 6.3.1).
//!
//! A frame is cut by its declared length, never by searching for an end: in an encrypted packet of 2025 any
//! byte can stand in the segment. The CRC is only located here; `parse` verifies it.

#[cfg(feature = "alloc")]
mod framer;
#[cfg(feature = "alloc")]
pub use framer::{Event, Framer};

use crate::catalogue::Reason;
use memchr::memmem;

/// Most bytes a connection may hold: one packet of the greatest length and the start of the next.
pub const HELD_MAX: usize = 16 * 1024;
/// `##` and the four digits.
pub const PREFIX: usize = 6;
/// Four hex digits.
pub const CRC_LEN: usize = 4;
/// Bytes of one cipher block; a shorter rest stays plain.
pub(crate) const BLOCK: usize = 16;
/// What opens the data area.
pub(crate) const AREA_OPEN: &[u8] = b"CP=&&";
/// What closes it.
pub(crate) const AREA_CLOSE: &[u8] = b"&&";

/// How a packet ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// CR LF, as it should.
    CrLf,
    /// CR alone.
    Cr,
    /// LF alone.
    Lf,
    /// Nothing.
    Missing,
}

/// A packet found at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The declared length of the data segment, in bytes.
    pub declared: usize,
    /// Bytes the segment takes here: more than declared only for a cipher written as text.
    pub segment: usize,
    /// Bytes of the whole packet, tail included.
    pub total: usize,
    /// How it ends.
    pub tail: Tail,
}

impl Cut {
    /// Whether the cipher is written as text under the length of its raw bytes.
    pub fn is_text_under_raw_length(&self) -> bool {
        self.segment != self.declared
    }
}

/// What is known about the end of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// More may come at any moment.
    Open,
    /// Nothing came for a while: a complete packet need not wait for its tail.
    Idle,
    /// Nothing will come.
    Closed,
}

/// The result of looking at bytes that should start with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Not enough bytes yet.
    More,
    /// A packet.
    Found(Cut),
    /// No packet; `skip` bytes belong to the refused one if that can be told, else 0.
    Fault {
        /// Why.
        reason: Reason,
        /// Length of what is refused, 0 = up to the next `##`.
        skip: usize,
    },
}

/// Looks for a packet at the very start of `bytes`.
pub fn look(bytes: &[u8], end: End) -> Look {
    let short = |reason| {
        if end == End::Closed { fault(reason) } else { Look::More }
    };
    if !bytes.starts_with(b"##") {
        return if bytes == b"#" || bytes.is_empty() {
            short(Reason::NoHeader)
        } else {
            fault(Reason::NoHeader)
        };
    }
    let digits = &bytes[2..bytes.len().min(PREFIX)];
    if !digits.iter().all(u8::is_ascii_digit) {
        return fault(Reason::LengthNotDigits);
    }
    if digits.len() < PREFIX - 2 {
        return short(Reason::Truncated);
    }
    let declared = digits.iter().fold(0, |n, digit| n * 10 + usize::from(digit - b'0'));
    let crc_at = PREFIX + declared;
    let Some(crc) = bytes.get(crc_at..crc_at + CRC_LEN) else {
        return short(Reason::Truncated);
    };
    if declared == 0 {
        return bad_crc(bytes, crc_at, Reason::EmptySegment, end);
    }
    let is_hex = crc.iter().all(u8::is_ascii_hexdigit);
    let closes = bytes[PREFIX..crc_at].ends_with(AREA_CLOSE);
    let after = &bytes[crc_at + CRC_LEN..];
    if is_hex && (closes || after.first().is_some_and(|b| matches!(b, b'\r' | b'\n' | b'#'))) {
        return with_tail(bytes, declared, declared, end);
    }
    if is_hex && after.is_empty() {
        // Without a closing && only what follows tells whether these four are the CRC.
        return if end == End::Open {
            Look::More
        } else {
            with_tail(bytes, declared, declared, end)
        };
    }
    if !is_hex && closes {
        return bad_crc(bytes, crc_at, Reason::CrcNotHex, end);
    }
    if !is_hex && !crc.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        match after {
            [b'\r', b'\n', ..] => return bad_crc(bytes, crc_at, Reason::CrcNotHex, end),
            [] | [b'\r'] if end == End::Open => return Look::More,
            _ => {}
        }
    }
    match text_under_raw_length(bytes, declared) {
        Text::Segment(segment) => with_tail(bytes, declared, segment, end),
        Text::More if end == End::Open && bytes.len() < HELD_MAX => Look::More,
        Text::More | Text::No => fault(Reason::LengthMismatch),
    }
}

fn fault(reason: Reason) -> Look {
    Look::Fault { reason, skip: 0 }
}

/// Adds the tail. The CRC field is complete.
fn with_tail(bytes: &[u8], declared: usize, segment: usize, end: End) -> Look {
    let at = PREFIX + segment + CRC_LEN;
    let (tail, length) = match bytes[at..] {
        [b'\r', b'\n', ..] => (Tail::CrLf, 2),
        [b'\r'] | [] if end == End::Open => return Look::More,
        [b'\r', ..] => (Tail::Cr, 1),
        [b'\n', ..] => (Tail::Lf, 1),
        _ => (Tail::Missing, 0),
    };
    Look::Found(Cut {
        declared,
        segment,
        total: at + length,
        tail,
    })
}

/// A packet whose CRC is no CRC ends before the next `#`, after a line end, or after four bytes and a line end.
fn bad_crc(bytes: &[u8], crc_at: usize, reason: Reason, end: End) -> Look {
    for (at, byte) in bytes.iter().enumerate().skip(crc_at).take(CRC_LEN) {
        match byte {
            b'#' => return Look::Fault { reason, skip: at },
            b'\n' => {
                return Look::Fault { reason, skip: at + 1 };
            }
            _ => {}
        }
    }
    let after = &bytes[crc_at + CRC_LEN..];
    let line_end = after.iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    if end == End::Open && line_end == after.len() && line_end < 2 {
        return Look::More;
    }
    Look::Fault {
        reason,
        skip: crc_at + CRC_LEN + line_end,
    }
}

enum Text {
    No,
    More,
    /// Length of the segment here.
    Segment(usize),
}

/// A 2025 packet whose cipher is written `{0xE4,0x3E,…}` while the length counts the raw bytes.
fn text_under_raw_length(bytes: &[u8], declared: usize) -> Text {
    let Some(open) = memmem::find(&bytes[..PREFIX + declared], b"CP=&&{0x") else {
        return Text::No;
    };
    let area = open + AREA_OPEN.len();
    match text_cipher(&bytes[area..]) {
        TextCipher::No => Text::No,
        TextCipher::More => Text::More,
        TextCipher::Blocks { bytes: cipher, length } => {
            // declared = head + cipher + plain rest + closing &&
            let Some(rest) = declared.checked_sub(area - PREFIX + cipher + AREA_CLOSE.len()) else {
                return Text::No;
            };
            let close = area + length + rest;
            let end = close + AREA_CLOSE.len();
            match bytes.get(close..end + CRC_LEN) {
                _ if rest >= BLOCK => Text::No,
                None => Text::More,
                Some(tail) if tail.starts_with(AREA_CLOSE) && tail[2..].iter().all(u8::is_ascii_hexdigit) => {
                    Text::Segment(end - PREFIX)
                }
                Some(_) => Text::No,
            }
        }
    }
}

/// What stands at the start of an area that may hold a cipher as text.
pub(crate) enum TextCipher {
    No,
    More,
    /// So many cipher bytes, written in so many characters, braces included.
    Blocks {
        bytes: usize,
        length: usize,
    },
}

/// Reads `{0xHH,0xHH,…}`.
pub(crate) fn text_cipher(area: &[u8]) -> TextCipher {
    let mut bytes = 0;
    let mut at = 1;
    if area.first().is_some_and(|b| *b != b'{') {
        return TextCipher::No;
    }
    loop {
        let Some(one) = area.get(at..at + 5) else {
            return TextCipher::More;
        };
        if one[0] != b'0' || one[1] | 0x20 != b'x' || !one[2].is_ascii_hexdigit() || !one[3].is_ascii_hexdigit() {
            return TextCipher::No;
        }
        bytes += 1;
        at += 5;
        match one[4] {
            b',' => {}
            b'}' if bytes % BLOCK == 0 => return TextCipher::Blocks { bytes, length: at },
            _ => return TextCipher::No,
        }
    }
}

/// Place of the next `##` in `bytes` at or after `from`.
pub(crate) fn next_header(bytes: &[u8], from: usize) -> Option<usize> {
    memmem::find(bytes.get(from..)?, b"##").map(|at| at + from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    fn found(bytes: &[u8], end: End) -> (usize, usize, Tail) {
        match look(bytes, end) {
            Look::Found(cut) => (cut.segment, cut.total, cut.tail),
            other => panic!("{other:?}"),
        }
    }

    fn reason(bytes: &[u8]) -> Reason {
        match look(bytes, End::Closed) {
            Look::Fault { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tails() {
        assert_eq!(found(b"##0004a=&&ABCD\r\n##", End::Open), (4, 16, Tail::CrLf));
        assert_eq!(found(b"##0004a=&&ABCD\n", End::Open), (4, 15, Tail::Lf));
        assert_eq!(found(b"##0004a=&&ABCD\r#", End::Open), (4, 15, Tail::Cr));
        assert_eq!(found(b"##0004a=&&ABCD##", End::Open), (4, 14, Tail::Missing));
        assert_eq!(found(b"##0004a=&&ABCD", End::Idle), (4, 14, Tail::Missing));
        assert_eq!(look(b"##0004a=&&ABCD\r", End::Open), Look::More);
        assert_eq!(look(b"##0004a=&&ABCD", End::Open), Look::More);
        assert_eq!(look(b"##0004a=bcABCD", End::Open), Look::More, "the next byte decides");
        assert_eq!(found(b"##0004a=bcABCD\r\n", End::Open), (4, 16, Tail::CrLf));
    }

    #[test]
    fn faults_in_their_order() {
        assert_eq!(reason(b"xx0004"), Reason::NoHeader);
        assert_eq!(reason(b""), Reason::NoHeader);
        assert_eq!(reason(b"##00"), Reason::Truncated);
        assert_eq!(reason(b"##0x"), Reason::LengthNotDigits);
        assert_eq!(reason(b"##087QN="), Reason::LengthNotDigits);
        assert_eq!(reason(b"##0000FFFF\r\n"), Reason::EmptySegment);
        assert_eq!(reason(b"##0009a=&&ABCD\r\n"), Reason::Truncated);
        assert_eq!(reason(b"##0003a=&&ABCD\r\n"), Reason::LengthMismatch);
        assert_eq!(reason(b"##0005a=&&ABCD\r\n"), Reason::LengthMismatch);
        assert_eq!(reason(b"##0004a=&&ABCX\r\n"), Reason::CrcNotHex);
        assert_eq!(reason(b"##0004a=bcABCX\r\n"), Reason::CrcNotHex);
        assert_eq!(reason(b"##0004a=bcABCDEF\r\n"), Reason::LengthMismatch);
    }

    #[test]
    fn a_cipher_as_text_under_the_length_of_its_raw_bytes() {
        let cipher = ["0xAB"; 16].join(",");
        let bytes = format!("##0029Flag=9;CP=&&{{{cipher}}}x=1&&D801\r\n##");
        // 12 bytes of head, 16 of cipher, 3 plain, 2 to close: declared 33
        let bytes = bytes.replace("##0029", "##0033");
        let (segment, total, tail) = found(bytes.as_bytes(), End::Open);
        assert_eq!((segment, tail), (12 + 81 + 3 + 2, Tail::CrLf));
        assert_eq!(&bytes[total..], "##");
        for cut in 45..bytes.len() - 2 {
            assert_eq!(look(&bytes.as_bytes()[..cut], End::Open), Look::More, "{cut}");
        }
    }
}
