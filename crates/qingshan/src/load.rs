//! `qingshan load`: files into the stores, with a report of every row that was not taken.

use crate::{assets, fail, out, shipped, stores};
use clap::Args;
use evidence::Evidence;
use lake::Lake;
use lake::import::{Format, Formats, Progress, Report};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct LoadArgs {
    /// A format of packs/*/imports, or `air-hourly`, `air-daily`, `water-sections`: the format is then found by the
    /// file's header
    kind: String,
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[arg(long, default_value = "qingshan-data")]
    data: PathBuf,
    /// Write the refused rows here, to be corrected and loaded again
    #[arg(long, value_name = "FILE.csv")]
    quarantine: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

/// The formats that are shipped.
///
/// # Errors
/// Which file is wrong.
pub fn formats() -> Result<Formats, String> {
    let mut files = vec![];
    for path in assets::list("packs", ".toml") {
        if !path.contains("/imports/") {
            continue;
        }
        let text = assets::text(&path)?;
        files.push((path, text));
    }
    Formats::load(files).map_err(fail)
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read as a whole; rows that were refused are no error but are counted and shown.
pub fn run(a: LoadArgs) -> Result<(), String> {
    if let Some(register) = a.kind.strip_prefix("register:") {
        return crate::rooms::load_register(register, &a.files, &a.data, a.quarantine.as_deref(), a.json);
    }
    let law = Arc::new(shipped::law(Some(&a.data))?);
    let formats = formats()?;
    let s = stores::open(&a.data, law)?;
    crate::demo::tables(&s.lake)?;
    let mut reports = vec![];
    for path in &a.files {
        let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let name = path
            .file_name()
            .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let format = choose(&formats, &a.kind, &name, &bytes)?;
        reports.push(one(&s.lake, &s.evidence, &formats, format, &name, &bytes)?);
    }
    s.lake.compact().map_err(fail)?;
    if let Some(path) = &a.quarantine {
        let text: String = reports.iter().map(Report::quarantine_csv).collect();
        std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    if a.json {
        return out(&serde_json::json!(reports));
    }
    reports.iter().for_each(print);
    Ok(())
}

/// Kinds of files whose format is found by their header, with the averaging periods of their values.
const KINDS: [(&str, &[&str]); 3] = [
    ("air-hourly", &["1h"]),
    ("air-daily", &["1d", "24h"]),
    ("water-sections", &["rtd"]),
];

fn choose<'a>(formats: &'a Formats, kind: &str, name: &str, bytes: &[u8]) -> Result<&'a Format, String> {
    if let Some(f) = formats.get(kind) {
        return Ok(f);
    }
    let known = || formats.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ");
    // Averaging period of the values by the kind of file.
    let Some((_, of_kind)) = KINDS.iter().find(|(k, _)| *k == kind) else {
        let kinds = KINDS.map(|(k, _)| k).join(", ");
        return Err(format!(
            "no format is called `{kind}`; there are {}, and {kinds}",
            known()
        ));
    };
    let header = lake::import::header(name, bytes).map_err(fail)?;
    let columns: Vec<&str> = header.iter().map(String::as_str).collect();
    let fitting: Vec<&Format> = formats
        .fitting(&columns)
        .into_iter()
        .filter(|f| of_kind.contains(&f.time.period.as_str()) && f.origin == "real")
        .collect();
    // Of those that fit, the one that reads most of the columns: it is made for this header.
    let most = fitting.iter().map(|f| f.headers().count()).max();
    let best: Vec<&Format> = fitting
        .into_iter()
        .filter(|f| Some(f.headers().count()) == most)
        .collect();
    match best.as_slice() {
        [one] => Ok(one),
        [] => Err(format!(
            "{name}: the header `{}` fits no {kind} format; there are {}",
            header.join(","),
            known()
        )),
        many => {
            let names: Vec<&str> = many.iter().map(|f| f.name.as_str()).collect();
            Err(format!("{name}: several formats fit, name one: {}", names.join(", ")))
        }
    }
}

/// Loads one file with a progress line on a terminal.
///
/// # Errors
/// As [`lake::import::load`].
pub fn one(
    lake: &Lake,
    evidence: &Evidence,
    formats: &Formats,
    format: &Format,
    name: &str,
    bytes: &[u8],
) -> Result<Report, String> {
    let bar = std::io::stderr().is_terminal();
    let mut show = |p: Progress| {
        if bar {
            let percent = (p.bytes * 100).checked_div(p.of).unwrap_or(100);
            let filled = (percent / 5) as usize;
            eprint!(
                "\r  [{:<20}] {percent:>3} % {name} {} lines",
                "#".repeat(filled),
                p.lines
            );
            // A progress line that cannot be shown is no reason to stop.
            let _ = std::io::stderr().flush();
        }
    };
    let report = lake::import::load(lake, evidence, formats, format, (name, bytes), &mut show).map_err(fail)?;
    if bar {
        eprint!("\r\x1b[K");
    }
    Ok(report)
}

/// A report for people: what was taken, and the first refused rows with their reasons.
pub fn print(r: &Report) {
    let mark = if r.simulated { " (simulated)" } else { "" };
    println!(
        "{}{mark}: {} rows, {} values accepted, {} unchanged, {} empty, {} quarantined, {} sites with gaps",
        r.name,
        r.rows,
        r.accepted,
        r.unchanged,
        r.missing,
        r.quarantined.len(),
        r.gaps.len()
    );
    const SHOWN: usize = 5;
    for b in r.quarantined.iter().take(SHOWN) {
        println!(
            "  line {} {}: {} ({}); {}",
            b.line, b.column, b.reason, b.detail, b.remedy
        );
    }
    if r.quarantined.len() > SHOWN {
        println!(
            "  … and {} more; `--quarantine FILE.csv` writes them all",
            r.quarantined.len() - SHOWN
        );
    }
}
