//! How many rows are written at once: PostgreSQL takes a column as one array, so that a statement of any length is
//! prepared once; SQLite prepares a row's statement once and runs it for each.

use crate::error::Result;
use crate::event::{Doc, Event};
use crate::patch::canonical;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

/// Rows in one statement: arrays of some megabytes at most.
const ROWS: usize = 2_000;

const UPSERT: &str = "ON CONFLICT (room, id) DO UPDATE SET version = excluded.version, at = excluded.at, gone = excluded.gone,
    division = excluded.division, owner = excluded.owner, state = excluded.state, due = excluded.due, search = excluded.search,
    body = excluded.body";
const DOC: &str = "room, id, version, at, gone, division, owner, state, due, search, body";

pub(super) async fn sqlite(t: &mut Transaction<'static, Sqlite>, events: &[Event], docs: &[&Doc]) -> Result<()> {
    for e in events {
        sqlx::query("INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
            .bind(e.seq)
            .bind(&e.room)
            .bind(&e.id)
            .bind(e.version)
            .bind(&e.kind)
            .bind(e.at)
            .bind(&e.author.actor)
            .bind(&e.author.reason)
            .bind(&e.author.request)
            .bind(canonical(&e.patch))
            .bind(&e.hash)
            .execute(&mut **t)
            .await?;
    }
    let sql = format!("INSERT INTO doc ({DOC}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) {UPSERT}");
    for d in docs {
        sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(&d.room)
            .bind(&d.id)
            .bind(d.version)
            .bind(d.at)
            .bind(i64::from(d.gone()))
            .bind(d.text("_division"))
            .bind(d.text("_owner"))
            .bind(d.text("_state"))
            .bind(d.int("_due"))
            .bind(d.text("_search").to_lowercase())
            .bind(Json(&d.body))
            .execute(&mut **t)
            .await?;
    }
    Ok(())
}

/// A column of rows.
fn column<'a, R, T>(rows: &'a [R], of: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

pub(super) async fn postgres(t: &mut Transaction<'static, Postgres>, events: &[Event], docs: &[&Doc]) -> Result<()> {
    for rows in events.chunks(ROWS) {
        sqlx::query(
            "INSERT INTO event SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
             $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])",
        )
        .bind(column(rows, |e| e.seq))
        .bind(column(rows, |e| e.room.as_str()))
        .bind(column(rows, |e| e.id.as_str()))
        .bind(column(rows, |e| e.version))
        .bind(column(rows, |e| e.kind.as_str()))
        .bind(column(rows, |e| e.at))
        .bind(column(rows, |e| e.author.actor.as_str()))
        .bind(column(rows, |e| e.author.reason.as_str()))
        .bind(column(rows, |e| e.author.request.as_deref()))
        .bind(column(rows, |e| canonical(&e.patch)))
        .bind(column(rows, |e| e.hash.as_str()))
        .execute(&mut **t)
        .await?;
    }
    let sql = format!(
        "INSERT INTO doc ({DOC}) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
         $7::text[], $8::text[], $9::bigint[], $10::text[], $11::jsonb[]) {UPSERT}"
    );
    for rows in docs.chunks(ROWS) {
        sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(column(rows, |d| d.room.as_str()))
            .bind(column(rows, |d| d.id.as_str()))
            .bind(column(rows, |d| d.version))
            .bind(column(rows, |d| d.at))
            .bind(column(rows, |d| i64::from(d.gone())))
            .bind(column(rows, |d| d.text("_division")))
            .bind(column(rows, |d| d.text("_owner")))
            .bind(column(rows, |d| d.text("_state")))
            .bind(column(rows, |d| d.int("_due")))
            .bind(column(rows, |d| d.text("_search").to_lowercase()))
            .bind(column(rows, |d| Json(&d.body)))
            .execute(&mut **t)
            .await?;
    }
    Ok(())
}
