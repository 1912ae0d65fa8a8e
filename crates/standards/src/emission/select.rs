//! Finding a row of law by words people use, and reading its cells.

use crate::EvalError;
use figure::{Decimal, Interval, Mode, Rounding};
use law::Provision;

/// Whether a cell means this word: the cell itself, or one of the words in it.
pub(crate) fn means(cell: &str, word: &str) -> bool {
    cell == word || cell.split_whitespace().any(|w| w == word)
}

/// A number from a cell.
pub(crate) fn decimal(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// A number from a cell that may be empty.
pub(crate) fn optional(p: &Provision, row: usize, column: &str) -> Result<Option<Decimal>, EvalError> {
    p.table.optional(row, column).map_err(EvalError::table(p))
}

/// A whole number from a cell.
pub(crate) fn whole<T: TryFrom<i128>>(p: &Provision, row: usize, column: &str) -> Result<T, EvalError> {
    let d = decimal(p, row, column)?;
    d.at_scale(0)
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{d}` is not a fitting whole number")))
}

/// The rounding in the columns `decimals` and `mode`.
pub(crate) fn rounding(p: &Provision, row: usize) -> Result<Rounding, EvalError> {
    rounding_of(p, row, "decimals")
}

/// The rounding in the given column of decimals and in `mode`.
pub(crate) fn rounding_of(p: &Provision, row: usize, column: &str) -> Result<Rounding, EvalError> {
    let name = p.table.text(row, "mode");
    let mode = Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))?;
    Ok(Rounding {
        mode,
        interval: Interval::Decimals(whole(p, row, column)?),
    })
}

/// All rows.
pub(crate) fn all(p: &Provision) -> Vec<usize> {
    (0..p.table.rows.len()).collect()
}

/// The different texts of a column in some rows, in the order of the table; what may be typed.
pub(crate) fn options(p: &Provision, rows: &[usize], column: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for text in rows.iter().map(|r| p.table.text(*r, column)) {
        if !text.is_empty() && !out.iter().any(|o| o == text) {
            out.push(text.to_string());
        }
    }
    out
}

/// The row that a word names in a column, among all rows; the error lists what is accepted.
pub(crate) fn row(p: &Provision, columns: &[&str], argument: &str, word: &str) -> Result<usize, EvalError> {
    all(p)
        .into_iter()
        .find(|r| columns.iter().any(|c| means(p.table.text(*r, c), word)))
        .ok_or_else(|| unknown(p, &all(p), columns[0], argument, word))
}

/// A word that no row has.
pub(crate) fn unknown(p: &Provision, rows: &[usize], column: &str, argument: &str, word: &str) -> EvalError {
    let known = options(p, rows, column).join("; ");
    let reason = format!(
        "`{word}` is not in {} {}; accepted are: {known}",
        p.standard.number, p.clause
    );
    EvalError::argument(argument, reason)
}

/// Keeps the rows that a word names in a column. Without the word the general rows (empty cell) stay; with a
/// word that other items of the table know, too.
///
/// # Errors
/// A word the table does not know, or several rows between which only the word can decide; both list what
/// is accepted.
pub(crate) fn narrow(
    p: &Provision,
    rows: Vec<usize>,
    column: &str,
    given: Option<&str>,
) -> Result<Vec<usize>, EvalError> {
    let cell = |r: &usize| p.table.text(*r, column);
    let general: Vec<usize> = rows.iter().copied().filter(|r| cell(r).is_empty()).collect();
    match given {
        Some(word) => {
            let named: Vec<usize> = rows.iter().copied().filter(|r| means(cell(r), word)).collect();
            if !named.is_empty() {
                return Ok(named);
            }
            let elsewhere = all(p).iter().any(|r| means(cell(r), word));
            if !general.is_empty() && elsewhere {
                return Ok(general);
            }
            if p.table.column(column).is_none() || options(p, &all(p), column).is_empty() {
                let reason = format!("{} makes no such difference: leave it out", p.standard.number);
                return Err(EvalError::argument(column, reason));
            }
            let all_rows = if options(p, &rows, column).is_empty() {
                all(p)
            } else {
                rows
            };
            Err(unknown(p, &all_rows, column, column, word))
        }
        None if !general.is_empty() => Ok(general),
        None => {
            let known = options(p, &rows, column);
            if known.len() > 1 {
                let reason = format!("must be given; {} has: {}", p.standard.number, known.join("; "));
                return Err(EvalError::argument(column, reason));
            }
            Ok(rows)
        }
    }
}

/// The digits a figure is shown with where no clause lays any down; it is judged unrounded.
pub(crate) const SHOWN: Rounding = Rounding::gbt8170(6);
