//! What is logged beside changes: readings of personal data and refusals; and the log as the audit administrator reads it.

use super::account::{ROOM, SECRETS};
use super::decide::{Person, Target};
use super::policy::Action;
use crate::{Arg, Author, Books, Change, Event, Result};
use figure::Text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Logs that a person saw personal data of records in full, and what for. To be written before they are shown.
///
/// # Errors
/// The store; then nothing may be shown.
pub async fn log_reading(books: &Books, person: &Person, target: &Target, ids: &[String], purpose: &str) -> Result<()> {
    let reason = format!("{}: {purpose}", target.personal.join(" "));
    let line = |id: &String| Change::any(target.name(), id, Action::Reveal.words().0, Value::Null);
    books
        .put(Author::new(person.actor(), reason), ids.iter().map(line).collect())
        .await?;
    Ok(())
}

/// Logs a refusal.
///
/// # Errors
/// The store.
pub async fn log_refusal(
    books: &Books,
    person: &Person,
    action: Action,
    target: &Target,
    id: &str,
    words: &Text,
) -> Result<()> {
    let reason = format!("{}: {}", action.words().0, words.zh);
    let line = Change::any(target.name(), id, "refused", Value::Null);
    books.put(Author::new(person.actor(), reason), vec![line]).await?;
    Ok(())
}

/// One line of the log for the audit administrator, who sees who did what, but no business data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditLine {
    /// Number in the log.
    pub seq: i64,
    /// When, milliseconds UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Room.
    pub room: String,
    /// Record.
    pub id: String,
    /// What.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Names of the fields that changed.
    pub fields: Vec<String>,
    /// What an account became; null for business records.
    pub change: Value,
    /// Hash in the chain.
    pub hash: String,
}

/// What is asked of the log; empty text: any.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditList {
    /// Actor.
    pub actor: String,
    /// Room, or its beginning up to `:`.
    pub room: String,
    /// Record.
    pub id: String,
    /// What.
    pub kind: String,
    /// Not before, milliseconds UTC.
    pub from: Option<i64>,
    /// Before, milliseconds UTC.
    pub to: Option<i64>,
    /// Only lines before this number: the last of the page before.
    pub before: Option<i64>,
    /// Lines; at most 1000.
    pub limit: Option<i64>,
}

/// Lines of the log, the latest first.
///
/// # Errors
/// The store.
pub async fn audit(books: &Books, asked: &AuditList) -> Result<Vec<AuditLine>> {
    let mut args: Vec<Arg> = vec![];
    let mut all = vec!["1 = 1".to_string()];
    let mut with = |sql: &str, arg: Arg| {
        args.push(arg);
        all.push(sql.replace("$$", &format!("${}", args.len())));
    };
    for (column, value) in [("actor", &asked.actor), ("id", &asked.id), ("kind", &asked.kind)] {
        if !value.is_empty() {
            with(&format!("{column} = $$"), value.as_str().into());
        }
    }
    if let Some(kind) = asked.room.strip_suffix(':') {
        // `;` is the character after `:`.
        with("room >= $$", asked.room.as_str().into());
        with("room < $$", format!("{kind};").into());
    } else if !asked.room.is_empty() {
        with("room = $$", asked.room.as_str().into());
    }
    for (sql, value) in [
        ("at >= $$", asked.from),
        ("at < $$", asked.to),
        ("seq < $$", asked.before),
    ] {
        if let Some(value) = value {
            with(sql, value.into());
        }
    }
    let limit = asked.limit.unwrap_or(100).clamp(1, 1000);
    let rest = format!("WHERE {} ORDER BY seq DESC LIMIT {limit}", all.join(" AND "));
    Ok(books.db().events(&rest, &args).await?.into_iter().map(line).collect())
}

fn line(e: Event) -> AuditLine {
    let members = e.patch.as_object();
    let fields = members.map(|m| m.keys().cloned().collect()).unwrap_or_default();
    let change = match members.filter(|_| e.room == ROOM) {
        Some(m) => m
            .iter()
            .map(|(k, v)| {
                (
                    k.clone(),
                    if SECRETS.contains(&k.as_str()) {
                        json!("…")
                    } else {
                        v.clone()
                    },
                )
            })
            .collect(),
        None => Value::Null,
    };
    AuditLine {
        seq: e.seq,
        at: e.at,
        actor: e.author.actor,
        room: e.room,
        id: e.id,
        kind: e.kind,
        reason: e.author.reason,
        fields,
        change,
        hash: e.hash,
    }
}
