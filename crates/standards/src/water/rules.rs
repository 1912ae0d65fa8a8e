//! The limits of GB 3838 and the rounding before they are applied, compiled into integers.

use super::class::{Body, Class};
use crate::EvalError;
use crate::cell::{decimal, mode, whole};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Interval, Mode, NumberError, Ratio, Rounding};
use law::{Law, Provision};

/// An item of table 1, by its place in [`Rules::items`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item(pub(super) u8);

/// What is known about an item.
#[derive(Debug, Clone)]
pub struct ItemRule {
    /// `nh3n`.
    pub name: String,
    /// 氨氮.
    pub zh: String,
    /// ammonia nitrogen.
    pub en: String,
    /// The unit of its limits.
    pub unit: String,
    /// Whether it takes part in the class (the 21 items).
    pub decides: bool,
    /// Whether it may be judged beside the class, for reference.
    pub reference: bool,
    /// Whether it is named first among the main indicators.
    pub first: bool,
    /// Whether an exceedance multiple is given for it.
    pub multiple: bool,
    words: Vec<String>,
    rows: Vec<Row>,
    pub(super) range: Option<(Decimal, Decimal, Clause)>,
}

/// One row of the table of limits, at one scale.
#[derive(Debug, Clone)]
struct Row {
    body: Option<Body>,
    /// The value must be at least the limit (dissolved oxygen, lower end of pH).
    at_least: bool,
    scale: u32,
    scaled: [i64; 5],
    limits: [Decimal; 5],
    clause: Clause,
}

/// A limit of a class.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The number.
    pub value: Decimal,
    /// Whether the value must be at least this (else at most).
    pub at_least: bool,
    /// Where it stands.
    pub clause: Clause,
}

/// How many decimals values are judged with, by item.
#[derive(Debug, Clone)]
pub(super) struct Decimals {
    evaluation: Vec<Option<i32>>,
    pub clauses: Vec<Clause>,
    pub rounding: KeptRounding,
}

/// Half to even, but one significant digit where that would give 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeptRounding {
    pub mode: Mode,
    /// Significant digits kept where the result would be zero; 0 for none.
    pub significant: i32,
}

impl KeptRounding {
    pub fn at(p: &Provision) -> Result<Self, EvalError> {
        Ok(Self {
            mode: mode(p, 0)?,
            significant: whole(p, 0, "significant_if_zero")?,
        })
    }

    /// Rounds a decimal once, without going through a fraction where it can.
    pub fn decimal(&self, x: Decimal, decimals: i32) -> Result<Decimal, NumberError> {
        let rounded = x.round(&Rounding {
            mode: self.mode,
            interval: Interval::Decimals(decimals),
        })?;
        if rounded.is_zero() && !x.is_zero() {
            return self.round(x, decimals);
        }
        Ok(rounded)
    }

    /// Rounds once.
    pub fn round(&self, x: impl Into<Ratio>, decimals: i32) -> Result<Decimal, NumberError> {
        let x = x.into();
        let at = |d: i32| {
            x.round(&Rounding {
                mode: self.mode,
                interval: Interval::Decimals(d),
            })
        };
        let rounded = at(decimals)?;
        if !rounded.is_zero() || x.num() == 0 || self.significant == 0 {
            return Ok(rounded);
        }
        // The place of the first digit: cutting, not rounding, so that 0.0096 counts as 9 thousandths.
        let down = |d: i32| {
            x.round(&Rounding {
                mode: Mode::Down,
                interval: Interval::Decimals(d),
            })
        };
        let mut d = decimals + 1;
        while down(d)?.is_zero() {
            d += 1;
        }
        at(d + self.significant - 1)
    }
}

/// The rules of surface water of one day and division. Keep one per version of the law, not one per row.
#[derive(Debug, Clone)]
pub struct Rules {
    items: Vec<ItemRule>,
    /// The reason where no rounding rule is in force: values can then be judged unrounded only.
    pub(super) decimals: Result<Decimals, EvalError>,
    pub(super) item_clause: Clause,
}

