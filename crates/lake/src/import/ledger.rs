//! Which file an observation came from, and which line of it.
//!
//! Invariant: no two imports share a recorded second, so the `recorded` of a row names its file. The line is
//! found in an index written with the import.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::format::{Format, period_s};
use crate::error::{LakeError, Result};
use crate::{Lake, SeriesKey, disk};

/// One import, as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// SHA-256 of the file.
    pub sha256: String,
    /// Name of the format.
    pub format: String,
    /// `recorded` of all its rows, seconds UTC; no other import has it.
    pub recorded: i64,
    /// Record of the evidence chain that announces the file.
    pub seq: u64,
    /// The file's name.
    pub name: String,
}

/// Where an observation came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceRef {
    /// `file:<sha256>#L<line>` or `packet:<seq>`.
    pub reference: String,
    /// SHA-256 of the file.
    pub sha256: Option<String>,
    /// Physical line, from 1.
    pub line: Option<u64>,
    /// Header of the column the value stood in.
    pub column: Option<String>,
    /// Name of the file.
    pub name: String,
    /// When it became known, seconds UTC.
    pub recorded: i64,
}

/// Lines of one file: hash of (site, label) → line, sorted.
type Index = Arc<Vec<(u64, u32)>>;

/// Imports and the indexes in use.
#[derive(Default)]
pub(crate) struct Ledger {
    list: Option<Vec<Import>>,
    formats: HashMap<String, Arc<Format>>,
    indexes: HashMap<String, Index>,
}

/// Indexes kept in memory; a file of 600,000 lines takes 10 MB.
const INDEXES_MAX: usize = 8;

