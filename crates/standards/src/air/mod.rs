//! Ambient air: index, means, validity, evaluation, ranking (GB 3095, HJ 633, HJ 663).
//!
//! [`Rules`] is the law of one day and division, compiled once into integers; the registered functions
//! and every bulk computation go through it, so a page and a year's table cannot differ.

mod bulk;
mod compile;
mod convert;
mod day;
mod evaluation;
mod index;
mod index_compile;
mod index_functions;
mod limit;
mod mean_functions;
mod pollutant;
mod ranking;
mod ratio;
mod report;
mod row;
mod statistic;
mod trend;

pub(crate) use bulk::BULK;
pub use day::{CityMean, DayData, O3Day, O3Why};
pub use evaluation::{Compliance, FactorYear};
pub use index::{Index, Level};
pub use pollutant::{Period, Pollutant, PollutantSet};
pub use ranking::{Composite, Ranking};
pub use ratio::Ratios;
pub use report::{Aqi, Day, DayAqi, Hour, HourMode};
pub use row::{Iaqi, Segment};
pub use statistic::{Statistics, Use, YearValid};

use crate::{EvalError, Function};
use chrono::NaiveDate;
use figure::{Decimal, NumberError, Ratio};
use law::Law;

/// All registered functions of this room, topic by topic.
pub(crate) const FUNCTIONS: &[&[Function]] = &[
    index_functions::FUNCTIONS,
    mean_functions::FUNCTIONS,
    evaluation::FUNCTIONS,
    ratio::FUNCTIONS,
    ranking::FUNCTIONS,
    limit::FUNCTIONS,
    convert::FUNCTIONS,
    trend::FUNCTIONS,
];

/// The air rules in force on a day in a division, compiled. Cheap to use, not to build: keep one per
/// version of the law (the dates of a year need two at most), not one per row.
#[derive(Debug, Clone)]
pub struct Rules {
    /// HJ 633: individual indices, index, levels, primary pollutants.
    pub index: Index,
    /// GB 3095 table 4 and HJ 663: day means, ozone of 8 hours, city means.
    pub day: DayData,
    /// HJ 663: means of periods, percentiles, validity of a year.
    pub statistics: Statistics,
    /// Composite index and ranks; the reason where no rule for them is in force.
    pub ranking: Result<Ranking, EvalError>,
    /// Good and heavy-pollution days.
    pub ratio: Ratios,
}

impl Rules {
    /// Compiles the rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`] naming the first key without a provision on that day;
    /// [`EvalError::Law`] when a provision lacks something.
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        Ok(Self {
            index: Index::at(law, date, division)?,
            day: DayData::at(law, date, division)?,
            statistics: Statistics::at(law, date, division)?,
            ranking: Ranking::at(law, date, division), // ranks came later than the rest
            ratio: Ratios::at(law, date, division)?,
        })
    }

    /// See [`Index::iaqi`].
    ///
    /// # Errors
    /// As there.
    pub fn iaqi(&self, factor: Pollutant, period: Period, c: Decimal) -> Result<Iaqi, EvalError> {
        self.index.iaqi(factor, period, c)
    }

    /// See [`Index::daily`].
    ///
    /// # Errors
    /// As there.
    pub fn daily(&self, day: &Day) -> Result<DayAqi, EvalError> {
        self.index.daily(day)
    }

    /// See [`Index::hourly`].
    ///
    /// # Errors
    /// As there.
    pub fn hourly(&self, hour: &Hour, mode: HourMode) -> Result<Aqi, EvalError> {
        self.index.hourly(hour, mode)
    }

    /// See [`Index::level`].
    pub fn level(&self, grade: u8) -> Option<&Level> {
        self.index.level(grade)
    }

    /// See [`DayData::day_mean`].
    ///
    /// # Errors
    /// As there.
    pub fn day_mean(&self, p: Pollutant, sum_scaled: i128, n: u32, scale: u32) -> Result<Option<Decimal>, NumberError> {
        self.day.day_mean(p, sum_scaled, n, scale)
    }

    /// See [`DayData::o3_8h_max`].
    ///
    /// # Errors
    /// As there.
    pub fn o3_8h_max(&self, hours: &[Option<Decimal>; 24]) -> Result<O3Day, NumberError> {
        self.day.o3_8h_max(hours)
    }

    /// See [`DayData::city_mean`].
    ///
    /// # Errors
    /// As there.
    pub fn city_day(&self, p: Pollutant, sites: &[Option<Decimal>]) -> Result<CityMean, NumberError> {
        self.day.city_mean(p, sites)
    }

    /// See [`Statistics::period_mean`].
    ///
    /// # Errors
    /// As there.
    pub fn period_mean(&self, p: Pollutant, days: &[Decimal], usage: Use) -> Result<Option<Decimal>, NumberError> {
        self.statistics.period_mean(p, days, usage)
    }

    /// See [`Statistics::percentile`].
    ///
    /// # Errors
    /// As there.
    pub fn percentile(&self, values: &[Decimal], p: Decimal) -> Result<Option<Ratio>, NumberError> {
        self.statistics.percentile(values, p)
    }

    /// See [`Statistics::year_valid`].
    pub fn year_valid(&self, p: Pollutant, days_per_month: &[u32; 12]) -> YearValid {
        self.statistics.year_valid(p, days_per_month)
    }

    /// Whether a valid day with this index is a good one.
    pub fn good_day(&self, aqi: u16) -> bool {
        self.ratio.good_day(aqi)
    }

    /// Whether a valid day with this index is one of heavy pollution.
    pub fn heavy_day(&self, aqi: u16) -> bool {
        self.ratio.heavy_day(aqi)
    }

    /// See [`Ranking::composite`].
    ///
    /// # Errors
    /// As there.
    pub fn composite(&self, statistics: &[Decimal; 6]) -> Result<Composite, EvalError> {
        Ok(self.ranking.as_ref().map_err(Clone::clone)?.composite(statistics)?)
    }
}
