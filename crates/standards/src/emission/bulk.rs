//! Limits and exceedances of millions of rows.

use super::exceed::{Held, by_rounded, cap, in_words, ph_range, role};
use super::limit::{Bound, Limit, find};
use super::query::Query;
use crate::bulk::{Brief, Bulk, Compile};
use crate::cell::{decimal, rounding_in};
use crate::reading::within;
use crate::validity::mark::{Judged, condition, monitor};
use crate::{Args, Cell, Context, EvalError};
use figure::{Decimal, Explanation, Interval, Ratio, Rounding, div_round};

pub(crate) const BULK: &[(&str, Compile)] = &[("emission.exceed", exceed), ("emission.limit", limit)];

/// A limit: it follows from the words alone.
struct Words(Cell);

fn limit(c: &Context<'_>, args: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    Ok(Box::new(Words(super::limit::limit(c, args)?.value)))
}

impl Bulk for Words {
    fn value(&self, _: &[Option<Decimal>]) -> Result<Brief<'_>, EvalError> {
        Ok((&self.0).into())
    }
}

/// The places of the numbers among the arguments of `emission.exceed`.
const VALUE: usize = 2;
const O2: usize = 8;
const PERMIT: usize = 9;
const HOURS_USED: usize = 13;

/// The multiple by which a value exceeds.
struct Exceed {
    limit: Limit,
    /// The hours a year that a condition is exempt, and what it is held to in their place.
    exempt: Option<(Decimal, Bound)>,
    ph: Option<(Decimal, Decimal, String)>,
    rounding: Rounding,
}

fn exceed(c: &Context<'_>, args: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    let mut limit = find(c, &Query::read(args)?)?;
    let rule = c.law.at("emission.compare", c.date, "")?;
    if let Some(word) = args.get("statistic") {
        limit.statistic = word.to_string();
    }
    // The weight of such data does not change the multiple, but a word that is not known is refused here as there.
    role(
        c,
        &limit,
        args.get("origin").unwrap_or("auto"),
        &mut Explanation::default(),
    )?;
    if let Some(word) = args.get("mark") {
        monitor(c, word)?;
    }
    let mut exempt = None;
    if let Some(word) = args.get("condition")
        && condition(c, &limit.sector.name, word)?.judged == Judged::Capped
    {
        let key = format!("emission.exempt.{}", limit.sector.name);
        let p = c.law.at(&key, c.date, c.division)?;
        let most = decimal(p, 0, "hours")?;
        exempt = cap(p, &limit)?.map(|cap| (most, Bound::Most(cap)));
    }
    Ok(Box::new(Exceed {
        ph: ph_range(c, &limit)?,
        rounding: rounding_in(rule, 0, "multiple_decimals")?,
        limit,
        exempt,
    }))
}

impl Bulk for Exceed {
    fn value(&self, numbers: &[Option<Decimal>]) -> Result<Brief<'_>, EvalError> {
        let at = |i: usize| numbers.get(i).copied().flatten();
        let permit = at(PERMIT).map(Bound::Most);
        if let Some(Bound::Most(d)) = &permit
            && *d <= Decimal::ZERO
        {
            return Err(EvalError::argument("permit", "must be above zero"));
        }
        let held_to = self.exempt.as_ref();
        let held_to = held_to.filter(|(most, _)| at(HOURS_USED).is_none_or(|used| used <= *most));
        let bound = match held_to {
            Some((_, cap)) => cap,
            None => permit.as_ref().unwrap_or(&self.limit.bound),
        };
        let value = at(VALUE).ok_or_else(|| EvalError::Missing("value".to_string()))?;
        if value.is_negative() {
            let reason = format!("{value} is negative; a measured amount is 0 or more (浓度不得为负)");
            return Err(EvalError::argument("value", reason));
        }
        if let Some((low, high, clause)) = &self.ph {
            within("value", value, *low, *high, clause)?;
        }
        if in_words(bound).is_some() {
            return Ok(Brief::Missing);
        }
        let held = Held::of(&self.limit, bound, value, at(O2))?;
        let multiple = match held.cut.short(held.value, held.oxygen) {
            true => match held.cut.exceedance(held.value, held.oxygen) {
                Some((num, den)) => Some(rounded(num, den, &self.rounding)?),
                None => None,
            },
            // The way of the explained form, with whatever stands in its way.
            false => {
                let judged = held.judged()?;
                by_rounded(bound, judged)?;
                let exact = judged.map(|x| held.cut.multiple(x)).transpose()?.flatten();
                exact.map(|m| m.round(&self.rounding)).transpose()?
            }
        };
        Ok(multiple.map_or(Brief::Missing, Brief::Number))
    }
}

/// A fraction rounded once; by one division where it is cut at decimals.
fn rounded(num: i128, den: u128, rule: &Rounding) -> Result<Decimal, EvalError> {
    if let Interval::Decimals(d) = rule.interval
        && let Ok(scale) = u32::try_from(d)
        && let Some(times) = 10i128.checked_pow(scale)
        && let Some(num) = num.checked_mul(times)
    {
        return Ok(Decimal::new(div_round(num, den, rule.mode)?, scale)?);
    }
    let den = i128::try_from(den).map_err(|_| figure::NumberError::Overflow)?;
    Ok(Ratio::new(num, den)?.round(rule)?)
}
