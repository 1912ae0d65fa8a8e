//! Small tables beside the observations, and answers as JSON.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{LakeError, Result};
use crate::registry::Names;
use crate::{Lake, disk};

/// Names that a reference table may not take.
const OWN: [&str; 6] = ["obs", "obs_all", "series", "marks", "latest", "imports"];

fn memory(columns: Vec<(&str, ArrayRef)>) -> Result<Arc<dyn TableProvider>> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(n, c)| Field::new(*n, c.data_type().clone(), c.null_count() > 0))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, c)| c).collect())?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

pub(crate) fn series(names: &Names) -> Result<Arc<dyn TableProvider>> {
    let ids = Int32Array::from_iter_values(0..names.keys.len() as i32);
    memory(vec![
        ("series", Arc::new(ids)),
        ("site", Arc::new(names.site.clone())),
        ("factor", Arc::new(names.factor.clone())),
        ("period", Arc::new(names.period.clone())),
        ("origin", Arc::new(names.origin.clone())),
    ])
}

pub(crate) fn marks(names: &Names) -> Result<Arc<dyn TableProvider>> {
    let ids = Int32Array::from_iter_values(0..names.mark.len() as i32);
    memory(vec![("id", Arc::new(ids)), ("mark", Arc::new(names.mark.clone()))])
}

impl Lake {
    /// Puts a small reference table in place, whole: CSV with a header. Every column is text in
    /// SQL (codes keep their leading zeros); empty cells are NULL.
    ///
    /// # Errors
    /// A name that is not letters, digits and underscores, or is taken by the lake; a row with another number of cells.
    pub fn put_table(&self, name: &str, csv: &str) -> Result<()> {
        let plain = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if name.is_empty() || !plain || OWN.contains(&name) {
            let reason = "a table's name is lower-case letters, digits and `_`, and not one of the lake's own".into();
            return Err(LakeError::Format {
                path: name.into(),
                line: 0,
                reason,
            });
        }
        parse(name, csv)?;
        let dir = self.inner.dir.join("tables");
        std::fs::create_dir_all(&dir).map_err(LakeError::io(&dir))?;
        disk::replace(&dir.join(format!("{name}.csv")), csv.as_bytes())?;
        self.inner.tables.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
        Ok(())
    }

    /// Rows of a reference table, column → cell (empty cells are left out); none when there is no such table.
    pub(crate) fn table_rows(&self, name: &str) -> Result<Option<Vec<HashMap<String, String>>>> {
        let path = self.inner.dir.join("tables").join(format!("{name}.csv"));
        let text = match std::fs::read_to_string(&path) {
            Ok(t) => t,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(LakeError::io(&path)(e)),
        };
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows = reader.deserialize::<HashMap<String, String>>().map(|r| {
            let mut row = r.map_err(|e| LakeError::Format {
                path: name.into(),
                line: 0,
                reason: e.to_string(),
            })?;
            row.retain(|_, v| !v.is_empty());
            Ok(row)
        });
        rows.collect::<Result<Vec<_>>>().map(Some)
    }

