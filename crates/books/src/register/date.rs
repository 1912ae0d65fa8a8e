//! Days and times as people and spreadsheets write them: `2024-05-01`, `2024/5/1`, `2024.5.1`, `2024年5月`, `20240501`, a serial number.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use figure::Text;

/// Day 0 of a spreadsheet's serial numbers (its false 29 February 1900 makes it 30 December for every day after).
const EPOCH: (i32, u32, u32) = (1899, 12, 30);
/// Serial numbers that are read as days: 1 March 1900 to 31 December 2199.
const SERIALS: std::ops::RangeInclusive<u64> = 61..=109_574;
/// Years that are read: outside, a slip of the pen is likelier than a date.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Full-width letters, digits and signs as half-width ones.
pub(crate) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
            0x3000 | 0xA0 => ' ',
            0x2212 => '-',
            _ => c,
        })
        .collect()
}

fn serial(days: u64) -> Option<NaiveDate> {
    let (y, m, d) = EPOCH;
    SERIALS
        .contains(&days)
        .then(|| NaiveDate::from_ymd_opt(y, m, d)?.checked_add_days(Days::new(days)))?
}

fn unread(text: &str) -> Text {
    Text::new(
        format!("“{text}”不是日期，请写成 2024-05-01"),
        format!("`{text}` is no date: write 2024-05-01"),
    )
}

/// The last day of a month.
fn month_end(first: NaiveDate) -> Option<NaiveDate> {
    first.checked_add_months(chrono::Months::new(1))?.pred_opt()
}

/// A day. A month alone is its first day, or its last where the field ends a period (`last`).
pub(crate) fn day(text: &str, last: bool) -> Result<NaiveDate, Text> {
    let (date, time) = moment(text, last)?;
    if time == NaiveTime::MIN {
        return Ok(date);
    }
    Err(Text::new(
        format!("“{text}”带有时刻，此处只填日期"),
        format!("`{text}` carries a time of day; only the day is wanted here"),
    ))
}

/// A day with its time, to the second.
pub(crate) fn time(text: &str) -> Result<NaiveDateTime, Text> {
    let (date, time) = moment(text, false)?;
    Ok(date.and_time(time))
}

fn moment(text: &str, last: bool) -> Result<(NaiveDate, NaiveTime), Text> {
    let plain = narrow(text);
    let plain = plain.trim();
    let wrong = || unread(text);
    // A cell that holds a number: whole days and a part of a day.
    if let Ok(number) = plain.parse::<f64>()
        && plain.len() != 8
        && !plain.starts_with(['-', '+'])
        && number < 1e6
        && plain.split('.').next().is_some_and(|w| w.len() == 5)
    {
        // Seconds fit a whole number by far; the sign was looked at.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let seconds = (number * 86_400.0).round() as u64;
        let date = serial(seconds / 86_400).ok_or_else(wrong)?;
        let of_day = u32::try_from(seconds % 86_400).unwrap_or(0);
        return Ok((
            date,
            NaiveTime::from_num_seconds_from_midnight_opt(of_day, 0).unwrap_or(NaiveTime::MIN),
        ));
    }
    let (first, rest) = match plain.split_once(['T', ' ']) {
        Some((a, b)) => (a, b.trim()),
        None => plain.split_once('日').map_or((plain, ""), |(a, b)| (a, b.trim())),
    };
    Ok((calendar(first, last, text)?, clock(rest).ok_or_else(wrong)?))
}

fn calendar(text: &str, last: bool, shown: &str) -> Result<NaiveDate, Text> {
    let wrong = || unread(shown);
    let text = text.trim_end_matches(['日', '号', '月']);
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.split(['-', '/', '.', '年', '月']).map(str::trim).collect()
    };
    if !(2..=3).contains(&parts.len())
        || parts
            .iter()
            .any(|p| p.is_empty() || p.len() > 4 || !p.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(wrong());
    }
    if parts[0].len() != 4 {
        return Err(Text::new(
            format!("“{shown}”的年份须写四位，如 2024-05-01"),
            format!("`{shown}`: write the year with four digits, as in 2024-05-01"),
        ));
    }
    let number = |i: usize| parts[i].parse::<u32>().unwrap_or(0);
    let year = parts[0].parse::<i32>().unwrap_or(0);
    let day = if parts.len() == 3 { number(2) } else { 1 };
    let date = NaiveDate::from_ymd_opt(year, number(1), day).filter(|_| YEARS.contains(&year));
    let date = date.ok_or_else(|| {
        Text::new(
            format!("没有“{shown}”这一天，请核对年月日"),
            format!("there is no such day as `{shown}`: check year, month and day"),
        )
    })?;
    if parts.len() == 2 && last {
        return month_end(date).ok_or_else(wrong);
    }
    Ok(date)
}

/// `08:30`, `8:30:00`, `8时30分`; midnight if there is none.
fn clock(text: &str) -> Option<NaiveTime> {
    let text = text.trim_end_matches(['Z', '分', '秒']);
    if text.is_empty() {
        return Some(NaiveTime::MIN);
    }
    let parts: Vec<&str> = text.split([':', '时', '点', '分']).map(str::trim).collect();
    let number = |i: usize| match parts.get(i) {
        None | Some(&"") => Some(0),
        Some(p) => p.split('.').next()?.parse::<u32>().ok(),
    };
    if parts.len() > 3 {
        return None;
    }
    NaiveTime::from_hms_opt(number(0)?, number(1)?, number(2)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_written_in_many_ways() {
        for text in [
            "2024-05-01",
            "2024/5/1",
            "2024.5.1",
            "2024年5月1日",
            "２０２４－０５－０１",
            "20240501",
            "45413",
            "2024-05-01 00:00:00",
            "2024-05-01T00:00",
            " 2024年05月01号 ",
            "2024年5月",
        ] {
            assert_eq!(
                day(text, false).map(|d| d.to_string()),
                Ok("2024-05-01".into()),
                "{text}"
            );
        }
        assert_eq!(day("2024年2月", true).map(|d| d.to_string()), Ok("2024-02-29".into()));
        for text in [
            "2024-02-30",
            "2023-02-29",
            "24.5.1",
            "2024-13-01",
            "五月",
            "2024-5-1-2",
            "99999999",
            "0",
            "-45413",
            "2024-05-01 08:30",
            "1024-01-01",
            "2024-05-01 25:00",
        ] {
            assert!(day(text, false).is_err(), "{text}");
        }
        assert!(day("2024-02-30", false).is_err_and(|t| t.zh.contains("没有“2024-02-30”这一天")));
    }

    #[test]
    fn times_and_serials_with_a_part_of_a_day() {
        for text in [
            "2024-05-01 08:30",
            "2024/5/1 8:30:00",
            "2024年5月1日8时30分",
            "45413.3541666667",
            "2024-05-01T08:30:00",
        ] {
            assert_eq!(
                time(text).map(|t| t.to_string()),
                Ok("2024-05-01 08:30:00".into()),
                "{text}"
            );
        }
    }
}
