//! A measure's stand on a day: figure, target, light, trend, cities, calendar, published figures, projection.

use crate::days::{CityDay, Days, first_of, last_of, year_before};
use crate::figures::{GroupFigure, Region, Running, to_date};
use crate::light::{Evidence, Light, judge};
use crate::measure::{Better, Figure, Measure, Plan, Target};
use crate::project::{Projection, Remaining, project, remaining};
use crate::published::{self, Published};
use crate::rules::{RuleError, Rules};
use chrono::{Datelike, NaiveDate};
use figure::{Decimal, NumberError, Ratio, Text, gbt8170};
use law::Law;
use models::forecast::Method;
use serde::Serialize;
use std::sync::Arc;

/// What is asked: the data day, and the day whose law judges (none: each day's own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Asked {
    pub date: NaiveDate,
    pub law_of: Option<NaiveDate>,
}

/// Everything that a stand is made from.
pub struct Sources<'a> {
    pub plan: &'a Plan,
    pub law: &'a Law,
    /// City days judged by the law asked for.
    pub days: &'a Days,
    pub published: &'a [Published],
    /// How projections are made.
    pub method: &'a Method,
}

/// The whole stand of a measure.
#[derive(Debug, Clone, Serialize)]
pub struct Stand {
    pub measure: String,
    pub title: Text,
    pub sentence: Option<String>,
    pub value: Option<Decimal>,
    pub unit: String,
    pub light: Light,
    pub reason: Text,
    pub simulated: bool,
    pub target: Option<Target>,
    /// A target that the plan names without a number.
    pub target_text: Option<Text>,
    pub better: Option<Better>,
    pub last_year: Option<LastYear>,
    /// Change on the same period of last year: per cent for a concentration, percentage points for a share.
    pub year_on_year: Option<Decimal>,
    pub remaining: Option<Remaining>,
    pub projection: Option<Projection>,
    pub valid: Valid,
    /// Why the figure would not count as a yearly one, if so.
    pub short: Option<Text>,
    pub trend: Vec<Point>,
    pub cities: Vec<CityRow>,
    pub calendar: Vec<CalendarDay>,
    pub published: Vec<Published>,
    pub reference: String,
}

/// The same period of last year.
#[derive(Debug, Clone, Serialize)]
pub struct LastYear {
    pub value: Decimal,
    pub simulated: bool,
}

/// How much evidence carries the figure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Valid {
    pub cities: usize,
    pub of_cities: usize,
    /// Valid city-days, and how many there could be.
    pub days: u32,
    pub of: u32,
}

/// A day of the running figure.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    pub date: NaiveDate,
    pub value: Option<Decimal>,
    pub last_year: Option<Decimal>,
}

/// A city's line.
#[derive(Debug, Clone, Serialize)]
pub struct CityRow {
    pub code: String,
    pub value: Option<Decimal>,
    pub rank: Option<u32>,
    pub last_year: Option<Decimal>,
    pub days: u32,
    pub hits: u32,
    pub simulated: bool,
}

/// A day of the calendar: of a city its index, of a group how its cities stood.
#[derive(Debug, Clone, Serialize)]
pub struct CalendarDay {
    pub date: NaiveDate,
    /// Mean of the cities' day values of the measure's pollutant; empty for shares of a group.
    pub value: Option<Decimal>,
    pub aqi: Option<u16>,
    /// Of a group: the level that most cities had, the worse one of a tie.
    pub level: u8,
    pub primary: String,
    /// Cities by level 1 … 6.
    pub levels: [u16; 6],
    pub simulated: bool,
}

/// Why a stand cannot be computed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StandError {
    #[error("no measure is called `{0}`")]
    NoMeasure(String),
    #[error("`{0}` is not one of the cities of this measure")]
    NoCity(String),
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error(transparent)]
    Lake(#[from] Arc<lake::LakeError>),
    #[error("projection: {0}")]
    Projection(String),
}

