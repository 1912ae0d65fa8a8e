//! Days as records write them (`2024-05-01`, Beijing time) and the instants of the log (milliseconds of UTC).

use crate::error::{Error, Result};
use chrono::NaiveDate;

/// Milliseconds that Beijing is ahead of UTC. China has one time zone and no summer time since 1992.
const AHEAD: i64 = 8 * 3600 * 1000;
const DAY: i64 = 24 * 3600 * 1000;

/// Reads `2024-05-01`; refuses any other way of writing it.
pub fn read(text: &str) -> Result<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date.filter(|d| d.to_string() == text).ok_or_else(|| {
        Error::refused(
            format!("日期“{text}”无效：应写成 2024-05-01。"),
            format!("`{text}` is no day: write 2024-05-01."),
        )
    })
}

/// The instant at which a day begins in Beijing, milliseconds of UTC.
pub fn begins(day: NaiveDate) -> i64 {
    i64::from(day.to_epoch_days()) * DAY - AHEAD
}

/// The day in Beijing at an instant.
pub fn of(at: i64) -> NaiveDate {
    let days = (at + AHEAD).div_euclid(DAY);
    i32::try_from(days)
        .ok()
        .and_then(NaiveDate::from_epoch_days)
        .unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_sixteen_hours_utc_of_the_day_before() {
        let day = read("2024-05-01").expect("a day");
        assert_eq!(begins(day), 1_714_492_800_000);
        assert_eq!(of(begins(day)), day);
        assert_eq!(of(begins(day) - 1).to_string(), "2024-04-30");
        for wrong in ["2024-5-1", "2024-02-30", "", "2024-05-01 "] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
