//! Simulated years of hourly air quality for real stations.
//!
//! Why: no hourly data of 2023 and 2024 could be had for the national stations of Anhui. The demo
//! still has to show a whole plan year, so it shows one that is made, marked as simulated, and that
//! agrees with what the province published of those years.
//!
//! How, in the order of the files here:
//! 1. [`Climate::learn`] reads real series: city days (season, spread between cities, episodes), city
//!    and station hours (hour of day, noise from hour to hour, gaps).
//! 2. A year of city days is put together from blocks of one or two real weeks of the same season,
//!    all cities and pollutants at once and weekday on weekday: so neighbouring cities share their
//!    episodes, dust and ozone come when they came, and weeks keep their rhythm (`days`).
//! 3. The days are scaled, segment by segment, to levels kept in the parameter file, where the
//!    calibration put them (example `calibrate`; its targets are published figures).
//! 4. Every station hour is its city's day times the station's own factor, the shape of the day and
//!    an autocorrelated noise, made whole: the day's mean (ozone: the largest 8-hour mean) is kept (`hours`).
//! 5. Hours and single values go missing as often and as long as in the real files.
//!
//! Not simulated: weather, fireworks, instrument faults, later corrections.

mod climate;
mod days;
mod hours;
mod learn;
mod outlets;
mod params;
mod tables;
mod write;

pub use climate::{Climate, Gaps, LearnError, Sources, Step};
pub use hours::{Hour, Year, year};
pub use outlets::{OutletFactor, OutletKind, OutletParams, Spell, outlet_file_name};
pub use params::{Common, Dust, Goal, GoodBy, Levels, ParamError, Segment, Target, YearParams};
pub use write::file_name;

/// The pollutants of a station hour, in the column order of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pollutant {
    Pm25,
    Pm10,
    So2,
    No2,
    Co,
    O3,
}

impl Pollutant {
    pub const ALL: [Self; 6] = [Self::Pm25, Self::Pm10, Self::So2, Self::No2, Self::Co, Self::O3];

    /// The column's name in the hourly files.
    pub const fn column(self) -> &'static str {
        ["pm25", "pm10", "so2", "no2", "co", "o3"][self as usize]
    }

    /// Decimals of an hourly value as instruments' files give it (CO in mg/m3, the others in ug/m3).
    pub const fn decimals(self) -> u32 {
        if matches!(self, Self::Co) { 1 } else { 0 }
    }
}

/// What is simulated at the level of days: as [`Pollutant`], but the coarse part of PM10 in the place
/// of PM10, so that PM2.5 cannot exceed it; CO in mg/m3; O3 as the day's largest 8-hour mean.
pub(crate) const KINDS: usize = 6;
pub(crate) const PM25: usize = 0;
pub(crate) const COARSE: usize = 1;
pub(crate) const NO2: usize = 3;
pub(crate) const CO: usize = 4;
pub(crate) const O3: usize = 5;

/// Days of the year of the calendar used for seasons: 29 February always has its place.
pub(crate) const SEASON_DAYS: usize = 366;

/// 0 for 1 January, 59 for 29 February, 365 for 31 December.
pub(crate) fn season_day(date: chrono::NaiveDate) -> usize {
    use chrono::Datelike;
    let shift = usize::from(!date.leap_year() && date.ordinal0() >= 59);
    date.ordinal0() as usize + shift
}