impl From<lake::LakeError> for StandError {
    fn from(e: lake::LakeError) -> Self {
        StandError::Lake(Arc::new(e))
    }
}

/// Decimals of a figure: as its target is written, else as the rule of its kind says.
pub fn decimals(measure: &Measure, rules: &Rules) -> i32 {
    match (&measure.target, &measure.figure) {
        (Some(t), _) => t.value.scale() as i32,
        (None, Some(Figure::Mean { decimals, .. })) => *decimals,
        (None, _) => rules.ratio_decimals,
    }
}

/// How the region's figure is made, at the decimals of this measure.
pub fn region(measure: &Measure, rules: &Rules) -> Region {
    match &measure.figure {
        Some(Figure::Mean { .. }) => Region {
            of_rounded: rules.mean.of_rounded.map(|_| decimals(measure, rules)),
        },
        _ => rules.ratio,
    }
}

/// Cities that a question is about: the measure's group, or the one city asked for.
pub fn cities_of(plan: &Plan, figure: &Figure, division: Option<&str>) -> Result<Vec<String>, StandError> {
    let group = plan
        .group(figure.group())
        .map(|g| g.members.clone())
        .unwrap_or_default();
    match division {
        None => Ok(group),
        Some(d) if d == plan.head.division => Ok(group),
        Some(d) if group.iter().any(|c| c == d) => Ok(vec![d.to_string()]),
        Some(d) => Err(StandError::NoCity(d.to_string())),
    }
}

/// Computes a stand.
///
/// # Errors
/// An unknown measure or city, a rule that the law does not give on that day, a number out of range.
pub fn stand(sources: &Sources, measure: &str, asked: Asked, division: Option<&str>) -> Result<Stand, StandError> {
    let plan = sources.plan;
    let m = plan
        .measure(measure)
        .ok_or_else(|| StandError::NoMeasure(measure.to_string()))?;
    let mut out = empty(sources, m, asked, division);
    let Some(figure) = &m.figure else {
        (out.light, out.reason) = judge(m, plan.head.year, &Evidence::default());
        return Ok(out);
    };
    let rules = Rules::at(sources.law, asked.law_of.unwrap_or(asked.date), &plan.head.division)?;
    let cities = cities_of(plan, figure, division)?;
    let (digits, region) = (decimals(m, &rules), region(m, &rules));
    let at = |upto| to_date(figure, &cities, sources.days, upto, rules.bounds, region);
    let (now, before) = (at(asked.date)?, at(year_before(asked.date))?);
    let round = |x: Option<Ratio>| x.map(|x| gbt8170(x, digits)).transpose();

    out.value = round(now.value)?;
    out.simulated = now.simulated;
    out.valid = Valid {
        cities: now.with_data(),
        of_cities: cities.len(),
        days: now.days(),
        of: cities.len() as u32 * asked.date.ordinal(),
    };
    let closed = asked.date == last_of(asked.date.year());
    // Last year counts only where every city that counts this year has days in it.
    if let Some(value) = round(before.value)?
        && before.with_data() >= now.with_data()
    {
        out.last_year = Some(LastYear {
            value,
            simulated: before.simulated,
        });
        out.year_on_year = out.value.map(|v| change(figure, v, value)).transpose()?.flatten();
    }
    out.short = short(sources, &rules, figure, &cities, asked.date);
    out.trend = trend(sources, figure, &cities, asked.date, &rules, region, digits)?;
    out.cities = city_rows(&now, &before, digits, m.better)?;
    out.calendar = calendar(sources.days, figure, &cities, asked.date)?;
    if !closed && now.with_data() == cities.len() {
        let question = crate::project::Question {
            figure,
            cities: &cities,
            days: sources.days,
            upto: asked.date,
        };
        out.projection = project(&question, &rules, digits, sources.method)?;
        if let Some(target) = &m.target {
            out.remaining = remaining(&question, &now, target)?;
        }
    }
    let e = Evidence {
        value: out.value,
        last_year: out.last_year.as_ref().map(|l| l.value),
        projection: out.projection.as_ref().map(|p| (p.lo, p.hi)),
        closed,
        year: asked.date.year(),
        cities_with_data: now.with_data(),
        cities: cities.len(),
    };
    (out.light, out.reason) = judge(m, plan.head.year, &e);
    Ok(out)
}

