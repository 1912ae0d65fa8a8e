//! What can go wrong, where, and what to do about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A place where the store is not as it was written. Never repaired silently.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// File that holds the damage.
    pub file: PathBuf,
    /// Segment number, 0 when the damage is in a content-addressed file.
    pub segment: u32,
    /// Byte offset in the file.
    pub offset: u64,
    /// Sequence number of the record expected there, if known.
    pub seq: Option<u64>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.file.display(), self.offset)?;
        if let Some(seq) = self.seq {
            write!(f, " (record {seq})")?;
        }
        write!(f, ": {}; {}", self.what, self.remedy)
    }
}

/// Errors are cheap to clone, because one failed flush answers every record of its group.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {what} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: Arc<std::io::Error>,
    },
    /// The bytes on disk are not those that were written.
    #[error("damaged: {0}")]
    Damaged(Box<Fault>),
    /// Another process writes this store.
    #[error("`{}` is being written by another process; stop it, or open the store for reading only", .0.display())]
    Locked(PathBuf),
    /// Opened for reading only.
    #[error("the store is open for reading only")]
    ReadOnly,
    /// A payload, source or file above its bound.
    #[error("{what} has {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// No room for another segment. Nothing was stored and nothing acknowledged; work goes on by itself
    /// as soon as there is room.
    #[error("no room on the disk of `{}`: {free} bytes free, {needed} needed; free some space, nothing acknowledged is lost", path.display())]
    DiskFull {
        /// The store's folder.
        path: PathBuf,
        /// Bytes free.
        free: u64,
        /// Bytes needed.
        needed: u64,
    },
    /// A write or sync failed earlier; the state of the file is unknown and it is not written again.
    #[error("the store stopped after a failed write or sync ({0}); check the disk, then open the store again")]
    Stopped(Arc<str>),
    /// The queue is full (only from `try_append`).
    #[error("the queue holds {queued} bytes, at most {max}; try again after the next flush")]
    Busy {
        /// Bytes waiting.
        queued: usize,
        /// The bound.
        max: usize,
    },
    /// There is no such record, file or line.
    #[error("{0} not found")]
    NotFound(String),
    /// A segment written by a version that this one does not know.
    #[error("`{}` has format version {found}; this program reads version 1: use a newer one", file.display())]
    Version {
        /// The segment file.
        file: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Options that contradict one another, or a record that cannot be read as what it says it is.
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    pub(crate) fn io<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> Error + 'a {
        move |e| Error::Io {
            what,
            path: path.to_path_buf(),
            source: Arc::new(e),
        }
    }
}
