//! What can go wrong in the books, said so that the reader can mend it.

use figure::Text;
use serde::{Deserialize, Serialize};

/// What is wrong with one field of what was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// Field name; empty for the record as a whole.
    pub field: String,
    /// What is wrong and what to do.
    pub words: Text,
}

impl FieldFault {
    /// A fault of a field.
    pub fn new(field: impl Into<String>, words: Text) -> Self {
        Self {
            field: field.into(),
            words,
        }
    }
}

/// Why the books refused or failed. Every variant that a person can cause carries words for that person.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// What was given breaks a rule of a register, procedure, ledger or score card.
    #[error("{}", .0.en)]
    Refused(Text),
    /// Fields that cannot be taken as given, each with its own words.
    #[error("{}", joined(.0).en)]
    Fields(Vec<FieldFault>),
    /// Another person changed the record since it was read.
    #[error("{room}/{id} has changed: read at version {read}, now at version {now}")]
    Conflict {
        /// Room of the record.
        room: String,
        /// Its id.
        id: String,
        /// Version the writer had read.
        read: i64,
        /// Version that stands.
        now: i64,
    },
    /// No such record.
    #[error("{room}/{id} is not there")]
    Missing {
        /// Room that was asked.
        room: String,
        /// Id that was asked.
        id: String,
    },
    /// The asker may not.
    #[error("{}", .0.en)]
    Forbidden(Text),
    /// A file of a pack is wrong; the text names file and line.
    #[error("{0}")]
    Pack(String),
    /// The store itself failed (disk full, database away). Nothing of the change was kept.
    #[error("the books cannot be written or read: {0}; nothing of this change was kept")]
    Store(String),
}

impl Error {
    /// A refusal in both languages.
    pub fn refused(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Refused(Text::new(zh, en))
    }

    /// The words for a page.
    pub fn words(&self) -> Text {
        match self {
            Self::Refused(t) | Self::Forbidden(t) => t.clone(),
            Self::Fields(faults) => joined(faults),
            Self::Conflict { room, id, read, now } => Text::new(
                format!("“{room}/{id}”已被他人修改：您读到的是第 {read} 版，现为第 {now} 版。请对照后再保存。"),
                self_en(room, id, *read, *now),
            ),
            Self::Missing { room, id } => Text::new(
                format!("没有“{room}/{id}”这条记录。"),
                format!("There is no {room}/{id}."),
            ),
            Self::Pack(m) => Text::new(format!("配置文件有误：{m}"), m.clone()),
            Self::Store(m) => Text::new(format!("存储失败，本次修改未保存：{m}"), format!("Not saved: {m}")),
        }
    }
}

fn joined(faults: &[FieldFault]) -> Text {
    let all = |pick: fn(&Text) -> &str, gap: &str| faults.iter().map(|f| pick(&f.words)).collect::<Vec<_>>().join(gap);
    Text::new(all(|t| &t.zh, "；"), all(|t| &t.en, "; "))
}

fn self_en(room: &str, id: &str, read: i64, now: i64) -> String {
    format!(
        "{room}/{id} was changed by someone else: you read version {read}, it is now version {now}. Compare, then save again."
    )
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        Self::Store(e.to_string())
    }
}

/// Result of the books.
pub type Result<T, E = Error> = std::result::Result<T, E>;
