//! Code lists: `codes/NAME.csv` with a head of `# source: …`, `# certainty: certain|likely|uncertain` and, where it applies,
//! `# simulated: true`; then `code,zh,en` and any further columns (`parent`, `from`, `to`).

use serde::Serialize;

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
    /// Code above it; empty at the top.
    pub parent: String,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CodeList {
    /// Where it is from.
    pub source: String,
    /// How sure.
    pub certainty: String,
    /// The codes, in the file's order.
    pub codes: Vec<Code>,
}
