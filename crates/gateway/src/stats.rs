//! Counters of a running gateway: totals, rates over the last seconds, latency of answers, recent packets.

use crate::{Logger, RECENT_MAX};
use evidence::Position;
use hj212::{Version, Warnings};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Seconds over which rates are taken.
const WINDOW_S: i64 = 10;
/// Latency classes: eight to a doubling, from 1 µs on.
const CLASSES: usize = 8 * 30;

/// A packet in the ring of recent ones; its bytes stay in the evidence.
#[derive(Clone)]
pub(crate) struct Recent {
    pub at: Position,
    pub received_ms: i64,
    pub logger: Arc<Logger>,
    pub st: [u8; 2],
    pub cn: u16,
    pub version: Version,
    pub warnings: Warnings,
    pub drifts: bool,
}

#[derive(Default, Clone, Copy)]
struct Second {
    s: i64,
    packets: u64,
    bytes: u64,
}

pub(crate) struct Live {
    seconds: [Second; WINDOW_S as usize + 2],
    latency: Box<[u64; CLASSES]>,
    pub recent: VecDeque<Recent>,
    /// Last reason why the evidence store did not take a packet.
    pub trouble: Option<(i64, String)>,
}

/// All counters.
pub(crate) struct Stats {
    pub accepted: AtomicU64,
    pub quarantined: AtomicU64,
    pub duplicates: AtomicU64,
    /// Packets that were not answered because the store could not take them; the sender repeats them.
    pub unanswered: AtomicU64,
    pub junk_bytes: AtomicU64,
    pub connections: AtomicU64,
    pub turned_away: AtomicU64,
    pub cut_off: AtomicU64,
    /// Batches that no consumer took any more; they can be replayed.
    pub unconsumed: AtomicU64,
    live: Mutex<Live>,
}

impl Default for Stats {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Stats {
            accepted: zero(),
            quarantined: zero(),
            duplicates: zero(),
            unanswered: zero(),
            junk_bytes: zero(),
            connections: zero(),
            turned_away: zero(),
            cut_off: zero(),
            unconsumed: zero(),
            live: Mutex::new(Live {
                seconds: Default::default(),
                latency: Box::new([0; CLASSES]),
                recent: VecDeque::with_capacity(RECENT_MAX),
                trouble: None,
            }),
        }
    }
}

/// What one turn of a connection adds.
#[derive(Default)]
pub(crate) struct Turn {
    pub packets: u64,
    pub bytes: u64,
    pub accepted: u64,
    pub quarantined: u64,
    pub duplicates: u64,
    pub unanswered: u64,
    pub recent: Vec<Recent>,
}

impl Stats {
    pub fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a turn whose answers took `latency_us` from the last byte received.
    pub fn add(&self, turn: &mut Turn, now_ms: i64, latency_us: u64) {
        let count = |to: &AtomicU64, n: u64| {
            if n > 0 {
                to.fetch_add(n, Ordering::Relaxed);
            }
        };
        count(&self.accepted, turn.accepted);
        count(&self.quarantined, turn.quarantined);
        count(&self.duplicates, turn.duplicates);
        count(&self.unanswered, turn.unanswered);
        let s = now_ms.div_euclid(1000);
        let mut live = self.live();
        let slot = s.rem_euclid(live.seconds.len() as i64) as usize;
        let second = &mut live.seconds[slot];
        if second.s != s {
            *second = Second {
                s,
                packets: 0,
                bytes: 0,
            };
        }
        second.packets += turn.packets;
        second.bytes += turn.bytes;
        live.latency[class(latency_us)] += turn.accepted + turn.duplicates;
        let skip = turn.recent.len().saturating_sub(RECENT_MAX);
        for recent in turn.recent.drain(..).skip(skip) {
            if live.recent.len() == RECENT_MAX {
                live.recent.pop_front();
            }
            live.recent.push_back(recent);
        }
        assert!(live.recent.len() <= RECENT_MAX, "the ring is bounded");
    }
}

impl Live {
    /// Packets and bytes a second over the last whole seconds.
    pub fn rate(&self, now_ms: i64) -> (f64, f64) {
        let now = now_ms.div_euclid(1000);
        let whole = self.seconds.iter().filter(|x| x.s < now && x.s >= now - WINDOW_S);
        let (packets, bytes) = whole.fold((0, 0), |(p, b), x| (p + x.packets, b + x.bytes));
        (packets as f64 / WINDOW_S as f64, bytes as f64 / WINDOW_S as f64)
    }

    /// Latency in milliseconds that a share of all answers stayed below.
    pub fn latency_ms(&self, share: f64) -> f64 {
        let all: u64 = self.latency.iter().sum();
        if all == 0 {
            return 0.0;
        }
        let wanted = (all as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (class, n) in self.latency.iter().enumerate() {
            seen += n;
            if seen >= wanted {
                return 2f64.powf((class + 1) as f64 / 8.0) / 1000.0;
            }
        }
        0.0
    }
}

fn class(us: u64) -> usize {
    ((us.max(1) as f64).log2() * 8.0) as usize % CLASSES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_percentiles_are_those_of_what_was_added() {
        let stats = Stats::default();
        for k in 0..1000u64 {
            let mut turn = Turn {
                packets: 2,
                bytes: 100,
                accepted: 1,
                ..Turn::default()
            };
            stats.add(&mut turn, 1_000_000 + k as i64 * 10, 1000 + k * 100);
        }
        let live = stats.live();
        assert_eq!(live.rate(1_010_000), (200.0, 10_000.0));
        assert_eq!(live.rate(1_100_000), (0.0, 0.0));
        let (p50, p99) = (live.latency_ms(0.5), live.latency_ms(0.99));
        assert!(
            (50.0..57.0).contains(&p50) && (99.0..110.0).contains(&p99),
            "{p50} {p99}"
        );
    }
}
