//! `qingshan user`: accounts from the console of the server's machine, for the first of them and for emergencies.

use crate::{fail, out, shipped, stores};
use books::access::{self, Account, NewAccount, Policy};
use books::{Author, Books, Hash, List, Scope};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum UserCommand {
    /// A new account; prints its password, which must be changed with the first sign-in
    Add {
        /// Small letters, digits, dots, dashes
        id: String,
        /// Name of the person
        #[arg(long)]
        title: String,
        /// A role of packs/access/policy.toml; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// Division code, 6 digits or more; may be given several times
        #[arg(long = "division", value_name = "CODE")]
        divisions: Vec<String>,
        /// Credit code of an enterprise it acts for; may be given several times
        #[arg(long = "owner", value_name = "CODE")]
        owners: Vec<String>,
        #[command(flatten)]
        at: At,
    },
    /// A new password for an account, and no lock
    Reset {
        id: String,
        #[command(flatten)]
        at: At,
    },
    /// Takes an account's second factor away (a lost telephone); the person sets up another one
    ClearFactor {
        id: String,
        #[command(flatten)]
        at: At,
    },
    /// All accounts
    List {
        #[command(flatten)]
        at: At,
    },
}

/// Where the books are.
#[derive(Args)]
pub struct At {
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// As in the configuration [default: `books.db` in the data folder]
    #[arg(long, value_name = "URL")]
    books: Option<String>,
    /// Hash of the chain, if the books are made now
    #[arg(long, value_name = "sha256|sm3", default_value = "sha256")]
    hash: String,
    #[arg(long)]
    json: bool,
}

/// The policy that is shipped or recorded in a data folder.
fn policy(at: &At) -> Result<Policy, String> {
    let texts = (shipped::packs(&at.data).read)();
    let text = texts.get(access::FILE).map_or("", String::as_str);
    Policy::parse(text).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

async fn open(at: &At) -> Result<Books, String> {
    let hash = Hash::named(&at.hash).ok_or_else(|| format!("--hash {}: sha256 or sm3", at.hash))?;
    std::fs::create_dir_all(&at.data).map_err(|e| format!("{}: {e}", at.data.display()))?;
    stores::books(&at.data, at.books.as_deref(), hash).await
}

fn told(at: &At, id: &str, password: Option<&str>) -> Result<(), String> {
    if at.json {
        return out(&json!({"id": id, "password": password}));
    }
    println!("{id}\t{}", password.unwrap_or(""));
    Ok(())
}

/// Runs the command.
///
/// # Errors
/// What the books refuse, in their words.
pub fn run(command: UserCommand) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(fail)?;
    let refused = |e: books::Error| {
        let words = e.words();
        format!("{} {}", words.zh, words.en)
    };
    runtime.block_on(async {
        match command {
            UserCommand::Add {
                id,
                title,
                roles,
                divisions,
                owners,
                at,
            } => {
                let (books, policy) = (open(&at).await?, policy(&at)?);
                let new = NewAccount {
                    id: id.clone(),
                    title,
                    roles: roles.into_iter().collect(),
                    divisions,
                    owners,
                    ..NewAccount::default()
                };
                let password = access::add(&books, &policy, new, console()).await.map_err(refused)?;
                told(&at, &id, password.as_deref())
            }
            UserCommand::Reset { id, at } => {
                let (books, policy) = (open(&at).await?, policy(&at)?);
                let password = access::reset_password(&books, &policy, &id, console()).await;
                told(&at, &id, Some(&password.map_err(refused)?))
            }
            UserCommand::ClearFactor { id, at } => {
                let books = open(&at).await?;
                access::clear_second_factor(&books, &id, console())
                    .await
                    .map_err(refused)
            }
            UserCommand::List { at } => {
                let all = List {
                    limit: 0,
                    ..List::of(access::ROOM, Scope::all())
                };
                let docs = open(&at).await?.list(&all).await.map_err(fail)?;
                let accounts: Vec<Account> = docs.iter().map(Account::of).collect();
                if at.json {
                    return out(&json!(accounts));
                }
                for a in accounts {
                    let roles: Vec<&str> = a.roles.iter().map(String::as_str).collect();
                    let state = if a.active { "" } else { "stopped" };
                    println!(
                        "{}\t{}\t{}\t{}\t{state}",
                        a.id,
                        a.title,
                        roles.join(","),
                        a.divisions.join(",")
                    );
                }
                Ok(())
            }
        }
    })
}

fn console() -> Author {
    Author::new("system:console", "")
}
