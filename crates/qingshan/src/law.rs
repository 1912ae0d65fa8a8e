//! `qingshan law`: is the law sound, what holds under a key on a day, what changed between two days, where do words
//! stand, what is not recorded, and recording it.

use crate::{index, out, shipped};
use chrono::NaiveDate;
use clap::Subcommand;
use law::Provision;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum LawCommand {
    /// Gaps, overlaps, dangling references, numbers without unit, clause, source or certainty
    Check {
        #[command(flatten)]
        common: Common,
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
        #[command(flatten)]
        common: Common,
    },
    /// What changed between two days
    Diff {
        first: NaiveDate,
        second: NaiveDate,
        #[command(flatten)]
        common: Common,
    },
    /// Where words stand: numbers, keys, titles, notes, cells of tables
    Search {
        words: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// What exists but is not recorded, and why
    Missing {
        #[command(flatten)]
        common: Common,
    },
    /// Record a provision: judge a file and keep it in `law/` of the data folder, never over another
    Add {
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// The library as a page of Markdown (`make law-index`)
    Index,
}

#[derive(clap::Args)]
pub struct Common {
    /// Data folder whose recorded law counts too
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// Problems of the law; a key that is not there or not in force; a file that is refused.
pub fn run(command: LawCommand) -> Result<(), String> {
    let load = |common: &Common| shipped::law(common.data.as_deref());
    match command {
        LawCommand::Check { common } => {
            let (law, json) = (load(&common)?, common.json);
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
        LawCommand::Show { key: None, common, .. } => {
            let (law, json) = (load(&common)?, common.json);
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
            common,
        } => {
            let (law, json) = (load(&common)?, common.json);
            let p = law
                .at(&key, at.unwrap_or_else(crate::today), &division)
                .map_err(crate::fail)?;
            if json {
                return out(&serde_json::json!(p));
            }
            show(p);
            Ok(())
        }
        LawCommand::Search { words, common } => {
            let hits = load(&common)?.search(&words.join(" "), 200);
            if common.json {
                return out(&serde_json::json!(hits));
            }
            for h in &hits {
                let name = if h.key.is_empty() { &h.standard } else { &h.key };
                println!("{name}\t{}\t{} {}\t{}", h.title.zh, h.standard, h.clause, h.excerpt.zh);
            }
            Ok(())
        }
        LawCommand::Missing { common } => {
            let law = load(&common)?;
            if common.json {
                return out(&serde_json::json!(law.missing().collect::<Vec<_>>()));
            }
            for m in law.missing() {
                let columns = m.columns.join(",");
                println!(
                    "{}\t{} {}\t{}\t{}\t{columns}",
                    m.key, m.standard.number, m.clause, m.title.zh, m.why.zh
                );
            }
            Ok(())
        }
        LawCommand::Add { file, common } => add(&file, &common),
        LawCommand::Index => {
            print!("{}", index::page()?);
            Ok(())
        }
        LawCommand::Diff { first, second, common } => {
            let (law, json) = (load(&common)?, common.json);
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

fn add(file: &std::path::Path, common: &Common) -> Result<(), String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let data = common
        .data
        .as_deref()
        .ok_or("say with `--data DIR` in which data folder the file is to be kept")?;
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let added = shipped::library(Some(data))?
        .add(&name, &text)
        .map_err(|e| format!("{}: refused, nothing was written\n{e}", file.display()))?;
    if common.json {
        let missing = added.law.missing().count();
        return out(&serde_json::json!({"ok": true, "file": added.file, "path": added.path, "missing": missing}));
    }
    println!("{}", added.path.display());
    eprintln!("kept; a server that is running on this folder goes by it from its next request");
    Ok(())
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
