//! The demo's accounts: their passwords are made anew with every start and shown on the sign-in page. Outside the demo
//! they are stopped.

use super::account::{Account, NewAccount, ROOM, made, prepare};
use super::policy::Policy;
use super::session;
use crate::{Author, Books, Change, Result};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    account: Vec<NewAccount>,
}

/// Makes the accounts of a file (`access/demo.toml`), or gives those that are there their new password: each account
/// with its password.
///
/// # Errors
/// A file that cannot be read, roles that are kept apart, a name that a real account has.
pub async fn demo_accounts(books: &Books, policy: &Policy, text: &str) -> Result<Vec<(Account, String)>> {
    let file: File = crate::pack::read("access/demo.toml", text).map_err(|f| crate::Error::Pack(f.to_string()))?;
    let mut all = vec![];
    for account in file.account {
        let new = NewAccount { demo: true, ..account };
        let (new, mut body, told) = prepare(policy, new).await?;
        // What is shown on the sign-in page need not be changed.
        body["must_change"] = json!(null);
        let id = new.id.clone();
        books
            .write(Author::new("system:demo", ""), move |view| {
                Box::pin(async move {
                    let doc = view.doc(ROOM, &new.id).await?;
                    if doc.version == 0 {
                        return Ok(vec![made(view, &new.id, body).await?]);
                    }
                    if !Account::of(&doc).demo {
                        return Err(crate::Error::refused(
                            format!("账号“{}”不是演示账号，演示不动它。", new.id),
                            format!("The account `{}` is none of the demo's.", new.id),
                        ));
                    }
                    body["hash_at"] = json!(view.now());
                    body["locked"] = json!(null);
                    body["failures"] = json!(null);
                    Ok(vec![Change::any(ROOM, new.id, "account-demo", body)])
                })
            })
            .await?;
        session::end_all(books, &id).await?;
        let doc = books.get(ROOM, &id).await?;
        all.extend(doc.as_ref().map(Account::of).zip(told));
    }
    Ok(all)
}

/// Stops every account of the demo: outside the demo none of them may be used.
///
/// # Errors
/// The store.
pub async fn stop_demo_accounts(books: &Books) -> Result<()> {
    let active = books
        .db()
        .docs("WHERE room = $1 AND state = $2", &[ROOM.into(), "active".into()])
        .await?;
    for account in active.iter().map(Account::of).filter(|a| a.demo) {
        let stop = Change::any(ROOM, account.id.clone(), "account-stop", json!({"_state": "stopped"}));
        books
            .put(Author::new("system:serve", "demo account"), vec![stop])
            .await?;
        session::end_all(books, &account.id).await?;
    }
    Ok(())
}
