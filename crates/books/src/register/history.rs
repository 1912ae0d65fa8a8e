//! What happened to a record, field by field, and what to show when two people changed it at once.

use super::Desk;
use crate::error::Result;
use crate::{Doc, Event};
use serde::Serialize;
use serde_json::{Map, Value};

/// One field that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Field.
    pub field: String,
    /// Before; `null` for nothing.
    pub from: Value,
    /// After.
    pub to: Value,
}

/// One event of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Number of the event in the log.
    pub seq: i64,
    /// Version after it.
    pub version: i64,
    /// When, milliseconds of UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// What it was: `put`, `import`, `undo`, `remove`, `restore`, `merge`.
    pub kind: String,
    /// The batch or request it belongs to.
    pub request: Option<String>,
    /// What it changed.
    pub moved: Vec<Moved>,
}

/// A field in which a person's save and the record differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clash {
    /// Field.
    pub field: String,
    /// What the person had read.
    pub was: Value,
    /// What the person wants.
    pub yours: Value,
    /// What stands now.
    pub now: Value,
    /// Both changed it, differently: a person must choose. Else only one did, and both changes can stand.
    pub choose: bool,
}

fn moved(from: &Map<String, Value>, to: &Map<String, Value>) -> Vec<Moved> {
    let get = |m: &Map<String, Value>, k: &str| m.get(k).cloned().unwrap_or(Value::Null);
    let mut names: Vec<&String> = from
        .keys()
        .chain(to.keys().filter(|k| !from.contains_key(*k)))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|n| Moved {
            field: n.clone(),
            from: get(from, n),
            to: get(to, n),
        })
        .filter(|m| m.from != m.to)
        .collect()
}

impl Desk {
    /// The steps of a record, oldest first, under the names that its fields have today.
    pub async fn history(&self, id: &str) -> Result<Vec<Step>> {
        let room = self.register.room();
        let mut doc = Doc::new(&room, id);
        let mut steps = vec![];
        for event in self.books.history(&room, id).await? {
            let before = self.reader.current(&doc.body);
            if !event.patch.is_null() {
                doc.apply(&event);
            }
            steps.push(step(event, moved(&before, &self.reader.current(&doc.body))));
        }
        Ok(steps)
    }

    /// A record as it was at a version.
    pub async fn at_version(&self, id: &str, version: i64) -> Result<Doc> {
        let room = self.register.room();
        let mut doc = Doc::new(&room, id);
        for event in self.books.history(&room, id).await? {
            if !event.patch.is_null() && event.version <= version {
                doc.apply(&event);
            }
        }
        Ok(doc)
    }

    /// What to show after [`crate::Error::Conflict`]: each field in which what the person gives differs from what stands.
    pub async fn clashes(&self, id: &str, read: i64, given: &Map<String, Value>) -> Result<Vec<Clash>> {
        let was = self.reader.current(&self.at_version(id, read).await?.body);
        let doc = self.books.get(&self.register.room(), id).await?;
        let now = doc.map(|d| self.reader.current(&d.body)).unwrap_or_default();
        let get = |m: &Map<String, Value>, k: &str| m.get(k).cloned().unwrap_or(Value::Null);
        let given = self.reader.given(given).map_err(crate::Error::Fields)?;
        Ok(given
            .into_iter()
            .map(|(field, yours)| {
                let (was, now) = (get(&was, &field), get(&now, &field));
                let choose = yours != was && now != was && yours != now;
                Clash {
                    field,
                    was,
                    yours,
                    now,
                    choose,
                }
            })
            .filter(|c| c.yours != c.now)
            .collect())
    }
}

fn step(event: Event, moved: Vec<Moved>) -> Step {
    Step {
        seq: event.seq,
        version: event.version,
        at: event.at,
        actor: event.author.actor,
        reason: event.author.reason,
        kind: event.kind,
        request: event.author.request,
        moved,
    }
}
