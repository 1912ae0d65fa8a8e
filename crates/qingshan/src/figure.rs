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
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the question, or which rule is not in force.
pub fn run(a: FigureArgs) -> Result<(), String> {
    let law = shipped::law()?;
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

fn list(law: &law::Law, as_json: bool) -> Result<(), String> {
    if as_json {
        return out(&json!(functions()));
    }
    for f in functions() {
        println!("{}  {} / {}", f.name, f.title.0, f.title.1);
        for a in f.args {
            let optional = if a.required { "" } else { " (optional)" };
            println!("    {} [{}]{optional}  {}", a.name, a.unit, a.title.0);
        }
        for key in f.keys {
            for p in law.versions(key) {
                let to = p.to.map_or("…".to_string(), |d| d.to_string());
                println!("    {key}: {} {}, {} – {to}", p.standard.number, p.clause, p.from);
            }
        }
    }
    Ok(())
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
