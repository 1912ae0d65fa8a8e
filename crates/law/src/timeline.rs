//! The days on which something holds.

use crate::Law;
use chrono::NaiveDate;
use serde::Serialize;

/// Days without a break on which a key has an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// First day.
    pub from: NaiveDate,
    /// Last day; none while it goes on.
    pub to: Option<NaiveDate>,
}

impl Law {
    /// The stretches of days on which a key has an answer for the nation; where only divisions have it, for any of
    /// them.
    pub fn covered(&self, key: &str) -> Vec<Stretch> {
        let all = self.versions(key);
        let nation = all.iter().any(|p| p.division.is_empty());
        let mut spans: Vec<Stretch> = all
            .iter()
            .filter(|p| !nation || p.division.is_empty())
            .map(|p| Stretch { from: p.from, to: p.to })
            .collect();
        spans.sort_by_key(|s| s.from);
        let mut out: Vec<Stretch> = Vec::new();
        for s in spans {
            match out.last_mut() {
                Some(last)
                    if last
                        .to
                        .is_none_or(|to| to.succ_opt().is_some_and(|next| s.from <= next)) =>
                {
                    last.to = match (last.to, s.to) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        _ => None,
                    };
                }
                _ => out.push(s),
            }
        }
        out
    }
}
