//! Logarithms, powers and roots, which no exact fraction holds. Each result is cut to twelve significant
//! digits: far beyond what any standard keeps, and short of where platforms' libraries differ, so that the
//! same input rounds alike everywhere.

use crate::EvalError;
use figure::{Decimal, NumberError, Ratio, Rounding};

const DIGITS: i32 = 12;

fn kept(x: f64) -> Result<Decimal, EvalError> {
    if !x.is_finite() {
        return Err(EvalError::Number(NumberError::NotFinite(x.to_string())));
    }
    if x == 0.0 {
        return Ok(Decimal::from_int(0));
    }
    Ok(Decimal::parse(&format!("{x:.*e}", DIGITS as usize - 1))?)
}

/// Natural logarithm.
///
/// # Errors
/// Of zero and below there is none.
pub(crate) fn ln(x: impl Into<Ratio>) -> Result<Decimal, EvalError> {
    kept(x.into().to_f64().ln())
}

/// Logarithm to base ten; errors as [`ln`].
pub(crate) fn log10(x: impl Into<Ratio>) -> Result<Decimal, EvalError> {
    kept(x.into().to_f64().log10())
}

/// `base` to the power `exponent`, both real.
///
/// # Errors
/// A result that is no finite number (a negative base, an overflow).
pub(crate) fn pow(base: impl Into<Ratio>, exponent: impl Into<Ratio>) -> Result<Decimal, EvalError> {
    kept(base.into().to_f64().powf(exponent.into().to_f64()))
}

/// A number computed with sines, exponentials and the like, cut as all of them are; errors as [`ln`] when it
/// is not finite.
pub(crate) fn computed(x: f64) -> Result<Decimal, EvalError> {
    kept(x)
}

/// Square root; errors as [`ln`] for numbers below zero.
pub(crate) fn sqrt(x: impl Into<Ratio>) -> Result<Decimal, EvalError> {
    kept(x.into().to_f64().sqrt())
}

/// A number rounded to so many significant digits, for showing only.
///
/// # Errors
/// An overflow.
pub(crate) fn significant(x: Ratio, digits: i32) -> Result<Decimal, EvalError> {
    if x == Ratio::ZERO {
        return Ok(Decimal::ZERO);
    }
    let size = x.abs().to_f64().log10().floor();
    let decimals = digits - 1 - if size.is_finite() { size as i32 } else { 0 };
    Ok(x.round(&Rounding::gbt8170(decimals))?)
}

#[cfg(test)]
mod tests {
    use super::{ln, log10, pow, sqrt};
    use figure::Decimal;

    #[test]
    fn twelve_digits_and_no_nan() {
        let d = |t: &str| Decimal::parse(t).unwrap();
        assert_eq!(ln(d("2")).unwrap(), d("0.693147180560"));
        assert_eq!(log10(d("1000")).unwrap(), d("3"));
        assert_eq!(pow(d("10"), d("5.5")).unwrap(), d("316227.766017"));
        assert_eq!(sqrt(d("0")).unwrap(), d("0"));
        assert!(ln(d("0")).is_err() && sqrt(d("-1")).is_err() && pow(d("-1"), d("0.5")).is_err());
    }
}
