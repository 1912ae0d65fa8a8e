//! Observations of what the evidence holds, for a consumer that was away: after a crash it asks from the first
//! record it does not have.

use crate::Registry;
use crate::convert::{Batch, observe};
use crate::quarantine::judge;
use evidence::{Evidence, Kind, Record, Result, Scan};
use std::sync::Arc;

/// Iterator of [`replay`].
pub struct Replayed {
    evidence: Evidence,
    registry: Arc<Registry>,
    scan: Scan,
    /// Record after the last one read: where to go on next time.
    pub next_seq: u64,
}

/// Batches of the accepted packets from a record on, in the order of the evidence, as today's registry reads
/// them. A batch may come again that the consumer had before; its values are the same.
pub fn replay(evidence: &Evidence, registry: Arc<Registry>, from_seq: u64) -> Replayed {
    Replayed {
        evidence: evidence.clone(),
        registry,
        scan: evidence.scan(from_seq),
        next_seq: from_seq.max(1),
    }
}

impl Replayed {
    fn batch(&self, record: &Record) -> Result<Option<Batch>> {
        match record.kind {
            Kind::Packet => {
                let Some(logger) = hj212::peek_mn(&record.payload).and_then(|mn| self.registry.get(mn)) else {
                    return Ok(None);
                };
                let Ok(packet) = hj212::parse(&record.payload, &logger.options(record.received_ms)) else {
                    return Ok(None);
                };
                let observed = observe(&packet, logger, record.received_ms, record.seq, &mut |_, _| {});
                Ok(Some(Batch {
                    seq: record.seq,
                    logger: logger.clone(),
                    observed: Arc::new(observed),
                }))
            }
            Kind::Replayed => {
                let done = Evidence::replay_of(record)?;
                if !done.ok {
                    return Ok(None);
                }
                let entry = self.evidence.quarantine_entry(done.of)?;
                let good = judge(&self.registry, &entry.raw, entry.received_ms, done.of).ok();
                Ok(good.map(|(logger, judged)| Batch {
                    seq: record.seq,
                    logger,
                    observed: Arc::new(judged.observed),
                }))
            }
            _ => Ok(None),
        }
    }
}

impl Iterator for Replayed {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.scan.next()? {
                Ok(record) => record,
                Err(error) => return Some(Err(error)),
            };
            self.next_seq = record.seq + 1;
            match self.batch(&record) {
                Ok(Some(batch)) => return Some(Ok(batch)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
