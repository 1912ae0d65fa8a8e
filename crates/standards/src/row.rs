//! A provision, or one row of it, passed around as one thing: what several functions of a room read from.

use crate::node::taken;
use crate::{Context, EvalError, band, cell, word};
use figure::{Clause, Decimal, Explanation, Ratio, Rounding};
use law::Provision;

/// The provision in force for the call.
pub(crate) fn at<'a>(c: &Context<'a>, key: &str) -> Result<Entry<'a>, EvalError> {
    cell::at(c, key).map(Entry)
}

/// A provision.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a>(pub &'a Provision);

/// One row of a provision.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub p: &'a Provision,
    pub row: usize,
}

impl<'a> Entry<'a> {
    fn nth(self, row: usize) -> Row<'a> {
        Row { p: self.0, row }
    }

    /// The only row of a provision with plain values.
    pub fn only(self) -> Row<'a> {
        self.nth(0)
    }

    pub fn rows(self) -> impl Iterator<Item = Row<'a>> {
        (0..self.0.table.rows.len()).map(move |row| self.nth(row))
    }

    /// The row with these texts.
    pub fn row(self, wanted: &[(&str, &str)]) -> Result<Row<'a>, EvalError> {
        Ok(self.nth(cell::row(self.0, wanted)?))
    }

    /// The row a typed word names, by any of the columns.
    pub fn word(self, argument: &str, typed: &str, columns: &[&str]) -> Result<Row<'a>, EvalError> {
        Ok(self.nth(word::named(self.0, argument, typed, columns)?))
    }

    /// The row whose band holds the value.
    pub fn band(self, x: Ratio) -> Result<Row<'a>, EvalError> {
        Ok(self.nth(band::must_band(self.0, x, &[])?))
    }
}

/// The row a typed word names among some rows of one provision.
pub(crate) fn pick<'a>(rows: &[Row<'a>], argument: &str, typed: &str, columns: &[&str]) -> Result<Row<'a>, EvalError> {
    let Some(first) = rows.first() else {
        return Err(EvalError::argument(
            argument,
            format!("`{typed}`: no row is left to choose from"),
        ));
    };
    let numbers: Vec<usize> = rows.iter().map(|r| r.row).collect();
    let row = word::among(first.p, &numbers, argument, typed, columns)?;
    Ok(Row { p: first.p, row })
}

impl<'a> Row<'a> {
    pub fn text(&self, column: &str) -> &'a str {
        self.p.table.text(self.row, column)
    }

    pub fn number(&self, column: &str) -> Result<Decimal, EvalError> {
        cell::decimal(self.p, self.row, column)
    }

    pub fn optional(&self, column: &str) -> Result<Option<Decimal>, EvalError> {
        cell::optional(self.p, self.row, column)
    }

    pub fn ratio(&self, column: &str) -> Result<Ratio, EvalError> {
        Ok(self.number(column)?.into())
    }

    pub fn whole<T: TryFrom<i128>>(&self, column: &str) -> Result<T, EvalError> {
        cell::whole(self.p, self.row, column)
    }

    pub fn clause(&self) -> Clause {
        self.p.clause_ref_row(self.row)
    }

    /// Whether the value lies in the band of the row.
    pub fn holds(&self, value: impl Into<Ratio>) -> Result<bool, EvalError> {
        band::holds(self.p, self.row, value.into())
    }

    /// The rounding in the columns `decimals` and `mode`.
    pub fn rounding(&self) -> Result<Rounding, EvalError> {
        cell::rounding(self.p, self.row)
    }

    /// The rounding to the decimals in a column, by the mode in `mode`.
    pub fn rounding_in(&self, column: &str) -> Result<Rounding, EvalError> {
        cell::rounding_in(self.p, self.row, column)
    }

    /// The number of a cell as an input of an explanation.
    pub fn node(&self, column: &str, zh: &str, en: &str) -> Result<Explanation, EvalError> {
        self.number(column)?; // a cell without a number is an error of the law, not an empty input
        Ok(taken((zh, en), self.p, self.row, column))
    }
}
