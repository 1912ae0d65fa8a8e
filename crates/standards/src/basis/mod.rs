//! Legal bases of findings and cases, dated like limits; what a penalty comes to; credit scores.
//!
//! Each kind of violation is a law key (`basis.act.<violation>`): the article in force on the day of the
//! act answers, and where the law changed before the decision the lighter of the two is shown.

mod act;
mod credit;
mod penalty;
mod threshold;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    act::FUNCTIONS,
    penalty::FUNCTIONS,
    threshold::FUNCTIONS,
    credit::FUNCTIONS,
];
