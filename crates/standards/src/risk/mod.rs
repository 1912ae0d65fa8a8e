//! Environmental risk: grading of enterprises (HJ 941), of projects (HJ 169), of events, and filing numbers.

mod dispersion;
mod grade;
mod incident;
mod level;
mod project;
mod stability;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    grade::FUNCTIONS,
    level::FUNCTIONS,
    project::FUNCTIONS,
    incident::FUNCTIONS,
    dispersion::FUNCTIONS,
    stability::FUNCTIONS,
];
