//! Legal bases of findings and cases, dated like limits; what a penalty comes to; credit scores.
//!
//! Each kind of violation is a law key (`basis.act.<violation>`): the article in force on the day of the
//! act answers, and where the law changed before the decision the lighter of the two is shown.

mod act;
mod credit;
mod penalty;
mod threshold;

use crate::{Args, Context, EvalError, Function};
use figure::{Decimal, Interval, Mode, Rounding};
use law::Provision;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    act::FUNCTIONS,
    penalty::FUNCTIONS,
    threshold::FUNCTIONS,
    credit::FUNCTIONS,
];

/// A number from a cell.
fn cell(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// The rounding of a provision: its columns `decimals` and `mode`.
fn rounding(p: &Provision) -> Result<Rounding, EvalError> {
    let name = p.table.text(0, "mode");
    let mode = Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))?;
    let decimals = cell(p, 0, "decimals")?;
    let decimals = decimals.at_scale(0).and_then(|n| i32::try_from(n).ok());
    Ok(Rounding {
        mode,
        interval: Interval::Decimals(decimals.ok_or_else(|| EvalError::law(p, "`decimals` is no whole number"))?),
    })
}

/// The row of a word, or an error that lists the words accepted.
fn row(p: &Provision, column: &str, argument: &str, word: &str) -> Result<usize, EvalError> {
    p.table.find(&[(column, word)]).ok_or_else(|| {
        let words: Vec<&str> = (0..p.table.rows.len()).map(|r| p.table.text(r, column)).collect();
        let reason = format!("`{word}`: {} ({}) has {}", p.standard.number, p.clause, words.join(" "));
        EvalError::argument(argument, reason)
    })
}

/// An amount that cannot be below zero.
fn amount(args: &Args, name: &str) -> Result<Option<Decimal>, EvalError> {
    match args.number(name)? {
        Some(d) if d.is_negative() => Err(EvalError::argument(
            name,
            format!("{d} is negative; it must be 0 or more / 不得为负"),
        )),
        other => Ok(other),
    }
}

/// An amount that must be given.
fn required(args: &Args, name: &str) -> Result<Decimal, EvalError> {
    amount(args, name)?.ok_or_else(|| EvalError::Missing(name.to_string()))
}

/// A provision of the day.
fn at<'a>(c: &Context<'a>, key: &str) -> Result<&'a Provision, EvalError> {
    Ok(c.law.at(key, c.date, c.division)?)
}
