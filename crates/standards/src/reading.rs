//! A measured value as laboratories and instruments write it: a number, or "below the detection limit".

use crate::{Args, EvalError};
use figure::{Decimal, NumberError};

/// A measured value with its qualifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A number.
    Value(Decimal),
    /// Not detected; the detection limit where it is stated (`<0.01`, `0.01L`), else nothing (`ND`, 未检出).
    Below(Option<Decimal>),
}

impl Args {
    /// A measured value; nothing if it is absent, blank or a sign for "missing".
    ///
    /// # Errors
    /// [`EvalError::Argument`] for texts that are no measured value and for negative ones: a
    /// concentration below zero is an instrument's fault, not a small concentration.
    pub(crate) fn reading(&self, name: &str) -> Result<Option<Reading>, EvalError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let reading = match Decimal::parse(text) {
            Ok(d) => Reading::Value(d),
            Err(NumberError::Empty | NumberError::Missing(_)) => return Ok(None),
            Err(NumberError::BelowDetection { limit, .. }) => Reading::Below(limit),
            Err(e) => return Err(EvalError::argument(name, e.to_string())),
        };
        let number = match reading {
            Reading::Value(d) => Some(d),
            Reading::Below(limit) => limit,
        };
        if number.is_some_and(|d| d < Decimal::from_int(0)) {
            let reason = format!("{text} is negative; a measured amount is 0 or more (浓度不得为负)");
            return Err(EvalError::argument(name, reason));
        }
        Ok(Some(reading))
    }
}

/// A measured value out of a list, named by its place there; errors as [`Args::reading`].
pub(crate) fn reading(name: &str, text: &str) -> Result<Option<Reading>, EvalError> {
    Args::from_iter([(name, text)]).reading(name)
}

/// Refuses a value outside the range it can have: which argument, which range, by which clause.
///
/// # Errors
/// [`EvalError::Argument`].
pub(crate) fn within(name: &str, value: Decimal, low: Decimal, high: Decimal, clause: &str) -> Result<(), EvalError> {
    if value < low || value > high {
        let reason = format!("{value} is outside {low} to {high} ({clause}) / 超出 {low}～{high}（{clause}）");
        return Err(EvalError::argument(name, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Reading, within};
    use crate::Args;
    use figure::Decimal;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_value_keeps_its_qualifier_and_nothing_is_guessed() {
        let read = |text: &str| Args::from_iter([("c", text)]).reading("c");
        assert_eq!(read("0.30"), Ok(Some(Reading::Value(d("0.30")))));
        assert_eq!(read("<0.01"), Ok(Some(Reading::Below(Some(d("0.01"))))));
        assert_eq!(read("0.01L"), Ok(Some(Reading::Below(Some(d("0.01"))))));
        assert_eq!(read("未检出"), Ok(Some(Reading::Below(None))));
        assert_eq!(read("--"), Ok(None));
        assert_eq!(read(""), Ok(None));
        assert!(read("-0.1").unwrap_err().to_string().contains("`c`: -0.1 is negative"));
        assert!(read("about 3").is_err());
        let e = within("ph", d("15"), d("0"), d("14"), "HJ 1147").unwrap_err();
        assert!(e.to_string().contains("`ph`: 15 is outside 0 to 14 (HJ 1147)"), "{e}");
    }
}
