//! Packs: what the systems of the plan are made of, as files. A pack is a folder of `packs/`:
//! `pack.toml`, `codes/*.csv`, `registers/*.toml`, `procedures/*.toml`, `scores/*.toml`, `ledgers/*.toml`, `page.toml`.
//! The file's name (without its ending) is the id inside the pack; the whole id is `pack/name`.

mod check;
mod check_register;
pub mod codes;
pub mod field;
pub mod ledger;
mod load;
pub mod page;
mod place;
pub mod procedure;
pub mod register;
pub mod score;

pub use codes::{Code, CodeList};
pub use field::{Field, Kind, Words};
pub use ledger::Ledger;
pub use load::{Texts, load, load_texts, texts};
pub(crate) use load::{cells, read};
pub use page::Page;
pub(crate) use place::line_of;
pub use procedure::Procedure;
pub use register::Register;
pub use score::ScoreCard;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `pack.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Name.
    pub title: Words,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub note: Words,
    /// Rows of the plan it serves: `13.2`, `18a.9`.
    #[serde(default)]
    pub rows: Vec<String>,
    /// Place in the menu, lowest first.
    #[serde(default)]
    pub order: i64,
}

/// All packs that were read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Packs {
    /// By pack.
    pub about: BTreeMap<String, About>,
    /// Code lists by `pack/name`.
    pub codes: BTreeMap<String, CodeList>,
    /// Registers by `pack/name`.
    pub registers: BTreeMap<String, Register>,
    /// Procedures by `pack/name`.
    pub procedures: BTreeMap<String, Procedure>,
    /// Score cards by `pack/name`.
    pub scores: BTreeMap<String, ScoreCard>,
    /// Ledgers by `pack/name`.
    pub ledgers: BTreeMap<String, Ledger>,
    /// Room pages by pack.
    pub pages: BTreeMap<String, Page>,
}

/// A mistake in a file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// File, below `packs/`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub words: figure::Text,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {} ({})", self.file, self.line, self.words.zh, self.words.en)
    }
}

impl Packs {
    /// Where a link of pack `from` leads: room, the field that names a record there with its older names, the title.
    /// `to` is a register (`pack/name`, `name`) or the cases of a procedure (`case:pack/name`, `case:name`).
    pub fn target(&self, from: &str, to: &str) -> Option<(String, &Field, &Words)> {
        if let Some(name) = to.strip_prefix("case:") {
            let p = self.procedures.get(&Self::name(from, name))?;
            return Some((p.room(), p.field(&p.name)?, &p.title));
        }
        let r = self.registers.get(&Self::name(from, to))?;
        Some((r.room(), r.field(&r.name)?, &r.title))
    }

    /// A name as written inside pack `from`: `pack/name`, or `name` of the same pack.
    pub fn name(from: &str, name: &str) -> String {
        if name.contains('/') {
            name.to_string()
        } else {
            format!("{from}/{name}")
        }
    }
}
