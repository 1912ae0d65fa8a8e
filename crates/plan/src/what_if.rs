//! What if another law had held: the same data judged twice, and who and how many days change.
//!
//! Nothing is computed here that is not computed elsewhere: grades come from the lake, shares of days from
//! [`crate::figures`], yearly figures from the registered functions; this file only lays two of each side by side.
//! A data set is what is judged; each yields [`Item`]s, and everything behind them is the same for all.

use crate::days::{CityDay, Days};
use crate::figures::{GroupFigure, Running};
use crate::measure::{Figure, Plan};
use crate::reference::{Place, Reference};
use crate::rules::{Level, RuleError, Rules, levels};
use chrono::NaiveDate;
use figure::{Decimal, NumberError, gbt8170};
use law::Law;
use serde::Serialize;
use std::collections::HashMap;

mod annual;
pub use annual::{Annual, AnnualFigure};

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum DataSet {
    /// Days of cities by the air quality index.
    #[serde(rename = "air.city-days")]
    AirCityDays,
}

impl DataSet {
    /// All there are, with their names.
    pub const ALL: [(DataSet, &'static str, &'static str, &'static str); 1] = [(
        DataSet::AirCityDays,
        "air.city-days",
        "空气质量:城市日",
        "Air: days of cities",
    )];

    /// By its id.
    pub fn by_id(id: &str) -> Option<DataSet> {
        DataSet::ALL
            .iter()
            .find(|(_, known, ..)| *known == id)
            .map(|(d, ..)| *d)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// The law it is compared with: that of one day, or each day's own.
    pub base: Option<NaiveDate>,
    /// The other law: that of this day.
    pub other: NaiveDate,
    /// Only these cities; empty: those of the plan's province.
    pub cities: Vec<String>,
}

/// Law and days of one side.
#[derive(Debug, Clone, Copy)]
pub struct SideOf<'a> {
    pub law: &'a Law,
    pub days: &'a Days,
}

/// What stands behind the question.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    pub plan: &'a Plan,
    /// Judged by the law compared with.
    pub before: SideOf<'a>,
    /// Judged by the other law, a draft laid over it where one is asked for.
    pub after: SideOf<'a>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Eval(#[from] standards::EvalError),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error("from {from} to {to}: the end lies before the beginning")]
    Range { from: NaiveDate, to: NaiveDate },
    #[error("`{0}` has no day in the lake")]
    NoCity(String),
}

/// One thing judged under one law.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Grade {
    /// 1 is best; 0: it cannot be said.
    pub level: u8,
    /// The figure behind the grade.
    pub value: Option<String>,
    /// What decided it: primary pollutants, items.
    pub cause: String,
}

/// One thing on one day, judged twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// City, section, outlet.
    pub unit: String,
    pub day: NaiveDate,
    pub before: Grade,
    pub after: Grade,
    pub simulated: bool,
    /// Its explanation by the law compared with.
    pub reference: String,
    /// Its explanation by the other law; none under a draft, whose figure the calculator explains.
    pub reference_after: Option<String>,
    /// The values that were judged, as arguments of `function`.
    pub args: Vec<(&'static str, String)>,
}

/// How many days of which grade.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// By grade; the first is "cannot be said".
    pub levels: Vec<u32>,
    /// Days with a grade.
    pub valid: u32,
    /// Good days.
    pub good: u32,
    /// Their share, per cent, rounded as the law says.
    pub ratio: Option<Decimal>,
}

/// One unit, or all together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Unit {
    /// Code; empty for all together.
    pub unit: String,
    pub days: u32,
    pub before: Tally,
    pub after: Tally,
    /// Days with another grade.
    pub changed: u32,
    pub better: u32,
    pub worse: u32,
    /// Days with another figure, whatever the grade.
    pub figures_changed: u32,
    pub simulated: bool,
    /// Yearly figures under both; none for all together.
    pub annual: Option<(Annual, Annual)>,
}

/// A provision that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    pub key: String,
    pub title: figure::Text,
    pub before: String,
    pub after: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    pub data: DataSet,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub base: Option<NaiveDate>,
    pub other: NaiveDate,
    /// The function that gives the grade of an item from its `args`.
    pub function: &'static str,
    pub levels: Vec<Level>,
    pub total: Unit,
    pub units: Vec<Unit>,
    /// Days with another grade, by day and unit.
    pub changes: Vec<Item>,
    pub rules: Vec<RuleChange>,
    /// The range is a calendar year: its figures are yearly ones.
    pub whole_year: bool,
    pub simulated: bool,
}

/// The function of a city's day.
const AIR: &str = "air.aqi.daily";

