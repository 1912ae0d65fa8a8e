//! Limits and exceedances of millions of rows.

use super::exceed::{Held, by_rounded, cap, in_words, ph_range, role};
use super::limit::{Bound, Limit, find};
use super::query::Query;
use super::rules::Cut;
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
    /// The limit itself as integers, by the decimals of the value and of the oxygen; none where it has no such form.
    usual: [[Option<Cut>; SCALES]; SCALES],
}

/// So many numbers of decimals are usual, from none on.
const SCALES: usize = 4;

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
    let cut = |scale: usize, oxygen_scale: usize| {
        let (scale, oxygen_scale) = Held::scales(&limit, &limit.bound, scale as u32, oxygen_scale as u32);
        Cut::of(&limit.bound, limit.oxygen.as_ref(), &limit.item, scale, oxygen_scale).ok()
    };
    Ok(Box::new(Exceed {
        usual: std::array::from_fn(|s| std::array::from_fn(|o| cut(s, o))),
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
        let usual = permit.is_none() && held_to.is_none();
        let usual = usual.then(|| self.usual(value, at(O2))).flatten();
        let held = match usual {
            Some(held) => held,
            None => Held::of(&self.limit, bound, value, at(O2))?,
        };
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

impl Exceed {
    /// A number held against the limit itself; none where [`Held::of`] must say more.
    fn usual(&self, value: Decimal, o2: Option<Decimal>) -> Option<Held> {
        let place = |d: Decimal| usize::try_from(d.scale()).ok();
        let cut = self
            .usual
            .get(place(value)?)?
            .get(o2.map_or(Some(0), place)?)?
            .as_ref()?;
        Held::by(*cut, value, o2)
    }
}

/// A fraction rounded once; by one division where it is cut at decimals.
fn rounded(num: i64, den: u64, rule: &Rounding) -> Result<Decimal, EvalError> {
    if let Interval::Decimals(d) = rule.interval
        && let Ok(scale) = u32::try_from(d)
        && let Some(times) = 10i64.checked_pow(scale)
        && let Some(num) = num.checked_mul(times)
    {
        return Ok(Decimal::new(div_round(num.into(), den.into(), rule.mode)?, scale)?);
    }
    Ok(Ratio::new(num.into(), den.into())?.round(rule)?)
}
