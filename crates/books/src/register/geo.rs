//! The map layer of a register: its records with longitude and latitude, as GeoJSON.

use super::Desk;
use crate::error::Result;
use crate::pack::{Field, Kind};
use crate::{Filter, List, Op};
use serde_json::{Value, json};

/// Records on a map at most: more are no picture. The answer says if there were more.
const POINTS: i64 = 20_000;

/// A rectangle of the map: west, south, east, north, in degrees as decimal text.
pub type Frame = [String; 4];

/// The records of a list that have a place, as a GeoJSON FeatureCollection; none if the register has no place fields.
/// Properties: `id`, the name field, and the fields with `column = true` that are not hidden.
pub async fn layer(desk: &Desk, list: &List, frame: Option<&Frame>, hidden: &[String]) -> Result<Option<Value>> {
    let register = desk.register();
    let of = |kind: Kind| register.fields.iter().find(|f| f.kind == kind);
    let (Some(x), Some(y)) = (of(Kind::Longitude), of(Kind::Latitude)) else {
        return Ok(None);
    };
    let mut list = list.clone();
    list.limit = POINTS + 1;
    let mut bound = |field: &Field, op: Op, value: &str| {
        list.filters.push(Filter {
            field: field.name.clone(),
            op,
            value: value.into(),
            numeric: true,
        });
    };
    let whole: Frame = ["-180", "-90", "180", "90"].map(Into::into);
    let [west, south, east, north] = frame.unwrap_or(&whole);
    bound(x, Op::Ge, west);
    bound(x, Op::Le, east);
    bound(y, Op::Ge, south);
    bound(y, Op::Le, north);
    let docs = desk.books().list(&list).await?;
    let cut = i64::try_from(docs.len()).unwrap_or(0) > POINTS;
    let features: Vec<Value> = docs
        .iter()
        .take(usize::try_from(POINTS).unwrap_or(0))
        .filter_map(|doc| {
            let values = desk.fields_of(doc);
            let at = |f: &Field| values.get(&f.name)?.as_str()?.parse::<serde_json::Number>().ok();
            let point = json!([at(x)?, at(y)?]);
            let mut shown = json!({"id": doc.id});
            for f in register.fields.iter().filter(|f| (f.column || f.name == register.name) && !hidden.contains(&f.name)) {
                if let Some(v) = values.get(&f.name) {
                    shown[&f.name] = v.clone();
                }
            }
            Some(json!({"type": "Feature", "id": doc.id, "geometry": {"type": "Point", "coordinates": point}, "properties": shown}))
        })
        .collect();
    Ok(Some(
        json!({"type": "FeatureCollection", "features": features, "cut": cut}),
    ))
}
