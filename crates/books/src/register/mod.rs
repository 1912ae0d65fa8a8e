//! Registers: lists of things, made from `packs/*/registers/*.toml`. From the file alone come the check of a form, the
//! spreadsheet template, the import with its errors cell by cell, the export, the API's description, the map layer.
//! Every rule is looked at inside the one writer's job, so that two people at once cannot get around it.

mod batch;
mod date;
mod export;
mod geo;
mod history;
mod import;
mod indexes;
mod links;
mod openapi;
mod reader;
mod saved;
mod template;
mod value;
mod watch;
mod workbook;

pub use export::{Sheet, csv, xlsx};
pub use geo::layer;
pub use history::{Clash, Moved, Step};
pub use import::{CellFault, ImportReport, Mode, undo};
pub use indexes::ensure_indexes;
pub use links::{Link, links_to};
pub use openapi::openapi;
pub use reader::{Reader, validate};
pub use saved::{SavedView, drop_view, keep_view, saved_views};
pub use template::template;
pub use watch::{notices, unwatch, watch};
pub use workbook::{MOST_BYTES, MOST_COLUMNS, MOST_INFLATED, MOST_ROWS, Rows, rows_of};

use crate::pack::{Packs, Register};
use crate::{Author, Books, Change, Doc, Error, List, Result, Scope};
use batch::{Given, Want};
use chrono::NaiveDate;
use law::Law;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A register opened for work: the books it stands in, the packs it is described by, the law and the day it is judged by.
/// Cheap to clone. Made anew for each request, so that packs and law that were exchanged meanwhile count at once.
#[derive(Debug, Clone)]
pub struct Desk {
    books: Books,
    packs: Arc<Packs>,
    register: Arc<Register>,
    reader: Arc<Reader>,
    scope: Scope,
}

/// What became of a record that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Its id.
    pub id: String,
    /// Its version now.
    pub version: i64,
    /// Whether anything was changed.
    pub changed: bool,
}

impl Desk {
    /// Opens register `pack/name`.
    pub fn open(books: &Books, packs: &Arc<Packs>, law: &Arc<Law>, today: NaiveDate, name: &str) -> Result<Self> {
        let register = packs.registers.get(name).ok_or_else(|| Error::Missing {
            room: "register".into(),
            id: name.into(),
        })?;
        Ok(Self {
            books: books.clone(),
            packs: Arc::clone(packs),
            reader: Arc::new(Reader::of(packs, register, law, today)),
            register: Arc::new(register.clone()),
            scope: Scope::all(),
        })
    }

