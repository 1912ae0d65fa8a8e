//! Signing in, and the lock after too many failures. A password is checked outside the writer (it takes long on
//! purpose); whether it counts is decided inside, so that many guesses at once cannot slip past the lock.

use super::account::{ROOM, person};
use super::decide::Person;
use super::policy::Policy;
use super::{password, second_factor, session};
use crate::{Author, Books, Change, Doc, Error, Result, View};
use figure::Text;
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum SignedIn {
    /// In: who, and the token for the cookie.
    Yes {
        /// Who.
        person: Person,
        /// The token.
        token: String,
    },
    /// The password is right, the time code is still to be given.
    CodeNeeded,
}

/// Signs in.
///
/// # Errors
/// [`Error::Forbidden`] in words that do not tell whether there is such an account.
pub async fn sign_in(books: &Books, policy: &Policy, id: &str, word: &str, code: Option<&str>) -> Result<SignedIn> {
    let name: String = id.trim().to_lowercase().chars().take(64).collect();
    let code = code.map(str::trim).filter(|c| !c.is_empty());
    match attempt(books, policy, &name, word, Some(code)).await? {
        Outcome::In(doc, now) => Ok(SignedIn::Yes {
            person: person(policy, &doc, now),
            token: session::open(books, policy, &doc.id, now).await?,
        }),
        Outcome::CodeNeeded => Ok(SignedIn::CodeNeeded),
        Outcome::No => Err(Error::Forbidden(failed(policy))),
    }
}

/// Whether a person who is in knows the password; failing counts like a failed sign-in.
pub(super) async fn proves(books: &Books, policy: &Policy, id: &str, word: &str) -> Result<bool> {
    Ok(matches!(attempt(books, policy, id, word, None).await?, Outcome::In(..)))
}

enum Outcome {
    In(Doc, i64),
    CodeNeeded,
    No,
}

fn failed(policy: &Policy) -> Text {
    let l = &policy.lockout;
    Text::new(
        format!(
            "账号、密码或动态口令不对，或账号已停用、锁定。{} 分钟内错 {} 次即锁定 {} 分钟；忘记密码请找系统管理员。",
            l.within_minutes, l.failures, l.lock_minutes
        ),
        format!(
            "Account, password or code is wrong, or the account is stopped or locked. {} failures in {} minutes lock it for {} minutes.",
            l.failures, l.within_minutes, l.lock_minutes
        ),
    )
}

/// One attempt. `code`: none where no time code is asked for (the person is in already).
async fn attempt(books: &Books, policy: &Policy, id: &str, word: &str, code: Option<Option<&str>>) -> Result<Outcome> {
    let stored = books.get(ROOM, id).await?;
    let hash = stored.as_ref().map(|d| d.text("hash").to_string());
    let long = word.chars().count() > policy.password.most_length;
    let right = !long && password::fits(&policy.password, word, hash.as_deref()).await?;
    let (policy, name, code, checked) = (
        policy.clone(),
        id.to_string(),
        code.map(|c| c.map(str::to_string)),
        hash,
    );
    let events = books
        .write(Author::new(id, ""), move |view| {
            Box::pin(async move {
                let change = judge(view, &policy, &name, right, checked.as_deref(), code).await?;
                Ok(vec![change])
            })
        })
        .await?;
    let event = events.first().ok_or_else(|| Error::Store("no event was made".into()))?;
    Ok(match event.kind.as_str() {
        "sign-in" | "password-proved" => match books.get(ROOM, id).await? {
            Some(doc) => Outcome::In(doc, event.at),
            None => Outcome::No,
        },
        "sign-in-code" => Outcome::CodeNeeded,
        _ => Outcome::No,
    })
}

/// What an attempt does to the account: it always leaves a line in the log.
async fn judge(
    view: &mut View,
    policy: &Policy,
    id: &str,
    right: bool,
    checked: Option<&str>,
    code: Option<Option<String>>,
) -> Result<Change> {
    let doc = view.doc(ROOM, id).await?;
    let now = view.now();
    let line = |kind: &str| Change::any(ROOM, id, kind, Value::Null);
    if doc.version == 0 {
        return Ok(line("sign-in-unknown"));
    }
    if doc.text("_state") != "active" {
        return Ok(line("sign-in-stopped"));
    }
    if doc.int("locked").is_some_and(|until| now < until) {
        return Ok(line("sign-in-locked"));
    }
    // A password that was changed while we checked counts as wrong.
    if !right || checked != Some(doc.text("hash")) {
        return Ok(failure(&doc, policy, now));
    }
    let mut patch = json!({"failures": null, "locked": null});
    let Some(code) = code else {
        return Ok(Change::any(ROOM, id, "password-proved", patch));
    };
    if !doc.text("totp").is_empty() {
        let Some(code) = code else {
            return Ok(line("sign-in-code"));
        };
        let Some(step) = second_factor::step(policy, doc.text("totp"), &code, now) else {
            return Ok(failure(&doc, policy, now));
        };
        // A code counts once.
        if doc.int("totp_step").is_some_and(|last| step <= last) {
            return Ok(failure(&doc, policy, now));
        }
        patch["totp_step"] = json!(step);
    }
    patch["signed_in"] = json!(now);
    Ok(Change::any(ROOM, id, "sign-in", patch))
}

fn failure(doc: &Doc, policy: &Policy, now: i64) -> Change {
    let rule = &policy.lockout;
    let since = now - rule.within_minutes * MINUTE_MS;
    let before = doc.body.get("failures").and_then(Value::as_array);
    let mut failures: Vec<i64> = before.into_iter().flatten().filter_map(Value::as_i64).collect();
    failures.retain(|t| *t > since);
    failures.push(now);
    if failures.len() >= rule.failures {
        let until = now + rule.lock_minutes * MINUTE_MS;
        let patch = json!({"failures": null, "locked": until});
        return Change::any(ROOM, doc.id.clone(), "sign-in-lock", patch);
    }
    Change::any(ROOM, doc.id.clone(), "sign-in-failed", json!({"failures": failures}))
}
