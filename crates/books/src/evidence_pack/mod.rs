//! Evidence packs: a case as one zip that anybody can verify without a server: its events, the files handed in, raw
//! packets, the law it was judged by, and a manifest with the hash of every file.
//!
//! What a pack proves by itself: nothing in it was changed after it was made, unless the whole pack was made anew. That
//! it is the one the bureau made is proved by its seal (the hash of the manifest), which the books keep and the sheet shows.

mod build;
mod read;
mod verify;

pub use build::{Enclosure, Enclosures, Sealed, export, known, wanted};
pub use verify::{Fault, Report, verify};

use serde::{Deserialize, Serialize};

/// What stands first in a manifest.
pub(crate) const FORMAT: &str = "qingshan evidence pack 1";

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const SEAL: &str = "manifest.sha256";
pub(crate) const EVENTS: &str = "events.jsonl";
pub(crate) const RECORDS: &str = "records.json";

/// A file of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
    /// `events`, `records`, `terms`, `procedure`, `law`, `attachment`, `packet`, `words`.
    pub kind: String,
    /// Of an attachment its hash, of a packet its reference `packet:<seq>`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub format: String,
    pub room: String,
    pub case: String,
    pub name: String,
    /// Milliseconds of UTC.
    pub made_at: i64,
    pub made_by: String,
    pub reason: String,
    /// Hash of the books' chain: `sha256` or `sm3`.
    pub chain: String,
    /// Fingerprint of the law loaded when it was made.
    pub law: String,
    /// Demonstration content.
    pub simulated: bool,
    pub files: Vec<Entry>,
    /// Files that the events name and that are not enclosed: hash and name.
    pub absent: Vec<(String, String)>,
}

/// SHA-256 as lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    crate::Hash::Sha256.hex(bytes)
}