    /// Offers a table to SQL while the lake is open, in place of the one of that name: rows of text cells, none for an
    /// empty one. A column is text, or an exact decimal if `true` stands with its name; a cell that is no decimal is
    /// NULL there. A reference table of the same name goes first.
    ///
    /// # Errors
    /// A name that is not lower-case letters, digits and `_`, or is the lake's own; a row with another number of cells.
    pub fn offer_table(&self, name: &str, columns: &[(String, bool)], rows: &[Vec<Option<String>>]) -> Result<()> {
        let plain = |n: &str| {
            !n.is_empty()
                && n.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let bad = |reason: String| LakeError::Format {
            path: name.into(),
            line: 0,
            reason,
        };
        if !plain(name) || OWN.contains(&name) || !columns.iter().all(|(n, _)| plain(n)) {
            return Err(bad(
                "names of tables and columns are lower-case letters, digits and `_`, and not the lake's own".into(),
            ));
        }
        if rows.iter().any(|r| r.len() != columns.len()) {
            return Err(bad("a row has another number of cells than there are columns".into()));
        }
        let array = |i: usize, number: bool| -> Result<ArrayRef> {
            let cells = rows.iter().map(|r| r[i].as_deref());
            if number {
                decimals(cells)
            } else {
                Ok(Arc::new(StringArray::from_iter(cells)))
            }
        };
        let arrays: Vec<ArrayRef> = columns
            .iter()
            .enumerate()
            .map(|(i, (_, number))| array(i, *number))
            .collect::<Result<_>>()?;
        let table = memory(columns.iter().map(|(n, _)| n.as_str()).zip(arrays).collect())?;
        let mut all = self
            .inner
            .offered
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.insert(name.to_owned(), table);
        Ok(())
    }

    pub(crate) fn offered_tables(&self) -> Vec<(String, Offered)> {
        let all = self
            .inner
            .offered
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.iter().map(|(n, t)| (n.clone(), t.clone())).collect()
    }

    /// Changes whenever a reference table does.
    pub(crate) fn table_stamp(&self) -> u64 {
        self.inner.tables.load(std::sync::atomic::Ordering::Acquire)
    }

    pub(crate) fn reference_tables(&self) -> Result<Vec<(String, Arc<dyn TableProvider>)>> {
        let dir = self.inner.dir.join("tables");
        let mut out = vec![];
        let Ok(read) = std::fs::read_dir(&dir) else {
            return Ok(out);
        };
        for entry in read {
            let path = entry.map_err(LakeError::io(&dir))?.path();
            if path.extension().is_none_or(|e| e != "csv") {
                continue;
            }
            let name = path
                .file_stem()
                .map(|s| s.to_string_lossy().into_owned())
                .unwrap_or_default();
            let text = std::fs::read_to_string(&path).map_err(LakeError::io(&path))?;
            out.push((name.clone(), parse(&name, &text)?));
        }
        Ok(out)
    }
}

/// A table that was offered.
pub(crate) type Offered = Arc<dyn TableProvider>;

/// Digits after the point at most: beyond them a cell is no measured value.
const SCALE: usize = 12;

/// Decimal texts as one column, with as many digits after the point as the longest cell has.
fn decimals<'a>(cells: impl Iterator<Item = Option<&'a str>> + Clone) -> Result<ArrayRef> {
    let digits = |t: &str| t.trim().split_once('.').map_or(0, |(_, d)| d.len());
    let scale = cells.clone().flatten().map(digits).max().unwrap_or(0).min(SCALE);
    let read = |t: &str| -> Option<i128> {
        let (whole, part) = t.trim().split_once('.').unwrap_or((t.trim(), ""));
        let part = part.get(..part.len().min(scale))?;
        format!("{whole}{part:0<scale$}").parse().ok()
    };
    let values = Decimal128Array::from_iter(cells.map(|c| c.and_then(read)));
    Ok(Arc::new(values.with_precision_and_scale(38, scale as i8)?))
}

fn parse(name: &str, text: &str) -> Result<Arc<dyn TableProvider>> {
    let bad = |line: u64, reason: String| LakeError::Format {
        path: name.into(),
        line: line as usize,
        reason,
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|e| bad(1, e.to_string()))?.clone();
    let mut columns: Vec<Vec<Option<String>>> = vec![vec![]; header.len()];
    for record in reader.records() {
        let record = record.map_err(|e| bad(e.position().map_or(0, csv::Position::line), e.to_string()))?;
        for (column, cell) in columns.iter_mut().zip(&record) {
            column.push((!cell.is_empty()).then(|| cell.to_owned()));
        }
    }
    if header.iter().any(str::is_empty) {
        return Err(bad(1, "a column has no name".into()));
    }
    let arrays = columns.into_iter().map(|c| Arc::new(StringArray::from(c)) as ArrayRef);
    memory(header.iter().zip(arrays).collect())
}

/// An answer in the order of its columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Answer {
    /// Names, in the order of the SELECT.
    pub columns: Vec<String>,
    /// Cells by column; decimals as text without trailing zeros, times as text.
    pub rows: Vec<Vec<Value>>,
}

/// Batches as an answer.
pub(crate) fn answer(batches: &[RecordBatch]) -> Result<Answer> {
    let mut out = Answer::default();
    let options = FormatOptions::default();
    for b in batches {
        out.columns = b.schema().fields().iter().map(|f| f.name().clone()).collect();
        let columns = b
            .columns()
            .iter()
            .map(|c| Ok((c, ArrayFormatter::try_new(c.as_ref(), &options)?)))
            .collect::<Result<Vec<_>>>()?;
        let rows = 0..b.num_rows();
        out.rows
            .extend(rows.map(|row| columns.iter().map(|(c, f)| cell(c, f, row)).collect()));
    }
    Ok(out)
}

/// The same as JSON rows.
pub(crate) fn json(batches: &[RecordBatch]) -> Result<Vec<Map<String, Value>>> {
    let Answer { columns, rows } = answer(batches)?;
    Ok(rows
        .into_iter()
        .map(|r| columns.iter().cloned().zip(r).collect())
        .collect())
}

fn cell(c: &ArrayRef, f: &ArrayFormatter, row: usize) -> Value {
    if c.is_null(row) {
        return Value::Null;
    }
    let text = f.value(row).to_string();
    match c.data_type() {
        DataType::Boolean => Value::Bool(c.as_boolean().value(row)),
        t if t.is_integer() => text.parse::<i64>().map_or(Value::String(text), Value::from),
        DataType::Decimal128(_, scale) if *scale > 0 => Value::String(trim(&text)),
        DataType::Float64 | DataType::Float32 => {
            let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            number.map_or(Value::Null, Value::Number)
        }
        _ => Value::String(text),
    }
}

fn trim(decimal: &str) -> String {
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}
