//! The validity of millions of hours.

use super::minutes::{flagged, nothing_asked, stands_still, whole_minutes, word};
use super::rules::Rules;
use crate::bulk::{Brief, Bulk, Compile, Part, Parts};
use crate::emission::total::medium;
use crate::{Args, Context, EvalError};
use figure::Decimal;

pub(crate) const BULK: &[(&str, Compile)] = &[("validity.hour", hour)];

/// The validity of an hour: arguments `medium minutes flags flow`.
struct Hour {
    medium: &'static str,
    rules: Rules,
    /// Whether the rule for flows is in force.
    flow: Result<(), EvalError>,
    /// What the marks say, if there are any.
    flagged: Part,
}

const VALID: u16 = 1;
const INVALID: u16 = 2;
const MINUTES: usize = 1;
const FLOW: usize = 3;

fn part(valid: bool) -> Part {
    Part {
        worst: if valid { VALID } else { INVALID },
        marks: 0,
    }
}

fn hour(c: &Context<'_>, args: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    let medium = medium(args.text("medium")?)?;
    let rules = Rules::at(c.law, c.date, c.division);
    let flagged = match args.get("flags") {
        Some(flags) => part(flagged(medium, &rules, flags)?.0),
        None => Part::default(),
    };
    Ok(Box::new(Hour {
        flow: c
            .law
            .at("validity.water.invalid", c.date, c.division)
            .map(|_| ())
            .map_err(EvalError::from),
        medium,
        rules,
        flagged,
    }))
}

impl Parts for Hour {
    fn part(&self, place: usize, number: Decimal) -> Result<Part, EvalError> {
        match place {
            MINUTES => {
                let (gas, whole) = whole_minutes(self.medium, &self.rules, number)?;
                Ok(part(gas.hour(whole)))
            }
            FLOW => {
                self.flow.clone()?;
                Ok(part(!stands_still(self.medium, number)))
            }
            _ => Ok(Part::default()),
        }
    }

    fn whole(&self, parts: Part) -> Result<Brief<'_>, EvalError> {
        match self.flagged.and(parts).worst {
            0 => Err(nothing_asked()),
            worst => Ok(Brief::Text(word(worst == VALID))),
        }
    }
}
