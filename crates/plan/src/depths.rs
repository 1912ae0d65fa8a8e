//! What lies under a city's day: hours of stations, every version of an observation, the raw line or packet.

use crate::days::{CityDay, Days};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use evidence::Evidence;
use figure::Decimal;
use lake::{Lake, LakeError, SeriesKey};

/// A station, as the register of sites has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub code: String,
    pub name: String,
    /// City code.
    pub division: String,
    /// Takes part in city figures (HJ 664: city points without the clean reference ones).
    pub evaluates: bool,
}

/// Lake codes (HJ 212) of a pollutant of the law, and the period a delivered day value has.
pub fn codes(factor: &str) -> Option<(&'static str, &'static str)> {
    Some(match factor {
        "so2" => ("a21026", "1d"),
        "no2" => ("a21004", "1d"),
        "co" => ("a21005", "1d"),
        "o3_8h" => ("a05024", "8hmax1d"),
        "pm10" => ("a34002", "1d"),
        "pm2_5" => ("a34004", "1d"),
        _ => return None,
    })
}

/// All city days of a lake, the index by each day's law or by that of one day.
///
/// # Errors
/// As [`Lake::city_days`].
pub fn city_days(lake: &Lake, law_of: Option<NaiveDate>) -> Result<Days, LakeError> {
    city_days_under(lake, &lake.law(), law_of)
}

/// The same, the index by another law than the lake's: a draft laid over it.
///
/// # Errors
/// As [`city_days`].
pub fn city_days_under(lake: &Lake, law: &law::Law, law_of: Option<NaiveDate>) -> Result<Days, LakeError> {
    let Some(span) = lake.city_span()? else {
        return Ok(Days::default());
    };
    Ok(days_of(lake.city_days_under(law, span, law_of)?))
}

/// The same from what was recorded up to the end of a day (Beijing).
///
/// # Errors
/// As [`city_days`].
pub fn city_days_as_known(lake: &Lake, law_of: Option<NaiveDate>, known: NaiveDate) -> Result<Days, LakeError> {
    let end = lake::day_start(known) + 86_400 - 1;
    Ok(days_of(lake.city_days_as_known(end, law_of)?))
}

fn days_of(days: Vec<lake::air::CityDay>) -> Days {
    Days::new(days.into_iter().map(|d| {
        let complete = d.aqi.complete;
        let day = CityDay {
            day: d.day,
            values: d.values,
            // A day without all that a valid day needs keeps its concentrations but counts neither as good nor as bad.
            aqi: d.aqi.aqi.filter(|_| complete),
            level: if complete { d.aqi.level } else { 0 },
            primary: d.aqi.primary,
            simulated: d.simulated,
        };
        (d.division, day)
    }))
}

/// Where an observation came from, as an evidence REF with the column to look at: `file:…#L12&column=pm25`.
///
/// Both are found by the second in which it was recorded: a file has one to itself, and packets of a second are few.
pub fn trace(
    lake: &Lake,
    evidence: &Evidence,
    key: &SeriesKey,
    start: NaiveDateTime,
    recorded_s: i64,
) -> Option<String> {
    let t = start.and_utc().timestamp() - lake::BEIJING_S;
    if let Some(r) = lake.trace_row(key, t, recorded_s).ok().flatten() {
        return Some(match r.column {
            Some(column) => format!("{}&column={column}", r.reference),
            None => r.reference,
        });
    }
    // Other statistics than the mean are named behind the code: `a21026-Max`.
    let code = key.factor.split('-').next().unwrap_or(&key.factor);
    let seq = packet(evidence, recorded_s, &|payload| names(payload, code, start))?;
    Some(format!("packet:{seq}&column={code}"))
}

/// Seconds by which records may stand out of the order of their receipt: they are queued by many connections.
const DISORDER_S: i64 = 2;

/// The first packet received in a second for which `fits` holds: a binary search, then a short walk.
fn packet(evidence: &Evidence, second: i64, fits: &dyn Fn(&[u8]) -> bool) -> Option<u64> {
    let (mut low, mut high) = (1, evidence.next_seq());
    while low < high {
        let middle = low + (high - low) / 2;
        let at = evidence.record(middle).ok()?.received_ms.div_euclid(1000);
        if at < second - DISORDER_S {
            low = middle + 1
        } else {
            high = middle
        }
    }
    evidence
        .scan(low)
        .map_while(Result::ok)
        .take_while(|r| r.received_ms.div_euclid(1000) <= second + DISORDER_S)
        .find(|r| r.kind == evidence::Kind::Packet && r.received_ms.div_euclid(1000) == second && fits(&r.payload))
        .map(|r| r.seq)
}

