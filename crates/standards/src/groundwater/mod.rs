//! Groundwater: classes (GB/T 14848), vulnerability, protection radius of wells.

mod class;
mod drastic;
mod retired;
mod source;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    class::FUNCTIONS,
    retired::FUNCTIONS,
    drastic::FUNCTIONS,
    source::FUNCTIONS,
];
