//! `measure`, `explain`, `sql`, `check`: questions to the stores, answered by the same functions as the pages.

use crate::{fail, out, shipped, stores};
use ::figure::{Explanation, Lang};
use ::plan::explain::ExplainError;
use ::plan::stand::Asked;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use lake::View;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Subcommand)]
pub enum MeasureCommand {
    /// Every measure of the plan
    List {
        #[arg(long)]
        json: bool,
    },
    /// A measure's stand on a day
    Show {
        id: String,
        /// Data day [default: the plan's opening day]
        #[arg(long)]
        at: Option<NaiveDate>,
        /// Judge by the law of this day instead of each day's own
        #[arg(long, value_name = "DAY")]
        law_of: Option<NaiveDate>,
        /// As it was known at the end of this day: what was recorded later is left out
        #[arg(long, value_name = "DAY")]
        as_known: Option<NaiveDate>,
        /// A city instead of the whole group
        #[arg(long)]
        division: Option<String>,
        #[arg(long, default_value = "demo-data")]
        data: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub struct ExplainArgs {
    /// Such as `city-day:340100/2024-03-11/pm2_5` or `measure:0.1?date=2024-05-13`
    reference: String,
    /// Levels opened
    #[arg(long, default_value_t = 1)]
    depth: u32,
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Shape {
    Csv,
    Json,
    Table,
}

#[derive(Args)]
pub struct SqlArgs {
    /// One SELECT
    sql: String,
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
    #[arg(long)]
    json: bool,
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
}

#[derive(Args)]
pub struct CheckArgs {
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Where the books are, as in the configuration [default: `books.db` in the data folder]
    #[arg(long, value_name = "URL")]
    books: Option<String>,
    #[arg(long)]
    json: bool,
}

/// Everything the server knows, to ask it without one.
///
/// # Errors
/// A folder that holds no stores.
pub fn app(data: &std::path::Path) -> Result<Arc<server::App>, String> {
    let law = Arc::new(shipped::law(Some(data))?);
    let s = stores::look(data, law.clone())?;
    Ok(Arc::new(stores::app(
        s,
        law,
        None,
        None,
        server::access::House::here(),
    )?))
}

/// `qingshan measure`
///
/// # Errors
/// An unknown measure or city, a store that cannot be opened.
pub fn measure(command: MeasureCommand) -> Result<(), String> {
    match command {
        MeasureCommand::List { json: as_json } => {
            let plan = shipped::plan(shipped::PLAN)?;
            if as_json {
                return out(&json!(plan.measures));
            }
            for m in &plan.measures {
                let live = if m.figure.is_some() { "live" } else { "no data yet" };
                println!("{}\t{}\t{}\t{live}", m.id, m.zh, m.en);
            }
            Ok(())
        }
        MeasureCommand::Show {
            id,
            at,
            law_of,
            as_known,
            division,
            data,
            json: as_json,
        } => {
            let app = app(&data)?;
            let asked = Asked {
                date: at.unwrap_or(app.plan.head.open_at),
                law_of,
            };
            let s = app
                .stand_as_known(&id, asked, division.as_deref(), as_known)
                .map_err(fail)?;
            if as_json {
                return out(&serde_json::to_value(&*s).map_err(fail)?);
            }
            let mark = if s.simulated { " 模拟" } else { "" };
            let value = s.value.map_or("—".to_string(), |v| v.to_string());
            println!("{} {}: {value} {}{mark}", s.measure, s.title.zh, s.unit);
            println!("{:?}: {}", s.light, s.reason.zh);
            if let Some(t) = &s.target {
                println!("target {}{}", t.op.sign(), t.value);
            }
            if let Some(r) = &s.remaining {
                println!("{}", r.text.zh);
            }
            if let Some(p) = &s.projection {
                println!("projection {} ({} – {}), {}", p.value, p.lo, p.hi, p.text_zh);
            }
            for c in &s.cities {
                let value = c.value.map_or("—".to_string(), |v| v.to_string());
                let rank = c.rank.map_or("—".to_string(), |r| r.to_string());
                println!("{rank}\t{}\t{value}\t{} days", c.code, c.days);
            }
            println!("{}", s.reference);
            Ok(())
        }
    }
}

/// `qingshan explain`
///
/// # Errors
/// A text that is no REF, or one that points at nothing.
pub fn explain(a: ExplainArgs) -> Result<(), String> {
    let app = app(&a.data)?;
    let tree = open_up(&app, &a.reference, a.depth).map_err(fail)?;
    if a.json {
        return out(&serde_json::to_value(&tree).map_err(fail)?);
    }
    println!("{}", tree.tree(Lang::Zh));
    Ok(())
}

fn open_up(app: &server::App, reference: &str, depth: u32) -> Result<Explanation, ExplainError> {
    let mut node = app.explain_now(reference)?;
    if depth > 1 {
        for input in &mut node.inputs {
            if let Some(below) = input.reference.clone() {
                *input = open_up(app, &below, depth - 1)?;
            }
        }
    }
    Ok(node)
}

/// `qingshan sql`
///
/// # Errors
/// SQL that cannot be planned or would change something.
pub fn sql(a: SqlArgs) -> Result<(), String> {
    let law = Arc::new(shipped::law(Some(&a.data))?);
    let s = stores::look(&a.data, law.clone())?;
    crate::rooms::offer_registers(&s.lake, &law, &a.data, &a.sql)?;
    let answer = s.lake.answer(&a.sql, &View::default()).map_err(fail)?;
    let text = |v: &Value| match v {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        v => v.to_string(),
    };
    match (a.format, a.json) {
        (Shape::Json, _) | (_, true) => {
            let rows: Vec<serde_json::Map<String, Value>> = answer
                .rows
                .iter()
                .map(|r| answer.columns.iter().cloned().zip(r.iter().cloned()).collect())
                .collect();
            out(&json!(rows))
        }
        (Shape::Csv, _) => {
            let mut w = csv::Writer::from_writer(std::io::stdout().lock());
            w.write_record(&answer.columns).map_err(fail)?;
            for row in &answer.rows {
                w.write_record(row.iter().map(text)).map_err(fail)?;
            }
            w.flush().map_err(fail)
        }
        (Shape::Table, _) => {
            println!("{}", answer.columns.join("\t"));
            for row in &answer.rows {
                println!("{}", row.iter().map(text).collect::<Vec<_>>().join("\t"));
            }
            eprintln!("{} rows", answer.rows.len());
            Ok(())
        }
    }
}

/// Proves the books, if there are any: a look must not make them.
fn verify_books(a: &CheckArgs) -> Result<Option<books::Report>, String> {
    if a.books.is_none() && !a.data.join("books.db").exists() {
        return Ok(None);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(fail)?;
    runtime.block_on(async {
        let books = stores::books(&a.data, a.books.as_deref(), books::Hash::default()).await?;
        let mut report = books.verify().await.map_err(fail)?;
        let (_, faults) = crate::rooms::check_ledgers(&books, &a.data).await?;
        report.faults.extend(faults);
        Ok(Some(report))
    })
}

/// `qingshan check`: chains, files, tables, law, plan; an error unless all hold.
///
/// # Errors
/// What does not hold.
pub fn check(a: CheckArgs) -> Result<(), String> {
    let law = Arc::new(shipped::law(Some(&a.data))?);
    let law_problems = law.check();
    let plan = shipped::plan(shipped::PLAN)?;
    let s = stores::look(&a.data, law.clone())?;
    let evidence = s.evidence.verify().map_err(fail)?;
    let lake = s.lake.check().map_err(fail)?;
    let books = verify_books(&a)?;
    let ok = law_problems.is_empty()
        && evidence.ok()
        && lake.problems.is_empty()
        && books.as_ref().is_none_or(|b| b.faults.is_empty());
    if a.json {
        out(
            &json!({"ok": ok, "evidence": evidence, "lake": lake, "law": law_problems, "books": books,
            "plan": {"measures": plan.measures.len(), "sentences": plan.document.sentences.len()}}),
        )?;
    } else {
        println!(
            "law: {} standards, {} problems",
            law.standards().len(),
            law_problems.len()
        );
        println!(
            "plan: {} sentences, {} measures",
            plan.document.sentences.len(),
            plan.measures.len()
        );
        println!(
            "evidence: {} records in {} segments, {} files, head {}",
            evidence.records, evidence.segments, evidence.files, evidence.head
        );
        if let Some(f) = &evidence.fault {
            println!("evidence: {f}");
        }
        println!(
            "lake: version {}, {} rows in {} files",
            lake.version, lake.rows, lake.files
        );
        match &books {
            Some(b) => println!("books: {} events, {} records rebuilt", b.events, b.docs),
            None => println!("books: none yet"),
        }
        books
            .iter()
            .flat_map(|b| &b.faults)
            .for_each(|f| println!("books: {f}"));
        law_problems.iter().for_each(|p| println!("law: {p}"));
        lake.problems.iter().for_each(|p| println!("lake: {p}"));
        println!("{}", if ok { "all hold" } else { "NOT all hold" });
    }
    if ok {
        Ok(())
    } else {
        Err("not all invariants hold".to_string())
    }
}
