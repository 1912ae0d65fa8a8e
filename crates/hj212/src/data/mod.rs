//! The data area: items, numbers, attributes (HJ 212-2017 section 6.3.3).

mod attr;
#[cfg(feature = "alloc")]
pub(crate) mod judge;
mod number;
mod pairs;
mod scan;
#[cfg(feature = "alloc")]
pub(crate) mod slot;

pub use attr::Attr;
pub use number::Number;
pub(crate) use pairs::has_embedded_terminator;
pub use pairs::{Pair, Pairs};
pub(crate) use scan::Marks;
