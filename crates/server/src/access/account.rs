//! What the three administrators do: accounts (system), roles and scopes (security), the log (audit).

use super::Who;
use crate::App;
use crate::error::{ApiResult, Q};
use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use books::access::{self, Account, AuditList, NewAccount, RoleKind};
use books::{Author, List, Scope};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// `GET /api/accounts`
pub async fn accounts(State(app): State<Arc<App>>) -> ApiResult<Json<Vec<Account>>> {
    let all = List {
        limit: 0,
        ..List::of(access::ROOM, Scope::all())
    };
    let docs = app.books()?.list(&all).await?;
    Ok(Json(docs.iter().map(Account::of).collect()))
}

/// `POST /api/accounts`: makes an account without any role; roles are the security administrator's to give.
pub async fn new_account(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Json(given): Json<NewAccount>,
) -> ApiResult<Json<Value>> {
    let new = NewAccount {
        roles: BTreeSet::new(),
        ..given
    };
    let id = new.id.trim().to_lowercase();
    let told = access::add(app.books()?, &app.policy(), new, author(&who, "")).await?;
    Ok(Json(json!({"id": id, "password": told})))
}

fn author(who: &Who, reason: &str) -> Author {
    Author::new(who.person.actor(), reason)
}

/// Whether an account can be used, and why that changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Active {
    active: bool,
    #[serde(default)]
    reason: String,
}

/// `POST /api/accounts/{id}/state`
pub async fn account_state(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Json(given): Json<Active>,
) -> ApiResult<Json<Value>> {
    let author = author(&who, &given.reason);
    access::set_active(app.books()?, &app.policy(), &id, given.active, author).await?;
    Ok(Json(json!({"ok": true})))
}

/// `POST /api/accounts/{id}/reset`: a new password, told once.
pub async fn account_reset(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    let told = access::reset_password(app.books()?, &app.policy(), &id, author(&who, "")).await?;
    Ok(Json(json!({"id": id, "password": told})))
}

/// `POST /api/accounts/{id}/unlock`
pub async fn account_unlock(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    access::unlock(app.books()?, &id, author(&who, "")).await?;
    Ok(Json(json!({"ok": true})))
}

/// What an account is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Version that was read.
    expect: i64,
    roles: BTreeSet<String>,
    #[serde(default)]
    divisions: Vec<String>,
    #[serde(default)]
    owners: Vec<String>,
    #[serde(default)]
    reason: String,
}

/// `POST /api/accounts/{id}/roles`
pub async fn account_roles(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Json(given): Json<Given>,
) -> ApiResult<Json<Value>> {
    let new = (given.roles, given.divisions, given.owners);
    let author = author(&who, &given.reason);
    access::set_roles(app.books()?, &app.policy(), &id, given.expect, new, author).await?;
    Ok(Json(json!({"ok": true})))
}

/// `POST /api/accounts/{id}/factor-clear`
pub async fn account_factor_clear(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> ApiResult<Json<Value>> {
    access::clear_second_factor(app.books()?, &id, author(&who, "")).await?;
    Ok(Json(json!({"ok": true})))
}

/// `GET /api/roles`: roles that can be given.
pub async fn roles(State(app): State<Arc<App>>) -> Json<Value> {
    let policy = app.policy();
    let given = policy.roles.iter().filter(|r| r.kind != RoleKind::Everyone);
    Json(given.map(|r| json!(r)).collect())
}

/// `GET /api/policy`: the whole policy as it is in use.
pub async fn policy(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!(*app.policy()))
}

/// `GET /api/audit`: lines of the log, the latest first.
pub async fn audit(State(app): State<Arc<App>>, Q(asked): Q<AuditList>) -> ApiResult<Json<Value>> {
    Ok(Json(json!(access::audit(app.books()?, &asked).await?)))
}

/// `GET /api/audit.csv`: the same lines as a file. Taking it away is logged.
pub async fn audit_csv(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Q(asked): Q<AuditList>,
) -> ApiResult<Response> {
    let lines = access::audit(app.books()?, &asked).await?;
    let seen = lines
        .first()
        .zip(lines.last())
        .map_or(String::new(), |(a, b)| format!("{} – {}", b.seq, a.seq));
    let change = books::Change::any("audit", "", "export", Value::Null);
    app.books()?.put(author(&who, &seen), vec![change]).await?;
    let mut out = String::from("\u{feff}seq,at,actor,room,id,kind,reason,fields,hash\r\n");
    for l in lines {
        let at = chrono::DateTime::from_timestamp_millis(l.at).unwrap_or_default() + chrono::TimeDelta::hours(8);
        let cells = [
            l.seq.to_string(),
            at.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
            l.actor,
            l.room,
            l.id,
            l.kind,
            l.reason,
            l.fields.join(" "),
            l.hash,
        ];
        out.push_str(&cells.map(|c| cell(&c)).join(","));
        out.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, out).into_response())
}

/// A cell of CSV; what a spreadsheet would take for a formula is disarmed by an apostrophe.
fn cell(text: &str) -> String {
    let armed = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if armed { format!("'{text}") } else { text.to_string() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// `GET /api/packs/check`: mistakes in the files of the packs, and roles that procedures name but nobody can have.
pub async fn packs_check(State(app): State<Arc<App>>) -> Json<Value> {
    let shelf = app.shelf();
    Json(json!({"faults": shelf.faults, "unknown_roles": shelf.policy.unknown_roles(&shelf.packs)}))
}
