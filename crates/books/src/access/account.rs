//! Accounts: records of room `user`. Their rules run inside the writer's job, so that two administrators at once cannot
//! break them.

use super::decide::{Must, Person, prefix};
use super::policy::{Policy, RoleKind};
use super::{password, secret, session};
use crate::{Author, Books, Change, Doc, Error, Result, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Room of the accounts.
pub const ROOM: &str = "user";

/// Members of an account that are shown to nobody.
pub(super) const SECRETS: [&str; 4] = ["hash", "totp", "totp_new", "totp_step"];

const DAY_MS: i64 = 86_400_000;

/// An account to be made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its name: small letters, digits, `.`, `-`, `_`.
    pub id: String,
    /// Name of the person.
    pub title: String,
    /// Roles.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// Divisions.
    #[serde(default)]
    pub divisions: Vec<String>,
    /// Owners it acts for.
    #[serde(default)]
    pub owners: Vec<String>,
    /// Its password; none: one is made, told once, and must be changed with the first sign-in.
    #[serde(default)]
    pub password: Option<String>,
    /// Made by the demo: its password is shown on the sign-in page and it needs no second factor.
    #[serde(skip)]
    pub demo: bool,
}

/// An account as administrators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Name.
    pub id: String,
    /// Version, for changes.
    pub version: i64,
    /// Name of the person.
    pub title: String,
    /// Roles.
    pub roles: BTreeSet<String>,
    /// Divisions.
    pub divisions: Vec<String>,
    /// Owners.
    pub owners: Vec<String>,
    /// Whether it can be used.
    pub active: bool,
    /// Locked until, milliseconds UTC; 0: not.
    pub locked: i64,
    /// Whether it has a second factor.
    pub second_factor: bool,
    /// Last sign-in, milliseconds UTC; 0: never.
    pub signed_in: i64,
    /// Made by the demo.
    pub demo: bool,
}

pub(super) fn list(body: &Value, key: &str) -> Vec<String> {
    let items = body.get(key).and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_string))
        .collect()
}

impl Account {
    /// From its record.
    pub fn of(doc: &Doc) -> Self {
        Self {
            id: doc.id.clone(),
            version: doc.version,
            title: doc.text("title").into(),
            roles: list(&doc.body, "roles").into_iter().collect(),
            divisions: list(&doc.body, "divisions"),
            owners: list(&doc.body, "owners"),
            active: doc.text("_state") == "active",
            locked: doc.int("locked").unwrap_or(0),
            second_factor: !doc.text("totp").is_empty(),
            signed_in: doc.int("signed_in").unwrap_or(0),
            demo: doc.body.get("demo").and_then(Value::as_bool).unwrap_or(false),
        }
    }
}

/// Who an account's record stands for at an instant (milliseconds of UTC).
pub fn person(policy: &Policy, doc: &Doc, now: i64) -> Person {
    let account = Account::of(doc);
    let old = now - doc.int("hash_at").unwrap_or(0) >= policy.password.change_days * DAY_MS;
    let told = doc.body.get("must_change").and_then(Value::as_bool).unwrap_or(false);
    let needs = policy
        .second_factor
        .required_for
        .iter()
        .any(|r| account.roles.contains(r));
    let must = if (told || old) && !account.demo {
        Some(Must::ChangePassword)
    } else if needs && !account.second_factor && !account.demo {
        Some(Must::SecondFactor)
    } else {
        None
    };
    Person {
        name: account.id,
        title: account.title,
        roles: account.roles,
        divisions: account.divisions,
        owners: account.owners,
        guest: false,
        must,
    }
}

/// An account by its name.
pub async fn find(books: &Books, id: &str) -> Result<Option<Account>> {
    Ok(books.get(ROOM, id).await?.as_ref().map(Account::of))
}

fn refused<T>(zh: impl Into<String>, en: impl Into<String>) -> Result<T> {
    Err(Error::refused(zh, en))
}

fn name_fits(id: &str) -> bool {
    (2..=32).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b))
        && id != "public"
}

