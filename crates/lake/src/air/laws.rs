//! The rules of every day, compiled once for each stretch of days on which no air provision changes.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use law::Law;
use standards::EvalError;
use standards::air::Rules;

use crate::error::{LakeError, Result};
use crate::{date, days_since_1970};

/// Rules by day.
pub(crate) struct Laws<'a> {
    law: &'a Law,
    /// First days of stretches.
    changes: Vec<i32>,
    /// Provinces (first two digits) with provisions of their own; elsewhere the nation's rules serve.
    own: BTreeSet<String>,
    rules: HashMap<(usize, String), Option<Arc<Rules>>>,
    fixed: Option<Arc<Rules>>,
}

impl<'a> Laws<'a> {
    /// The law of each day, or of one day for all.
    pub(crate) fn new(law: &'a Law, law_of: Option<NaiveDate>) -> Result<Self> {
        let mut changes = BTreeSet::new();
        let mut own = BTreeSet::new();
        for key in law.keys().filter(|k| k.starts_with("air.")) {
            for p in law.versions(key) {
                changes.insert(days_since_1970(p.from));
                own.extend(p.division.get(..2).map(str::to_string));
                // The last day on which it holds.
                changes.extend(p.to.map(|to| days_since_1970(to) + 1));
                changes.extend(p.standard.to.map(|to| days_since_1970(to) + 1));
                changes.insert(days_since_1970(p.standard.from));
            }
        }
        let mut out = Self {
            law,
            changes: changes.into_iter().collect(),
            own,
            rules: HashMap::new(),
            fixed: None,
        };
        if let Some(day) = law_of {
            let rules = Rules::at(law, day, "").map_err(|e| LakeError::Rule(e.to_string()))?;
            out.fixed = Some(Arc::new(rules));
        }
        Ok(out)
    }

    /// The rules of a day for a division (empty: the nation); none before the first version that is known there.
    pub(crate) fn of(&mut self, day: i32, division: &str) -> Result<Option<Arc<Rules>>> {
        if let Some(r) = &self.fixed {
            return Ok(Some(r.clone()));
        }
        let stretch = self.changes.partition_point(|c| *c <= day);
        let division = if division.get(..2).is_some_and(|p| self.own.contains(p)) {
            division
        } else {
            ""
        };
        let place = (stretch, division.to_string());
        if let Some(r) = self.rules.get(&place) {
            return Ok(r.clone());
        }
        let rules = match Rules::at(self.law, date(day), division) {
            Ok(rules) => Some(Arc::new(rules)),
            Err(EvalError::NotInForce(_)) => None,
            Err(e) => return Err(LakeError::Rule(e.to_string())),
        };
        self.rules.insert(place, rules.clone());
        Ok(rules)
    }

    /// The rules that a day's hours are put together by: its own, or, for days before the first version that is
    /// known, that first version. Such a day has values but no index: none was defined.
    pub(crate) fn for_values(&mut self, day: i32) -> Result<Arc<Rules>> {
        let stretch = self.changes.partition_point(|c| *c <= day);
        let later: Vec<i32> = self.changes[stretch..].to_vec();
        for d in std::iter::once(day).chain(later) {
            if let Some(rules) = self.of(d, "")? {
                return Ok(rules);
            }
        }
        Err(LakeError::Rule(format!(
            "no air rules are in force on {} or later; see `law check`",
            date(day)
        )))
    }
}

/// The rules of the last day on which something changes.
pub(crate) fn newest(law: &Law) -> Result<Arc<Rules>> {
    let mut laws = Laws::new(law, None)?;
    let last = laws.changes.last().copied().unwrap_or(0);
    laws.for_values(last)
}

/// Whether two laws have the same rules of air.
pub(crate) fn same_rules(a: &Law, b: &Law) -> bool {
    let of = |law: &'_ Law| -> Vec<Arc<law::Provision>> {
        let keys = law.keys().filter(|k| k.starts_with("air."));
        keys.flat_map(|k| law.versions(k)).cloned().collect()
    };
    of(a) == of(b)
}
