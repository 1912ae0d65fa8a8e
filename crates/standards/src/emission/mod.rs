//! Emission of stationary sources: which limit holds, how a measured value becomes one that may be held
//! against it, whether it exceeds, and what was emitted (GB 13223 … GB 8978, HJ 75, HJ 212 annex D).
//!
//! [`Rules`] is the limit of one outlet and factor, compiled once into integers; the registered function
//! and every bulk judgement go through it.

mod bulk;
mod convert;
mod exceed;
mod exempt;
mod flow;
mod keys;
pub(crate) mod limit;
mod method;
mod query;
mod rate;
mod right;
mod rules;
pub(crate) mod select;
mod share;
pub(crate) mod total;

pub(crate) use bulk::BULK;
pub use query::Query;
pub use rules::{Rules, Verdict};

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    limit::FUNCTIONS,
    exceed::FUNCTIONS,
    convert::FUNCTIONS,
    flow::FUNCTIONS,
    total::FUNCTIONS,
    rate::FUNCTIONS,
    method::FUNCTIONS,
    exempt::FUNCTIONS,
    share::FUNCTIONS,
    right::FUNCTIONS,
];
