//! Links between records: who points here, circles of links upwards, and two records of one thing made one.

use super::batch::{body, members};
use super::reader::plain;
use super::{Desk, Saved, saved};
use crate::error::{Error, Result};
use crate::pack::{Field, Kind, Packs, Register};
use crate::patch::diff;
use crate::query::{field_sql, literal};
use crate::writer::View;
use crate::{Arg, Author, Books, Change};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Records named in a refusal.
const NAMED: usize = 5;

/// A record that points to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its room.
    pub room: String,
    /// Its id.
    pub id: String,
    /// The field that points.
    pub field: String,
    /// What it is called.
    pub name: String,
}

/// A place where links to a register stand: room, naming field, the field that links.
struct Place<'a> {
    room: String,
    name: &'a str,
    field: &'a Field,
}

/// Every field of every register and procedure that points to `register` (or to the cases `case:pack/name`).
fn places<'a>(packs: &'a Packs, register: &str) -> Vec<Place<'a>> {
    let wanted = if register.starts_with("case:") {
        register.to_string()
    } else {
        format!("register:{register}")
    };
    let mut places = vec![];
    let registers = packs.registers.iter().map(|(id, r)| (id, r.room(), &r.name, &r.fields));
    let procedures = packs
        .procedures
        .iter()
        .map(|(id, p)| (id, p.room(), &p.name, &p.fields));
    for (id, room, name, fields) in registers.chain(procedures) {
        let pack = id.split('/').next().unwrap_or("");
        for field in fields.iter().filter(|f| matches!(f.kind, Kind::Link | Kind::Links)) {
            if field
                .to
                .as_ref()
                .and_then(|to| packs.target(pack, to))
                .is_some_and(|(room, _, _)| room == wanted)
            {
                places.push(Place {
                    room: room.clone(),
                    name,
                    field,
                });
            }
        }
    }
    places
}

/// The condition under which records of a place point to `$1`.
fn condition(place: &Place<'_>, id: &str) -> (String, Vec<Arg>) {
    let column = field_sql(&place.field.name, &place.field.was);
    let room = literal(&place.room);
    if place.field.kind == Kind::Link {
        return (
            format!("WHERE room = {room} AND gone = 0 AND {column} = $1"),
            vec![id.into()],
        );
    }
    // A list is kept as JSON text: the id stands in it between quotes.
    let quoted = Value::String(id.into()).to_string();
    let like = quoted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (
        format!("WHERE room = {room} AND gone = 0 AND {column} LIKE $1 ESCAPE '\\'"),
        vec![format!("%{like}%").into()],
    )
}

fn link(place: &Place<'_>, doc: &crate::Doc) -> Link {
    Link {
        room: doc.room.clone(),
        id: doc.id.clone(),
        field: place.field.name.clone(),
        name: doc.text(place.name).to_string(),
    }
}

/// The records that point to a record of `register`, of all registers and procedures.
pub async fn links_to(books: &Books, packs: &Packs, register: &str, id: &str) -> Result<Vec<Link>> {
    let mut links = vec![];
    for place in places(packs, register) {
        let (rest, args) = condition(&place, id);
        let docs = books.db().docs(&format!("{rest} ORDER BY id"), &args).await?;
        links.extend(docs.iter().map(|d| link(&place, d)));
    }
    Ok(links)
}

pub(crate) async fn links_in(view: &mut View, packs: &Packs, register: &str, id: &str) -> Result<Vec<Link>> {
    let mut links = vec![];
    for place in places(packs, register) {
        let (rest, args) = condition(&place, id);
        let docs = view.find(&format!("{rest} ORDER BY id"), &args).await?;
        links.extend(docs.iter().map(|d| link(&place, d)));
    }
    Ok(links)
}

/// Why a record with these links cannot go.
pub(crate) fn refusal(id: &str, links: &[Link]) -> Option<Error> {
    // A record that points to itself goes with itself.
    let links: Vec<&Link> = links.iter().filter(|l| l.id != id).collect();
    let some: Vec<String> = links
        .iter()
        .take(NAMED)
        .map(|l| format!("{} {}", l.id, l.name))
        .collect();
    (!some.is_empty()).then(|| {
        Error::refused(
            format!(
                "还有 {} 条记录关联着“{id}”（{} 等），请先改掉这些关联，或与另一条记录合并",
                links.len(),
                some.join("、")
            ),
            format!(
                "{} records still point to {id} ({}, …): change them first, or merge it with another record",
                links.len(),
                some.join(", ")
            ),
        )
    })
}

/// Fields that lead upwards in a register's own tree.
pub(crate) fn parents(register: &Register) -> impl Iterator<Item = &Field> {
    let pack = register.id.split('/').next().unwrap_or("");
    register
        .fields
        .iter()
        .filter(move |f| f.kind == Kind::Link && f.to.as_ref().is_some_and(|to| Packs::name(pack, to) == register.id))
}

