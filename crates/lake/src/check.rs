//! Does the store still keep its promises?

use serde::Serialize;

use crate::Lake;
use crate::error::Result;
use crate::files::{CLEAN, PAST};

/// Findings of [`Lake::check`]; no problems = all invariants hold.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Check {
    /// Version looked at.
    pub version: u64,
    /// Files named by it.
    pub files: usize,
    /// Rows in them.
    pub rows: usize,
    /// What does not hold: where, what.
    pub problems: Vec<String>,
}

impl Lake {
    /// Reads every file: sorted, as many rows as the log says, inside its bounds, every series and mark
    /// known, and no two current rows of one series and time in clean files.
    ///
    /// # Errors
    /// When the log itself cannot be read.
    pub fn check(&self) -> Result<Check> {
        let pinned = self.pinned()?;
        let files = pinned.files.clone();
        let mut out = Check {
            version: files.version,
            files: files.list.len(),
            rows: files.rows(),
            problems: vec![],
        };
        let marks = datafusion::arrow::array::Array::len(&pinned.names.mark) as i32;
        let known = pinned.names.keys.len() as i32;
        for (i, f) in files.list.iter().enumerate() {
            let path = self.inner.dir.join("obs").join(&f.path);
            if let Err(e) = check_file(&path, f, known, marks) {
                out.problems.push(format!("{}: {e}", f.path));
            }
            if f.state == CLEAN {
                for g in files.list[i + 1..].iter().filter(|g| g.state == CLEAN && f.meets(g)) {
                    out.problems.push(format!(
                        "{} and {}: both clean but they may share a row",
                        f.path, g.path
                    ));
                }
            }
        }
        Ok(out)
    }
}

fn check_file(path: &std::path::Path, f: &crate::files::FileEntry, series: i32, marks: i32) -> Result<(), String> {
    use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let file = std::fs::File::open(path).map_err(|e| text(&e))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| text(&e))?;
    let mut last = None;
    let mut rows = 0;
    for batch in reader.build().map_err(|e| text(&e))? {
        let batch = batch.map_err(|e| text(&e))?;
        let c = crate::schema::Columns::of(&batch);
        for i in 0..c.len() {
            let (key, r) = (c.key(i), c.row(i));
            if last.as_ref().is_some_and(|l| *l > key) {
                return Err(format!("row {rows} is out of order"));
            }
            let same = |l: &crate::row::Key| (l.0, l.1) == (key.0, key.1);
            if f.state != PAST && last.as_ref().is_some_and(same) {
                return Err(format!("row {rows} repeats the series and time before it"));
            }
            if r.series < f.series.0 || r.series > f.series.1 || r.t < f.t.0 || r.t > f.t.1 {
                return Err(format!("row {rows} lies outside the bounds in the name"));
            }
            if r.series >= series || i32::from(r.mark) >= marks {
                return Err(format!(
                    "row {rows} has series {} or mark {} that no dictionary knows",
                    r.series, r.mark
                ));
            }
            last = Some(key);
            rows += 1;
        }
    }
    if rows == f.rows {
        Ok(())
    } else {
        Err(format!("{rows} rows, but the log says {}", f.rows))
    }
}
