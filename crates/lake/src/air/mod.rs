//! Day values of stations and cities, from the observations by the law, kept in memory and mended day by day.
//!
//! Station day = its hours by the rule of that day; city day = the mean of its evaluation sites' day values.
//! Where a city-day has several sources one is taken: real before simulated, station hours before city hours
//! before delivered city days; and a source that has all six pollutants before one that has some.

mod cells;
mod compute;
mod laws;

use std::sync::Arc;

use chrono::NaiveDate;
use figure::Decimal;
use serde::Serialize;
use standards::air::Pollutant;

use crate::error::Result;
use crate::{Lake, SeriesKey, date, days_since_1970};

pub(crate) use cells::{HoursOfDay, hours_of_day};
pub(crate) use compute::AirDays;
pub(crate) use laws::{newest, same_rules};

/// Order of the six values of a day: names as in law and API.
pub const SIX: [Pollutant; 6] = [
    Pollutant::So2,
    Pollutant::No2,
    Pollutant::Co,
    Pollutant::O3_8h,
    Pollutant::Pm10,
    Pollutant::Pm25,
];

/// HJ 212 code of a pollutant (ozone of 8 hours is made of the hours of ozone).
pub const fn factor_code(p: Pollutant) -> &'static str {
    match p {
        Pollutant::So2 => "a21026",
        Pollutant::No2 => "a21004",
        Pollutant::Co => "a21005",
        Pollutant::O3 | Pollutant::O3_8h => "a05024",
        Pollutant::Pm10 => "a34002",
        Pollutant::Pm25 => "a34004",
    }
}

/// Whether day values are made of a series: hours of a pollutant, or delivered days of one.
pub(crate) fn is_input(key: &SeriesKey) -> bool {
    cells::position(&key.factor).is_some() && matches!(key.period.as_str(), "1h" | "1d" | "8hmax1d")
}

/// What a city's day was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Hours of its evaluation sites.
    StationHours,
    /// Hours delivered for the city.
    CityHours,
    /// Day values delivered for the city.
    CityDays,
}

/// A day of a station: concentrations, index, and how many hours stand behind them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteDay {
    /// Station.
    pub site: String,
    /// Natural day (Beijing).
    pub day: NaiveDate,
    /// Rounded day values in the order of [`SIX`], µg/m³ (CO mg/m³); none where too few hours are valid.
    pub values: [Option<Decimal>; 6],
    /// Valid hours, the same order (ozone: of the hours, not of the windows).
    pub hours: [u8; 6],
    /// Largest hour of ozone.
    pub o3: Option<Decimal>,
    /// Index and what belongs to it.
    pub aqi: DayIndex,
    /// Simulated data.
    pub simulated: bool,
}

/// A day of a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CityDay {
    /// Code of the division.
    pub division: String,
    /// Natural day (Beijing).
    pub day: NaiveDate,
    /// Rounded day values in the order of [`SIX`], µg/m³ (CO mg/m³).
    pub values: [Option<Decimal>; 6],
    /// Sites with a valid value, the same order; 0 where the city's own values were delivered.
    pub sites: [u16; 6],
    /// Evaluation sites.
    pub sites_of: u16,
    /// Mean of the sites' largest hour of ozone.
    pub o3: Option<Decimal>,
    /// Index and what belongs to it.
    pub aqi: DayIndex,
    /// Simulated data.
    pub simulated: bool,
    /// What it was made of.
    pub layer: Layer,
}

/// Index of a day under one law.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DayIndex {
    /// The index; none where it may not be given.
    pub aqi: Option<u16>,
    /// A valid day: every pollutant that one needs has a value (law key `air.valid_day`).
    pub complete: bool,
    /// 1 to 6; 0 without an index.
    pub level: u8,
    /// Names of the primary pollutants joined by `+`; empty when there is none.
    pub primary: String,
    /// Individual indices in the order of [`SIX`].
    pub iaqi: [Option<u16>; 6],
}

impl Lake {
    /// Day values of all cities from the first to the last day given, by city and day. The index is that of
    /// each day's law, or of the law of `law_of` (what if).
    ///
    /// # Errors
    /// When the observations cannot be read or a rule is missing.
    pub fn city_days(&self, range: (NaiveDate, NaiveDate), law_of: Option<NaiveDate>) -> Result<Vec<CityDay>> {
        self.city_days_under(&self.law(), range, law_of)
    }

    /// The same, the index by another law than the lake's: a draft laid over it. The day values stay what they are.
    ///
    /// # Errors
    /// As [`Lake::city_days`].
    pub fn city_days_under(
        &self,
        law: &law::Law,
        range: (NaiveDate, NaiveDate),
        law_of: Option<NaiveDate>,
    ) -> Result<Vec<CityDay>> {
        let days = self.air_days()?;
        days.cities(law, (days_since_1970(range.0), days_since_1970(range.1)), law_of)
    }

    /// Day values of stations, by site and day; all sites when none is named.
    ///
    /// # Errors
    /// As [`Lake::city_days`].
    pub fn site_days(
        &self,
        sites: &[&str],
        range: (NaiveDate, NaiveDate),
        law_of: Option<NaiveDate>,
    ) -> Result<Vec<SiteDay>> {
        let days = self.air_days()?;
        days.sites(
            &self.law(),
            sites,
            (days_since_1970(range.0), days_since_1970(range.1)),
            law_of,
        )
    }

    /// The same, from what was recorded up to a time (seconds UTC); computed whole each time.
    ///
    /// # Errors
    /// As [`Lake::city_days`].
    pub fn city_days_as_known(&self, known: i64, law_of: Option<NaiveDate>) -> Result<Vec<CityDay>> {
        let days = AirDays::whole(self, Some(known))?;
        let Some(span) = days.span() else {
            return Ok(vec![]);
        };
        days.cities(&self.law(), span, law_of)
    }

    /// Grows when a day value of a station or city has changed: what was made of day values is good until then.
    ///
    /// # Errors
    /// As [`Lake::city_days`].
    pub fn day_values_version(&self) -> Result<u64> {
        Ok(self.air_days()?.version)
    }

    /// First and last day with any day value of a city.
    ///
    /// # Errors
    /// As [`Lake::city_days`].
    pub fn city_span(&self) -> Result<Option<(NaiveDate, NaiveDate)>> {
        Ok(self.air_days()?.span().map(|(a, b)| (date(a), date(b))))
    }

    /// The day values as of now: computed whole the first time, afterwards only for the days touched.
    pub(crate) fn air_days(&self) -> Result<Arc<AirDays>> {
        let mut kept = self.inner.air.lock().unwrap_or_else(|e| e.into_inner());
        // Marked as seen before reading: a row that comes meanwhile is looked at again.
        let touched = std::mem::take(&mut *self.touched());
        let tables = self.table_stamp();
        let turn = self.ruling().turn;
        let usable = kept.as_ref().filter(|k| k.tables == tables && k.turn == turn).cloned();
        let done = match usable {
            Some(k) if touched.is_empty() => return Ok(k),
            Some(k) => AirDays::mended(self, &k, &touched),
            None => AirDays::whole(self, None),
        };
        match done {
            Ok(mut days) => {
                (days.tables, days.turn) = (tables, turn);
                days.version = kept
                    .as_ref()
                    // Under another law the same values may have other indices.
                    .map_or(1, |k| k.version + u64::from(k.turn != turn || !k.same_values(&days)));
                let days = Arc::new(days);
                *kept = Some(days.clone());
                Ok(days)
            }
            Err(e) => {
                self.touched().extend(touched);
                Err(e)
            }
        }
    }
}
