//! What if another law had held: the same data under two laws.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use ::law::Law;
use ::plan::days::{first_of, last_of};
use ::plan::what_if::{DataSet, Question, SideOf, Sources, WhatIf, WhatIfError, air_city_days};
use axum::Json;
use axum::extract::State;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The question as an address holds it.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    /// `air.city-days`
    data: Option<String>,
    /// A calendar year, instead of `from` and `to`.
    year: Option<i32>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    /// Compared with the law of this day; each day's own without it.
    base: Option<NaiveDate>,
    /// The other law's day; the draft's first day without it.
    law_of: Option<NaiveDate>,
    /// A draft laid over the law, by its id.
    draft: Option<String>,
    /// City codes parted by commas.
    #[serde(default)]
    cities: String,
}

/// Changed days that one answer lists; the xlsx has all.
const CHANGES_MAX: usize = 5000;

/// Answers, for the page and for the sheet.
///
/// # Errors
/// A parameter that is missing or wrong; a rule that one of the laws does not give.
pub fn answer(app: &App, q: &Asked) -> ApiResult<WhatIf> {
    let id = q.data.as_deref().unwrap_or(DataSet::ALL[0].1);
    let data = DataSet::by_id(id).ok_or_else(|| {
        let known: Vec<&str> = DataSet::ALL.iter().map(|(_, id, ..)| *id).collect();
        ApiError::bad(format!("没有数据集 {id}"), format!("there is no data set {id}"))
            .at("data")
            .remedy(
                format!("可用:{}", known.join("、")),
                format!("there are {}", known.join(", ")),
            )
    })?;
    let law = app.law();
    let drafted = q
        .draft
        .as_deref()
        .filter(|d| !d.is_empty())
        .map(|id| app.drafted(id))
        .transpose()?;
    let other = q.law_of.or(drafted.as_ref().map(|d| d.from)).ok_or_else(|| {
        ApiError::bad(
            "要选另一部标准:一个日期或一份草案",
            "name the other law: a date or a draft",
        )
        .at("law_of")
    })?;
    let (from, to) = match (q.year, q.from, q.to) {
        (Some(y), None, None) if (1900..=2100).contains(&y) => (first_of(y), last_of(y)),
        (None, Some(from), Some(to)) => (from, to),
        _ => {
            return Err(
                ApiError::bad("给出年份 year,或起止日 from、to", "give a year, or from and to")
                    .at("year")
                    .remedy("例如 year=2024", "such as year=2024"),
            );
        }
    };
    let question = Question {
        from,
        to,
        base: q.base,
        other,
        cities: q
            .cities
            .split(',')
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .map(str::to_string)
            .collect(),
    };
    let under: Option<&Law> = drafted.as_ref().map(|d| &d.law);
    let lake = |law_of, law| app.days_under(law_of, law).map_err(|e| rule(&e));
    let (before, after) = (lake(q.base, None)?, lake(Some(other), under)?);
    let sources = Sources {
        plan: &app.plan,
        before: SideOf {
            law: &law,
            days: &before,
        },
        after: SideOf {
            law: under.unwrap_or(&law),
            days: &after,
        },
    };
    let DataSet::AirCityDays = data;
    air_city_days(&sources, &question).map_err(|e| match e {
        WhatIfError::Range { .. } => ApiError::bad("止日早于起日", e.to_string()).at("to"),
        WhatIfError::NoCity(c) => {
            ApiError::not_found(format!("库中没有 {c} 的日值"), format!("the lake has no day of {c}")).at("cities")
        }
        e => rule(&e),
    })
}

fn rule(e: &dyn std::fmt::Display) -> ApiError {
    ApiError::bad(format!("该日没有可用的标准:{e}"), format!("no rule on that day: {e}"))
        .at("law_of")
        .remedy("换一个标准日期", "choose another law day")
}

/// `GET /api/what-if?year=2024&law_of=2031-01-01`
pub async fn what_if(State(app): State<Arc<App>>, Q(q): Q<Asked>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let mut w = answer(&app, &q)?;
        let all = w.changes.len();
        w.changes.truncate(CHANGES_MAX);
        let names: serde_json::Map<String, Value> = w
            .units
            .iter()
            .map(|u| {
                let name = app.cities.get(&u.unit);
                (
                    u.unit.clone(),
                    json!({"zh": name.map_or(&u.unit, |n| &n.0), "en": name.map_or(&u.unit, |n| &n.1)}),
                )
            })
            .collect();
        let mut out = json!(w);
        out["names"] = json!(names);
        out["changes_of"] = json!(all);
        out["draft"] = json!(q.draft);
        Ok(Json(out))
    })
    .await
}

/// `GET /api/what-if/choices`: data sets with the years they have, and the days on which law changes.
pub async fn choices(State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let (law, days) = (app.law(), app.days(None).map_err(ApiError::internal)?);
        let cities = app
            .plan
            .group(&app.plan.head.division)
            .map(|g| g.members.clone())
            .unwrap_or_default();
        let years: Vec<Value> = days.span(&cities).map_or(vec![], |(a, b)| {
            (a.year()..=b.year())
                .filter_map(|y| {
                    let of = cities.iter().flat_map(|c| days.range(c, first_of(y), last_of(y)));
                    let (n, simulated) = of.fold((0, 0), |(n, s), d| (n + 1, s + i32::from(d.simulated)));
                    (n > 0).then(|| json!({"year": y, "days": n, "simulated": simulated}))
                })
                .collect()
        });
        // The days on which a provision behind the index begins to hold: other dates judge like one of these.
        let mut starts = std::collections::BTreeMap::<NaiveDate, Vec<String>>::new();
        let keys = ["air.aqi.daily", "air.evaluation"]
            .iter()
            .filter_map(|f| standards::find(f))
            .flat_map(|f| f.keys);
        for p in keys.flat_map(|k| law.versions(k)).filter(|p| p.division.is_empty()) {
            let of = starts.entry(p.from).or_default();
            let name = p.standard.number.clone();
            if !of.contains(&name) {
                of.push(name);
            }
        }
        let sets: Vec<Value> = DataSet::ALL
            .iter()
            .map(|(_, id, zh, en)| json!({"id": id, "title_zh": zh, "title_en": en, "years": years}))
            .collect();
        let laws: Vec<Value> = starts
            .into_iter()
            .map(|(from, of)| json!({"from": from, "of": of}))
            .collect();
        Ok(Json(json!({"data": sets, "laws": laws})))
    })
    .await
}
