//! Functions of the standards over a table of many rows, as SQL: `standards rules LAW_DIR OUT.json`,
//! `standards ask LAW_DIR FILE.parquet QUERY.sql NAME ROUNDS`. The peer's side is in `bench/law`. All values are made up.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use datafusion::prelude::ParquetReadOptions;
use lake::{Lake, Options, View};
use serde_json::{Value, json};

type Any = Box<dyn std::error::Error>;
/// The day whose law both sides judge by.
const JUDGED: &str = "2026-06-01";

fn law(dir: &str) -> Result<law::Law, Any> {
    Ok(law::Law::load_dir(Path::new(dir)).map_err(|e| format!("{e:?}"))?)
}

/// The numbers of the law that the peer's program needs.
fn rules(dir: &str, out: &str) -> Result<(), Any> {
    let law = law(dir)?;
    let table = |key: &str| -> Result<Value, Any> {
        let p = law.at(key, JUDGED.parse()?, "")?;
        let row = |r: &Vec<String>| -> Value {
            p.table
                .columns
                .iter()
                .cloned()
                .zip(r.iter().cloned().map(Value::from))
                .collect()
        };
        Ok(p.table.rows.iter().map(row).collect())
    };
    let keys = [
        "air.iaqi.breakpoints",
        "air.iaqi.above",
        "air.aqi.decimals",
        "air.aqi.missing",
        "air.aqi.inputs",
        "water.limit",
        "emission.limit.power",
        "emission.oxygen.power",
        "emission.compare",
        "validity.gas.mean",
        "online.marks.data",
    ];
    let tables = keys
        .iter()
        .map(|k| Ok((k.to_string(), table(k)?)))
        .collect::<Result<serde_json::Map<_, _>, Any>>()?;
    std::fs::write(out, json!({"date": JUDGED, "law": tables}).to_string())?;
    Ok(())
}

/// CPU seconds of this process, user and system (from /proc, in hundredths).
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn ask(dir: &str, file: &str, query: &str, name: &str, rounds: usize) -> Result<(), Any> {
    let store = tempfile::TempDir::new()?;
    let lake = Lake::open(
        store.path(),
        Arc::new(law(dir)?),
        Options {
            memory_mb: 4096,
            ..Options::default()
        },
    )?;
    let sql = std::fs::read_to_string(query)?.replace("{date}", JUDGED);
    let ctx = lake.context(&View { as_known: None })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut best: Option<(f64, f64, String)> = None;
    for _ in 0..rounds {
        let (cpu, wall) = (cpu_s(), Instant::now());
        let batches = runtime.block_on(async {
            ctx.deregister_table("rows")?;
            ctx.register_parquet("rows", file, ParquetReadOptions::default())
                .await?;
            ctx.sql(&sql).await?.collect().await
        })?;
        let (cpu, wall) = (cpu_s() - cpu, wall.elapsed().as_secs_f64());
        let shown = datafusion::arrow::util::pretty::pretty_format_batches(&batches)?.to_string();
        // The data rows of the printed table: `| a | b |`.
        let lines: Vec<String> = shown
            .lines()
            .filter(|l| l.starts_with('|'))
            .skip(1)
            .map(|l| {
                l.trim_matches('|')
                    .split('|')
                    .map(str::trim)
                    .collect::<Vec<_>>()
                    .join("=")
            })
            .collect();
        if best.as_ref().is_none_or(|b| cpu < b.0) {
            best = Some((cpu, wall, lines.join(" ")));
        }
    }
    if let Some((cpu, wall, sum)) = best {
        println!("lake {name}: cpu {cpu:.2} s, wall {wall:.2} s | {sum}");
    }
    Ok(())
}

fn main() -> Result<(), Any> {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let a: Vec<&str> = a.iter().map(String::as_str).collect();
    match a.as_slice() {
        ["rules", dir, out] => rules(dir, out),
        ["ask", dir, file, query, name, rounds] => ask(dir, file, query, name, rounds.parse()?),
        _ => Err("standards rules LAW_DIR OUT.json | ask LAW_DIR FILE.parquet QUERY.sql NAME ROUNDS".into()),
    }
}
