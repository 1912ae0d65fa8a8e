//! What changed between two days.

use crate::{Law, Provision};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A key whose provision is not the same on two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The key.
    pub key: String,
    /// The division it holds for; empty for the nation.
    pub division: String,
    /// What held on the first day.
    pub before: Option<Arc<Provision>>,
    /// What holds on the second day.
    pub after: Option<Arc<Provision>>,
    /// The cells that differ; empty when only the standard or the clause changed.
    pub cells: Vec<CellChange>,
}

/// One value that changed, appeared or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellChange {
    /// What names the row: `pm2_5 / day`.
    pub row: String,
    /// The column.
    pub column: String,
    /// The value before; none if the row or column is new.
    pub before: Option<String>,
    /// The value after; none if the row or column went.
    pub after: Option<String>,
}

impl Law {
    /// Every key × division whose provision differs between two days.
    pub fn diff(&self, first: NaiveDate, second: NaiveDate) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, all) in &self.by_key {
            let divisions: BTreeSet<&str> = all.iter().map(|p| p.division.as_str()).collect();
            for division in divisions {
                let on = |day| {
                    all.iter()
                        .rev()
                        .find(|p| p.division == division && p.in_force(day))
                        .cloned()
                };
                let (before, after) = (on(first), on(second));
                let same = match (&before, &after) {
                    (None, None) => true,
                    (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                    _ => false,
                };
                if !same {
                    let cells = cells(before.as_deref(), after.as_deref());
                    changes.push(Change {
                        key: key.clone(),
                        division: division.into(),
                        before,
                        after,
                        cells,
                    });
                }
            }
        }
        changes
    }
}

fn cells(before: Option<&Provision>, after: Option<&Provision>) -> Vec<CellChange> {
    let names = |p: Option<&Provision>| -> Vec<Vec<String>> {
        let Some(t) = p.map(|p| &p.table) else {
            return Vec::new();
        };
        (0..t.rows.len())
            .map(|r| t.name_of(r).iter().map(ToString::to_string).collect())
            .collect()
    };
    let columns = |p: Option<&Provision>| p.map(|p| p.table.columns.clone()).unwrap_or_default();
    let (rows_a, rows_b) = (names(before), names(after));
    let (cols_a, cols_b) = (columns(before), columns(after));
    let mut out = Vec::new();
    for name in union(&rows_a, &rows_b) {
        // What names a row is said by the row itself.
        for column in union(&cols_a, &cols_b).filter(|c| !names_a_row(before, c) && !names_a_row(after, c)) {
            let cell = |p: Option<&Provision>, rows: &[Vec<String>]| -> Option<String> {
                let (p, row) = (p?, rows.iter().position(|r| r == name)?);
                p.table.column(column)?;
                Some(p.table.text(row, column).to_string())
            };
            let (a, b) = (cell(before, &rows_a), cell(after, &rows_b));
            if a != b {
                out.push(CellChange {
                    row: name.join(" / "),
                    column: column.clone(),
                    before: a,
                    after: b,
                });
            }
        }
    }
    out
}

fn names_a_row(p: Option<&Provision>, column: &String) -> bool {
    p.is_some_and(|p| p.table.by.contains(column))
}

/// Everything of the first list, then what only the second has.
fn union<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = &'a T> {
    a.iter().chain(b.iter().filter(move |x| !a.contains(x)))
}
