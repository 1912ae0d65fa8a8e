//! `standards`: evaluation by the standards in `law`, as pure functions.
//!
//! Invariant kept here: **there is one way to each number**. A function is registered once
//! ([`functions`]) and from there reaches the command line, SQL, the API and the calculator page; the
//! explained form and the bulk form ([`air::Rules`]) run the same arithmetic on the same compiled law.
//! No limit, breakpoint, weight or count of hours stands in this code: all of them come from a
//! provision in force on the day, or the answer is an error that says none is.

pub mod air;
mod args;
mod band;
mod basis;
mod batch;
mod bulk;
mod carbon;
mod cell;
mod chemicals;
mod code;
mod compensation;
mod deadline;
mod ecology;
pub mod emission;
mod error;
mod function;
mod groundwater;
mod inventory;
mod lake;
mod list;
mod memo;
mod node;
mod noise;
mod outfall;
mod quality;
mod radiation;
mod rank;
mod reading;
mod real;
mod reason;
mod risk;
mod round;
mod row;
mod soil;
mod unit;
pub mod validity;
mod warning;
mod waste;
pub mod water;
mod word;

pub use batch::{BatchError, BatchReport, parse_cli_args, run_batch};
pub use bulk::{Brief, Bulk, Compile, Part, Parts, bulk};
pub use error::EvalError;
pub use function::{Arg, ArgKind, Args, Cell, Column, Context, Function, Outcome, find, functions};
pub use memo::{Column as MemoColumn, Memo};
