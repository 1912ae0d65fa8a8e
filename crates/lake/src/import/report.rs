//! What an import took and what it did not, row by row.

use std::collections::HashMap;

use serde::Serialize;

use super::cell::Refusal;
use super::format::{Format, period_s};
use crate::SeriesKey;

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of text read.
    pub bytes: u64,
    /// Bytes of text in all.
    pub of: u64,
    /// Lines read.
    pub lines: u64,
    /// Cells and rows refused so far.
    pub quarantined: u64,
}

/// A row or a cell that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Physical line of the file, from 1.
    pub line: u64,
    /// Header of the column; empty when the whole row is meant.
    pub column: String,
    /// Short name of the reason.
    pub reason: String,
    /// What was found.
    pub detail: String,
    /// The same in Chinese.
    pub detail_zh: String,
    /// What would make it acceptable.
    pub remedy: String,
    /// The row as it stood (cells joined by commas).
    pub text: String,
}

/// Hours or days without a row, of one site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The site.
    pub site: String,
    /// Rows between its first and last.
    pub rows: u64,
    /// Rows there should be.
    pub of: u64,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file's name.
    pub name: String,
    /// The format it was read as.
    pub format: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Found encoding.
    pub encoding: String,
    /// Lines of data.
    pub lines: u64,
    /// Rows taken, whole or in part.
    pub rows: u64,
    /// Values taken.
    pub accepted: u64,
    /// Values that were there already: the file had been loaded.
    pub unchanged: u64,
    /// Cells that say "no value".
    pub missing: u64,
    /// What was not taken.
    pub quarantined: Vec<BadRow>,
    /// Sites with missing rows, most first.
    pub gaps: Vec<Gap>,
    /// Sites in the file.
    pub sites: usize,
    /// First and last stamp, seconds UTC.
    pub span: Option<(i64, i64)>,
    /// `recorded` of its rows.
    pub recorded: i64,
    /// Its values are simulated.
    pub simulated: bool,
    /// Series and days whose figures may have changed.
    #[serde(skip)]
    pub touched: Vec<(i32, i32)>,
}

impl Report {
    pub(super) fn new(name: &str, format: &Format) -> Self {
        Self {
            name: name.into(),
            format: format.name.clone(),
            sha256: String::new(),
            encoding: String::new(),
            lines: 0,
            rows: 0,
            accepted: 0,
            unchanged: 0,
            missing: 0,
            quarantined: vec![],
            gaps: vec![],
            sites: 0,
            span: None,
            recorded: 0,
            simulated: format.origin == "simulated",
            touched: vec![],
        }
    }

    pub(super) fn finish(&mut self, spans: &HashMap<u32, (i64, i64, u64)>, keys: &[SeriesKey], format: &Format) {
        let step = period_s(&format.time.period).unwrap_or(0);
        self.sites = spans.len();
        for (first, (from, to, rows)) in spans {
            let span = self.span.get_or_insert((*from, *to));
            *span = (span.0.min(*from), span.1.max(*to));
            let of = if step > 0 {
                ((to - from) / step + 1).unsigned_abs()
            } else {
                *rows
            };
            if of > *rows {
                self.gaps.push(Gap {
                    site: keys[*first as usize].site.clone(),
                    rows: *rows,
                    of,
                });
            }
        }
        self.gaps
            .sort_by(|a, b| (b.of - b.rows).cmp(&(a.of - a.rows)).then(a.site.cmp(&b.site)));
    }

    /// The refused rows as a CSV file to correct and load again: line, column, reason, detail, remedy, row.
    pub fn quarantine_csv(&self) -> String {
        let mut out = String::from("line,column,reason,detail,remedy,row\n");
        for b in &self.quarantined {
            let quoted = [&b.column, &b.reason, &b.detail, &b.remedy, &b.text].map(|c| quote(c));
            out.push_str(&format!("{},{}\n", b.line, quoted.join(",")));
        }
        out
    }
}

fn quote(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

pub(super) fn quarantined(line: u64, column: &str, record: &csv::StringRecord, r: Refusal) -> BadRow {
    let text = record.iter().map(quote).collect::<Vec<_>>().join(",");
    BadRow {
        line,
        column: column.into(),
        reason: r.reason.into(),
        detail: r.detail.en,
        detail_zh: r.detail.zh,
        remedy: r.remedy,
        text,
    }
}
