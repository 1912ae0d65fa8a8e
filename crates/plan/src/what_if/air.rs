//! Days of cities by the air quality index.

use super::{
    DataSet, Grade, Item, Question, SideOf, Sources, Unit, WhatIf, WhatIfError, Words, annual, in_order, rule_changes,
};
use crate::days::CityDay;
use crate::figures::{GroupFigure, Running};
use crate::measure::Figure;
use crate::reference::{Place, Reference};
use crate::rules::{Rules, levels};
use chrono::NaiveDate;
use figure::{NumberError, gbt8170};
use std::collections::{BTreeMap, HashMap};

/// The function of a city's day.
const AIR: &str = "air.aqi.daily";

/// Answers for the days of cities.
///
/// # Errors
/// [`WhatIfError`]: a rule that one of the laws does not give, a city without days, a range that ends before it begins.
pub fn air_city_days(s: &Sources, q: &Question) -> Result<WhatIf, WhatIfError> {
    q.check()?;
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
    let changes = in_order(items.into_iter().filter(|i| i.before.level != i.after.level).collect());
    Ok(WhatIf {
        data: DataSet::AirCityDays,
        from: q.from,
        to: q.to,
        base: q.base,
        other: q.other,
        function: AIR,
        division: String::new(),
        words: Words::of(DataSet::AirCityDays),
        levels: levels_after,
        simulated: total.simulated,
        total,
        units,
        changes,
        names: BTreeMap::new(),
        notes: vec![],
        rules: rule_changes(DataSet::AirCityDays, (s.before.law, s.after.law), q, division, |_| true),
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
        at: before.day.to_string(),
        before: grade(before),
        after: grade(after),
        simulated: before.simulated,
        reference: reference(q.base),
        explained: true,
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
    let mut out = Unit::named(unit);
    for i in items {
        out.count(&i.before, &i.after, i.simulated);
    }
    out.level(depth);
    out
}
