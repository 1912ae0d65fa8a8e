//! Observations as one columnar table: append-only, read by SQL, with every past state still answerable.
//!
//! Invariant: nothing is overwritten. A correction is another row with a later `recorded`; the current view takes the
//! latest of each series and time, the view *as known at T* the latest recorded up to T, and compaction
//! moves rows between files without losing one. This is the only crate that knows DataFusion, Delta and Arrow.

pub mod air;
mod buffer;
mod check;
mod compact;
mod disk;
mod error;
mod exec;
mod files;
mod filters;
mod functions;
pub mod import;
mod latest;
mod merge;
mod plan;
mod read;
mod registry;
mod row;
mod schema;
mod session;
mod store;
mod tables;
mod view;
mod wait;
mod write;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub use check::Check;
pub use compact::Compacted;
pub use datafusion::arrow::record_batch::RecordBatch;
pub use datafusion::prelude::SessionContext;
pub use error::{LakeError, Result};
pub use read::Observed;
pub use registry::VALID_MARK;
pub use row::{BEIJING_S, MAX_DECIMALS, Row, SeriesKey, date, day_number, day_start, days_since_1970};
pub use session::View;
pub use tables::Answer;
pub use write::Appended;

/// How a lake is opened; [`Options::default`] fits a laptop.
#[derive(Debug, Clone)]
pub struct Options {
    /// Rows the buffer of live rows may hold before it is written.
    pub buffer_rows: usize,
    /// Seconds the oldest buffered row may wait before it is written.
    pub buffer_s: u64,
    /// Memory that queries may use, MiB; beyond it a query ends with an error.
    pub memory_mb: usize,
    /// Threads for queries; 0 = as many as there are cores.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buffer_rows: 50_000,
            buffer_s: 5,
            memory_mb: 2048,
            threads: 0,
        }
    }
}

/// The observations of one folder. Clones are cheap and share everything.
///
/// All methods block; they may be called from any thread, but an asynchronous server should do so in
/// `spawn_blocking`.
#[derive(Clone)]
pub struct Lake {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    /// Folder of the table, as the object store spells it.
    root: Arc<str>,
    options: Options,
    registry: RwLock<registry::Registry>,
    writer: Mutex<write::Writer>,
    shared: RwLock<buffer::Shared>,
    latest: Mutex<latest::Latest>,
    /// Natural days with rows that the day values have not seen.
    touched: Mutex<BTreeSet<i32>>,
    air: Mutex<Option<Arc<air::AirDays>>>,
    ledger: Mutex<import::ledger::Ledger>,
    ruling: RwLock<Ruling>,
    /// Counts changes of the reference tables.
    tables: std::sync::atomic::AtomicU64,
    /// Tables that others offer to SQL while the lake is open.
    offered: RwLock<std::collections::BTreeMap<String, tables::Offered>>,
    // Last: everything above may still use it while it is dropped.
    runtime: wait::Runtime,
}

/// The law, and the session state whose functions go by it: exchanged together.
#[derive(Clone)]
struct Ruling {
    law: Arc<law::Law>,
    base: datafusion::execution::SessionState,
    /// Counts exchanges that may change a day value or its index.
    turn: u64,
}

impl Lake {
    /// Opens (or begins) the lake in a folder.
    ///
    /// # Errors
    /// When the folder cannot be used or holds something this version did not write.
    pub fn open(dir: &Path, law: Arc<law::Law>, options: Options) -> Result<Self> {
        std::fs::create_dir_all(dir).map_err(LakeError::io(dir))?;
        let runtime = wait::Runtime::new(options.threads)?;
        let registry = registry::Registry::open(dir)?;
        let store = runtime.wait(store::Store::open(dir.join("obs")))?;
        let files = Arc::new(store.files()?);
        let root = store.dir.display().to_string().trim_matches('/').to_owned();
        let base = session::base(&options, &law)?;
        let lake = Self {
            inner: Arc::new(Inner {
                dir: dir.to_owned(),
                root: root.into(),
                registry: RwLock::new(registry),
                writer: Mutex::new(write::Writer::new(store)),
                shared: RwLock::new(buffer::Shared::new(files)),
                latest: Mutex::new(latest::Latest::default()),
                touched: Mutex::default(),
                air: Mutex::default(),
                ledger: Mutex::default(),
                ruling: RwLock::new(Ruling { law, base, turn: 0 }),
                tables: Default::default(),
                offered: Default::default(),
                options,
                runtime,
            }),
        };
        lake.load_latest()?;
        lake.flush_in_time();
        Ok(lake)
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// The law that day values and SQL functions go by.
    pub fn law(&self) -> Arc<law::Law> {
        self.ruling().law.clone()
    }

    /// Goes by another law from now on: SQL functions, day values, indices. What is under way ends by the old one.
    ///
    /// # Errors
    /// When a function cannot be registered; the old law stays then.
    pub fn set_law(&self, law: Arc<law::Law>) -> Result<()> {
        let mut next = self.ruling().clone();
        functions::register(&mut next.base, &law)?;
        // Day values are computed anew only where the rules they come from have changed.
        next.turn += u64::from(!air::same_rules(&next.law, &law));
        next.law = law;
        *self.inner.ruling.write().unwrap_or_else(|e| e.into_inner()) = next;
        Ok(())
    }

    fn ruling(&self) -> RwLockReadGuard<'_, Ruling> {
        self.inner.ruling.read().unwrap_or_else(|e| e.into_inner())
    }