    /// Changes only records of a scope, and leaves none outside of it: decided inside the writer's job.
    #[must_use]
    pub fn within(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// The refusal of a record outside the scope; none for one within.
    pub(crate) fn outside(&self, doc: &Doc) -> Option<Error> {
        (!self.scope.holds(doc)).then(|| {
            Error::Forbidden(figure::Text::new(
                format!(
                    "“{}”不在您的管辖或归属范围内（行政区“{}”）。",
                    doc.id,
                    doc.text("_division")
                ),
                format!(
                    "{} is outside your scope (division `{}`).",
                    doc.id,
                    doc.text("_division")
                ),
            ))
        })
    }

    /// The register.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The reader of its fields.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The packs.
    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    /// The books.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// A question to this register: filters on fields that had other names find the old records too.
    pub fn list(&self, scope: Scope) -> List {
        let mut list = List::of(self.register.room(), scope);
        for f in self.register.fields.iter().filter(|f| !f.was.is_empty()) {
            list.was.insert(f.name.clone(), f.was.clone());
        }
        list
    }

    /// The fields of a record as they are called today.
    pub fn fields_of(&self, doc: &Doc) -> Map<String, Value> {
        self.reader.current(&doc.body)
    }

    /// Saves records in one change, all or none; returns their ids in order. `simulated` marks them for good as
    /// demonstration content.
    ///
    /// # Errors
    /// The first row that cannot be kept, with its number from 1.
    pub async fn save_all(&self, rows: &[Map<String, Value>], simulated: bool, author: Author) -> Result<Vec<String>> {
        let at = |i: usize, e: &Error| {
            let words = e.words();
            Error::refused(
                format!("第{}条：{}", i + 1, words.zh),
                format!("row {}: {}", i + 1, words.en),
            )
        };
        let mut given = Vec::with_capacity(rows.len());
        for (i, row) in rows.iter().enumerate() {
            let fields = self.reader.given(row).map_err(|e| at(i, &Error::Fields(e)))?;
            given.push(Given {
                id: None,
                expect: None,
                fields,
            });
        }
        let (desk, (told, ids)) = (self.clone(), tokio::sync::oneshot::channel());
        self.books
            .write(author, move |view| {
                Box::pin(async move {
                    let settled = batch::settle(&desk, view, given, Want::Either).await?;
                    let (mut changes, mut ids) = (vec![], vec![]);
                    for (i, row) in settled.rows.into_iter().enumerate() {
                        let mut row = row.map_err(|e| at(i, &e))?;
                        if simulated {
                            row.body["_simulated"] = true.into();
                        }
                        ids.push(row.before.id.clone());
                        changes.extend(row.change("put"));
                    }
                    changes.extend(settled.counter);
                    // Nobody waits for them only if the whole write was given up.
                    let _ = told.send(ids);
                    Ok(changes)
                })
            })
            .await?;
        ids.await
            .map_err(|_| Error::Store("the writer ended before it answered".into()))
    }

    /// Saves a record: a new one if `id` is none. Fields that are not given stay as they are; a field given empty is
    /// cleared. `expect` is the version that the person had read; another one is [`Error::Conflict`].
    pub async fn save(
        &self,
        id: Option<&str>,
        expect: Option<i64>,
        given: &Map<String, Value>,
        author: Author,
    ) -> Result<Saved> {
        let fields = self.reader.given(given).map_err(Error::Fields)?;
        let given = Given {
            id: id.map(ToString::to_string),
            expect,
            fields,
        };
        let (desk, known) = (self.clone(), given.id.clone());
        let events = self
            .books
            .write(author, move |view| {
                Box::pin(async move {
                    let want = if given.id.is_some() { Want::Change } else { Want::New };
                    let mut settled = batch::settle(&desk, view, vec![given], want).await?;
                    match settled.rows.pop() {
                        Some(Ok(row)) => Ok(row.change("put").into_iter().chain(settled.counter).collect()),
                        Some(Err(e)) => Err(e),
                        None => Ok(vec![]),
                    }
                })
            })
            .await?;
        let room = self.register.room();
        if let Some(e) = events.iter().find(|e| e.room == room) {
            return Ok(Saved {
                id: e.id.clone(),
                version: e.version,
                changed: true,
            });
        }
        let id = known.unwrap_or_default();
        let version = self.books.get(&room, &id).await?.map_or(0, |d| d.version);
        Ok(Saved {
            id,
            version,
            changed: false,
        })
    }

    /// Takes a record out; its history stays. Refused while other records point to it.
    pub async fn remove(&self, id: &str, expect: Option<i64>, author: Author) -> Result<Saved> {
        let (desk, of) = (self.clone(), id.to_string());
        let events = self
            .books
            .write(author, move |view| {
                Box::pin(async move {
                    let doc = desk.standing(view.doc(&desk.register.room(), &of).await?)?;
                    let links = links::links_in(view, &desk.packs, &desk.register.id, &of).await?;
                    if let Some(refusal) = links::refusal(&of, &links) {
                        return Err(refusal);
                    }
                    let version = expect.unwrap_or(doc.version);
                    Ok(vec![Change::at(
                        doc.room,
                        of,
                        "remove",
                        version,
                        json!({"_gone": true}),
                    )])
                })
            })
            .await?;
        Ok(saved(id, &events))
    }

    /// Brings a record back that was taken out, if it still fits: unique values, links, no circle.
    pub async fn restore(&self, id: &str, author: Author) -> Result<Saved> {
        let (desk, of) = (self.clone(), id.to_string());
        let events = self
            .books
            .write(author, move |view| {
                Box::pin(async move {
                    let doc = view.doc(&desk.register.room(), &of).await?;
                    if doc.version == 0 || !doc.gone() {
                        return Err(Error::refused(
                            format!("“{of}”没有被移出，不需要恢复"),
                            format!("{of} was not taken out: there is nothing to restore"),
                        ));
                    }
                    let given = Given {
                        id: Some(of),
                        expect: None,
                        fields: Map::new(),
                    };
                    let mut settled = batch::settle(&desk, view, vec![given], Want::Either).await?;
                    match settled.rows.pop() {
                        Some(row) => Ok(row?.change("restore").into_iter().collect()),
                        None => Ok(vec![]),
                    }
                })
            })
            .await?;
        Ok(saved(id, &events))
    }

    fn standing(&self, doc: Doc) -> Result<Doc> {
        if doc.version == 0 || doc.gone() {
            return Err(Error::Missing {
                room: doc.room,
                id: doc.id,
            });
        }
        match self.outside(&doc) {
            Some(refusal) => Err(refusal),
            None => Ok(doc),
        }
    }
}

fn saved(id: &str, events: &[crate::Event]) -> Saved {
    let event = events.iter().find(|e| e.id == id);
    Saved {
        id: id.into(),
        version: event.map_or(0, |e| e.version),
        changed: event.is_some(),
    }
}
