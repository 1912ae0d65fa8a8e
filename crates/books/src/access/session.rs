//! Sessions: rows of table `ticket` by the hash of their token; they end idle, at last, or by signing out.

use super::account::{ROOM, person};
use super::decide::Person;
use super::policy::Policy;
use super::secret;
use crate::{Books, Result};

const MINUTE_MS: i64 = 60_000;

/// An open session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Whose.
    pub person: Person,
    /// What a request that changes something must carry beside the cookie.
    pub csrf: String,
    /// Ends at last, milliseconds UTC.
    pub ends: i64,
    /// Ends if nothing comes until then, milliseconds UTC.
    pub idle_ends: i64,
}

/// The second secret of a session, which the page reads and a foreign page cannot.
pub(super) fn csrf(token: &str) -> String {
    secret::hash("csrf", token)
}

/// Opens a session at an instant; the token goes to the browser and is kept nowhere.
pub(super) async fn open(books: &Books, policy: &Policy, account: &str, now: i64) -> Result<String> {
    let token = secret::token()?;
    let ends = now + policy.session.absolute_hours * 60 * MINUTE_MS;
    let db = books.db();
    // What ended goes with the next that opens, so the table stays as small as the house.
    db.change("DELETE FROM ticket WHERE ends <= $1", &[now.into()]).await?;
    db.change(
        "INSERT INTO ticket (hash, kind, account, made, seen, ends) VALUES ($1, 'session', $2, $3, $3, $4)",
        &[
            secret::hash("session", &token).into(),
            account.into(),
            now.into(),
            ends.into(),
        ],
    )
    .await?;
    Ok(token)
}

/// The session of a token at an instant (milliseconds of UTC); none if it ended or its account was stopped.
///
/// # Errors
/// The store.
pub async fn session(books: &Books, policy: &Policy, token: &str, now: i64) -> Result<Option<Session>> {
    let hash = secret::hash("session", token);
    let rows = books
        .db()
        .texts(
            "SELECT account, CAST(seen AS TEXT), CAST(ends AS TEXT) FROM ticket WHERE hash = $1 AND kind = 'session'",
            &[hash.as_str().into()],
        )
        .await?;
    let Some([Some(account), Some(seen), Some(ends)]) = rows.first().and_then(|r| r.first_chunk()) else {
        return Ok(None);
    };
    let (seen, ends) = (seen.parse().unwrap_or(0), ends.parse().unwrap_or(0));
    let idle = policy.session.idle_minutes * MINUTE_MS;
    if now >= ends || now - seen >= idle {
        books
            .db()
            .change("DELETE FROM ticket WHERE hash = $1", &[hash.into()])
            .await?;
        return Ok(None);
    }
    let Some(doc) = books.get(ROOM, account).await?.filter(|d| d.text("_state") == "active") else {
        return Ok(None);
    };
    // Once a minute is exact enough for a limit of minutes, and spares a write with every request.
    let mut seen: i64 = seen;
    if now - seen >= MINUTE_MS.min(idle / 4) {
        let sql = "UPDATE ticket SET seen = $1 WHERE hash = $2 AND seen < $1";
        books.db().change(sql, &[now.into(), hash.into()]).await?;
        seen = now;
    }
    Ok(Some(Session {
        person: person(policy, &doc, now),
        csrf: csrf(token),
        ends,
        idle_ends: (seen + idle).min(ends),
    }))
}

/// Ends the session of a token.
///
/// # Errors
/// The store.
pub async fn sign_out(books: &Books, token: &str) -> Result<()> {
    let hash = secret::hash("session", token);
    books
        .db()
        .change("DELETE FROM ticket WHERE hash = $1", &[hash.into()])
        .await?;
    Ok(())
}

/// Ends every session of an account.
///
/// # Errors
/// The store.
pub async fn end_all(books: &Books, account: &str) -> Result<()> {
    let sql = "DELETE FROM ticket WHERE kind = 'session' AND account = $1";
    books.db().change(sql, &[account.into()]).await?;
    Ok(())
}
