//! `qingshan plan what-if`: the same data under two laws, or under a draft.

use crate::{ask, fail, out};
use clap::Args;
use plan::days::{first_of, last_of};
use plan::what_if::{DataSet, Question, WhatIf};
use std::path::PathBuf;

#[derive(Args)]
pub struct WhatIfArgs {
    /// The day whose law is tried [default with a draft: its first day]
    #[arg(long, value_name = "DATE")]
    law_of: Option<chrono::NaiveDate>,
    /// A file of law that is not in force, laid over it
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
    /// Compared with the law of this day [default: each day's own]
    #[arg(long, value_name = "DATE")]
    base: Option<chrono::NaiveDate>,
    /// A calendar year
    #[arg(long, conflicts_with_all = ["from", "to"])]
    year: Option<i32>,
    #[arg(long, requires = "to")]
    from: Option<chrono::NaiveDate>,
    #[arg(long, requires = "from")]
    to: Option<chrono::NaiveDate>,
    /// What is judged: air.city-days, water.section-readings, emission.outlet-hours
    #[arg(long, value_name = "DATA", default_value = "air.city-days")]
    set: String,
    /// Codes of cities or provinces, sections, outlets [default: those of the plan's province]
    #[arg(long, value_delimiter = ',')]
    cities: Vec<String>,
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// A draft that is no law, a range that ends before it begins, a rule that is not in force.
pub fn run(a: WhatIfArgs) -> Result<(), String> {
    let set = DataSet::by_id(&a.set).ok_or_else(|| {
        let known = DataSet::ALL.map(DataSet::id).join(", ");
        format!("--set {}: there is no such data set; there are {known}", a.set)
    })?;
    let app = ask::app(&a.data)?;
    let law = app.law();
    let drafted = match &a.draft {
        None => None,
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|e| format!("{name}: {e}"))?;
            let lines = |all: Vec<law::LawError>| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            Some(law.with_draft(&name, &text).map_err(lines)?)
        }
    };
    let other = a
        .law_of
        .or(drafted.as_ref().map(|d| d.from))
        .ok_or("say with `--law-of DATE` or `--draft FILE` which law is tried")?;
    let (from, to) = match (a.year, a.from, a.to) {
        (Some(y), ..) => (first_of(y), last_of(y)),
        (None, Some(from), Some(to)) => (from, to),
        _ => return Err("say with `--year 2024`, or `--from` and `--to`, which days are judged".to_string()),
    };
    let question = Question {
        from,
        to,
        base: a.base,
        other,
        cities: a.cities,
    };
    let under = drafted.as_ref().map(|d| &d.law);
    let w = app.what_if(set, &question, under).map_err(fail)?;
    if a.json {
        return out(&serde_json::json!(w));
    }
    print(&w);
    Ok(())
}

fn print(w: &WhatIf) {
    let base = w
        .base
        .map_or("the law of each day".to_string(), |d| format!("the law of {d}"));
    let mark = if w.simulated { " 模拟" } else { "" };
    println!("{} – {}: {base} → the law of {}{mark}", w.from, w.to, w.other);
    let words = &w.words;
    let whole = if words.whole.en.is_empty() {
        "year"
    } else {
        &words.whole.en
    };
    println!(
        "{}\t{}\tchanged\tworse\tbetter\t{} before\tafter\t{whole} before\tafter",
        words.unit.en, words.items.en, words.good.en
    );
    let ratio = |r: Option<figure::Decimal>| r.map_or(String::new(), |r| format!(" ({r} %)"));
    let level = |n: u8| match usize::from(n).checked_sub(1).and_then(|i| w.levels.get(i)) {
        Some(l) => l.category_zh.clone(),
        None => "—".to_string(),
    };
    for u in w.units.iter().chain([&w.total]).filter(|u| u.days > 0) {
        let name = w.names.get(&u.unit).map_or(u.unit.as_str(), |n| n.zh.as_str());
        let annual = |a: Option<&plan::what_if::Annual>| a.and_then(|a| a.complies.clone()).unwrap_or_default();
        let verdict = match (&u.whole, &u.annual) {
            (Some((b, a)), _) => (level(b.grade.level), level(a.grade.level)),
            (None, Some((b, a))) => (annual(Some(b)), annual(Some(a))),
            _ => Default::default(),
        };
        println!(
            "{}\t{}\t{}\t{}\t{}\t{}{}\t{}{}\t{}\t{}",
            if name.is_empty() { "all" } else { name },
            u.days,
            u.changed,
            u.worse,
            u.better,
            u.before.good,
            ratio(u.before.ratio),
            u.after.good,
            ratio(u.after.ratio),
            verdict.0,
            verdict.1,
        );
    }
    for r in &w.rules {
        println!("{}\t{} → {}", r.key, r.before, r.after);
    }
    for n in &w.notes {
        println!("{}", n.en);
    }
}
