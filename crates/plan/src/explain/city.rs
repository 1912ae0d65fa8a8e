//! A city's year, its days, and a day's pollutants.

use super::site::{delivered_day, from_hours, from_sites};
use super::{Depths, ExplainError, below, equals, factor_unit, symbol, unit_label, what};
use crate::days::{CityDay, FACTORS, first_of};
use crate::depths::{self, Site, codes};
use crate::figures::{CityFigure, to_date};
use crate::measure::Figure;
use crate::reference::{Place, Reference};
use crate::rules::{Rules, levels};
use crate::stand::{StandError, decimals};
use chrono::{Datelike, NaiveDate};
use figure::{Decimal, Explanation, Ratio, gbt8170};
use standards::{Args, Context};

pub(super) fn city_line(
    d: &Depths,
    reference: &Reference,
    figure: &Figure,
    c: &CityFigure,
    upto: NaiveDate,
    digits: i32,
) -> Result<Explanation, ExplainError> {
    let (zh, en) = (d.city)(&c.city);
    let mut line = Explanation::new(zh, en)
        .unit(unit_label(figure.unit()))
        .simulated(c.simulated);
    if let Some(v) = c.value {
        line = line.value(gbt8170(v, digits)?);
    }
    line = match figure {
        Figure::Mean { .. } => line.note(format!("有效 {} 天", c.days), format!("{} valid days", c.days)),
        _ => line.note(
            format!("{}/{} 天", c.hits, c.days),
            format!("{} of {} days", c.hits, c.days),
        ),
    };
    let place = Place::CityYear {
        city: c.city.clone(),
        what: what(figure),
        upto,
    };
    Ok(line.reference(below(reference, place)))
}

pub(super) fn city_year(
    d: &Depths,
    reference: &Reference,
    city: &str,
    what: &str,
    upto: NaiveDate,
) -> Result<Explanation, ExplainError> {
    let (zh, en) = (d.city)(city);
    let group = String::new();
    let figure = match what {
        "good-days" => Figure::GoodDays { group },
        "heavy-days" => Figure::HeavyDays { group },
        factor if FACTORS.contains(&factor) => Figure::Mean {
            factor: factor.to_string(),
            group,
            decimals: 1,
        },
        other => {
            return Err(ExplainError::Unknown(format!(
                "`{other}`; known are {} and good-days, heavy-days",
                FACTORS.join(", ")
            )));
        }
    };
    let rules = Rules::at(d.law, reference.law_of.unwrap_or(upto), city).map_err(StandError::from)?;
    // A city is shown with the digits of the plan's own figure of this kind.
    let digits = d
        .plan
        .measures
        .iter()
        .find(|m| m.figure.as_ref().is_some_and(|f| self::what(f) == what))
        .map_or(rules.ratio_decimals, |m| decimals(m, &rules));
    let cities = [city.to_string()];
    let none = crate::figures::Region { of_rounded: None };
    let now = to_date(&figure, &cities, d.days, upto, rules.bounds, none)?;
    let title = |mean: &str, good: &str, heavy: &str| match &figure {
        Figure::Mean { factor, .. } => format!("{} {mean}", symbol(factor)),
        Figure::GoodDays { .. } => good.to_string(),
        Figure::HeavyDays { .. } => heavy.to_string(),
    };
    let mut out = Explanation::new(
        format!(
            "{zh} {} {}—{upto}",
            title("平均浓度", "优良天数比率", "重污染天数比率"),
            first_of(upto.year())
        ),
        format!(
            "{en}: {}, {} to {upto}",
            title("mean", "share of good days", "share of heavily polluted days"),
            first_of(upto.year())
        ),
    );
    let days = d.days.to_date(city, upto);
    if let (Some(v), Some(c)) = (now.value, now.cities.first()) {
        let value = gbt8170(v, digits)?;
        let formula = match &figure {
            Figure::Mean { factor, .. } => {
                let mut sum = Ratio::from(0i64);
                for x in days.iter().filter_map(|day| day.value(factor)) {
                    sum = sum.add(Ratio::from(x))?;
                }
                format!(
                    "Σ日均 {} ⁄ {} 天 {} → {value}",
                    sum.shown(0),
                    c.days,
                    equals(v, digits + 2)
                )
            }
            _ => format!("{} ⁄ {} × 100 {} → {value}", c.hits, c.days, equals(v, digits + 2)),
        };
        out = out.value(value).formula(formula);
    }
    out = match &figure {
        Figure::Mean { .. } => out.clause(rules.valid_clause.clone()),
        Figure::GoodDays { .. } => out.clause(rules.good_clause.clone()),
        Figure::HeavyDays { .. } => out.clause(rules.heavy_clause.clone()),
    };
    out = out
        .unit(unit_label(figure.unit()))
        .clause(rules.rounding_clause.clone());
    for day in days {
        let mut line = Explanation::new(day.day.to_string(), day.day.to_string()).simulated(day.simulated);
        let factor = match &figure {
            Figure::Mean { factor, .. } => {
                if let Some(v) = day.value(factor) {
                    line = line.value(v).unit(factor_unit(factor));
                }
                Some(factor.clone())
            }
            _ => {
                if let Some(a) = day.aqi {
                    line = line.value(a);
                }
                None
            }
        };
        if line.value.is_none() {
            line = line.note("当日无有效值", "no valid value that day");
        }
        let place = Place::CityDay {
            city: city.to_string(),
            day: day.day,
            factor,
        };
        out = out.input(line.reference(below(reference, place)));
    }
    Ok(out)
}