/// Answers for the days of cities.
///
/// # Errors
/// [`WhatIfError`]: a rule that one of the laws does not give, a city without days, a range that ends before it begins.
pub fn air_city_days(s: &Sources, q: &Question) -> Result<WhatIf, WhatIfError> {
    if q.to < q.from {
        return Err(WhatIfError::Range { from: q.from, to: q.to });
    }
    let division = s.plan.head.division.as_str();
    let cities = match q.cities.is_empty() {
        true => s.plan.group(division).map(|g| g.members.clone()).unwrap_or_default(),
        false => q.cities.clone(),
    };
    if let Some(c) = cities
        .iter()
        .find(|c| !q.cities.is_empty() && !s.before.days.cities().any(|k| k == **c))
    {
        return Err(WhatIfError::NoCity(c.clone()));
    }
    let rules_before = Rules::at(s.before.law, q.base.unwrap_or(q.to), division)?;
    let rules_after = Rules::at(s.after.law, q.other, division)?;
    let draft = s.before.law.fingerprint() != s.after.law.fingerprint();
    let mut items = vec![];
    for city in &cities {
        let after: HashMap<NaiveDate, &CityDay> = s
            .after
            .days
            .range(city, q.from, q.to)
            .iter()
            .map(|d| (d.day, d))
            .collect();
        let days = s.before.days.range(city, q.from, q.to).iter();
        items.extend(days.filter_map(|b| Some(item(city, b, after.get(&b.day)?, q, draft))));
    }
    let (before, after) = (
        shares(s.before, &cities, &rules_before, q)?,
        shares(s.after, &cities, &rules_after, q)?,
    );
    let levels_after = levels(s.after.law, q.other, division);
    let depth = levels_after.len().max(
        items
            .iter()
            .map(|i| usize::from(i.before.level.max(i.after.level)))
            .max()
            .unwrap_or(0),
    );
    let mut units = vec![];
    for (i, city) in cities.iter().enumerate() {
        let mut unit = tally(city, items.iter().filter(|x| x.unit == *city), depth);
        for (side, group, rules) in [
            (&mut unit.before, &before, &rules_before),
            (&mut unit.after, &after, &rules_after),
        ] {
            side.good = group.cities[i].hits;
            side.ratio = group.cities[i]
                .value
                .map(|v| gbt8170(v, rules.ratio_decimals))
                .transpose()?;
        }
        if unit.days > 0 {
            let of = |side: SideOf, law_of: Option<NaiveDate>| annual::annual(side, city, q, law_of);
            unit.annual = Some((of(s.before, q.base)?, of(s.after, Some(q.other))?));
        }
        units.push(unit);
    }
    let mut total = tally("", items.iter(), depth);
    for (side, group, rules) in [
        (&mut total.before, &before, &rules_before),
        (&mut total.after, &after, &rules_after),
    ] {
        side.good = group.cities.iter().map(|c| c.hits).sum();
        side.ratio = group.value.map(|v| gbt8170(v, rules.ratio_decimals)).transpose()?;
    }
    let mut changes: Vec<Item> = items.into_iter().filter(|i| i.before.level != i.after.level).collect();
    changes.sort_by(|a, b| (a.day, &a.unit).cmp(&(b.day, &b.unit)));
    Ok(WhatIf {
        data: DataSet::AirCityDays,
        from: q.from,
        to: q.to,
        base: q.base,
        other: q.other,
        function: AIR,
        levels: levels_after,
        simulated: total.simulated,
        total,
        units,
        changes,
        rules: rule_changes(s, q, division),
        whole_year: annual::whole_year(q),
    })
}

fn item(city: &str, before: &CityDay, after: &CityDay, q: &Question, draft: bool) -> Item {
    let grade = |d: &CityDay| Grade {
        level: d.level,
        value: d.aqi.map(|a| a.to_string()),
        cause: d.primary.clone(),
    };
    let reference = |law_of| {
        let place = Place::CityDay {
            city: city.to_string(),
            day: before.day,
            factor: None,
        };
        Reference {
            law_of,
            ..Reference::to(place)
        }
        .to_string()
    };
    Item {
        unit: city.to_string(),
        day: before.day,
        before: grade(before),
        after: grade(after),
        simulated: before.simulated,
        reference: reference(q.base),
        reference_after: (!draft).then(|| reference(Some(q.other))),
        args: crate::days::FACTORS
            .iter()
            .filter_map(|f| Some((*f, before.value(f)?.to_string())))
            .collect(),
    }
}

/// Good days of each city and of all, by the one way there is to a share of days.
fn shares(side: SideOf, cities: &[String], rules: &Rules, q: &Question) -> Result<GroupFigure, NumberError> {
    let figure = Figure::GoodDays { group: String::new() };
    let mut running = Running::new(&figure, cities, rules.bounds, rules.ratio);
    for (i, city) in cities.iter().enumerate() {
        for day in side.days.range(city, q.from, q.to) {
            running.add(i, day)?;
        }
    }
    running.figure()
}

fn tally<'a>(unit: &str, items: impl Iterator<Item = &'a Item>, depth: usize) -> Unit {
    let empty = || Tally {
        levels: vec![0; depth + 1],
        ..Tally::default()
    };
    let mut out = Unit {
        unit: unit.to_string(),
        before: empty(),
        after: empty(),
        ..Unit::default()
    };
    for i in items {
        out.days += 1;
        for (side, grade) in [(&mut out.before, &i.before), (&mut out.after, &i.after)] {
            side.levels[usize::from(grade.level)] += 1; // `depth` is the deepest of all items
            side.valid += u32::from(grade.level > 0);
        }
        let (b, a) = (i.before.level, i.after.level);
        out.changed += u32::from(a != b);
        out.worse += u32::from(b > 0 && a > b);
        out.better += u32::from(a > 0 && a < b);
        out.figures_changed += u32::from(i.before.value != i.after.value);
        out.simulated |= i.simulated;
    }
    out
}

/// The provisions behind grade, good days and yearly figures that differ between the two laws.
fn rule_changes(s: &Sources, q: &Question, division: &str) -> Vec<RuleChange> {
    let mut keys: Vec<&str> = [AIR, "air.evaluation", "air.good_day_ratio"]
        .iter()
        .filter_map(|f| standards::find(f))
        .flat_map(|f| f.keys.iter().copied())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut out = vec![];
    for key in keys {
        let before = s.before.law.at(key, q.base.unwrap_or(q.to), division);
        let after = s.after.law.at(key, q.other, division);
        let name = |p: &law::Provision| format!("{} {}", p.standard.number, p.clause);
        let (Ok(b), Ok(a)) = (before, after) else { continue };
        if name(b) != name(a) || b.table != a.table {
            out.push(RuleChange {
                key: key.to_string(),
                title: a.title.clone(),
                before: name(b),
                after: name(a),
            });
        }
    }
    out
}
