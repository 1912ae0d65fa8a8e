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
    /// Template by which an expired balance leaves; its only parameters are this account's holder and the amount.
    #[serde(default)]
    pub on_expiry: Option<String>,
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
    /// Parameter with the last day of what is posted (a lease); after it `then` is posted with the same parameters.
    #[serde(default)]
    pub until: Option<String>,
    /// Template posted after the last day.
    #[serde(default)]
    pub then: Option<String>,
    /// Lines. Together they are zero.
    #[serde(rename = "line")]
    pub lines: Vec<Line>,
}

/// Something that must be true of the balances whenever they are looked at, for each unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Name in data.
    pub id: String,
    /// Title: 租入合计等于租出合计.
    pub title: Words,
    /// Kinds of accounts whose balances are added.
    pub sum: Vec<String>,
    /// Kinds of accounts that they must equal, over all holders.
    #[serde(default)]
    pub equal: Vec<String>,
    /// Or, holder by holder, the field of the holder's record: unit → field.
    #[serde(default)]
    pub fields: std::collections::BTreeMap<String, String>,
    /// Register of these holders.
    #[serde(default)]
    pub register: Option<String>,
}

/// How bids at the clearing price share what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tie {
    /// In proportion to what they asked for.
    Quantity,
    /// The earlier bid first.
    Time,
}

/// What a winner pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pays {
    /// All pay the clearing price.
    Uniform,
    /// Each pays its own bid.
    Bid,
}

/// The rule of an auction of a lot. Prices and steps are given with the lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auction {
    /// Name in data.
    pub id: String,
    /// Title.
    pub title: Words,
    /// Fewer bidders than this: no auction, the lot is sold by agreement or goes to the next one.
    pub bidders: usize,
    /// How the last ones share.
    pub tie: Tie,
    /// What winners pay.
    pub pays: Pays,
    /// Digits after the point of an amount.
    pub digits: u32,
    /// Document and clause.
    #[serde(default)]
    pub basis: Words,
    /// Certainty of the rule.
    pub certainty: figure::Certainty,
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
    /// What must be true of the balances.
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    /// Rules of its auctions.
    #[serde(default, rename = "auction")]
    pub auctions: Vec<Auction>,
}

impl Ledger {
    /// Room of its accounts.
    pub fn account_room(&self) -> String {
        format!("account:{}", self.id)
    }

    /// Room of its closed periods; record `last` has the last closed day.
    pub fn close_room(&self) -> String {
        format!("close:{}", self.id)
    }

    /// Room of what may be posted only once.
    pub fn once_room(&self) -> String {
        format!("once:{}", self.id)
    }

    /// A kind of account by its name.
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|a| a.id == id)
    }

    /// A template by its name.
    pub fn template(&self, id: &str) -> Option<&Template> {
        self.templates.iter().find(|t| t.id == id)
    }

    /// A unit by its name.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|u| u.id == id)
    }

    /// Room of its entries.
    pub fn entry_room(&self) -> String {
        format!("entry:{}", self.id)
    }
}
