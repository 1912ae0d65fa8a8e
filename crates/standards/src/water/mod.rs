//! Surface water: classes (GB 3838), the method of evaluation, ranking of cities, automatic stations.
//!
//! [`Rules`] is the law of one day and division compiled into integers; the registered functions and every
//! bulk computation go through it.

mod area;
mod bulk;
mod change;
mod class;
mod cwqi;
mod item_functions;
mod judge;
mod mean;
mod published;
mod read;
mod rules;
mod section;
mod shares;
mod source;
mod station;
mod target;

pub(crate) use bulk::BULK;
pub use class::{Body, Class};
pub use published::{Fit, Span};
pub use rules::{Item, ItemRule, Limit, Rules};
pub use station::{Seen, StationClass, Stations};

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    item_functions::FUNCTIONS,
    section::FUNCTIONS,
    area::FUNCTIONS,
    shares::FUNCTIONS,
    mean::FUNCTIONS,
    target::FUNCTIONS,
    change::FUNCTIONS,
    station::FUNCTIONS,
    source::FUNCTIONS,
    cwqi::FUNCTIONS,
];
