//! Compensation between upstream and downstream: by the index P, and by the sections of a city's rule.

mod index;
mod section;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[index::FUNCTIONS, section::FUNCTIONS];
