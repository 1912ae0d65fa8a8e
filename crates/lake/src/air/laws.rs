//! The rules of every day, compiled once for each stretch of days on which no air provision changes.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use law::Law;
use standards::air::Rules;

use crate::error::{LakeError, Result};
use crate::{date, days_since_1970};

/// Rules by day.
pub(crate) struct Laws<'a> {
    law: &'a Law,
    /// First days of stretches.
    changes: Vec<i32>,
    rules: HashMap<usize, Arc<Rules>>,
    fixed: Option<Arc<Rules>>,
}

impl<'a> Laws<'a> {
    /// The law of each day, or of one day for all.
    pub(crate) fn new(law: &'a Law, law_of: Option<NaiveDate>) -> Result<Self> {
        let mut changes = BTreeSet::new();
        for key in law.keys().filter(|k| k.starts_with("air.")) {
            for p in law.versions(key) {
                changes.insert(days_since_1970(p.from));
                // The last day on which it holds.
                changes.extend(p.to.map(|to| days_since_1970(to) + 1));
                changes.extend(p.standard.to.map(|to| days_since_1970(to) + 1));
                changes.insert(days_since_1970(p.standard.from));
            }
        }
        let mut out = Self {
            law,
            changes: changes.into_iter().collect(),
            rules: HashMap::new(),
            fixed: None,
        };
        if let Some(day) = law_of {
            out.fixed = Some(out.of(days_since_1970(day))?);
        }
        Ok(out)
    }

    /// The rules of a day.
    pub(crate) fn of(&mut self, day: i32) -> Result<Arc<Rules>> {
        if let Some(r) = &self.fixed {
            return Ok(r.clone());
        }
        let stretch = self.changes.partition_point(|c| *c <= day);
        if let Some(r) = self.rules.get(&stretch) {
            return Ok(r.clone());
        }
        let rules =
            Rules::at(self.law, date(day), "").map_err(|e| LakeError::Rule(e.to_string()))?;
        let rules = Arc::new(rules);
        self.rules.insert(stretch, rules.clone());
        Ok(rules)
    }
}

/// The rules of the last day on which something changes.
pub(crate) fn newest(law: &Law) -> Result<Arc<Rules>> {
    let mut laws = Laws::new(law, None)?;
    let last = laws.changes.last().copied().unwrap_or(0);
    laws.of(last)
}
