//! Ledgers: trial balance, accounts and their statements, entries by template, taking back.

use super::form;
use super::register::Name;
use super::seat::{Asked, May, Seat, next};
use crate::error::{ApiError, ApiResult, Q};
use axum::Json;
use axum::extract::Path;
use books::access::{Action, Target};
use books::ledger::{self, Entry, Order, account_parts, may_post};
use books::pack::Ledger;
use books::{Author, Doc, List, Op};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn book<'a>(seat: &'a Seat, (pack, name): &Name) -> ApiResult<&'a Ledger> {
    let id = format!("{pack}/{name}");
    seat.target(&format!("ledger:{id}"))?;
    seat.packs()
        .ledgers
        .get(&id)
        .ok_or_else(|| ApiError::not_found(format!("没有账本“{id}”"), format!("there is no ledger {id}")))
}

async fn may(seat: &Seat, l: &Ledger, action: Action, id: &str) -> ApiResult<May> {
    seat.may(action, &format!("ledger:{}", l.id), id).await
}

fn posts(seat: &Seat, l: &Ledger) -> Vec<String> {
    let roles = seat.who.role_names();
    let by_hand = l.templates.iter().filter(|t| may_post(t, &roles));
    by_hand.map(|t| t.id.clone()).collect()
}

/// `GET /ledger/{pack}/{name}`
pub async fn schema(seat: Seat, Path(name): Path<Name>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &name)?;
    let m = may(&seat, l, Action::Read, "").await?;
    let actions = seat.actions(&m.target);
    let mut shown = json!(l);
    shown["posts"] = match actions.contains(&"write") {
        true => json!(posts(&seat, l)),
        false => json!([]),
    };
    shown["may"] = json!(actions);
    shown["room"] = seat.room_title(&l.id);
    Ok(Json(shown))
}

/// Accounts that a decision holds; none: all of them. An account's record carries owner and division of its holder.
async fn mine(seat: &Seat, l: &Ledger, m: &May) -> ApiResult<Option<BTreeSet<String>>> {
    let scope = &m.decision.scope;
    if scope.all {
        return Ok(None);
    }
    let mut list = List::of(l.account_room(), scope.clone());
    list.limit = 0;
    let mut ids: BTreeSet<String> = seat.books()?.list(&list).await?.into_iter().map(|d| d.id).collect();
    if !scope.divisions.is_empty() {
        // Sources and sinks have no holder: whoever works for a division sees them.
        let all = List {
            limit: 0,
            filters: vec![books::Filter {
                field: "holder".into(),
                op: Op::Empty,
                value: String::new(),
                numeric: false,
            }],
            ..List::of(l.account_room(), books::Scope::all())
        };
        ids.extend(seat.books()?.list(&all).await?.into_iter().map(|d| d.id));
    }
    Ok(Some(ids))
}

/// Names of holders, by kind of account.
async fn holders(seat: &Seat, l: &Ledger, accounts: impl Iterator<Item = &str>) -> ApiResult<BTreeMap<String, String>> {
    let mut by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for account in accounts {
        let (kind, holder, _) = account_parts(account);
        if let (Some(a), false) = (l.account(kind), holder.is_empty()) {
            by.entry(a.holder.as_str()).or_default().insert(holder);
        }
    }
    let mut out = BTreeMap::new();
    for (to, ids) in by {
        match to {
            "division" => {
                let lists = seat.packs().codes.iter().filter(|(id, _)| id.ends_with("/divisions"));
                let named = lists
                    .flat_map(|(_, l)| &l.codes)
                    .filter(|c| ids.contains(c.code.as_str()));
                out.extend(named.map(|c| (c.code.clone(), c.zh.clone())));
            }
            "none" => {}
            register => out.extend(form::named(seat, &format!("register:{register}"), &ids).await?),
        }
    }
    Ok(out)
}

#[derive(Deserialize)]
pub struct On {
    day: Option<NaiveDate>,
}

