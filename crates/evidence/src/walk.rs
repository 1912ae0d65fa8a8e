//! Walks a segment group by group, checking everything: CRC, numbers without gap, the chain.

use crate::record::{HEAD, Hash, View, chain, claimed_len, decode, u32_at};
use crate::segment::{HEADER, Header, TRAILER, Trailer, Window};
use std::fs::File;

/// State of a walk; valid up to the last whole group.
pub(crate) struct Walk<'a> {
    window: Window<&'a File>,
    header: Header,
    /// Where the next group starts.
    pub at: u64,
    /// Sequence number the next record must have.
    pub next_seq: u64,
    /// The running hash up to here.
    pub hash: Hash,
}

/// What stands at the place of the next group.
pub(crate) enum Step {
    /// A whole group; the walk moved behind it.
    Group { records: u32 },
    /// Nothing more: the file ends here.
    End,
    /// Not a whole group. `at` is the first place that does not fit.
    Stop { at: u64, why: &'static str },
}

impl<'a> Walk<'a> {
    pub fn new(file: &'a File, header: &Header, end: u64) -> Self {
        Walk {
            window: Window::new(file, end, 1 << 20),
            at: HEADER as u64,
            next_seq: header.first_seq,
            hash: header.start_hash(),
            header: header.clone(),
        }
    }

    /// Checks the next group. `visit` sees each of its records with its offset, before the group is known
    /// to be whole: use what it saw only after `Step::Group`.
    pub fn step(&mut self, visit: &mut dyn FnMut(&View<'_>, u64)) -> std::io::Result<Step> {
        let (mut at, mut seq, mut hash, mut records) = (self.at, self.next_seq, self.hash, 0u32);
        if at == self.window.end() {
            return Ok(Step::End);
        }
        loop {
            let Some(first) = self.window.get(at, 4)? else {
                return Ok(Step::Stop {
                    at,
                    why: "the file ends inside a group",
                });
            };
            if u32_at(first, 0) == Some(self.header.start_mark) {
                return self.seal(at, seq, hash, records);
            }
            let Some(head) = self.window.get(at, HEAD)? else {
                return Ok(Step::Stop {
                    at,
                    why: "the file ends inside a record",
                });
            };
            if head.iter().all(|b| *b == 0) {
                return Ok(Step::Stop {
                    at,
                    why: "nothing is written here",
                });
            }
            let len = match claimed_len(head) {
                Ok(len) => len,
                Err(why) => return Ok(Step::Stop { at, why }),
            };
            let Some(frame) = self.window.get(at, len)? else {
                return Ok(Step::Stop {
                    at,
                    why: "the file ends inside a record",
                });
            };
            match decode(frame) {
                Ok(view) if view.seq != seq => {
                    return Ok(Step::Stop {
                        at,
                        why: "the record's number is not the next one",
                    });
                }
                Ok(view) => visit(&view, at),
                Err(why) => return Ok(Step::Stop { at, why }),
            }
            hash = chain(&hash, frame);
            at += len as u64;
            seq += 1;
            records += 1;
        }
    }

    fn seal(&mut self, at: u64, seq: u64, hash: Hash, records: u32) -> std::io::Result<Step> {
        let Some(b) = self.window.get(at, TRAILER)? else {
            return Ok(Step::Stop {
                at,
                why: "the file ends inside a group's seal",
            });
        };
        let (_, end_mark, crc) = Trailer::evidence_of(b, &self.header);
        let Some(t) = Trailer::fields(b).filter(|_| end_mark && crc) else {
            return Ok(Step::Stop {
                at,
                why: "the group's seal is damaged",
            });
        };
        if records == 0 || t.records != records || u64::from(t.group_bytes) != at - self.at || t.last_seq + 1 != seq {
            return Ok(Step::Stop {
                at,
                why: "the group's seal does not fit its records",
            });
        }
        if t.hash != hash {
            return Ok(Step::Stop {
                at,
                why: "the hash chain does not fit the group's seal",
            });
        }
        (self.at, self.next_seq, self.hash) = (at + TRAILER as u64, seq, hash);
        Ok(Step::Group { records })
    }
}
