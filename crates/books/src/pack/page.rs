//! `page.toml`: the room page of a pack: blocks from top to bottom.

use super::field::Words;
use serde::{Deserialize, Serialize};

/// A block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Block {
    /// Words.
    Text {
        /// What it says.
        words: Words,
    },
    /// Figures: counts of records or cases.
    Figures {
        /// Title.
        title: Words,
        /// The figures.
        figures: Vec<FigureOf>,
    },
    /// A register's table.
    Register {
        /// `pack/name` or `name`.
        of: String,
    },
    /// Records of a register on the map.
    Map {
        /// Register.
        of: String,
    },
    /// Counts by a field, as bars.
    Chart {
        /// Title.
        title: Words,
        /// Room: `register:NAME` or `case:NAME`.
        of: String,
        /// Field.
        by: String,
    },
    /// Cases of a procedure, with what is due.
    Cases {
        /// Procedure.
        of: String,
    },
    /// A score card's results.
    Score {
        /// Card.
        of: String,
    },
    /// A ledger's trial balance.
    Ledger {
        /// Ledger.
        of: String,
    },
}

/// One figure of a block: a count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureOf {
    /// Title.
    pub title: Words,
    /// Room: `register:NAME` or `case:NAME`.
    pub of: String,
    /// Only where this field …
    #[serde(default)]
    pub field: Option<String>,
    /// … is one of these.
    #[serde(default)]
    pub is: Vec<String>,
    /// Only cases with a missed term.
    #[serde(default)]
    pub overdue: bool,
}

/// A sentence of the plan that the room answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stand {
    /// Row of the plan's list of systems: `13.2`.
    pub row: String,
    /// Words that occur in the sentence and in no other.
    pub words: String,
    /// Which figure of the page stands in the margin (title's Chinese).
    pub figure: String,
}

/// A room page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Title.
    pub title: Words,
    /// Blocks.
    #[serde(rename = "block")]
    pub blocks: Vec<Block>,
    /// Sentences of the plan it answers.
    #[serde(default, rename = "stand")]
    pub stands: Vec<Stand>,
}
