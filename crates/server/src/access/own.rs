//! One's own account.

use super::Who;
use crate::App;
use crate::error::ApiResult;
use axum::Json;
use axum::extract::{Extension, State};
use books::access;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Old and new password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    old: String,
    new: String,
}

/// `POST /api/own/password`: changes it; every session of the account ends, this one too.
pub async fn own_password(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Json(given): Json<Passwords>,
) -> ApiResult<Json<Value>> {
    access::change_password(app.books()?, &app.policy(), &who.person.name, &given.old, &given.new).await?;
    Ok(Json(json!({"ok": true})))
}

/// `POST /api/own/factor`: begins to set up a second factor.
pub async fn own_factor(State(app): State<Arc<App>>, Extension(who): Extension<Who>) -> ApiResult<Json<Value>> {
    let (secret, address) = access::start_second_factor(app.books()?, &app.policy(), &who.person.name).await?;
    Ok(Json(json!({"secret": secret, "address": address})))
}

/// A time code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    code: String,
}

/// `POST /api/own/factor/confirm`: takes the second factor into use.
pub async fn own_factor_confirm(
    State(app): State<Arc<App>>,
    Extension(who): Extension<Who>,
    Json(given): Json<Code>,
) -> ApiResult<Json<Value>> {
    access::confirm_second_factor(app.books()?, &app.policy(), &who.person.name, &given.code).await?;
    Ok(Json(json!({"ok": true})))
}
