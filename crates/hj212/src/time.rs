//! Times as the protocol writes them: digits in Beijing time (UTC+8), read without a heap.

/// A point in Beijing time, to the millisecond. It is a real one: 29 February exists only in leap years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Year, four digits.
    pub year: u16,
    /// Month 1..=12.
    pub month: u8,
    /// Day of the month from 1.
    pub day: u8,
    /// Hour 0..=23.
    pub hour: u8,
    /// Minute 0..=59.
    pub minute: u8,
    /// Second 0..=59.
    pub second: u8,
    /// Millisecond 0..=999; 0 if the text has 14 digits.
    pub milli: u16,
}

/// Seconds by which Beijing time is ahead of UTC.
const BEIJING_S: i64 = 8 * 3600;

impl Time {
    /// Reads `YYYYMMDDhhmmss` (14 digits) or `YYYYMMDDhhmmsszzz` (17).
    pub fn read(text: &[u8]) -> Option<Time> {
        if text.len() != 14 && text.len() != 17 {
            return None;
        }
        // One test for all digits: a character that is none gives a value above nine.
        if text.iter().fold(false, |bad, b| bad | (b.wrapping_sub(b'0') > 9)) {
            return None;
        }
        let two = |at: usize| (text[at] - b'0') * 10 + (text[at + 1] - b'0');
        let year = u16::from(two(0)) * 100 + u16::from(two(2));
        let milli = if text.len() == 17 {
            u16::from(two(14)) * 10 + u16::from(text[16] - b'0')
        } else {
            0
        };
        let time = Time {
            year,
            month: two(4),
            day: two(6),
            hour: two(8),
            minute: two(10),
            second: two(12),
            milli,
        };
        let real = matches!(time.month, 1..=12)
            && time.day >= 1
            && time.day <= days_in(year, time.month)
            && time.hour < 24
            && time.minute < 60
            && time.second < 60;
        real.then_some(time)
    }

    /// Seconds since 1970-01-01 00:00 UTC.
    pub fn utc_seconds(&self) -> i64 {
        days_since_1970(self.year, self.month, self.day) * 86_400
            + i64::from(self.hour) * 3600
            + i64::from(self.minute) * 60
            + i64::from(self.second)
            - BEIJING_S
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (years counted from March, so that the leap day is last).
fn days_since_1970(year: u16, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let from_march = i64::from((month + 9) % 12);
    let before_month = (153 * from_march + 2) / 5;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + before_month + i64::from(day)
        - 1
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_times_only() {
        assert!(Time::read(b"20240229235959").is_some());
        for bad in [
            "20260229093000",
            "20261301000000",
            "20260001000000",
            "20260100000000",
            "20260101240000",
            "20260101006000",
            "2026010100000",
            "2026010100000x",
            "",
        ] {
            assert_eq!(Time::read(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(Time::read(b"20260105093000120").map(|t| t.milli), Some(120));
    }

    #[test]
    fn seconds_since_1970_in_utc() {
        assert_eq!(Time::read(b"19700101080000").map(|t| t.utc_seconds()), Some(0));
        assert_eq!(
            Time::read(b"20260105093000").map(|t| t.utc_seconds()),
            Some(1_767_576_600)
        );
        assert_eq!(
            Time::read(b"20000301000000").map(|t| t.utc_seconds()),
            Some(951_840_000)
        );
    }
}
