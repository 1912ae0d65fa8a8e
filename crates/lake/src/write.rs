//! Appending: rows to sorted files, and the commit that makes them part of the table.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use deltalake_core::kernel::Add;

use crate::error::{LakeError, Result};
use crate::files::{CLEAN, FRESH, FileEntry, Files, PAST};
use crate::row::{Row, day_number, month};
use crate::store::{PartWriter, Store};
use crate::{Lake, schema};

/// The one writer of a lake: the table, and the lock that keeps other processes out.
pub(crate) struct Writer {
    /// Taken out while a commit runs on the lake's threads.
    pub(crate) store: Option<Store>,
    lock: Option<File>,
}

impl Writer {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store: Some(store),
            lock: None,
        }
    }

    /// Makes this process the writer; a process that only reads never comes here.
    pub(crate) fn lock(&mut self, dir: &Path) -> Result<()> {
        if self.lock.is_none() {
            let path = dir.join("writer.lock");
            let file = File::create(&path).map_err(LakeError::io(&path))?;
            file.try_lock().map_err(|_| LakeError::Locked {
                path: path.display().to_string(),
            })?;
            self.lock = Some(file);
        }
        Ok(())
    }

    pub(crate) fn store(&mut self) -> Result<&mut Store> {
        self.store
            .as_mut()
            .ok_or_else(|| LakeError::Rule("a commit was interrupted: open the lake again".into()))
    }
}

/// What an append did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appended {
    /// Version of the table afterwards.
    pub version: u64,
    /// Rows written; 0 with `skipped`.
    pub rows: usize,
    /// The transaction was there already.
    pub skipped: bool,
    /// Series and natural days (Beijing, days since 1970) whose figures may have changed.
    pub touched: Vec<(i32, i32)>,
}

