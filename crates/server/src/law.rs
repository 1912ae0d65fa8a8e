//! The law library: rooms, standards, provisions by key and date, what changed between two days.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use ::figure::Certainty;
use ::law::{Change, Law, Provision, Standard};
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

fn standard(s: &Standard, on: NaiveDate, provisions: usize) -> Value {
    json!({
        "number": s.number, "title_zh": s.title.zh, "title_en": s.title.en, "kind": s.kind, "domain": s.domain(),
        "from": s.from, "to": s.to, "in_force": s.in_force(on), "replaces": s.replaces,
        "certainty": s.certainty, "source": s.source, "checked": s.checked,
        "note_zh": s.note.zh, "note_en": s.note.en, "file": s.file, "provisions": provisions,
    })
}

#[derive(Deserialize)]
pub struct OnDay {
    date: Option<NaiveDate>,
    domain: Option<String>,
}

/// Least certain of the versions of a key.
fn worst(versions: &[Arc<Provision>]) -> Certainty {
    let rows = |p: &Arc<Provision>| (0..p.table.rows.len()).map(|r| p.clause_ref_row(r).certainty).max();
    let all = versions
        .iter()
        .map(|p| rows(p).map_or(p.certainty, |r| r.max(p.certainty)));
    all.max().unwrap_or(Certainty::Certain)
}

/// `GET /api/law?date=&domain=`: rooms, standards and keys, and whether they are in force on the day (today by default).
pub async fn standards(State(app): State<Arc<App>>, Q(q): Q<OnDay>) -> Json<Value> {
    let on = q.date.unwrap_or_else(|| app.today());
    let (law, uses) = (app.law(), app.uses());
    let wanted = |domain: &str| q.domain.as_deref().is_none_or(|d| d == domain);
    let mut provisions = HashMap::<&str, usize>::new();
    for p in law.keys().flat_map(|k| law.versions(k)) {
        *provisions.entry(&p.standard.number).or_default() += 1;
    }
    let count = |s: &Standard| provisions.get(s.number.as_str()).copied().unwrap_or_default();
    let list: Vec<Value> = law
        .standards()
        .iter()
        .filter(|s| wanted(s.domain()))
        .map(|s| standard(s, on, count(s)))
        .collect();
    let keys: Vec<Value> = law
        .keys()
        .filter(|k| wanted(law.domain_of_key(k)))
        .map(|k| {
            let versions = law.versions(k);
            let title = versions.last().map(|p| p.title.clone()).unwrap_or_default();
            let stretches: Vec<Value> = versions
                .iter()
                .map(|p| json!({"standard": p.standard.number, "clause": p.clause, "from": p.from, "to": p.to, "division": p.division}))
                .collect();
            json!({"key": k, "domain": law.domain_of_key(k), "title_zh": title.zh, "title_en": title.en, "versions": versions.len(),
                "in_force": law.at(k, on, "").is_ok(), "certainty": worst(versions), "uses": uses.of(k).count(),
                "stretches": stretches})
        })
        .collect();
    Json(json!({"date": on, "domains": law.domains(), "standards": list, "keys": keys}))
}

#[derive(Deserialize)]
pub struct Number {
    number: String,
    date: Option<NaiveDate>,
}

/// `GET /api/law/standard?number=`: a standard with its provisions and what is not recorded of it.
pub async fn one_standard(State(app): State<Arc<App>>, Q(q): Q<Number>) -> ApiResult<Json<Value>> {
    let law = app.law();
    let s = law.standard(&q.number).ok_or_else(|| {
        ApiError::not_found(
            format!("标准库中没有 {}", q.number),
            format!("the library has no {}", q.number),
        )
        .at("number")
        .remedy("在标准库页面查看全部编号", "see the law page for all numbers")
    })?;
    let provisions: Vec<&Arc<Provision>> = law.provisions_of(&q.number).collect();
    let missing: Vec<_> = law.missing().filter(|m| m.standard.number == q.number).collect();
    let successors: Vec<&str> = law
        .standards()
        .iter()
        .filter(|x| x.replaces.contains(&s.number))
        .map(|x| x.number.as_str())
        .collect();
    let on = q.date.unwrap_or_else(|| app.today());
    Ok(Json(json!({
        "standard": standard(s, on, provisions.len()), "domain": law.domains().into_iter().find(|d| d.id == s.domain()),
        "provisions": provisions, "missing": missing, "replaced_by": successors,
    })))
}

#[derive(Deserialize)]
pub struct Key {
    key: String,
    date: Option<NaiveDate>,
    division: Option<String>,
}

fn no_key(law: &Law, key: &str) -> Option<ApiError> {
    (law.versions(key).is_empty() && !law.missing().any(|m| m.key == key)).then(|| {
        ApiError::not_found(
            format!("没有名为 {key} 的条款键"),
            format!("no law key is called {key}"),
        )
        .at("key")
        .remedy("在标准库页面搜索", "search on the law page")
    })
}

