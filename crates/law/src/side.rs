//! One key side by side: on several days, in several divisions.

use crate::{Law, Provision};
use chrono::NaiveDate;
use serde::Serialize;
use std::sync::Arc;

/// What holds on one of the days asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picked {
    /// The day.
    pub date: NaiveDate,
    /// The division asked for; empty for the nation.
    pub division: String,
    /// What holds; none where nothing does.
    pub provision: Option<Arc<Provision>>,
}

/// One value, on each of the days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideRow {
    /// What names the row, column by column of [`Side::by`].
    pub name: Vec<String>,
    /// The column.
    pub column: String,
    /// The unit where all have the same; else empty, and the units stand in `units`.
    pub unit: String,
    /// The value on each day; none where the row or column is not there.
    pub values: Vec<Option<String>>,
    /// Not the same on all days.
    pub differs: bool,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The key.
    pub key: String,
    /// The columns that name a row, of any version.
    pub by: Vec<String>,
    /// The days and divisions, in the order asked for.
    pub picked: Vec<Picked>,
    /// Values.
    pub rows: Vec<SideRow>,
}

/// Columns that say something about a row: the unit stands beside the values, clause and certainty in the heading.
const ABOUT: [&str; 3] = ["unit", "clause", "certainty"];

impl Law {
    /// The values of a key on several days and in several divisions.
    pub fn side_by_side(&self, key: &str, wanted: &[(NaiveDate, String)]) -> Side {
        let held = |date, division: &str| {
            let p = self.at(key, date, division).ok()?;
            self.versions(key).iter().find(|v| std::ptr::eq(v.as_ref(), p)).cloned()
        };
        let picked: Vec<Picked> = wanted
            .iter()
            .map(|(date, division)| Picked {
                date: *date,
                division: division.clone(),
                provision: held(*date, division),
            })
            .collect();
        let provisions: Vec<Option<&Provision>> = picked.iter().map(|p| p.provision.as_deref()).collect();
        let present = || provisions.iter().copied().flatten();
        let by = union(present().map(|p| p.table.by.clone()));
        let columns = union(present().map(|p| p.table.columns.clone()));
        // A row is the same row if the columns that name it say the same, whatever their order in the file.
        let name_of =
            |p: &Provision, r: usize| -> Vec<String> { by.iter().map(|c| p.table.text(r, c).to_string()).collect() };
        let names = union(present().map(|p| (0..p.table.rows.len()).map(|r| name_of(p, r)).collect()));
        let mut rows = Vec::new();
        for name in &names {
            let at: Vec<Option<(&Provision, usize)>> = provisions
                .iter()
                .map(|p| p.and_then(|p| Some((p, (0..p.table.rows.len()).find(|r| name_of(p, *r) == *name)?))))
                .collect();
            for column in columns
                .iter()
                .filter(|c| !by.contains(c) && !ABOUT.contains(&c.as_str()))
            {
                let cell = |(p, r): (&Provision, usize)| {
                    p.table.column(column)?;
                    Some(p.table.text(r, column).to_string())
                };
                let values: Vec<Option<String>> = at.iter().map(|a| a.and_then(cell)).collect();
                if values.iter().all(|v| v.as_deref().unwrap_or("").is_empty()) {
                    continue;
                }
                let units = union(at.iter().flatten().map(|(p, r)| vec![p.unit(*r, column).to_string()]));
                rows.push(SideRow {
                    name: name.clone(),
                    column: column.clone(),
                    unit: if units.len() == 1 {
                        units[0].clone()
                    } else {
                        units.join(" → ")
                    },
                    differs: values.windows(2).any(|w| w[0] != w[1]),
                    values,
                });
            }
        }
        Side {
            key: key.to_string(),
            by,
            picked,
            rows,
        }
    }
}

/// Everything in the order in which it first appears.
fn union<T: PartialEq>(lists: impl Iterator<Item = Vec<T>>) -> Vec<T> {
    let mut out = Vec::new();
    for item in lists.flatten() {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}
