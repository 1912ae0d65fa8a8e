//! The database under the books: SQLite (WAL) or PostgreSQL, one SQL text for both.
//! `$1` binds on both, `->>` reads JSON on both, instants are BIGINT milliseconds, identifiers come from us.

mod put;

use crate::error::Result;
use crate::event::{Author, Doc, Event, Hash};
use serde_json::Value;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};
use std::time::Duration;

/// The pool of one of the two databases.
#[derive(Debug, Clone)]
pub enum Db {
    /// Embedded.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

/// An open transaction of the one writer.
pub enum Tx {
    /// Embedded.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// A server.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// A value bound into SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Text.
    Text(String),
    /// Whole number.
    Int(i64),
}

impl From<&str> for Arg {
    fn from(s: &str) -> Self {
        Self::Text(s.into())
    }
}
impl From<String> for Arg {
    fn from(s: String) -> Self {
        Self::Text(s)
    }
}
impl From<i64> for Arg {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

/// Compiles the same body once for each driver.
macro_rules! both {
    ($t:ident, $db:expr, $p:ident => $body:expr) => {
        match $db {
            $t::Sqlite($p) => $body,
            $t::Postgres($p) => $body,
        }
    };
}

const TABLES: [&str; 9] = [
    "CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY, seq BIGINT NOT NULL, at BIGINT NOT NULL, hash TEXT NOT NULL, algorithm TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS event (seq BIGINT PRIMARY KEY, room TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, kind TEXT NOT NULL,
        at BIGINT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, request TEXT, patch TEXT NOT NULL, hash TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS event_of ON event (room, id, seq)",
    "CREATE INDEX IF NOT EXISTS event_request ON event (request) WHERE request IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS doc (room TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, at BIGINT NOT NULL, gone BIGINT NOT NULL,
        division TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, due BIGINT, search TEXT NOT NULL, body JSONB NOT NULL, PRIMARY KEY (room, id))",
    "CREATE INDEX IF NOT EXISTS doc_division ON doc (room, division, id)",
    "CREATE INDEX IF NOT EXISTS doc_owner ON doc (room, owner, id)",
    "CREATE INDEX IF NOT EXISTS doc_state ON doc (room, state, due, id)",
    // What is short-lived and no part of the truth: sessions and one-time links, by the hash of their token.
    "CREATE TABLE IF NOT EXISTS ticket (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, made BIGINT NOT NULL, seen BIGINT NOT NULL, ends BIGINT NOT NULL)",
];

const EVENT: &str = "seq, room, id, version, kind, at, actor, reason, request, patch, hash";
const DOC: &str = "room, id, version, at, body";

fn event_of<'r, R: Row>(row: &'r R) -> Event
where
    usize: sqlx::ColumnIndex<R>,
    i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let patch: String = row.get(9);
    Event {
        seq: row.get(0),
        room: row.get(1),
        id: row.get(2),
        version: row.get(3),
        kind: row.get(4),
        at: row.get(5),
        author: Author {
            actor: row.get(6),
            reason: row.get(7),
            request: row.get(8),
        },
        // A line that is no JSON any more was tampered with: it stays visible as text, and the chain will not fit it.
        patch: serde_json::from_str(&patch).unwrap_or(Value::String(patch)),
        hash: row.get(10),
    }
}

fn doc_of<'r, R: Row>(row: &'r R) -> Doc
where
    usize: sqlx::ColumnIndex<R>,
    i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    Json<Value>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let body: Json<Value> = row.get(4);
    Doc {
        room: row.get(0),
        id: row.get(1),
        version: row.get(2),
        at: row.get(3),
        body: body.0,
    }
}

/// Binds a list of arguments.
macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Text(s) => query.bind(s.clone()),
                Arg::Int(n) => query.bind(*n),
            };
        }
        query
    }};
}

