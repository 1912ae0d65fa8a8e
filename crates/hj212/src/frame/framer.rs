//! Cuts a byte stream that comes in any pieces into packets, junk and refusals.

use super::{End, HELD_MAX, Look, look, next_header};
use crate::catalogue::Reason;
use alloc::vec::Vec;

/// What the stream held next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'f> {
    /// A packet cut by its length, tail included, for [`crate::parse`]. Its CRC is not verified yet.
    Frame(&'f [u8]),
    /// Bytes outside any packet (reason `no_header`). One run of junk may come in several pieces.
    Junk(&'f [u8]),
    /// Bytes that begin like a packet and are none.
    Refused {
        /// Why.
        reason: Reason,
        /// The bytes, to be kept.
        bytes: &'f [u8],
    },
}

/// The incremental framer of one connection. Invariants: it never holds more than [`HELD_MAX`] bytes; every
/// byte fed comes out in exactly one event, in order; the events do not depend on how the stream was cut
/// into pieces (a run of junk may be reported in several).
///
/// ```
/// # use hj212::{Event, Framer};
/// let mut framer = Framer::new();
/// let mut rest: &[u8] = b"noise##0004a=&&ABCD\r\n";
/// while !rest.is_empty() {
///     let taken = framer.feed(rest);
///     rest = &rest[taken..];
///     while let Some(event) = framer.next() {
///         match event {
///             Event::Frame(bytes) => assert_eq!(bytes, b"##0004a=&&ABCD\r\n"),
///             Event::Junk(bytes) => assert_eq!(bytes, b"noise"),
///             Event::Refused { .. } => unreachable!(),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Framer {
    held: Vec<u8>,
    /// Where the bytes that are not yet reported begin.
    head: usize,
    end: End,
    junk_bytes: u64,
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}

impl Framer {
    /// An empty framer; its buffer grows up to [`HELD_MAX`] as needed.
    pub const fn new() -> Self {
        Framer {
            held: Vec::new(),
            head: 0,
            end: End::Open,
            junk_bytes: 0,
        }
    }

    /// Takes bytes and says how many: fewer than given only while events wait to be read. Read all events
    /// with [`Framer::next`], then feed the rest; then at least one byte is taken.
    #[must_use = "the rest must be fed again"]
    pub fn feed(&mut self, bytes: &[u8]) -> usize {
        if self.head > 0 && (self.head == self.held.len() || self.held.len() + bytes.len() > HELD_MAX) {
            self.held.drain(..self.head);
            self.head = 0;
        }
        let taken = bytes.len().min(HELD_MAX - self.held.len());
        self.held.extend_from_slice(&bytes[..taken]);
        if taken > 0 {
            self.end = End::Open;
        }
        taken
    }

    /// Says that nothing came for a short while (some hundred milliseconds): a complete packet is then
    /// reported without waiting for its CR LF, because some loggers never send it.
    pub fn idle(&mut self) {
        if self.end == End::Open {
            self.end = End::Idle;
        }
    }

    /// Says that the stream ended, or that no byte came for the greatest waiting time: what is held is
    /// reported (reason `truncated`), packets inside it too. The framer can be fed again afterwards.
    pub fn close(&mut self) {
        self.end = End::Closed;
    }

    /// Bytes held and not yet reported.
    pub fn held(&self) -> usize {
        self.held.len() - self.head
    }

    /// Junk reported since the beginning, in bytes.
    pub fn junk_bytes(&self) -> u64 {
        self.junk_bytes
    }

    /// The next event, or nothing until more is fed.
    // Not an iterator: the event borrows the framer's buffer.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Event<'_>> {
        let bytes = &self.held[self.head..];
        if bytes.is_empty() {
            return None;
        }
        let (length, reason) = match look(bytes, self.end) {
            Look::More => return None,
            Look::Found(cut) => (cut.total, None),
            Look::Fault {
                reason: Reason::NoHeader,
                ..
            } => match junk(bytes, self.end) {
                0 => return None,
                length => (length, Some(Reason::NoHeader)),
            },
            Look::Fault { reason, skip } => (
                if skip > 0 {
                    skip
                } else {
                    refused(bytes, reason, self.end)
                },
                Some(reason),
            ),
        };
        let start = self.head;
        self.head += length;
        let bytes = &self.held[start..self.head];
        Some(match reason {
            None => Event::Frame(bytes),
            Some(Reason::NoHeader) => {
                self.junk_bytes += length as u64;
                Event::Junk(bytes)
            }
            Some(reason) => Event::Refused { reason, bytes },
        })
    }
}

/// How many bytes are junk for sure: up to the next `##`; a `#` at the end may be the first of two.
fn junk(bytes: &[u8], end: End) -> usize {
    match next_header(bytes, 0) {
        Some(at) => at,
        None if bytes.ends_with(b"#") && end != End::Closed => bytes.len() - 1,
        None => bytes.len(),
    }
}