/// A stable hash (FNV-1a) of what a line is about: the index outlives the process.
pub(crate) fn line_key(site: &str, stamp: i64) -> u64 {
    let bytes = site.as_bytes().iter().copied().chain([0]).chain(stamp.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl Lake {
    fn imports_dir(&self) -> Result<PathBuf> {
        let dir = self.inner.dir.join("imports");
        std::fs::create_dir_all(&dir).map_err(LakeError::io(&dir))?;
        Ok(dir)
    }

    /// Files that were imported, in order.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn imports(&self) -> Result<Vec<Import>> {
        let mut ledger = self.ledger();
        if let Some(list) = &ledger.list {
            return Ok(list.clone());
        }
        let path = self.inner.dir.join("imports").join("imports.csv");
        let mut list = vec![];
        for (i, line) in disk::lines(&path)?.into_iter().enumerate() {
            let import = parse(&line).ok_or_else(|| LakeError::Format {
                path: path.display().to_string(),
                line: i + 1,
                reason: "expected sha256,format,recorded,seq,name".into(),
            })?;
            list.push(import);
        }
        ledger.list = Some(list.clone());
        Ok(list)
    }

    /// Announces an import before its rows are written; its recorded second is its own.
    pub(crate) fn begin_import(&self, sha256: &str, format: &Format, seq: u64, name: &str, now: i64) -> Result<Import> {
        let list = self.imports()?;
        if let Some(known) = list.iter().find(|i| i.sha256 == sha256 && i.format == format.name) {
            return Ok(known.clone());
        }
        let recorded = list.iter().map(|i| i.recorded + 1).fold(now, i64::max);
        let name = name.replace([',', '\n', '\r'], " ");
        let import = Import {
            sha256: sha256.into(),
            format: format.name.clone(),
            recorded,
            seq,
            name,
        };
        let dir = self.imports_dir()?;
        disk::replace(&dir.join(format!("{recorded}.toml")), format.text.as_bytes())?;
        let line = format!("{sha256},{},{recorded},{seq},{}\n", import.format, import.name);
        disk::append(&dir.join("imports.csv"), line.as_bytes())?;
        self.ledger().list.get_or_insert_default().push(import.clone());
        Ok(import)
    }

    /// Keeps the index of an import's lines.
    pub(crate) fn keep_index(&self, import: &Import, mut index: Vec<(u64, u32)>) -> Result<()> {
        index.sort_unstable();
        let bytes: Vec<u8> = index
            .iter()
            .flat_map(|(k, l)| k.to_le_bytes().into_iter().chain(l.to_le_bytes()))
            .collect();
        disk::replace(&self.imports_dir()?.join(format!("{}.lines", import.recorded)), &bytes)
    }

    /// File and line of the current observation of a series at a time (start, seconds UTC); none when there is no
    /// observation, or it came by no file.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn trace(&self, key: &SeriesKey, t: i64) -> Result<Option<EvidenceRef>> {
        let Some(series) = self.find(key) else {
            return Ok(None);
        };
        let Some(row) = self.read_one(series, t)? else {
            return Ok(None);
        };
        self.trace_row(key, t, row.recorded)
    }

    /// The same for an observation whose recorded time is known already.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn trace_row(&self, key: &SeriesKey, t: i64, recorded: i64) -> Result<Option<EvidenceRef>> {
        let Some(import) = self.imports()?.into_iter().find(|i| i.recorded == recorded) else {
            return Ok(None);
        };
        let format = self.format_of(&import)?;
        let matching = |v: &&super::format::ValueColumn| v.factor == key.factor && format.period_of(v) == key.period;
        let column = format.values.iter().find(matching).map(|v| v.column.clone());
        let length = if format.time.label == super::format::Label::End {
            period_s(&key.period).unwrap_or(0)
        } else {
            0
        };
        let index = self.index_of(&import)?;
        let wanted = line_key(&key.site, t + length);
        let at = index.partition_point(|(k, _)| *k < wanted);
        let line = index.get(at).filter(|(k, _)| *k == wanted).map(|(_, l)| u64::from(*l));
        let reference = match line {
            Some(l) => format!("file:{}#L{l}", import.sha256),
            None => format!("file:{}", import.sha256),
        };
        let sha256 = Some(import.sha256);
        Ok(Some(EvidenceRef {
            reference,
            sha256,
            line,
            column,
            name: import.name,
            recorded,
        }))
    }

    fn format_of(&self, import: &Import) -> Result<Arc<Format>> {
        if let Some(f) = self.ledger().formats.get(&import.format) {
            return Ok(f.clone());
        }
        let path = self.imports_dir()?.join(format!("{}.toml", import.recorded));
        let text = std::fs::read_to_string(&path).map_err(LakeError::io(&path))?;
        let format = Arc::new(Format::parse(&text)?);
        self.ledger().formats.insert(import.format.clone(), format.clone());
        Ok(format)
    }

    fn index_of(&self, import: &Import) -> Result<Index> {
        let key = import.recorded.to_string();
        if let Some(i) = self.ledger().indexes.get(&key) {
            return Ok(i.clone());
        }
        let path = self.imports_dir()?.join(format!("{key}.lines"));
        let bytes = std::fs::read(&path).map_err(LakeError::io(&path))?;
        let entry = |b: &[u8]| -> Option<(u64, u32)> {
            Some((
                u64::from_le_bytes(b.get(..8)?.try_into().ok()?),
                u32::from_le_bytes(b.get(8..)?.try_into().ok()?),
            ))
        };
        let index: Index = Arc::new(bytes.chunks_exact(12).filter_map(entry).collect());
        let mut ledger = self.ledger();
        if ledger.indexes.len() >= INDEXES_MAX {
            ledger.indexes.clear();
        }
        ledger.indexes.insert(key, index.clone());
        Ok(index)
    }
}

fn parse(line: &str) -> Option<Import> {
    let mut c = line.splitn(5, ',');
    Some(Import {
        sha256: c.next()?.into(),
        format: c.next()?.into(),
        recorded: c.next()?.parse().ok()?,
        seq: c.next()?.parse().ok()?,
        name: c.next()?.into(),
    })
}
