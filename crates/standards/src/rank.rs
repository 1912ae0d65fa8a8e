//! Ranks of values, for trends in time.

use crate::EvalError;
use figure::{Decimal, Ratio};

/// Twice the rank of each value, so that ties (which share the mean of their ranks) stay whole numbers.
pub(crate) fn doubled(values: &[Decimal]) -> Vec<i128> {
    let rank = |v: &Decimal| {
        let below = values.iter().filter(|o| *o < v).count() as i128;
        let equal = values.iter().filter(|o| *o == v).count() as i128;
        2 * below + equal + 1
    };
    values.iter().map(rank).collect()
}

/// The rank correlation with time, r = 1 − 6·Σd²/(n³ − n), and before it its Σd².
///
/// # Errors
/// Of fewer than two values there is none.
pub(crate) fn with_time(values: &[Decimal]) -> Result<(Ratio, Ratio), EvalError> {
    let n = values.len() as i128;
    // d is twice as large here.
    let doubled = doubled(values).into_iter().zip(1i128..);
    let sum: i128 = doubled.map(|(r, t)| (r - 2 * t).pow(2)).sum();
    let r = Ratio::from(1).sub(Ratio::new(6 * sum, 4 * (n * n * n - n))?)?;
    Ok((Ratio::new(sum, 4)?, r))
}