/// How many bytes belong to a refused packet: up to the next `##` after its own, within what its length
/// claims, so that the answer does not depend on how much more has arrived by chance.
fn refused(bytes: &[u8], reason: Reason, end: End) -> usize {
    let window = match reason {
        Reason::LengthNotDigits => 2 + bytes[2..].iter().take(4).take_while(|b| b.is_ascii_digit()).count() + 1,
        Reason::LengthMismatch => {
            let declared = bytes[2..6]
                .iter()
                .fold(0, |n, digit| n * 10 + usize::from(digit - b'0'));
            6 + declared + 4
        }
        _ => bytes.len(),
    };
    let window = window.min(bytes.len());
    match next_header(&bytes[..window], 1) {
        // `###0087`: the second # begins the next packet
        Some(at) => at,
        None if window < bytes.len() || end != End::Closed => window - usize::from(bytes[..window].ends_with(b"#")),
        None => window,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec;

    const A: &[u8] = b"##0004a=&&ABCD\r\n";

    /// Events as (kind, bytes), junk runs joined.
    fn events(stream: &[u8], piece: usize) -> Vec<(String, Vec<u8>)> {
        let mut framer = Framer::new();
        let mut out: Vec<(String, Vec<u8>)> = Vec::new();
        let mut take = |framer: &mut Framer| {
            while let Some(event) = framer.next() {
                let (kind, bytes) = match event {
                    Event::Frame(b) => ("frame".to_string(), b),
                    Event::Junk(b) => ("junk".to_string(), b),
                    Event::Refused { reason, bytes } => (reason.to_string(), bytes),
                };
                match out.last_mut() {
                    Some((last, held)) if last == "junk" && kind == "junk" => held.extend_from_slice(bytes),
                    _ => out.push((kind, bytes.to_vec())),
                }
            }
        };
        for mut chunk in stream.chunks(piece.max(1)) {
            while !chunk.is_empty() {
                let taken = framer.feed(chunk);
                take(&mut framer);
                assert!(taken > 0 && framer.held() <= HELD_MAX);
                chunk = &chunk[taken..];
            }
        }
        framer.close();
        take(&mut framer);
        assert_eq!(framer.held(), 0);
        out
    }

    fn kinds(stream: &[u8]) -> Vec<String> {
        let whole = events(stream, stream.len());
        for piece in [1, 2, 3, 5, 7, 16, 100] {
            assert_eq!(events(stream, piece), whole, "pieces of {piece}");
        }
        let joined: Vec<u8> = whole.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        assert_eq!(joined, stream, "every byte comes out once, in order");
        whole.into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn glued_and_noisy() {
        assert_eq!(
            kinds(&[A, A, b"noise;#;", A, b"#"].concat()),
            ["frame", "frame", "junk", "frame", "junk"]
        );
        assert_eq!(kinds(b"###0004a=&&ABCD\r\n"), ["length_not_digits", "frame"]);
        assert_eq!(kinds(b"##00##0004a=&&ABCD\r\n"), ["length_not_digits", "frame"]);
    }

    #[test]
    fn a_wrong_length_loses_only_its_own_packet() {
        assert_eq!(
            kinds(&[b"##0005a=&&ABCD\r\n", A, A].concat()),
            ["length_mismatch", "junk", "frame", "frame"]
        );
        assert_eq!(
            kinds(&[b"##0003a=&&ABCD\r\n", A].concat()),
            ["length_mismatch", "junk", "frame"]
        );
        assert_eq!(
            kinds(&[b"##0030a=&&ABCD\r\n", A, A].concat()),
            ["length_mismatch", "frame", "frame"]
        );
        assert_eq!(
            kinds(&[b"##9000a=&&ABCD\r\n", A, A].concat()),
            ["truncated", "frame", "frame"]
        );
        assert_eq!(kinds(&[b"##0000FFFF\r\n", A].concat()), ["empty_segment", "frame"]);
        assert_eq!(kinds(&[b"##0004a=&&12\r\n", A].concat()), ["crc_not_hex", "frame"]);
        assert_eq!(kinds(&[b"##0004a=&&", A].concat()), ["crc_not_hex", "frame"]);
    }

    #[test]
    fn half_a_packet_is_truncated_when_the_stream_ends() {
        assert_eq!(kinds(&A[..9]), ["truncated"]);
        assert_eq!(kinds(b"##"), ["truncated"]);
        assert_eq!(kinds(&A[..14]), ["frame"]);
    }

    #[test]
    fn idle_reports_a_packet_without_tail() {
        let mut framer = Framer::new();
        assert_eq!(framer.feed(&A[..14]), 14);
        assert_eq!(framer.next(), None);
        framer.idle();
        assert_eq!(framer.next(), Some(Event::Frame(&A[..14])));
        assert_eq!(framer.feed(&A[..9]), 9);
        framer.idle();
        assert_eq!(framer.next(), None, "an incomplete packet goes on waiting");
    }

    #[test]
    fn a_flood_without_packets_is_bounded() {
        let stream = vec![b'x'; 100_000];
        assert_eq!(kinds(&stream), ["junk"]);
        let headers = b"##9999".repeat(20_000);
        assert!(
            events(&headers, 4096)
                .iter()
                .all(|(kind, _)| kind == "length_mismatch" || kind == "truncated")
        );
    }
}
