//! What rooms say to sentences of the plan: the figure in the margin, and a light only where a term says so. Laid over
//! the home page that `plan` made, which knows no books.

use super::page::{count, room_of};
use crate::App;
use crate::error::ApiResult;
use crate::shelf::Loaded;
use ::figure::Text;
use ::plan::light::{Light, worst};
use books::pack::page::{Block, FigureOf};
use books::{Scope, access::Target};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A sentence's answer from a room.
#[derive(Debug, Clone)]
pub struct RoomStand {
    pack: String,
    sentence: String,
    /// Characters of the sentence that it belongs to.
    span: (usize, usize),
    title: Text,
    room: Text,
    value: i64,
    simulated: bool,
    light: Light,
    reason: Text,
}

/// The last answers, and what they were made of.
#[derive(Default)]
pub struct Kept(Mutex<Option<(Stamp, Arc<Vec<RoomStand>>)>>);

/// Head of the log, packs, day.
type Stamp = (i64, usize, chrono::NaiveDate);

fn figure_of<'a>(loaded: &'a Loaded, pack: &str, title: &str) -> Option<&'a FigureOf> {
    let blocks = loaded.packs.pages.get(pack)?.blocks.iter();
    let figures = blocks.filter_map(|b| match b {
        Block::Figures { figures, .. } => Some(figures),
        _ => None,
    });
    figures.flatten().find(|f| f.title.zh == title)
}

/// Where words stand in the plan: sentence and characters.
fn place(app: &App, words: &str) -> Option<(String, (usize, usize))> {
    let doc = &app.plan.document;
    let mut found = doc.sentences.iter().filter_map(|s| {
        let text = doc.words(s);
        let at = text.find(words)?;
        let start = text[..at].chars().count();
        Some((s.id.clone(), (start, start + words.chars().count())))
    });
    let first = found.next()?;
    // Words that stand in two sentences answer neither.
    found.next().is_none().then_some(first)
}

async fn computed(app: &App, loaded: &Loaded) -> ApiResult<Vec<RoomStand>> {
    let mut all = vec![];
    for (pack, page) in &loaded.packs.pages {
        for s in &page.stands {
            let (Some(f), Some((sentence, span))) = (figure_of(loaded, pack, &s.figure), place(app, &s.words)) else {
                continue;
            };
            if Target::room(&loaded.packs, &room_of(pack, &f.of)).is_none() {
                continue;
            }
            let (value, simulated) = count(app, loaded, pack, f, Scope::all()).await?;
            let (light, reason) = light(app, loaded, pack, f).await?;
            all.push(RoomStand {
                pack: pack.clone(),
                sentence,
                span,
                title: f.title.text(),
                room: page.title.text(),
                value,
                simulated: simulated > 0,
                light,
                reason,
            });
        }
    }
    Ok(all)
}

/// The light of a figure of cases: red if a term was missed, green if terms run and none was; else none.
async fn light(app: &App, loaded: &Loaded, pack: &str, f: &FigureOf) -> ApiResult<(Light, Text)> {
    let none = Text::new(
        "登记数，没有期限或目标，不判灯",
        "a count without term or target: no light",
    );
    let room = room_of(pack, &f.of);
    let Some(p) = room
        .strip_prefix("case:")
        .and_then(|id| loaded.packs.procedures.get(id))
    else {
        return Ok((Light::None, none));
    };
    let of = |overdue: bool| FigureOf {
        title: f.title.clone(),
        of: f.of.clone(),
        field: None,
        is: vec![],
        overdue,
    };
    let (all, _) = count(app, loaded, pack, &of(false), Scope::all()).await?;
    if p.deadlines.is_empty() || all == 0 {
        return Ok((Light::None, none));
    }
    let (late, _) = count(app, loaded, pack, &of(true), Scope::all()).await?;
    Ok(match late {
        0 => (Light::Green, Text::new("各件期限均未逾期", "no term has been missed")),
        n => (
            Light::Red,
            Text::new(format!("{n} 件逾期"), format!("{n} past their term")),
        ),
    })
}

