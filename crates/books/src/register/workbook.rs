//! A workbook or CSV as rows of cells. Built to be fed by strangers: nothing is unpacked beyond its bound, no room is
//! made for cells that a file only claims to have.

use crate::error::{Error, Result};
use calamine::{DataRef, Reader as _, Xlsx};
use figure::{Decimal, Text};
use serde_json::Value;
use std::io::{Cursor, Read};

/// Largest file, bytes.
pub const MOST_BYTES: usize = 100 * 1024 * 1024;
/// Most bytes that a workbook may unpack to.
pub const MOST_INFLATED: u64 = 1024 * 1024 * 1024;
/// Most parts in a workbook.
const MOST_PARTS: usize = 2_000;
/// Most times that a part may be larger than its packed form, beyond the first ten megabytes. A sheet of equal rows
/// packs to about a hundredth; a bomb to a thousandth.
const MOST_RATIO: u64 = 300;
const FREE: u64 = 10 * 1024 * 1024;
/// Most rows.
pub const MOST_ROWS: usize = 200_000;
/// Most columns.
pub const MOST_COLUMNS: usize = 300;

/// A cell: what it holds, or why it cannot be read.
pub type Cell = std::result::Result<Value, Text>;

/// Rows of cells with their row numbers in the file, from 1. Empty rows are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<(usize, Vec<Cell>)>,
}

/// Reads a workbook (xlsx: its first sheet) or CSV (UTF-8 or GB 18030) by what its bytes are.
pub fn rows_of(bytes: &[u8]) -> Result<Rows> {
    if bytes.len() > MOST_BYTES {
        let (is, most) = (bytes.len() / 1024 / 1024, MOST_BYTES / 1024 / 1024);
        return Err(Error::refused(
            format!("文件有 {is} MB，最大 {most} MB；请分成几份导入"),
            format!("the file has {is} MB, at most {most} MB: import it in parts"),
        ));
    }
    if bytes.starts_with(b"PK") {
        unpackable(bytes)?;
        workbook(bytes)
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        Err(Error::refused(
            "这是旧版 .xls 或加密的工作簿，请另存为不加密的 .xlsx 后导入",
            "this is an old .xls or an encrypted workbook: save it as .xlsx without a password",
        ))
    } else {
        table(bytes)
    }
}

fn broken(e: impl std::fmt::Display) -> Error {
    Error::refused(
        format!("工作簿损坏或不是 xlsx，读不出来：{e}"),
        format!("the workbook is damaged or no xlsx: {e}"),
    )
}

fn bomb(what: &str) -> Error {
    Error::refused(
        format!("工作簿解压后过大（{what}），疑似压缩炸弹，未导入"),
        format!("the workbook unpacks to far too much ({what}), like a zip bomb: not imported"),
    )
}

/// Unpacks every part into nothing and counts: what a part says of its own size is not believed.
fn unpackable(bytes: &[u8]) -> Result<()> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if zip.len() > MOST_PARTS {
        return Err(bomb(&format!("{} parts", zip.len())));
    }
    let mut total = 0u64;
    for i in 0..zip.len() {
        let part = zip.by_index(i).map_err(broken)?;
        let (name, packed) = (part.name().map_err(broken)?.to_string(), part.compressed_size().max(1));
        let most = (FREE + packed.saturating_mul(MOST_RATIO)).min(MOST_INFLATED - total);
        let size = std::io::copy(&mut part.take(most + 1), &mut std::io::sink()).map_err(broken)?;
        if size > most {
            return Err(bomb(&name));
        }
        total += size;
    }
    Ok(())
}

fn workbook(bytes: &[u8]) -> Result<Rows> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let name = book.sheet_names().first().cloned().ok_or_else(|| broken("no sheet"))?;
    // Cell by cell as they stand in the file: a sheet that claims to end at XFD1048576 costs nothing.
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut rows: Vec<(usize, Vec<Cell>)> = vec![];
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::String(s) if s.trim().is_empty() => continue,
            DataRef::SharedString(s) if s.trim().is_empty() => continue,
            DataRef::String(s) => Ok(Value::String(s.clone())),
            DataRef::SharedString(s) => Ok(Value::String((*s).to_string())),
            DataRef::Int(n) => Ok(Value::from(*n)),
            DataRef::Float(f) => number(*f),
            DataRef::Bool(b) => Ok(Value::Bool(*b)),
            DataRef::DateTime(d) => number(d.as_f64()).map(|v| Value::String(v.to_string().trim_matches('"').into())),
            DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Ok(Value::String(s.clone())),
            DataRef::Error(e) => Err(Text::new(
                format!("单元格是错误值 {e}"),
                format!("the cell holds the error {e}"),
            )),
        };
        if rows.len() > MOST_ROWS || column as usize >= MOST_COLUMNS {
            return Err(too_many());
        }
        let number = row as usize + 1;
        if rows.last().is_none_or(|(n, _)| *n != number) {
            rows.push((number, vec![]));
        }
        if let Some((_, cells)) = rows.last_mut() {
            // Two cells at one place: the file is not what a spreadsheet writes.
            if cells.len() > column as usize {
                return Err(broken(format!("row {number} has its cells out of order")));
            }
            cells.resize(column as usize, Ok(Value::Null));
            cells.push(value);
        }
    }
    Ok(Rows { rows })
}

fn too_many() -> Error {
    Error::refused(
        format!("表格超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列，请分成几份导入"),
        format!("more than {MOST_ROWS} rows or {MOST_COLUMNS} columns: import it in parts"),
    )
}

/// A number as the spreadsheet shows it: fifteen digits, so that 0.1 + 0.2 is 0.3. Large whole numbers keep their
/// exponent, by which a code that lost its digits is known.
fn number(f: f64) -> Cell {
    let short: f64 = format!("{f:.14e}").parse().unwrap_or(f);
    match Decimal::from_f64_shortest(short) {
        // Whole numbers below 10^15 are exact.
        #[allow(clippy::cast_possible_truncation)]
        Ok(_) if short.fract() == 0.0 && short.abs() < 1e15 => Ok(Value::from(short as i64)),
        Ok(_) if short.abs() >= 1e15 => Ok(serde_json::Number::from_f64(short).map_or(Value::Null, Value::Number)),
        Ok(d) => Ok(Value::String(d.to_string())),
        Err(e) => Err(Text::new(
            format!("单元格的数读不出来：{e}"),
            format!("the cell's number: {e}"),
        )),
    }
}

fn table(bytes: &[u8]) -> Result<Rows> {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let (text, certain) = match std::str::from_utf8(bytes) {
        Ok(t) => (std::borrow::Cow::Borrowed(t), true),
        Err(_) => {
            let (t, _, bad) = encoding_rs::GB18030.decode(bytes);
            (t, !bad)
        }
    };
    if !certain || text.contains('\0') {
        return Err(Error::refused(
            "文件既不是 xlsx，也不是 UTF-8 或 GB 18030 编码的 CSV",
            "the file is neither xlsx nor CSV in UTF-8 or GB 18030",
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = vec![];
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record
            .position()
            .map_or(rows.len() + 1, |p| usize::try_from(p.line()).unwrap_or(0));
        if record.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        if rows.len() > MOST_ROWS || record.len() > MOST_COLUMNS {
            return Err(too_many());
        }
        let cells = record
            .iter()
            .map(|c| {
                Ok(if c.trim().is_empty() {
                    Value::Null
                } else {
                    Value::String(c.to_string())
                })
            })
            .collect();
        rows.push((line, cells));
    }
    Ok(Rows { rows })
}
