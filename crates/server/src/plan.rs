//! The home page: the plan's text with lights, notes and target cards, as of a data day and a law day.

use crate::App;
use crate::error::{ApiResult, Q};
use ::figure::{Decimal, Text};
use ::plan::days::{Days, first_of};
use ::plan::light::{Light, worst};
use ::plan::measure::{Better, Target};
use ::plan::stand::{Asked, Stand};
use ::plan::text::Role;
use axum::Json;
use axum::extract::State;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The question that most pages share.
#[derive(Debug, Clone, Deserialize)]
pub struct Common {
    pub date: Option<NaiveDate>,
    pub law_of: Option<NaiveDate>,
    pub division: Option<String>,
}

impl Common {
    /// The days asked for; the plan's opening day by default.
    pub fn asked(&self, app: &App) -> Asked {
        Asked {
            date: self.date.unwrap_or(app.plan.head.open_at),
            law_of: self.law_of,
        }
    }
}

/// `GET /api/plan?date=&law_of=`
pub async fn plan(State(app): State<Arc<App>>, Q(q): Q<Common>) -> ApiResult<Json<Arc<Value>>> {
    let asked = q.asked(&app);
    let home = app.home(asked).await?;
    let rooms = crate::rooms::stands::stands(&app).await?;
    Ok(Json(match rooms.is_empty() {
        true => home,
        false => Arc::new(crate::rooms::stands::overlaid(&home, &app, &rooms)),
    }))
}

/// A target as shown: `≤36.8`.
pub fn target_text(t: &Target) -> String {
    format!("{}{}", t.op.sign(), t.value)
}

/// Unit as shown.
pub fn unit_label(code: &str) -> String {
    match code {
        "" => String::new(),
        "count" => "个".to_string(),
        code => ::figure::Unit::parse(code).map_or_else(|_| code.to_string(), |u| u.label().to_string()),
    }
}

/// Puts the home page together from the stands of all measures.
pub fn home(app: &App, asked: Asked, days: &Days, stands: &[Arc<Stand>]) -> Value {
    let plan = &app.plan;
    let by_id: HashMap<&str, &Stand> = stands.iter().map(|s| (s.measure.as_str(), s.as_ref())).collect();
    let (mut sentences, mut notes, mut lights) = (Map::new(), vec![], HashMap::new());
    for s in &plan.document.sentences {
        let (entry, light) = match plan.by_sentence.get(&s.id) {
            None => (
                json!({"light": Light::None, "reason_zh": "尚无数据:此句的看板尚未建立",
                    "reason_en": "no data yet: this sentence has no stand", "spans": [], "measures": []}),
                Light::None,
            ),
            Some(placed) => {
                let words = plan.document.words(s);
                let here: Vec<&Stand> = placed
                    .iter()
                    .map(|p| by_id[plan.measures[p.measure].id.as_str()])
                    .collect();
                let light = worst(here.iter().map(|s| s.light));
                let reason = here.iter().find(|s| s.light == light).map(|s| &s.reason);
                let spans: Vec<Value> = placed
                    .iter()
                    .zip(&here)
                    .map(|(p, s)| {
                        let chars = |at: usize| words[..at].chars().count();
                        json!({"start": chars(p.start), "end": chars(p.end), "measure": s.measure, "light": s.light})
                    })
                    .collect();
                notes.extend(here.iter().map(|stand| note(&s.id, stand)));
                let ids: Vec<&str> = here.iter().map(|s| s.measure.as_str()).collect();
                let entry = json!({
                    "light": light, "reason_zh": reason.map(|r| &r.zh), "reason_en": reason.map(|r| &r.en),
                    "spans": spans, "measures": ids,
                });
                (entry, light)
            }
        };
        lights.insert(s.id.as_str(), light);
        sentences.insert(s.id.clone(), entry);
    }
    let cards: Vec<Value> = plan
        .measures
        .iter()
        .filter(|m| m.card)
        .map(|m| card(by_id[m.id.as_str()]))
        .collect();
    json!({
        "id": plan.head.id, "title": plan.document.title, "year": plan.head.year,
        "issuer": {"zh": plan.head.issuer_zh, "en": plan.head.issuer_en},
        "date": asked.date, "law_of": asked.law_of,
        "law_in_force": in_force(app, asked),
        "data": data(app, asked, days),
        "counts": counts(lights.values().copied()),
        "chapters": chapters(app, &lights),
        "blocks": blocks(app),
        "sentences": sentences, "notes": notes, "cards": cards,
        "simulated": stands.iter().any(|s| s.simulated),
    })
}

