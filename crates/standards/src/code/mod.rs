//! Codes: what each part of one means, and which character is wrong (GB 32100, HJ 608, HJ 212, …).
//!
//! A code is law like a limit: its parts, alphabets, weights and code lists stand in tables
//! (`code.<name>.parts`, `code.<name>.check`), and one reader ([`scheme`]) serves them all.

mod check;
mod functions;
mod lists;
mod scheme;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[functions::FUNCTIONS, lists::FUNCTIONS];
