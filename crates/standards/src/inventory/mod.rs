//! Inventory of air pollution sources: activity × factor × control, source by source.

mod combustion;
mod control;
mod dust;
mod vehicle;

use crate::row::at;
use crate::{Context, EvalError, Function};
use figure::{Clause, Rounding};

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    combustion::FUNCTIONS,
    control::FUNCTIONS,
    vehicle::FUNCTIONS,
    dust::FUNCTIONS,
];

/// How an item is rounded, and by which clause.
fn decimals(c: &Context<'_>, item: &str) -> Result<(Rounding, Clause), EvalError> {
    let row = at(c, "inventory.decimals")?.row(&[("item", item)])?;
    Ok((row.rounding()?, row.clause()))
}