impl Db {
    /// Opens a store: `sqlite:PATH` or `postgres://…`, and makes its tables if they are not there.
    pub async fn open(url: &str, hash: Hash) -> Result<Self> {
        let db = if url.starts_with("postgres") {
            Self::Postgres(
                PgPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(Duration::from_secs(10))
                    .connect(url)
                    .await?,
            )
        } else {
            let options = url
                .parse::<SqliteConnectOptions>()?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10));
            Self::Sqlite(
                SqlitePoolOptions::new()
                    .max_connections(8)
                    .connect_with(options)
                    .await?,
            )
        };
        for sql in TABLES {
            db.execute(sql).await?;
        }
        db.execute(&format!(
            "INSERT INTO head (id, seq, at, hash, algorithm) VALUES (1, 0, 0, '', '{}') ON CONFLICT (id) DO NOTHING",
            hash.name()
        ))
        .await?;
        Ok(db)
    }

    /// Runs a statement of ours.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        both!(Self, self, p => { sqlx::query(AssertSqlSafe(sql)).execute(p).await?; });
        Ok(())
    }

    /// Changes rows of a table that is no part of the log (tickets): how many.
    pub(crate) async fn change(&self, sql: &str, args: &[Arg]) -> Result<u64> {
        Ok(both!(Self, self, p => bound!(sqlx::query(AssertSqlSafe(sql)), args).execute(p).await?.rows_affected()))
    }

    /// Records by a condition: what stands after `FROM doc`.
    pub async fn docs(&self, rest: &str, args: &[Arg]) -> Result<Vec<Doc>> {
        let sql = format!("SELECT {DOC} FROM doc {rest}");
        Ok(
            both!(Self, self, p => bound!(sqlx::query(AssertSqlSafe(sql)), args).fetch_all(p).await?.iter().map(doc_of).collect()),
        )
    }

    /// Lines of the log by a condition: what stands after `FROM event`.
    pub async fn events(&self, rest: &str, args: &[Arg]) -> Result<Vec<Event>> {
        let sql = format!("SELECT {EVENT} FROM event {rest}");
        Ok(
            both!(Self, self, p => bound!(sqlx::query(AssertSqlSafe(sql)), args).fetch_all(p).await?.iter().map(event_of).collect()),
        )
    }

    /// Rows of text: every column of `sql` must be text or cast to it.
    pub async fn texts(&self, sql: &str, args: &[Arg]) -> Result<Vec<Vec<Option<String>>>> {
        Ok(
            both!(Self, self, p => bound!(sqlx::query(AssertSqlSafe(sql)), args).fetch_all(p).await?
            .iter().map(|r| (0..r.len()).map(|i| r.get(i)).collect()).collect()),
        )
    }

    /// How the database will answer a question for records, in its own words: to see that an index serves.
    pub async fn explain(&self, rest: &str, args: &[Arg]) -> Result<String> {
        let sql = format!("SELECT {DOC} FROM doc {rest}");
        let lines: Vec<String> = match self {
            Self::Sqlite(p) => {
                let query = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
                bound!(query, args)
                    .fetch_all(p)
                    .await?
                    .iter()
                    .map(|r| r.get(3))
                    .collect()
            }
            Self::Postgres(p) => {
                let query = sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}")));
                bound!(query, args)
                    .fetch_all(p)
                    .await?
                    .iter()
                    .map(|r| r.get(0))
                    .collect()
            }
        };
        Ok(lines.join("\n"))
    }

    /// One whole number.
    pub async fn int(&self, sql: &str, args: &[Arg]) -> Result<i64> {
        Ok(both!(Self, self, p => bound!(sqlx::query(AssertSqlSafe(sql)), args).fetch_one(p).await?.get(0)))
    }

    /// Begins the writer's transaction and takes its place in the queue: the head row is the lock.
    pub async fn begin(&self) -> Result<(Tx, Head)> {
        let mut tx = match self {
            // SQLite takes the write lock at once, or two readers that turn writers wait for each other.
            Self::Sqlite(p) => Tx::Sqlite(p.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(p) => Tx::Postgres(p.begin().await?),
        };
        let sql = "UPDATE head SET seq = seq WHERE id = 1 RETURNING seq, at, hash, algorithm";
        let (seq, at, hash, name): (i64, i64, String, String) = both!(Tx, &mut tx, t => {
            let row = sqlx::query(sql).fetch_one(&mut **t).await?;
            (row.get(0), row.get(1), row.get(2), row.get(3))
        });
        let algorithm = Hash::named(&name).ok_or_else(|| {
            crate::Error::Store(format!(
                "the chain's algorithm `{name}` is not known; known are sha256 and sm3"
            ))
        })?;
        Ok((
            tx,
            Head {
                seq,
                at,
                hash,
                algorithm,
            },
        ))
    }
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last event.
    pub seq: i64,
    /// Its time.
    pub at: i64,
    /// Its hash.
    pub hash: String,
    /// The chain's algorithm.
    pub algorithm: Hash,
}

