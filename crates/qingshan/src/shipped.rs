//! Law, plan and tables, read from what is shipped.

use crate::assets;
use books::pack::Texts;
use law::{Law, Library};
use plan::measure::{Plan, Sources};
use server::PackFiles;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folder of the plan that is served.
pub const PLAN: &str = "anhui-2024";

/// Shipped files of law, and the folder `law/` of a data folder, where more is recorded.
///
/// # Errors
/// A shipped file that cannot be read.
pub fn library(data: Option<&Path>) -> Result<Library, String> {
    let mut files = vec![];
    for path in assets::list("law", ".toml") {
        let text = assets::text(&path)?;
        files.push((path, text));
    }
    Ok(Library::new(files, data.map(|d| d.join("law"))))
}

/// The law, whole: what is shipped, and on top of it what was recorded in a data folder.
///
/// # Errors
/// Every file that is wrong, with its line. A recorded file that does not fit (any more) is no reason to judge
/// without it: it must be mended or moved away first.
pub fn law(data: Option<&Path>) -> Result<Law, String> {
    library(data)?.load().map_err(|errors| {
        let recorded = errors.iter().any(|e| e.file.starts_with("added/"));
        let hint = match (recorded, data) {
            (true, Some(dir)) => format!(
                "\n`added/…` lies in {}: mend the file or move it away",
                dir.join("law").display()
            ),
            _ => String::new(),
        };
        lines(errors.iter().map(ToString::to_string)) + &hint
    })
}

/// Files that may name keys of the law, as (path, text).
///
/// # Errors
/// A shipped file that cannot be read.
pub fn naming() -> Result<Vec<(String, String)>, String> {
    let folders = ["packs", "plan", "data"].iter().flat_map(|f| assets::list(f, ".toml"));
    folders.map(|path| Ok((path.clone(), assets::text(&path)?))).collect()
}

/// The packs: what is shipped, and on top of it `packs/` of a data folder.
pub fn packs(data: &Path) -> PackFiles {
    let added = data.join("packs");
    let folder = added.clone();
    PackFiles {
        stamp: Box::new(move || {
            let home = assets::home().map(|h| stamp(&h.join("packs"))).unwrap_or_default();
            home.rotate_left(1) ^ stamp(&added)
        }),
        read: Box::new(move || {
            let mut texts = Texts::new();
            for ending in [".toml", ".csv", ".jsonl"] {
                for path in assets::list("packs", ending) {
                    // What is not UTF-8 is left out here and named by `qingshan packs check`.
                    if let Ok(text) = assets::text(&path) {
                        texts.insert(path.trim_start_matches("packs/").to_string(), text);
                    }
                }
            }
            texts.extend(books::pack::texts(&folder).0);
            texts
        }),
    }
}

/// A number that changes when a file below a folder comes, goes or changes.
fn stamp(folder: &Path) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut files: Vec<(PathBuf, u64, Option<SystemTime>)> = vec![];
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(m) if m.is_dir() => open.push(entry.path()),
                Ok(m) => files.push((entry.path(), m.len(), m.modified().ok())),
                Err(_) => {}
            }
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    hasher.finish()
}

/// A plan by the name of its folder under `plan/`.
///
/// # Errors
/// Every problem of its files.
pub fn plan(id: &str) -> Result<Plan, String> {
    let text = |name: &str| assets::text(&format!("plan/{id}/{name}"));
    let (head, body, measures) = (text("plan.toml")?, text("text.txt")?, text("measures.toml")?);
    let (groups, words) = (
        assets::text("packs/air/groups.toml")?,
        assets::text("packs/plan/words.toml")?,
    );
    let sources = Sources {
        head: &head,
        text: &body,
        measures: &measures,
        groups: &groups,
        words: &words,
    };
    Plan::read(&sources).map_err(|problems| {
        lines(
            problems
                .iter()
                .map(|p| format!("plan/{id}: {}: {}", p.place, p.problem)),
        )
    })
}

/// A row of `data/sites/cities.csv`.
#[derive(serde::Deserialize)]
struct City {
    code: String,
    name: String,
    name_en: String,
}

/// City code → names.
///
/// # Errors
/// When the table is missing or a row of it is wrong.
pub fn cities() -> Result<HashMap<String, (String, String)>, String> {
    let rows: Vec<City> = table("data/sites/cities.csv")?;
    Ok(rows.into_iter().map(|c| (c.code, (c.name, c.name_en))).collect())
}

/// Sections of surface water.
///
/// # Errors
/// When the table is missing or a row of it is wrong.
pub fn sections() -> Result<Vec<plan::what_if::Section>, String> {
    #[derive(serde::Deserialize)]
    struct Row {
        site: String,
        name: String,
        division: String,
        province: String,
        river: String,
        body: String,
    }
    let path = "data/water/sections.csv";
    let body = |word: &str| match word {
        "" => Ok(None),
        word => standards::water::Body::by_word(word)
            .map(Some)
            .map_err(|e| format!("{path}: {e}")),
    };
    let rows: Vec<Row> = table(path)?;
    rows.into_iter()
        .map(|r| {
            Ok(plan::what_if::Section {
                body: body(&r.body)?,
                site: r.site,
                name: r.name,
                division: r.division,
                province: r.province,
                river: r.river,
            })
        })
        .collect()
}

/// Outlets.
///
/// # Errors
/// When the table is missing or a row of it is wrong.
pub fn outlets() -> Result<Vec<plan::what_if::Outlet>, String> {
    #[derive(serde::Deserialize)]
    struct Row {
        site: String,
        name: String,
        name_en: String,
        division: String,
        sector: String,
        source: String,
        class: String,
        case: String,
        built: Option<chrono::NaiveDate>,
        period: String,
        simulated: String,
    }
    let rows: Vec<Row> = table(OUTLETS)?;
    let outlet = |r: Row| plan::what_if::Outlet {
        name: figure::Text::new(&r.name, &r.name_en),
        site: r.site,
        division: r.division,
        sector: r.sector,
        source: r.source,
        class: r.class,
        case: r.case,
        built: r.built,
        period: r.period,
        simulated: r.simulated == "1",
    };
    Ok(rows.into_iter().map(outlet).collect())
}

/// The register of outlets.
pub const OUTLETS: &str = "data/sites/outlets.csv";

/// A shipped CSV table.
///
/// # Errors
/// Which file and line.
pub fn table<T: serde::de::DeserializeOwned>(path: &str) -> Result<Vec<T>, String> {
    let text = assets::text(path)?;
    let rows: Result<Vec<T>, csv::Error> = csv::Reader::from_reader(text.as_bytes()).deserialize().collect();
    rows.map_err(|e| format!("{path}: {e}"))
}

fn lines(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("\n")
}
