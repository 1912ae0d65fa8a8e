//! What the packets page shows, cheap enough to take every second.

use crate::clock::iso;
use crate::outlet::OutletStates;
use crate::stats::Stats;
use crate::{Logger, Registry};
use evidence::Evidence;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// State of the gateway at a moment.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    /// Senders.
    pub outlets: Outlets,
    /// Rates over the last ten seconds, latency since the start.
    pub rate: Rate,
    /// Counts since the start.
    pub totals: Totals,
    /// Newest first.
    pub recent: Vec<PacketView>,
    /// By division and name.
    pub outlets_list: Vec<OutletView>,
    /// Why the evidence store did not take something lately, if it did not.
    pub trouble: Option<String>,
    /// Some of what is shown is made up.
    pub simulated: bool,
}

/// Counts of senders.
#[derive(Debug, Clone, Serialize)]
pub struct Outlets {
    /// With an open connection.
    pub connected: usize,
    /// In the registry.
    pub registered: usize,
    /// Of those, made up.
    pub simulated: usize,
}

/// Speed.
#[derive(Debug, Clone, Serialize)]
pub struct Rate {
    /// Packets a second.
    pub packets_s: f64,
    /// Bytes a second.
    pub bytes_s: f64,
    /// Median time from the last byte of a packet to its answer, after the flush.
    pub p50_ms: f64,
    /// The time 99 of 100 answers stay below.
    pub p99_ms: f64,
}

/// Counts since the start.
#[derive(Debug, Clone, Serialize)]
pub struct Totals {
    /// Packets accepted and stored.
    pub accepted: u64,
    /// Inputs quarantined.
    pub quarantined: u64,
    /// Repetitions answered and not stored again.
    pub duplicates: u64,
    /// Packets left without an answer because the store could not take them.
    pub unanswered: u64,
    /// Bytes outside packets.
    pub junk_bytes: u64,
    /// Connections open.
    pub connections: u64,
    /// Connections refused because there were too many.
    pub turned_away: u64,
    /// Connections closed because they sent only noise.
    pub cut_off: u64,
}

/// A recent packet.
#[derive(Debug, Clone, Serialize)]
pub struct PacketView {
    /// Its record: `packet:<seq>`.
    pub seq: u64,
    /// When it was received.
    pub at: String,
    /// Device.
    pub mn: String,
    /// Name of the device.
    pub name: String,
    /// System code.
    pub st: String,
    /// Command.
    pub cn: u16,
    /// Version of the standard (year).
    pub version: u16,
    /// The bytes (invalid UTF-8 replaced).
    pub raw: String,
    /// Names of warnings.
    pub warnings: Vec<&'static str>,
    /// Made up.
    pub simulated: bool,
}

/// A sender.
#[derive(Debug, Clone, Serialize)]
pub struct OutletView {
    /// Device.
    pub mn: String,
    /// Site of its values.
    pub site: String,
    /// Name.
    pub name: String,
    /// Division.
    pub division: String,
    /// System code.
    pub st: String,
    /// Has an open connection.
    pub connected: bool,
    /// Last accepted packet.
    pub last_at: Option<String>,
    /// Packets since the start.
    pub packets: u64,
    /// Our clock minus the device's, seconds, at its last real-time packet.
    pub clock_drift_s: i64,
    /// Values of its last packet with values.
    pub last_values: Vec<ValueView>,
    /// Made up.
    pub simulated: bool,
}

/// A value as shown: exact digits.
#[derive(Debug, Clone, Serialize)]
pub struct ValueView {
    /// Factor code.
    pub factor: String,
    /// Statistic.
    pub stat: &'static str,
    /// Averaging period.
    pub period: &'static str,
    /// Digits, or nothing if only a mark was sent.
    pub value: Option<String>,
    /// Mark.
    pub mark: char,
}

