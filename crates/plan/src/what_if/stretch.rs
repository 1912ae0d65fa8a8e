//! Stretches of days on which none of some keys changes: what is compiled for one day of it serves all.

use chrono::NaiveDate;
use law::Law;

/// First days of stretches.
pub(super) struct Stretches(Vec<NaiveDate>);

impl Stretches {
    /// By every version of the keys, and by the standards they stand in.
    pub(super) fn of(law: &Law, keys: &[&str]) -> Self {
        let mut days = vec![];
        for p in keys.iter().flat_map(|k| law.versions(k)) {
            days.extend([p.from, p.standard.from]);
            let ends = [p.to, p.standard.to].into_iter().flatten();
            days.extend(ends.filter_map(|d| d.succ_opt()));
        }
        days.sort_unstable();
        days.dedup();
        Self(days)
    }

    /// Number of the stretch a day lies in.
    pub(super) fn at(&self, day: NaiveDate) -> usize {
        self.0.partition_point(|d| *d <= day)
    }
}
