//! The house as ARCHITECTURE.md draws it: who may use whom, read from the manifests and compared with the table there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `| crate | … | may use |` rows between the two marks of ARCHITECTURE.md.
fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = text
        .split("<!-- house -->")
        .nth(1)
        .expect("the table stands between two `<!-- house -->` marks");
    table
        .lines()
        .filter(|l| l.starts_with("| `"))
        .map(|l| {
            let cells: Vec<&str> = l.trim_matches('|').split('|').map(str::trim).collect();
            let names = |cell: &str| {
                cell.split('`')
                    .skip(1)
                    .step_by(2)
                    .map(str::to_string)
                    .collect::<BTreeSet<_>>()
            };
            let name = names(cells[0]).into_iter().next().expect("a crate name");
            (name, names(cells[cells.len() - 1]))
        })
        .collect()
}

fn manifests() -> BTreeMap<String, toml::Table> {
    std::fs::read_dir(root().join("crates"))
        .expect("crates/")
        .map(|e| e.expect("an entry").path().join("Cargo.toml"))
        .filter(|p| p.exists())
        .map(|p| {
            let table: toml::Table = std::fs::read_to_string(&p).expect("readable").parse().expect("TOML");
            (table["package"]["name"].as_str().expect("a name").to_string(), table)
        })
        .collect()
}

fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    manifest
        .get("dependencies")
        .and_then(|d| d.as_table())
        .into_iter()
        .flat_map(|d| d.keys().cloned())
        .collect()
}

#[test]
fn crates_use_only_what_the_table_allows() {
    let (drawn, manifests) = (drawn(), manifests());
    let names: BTreeSet<&String> = manifests.keys().collect();
    assert_eq!(
        drawn.keys().collect::<BTreeSet<_>>(),
        names,
        "the table lists exactly the crates there are"
    );
    for (name, manifest) in &manifests {
        for used in dependencies(manifest).iter().filter(|d| manifests.contains_key(*d)) {
            assert!(
                drawn[name].contains(used),
                "`{name}` uses `{used}`, which ARCHITECTURE.md does not allow"
            );
        }
    }
}

#[test]
fn only_the_lake_sees_the_heavy_stack() {
    let heavy = |d: &String| {
        d.starts_with("datafusion") || d.starts_with("deltalake") || d.starts_with("arrow") || d == "parquet"
    };
    for (name, manifest) in manifests() {
        if name != "lake" {
            let seen: Vec<String> = dependencies(&manifest).into_iter().filter(heavy).collect();
            assert!(seen.is_empty(), "`{name}` depends on {seen:?}; only `lake` may");
        }
    }
}

#[test]
fn no_source_file_is_too_long() {
    let mut long = vec![];
    let mut stack = vec![root().join("crates"), root().join("web/src")];
    while let Some(dir) = stack.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                stack.push(path);
            } else if matches!(path.extension().and_then(|e| e.to_str()), Some("rs" | "ts" | "vue")) {
                let lines = std::fs::read_to_string(&path).expect("readable").lines().count();
                if lines > 700 {
                    long.push((path, lines));
                }
            }
        }
    }
    assert!(long.is_empty(), "over 700 lines; split by meaning: {long:?}");
}
