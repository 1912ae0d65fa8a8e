//! Trying quarantined packets again.

use crate::convert::{Batch, observe};
use crate::session::{items_set_aside, why};
use crate::{Logger, Registry};
use evidence::{Evidence, Replay, Result};
use std::sync::Arc;

/// What a quarantined frame is by a registry: the observations, or why it is still refused. `id` is the record
/// the values point to.
pub(crate) fn judge(
    registry: &Registry,
    raw: &[u8],
    received_ms: i64,
    id: u64,
) -> std::result::Result<(Arc<Logger>, Judged), String> {
    let Some(logger) = hj212::peek_mn(raw).and_then(|mn| registry.get(mn)) else {
        let options = hj212::Options {
            registered: hj212::Registered::No,
            ..hj212::Options::default()
        };
        return Err(match hj212::parse(raw, &options) {
            Err(reject) => why(&reject).reason,
            Ok(_) => "mn_unknown".into(),
        });
    };
    let packet = hj212::parse(raw, &logger.options(received_ms)).map_err(|reject| why(&reject).reason)?;
    let mut too_long = vec![];
    let observed = observe(&packet, logger, received_ms, id, &mut |key, value| {
        too_long.push((key.to_string(), value.to_string()))
    });
    let set_aside = items_set_aside(&packet, id, &too_long);
    Ok((logger.clone(), Judged { observed, set_aside }))
}

pub(crate) struct Judged {
    pub observed: Vec<crate::Observed>,
    pub set_aside: Vec<(evidence::Quarantined, String)>,
}

/// Parses an entry again. A good one is recorded as accepted and becomes a batch; both outcomes are records.
/// An entry that was accepted before is not accepted twice.
pub async fn replay(
    evidence: &Evidence,
    registry: &Registry,
    id: u64,
    by: &str,
    now_ms: i64,
) -> Result<(Replay, Option<Batch>)> {
    let entry = evidence.quarantine_entry(id)?;
    if let Some((_, before)) = entry.replayed
        && before.ok
    {
        return Ok((before, None));
    }
    let judged = match &entry.why.part_of {
        // An item of an accepted packet: the packet itself is in the evidence and its values were taken.
        Some(whole) => Err(format!(
            "{} (an item of {whole}: the sender must correct it and send again)",
            entry.why.reason
        )),
        None => judge(registry, &entry.raw, entry.received_ms, id),
    };
    let (replay, good) = match judged {
        Ok(good) => (
            Replay {
                of: id,
                ok: true,
                reason: String::new(),
            },
            Some(good),
        ),
        Err(reason) => (
            Replay {
                of: id,
                ok: false,
                reason,
            },
            None,
        ),
    };
    let at = evidence.mark_replayed(by, now_ms, &replay).await?;
    let Some((logger, judged)) = good else {
        return Ok((replay, None));
    };
    for (why, raw) in &judged.set_aside {
        evidence.quarantine(by, now_ms, why, raw.as_bytes()).await?;
    }
    Ok((
        replay,
        Some(Batch {
            seq: at.seq,
            logger,
            observed: Arc::new(judged.observed),
        }),
    ))
}
