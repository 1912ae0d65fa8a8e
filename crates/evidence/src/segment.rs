//! The fixed parts of a segment file: its header and the trailer that seals each group.
//!
//! ```text
//! header, 128 bytes:  0 "QSEVID01" | 8 version u32 | 12 segment u32 | 16 first_seq u64 | 24 created_ms i64
//!                     32 hash of the segment before [32] | 64 start mark, end mark (u32 each) | zeros | 124 CRC32C
//! trailer, 60 bytes:  0 start mark u32 | 4 CRC32C u32 (of 8..56) | 8 records u32 | 12 group bytes u32
//!                     16 last seq u64 | 24 running hash [32] | 56 end mark u32
//! ```
//!
//! The marks differ from store to store and from segment to segment (they come from the chain), so that
//! nobody can send a packet that looks like the end of a group.

use crate::record::{Hash, u32_at, u64_at};
use crate::{Error, Fault, Result};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

pub(crate) const MAGIC: &[u8; 8] = b"QSEVID01";
pub(crate) const VERSION: u32 = 1;
pub(crate) const HEADER: usize = 128;
pub(crate) const TRAILER: usize = 60;

/// The header of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub segment: u32,
    pub first_seq: u64,
    pub created_ms: i64,
    pub before: Hash,
    pub start_mark: u32,
    pub end_mark: u32,
}

impl Header {
    pub fn new(segment: u32, first_seq: u64, created_ms: i64, before: Hash) -> Self {
        let mut h = Sha256::new();
        h.update(b"group marks");
        h.update(before);
        h.update(segment.to_le_bytes());
        let h: Hash = h.finalize().into();
        // Bits 0 and 7 of each byte are set: no flipped bit makes a mark end in a zero byte, and as a record
        // length a mark is far above the bound.
        let mark = |at: usize| u32::from_le_bytes([h[at], h[at + 1], h[at + 2], h[at + 3]]) | 0x8181_8181;
        let (start_mark, mut end_mark) = (mark(0), mark(4));
        if end_mark == start_mark {
            end_mark ^= 0x0202_0202;
        }
        Header {
            segment,
            first_seq,
            created_ms,
            before,
            start_mark,
            end_mark,
        }
    }

    pub fn encode(&self) -> [u8; HEADER] {
        let mut b = [0u8; HEADER];
        b[..8].copy_from_slice(MAGIC);
        b[8..12].copy_from_slice(&VERSION.to_le_bytes());
        b[12..16].copy_from_slice(&self.segment.to_le_bytes());
        b[16..24].copy_from_slice(&self.first_seq.to_le_bytes());
        b[24..32].copy_from_slice(&self.created_ms.to_le_bytes());
        b[32..64].copy_from_slice(&self.before);
        b[64..68].copy_from_slice(&self.start_mark.to_le_bytes());
        b[68..72].copy_from_slice(&self.end_mark.to_le_bytes());
        let crc = crc32c::crc32c(&b[..124]);
        b[124..].copy_from_slice(&crc.to_le_bytes());
        b
    }

    /// The hash that the first record of the segment is chained to: it covers the header too.
    pub fn start_hash(&self) -> Hash {
        let mut h = Sha256::new();
        h.update(b"segment");
        h.update(self.encode());
        h.finalize().into()
    }

    /// Reads a header; `Ok(None)` when the bytes are not a whole header (the caller decides what that means).
    pub fn read(file: &File, path: &Path) -> Result<Option<Header>> {
        let mut b = [0u8; HEADER];
        if read_up_to(file, &mut b, 0).map_err(Error::io("read", path))? < HEADER {
            return Ok(None);
        }
        if u32_at(&b, 124) != Some(crc32c::crc32c(&b[..124])) || &b[..8] != MAGIC {
            return Ok(None);
        }
        let found = u32_at(&b, 8).unwrap_or(0);
        if found != VERSION {
            return Err(Error::Version {
                file: path.to_path_buf(),
                found,
            });
        }
        let mut before = [0; 32];
        before.copy_from_slice(&b[32..64]);
        let field = (
            u32_at(&b, 12),
            u64_at(&b, 16),
            u64_at(&b, 24),
            u32_at(&b, 64),
            u32_at(&b, 68),
        );
        let (Some(segment), Some(first_seq), Some(created), Some(start_mark), Some(end_mark)) = field else {
            return Ok(None);
        };
        Ok(Some(Header {
            segment,
            first_seq,
            created_ms: created as i64,
            before,
            start_mark,
            end_mark,
        }))
    }
}

/// The trailer of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trailer {
    pub records: u32,
    pub group_bytes: u32,
    pub last_seq: u64,
    pub hash: Hash,
}

