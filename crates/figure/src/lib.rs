//! `figure`: a number that can be published, with its rounding, unit and reasons.
//!
//! Invariant kept here: **a number is exact from the text it was read from to the text it is shown
//! as**. Values are decimals or fractions of integers (`i128`), never binary floats; a number is
//! rounded once, by a named rule; arithmetic that does not fit is a [`NumberError`], never a wrapped
//! or shortened value.
//!
//! Start with [`Decimal`] (what was measured), [`Ratio`] (what was computed), [`gbt8170`] (how it is
//! published) and [`Explanation`] (why anyone should believe it).

mod decimal;
mod error;
mod explain;
mod parse;
mod ratio;
mod reported;
mod rounding;
mod unit;
mod wide;

pub use decimal::{Decimal, MAX_SCALE};
pub use error::NumberError;
pub use explain::{Certainty, Clause, Explanation, Lang, Text};
pub use ratio::{Ratio, mean};
pub use reported::{Nudge, Reported};
pub use rounding::{Interval, Mode, Rounding, div_round, gbt8170};
pub use unit::{Unit, UnitError};

/// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
