//! Taking numbers and words out of provisions and arguments.

use crate::reading::Reading;
use crate::{Args, Context, EvalError};
use figure::{Decimal, Interval, Mode, Rounding};
use law::Provision;

/// A whole number from a cell.
pub(super) fn whole<T: TryFrom<i128>>(p: &Provision, row: usize, column: &str) -> Result<T, EvalError> {
    let d = decimal(p, row, column)?;
    d.at_scale(0)
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{d}` is not a fitting whole number")))
}

/// A number from a cell.
pub(super) fn decimal(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// A number from a cell that may be empty.
pub(super) fn optional(p: &Provision, row: usize, column: &str) -> Result<Option<Decimal>, EvalError> {
    p.table.optional(row, column).map_err(EvalError::table(p))
}

/// The mode of rounding in the column `mode`.
pub(super) fn mode(p: &Provision, row: usize) -> Result<Mode, EvalError> {
    let name = p.table.text(row, "mode");
    Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))
}

/// The rounding in the columns `decimals` and `mode`.
pub(super) fn rounding(p: &Provision, row: usize) -> Result<Rounding, EvalError> {
    Ok(Rounding {
        mode: mode(p, row)?,
        interval: Interval::Decimals(whole(p, row, "decimals")?),
    })
}

/// The parts of a list; `-` and its kin stay in it as missing ones.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ';', ',', '\t', '，', '、', '；'])
        .filter(|p| !p.is_empty())
}

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