/// Whether a packet says something of a factor at a time: a cheap look at the text, for one second of packets.
fn names(payload: &[u8], code: &str, start: NaiveDateTime) -> bool {
    let text = String::from_utf8_lossy(payload);
    let at = format!("DataTime={}", start.format("%Y%m%d%H%M%S"));
    text.contains(&at) && text.contains(&format!("{code}-"))
}

/// One observation, current version.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub site: String,
    /// Start, Beijing time.
    pub start: NaiveDateTime,
    pub value: Option<Decimal>,
    pub mark: String,
    pub simulated: bool,
    /// When it was recorded, seconds UTC.
    pub recorded_s: i64,
}

/// The mark of a valid value.
pub const VALID: &str = lake::VALID_MARK;

impl Observation {
    /// When it was recorded, Beijing time.
    pub fn recorded(&self) -> String {
        chrono::DateTime::from_timestamp(self.recorded_s + lake::BEIJING_S, 0)
            .map(|t| t.format("%Y-%m-%d %H:%M:%S").to_string())
            .unwrap_or_default()
    }

    /// The value if it may take part in a mean.
    pub fn valid(&self) -> Option<Decimal> {
        self.value.filter(|_| self.mark == VALID)
    }
}

/// Hours of some sites in a natural day: a site's real ones, or its simulated ones where there are no real.
///
/// # Errors
/// When the observations cannot be read.
pub fn hours_of(lake: &Lake, sites: &[&str], code: &str, day: NaiveDate) -> Result<Vec<Observation>, LakeError> {
    let t = seconds(day.and_time(chrono::NaiveTime::MIN), TimeDelta::days(1));
    let mut out = read(lake, sites, code, "1h", "real", t, false)?;
    let mut rest: Vec<&str> = sites.to_vec();
    rest.retain(|site| !out.iter().any(|o| o.site == *site));
    out.extend(read(lake, &rest, code, "1h", "simulated", t, false)?);
    Ok(out)
}

/// Values of a site that are kept for whole days, real ones before simulated ones.
///
/// # Errors
/// When the observations cannot be read.
pub fn of_day(
    lake: &Lake,
    site: &str,
    code: &str,
    period: &str,
    day: NaiveDate,
) -> Result<Vec<Observation>, LakeError> {
    let t = seconds(day.and_time(chrono::NaiveTime::MIN), TimeDelta::days(1));
    let real = read(lake, &[site], code, period, "real", t, false)?;
    if real.is_empty() {
        return read(lake, &[site], code, period, "simulated", t, false);
    }
    Ok(real)
}

/// Every version of an observation, real ones before simulated ones, the latest recorded first.
///
/// # Errors
/// When the observations cannot be read.
pub fn versions(
    lake: &Lake,
    site: &str,
    code: &str,
    period: &str,
    start: NaiveDateTime,
) -> Result<Vec<Observation>, LakeError> {
    let t = seconds(start, TimeDelta::seconds(1));
    let mut out = read(lake, &[site], code, period, "real", t, true)?;
    out.extend(read(lake, &[site], code, period, "simulated", t, true)?);
    Ok(out)
}

/// First and last second of a span that begins at a Beijing time, UTC.
fn seconds(from: NaiveDateTime, long: TimeDelta) -> (i64, i64) {
    let first = from.and_utc().timestamp() - lake::BEIJING_S;
    (first, first + long.num_seconds() - 1)
}

fn read(
    lake: &Lake,
    sites: &[&str],
    code: &str,
    period: &str,
    origin: &str,
    t: (i64, i64),
    every: bool,
) -> Result<Vec<Observation>, LakeError> {
    let keys: Vec<SeriesKey> = sites
        .iter()
        .map(|site| SeriesKey::new(site, code, period, origin))
        .collect();
    let rows = lake.observed(&keys, t, every)?;
    let observation = |o: lake::Observed| {
        Some(Observation {
            site: sites.get(o.key)?.to_string(),
            start: chrono::DateTime::from_timestamp(o.start + lake::BEIJING_S, 0)?.naive_utc(),
            value: o.v,
            mark: o.mark,
            simulated: origin == "simulated",
            recorded_s: o.recorded,
        })
    };
    Ok(rows.into_iter().filter_map(observation).collect())
}
