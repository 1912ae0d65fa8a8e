//! Measured values of water in arguments: the number that stands for "not monitored" is none.

use crate::cell::decimal;
use crate::list::parts;
use crate::reading::Reading;
use crate::{Args, Context, EvalError};
use figure::Decimal;

/// A measured value; the number that stands for "not monitored" is none.
pub(super) fn reading(c: &Context<'_>, args: &Args, name: &str) -> Result<Option<Reading>, EvalError> {
    let Some(text) = args.get(name) else {
        return Ok(None);
    };
    if text.starts_with('-')
        && let Ok(value) = Decimal::parse(text)
    {
        let p = c.law.at("water.not_monitored", c.date, c.division)?;
        if value == decimal(p, 0, "value")? {
            return Ok(None);
        }
    }
    args.reading(name)
}

/// A list of measured values; nothing if the argument is absent.
pub(super) fn readings(c: &Context<'_>, args: &Args, name: &str) -> Result<Option<Vec<Option<Reading>>>, EvalError> {
    let Some(text) = args.get(name) else {
        return Ok(None);
    };
    let one = |(i, part): (usize, &str)| {
        let at = format!("{name}[{}]", i + 1);
        reading(c, &Args::from_iter([(at.as_str(), part)]), &at)
    };
    parts(text).enumerate().map(one).collect::<Result<_, _>>().map(Some)
}

/// A count: a whole number of 0 or more.
pub(super) fn count(args: &Args, name: &str) -> Result<Option<i64>, EvalError> {
    let Some(d) = args.number(name)? else {
        return Ok(None);
    };
    let whole = d.at_scale(0).and_then(|n| u32::try_from(n).ok());
    let n = whole.ok_or_else(|| EvalError::argument(name, format!("`{d}` is not a count: write 0, 1, 2 …")))?;
    Ok(Some(i64::from(n)))
}
