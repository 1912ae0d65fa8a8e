//! What is not certain: whole standards, provisions, single rows.

use crate::Law;
use figure::{Certainty, Text};
use serde::Serialize;

/// Where the doubt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A standard: its title or dates.
    Standard,
    /// The values of a provision.
    Provision,
    /// One row of a table.
    Row,
}

/// One thing that is likely or uncertain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// Where it stands.
    pub place: Place,
    /// How sure we are.
    pub certainty: Certainty,
    /// The room.
    pub domain: String,
    /// Number of the standard.
    pub standard: String,
    /// The key; empty for a standard.
    pub key: String,
    /// Clause; empty for a standard.
    pub clause: String,
    /// Title.
    pub title: Text,
    /// What names the row; empty for the other two.
    pub row: String,
    /// The remark that says why.
    pub note: Text,
    /// Where it was read.
    pub source: String,
    /// Division; empty for the nation.
    pub division: String,
    /// First day.
    pub from: chrono::NaiveDate,
    /// File and line, for whoever mends it.
    pub file: String,
    /// The line in it.
    pub line: usize,
}

impl Law {
    /// All of it: standards, then provisions, then rows that are less certain than their provision.
    pub fn doubts(&self) -> Vec<Doubt> {
        let mut out = Vec::new();
        for s in self.standards().iter().filter(|s| s.certainty != Certainty::Certain) {
            out.push(Doubt {
                place: Place::Standard,
                certainty: s.certainty,
                domain: s.domain().to_string(),
                standard: s.number.clone(),
                key: String::new(),
                clause: String::new(),
                title: s.title.clone(),
                row: String::new(),
                note: s.note.clone(),
                source: s.source.clone(),
                division: String::new(),
                from: s.from,
                file: s.file.clone(),
                line: 1,
            });
        }
        for p in self.keys().flat_map(|k| self.versions(k)) {
            let of = |place, certainty, clause: String, row: String, note: Text| Doubt {
                place,
                certainty,
                domain: p.domain().to_string(),
                standard: p.standard.number.clone(),
                key: p.key.clone(),
                clause,
                title: p.title.clone(),
                row,
                note,
                source: p.source.clone(),
                division: p.division.clone(),
                from: p.from,
                file: p.file.clone(),
                line: p.line,
            };
            if p.certainty != Certainty::Certain {
                out.push(of(
                    Place::Provision,
                    p.certainty,
                    p.clause.clone(),
                    String::new(),
                    p.note.clone(),
                ));
            }
            for r in 0..p.table.rows.len() {
                let clause = p.clause_ref_row(r);
                if clause.certainty > p.certainty {
                    let note = ["note_zh", "note", "note_en"].map(|c| p.table.text(r, c));
                    let zh = note.iter().copied().find(|n| !n.is_empty()).unwrap_or_default();
                    let en = note.iter().rev().copied().find(|n| !n.is_empty()).unwrap_or_default();
                    let row = p.table.name_of(r).join(" / ");
                    out.push(of(Place::Row, clause.certainty, clause.clause, row, Text::new(zh, en)));
                }
            }
        }
        out.sort_by(|a, b| (a.place, &a.domain, &a.key).cmp(&(b.place, &b.domain, &b.key)));
        out
    }
}
