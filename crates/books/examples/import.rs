//! Imports 100,000 rows of twelve columns into a register, on SQLite or on the PostgreSQL given as argument, and prints
//! the seconds: `cargo run --release -p books --example import -- [ROWS] [URL]`.

use books::register::{Desk, Mode, ensure_indexes, undo};
use books::{Author, Books, Filter, Hash, Op, Scope, pack};
use chrono::NaiveDate;
use rust_xlsxwriter::Workbook;
use std::sync::Arc;
use std::time::Instant;

/// Twelve fields of the kinds that registers have most.
const REGISTER: &str = r#"
title = { zh = "测速", en = "Bench" }
key = "no"
name = "name"
division = "division"
FIELDS
"#;

fn fields() -> String {
    [
        "no text required=true",
        "name text search=true",
        "division division",
        "state code codes=\"s\"",
        "opened date",
        "output number index=true",
        "water number digits=2",
        "waste number",
        "key bool",
        "x longitude",
        "y latitude",
        "note text",
    ]
    .iter()
    .map(|line| {
        let mut parts = line.split(' ');
        let (name, kind) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let more: Vec<&str> = parts.collect();
        format!(
            "[[field]]\nname = \"{name}\"\ntitle = {{ zh = \"{name}\", en = \"{name}\" }}\ntype = \"{kind}\"\n{}\n",
            more.join("\n")
        )
    })
    .collect()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let rows: u32 = args.next().map_or(Ok(100_000), |a| a.parse())?;
    let folder = tempfile::tempdir()?;
    let url = args
        .next()
        .unwrap_or_else(|| format!("sqlite:{}", folder.path().join("books.db").display()));
    let pack_folder = folder.path().join("packs/b");
    std::fs::create_dir_all(pack_folder.join("registers"))?;
    std::fs::create_dir_all(pack_folder.join("codes"))?;
    std::fs::write(
        pack_folder.join("pack.toml"),
        "title = { zh = \"测速\", en = \"Bench\" }\n",
    )?;
    std::fs::write(
        pack_folder.join("codes/s.csv"),
        "# source: bench\n# certainty: certain\ncode,zh,en\n1,在产,on\n2,停产,off\n",
    )?;
    std::fs::write(
        pack_folder.join("registers/row.toml"),
        REGISTER.replace("FIELDS", &fields()),
    )?;
    let (packs, faults) = pack::load(&folder.path().join("packs"));
    for fault in &faults {
        println!("{fault}");
    }
    let law = law::Law::load_dir(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law"))
        .map_err(|e| format!("{e:?}"))?;
    let (packs, law) = (Arc::new(packs), Arc::new(law));

    let start = Instant::now();
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (c, field) in (0u16..).zip(&packs.registers["b/row"].fields) {
        page.write_string(0, c, &field.title.zh)?;
    }
    for r in 1..=rows {
        let texts = [
            format!("N{r:07}"),
            format!("模拟企业{r}"),
            "340104".into(),
            "在产".into(),
            "2020-05-01".into(),
        ];
        for (c, text) in (0u16..).zip(texts) {
            page.write_string(r, c, text)?;
        }
        for (c, n) in (5u16..).zip([f64::from(r) / 4.0, 12.25, f64::from(r % 97)]) {
            page.write_number(r, c, n)?;
        }
        page.write_string(r, 8, "是")?;
        page.write_number(r, 9, 117.2)?;
        page.write_number(r, 10, 31.8)?;
        page.write_string(r, 11, format!("第{r}条"))?;
    }
    let bytes = book.save_to_buffer()?;
    println!(
        "workbook of {rows} rows, {} KB, made in {:.1} s",
        bytes.len() / 1024,
        start.elapsed().as_secs_f64()
    );

    let books = Books::open(&url, Hash::Sha256).await?;
    ensure_indexes(&books, &packs).await?;
    let today = NaiveDate::from_ymd_opt(2024, 6, 30).unwrap_or_default();
    let desk = Desk::open(&books, &packs, &law, today, "b/row")?;
    for (what, mode) in [("dry run", Mode::Dry), ("import", Mode::Whole)] {
        let start = Instant::now();
        let report = desk.import(&bytes, mode, true, Author::new("bench", what)).await?;
        println!(
            "{what}: {:.1} s, {} added, {} the same, {} refused {:?}",
            start.elapsed().as_secs_f64(),
            report.added,
            report.same,
            report.refused,
            report.faults.first()
        );
        if report.kept {
            let mut list = desk.list(Scope::all());
            list.sort = Some("output".into());
            list.numeric = true;
            list.filters.push(Filter {
                field: "output".into(),
                op: Op::Ge,
                value: "1000".into(),
                numeric: true,
            });
            let start = Instant::now();
            let page = books.list(&list).await?;
            println!(
                "a page of {} by number: {:.1} ms",
                page.len(),
                start.elapsed().as_secs_f64() * 1e3
            );
            let mut list = desk.list(Scope::all());
            list.words = format!("企业{}", rows - 1);
            let start = Instant::now();
            let page = books.list(&list).await?;
            println!(
                "a search with {} hit: {:.1} ms",
                page.len(),
                start.elapsed().as_secs_f64() * 1e3
            );
            let start = Instant::now();
            desk.import(&bytes, Mode::Whole, true, Author::new("bench", "again"))
                .await?;
            println!("all the same: {:.1} s", start.elapsed().as_secs_f64());
            let start = Instant::now();
            let undone = undo(&books, &report.batch, Author::new("bench", "undo")).await?;
            println!("undo of {undone}: {:.1} s", start.elapsed().as_secs_f64());
        }
    }
    Ok(())
}
