//! The law library: standards, provisions by key and date, what changed between two days.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use ::law::{Change, Provision, Standard};
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

fn standard(app: &App, s: &Standard, on: NaiveDate) -> Value {
    json!({
        "number": s.number, "title_zh": s.title.zh, "title_en": s.title.en, "kind": s.kind,
        "from": s.from, "to": s.to, "in_force": s.in_force(on), "replaces": s.replaces,
        "certainty": s.certainty, "source": s.source, "checked": s.checked,
        "note_zh": s.note.zh, "note_en": s.note.en, "file": s.file,
        "provisions": app.law.provisions_of(&s.number).count(),
    })
}

#[derive(Deserialize)]
pub struct OnDay {
    date: Option<NaiveDate>,
}

/// `GET /api/law?date=`: every standard, and whether it is in force on the day (today by default).
pub async fn standards(State(app): State<Arc<App>>, Q(q): Q<OnDay>) -> Json<Value> {
    let on = q.date.unwrap_or_else(|| app.today());
    let list: Vec<Value> = app.law.standards().iter().map(|s| standard(&app, s, on)).collect();
    let keys: Vec<Value> = app
        .law
        .keys()
        .map(|k| {
            let versions = app.law.versions(k);
            let title = versions.last().map(|p| p.title.clone()).unwrap_or_default();
            json!({"key": k, "title_zh": title.zh, "title_en": title.en, "versions": versions.len()})
        })
        .collect();
    Json(json!({"date": on, "standards": list, "keys": keys}))
}

#[derive(Deserialize)]
pub struct Number {
    number: String,
    date: Option<NaiveDate>,
}

/// `GET /api/law/standard?number=`: a standard with its provisions.
pub async fn one_standard(State(app): State<Arc<App>>, Q(q): Q<Number>) -> ApiResult<Json<Value>> {
    let s = app.law.standard(&q.number).ok_or_else(|| {
        ApiError::not_found(
            format!("标准库中没有 {}", q.number),
            format!("the library has no {}", q.number),
        )
        .at("number")
        .remedy("在标准库页面查看全部编号", "see the law page for all numbers")
    })?;
    let provisions: Vec<&Arc<Provision>> = app.law.provisions_of(&q.number).collect();
    Ok(Json(json!({
        "standard": standard(&app, s, q.date.unwrap_or_else(|| app.today())),
        "provisions": provisions,
    })))
}

#[derive(Deserialize)]
pub struct Key {
    key: String,
    date: Option<NaiveDate>,
    division: Option<String>,
}

/// `GET /api/law/key?key=air.limit&date=`: what holds on the day, and all versions.
pub async fn key(State(app): State<Arc<App>>, Q(q): Q<Key>) -> ApiResult<Json<Value>> {
    let versions = app.law.versions(&q.key);
    if versions.is_empty() {
        return Err(ApiError::not_found(
            format!("没有名为 {} 的条款键", q.key),
            format!("no law key is called {}", q.key),
        )
        .at("key"));
    }
    let on = q.date.unwrap_or_else(|| app.today());
    let at = app.law.at(&q.key, on, q.division.as_deref().unwrap_or(""));
    Ok(Json(json!({
        "key": q.key, "date": on,
        "at": at.as_ref().ok(),
        "not_in_force": at.as_ref().err().map(ToString::to_string),
        "versions": versions,
    })))
}

#[derive(Deserialize)]
pub struct Days {
    a: NaiveDate,
    b: NaiveDate,
}

/// `GET /api/law/diff?a=&b=`: every key whose provision differs between two days.
pub async fn diff(State(app): State<Arc<App>>, Q(q): Q<Days>) -> Json<Vec<Change>> {
    Json(app.law.diff(q.a, q.b))
}
