//! Files to observations: evidence first, then every row that can be taken, and a report of every cell that cannot.
//!
//! Invariant: nothing is computed from a file before the evidence store has it, nothing that is refused is lost,
//! and the same file again adds nothing.

mod cell;
mod format;
pub(crate) mod ledger;
mod place;
mod report;
mod text;
mod words;

use std::collections::HashMap;

use evidence::{Evidence, FileNote, Quarantined};
use figure::Text;

pub use format::{
    Factor, Format, Formats, Label, MarkColumn, SiteColumn, SiteKind, TimeColumn, Twice, Unknown, ValueColumn,
};
pub use ledger::{EvidenceRef, Import};
pub use report::{BadRow, Gap, Progress, Report};
pub use words::reason_words;

use crate::error::{LakeError, Result};
use crate::{Lake, Row, SeriesKey};
use cell::{Reader, Refusal};
use report::quarantined;

/// Lines between two calls of the progress function.
const PROGRESS_LINES: u64 = 20_000;

fn refused(e: impl std::fmt::Display) -> LakeError {
    LakeError::Evidence(e.to_string())
}

/// Loads one file. `name` is what it is called in lists; `bytes` are the file as received, compressed or not.
///
/// # Errors
/// When the file as a whole cannot be read (encoding, columns) or a store fails. Bad rows are no errors:
/// they are in the report, in the evidence store, and in [`Report::quarantine_csv`].
pub fn load(
    lake: &Lake,
    evidence: &Evidence,
    formats: &Formats,
    format: &Format,
    (name, bytes): (&str, &[u8]),
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    let simulated = format.origin == "simulated";
    let note = FileNote {
        source: format.source.clone(),
        licence: format.licence.clone(),
        simulated,
    };
    let file = evidence.put_file(name, bytes, &note).map_err(refused)?;
    let app = format!("import:{}:{}", file.sha256, format.name);
    let now = file.received_ms.div_euclid(1000);
    let (text, encoding) = text::decode(name, bytes, format.encoding.as_deref())?;
    let mut reading = Reading::new(lake, formats, format, name, &text, now)?;
    reading.report.encoding = encoding;
    reading.report.sha256.clone_from(&file.sha256);
    reading.read(&text, progress)?;
    let import = lake.begin_import(&file.sha256, format, file.seq, name, now)?;
    let Reading {
        mut report,
        keys,
        values,
        lines,
        marks,
        ..
    } = reading;
    report.recorded = import.recorded;
    if lake.transaction(&app)?.is_some() {
        report.unchanged = std::mem::take(&mut report.accepted);
        return Ok(report);
    }
    lake.keep_index(&import, lines)?;
    let source = format!("import:{}", format.name);
    let mut last = None;
    for bad in &report.quarantined {
        let why = Quarantined {
            reason: bad.reason.clone(),
            detail: bad.detail.clone(),
            detail_zh: bad.detail_zh.clone(),
            place: bad.column.clone(),
            remedy: bad.remedy.clone(),
            qnrtn: None,
            part_of: Some(format!("file:{}#L{}", file.sha256, bad.line)),
        };
        last = Some(evidence.quarantine(&source, file.received_ms, &why, bad.text.as_bytes()));
    }
    // Groups are written in order: when the last is on disk all are.
    if let Some(p) = last {
        p.wait().map_err(refused)?;
    }
    let ids = lake.series(&keys)?;
    let marks = marks.iter().map(|m| lake.mark(m)).collect::<Result<Vec<i16>>>()?;
    let rows = values
        .into_iter()
        .map(|v| Row {
            series: ids[v.key as usize],
            t: v.t,
            v: v.v,
            e: v.e,
            mark: marks[v.mark],
            recorded: import.recorded,
        })
        .collect();
    let done = lake.append(rows, Some((&app, 1)))?;
    report.touched = done.touched;
    Ok(report)
}

/// The columns of a file, to find the format that fits it.
///
/// # Errors
/// A file that is no text.
pub fn header(name: &str, bytes: &[u8]) -> Result<Vec<String>> {
    let (text, _) = text::decode(name, bytes, None)?;
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = csv.headers().map_err(|e| text::bad(name, e.to_string()))?;
    Ok(header.iter().map(|h| h.trim().to_string()).collect())
}

/// A value that is taken.
struct Taken {
    key: u32,
    t: i64,
    v: Option<i64>,
    e: i8,
    /// Which of the reading's marks.
    mark: usize,
}

struct Reading<'a> {
    format: &'a Format,
    places: place::Places,
    readers: Vec<Reader>,
    /// Positions of the columns: time, places, values.
    time: usize,
    site: Vec<usize>,
    columns: Vec<(usize, Option<usize>)>,
    mark: Option<usize>,
    /// Marks met; the first is that of a valid value.
    marks: Vec<String>,
    now: i64,
    report: Report,
    keys: Vec<SeriesKey>,
    /// By site: number of its first key.
    sites: HashMap<String, u32>,
    values: Vec<Taken>,
    lines: Vec<(u64, u32)>,
    /// Site and stamp → line, for rows that repeat.
    seen: HashMap<(u32, i64), u64>,
    /// By site: first and last stamp, rows.
    spans: HashMap<u32, (i64, i64, u64)>,
}

