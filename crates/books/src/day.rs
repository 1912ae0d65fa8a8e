//! Days as records write them (`2024-05-01`, Beijing time) and the instants of the log (milliseconds of UTC).

use crate::error::{Error, Result};
use crate::procedure::{beijing_day, end_of_day};
use chrono::NaiveDate;

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
    day.pred_opt().map_or(i64::MIN, |before| end_of_day(before) + 1)
}

/// The day in Beijing at an instant.
pub fn of(at: i64) -> NaiveDate {
    beijing_day(at)
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
