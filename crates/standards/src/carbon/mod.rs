//! Carbon: fuels, electricity, processes, waste, and the intensity of a region.

mod disposal;
mod electricity;
mod fuel;
mod intensity;
mod process;

use crate::row::{Row, at};
use crate::{Context, EvalError, Function};
use figure::{Clause, Ratio, Rounding};

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
