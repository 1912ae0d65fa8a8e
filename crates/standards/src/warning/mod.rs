//! Heavy-pollution weather: alert levels from a forecast, emergency cuts, performance grades.

mod cuts;
mod level;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[level::FUNCTIONS, cuts::FUNCTIONS];
