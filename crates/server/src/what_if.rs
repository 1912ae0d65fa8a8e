//! What if another law had held: the same data under two laws.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use ::law::Law;
use ::plan::days::{first_of, last_of};
use ::plan::what_if::{DataSet, Question, WhatIf, WhatIfError};
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// The question as an address holds it.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    /// `air.city-days` (without it), `water.section-readings`, `emission.outlet-hours`
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
    /// Codes of cities or provinces, sections, outlets, parted by commas.
    #[serde(default)]
    cities: String,
    /// Language of a sheet's words: `en`, else Chinese.
    pub(crate) lang: Option<String>,
}

/// Changed days that one answer lists; the xlsx has all.
const CHANGES_MAX: usize = 5000;

/// Answers, for the page and for the sheet.
///
/// # Errors
/// A parameter that is missing or wrong; a rule that one of the laws does not give.
pub fn answer(app: &App, q: &Asked) -> ApiResult<WhatIf> {
    let id = q
        .data
        .as_deref()
        .filter(|d| !d.is_empty())
        .unwrap_or(DataSet::AirCityDays.id());
    let data = DataSet::by_id(id).ok_or_else(|| {
        let known = DataSet::ALL.map(DataSet::id);
        ApiError::bad(format!("没有数据集 {id}"), format!("there is no data set {id}"))
            .at("data")
            .remedy(
                format!("可用:{}", known.join("、")),
                format!("there are {}", known.join(", ")),
            )
    })?;
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
    app.what_if(data, &question, under).map_err(|e| match e {
        WhatIfError::Range { .. } => ApiError::bad("止日早于起日", e.to_string()).at("to"),
        WhatIfError::NoCity(c) => {
            ApiError::not_found(format!("库中没有 {c} 的数据"), format!("the lake has no data of {c}")).at("cities")
        }
        WhatIfError::Lake(e) => ApiError::internal(e),
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
        let all = w.total.changed;
        w.changes.truncate(CHANGES_MAX);
        let mut out = json!(w);
        out["changes_of"] = json!(all);
        out["draft"] = json!(q.draft);
        Ok(Json(out))
    })
    .await
}

/// `GET /api/what-if/choices`: data sets with the years and places they have, and the days on which their law changes.
pub async fn choices(State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    blocking(move || Ok(Json(app.choices().map_err(ApiError::internal)?.as_ref().clone()))).await
}

/// How long choices are good, milliseconds: counting every reading takes a second or more.
const CHOICES_MS: i64 = 600_000;

impl App {
    /// The choices, found anew after a while.
    ///
    /// # Errors
    /// When the observations cannot be read.
    pub fn choices(&self) -> Result<Arc<Value>, lake::LakeError> {
        let turn = self.now_ms().div_euclid(CHOICES_MS);
        let mut kept = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, value)) = &*kept
            && *at == turn
        {
            return Ok(value.clone());
        }
        let mut sets = vec![];
        for data in DataSet::ALL {
            let years: Vec<Value> = self
                .years_of(data)?
                .into_iter()
                .map(|(year, (n, simulated))| json!({"year": year, "days": n, "simulated": simulated}))
                .collect();
            let title = data.title();
            sets.push(
                json!({"id": data.id(), "title_zh": title.zh, "title_en": title.en, "years": years,
                "laws": law_days(&self.law(), data), "places": places(self, data)}),
            );
        }
        let value = Arc::new(json!({"data": sets}));
        *kept = Some((turn, value.clone()));
        Ok(value)
    }
}

/// The days on which a provision behind a data set begins to hold: other dates judge like one of these.
fn law_days(law: &Law, data: DataSet) -> Vec<Value> {
    let mut starts = BTreeMap::<NaiveDate, Vec<String>>::new();
    let keys = data.keys();
    for p in keys
        .iter()
        .flat_map(|k| law.versions(k))
        .filter(|p| p.division.is_empty())
    {
        let of = starts.entry(p.from).or_default();
        if !of.contains(&p.standard.number) {
            of.push(p.standard.number.clone());
        }
    }
    starts
        .into_iter()
        .map(|(from, of)| json!({"from": from, "of": of}))
        .collect()
}

/// Provinces that can be chosen; none where the plan's own cities are all there is.
fn places(app: &App, data: DataSet) -> Vec<Value> {
    if data != DataSet::WaterSections {
        return vec![];
    }
    let mut all = BTreeMap::<&str, (&str, u32)>::new();
    for s in &app.sections {
        all.entry(&s.division).or_insert((&s.province, 0)).1 += 1;
    }
    let own = app.plan.head.division.as_str();
    let mut list: Vec<_> = all.into_iter().collect();
    list.sort_by_key(|(code, _)| (*code != own, *code));
    list.into_iter()
        .map(|(code, (name, n))| json!({"code": code, "name": name, "n": n}))
        .collect()
}
