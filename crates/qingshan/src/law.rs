//! `qingshan law`: is the law sound, what holds under a key on a day, what changed between two days.

use crate::{out, shipped};
use chrono::NaiveDate;
use clap::Subcommand;
use law::Provision;

#[derive(Subcommand)]
pub enum LawCommand {
    /// Gaps, overlaps, dangling references, numbers without unit, clause, source or certainty
    Check {
        #[arg(long)]
        json: bool,
    },
    /// What holds under a key
    Show {
        /// Such as `air.limit`; without it every key
        key: Option<String>,
        /// The day [default: today]
        #[arg(long)]
        at: Option<NaiveDate>,
        #[arg(long, default_value = "")]
        division: String,
        #[arg(long)]
        json: bool,
    },
    /// What changed between two days
    Diff {
        first: NaiveDate,
        second: NaiveDate,
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// Problems of the law; a key that is not there or not in force.
pub fn run(command: LawCommand) -> Result<(), String> {
    let law = shipped::law()?;
    match command {
        LawCommand::Check { json } => {
            let problems = law.check();
            if json {
                out(
                    &serde_json::json!({"ok": problems.is_empty(), "standards": law.standards().len(),
                    "keys": law.keys().count(), "problems": problems, "fingerprint": law.fingerprint()}),
                )?;
            } else {
                problems.iter().for_each(|p| println!("{p}"));
                let (s, k) = (law.standards().len(), law.keys().count());
                println!("{s} standards, {k} keys, {} problems", problems.len());
            }
            if problems.is_empty() {
                Ok(())
            } else {
                Err(format!("the law has {} problems", problems.len()))
            }
        }
        LawCommand::Show { key: None, json, .. } => {
            let keys: Vec<&str> = law.keys().collect();
            if json {
                return out(&serde_json::json!(keys));
            }
            keys.iter().for_each(|k| println!("{k}"));
            Ok(())
        }
        LawCommand::Show {
            key: Some(key),
            at,
            division,
            json,
        } => {
            let p = law
                .at(&key, at.unwrap_or_else(crate::today), &division)
                .map_err(crate::fail)?;
            if json {
                return out(&serde_json::json!(p));
            }
            show(p);
            Ok(())
        }
        LawCommand::Diff { first, second, json } => {
            let changes = law.diff(first, second);
            if json {
                return out(&serde_json::json!(changes));
            }
            for c in &changes {
                let name = |p: &Option<std::sync::Arc<Provision>>| {
                    p.as_ref()
                        .map_or("—".to_string(), |p| format!("{} {}", p.standard.number, p.clause))
                };
                println!("{} {}  {} → {}", c.key, c.division, name(&c.before), name(&c.after));
                for cell in &c.cells {
                    let text = |v: &Option<String>| v.clone().unwrap_or_else(|| "—".to_string());
                    println!(
                        "    {} {}: {} → {}",
                        cell.row,
                        cell.column,
                        text(&cell.before),
                        text(&cell.after)
                    );
                }
            }
            Ok(())
        }
    }
}

fn show(p: &Provision) {
    let to = p.to.map_or("…".to_string(), |d| d.to_string());
    println!("{}  {} / {}", p.key, p.title.zh, p.title.en);
    println!(
        "{} {}, {} – {to}, {:?}, {}",
        p.standard.number, p.clause, p.from, p.certainty, p.source
    );
    if !p.note.zh.is_empty() {
        println!("{}", p.note.zh);
    }
    println!("{}", p.table.columns.join("\t"));
    for row in &p.table.rows {
        println!("{}", row.join("\t"));
    }
    if !p.units.is_empty() {
        let units: Vec<String> = p.units.iter().map(|(c, u)| format!("{c}: {u}")).collect();
        println!("units: {}", units.join(", "));
    }
}
