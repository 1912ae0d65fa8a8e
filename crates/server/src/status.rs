//! Is everything well: stores, versions, counts.

use crate::App;
use crate::error::{ApiError, ApiResult};
use crate::state::blocking;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /api/status`
pub async fn status(State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let (records, head) = app.evidence.head();
        let files = app.evidence.files().map_err(ApiError::internal)?;
        let law = app.law();
        Ok(Json(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "plan": app.plan.head.id,
            "law": {"standards": law.standards().len(), "fingerprint": law.fingerprint()},
            "lake": {"version": app.lake.version(), "series": app.lake.series_keys().len()},
            "evidence": {"records": records, "head": head, "files": files.len(),
                "quarantined": app.evidence.quarantine_count(),
                "stopped": app.evidence.stopped().map(|e| e.to_string())},
            "gateway": app.gateway.as_ref().map(|g| g.address().to_string()),
        })))
    })
    .await
}
