//! A figure explained one level at a time: each level is a smaller question, the last one the raw evidence.
//!
//! Day values are not looked up but computed again from the hours, by the same functions of `standards` that made
//! them; where the two differ, the explanation says so.

mod city;
mod site;

use crate::days::Days;
use crate::depths::Site;
use crate::figures::{CityFigure, to_date};
use crate::measure::{Figure, Plan};
use crate::reference::{BadReference, Place, Reference};
use crate::rules::Rules;
use crate::stand::{Asked, StandError, cities_of, decimals, region};
use chrono::{NaiveDate, NaiveDateTime};
use city::{city_factor, city_index, city_line, city_year, group_day};
use figure::{Explanation, Ratio, Unit, gbt8170};
use lake::{Lake, LakeError, SeriesKey};
use law::Law;
use site::{observation, site_day};
use standards::EvalError;

/// Everything an explanation reads.
pub struct Depths<'a> {
    pub plan: &'a Plan,
    pub law: &'a Law,
    /// City days judged by each day's own law, or by the law day that the REF names.
    pub days: &'a Days,
    pub lake: &'a Lake,
    pub sites: &'a [Site],
    /// City code → names.
    pub city: &'a dyn Fn(&str) -> (String, String),
    /// Observation → evidence REF.
    pub trace: &'a dyn Fn(&SeriesKey, NaiveDateTime, i64) -> Option<String>,
}

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    #[error(transparent)]
    Reference(#[from] BadReference),
    #[error(transparent)]
    Stand(#[from] StandError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Rule(#[from] EvalError),
    #[error("nothing is known of {0}")]
    Unknown(String),
}

impl From<figure::NumberError> for ExplainError {
    fn from(e: figure::NumberError) -> Self {
        ExplainError::Stand(e.into())
    }
}

/// Explains a REF, one level deep; its inputs carry REFs of their own.
///
/// # Errors
/// A text that is no REF, or one that points at nothing.
pub fn explain(d: &Depths, reference: &Reference) -> Result<Explanation, ExplainError> {
    match &reference.place {
        Place::Measure { id, date, division } => measure(d, reference, id, *date, division.as_deref()),
        Place::CityYear { city, what, upto } => city_year(d, reference, city, what, *upto),
        Place::GroupDay { group, day } => group_day(d, reference, group, *day),
        Place::CityDay {
            city,
            day,
            factor: None,
        } => city_index(d, reference, city, *day),
        Place::CityDay {
            city,
            day,
            factor: Some(f),
        } => city_factor(d, reference, city, *day, f),
        Place::SiteDay { site, day, factor } => site_day(d, reference, site, *day, factor),
        Place::Obs {
            site,
            factor,
            period,
            start,
        } => observation(d, site, factor, period, *start),
    }
    .map(|e| e.reference(reference.to_string()))
}

/// A REF with the same law day and another place.
fn below(reference: &Reference, place: Place) -> String {
    Reference {
        place,
        ..reference.clone()
    }
    .to_string()
}

fn unit_label(code: &str) -> String {
    Unit::parse(code).map_or_else(|_| code.to_string(), |u| u.label().to_string())
}

/// `= 32.5` where the digits are all there are, `≈ 32.412` where there are more.
fn equals(x: Ratio, decimals: i32) -> String {
    let shown = x.shown(decimals);
    shown
        .strip_prefix('≈')
        .map_or_else(|| format!("= {shown}"), |s| format!("≈ {s}"))
}

fn factor_unit(factor: &str) -> String {
    unit_label(standards::air::Pollutant::by_name(factor).map_or("", |p| p.unit()))
}

fn symbol(factor: &str) -> &str {
    standards::air::Pollutant::by_name(factor).map_or(factor, |p| p.symbol())
}

fn measure(
    d: &Depths,
    reference: &Reference,
    id: &str,
    date: Option<NaiveDate>,
    division: Option<&str>,
) -> Result<Explanation, ExplainError> {
    let m = d
        .plan
        .measure(id)
        .ok_or_else(|| StandError::NoMeasure(id.to_string()))?;
    let date = date.unwrap_or(d.plan.head.open_at);
    let asked = Asked {
        date,
        law_of: reference.law_of,
    };
    let mut out = Explanation::new(format!("{} 截至 {date}", m.zh), format!("{} up to {date}", m.en));
    let Some(figure) = &m.figure else {
        let (zh, en) = (
            m.none_zh.clone().unwrap_or_default(),
            m.none_en.clone().unwrap_or_default(),
        );
        return Ok(out.note(format!("尚无数据:{zh}"), format!("no data yet: {en}")));
    };
    let rules = Rules::at(d.law, asked.law_of.unwrap_or(date), &d.plan.head.division).map_err(StandError::from)?;
    let cities = cities_of(d.plan, figure, division)?;
    let (digits, region) = (decimals(m, &rules), region(m, &rules));
    let now = to_date(figure, &cities, d.days, date, rules.bounds, region)?;
    let mean = matches!(figure, Figure::Mean { .. });
    out = out.unit(unit_label(figure.unit()));
    if let Some(x) = now.value {
        let value = gbt8170(x, digits)?;
        let parts: Vec<String> = now.cities.iter().filter_map(|c| shown(c, region.of_rounded)).collect();
        let formula = match region.of_rounded {
            None if !mean => {
                let hits: u32 = now.cities.iter().map(|c| c.hits).sum();
                format!("{hits} ⁄ {} × 100 {} → {value}", now.days(), equals(x, digits + 2))
            }
            _ => format!(
                "({}) ⁄ {} {} → {value}",
                parts.join(" + "),
                parts.len(),
                equals(x, digits + 2)
            ),
        };
        out = out.value(value).formula(formula);
    }
    out = out.clause(if mean {
        rules.mean_clause.clone()
    } else {
        rules.ratio_clause.clone()
    });
    out = match figure {
        Figure::Mean { .. } => out,
        Figure::GoodDays { .. } => out.clause(rules.good_clause.clone()),
        Figure::HeavyDays { .. } => out.clause(rules.heavy_clause.clone()),
    };
    out = out.clause(rules.rounding_clause.clone());
    for c in &now.cities {
        out = out.input(city_line(d, reference, figure, c, date, digits)?);
    }
    Ok(out)
}

fn shown(c: &CityFigure, rounded: Option<i32>) -> Option<String> {
    let v = c.value?;
    match rounded {
        Some(digits) => gbt8170(v, digits).ok().map(|v| v.to_string()),
        None => Some(v.shown(2)),
    }
}

fn what(figure: &Figure) -> String {
    match figure {
        Figure::Mean { factor, .. } => factor.clone(),
        Figure::GoodDays { .. } => "good-days".to_string(),
        Figure::HeavyDays { .. } => "heavy-days".to_string(),
    }
}
