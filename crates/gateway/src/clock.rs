//! Time as an argument, so that tests can run at any date.

use std::sync::Arc;

/// Milliseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |d| d.as_millis() as i64)
    })
}

/// Days since 1970 to (year, month, day), proleptic Gregorian (the usual era arithmetic).
pub(crate) fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// `YYYYMMDDhhmmss` in Beijing time, as packets carry it.
pub(crate) fn stamp(utc_s: i64) -> String {
    let local = utc_s + 8 * 3600;
    let (y, m, d) = civil(local.div_euclid(86_400));
    let s = local.rem_euclid(86_400);
    format!("{y:04}{m:02}{d:02}{:02}{:02}{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// `YYYY-MM-DDThh:mm:ss.mmm+08:00`, as pages show it.
pub(crate) fn iso(ms: i64) -> String {
    let local = ms.div_euclid(1000) + 8 * 3600;
    let (y, m, d) = civil(local.div_euclid(86_400));
    let s = local.rem_euclid(86_400);
    let milli = ms.rem_euclid(1000);
    format!(
        "{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}.{milli:03}+08:00",
        s / 3600,
        s / 60 % 60,
        s % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_the_codec() {
        for utc in [0, 951_782_400, 1_709_164_800, 1_767_225_599, 4_102_444_799] {
            let text = stamp(utc);
            let read = hj212::Time::read(text.as_bytes()).expect("a time");
            assert_eq!(read.utc_seconds(), utc, "{text}");
        }
        assert_eq!(iso(1_767_225_600_123), "2026-01-01T08:00:00.123+08:00");
    }
}