/// Answers of all rooms, kept until the books, the packs or the day change.
pub async fn stands(app: &App) -> ApiResult<Arc<Vec<RoomStand>>> {
    let loaded = app.shelf();
    let head = app.books()?.db().int("SELECT seq FROM head WHERE id = 1", &[]).await?;
    let stamp = (head, Arc::as_ptr(&loaded) as usize, app.today());
    let lock = || app.rooms.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((kept, all)) = &*lock()
        && *kept == stamp
    {
        return Ok(all.clone());
    }
    let all = Arc::new(computed(app, &loaded).await?);
    *lock() = Some((stamp, all.clone()));
    Ok(all)
}

fn note(s: &RoomStand) -> Value {
    json!({
        "sentence": s.sentence, "measure": measure(s), "room": s.pack, "light": s.light,
        "label_zh": s.title.zh, "label_en": s.title.en, "value": s.value.to_string(), "unit": "",
        "sub_zh": format!("{}：{}", s.room.zh, s.reason.zh), "sub_en": format!("{}: {}", s.room.en, s.reason.en),
        "simulated": s.simulated, "reason_zh": s.reason.zh, "reason_en": s.reason.en,
    })
}

fn measure(s: &RoomStand) -> String {
    format!("room:{}:{}", s.pack, s.title.zh)
}

fn lit(value: &Value) -> Light {
    match value.as_str() {
        Some("green") => Light::Green,
        Some("amber") => Light::Amber,
        Some("red") => Light::Red,
        _ => Light::None,
    }
}

/// The home page with the rooms' answers.
pub fn overlaid(home: &Value, app: &App, all: &[RoomStand]) -> Value {
    let mut home = home.clone();
    let mut changed: HashMap<String, (Light, Light)> = HashMap::new();
    let mut notes = home["notes"].as_array().cloned().unwrap_or_default();
    for s in all {
        let Some(state) = home["sentences"].get_mut(&s.sentence) else {
            continue;
        };
        let before = lit(&state["light"]);
        let bare = state["measures"].as_array().is_none_or(Vec::is_empty);
        let light = if bare { s.light } else { worst([before, s.light]) };
        state["light"] = json!(light);
        if bare || light != before {
            state["reason_zh"] = s.reason.zh.clone().into();
            state["reason_en"] = s.reason.en.clone().into();
        }
        let mut add = |key: &str, value: Value| {
            if let Some(list) = state[key].as_array_mut() {
                list.push(value);
            }
        };
        add(
            "spans",
            json!({"start": s.span.0, "end": s.span.1, "measure": measure(s), "light": s.light}),
        );
        add("measures", measure(s).into());
        if let Some(spans) = state["spans"].as_array_mut() {
            spans.sort_by_key(|x| x["start"].as_u64());
        }
        notes.push(note(s));
        changed
            .entry(s.sentence.clone())
            .and_modify(|c| c.1 = light)
            .or_insert((before, light));
    }
    // In the order of the sentences, as the margin lays them out.
    let order: HashMap<&str, usize> = app
        .plan
        .document
        .sentences
        .iter()
        .enumerate()
        .map(|(i, s)| (s.id.as_str(), i))
        .collect();
    notes.sort_by_key(|n| n["sentence"].as_str().and_then(|id| order.get(id)).copied());
    home["notes"] = notes.into();
    let shift = |counts: &mut Value, (before, after): &(Light, Light)| {
        for (light, by) in [(before, -1), (after, 1)] {
            let key = json!(light);
            let key = key.as_str().unwrap_or("none");
            counts[key] = (counts[key].as_i64().unwrap_or(0) + by).into();
        }
    };
    for (sentence, change) in &changed {
        shift(&mut home["counts"], change);
        let at = order
            .get(sentence.as_str())
            .and_then(|i| app.plan.document.sentences[*i].chapter);
        let id = at.map(|i| json!(app.plan.document.chapters[i].id));
        for chapter in home["chapters"].as_array_mut().into_iter().flatten() {
            if id.as_ref() == Some(&chapter["id"]) {
                shift(&mut chapter["counts"], change);
            }
        }
    }
    home
}
