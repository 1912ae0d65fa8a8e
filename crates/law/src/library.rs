//! The law that is shipped, and what an administrator has recorded on top of it: files of a folder, never overwritten.

use crate::check::Problem;
use crate::{Law, LawError};
use serde::Serialize;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where recorded files stand in messages and in [`crate::Provision::file`].
const PREFIX: &str = "added/";
/// Larger than any standard; a file beyond it is not one.
const FILE_MAX: usize = 4 << 20;

/// Shipped files and a folder of recorded ones.
#[derive(Debug, Clone)]
pub struct Library {
    shipped: Vec<(String, String)>,
    dir: Option<PathBuf>,
}

/// What the folder of recorded files holds, at a glance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing(Vec<(std::ffi::OsString, u64, Option<std::time::SystemTime>)>);

/// A file that was recorded.
#[derive(Debug, Clone)]
pub struct Added {
    /// Its name in the library, as messages and pages show it.
    pub file: String,
    /// Where it lies.
    pub path: PathBuf,
    /// The law with it.
    pub law: Law,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "lowercase")]
pub enum Refused {
    /// The file itself is wrong.
    #[error("{}", lines(errors))]
    File {
        /// Each error with its line.
        errors: Vec<Wrong>,
    },
    /// The file can be read, but the law with it is not sound.
    #[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Law {
        /// Problems that `law check` would report and does not report without the file.
        problems: Vec<Problem>,
    },
    /// There is nowhere to keep it, or it could not be written.
    #[error("{message}")]
    Disk {
        /// What failed.
        message: String,
    },
}

/// An error at a line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The file: another than the new one if two cannot stand together.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what is wanted.
    pub message: String,
}

fn lines(errors: &[Wrong]) -> String {
    let all: Vec<String> = errors
        .iter()
        .map(|e| format!("{}:{}: {}", e.file, e.line, e.message))
        .collect();
    all.join("\n")
}

impl From<Vec<LawError>> for Refused {
    fn from(errors: Vec<LawError>) -> Self {
        let wrong = |e: LawError| Wrong {
            file: e.file,
            line: e.line,
            message: e.message,
        };
        Refused::File {
            errors: errors.into_iter().map(wrong).collect(),
        }
    }
}

impl Library {
    /// Shipped files as (path, text), and the folder of recorded ones, if there is to be one.
    pub fn new(shipped: Vec<(String, String)>, dir: Option<PathBuf>) -> Self {
        Self { shipped, dir }
    }

    /// The folder of recorded files.
    pub fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// Names, lengths and times of the recorded files: another listing means that the law is to be read again.
    /// Cheap enough to ask with every request.
    pub fn listing(&self) -> Listing {
        let Some(entries) = self.dir.as_ref().and_then(|d| std::fs::read_dir(d).ok()) else {
            return Listing::default();
        };
        let mut files: Vec<_> = entries
            .filter_map(Result::ok)
            .filter(|e| e.path().extension().is_some_and(|x| x == "toml"))
            .map(|e| {
                let about = e.metadata().ok();
                let modified = about.as_ref().and_then(|m| m.modified().ok());
                (e.file_name(), about.map_or(0, |m| m.len()), modified)
            })
            .collect();
        files.sort();
        Listing(files)
    }

    /// Recorded files as (name, text), by name.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn recorded(&self) -> Result<Vec<(String, String)>, Vec<LawError>> {
        let Some(dir) = self.dir.as_ref().filter(|d| d.is_dir()) else {
            return Ok(vec![]);
        };
        let unreadable = |path: &Path, e: std::io::Error| {
            vec![LawError {
                file: path.display().to_string(),
                line: 1,
                message: format!("cannot be read: {e}"),
            }]
        };
        let mut out = vec![];
        for entry in std::fs::read_dir(dir).map_err(|e| unreadable(dir, e))? {
            let path = entry.map_err(|e| unreadable(dir, e))?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let text = std::fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                out.push((format!("{PREFIX}{name}"), text));
            }
        }
        out.sort();
        Ok(out)
    }

    /// The whole law: what is shipped with what is recorded.
    ///
    /// # Errors
    /// Every error of every file, with its line.
    pub fn load(&self) -> Result<Law, Vec<LawError>> {
        Law::load(self.shipped.iter().cloned().chain(self.recorded()?))
    }

    /// Reads a new file as part of the law and says whether the law with it is sound.
    ///
    /// # Errors
    /// [`Refused`]: the file's errors, or the problems it would bring.
    pub fn judge(&self, name: &str, text: &str) -> Result<Law, Refused> {
        if text.len() > FILE_MAX {
            let message = format!("the file has {} bytes; at most {FILE_MAX} are taken", text.len());
            return Err(Refused::Disk { message });
        }
        let before = self.load()?;
        let new = (format!("{PREFIX}{name}"), text.to_string());
        let law = Law::load(self.shipped.iter().cloned().chain(self.recorded()?).chain([new]))?;
        // Lines move when files are edited; what a problem says does not.
        let known: HashSet<(String, String)> = before.check().into_iter().map(|p| (p.subject, p.message)).collect();
        let problems: Vec<Problem> = law
            .check()
            .into_iter()
            .filter(|p| !known.contains(&(p.subject.clone(), p.message.clone())))
            .collect();
        if problems.is_empty() {
            Ok(law)
        } else {
            Err(Refused::Law { problems })
        }
    }

    /// Judges a new file and keeps it: on disk when this returns, under a name that no other file has.
    ///
    /// # Errors
    /// [`Refused`]; nothing is written then.
    pub fn add(&self, name: &str, text: &str) -> Result<Added, Refused> {
        let disk = |what: &Path, e: std::io::Error| Refused::Disk {
            message: format!("{}: {e}", what.display()),
        };
        let dir = self.dir.as_ref().ok_or_else(|| Refused::Disk {
            message: "no data folder was named: recorded law is kept in `law/` of the data folder".to_string(),
        })?;
        let recorded = self.recorded()?;
        if let Some((file, _)) = recorded.iter().find(|(_, known)| known == text) {
            return Err(Refused::Disk {
                message: format!("{file} says the same already"),
            });
        }
        let name = free_name(name, |n| {
            recorded.iter().any(|(file, _)| *file == format!("{PREFIX}{n}")) || dir.join(n).exists()
        });
        let law = self.judge(&name, text)?;
        std::fs::create_dir_all(dir).map_err(|e| disk(dir, e))?;
        let path = dir.join(&name);
        crate::shelf::keep(dir, &path, text).map_err(|e| disk(&path, e))?;
        Ok(Added {
            file: format!("{PREFIX}{name}"),
            path,
            law,
        })
    }
}

/// The name, or the name with the first number behind it that is free.
fn free_name(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let stem = plain.trim_end_matches(".toml").trim_start_matches(['.', '-']);
    let stem = if stem.is_empty() { "addition" } else { stem };
    let first = format!("{stem}.toml");
    if !taken(&first) {
        return first;
    }
    let mut n = 2;
    while taken(&format!("{stem}-{n}.toml")) {
        n += 1;
    }
    format!("{stem}-{n}.toml")
}
