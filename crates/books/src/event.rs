//! One line of the log, and the record that the lines of one stream add up to.

use crate::patch::{canonical, merge};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The hash of the chain, chosen when a store is made and never changed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hash {
    /// SHA-256.
    #[default]
    Sha256,
    /// SM3 (GB/T 32905), for places that must use national algorithms.
    Sm3,
}

impl Hash {
    /// The name in the store and in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// From its name; none for another word.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sm3].into_iter().find(|h| h.name() == name)
    }

    /// Hash of some bytes, as lower-case hexadecimal.
    pub fn hex(self, bytes: &[u8]) -> String {
        let digest: Vec<u8> = match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sm3 => {
                use sm3::Digest as _;
                sm3::Sm3::digest(bytes).to_vec()
            }
        };
        digest.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// A change that somebody wants: one patch to one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Room of the record: `register:enterprise`, `case:rectification`, `account:rights`, `user`.
    pub room: String,
    /// Id of the record in its room.
    pub id: String,
    /// What happened, as a word: `put`, `move`, `post`, `import`.
    pub kind: String,
    /// Merge patch of the record; `null` for an event that changes no record (a read that is logged, a refusal).
    pub patch: Value,
    /// Version that must stand, 0 for a new record; none where the last word wins on purpose.
    pub expect: Option<i64>,
}

impl Change {
    /// A change that needs the record at a version (0: that it be new).
    pub fn at(room: impl Into<String>, id: impl Into<String>, kind: &str, expect: i64, patch: Value) -> Self {
        Self {
            room: room.into(),
            id: id.into(),
            kind: kind.into(),
            patch,
            expect: Some(expect),
        }
    }

    /// A change whatever the version: inside one job, after the record was read there.
    pub fn any(room: impl Into<String>, id: impl Into<String>, kind: &str, patch: Value) -> Self {
        Self {
            room: room.into(),
            id: id.into(),
            kind: kind.into(),
            patch,
            expect: None,
        }
    }
}

/// Who changes, why, and under which request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Author {
    /// Account name, or `system:<what>`.
    pub actor: String,
    /// The reason given; empty where none is asked.
    pub reason: String,
    /// Idempotency key: the same key twice changes once.
    pub request: Option<String>,
}

impl Author {
    /// An author with a reason.
    pub fn new(actor: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            reason: reason.into(),
            request: None,
        }
    }

    /// With an idempotency key.
    #[must_use]
    pub fn request(mut self, key: impl Into<String>) -> Self {
        self.request = Some(key.into());
        self
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number in the log, from 1, without gaps.
    pub seq: i64,
    /// Room of the record.
    pub room: String,
    /// Id of the record.
    pub id: String,
    /// Version of the record after this event; 0 for an event that changes no record.
    pub version: i64,
    /// What happened.
    pub kind: String,
    /// When, in milliseconds of UTC; never earlier than the event before.
    pub at: i64,
    /// Who, why, under which request.
    #[serde(flatten)]
    pub author: Author,
    /// Merge patch of the record.
    pub patch: Value,
    /// Hash over the hash before and this line.
    pub hash: String,
}

impl Event {
    /// What the chain covers of this line.
    pub fn line(&self) -> String {
        canonical(&json!([
            self.seq,
            self.room,
            self.id,
            self.version,
            self.kind,
            self.at,
            self.author.actor,
            self.author.reason,
            self.author.request,
            self.patch
        ]))
    }

    /// The hash this line must have after `before`.
    pub fn sealed(&self, hash: Hash, before: &str) -> String {
        hash.hex(format!("{before}\n{}", self.line()).as_bytes())
    }
}

/// A record as it stands. Members of the body that begin with `_` are the books' own: they are mirrored in columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// Room.
    pub room: String,
    /// Id.
    pub id: String,
    /// Number of events that made it.
    pub version: i64,
    /// When it was last changed, milliseconds of UTC.
    pub at: i64,
    /// Fields.
    pub body: Value,
}

impl Doc {
    /// A record before its first event.
    pub fn new(room: &str, id: &str) -> Self {
        Self {
            room: room.into(),
            id: id.into(),
            version: 0,
            at: 0,
            body: json!({}),
        }
    }

    /// Lays an event over it.
    pub fn apply(&mut self, event: &Event) {
        merge(&mut self.body, &event.patch);
        self.version = event.version;
        self.at = event.at;
    }

    /// A member as text; empty if absent or not text.
    pub fn text(&self, key: &str) -> &str {
        self.body.get(key).and_then(Value::as_str).unwrap_or("")
    }

    /// A member as whole number.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.body.get(key).and_then(Value::as_i64)
    }

    /// Whether it was taken out (its history stays).
    pub fn gone(&self) -> bool {
        self.body.get("_gone").and_then(Value::as_bool).unwrap_or(false)
    }
}
