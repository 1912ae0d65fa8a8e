//! Narrowing the rows of a table of limits, word by word. A cell holds its words parted by blanks.

use crate::EvalError;
use crate::word;
use figure::Rounding;
use law::Provision;

/// Whether a cell means this word: the cell itself, or one of the words in it.
pub(crate) fn means(cell: &str, word: &str) -> bool {
    cell == word || cell.split_whitespace().any(|w| w == word)
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
        Some(typed) => {
            let named: Vec<usize> = rows.iter().copied().filter(|r| means(cell(r), typed)).collect();
            if !named.is_empty() {
                return Ok(named);
            }
            let elsewhere = all(p).iter().any(|r| means(cell(r), typed));
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
            Err(word::unknown(p, &all_rows, column, typed, &[column]))
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
