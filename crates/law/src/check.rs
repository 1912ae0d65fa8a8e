//! What a single file cannot show: gaps, overlaps and references that lead nowhere.

use crate::{Law, Provision};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Something wrong with the law as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file to look at.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// The key or standard concerned.
    pub subject: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.subject, self.message)
    }
}

impl Law {
    /// Looks for overlaps and gaps of every key × division, and for references that lead nowhere.
    /// Empty = the law is sound.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (key, all) in &self.by_key {
            let mut by_division = BTreeMap::<&str, Vec<&Arc<Provision>>>::new();
            for p in all {
                by_division.entry(&p.division).or_default().push(p);
            }
            for versions in by_division.values() {
                self.check_versions(key, versions, &mut problems);
            }
        }
        self.check_standards(&mut problems);
        problems
    }

    fn check_versions(&self, key: &str, versions: &[&Arc<Provision>], problems: &mut Vec<Problem>) {
        for pair in versions.windows(2) {
            let (a, b) = (pair[0], pair[1]); // windows(2) yields pairs
            match a.to {
                Some(to) if to < b.from => {
                    let next = to.succ_opt().unwrap_or(to);
                    if next < b.from && !self.covered_by_wider(b, next, b.from) {
                        problems.push(problem(
                            b,
                            key,
                            format!("gap: nothing holds from {next} to the day before {}", b.from),
                        ));
                    }
                }
                _ => problems.push(problem(
                    b,
                    key,
                    format!("overlap: {} already holds from {}", a.standard.number, a.from),
                )),
            }
        }
        if let Some(last) = versions.last()
            && let Some(to) = last.to
            && let Some(next) = to.succ_opt()
        {
            let successor = self
                .standards
                .iter()
                .find(|s| s.replaces.contains(&last.standard.number));
            // What is said to be missing is no gap: whoever asks is told that it is not recorded.
            let held = match self.at(key, next, &last.division) {
                Ok(_) => true,
                Err(e) => e.unrecorded.is_some(),
            };
            if let Some(s) = successor.filter(|_| !held) {
                let message = format!(
                    "gap: nothing holds after {to} although {} replaces {}",
                    s.number, last.standard.number
                );
                problems.push(problem(last, key, message));
            }
        }
    }

    /// A division's own rules may pause while the nation's hold.
    fn covered_by_wider(&self, p: &Provision, from: NaiveDate, before: NaiveDate) -> bool {
        let mut day = from;
        while day < before {
            match self.at(&p.key, day, &p.division) {
                Err(_) => return false,
                Ok(hit) => match hit.to.and_then(|d| d.succ_opt()) {
                    None => return true,
                    Some(next) => day = next,
                },
            }
        }
        true
    }

    fn check_standards(&self, problems: &mut Vec<Problem>) {
        for s in &self.standards {
            let mut report = |message: String| {
                problems.push(Problem {
                    file: s.file.clone(),
                    line: 1,
                    subject: s.number.clone(),
                    message,
                });
            };
            for old in &s.replaces {
                match self.standard(old) {
                    None => report(format!("replaces `{old}`, which is not in the law")),
                    Some(o) if o.to.is_none_or(|to| to >= s.from) => {
                        report(format!("replaces `{old}`, which is still in force on {}", s.from));
                    }
                    Some(_) => {}
                }
            }
        }
        for p in self.by_key.values().flatten() {
            let early = p.division.is_empty() && p.from < p.standard.from;
            let late = p.standard.to.is_some_and(|end| p.to.is_none_or(|to| to > end));
            if early || late {
                problems.push(problem(
                    p,
                    &p.key,
                    format!("holds outside the dates of {}", p.standard.number),
                ));
            }
            self.check_references(p, problems);
        }
    }

    /// A table may point at another key in a column named `law_key`; it must exist.
    fn check_references(&self, p: &Provision, problems: &mut Vec<Problem>) {
        for row in 0..p.table.rows.len() {
            let key = p.table.text(row, "law_key");
            if !key.is_empty() && !self.by_key.contains_key(key) {
                problems.push(problem(
                    p,
                    &p.key,
                    format!("row {} points at `{key}`, which is not in the law", row + 1),
                ));
            }
            let number = p.table.text(row, "law_standard");
            if !number.is_empty() && self.standard(number).is_none() {
                problems.push(problem(
                    p,
                    &p.key,
                    format!("row {} points at `{number}`, which is not in the law", row + 1),
                ));
            }
        }
    }
}

fn problem(p: &Provision, subject: &str, message: String) -> Problem {
    Problem {
        file: p.file.clone(),
        line: p.line,
        subject: subject.to_string(),
        message,
    }
}
