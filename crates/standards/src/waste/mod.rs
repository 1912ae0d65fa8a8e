//! Solid waste: codes of hazardous waste, exemptions, units, storage, balances, tailings.

mod balance;
mod code;
mod storage;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[code::FUNCTIONS, storage::FUNCTIONS, balance::FUNCTIONS];
