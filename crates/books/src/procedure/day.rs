//! Days of Beijing, instants of UTC, and the periods of recurring terms.

use crate::pack::procedure::Every;
use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime};

/// Seconds that Beijing is ahead of UTC.
const BEIJING_S: i32 = 8 * 3600;

fn beijing() -> FixedOffset {
    FixedOffset::east_opt(BEIJING_S).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc))
}

/// The day in Beijing of an instant (milliseconds of UTC).
pub fn beijing_day(at: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .with_timezone(&beijing())
        .date_naive()
}

/// Day and minute in Beijing of an instant: `2024-05-01 08:30`.
pub(crate) fn beijing_time(at: i64) -> String {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .with_timezone(&beijing())
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// The last millisecond of a day in Beijing: until then something due on it is in time.
pub fn end_of_day(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN)
        .checked_add_days(Days::new(1))
        .and_then(|t| t.and_local_timezone(beijing()).single())
        .map_or(i64::MAX, |t| t.timestamp_millis() - 1)
}

/// A date as fields hold it.
pub(crate) fn read(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// A month, quarter or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub every: Every,
    pub first: NaiveDate,
}

impl Period {
    /// The period that holds a day.
    pub fn of(every: Every, day: NaiveDate) -> Self {
        let month = match every {
            Every::Month => day.month(),
            Every::Quarter => day.month0() / 3 * 3 + 1,
            Every::Year => 1,
        };
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        Self { every, first }
    }

    /// From its name: `2024-05`, `2024-Q2`, `2024`.
    pub fn read(every: Every, text: &str) -> Option<Self> {
        let (year, month) = match every {
            Every::Month => {
                let (y, m) = text.split_once('-')?;
                (y, if m.len() == 2 { m.parse().ok()? } else { return None })
            }
            Every::Quarter => {
                let (y, q) = text.split_once("-Q")?;
                let q: u32 = q.parse().ok().filter(|q| (1..=4).contains(q))?;
                (y, (q - 1) * 3 + 1)
            }
            Every::Year => (text, 1),
        };
        let year = if year.len() == 4 {
            year.parse().ok()?
        } else {
            return None;
        };
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(Self { every, first })
    }

    pub fn name(self) -> String {
        match self.every {
            Every::Month => self.first.format("%Y-%m").to_string(),
            Every::Quarter => format!("{}-Q{}", self.first.year(), self.first.month0() / 3 + 1),
            Every::Year => self.first.year().to_string(),
        }
    }

    pub fn next(self) -> Self {
        let months = match self.every {
            Every::Month => 1,
            Every::Quarter => 3,
            Every::Year => 12,
        };
        Self {
            every: self.every,
            first: self
                .first
                .checked_add_months(Months::new(months))
                .unwrap_or(NaiveDate::MAX),
        }
    }

    pub fn last(self) -> NaiveDate {
        self.next().first.pred_opt().unwrap_or(NaiveDate::MAX)
    }
}

/// How a period is written, for a message.
pub(crate) fn example(every: Every) -> &'static str {
    match every {
        Every::Month => "2024-05",
        Every::Quarter => "2024-Q2",
        Every::Year => "2024",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_in_beijing_and_periods_are_named() {
        // 2024-05-31 16:00 UTC is the first of June in Beijing.
        let at = 1_717_171_200_000;
        assert_eq!(beijing_day(at - 1).to_string(), "2024-05-31");
        assert_eq!(beijing_day(at).to_string(), "2024-06-01");
        assert_eq!(end_of_day(beijing_day(at - 1)), at - 1);
        for (every, text, last) in [
            (Every::Month, "2024-02", "2024-02-29"),
            (Every::Quarter, "2024-Q4", "2024-12-31"),
            (Every::Year, "2023", "2023-12-31"),
        ] {
            let period = Period::read(every, text).expect("a period");
            assert_eq!(
                (period.name().as_str(), period.last().to_string().as_str()),
                (text, last)
            );
            assert_eq!(Period::of(every, period.last()), period);
        }
        for (every, text) in [
            (Every::Month, "2024-5"),
            (Every::Month, "2024-13"),
            (Every::Quarter, "2024-Q0"),
            (Every::Quarter, "2024-05"),
            (Every::Year, "24"),
        ] {
            assert_eq!(Period::read(every, text), None, "{text}");
        }
    }
}
