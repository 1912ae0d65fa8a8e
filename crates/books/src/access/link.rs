//! One-time links: how the first administrators come in without a default password. Each administrator's role that no
//! active account holds has a link of its own, so that three people open three links.

use super::account::{NewAccount, holders, made, prepare};
use super::policy::{Policy, RoleKind};
use super::secret;
use crate::{Author, Books, Error, Result};

const HOUR_MS: i64 = 3_600_000;

/// A link to be told on the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Role of the account that it makes.
    pub role: String,
    /// The token.
    pub token: String,
}

/// Makes a new link for each administrator's role that nobody holds; older links for it end.
///
/// # Errors
/// The store.
pub async fn open_links(books: &Books, policy: &Policy, now: i64) -> Result<Vec<Link>> {
    let mut links = vec![];
    let active = books
        .db()
        .docs("WHERE room = $1 AND state = $2", &[super::ROOM.into(), "active".into()])
        .await?;
    for role in policy.roles.iter().filter(|r| r.kind == RoleKind::Admin) {
        let sql = "DELETE FROM ticket WHERE kind = 'link' AND account = $1";
        books.db().change(sql, &[role.id.as_str().into()]).await?;
        let held = active
            .iter()
            .any(|d| super::account::list(&d.body, "roles").contains(&role.id));
        if held {
            continue;
        }
        let token = secret::token()?;
        let ends = now + policy.link.hours * HOUR_MS;
        books
            .db()
            .change(
                "INSERT INTO ticket (hash, kind, account, made, seen, ends) VALUES ($1, 'link', $2, $3, $3, $4)",
                &[
                    secret::hash("link", &token).into(),
                    role.id.as_str().into(),
                    now.into(),
                    ends.into(),
                ],
            )
            .await?;
        links.push(Link {
            role: role.id.clone(),
            token,
        });
    }
    Ok(links)
}

/// The role that a link makes an account for; none if it was used or its time is over.
///
/// # Errors
/// The store.
pub async fn link_role(books: &Books, token: &str, now: i64) -> Result<Option<String>> {
    let sql = "SELECT account FROM ticket WHERE hash = $1 AND kind = 'link' AND ends > $2";
    let rows = books
        .db()
        .texts(sql, &[secret::hash("link", token).into(), now.into()])
        .await?;
    Ok(rows.into_iter().next().and_then(|r| r.into_iter().next().flatten()))
}

/// Uses a link: makes the administrator's account with the password its owner chose.
///
/// # Errors
/// A link that was used or is over; a name or password that does not fit (the link then still holds).
pub async fn use_link(books: &Books, policy: &Policy, token: &str, mut new: NewAccount, now: i64) -> Result<()> {
    let gone = || {
        Error::Forbidden(figure::Text::new(
            "链接已用过或已过期：重新启动服务会给出新的链接。",
            "The link was used or its time is over: starting the server again gives a new one.",
        ))
    };
    let role = link_role(books, token, now).await?.ok_or_else(gone)?;
    if new.password.is_none() {
        return Err(Error::refused("请设置密码。", "Choose a password."));
    }
    new.roles = [role.clone()].into();
    new.demo = false;
    let (new, body, _) = prepare(policy, new).await?;
    let held = gone();
    books
        .write(Author::new(new.id.clone(), "one-time link"), move |view| {
            Box::pin(async move {
                // Two uses of one link at once: the second finds the role held.
                if !holders(view, &role).await?.is_empty() {
                    return Err(held);
                }
                Ok(vec![made(view, &new.id, body).await?])
            })
        })
        .await?;
    let hash = secret::hash("link", token);
    books
        .db()
        .change("DELETE FROM ticket WHERE hash = $1", &[hash.into()])
        .await?;
    Ok(())
}
