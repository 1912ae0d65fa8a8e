//! Coming in and going out.

use super::guard::{COOKIE, Who};
use crate::App;
use crate::error::{ApiError, ApiResult};
use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use books::access::{self, Action, Matter, NewAccount, SignedIn, Target, decide};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the pages need to know of who is there and what that person may.
async fn state(app: &App, who: &Who) -> ApiResult<Value> {
    let (policy, person) = (app.policy(), &who.person);
    let mut may: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for matter in Matter::ALL.into_iter().filter(|m| !m.business()) {
        let target = Target::matter(matter);
        let can = Action::ALL
            .into_iter()
            .filter(|a| decide(&policy, person, *a, &target).is_ok());
        let can: Vec<&str> = can.map(|a| a.words().0).collect();
        if !can.is_empty() {
            may.insert(matter.words().0, can);
        }
    }
    let roles: Vec<Value> = person
        .roles
        .iter()
        .map(|r| json!({"id": r, "title": policy.title(r)}))
        .collect();
    let shown = person.known().then(|| {
        json!({"id": person.name, "title": person.title, "roles": roles, "divisions": person.divisions,
            "owners": person.owners, "must": person.must})
    });
    let rule = &policy.password;
    Ok(json!({
        "person": shown,
        "csrf": who.session.as_ref().map(|s| s.csrf.as_str()),
        "ends": who.session.as_ref().map(|s| s.ends),
        "idle_ends": who.session.as_ref().map(|s| s.idle_ends),
        "open": app.stands_open().await?,
        "demo": app.house.demo,
        "may": may,
        "password": {"least_length": rule.least_length, "kinds": rule.kinds, "change_days": rule.change_days},
    }))
}

/// `GET /api/session`
pub async fn session(State(app): State<Arc<App>>, Extension(who): Extension<Who>) -> ApiResult<Json<Value>> {
    state(&app, &who).await.map(Json)
}

/// What a person gives to come in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    id: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

fn cookie(app: &App, token: &str, seconds: i64) -> String {
    let secure = if app.house.https { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// `POST /api/session`: signs in. `{"code_needed": true}` asks for the time code beside the password.
pub async fn sign_in(State(app): State<Arc<App>>, Json(given): Json<Given>) -> ApiResult<Response> {
    let policy = app.policy();
    let done = access::sign_in(app.books()?, &policy, &given.id, &given.password, given.code.as_deref()).await;
    match done {
        Ok(SignedIn::CodeNeeded) => Ok(Json(json!({"code_needed": true})).into_response()),
        Ok(SignedIn::Yes { token, .. }) => {
            let session = access::session(app.books()?, &policy, &token, app.now_ms()).await?;
            let session = session.ok_or_else(|| ApiError::internal("the session ended before it began"))?;
            let set = cookie(&app, &token, policy.session.absolute_hours * 3600);
            let who = Who {
                person: session.person.clone(),
                session: Some(session),
                token,
            };
            Ok(([(SET_COOKIE, set)], Json(state(&app, &who).await?)).into_response())
        }
        // Not known yet: 401, whatever the reason.
        Err(books::Error::Forbidden(words)) => Err(ApiError::denied(false, words)),
        Err(e) => Err(e.into()),
    }
}

/// `DELETE /api/session`: signs out.
pub async fn sign_out(State(app): State<Arc<App>>, Extension(who): Extension<Who>) -> ApiResult<Response> {
    access::sign_out(app.books()?, &who.token).await?;
    Ok(([(SET_COOKIE, cookie(&app, "", 0))], Json(json!({"ok": true}))).into_response())
}

/// `GET /api/link/{token}`: the role that a one-time link makes an account for.
pub async fn link(State(app): State<Arc<App>>, Path(token): Path<String>) -> ApiResult<Json<Value>> {
    let role = access::link_role(app.books()?, &token, app.now_ms()).await?;
    let role = role.ok_or_else(|| {
        ApiError::not_found("链接已用过或已过期", "the link was used or its time is over").remedy(
            "重新启动服务会给出新的链接",
            "starting the server again gives a new one",
        )
    })?;
    Ok(Json(json!({"role": role, "title": app.policy().title(&role)})))
}

/// `POST /api/link/{token}`: makes the administrator's account.
pub async fn use_link(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Json(new): Json<NewAccount>,
) -> ApiResult<Json<Value>> {
    access::use_link(app.books()?, &app.policy(), &token, new, app.now_ms()).await?;
    Ok(Json(json!({"ok": true})))
}