impl Rules {
    /// Compiles the rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`] naming the key without a provision on that day; [`EvalError::Law`] when a
    /// provision lacks something.
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        // The limits first: on a day before them it is they that are missing.
        let limits = law.at("water.limit", date, division)?;
        let table = law.at("water.item", date, division)?;
        let deciding = law.at("water.class_items", date, division)?;
        let first = law.at("water.indicators.items", date, division)?;
        let range = law.at("water.range", date, division)?;
        let mut items = Vec::with_capacity(table.table.rows.len());
        for r in 0..table.table.rows.len() {
            let name = table.table.text(r, "item");
            let is = |p: &Provision, column: &str, absent: bool| match p.table.find(&[("item", name)]) {
                Some(row) => p.table.text(row, column) == "yes",
                None => absent,
            };
            let texts = ["item", "code", "code2", "zh", "en"].map(|c| table.table.text(r, c));
            let aliases = table.table.text(r, "aliases").split('|');
            let words = texts.into_iter().chain(aliases).filter(|w| !w.is_empty());
            let bounds = range.table.find(&[("item", name)]);
            let bounds = bounds.map(|row| -> Result<_, EvalError> {
                Ok((
                    decimal(range, row, "low")?,
                    decimal(range, row, "high")?,
                    range.clause_ref_row(row),
                ))
            });
            items.push(ItemRule {
                name: name.to_string(),
                zh: table.table.text(r, "zh").to_string(),
                en: table.table.text(r, "en").to_string(),
                unit: table.unit(r, "unit").to_string(),
                decides: is(deciding, "decides", false),
                reference: is(deciding, "reference", false),
                first: is(first, "first", false),
                multiple: is(first, "multiple", true),
                words: words.map(str::to_lowercase).collect(),
                rows: rows_of(limits, name)?,
                range: bounds.transpose()?,
            });
        }
        let decimals = Decimals::at(law, date, division, &items);
        Ok(Self {
            items,
            decimals,
            item_clause: deciding.clause_ref(),
        })
    }

    /// All items, in the order of table 1.
    pub fn items(&self) -> impl Iterator<Item = (Item, &ItemRule)> {
        (0u8..).map(Item).zip(&self.items)
    }

    /// An item by its name, code, Chinese or English name, in any case.
    pub fn item(&self, word: &str) -> Option<Item> {
        let wanted = word.trim().to_lowercase();
        self.items().find(|(_, r)| r.words.contains(&wanted)).map(|(i, _)| i)
    }

    /// What is known about an item.
    pub fn rule(&self, item: Item) -> &ItemRule {
        &self.items[usize::from(item.0)] // an `Item` is only made by `item` and `items`
    }

    /// Whether an item's limits differ between rivers and lakes.
    pub fn differs_by_body(&self, item: Item) -> bool {
        self.rule(item).rows.iter().any(|r| r.body.is_some())
    }

    /// The class of one value, as it stands (not rounded); none for an item without limits for this kind
    /// of water (total nitrogen of a river, temperature).
    pub fn class(&self, item: Item, body: Body, value: Decimal) -> Option<Class> {
        let rows = self.rule(item).rows.iter().filter(|r| r.holds_for(body));
        rows.map(|r| r.class(value)).max()
    }

    /// The class of `mantissa / 10^scale`: for tables that keep their values as integers.
    pub fn class_scaled(&self, item: Item, body: Body, mantissa: i64, scale: u32) -> Option<Class> {
        let rows = self.rule(item).rows.iter().filter(|r| r.holds_for(body));
        rows.map(|r| r.class_scaled(mantissa, scale)).max()
    }

    /// The worst class of the items that decide; items that do not are passed over. None if nothing decides.
    pub fn worst(&self, body: Body, values: impl IntoIterator<Item = (Item, Decimal)>) -> Option<Class> {
        let deciding = values.into_iter().filter(|(i, _)| self.rule(*i).decides);
        deciding.filter_map(|(i, v)| self.class(i, body, v)).max()
    }

    /// A value as reports judge it: rounded once to the decimals of evaluation.
    ///
    /// # Errors
    /// No rounding rule on that day, none for the item, or an overflow.
    pub fn judged(&self, item: Item, value: Decimal) -> Result<Decimal, EvalError> {
        let (rounding, decimals) = self.rounding(item)?;
        Ok(rounding.decimal(value, decimals)?)
    }

    /// As [`Rules::judged`], from a fraction (a mean).
    ///
    /// # Errors
    /// As there.
    pub fn judged_ratio(&self, item: Item, value: Ratio) -> Result<Decimal, EvalError> {
        let (rounding, decimals) = self.rounding(item)?;
        Ok(rounding.round(value, decimals)?)
    }

    fn rounding(&self, item: Item) -> Result<(KeptRounding, i32), EvalError> {
        let d = self.decimals.as_ref().map_err(Clone::clone)?;
        let decimals = d.evaluation.get(usize::from(item.0)).copied().flatten();
        let none = || EvalError::argument(&self.rule(item).name, "there is no rule for its decimals");
        Ok((d.rounding, decimals.ok_or_else(none)?))
    }

    /// The limits of a class (pH has two); none for worse than V or an item without limits.
    pub fn limits(&self, item: Item, body: Body, class: Class) -> Vec<Limit> {
        let at = class as usize - 1;
        let rows = self.rule(item).rows.iter().filter(|r| r.holds_for(body));
        rows.filter_map(|r| {
            Some(Limit {
                value: *r.limits.get(at)?,
                at_least: r.at_least,
                clause: r.clause.clone(),
            })
        })
        .collect()
    }

    /// (C − S) ÷ S over the limit of a class, exact; none if the value does not exceed it, or for items
    /// without a multiple.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn multiple(&self, item: Item, body: Body, class: Class, value: Decimal) -> Result<Option<Ratio>, NumberError> {
        if !self.rule(item).multiple {
            return Ok(None);
        }
        match self.limits(item, body, class).as_slice() {
            [l] if !l.at_least && value > l.value && !l.value.is_zero() => {
                let s = Ratio::from(l.value);
                Ok(Some(Ratio::from(value).sub(s)?.div(s)?))
            }
            _ => Ok(None),
        }
    }
}