fn the_day<'a>(d: &'a Depths, city: &str, day: NaiveDate) -> Result<&'a CityDay, ExplainError> {
    d.days
        .day(city, day)
        .ok_or_else(|| ExplainError::Unknown(format!("{city} on {day}")))
}

/// The cities of a group on a day: how many had which level, and each with its index.
pub(super) fn group_day(
    d: &Depths,
    reference: &Reference,
    group: &str,
    day: NaiveDate,
) -> Result<Explanation, ExplainError> {
    let group = d
        .plan
        .group(group)
        .ok_or_else(|| ExplainError::Unknown(format!("group `{group}`")))?;
    let levels = levels(d.law, reference.law_of.unwrap_or(day), &d.plan.head.division);
    let mut out = Explanation::new(
        format!("{} {day} 各市空气质量指数", group.zh),
        format!("{day}: air quality index of {}", group.en),
    );
    let mut counts = vec![0u32; levels.len() + 1];
    for city in &group.members {
        let Some(known) = d.days.day(city, day) else { continue };
        let (zh, en) = (d.city)(city);
        let place = Place::CityDay {
            city: city.clone(),
            day,
            factor: None,
        };
        let mut line = Explanation::new(zh, en)
            .simulated(known.simulated)
            .reference(below(reference, place));
        line = match known.aqi {
            Some(aqi) => line.value(aqi),
            None => line.note("没有有效的指数", "no valid index"),
        };
        let at = usize::from(known.level).min(levels.len());
        counts[at] += 1;
        if let Some(l) = at.checked_sub(1).and_then(|i| levels.get(i)) {
            line = line.note(&l.category_zh, &l.category_en);
        }
        out = out.input(line);
    }
    if out.inputs.is_empty() {
        return Err(ExplainError::Unknown(format!("{} on {day}", group.id)));
    }
    for (l, n) in levels.iter().zip(&counts[1..]).filter(|(_, n)| **n > 0) {
        out = out.note(
            format!("{} {n} 市", l.category_zh),
            format!("{}: {n} cities", l.category_en),
        );
    }
    Ok(out)
}

pub(super) fn city_index(
    d: &Depths,
    reference: &Reference,
    city: &str,
    day: NaiveDate,
) -> Result<Explanation, ExplainError> {
    let known = the_day(d, city, day)?;
    let (zh, en) = (d.city)(city);
    let context = Context {
        law: d.law,
        date: reference.law_of.unwrap_or(day),
        division: city,
    };
    let args: Args = FACTORS
        .iter()
        .filter_map(|f| Some((f.to_string(), known.value(f)?.to_string())))
        .collect();
    let function = standards::find("air.aqi.daily").ok_or_else(|| ExplainError::Unknown("air.aqi.daily".into()))?;
    let got = function.call(&context, &args)?;
    let mut out = got.explanation;
    out.title = figure::Text::new(
        format!("{zh} {day} 空气质量指数"),
        format!("{en} {day}: air quality index"),
    );
    let shown = known.aqi.map(|a| a.to_string());
    if shown.is_some() && shown != out.value {
        let stored = shown.unwrap_or_default();
        out = out.note(
            format!("库存日值为 {stored},与重算不一致"),
            format!("the kept day value is {stored}, not what was computed again"),
        );
    }
    for f in FACTORS.iter().filter(|f| known.value(f).is_some()) {
        let place = Place::CityDay {
            city: city.to_string(),
            day,
            factor: Some(f.to_string()),
        };
        let mut line = Explanation::new(format!("{} 日值", symbol(f)), format!("{} day value", symbol(f)))
            .unit(factor_unit(f))
            .simulated(known.simulated)
            .reference(below(reference, place));
        if let Some(v) = known.value(f) {
            line = line.value(v);
        }
        out = out.input(line);
    }
    Ok(out)
}

pub(super) fn city_factor(
    d: &Depths,
    reference: &Reference,
    city: &str,
    day: NaiveDate,
    factor: &str,
) -> Result<Explanation, ExplainError> {
    let known = the_day(d, city, day)?.value(factor);
    let (code, delivered) = codes(factor).ok_or_else(|| ExplainError::Unknown(format!("pollutant `{factor}`")))?;
    let (zh, en) = (d.city)(city);
    let titles = (
        format!("{zh} {day} {} 日值", symbol(factor)),
        format!("{en} {day}: {} day value", symbol(factor)),
    );
    let here: Vec<&Site> = d.sites.iter().filter(|s| s.division == city && s.evaluates).collect();
    let names: Vec<&str> = here.iter().map(|s| s.code.as_str()).collect();
    let hours = depths::hours_of(d.lake, &names, code, day)?;
    let mut out = if !hours.is_empty() {
        from_sites(d, reference, city, day, factor, &here, &hours)?
    } else {
        let hours = depths::hours_of(d.lake, &[city], code, day)?;
        if hours.is_empty() {
            delivered_day(d, city, day, factor, code, delivered)?
        } else {
            from_hours(d, reference, city, city, day, factor, &hours)?
        }
    };
    out.title = figure::Text::new(titles.0, titles.1);
    let computed = out.value.as_deref().and_then(|v| Decimal::parse(v).ok());
    if computed != known {
        let stored = known.map_or("—".to_string(), |v| v.to_string());
        out = out.note(
            format!("库存日值为 {stored},与重算不一致"),
            format!("the kept day value is {stored}, not what was computed again"),
        );
    }
    Ok(out)
}