/// Whether roles may stand together on one account, with the divisions and owners that they need.
fn roles_fit(policy: &Policy, roles: &BTreeSet<String>, divisions: &[String], owners: &[String]) -> Result<()> {
    for id in roles {
        let Some(role) = policy.role(id).filter(|r| r.kind != RoleKind::Everyone) else {
            return refused(
                format!("没有可授予的角色“{id}”。"),
                format!("`{id}` is no role that can be given."),
            );
        };
        let title = role.title.text();
        if role.kind == RoleKind::Bureau && divisions.is_empty() {
            return refused(
                format!("角色“{}”须写明行政区。", title.zh),
                format!("The role {} needs a division.", title.en),
            );
        }
        if role.kind == RoleKind::Outside && owners.is_empty() {
            return refused(
                format!("角色“{}”须写明统一社会信用代码。", title.zh),
                format!("The role {} needs a credit code.", title.en),
            );
        }
    }
    for apart in &policy.separate {
        let held: Vec<&String> = apart.roles.iter().filter(|r| roles.contains(*r)).collect();
        if held.len() > 1 || (apart.alone && held.len() == 1 && roles.len() > 1) {
            let names = |each: fn(figure::Text) -> String, between: &str| {
                apart
                    .roles
                    .iter()
                    .map(|r| each(policy.title(r)))
                    .collect::<Vec<_>>()
                    .join(between)
            };
            return refused(
                format!(
                    "{}须分设：一个账号只能有其中之一，且不得兼任其他角色。",
                    names(|t| t.zh, "、")
                ),
                format!(
                    "{} are kept apart: one account holds one of them and no other role.",
                    names(|t| t.en, ", ")
                ),
            );
        }
    }
    if let Some(bad) = divisions.iter().find(|d| prefix(d).is_none()) {
        return refused(
            format!("“{bad}”不是行政区代码：须为 6、9 或 12 位数字，且不为全国。"),
            format!("`{bad}` is no division: 6, 9 or 12 digits, and not the whole country."),
        );
    }
    Ok(())
}

fn no_own(author: &Author, id: &str) -> Result<()> {
    if author.actor == id {
        return refused(
            "不能改自己的账号、角色或重置自己的密码：须由另一位管理员办理。",
            "Nobody changes their own account, roles or resets their own password: another administrator must.",
        );
    }
    Ok(())
}

/// Active accounts that hold a role.
pub(super) async fn holders(view: &mut View, role: &str) -> Result<Vec<Doc>> {
    let active = view
        .find("WHERE room = $1 AND state = $2", &[ROOM.into(), "active".into()])
        .await?;
    Ok(active
        .into_iter()
        .filter(|d| list(&d.body, "roles").iter().any(|r| r == role))
        .collect())
}

/// The last of each kind of administrator stays.
async fn not_the_last(view: &mut View, policy: &Policy, id: &str, lost: &BTreeSet<String>) -> Result<()> {
    for role in lost
        .iter()
        .filter(|r| policy.role(r).is_some_and(|r| r.kind == RoleKind::Admin))
    {
        if holders(view, role).await?.iter().all(|d| d.id == id) {
            let title = policy.title(role);
            return refused(
                format!("这是最后一位{}：先另设一位，再停用或撤销。", title.zh),
                format!("This is the last {}: appoint another one first.", title.en),
            );
        }
    }
    Ok(())
}

async fn existing(view: &mut View, id: &str) -> Result<Doc> {
    let doc = view.doc(ROOM, id).await?;
    if doc.version == 0 {
        return refused(format!("没有账号“{id}”。"), format!("There is no account `{id}`."));
    }
    Ok(doc)
}

/// Judges and hashes what a new account needs, and makes its change. `told` is the password made for it, if one was.
pub(super) async fn prepare(policy: &Policy, mut new: NewAccount) -> Result<(NewAccount, Value, Option<String>)> {
    new.id = new.id.trim().to_lowercase();
    new.title = new.title.trim().to_string();
    new.divisions.retain(|d| !d.trim().is_empty());
    new.owners.retain(|o| !o.trim().is_empty());
    if !name_fits(&new.id) {
        return refused(
            "账号名用 2 至 32 个小写字母、数字、点、横线，以字母开头。",
            "An account's name has 2 to 32 small letters, digits, dots or dashes and begins with a letter.",
        );
    }
    if new.title.is_empty() || new.title.chars().count() > 50 {
        return refused(
            "姓名必填，最多 50 字。",
            "Give the person's name, 50 characters at most.",
        );
    }
    roles_fit(policy, &new.roles, &new.divisions, &new.owners)?;
    let told = match &new.password {
        Some(given) => {
            password::judge(&policy.password, &new.id, given).map_err(Error::Refused)?;
            None
        }
        None => Some(secret::password()?),
    };
    let word = new.password.take().or_else(|| told.clone()).unwrap_or_default();
    let hash = password::hash(&policy.password, &word).await?;
    let mut body = json!({
        "title": new.title, "roles": new.roles, "divisions": new.divisions, "owners": new.owners, "hash": hash,
        "_state": "active", "_division": new.divisions.first().map_or("", String::as_str),
        "_owner": new.owners.first().map_or("", String::as_str), "_search": format!("{} {}", new.id, new.title),
    });
    if told.is_some() {
        body["must_change"] = json!(true);
    }
    if new.demo {
        body["demo"] = json!(true);
    }
    Ok((new, body, told))
}

/// The change that makes a prepared account.
pub(super) async fn made(view: &mut View, id: &str, mut body: Value) -> Result<Change> {
    if view.doc(ROOM, id).await?.version > 0 {
        return refused(
            format!("账号“{id}”已有：账号名不重复使用，停用的也不。"),
            format!("There is an account `{id}` already; names are not used twice."),
        );
    }
    body["hash_at"] = json!(view.now());
    Ok(Change::at(ROOM, id, "account-add", 0, body))
}

