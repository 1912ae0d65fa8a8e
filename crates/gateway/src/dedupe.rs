//! Recognises repeated packets: the same identity (MN, ST, CN, DataTime, PNO) with equal bytes.
//!
//! A packet is remembered only after it is durable, so a repetition is never answered before its first copy
//! is on disk. Two generations bound the memory; what is forgotten is stored once more, which loses nothing.

use crate::IDENTITIES_MAX;
use hj212::Packet;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

const SHARDS: usize = 16;

/// Hashes of who says what about when, and of how it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    key: u64,
    bytes: u64,
}

#[derive(Default)]
struct Generations {
    now: HashMap<u64, u64>,
    before: HashMap<u64, u64>,
}

/// What was seen lately.
pub(crate) struct Seen {
    hasher: RandomState,
    shards: Vec<Mutex<Generations>>,
}

impl Default for Seen {
    fn default() -> Self {
        Seen {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl Seen {
    pub fn identity(&self, packet: &Packet<'_>) -> Identity {
        // What has no DataTime is told apart by its request number.
        let time = packet.data_time().map_or(-1, |t| t.utc_seconds());
        let qn = if time < 0 { packet.qn() } else { None };
        let key = (
            packet.mn(),
            packet.st(),
            packet.cn(),
            time,
            qn,
            packet.part().map(|p| p.number),
        );
        Identity {
            key: self.hasher.hash_one(key),
            bytes: self.hasher.hash_one(packet.frame()),
        }
    }

    pub fn is_repeated(&self, id: Identity) -> bool {
        let shard = self.shard(id.key);
        let g = shard.lock().unwrap_or_else(PoisonError::into_inner);
        g.now.get(&id.key).or_else(|| g.before.get(&id.key)) == Some(&id.bytes)
    }

    pub fn remember(&self, id: Identity) {
        let shard = self.shard(id.key);
        let mut g = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if g.now.len() >= IDENTITIES_MAX / SHARDS {
            g.before = std::mem::take(&mut g.now);
        }
        g.now.insert(id.key, id.bytes);
        assert!(
            g.now.len() <= IDENTITIES_MAX / SHARDS,
            "the memory of identities is bounded"
        );
    }

    fn shard(&self, key: u64) -> &Mutex<Generations> {
        &self.shards[(key % SHARDS as u64) as usize]
    }
}