impl Tx {
    /// Records by a condition.
    pub async fn docs(&mut self, rest: &str, args: &[Arg]) -> Result<Vec<Doc>> {
        let sql = format!("SELECT {DOC} FROM doc {rest}");
        Ok(
            both!(Self, self, t => bound!(sqlx::query(AssertSqlSafe(sql)), args).fetch_all(&mut **t).await?.iter().map(doc_of).collect()),
        )
    }

    /// Lines of the log by a condition.
    pub async fn events(&mut self, rest: &str, args: &[Arg]) -> Result<Vec<Event>> {
        let sql = format!("SELECT {EVENT} FROM event {rest}");
        Ok(
            both!(Self, self, t => bound!(sqlx::query(AssertSqlSafe(sql)), args).fetch_all(&mut **t).await?.iter().map(event_of).collect()),
        )
    }

    /// The records of a room that have one of these ids.
    pub async fn among(&mut self, room: &str, ids: &[&str]) -> Result<Vec<Doc>> {
        if ids.is_empty() {
            return Ok(vec![]);
        }
        Ok(match self {
            Self::Postgres(t) => {
                let sql = format!("SELECT {DOC} FROM doc WHERE room = $1 AND id = ANY($2)");
                let rows = sqlx::query(AssertSqlSafe(sql))
                    .bind(room)
                    .bind(ids)
                    .fetch_all(&mut **t)
                    .await?;
                rows.iter().map(doc_of).collect()
            }
            Self::Sqlite(t) => {
                // A JSON list is one argument whatever its length: one statement to prepare.
                let sql = format!("SELECT {DOC} FROM doc WHERE room = $1 AND id IN (SELECT value FROM json_each($2))");
                let rows = sqlx::query(AssertSqlSafe(sql))
                    .bind(room)
                    .bind(Json(ids))
                    .fetch_all(&mut **t)
                    .await?;
                rows.iter().map(doc_of).collect()
            }
        })
    }

    /// The events made under these request keys, in order.
    pub async fn requested(&mut self, keys: &[&str]) -> Result<Vec<Event>> {
        if keys.is_empty() {
            return Ok(vec![]);
        }
        Ok(match self {
            Self::Postgres(t) => {
                let sql =
                    format!("SELECT {EVENT} FROM event WHERE request IS NOT NULL AND request = ANY($1) ORDER BY seq");
                let rows = sqlx::query(AssertSqlSafe(sql)).bind(keys).fetch_all(&mut **t).await?;
                rows.iter().map(event_of).collect()
            }
            Self::Sqlite(t) => {
                let sql = format!(
                    "SELECT {EVENT} FROM event WHERE request IS NOT NULL AND request IN (SELECT value FROM json_each($1)) ORDER BY seq"
                );
                let rows = sqlx::query(AssertSqlSafe(sql))
                    .bind(Json(keys))
                    .fetch_all(&mut **t)
                    .await?;
                rows.iter().map(event_of).collect()
            }
        })
    }

    /// Writes events and the records they make, and moves the head.
    pub async fn put(&mut self, head: &Head, events: &[Event], docs: &[&Doc]) -> Result<()> {
        match self {
            Self::Sqlite(t) => put::sqlite(t, events, docs).await?,
            Self::Postgres(t) => put::postgres(t, events, docs).await?,
        }
        both!(Self, self, t => {
            sqlx::query("UPDATE head SET seq = $1, at = $2, hash = $3 WHERE id = 1").bind(head.seq).bind(head.at).bind(&head.hash).execute(&mut **t).await?;
        });
        Ok(())
    }

    /// Makes it last.
    pub async fn commit(self) -> Result<()> {
        both!(Self, self, t => t.commit().await?);
        Ok(())
    }
}
