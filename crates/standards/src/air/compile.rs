//! The law of one day, and the pollutants and periods its cells name.

use super::{Period, Pollutant};
use crate::EvalError;
use chrono::NaiveDate;
use law::{Law, Provision};

/// The law of one day and division.
#[derive(Clone, Copy)]
pub(crate) struct Of<'a> {
    pub law: &'a Law,
    pub date: NaiveDate,
    pub division: &'a str,
}

impl<'a> Of<'a> {
    pub fn at(&self, key: &str) -> Result<&'a Provision, EvalError> {
        Ok(self.law.at(key, self.date, self.division)?)
    }
}

/// A pollutant named in a cell.
pub(crate) fn pollutant(p: &Provision, name: &str) -> Result<Pollutant, EvalError> {
    Pollutant::by_name(name).ok_or_else(|| EvalError::law(p, format!("`{name}` is not a pollutant of the index")))
}

/// A period named in a cell.
pub(crate) fn period(p: &Provision, name: &str) -> Result<Period, EvalError> {
    Period::by_name(name).ok_or_else(|| EvalError::law(p, format!("`{name}` is not a period of the index")))
}

/// Ozone of 8 hours is a row of its own; `o3` with period `8h` means the same.
pub(crate) fn reported(factor: Pollutant, period: Period) -> Pollutant {
    if factor == Pollutant::O3 && period == Period::H8 {
        Pollutant::O3_8h
    } else {
        factor
    }
}
