//! The tree under a figure, one level at a time.

use crate::App;
use crate::error::{ApiResult, Q};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Ref {
    r#ref: String,
}

/// `GET /api/explain?ref=`: the node, its inputs with REFs of their own, who uses it, and its clauses as links.
pub async fn explain(State(app): State<Arc<App>>, Q(q): Q<Ref>) -> ApiResult<Json<Value>> {
    let node = app.explain(&q.r#ref).await?;
    let clauses: Vec<Value> = node
        .clauses
        .iter()
        .map(|c| json!({"key": c.key, "standard": c.standard, "clause": c.clause, "certainty": c.certainty}))
        .collect();
    let used = used_by(&app, &q.r#ref);
    let mut out = serde_json::to_value(&node).map_err(crate::error::ApiError::internal)?;
    if let Value::Object(map) = &mut out {
        map.insert("law".into(), json!(clauses));
        map.insert("used_by".into(), json!(used));
    }
    Ok(Json(out))
}

/// Measures whose figures rest on this one: a city's day serves every measure whose group holds the city.
fn used_by(app: &App, text: &str) -> Vec<Value> {
    use ::plan::reference::{Place, Reference};
    let Ok(reference) = Reference::parse(text) else {
        return vec![];
    };
    let city = match &reference.place {
        Place::CityYear { city, .. } | Place::CityDay { city, .. } => city.clone(),
        Place::SiteDay { site, .. } | Place::Obs { site, .. } => {
            let Some(city) = app.city_of_site(site) else {
                return vec![];
            };
            city
        }
        Place::Measure { .. } | Place::GroupDay { .. } => return vec![],
    };
    app.plan
        .measures
        .iter()
        .filter(|m| {
            let group = m.figure.as_ref().and_then(|f| app.plan.group(f.group()));
            group.is_some_and(|g| g.members.contains(&city))
        })
        .map(|m| json!({"ref": format!("measure:{}", m.id), "title": format!("{}({})", m.zh, m.id), "title_en": format!("{} ({})", m.en, m.id)}))
        .collect()
}
