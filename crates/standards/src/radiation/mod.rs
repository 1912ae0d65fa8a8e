//! Radiation: sealed sources, devices, work places, doses, gamma dose rates, electromagnetic fields,
//! natural radioactivity, transport, accidents, safety rating.

mod code;
mod dose;
mod em;
mod em_exposure;
mod gamma;
mod other;
mod source;
mod transport;
mod workplace;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    source::FUNCTIONS,
    code::FUNCTIONS,
    workplace::FUNCTIONS,
    dose::FUNCTIONS,
    gamma::FUNCTIONS,
    em::FUNCTIONS,
    em_exposure::FUNCTIONS,
    transport::FUNCTIONS,
    other::FUNCTIONS,
];
