//! The list of files of one pinned version of the table, with the bounds that decide which are read.
//!
//! A file's bounds stand in its name, so that planning a query parses no statistics. The standard Delta statistics
//! are written too, for other readers.

use deltalake_core::table::state::DeltaTableState;

use crate::error::{LakeError, Result};

/// Rows that may supersede or be superseded by rows of other files: the readers merge.
pub(crate) const FRESH: i32 = 0;
/// The current row of each of its (series, time): no two such files share one.
pub(crate) const CLEAN: i32 = 1;
/// Rows that a row in a fresh or clean file supersedes; read only when the past is asked for.
pub(crate) const PAST: i32 = 2;

/// Inclusive range.
pub(crate) type Range<T> = (T, T);

fn meet<T: Ord>(a: Range<T>, b: Range<T>) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// One Parquet file of the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FileEntry {
    /// Below the table's folder.
    pub path: String,
    pub size: u64,
    pub rows: usize,
    pub month: i32,
    pub state: i32,
    pub series: Range<i32>,
    /// Seconds UTC.
    pub t: Range<i64>,
    /// Seconds UTC.
    pub recorded: Range<i64>,
}

impl FileEntry {
    /// Whether both may hold a row of the same series and time.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.month == other.month && meet(self.series, other.series) && meet(self.t, other.t)
    }

    /// The path of a file with these bounds; `id` makes it unique.
    pub(crate) fn path_of(&self, id: &str) -> String {
        let ((a, b), (c, d), (e, f)) = (self.series, self.t, self.recorded);
        format!(
            "month={}/state={}/{id}_{a}_{b}_{c}_{d}_{e}_{f}.parquet",
            self.month, self.state
        )
    }

    fn parse(path: &str, size: u64, rows: usize) -> Option<Self> {
        let mut parts = path.split('/');
        let month = parts.next()?.strip_prefix("month=")?.parse().ok()?;
        let state = parts.next()?.strip_prefix("state=")?.parse().ok()?;
        let mut name = parts.next()?.strip_suffix(".parquet")?.split('_').skip(1);
        let mut number = || name.next()?.parse::<i64>().ok();
        let series = (i32::try_from(number()?).ok()?, i32::try_from(number()?).ok()?);
        let t = (number()?, number()?);
        let recorded = (number()?, number()?);
        Some(Self {
            path: path.into(),
            size,
            rows,
            month,
            state,
            series,
            t,
            recorded,
        })
    }
}

/// All files of one version.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub version: u64,
    pub list: Vec<FileEntry>,
}

impl Files {
    /// Reads the list from the log; refuses what our writer never writes.
    pub(crate) fn of(state: &DeltaTableState) -> Result<Self> {
        let mut list = vec![];
        for f in state.log_data().iter() {
            let path = f.object_store_path().to_string();
            let bad = |reason: &str| LakeError::Format {
                path: path.clone(),
                line: 0,
                reason: reason.into(),
            };
            if f.deletion_vector_descriptor().is_some() {
                return Err(bad("has a deletion vector; this table is never changed in place"));
            }
            let rows = f.num_records().ok_or_else(|| bad("has no row count in the log"))?;
            let entry = FileEntry::parse(&path, f.size() as u64, rows)
                .ok_or_else(|| bad("was not written by this program: its name has no bounds"))?;
            list.push(entry);
        }
        list.sort_by(|a, b| (a.month, a.series, a.t, &a.path).cmp(&(b.month, b.series, b.t, &b.path)));
        Ok(Self {
            version: state.version(),
            list,
        })
    }

    /// Rows in all files.
    pub(crate) fn rows(&self) -> usize {
        self.list.iter().map(|f| f.rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_survive_the_name() {
        let f = FileEntry {
            path: String::new(),
            size: 7,
            rows: 3,
            month: 196912,
            state: FRESH,
            series: (0, 12),
            t: (-7200, -3600),
            recorded: (-60, 1_700_000_000),
        };
        let path = f.path_of("00000012-0001");
        let back = FileEntry::parse(&path, 7, 3);
        assert_eq!(back, Some(FileEntry { path, ..f }));
        assert_eq!(FileEntry::parse("month=196912/state=0/part-1.parquet", 7, 3), None);
    }

    #[test]
    fn files_of_different_series_or_hours_do_not_meet() {
        let f = |series, t| FileEntry {
            path: String::new(),
            size: 0,
            rows: 0,
            month: 202403,
            state: CLEAN,
            series,
            t,
            recorded: (0, 0),
        };
        assert!(f((0, 5), (10, 20)).meets(&f((5, 9), (20, 30))));
        assert!(!f((0, 5), (10, 20)).meets(&f((6, 9), (10, 20))));
        assert!(!f((0, 5), (10, 20)).meets(&f((0, 5), (21, 30))));
    }
}
