//! Sound: levels and their means, functional areas, emission at boundaries and indoors, city grades
//! (GB 3096, GB 12348, GB 22337, GB 12523, HJ 640, HJ 906).

mod area;
mod city;
mod day;
mod emission;
mod level;
mod rate;
mod room;
mod valid;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    level::FUNCTIONS,
    day::FUNCTIONS,
    area::FUNCTIONS,
    emission::FUNCTIONS,
    room::FUNCTIONS,
    city::FUNCTIONS,
    rate::FUNCTIONS,
    valid::FUNCTIONS,
];
