//! What the rest of the year may bring for a measure: exact room that is left, and a projection with its record.

use crate::days::{Days, first_of, last_of};
use crate::figures::GroupFigure;
use crate::measure::{Figure, Target};
use crate::rules::Rules;
use crate::stand::StandError;
use crate::words::Op;
use chrono::{Datelike, NaiveDate};
use figure::{Decimal, Ratio, Text};
use models::forecast::{
    Comparator, Count, ForecastError, Method, Outlook, Part, Scale, Target as Bound, YearDays, back_test, days_left,
    project as project_year, rest_mean,
};
use serde::Serialize;

/// Whose year, up to which day.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub figure: &'a Figure,
    pub cities: &'a [String],
    pub days: &'a Days,
    pub upto: NaiveDate,
}

/// The room that is left, in words, and the number in them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remaining {
    /// Mean that the remaining days may have, or days that may still be lost; none when it is decided already.
    pub value: Option<Decimal>,
    pub text: Text,
}

/// Where the year may end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Projection {
    pub value: Decimal,
    pub lo: Decimal,
    pub hi: Decimal,
    /// Per cent of outcomes that the interval is meant to hold.
    pub nominal: u32,
    /// Per cent of back tests that it held; none if no earlier year could be forecast.
    pub coverage: Option<u32>,
    pub rounds: u32,
    /// Years learnt from.
    pub years: Vec<YearOrigin>,
    pub simulated: bool,
    pub text_zh: String,
    pub text_en: String,
}

/// A year, and whether its days are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearOrigin {
    pub year: i32,
    pub simulated: bool,
}

fn comparator(op: Op) -> Option<Comparator> {
    Some(match op {
        Op::AtMost => Comparator::AtMost,
        Op::Below => Comparator::Less,
        Op::AtLeast => Comparator::AtLeast,
        Op::Above => Comparator::Greater,
        Op::Equal | Op::About => return None,
    })
}

fn failed(e: ForecastError) -> StandError {
    StandError::Projection(e.to_string())
}

/// The room left before the target is missed; none for targets that leave no room by nature (=, ≈).
///
/// # Errors
/// A number out of range.
pub fn remaining(q: &Question, now: &GroupFigure, target: &Target) -> Result<Option<Remaining>, StandError> {
    let Some(op) = comparator(target.op) else {
        return Ok(None);
    };
    let bound = Bound::new(op, target.value);
    let rest = last_of(q.upto.year()).ordinal() - q.upto.ordinal();
    let mean = matches!(q.figure, Figure::Mean { .. });
    let (value, outlook) = if mean {
        let mut parts = Vec::with_capacity(now.cities.len());
        for c in &now.cities {
            let sum = c
                .value
                .unwrap_or(Ratio::from(0i64))
                .mul(Ratio::from(i64::from(c.days)))?;
            parts.push(Part {
                sum,
                done: c.days,
                rest,
            });
        }
        let r = rest_mean(&parts, &bound, target.value.scale()).map_err(failed)?;
        (r.shown, r.outlook)
    } else {
        let count = Count {
            hits: now.cities.iter().map(|c| u64::from(c.hits)).sum(),
            valid: u64::from(now.days()),
            rest: u64::from(rest) * q.cities.len() as u64,
        };
        let left = days_left(count, &bound).map_err(failed)?;
        (left.days.map(|d| Decimal::from_int(d as i64)), left.outlook)
    };
    let text = match (outlook, value, mean) {
        (Outlook::Assured, ..) => Text::new("余期如何都已达标", "met whatever comes"),
        (Outlook::Lost, ..) => Text::new("余期如何都已不能达标", "missed whatever comes"),
        (Outlook::Open, Some(v), true) => {
            let sign = if op.low_is_good() { "≤" } else { "≥" };
            Text::new(
                format!("余期均值须 {sign}{v}"),
                format!("the rest must average {sign}{v}"),
            )
        }
        (Outlook::Open, Some(v), false) => Text::new(
            format!("余期可再失 {v} 城市天"),
            format!("{v} city-days may still be lost"),
        ),
        (Outlook::Open, None, _) => return Ok(None),
    };
    Ok(Some(Remaining {
        value: value.filter(|_| outlook == Outlook::Open),
        text,
    }))
}

