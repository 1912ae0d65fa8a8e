//! The class of millions of sections.

use super::class::{Body, Class};
use super::judge::{Judge, body};
use super::rules::{Item, Rules};
use super::section::ITEMS;
use crate::bulk::{Brief, Bulk, Compile, Part, Parts};
use crate::cell::decimal;
use crate::reading::within;
use crate::{Args, Context, EvalError};
use figure::Decimal;

pub(crate) const BULK: &[(&str, Compile)] = &[("water.section", section)];

/// The class of a section: numbers in the order of the items of table 1.
struct Section {
    rules: Rules,
    body: Body,
    rounded: bool,
    /// The number that stands for "not monitored".
    not_monitored: Decimal,
    /// One for each argument.
    items: Vec<ItemOf>,
}

struct ItemOf {
    item: Item,
    /// The range it can have, with the clause.
    range: Option<(Decimal, Decimal, String)>,
    decides: bool,
}

fn section(c: &Context<'_>, args: &Args) -> Result<Box<dyn Bulk>, EvalError> {
    let judge = Judge::new(c, args)?;
    let body = body(args)?;
    judge.target(args)?; // a word that is no class is refused here as there
    let items = ITEMS.iter().map(|(name, ..)| {
        let item = judge.item(name, name)?;
        let rule = judge.rules.rule(item);
        let range = rule.range.as_ref();
        let range = range.map(|(low, high, c)| (*low, *high, format!("{} {}", c.standard, c.clause)));
        let has_limits = !judge.rules.limits(item, body, Class::I).is_empty();
        Ok(ItemOf {
            item,
            range,
            decides: rule.decides && has_limits,
        })
    });
    let items = items.collect::<Result<_, EvalError>>()?;
    let p = c.law.at("water.not_monitored", c.date, c.division)?;
    Ok(Box::new(Section {
        not_monitored: decimal(p, 0, "value")?,
        body,
        rounded: judge.rounded,
        rules: judge.rules,
        items,
    }))
}

impl Parts for Section {
    fn part(&self, place: usize, v: Decimal) -> Result<Part, EvalError> {
        let none = Ok(Part::default());
        let Some(ItemOf { item, range, decides }) = self.items.get(place) else {
            return none;
        };
        if v == self.not_monitored {
            return none;
        }
        let name = &self.rules.rule(*item).name;
        if v.is_negative() {
            let reason = format!("{v} is negative; a measured amount is 0 or more (浓度不得为负)");
            return Err(EvalError::argument(name, reason));
        }
        if let Some((low, high, clause)) = range {
            within(name, v, *low, *high, clause)?;
        }
        if !*decides {
            return none;
        }
        let v = if self.rounded { self.rules.judged(*item, v)? } else { v };
        Ok(Part {
            worst: self.rules.class(*item, self.body, v).map_or(0, |class| class as u16),
            marks: 0,
        })
    }

    fn whole(&self, parts: Part) -> Result<Brief<'_>, EvalError> {
        // Nothing that decides is 0, before class I.
        let class = usize::from(parts.worst).checked_sub(1).and_then(|i| Class::ALL.get(i));
        Ok(class.map_or(Brief::Missing, |class| Brief::Text(class.name())))
    }
}
