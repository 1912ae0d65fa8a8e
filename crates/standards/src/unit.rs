//! Units of the law: their labels, and values brought from one to another, exactly.

use crate::EvalError;
use figure::{Decimal, Ratio, Unit, UnitError};
use law::Provision;

/// A unit as shown to people: `µg/m³`.
pub(crate) fn label(unit: &str) -> String {
    Unit::parse(unit).map_or_else(|_| unit.to_string(), |u| u.label())
}

/// A value brought from the unit it was typed in to the unit of the law.
pub(crate) fn in_unit(value: Decimal, typed: Option<&str>, wanted: &str) -> Result<Ratio, EvalError> {
    match typed {
        None => Ok(value.into()),
        Some(typed) => convert(value.into(), typed, wanted).map_err(|e| EvalError::argument("unit", e.to_string())),
    }
}

/// A value in another unit that measures the same; both stand in the law.
pub(crate) fn of_law(p: &Provision, value: Ratio, from: &str, to: &str) -> Result<Ratio, EvalError> {
    convert(value, from, to).map_err(|e| EvalError::law(p, e))
}

fn convert(value: Ratio, from: &str, to: &str) -> Result<Ratio, UnitError> {
    Unit::parse(from)?.convert(value, &Unit::parse(to)?)
}

/// `part` percent as a fraction.
pub(crate) fn of_hundred(d: Decimal) -> Result<Ratio, EvalError> {
    Ok(Ratio::from(d).div(Ratio::from(100))?)
}
