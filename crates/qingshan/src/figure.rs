//! `qingshan figure`: any function of the standards, one call or a table of calls.

use crate::{fail, out, shipped};
use chrono::NaiveDate;
use clap::Args as ClapArgs;
use figure::Lang;
use serde_json::json;
use standards::{Args, Context, Function, functions, parse_cli_args, run_batch};
use std::path::PathBuf;

#[derive(ClapArgs)]
pub struct FigureArgs {
    /// `list`, or a function such as `air.aqi.daily`
    name: String,
    /// Arguments as `name=value`
    values: Vec<String>,
    /// The day whose law decides [default: today]
    #[arg(long)]
    date: Option<NaiveDate>,
    /// Division whose law decides, 6 digits [default: the nation]
    #[arg(long, default_value = "")]
    division: String,
    /// One row in, one row out: columns named after arguments, optionally `date` and `division`
    #[arg(long, value_name = "FILE.csv")]
    batch: Option<PathBuf>,
    /// Batch output as CSV (the only form there is; kept for scripts)
    #[arg(long)]
    csv: bool,
    #[arg(long)]
    json: bool,
    /// Data folder whose recorded law counts too
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the question, or which rule is not in force.
pub fn run(a: FigureArgs) -> Result<(), String> {
    let law = shipped::law(a.data.as_deref())?;
    let date = a.date.unwrap_or_else(crate::today);
    if a.name == "list" {
        return list(&law, a.json);
    }
    let function = standards::find(&a.name)
        .ok_or_else(|| format!("no function is called `{}`; see `qingshan figure list`", a.name))?;
    if let Some(path) = &a.batch {
        return batch(function, path, &law, date, &a.division);
    }
    let args: Args = parse_cli_args(&a.values).map_err(fail)?;
    let context = Context {
        law: &law,
        date,
        division: &a.division,
    };
    let got = function.call(&context, &args).map_err(fail)?;
    if a.json {
        let columns: serde_json::Map<String, serde_json::Value> =
            got.columns.iter().map(|(n, c)| (n.to_string(), json!(c))).collect();
        return out(&json!({"value": got.value, "columns": columns, "explanation": got.explanation, "date": date}));
    }
    println!("{}", got.value);
    for (name, cell) in &got.columns {
        println!("{name}\t{cell}");
    }
    println!("\n{}", got.explanation.tree(Lang::Zh));
    Ok(())
}

/// Every function: arguments with units, results, and for each key of law its clauses and the days it covers.
fn list(law: &law::Law, as_json: bool) -> Result<(), String> {
    if as_json {
        let all: Vec<serde_json::Value> = functions()
            .iter()
            .map(|f| {
                let keys: Vec<serde_json::Value> = f.keys.iter().map(|k| about(law, k)).collect();
                let mut out = json!(f);
                out["law"] = json!(keys);
                out
            })
            .collect();
        return out(&json!(all));
    }
    let mut room = "";
    for f in functions() {
        let here = law::domain_of(f.name);
        if here != room {
            room = here;
            let title = law::Domain::title(room);
            println!("# {} / {}", title.zh, title.en);
        }
        println!("{}  {} / {}", f.name, f.title.0, f.title.1);
        for a in f.args {
            let unit = if a.unit.is_empty() { "text" } else { a.unit };
            let optional = if a.required { "" } else { " (optional)" };
            println!("    {} [{unit}]{optional}  {} / {}", a.name, a.title.0, a.title.1);
        }
        let results: Vec<&str> = std::iter::once("value")
            .chain(f.results.iter().map(|c| c.name))
            .collect();
        println!("    → {}", results.join(", "));
        for key in f.keys {
            let covered: Vec<String> = law.covered(key).iter().map(|s| span(s.from, s.to)).collect();
            println!(
                "    {key}  {}",
                if covered.is_empty() {
                    "not recorded".to_string()
                } else {
                    covered.join(", ")
                }
            );
            for p in law.versions(key) {
                let place = if p.division.is_empty() {
                    String::new()
                } else {
                    format!(", division {}", p.division)
                };
                println!(
                    "        {} {}, {}{place}",
                    p.standard.number,
                    p.clause,
                    span(p.from, p.to)
                );
            }
            for m in law.missing().filter(|m| m.key == *key) {
                println!("        {} {}, not recorded: {}", m.standard.number, m.clause, m.why.zh);
            }
        }
    }
    Ok(())
}

fn span(from: NaiveDate, to: Option<NaiveDate>) -> String {
    format!("{from} – {}", to.map_or("…".to_string(), |d| d.to_string()))
}

fn about(law: &law::Law, key: &str) -> serde_json::Value {
    let clauses: Vec<serde_json::Value> = law
        .versions(key)
        .iter()
        .map(|p| {
            json!({"standard": p.standard.number, "clause": p.clause, "from": p.from, "to": p.to, "division": p.division,
                "certainty": p.certainty})
        })
        .collect();
    let missing: Vec<_> = law.missing().filter(|m| m.key == key).collect();
    json!({"key": key, "covered": law.covered(key), "clauses": clauses, "missing": missing})
}

fn batch(
    function: &Function,
    path: &std::path::Path,
    law: &law::Law,
    date: NaiveDate,
    division: &str,
) -> Result<(), String> {
    let input = std::fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let stdout = std::io::stdout().lock();
    let report = run_batch(function, std::io::BufReader::new(input), stdout, law, date, division)
        .map_err(|e| format!("{}: {e}", path.display()))?;
    eprintln!("{} rows, {} with an error", report.rows, report.errors);
    Ok(())
}
