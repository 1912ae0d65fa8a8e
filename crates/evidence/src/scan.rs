//! Reading all records from a number on, in order: what a consumer does that was away.

use crate::record::{HEAD, Record, claimed_len, decode, u32_at};
use crate::recover::damaged;
use crate::segment::{TRAILER, Window, segment_path};
use crate::store::open_segment;
use crate::{Error, Evidence, Result};
use std::fs::File;
use std::path::PathBuf;

struct OpenSegment {
    number: u32,
    path: PathBuf,
    window: Window<File>,
    start_mark: u32,
    at: u64,
}

/// Iterator of [`Evidence::scan`]. Ends at what is durable when it gets there (and may be asked again
/// later); after an error it ends for good.
pub struct Scan {
    evidence: Evidence,
    next: u64,
    open: Option<OpenSegment>,
    failed: bool,
}

impl Scan {
    pub(crate) fn new(evidence: Evidence, from_seq: u64) -> Self {
        Scan {
            evidence,
            next: from_seq.max(1),
            open: None,
            failed: false,
        }
    }

    fn advance(&mut self) -> Result<Option<Record>> {
        let (number, end) = match self.evidence.catalog().holding(self.next) {
            Some(s) => (s.number, s.end),
            None => return Ok(None),
        };
        let open = match &mut self.open {
            Some(open) if open.number == number => open,
            other => {
                let at = self.evidence.position(self.next)?.offset;
                let path = segment_path(self.evidence.dir(), number);
                let (file, header) = open_segment(&path, number)?;
                other.insert(OpenSegment {
                    number,
                    path,
                    window: Window::new(file, end, 1 << 20),
                    start_mark: header.start_mark,
                    at,
                })
            }
        };
        open.window.grow(end);
        let bad = |path: &PathBuf, at, why: &str| damaged(path, number, at, Some(self.next), why);
        loop {
            let at = open.at;
            let head = open.window.get(at, HEAD).map_err(Error::io("read", &open.path))?;
            let head = head.ok_or_else(|| bad(&open.path, at, "the file ends early"))?;
            if u32_at(head, 0) == Some(open.start_mark) {
                open.at += TRAILER as u64;
                continue;
            }
            let len = claimed_len(head).map_err(|why| bad(&open.path, at, why))?;
            let frame = open.window.get(at, len).map_err(Error::io("read", &open.path))?;
            let frame = frame.ok_or_else(|| bad(&open.path, at, "the file ends early"))?;
            let view = decode(frame).map_err(|why| bad(&open.path, at, why))?;
            if view.seq != self.next {
                return Err(bad(&open.path, at, "the record's number is not the next one"));
            }
            let record = view.own(number, at);
            open.at += len as u64;
            self.next += 1;
            return Ok(Some(record));
        }
    }
}

impl Iterator for Scan {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let item = self.advance().transpose();
        self.failed = matches!(item, Some(Err(_)));
        item
    }
}
