//! Which provision holds: key × date × division.

use crate::file;
use crate::provision::{Missing, Provision, Standard};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// An error in a file of law.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct LawError {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what is wanted.
    pub message: String,
}

/// Nothing holds for what was asked; why, and what comes nearest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is not in force on {date} for division `{division}`: {reason}")]
pub struct NotInForce {
    /// The key asked for.
    pub key: String,
    /// The day asked for.
    pub date: NaiveDate,
    /// The division asked for.
    pub division: String,
    /// Why.
    pub reason: String,
    /// The provision exists but is not recorded here (待录入): its standard and clause, else nothing.
    pub unrecorded: Option<String>,
}

/// All the law that was loaded. Cheap to share behind an `Arc`; never changes.
#[derive(Debug, Clone)]
pub struct Law {
    pub(crate) standards: Vec<Arc<Standard>>,
    /// By key; inside a key by division, then by first day.
    pub(crate) by_key: BTreeMap<String, Vec<Arc<Provision>>>,
    pub(crate) missing: Vec<Arc<Missing>>,
    pub(crate) fingerprint: String,
}

impl Law {
    /// Loads files given as (path, text). The path's only use is in messages and in the fingerprint.
    ///
    /// # Errors
    /// Every error of every file: a provision without clause, source, certainty, title or unit, a bad
    /// date, an unknown field, a standard that appears twice.
    pub fn load(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<LawError>> {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        let mut hash = Sha256::new();
        let (mut standards, mut errors) = (Vec::<Arc<Standard>>::new(), Vec::new());
        let mut by_key = BTreeMap::<String, Vec<Arc<Provision>>>::new();
        let mut missing = Vec::new();
        let mut take = |parsed: file::Parsed| {
            for p in parsed.provisions {
                by_key.entry(p.key.clone()).or_default().push(p);
            }
            missing.extend(parsed.missing);
        };
        let mut additions = Vec::new();
        for (path, text) in &files {
            hash.update((path.len() as u64).to_le_bytes());
            hash.update(path);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
            match file::read(path, text, None) {
                Err(e) => errors.extend(e),
                Ok(None) => additions.push((path, text)),
                Ok(Some(mut parsed)) => {
                    if let Some(standard) = parsed.standard.take() {
                        if let Some(other) = standards.iter().find(|s| s.number == standard.number) {
                            let message = format!("`{}` already stands in {}", other.number, other.file);
                            errors.push(LawError {
                                file: path.clone(),
                                line: 1,
                                message,
                            });
                        }
                        standards.push(standard);
                    }
                    take(parsed);
                }
            }
        }
        for (path, text) in additions {
            match file::read(path, text, Some(&standards)) {
                Err(e) => errors.extend(e),
                Ok(parsed) => take(parsed.unwrap_or_default()),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        for versions in by_key.values_mut() {
            versions.sort_by(|a, b| (&a.division, a.from).cmp(&(&b.division, b.from)));
        }
        let fingerprint = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self {
            standards,
            by_key,
            missing,
            fingerprint,
        })
    }

    /// Loads every `.toml` under a folder; paths in messages are relative to it. For tests and tools:
    /// the program carries its law inside itself.
    ///
    /// # Errors
    /// As [`Law::load`], and files that cannot be read.
    pub fn load_dir(dir: &Path) -> Result<Self, Vec<LawError>> {
        let mut files = Vec::new();
        collect(dir, dir, &mut files).map_err(|(path, e)| {
            vec![LawError {
                file: path,
                line: 1,
                message: format!("cannot be read: {e}"),
            }]
        })?;
        Self::load(files)
    }

    /// The provision that holds for a key on a day in a division. The nearest division decides: the
    /// county's own, else the city's, else the province's, else the nation's.
    ///
    /// `division` is a six-digit code, or several joined by spaces for a group (then what they have in
    /// common decides), or empty for the nation.
    ///
    /// # Errors
    /// [`NotInForce`], with the reason.
    pub fn at(&self, key: &str, date: NaiveDate, division: &str) -> Result<&Provision, NotInForce> {
        let versions = self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        let levels = levels(division);
        for level in &levels {
            // Later versions first: if two overlap (which `check` reports) the younger one holds.
            let hit = versions.iter().rev().find(|p| p.division == *level && p.in_force(date));
            if let Some(p) = hit {
                return Ok(p);
            }
        }
        if let Some(m) = self.unrecorded(key, date, division) {
            return Err(NotInForce {
                key: key.to_string(),
                date,
                division: division.to_string(),
                reason: format!(
                    "cannot be said: provision not recorded ({} / {}): {} / {}",
                    m.title.zh, m.title.en, m.why.zh, m.why.en
                ),
                unrecorded: Some(format!("{} {}", m.standard.number, m.clause).trim().to_string()),
            });
        }
        let near: Vec<&Arc<Provision>> = versions.iter().filter(|p| levels.contains(&p.division)).collect();
        let reason = match (
            near.iter().map(|p| p.from).min(),
            near.iter().filter_map(|p| p.to).max(),
        ) {
            (None, _) if versions.is_empty() => "there is no such key in the law loaded".to_string(),
            (None, _) => "it is only known for other divisions".to_string(),
            (Some(first), _) if date < first => {
                format!("the first version known begins on {first}; earlier rules are not known here")
            }
            (_, Some(last)) if last < date => format!("the last version known ended on {last}"),
            _ => "no version known covers that day".to_string(),
        };
        Err(NotInForce {
            key: key.to_string(),
            date,
            division: division.to_string(),
            reason,
            unrecorded: None,
        })
    }

    /// A provision known to exist for the key, day and division (or one above it) but not recorded. It may
    /// stand beside one that is: a province's stricter limits nobody has typed in yet, say.
    pub fn unrecorded(&self, key: &str, date: NaiveDate, division: &str) -> Option<&Missing> {
        let levels = levels(division);
        let hit = |m: &&Arc<Missing>| m.key == key && m.in_force(date) && levels.contains(&m.division);
        self.missing().find(hit).map(Arc::as_ref)
    }

    /// All standards, by file.
    pub fn standards(&self) -> &[Arc<Standard>] {
        &self.standards
    }

    /// A standard by its number.
    pub fn standard(&self, number: &str) -> Option<&Arc<Standard>> {
        self.standards.iter().find(|s| s.number == number)
    }

    /// All keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_key.keys().map(String::as_str)
    }

    /// All provisions under a key, by division and first day; empty for an unknown key.
    pub fn versions(&self, key: &str) -> &[Arc<Provision>] {
        self.by_key.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// All provisions of a standard.
    pub fn provisions_of<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a Arc<Provision>> {
        self.by_key
            .values()
            .flatten()
            .filter(move |p| p.standard.number == number)
    }

    /// Provisions that exist but are not recorded (待录入), except those an addition to their standard has
    /// filled since. What another standard says under the same key fills nothing: an older edition may still
    /// answer beside a newer one that nobody has recorded.
    pub fn missing(&self) -> impl Iterator<Item = &Arc<Missing>> {
        let filled = |m: &Missing| {
            self.versions(&m.key).iter().any(|p| {
                p.standard.number == m.standard.number
                    && p.division == m.division
                    && p.in_force(m.from)
                    && p.to.is_none_or(|to| m.to.is_some_and(|end| end <= to))
            })
        };
        self.missing.iter().filter(move |m| !filled(m))
    }

    /// SHA-256 over all files loaded: two programs with the same fingerprint judge alike.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// The divisions to look under, nearest first, the nation (empty) last.
pub(crate) fn levels(division: &str) -> Vec<String> {
    let of_one = |code: &str| -> Vec<String> {
        match code.is_char_boundary(4) && code.len() == 6 {
            true => vec![code.into(), format!("{}00", &code[..4]), format!("{}0000", &code[..2])],
            false => vec![code.into()],
        }
    };
    let mut codes = division.split_whitespace();
    let mut levels = codes.next().map(of_one).unwrap_or_default();
    for code in codes {
        let other = of_one(code);
        levels.retain(|l| other.contains(l));
    }
    levels.dedup();
    levels.push(String::new());
    levels
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, String)>) -> Result<(), (String, std::io::Error)> {
    let named = |p: &Path| p.strip_prefix(root).unwrap_or(p).to_string_lossy().replace('\\', "/");
    let entries = std::fs::read_dir(dir).map_err(|e| (dir.display().to_string(), e))?;
    for entry in entries {
        let path = entry.map_err(|e| (dir.display().to_string(), e))?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| (path.display().to_string(), e))?;
            files.push((named(&path), text));
        }
    }
    Ok(())
}