fn counts(lights: impl Iterator<Item = Light>) -> Value {
    let mut n: HashMap<Light, u32> = HashMap::new();
    for l in lights {
        *n.entry(l).or_default() += 1;
    }
    let of = |l| n.get(&l).copied().unwrap_or(0);
    json!({"green": of(Light::Green), "amber": of(Light::Amber), "red": of(Light::Red), "none": of(Light::None)})
}

fn chapters(app: &App, lights: &HashMap<&str, Light>) -> Vec<Value> {
    let doc = &app.plan.document;
    doc.chapters
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let here = doc.sentences.iter().filter(|s| s.chapter == Some(i)).map(|s| lights[s.id.as_str()]);
            json!({"id": c.id, "number": c.number, "title": c.name, "anchor": format!("ch-{}", c.id), "counts": counts(here)})
        })
        .collect()
}

fn blocks(app: &App) -> Vec<Value> {
    let doc = &app.plan.document;
    doc.blocks
        .iter()
        .map(|b| {
            let of = |role| {
                let mut pieces = b.pieces.iter().filter(move |p| p.role == role);
                pieces.next().map(|p| &doc.text[p.range.clone()])
            };
            let pieces: Vec<Value> = b
                .pieces
                .iter()
                .map(|p| json!({"text": doc.text[p.range.clone()], "role": p.role, "sentence": p.sentence}))
                .collect();
            json!({
                "id": b.id, "kind": b.kind, "number": of(Role::Number),
                "chapter": b.chapter.map(|c| &doc.chapters[c].id), "pieces": pieces,
            })
        })
        .collect()
}

/// A margin note: the figure first, then what it is compared with.
fn note(sentence: &str, s: &Stand) -> Value {
    let (mut zh, mut en) = (vec![], vec![]);
    if let Some(t) = &s.target {
        zh.push(format!("目标 {}", target_text(t)));
        en.push(format!("target {}", target_text(t)));
    } else if let Some(t) = &s.target_text {
        zh.push(format!("目标 {}", t.zh));
        en.push(format!("target: {}", t.en));
    }
    match (&s.value, &s.last_year) {
        (None, _) => {
            zh.push(s.reason.zh.clone());
            en.push(s.reason.en.clone());
        }
        (Some(_), Some(l)) => {
            zh.push(format!("去年同期 {}", l.value));
            en.push(format!("last year {}", l.value));
        }
        _ => {}
    }
    if s.valid.of_cities > 0 && s.value.is_some() {
        zh.push(format!(
            "{}/{} 市 · {}/{} 城市天",
            s.valid.cities, s.valid.of_cities, s.valid.days, s.valid.of
        ));
        en.push(format!(
            "{}/{} cities · {}/{} city-days",
            s.valid.cities, s.valid.of_cities, s.valid.days, s.valid.of
        ));
    }
    json!({
        "sentence": sentence, "measure": s.measure, "light": s.light,
        "label_zh": s.title.zh, "label_en": s.title.en,
        "value": s.value, "unit": unit_label(&s.unit),
        "sub_zh": zh.join(" · "), "sub_en": en.join(" · "), "simulated": s.simulated,
        "reason_zh": s.reason.zh, "reason_en": s.reason.en,
    })
}

fn card(s: &Stand) -> Value {
    let hint = hint(s);
    json!({
        "measure": s.measure, "title_zh": s.title.zh, "title_en": s.title.en,
        "value": s.value, "unit": unit_label(&s.unit),
        "target": target(s), "light": s.light, "hint_zh": hint.zh, "hint_en": hint.en,
        "simulated": s.simulated, "bullet": bullet(s),
        "reason_zh": s.reason.zh, "reason_en": s.reason.en,
    })
}

