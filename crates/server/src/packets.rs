//! The live packets page: who is connected, how fast, what was refused and why, and trying again.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
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
                let texts = hj212::Reason::from_name(&e.why.reason).map(hj212::Reason::texts);
                json!({
                    "id": e.id,
                    "at": chrono::DateTime::from_timestamp_millis(e.received_ms + 8 * 3_600_000)
                        .map(|t| t.format("%Y-%m-%d %H:%M:%S").to_string()),
                    "peer": e.source, "reason": e.why.reason,
                    "reason_zh": texts.map_or(e.why.reason.as_str(), |t| t.zh),
                    "reason_en": texts.map_or(e.why.reason.as_str(), |t| t.en),
                    "remedy_zh": texts.map_or(e.why.remedy.as_str(), |t| t.remedy_zh),
                    "remedy_en": texts.map_or(e.why.remedy.as_str(), |t| t.remedy_en),
                    "detail": e.why.detail, "place": e.why.place, "qnrtn": e.why.qnrtn, "part_of": e.why.part_of,
                    "raw": shown(&e.raw),
                    "replayed": e.replayed.as_ref().map(|(seq, r)| json!({"seq": seq, "ok": r.ok, "reason": r.reason})),
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
    Ok(Json(json!({"ok": done.ok, "reason": done.reason})))
}
