//! The index of millions of rows.

use super::index::Published;
use super::index_functions::concentration_of;
use super::{Index, Period, Pollutant, PollutantSet};
use crate::bulk::{Brief, Bulk, Compile, Part, Parts};
use crate::{Args, Context, EvalError};
use figure::Decimal;

pub(crate) const BULK: &[(&str, Compile)] = &[("air.aqi.daily", daily), ("air.iaqi", iaqi)];

/// The daily index: numbers in the order of [`PLACES`].
struct Daily(Index);

/// The pollutants of a day in the order of its arguments.
const PLACES: [Pollutant; 7] = [
    Pollutant::So2,
    Pollutant::No2,
    Pollutant::Co,
    Pollutant::O3_8h,
    Pollutant::O3,
    Pollutant::Pm10,
    Pollutant::Pm25,
];
/// The mark that there is ozone of 8 hours; below it stand the marks of pollutants with an index.
const OZONE_8H: u16 = 1 << 8;

fn daily(c: &Context<'_>, _: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    Ok(Box::new(Daily(Index::at(c.law, c.date, c.division)?)))
}

fn index(v: u16) -> Brief<'static> {
    Brief::Number(Decimal::from_int(i64::from(v)))
}

impl Parts for Daily {
    fn part(&self, place: usize, number: Decimal) -> Result<Part, EvalError> {
        let Some(factor) = PLACES.get(place).copied() else {
            return Ok(Part::default());
        };
        let given = if factor == Pollutant::O3_8h { OZONE_8H } else { 0 };
        let value = self.0.daily_part(factor, number)?;
        let has = PollutantSet::from_iter(value.map(|_| factor));
        Ok(Part {
            worst: value.unwrap_or(0),
            marks: given | u16::from(has.bits()),
        })
    }

    fn whole(&self, parts: Part) -> Result<Brief<'_>, EvalError> {
        let has = PollutantSet::of_bits((parts.marks & 0xff) as u8);
        Ok(
            match self.0.daily_whole(parts.worst, has, parts.marks & OZONE_8H != 0) {
                Published::Nothing => Brief::Missing,
                Published::Withheld => Brief::Text("NA"),
                Published::Index(v) => index(v),
            },
        )
    }
}

/// One individual index: arguments `factor period c`.
struct Single {
    index: Index,
    factor: Pollutant,
    period: Period,
}

const GIVEN: u16 = 1;
const HAS: u16 = 2;

fn iaqi(c: &Context<'_>, args: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    let (factor, period) = concentration_of(args)?;
    Ok(Box::new(Single {
        index: Index::at(c.law, c.date, c.division)?,
        factor,
        period,
    }))
}

impl Parts for Single {
    fn part(&self, _: usize, number: Decimal) -> Result<Part, EvalError> {
        let value = self.index.iaqi(self.factor, self.period, number)?.value;
        Ok(Part {
            worst: value.unwrap_or(0),
            marks: GIVEN | if value.is_some() { HAS } else { 0 },
        })
    }

    fn whole(&self, parts: Part) -> Result<Brief<'_>, EvalError> {
        match parts.marks {
            0 => Err(EvalError::Missing("c".to_string())),
            GIVEN => Ok(Brief::Missing),
            _ => Ok(index(parts.worst)),
        }
    }
}
