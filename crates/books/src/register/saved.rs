//! Views that people keep: columns, filters and order of a table, under a name.

use crate::error::{Error, Result};
use crate::{Author, Books, Change, Filter, List, Op, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const ROOM: &str = "view";

/// A kept view of a register.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SavedView {
    /// Its name.
    pub name: String,
    /// Columns, in order.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Filters.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// Field it is sorted by.
    #[serde(default)]
    pub sort: Option<String>,
    /// Highest first.
    #[serde(default)]
    pub descending: bool,
    /// Everyone who may read the register sees it.
    #[serde(default)]
    pub shared: bool,
}

fn id(register: &str, actor: &str, name: &str) -> String {
    format!("{register}|{actor}|{name}")
}

/// Keeps a view of a register for its author, in place of the one of the same name.
pub async fn keep_view(books: &Books, register: &str, view: &SavedView, author: Author) -> Result<()> {
    if view.name.trim().is_empty() || view.name.chars().count() > 60 {
        return Err(Error::refused(
            "视图名须为 1 至 60 个字",
            "a view's name has 1 to 60 characters",
        ));
    }
    let mut body = serde_json::to_value(view).map_err(|e| Error::Store(e.to_string()))?;
    body["_owner"] = author.actor.clone().into();
    body["_state"] = if view.shared { "shared" } else { "own" }.into();
    body["register"] = register.into();
    body["_gone"] = Value::Null;
    let change = Change::any(ROOM, id(register, &author.actor, &view.name), "put", body);
    books.put(author, vec![change]).await?;
    Ok(())
}

/// The views of a register that a person sees: the own ones and the shared ones, with their owners.
pub async fn saved_views(books: &Books, register: &str, actor: &str) -> Result<Vec<(String, SavedView)>> {
    let mut list = List::of(
        ROOM,
        Scope {
            owners: vec![actor.into()],
            states: vec!["shared".into()],
            ..Scope::default()
        },
    );
    list.limit = 500;
    list.filters.push(Filter {
        field: "register".into(),
        op: Op::Eq,
        value: register.into(),
        numeric: false,
    });
    let docs = books.list(&list).await?;
    Ok(docs
        .into_iter()
        .filter_map(|d| Some((d.text("_owner").to_string(), serde_json::from_value(d.body).ok()?)))
        .collect())
}

/// Takes one of the author's views away.
pub async fn drop_view(books: &Books, register: &str, name: &str, author: Author) -> Result<()> {
    let id = id(register, &author.actor, name);
    if books.get(ROOM, &id).await?.is_none_or(|d| d.gone()) {
        return Err(Error::Missing { room: ROOM.into(), id });
    }
    books
        .put(author, vec![Change::any(ROOM, id, "remove", json!({"_gone": true}))])
        .await?;
    Ok(())
}
