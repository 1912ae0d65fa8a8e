//! Deadlines: the day a legal term ends, by the rule of its law and the holiday calendar of each year.
//!
//! Terms, how they are counted and the calendars are law (`deadline.rule.<topic>`,
//! `deadline.counting`, `deadline.calendar`). A year without a calendar is never guessed from weekdays.

mod calendar;
mod day;
mod lamp;
mod report;
mod rule;

use crate::Function;

pub(crate) use calendar::date;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    day::FUNCTIONS,
    rule::FUNCTIONS,
    calendar::FUNCTIONS,
    lamp::FUNCTIONS,
    report::FUNCTIONS,
];
