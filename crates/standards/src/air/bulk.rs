//! The index of millions of rows.

use super::index_functions::concentration_of;
use super::report::Day;
use super::{Index, Period, Pollutant};
use crate::bulk::{Brief, Bulk, Compile};
use crate::{Args, Context, EvalError};
use figure::Decimal;

pub(crate) const BULK: &[(&str, Compile)] = &[("air.aqi.daily", daily), ("air.iaqi", iaqi)];

/// The daily index: numbers in the order `so2 no2 co o3_8h o3_1h pm10 pm2_5`.
struct Daily(Index);

fn daily(c: &Context<'_>, _: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    Ok(Box::new(Daily(Index::at(c.law, c.date, c.division)?)))
}

fn index(v: Option<u16>) -> Brief<'static> {
    v.map_or(Brief::Missing, |v| Brief::Number(Decimal::from_int(i64::from(v))))
}

impl Bulk for Daily {
    fn value(&self, numbers: &[Option<Decimal>]) -> Result<Brief<'_>, EvalError> {
        let at = |i: usize| numbers.get(i).copied().flatten();
        let aqi = self.0.daily(&Day {
            so2: at(0),
            no2: at(1),
            co: at(2),
            o3_8h: at(3),
            o3: at(4),
            pm10: at(5),
            pm2_5: at(6),
        })?;
        Ok(if aqi.withheld {
            Brief::Text("NA")
        } else {
            index(aqi.aqi)
        })
    }
}

/// One individual index: arguments `factor period c`.
struct Single {
    index: Index,
    factor: Pollutant,
    period: Period,
}

fn iaqi(c: &Context<'_>, args: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    let (factor, period) = concentration_of(args)?;
    Ok(Box::new(Single {
        index: Index::at(c.law, c.date, c.division)?,
        factor,
        period,
    }))
}

impl Bulk for Single {
    fn value(&self, numbers: &[Option<Decimal>]) -> Result<Brief<'_>, EvalError> {
        let c = numbers.get(2).copied().flatten();
        let c = c.ok_or_else(|| EvalError::Missing("c".to_string()))?;
        Ok(index(self.index.iaqi(self.factor, self.period, c)?.value))
    }
}