/// Looks for circles that the new links upwards (`up`: id → parent) would close; gives for each record on one the way round.
pub(crate) async fn circles(
    desk: &Desk,
    view: &mut View,
    field: &Field,
    up: BTreeMap<String, String>,
) -> Result<HashMap<String, Vec<String>>> {
    let new: Vec<String> = up.keys().cloned().collect();
    let mut all: HashMap<String, Option<String>> = up.into_iter().map(|(k, v)| (k, Some(v))).collect();
    // What stands above the new links, level by level.
    loop {
        let open: HashSet<String> = all
            .values()
            .flatten()
            .filter(|p| !all.contains_key(*p))
            .cloned()
            .collect();
        if open.is_empty() {
            break;
        }
        let open: Vec<String> = open.into_iter().collect();
        for doc in view.docs(&desk.register.room(), &open).await? {
            let parent = desk.reader.current(&doc.body).get(&field.name).map(plain);
            all.insert(doc.id, parent);
        }
    }
    let mut bad = HashMap::new();
    let mut clear: HashSet<String> = HashSet::new();
    for start in new {
        let mut way = vec![start.clone()];
        let mut on_way: HashSet<String> = HashSet::from([start.clone()]);
        let mut at = start;
        while let Some(Some(next)) = all.get(&at) {
            if clear.contains(next) {
                break;
            }
            way.push(next.clone());
            if !on_way.insert(next.clone()) {
                let from = way.iter().position(|w| w == next).unwrap_or(0);
                for id in &way[from..] {
                    bad.entry(id.clone()).or_insert_with(|| way[from..].to_vec());
                }
                break;
            }
            at.clone_from(next);
        }
        // None of these needs to be walked again.
        clear.extend(way);
    }
    Ok(bad)
}

impl Desk {
    /// Makes two records of one thing one: `keep` takes what only `drop` knows, every link to `drop` leads to `keep`,
    /// and `drop` is taken out with a note of where it went.
    pub async fn merge(&self, keep: &str, drop: &str, author: Author) -> Result<Saved> {
        if keep == drop {
            return Err(Error::refused(
                "不能把记录与自己合并",
                "a record cannot be merged with itself",
            ));
        }
        let (desk, kept, dropped) = (self.clone(), keep.to_string(), drop.to_string());
        let events = self
            .books
            .write(author, move |view| {
                Box::pin(async move { merge(&desk, view, &kept, &dropped).await })
            })
            .await?;
        Ok(saved(keep, &events))
    }
}

async fn merge(desk: &Desk, view: &mut View, kept: &str, dropped: &str) -> Result<Vec<Change>> {
    let room = desk.register.room();
    let keep = desk.standing(view.doc(&room, kept).await?)?;
    let gone = desk.standing(view.doc(&room, dropped).await?)?;
    let mut fields = desk.reader.current(&keep.body);
    for (name, value) in desk.reader.current(&gone.body) {
        fields.entry(name).or_insert(value);
    }
    for field in parents(&desk.register) {
        if fields
            .get(&field.name)
            .is_some_and(|p| [kept, dropped].contains(&plain(p).as_str()))
        {
            fields.remove(&field.name);
        }
    }
    let mut bodies: BTreeMap<(String, String), (crate::Doc, Value)> = BTreeMap::new();
    let whole = body(&desk.register, &keep.body, fields, kept);
    bodies.insert((room.clone(), kept.into()), (keep, whole));
    for place in places(&desk.packs, &desk.register.id) {
        let (rest, args) = condition(&place, dropped);
        for doc in view.find(&rest, &args).await? {
            if doc.room == room && doc.id == dropped {
                continue;
            }
            let entry = bodies
                .entry((doc.room.clone(), doc.id.clone()))
                .or_insert_with(|| (doc.clone(), doc.body.clone()));
            let Some(fields) = entry.1.as_object_mut() else {
                continue;
            };
            for name in std::iter::once(&place.field.name).chain(&place.field.was) {
                repoint(fields, name, kept, dropped);
            }
        }
    }
    for field in parents(&desk.register) {
        let up: BTreeMap<String, String> = bodies
            .iter()
            .filter(|((r, _), _)| *r == room)
            .filter_map(|((_, id), (_, b))| Some((id.clone(), plain(b.get(&field.name)?))))
            .collect();
        if let Some(way) = circles(desk, view, field, up).await?.values().next() {
            return Err(Error::refused(
                format!("合并后上级关系会绕成圈：{}；请先改上级", way.join(" → ")),
                format!(
                    "merged, the links upwards would make a circle: {}; change them first",
                    way.join(" → ")
                ),
            ));
        }
    }
    let mut changes: Vec<Change> = bodies
        .into_values()
        .filter_map(|(doc, body)| {
            let patch = diff(&doc.body, &body);
            let empty = patch.as_object().is_none_or(Map::is_empty);
            (!empty).then(|| Change::at(doc.room, doc.id, "merge", doc.version, patch))
        })
        .collect();
    changes.push(Change::at(
        room,
        dropped,
        "merge",
        gone.version,
        json!({"_gone": true, "_merged": kept}),
    ));
    Ok(changes)
}

fn repoint(fields: &mut Map<String, Value>, name: &str, kept: &str, dropped: &str) {
    match fields.get_mut(name) {
        Some(Value::String(s)) if s == dropped => *s = kept.into(),
        Some(list @ Value::Array(_)) => {
            let mut ids: Vec<String> = vec![];
            for id in members(Some(list)) {
                let id = if id == dropped { kept.to_string() } else { id };
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            *list = ids.into();
        }
        _ => {}
    }
}
