//! `law`: standards, notices and practices as dated data.
//!
//! Invariant kept here: **a number is only reachable through a provision, and a provision always has
//! a clause, a source, a certainty, a unit and the dates between which it holds**. What is not in
//! force on the day asked for is an error that says so ([`NotInForce`]); nothing is guessed or carried
//! over from a neighbouring version.
//!
//! Start with [`Law::load`] and [`Law::at`]; the file format is described in the README.

mod check;
mod diff;
mod file;
mod provision;
mod resolve;
mod table;

pub use check::Problem;
pub use diff::{CellChange, Change};
pub use provision::{Kind, Missing, Provision, Standard};
pub use resolve::{Law, LawError, NotInForce};
pub use table::{Table, TableError};
