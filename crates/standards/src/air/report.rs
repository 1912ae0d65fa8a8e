//! What goes into the index of a day or an hour, and what comes out.

use super::{Period, Pollutant, PollutantSet};
use figure::Decimal;

/// The concentrations of a day: means, ozone by its largest hour and its largest 8-hour mean.
/// µg/m³, CO mg/m³; none where there is no valid value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Day {
    pub so2: Option<Decimal>,
    pub no2: Option<Decimal>,
    pub pm10: Option<Decimal>,
    pub pm2_5: Option<Decimal>,
    pub co: Option<Decimal>,
    pub o3: Option<Decimal>,
    pub o3_8h: Option<Decimal>,
}

/// The concentrations at an hour: 1-hour means, the sliding 8-hour mean of ozone, and the sliding
/// 24-hour means of particles (only the letter of 2012 asks for those).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct Hour {
    pub so2: Option<Decimal>,
    pub no2: Option<Decimal>,
    pub pm10: Option<Decimal>,
    pub pm2_5: Option<Decimal>,
    pub co: Option<Decimal>,
    pub o3: Option<Decimal>,
    pub o3_8h: Option<Decimal>,
    pub pm10_24h: Option<Decimal>,
    pub pm2_5_24h: Option<Decimal>,
}

/// Which rule for the hour, while practice and letter differed (before 2026-03-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HourMode {
    /// What the national platform publishes: particles by their 1-hour value.
    #[default]
    Practice,
    /// The letter of HJ 633-2012: particles by their sliding 24-hour mean.
    Letter2012,
}

/// The index of a day or an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aqi {
    /// The index as published; none if there is nothing to compute it from, or if `withheld`.
    pub aqi: Option<u16>,
    /// The index of the items that are there, also when it is withheld.
    pub of_the_rest: Option<u16>,
    /// An item is missing and the index of the rest must not be published (`NA`).
    pub withheld: bool,
    /// Individual indices, in the order of [`Pollutant::ALL`].
    pub iaqi: [Option<u16>; 7],
    /// Primary pollutants; empty at or below the threshold.
    pub primary: PollutantSet,
    /// The level's number, 1 to 6; see [`super::Index::level`].
    pub grade: Option<u8>,
    /// Needed items without a value.
    pub missing: PollutantSet,
}

/// The index of a day.
pub type DayAqi = Aqi;

impl Aqi {
    /// Whether every needed item was there: only then is a day a valid one.
    pub const fn complete(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Day {
    pub(crate) fn get(&self, factor: Pollutant, _: Period) -> Option<Decimal> {
        match factor {
            Pollutant::So2 => self.so2,
            Pollutant::No2 => self.no2,
            Pollutant::Pm10 => self.pm10,
            Pollutant::Pm25 => self.pm2_5,
            Pollutant::Co => self.co,
            Pollutant::O3 => self.o3,
            Pollutant::O3_8h => self.o3_8h,
        }
    }
}

impl Hour {
    pub(crate) fn get(&self, factor: Pollutant, period: Period) -> Option<Decimal> {
        match (factor, period) {
            (Pollutant::Pm10, Period::H24) => self.pm10_24h,
            (Pollutant::Pm25, Period::H24) => self.pm2_5_24h,
            (Pollutant::So2, _) => self.so2,
            (Pollutant::No2, _) => self.no2,
            (Pollutant::Pm10, _) => self.pm10,
            (Pollutant::Pm25, _) => self.pm2_5,
            (Pollutant::Co, _) => self.co,
            (Pollutant::O3, _) => self.o3,
            (Pollutant::O3_8h, _) => self.o3_8h,
        }
    }
}
