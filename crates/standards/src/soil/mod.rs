//! Soil: development land (GB 36600) and farmland (GB 15618), item by item and as a whole.

mod construction;
mod farmland;
mod stage;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[construction::FUNCTIONS, farmland::FUNCTIONS];
