//! One measure whole: figure, target, last year, trend, cities, calendar, published figures; and what another law makes of it.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::plan::{Common, target, unit_label};
use ::plan::measure::Figure;
use ::plan::reference::{Place, Reference};
use ::plan::stand::{Asked, Stand};
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /api/measures`: what can be asked for.
pub async fn measures(State(app): State<Arc<App>>) -> Json<Value> {
    let list: Vec<Value> = app
        .plan
        .measures
        .iter()
        .map(|m| {
            json!({"id": m.id, "title_zh": m.zh, "title_en": m.en, "quote": m.quote, "live": m.figure.is_some(),
                "sentence": app.plan.sentence_of(&m.id), "card": m.card})
        })
        .collect();
    Json(json!(list))
}

/// `GET /api/stand/{measure}?date=&law_of=&division=`
pub async fn stand(
    State(app): State<Arc<App>>,
    Path(measure): Path<String>,
    Q(q): Q<Common>,
) -> ApiResult<Json<Value>> {
    if app.plan.measure(&measure).is_none() {
        return Err(ApiError::not_found(
            format!("没有编号为 {measure} 的指标"),
            format!("no measure is called {measure}"),
        )
        .at("measure")
        .remedy("在 /api/measures 查看全部指标", "see /api/measures for all of them"));
    }
    let asked = q.asked(&app);
    let stand = app.stand(&measure, asked, q.division.as_deref()).await?;
    // Under another law the page shows both figures side by side.
    let day_law = match asked.law_of {
        None => None,
        Some(_) => Some(
            app.stand(&measure, Asked { law_of: None, ..asked }, q.division.as_deref())
                .await?,
        ),
    };
    Ok(Json(answer(&app, &stand, asked, day_law.as_deref())))
}

fn city_name(app: &App, code: &str) -> (String, String) {
    app.cities
        .get(code)
        .cloned()
        .unwrap_or_else(|| (code.to_string(), code.to_string()))
}

fn answer(app: &App, s: &Stand, asked: Asked, day_law: Option<&Stand>) -> Value {
    let levels = app.levels(asked.law_of.unwrap_or(asked.date));
    let level = |n: u8| levels.get(usize::from(n).wrapping_sub(1));
    let cities: Vec<Value> = s
        .cities
        .iter()
        .map(|c| {
            let (zh, en) = city_name(app, &c.code);
            json!({
                "code": c.code, "name": zh, "name_en": en, "value": c.value, "unit": unit_label(&s.unit),
                "rank": c.rank, "last_year": c.last_year, "days": c.days, "hits": c.hits, "simulated": c.simulated,
                "light": city_light(s, c.value),
                "reference": app.city_reference(s, &c.code, asked),
            })
        })
        .collect();
    let single = match s.cities.as_slice() {
        [one] => Some(one.code.as_str()),
        _ => None,
    };
    let group = app
        .plan
        .measure(&s.measure)
        .and_then(|m| m.figure.as_ref())
        .map(Figure::group);
    let calendar: Vec<Value> = s
        .calendar
        .iter()
        .map(|d| {
            let l = level(d.level);
            let place = match (single, group) {
                (Some(city), _) => Some(Place::CityDay {
                    city: city.to_string(),
                    day: d.date,
                    factor: None,
                }),
                (None, Some(group)) => Some(Place::GroupDay {
                    group: group.to_string(),
                    day: d.date,
                }),
                (None, None) => None,
            };
            // A day without a level has nothing behind it.
            let reference = place.filter(|_| d.level > 0).map(|place| {
                Reference {
                    law_of: asked.law_of,
                    ..Reference::to(place)
                }
                .to_string()
            });
            json!({
                "reference": reference,
                "date": d.date, "value": d.value, "aqi": d.aqi, "level": d.level, "levels": d.levels,
                "category": l.map(|l| &l.category_zh), "category_en": l.map(|l| &l.category_en),
                "colour": l.map(|l| &l.colour), "primary": d.primary, "simulated": d.simulated,
            })
        })
        .collect();
    json!({
        "measure": s.measure, "title_zh": s.title.zh, "title_en": s.title.en, "sentence": s.sentence,
        "quote": app.plan.measure(&s.measure).map(|m| &m.quote),
        "date": asked.date, "law_of": asked.law_of,
        "value": s.value, "unit": unit_label(&s.unit), "light": s.light,
        "reason_zh": s.reason.zh, "reason_en": s.reason.en, "simulated": s.simulated, "better": s.better,
        "target": target(s),
        "last_year": s.last_year.as_ref().map(|l| json!({"value": l.value, "simulated": l.simulated})),
        "year_on_year": s.year_on_year,
        "remaining": s.remaining.as_ref().map(|r| json!({"value": r.value, "text_zh": r.text.zh, "text_en": r.text.en})),
        "projection": s.projection, "valid": s.valid,
        "short": s.short.as_ref().map(|t| json!({"zh": t.zh, "en": t.en})),
        "trend": s.trend, "published": s.published, "cities": cities, "calendar": calendar,
        "levels": levels, "reference": s.reference, "tasks": [], "cases": [],
        "what_if": day_law.map(|d| json!({
            "law_of": asked.law_of, "value": s.value, "day_law_value": d.value, "day_law_light": d.light,
            "text_zh": format!("按 {} 的标准:{};按当日有效的标准:{}", shown_day(asked), shown(s), shown(d)),
            "text_en": format!("by the law of {}: {}; by the law of each day: {}", shown_day(asked), shown(s), shown(d)),
        })),
    })
}

fn shown_day(asked: Asked) -> String {
    asked.law_of.map(|d| d.to_string()).unwrap_or_default()
}

fn shown(s: &Stand) -> String {
    s.value
        .map_or("—".to_string(), |v| format!("{v} {}", unit_label(&s.unit)))
}

/// A city beside the province's target: only a comparison to date, so never more than met or not.
fn city_light(s: &Stand, value: Option<::figure::Decimal>) -> &'static str {
    match (&s.target, value) {
        (Some(t), Some(v)) => match t.met(v) {
            Some(true) => "green",
            Some(false) => "amber",
            None => "none",
        },
        _ => "none",
    }
}
