//! A provision that somebody records, as the file that will hold it: what a form asks for becomes TOML, which is then
//! read and judged like every other file of law.

use figure::{Certainty, Decimal};
use serde::Deserialize;
use std::fmt::Write;

/// What whoever records a provision says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Addition {
    /// The number of the standard it belongs to.
    pub standard: String,
    /// Where the values were read.
    pub source: String,
    /// Who recorded it.
    pub by: String,
    /// The day it was compared with its source, YYYY-MM-DD.
    pub checked: String,
    /// The key.
    pub key: String,
    /// The clause.
    pub clause: String,
    /// First day, YYYY-MM-DD; empty: the standard's.
    pub from: String,
    /// Last day; empty: the standard's.
    pub to: String,
    /// Six digits; empty for the nation.
    pub division: String,
    /// `certain`, `likely` or `uncertain`.
    pub certainty: String,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Chinese remark.
    pub note_zh: String,
    /// English remark.
    pub note_en: String,
    /// The unit of all numbers; empty where the table has a column `unit`.
    pub unit: String,
    /// The columns that name a row; empty: those that hold no number.
    pub name_rows: Vec<String>,
    /// Rows as they are copied from a spreadsheet: cells parted by tabs, the first line the names of the columns.
    pub table: String,
}

/// Columns that say something about a row but never name it.
const ABOUT: [&str; 7] = ["unit", "clause", "certainty", "note", "note_zh", "note_en", "law_key"];

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.trim().chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Addition {
    /// The word that TOML wants for the certainty; what is none is left for the reader of the file to refuse.
    fn certainty(&self) -> &str {
        match self.certainty.trim() {
            "" => "uncertain",
            word => word,
        }
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .has_headers(false)
            .flexible(true)
            .from_reader(self.table.as_bytes());
        let rows = reader.records().filter_map(Result::ok);
        let cells =
            |r: csv::StringRecord| -> Vec<String> { r.iter().map(|c| c.trim().replace(['\n', '\r'], " ")).collect() };
        rows.map(cells)
            .filter(|r: &Vec<String>| r.iter().any(|c| !c.is_empty()))
            .collect()
    }

    fn names(&self, rows: &[Vec<String>]) -> Vec<String> {
        let given: Vec<String> = self
            .name_rows
            .iter()
            .filter(|c| !c.trim().is_empty())
            .cloned()
            .collect();
        let Some((head, body)) = rows.split_first().filter(|_| given.is_empty()) else {
            return given;
        };
        if body.len() < 2 {
            return vec![];
        }
        let number = |i: usize| body.iter().any(|r| r.get(i).is_some_and(|c| Decimal::parse(c).is_ok()));
        let kept = head
            .iter()
            .enumerate()
            .filter(|(i, c)| !ABOUT.contains(&c.as_str()) && !number(*i));
        kept.map(|(_, c)| c.clone()).collect()
    }

    /// The file. It may be wrong: reading it says where.
    pub fn to_toml(&self) -> String {
        let rows = self.rows();
        let mut out = String::from("[addition]\n");
        let mut line = |name: &str, value: &str| {
            if !value.trim().is_empty() {
                // Writing to a string does not fail.
                let _ = writeln!(out, "{name} = {}", quoted(value));
            }
        };
        line("standard", &self.standard);
        line("source", &self.source);
        line("checked", &self.checked);
        line("by", &self.by);
        out.push_str("\n[[provision]]\n");
        let mut line = |name: &str, value: &str, must: bool| {
            if must || !value.trim().is_empty() {
                let _ = writeln!(out, "{name} = {}", quoted(value));
            }
        };
        line("key", &self.key, true);
        line("clause", &self.clause, true);
        line("from", &self.from, false);
        line("to", &self.to, false);
        line("division", &self.division, false);
        line("certainty", self.certainty(), true);
        line("title_zh", &self.title_zh, true);
        line("title_en", &self.title_en, true);
        line("note_zh", &self.note_zh, false);
        line("note_en", &self.note_en, false);
        line("unit", &self.unit, false);
        let names = self.names(&rows);
        if !names.is_empty() {
            let all: Vec<String> = names.iter().map(|n| quoted(n)).collect();
            let _ = writeln!(out, "by = [{}]", all.join(", "));
        }
        out.push_str("table = \"\"\"\n");
        let width = rows.first().map_or(0, Vec::len);
        for row in &rows {
            // Spreadsheets drop empty cells at the end of a line, or add some.
            let mut cells: Vec<&str> = row.iter().map(String::as_str).collect();
            while cells.len() > width && cells.last().is_some_and(|c| c.is_empty()) {
                cells.pop();
            }
            cells.resize(cells.len().max(width), "");
            out.push_str(&cells.iter().map(|c| csv_cell(c)).collect::<Vec<_>>().join(","));
            out.push('\n');
        }
        out.push_str("\"\"\"\n");
        out
    }

    /// A name for the file: what it records, where and from when. Letters, digits, points and dashes only.
    pub fn file_name(&self) -> String {
        let place = if self.division.trim().is_empty() {
            "nation"
        } else {
            self.division.trim()
        };
        let from = if self.from.trim().is_empty() {
            "standard"
        } else {
            self.from.trim()
        };
        let kept = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '-'
            }
        };
        let stem: String = format!("{}-{place}-{from}", self.key.trim())
            .chars()
            .map(kept)
            .collect();
        format!("{}.toml", stem.trim_start_matches('.'))
    }

    /// How sure the recorder is, where the word is one.
    pub fn sure(&self) -> Option<Certainty> {
        match self.certainty() {
            "certain" => Some(Certainty::Certain),
            "likely" => Some(Certainty::Likely),
            "uncertain" => Some(Certainty::Uncertain),
            _ => None,
        }
    }
}

/// A cell of the inline CSV, inside a TOML string of several lines.
fn csv_cell(cell: &str) -> String {
    let text = cell.replace('\\', "\\\\");
    if text.contains([',', '"', '\n']) {
        // Two quotes for one (CSV), each escaped (TOML), so that three can never close the table.
        format!("\\\"{}\\\"", text.replace('"', "\\\"\\\""))
    } else {
        text
    }
}