    /// The state that sessions are cut from.
    pub(crate) fn base(&self) -> datafusion::execution::SessionState {
        self.ruling().base.clone()
    }

    /// Version of the table: it grows with every commit.
    pub fn version(&self) -> u64 {
        self.shared().files.version
    }

    /// Numbers of series, making those that do not exist; on disk when this returns.
    ///
    /// # Errors
    /// A key with an empty cell, a comma, a quote or a line end.
    pub fn series(&self, keys: &[SeriesKey]) -> Result<Vec<i32>> {
        if let Some(all) = {
            let r = self.registry();
            keys.iter().map(|k| r.find(k)).collect::<Option<Vec<_>>>()
        } {
            return Ok(all);
        }
        let _only_writer = self.writer()?;
        self.registry_mut().series(keys)
    }

    /// Number of a series, if it exists.
    pub fn find(&self, key: &SeriesKey) -> Option<i32> {
        self.registry().find(key)
    }

    /// Every series by its number.
    pub fn series_keys(&self) -> Vec<SeriesKey> {
        self.registry().names().keys.clone()
    }

    /// Number of a mark, making it if it does not exist. `N` (valid) is 0 and so is the empty text.
    ///
    /// # Errors
    /// A mark of several lines or more than 64 bytes.
    pub fn mark(&self, text: &str) -> Result<i16> {
        if let Some(known) = self.registry().find_mark(text) {
            return Ok(known);
        }
        let _only_writer = self.writer()?;
        self.registry_mut().mark(text)
    }

    /// Text of a mark's number.
    pub fn mark_text(&self, mark: i16) -> String {
        use datafusion::arrow::array::Array;
        let names = self.registry().names();
        let at = usize::try_from(mark).unwrap_or(usize::MAX);
        if at < names.mark.len() {
            names.mark.value(at).to_owned()
        } else {
            format!("?{mark}")
        }
    }

    // A poisoned lock means that a thread panicked between two steps in memory; the files are right in any case, and
    // every step below leaves the memory in a state that can be read, so the guard is taken as it is.

    fn registry(&self) -> RwLockReadGuard<'_, registry::Registry> {
        self.inner.registry.read().unwrap_or_else(|e| e.into_inner())
    }

    fn registry_mut(&self) -> RwLockWriteGuard<'_, registry::Registry> {
        self.inner.registry.write().unwrap_or_else(|e| e.into_inner())
    }

    fn shared(&self) -> RwLockReadGuard<'_, buffer::Shared> {
        self.inner.shared.read().unwrap_or_else(|e| e.into_inner())
    }

    fn shared_mut(&self) -> RwLockWriteGuard<'_, buffer::Shared> {
        self.inner.shared.write().unwrap_or_else(|e| e.into_inner())
    }

    fn latest_mut(&self) -> MutexGuard<'_, latest::Latest> {
        self.inner.latest.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Notes the days whose day values may have changed: only series that day values are made of count, so that
    /// a stream of outlets' packets makes nobody compute the air again.
    pub(crate) fn touch(&self, rows: impl Iterator<Item = (i32, i32)>) {
        let names = self.registry().names();
        let counts = |series: i32| {
            usize::try_from(series)
                .ok()
                .and_then(|s| names.keys.get(s))
                .is_some_and(air::is_input)
        };
        let mut last = None;
        for (series, day) in rows {
            if last != Some((series, day)) {
                last = Some((series, day));
                if counts(series) {
                    self.touched().insert(day);
                }
            }
        }
    }

    pub(crate) fn touched(&self) -> MutexGuard<'_, BTreeSet<i32>> {
        self.inner.touched.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, import::ledger::Ledger> {
        self.inner.ledger.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn writer(&self) -> Result<MutexGuard<'_, write::Writer>> {
        let mut w = self.inner.writer.lock().unwrap_or_else(|e| e.into_inner());
        w.lock(&self.inner.dir)?;
        Ok(w)
    }
}