/// Scaled integer to its digits.
pub(crate) fn digits(v: i64, e: i8) -> String {
    let e = e.max(0) as usize;
    let all = format!("{:0width$}", v.unsigned_abs(), width = e + 1);
    let (whole, part) = all.split_at(all.len() - e);
    let sign = if v < 0 { "-" } else { "" };
    if e == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

pub(crate) fn take(
    stats: &Stats,
    outlets: &OutletStates,
    registry: &Registry,
    evidence: &Evidence,
    now_ms: i64,
    recent_max: usize,
) -> Snapshot {
    let (rate, recent, trouble) = {
        let live = stats.live();
        let (packets_s, bytes_s) = live.rate(now_ms);
        let rate = Rate {
            packets_s,
            bytes_s,
            p50_ms: live.latency_ms(0.5),
            p99_ms: live.latency_ms(0.99),
        };
        let recent: Vec<_> = live.recent.iter().rev().take(recent_max).cloned().collect();
        (rate, recent, live.trouble.as_ref().map(|(_, why)| why.clone()))
    };
    let recent = recent.into_iter().map(|r| PacketView {
        seq: r.at.seq,
        at: iso(r.received_ms),
        mn: r.logger.mn.to_string(),
        name: r.logger.name.clone(),
        st: String::from_utf8_lossy(&r.st).into_owned(),
        cn: r.cn,
        version: r.version.year(),
        raw: match evidence.read(r.at) {
            Ok(record) => String::from_utf8_lossy(&record.payload).into_owned(),
            Err(error) => format!("({error})"),
        },
        warnings: r
            .warnings
            .iter()
            .map(hj212::Warning::name)
            .chain(r.drifts.then_some("clock_drift"))
            .collect(),
        simulated: r.logger.simulated,
    });
    let mut outlets_list: Vec<_> = registry.iter().map(|logger| view(logger, outlets)).collect();
    outlets_list.sort_by(|a, b| (&a.division, &a.name, &a.mn).cmp(&(&b.division, &b.name, &b.mn)));
    let get = |n: &std::sync::atomic::AtomicU64| n.load(Ordering::Relaxed);
    let simulated = outlets_list.iter().filter(|o| o.simulated).count();
    Snapshot {
        outlets: Outlets {
            connected: outlets_list.iter().filter(|o| o.connected).count(),
            registered: registry.len(),
            simulated,
        },
        rate,
        totals: Totals {
            accepted: get(&stats.accepted),
            quarantined: get(&stats.quarantined),
            duplicates: get(&stats.duplicates),
            unanswered: get(&stats.unanswered),
            junk_bytes: get(&stats.junk_bytes),
            connections: get(&stats.connections),
            turned_away: get(&stats.turned_away),
            cut_off: get(&stats.cut_off),
        },
        recent: recent.collect(),
        simulated: simulated > 0,
        outlets_list,
        trouble,
    }
}

fn view(logger: &Arc<Logger>, outlets: &OutletStates) -> OutletView {
    let outlet = outlets.get(&logger.mn);
    let last_ms = outlet.as_ref().map_or(0, |o| o.last_ms.load(Ordering::Relaxed));
    let last = outlet.as_ref().and_then(|o| o.last());
    let values = last.iter().flat_map(|v| v.iter()).map(|o| ValueView {
        factor: o.factor.to_string(),
        stat: o.stat.code(),
        period: o.period.code(),
        value: o.v.map(|v| digits(v, o.e)),
        mark: o.mark,
    });
    OutletView {
        mn: logger.mn.to_string(),
        site: logger.site.to_string(),
        name: logger.name.clone(),
        division: logger.division.clone(),
        st: logger.st.clone(),
        connected: outlet
            .as_ref()
            .is_some_and(|o| o.connections.load(Ordering::Relaxed) > 0),
        last_at: (last_ms > 0).then(|| iso(last_ms)),
        packets: outlet.as_ref().map_or(0, |o| o.packets.load(Ordering::Relaxed)),
        clock_drift_s: outlet.as_ref().map_or(0, |o| o.drift_s.load(Ordering::Relaxed)),
        last_values: values.collect(),
        simulated: logger.simulated,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_exact() {
        for (v, e, text) in [
            (2140, 2, "21.40"),
            (-5, 3, "-0.005"),
            (7, 0, "7"),
            (0, 1, "0.0"),
            (i64::MIN, 0, "-9223372036854775808"),
        ] {
            assert_eq!(super::digits(v, e), text);
        }
    }
}
