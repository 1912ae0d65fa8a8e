//! What lies under a city's day: hours of stations, every version of an observation, the raw line or packet.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use figure::Decimal;
use lake::{Lake, LakeError, View};
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

/// One observation, current version.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub site: String,
    /// Start, Beijing time.
    pub start: NaiveDateTime,
    pub value: Option<Decimal>,
    pub mark: String,
    pub simulated: bool,
    /// When it was recorded, Beijing time.
    pub recorded: String,
}

/// The mark of a valid value.
pub const VALID: &str = lake::VALID_MARK;

impl Observation {
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

/// Observations of some sites in a natural day, real ones before simulated ones of the same site and time.
///
/// # Errors
/// As [`Lake::sql`].
pub fn of_day(
    lake: &Lake,
    sites: &[&str],
    code: &str,
    period: &str,
    day: NaiveDate,
    known: Option<i64>,
) -> Result<Vec<Observation>, LakeError> {
    let from = day.and_time(chrono::NaiveTime::MIN);
    select(
        lake,
        "obs",
        sites,
        code,
        period,
        from,
        from + TimeDelta::days(1),
        known,
    )
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
        &[site],
        code,
        period,
        start,
        start + TimeDelta::seconds(1),
        None,
    )?;
    all.sort_by(|a, b| (a.simulated, &b.recorded).cmp(&(b.simulated, &a.recorded)));
    Ok(all)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one question with all its bounds, asked from two places"
)]
fn select(
    lake: &Lake,
    table: &str,
    sites: &[&str],
    code: &str,
    period: &str,
    from: NaiveDateTime,
    to: NaiveDateTime,
    known: Option<i64>,
) -> Result<Vec<Observation>, LakeError> {
    if sites.is_empty() {
        return Ok(vec![]);
    }
    let list: Vec<String> = sites.iter().map(|s| quoted(s)).collect();
    let sql = format!(
        "SELECT site, origin, mark, CAST(v AS VARCHAR) AS v, \
         CAST(to_unixtime(t) AS BIGINT) AS t, CAST(to_unixtime(recorded_at) AS BIGINT) AS r FROM {table} \
         WHERE site IN ({}) AND factor = {} AND period = {} AND t >= {} AND t < {} ORDER BY site, t, origin",
        list.join(", "),
        quoted(code),
        quoted(period),
        instant(from),
        instant(to),
    );
    let rows = lake.rows(&sql, &View { as_known: known })?;
    let mut out: Vec<Observation> = rows.iter().filter_map(observation).collect();
    if table == "obs" {
        // `real` sorts before `simulated`: the first of a site and time is the one that counts.
        out.dedup_by(|b, a| a.site == b.site && a.start == b.start);
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
        value: text("v")
            .and_then(|v| Decimal::parse(&v).ok())
            .map(Decimal::normalized),
        mark: text("mark")?,
        simulated: text("origin")? == "simulated",
        recorded: time("r")?.format("%Y-%m-%d %H:%M:%S").to_string(),
    })
}
