//! The bulk form of a function: the law of a day compiled once, then only figures, without their explanation.
//!
//! A function has one where millions of rows are asked for in SQL. It runs the same rules as the explained form;
//! `tests/bulk.rs` holds the two against one another.

use crate::{Args, Cell, Context, EvalError};
use figure::Decimal;

/// A figure without its explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brief<'a> {
    /// There is no value.
    Missing,
    /// A word.
    Text(&'a str),
    /// A number, with the digits it is published with.
    Number(Decimal),
}

impl Brief<'_> {
    /// The same as a cell.
    pub fn cell(self) -> Cell {
        match self {
            Self::Missing => Cell::Missing,
            Self::Text(t) => t.into(),
            Self::Number(d) => d.into(),
        }
    }
}

/// A function compiled for one day, division and set of words.
pub trait Bulk: Send + Sync {
    /// The figure of one row. `numbers` has a place for every declared argument, in order; those of texts stay
    /// empty, for the words were given when it was compiled.
    ///
    /// # Errors
    /// As the explained form.
    fn value(&self, numbers: &[Option<Decimal>]) -> Result<Brief<'_>, EvalError>;
}

/// Compiles for a context; the arguments hold the texts, not the numbers.
pub type Compile = fn(&Context<'_>, &Args) -> Result<Box<dyn Bulk>, EvalError>;

/// The bulk form of a function, where it has one.
pub fn bulk(name: &str) -> Option<Compile> {
    [crate::air::BULK, crate::water::BULK]
        .into_iter()
        .flatten()
        .find(|(n, _)| *n == name)
        .map(|(_, compile)| *compile)
}
