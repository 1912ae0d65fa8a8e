//! `ledgers/NAME.toml`: units, kinds of accounts and the templates by which entries are made.
//! Accounts live in room `account:pack/name`, entries in `entry:pack/name`. Every entry balances to zero per unit.

use super::field::Words;
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Name in data: `cod`.
    pub id: String,
    /// Title: 化学需氧量.
    pub title: Words,
    /// Unit of measure: `t`.
    pub unit: String,
    /// Digits after the point.
    pub digits: u32,
}

/// A kind of account. An account is kind × holder × unit (× class of validity).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Name in data: `held`.
    pub id: String,
    /// Title: 企业-持有.
    pub title: Words,
    /// What the holder is: a register's id, `division`, or `none` for an account that exists once.
    pub holder: String,
    /// The balance may go below zero (a source or sink); else its floor is zero.
    #[serde(default)]
    pub below_zero: bool,
    /// Balances end on the day given with the amount (expiry): kept by class.
    #[serde(default)]
    pub expires: bool,
}

/// One line of a template: `amount` goes to (+) or from (−) an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Kind of account.
    pub account: String,
    /// Parameter that names the holder; none for an account that exists once.
    #[serde(default)]
    pub holder: Option<String>,
    /// `+` or `-`.
    pub sign: String,
    /// Parameter with the amount.
    pub amount: String,
}

/// A template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Name in data: `transfer`.
    pub id: String,
    /// Title: 转让成交.
    pub title: Words,
    /// Roles that may post it by hand; empty: only procedures.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Papers that must be named.
    #[serde(default)]
    pub papers: Vec<String>,
    /// Holds only once per this parameter (a reduction project).
    #[serde(default)]
    pub once: Option<String>,
    /// Lines. Together they are zero.
    #[serde(rename = "line")]
    pub lines: Vec<Line>,
}

/// A ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Its whole id `pack/name`; set by the loader.
    #[serde(skip_deserializing)]
    pub id: String,
    /// Name.
    pub title: Words,
    /// What it is for.
    #[serde(default)]
    pub note: Words,
    /// Units.
    #[serde(rename = "unit")]
    pub units: Vec<Unit>,
    /// Kinds of accounts.
    #[serde(rename = "account")]
    pub accounts: Vec<Account>,
    /// Templates.
    #[serde(rename = "template")]
    pub templates: Vec<Template>,
}

impl Ledger {
    /// Room of its accounts.
    pub fn account_room(&self) -> String {
        format!("account:{}", self.id)
    }

    /// Room of its entries.
    pub fn entry_room(&self) -> String {
        format!("entry:{}", self.id)
    }
}
