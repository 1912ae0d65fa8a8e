//! Recording law: what is missing, files laid on top of the shipped law, drafts to try.

use crate::App;
use crate::error::{ApiError, ApiResult};
use crate::state::blocking;
use crate::words::law_message;
use ::law::{Addition, Refused, Shelf};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};

/// `GET /api/law/missing`: provisions that exist but are not recorded, and the files that recorded some since.
pub async fn missing(State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let (law, uses) = (app.law(), app.uses());
        let rows: Vec<Value> = law
            .missing()
            .map(|m| {
                let mut row = json!(m);
                row["domain"] = json!(m.domain());
                row["uses"] = json!(uses.of(&m.key).collect::<Vec<_>>());
                row
            })
            .collect();
        let recorded: Vec<Value> = law
            .keys()
            .flat_map(|k| law.versions(k))
            .filter(|p| p.file.starts_with("added/"))
            .map(|p| {
                json!({"file": p.file, "key": p.key, "standard": p.standard.number, "clause": p.clause, "from": p.from,
                    "to": p.to, "division": p.division, "title": p.title, "source": p.source, "certainty": p.certainty})
            })
            .collect();
        let library = app.library.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = library.dir().map(|d| d.display().to_string());
        let standards: Vec<Value> = law
            .standards()
            .iter()
            .map(|s| json!({"number": s.number, "title_zh": s.title.zh, "title_en": s.title.en}))
            .collect();
        Ok(Json(
            json!({"rows": rows, "recorded": recorded, "dir": dir, "standards": standards}),
        ))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// What a form asked for.
    form: Option<Addition>,
    /// Or a whole file.
    text: Option<String>,
    /// Its name.
    name: Option<String>,
    /// Keep it; otherwise it is only judged.
    #[serde(default)]
    keep: bool,
}

/// `POST /api/law/addition`: judges a file, or the file that a form makes, and keeps it if asked to. It takes effect
/// at once.
pub async fn addition(State(app): State<Arc<App>>, Json(given): Json<Given>) -> ApiResult<Response> {
    let form = given.form.map(|f| Addition {
        checked: if f.checked.trim().is_empty() {
            app.today().to_string()
        } else {
            f.checked.clone()
        },
        ..f
    });
    let text = match (&form, given.text) {
        (Some(f), None) => f.to_toml(),
        (None, Some(text)) => text,
        _ => {
            return Err(ApiError::bad("给出 form 或 text 之一", "give either form or text").at("form"));
        }
    };
    let name = given
        .name
        .or(form.map(|f| f.file_name()))
        .unwrap_or_else(|| "addition.toml".to_string());
    let keep = given.keep;
    blocking(move || {
        let done = {
            let library = app.library.lock().unwrap_or_else(PoisonError::into_inner);
            if keep {
                let added = library.add(&name, &text);
                if added.is_ok() {
                    app.listed_now(&library);
                }
                added.map(|a| (a.law, Some(a.file)))
            } else {
                library.judge(&name, &text).map(|law| (law, None))
            }
        };
        match done {
            Ok((law, file)) => {
                let (before, after) = (app.law().missing().count(), law.missing().count());
                if file.is_some() {
                    app.set_law(Arc::new(law)).map_err(ApiError::internal)?;
                }
                let answer = json!({"ok": true, "text": text, "file": file, "effective": "now",
                    "filled": before.saturating_sub(after), "missing": after});
                Ok(Json(answer).into_response())
            }
            // Judging is a question and its answer; only keeping can fail.
            Err(refused) => {
                let status = if keep {
                    StatusCode::UNPROCESSABLE_ENTITY
                } else {
                    StatusCode::OK
                };
                Ok((status, Json(refusal(&refused, &text, &name))).into_response())
            }
        }
    })
    .await
}

fn refusal(refused: &Refused, text: &str, name: &str) -> Value {
    let own = format!("added/{name}");
    let entry = |file: &str, line: usize, message: &str| {
        let words = law_message(message);
        let ours = file == own || file == name;
        json!({"line": ours.then_some(line), "file": file, "zh": words.zh, "en": words.en})
    };
    let errors: Vec<Value> = match refused {
        Refused::File { errors } => errors.iter().map(|e| entry(&e.file, e.line, &e.message)).collect(),
        Refused::Law { problems } => problems
            .iter()
            .map(|p| entry(&p.file, p.line, &format!("`{}` {}", p.subject, p.message)))
            .collect(),
        Refused::Disk { message } => vec![entry("", 0, message)],
    };
    let first = errors.first().cloned().unwrap_or_default();
    json!({"ok": false, "text": text, "errors": errors, "error": {
        "zh": first["zh"], "en": first["en"], "where": own, "remedy": "mend what is named and try again",
        "remedy_zh": "按所指之处改正后再试;什么都没有写入", "remedy_en": "mend what is named and try again; nothing was written",
    }})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    text: String,
}

fn about(app: &App, text: &str) -> ApiResult<Value> {
    let law = app.law();
    let d = law
        .with_draft("draft.toml", text)
        .map_err(|e| crate::words::refused_draft(&e))?;
    let unread: Vec<&String> = d
        .keys
        .iter()
        .filter(|k| !law.knows(k, "") && !law.missing().any(|m| m.key == **k))
        .collect();
    let title = d.law.standard(&d.standard).map(|s| s.title.clone()).unwrap_or_default();
    Ok(
        json!({"id": Shelf::id(text), "standard": d.standard, "title": title, "keys": d.keys, "from": d.from, "unread": unread}),
    )
}

/// `GET /api/drafts`: drafts that were laid down.
pub async fn drafts(State(app): State<Arc<App>>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let texts = app.drafts.ids().into_iter().filter_map(|id| app.drafts.get(&id));
        // A draft that a newer law refuses is not offered any more.
        Ok(Json(texts.filter_map(|text| about(&app, &text).ok()).collect()))
    })
    .await
}

/// `POST /api/drafts`: keeps a draft under the hash of its text. It never becomes law by that.
pub async fn new_draft(State(app): State<Arc<App>>, Json(draft): Json<Draft>) -> ApiResult<Json<Value>> {
    blocking(move || {
        let about = about(&app, &draft.text)?;
        app.drafts.put(&draft.text).map_err(ApiError::internal)?;
        Ok(Json(about))
    })
    .await
}
