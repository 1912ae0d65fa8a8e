//! Black-odorous water in cities and villages, rates of rural and outfall work, manure.

mod black_odorous;
mod manure;
mod rate;
mod village;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    black_odorous::FUNCTIONS,
    village::FUNCTIONS,
    rate::FUNCTIONS,
    manure::FUNCTIONS,
];
