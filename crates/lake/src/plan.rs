//! Which files a question touches, which of them can be read as they are and which must be merged.
//!
//! A file that meets no other is read plainly. Files that meet (same month, overlapping series and hours) form a
//! cluster that is merged in one pass over sorted rows, without a hash table. So the price of a late row is paid
//! only for its neighbourhood, and after compaction by nobody.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;

use crate::files::{CLEAN, FRESH, FileEntry, Files, PAST};
use crate::schema::file_schema;

/// What a question needs of the files.
#[derive(Debug, Clone)]
pub(crate) struct Needs {
    /// Inclusive bounds of the series' numbers.
    pub series: (i32, i32),
    /// Inclusive bounds of the time, seconds UTC.
    pub t: (i64, i64),
}

impl Needs {
    pub(crate) const ALL: Self = Self {
        series: (0, i32::MAX),
        t: (i64::MIN, i64::MAX),
    };

    fn touches(&self, f: &FileEntry) -> bool {
        f.series.0 <= self.series.1 && f.series.1 >= self.series.0 && f.t.0 <= self.t.1 && f.t.1 >= self.t.0
    }
}

/// Files to read, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub plain: Vec<FileEntry>,
    /// Each is merged on its own; `true` = the unwritten rows take part.
    pub merged: Vec<(Vec<FileEntry>, bool)>,
}

/// Sorts out the files for the current view, or for the view as known at a time.
/// `waiting` describes rows that are not in a file yet, by month.
pub(crate) fn sort_out(files: &Files, waiting: &[FileEntry], needs: &Needs, known: Option<i64>) -> Reading {
    let mut taken: Vec<(&FileEntry, bool)> = vec![];
    for (list, unwritten) in [(&files.list[..], false), (waiting, true)] {
        for f in list.iter().filter(|f| needs.touches(f)) {
            let exists = known.is_none_or(|k| f.recorded.0 <= k);
            // Superseded rows matter only when what superseded them may not have been known yet.
            let matters = f.state != PAST || known.is_some();
            if exists && matters {
                taken.push((f, unwritten));
            }
        }
    }
    let mut out = Reading::default();
    let months: std::collections::BTreeSet<i32> = taken.iter().map(|(f, _)| f.month).collect();
    for month in months {
        clusters(&taken, month, &mut out);
    }
    if let Some(k) = known {
        // A plain read has no merge to leave out rows that were not known yet.
        let (plain, partly) = out.plain.into_iter().partition(|f| f.recorded.1 <= k);
        out.plain = plain;
        out.merged
            .extend(partly.into_iter().map(|f: FileEntry| (vec![f], false)));
    }
    out
}

/// The files for the view of every row ever recorded.
pub(crate) fn everything(files: &Files, needs: &Needs) -> Reading {
    let plain = files.list.iter().filter(|f| needs.touches(f)).cloned().collect();
    Reading { plain, merged: vec![] }
}

/// Groups the files of one month into clusters that meet.
fn clusters(taken: &[(&FileEntry, bool)], month: i32, out: &mut Reading) {
    let mut rest: Vec<(&FileEntry, bool)> = taken.iter().filter(|(f, _)| f.month == month).copied().collect();
    while let Some(first) = rest.pop() {
        let mut cluster = vec![first];
        let mut looked = 0;
        while looked < cluster.len() {
            let (f, _) = cluster[looked];
            looked += 1;
            let mut i = 0;
            while i < rest.len() {
                // Clean files never share a row with one another.
                let both_clean = f.state == CLEAN && rest[i].0.state == CLEAN;
                if !both_clean && f.meets(rest[i].0) {
                    cluster.push(rest.swap_remove(i));
                } else {
                    i += 1;
                }
            }
        }
        let unwritten = cluster.iter().any(|(_, u)| *u);
        let written: Vec<FileEntry> = cluster.iter().filter(|(_, u)| !u).map(|(f, _)| (*f).clone()).collect();
        if unwritten || written.len() > 1 || written.iter().any(|f| f.state == PAST) {
            out.merged.push((written, unwritten));
        } else {
            out.plain.extend(written);
        }
    }
}

