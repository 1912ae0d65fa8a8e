//! Attachments: bytes are kept as evidence under their hash, chained and unchanged; a record or a case names the hash.
//! Whoever may read the record that names it may read the file.

use super::register::Name;
use super::seat::{Raw, Seat, file};
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use ::evidence::FileNote;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::response::Response;
use books::access::Action;
use serde::Deserialize;
use serde_json::{Value, json};

/// Largest attachment, and largest workbook.
pub const MOST: usize = books::register::MOST_BYTES;

#[derive(Deserialize)]
pub struct Named {
    #[serde(default)]
    name: String,
}

/// Keeps bytes as evidence.
pub async fn keep(seat: &Seat, name: &str, bytes: &Bytes, source: &str) -> ApiResult<Value> {
    if bytes.is_empty() {
        return Err(ApiError::bad("文件是空的。", "the file is empty"));
    }
    let name = name.rsplit(['/', '\\']).next().unwrap_or("").trim();
    let name: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    let name = if name.is_empty() { "附件".to_string() } else { name };
    let note = FileNote {
        source: format!("books:{source}:{}", seat.who.actor()),
        ..FileNote::default()
    };
    let (app, raw, kept) = (seat.app.clone(), bytes.clone(), name.clone());
    let put = move || {
        let failed = |e: ::evidence::Error| ApiError::internal(format!("the file was not kept: {e}"));
        app.evidence.put_file(&kept, &raw, &note).map_err(failed)
    };
    let put = blocking(put).await?;
    Ok(json!({"hash": put.sha256, "name": name, "bytes": bytes.len()}))
}

/// `POST /register/{pack}/{name}/file?name=`
pub async fn to_register(
    seat: Seat,
    Path((p, n)): Path<Name>,
    Q(q): Q<Named>,
    Raw(bytes): Raw,
) -> ApiResult<Json<Value>> {
    seat.may(Action::Write, &format!("register:{p}/{n}"), "").await?;
    keep(&seat, &q.name, &bytes, &format!("{p}/{n}")).await.map(Json)
}

/// `POST /case/{pack}/{name}/file?name=`
pub async fn to_case(seat: Seat, Path((p, n)): Path<Name>, Q(q): Q<Named>, Raw(bytes): Raw) -> ApiResult<Json<Value>> {
    seat.may(Action::Take, &format!("case:{p}/{n}"), "").await?;
    keep(&seat, &q.name, &bytes, &format!("{p}/{n}")).await.map(Json)
}

/// Whether a value names a hash.
fn names(value: &Value, hash: &str) -> bool {
    match value {
        Value::String(s) => s == hash,
        Value::Array(items) => items.iter().any(|v| names(v, hash)),
        Value::Object(map) => map.values().any(|v| names(v, hash)),
        _ => false,
    }
}

async fn of(seat: &Seat, room: &str, id: &str, hash: &str) -> ApiResult<Response> {
    let (may, doc) = seat.record(room, id, None).await?;
    let mut body = doc.body.clone();
    for hidden in &may.decision.hidden {
        if let Some(map) = body.as_object_mut() {
            map.remove(hidden);
        }
    }
    if !names(&body, hash) {
        return Err(ApiError::not_found(
            format!("“{id}”没有这份附件"),
            format!("{id} has no such file"),
        ));
    }
    let (app, sha) = (seat.app.clone(), hash.to_string());
    blocking(move || {
        let lost = |e: ::evidence::Error| {
            ApiError::not_found(format!("附件取不出来：{e}"), format!("the file cannot be had: {e}"))
                .remedy("用 qingshan check 校验证据", "`qingshan check` verifies the evidence")
        };
        let entry = app.evidence.file_entry(&sha).map_err(lost)?;
        Ok(file(
            &entry.name,
            "application/octet-stream",
            app.evidence.file(&sha).map_err(lost)?,
        ))
    })
    .await
}

/// `GET /register/{pack}/{name}/records/{id}/file/{hash}`
pub async fn of_record(
    seat: Seat,
    Path((p, n, id, hash)): Path<(String, String, String, String)>,
) -> ApiResult<Response> {
    of(&seat, &format!("register:{p}/{n}"), &id, &hash).await
}

/// `GET /case/{pack}/{name}/cases/{id}/file/{hash}`
pub async fn of_case(
    seat: Seat,
    Path((p, n, id, hash)): Path<(String, String, String, String)>,
) -> ApiResult<Response> {
    of(&seat, &format!("case:{p}/{n}"), &id, &hash).await
}
