//! The two dictionaries whose numbers stand in every row: series and marks.
//!
//! Invariant: a number, once given and on disk, always means the same thing. Both are append-only text
//! files; a number is the position of its line.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::StringViewArray;

use crate::disk;
use crate::error::{LakeError, Result};
use crate::row::SeriesKey;

/// Text of mark 0: valid. Only this mark takes part in means; an unknown mark is never taken for valid.
pub const VALID_MARK: &str = "N";

/// Series and their numbers.
#[derive(Debug)]
pub(crate) struct Registry {
    path: PathBuf,
    keys: Vec<SeriesKey>,
    ids: HashMap<SeriesKey, i32>,
    marks_path: PathBuf,
    marks: Vec<String>,
    mark_ids: HashMap<String, i16>,
    names: Arc<Names>,
}

/// The dictionaries as columns: gathering by number gives the text columns of the SQL tables.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) keys: Vec<SeriesKey>,
    pub(crate) site: StringViewArray,
    pub(crate) factor: StringViewArray,
    pub(crate) period: StringViewArray,
    pub(crate) origin: StringViewArray,
    pub(crate) mark: StringViewArray,
}

impl Names {
    fn new(keys: &[SeriesKey], marks: &[String]) -> Self {
        let column = |f: fn(&SeriesKey) -> &str| StringViewArray::from_iter_values(keys.iter().map(f));
        Self {
            keys: keys.to_vec(),
            site: column(|k| &k.site),
            factor: column(|k| &k.factor),
            period: column(|k| &k.period),
            origin: column(|k| &k.origin),
            mark: StringViewArray::from_iter_values(marks),
        }
    }
}

impl Registry {
    /// Reads both files of a lake's folder.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let (path, marks_path) = (dir.join("series.csv"), dir.join("marks.csv"));
        let mut keys = vec![];
        for (i, line) in disk::lines(&path)?.into_iter().enumerate() {
            let mut cells = line.split(',').map(str::to_owned);
            match (cells.next(), cells.next(), cells.next(), cells.next(), cells.next()) {
                (Some(site), Some(factor), Some(period), Some(origin), None) => {
                    keys.push(SeriesKey {
                        site,
                        factor,
                        period,
                        origin,
                    });
                }
                _ => {
                    let reason = format!("expected site,factor,period,origin but found `{line}`");
                    return Err(LakeError::Format {
                        path: path.display().to_string(),
                        line: i + 1,
                        reason,
                    });
                }
            }
        }
        let mut marks = disk::lines(&marks_path)?;
        if marks.is_empty() {
            // Not written before it is needed: a reader of an empty lake changes nothing on disk.
            marks.push(VALID_MARK.into());
        }
        let ids = keys.iter().cloned().zip(0..).collect();
        let mark_ids = marks.iter().cloned().zip(0..).collect();
        let names = Arc::new(Names::new(&keys, &marks));
        Ok(Self {
            path,
            keys,
            ids,
            marks_path,
            marks,
            mark_ids,
            names,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn find(&self, key: &SeriesKey) -> Option<i32> {
        self.ids.get(key).copied()
    }

    pub(crate) fn names(&self) -> Arc<Names> {
        self.names.clone()
    }

    /// Numbers of the keys, in their order; new ones are on disk when this returns.
    pub(crate) fn series(&mut self, wanted: &[SeriesKey]) -> Result<Vec<i32>> {
        let mut new: Vec<SeriesKey> = vec![];
        let mut lines = String::new();
        let mut out = Vec::with_capacity(wanted.len());
        let mut fresh: HashMap<&SeriesKey, i32> = HashMap::new();
        for (index, k) in wanted.iter().enumerate() {
            if let Some(&id) = self.ids.get(k).or_else(|| fresh.get(k)) {
                out.push(id);
                continue;
            }
            for cell in [&k.site, &k.factor, &k.period, &k.origin] {
                if cell.is_empty() || cell.contains([',', '\n', '\r', '"']) {
                    let reason = format!("`{cell}` cannot name a series: empty, or with a comma, quote or line end");
                    return Err(LakeError::Row { index, reason });
                }
            }
            let id = (self.keys.len() + new.len()) as i32;
            lines.push_str(&format!("{},{},{},{}\n", k.site, k.factor, k.period, k.origin));
            fresh.insert(k, id);
            new.push(k.clone());
            out.push(id);
        }
        if !new.is_empty() {
            disk::append(&self.path, lines.as_bytes())?;
            for k in new {
                self.ids.insert(k.clone(), self.keys.len() as i32);
                self.keys.push(k);
            }
            self.names = Arc::new(Names::new(&self.keys, &self.marks));
        }
        Ok(out)
    }

    pub(crate) fn find_mark(&self, text: &str) -> Option<i16> {
        let text = if text.is_empty() { VALID_MARK } else { text };
        self.mark_ids.get(text).copied()
    }

    /// Number of a mark's text; the empty text is the mark of valid data.
    pub(crate) fn mark(&mut self, text: &str) -> Result<i16> {
        let text = if text.is_empty() { VALID_MARK } else { text };
        if let Some(&id) = self.mark_ids.get(text) {
            return Ok(id);
        }
        if text.contains(['\n', '\r']) || text.len() > 64 || self.marks.len() >= i16::MAX as usize {
            let reason = format!(
                "`{}` cannot be a mark: one line of at most 64 bytes",
                text.escape_debug()
            );
            return Err(LakeError::Row { index: 0, reason });
        }
        let mut lines = String::new();
        if self.marks.len() == 1 {
            lines = format!("{VALID_MARK}\n");
        }
        lines.push_str(text);
        lines.push('\n');
        disk::append(&self.marks_path, lines.as_bytes())?;
        let id = self.marks.len() as i16;
        self.marks.push(text.into());
        self.mark_ids.insert(text.into(), id);
        self.names = Arc::new(Names::new(&self.keys, &self.marks));
        Ok(id)
    }
}