/// `GET …/trial?day=`
pub async fn trial(seat: Seat, Path(name): Path<Name>, Q(q): Q<On>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &name)?;
    let m = may(&seat, l, Action::Read, "").await?;
    let day = q.day.unwrap_or(seat.today).to_string();
    let mut trial = ledger::trial(seat.books()?, seat.packs(), &l.id, &day, None).await?;
    let part = match mine(&seat, l, &m).await? {
        None => false,
        Some(ids) => {
            let before = trial.accounts.len();
            trial.accounts.retain(|a| ids.contains(&a.account));
            trial.accounts.len() < before
        }
    };
    let names = holders(&seat, l, trial.accounts.iter().map(|a| a.account.as_str())).await?;
    // Sums over accounts that the person does not see are not shown to them.
    let totals = if part { json!(null) } else { json!(trial.totals) };
    let checks = match part {
        true => Value::Null,
        false => json!(ledger::verify(seat.books()?, seat.packs(), &l.id).await?),
    };
    Ok(Json(
        json!({"day": trial.day, "accounts": trial.accounts, "totals": totals, "names": names, "part": part, "checks": checks}),
    ))
}

#[derive(Deserialize)]
pub struct Account {
    account: String,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

async fn account(seat: &Seat, l: &Ledger, m: &May, id: &str) -> ApiResult<()> {
    let doc = seat.books()?.get(&l.account_room(), id).await?;
    let doc = doc.ok_or_else(|| ApiError::not_found(format!("没有账户“{id}”"), format!("there is no account {id}")))?;
    let free = doc.text("holder").is_empty() && !m.decision.scope.divisions.is_empty();
    if free {
        Ok(())
    } else {
        seat.hold(Action::Read, m, &doc).await
    }
}

/// `GET …/statement?account=&from=&to=`
pub async fn statement(seat: Seat, Path(name): Path<Name>, Q(q): Q<Account>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &name)?;
    let m = may(&seat, l, Action::Read, &q.account).await?;
    account(&seat, l, &m, &q.account).await?;
    let to = q.to.unwrap_or(seat.today);
    let from = q
        .from
        .or_else(|| NaiveDate::from_ymd_opt(to.year(), 1, 1))
        .unwrap_or(to);
    let s = ledger::statement(
        seat.books()?,
        seat.packs(),
        &l.id,
        &q.account,
        &from.to_string(),
        &to.to_string(),
    )
    .await?;
    let names = holders(&seat, l, std::iter::once(q.account.as_str())).await?;
    Ok(Json(json!({"statement": s, "from": from, "to": to, "names": names})))
}

/// Whether a person may see an entry: one of its accounts is theirs.
fn touches(entry: &Entry, ids: Option<&BTreeSet<String>>) -> bool {
    ids.is_none_or(|ids| entry.lines.iter().any(|line| ids.contains(&line.account)))
}

/// `GET …/entries`: the latest first.
pub async fn entries(seat: Seat, Path(name): Path<Name>, Q(asked): Q<Asked>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &name)?;
    let m = may(&seat, l, Action::Read, "").await?;
    let ids = mine(&seat, l, &m).await?;
    let mut list = asked.fill(List::of(l.entry_room(), books::Scope::all()), &[], &m)?;
    list.descending = true;
    let docs = seat.books()?.list(&list).await?;
    let found: Vec<Entry> = docs
        .iter()
        .map(Entry::of)
        .filter(|e| touches(e, ids.as_ref()))
        .collect();
    let lines = found.iter().flat_map(|e| &e.lines).map(|line| line.account.as_str());
    let names = holders(&seat, l, lines).await?;
    Ok(Json(json!({"rows": found, "names": names, "next": next(&list, &docs)})))
}

/// `GET …/entries/{id}`
pub async fn entry(seat: Seat, Path((pack, name, id)): Path<(String, String, String)>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &(pack, name))?;
    let m = may(&seat, l, Action::Read, &id).await?;
    let e = ledger::entry(seat.books()?, seat.packs(), &l.id, &id).await?;
    if !touches(&e, mine(&seat, l, &m).await?.as_ref()) {
        seat.hold(Action::Read, &m, &Doc::new(&l.entry_room(), &id)).await?;
    }
    Ok(Json(json!(e)))
}

/// What is posted by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    template: String,
    params: BTreeMap<String, String>,
    #[serde(default)]
    papers: BTreeMap<String, String>,
    day: String,
    #[serde(default)]
    reason: String,
}