fn empty(sources: &Sources, m: &Measure, asked: Asked, division: Option<&str>) -> Stand {
    let unit = match (&m.target, &m.figure) {
        (Some(t), _) => t.unit.clone(),
        (None, Some(f)) => f.unit().to_string(),
        (None, None) => String::new(),
    };
    let mut reference = format!("measure:{}?date={}", m.id, asked.date);
    if let Some(d) = division {
        reference.push_str(&format!("&division={d}"));
    }
    if let Some(l) = asked.law_of {
        reference.push_str(&format!("&law_of={l}"));
    }
    Stand {
        measure: m.id.clone(),
        title: Text::new(&m.zh, &m.en),
        sentence: sources.plan.sentence_of(&m.id).map(str::to_string),
        value: None,
        unit,
        light: Light::None,
        reason: Text::default(),
        simulated: false,
        target: m.target.clone(),
        target_text: m
            .target_zh
            .clone()
            .map(|zh| Text::new(zh, m.target_en.clone().unwrap_or_default())),
        better: m.better,
        last_year: None,
        year_on_year: None,
        remaining: None,
        projection: None,
        valid: Valid::default(),
        short: None,
        trend: vec![],
        cities: vec![],
        calendar: vec![],
        published: m.published.as_ref().map_or(vec![], |p| {
            published::of(sources.published, &p.division, &p.item)
                .into_iter()
                .cloned()
                .collect()
        }),
        reference,
    }
}

/// Change on last year as releases print it: from the rounded figures, per cent or percentage points, one decimal.
fn change(figure: &Figure, now: Decimal, before: Decimal) -> Result<Option<Decimal>, NumberError> {
    let difference = Ratio::from(now).sub(Ratio::from(before))?;
    match figure {
        Figure::Mean { .. } if before.is_zero() => Ok(None),
        Figure::Mean { .. } => {
            let percent = difference.div(Ratio::from(before))?.mul(Ratio::from(100i64))?;
            gbt8170(percent, 1).map(Some)
        }
        _ => gbt8170(difference, 1).map(Some),
    }
}

fn short(sources: &Sources, rules: &Rules, figure: &Figure, cities: &[String], upto: NaiveDate) -> Option<Text> {
    let name = |code: &str| code.to_string();
    cities.iter().find_map(|city| {
        let days = sources.days.to_date(city, upto).iter().filter(|d| match figure {
            Figure::Mean { factor, .. } => d.value(factor).is_some(),
            _ => d.aqi.is_some(),
        });
        let (month, n, least) = rules.short_month(days.map(|d| d.day), upto)?;
        Some(Text::new(
            format!("{}{month}月有效{n}天,少于{least}天,不足以作年评价", name(city)),
            format!(
                "{} has {n} valid days in month {month}, fewer than {least}: not enough for a yearly figure",
                name(city)
            ),
        ))
    })
}