impl Trailer {
    pub fn encode(&self, header: &Header) -> [u8; TRAILER] {
        let mut b = [0u8; TRAILER];
        b[..4].copy_from_slice(&header.start_mark.to_le_bytes());
        b[8..12].copy_from_slice(&self.records.to_le_bytes());
        b[12..16].copy_from_slice(&self.group_bytes.to_le_bytes());
        b[16..24].copy_from_slice(&self.last_seq.to_le_bytes());
        b[24..56].copy_from_slice(&self.hash);
        let crc = crc32c::crc32c(&b[8..56]);
        b[4..8].copy_from_slice(&crc.to_le_bytes());
        b[56..].copy_from_slice(&header.end_mark.to_le_bytes());
        b
    }

    /// How much of a trailer stands in these 60 bytes: start mark, end mark, CRC.
    pub fn evidence_of(b: &[u8], header: &Header) -> (bool, bool, bool) {
        (
            u32_at(b, 0) == Some(header.start_mark),
            u32_at(b, 56) == Some(header.end_mark),
            b.len() >= TRAILER && u32_at(b, 4) == Some(crc32c::crc32c(&b[8..56])),
        )
    }

    /// The fields, whatever the CRC says.
    pub fn fields(b: &[u8]) -> Option<Trailer> {
        let mut hash = [0; 32];
        hash.copy_from_slice(b.get(24..56)?);
        Some(Trailer {
            records: u32_at(b, 8)?,
            group_bytes: u32_at(b, 12)?,
            last_seq: u64_at(b, 16)?,
            hash,
        })
    }
}

pub(crate) fn segments_dir(dir: &Path) -> PathBuf {
    dir.join("segments")
}

pub(crate) fn segment_path(dir: &Path, segment: u32) -> PathBuf {
    segments_dir(dir).join(format!("{segment:08}.seg"))
}

/// Numbers of the segment files, ascending, checked to be without gap from 1.
pub(crate) fn list(dir: &Path) -> Result<Vec<u32>> {
    let folder = segments_dir(dir);
    let mut found = vec![];
    for entry in std::fs::read_dir(&folder).map_err(Error::io("list", &folder))? {
        let name = entry.map_err(Error::io("list", &folder))?.file_name();
        if let Some(stem) = name.to_str().and_then(|n| n.strip_suffix(".seg"))
            && let Ok(number) = stem.parse::<u32>()
        {
            found.push(number);
        }
    }
    found.sort_unstable();
    for (at, number) in found.iter().enumerate() {
        if *number as usize != at + 1 {
            return Err(Error::Damaged(Box::new(Fault {
                file: segment_path(dir, at as u32 + 1),
                segment: at as u32 + 1,
                offset: 0,
                seq: None,
                what: "the segment file is missing".into(),
                remedy: "restore it from a copy; the segments around it are kept as they are".into(),
            })));
        }
    }
    Ok(found)
}

/// Makes names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir)
        .and_then(|d| d.sync_all())
        .map_err(Error::io("sync the folder", dir))
}

/// Fills as much of `buf` as the file has at `offset`.
pub(crate) fn read_up_to(file: &File, buf: &mut [u8], offset: u64) -> std::io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match file.read_at(&mut buf[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

/// Reads a file in large pieces and hands out slices of it.
pub(crate) struct Window<F: Borrow<File>> {
    file: F,
    end: u64,
    base: u64,
    buf: Vec<u8>,
    piece: usize,
}

impl<F: Borrow<File>> Window<F> {
    /// `end` bounds what may be read; `piece` is the least that is read at once.
    pub fn new(file: F, end: u64, piece: usize) -> Self {
        Window {
            file,
            end,
            base: 0,
            buf: vec![],
            piece,
        }
    }

    pub fn end(&self) -> u64 {
        self.end
    }

    /// More became durable.
    pub fn grow(&mut self, end: u64) {
        debug_assert!(end >= self.end);
        self.end = end;
    }

    /// `n` bytes at `offset`, or `None` beyond the end.
    pub fn get(&mut self, offset: u64, n: usize) -> std::io::Result<Option<&[u8]>> {
        if offset + n as u64 > self.end {
            return Ok(None);
        }
        let inside = offset >= self.base && offset + n as u64 <= self.base + self.buf.len() as u64;
        if !inside {
            let want = n.max(self.piece).min((self.end - offset) as usize);
            self.buf.resize(want, 0);
            let got = read_up_to(self.file.borrow(), &mut self.buf, offset)?;
            self.buf.truncate(got);
            self.base = offset;
            if got < n {
                return Ok(None);
            }
        }
        let from = (offset - self.base) as usize;
        Ok(Some(&self.buf[from..from + n]))
    }
}
