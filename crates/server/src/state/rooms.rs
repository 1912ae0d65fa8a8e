//! The books and the packs behind the room pages. Packs are read again when a file of theirs changed: a register
//! dropped into the data folder while the server runs becomes a page.

use books::pack::{Fault, Files, Packs, load_files};
use books::{Books, Hash};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What a reader of packs gets: the packs that stand, and the mistakes of their files.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Everything that could be read.
    pub packs: Arc<Packs>,
    /// The files' texts, by path below `packs/` (policy, demo content).
    pub files: Arc<Files>,
    /// What is wrong, with file and line.
    pub faults: Arc<Vec<Fault>>,
}

/// Books and packs.
pub struct Rooms {
    /// The books.
    pub books: Books,
    shipped: fn() -> Files,
    added: PathBuf,
    /// What was last read, when the folder looked like this.
    kept: Mutex<Option<(Look, Standing)>>,
}

/// Names, lengths and times of the files of a folder: cheap to take, different when a file was changed.
type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

fn look(folder: &Path, into: &mut Look) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.metadata() {
            Ok(about) if about.is_dir() => look(&path, into),
            Ok(about) => into.push((path, about.len(), about.modified().ok())),
            Err(_) => {}
        }
    }
}

impl Rooms {
    /// Opens the books of a data folder. `books`: `sqlite:PATH` or `postgres://…`; none: `DIR/books.db`.
    /// `shipped`: the packs inside the binary; what lies in `DIR/packs` is laid over them, file by file.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(dir: &Path, books: Option<&str>, hash: Hash, shipped: fn() -> Files) -> books::Result<Self> {
        let here = format!("sqlite:{}", dir.join("books.db").display());
        let books = Books::open(books.unwrap_or(&here), hash).await?;
        Ok(Self { books, shipped, added: dir.join("packs"), kept: Mutex::default() })
    }

    /// The packs as their files stand now.
    pub fn standing(&self) -> Standing {
        let mut seen = Look::new();
        look(&self.added, &mut seen);
        seen.sort();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, standing)) = kept.as_ref().filter(|(before, _)| *before == seen) {
            return standing.clone();
        }
        let mut files = (self.shipped)();
        let (added, mut faults) = books::pack::files(&self.added);
        files.extend(added);
        let (packs, more) = load_files(&files);
        faults.extend(more);
        let standing = Standing { packs: Arc::new(packs), files: Arc::new(files), faults: Arc::new(faults) };
        *kept = Some((seen, standing.clone()));
        standing
    }
}
