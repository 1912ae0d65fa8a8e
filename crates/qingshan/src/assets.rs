//! Everything shipped inside the binary: law, packs, plans, data, pages. `--home DIR` reads the same tree from disk
//! instead, so that a changed law or a new plan needs no new binary.

use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::OnceLock;

macro_rules! embedded {
    ($name:ident, $folder:literal) => {
        #[derive(RustEmbed)]
        #[folder = $folder]
        #[allow_missing = true]
        struct $name;
    };
}
embedded!(LawFiles, "../../law");
embedded!(Packs, "../../packs");
embedded!(Plans, "../../plan");
embedded!(Data, "../../data");
embedded!(Web, "../../web/dist");

static HOME: OnceLock<PathBuf> = OnceLock::new();

/// Reads from a folder instead of the binary, from now on. The first call counts.
pub fn read_from(home: PathBuf) {
    // A second call would be a second `--home`, which the command line refuses.
    let _ = HOME.set(home);
}

/// The folder that is read instead of the binary, if one is.
pub fn home() -> Option<&'static std::path::Path> {
    HOME.get().map(PathBuf::as_path)
}

/// A shipped file by its path in the repository (`web/…` is the built pages).
pub fn get(path: &str) -> Option<Cow<'static, [u8]>> {
    if let Some(home) = HOME.get() {
        let path = path
            .strip_prefix("web/")
            .map_or_else(|| path.to_string(), |p| format!("web/dist/{p}"));
        let inside = !path.split('/').any(|part| part == "..");
        return inside
            .then(|| std::fs::read(home.join(path)).ok())
            .flatten()
            .map(Cow::Owned);
    }
    let (folder, rest) = path.split_once('/')?;
    let file = match folder {
        "law" => LawFiles::get(rest),
        "packs" => Packs::get(rest),
        "plan" => Plans::get(rest),
        "data" => Data::get(rest),
        "web" => Web::get(rest),
        _ => None,
    }?;
    Some(file.data)
}

/// A shipped text.
///
/// # Errors
/// Which file is missing or not UTF-8.
pub fn text(path: &str) -> Result<String, String> {
    let bytes = get(path).ok_or_else(|| format!("`{path}` is not shipped; is `--home` the repository's folder?"))?;
    String::from_utf8(bytes.into_owned()).map_err(|e| format!("`{path}` is not UTF-8: {e}"))
}

/// Paths under a folder of the repository that end so, sorted.
pub fn list(folder: &str, ending: &str) -> Vec<String> {
    let mut out: Vec<String> = match HOME.get() {
        Some(home) => walk(&home.join(folder))
            .into_iter()
            .map(|p| format!("{folder}/{p}"))
            .collect(),
        None => {
            let (top, rest) = folder.split_once('/').unwrap_or((folder, ""));
            let names: Vec<String> = match top {
                "law" => LawFiles::iter().map(|n| n.to_string()).collect(),
                "packs" => Packs::iter().map(|n| n.to_string()).collect(),
                "plan" => Plans::iter().map(|n| n.to_string()).collect(),
                "data" => Data::iter().map(|n| n.to_string()).collect(),
                _ => vec![],
            };
            names
                .into_iter()
                .filter(|n| n.starts_with(rest))
                .map(|n| format!("{top}/{n}"))
                .collect()
        }
    };
    out.retain(|p| p.ends_with(ending));
    out.sort();
    out
}

fn walk(dir: &std::path::Path) -> Vec<String> {
    let mut out = vec![];
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            out.extend(walk(&entry.path()).into_iter().map(|p| format!("{name}/{p}")));
        } else {
            out.push(name);
        }
    }
    out
}
