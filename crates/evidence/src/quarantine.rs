//! Refused input, kept with its reason, place and remedy. An entry is a chained record; trying it again adds
//! another record and never changes the first.

use crate::pending::{Pending, lock};
use crate::record::{Kind, Record, u32_at};
use crate::{Error, Evidence, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Why input was refused. The raw bytes are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quarantined {
    /// Short name of the reason, such as `crc_mismatch`.
    pub reason: String,
    /// What exactly, with the values found.
    pub detail: String,
    /// The same in Chinese; empty in entries made before it was kept.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub detail_zh: String,
    /// Where: a field, an item, a cell.
    pub place: String,
    /// What would make it acceptable.
    pub remedy: String,
    /// Result code of HJ 212 (QnRtn) that describes it, recorded and not sent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub qnrtn: Option<u16>,
    /// What it was part of: `packet:<seq>` or `file:<sha256>#L<line>`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub part_of: Option<String>,
}

/// What came of a later try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Number of the quarantine record that was tried.
    pub of: u64,
    /// Accepted now.
    pub ok: bool,
    /// Why not, if not.
    pub reason: String,
}

/// An entry of the quarantine as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// Its record number.
    pub id: u64,
    /// When it was received, milliseconds since 1970 UTC.
    pub received_ms: i64,
    /// Who sent it.
    pub source: Box<str>,
    /// Why it was refused.
    pub why: Quarantined,
    /// The bytes, unchanged.
    pub raw: Vec<u8>,
    /// The latest try, and the number of its record.
    pub replayed: Option<(u64, Replay)>,
}

/// Tries known so far; read on from `next` when asked.
#[derive(Default)]
pub(crate) struct Replays {
    next: u64,
    latest: HashMap<u64, (u64, Replay)>,
}

impl Evidence {
    /// Keeps refused input. Payload: length of the reason's JSON (u32), the JSON, the raw bytes.
    pub fn quarantine(&self, source: &str, received_ms: i64, why: &Quarantined, raw: &[u8]) -> Pending {
        let json = match serde_json::to_vec(why) {
            Ok(json) => json,
            Err(e) => {
                return Pending::refused(Error::Invalid(format!("the reason cannot be written: {e}")));
            }
        };
        let mut payload = Vec::with_capacity(4 + json.len() + raw.len());
        payload.extend_from_slice(&(json.len() as u32).to_le_bytes());
        payload.extend_from_slice(&json);
        payload.extend_from_slice(raw);
        self.append(Kind::Quarantine, source, received_ms, &payload)
    }

    /// Records that an entry was tried again, and with what result.
    pub fn mark_replayed(&self, source: &str, received_ms: i64, replay: &Replay) -> Pending {
        match serde_json::to_vec(replay) {
            Ok(json) => self.append(Kind::Replayed, source, received_ms, &json),
            Err(e) => Pending::refused(Error::Invalid(format!("the result cannot be written: {e}"))),
        }
    }

    /// Entries, newest first: at most `limit`, with numbers below `before` (all if `None`).
    pub fn quarantine_list(&self, before: Option<u64>, limit: usize) -> Result<Vec<QuarantineEntry>> {
        self.read_replays()?;
        let before = before.unwrap_or(u64::MAX);
        let places: Vec<_> = {
            let catalog = self.catalog();
            let newest = catalog
                .segments
                .iter()
                .rev()
                .flat_map(|s| s.specials.iter().rev().map(move |x| (s.number, *x)));
            newest
                .filter(|(_, x)| x.kind == Kind::Quarantine && x.seq < before)
                .take(limit)
                .collect()
        };
        places
            .into_iter()
            .map(|(segment, x)| {
                self.entry(self.read(crate::Position {
                    seq: x.seq,
                    segment,
                    offset: x.offset,
                })?)
            })
            .collect()
    }

    /// How many entries there are.
    pub fn quarantine_count(&self) -> u64 {
        let catalog = self.catalog();
        catalog
            .segments
            .iter()
            .flat_map(|s| &s.specials)
            .filter(|x| x.kind == Kind::Quarantine)
            .count() as u64
    }

    /// One entry.
    pub fn quarantine_entry(&self, id: u64) -> Result<QuarantineEntry> {
        self.read_replays()?;
        let record = self.record(id)?;
        if record.kind != Kind::Quarantine {
            return Err(Error::NotFound(format!("quarantine entry {id}")));
        }
        self.entry(record)
    }

    /// Reason and raw bytes of a quarantine record, as read by [`Evidence::scan`].
    pub fn quarantine_of(record: &Record) -> Result<(Quarantined, &[u8])> {
        let bad = || Error::Invalid(format!("record {} is not a quarantine entry", record.seq));
        let len = u32_at(&record.payload, 0).ok_or_else(bad)? as usize;
        let json = record.payload.get(4..4 + len).ok_or_else(bad)?;
        Ok((
            serde_json::from_slice(json).map_err(|_| bad())?,
            &record.payload[4 + len..],
        ))
    }

    /// The result of a try, as read by [`Evidence::scan`].
    pub fn replay_of(record: &Record) -> Result<Replay> {
        serde_json::from_slice(&record.payload)
            .map_err(|e| Error::Invalid(format!("record {}: not a replay result: {e}", record.seq)))
    }

    fn entry(&self, record: Record) -> Result<QuarantineEntry> {
        let (why, raw) = Self::quarantine_of(&record)?;
        let raw = raw.to_vec();
        let replayed = lock(&self.0.replays).latest.get(&record.seq).cloned();
        Ok(QuarantineEntry {
            id: record.seq,
            received_ms: record.received_ms,
            source: record.source,
            why,
            raw,
            replayed,
        })
    }

    fn read_replays(&self) -> Result<()> {
        let mut replays = lock(&self.0.replays);
        for at in self.specials(Kind::Replayed, replays.next) {
            let record = self.read(at)?;
            let replay = Self::replay_of(&record)?;
            replays.latest.insert(replay.of, (record.seq, replay));
            replays.next = at.seq + 1;
        }
        Ok(())
    }

    /// Places of the records of a listed kind from a number on, in order.
    pub(crate) fn specials(&self, kind: Kind, from_seq: u64) -> Vec<crate::Position> {
        debug_assert!(kind.indexed());
        let catalog = self.catalog();
        let segments = catalog.segments.iter().filter(|s| s.next_seq > from_seq);
        let all = segments.flat_map(|s| s.specials.iter().map(move |x| (s.number, *x)));
        all.filter(|(_, x)| x.kind == kind && x.seq >= from_seq)
            .map(|(segment, x)| crate::Position {
                seq: x.seq,
                segment,
                offset: x.offset,
            })
            .collect()
    }
}
