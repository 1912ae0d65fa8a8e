//! The index file beside a finished segment (`00000001.idx`): what [`Segment`] holds, so that opening a
//! large store does not read it all. It is a cache: if it is missing or damaged it is built again.

use crate::catalog::{Segment, Special};
use crate::record::{Kind, u32_at, u64_at};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"QSEVIX01";
const HEAD: usize = 8 + 4 + 4 + 8 + 8 + 8 + 32 + 4 + 4;

fn path(segment_path: &Path) -> PathBuf {
    segment_path.with_extension("idx")
}

fn encode(s: &Segment) -> Vec<u8> {
    let mut b = Vec::with_capacity(HEAD + s.sparse.len() * 16 + s.specials.len() * 17);
    b.extend_from_slice(MAGIC);
    b.extend_from_slice(&[0; 4]);
    b.extend_from_slice(&s.number.to_le_bytes());
    for n in [s.first_seq, s.next_seq, s.end] {
        b.extend_from_slice(&n.to_le_bytes());
    }
    b.extend_from_slice(&s.hash);
    b.extend_from_slice(&(s.sparse.len() as u32).to_le_bytes());
    b.extend_from_slice(&(s.specials.len() as u32).to_le_bytes());
    for (seq, offset) in &s.sparse {
        b.extend_from_slice(&seq.to_le_bytes());
        b.extend_from_slice(&offset.to_le_bytes());
    }
    for special in &s.specials {
        b.push(special.kind.code());
        b.extend_from_slice(&special.seq.to_le_bytes());
        b.extend_from_slice(&special.offset.to_le_bytes());
    }
    let crc = crc32c::crc32c(&b[12..]);
    b[8..12].copy_from_slice(&crc.to_le_bytes());
    b
}

fn decode(b: &[u8]) -> Option<Segment> {
    if b.len() < HEAD || &b[..8] != MAGIC || u32_at(b, 8)? != crc32c::crc32c(&b[12..]) {
        return None;
    }
    let (sparse, specials) = (u32_at(b, 72)? as usize, u32_at(b, 76)? as usize);
    if b.len() != HEAD + sparse * 16 + specials * 17 {
        return None;
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(&b[40..72]);
    let mut s = Segment {
        number: u32_at(b, 12)?,
        first_seq: u64_at(b, 16)?,
        next_seq: u64_at(b, 24)?,
        end: u64_at(b, 32)?,
        hash,
        sparse: Vec::with_capacity(sparse),
        specials: Vec::with_capacity(specials),
    };
    let mut at = HEAD;
    for _ in 0..sparse {
        s.sparse.push((u64_at(b, at)?, u64_at(b, at + 8)?));
        at += 16;
    }
    for _ in 0..specials {
        s.specials.push(Special {
            kind: Kind::of(b[at]),
            seq: u64_at(b, at + 1)?,
            offset: u64_at(b, at + 9)?,
        });
        at += 17;
    }
    Some(s)
}

/// Writes the index of a finished segment. A failure costs only time at the next opening.
pub(crate) fn save(segment_path: &Path, s: &Segment) -> std::io::Result<()> {
    let temp = segment_path.with_extension("idx.tmp");
    std::fs::write(&temp, encode(s))?;
    std::fs::rename(&temp, path(segment_path))
}

/// The saved index, if it is whole.
pub(crate) fn load(segment_path: &Path) -> Option<Segment> {
    decode(&std::fs::read(path(segment_path)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read_back_and_a_damaged_one_is_not_used() {
        let s = Segment {
            number: 3,
            first_seq: 10,
            next_seq: 600,
            end: 9999,
            hash: [7; 32],
            sparse: vec![(10, 128), (266, 5000)],
            specials: vec![Special {
                kind: Kind::File,
                seq: 12,
                offset: 300,
            }],
        };
        let b = encode(&s);
        assert_eq!(decode(&b), Some(s));
        for at in 0..b.len() {
            let mut bad = b.clone();
            bad[at] ^= 0x10;
            assert_eq!(decode(&bad), None, "byte {at}");
        }
        assert_eq!(decode(&b[..b.len() - 1]), None);
    }
}
