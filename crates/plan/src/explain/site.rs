//! A station's day from its hours, a day value as delivered, and one observation with all its versions.

use super::{Depths, ExplainError, below, factor_unit, symbol};
use crate::depths::{self, Observation, Site, codes};
use crate::reference::{Place, Reference};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use figure::Explanation;
use lake::SeriesKey;
use standards::{Args, Context};

pub(super) fn from_sites(
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
pub(super) fn from_hours(
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

pub(super) fn delivered_day(
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

pub(super) fn site_day(
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

pub(super) fn observation(
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
