//! What lies under a city's day: hours of stations, every version of an observation, the raw line or packet.

use crate::days::{CityDay, Days};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use evidence::Evidence;
use figure::Decimal;
use lake::{Lake, LakeError, SeriesKey, View};
use serde_json::{Map, Value};

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
        // A valid day has all six (law key `air.valid_day`); ozone's largest hour is no condition.
        let complete = d.values.iter().all(Option::is_some);
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

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Beijing time as SQL compares it.
fn instant(at: NaiveDateTime) -> String {
    format!("TIMESTAMP '{}+08:00'", at.format("%Y-%m-%dT%H:%M:%S"))
}

/// Hours of some sites in a natural day, real ones before simulated ones of the same site. Read without SQL, whose
/// planning would cost more than the reading.
///
/// # Errors
/// As [`Lake::hours`].
pub fn hours_of(lake: &Lake, sites: &[&str], code: &str, day: NaiveDate) -> Result<Vec<Observation>, LakeError> {
    let mut out = vec![];
    for site in sites {
        let real = lake.find(&SeriesKey::new(site, code, "1h", "real"));
        for h in lake.hours(site, code, day)? {
            let Some(start) = chrono::DateTime::from_timestamp(h.start + lake::BEIJING_S, 0) else {
                continue;
            };
            out.push(Observation {
                site: site.to_string(),
                start: start.naive_utc(),
                value: h.v,
                mark: h.mark,
                simulated: real != Some(h.series),
                recorded_s: h.recorded,
            });
        }
    }
    Ok(out)
}

/// Values of a site that are kept for whole days, real ones before simulated ones.
///
/// # Errors
/// As [`Lake::sql`].
pub fn of_day(
    lake: &Lake,
    site: &str,
    code: &str,
    period: &str,
    day: NaiveDate,
) -> Result<Vec<Observation>, LakeError> {
    let from = day.and_time(chrono::NaiveTime::MIN);
    select(lake, "obs", site, code, period, from, from + TimeDelta::days(1))
}

/// Every version of an observation, the latest recorded first.
///
/// # Errors
/// As [`Lake::sql`].
pub fn versions(
    lake: &Lake,
    site: &str,
    code: &str,
    period: &str,
    start: NaiveDateTime,
) -> Result<Vec<Observation>, LakeError> {
    let mut all = select(
        lake,
        "obs_all",
        site,
        code,
        period,
        start,
        start + TimeDelta::seconds(1),
    )?;
    all.sort_by(|a, b| (a.simulated, b.recorded_s).cmp(&(b.simulated, a.recorded_s)));
    Ok(all)
}

fn select(
    lake: &Lake,
    table: &str,
    site: &str,
    code: &str,
    period: &str,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<Vec<Observation>, LakeError> {
    let sql = format!(
        "SELECT site, origin, mark, CAST(v AS VARCHAR) AS v, \
         CAST(to_unixtime(t) AS BIGINT) AS t, CAST(to_unixtime(recorded_at) AS BIGINT) AS r FROM {table} \
         WHERE site = {} AND factor = {} AND period = {} AND t >= {} AND t < {} ORDER BY t, origin",
        quoted(site),
        quoted(code),
        quoted(period),
        instant(from),
        instant(to),
    );
    let rows = lake.rows(&sql, &View::default())?;
    let mut out: Vec<Observation> = rows.iter().filter_map(observation).collect();
    if table == "obs" {
        // `real` sorts before `simulated`: the first of a time is the one that counts.
        out.dedup_by(|b, a| a.start == b.start);
    }
    Ok(out)
}

fn observation(row: &Map<String, Value>) -> Option<Observation> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_string);
    let time = |name: &str| {
        let s = row.get(name)?.as_i64()?;
        Some(chrono::DateTime::from_timestamp(s + lake::BEIJING_S, 0)?.naive_utc())
    };
    Some(Observation {
        site: text("site")?,
        start: time("t")?,
        value: text("v").and_then(|v| Decimal::parse(&v).ok()).map(Decimal::normalized),
        mark: text("mark")?,
        simulated: text("origin")? == "simulated",
        recorded_s: row.get("r")?.as_i64()?,
    })
}