/// `GET /api/law/key?key=air.limit&date=&division=`: what holds on the day, all versions, what is not recorded, and
/// where the key is used.
pub async fn key(State(app): State<Arc<App>>, Q(q): Q<Key>) -> ApiResult<Json<Value>> {
    let law = app.law();
    if let Some(e) = no_key(&law, &q.key) {
        return Err(e);
    }
    let on = q.date.unwrap_or_else(|| app.today());
    let at = law.at(&q.key, on, q.division.as_deref().unwrap_or(""));
    let absence = at.as_ref().err().map(|e| law.absence(e));
    let missing: Vec<_> = law.missing().filter(|m| m.key == q.key).collect();
    let uses = app.uses();
    Ok(Json(json!({
        "key": q.key, "date": on, "division": q.division,
        "domain": law.domains().into_iter().find(|d| d.id == law.domain_of_key(&q.key)),
        "at": at.as_ref().ok(),
        "not_in_force": absence.as_ref().map(|t| &t.en), "not_in_force_zh": absence.as_ref().map(|t| &t.zh),
        "versions": law.versions(&q.key), "missing": missing, "uses": uses.of(&q.key).collect::<Vec<_>>(),
    })))
}

#[derive(Deserialize)]
pub struct Days {
    a: NaiveDate,
    b: NaiveDate,
    domain: Option<String>,
}

/// `GET /api/law/diff?a=&b=&domain=`: every key whose provision differs between two days, and the cells that do. Whole
/// tables are left out: they stand on the key's page.
pub async fn diff(State(app): State<Arc<App>>, Q(q): Q<Days>) -> Json<Vec<Value>> {
    let law = app.law();
    let head = |p: &Option<Arc<Provision>>| {
        let mut head = json!(p);
        if let Some(fields) = head.as_object_mut() {
            fields.remove("table");
        }
        head
    };
    let changes = law.diff(q.a, q.b).into_iter();
    let wanted = changes.filter(|c| q.domain.as_deref().is_none_or(|d| d == law.domain_of_key(&c.key)));
    let row = |c: Change| {
        json!({"key": c.key, "division": c.division, "domain": law.domain_of_key(&c.key),
            "before": head(&c.before), "after": head(&c.after), "cells": c.cells})
    };
    Json(wanted.map(row).collect())
}

#[derive(Deserialize)]
pub struct SideQuestion {
    key: String,
    /// Days, each with `@division` behind it where not the nation is meant: `2013-01-01,2026-03-01@340100`.
    at: String,
}

/// Most columns that can still be read side by side.
const SIDE_MAX: usize = 8;

/// `GET /api/law/side?key=air.limit&at=2015-01-01,2026-03-01@340000`: one key on several days, in several divisions.
pub async fn side(State(app): State<Arc<App>>, Q(q): Q<SideQuestion>) -> ApiResult<Json<Value>> {
    let law = app.law();
    if let Some(e) = no_key(&law, &q.key) {
        return Err(e);
    }
    let mut wanted = vec![];
    for part in q.at.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (day, division) = part.split_once('@').unwrap_or((part, ""));
        let day: NaiveDate = day.parse().map_err(|_| {
            ApiError::bad(format!("{day} 不是日期"), format!("{day} is not a date"))
                .at("at")
                .remedy(
                    "写作 2026-03-01 或 2026-03-01@340100",
                    "write 2026-03-01 or 2026-03-01@340100",
                )
        })?;
        wanted.push((day, division.to_string()));
    }
    if wanted.is_empty() || wanted.len() > SIDE_MAX {
        let (zh, en) = (
            format!("并排 1 到 {SIDE_MAX} 个日期"),
            format!("1 to {SIDE_MAX} days can stand side by side"),
        );
        return Err(ApiError::bad(zh, en).at("at"));
    }
    Ok(Json(json!(law.side_by_side(&q.key, &wanted))))
}

#[derive(Deserialize)]
pub struct Words {
    #[serde(default)]
    q: String,
    limit: Option<usize>,
}

/// Most that a search lists.
const HITS_MAX: usize = 200;

/// `GET /api/law/search?q=`: standards, keys, rows of tables and what is not recorded that have all the words.
pub async fn search(State(app): State<Arc<App>>, Q(q): Q<Words>) -> Json<Value> {
    let limit = q.limit.unwrap_or(60).min(HITS_MAX);
    let mut hits = app.law().search(&q.q, limit + 1);
    let more = hits.len() > limit;
    hits.truncate(limit);
    Json(json!({"q": q.q, "more": more, "hits": hits}))
}

/// `GET /api/law/doubts`: what is likely or uncertain, down to the row.
pub async fn doubts(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!(app.law().doubts()))
}
