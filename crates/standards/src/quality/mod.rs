//! Quality of monitoring data: outliers, laboratory control, proficiency, drift, capture, number of sites.

mod chart;
mod laboratory;
mod outlier;
mod station;

use crate::Function;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    outlier::FUNCTIONS,
    laboratory::FUNCTIONS,
    chart::FUNCTIONS,
    station::FUNCTIONS,
];