/// The holders that an order names must be in the person's scope.
async fn holds(seat: &Seat, l: &Ledger, m: &May, p: &Posting) -> ApiResult<()> {
    if m.decision.scope.all {
        return Ok(());
    }
    for line in l.template(&p.template).into_iter().flat_map(|t| &t.lines) {
        let holder = line
            .holder
            .as_ref()
            .and_then(|h| p.params.get(h))
            .map_or("", String::as_str);
        let kind = l.account(&line.account).map_or("none", |a| a.holder.as_str());
        let body = match kind {
            "none" => continue,
            "division" => json!({"_division": holder}),
            register => {
                let doc = seat.books()?.get(&format!("register:{register}"), holder).await?;
                // One that is in no register is refused by the ledger in its own words.
                let Some(doc) = doc else { continue };
                json!({"_division": doc.text("_division"), "_owner": holder})
            }
        };
        let mut doc = Doc::new(&l.account_room(), holder);
        doc.body = body;
        seat.hold(Action::Write, m, &doc).await?;
    }
    Ok(())
}

/// `POST …/entries`
pub async fn post(seat: Seat, Path(name): Path<Name>, Json(p): Json<Posting>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &name)?;
    let m = may(&seat, l, Action::Write, &p.template).await?;
    if !posts(&seat, l).contains(&p.template) {
        let title = l
            .template(&p.template)
            .map_or_else(|| p.template.clone(), |t| t.title.zh.clone());
        let words = ::figure::Text::new(
            format!("“{title}”不能由您的角色手工记账：它由办理流程自动记账，或由其他角色办理。"),
            format!("`{}` is not for your role to post by hand", p.template),
        );
        return Err(seat
            .app
            .refuse(&seat.who, Action::Write, &m.target, &p.template, words)
            .await?);
    }
    holds(&seat, l, &m, &p).await?;
    let order = Order {
        ledger: l.id.clone(),
        template: p.template,
        params: p.params,
        papers: p.papers,
        day: p.day,
    };
    let made = ledger::post(seat.books()?, seat.packs(), order, seat.author(&p.reason)).await?;
    Ok(Json(json!(made)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Back {
    day: String,
    reason: String,
}

/// `POST …/entries/{id}/reverse`
pub async fn reverse(
    seat: Seat,
    Path((pack, name, id)): Path<(String, String, String)>,
    Json(b): Json<Back>,
) -> ApiResult<Json<Value>> {
    let l = book(&seat, &(pack, name))?;
    let m = may(&seat, l, Action::Write, &id).await?;
    let e = ledger::entry(seat.books()?, seat.packs(), &l.id, &id).await?;
    for line in &e.lines {
        let doc = seat.books()?.get(&l.account_room(), &line.account).await?;
        if let Some(doc) = doc.filter(|d| !d.text("holder").is_empty()) {
            seat.hold(Action::Write, &m, &doc).await?;
        }
    }
    let made = ledger::reverse(seat.books()?, seat.packs(), &l.id, &id, &b.day, seat.author(&b.reason)).await?;
    Ok(Json(json!(made)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    to: String,
}

/// `POST …/close`: closes the books to a day. It binds everybody: only whoever may write all of the ledger may.
pub async fn close(seat: Seat, Path(name): Path<Name>, Json(u): Json<Until>) -> ApiResult<Json<Value>> {
    let l = book(&seat, &name)?;
    let m = may(&seat, l, Action::Write, "close").await?;
    let whole = m.decision.scope.all || m.decision.scope.divisions.iter().any(|d| d.len() == 2);
    if !whole {
        let words = ::figure::Text::new("结账须由省级办理。", "the books are closed at the province");
        return Err(seat
            .app
            .refuse(&seat.who, Action::Write, &m.target, "close", words)
            .await?);
    }
    let closed = ledger::close(
        seat.books()?,
        seat.packs(),
        &l.id,
        &u.to,
        Author::new(seat.who.actor(), "结账"),
    )
    .await?;
    Ok(Json(json!(closed)))
}

/// The ledger as a target, for the page.
pub fn target(l: &Ledger, seat: &Seat) -> Option<Target> {
    Target::room(seat.packs(), &format!("ledger:{}", l.id))
}