impl Lake {
    /// Last committed version of an application's transactions: where a replay goes on.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn transaction(&self, app: &str) -> Result<Option<i64>> {
        let mut w = self.inner.writer.lock().unwrap_or_else(|e| e.into_inner());
        let app = app.to_owned();
        self.on_store(&mut w, move |mut s| async move {
            let v = s.transaction(&app).await;
            (s, v)
        })
    }

    /// Appends rows in one commit; durable when this returns. `tx` = application and version: what is
    /// there already is skipped, so that a replay may begin too early.
    ///
    /// # Errors
    /// A row that cannot be stored, or a failure to write; then nothing was appended.
    pub fn append(&self, rows: Vec<Row>, tx: Option<(&str, i64)>) -> Result<Appended> {
        let series = self.registry().len();
        rows.iter().enumerate().try_for_each(|(i, r)| r.check(i, series))?;
        if let Some((app, version)) = tx
            && self.transaction(app)?.is_some_and(|last| last >= version)
        {
            return Ok(Appended {
                version: self.version(),
                skipped: true,
                ..Default::default()
            });
        }
        let n = rows.len();
        let mut touched: Vec<(i32, i32)> = rows.iter().map(|r| (r.series, day_number(r.t))).collect();
        touched.dedup();
        touched.sort_unstable();
        touched.dedup();
        let mut writer = self.writer()?;
        self.latest_mut().take(&rows);
        let transactions: Vec<(String, i64)> = tx.map(|(a, v)| (a.to_owned(), v)).into_iter().collect();
        let files = self.write(&mut writer, rows, &transactions)?;
        let version = files.version;
        {
            let mut s = self.shared_mut();
            s.files = files;
            s.taken.extend(transactions);
        }
        self.touch(touched.iter().copied());
        Ok(Appended {
            version,
            rows: n,
            skipped: false,
            touched,
        })
    }

    /// Writes rows as files and commits them.
    pub(crate) fn write(
        &self,
        writer: &mut Writer,
        mut rows: Vec<Row>,
        transactions: &[(String, i64)],
    ) -> Result<Arc<Files>> {
        rows.sort_unstable_by_key(|r| (month(r.t), r.key()));
        let (dir, version) = {
            let s = writer.store()?;
            (s.dir.clone(), s.next_version())
        };
        let existing = self.shared().files.clone();
        let parts: Vec<&[Row]> = rows.chunk_by(|a, b| month(a.t) == month(b.t)).collect();
        let now_ms = chrono::Utc::now().timestamp_millis();
        let threads = std::thread::available_parallelism()
            .map_or(1, |n| n.get())
            .min(parts.len().max(1));
        let adds = std::thread::scope(|scope| -> Result<Vec<Add>> {
            let work: Vec<_> = (0..threads)
                .map(|k| {
                    let (parts, existing, dir) = (&parts, &existing, &dir);
                    scope.spawn(move || -> Result<Vec<Add>> {
                        let mut adds = vec![];
                        for part in parts.iter().skip(k).step_by(threads) {
                            adds.extend(write_month(dir, version, part, existing, now_ms)?);
                        }
                        Ok(adds)
                    })
                })
                .collect();
            let mut all = vec![];
            for w in work {
                all.extend(
                    w.join()
                        .map_err(|_| LakeError::Rule("a writing thread panicked".into()))??,
                );
            }
            Ok(all)
        })?;
        self.commit(writer, adds, vec![], transactions)
    }

    /// Commits on the lake's threads; the writer's lock is held meanwhile.
    pub(crate) fn commit(
        &self,
        writer: &mut Writer,
        add: Vec<Add>,
        remove: Vec<deltalake_core::kernel::Remove>,
        transactions: &[(String, i64)],
    ) -> Result<Arc<Files>> {
        let transactions = transactions.to_vec();
        self.on_store(writer, move |mut s| async move {
            let files = s.commit(add, remove, &transactions).await;
            (s, files.map(Arc::new))
        })
    }

    /// Lends the table to a future and takes it back.
    pub(crate) fn on_store<T, F>(
        &self,
        writer: &mut Writer,
        work: impl FnOnce(Store) -> F + Send + 'static,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = (Store, Result<T>)> + Send + 'static,
    {
        writer.store()?;
        let Some(store) = writer.store.take() else {
            return Err(LakeError::Rule("a commit was interrupted: open the lake again".into()));
        };
        let (store, out) = self.inner.runtime.wait(async move { Ok(work(store).await) })?;
        writer.store = Some(store);
        out
    }

    /// Takes in what other processes have committed.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn refresh(&self) -> Result<u64> {
        let mut w = self.inner.writer.lock().unwrap_or_else(|e| e.into_inner());
        let files = self.on_store(&mut w, |mut s| async move {
            let done = s.refresh().await.and_then(|_| s.files());
            (s, done)
        })?;
        *self.registry_mut() = crate::registry::Registry::open(&self.inner.dir)?;
        self.shared_mut().files = Arc::new(files);
        self.load_latest()?;
        // What changed is not known: everything derived is made anew.
        *self.inner.air.lock().unwrap_or_else(|e| e.into_inner()) = None;
        Ok(self.version())
    }
}

/// Files of one month's sorted rows. Rows that another row of the same list supersedes go to a file of
/// their own at once, so that every fresh file has one row for each series and time.
fn write_month(dir: &Path, version: u64, rows: &[Row], existing: &Files, now_ms: i64) -> Result<Vec<Add>> {
    let Some(first) = rows.first() else {
        return Ok(vec![]);
    };
    let month = month(first.t);
    let mut current = Vec::with_capacity(rows.len());
    let mut past = vec![];
    for (i, r) in rows.iter().enumerate() {
        let same = i > 0 && (rows[i - 1].series, rows[i - 1].t) == (r.series, r.t);
        if same { past.push(*r) } else { current.push(*r) }
    }
    // Where no file of the month shares a series and an hour with these rows, there is nothing to supersede.
    let bounds = FileEntry {
        path: String::new(),
        size: 0,
        rows: 0,
        month,
        state: FRESH,
        series: (rows[0].series, rows[rows.len() - 1].series),
        t: rows
            .iter()
            .fold((i64::MAX, i64::MIN), |a, r| (a.0.min(r.t), a.1.max(r.t))),
        recorded: (0, 0),
    };
    let alone = !existing.list.iter().any(|f| f.meets(&bounds));
    let mut adds = vec![];
    for (state, rows) in [(if alone { CLEAN } else { FRESH }, current), (PAST, past)] {
        let mut w = PartWriter::new(dir, version, month, state, true);
        for chunk in rows.chunks(schema::GROUP_ROWS) {
            w.write(&schema::batch(chunk)?)?;
        }
        adds.extend(w.finish(now_ms)?);
    }
    Ok(adds)
}
