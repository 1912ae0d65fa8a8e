//! The index of rooms, and a room's page: `page.toml` with its figures computed.

use super::seat::Seat;
use crate::App;
use crate::error::{ApiError, ApiResult};
use crate::shelf::Loaded;
use ::figure::Text;
use axum::Json;
use axum::extract::Path;
use books::access::{Action, Level, Target, decide};
use books::pack::page::{Block, FigureOf};
use books::pack::{Packs, Words};
use books::{Filter, List, Op, Scope};
use serde_json::{Value, json};

/// Title of a role as procedures name it, with its level: `city_leader`.
pub fn role_title(seat: &Seat, role: &str) -> Text {
    let policy = &seat.shelf.policy;
    let level = Level::ALL
        .into_iter()
        .find_map(|l| role.strip_prefix(l.name())?.strip_prefix('_').map(|r| (l, r)));
    match level {
        Some((level, plain)) if policy.roles.iter().any(|r| r.id == plain) => {
            let t = policy.title(plain);
            let zh = match level {
                Level::Province => "省级",
                Level::City => "市级",
                Level::County => "县级",
            };
            Text::new(format!("{zh}{}", t.zh), format!("{} ({})", t.en, level.name()))
        }
        _ => policy.title(role),
    }
}

/// The parts of a pack, each with whether the person may read it.
fn parts(seat: &Seat, pack: &str) -> Vec<Value> {
    let packs = seat.packs();
    let inside = |id: &str| id.split('/').next() == Some(pack);
    let part = |kind: &str, id: &str, title: &Words, note: &Words, target: Option<Target>| {
        let may = target.is_some_and(|t| seat.can(Action::Read, &t));
        json!({"kind": kind, "id": id, "title": title, "note": note, "may": may})
    };
    let mut all = vec![];
    for p in packs.procedures.values().filter(|p| inside(&p.id)) {
        all.push(part("case", &p.id, &p.title, &p.note, Some(Target::case(p))));
    }
    for r in packs.registers.values().filter(|r| inside(&r.id)) {
        all.push(part("register", &r.id, &r.title, &r.note, Some(Target::register(r))));
    }
    for s in packs.scores.values().filter(|s| inside(&s.id)) {
        all.push(part("score", &s.id, &s.title, &s.note, Target::room(packs, &s.room())));
    }
    for l in packs.ledgers.values().filter(|l| inside(&l.id)) {
        all.push(part("ledger", &l.id, &l.title, &l.note, super::ledger::target(l, seat)));
    }
    all
}

/// `GET /rooms`: the packs with their parts; and what is wrong with files, for those who may know.
pub async fn index(seat: Seat) -> ApiResult<Json<Value>> {
    let packs = seat.packs();
    let mut list: Vec<_> = packs.about.iter().collect();
    list.sort_by_key(|(id, a)| (a.order, (*id).clone()));
    let list: Vec<Value> = list
        .into_iter()
        .map(|(id, a)| (id, a, parts(&seat, id)))
        .filter(|(_, _, parts)| !parts.is_empty())
        .map(|(id, a, parts)| {
            json!({"id": id, "title": a.title, "note": a.note, "rows": a.rows, "parts": parts,
                "page": packs.pages.contains_key(id)})
        })
        .collect();
    let faults = match seat.can(Action::Read, &Target::matter(books::access::Matter::Pack)) {
        true => json!(seat.shelf.faults),
        false => Value::Null,
    };
    Ok(Json(
        json!({"packs": list, "faults": faults, "person": seat.who.known()}),
    ))
}

fn eq(field: &str, value: &str) -> Filter {
    Filter {
        field: field.into(),
        op: Op::Eq,
        value: value.into(),
        numeric: false,
    }
}

/// Full name of a room that a page of a pack names: `case:task` → `case:rectification/task`.
pub fn room_of(pack: &str, of: &str) -> String {
    match of.split_once(':') {
        Some((kind, name)) => format!("{kind}:{}", Packs::name(pack, name)),
        None => of.to_string(),
    }
}

/// A figure's count within a scope, and how many of the counted are simulated.
pub async fn count(app: &App, loaded: &Loaded, pack: &str, f: &FigureOf, scope: Scope) -> ApiResult<(i64, i64)> {
    let room = room_of(pack, &f.of);
    let books = app.books()?;
    let mut base = List::of(room.clone(), scope);
    if f.overdue {
        let procedure = room
            .strip_prefix("case:")
            .and_then(|id| loaded.packs.procedures.get(id));
        for s in procedure.into_iter().flat_map(|p| &p.states).filter(|s| s.end) {
            base.filters.push(Filter {
                op: Op::Ne,
                ..eq("_state", &s.id)
            });
        }
        base.filters.push(Filter {
            field: "_due".into(),
            op: Op::Le,
            value: app.now_ms().to_string(),
            numeric: true,
        });
    }
    let mut lists = vec![];
    match &f.field {
        Some(field) if !f.is.is_empty() => {
            for value in &f.is {
                let mut one = base.clone();
                one.filters.push(eq(field, value));
                lists.push(one);
            }
        }
        _ => lists.push(base),
    }
    let (mut all, mut simulated) = (0, 0);
    for list in lists {
        all += books.count(&list).await?;
        let mut marked = list;
        marked.filters.push(eq("_simulated", "true"));
        simulated += books.count(&marked).await?;
    }
    Ok((all, simulated))
}