/// The bounds of unwritten rows, by month, in the form of files.
pub(crate) fn waiting(batch: &RecordBatch) -> Vec<FileEntry> {
    let mut out: Vec<FileEntry> = vec![];
    let c = crate::schema::Columns::of(batch);
    for i in 0..c.len() {
        let r = c.row(i);
        let month = crate::row::month(r.t);
        let at = match out.iter().position(|f| f.month == month) {
            Some(at) => at,
            None => {
                out.push(FileEntry {
                    path: String::new(),
                    size: 0,
                    rows: 0,
                    month,
                    state: FRESH,
                    series: (r.series, r.series),
                    t: (r.t, r.t),
                    recorded: (r.recorded, r.recorded),
                });
                out.len() - 1
            }
        };
        let f = &mut out[at];
        f.rows += 1;
        f.series = (f.series.0.min(r.series), f.series.1.max(r.series));
        f.t = (f.t.0.min(r.t), f.t.1.max(r.t));
        f.recorded = (f.recorded.0.min(r.recorded), f.recorded.1.max(r.recorded));
    }
    out
}

/// An ordinary Parquet scan of some files.
pub(crate) fn scan(
    session: &dyn Session,
    root: &str,
    files: &[FileEntry],
    projection: Option<Vec<usize>>,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    partitions: usize,
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = file_schema();
    let list: Vec<PartitionedFile> = files
        .iter()
        .map(|f| {
            let mut stats = Statistics::new_unknown(&schema);
            stats.num_rows = Precision::Exact(f.rows);
            PartitionedFile::new(format!("{root}/{}", f.path), f.size).with_statistics(Arc::new(stats))
        })
        .collect();
    let mut total = Statistics::new_unknown(&schema);
    total.num_rows = Precision::Inexact(files.iter().map(|f| f.rows).sum());
    let url = ObjectStoreUrl::parse("file:///")?;
    let runtime = session.runtime_env();
    // A file never changes, so its footer and page index are read once and kept: a question for one day of one
    // series would else spend most of its time on them.
    let footers = CachedParquetFileReaderFactory::new(
        runtime.object_store(&url)?,
        runtime.cache_manager.get_file_metadata_cache(),
    );
    let mut source = ParquetSource::new(TableSchema::builder(schema).build())
        .with_table_parquet_options(session.default_table_options().parquet)
        .with_parquet_file_reader_factory(Arc::new(footers));
    if let Some(p) = predicate {
        source = source.with_predicate(p);
    }
    let groups = FileGroup::new(list).split_files(partitions);
    let config = FileScanConfigBuilder::new(url, Arc::new(source))
        .with_file_groups(groups)
        .with_statistics(total)
        .with_preserve_order(partitions == 1)
        .with_projection_indices(projection)?
        .build();
    Ok(DataSourceExec::from_data_source(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, state: i32, series: (i32, i32), t: (i64, i64), recorded: (i64, i64)) -> FileEntry {
        FileEntry {
            path: name.into(),
            size: 1,
            rows: 1,
            month: 202403,
            state,
            series,
            t,
            recorded,
        }
    }

    fn names(r: &Reading) -> (Vec<&str>, Vec<Vec<&str>>) {
        let mut plain: Vec<&str> = r.plain.iter().map(|f| f.path.as_str()).collect();
        plain.sort();
        let mut merged: Vec<Vec<&str>> = r
            .merged
            .iter()
            .map(|(l, _)| {
                let mut l: Vec<&str> = l.iter().map(|f| f.path.as_str()).collect();
                l.sort();
                l
            })
            .collect();
        merged.sort();
        (plain, merged)
    }

    #[test]
    fn only_the_neighbourhood_of_a_late_row_is_merged() {
        let files = Files {
            version: 1,
            list: vec![
                file("a", CLEAN, (0, 9), (0, 100), (0, 0)),
                file("b", CLEAN, (10, 19), (0, 100), (0, 0)),
                file("late", FRESH, (12, 12), (50, 50), (200, 200)),
                file("old", PAST, (0, 9), (0, 100), (0, 0)),
            ],
        };
        let now = sort_out(&files, &[], &Needs::ALL, None);
        assert_eq!(names(&now), (vec!["a"], vec![vec!["b", "late"]]));
        let then = sort_out(&files, &[], &Needs::ALL, Some(100));
        assert_eq!(names(&then), (vec!["b"], vec![vec!["a", "old"]]));
        let one = sort_out(
            &files,
            &[],
            &Needs {
                series: (0, 3),
                ..Needs::ALL
            },
            None,
        );
        assert_eq!(names(&one), (vec!["a"], vec![]));
    }
}
