//! Ecology: ecological quality (EQI, EI), biodiversity, ecosystem services, simple remote-sensing indices.

mod biodiversity;
mod quality;
mod sensing;
mod service;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    quality::FUNCTIONS,
    biodiversity::FUNCTIONS,
    service::FUNCTIONS,
    sensing::FUNCTIONS,
];