async fn figure(seat: &Seat, pack: &str, f: &FigureOf) -> ApiResult<Value> {
    let room = room_of(pack, &f.of);
    let target = seat.target(&room)?;
    let mut shown = json!({"title": f.title, "of": room, "field": f.field, "is": f.is, "overdue": f.overdue});
    match decide(&seat.shelf.policy, &seat.who, Action::Read, &target) {
        Ok(d) if f.field.as_ref().is_none_or(|x| !d.hidden.contains(x)) => {
            let (n, simulated) = count(&seat.app, &seat.shelf, pack, f, d.scope).await?;
            shown["value"] = n.to_string().into();
            shown["simulated"] = (simulated > 0).into();
        }
        _ => shown["denied"] = true.into(),
    }
    Ok(shown)
}

/// Words of a value of a field: its code's, a state's.
fn word(packs: &Packs, room: &str, field: &str, value: &str) -> Value {
    let (kind, id) = room.split_once(':').unwrap_or(("", room));
    let pack = id.split('/').next().unwrap_or("");
    let (fields, states) = match kind {
        "case" => packs
            .procedures
            .get(id)
            .map(|p| (p.fields.as_slice(), p.states.as_slice())),
        _ => packs.registers.get(id).map(|r| (r.fields.as_slice(), &[][..])),
    }
    .unwrap_or_default();
    if let Some(s) = states.iter().find(|s| field == "_state" && s.id == value) {
        return json!(s.title);
    }
    match (value, fields.iter().find(|f| f.name == field)) {
        ("", _) => json!({"zh": "未填", "en": "not given"}),
        ("true" | "1", Some(f)) if f.kind == books::pack::Kind::Bool => json!({"zh": "是", "en": "yes"}),
        ("false" | "0", Some(f)) if f.kind == books::pack::Kind::Bool => json!({"zh": "否", "en": "no"}),
        (value, f) => {
            let list = f
                .and_then(|f| f.codes.as_ref())
                .and_then(|c| packs.codes.get(&Packs::name(pack, c)));
            let code = list.and_then(|l| l.codes.iter().find(|c| c.code == value));
            code.map_or(json!({"zh": value, "en": value}), |c| json!({"zh": c.zh, "en": c.en}))
        }
    }
}

async fn chart(seat: &Seat, pack: &str, of: &str, by: &str) -> ApiResult<Value> {
    let room = room_of(pack, of);
    let target = seat.target(&room)?;
    let Ok(d) = decide(&seat.shelf.policy, &seat.who, Action::Read, &target) else {
        return Ok(json!({"denied": true, "of": room, "by": by}));
    };
    if d.hidden.iter().any(|h| h == by) {
        return Ok(json!({"denied": true, "of": room, "by": by}));
    }
    let list = List::of(room.clone(), d.scope);
    let bars: Vec<Value> = seat
        .books()?
        .tally(&list, by)
        .await?
        .into_iter()
        .map(|(value, n)| json!({"title": word(seat.packs(), &room, by, &value), "value": value, "n": n}))
        .collect();
    Ok(json!({"of": room, "by": by, "bars": bars}))
}

/// `GET /rooms/page/{pack}`
pub async fn page(seat: Seat, Path(pack): Path<String>) -> ApiResult<Json<Value>> {
    let packs = seat.packs().clone();
    let about = packs
        .about
        .get(&pack)
        .ok_or_else(|| ApiError::not_found(format!("没有“{pack}”这个房间"), format!("there is no room {pack}")))?;
    let parts = parts(&seat, &pack);
    let part = |kind: &str, of: &str| {
        let id = Packs::name(&pack, of);
        let found = parts.iter().find(|p| p["kind"] == kind && p["id"] == id.as_str());
        found
            .cloned()
            .unwrap_or_else(|| json!({"kind": kind, "id": id, "may": false}))
    };
    let mut blocks = vec![];
    for block in packs.pages.get(&pack).map(|p| p.blocks.as_slice()).unwrap_or_default() {
        blocks.push(match block {
            Block::Text { words } => json!({"kind": "text", "words": words}),
            Block::Figures { title, figures } => {
                let mut shown = vec![];
                for f in figures {
                    shown.push(figure(&seat, &pack, f).await?);
                }
                json!({"kind": "figures", "title": title, "figures": shown})
            }
            Block::Register { of } => json!({"kind": "register", "part": part("register", of)}),
            Block::Map { of } => json!({"kind": "map", "part": part("register", of)}),
            Block::Chart { title, of, by } => {
                json!({"kind": "chart", "title": title, "chart": chart(&seat, &pack, of, by).await?})
            }
            Block::Cases { of } => json!({"kind": "cases", "part": part("case", of)}),
            Block::Score { of } => json!({"kind": "score", "part": part("score", of)}),
            Block::Ledger { of } => json!({"kind": "ledger", "part": part("ledger", of)}),
        });
    }
    let title = packs.pages.get(&pack).map_or(&about.title, |p| &p.title);
    Ok(Json(
        json!({"id": pack, "title": title, "note": about.note, "rows": about.rows, "blocks": blocks, "parts": parts}),
    ))
}
