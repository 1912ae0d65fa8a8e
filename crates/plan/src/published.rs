//! Figures that authorities or the press have published, shown beside ours as 公布值. Never an input to a figure of ours.

use serde::{Deserialize, Serialize};

/// A row of `data/published/*.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Published {
    /// 2024, 2023-08 or 2023-01/2023-08
    pub period: String,
    pub division: String,
    pub item: String,
    /// As printed.
    pub value: String,
    pub unit: String,
    /// Address of the page it was read from.
    pub source: String,
    pub read_on: String,
    pub note: String,
}

/// Reads published figures from CSV with a header row.
///
/// # Errors
/// The line and what is wrong with it.
pub fn read(csv_text: &str) -> Result<Vec<Published>, csv::Error> {
    csv::Reader::from_reader(csv_text.as_bytes()).deserialize().collect()
}

/// The published figures of an item, newest period first.
pub fn of<'a>(all: &'a [Published], division: &str, item: &str) -> Vec<&'a Published> {
    let mut out: Vec<&Published> = all
        .iter()
        .filter(|p| p.division == division && p.item == item)
        .collect();
    out.sort_by(|a, b| b.period.cmp(&a.period));
    out
}
