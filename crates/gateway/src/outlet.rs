//! What is known of each registered sender while the gateway runs.

use crate::{Logger, Observed};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Live state of one sender. Updated by its connections, read by snapshots.
#[derive(Default)]
pub(crate) struct Outlet {
    /// Connections on which it has spoken and that are still open.
    pub connections: AtomicU32,
    pub packets: AtomicU64,
    /// Milliseconds since 1970 UTC of its last accepted packet; 0 = none yet.
    pub last_ms: AtomicI64,
    /// Our clock minus the logger's at its last real-time packet, seconds.
    pub drift_s: AtomicI64,
    /// Values of the last packet that had any.
    last: Mutex<Option<Arc<Vec<Observed>>>>,
}

impl Outlet {
    pub fn accepted(&self, received_ms: i64, observed: &Arc<Vec<Observed>>) {
        self.packets.fetch_add(1, Ordering::Relaxed);
        self.last_ms.fetch_max(received_ms, Ordering::Relaxed);
        if !observed.is_empty() {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(observed.clone());
        }
    }

    pub fn last(&self) -> Option<Arc<Vec<Observed>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// States by MN; bounded by the registry, because only registered senders have one.
#[derive(Default)]
pub(crate) struct OutletStates(RwLock<HashMap<Arc<str>, Arc<Outlet>>>);

impl OutletStates {
    pub fn of(&self, logger: &Logger) -> Arc<Outlet> {
        if let Some(outlet) = self.get(&logger.mn) {
            return outlet;
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(logger.mn.clone()).or_default().clone()
    }

    pub fn get(&self, mn: &str) -> Option<Arc<Outlet>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(mn).cloned()
    }
}