impl<'a> Reading<'a> {
    fn new(lake: &Lake, formats: &Formats, format: &'a Format, name: &str, text: &str, now: i64) -> Result<Self> {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = csv.headers().map_err(|e| text::bad(name, e.to_string()))?;
        let header: Vec<&str> = header.iter().map(str::trim).collect();
        let find = |column: &str| {
            header.iter().position(|h| *h == column).ok_or_else(|| {
                let wanted: Vec<&str> = format.headers().collect();
                let fitting: Vec<&str> = formats.fitting(&header).iter().map(|f| f.name.as_str()).collect();
                let hint = match fitting.first() {
                    Some(f) => format!("; format `{f}` would fit"),
                    None => String::new(),
                };
                let reason = format!(
                    "column `{column}` is missing: `{}` needs {} but the header is {}{hint}",
                    format.name,
                    wanted.join(","),
                    header.join(","),
                );
                text::bad(name, reason)
            })
        };
        let reader = |v: &ValueColumn| {
            let factor = formats.factor(format, &v.factor);
            let none = || text::bad(name, format!("factor {} has no plausible range", v.factor));
            Reader::new(format, v, factor.ok_or_else(none)?)
        };
        Ok(Self {
            format,
            places: place::Places::new(lake, format)?,
            readers: format.values.iter().map(reader).collect::<Result<_>>()?,
            time: find(&format.time.column)?,
            site: format.site.columns.iter().map(|c| find(c)).collect::<Result<_>>()?,
            columns: format
                .values
                .iter()
                .map(|v| Ok((find(&v.column)?, v.instead.as_deref().map(find).transpose()?)))
                .collect::<Result<_>>()?,
            mark: format.mark.as_ref().map(|m| find(&m.column)).transpose()?,
            marks: vec![crate::VALID_MARK.to_string()],
            now,
            report: Report::new(name, format),
            keys: vec![],
            sites: HashMap::new(),
            values: vec![],
            lines: vec![],
            seen: HashMap::new(),
            spans: HashMap::new(),
        })
    }

    fn read(&mut self, text: &str, progress: &mut dyn FnMut(Progress)) -> Result<()> {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let width = csv.headers().map(csv::StringRecord::len).unwrap_or(0);
        let mut record = csv::StringRecord::new();
        let mut last = (String::new(), None);
        while csv
            .read_record(&mut record)
            .map_err(|e| text::bad(&self.report.name, e.to_string()))?
        {
            let line = record.position().map_or(0, csv::Position::line);
            self.report.lines += 1;
            if self.report.lines.is_multiple_of(PROGRESS_LINES) {
                progress(self.progress(csv.position().byte(), text.len()));
            }
            if record.len() != width {
                let (n, w) = (record.len(), width);
                let detail = Text::new(
                    format!("{n} 格,表头有 {w} 格"),
                    format!("{n} cells, the header has {w}"),
                );
                let remedy = "put the missing cells in (empty ones too), or quote cells that hold a comma";
                self.refuse(
                    line,
                    "",
                    &record,
                    Refusal {
                        reason: "wrong-columns",
                        detail,
                        remedy: remedy.into(),
                    },
                );
                continue;
            }
            let stamp = record.get(self.time).unwrap_or_default().trim();
            if last.0 != stamp {
                last = (stamp.to_owned(), self.format.time.parse(stamp));
            }
            let Some(stamp) = last.1 else {
                let (stamp, form) = (&last.0, &self.format.time.format);
                let detail = Text::new(
                    format!("“{stamp}”不是 {form} 的写法"),
                    format!("`{stamp}` is not written as {form}"),
                );
                let remedy = "write the time as the format says, in Beijing time".into();
                self.refuse(
                    line,
                    &self.format.time.column.clone(),
                    &record,
                    Refusal {
                        reason: "bad-time",
                        detail,
                        remedy,
                    },
                );
                continue;
            };
            if stamp > self.now {
                let stamp = &last.0;
                let detail = Text::new(
                    format!("“{stamp}”晚于文件收到的时间"),
                    format!("`{stamp}` is later than the file came"),
                );
                let remedy = "check the year, and whether the stamp is Beijing time".into();
                self.refuse(
                    line,
                    &self.format.time.column.clone(),
                    &record,
                    Refusal {
                        reason: "future",
                        detail,
                        remedy,
                    },
                );
                continue;
            }
            self.row(line, stamp, &record);
        }
        self.report.finish(&self.spans, &self.keys, self.format);
        progress(self.progress(text.len() as u64, text.len()));
        Ok(())
    }