/// Makes an account: the password that was made for it, if none was given.
///
/// # Errors
/// A name in use, a password that does not keep the rule, roles that are kept apart.
pub async fn add(books: &Books, policy: &Policy, new: NewAccount, author: Author) -> Result<Option<String>> {
    let (new, body, told) = prepare(policy, new).await?;
    books
        .write(author, move |view| {
            Box::pin(async move { Ok(vec![made(view, &new.id, body).await?]) })
        })
        .await?;
    Ok(told)
}

/// Gives an account its roles, divisions and owners; its sessions end, so that nobody goes on with the old ones.
///
/// # Errors
/// One's own account, roles kept apart, the last administrator of a kind, a version that is not the one read.
pub async fn set_roles(
    books: &Books,
    policy: &Policy,
    id: &str,
    expect: i64,
    (roles, divisions, owners): (BTreeSet<String>, Vec<String>, Vec<String>),
    author: Author,
) -> Result<()> {
    no_own(&author, id)?;
    roles_fit(policy, &roles, &divisions, &owners)?;
    let (name, policy) = (id.to_string(), policy.clone());
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = existing(view, &name).await?;
                let lost = list(&doc.body, "roles")
                    .into_iter()
                    .filter(|r| !roles.contains(r))
                    .collect();
                not_the_last(view, &policy, &name, &lost).await?;
                let patch = json!({"roles": roles, "divisions": divisions, "owners": owners,
                    "_division": divisions.first().map_or("", String::as_str),
                    "_owner": owners.first().map_or("", String::as_str)});
                Ok(vec![Change::at(ROOM, name, "account-roles", expect, patch)])
            })
        })
        .await?;
    session::end_all(books, id).await
}

/// Stops an account or lets it be used again.
///
/// # Errors
/// One's own account, the last administrator of a kind.
pub async fn set_active(books: &Books, policy: &Policy, id: &str, active: bool, author: Author) -> Result<()> {
    no_own(&author, id)?;
    let (name, policy) = (id.to_string(), policy.clone());
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = existing(view, &name).await?;
                if !active {
                    not_the_last(view, &policy, &name, &list(&doc.body, "roles").into_iter().collect()).await?;
                }
                let (kind, state) = if active {
                    ("account-start", "active")
                } else {
                    ("account-stop", "stopped")
                };
                Ok(vec![Change::any(ROOM, name, kind, json!({"_state": state}))])
            })
        })
        .await?;
    session::end_all(books, id).await
}

/// Lifts a lock before its time.
///
/// # Errors
/// No such account, one's own.
pub async fn unlock(books: &Books, id: &str, author: Author) -> Result<()> {
    patch(
        books,
        id,
        "account-unlock",
        json!({"locked": null, "failures": null}),
        author,
    )
    .await
}

/// Takes a second factor away (a lost telephone); the person sets up another one.
///
/// # Errors
/// No such account, one's own.
pub async fn clear_second_factor(books: &Books, id: &str, author: Author) -> Result<()> {
    let none = json!({"totp": null, "totp_new": null, "totp_step": null});
    patch(books, id, "account-factor-clear", none, author).await?;
    session::end_all(books, id).await
}

async fn patch(books: &Books, id: &str, kind: &'static str, patch: Value, author: Author) -> Result<()> {
    no_own(&author, id)?;
    let name = id.to_string();
    books
        .write(author, move |view| {
            Box::pin(async move {
                existing(view, &name).await?;
                Ok(vec![Change::any(ROOM, name, kind, patch)])
            })
        })
        .await?;
    Ok(())
}

/// Gives an account a new password, which must be changed with the first sign-in; its sessions end.
///
/// # Errors
/// No such account, one's own.
pub async fn reset_password(books: &Books, policy: &Policy, id: &str, author: Author) -> Result<String> {
    let told = secret::password()?;
    let hash = password::hash(&policy.password, &told).await?;
    let new = json!({"hash": hash, "must_change": true, "locked": null, "failures": null});
    patch(books, id, "account-reset", new, author).await?;
    session::end_all(books, id).await?;
    Ok(told)
}

/// Changes one's own password; all sessions of the account end.
///
/// # Errors
/// The old password is wrong (that counts like a failed sign-in), the new one is the same or breaks the rule.
pub async fn change_password(books: &Books, policy: &Policy, id: &str, old: &str, new: &str) -> Result<()> {
    if !super::sign_in::proves(books, policy, id, old).await? {
        return refused("原密码不对。", "The old password is wrong.");
    }
    password::judge(&policy.password, id, new).map_err(Error::Refused)?;
    if old == new {
        return refused(
            "新密码不能与原密码相同。",
            "The new password must differ from the old one.",
        );
    }
    let hash = password::hash(&policy.password, new).await?;
    let name = id.to_string();
    books
        .write(Author::new(id, ""), move |view| {
            Box::pin(async move {
                existing(view, &name).await?;
                let patch = json!({"hash": hash, "hash_at": view.now(), "must_change": null});
                Ok(vec![Change::any(ROOM, name, "account-password", patch)])
            })
        })
        .await?;
    session::end_all(books, id).await
}
