//! Compaction: the files of a month that meet become one sorted run of current rows and one of superseded rows.
//!
//! Invariant: the rows of the table before and after are the same, one for one.

use std::collections::BTreeSet;
use std::sync::Arc;

use deltalake_core::kernel::{Add, Remove};

use crate::error::{LakeError, Result};
use crate::exec::{Cluster, streams};
use crate::files::{CLEAN, FRESH, FileEntry, PAST};
use crate::merge::Merger;
use crate::store::PartWriter;
use crate::{Lake, plan};

/// What a compaction did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Months rewritten.
    pub months: Vec<i32>,
    /// Files before and after, of those months.
    pub files_before: usize,
    /// Files after.
    pub files_after: usize,
    /// Rows moved; the same before and after.
    pub rows: usize,
}

impl Lake {
    /// Merges what has come since: after it every question reads without merging. A month is rewritten only if
    /// something new arrived in it; memory needed does not grow with its size.
    ///
    /// # Errors
    /// When reading or writing fails; the table is then as it was.
    pub fn compact(&self) -> Result<Compacted> {
        self.flush()?;
        let mut writer = self.writer()?;
        let before = self.shared().files.clone();
        let months: BTreeSet<i32> = before
            .list
            .iter()
            .filter(|f| f.state == FRESH)
            .map(|f| f.month)
            .chain(small(&before.list))
            .collect();
        if months.is_empty() {
            self.keep_latest()?;
            return Ok(Compacted::default());
        }
        let (dir, version) = {
            let s = writer.store()?;
            (s.dir.clone(), s.next_version())
        };
        let now_ms = chrono::Utc::now().timestamp_millis();
        let mut adds: Vec<Add> = vec![];
        let mut removed: Vec<FileEntry> = vec![];
        for month in &months {
            let files: Vec<FileEntry> = before
                .list
                .iter()
                .filter(|f| f.month == *month && f.state != PAST)
                .cloned()
                .collect();
            let rows: usize = files.iter().map(|f| f.rows).sum();
            let (state, root) = (self.base(), self.inner.root.clone());
            let (dir, month) = (dir.clone(), *month);
            removed.extend(files.iter().cloned());
            let written = self.inner.runtime.wait(async move {
                let scan = |f: &FileEntry| plan::scan(&state, &root, std::slice::from_ref(f), None, None, 1);
                let scans = files.iter().map(scan).collect::<datafusion::common::Result<Vec<_>>>()?;
                let cluster = Cluster {
                    files: scans,
                    unwritten: None,
                };
                let context: Arc<_> = state.task_ctx();
                let mut merger = Merger::new(streams(&cluster, &context)?, None, true).await?;
                let mut clean = PartWriter::new(&dir, version, month, CLEAN, false);
                let mut past = PartWriter::new(&dir, version, month, PAST, false);
                while let Some(block) = merger.next().await? {
                    block.current.iter().try_for_each(|b| clean.write(b))?;
                    block.past.iter().try_for_each(|b| past.write(b))?;
                }
                let mut adds = clean.finish(now_ms)?;
                adds.extend(past.finish(now_ms)?);
                Ok(adds)
            })?;
            let kept: i64 = written.iter().filter_map(rows_of).sum();
            if kept != rows as i64 {
                // Never commit a loss: the table stays as it was.
                let reason = format!("month {month}: {rows} rows read but {kept} written");
                return Err(LakeError::Format {
                    path: "obs".into(),
                    line: 0,
                    reason,
                });
            }
            adds.extend(written);
        }
        let rows = removed.iter().map(|f| f.rows).sum();
        let (files_before, files_after) = (removed.len(), adds.len());
        let removes: Vec<Remove> = {
            let s = writer.store()?;
            removed.iter().map(|f| s.remove(f, now_ms)).collect()
        };
        let files = self.commit(&mut writer, adds, removes, &[])?;
        self.shared_mut().files = files;
        self.keep_latest()?;
        Ok(Compacted {
            months: months.into_iter().collect(),
            files_before,
            files_after,
            rows,
        })
    }

    /// Deletes files that no current version names and that are older than `keep_s` seconds: a query that
    /// began before a compaction still reads the old ones.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn vacuum(&self, keep_s: u64) -> Result<usize> {
        self.writer()?.store()?.vacuum(keep_s)
    }
}

/// Months whose clean rows lie in many small files, as appends without overlap leave them.
fn small(files: &[FileEntry]) -> Vec<i32> {
    let mut count = std::collections::BTreeMap::<i32, usize>::new();
    for f in files
        .iter()
        .filter(|f| f.state == CLEAN && f.rows < crate::schema::GROUP_ROWS)
    {
        *count.entry(f.month).or_default() += 1;
    }
    count
        .into_iter()
        .filter(|(_, n)| *n > SMALL_FILES)
        .map(|(m, _)| m)
        .collect()
}

/// This many small files of a month are borne before they are put together.
const SMALL_FILES: usize = 8;

fn rows_of(add: &Add) -> Option<i64> {
    let stats: serde_json::Value = serde_json::from_str(add.stats.as_deref()?).ok()?;
    stats["numRecords"].as_i64()
}
