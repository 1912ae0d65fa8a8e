//! Records out: as a workbook that can be mended and imported again, as CSV, and the rows of an import that failed.

use super::Desk;
use super::import::{ImportReport, NATURE, NUMBER, PROBLEM, letters};
use super::value::formula;
use super::workbook::Rows;
use crate::error::{Error, Result};
use crate::{Doc, List};
use rust_xlsxwriter::{Color, Format, FormatBorder, Workbook, XlsxError};
use serde_json::Value;

/// Most characters of a spreadsheet's cell, and most rows of its sheet below the headings.
const CELL: usize = 32_767;
const SHEET_ROWS: usize = 1_048_574;
/// Records read at a time.
const PAGE: i64 = 5_000;

/// Headings and rows of text, ready for a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub title: String,
    /// Headings.
    pub heads: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

impl From<XlsxError> for Error {
    fn from(e: XlsxError) -> Self {
        Self::Store(format!("the workbook cannot be written: {e}"))
    }
}

impl Desk {
    /// The heading of a field: title and unit.
    pub(crate) fn heading(field: &crate::pack::Field) -> String {
        match field.unit.as_deref().filter(|u| !u.is_empty()) {
            Some(unit) => format!("{}（{unit}）", field.title.zh),
            None => field.title.zh.clone(),
        }
    }

    /// All records of a list, page after page.
    pub async fn all(&self, list: &List) -> Result<Vec<Doc>> {
        let mut list = list.clone();
        list.limit = PAGE;
        let mut docs: Vec<Doc> = vec![];
        loop {
            let page = self.books.list(&list).await?;
            let full = i64::try_from(page.len()).unwrap_or(PAGE) == PAGE;
            docs.extend(page);
            let Some(last) = docs.last().filter(|_| full) else {
                return Ok(docs);
            };
            list.after = Some(list.place(last));
        }
    }

    /// The records of a list as a sheet, without the `hidden` fields (what the reader may not see).
    pub async fn sheet(&self, list: &List, hidden: &[String]) -> Result<Sheet> {
        let docs = self.all(list).await?;
        let fields: Vec<_> = self
            .register
            .fields
            .iter()
            .filter(|f| !hidden.contains(&f.name))
            .collect();
        let simulated = |d: &Doc| d.body.get("_simulated").and_then(Value::as_bool).unwrap_or(false);
        let marked = docs.iter().any(simulated);
        let numbered = self.register.key.is_none();
        let mut heads: Vec<String> = numbered.then(|| NUMBER.0.to_string()).into_iter().collect();
        heads.extend(fields.iter().map(|f| Self::heading(f)));
        heads.extend(marked.then(|| NATURE.0.to_string()));
        let rows = docs
            .iter()
            .map(|doc| {
                let values = self.reader.current(&doc.body);
                let mut row: Vec<String> = numbered.then(|| doc.id.clone()).into_iter().collect();
                row.extend(
                    fields
                        .iter()
                        .map(|f| self.reader.shown(&f.name, values.get(&f.name).unwrap_or(&Value::Null))),
                );
                row.extend(marked.then(|| if simulated(doc) { "模拟" } else { "" }.to_string()));
                row
            })
            .collect();
        Ok(Sheet {
            title: self.register.title.zh.clone(),
            heads,
            rows,
        })
    }

    /// The rows of an import that have faults, as they came, with a first column that says what is wrong and the cells
    /// at fault coloured: to be mended and imported again.
    pub fn problems(&self, rows: &Rows, report: &ImportReport) -> Result<Vec<u8>> {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        page.set_name("问题")?;
        let bad = Format::new().set_background_color(Color::RGB(0x00FF_E0E0));
        let head = Format::new().set_bold();
        let words = |cell: &super::workbook::Cell| match cell {
            Ok(Value::Null) => String::new(),
            Ok(Value::String(s)) => s.clone(),
            Ok(other) => other.to_string(),
            Err(t) => t.zh.clone(),
        };
        page.write_string_with_format(0, 0, PROBLEM.0, &head)?;
        let heads = rows.rows.get(self.head(rows)).map(|(_, cells)| cells.as_slice());
        for (c, cell) in heads.into_iter().flatten().enumerate() {
            page.write_string_with_format(0, column(c + 1), words(cell), &head)?;
        }
        let mut at = 1u32;
        let mut faults = report.faults.iter().peekable();
        for (number, cells) in &rows.rows {
            let mut mine = vec![];
            while let Some(f) = faults.next_if(|f| f.row <= *number) {
                mine.push(f);
            }
            if mine.is_empty() {
                continue;
            }
            let said: Vec<String> = mine.iter().map(|f| f.words.zh.clone()).collect();
            page.write_string(at, 0, cut(&format!("第 {number} 行：{}", said.join("；"))))?;
            for (c, cell) in cells.iter().enumerate() {
                let text = cut(&words(cell)).to_string();
                if mine.iter().any(|f| f.column == letters(c)) {
                    page.write_string_with_format(at, column(c + 1), text, &bad)?;
                } else {
                    page.write_string(at, column(c + 1), text)?;
                }
            }
            at += 1;
        }
        Ok(book.save_to_buffer()?)
    }
}

fn column(c: usize) -> u16 {
    u16::try_from(c).unwrap_or(u16::MAX)
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(CELL - 1) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}

/// A workbook. Every cell is text, so nothing in it can run.
pub fn xlsx(sheet: &Sheet) -> Result<Vec<u8>> {
    if sheet.rows.len() > SHEET_ROWS {
        return Err(Error::refused(
            format!("有 {} 条，一张工作表放不下，请先筛选，或导出 CSV", sheet.rows.len()),
            format!(
                "{} records do not fit one sheet: filter first, or export CSV",
                sheet.rows.len()
            ),
        ));
    }
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(sheet_name(&sheet.title))?;
    page.set_freeze_panes(1, 0)?;
    let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    for (c, text) in sheet.heads.iter().enumerate() {
        page.write_string_with_format(0, column(c), text, &head)?;
        page.set_column_width(column(c), 16)?;
    }
    for (r, row) in sheet.rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            // The bound above keeps it in range.
            page.write_string(u32::try_from(r + 1).unwrap_or(u32::MAX), column(c), cut(text))?;
        }
    }
    Ok(book.save_to_buffer()?)
}

/// A sheet's name may not hold some signs, nor be long.
pub(crate) fn sheet_name(title: &str) -> String {
    let name: String = title
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''))
        .take(31)
        .collect();
    if name.is_empty() { "Sheet1".into() } else { name }
}

/// CSV in UTF-8 with its mark, so that spreadsheets read the Chinese. A text that a spreadsheet would run gets a `'`.
pub fn csv(sheet: &Sheet) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
    let failed = |e: csv::Error| Error::Store(e.to_string());
    out.write_record(&sheet.heads).map_err(failed)?;
    for row in &sheet.rows {
        out.write_record(row.iter().map(|t| guarded(t))).map_err(failed)?;
    }
    out.into_inner().map_err(|e| Error::Store(e.to_string()))
}

fn guarded(text: &str) -> String {
    let number = figure::Decimal::parse(text).is_ok();
    if formula(text) || (!number && text.starts_with(['+', '-', '\t', '\r'])) {
        format!("'{text}")
    } else {
        text.to_string()
    }
}