/// The target as pages show it; null when there is none.
pub fn target(s: &Stand) -> Value {
    match (&s.target, &s.target_text) {
        (Some(t), _) => json!({"op": t.op, "value": t.value, "text": target_text(t)}),
        (None, Some(t)) => json!({"op": null, "value": null, "text": t.zh, "text_en": t.en}),
        (None, None) => Value::Null,
    }
}

fn hint(s: &Stand) -> Text {
    if let Some(r) = &s.remaining {
        return r.text.clone();
    }
    match &s.value {
        None => s.reason.clone(),
        Some(_) => s.short.clone().unwrap_or_else(|| s.reason.clone()),
    }
}

/// The bullet line: value, target and projected interval on one scale, wide enough for all of them.
fn bullet(s: &Stand) -> Value {
    let Some(value) = s.value else { return Value::Null };
    let target = s.target.as_ref().map(|t| t.value);
    let projection = s.projection.as_ref();
    let all: Vec<Decimal> = [Some(value), target, projection.map(|p| p.lo), projection.map(|p| p.hi)]
        .into_iter()
        .flatten()
        .collect();
    let (lo, hi) = all
        .iter()
        .fold((f64::MAX, f64::MIN), |(a, b), d| (a.min(d.to_f64()), b.max(d.to_f64())));
    // A picture, not a figure: the margin keeps the marks off the edges.
    let pad = ((hi - lo) * 0.35).max(hi.abs() * 0.05).max(0.5);
    json!({
        "min": lo - pad, "max": hi + pad, "value": value.to_f64(), "target": target.map(|t| t.to_f64()),
        "lo": projection.map(|p| p.lo.to_f64()), "hi": projection.map(|p| p.hi.to_f64()),
        "better": s.better.unwrap_or(Better::Low),
    })
}

/// The standards of air that judge: on the law day if one is asked for, else on the data day.
fn in_force(app: &App, asked: Asked) -> Vec<Value> {
    let on = asked.law_of.unwrap_or(asked.date);
    let law = app.law();
    ["air.limit", "air.iaqi.breakpoints", "air.evaluation"]
        .iter()
        .filter_map(|key| law.at(key, on, &app.plan.head.division).ok())
        .map(|p| {
            let s = &p.standard;
            json!({"number": s.number, "title_zh": s.title.zh, "title_en": s.title.en, "key": p.key,
                "title": s.title.zh, "from": p.from, "to": p.to})
        })
        .collect()
}

/// What the figures of this day rest on, and the days that the page offers.
fn data(app: &App, asked: Asked, days: &Days) -> Value {
    let cities = app
        .plan
        .group(&app.plan.head.division)
        .map(|g| g.members.clone())
        .unwrap_or_default();
    let (mut real, mut simulated, mut with) = (0u32, 0u32, 0usize);
    for c in &cities {
        let list = days.range(c, first_of(asked.date.year()), asked.date);
        with += usize::from(!list.is_empty());
        simulated += list.iter().filter(|d| d.simulated).count() as u32;
        real += list.iter().filter(|d| !d.simulated).count() as u32;
    }
    let mode = match (real, simulated) {
        (0, 0) => "none",
        (_, 0) => "real",
        (0, _) => "simulated",
        _ => "mixed",
    };
    let of = cities.len();
    let (zh, en) = match mode {
        "none" => (
            "本年此日之前无空气数据".to_string(),
            "no air data of this year up to this day".to_string(),
        ),
        "real" => (
            format!("实测:{with}/{of} 市,{real} 城市天"),
            format!("real: {with} of {of} cities, {real} city-days"),
        ),
        "simulated" => (
            format!("模拟:{with}/{of} 市,{simulated} 城市天(按真实序列的规律生成,满足公布的年值)"),
            format!(
                "simulated: {with} of {of} cities, {simulated} city-days (made after real series to meet the published yearly figures)"
            ),
        ),
        _ => (
            format!("实测 {real} 城市天,模拟 {simulated} 城市天"),
            format!("real {real} city-days, simulated {simulated} city-days"),
        ),
    };
    let steps: Vec<Value> = app
        .plan
        .head
        .steps
        .iter()
        .map(|s| json!({"date": s.date, "label_zh": s.zh, "label_en": s.en, "simulated": s.zh.contains("模拟")}))
        .collect();
    json!({"mode": mode, "text_zh": zh, "text_en": en, "steps": steps})
}