/// A year of day values of these cities: their mean, or the per cent of them that are good or heavy.
fn year(q: &Question, rules: &Rules, cities: &[String], year: i32) -> YearDays {
    let (mut values, mut simulated) = (vec![], false);
    for day in first_of(year).iter_days().take_while(|d| *d <= last_of(year)) {
        let (mut sum, mut n) = (0.0, 0u32);
        for d in cities.iter().filter_map(|c| q.days.day(c, day)) {
            let x = match q.figure {
                Figure::Mean { factor, .. } => d.value(factor).map(|v| v.to_f64()),
                Figure::GoodDays { .. } => d.aqi.map(|a| if a <= rules.bounds.good_max { 100.0 } else { 0.0 }),
                Figure::HeavyDays { .. } => d.aqi.map(|a| if a > rules.bounds.heavy_above { 100.0 } else { 0.0 }),
            };
            if let Some(x) = x {
                sum += x;
                n += 1;
                simulated |= d.simulated;
            }
        }
        values.push((n > 0).then(|| sum / f64::from(n)));
    }
    YearDays {
        year,
        simulated,
        values,
    }
}

/// Projects the year's figure and checks the method on earlier years. None where too little is known to say anything.
///
/// # Errors
/// A number out of range, a method file that cannot be used.
pub fn project(q: &Question, rules: &Rules, digits: i32, method: &Method) -> Result<Option<Projection>, StandError> {
    let Some((first, _)) = q.days.span(q.cities) else {
        return Ok(None);
    };
    let decimals = digits.max(0) as u32;
    let scale = if matches!(q.figure, Figure::Mean { .. }) {
        Scale::Product
    } else {
        Scale::Share
    };
    let this = year(q, rules, q.cities, q.upto.year());
    let earlier: Vec<i32> = (first.year()..q.upto.year()).collect();
    let of = |cities: &[String]| -> Vec<YearDays> { earlier.iter().map(|y| year(q, rules, cities, *y)).collect() };
    let done = q.upto.ordinal() as usize;
    let length = this.values.len();
    let p = match project_year(&this, done, length, &of(q.cities), scale, method, decimals) {
        Ok(p) => p,
        Err(ForecastError::TooEarly { .. } | ForecastError::NoEarlierYear { .. } | ForecastError::Empty) => {
            return Ok(None);
        }
        Err(e) => return Err(failed(e)),
    };
    // The group itself is forecast too: it is what the page shows.
    let mut places: Vec<Vec<YearDays>> = vec![of(q.cities)];
    if q.cities.len() > 1 {
        places.extend(q.cities.iter().map(|c| of(std::slice::from_ref(c))));
    }
    let record = back_test(&places, &[done], scale, method, decimals).map_err(failed)?;
    let years: Vec<YearOrigin> = p
        .years
        .iter()
        .map(|(year, simulated)| YearOrigin {
            year: *year,
            simulated: *simulated,
        })
        .collect();
    let names = |zh: bool| {
        let name = |y: &YearOrigin| match (y.simulated, zh) {
            (true, true) => format!("{}(模拟)", y.year),
            (true, false) => format!("{} (simulated)", y.year),
            (false, _) => y.year.to_string(),
        };
        years
            .iter()
            .map(name)
            .collect::<Vec<_>>()
            .join(if zh { "、" } else { ", " })
    };
    let (coverage, rounds) = (record.percent(), record.rounds);
    let kept = |zh: bool| match (coverage, zh) {
        (Some(c), true) => format!("回测 {rounds} 次,{c}% 落在区间内"),
        (Some(c), false) => format!("{rounds} back tests, {c} % inside"),
        (None, true) => "无可回测的往年".to_string(),
        (None, false) => "no earlier year to test on".to_string(),
    };
    Ok(Some(Projection {
        text_zh: format!("{}% 区间,由{}的季节规律推算;{}", p.nominal, names(true), kept(true)),
        text_en: format!(
            "{} % interval, from the seasons of {}; {}",
            p.nominal,
            names(false),
            kept(false)
        ),
        value: p.value,
        lo: p.lo,
        hi: p.hi,
        nominal: p.nominal,
        coverage,
        rounds,
        years,
        simulated: p.simulated,
    }))
}
