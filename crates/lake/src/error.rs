//! What can go wrong, said so that the reader knows what, where, and what to do.

use datafusion::error::DataFusionError;
use deltalake_core::DeltaTableError;

/// Any failure of the lake.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A file or folder of the store could not be read or written.
    #[error("{path}: {source} (check that the folder exists, is writable and has space)")]
    Io {
        /// The file or folder.
        path: String,
        /// The system's own reason.
        source: std::io::Error,
    },
    /// The table's log could not be read or a commit was refused.
    #[error("table `obs`: {0}")]
    Delta(#[from] DeltaTableError),
    /// A query could not be planned or run.
    #[error("query: {0}")]
    Query(#[from] DataFusionError),
    /// A row that cannot be stored as it is.
    #[error("row {index}: {reason}")]
    Row {
        /// Position in the list handed in, from 0.
        index: usize,
        /// What is wrong with it and what is allowed.
        reason: String,
    },
    /// A stored file does not say what this version of the format says.
    #[error("{path}, line {line}: {reason}")]
    Format {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What was expected and what was found.
        reason: String,
    },
    /// An import cannot begin at all (single bad rows never raise this).
    #[error("import of {name}: {reason}")]
    Import {
        /// The file's name.
        name: String,
        /// What to mend.
        reason: String,
    },
    /// Another process holds the store for writing.
    #[error("{path} is being written by another process; stop it, or open the store for reading only")]
    Locked {
        /// The lock file.
        path: String,
    },
    /// A rule of a standard could not be had or applied.
    #[error("rule: {0}")]
    Rule(String),
    /// The evidence store refused.
    #[error("evidence: {0}")]
    Evidence(String),
}

/// Result of this crate.
pub type Result<T, E = LakeError> = std::result::Result<T, E>;

impl LakeError {
    pub(crate) fn io(path: impl AsRef<std::path::Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().display().to_string();
        move |source| Self::Io { path, source }
    }
}

impl From<datafusion::arrow::error::ArrowError> for LakeError {
    fn from(e: datafusion::arrow::error::ArrowError) -> Self {
        Self::Query(e.into())
    }
}

impl From<datafusion::parquet::errors::ParquetError> for LakeError {
    fn from(e: datafusion::parquet::errors::ParquetError) -> Self {
        Self::Query(e.into())
    }
}

/// For the traits of DataFusion, whose methods answer with its own error.
pub(crate) fn external<E: std::error::Error + Send + Sync + 'static>(e: E) -> DataFusionError {
    DataFusionError::External(Box::new(e))
}
