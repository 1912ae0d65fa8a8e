//! Figures of a group of cities over part of a year: exact until the one rounding at the end.

use crate::days::{CityDay, Days, first_of};
use crate::measure::Figure;
use chrono::{Datelike, NaiveDate};
use figure::{NumberError, Ratio};

/// How a region's figure is made from its cities' (law keys `air.region.mean` and `air.ratio.region`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Mean of the cities' figures, each rounded to this many decimals first. None: of the unrounded ones for a
    /// concentration, all city-days pooled for a share of days.
    pub of_rounded: Option<i32>,
}

/// A city's part of a figure.
#[derive(Debug, Clone)]
pub struct CityFigure {
    pub city: String,
    /// Exact; none without a valid day.
    pub value: Option<Ratio>,
    /// Days that carry the figure: with a value, or with an index.
    pub days: u32,
    /// Of these, days that count: good or heavy ones. Zero for a mean.
    pub hits: u32,
    pub simulated: bool,
}

/// The figure of a group.
#[derive(Debug, Clone)]
pub struct GroupFigure {
    pub value: Option<Ratio>,
    pub cities: Vec<CityFigure>,
    pub simulated: bool,
}

impl GroupFigure {
    /// Cities with at least one valid day.
    pub fn with_data(&self) -> usize {
        self.cities.iter().filter(|c| c.days > 0).count()
    }

    /// Valid city-days.
    pub fn days(&self) -> u32 {
        self.cities.iter().map(|c| c.days).sum()
    }
}

/// What decides whether a day is good or heavy: index bounds of the law of the day.
#[derive(Debug, Clone, Copy)]
pub struct DayBounds {
    /// A good day's index is at most this.
    pub good_max: u16,
    /// A heavy day's index is above this.
    pub heavy_above: u16,
}

/// What a day adds to a figure: none if it is not valid for it.
fn contribution(figure: &Figure, day: &CityDay, bounds: DayBounds) -> Option<(Ratio, u32)> {
    match figure {
        Figure::Mean { factor, .. } => Some((Ratio::from(day.value(factor)?), 0)),
        Figure::GoodDays { .. } => {
            let hit = day.aqi? <= bounds.good_max;
            Some((Ratio::from(i64::from(hit)), u32::from(hit)))
        }
        Figure::HeavyDays { .. } => {
            let hit = day.aqi? > bounds.heavy_above;
            Some((Ratio::from(i64::from(hit)), u32::from(hit)))
        }
    }
}

/// A running figure: days are added one by one, so that a trend of a year costs one pass.
#[derive(Debug, Clone)]
pub struct Running<'a> {
    figure: &'a Figure,
    bounds: DayBounds,
    region: Region,
    cities: Vec<(String, Ratio, u32, u32, bool)>,
}

impl<'a> Running<'a> {
    /// Starts with no day.
    pub fn new(figure: &'a Figure, cities: &[String], bounds: DayBounds, region: Region) -> Running<'a> {
        let zero = Ratio::from(0i64);
        let cities = cities.iter().map(|c| (c.clone(), zero, 0, 0, false)).collect();
        Running {
            figure,
            bounds,
            region,
            cities,
        }
    }

    /// Adds a day of the city at `index`.
    ///
    /// # Errors
    /// When the sum leaves the range of exact numbers.
    pub fn add(&mut self, index: usize, day: &CityDay) -> Result<(), NumberError> {
        if let Some((x, hit)) = contribution(self.figure, day, self.bounds) {
            let (_, sum, n, hits, simulated) = &mut self.cities[index];
            *sum = sum.add(x)?;
            *n += 1;
            *hits += hit;
            *simulated |= day.simulated;
        }
        Ok(())
    }

    /// The figure of the days added so far.
    ///
    /// # Errors
    /// As [`Running::add`].
    pub fn figure(&self) -> Result<GroupFigure, NumberError> {
        let percent = !matches!(self.figure, Figure::Mean { .. });
        let scale = Ratio::from(if percent { 100i64 } else { 1 });
        let mut cities = Vec::with_capacity(self.cities.len());
        for (city, sum, n, hits, simulated) in &self.cities {
            let value = match n {
                0 => None,
                n => Some(sum.div(Ratio::from(i64::from(*n)))?.mul(scale)?),
            };
            cities.push(CityFigure {
                city: city.clone(),
                value,
                days: *n,
                hits: *hits,
                simulated: *simulated,
            });
        }
        let value = match self.region.of_rounded {
            Some(decimals) => {
                let rounded: Result<Vec<Ratio>, NumberError> = cities
                    .iter()
                    .filter_map(|c| c.value)
                    .map(|v| figure::gbt8170(v, decimals).map(Ratio::from))
                    .collect();
                mean(&rounded?)?
            }
            None if percent => self.pooled(scale)?,
            None => mean(&cities.iter().filter_map(|c| c.value).collect::<Vec<_>>())?,
        };
        let simulated = cities.iter().any(|c| c.simulated);
        Ok(GroupFigure {
            value,
            cities,
            simulated,
        })
    }

    fn pooled(&self, scale: Ratio) -> Result<Option<Ratio>, NumberError> {
        let (hits, n) = self
            .cities
            .iter()
            .fold((0i64, 0i64), |(h, n), c| (h + i64::from(c.3), n + i64::from(c.2)));
        if n == 0 {
            return Ok(None);
        }
        Ratio::from(hits).div(Ratio::from(n))?.mul(scale).map(Some)
    }
}

fn mean(values: &[Ratio]) -> Result<Option<Ratio>, NumberError> {
    if values.is_empty() {
        return Ok(None);
    }
    let mut sum = Ratio::from(0i64);
    for v in values {
        sum = sum.add(*v)?;
    }
    sum.div(Ratio::from(values.len() as i64)).map(Some)
}

/// A group's figure from 1 January to `upto`.
///
/// # Errors
/// As [`Running::add`].
pub fn to_date(
    figure: &Figure,
    cities: &[String],
    days: &Days,
    upto: NaiveDate,
    bounds: DayBounds,
    region: Region,
) -> Result<GroupFigure, NumberError> {
    let mut running = Running::new(figure, cities, bounds, region);
    for (i, city) in cities.iter().enumerate() {
        for day in days.range(city, first_of(upto.year()), upto) {
            running.add(i, day)?;
        }
    }
    running.figure()
}
