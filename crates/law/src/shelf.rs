//! Drafts that somebody laid down to try: kept under the hash of their text, so that a link to one stays true.

use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};

/// A folder of drafts.
#[derive(Debug, Clone)]
pub struct Shelf {
    dir: PathBuf,
}

/// Letters of a draft's id.
const ID_LEN: usize = 12;

impl Shelf {
    /// The folder; it is made with the first draft.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The id of a text.
    pub fn id(text: &str) -> String {
        let hash: String = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        hash[..ID_LEN].to_string() // 64 ASCII digits
    }

    /// Keeps a draft and gives its id; on disk when this returns.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn put(&self, text: &str) -> io::Result<String> {
        let id = Self::id(text);
        let path = self.path(&id);
        if !path.exists() {
            std::fs::create_dir_all(&self.dir)?;
            keep(&self.dir, &path, text)?;
        }
        Ok(id)
    }

    /// A draft's text; none if there is no such draft.
    pub fn get(&self, id: &str) -> Option<String> {
        let is_id = id.len() == ID_LEN && id.bytes().all(|b| b.is_ascii_hexdigit());
        is_id.then(|| std::fs::read_to_string(self.path(id)).ok()).flatten()
    }

    /// Ids of all drafts, sorted.
    pub fn ids(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let name = |e: std::fs::DirEntry| {
            e.file_name()
                .to_string_lossy()
                .strip_suffix(".toml")
                .map(str::to_string)
        };
        let mut out: Vec<String> = entries.filter_map(name).filter(|n| n.len() == ID_LEN).collect();
        out.sort();
        out
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.toml"))
    }
}

/// Writes a file that was not there, whole or not at all, on disk when this returns. Never overwrites.
pub(crate) fn keep(dir: &Path, path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let half = dir.join(format!(".{name}.{}", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&half)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::hard_link(&half, path)
    };
    let written = write();
    // Whether or not the link was made, the first name is not needed any more.
    let _ = std::fs::remove_file(&half);
    written?;
    std::fs::File::open(dir)?.sync_all()
}
