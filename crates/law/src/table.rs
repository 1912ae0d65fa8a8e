//! The values of a provision: a small table of texts, read as exact numbers on demand.

use figure::{Decimal, NumberError};
use serde::Serialize;

/// Columns and rows as they stand in the file. A provision with plain `values` is a table of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows; each as long as `columns`. An empty cell is "not stated".
    pub rows: Vec<Vec<String>>,
    /// The columns that together name a row (`pollutant`, `period`); empty for a table of one row.
    pub by: Vec<String>,
}

/// A value that is asked for but not there, or not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// No such column.
    #[error("the table has no column `{0}`")]
    NoColumn(String),
    /// No row with these values.
    #[error("the table has no row with {0}")]
    NoRow(String),
    /// The cell is empty.
    #[error("row {row}, column `{column}` is empty")]
    Empty {
        /// Row, counted from 1.
        row: usize,
        /// Column name.
        column: String,
    },
    /// The cell does not hold a number.
    #[error("row {row}, column `{column}`: {reason}")]
    Number {
        /// Row, counted from 1.
        row: usize,
        /// Column name.
        column: String,
        /// Why not.
        reason: NumberError,
    },
}

impl Table {
    /// Where a column stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// The text of a cell; empty if the cell is, or if there is no such row or column.
    pub fn text(&self, row: usize, column: &str) -> &str {
        let cell = self.column(column).and_then(|c| self.rows.get(row)?.get(c));
        cell.map_or("", String::as_str)
    }

    /// The number in a cell.
    ///
    /// # Errors
    /// No such column or row, an empty cell, or not a number.
    pub fn decimal(&self, row: usize, column: &str) -> Result<Decimal, TableError> {
        self.optional(row, column)?.ok_or_else(|| TableError::Empty {
            row: row + 1,
            column: column.to_string(),
        })
    }

    /// The number in a cell, or nothing if the cell is empty.
    ///
    /// # Errors
    /// No such column, or not a number.
    pub fn optional(&self, row: usize, column: &str) -> Result<Option<Decimal>, TableError> {
        if self.column(column).is_none() {
            return Err(TableError::NoColumn(column.to_string()));
        }
        match self.text(row, column).trim() {
            "" => Ok(None),
            text => match Decimal::parse(text) {
                Ok(d) => Ok(Some(d)),
                Err(reason) => Err(TableError::Number {
                    row: row + 1,
                    column: column.to_string(),
                    reason,
                }),
            },
        }
    }

    /// The first row in which every named column has the given text.
    pub fn find(&self, wanted: &[(&str, &str)]) -> Option<usize> {
        (0..self.rows.len()).find(|&r| {
            wanted
                .iter()
                .all(|(c, v)| self.column(c).is_some() && self.text(r, c) == *v)
        })
    }

    /// As [`Table::find`], for a row that must be there.
    ///
    /// # Errors
    /// [`TableError::NoRow`] with what was looked for.
    pub fn row(&self, wanted: &[(&str, &str)]) -> Result<usize, TableError> {
        self.find(wanted).ok_or_else(|| {
            let pairs: Vec<String> = wanted.iter().map(|(c, v)| format!("{c} = {v}")).collect();
            TableError::NoRow(pairs.join(", "))
        })
    }

    /// What names a row: the texts of the `by` columns.
    pub(crate) fn name_of(&self, row: usize) -> Vec<&str> {
        self.by.iter().map(|c| self.text(row, c)).collect()
    }
}
