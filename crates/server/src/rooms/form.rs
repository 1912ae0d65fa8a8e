//! Fields as a form needs them: with the choices of their codes, and the names of the records that links lead to.

use super::seat::{May, Seat};
use crate::error::ApiResult;
use books::access::{Action, Target};
use books::pack::{Field, Kind, Packs};
use books::{Doc, Op};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Choices of a field: its code list, or the divisions.
fn choices(seat: &Seat, pack: &str, f: &Field) -> Option<Vec<Value>> {
    let packs = seat.packs();
    let list = match (&f.codes, f.kind) {
        (Some(codes), _) => packs.codes.get(&Packs::name(pack, codes)),
        (None, Kind::Division) => packs
            .codes
            .iter()
            .find(|(id, _)| id.ends_with("/divisions"))
            .map(|(_, l)| l),
        _ => return None,
    }?;
    let one = |c: &books::pack::Code| json!({"code": c.code, "zh": c.zh, "en": c.en, "parent": c.parent});
    Some(list.codes.iter().map(one).collect())
}

/// The fields of a register, a case or a score card's form, of pack `pack`.
pub fn fields(seat: &Seat, pack: &str, all: &[Field]) -> Vec<Value> {
    let shown = |f: &Field| {
        let mut v = json!(f);
        if let Some(choices) = choices(seat, pack, f) {
            v["choices"] = choices.into();
        }
        if let Some(room) = f.room(pack) {
            v["to"] = room.into();
        }
        v
    };
    all.iter().map(shown).collect()
}

/// Names of the records that link fields of some records lead to: field → id → name. Only of registers that the person
/// may read, and never a name that is personal data.
pub async fn names(
    seat: &Seat,
    pack: &str,
    fields: &[Field],
    maps: &[&Map<String, Value>],
    may: &May,
) -> ApiResult<Value> {
    let mut out = Map::new();
    for f in fields
        .iter()
        .filter(|f| matches!(f.kind, Kind::Link | Kind::Links) && !may.hides(&f.name))
    {
        let Some(to) = f.room(pack) else { continue };
        let ids: BTreeSet<&str> = maps
            .iter()
            .filter_map(|m| m.get(&f.name))
            .flat_map(|v| match v {
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
                one => one.as_str().into_iter().collect(),
            })
            .collect();
        let found = named(seat, &to, &ids).await?;
        if !found.is_empty() {
            out.insert(f.name.clone(), json!(found));
        }
    }
    Ok(out.into())
}

/// The field by which records of a room are called.
fn name_of<'a>(packs: &'a Packs, room: &str) -> Option<&'a String> {
    match room.split_once(':')? {
        ("register", id) => packs.registers.get(id).map(|r| &r.name),
        ("case", id) => packs.procedures.get(id).map(|p| &p.name),
        _ => None,
    }
}

/// Names of records of a room, by id.
pub async fn named(seat: &Seat, room: &str, ids: &BTreeSet<&str>) -> ApiResult<BTreeMap<String, String>> {
    let packs = seat.packs();
    let (Some(target), Some(name)) = (Target::room(packs, room), name_of(packs, room)) else {
        return Ok(BTreeMap::new());
    };
    if ids.is_empty() || target.personal.contains(name) || !seat.can(Action::Read, &target) {
        return Ok(BTreeMap::new());
    }
    let mut out = BTreeMap::new();
    let ids: Vec<&str> = ids.iter().copied().collect();
    for chunk in ids.chunks(400) {
        let places: Vec<String> = (2..chunk.len() + 2).map(|i| format!("${i}")).collect();
        let mut args: Vec<books::Arg> = vec![target.room.as_str().into()];
        args.extend(chunk.iter().map(|id| books::Arg::from(*id)));
        let rest = format!("WHERE room = $1 AND id IN ({})", places.join(","));
        for d in seat.books()?.db().docs(&rest, &args).await? {
            out.insert(d.id.clone(), d.text(name).to_string());
        }
    }
    Ok(out)
}

/// A few records by words, for the search box of a link field: id and name.
pub async fn suggest(seat: &Seat, room: &str, words: &str) -> ApiResult<Value> {
    let name = name_of(seat.packs(), room).cloned().unwrap_or_default();
    let may = seat.may(Action::Read, room, "").await?;
    let mut list = books::List::of(room, may.decision.scope.clone());
    list.limit = 20;
    list.words = words.to_string();
    let mut docs: Vec<Doc> = seat.books()?.list(&list).await?;
    if docs.is_empty() && !words.trim().is_empty() && !may.hides(&name) && !name.is_empty() {
        // The name need not be among what the search box looks through.
        list.words.clear();
        list.filters.push(books::Filter {
            field: name.clone(),
            op: Op::Has,
            value: words.trim().into(),
            numeric: false,
        });
        docs = seat.books()?.list(&list).await?;
    }
    let shown = |d: &Doc| json!({"id": d.id, "name": if may.hides(&name) { "" } else { d.text(&name) }});
    Ok(docs.iter().map(shown).collect())
}
