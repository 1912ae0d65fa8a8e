//! Lakes: trophic state and algal blooms (环办〔2011〕22号, HJ 1098).

mod bloom;
mod trophic;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[trophic::FUNCTIONS, bloom::FUNCTIONS];
