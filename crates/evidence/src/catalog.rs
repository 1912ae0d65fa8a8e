//! What is known of each segment in memory: where it ends, its hash, a sparse index from number to offset,
//! and the places of the records that are listed (files, quarantine).

use crate::record::{Hash, Kind};
use crate::segment::Header;

/// Every so many records an entry of the sparse index.
const STRIDE: u64 = 256;

/// Place of a record that is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Special {
    pub kind: Kind,
    pub seq: u64,
    pub offset: u64,
}

/// One segment. For the active one, everything up to the last durable group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub number: u32,
    pub first_seq: u64,
    /// Number after the last durable record.
    pub next_seq: u64,
    /// Byte after the last durable group.
    pub end: u64,
    pub hash: Hash,
    pub sparse: Vec<(u64, u64)>,
    pub specials: Vec<Special>,
}

impl Segment {
    pub fn new(header: &Header) -> Self {
        Segment {
            number: header.segment,
            first_seq: header.first_seq,
            next_seq: header.first_seq,
            end: crate::segment::HEADER as u64,
            hash: header.start_hash(),
            sparse: vec![],
            specials: vec![],
        }
    }

    /// Takes note of a durable record.
    pub fn note(&mut self, seq: u64, kind: Kind, offset: u64) {
        if (seq - self.first_seq).is_multiple_of(STRIDE) {
            self.sparse.push((seq, offset));
        }
        if kind.indexed() {
            self.specials.push(Special { kind, seq, offset });
        }
    }

    /// A place at or before the record, to walk from.
    pub fn near(&self, seq: u64) -> Option<(u64, u64)> {
        let at = self.sparse.partition_point(|(s, _)| *s <= seq);
        self.sparse.get(at.checked_sub(1)?).copied()
    }
}

/// All segments; the last is the active one.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub segments: Vec<Segment>,
}

impl Catalog {
    /// Number of the next record.
    pub fn next_seq(&self) -> u64 {
        self.segments.last().map_or(1, |s| s.next_seq)
    }

    /// The segment that holds a record.
    pub fn holding(&self, seq: u64) -> Option<&Segment> {
        let at = self.segments.partition_point(|s| s.first_seq <= seq);
        self.segments.get(at.checked_sub(1)?).filter(|s| seq < s.next_seq)
    }

    pub fn segment(&self, number: u32) -> Option<&Segment> {
        self.segments.get((number as usize).checked_sub(1)?)
    }
}
