//! The fields that come with a move: read by the same reader as those of registers, and what they point to is there.

use crate::View;
use crate::error::{Error, FieldFault, Result};
use crate::pack::procedure::Move;
use crate::pack::{Kind, Packs, Procedure};
use crate::register::Reader;
use chrono::NaiveDate;
use figure::Text;
use law::Law;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Reads what was given; a move that opens a case fills in the defaults of the fields it takes.
pub(super) fn read(
    packs: &Packs,
    p: &Procedure,
    step: &Move,
    law: &Arc<Law>,
    given: &Map<String, Value>,
    day: NaiveDate,
) -> Result<Map<String, Value>> {
    let mut given = given.clone();
    let takes = |name: &String| step.require.contains(name) || step.edit.contains(name);
    for f in p.fields.iter().filter(|f| step.from.is_empty() && takes(&f.name)) {
        if let Some(default) = &f.default {
            let value = if default == "today" {
                day.to_string()
            } else {
                default.clone()
            };
            given.entry(f.name.clone()).or_insert_with(|| value.into());
        }
    }
    let read = Reader::of_fields(packs, p.pack(), &p.fields, law, day)
        .given(&given)
        .map_err(Error::Fields)?;
    match read.keys().find(|n| !takes(n)) {
        None => Ok(read),
        Some(name) => {
            let title = p.field(name).map(|f| f.title.clone()).unwrap_or_default();
            Err(Error::refused(
                format!("“{}”时不能修改“{}”。", step.title.zh, title.zh),
                format!("`{}` does not change `{}`.", step.title.en, title.en),
            ))
        }
    }
}

/// Every link leads to a record that is there and was not taken out.
pub(super) async fn linked(view: &mut View, p: &Procedure, given: &Map<String, Value>) -> Result<()> {
    let mut faults = Vec::new();
    for f in p.fields.iter().filter(|f| matches!(f.kind, Kind::Link | Kind::Links)) {
        let (Some(value), Some(room)) = (given.get(&f.name), f.room(p.pack())) else {
            continue;
        };
        let ids: Vec<String> = match value {
            Value::String(id) => vec![id.clone()],
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).map(String::from).collect(),
            _ => continue,
        };
        for doc in view.docs(&room, &ids).await? {
            if doc.version == 0 || doc.gone() {
                faults.push(FieldFault::new(
                    &f.name,
                    Text::new(
                        format!("“{}”：没有编号为“{}”的记录，请先建立或从列表选择。", f.title.zh, doc.id),
                        format!(
                            "{}: there is no record `{}`: make it first or choose one of the list.",
                            f.title.en, doc.id
                        ),
                    ),
                ));
            }
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Fields(faults))
    }
}
