//! Access at the doors: who is there (session cookie), what that person may (the one function of `books::access`), and
//! the pages' requests about accounts, roles and the log.

mod account;
mod guard;
mod own;
mod session;

pub use account::{
    account_factor_clear, account_reset, account_roles, account_state, account_unlock, accounts, audit, audit_csv,
    new_account, packs_check, policy, roles,
};
pub use guard::{Gate, Who, guard};
pub use own::{own_factor, own_factor_confirm, own_password};
pub use session::{link, session, sign_in, sign_out, use_link};

use books::access::Person;
use std::collections::HashMap;
use std::sync::Mutex;

/// An account of the demo, shown on the sign-in page in demo mode only.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DemoAccount {
    /// Account.
    pub id: String,
    /// Its password, made at this start.
    pub password: String,
    /// Name of the person.
    pub title: String,
    /// Titles of its roles, as `{zh, en}`.
    pub roles: Vec<figure::Text>,
}

/// How the house stands to those outside.
#[derive(Debug, Default)]
pub struct House {
    /// Pages are served on a loopback address only, and to no gateway in front.
    pub loopback: bool,
    /// Browsers come by https (through a gateway in front): the cookie says so.
    pub https: bool,
    /// Accounts of the demo; none: this is no demo.
    pub demo: Vec<DemoAccount>,
    /// Once there is an account, it stays closed.
    pub(crate) closed: std::sync::atomic::AtomicBool,
    /// Refusals of people who have not signed in, since the last line of the log about them.
    pub(crate) strangers: Mutex<HashMap<String, Strangers>>,
}

#[derive(Debug, Default)]
pub(crate) struct Strangers {
    pub last: i64,
    pub more: u64,
}

impl House {
    /// A house on this machine only, with no demo.
    pub fn here() -> Self {
        Self::new(true, false, vec![])
    }

    /// A house: on loopback only, reached by https, with accounts of the demo.
    pub fn new(loopback: bool, https: bool, demo: Vec<DemoAccount>) -> Self {
        Self {
            loopback,
            https,
            demo,
            ..Self::default()
        }
    }
}

impl Who {
    /// The person.
    pub fn person(&self) -> &Person {
        &self.person
    }
}
