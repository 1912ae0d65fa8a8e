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

/// Reason and remedy by the catalogue of the protocol; the detail names the bytes, which are the same in any language.
pub fn texts(why: &::evidence::Quarantined) -> Texts {
    let known = hj212::Reason::from_name(&why.reason).map(hj212::Reason::texts);
    let same = |text: &str| Text::new(text, text);
    Texts {
        reason: known
            .as_ref()
            .map_or_else(|| same(&why.reason), |t| Text::new(t.zh, t.en)),
        remedy: known
            .as_ref()
            .map_or_else(|| same(&why.remedy), |t| Text::new(t.remedy_zh, t.remedy_en)),
        detail: same(&why.detail),
    }
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
                    "detail": texts.detail.zh, "detail_en": texts.detail.en, "place": e.why.place, "qnrtn": e.why.qnrtn, "part_of": e.why.part_of,
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