fn trend(
    sources: &Sources,
    figure: &Figure,
    cities: &[String],
    upto: NaiveDate,
    rules: &Rules,
    region: Region,
    digits: i32,
) -> Result<Vec<Point>, StandError> {
    let line = |year: i32, last: NaiveDate| -> Result<Vec<(NaiveDate, Option<Decimal>)>, NumberError> {
        let mut running = Running::new(figure, cities, rules.bounds, region);
        let mut out = vec![];
        for day in first_of(year).iter_days().take_while(|d| *d <= last) {
            let mut any = false;
            for (i, city) in cities.iter().enumerate() {
                if let Some(d) = sources.days.day(city, day) {
                    running.add(i, d)?;
                    any = true;
                }
            }
            let value = if any {
                running.figure()?.value.map(|v| gbt8170(v, digits)).transpose()?
            } else {
                None
            };
            out.push((day, value));
        }
        Ok(out)
    };
    let now = line(upto.year(), upto)?;
    let before = line(upto.year() - 1, last_of(upto.year() - 1))?;
    let earlier = |day: NaiveDate| {
        let same = year_before(day);
        before
            .binary_search_by_key(&same, |p| p.0)
            .ok()
            .and_then(|i| before[i].1)
    };
    Ok(now
        .into_iter()
        .map(|(date, value)| Point {
            date,
            value,
            last_year: earlier(date),
        })
        .collect())
}

fn city_rows(
    now: &GroupFigure,
    before: &GroupFigure,
    digits: i32,
    better: Option<Better>,
) -> Result<Vec<CityRow>, NumberError> {
    let round = |x: Option<Ratio>| x.map(|x| gbt8170(x, digits)).transpose();
    let mut rows = Vec::with_capacity(now.cities.len());
    for (c, b) in now.cities.iter().zip(&before.cities) {
        rows.push(CityRow {
            code: c.city.clone(),
            value: round(c.value)?,
            rank: None,
            last_year: round(b.value)?,
            days: c.days,
            hits: c.hits,
            simulated: c.simulated,
        });
    }
    // Standard competition ranking: equal values share the better place.
    let values: Vec<Option<Decimal>> = rows.iter().map(|r| r.value).collect();
    for row in &mut rows {
        row.rank = row.value.map(|v| {
            let ahead = |o: &Decimal| {
                if better == Some(Better::High) { *o > v } else { *o < v }
            };
            1 + values.iter().flatten().filter(|o| ahead(o)).count() as u32
        });
    }
    rows.sort_by_key(|r| (r.rank.unwrap_or(u32::MAX), r.code.clone()));
    Ok(rows)
}

fn calendar(days: &Days, figure: &Figure, cities: &[String], upto: NaiveDate) -> Result<Vec<CalendarDay>, NumberError> {
    let mut out = vec![];
    for date in first_of(upto.year()).iter_days().take_while(|d| *d <= upto) {
        let of: Vec<&CityDay> = cities.iter().filter_map(|c| days.day(c, date)).collect();
        if of.is_empty() {
            continue;
        }
        let mut levels = [0u16; 6];
        for d in of.iter().filter(|d| (1..=6).contains(&d.level)) {
            levels[d.level as usize - 1] += 1;
        }
        let level = (1..=6u8)
            .rev()
            .max_by_key(|l| (levels[*l as usize - 1], *l))
            .filter(|l| levels[*l as usize - 1] > 0);
        let value = match figure {
            Figure::Mean { factor, .. } => {
                let values: Vec<Ratio> = of.iter().filter_map(|d| d.value(factor)).map(Ratio::from).collect();
                mean_of(&values)?.map(|v| gbt8170(v, 0)).transpose()?
            }
            _ => None,
        };
        let single = (cities.len() == 1).then(|| of[0]);
        out.push(CalendarDay {
            date,
            value,
            aqi: single.and_then(|d| d.aqi),
            level: level.unwrap_or(0),
            primary: single.map(|d| d.primary.clone()).unwrap_or_default(),
            levels,
            simulated: of.iter().any(|d| d.simulated),
        });
    }
    Ok(out)
}

fn mean_of(values: &[Ratio]) -> Result<Option<Ratio>, NumberError> {
    if values.is_empty() {
        return Ok(None);
    }
    let mut sum = Ratio::from(0i64);
    for v in values {
        sum = sum.add(*v)?;
    }
    sum.div(Ratio::from(values.len() as i64)).map(Some)
}
