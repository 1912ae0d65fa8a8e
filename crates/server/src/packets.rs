//! The live packets page: who is connected, how fast, what was refused and why, and trying again.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use ::figure::Text;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Packets shown.
const RECENT: usize = 40;

/// Text of a packet as pages show it: passwords are not for reading.
pub fn shown(payload: &[u8]) -> String {
    let text = String::from_utf8_lossy(payload).into_owned();
    let Some(at) = text
        .find(";PW=")
        .map(|a| a + 4)
        .or_else(|| text.find("PW=").map(|a| a + 3))
    else {
        return text;
    };
    let end = text[at..].find(';').map_or(text.len(), |n| at + n);
    format!(
        "{}{}{}",
        &text[..at],
        "·".repeat(text[at..end].chars().count()),
        &text[end..]
    )
}

/// `packs/packets/units.toml`: how units and names of the code list are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    #[allow(dead_code)] // for the reader of the file
    source: String,
    words: HashMap<String, String>,
    station: Vec<StationUnit>,
    names: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StationUnit {
    st: String,
    unit: String,
    factors: Vec<String>,
}

impl Units {
    /// Chinese name and unit of a value of a kind of station.
    fn of<'a>(&'a self, st: &str, factor: &str, stat: &str) -> (Option<&'a str>, Option<&'a str>) {
        let known = hj212::codes::factor(factor);
        let name = self.names.get(factor).map(String::as_str).or(known.map(|f| f.name));
        let own = self
            .station
            .iter()
            .find(|s| s.st == st && s.factors.iter().any(|f| f == factor));
        let word = known.map(|f| if stat == "Cou" { f.unit_total } else { f.unit });
        let shown = word.map(|w| self.words.get(w).map_or(w, String::as_str));
        (name, own.filter(|_| stat != "Cou").map(|s| s.unit.as_str()).or(shown))
    }
}

fn now(app: &App) -> Value {
    let Some(gateway) = &app.gateway else {
        return json!({"off": true, "outlets": {"connected": 0, "registered": 0, "simulated": 0},
            "rate": {"packets_s": 0, "bytes_s": 0, "p50_ms": 0, "p99_ms": 0},
            "totals": {"accepted": 0, "quarantined": 0, "duplicates": 0}, "recent": [], "outlets_list": []});
    };
    let mut out = serde_json::to_value(gateway.snapshot(RECENT)).unwrap_or_default();
    if let Some(list) = out["recent"].as_array_mut() {
        for p in list {
            let hidden = p["raw"].as_str().map(|raw| shown(raw.as_bytes()));
            p["raw"] = json!(hidden);
        }
    }
    if let Some(list) = out["outlets_list"].as_array_mut() {
        for outlet in list {
            let st = outlet["st"].as_str().unwrap_or_default().to_string();
            for v in outlet["last_values"].as_array_mut().into_iter().flatten() {
                let (factor, stat) = (
                    v["factor"].as_str().unwrap_or_default(),
                    v["stat"].as_str().unwrap_or_default(),
                );
                let (name, unit) = app.units.of(&st, factor, stat);
                (v["name_zh"], v["unit"]) = (json!(name), json!(unit));
            }
        }
    }
    out["address"] = json!(gateway.address().to_string());
    out
}

/// `GET /api/packets`
pub async fn snapshot(State(app): State<Arc<App>>) -> Json<Value> {
    Json(now(&app))
}

/// `GET /api/packets/stream`: the same every second.
pub async fn stream(
    State(app): State<Arc<App>>,
) -> Sse<impl futures::Stream<Item = Result<Event, std::convert::Infallible>>> {
    let ticks = tokio::time::interval(Duration::from_secs(1));
    let events = futures::stream::unfold((app, ticks), |(app, mut ticks)| async move {
        ticks.tick().await;
        let event = Event::default().json_data(now(&app)).unwrap_or_default();
        Some((Ok(event), (app, ticks)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

#[derive(Deserialize)]
pub struct Page {
    before: Option<u64>,
    limit: Option<usize>,
}

/// What the gateway says of a refused packet, in both languages.
pub struct Texts {
    pub reason: Text,
    pub remedy: Text,
    pub detail: Text,
}

/// Reason and remedy by the catalogue of the protocol, or by that of imports; the detail as it was found.
pub fn texts(why: &::evidence::Quarantined) -> Texts {
    let detail = match why.detail_zh.as_str() {
        "" => Text::new(&why.detail, &why.detail),
        zh => Text::new(zh, &why.detail),
    };
    let (reason, remedy) = match hj212::Reason::from_name(&why.reason).map(hj212::Reason::texts) {
        Some(t) => (Text::new(t.zh, t.en), Text::new(t.remedy_zh, t.remedy_en)),
        None => match lake::import::reason_words(&why.reason) {
            Some((reason, remedy_zh)) => (reason, Text::new(remedy_zh, &why.remedy)),
            None => (Text::new(&why.reason, &why.reason), Text::new(&why.remedy, &why.remedy)),
        },
    };
    Texts { reason, remedy, detail }
}

/// A reason by its short name; the name itself where the catalogue has no words for it.
fn reason(name: &str) -> Text {
    hj212::Reason::from_name(name)
        .map(hj212::Reason::texts)
        .map_or_else(|| Text::new(name, name), |t| Text::new(t.zh, t.en))
}

/// Beijing time of milliseconds since 1970 UTC.
pub fn received_at(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms + 8 * 3_600_000)
        .map(|t| t.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// `GET /api/quarantine?before=&limit=`: newest first.
pub async fn quarantine(State(app): State<Arc<App>>, Q(q): Q<Page>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let limit = q.limit.unwrap_or(50).min(500);
        let list = app
            .evidence
            .quarantine_list(q.before, limit)
            .map_err(ApiError::internal)?;
        let rows: Vec<Value> = list
            .iter()
            .map(|e| {
                let texts = texts(&e.why);
                json!({
                    "id": e.id,
                    "at": received_at(e.received_ms),
                    "peer": e.source, "reason": e.why.reason,
                    "reason_zh": texts.reason.zh, "reason_en": texts.reason.en,
                    "remedy_zh": texts.remedy.zh, "remedy_en": texts.remedy.en,
                    "detail_zh": texts.detail.zh, "detail_en": texts.detail.en, "place": e.why.place, "qnrtn": e.why.qnrtn, "part_of": e.why.part_of,
                    "raw": shown(&e.raw),
                    "replayed": e.replayed.as_ref().map(|(seq, r)| {
                        let t = reason(&r.reason);
                        json!({"seq": seq, "ok": r.ok, "reason": r.reason, "reason_zh": t.zh, "reason_en": t.en})
                    }),
                })
            })
            .collect();
        Ok(Json(json!(rows)))
    })
    .await
}

/// `POST /api/quarantine/{id}/replay`: judged again by today's registry; the result is a record of its own.
pub async fn replay(State(app): State<Arc<App>>, Path(id): Path<u64>) -> ApiResult<Json<Value>> {
    let Some(gateway) = &app.gateway else {
        return Err(ApiError::bad(
            "接收服务未启动,不能重放",
            "the gateway is not running: nothing can be replayed",
        ));
    };
    let done = gateway.replay_quarantined(id, "web").await.map_err(|e| {
        ApiError::not_found(
            format!("隔离记录 {id} 不能重放:{e}"),
            format!("quarantine entry {id}: {e}"),
        )
    })?;
    let t = reason(&done.reason);
    Ok(Json(
        json!({"ok": done.ok, "reason": done.reason, "reason_zh": t.zh, "reason_en": t.en}),
    ))
}
