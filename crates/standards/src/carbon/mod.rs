//! Carbon: fuels, electricity, processes, waste, and the intensity of a region.

mod disposal;
mod electricity;
mod fuel;
mod intensity;
mod process;

use crate::entry::{Row, at};
use crate::{Context, EvalError, Function};
use figure::{Clause, Ratio, Rounding, Unit};

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    fuel::FUNCTIONS,
    electricity::FUNCTIONS,
    process::FUNCTIONS,
    disposal::FUNCTIONS,
    intensity::FUNCTIONS,
];

/// How an item is rounded, and by which clause.
fn decimals(c: &Context<'_>, item: &str) -> Result<(Rounding, Clause), EvalError> {
    let row = at(c, "carbon.decimals")?.row(&[("item", item)])?;
    Ok((row.rounding()?, row.clause()))
}

/// From an element to its gas: the gas and the ratio of masses.
fn molar<'a>(c: &Context<'a>, from: &str) -> Result<(&'a str, Ratio, Row<'a>), EvalError> {
    let row = at(c, "carbon.molar")?.row(&[("from", from)])?;
    Ok((row.text("to"), row.ratio("num")?.div(row.ratio("den")?)?, row))
}

/// A value in another unit that measures the same.
fn convert(row: &Row<'_>, value: Ratio, from: &str, to: &str) -> Result<Ratio, EvalError> {
    if (from, to) == ("%", "1") {
        return Ok(value.div(Ratio::from(100))?); // a share has no dimension to convert by
    }
    let unit = |t: &str| Unit::parse(t).map_err(|e| EvalError::law(row.p, e));
    unit(from)?
        .convert(value, &unit(to)?)
        .map_err(|e| EvalError::law(row.p, e))
}
