//! Rows that have arrived but stand in no file yet. Queries see them; a crash loses them, and the evidence they
//! came from is replayed from the last committed transaction of its application.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::files::Files;
use crate::row::{Row, day_number};
use crate::{Lake, RecordBatch, schema};

/// What readers look at, under one lock so that a row is never in both places or in neither.
pub(crate) struct Shared {
    pub(crate) files: Arc<Files>,
    /// Being written just now.
    pub(crate) flushing: Vec<Row>,
    pub(crate) buffer: Vec<Row>,
    pub(crate) oldest: Option<Instant>,
    /// Last version of each application among the buffered rows.
    pub(crate) transactions: BTreeMap<String, i64>,
    /// Last version taken of each application, written or not: asking it waits for no writer.
    pub(crate) taken: BTreeMap<String, i64>,
}

impl Shared {
    pub(crate) fn new(files: Arc<Files>) -> Self {
        Self {
            files,
            flushing: vec![],
            buffer: vec![],
            oldest: None,
            transactions: BTreeMap::new(),
            taken: BTreeMap::new(),
        }
    }

    /// The unwritten rows, sorted as a file.
    pub(crate) fn unwritten(&self) -> Result<Option<RecordBatch>> {
        if self.flushing.is_empty() && self.buffer.is_empty() {
            return Ok(None);
        }
        let mut rows = [&self.flushing[..], &self.buffer[..]].concat();
        rows.sort_unstable_by_key(Row::key);
        Ok(Some(schema::batch(&rows)?))
    }
}

impl Lake {
    /// Takes live rows: seen by queries at once, written with others later ([`Lake::flush`]).
    /// `tx` = application and the version up to which its rows are here; a version already seen is skipped, so
    /// one application pushes from one thread, in order.
    ///
    /// # Errors
    /// A row that cannot be stored; then none of the list is taken.
    pub fn push(&self, rows: &[Row], tx: Option<(&str, i64)>) -> Result<bool> {
        let series = self.registry().len();
        rows.iter().enumerate().try_for_each(|(i, r)| r.check(i, series))?;
        if let Some((app, version)) = tx {
            let taken = self.shared().taken.get(app).copied();
            let last = if taken.is_some() { taken } else { self.transaction(app)? };
            if last.is_some_and(|last| last >= version) {
                return Ok(false);
            }
        }
        let full = {
            let mut s = self.shared_mut();
            s.buffer.extend_from_slice(rows);
            s.oldest.get_or_insert_with(Instant::now);
            if let Some((app, version)) = tx {
                s.transactions.insert(app.into(), version);
                s.taken.insert(app.into(), version);
            }
            s.buffer.len() >= self.inner.options.buffer_rows
        };
        self.latest_mut().take(rows);
        self.touch(rows.iter().map(|r| (r.series, day_number(r.t))));
        if full {
            self.flush()?;
        }
        Ok(true)
    }

    /// Writes the buffered rows; returns how many there were.
    ///
    /// # Errors
    /// When writing fails the rows stay in the buffer and are tried again with the next flush.
    pub fn flush(&self) -> Result<usize> {
        let mut writer = self.writer()?;
        let (rows, transactions) = {
            let mut s = self.shared_mut();
            s.flushing = std::mem::take(&mut s.buffer);
            s.oldest = None;
            (s.flushing.clone(), std::mem::take(&mut s.transactions))
        };
        if rows.is_empty() && transactions.is_empty() {
            return Ok(0);
        }
        let n = rows.len();
        let transactions: Vec<(String, i64)> = transactions.into_iter().collect();
        match self.write(&mut writer, rows, &transactions) {
            Ok(files) => {
                let mut s = self.shared_mut();
                s.files = files;
                s.flushing.clear();
                Ok(n)
            }
            Err(e) => {
                let mut s = self.shared_mut();
                let newer = std::mem::take(&mut s.buffer);
                s.buffer = std::mem::take(&mut s.flushing);
                s.buffer.extend(newer);
                s.oldest = Some(Instant::now());
                for (app, v) in transactions {
                    let last = s.transactions.entry(app).or_insert(v);
                    *last = (*last).max(v);
                }
                Err(e)
            }
        }
    }

    /// Rows that wait to be written.
    pub fn buffered(&self) -> usize {
        let s = self.shared();
        s.flushing.len() + s.buffer.len()
    }

    /// Starts the clock that writes rows which have waited long enough; it stops with the last clone.
    pub(crate) fn flush_in_time(&self) {
        let weak = Arc::downgrade(&self.inner);
        let limit = Duration::from_secs(self.inner.options.buffer_s.max(1));
        let Some(handle) = self.inner.runtime.handle() else {
            return;
        };
        handle.spawn(async move {
            loop {
                tokio::time::sleep(limit / 2).await;
                let Some(inner) = weak.upgrade() else { return };
                let lake = Lake { inner };
                let due = lake.shared().oldest.is_some_and(|o| o.elapsed() >= limit);
                // A failure keeps the rows; the next push or flush reports it to its caller.
                let _ = tokio::task::spawn_blocking(move || due.then(|| lake.flush())).await;
            }
        });
    }
}
