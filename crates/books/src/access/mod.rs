//! Access: who a person is, and what that person may do.
//! Keeps: one function decides ([`decide`]) from one file ([`Policy`]); every sign-in, every refusal and every reading
//! of personal data is in the log; a password, a session and a link are stored as hashes only.

mod account;
mod decide;
mod demo;
mod link;
mod log;
mod password;
mod policy;
mod second_factor;
mod secret;
mod session;
mod sign_in;

pub use account::{
    Account, NewAccount, ROOM, add, change_password, clear_second_factor, find, person, reset_password, set_active,
    set_roles, unlock,
};
pub use decide::{Decision, MASK, Must, Person, Target, decide, level, prefix};
pub use demo::{demo_accounts, stop_demo_accounts};
pub use link::{Link, link_role, open_links, use_link};
pub use log::{AuditLine, AuditList, audit, log_reading, log_refusal};
pub use policy::{Action, FILE, Grant, Level, Matter, Policy, Reach, Role, RoleKind};
pub use second_factor::{confirm as confirm_second_factor, start as start_second_factor};
pub use session::{Session, end_all as end_sessions, session, sign_out};
pub use sign_in::{SignedIn, sign_in};
