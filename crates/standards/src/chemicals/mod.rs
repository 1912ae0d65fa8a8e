//! New pollutants, new chemical substances, heavy metals.

mod metal;
mod substance;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[substance::FUNCTIONS, metal::FUNCTIONS];