    fn progress(&self, bytes: u64, of: usize) -> Progress {
        let quarantined = self.report.quarantined.len() as u64;
        Progress {
            bytes,
            of: of as u64,
            lines: self.report.lines,
            quarantined,
        }
    }

    fn row(&mut self, line: u64, stamp: i64, record: &csv::StringRecord) {
        let cells: Vec<&str> = self.site.iter().map(|i| record.get(*i).unwrap_or_default()).collect();
        let site = match self.places.site(&cells) {
            Ok(site) => site,
            Err(r) => {
                let column = self.format.site.columns.join("+");
                return self.refuse(line, &column, record, r);
            }
        };
        let first = match self.sites.get(&site) {
            Some(first) => *first,
            None => {
                let first = self.keys.len() as u32;
                let key =
                    |v: &ValueColumn| SeriesKey::new(&site, &v.factor, self.format.period_of(v), &self.format.origin);
                self.keys.extend(self.format.values.iter().map(key));
                self.sites.insert(site.clone(), first);
                first
            }
        };
        let before = self.seen.insert((first, stamp), line);
        if before.is_some() && self.format.twice == Twice::Last {
            self.forget(ledger::line_key(&site, stamp), first, stamp);
        } else if let Some(before) = before {
            self.seen.insert((first, stamp), before);
            let detail = Text::new(
                format!("与第 {before} 行的地点和时间相同"),
                format!("the place and time of line {before} again"),
            );
            let remedy = "keep one of the two lines, or load the later one as a file of its own: it then counts".into();
            return self.refuse(
                line,
                "",
                record,
                Refusal {
                    reason: "duplicate",
                    detail,
                    remedy,
                },
            );
        }
        let span = self.spans.entry(first).or_insert((stamp, stamp, 0));
        *span = (span.0.min(stamp), span.1.max(stamp), span.2 + 1);
        self.report.rows += 1;
        self.lines.push((ledger::line_key(&site, stamp), line as u32));
        let mark = self.mark_of(record);
        for k in 0..self.columns.len() {
            let (column, instead) = self.columns[k];
            let at = |i: usize| record.get(i).unwrap_or_default().trim();
            let cell = match instead {
                Some(instead) if at(column).is_empty() => at(instead),
                _ => at(column),
            };
            if self.format.not_monitored.iter().any(|m| m == cell) {
                let mark = self.number_of(cell.to_string());
                let (key, t) = (first + k as u32, stamp - self.shift(k));
                self.values.push(Taken {
                    key,
                    t,
                    v: None,
                    e: 0,
                    mark,
                });
                continue;
            }
            if cell.is_empty() || self.format.missing.iter().any(|m| m == cell) {
                self.report.missing += 1;
                continue;
            }
            let v = &self.format.values[k];
            match self.readers[k].read(cell) {
                Ok(None) => self.report.missing += 1,
                Ok(Some((value, e))) => {
                    let t = stamp - self.shift(k);
                    self.report.accepted += 1;
                    self.values.push(Taken {
                        key: first + k as u32,
                        t,
                        v: Some(value),
                        e,
                        mark,
                    });
                }
                Err(r) => {
                    let column = v.column.clone();
                    self.refuse(line, &column, record, r);
                }
            }
        }
    }

    /// From a stamp back to the start of the period of a column.
    fn shift(&self, k: usize) -> i64 {
        match self.format.time.label {
            Label::End => format::period_s(self.format.period_of(&self.format.values[k])).unwrap_or(0),
            Label::Start => 0,
        }
    }

    fn mark_of(&mut self, record: &csv::StringRecord) -> usize {
        let (Some(at), Some(m)) = (self.mark, &self.format.mark) else {
            return 0;
        };
        let cell = record.get(at).unwrap_or_default().trim();
        if m.valid.iter().any(|v| v == cell) {
            return 0;
        }
        self.number_of(cell.to_string())
    }

    fn number_of(&mut self, mark: String) -> usize {
        self.marks.iter().position(|m| *m == mark).unwrap_or_else(|| {
            self.marks.push(mark);
            self.marks.len() - 1
        })
    }

    /// Takes back what an earlier line said of a place and time.
    fn forget(&mut self, line: u64, first: u32, stamp: i64) {
        let series = first..first + self.columns.len() as u32;
        let shifts: Vec<i64> = (0..self.columns.len()).map(|k| self.shift(k)).collect();
        let accepted = &mut self.report.accepted;
        self.values.retain(|v| {
            let again = series.contains(&v.key) && v.t == stamp - shifts[(v.key - first) as usize];
            *accepted -= u64::from(again && v.v.is_some());
            !again
        });
        self.lines.retain(|(key, _)| *key != line);
        self.report.rows -= 1;
        if let Some(span) = self.spans.get_mut(&first) {
            span.2 -= 1;
        }
    }

    fn refuse(&mut self, line: u64, column: &str, record: &csv::StringRecord, r: Refusal) {
        self.report.quarantined.push(quarantined(line, column, record, r));
    }
}
