//! Small helpers for turning provisions into integers.

use super::{Period, Pollutant};
use crate::EvalError;
use chrono::NaiveDate;
use figure::{Decimal, Interval, Mode, Rounding};
use law::{Law, Provision};

/// The law of one day and division.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub law: &'a Law,
    pub date: NaiveDate,
    pub division: &'a str,
}

impl<'a> Of<'a> {
    pub fn at(&self, key: &str) -> Result<&'a Provision, EvalError> {
        Ok(self.law.at(key, self.date, self.division)?)
    }
}

/// A whole number from a cell.
pub(crate) fn whole<T: TryFrom<i128>>(p: &Provision, row: usize, column: &str) -> Result<T, EvalError> {
    let d = p.table.decimal(row, column).map_err(EvalError::table(p))?;
    d.at_scale(0)
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{d}` is not a fitting whole number")))
}

/// A number from a cell.
pub(crate) fn decimal(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// A row that must be there.
pub(crate) fn row(p: &Provision, wanted: &[(&str, &str)]) -> Result<usize, EvalError> {
    p.table.row(wanted).map_err(EvalError::table(p))
}

/// The rounding in the columns `decimals` and `mode`.
pub(crate) fn rounding(p: &Provision, row: usize) -> Result<Rounding, EvalError> {
    let name = p.table.text(row, "mode");
    let mode = Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))?;
    Ok(Rounding {
        mode,
        interval: Interval::Decimals(whole(p, row, "decimals")?),
    })
}

/// A pollutant named in a cell.
pub(crate) fn pollutant(p: &Provision, name: &str) -> Result<Pollutant, EvalError> {
    Pollutant::by_name(name).ok_or_else(|| EvalError::law(p, format!("`{name}` is not a pollutant of the index")))
}

/// A period named in a cell.
pub(crate) fn period(p: &Provision, name: &str) -> Result<Period, EvalError> {
    Period::by_name(name).ok_or_else(|| EvalError::law(p, format!("`{name}` is not a period of the index")))
}

/// Ozone of 8 hours is a row of its own; `o3` with period `8h` means the same.
pub(crate) fn reported(factor: Pollutant, period: Period) -> Pollutant {
    if factor == Pollutant::O3 && period == Period::H8 {
        Pollutant::O3_8h
    } else {
        factor
    }
}
