//! Change notices: who wants to hear of a register, or of one record. The notices are the log itself, read from where
//! the person last stood; nothing is copied.

use crate::error::Result;
use crate::{Author, Books, Change, Event, List, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ROOM: &str = "watch";

fn id(actor: &str, room: &str, record: Option<&str>) -> String {
    format!("{actor}|{room}|{}", record.unwrap_or("*"))
}

/// The author hears of changes from now on: of one record, or of the whole room.
pub async fn watch(books: &Books, room: &str, record: Option<&str>, author: Author) -> Result<()> {
    let (id, room, record) = (
        id(&author.actor, room, record),
        room.to_string(),
        record.map(ToString::to_string),
    );
    let actor = author.actor.clone();
    books
        .write(author, move |view| {
            Box::pin(async move {
                let last = view.log("ORDER BY seq DESC LIMIT 1", &[]).await?;
                let seen = last.first().map_or(0, |e| e.seq);
                let body = json!({"room": room, "record": record, "seen": seen, "_owner": actor, "_gone": Value::Null});
                Ok(vec![Change::any(ROOM, id, "watch", body)])
            })
        })
        .await?;
    Ok(())
}

/// The author hears no more of it.
pub async fn unwatch(books: &Books, room: &str, record: Option<&str>, author: Author) -> Result<()> {
    let id = id(&author.actor, room, record);
    books
        .put(author, vec![Change::any(ROOM, id, "unwatch", json!({"_gone": true}))])
        .await?;
    Ok(())
}

/// What others changed in what a person watches since the event number `after` (0: since each watch began), oldest first,
/// at most `limit`. The number of the last one is the next `after`.
pub async fn notices(books: &Books, actor: &str, after: i64, limit: i64) -> Result<Vec<Event>> {
    let mut list = List::of(
        ROOM,
        Scope {
            owners: vec![actor.into()],
            ..Scope::default()
        },
    );
    list.limit = 0;
    let mut found: BTreeMap<i64, Event> = BTreeMap::new();
    for w in books.list(&list).await? {
        let from = after.max(w.int("seen").unwrap_or(0));
        let mut args = vec![w.text("room").into(), from.into(), actor.into(), limit.into()];
        let mut rest = "WHERE room = $1 AND seq > $2 AND actor <> $3".to_string();
        if let Some(record) = w.body.get("record").and_then(Value::as_str) {
            rest.push_str(" AND id = $5");
            args.push(record.into());
        }
        rest.push_str(" ORDER BY seq LIMIT $4");
        for e in books.db().events(&rest, &args).await? {
            found.insert(e.seq, e);
        }
    }
    let most = usize::try_from(limit).unwrap_or(0);
    Ok(found.into_values().take(most).collect())
}
