//! What the rest of a year may bring.
//!
//! Two kinds of answer, kept apart because they differ in nature:
//! - **Exact**: the mean that the remaining days may have ([`rest_mean`]), or the days that may still be
//!   lost ([`days_left`]), and the year meets its target all the same. Fractions of integers, the target's own
//!   comparator and rounding; no estimate is in them.
//! - **Estimated**: where the year may end ([`project`]), with an interval, and how often such intervals held
//!   when earlier years are forecast in the same way ([`back_test`]).

mod back;
mod bound;
mod project;
mod rest;

pub use back::{Coverage, back_test};
pub use bound::{Comparator, Edge, Target};
pub use project::{Method, Projection, Scale, YearDays, project};
pub use rest::{Count, Left, Outlook, Part, Rest, days_left, rest_mean};

/// Why a forecast cannot be made. Each says what is lacking, so that the page can say it too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForecastError {
    #[error("a figure does not fit exact arithmetic: {0}")]
    Number(#[from] figure::NumberError),
    #[error("no city or no day to compute from")]
    Empty,
    #[error("{done} days are in; {needed} are needed before a projection means anything")]
    TooEarly { done: usize, needed: usize },
    #[error("no earlier year with enough days (at least {needed}) to learn the season from")]
    NoEarlierYear { needed: usize },
    #[error("a day value of {year} is not usable: {what}")]
    BadValue { year: i32, what: String },
    #[error("{file}: {what}")]
    Method { file: String, what: String },
}
