//! 试算: every function of the standards, by the same registration that the command line and SQL read.

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use standards::{Args, Context, functions};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `GET /api/functions`: name, arguments with units, results, the law keys read, and the days they are in force.
pub async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    let list: Vec<Value> = functions()
        .iter()
        .map(|f| {
            let dates: Vec<Value> = f
                .keys
                .iter()
                .flat_map(|k| app.law.versions(k))
                .map(|p| json!({"key": p.key, "standard": p.standard.number, "from": p.from, "to": p.to}))
                .collect();
            json!({
                "name": f.name, "title_zh": f.title.0, "title_en": f.title.1,
                "args": f.args.iter().map(|a| json!({
                    "name": a.name, "kind": a.kind, "unit": a.unit, "required": a.required,
                    "title_zh": a.title.0, "title_en": a.title.1,
                })).collect::<Vec<_>>(),
                "results": f.results, "keys": f.keys, "law": dates,
            })
        })
        .collect();
    Json(json!(list))
}

/// `GET /api/figure?name=air.aqi.daily&date=&division=&so2=…`: value, columns, explanation.
pub async fn evaluate(
    State(app): State<Arc<App>>,
    Q(mut given): Q<BTreeMap<String, String>>,
) -> ApiResult<Json<Value>> {
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
    let context = Context {
        law: &app.law,
        date,
        division: &division,
    };
    let args: Args = given.into_iter().collect();
    let out = function
        .call(&context, &args)
        .map_err(|e| ApiError::bad(format!("不能计算:{e}"), format!("cannot be computed: {e}")).at(name))?;
    let columns: serde_json::Map<String, Value> = out
        .columns
        .iter()
        .map(|(name, cell)| (name.to_string(), json!(cell)))
        .collect();
    Ok(Json(
        json!({"value": out.value, "columns": columns, "explanation": out.explanation, "date": date}),
    ))
}
