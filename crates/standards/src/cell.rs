//! Cells of a provision: numbers, whole numbers, roundings, and the rows that must be there.

use crate::{Context, EvalError};
use figure::{Decimal, Interval, Mode, Rounding};
use law::Provision;

/// The provision that holds for the call.
pub(crate) fn at<'a>(c: &Context<'a>, key: &str) -> Result<&'a Provision, EvalError> {
    Ok(c.law.at(key, c.date, c.division)?)
}

/// A row that must be there.
pub(crate) fn row(p: &Provision, wanted: &[(&str, &str)]) -> Result<usize, EvalError> {
    p.table.row(wanted).map_err(EvalError::table(p))
}

/// A number that must be there.
pub(crate) fn decimal(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// A number; nothing if the cell is empty or the table has no such column.
pub(crate) fn optional(p: &Provision, row: usize, column: &str) -> Result<Option<Decimal>, EvalError> {
    if p.table.column(column).is_none() {
        return Ok(None);
    }
    p.table.optional(row, column).map_err(EvalError::table(p))
}

/// A whole number that fits its type.
pub(crate) fn whole<T: TryFrom<i128>>(p: &Provision, row: usize, column: &str) -> Result<T, EvalError> {
    let d = decimal(p, row, column)?;
    d.at_scale(0)
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{d}` is not a fitting whole number")))
}

/// The mode of rounding in the column `mode`.
pub(crate) fn mode(p: &Provision, row: usize) -> Result<Mode, EvalError> {
    let name = p.table.text(row, "mode");
    Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))
}

/// The rounding in the columns `decimals` and `mode`.
pub(crate) fn rounding(p: &Provision, row: usize) -> Result<Rounding, EvalError> {
    rounding_in(p, row, "decimals")
}

/// The rounding to the decimals in a column, by the mode in `mode`.
pub(crate) fn rounding_in(p: &Provision, row: usize, column: &str) -> Result<Rounding, EvalError> {
    Ok(Rounding {
        mode: mode(p, row)?,
        interval: Interval::Decimals(whole(p, row, column)?),
    })
}

/// The rounding of an item in a table of decimals.
pub(crate) fn rounding_of(p: &Provision, item: &str) -> Result<Rounding, EvalError> {
    rounding(p, row(p, &[("item", item)])?)
}
