//! One search box: sentences, measures, standards, keys of the law, stations, divisions.

use crate::App;
use crate::error::Q;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Most hits of a kind: the box shows a list, not a result page.
const PER_KIND: usize = 8;

#[derive(Deserialize)]
pub struct Words {
    #[serde(default)]
    q: String,
}

/// `GET /api/search?q=`: all words must occur; case does not matter.
pub async fn search(State(app): State<Arc<App>>, Q(words): Q<Words>) -> Json<Vec<Value>> {
    let wanted: Vec<String> = words.q.split_whitespace().map(str::to_lowercase).collect();
    if wanted.is_empty() {
        return Json(vec![]);
    }
    let fits = |text: &str| {
        let text = text.to_lowercase();
        wanted.iter().all(|w| text.contains(w.as_str()))
    };
    let doc = &app.plan.document;
    let measures = app
        .plan
        .measures
        .iter()
        .filter(|m| fits(&format!("{} {} {}", m.id, m.zh, m.en)))
        .map(|m| {
            json!({"kind": "measure", "id": m.id, "title": m.zh, "title_en": m.en, "where": m.quote,
            "url": format!("/stand/{}", m.id)})
        });
    let sentences = doc.sentences.iter().filter(|s| fits(doc.words(s))).map(|s| {
        let chapter = s.chapter.map(|c| &doc.chapters[c]);
        let place = chapter.map(|c| format!("{}{}", c.number, c.name)).unwrap_or_default();
        json!({"kind": "sentence", "id": s.id, "title": doc.words(s), "where": place, "url": format!("/#{}", s.id)})
    });
    let law = app.law();
    let keys = law.keys().filter_map(|k| {
        let p = law.versions(k).last()?;
        fits(&format!("{k} {} {}", p.title.zh, p.title.en)).then(|| {
            json!({"kind": "key", "id": k, "title": p.title.zh, "title_en": p.title.en, "where": k,
                "url": format!("/law/{k}")})
        })
    });
    let standards = law
        .standards()
        .iter()
        .filter(|s| fits(&format!("{} {} {}", s.number, s.title.zh, s.title.en)))
        .map(|s| {
            json!({"kind": "standard", "id": s.number, "title": format!("{} {}", s.number, s.title.zh),
                "where": s.from, "url": format!("/law?number={}", s.number)})
        });
    let sites = app
        .sites
        .iter()
        .filter(|s| fits(&format!("{} {} {}", s.code, s.name, s.city)))
        .map(|s| {
            json!({"kind": "site", "id": s.code, "title": format!("{} {}", s.name, s.code), "where": s.city,
            "url": format!("/sites/{}", s.code)})
        });
    let mut cities: Vec<(&String, &(String, String))> = app.cities.iter().collect();
    cities.sort();
    let divisions = cities
        .into_iter()
        .filter(|(code, (zh, en))| fits(&format!("{code} {zh} {en}")))
        .map(|(code, (zh, _))| {
            json!({"kind": "division", "id": code, "title": zh, "where": code,
                "url": format!("/stand/0.1?division={code}")})
        });
    Json(
        measures
            .take(PER_KIND)
            .chain(sentences.take(PER_KIND))
            .chain(standards.take(PER_KIND))
            .chain(keys.take(PER_KIND))
            .chain(divisions.take(PER_KIND))
            .chain(sites.take(PER_KIND))
            .collect(),
    )
}
