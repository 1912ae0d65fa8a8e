//! The last level: the raw line of a file or the raw packet, as it came, with the part that counts marked.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use ::evidence::{Evidence, Kind};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Wanted {
    r#ref: String,
    /// Column of the file, or factor code of the packet, to mark.
    column: Option<String>,
}

/// Lines shown before and behind.
const AROUND: u64 = 3;

/// `GET /api/evidence?ref=file:<sha256>#L<line>|packet:<seq>&column=`
pub async fn evidence(State(app): State<Arc<App>>, Q(q): Q<Wanted>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let bad = || {
            ApiError::bad("证据引用不能识别", "this is no evidence reference")
                .at(q.r#ref.clone())
                .remedy(
                    "写作 file:<sha256>#L<行号> 或 packet:<序号>",
                    "write file:<sha256>#L<line> or packet:<number>",
                )
        };
        match q.r#ref.split_once(':') {
            Some(("file", rest)) => {
                let (sha, line) = rest.split_once("#L").ok_or_else(bad)?;
                file_line(
                    &app.evidence,
                    sha,
                    line.parse().map_err(|_| bad())?,
                    q.column.as_deref(),
                )
            }
            Some(("packet", seq)) => packet(&app, seq.parse().map_err(|_| bad())?, q.column.as_deref()),
            _ => Err(bad()),
        }
    })
    .await
    .map(Json)
}

fn store_error(e: ::evidence::Error) -> ApiError {
    ApiError::not_found(format!("证据库中没有:{e}"), format!("the evidence store says: {e}")).remedy(
        "核对引用;用 qingshan check 校验证据链",
        "check the reference; `qingshan check` verifies the chain",
    )
}

fn time(ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(ms + 8 * 3_600_000)
        .map(|t| t.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
        .unwrap_or_default()
}

/// Cells of a CSV line with their byte ranges; quotes are kept, because the line is shown as it stands.
fn cells(line: &str) -> Vec<(usize, usize)> {
    let (mut out, mut start, mut quoted) = (vec![], 0, false);
    for (i, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                out.push((start, i));
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push((start, line.len()));
    out
}

fn file_line(store: &Evidence, sha: &str, line: u64, column: Option<&str>) -> ApiResult<Value> {
    let entry = store.file_entry(sha).map_err(store_error)?;
    let text = store.line(sha, line).map_err(store_error)?;
    let first = store.line(sha, 1).map_err(store_error)?;
    let first = first.trim_start_matches('\u{feff}').to_string();
    let header: Vec<&str> = cells(&first)
        .iter()
        .map(|(a, b)| first[*a..*b].trim_matches('"'))
        .collect();
    let from = line.saturating_sub(AROUND).max(1);
    let around = store.lines(sha, from, 2 * AROUND + 1).map_err(store_error)?;
    let list = |keep: fn(u64, u64) -> bool| -> Vec<Value> {
        around
            .iter()
            .filter(|(n, _)| keep(*n, line))
            .map(|(n, t)| json!({"n": n, "text": t}))
            .collect()
    };
    // Offsets count characters, as the page cuts them.
    let highlight: Vec<[usize; 2]> = column
        .and_then(|c| header.iter().position(|h| *h == c))
        .and_then(|i| cells(&text).get(i).copied())
        .map(|(a, b)| [text[..a].chars().count(), text[..b].chars().count()])
        .into_iter()
        .collect();
    let chain = chain(store, entry.seq);
    Ok(json!({
        "kind": "file-line", "title": format!("{} 第 {line} 行", entry.name), "name": entry.name,
        "source": entry.source, "licence": entry.licence, "simulated": entry.simulated, "sha256": entry.sha256,
        "line": line, "lines": store.line_count(sha).map_err(store_error)?, "header": header, "column": column,
        "before": list(|n, l| n < l), "text": text, "highlight": highlight, "after": list(|n, l| n > l),
        "received_at": time(entry.received_ms), "seq": entry.seq, "chain": chain,
    }))
}

/// Whether the segment that holds a record fits its checksums and its chain.
fn chain(store: &Evidence, seq: u64) -> Value {
    let checked = store
        .position(seq)
        .and_then(|p| Ok((p, store.verify_segment(p.segment)?)));
    match checked {
        Ok((p, r)) => json!({"ok": r.ok(), "checked": r.records, "segment": p.segment, "offset": p.offset,
            "fault": r.fault.as_ref().map(|f| f.to_string())}),
        Err(e) => json!({"ok": false, "checked": 0, "fault": e.to_string()}),
    }
}

fn packet(app: &App, seq: u64, column: Option<&str>) -> ApiResult<Value> {
    let record = app.evidence.record(seq).map_err(store_error)?;
    if !matches!(record.kind, Kind::Packet | Kind::Quarantine) {
        return Err(ApiError::not_found(
            format!("第 {seq} 号记录不是数据包"),
            format!("record {seq} is not a packet"),
        ));
    }
    let payload = match record.kind {
        Kind::Quarantine => Evidence::quarantine_of(&record).map_err(store_error)?.1.to_vec(),
        _ => record.payload.clone(),
    };
    let text = crate::packets::shown(&payload);
    let registry = app.gateway.as_ref().map(|g| g.registry().now());
    let logger = hj212::peek_mn(&payload).and_then(|mn| registry.as_ref()?.get(mn).cloned());
    let options = logger
        .as_ref()
        .map_or_else(hj212::Options::default, |l| l.options(record.received_ms));
    let mut parsed: Value = serde_json::from_str(&hj212::check::check_json(&payload, &options)).unwrap_or_default();
    // Passwords are not for reading, wherever they stand.
    if let Some(pw) = parsed.pointer_mut("/fields/PW") {
        *pw = json!("······");
    }
    // Every item of the factor, from its first key to the end of its last value.
    let highlight: Vec<[usize; 2]> = column
        .and_then(|code| {
            let start = text.find(&format!("{code}-"))?;
            let rest = &text[start..];
            let end = rest.find(';').or_else(|| rest.find("&&")).unwrap_or(rest.len());
            Some([text[..start].chars().count(), text[..start + end].chars().count()])
        })
        .into_iter()
        .collect();
    let crc = text.trim_end_matches(['\r', '\n']);
    Ok(json!({
        "kind": "packet", "title": format!("数据包 {seq}"), "name": logger.as_ref().map(|l| l.name.to_string()),
        "source": record.source, "licence": "", "simulated": logger.as_ref().is_some_and(|l| l.simulated),
        "sha256": null, "line": null, "header": [], "before": [], "text": text, "highlight": highlight, "after": [],
        "received_at": time(record.received_ms), "seq": seq, "segment": record.position.segment,
        "offset": record.position.offset, "chain": chain(&app.evidence, seq),
        "packet": {
            "version": parsed["version"], "crc": crc.get(crc.len().saturating_sub(4)..),
            "crc_ok": parsed["ok"], "reason": parsed["reason"], "fields": parsed["fields"], "warnings": parsed["warnings"],
        },
    }))
}
