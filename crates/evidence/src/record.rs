//! One record as bytes. All numbers are little-endian.
//!
//! ```text
//! 0  payload length u32 | 4  CRC32C u32 (of bytes 0..4 and 8..end) | 8  kind u8 | 9  zero u8
//! 10 source length u16  | 12 received_ms i64 | 20 seq u64 | 28 source | payload
//! ```

use crate::{PAYLOAD_MAX, SOURCE_MAX};
use sha2::{Digest, Sha256};

/// Bytes before the source.
pub(crate) const HEAD: usize = 28;
/// The running hash of the chain.
pub(crate) type Hash = [u8; 32];

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A packet exactly as received from a device.
    Packet,
    /// The announcement of a content-addressed file.
    File,
    /// Input that was refused, with its reason, place and remedy.
    Quarantine,
    /// A quarantined input was tried again; says with what result.
    Replayed,
    /// Anything else worth keeping (operator notes, configuration changes).
    Note,
    /// A kind of a later version; kept and chained like the others.
    Other(u8),
}

impl Kind {
    /// The byte on disk; part of the format.
    pub const fn code(self) -> u8 {
        match self {
            Kind::Packet => 1,
            Kind::File => 2,
            Kind::Quarantine => 3,
            Kind::Replayed => 4,
            Kind::Note => 5,
            Kind::Other(code) => code,
        }
    }

    /// The kind of a byte on disk.
    pub const fn of(code: u8) -> Self {
        match code {
            1 => Kind::Packet,
            2 => Kind::File,
            3 => Kind::Quarantine,
            4 => Kind::Replayed,
            5 => Kind::Note,
            other => Kind::Other(other),
        }
    }

    /// Kinds whose places are kept in memory, because they are listed without reading everything.
    pub(crate) const fn indexed(self) -> bool {
        matches!(self, Kind::File | Kind::Quarantine | Kind::Replayed)
    }
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Number of the record in the store, from 1, without gaps.
    pub seq: u64,
    /// Segment number, from 1.
    pub segment: u32,
    /// Byte offset of the record in the segment file.
    pub offset: u64,
}

/// A record read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Number of the record in the store.
    pub seq: u64,
    /// What it is.
    pub kind: Kind,
    /// Where it came from (a peer address, a user, a program).
    pub source: Box<str>,
    /// When it was received, milliseconds since 1970 UTC, as the receiver said.
    pub received_ms: i64,
    /// The bytes, unchanged.
    pub payload: Vec<u8>,
    /// Where it stands.
    pub position: Position,
}

/// A record inside a buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub seq: u64,
    pub kind: Kind,
    pub source: &'a str,
    pub received_ms: i64,
    pub payload: &'a [u8],
}

impl View<'_> {
    pub fn own(&self, segment: u32, offset: u64) -> Record {
        Record {
            seq: self.seq,
            kind: self.kind,
            source: self.source.into(),
            received_ms: self.received_ms,
            payload: self.payload.to_vec(),
            position: Position {
                seq: self.seq,
                segment,
                offset,
            },
        }
    }
}

/// Bytes of a record with this source and payload.
pub(crate) const fn frame_len(source: usize, payload: usize) -> usize {
    HEAD + source + payload
}

/// Appends one record to `out`. The bounds were checked by the caller.
pub(crate) fn encode(out: &mut Vec<u8>, seq: u64, kind: Kind, source: &str, received_ms: i64, payload: &[u8]) {
    debug_assert!(payload.len() <= PAYLOAD_MAX && source.len() <= SOURCE_MAX);
    let start = out.len();
    let len = (payload.len() as u32).to_le_bytes();
    out.extend_from_slice(&len);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&[kind.code(), 0]);
    out.extend_from_slice(&(source.len() as u16).to_le_bytes());
    out.extend_from_slice(&received_ms.to_le_bytes());
    out.extend_from_slice(&seq.to_le_bytes());
    out.extend_from_slice(source.as_bytes());
    out.extend_from_slice(payload);
    let crc = crc32c::crc32c_append(crc32c::crc32c(&len), &out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
    debug_assert_eq!(out.len() - start, frame_len(source.len(), payload.len()));
}

/// Total length that the first [`HEAD`] bytes claim, or why they cannot be a record.
pub(crate) fn claimed_len(head: &[u8]) -> Result<usize, &'static str> {
    let (Some(len), Some(source)) = (u32_at(head, 0), head.get(10..12)) else {
        return Err("the record's head is cut off");
    };
    let source = usize::from(u16::from_le_bytes([source[0], source[1]]));
    if len as usize > PAYLOAD_MAX {
        return Err("the record's length is above the bound");
    }
    if source > SOURCE_MAX {
        return Err("the record's source is longer than the bound");
    }
    Ok(frame_len(source, len as usize))
}

/// Reads one whole record and checks its CRC.
pub(crate) fn decode(frame: &[u8]) -> Result<View<'_>, &'static str> {
    if frame.len() < HEAD || claimed_len(frame)? != frame.len() {
        return Err("the record's length does not fit");
    }
    let stored = u32_at(frame, 4);
    let found = crc32c::crc32c_append(crc32c::crc32c(&frame[..4]), &frame[8..]);
    if stored != Some(found) {
        return Err("the record's CRC differs");
    }
    let source_len = usize::from(u16::from_le_bytes([frame[10], frame[11]]));
    let (Some(received), Some(seq)) = (u64_at(frame, 12), u64_at(frame, 20)) else {
        return Err("the record's head is cut off");
    };
    Ok(View {
        seq,
        kind: Kind::of(frame[8]),
        source: std::str::from_utf8(&frame[HEAD..HEAD + source_len]).map_err(|_| "the record's source is not text")?,
        received_ms: received as i64,
        payload: &frame[HEAD + source_len..],
    })
}

/// The chain: the hash after a record covers the hash before it and every byte of the record.
pub(crate) fn chain(before: &Hash, frame: &[u8]) -> Hash {
    let mut h = Sha256::new();
    h.update(before);
    h.update(frame);
    h.finalize().into()
}

pub(crate) fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(b.get(at..at + 4)?.try_into().ok()?))
}

pub(crate) fn u64_at(b: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(b.get(at..at + 8)?.try_into().ok()?))
}

/// Hexadecimal text of a hash.
pub(crate) fn hex(hash: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    hash.iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)] as char, DIGITS[usize::from(b & 15)] as char])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_and_any_flipped_bit_is_seen() {
        let mut buf = vec![];
        encode(&mut buf, 7, Kind::Packet, "tcp:1.2.3.4:5", -3, b"##0000");
        let v = decode(&buf).expect("whole");
        assert_eq!(
            (v.seq, v.kind, v.source, v.received_ms, v.payload),
            (7, Kind::Packet, "tcp:1.2.3.4:5", -3, &b"##0000"[..])
        );
        for bit in 0..buf.len() * 8 {
            let mut bad = buf.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn kinds_keep_their_codes() {
        for code in 0..=255 {
            assert_eq!(Kind::of(code).code(), code);
        }
    }
}
