//! The books: one append-only log of changes is the only truth; every record is the fold of its events.
//! Keeps: nothing is overwritten (each change is an event with actor, reason and time, hashed into a chain), what was
//! answered is on disk, and a rebuild from the log equals what stands.

pub mod access;
pub mod day;
pub mod db;
pub mod demo;
pub mod draw;
pub mod error;
pub mod event;
pub mod evidence_pack;
pub mod ledger;
pub mod pack;
pub mod patch;
pub mod procedure;
pub mod query;
pub mod register;
pub mod score;
pub mod sheet;
mod verify;
mod writer;

pub use db::{Arg, Db};
pub use error::{Error, FieldFault, Result};
pub use event::{Author, Change, Doc, Event, Hash};
pub use query::{Filter, List, Op, Scope};
pub use verify::Report;
pub use writer::View;

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// The open books. Cheap to clone; all clones write through one queue.
#[derive(Clone)]
pub struct Books {
    db: Db,
    jobs: mpsc::Sender<writer::Job>,
}

impl std::fmt::Debug for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Books").field("db", &self.db).finish_non_exhaustive()
    }
}

/// Milliseconds of UTC by the machine's clock.
pub fn machine_clock() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

impl Books {
    /// Opens a store (`sqlite:PATH` or `postgres://…`) by the machine's clock.
    pub async fn open(url: &str, hash: Hash) -> Result<Self> {
        Self::open_at(url, hash, machine_clock).await
    }

    /// Opens a store by a given clock.
    pub async fn open_at(url: &str, hash: Hash, clock: fn() -> i64) -> Result<Self> {
        let db = Db::open(url, hash).await?;
        let (jobs, queue) = mpsc::channel(4096);
        tokio::spawn(writer::run(db.clone(), clock, queue));
        Ok(Self { db, jobs })
    }

    /// The database, for questions.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Decides and writes: `decide` reads through the view and answers with changes; all of them are kept, or none.
    /// Returns the events once they are on disk; for a request key used before, the events it made then.
    pub async fn write<F>(&self, author: Author, decide: F) -> Result<Vec<Event>>
    where
        F: for<'a> FnOnce(&'a mut View) -> BoxFuture<'a, Result<Vec<Change>>> + Send + 'static,
    {
        self.write_reading(author, vec![], decide).await
    }

    /// As [`Books::write`], naming the records (room, id) that `decide` will surely read: those of all waiting jobs are
    /// fetched in one question.
    pub async fn write_reading<F>(&self, author: Author, reads: Vec<(String, String)>, decide: F) -> Result<Vec<Event>>
    where
        F: for<'a> FnOnce(&'a mut View) -> BoxFuture<'a, Result<Vec<Change>>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = writer::Job {
            author,
            reads,
            decide: Box::new(decide),
            answer,
        };
        let gone = || Error::Store("the writer has ended".into());
        self.jobs.send(job).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Writes changes that need no reading.
    pub async fn put(&self, author: Author, changes: Vec<Change>) -> Result<Vec<Event>> {
        self.write(author, move |_| Box::pin(async move { Ok(changes) })).await
    }

    /// A record, also one taken out; none if it never was.
    pub async fn get(&self, room: &str, id: &str) -> Result<Option<Doc>> {
        Ok(self
            .db
            .docs("WHERE room = $1 AND id = $2", &[room.into(), id.into()])
            .await?
            .into_iter()
            .next())
    }

    /// The events of a record, oldest first.
    pub async fn history(&self, room: &str, id: &str) -> Result<Vec<Event>> {
        self.db
            .events("WHERE room = $1 AND id = $2 ORDER BY seq", &[room.into(), id.into()])
            .await
    }

    /// A record as it was known at an instant (milliseconds of UTC); none if it was not there yet.
    pub async fn as_known(&self, room: &str, id: &str, at: i64) -> Result<Option<Doc>> {
        let mut doc = Doc::new(room, id);
        for event in self
            .history(room, id)
            .await?
            .iter()
            .filter(|e| e.at <= at && !e.patch.is_null())
        {
            doc.apply(event);
        }
        Ok((doc.version > 0).then_some(doc))
    }

    /// Records of a room by filter, order and scope: one page.
    pub async fn list(&self, list: &List) -> Result<Vec<Doc>> {
        let (rest, args) = list.sql(true)?;
        self.db.docs(&rest, &args).await
    }

    /// How the database will answer a list, in its own words.
    pub async fn explain(&self, list: &List) -> Result<String> {
        let (rest, args) = list.sql(true)?;
        self.db.explain(&rest, &args).await
    }

    /// How many records a list has in all; asked only when a person asks.
    pub async fn count(&self, list: &List) -> Result<i64> {
        let (rest, args) = list.sql(false)?;
        self.db.int(&format!("SELECT count(*) FROM doc {rest}"), &args).await
    }

    /// How many records of a list have each value of a field, the most frequent first; empty text for none.
    pub async fn tally(&self, list: &List, field: &str) -> Result<Vec<(String, i64)>> {
        let (rest, args) = list.sql(false)?;
        let column = list.column(field, false)?;
        let sql = format!(
            "SELECT CAST({column} AS TEXT), CAST(count(*) AS TEXT) FROM doc {rest} GROUP BY 1 ORDER BY count(*) DESC, 1"
        );
        let rows = self.db.texts(&sql, &args).await?;
        Ok(rows
            .into_iter()
            .filter_map(|mut row| {
                Some((
                    row.first_mut()?.take().unwrap_or_default(),
                    row.get(1)?.as_ref()?.parse().ok()?,
                ))
            })
            .collect())
    }

    /// Proves the chain and that a rebuild equals what stands.
    pub async fn verify(&self) -> Result<Report> {
        verify::verify(&self.db).await
    }
}

/// The member of a body as text, `""` if absent.
pub fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body.get(key).and_then(Value::as_str).unwrap_or("")
}
