//! 试算: every function of the standards, by the same registration that the command line and SQL read.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use ::law::{Domain, Law, domain_of};
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde_json::{Value, json};
use standards::{Arg, ArgKind, Args, Context, Function, Outcome, functions};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most words that are offered for an argument.
const CHOICES_MAX: usize = 80;

/// The words an argument may take, where a table of the function's own law has a column of that name.
fn choices(law: &Law, f: &Function, arg: &Arg) -> Vec<String> {
    if arg.kind != ArgKind::Text {
        return vec![];
    }
    let columns: &[&str] = match arg.name {
        "factor" | "pollutant" | "item" => &["pollutant", "factor", "item"],
        name => &[name],
    };
    let mut out: Vec<String> = vec![];
    for p in f.keys.iter().flat_map(|k| law.versions(k)) {
        for c in columns.iter().filter(|c| p.table.by.iter().any(|b| b == **c)) {
            for r in 0..p.table.rows.len() {
                let word = p.table.text(r, c);
                if !word.is_empty() && !out.iter().any(|w| w == word) {
                    out.push(word.to_string());
                }
            }
        }
    }
    out.truncate(CHOICES_MAX);
    out
}

/// `GET /api/functions`: name, arguments with units, results, the law keys read, and the days they cover.
pub async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    let law = app.law();
    let list: Vec<Value> = functions()
        .iter()
        .map(|f| {
            let room = domain_of(f.name);
            let keys: Vec<Value> = f
                .keys
                .iter()
                .map(|k| {
                    let versions: Vec<Value> = law
                        .versions(k)
                        .iter()
                        .map(|p| {
                            json!({"standard": p.standard.number, "clause": p.clause, "from": p.from, "to": p.to,
                                "division": p.division, "certainty": p.certainty})
                        })
                        .collect();
                    let missing: Vec<_> = law.missing().filter(|m| m.key == *k).collect();
                    let title = law.versions(k).last().map(|p| p.title.clone()).unwrap_or_default();
                    json!({"key": k, "title": title, "covered": law.covered(k), "versions": versions, "missing": missing})
                })
                .collect();
            json!({
                "name": f.name, "title_zh": f.title.0, "title_en": f.title.1, "room": room, "room_title": Domain::title(room),
                "args": f.args.iter().map(|a| json!({
                    "name": a.name, "kind": a.kind, "unit": a.unit, "required": a.required,
                    "title_zh": a.title.0, "title_en": a.title.1, "choices": choices(&law, f, a),
                })).collect::<Vec<_>>(),
                "results": f.results, "keys": f.keys, "law": keys,
            })
        })
        .collect();
    Json(json!(list))
}

/// One call as an address holds it.
pub struct Called {
    pub function: &'static Function,
    pub args: Args,
    pub date: NaiveDate,
    pub division: String,
    pub outcome: Outcome,
}

/// Calls a function with the parameters of an address: `name`, `date`, `division`, `draft`, and its arguments.
///
/// # Errors
/// At the parameter concerned.
pub fn call(app: &App, mut given: BTreeMap<String, String>) -> ApiResult<Called> {
    let name = given.remove("name").unwrap_or_default();
    let function = standards::find(&name).ok_or_else(|| {
        ApiError::not_found(
            format!("没有名为 {name} 的函数"),
            format!("no function is called {name}"),
        )
        .at("name")
        .remedy("在 /api/functions 查看全部函数", "see /api/functions for all of them")
    })?;
    let date = match given.remove("date").filter(|d| !d.is_empty()) {
        None => app.today(),
        Some(text) => text.parse().map_err(|_| {
            ApiError::bad(format!("日期 {text} 不能识别"), format!("{text} is not a date"))
                .at("date")
                .remedy("写作 2024-05-13", "write it as 2024-05-13")
        })?,
    };
    let division = given.remove("division").unwrap_or_default();
    let drafted = given
        .remove("draft")
        .filter(|d| !d.is_empty())
        .map(|id| app.drafted(&id))
        .transpose()?;
    let law = app.law();
    let law = drafted.as_ref().map_or(&*law, |d| &d.law);
    let context = Context {
        law,
        date,
        division: &division,
    };
    let args: Args = given.into_iter().collect();
    let outcome = function
        .call(&context, &args)
        .map_err(|e| crate::words::eval_error(law, function, &e))?;
    Ok(Called {
        function,
        args,
        date,
        division,
        outcome,
    })
}

/// `GET /api/figure?name=air.aqi.daily&date=&division=&so2=…`: value, columns, explanation.
pub async fn evaluate(State(app): State<Arc<App>>, Q(given): Q<BTreeMap<String, String>>) -> ApiResult<Json<Value>> {
    let c = call(&app, given)?;
    let columns: serde_json::Map<String, Value> = c
        .outcome
        .columns
        .iter()
        .map(|(name, cell)| (name.to_string(), json!(cell)))
        .collect();
    Ok(Json(
        json!({"value": c.outcome.value, "columns": columns, "explanation": c.outcome.explanation, "date": c.date,
        "division": c.division}),
    ))
}
