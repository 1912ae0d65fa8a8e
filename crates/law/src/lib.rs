//! `law`: standards, notices and practices as dated data.
//!
//! Invariant kept here: **a number is only reachable through a provision, and a provision always has
//! a clause, a source, a certainty, a unit and the dates between which it holds**. What is not in
//! force on the day asked for is an error that says so ([`NotInForce`]); nothing is guessed or carried
//! over from a neighbouring version.
//!
//! Start with [`Law::load`] and [`Law::at`]; the file format is described in the README.

mod absent;
mod addition;
mod check;
mod diff;
mod domain;
mod doubt;
mod draft;
mod file;
mod library;
mod provision;
mod resolve;
mod search;
mod shelf;
mod side;
mod table;
mod timeline;

pub use addition::Addition;
pub use check::Problem;
pub use diff::{CellChange, Change};
pub use domain::{Domain, domain_of};
pub use doubt::{Doubt, Place};
pub use draft::Drafted;
pub use library::{Added, Library, Listing, Refused};
pub use provision::{Kind, Missing, Provision, Standard};
pub use resolve::{Law, LawError, NotInForce};
pub use search::{Hit, HitKind};
pub use shelf::Shelf;
pub use side::{Picked, Side, SideRow};
pub use table::{Table, TableError};
pub use timeline::Stretch;
