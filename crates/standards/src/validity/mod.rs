//! Validity of automatic data of stationary sources: hours, days, months, quarters, substitution, marks,
//! comparison, transmission, self-monitoring (HJ 75, HJ 76, HJ 353 to 356, HJ 819, the rules on marks).
//!
//! [`Rules`] is that law of one day, compiled once into integers, for bulk evaluation of hours.

mod bulk;
mod check;
mod frequency;
pub(crate) mod mark;
mod mean;
mod minutes;
mod quarter;
mod rules;
mod transmission;

pub(crate) use bulk::BULK;
pub use minutes::Minutes;
pub use rules::{Gas, Rules, Water};

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    minutes::FUNCTIONS,
    mean::FUNCTIONS,
    quarter::FUNCTIONS,
    transmission::FUNCTIONS,
    check::FUNCTIONS,
    mark::FUNCTIONS,
    frequency::FUNCTIONS,
];
