//! Rooms on the command line: checking packs, loading registers, evidence packs, the tables that SQL sees, the demo's content.

use crate::{fail, out, shipped, stores, today};
use books::access::Policy;
use books::evidence_pack::{Enclosure, Enclosures, export, verify, wanted};
use books::pack::{Fault, Kind, Packs, Register, load_texts};
use books::procedure::Case;
use books::register::{Desk, ImportReport, Mode, ensure_indexes, rows_of};
use books::{Author, Books, Hash, Scope};
use clap::{Args, Subcommand};
use evidence::{Evidence, FileNote};
use lake::Lake;
use law::Law;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Subcommand)]
pub enum PacksCommand {
    /// Names file and line of every mistake in the files of packs
    Check {
        /// Packs of this data folder lie on top of the shipped ones
        #[arg(long, default_value = "demo-data")]
        data: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub enum PackCommand {
    /// Evidence pack of a case
    Export {
        /// Number of the case
        case: String,
        #[arg(short, long, value_name = "FILE.zip")]
        output: PathBuf,
        /// What it is taken for; kept in the log
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        at: At,
    },
    /// Compares every file and event of a pack with its hash; needs no server and no data
    Verify {
        file: PathBuf,
        #[arg(long)]
        json: bool,
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
}

fn said(e: &books::Error) -> String {
    let words = e.words();
    format!("{} {}", words.zh, words.en)
}

/// Packs of a data folder and what is wrong with their files.
fn packs(data: &Path) -> (Arc<Packs>, Vec<Fault>) {
    let (packs, faults) = load_texts(&(shipped::packs(data).read)());
    (Arc::new(packs), faults)
}

/// `qingshan packs check`
///
/// # Errors
/// That there are mistakes; they are printed with file and line.
pub fn check_packs(PacksCommand::Check { data, json }: PacksCommand) -> Result<(), String> {
    let texts = (shipped::packs(&data).read)();
    let (packs, mut faults) = load_texts(&texts);
    // Files that cannot be read at all are not among the texts.
    faults.extend(books::pack::texts(&data.join("packs")).1);
    let policy = texts.get(books::access::FILE).map_or("", String::as_str);
    match Policy::parse(policy) {
        Ok(policy) => {
            for role in policy.unknown_roles(&packs) {
                faults.push(Fault {
                    file: books::access::FILE.to_string(),
                    line: 1,
                    words: ::figure::Text::new(
                        format!("流程中的角色无人可任：{role}"),
                        format!("nobody can have the role {role}"),
                    ),
                });
            }
        }
        Err(wrong) => faults.extend(wrong),
    }
    if json {
        out(&json!({"ok": faults.is_empty(), "packs": packs.about.len(), "faults": faults}))?;
    } else {
        faults.iter().for_each(|f| println!("packs/{f}"));
        println!(
            "{} packs: {} registers, {} procedures, {} score cards, {} ledgers, {} pages; {} mistakes",
            packs.about.len(),
            packs.registers.len(),
            packs.procedures.len(),
            packs.scores.len(),
            packs.ledgers.len(),
            packs.pages.len(),
            faults.len()
        );
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(format!("{} mistakes in packs", faults.len()))
    }
}

/// `qingshan load register:<pack/name> FILE…`: whole files, or nothing of a file with a mistake.
///
/// # Errors
/// A file with mistakes, after they were printed.
pub fn load_register(
    name: &str,
    files: &[PathBuf],
    data: &Path,
    mended: Option<&Path>,
    json: bool,
) -> Result<(), String> {
    let law = Arc::new(shipped::law(Some(data))?);
    let (packs, _) = packs(data);
    std::fs::create_dir_all(data).map_err(|e| format!("{}: {e}", data.display()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(fail)?;
    let reports = runtime.block_on(async {
        let books = stores::books(data, None, Hash::default()).await?;
        let desk = Desk::open(&books, &packs, &law, today(), name).map_err(|e| said(&e))?;
        ensure_indexes(&books, &packs).await.map_err(|e| said(&e))?;
        let mut reports: Vec<(String, ImportReport)> = vec![];
        for path in files {
            let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
            let rows = rows_of(&bytes).map_err(|e| format!("{}: {}", path.display(), said(&e)))?;
            let author = Author::new("system:console", format!("load {}", path.display()));
            let report = desk
                .import_rows(rows.clone(), Hash::Sha256.hex(&bytes), Mode::Whole, false, author)
                .await
                .map_err(|e| format!("{}: {}", path.display(), said(&e)))?;
            if let (Some(to), true) = (mended, report.refused > 0) {
                let workbook = desk.problems(&rows, &report).map_err(|e| said(&e))?;
                std::fs::write(to, workbook).map_err(|e| format!("{}: {e}", to.display()))?;
            }
            reports.push((path.display().to_string(), report));
        }
        Ok::<_, String>(reports)
    })?;
    let refused: usize = reports.iter().map(|(_, r)| r.refused).sum();
    if json {
        let shown: Vec<Value> = reports.iter().map(|(f, r)| json!({"file": f, "report": r})).collect();
        out(&json!(shown))?;
    } else {
        for (file, r) in &reports {
            println!(
                "{file}: {} rows, {} added, {} changed, {} the same, {} refused{}",
                r.rows,
                r.added,
                r.changed,
                r.same,
                r.refused,
                if r.kept {
                    format!(", batch {}", r.batch)
                } else {
                    String::new()
                }
            );
            const SHOWN: usize = 20;
            for f in r.faults.iter().take(SHOWN) {
                println!(
                    "  row {} {} `{}`: {} {}",
                    f.row, f.column, f.cell, f.words.zh, f.words.en
                );
            }
            if r.faults.len() > SHOWN {
                println!(
                    "  … and {} more; `--quarantine FILE.xlsx` writes the rows back",
                    r.faults.len() - SHOWN
                );
            }
        }
    }
    if refused == 0 {
        Ok(())
    } else {
        Err(format!("{refused} rows have mistakes: nothing of those files was kept"))
    }
}

/// `qingshan pack …`
///
/// # Errors
/// A case that is not there; a pack that does not hold.
pub fn pack(command: PackCommand) -> Result<(), String> {
    match command {
        PackCommand::Verify { file, json } => {
            let bytes = std::fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            let report = verify(&bytes);
            if json {
                out(&json!(report))?;
            } else {
                println!("{} {} {}", report.room, report.case, report.name);
                println!("{} files, {} events, seal {}", report.files, report.events, report.seal);
                report
                    .faults
                    .iter()
                    .for_each(|f| println!("{}: {} {}", f.path, f.words.zh, f.words.en));
                report.notes.iter().for_each(|n| println!("{} {}", n.zh, n.en));
                println!("{}", if report.good { "all hold" } else { "NOT all hold" });
            }
            if report.good {
                Ok(())
            } else {
                Err(format!("{}: not as it was made", file.display()))
            }
        }
        PackCommand::Export {
            case,
            output,
            reason,
            at,
        } => {
            let law = Arc::new(shipped::law(Some(&at.data))?);
            let (packs, _) = packs(&at.data);
            let (evidence, _) = Evidence::open_read(&at.data.join("evidence")).map_err(fail)?;
            let runtime = tokio::runtime::Runtime::new().map_err(fail)?;
            let bytes = runtime.block_on(async {
                let books = stores::books(&at.data, at.books.as_deref(), Hash::default()).await?;
                for p in packs.procedures.values() {
                    let Some(doc) = books.get(&p.room(), &case).await.map_err(|e| said(&e))? else {
                        continue;
                    };
                    let attachments = wanted(&Case::read(doc)).into_iter().filter_map(|f| {
                        let bytes = evidence.file(&f.hash).ok()?;
                        Some(Enclosure {
                            reference: f.hash,
                            name: f.name,
                            bytes,
                        })
                    });
                    let with = Enclosures {
                        attachments: attachments.collect(),
                        ..Enclosures::default()
                    };
                    let author = Author::new("system:console", reason);
                    let now = books::machine_clock();
                    let sealed = export(&books, &packs, &law, (&p.id, &case), with, now, author).await;
                    return sealed.map(|s| s.bytes).map_err(|e| said(&e));
                }
                Err(format!("no procedure has a case `{case}`"))
            })?;
            std::fs::write(&output, bytes).map_err(|e| format!("{}: {e}", output.display()))?;
            println!("{}", output.display());
            Ok(())
        }
    }
}

fn number(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude)
}

/// Offers the registers that a question names as tables: fields without personal data, then state, division, version.
///
/// # Errors
/// Books that cannot be read.
pub fn offer_registers(lake: &Lake, law: &Arc<Law>, data: &Path, sql: &str) -> Result<(), String> {
    if !data.join("books.db").exists() {
        return Ok(());
    }
    let (packs, _) = packs(data);
    let low = sql.to_lowercase();
    let named: Vec<&Register> = packs
        .registers
        .values()
        .filter(|r| low.contains(&r.table().to_lowercase()))
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new().map_err(fail)?;
    runtime.block_on(async {
        let books = stores::books(data, None, Hash::default()).await?;
        for r in named {
            let desk = Desk::open(&books, &packs, law, today(), &r.id).map_err(|e| said(&e))?;
            let (columns, rows) = table(&desk, r).await?;
            lake.offer_table(&r.table(), &columns, &rows).map_err(fail)?;
        }
        Ok(())
    })
}

type Table = (Vec<(String, bool)>, Vec<Vec<Option<String>>>);

async fn table(desk: &Desk, r: &Register) -> Result<Table, String> {
    let fields: Vec<_> = r.fields.iter().filter(|f| !f.personal).collect();
    let mut columns = vec![];
    if !fields.iter().any(|f| f.name == "id") {
        columns.push(("id".to_string(), false));
    }
    columns.extend(fields.iter().map(|f| (f.name.clone(), number(f.kind))));
    columns.push(("_version".to_string(), true));
    columns.push(("_simulated".to_string(), false));
    let own = columns.first().is_some_and(|(n, _)| n == "id") && !fields.iter().any(|f| f.name == "id");
    let text = |v: &Value| match v {
        Value::Null => None,
        Value::String(s) => Some(s.clone()).filter(|s| !s.is_empty()),
        Value::Array(items) => Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、")),
        other => Some(other.to_string()),
    };
    let docs = desk.all(&desk.list(Scope::all())).await.map_err(|e| said(&e))?;
    let rows = docs.iter().map(|doc| {
        let values = desk.fields_of(doc);
        let mut row = vec![];
        if own {
            row.push(Some(doc.id.clone()));
        }
        row.extend(fields.iter().map(|f| values.get(&f.name).and_then(text)));
        row.push(Some(doc.version.to_string()));
        row.push(doc.body.get("_simulated").and_then(text));
        row
    });
    Ok((columns, rows.collect()))
}

/// Proves every ledger of the packs: faults in words.
///
/// # Errors
/// Books that cannot be read.
pub async fn check_ledgers(books: &Books, data: &Path) -> Result<(i64, Vec<String>), String> {
    let (packs, _) = packs(data);
    let (mut entries, mut faults) = (0, vec![]);
    for id in packs.ledgers.keys() {
        let report = books::ledger::verify(books, &packs, id).await.map_err(|e| said(&e))?;
        entries += report.entries;
        faults.extend(report.faults.iter().map(|f| format!("{id}: {}", f.en)));
    }
    Ok((entries, faults))
}

/// Loads the packs' demonstration content, once: into books without records.
///
/// # Errors
/// The first line that breaks a rule, with its file.
pub async fn demo(books: &Books, evidence: &Evidence, law: &Arc<Law>, data: &Path) -> Result<(), String> {
    let began = std::time::Instant::now();
    let any = "SELECT count(*) FROM doc WHERE room LIKE 'register:%' OR room LIKE 'case:%'";
    if books.db().int(any, &[]).await.map_err(|e| said(&e))? > 0 {
        return Ok(());
    }
    eprintln!("demo: loading records, cases and ledgers of the packs");
    let texts = (shipped::packs(data).read)();
    let (packs, _) = load_texts(&texts);
    let packs = Arc::new(packs);
    ensure_indexes(books, &packs).await.map_err(|e| said(&e))?;
    let report = books::demo::load(books, &packs, law, &texts, today())
        .await
        .map_err(|e| said(&e))?;
    let note = FileNote {
        source: "books:demo".into(),
        simulated: true,
        ..FileNote::default()
    };
    for (hash, bytes) in &report.files {
        evidence
            .put_file(&format!("模拟-{}.txt", &hash[..8]), bytes, &note)
            .map_err(fail)?;
    }
    eprintln!(
        "demo: {} records, {} moves, {} postings, {} files in {:.1} s (simulated)",
        report.records,
        report.moves,
        report.postings,
        report.files.len(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}