impl Decimals {
    fn at(law: &Law, date: NaiveDate, division: &str, items: &[ItemRule]) -> Result<Self, EvalError> {
        let (p, rule) = (
            law.at("water.decimals", date, division)?,
            law.at("water.rounding", date, division)?,
        );
        let of = |item: &ItemRule| match p.table.find(&[("item", &item.name)]) {
            Some(row) if !p.table.text(row, "evaluation").is_empty() => whole(p, row, "evaluation").map(Some),
            _ => Ok(None),
        };
        Ok(Self {
            evaluation: items.iter().map(of).collect::<Result<_, _>>()?,
            clauses: vec![p.clause_ref(), rule.clause_ref()],
            rounding: KeptRounding::at(rule)?,
        })
    }
}

fn rows_of(limits: &Provision, item: &str) -> Result<Vec<Row>, EvalError> {
    let mut rows = Vec::new();
    for r in (0..limits.table.rows.len()).filter(|&r| limits.table.text(r, "item") == item) {
        let body = match limits.table.text(r, "body") {
            "all" => None,
            "river" => Some(Body::River),
            "lake" => Some(Body::Lake),
            other => return Err(EvalError::law(limits, format!("unknown kind of water `{other}`"))),
        };
        let at_least = match limits.table.text(r, "op") {
            ">=" => true,
            "<=" => false,
            other => return Err(EvalError::law(limits, format!("unknown comparison `{other}`"))),
        };
        let mut values = [Decimal::ZERO; 5];
        for (slot, class) in values.iter_mut().zip(Class::ALL) {
            *slot = decimal(limits, r, class.name())?;
        }
        let scale = values.iter().map(Decimal::scale).max().unwrap_or(0);
        let mut scaled = [0i64; 5];
        for (slot, v) in scaled.iter_mut().zip(values) {
            let n = v.at_scale(scale).and_then(|n| i64::try_from(n).ok());
            *slot = n.ok_or_else(|| EvalError::law(limits, format!("limit {v} is out of range")))?;
        }
        rows.push(Row {
            body,
            at_least,
            scale,
            scaled,
            limits: values,
            clause: limits.clause_ref_row(r),
        });
    }
    Ok(rows)
}

impl Row {
    fn holds_for(&self, body: Body) -> bool {
        self.body.is_none_or(|b| b == body)
    }

    fn class(&self, value: Decimal) -> Class {
        match i64::try_from(value.mantissa()) {
            Ok(m) => self.class_scaled(m, value.scale()),
            Err(_) => self.first(|l| if self.at_least { value >= l } else { value <= l }),
        }
    }

    fn class_scaled(&self, mantissa: i64, scale: u32) -> Class {
        // Both sides at the finer scale, in 128 bits: 64-bit values times at most 10^18 fit.
        const MOST: u32 = 18;
        let (up, down) = (self.scale.saturating_sub(scale), scale.saturating_sub(self.scale));
        if up <= MOST && down <= MOST {
            let v = i128::from(mantissa) * 10i128.pow(up);
            let unit = 10i128.pow(down);
            for (class, limit) in Class::ALL.into_iter().zip(self.scaled) {
                let limit = i128::from(limit) * unit;
                if (self.at_least && v >= limit) || (!self.at_least && v <= limit) {
                    return class;
                }
            }
            return Class::Worse;
        }
        match Decimal::new(i128::from(mantissa), scale) {
            Ok(v) => self.first(|l| if self.at_least { v >= l } else { v <= l }),
            // More decimals than any value carries: the value is as good as zero.
            Err(_) => self.first(|l| {
                if self.at_least {
                    Decimal::ZERO >= l
                } else {
                    Decimal::ZERO <= l
                }
            }),
        }
    }

    fn first(&self, meets: impl Fn(Decimal) -> bool) -> Class {
        let hit = Class::ALL.into_iter().zip(self.limits).find(|(_, l)| meets(*l));
        hit.map_or(Class::Worse, |(c, _)| c)
    }
}
