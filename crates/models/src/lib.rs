//! `models`: pure computation over observations; no files, no clock, no hidden randomness.
//!
//! Invariant kept here: **the same input gives the same output on every machine.** Seeds and dates
//! are passed in, the random numbers and the two transcendental functions are our own, and a float
//! becomes a figure only at the edge, through the rounding of [`figure`].
//!
//! - [`simulate`]: simulated years of hourly values for real stations, in the likeness of real series.
//! - [`forecast`]: what the rest of a year may bring and still meet a target, and where it may end.

pub mod forecast;
mod math;
mod random;
pub mod simulate;
