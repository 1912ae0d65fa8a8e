//! Reading the CSV texts that the climate is learnt from; every refusal names file, line and column.

use super::LearnError;
use chrono::{NaiveDate, NaiveDateTime};

/// A CSV text with its columns found by name.
pub(super) struct Table<'a> {
    name: &'static str,
    columns: Vec<usize>,
    reader: csv::Reader<&'a [u8]>,
    record: csv::StringRecord,
}

impl<'a> Table<'a> {
    /// Opens `text`; `columns` are addressed by their place in this list afterwards.
    pub(super) fn open(name: &'static str, text: &'a str, columns: &[&'static str]) -> Result<Self, LearnError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| LearnError::Csv {
            name,
            what: e.to_string(),
        })?;
        let places = columns
            .iter()
            .map(|c| {
                header
                    .iter()
                    .position(|h| h == *c)
                    .ok_or(LearnError::Column { name, column: c })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name,
            columns: places,
            reader,
            record: csv::StringRecord::new(),
        })
    }

    /// The next row, or `false` at the end.
    pub(super) fn next(&mut self) -> Result<bool, LearnError> {
        self.reader.read_record(&mut self.record).map_err(|e| LearnError::Csv {
            name: self.name,
            what: e.to_string(),
        })
    }

    pub(super) fn text(&self, column: usize) -> &str {
        self.record.get(self.columns[column]).unwrap_or("")
    }

    fn bad(&self, column: usize) -> LearnError {
        LearnError::Cell {
            name: self.name,
            line: self.record.position().map_or(0, csv::Position::line),
            text: self.text(column).to_owned(),
        }
    }

    /// A number; an empty cell is `None`, so is a value that is not above zero (a defect of the files:
    /// a logarithm is taken of it).
    pub(super) fn positive(&self, column: usize) -> Result<Option<f64>, LearnError> {
        let text = self.text(column).trim();
        if text.is_empty() {
            return Ok(None);
        }
        let x: f64 = text.parse().map_err(|_| self.bad(column))?;
        Ok((x.is_finite() && x > 0.0).then_some(x))
    }

    pub(super) fn number(&self, column: usize) -> Result<f64, LearnError> {
        self.text(column).parse().map_err(|_| self.bad(column))
    }

    pub(super) fn date(&self, column: usize) -> Result<NaiveDate, LearnError> {
        self.text(column).parse().map_err(|_| self.bad(column))
    }

    pub(super) fn time(&self, column: usize) -> Result<NaiveDateTime, LearnError> {
        NaiveDateTime::parse_from_str(self.text(column), "%Y-%m-%d %H:%M").map_err(|_| self.bad(column))
    }
}
