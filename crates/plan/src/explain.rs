//! A figure explained one level at a time: each level is a smaller question, the last one the raw evidence.
//!
//! Day values are not looked up but computed again from the hours, by the same functions of `standards` that made
//! them; where the two differ, the explanation says so.

use crate::days::{CityDay, Days, FACTORS, first_of};
use crate::depths::{self, Observation, Site, codes};
use crate::figures::{CityFigure, to_date};
use crate::measure::{Figure, Plan};
use crate::reference::{BadReference, Place, Reference};
use crate::rules::Rules;
use crate::stand::{Asked, StandError, cities_of, decimals, region};
use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use figure::{Decimal, Explanation, Ratio, Unit, gbt8170};
use lake::{Lake, LakeError, SeriesKey};
use law::Law;
use standards::{Args, Context, EvalError};

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
    out = out.unit(if mean { unit_label("ug/m3") } else { "%".to_string() });
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

fn city_line(
    d: &Depths,
    reference: &Reference,
    figure: &Figure,
    c: &CityFigure,
    upto: NaiveDate,
    digits: i32,
) -> Result<Explanation, ExplainError> {
    let (zh, en) = (d.city)(&c.city);
    let mut line = Explanation::new(zh, en).simulated(c.simulated);
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

fn city_year(
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
        let value = gbt8170(v, 1)?;
        let formula = match &figure {
            Figure::Mean { factor, .. } => {
                let mut sum = Ratio::from(0i64);
                for x in days.iter().filter_map(|day| day.value(factor)) {
                    sum = sum.add(Ratio::from(x))?;
                }
                format!("Σ日均 {} ⁄ {} 天 {} → {value}", sum.shown(0), c.days, equals(v, 3))
            }
            _ => format!("{} ⁄ {} × 100 {} → {value}", c.hits, c.days, equals(v, 3)),
        };
        out = out.value(value).formula(formula);
    }
    out = match &figure {
        Figure::Mean { factor, .. } => out.unit(factor_unit(factor)).clause(rules.valid_clause.clone()),
        Figure::GoodDays { .. } => out.unit("%").clause(rules.good_clause.clone()),
        Figure::HeavyDays { .. } => out.unit("%").clause(rules.heavy_clause.clone()),
    };
    out = out.clause(rules.rounding_clause.clone());
    for day in days {
        let mut line = Explanation::new(day.day.to_string(), day.day.to_string()).simulated(day.simulated);
        let factor = match &figure {
            Figure::Mean { factor, .. } => {
                if let Some(v) = day.value(factor) {
                    line = line.value(v);
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

fn city_index(d: &Depths, reference: &Reference, city: &str, day: NaiveDate) -> Result<Explanation, ExplainError> {
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

fn city_factor(
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

fn from_sites(
    d: &Depths,
    reference: &Reference,
    city: &str,
    day: NaiveDate,
    factor: &str,
    here: &[&Site],
    hours: &[Observation],
) -> Result<Explanation, ExplainError> {
    let mut lines = vec![];
    let mut values = vec![];
    for site in here {
        let of: Vec<Observation> = hours.iter().filter(|h| h.site == site.code).cloned().collect();
        if of.is_empty() {
            values.push("-".to_string());
            continue;
        }
        let day_value = from_hours(d, reference, city, &site.code, day, factor, &of)?;
        values.push(day_value.value.clone().unwrap_or_else(|| "-".to_string()));
        let place = Place::SiteDay {
            site: site.code.clone(),
            day,
            factor: factor.to_string(),
        };
        let mut line = Explanation::new(format!("{} {}", site.name, site.code), site.code.clone())
            .unit(factor_unit(factor))
            .simulated(day_value.simulated)
            .reference(below(reference, place));
        if let Some(v) = day_value.value {
            line = line.value(v);
        }
        let n = of.iter().filter(|h| h.valid().is_some()).count();
        lines.push(line.note(format!("有效小时 {n}"), format!("{n} valid hours")));
    }
    let mut out = call(
        d,
        reference,
        city,
        day,
        "air.city_mean",
        factor,
        ("sites", &values.join(" ")),
    )?;
    out.inputs.clear();
    Ok(lines.into_iter().fold(out, Explanation::input))
}

/// A day value from the hours of one station (or of a city, where hours come by city).
fn from_hours(
    d: &Depths,
    reference: &Reference,
    city: &str,
    site: &str,
    day: NaiveDate,
    factor: &str,
    hours: &[Observation],
) -> Result<Explanation, ExplainError> {
    let (code, _) = codes(factor).ok_or_else(|| ExplainError::Unknown(format!("pollutant `{factor}`")))?;
    let mut list = vec!["-".to_string(); 24];
    let mut lines = vec![];
    for h in hours {
        use chrono::Timelike;
        if let Some(v) = h.valid() {
            list[h.start.hour() as usize] = v.to_string();
        }
        let end = h.start + TimeDelta::hours(1);
        let label = format!("{}—{}", h.start.format("%H:%M"), end.format("%H:%M"));
        let place = Place::Obs {
            site: site.to_string(),
            factor: code.to_string(),
            period: "1h".to_string(),
            start: h.start,
        };
        let mut line = Explanation::new(label.clone(), label)
            .unit(factor_unit(factor))
            .simulated(h.simulated)
            .reference(Reference::to(place).to_string());
        if let Some(v) = h.value {
            line = line.value(v);
        }
        if h.mark != depths::VALID {
            line = line.note(
                format!("标记 {},不参加平均", h.mark),
                format!("mark {}: not part of the mean", h.mark),
            );
        }
        lines.push(line);
    }
    let list = list.join(" ");
    let mut out = match factor {
        "o3_8h" => call(d, reference, city, day, "air.o3_8h", factor, ("hours", &list))?,
        _ => call(d, reference, city, day, "air.day_mean", factor, ("hours", &list))?,
    };
    out.inputs.clear();
    Ok(lines.into_iter().fold(out, Explanation::input))
}

fn call(
    d: &Depths,
    reference: &Reference,
    city: &str,
    day: NaiveDate,
    name: &str,
    factor: &str,
    list: (&str, &str),
) -> Result<Explanation, ExplainError> {
    let function = standards::find(name).ok_or_else(|| ExplainError::Unknown(name.to_string()))?;
    let context = Context {
        law: d.law,
        date: reference.law_of.unwrap_or(day),
        division: city,
    };
    let mut args: Args = [list].into_iter().collect();
    if function.args.iter().any(|a| a.name == "factor") {
        args.0.insert("factor".to_string(), factor.to_string());
    }
    let got = function.call(&context, &args)?;
    let mut out = got.explanation;
    // A figure that is not valid is shown by its reason, never as a number.
    if got.columns.iter().any(|(n, c)| *n == "valid" && c.to_string() == "no") {
        out.value = None;
    }
    Ok(out)
}

fn delivered_day(
    d: &Depths,
    city: &str,
    day: NaiveDate,
    factor: &str,
    code: &str,
    period: &str,
) -> Result<Explanation, ExplainError> {
    let all = depths::of_day(d.lake, city, code, period, day)?;
    let one = all
        .first()
        .ok_or_else(|| ExplainError::Unknown(format!("{city} {factor} on {day}")))?;
    let mut out = Explanation::new("", "")
        .unit(factor_unit(factor))
        .simulated(one.simulated)
        .note(
            "来源直接给出的城市日值,没有小时数据可再算",
            "a city day value as delivered; there are no hours to compute it from",
        );
    if let Some(v) = one.valid() {
        // Hour and day values are rounded before they are used.
        let rules = standards::air::DayData::at(d.law, day, city)?;
        let p = standards::air::Pollutant::by_name(factor).ok_or_else(|| ExplainError::Unknown(factor.to_string()))?;
        let rounded = rules.raw(p, v)?;
        out = out.value(rounded).formula(format!("{v} → {rounded}"));
    }
    let place = Place::Obs {
        site: city.to_string(),
        factor: code.to_string(),
        period: period.to_string(),
        start: one.start,
    };
    let mut line = Explanation::new("来源中的值", "the value as delivered")
        .unit(factor_unit(factor))
        .simulated(one.simulated)
        .reference(Reference::to(place).to_string());
    if let Some(v) = one.value {
        line = line.value(v);
    }
    Ok(out.input(line))
}

fn site_day(
    d: &Depths,
    reference: &Reference,
    site: &str,
    day: NaiveDate,
    factor: &str,
) -> Result<Explanation, ExplainError> {
    let known = d.sites.iter().find(|s| s.code == site);
    let (code, _) = codes(factor).ok_or_else(|| ExplainError::Unknown(format!("pollutant `{factor}`")))?;
    let hours = depths::hours_of(d.lake, &[site], code, day)?;
    if hours.is_empty() {
        return Err(ExplainError::Unknown(format!("{site} {factor} on {day}")));
    }
    let city = known.map_or("", |s| s.division.as_str());
    let mut out = from_hours(d, reference, city, site, day, factor, &hours)?;
    let name = known.map_or(site, |s| s.name.as_str());
    out.title = figure::Text::new(
        format!("{name} {site} {day} {} 日值", symbol(factor)),
        format!("{site} {day}: {} day value", symbol(factor)),
    );
    Ok(out)
}

fn observation(
    d: &Depths,
    site: &str,
    code: &str,
    period: &str,
    start: NaiveDateTime,
) -> Result<Explanation, ExplainError> {
    let all = depths::versions(d.lake, site, code, period, start)?;
    let Some(now) = all.first() else {
        return Err(ExplainError::Unknown(format!("{site} {code} {period} at {start}")));
    };
    let name = d
        .sites
        .iter()
        .find(|s| s.code == site)
        .map_or_else(|| (d.city)(site).0, |s| s.name.clone());
    let mut out = Explanation::new(
        format!("{name} {site} {code} {period} {} 起", start.format("%Y-%m-%d %H:%M")),
        format!("{site} {code} {period} from {}", start.format("%Y-%m-%d %H:%M")),
    )
    .simulated(now.simulated)
    .note(
        format!("标记 {},记录于 {}(北京时间)", now.mark, now.recorded()),
        format!("mark {}, recorded {} Beijing time", now.mark, now.recorded()),
    );
    if let Some(v) = now.value {
        out = out.value(v);
    }
    let key = SeriesKey::new(site, code, period, if now.simulated { "simulated" } else { "real" });
    if let Some(evidence) = (d.trace)(&key, start, now.recorded_s) {
        out = out.evidence(evidence);
    }
    for old in &all[1..] {
        let mut line = Explanation::new(
            format!("先前记录于 {}", old.recorded()),
            format!("recorded before, {}", old.recorded()),
        )
        .simulated(old.simulated)
        .note(format!("标记 {}", old.mark), format!("mark {}", old.mark));
        if let Some(v) = old.value {
            line = line.value(v);
        }
        // Shown beside the current value, not part of it.
        out.inputs.push(line);
    }
    Ok(out)
}
