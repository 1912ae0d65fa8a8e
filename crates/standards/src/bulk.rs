//! The bulk form of a function: the law of a day compiled once, then only figures, without their explanation.
//!
//! A function has one where millions of rows are asked for in SQL. It runs the same rules as the explained form;
//! `tests/bulk.rs` holds the two against one another. Where a figure is put together from parts, one for each number
//! (an index, a class), [`Parts`] says so, and [`crate::Memo`] computes each part once.

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

impl<'a> From<&'a Cell> for Brief<'a> {
    fn from(c: &'a Cell) -> Self {
        match c {
            Cell::Missing => Self::Missing,
            Cell::Text(t) => Self::Text(t),
            Cell::Number(d) => Self::Number(*d),
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

    /// The same figure as parts, where it is put together from them.
    fn parts(&self) -> Option<&dyn Parts> {
        None
    }
}

/// What one number adds to a figure. Joined, the worse of two and the marks of both remain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// The larger one remains.
    pub worst: u16,
    /// One bit each, at most 15.
    pub marks: u16,
}

impl Part {
    /// Both together.
    #[must_use]
    #[inline]
    pub fn and(self, other: Self) -> Self {
        Self {
            worst: self.worst.max(other.worst),
            marks: self.marks | other.marks,
        }
    }
}

/// A figure put together from parts. A part depends on the value of one number alone, not on its digits.
pub trait Parts: Send + Sync {
    /// What the number of an argument adds.
    ///
    /// # Errors
    /// As the explained form.
    fn part(&self, place: usize, number: Decimal) -> Result<Part, EvalError>;

    /// The figure of the joined parts.
    ///
    /// # Errors
    /// As the explained form.
    fn whole(&self, parts: Part) -> Result<Brief<'_>, EvalError>;
}

impl<T: Parts> Bulk for T {
    fn value(&self, numbers: &[Option<Decimal>]) -> Result<Brief<'_>, EvalError> {
        let mut all = Part::default();
        for (place, number) in numbers.iter().enumerate() {
            if let Some(number) = number {
                all = all.and(self.part(place, *number)?);
            }
        }
        self.whole(all)
    }

    fn parts(&self) -> Option<&dyn Parts> {
        Some(self)
    }
}

/// Compiles for a context; the arguments hold the texts, not the numbers.
pub type Compile = fn(&Context<'_>, &Args) -> Result<Box<dyn Bulk>, EvalError>;

/// The bulk form of a function, where it has one.
pub fn bulk(name: &str) -> Option<Compile> {
    [
        crate::air::BULK,
        crate::water::BULK,
        crate::emission::BULK,
        crate::validity::BULK,
    ]
    .into_iter()
    .flatten()
    .find(|(n, _)| *n == name)
    .map(|(_, compile)| *compile)
}
