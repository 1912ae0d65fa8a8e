//! A simulated year of outlets: what their loggers would have reported, hour by hour (flue gas) or day by day
//! (sewage works, whose limits are day means).
//!
//! Why: no automatic data of outlets of 2024 may be published, and a limit that is only a draft is best tried on a
//! whole year. Every number comes from the parameter file; each outlet has a level of its own, a season, a daily wave,
//! a noise that lasts from one period to the next, times of maintenance (marked), times in which its treatment fails,
//! and gaps.

use super::ParamError;
use crate::math::exp;
use crate::random::Random;
use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use serde::Deserialize;
use std::io::{self, Write};

/// Parameters of a simulated year of outlets (`data/simulated/outlets-2024.toml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutletParams {
    pub year: i32,
    pub seed: u64,
    /// What these data are, in Chinese: they are no monitoring results.
    pub note: String,
    /// What is simulated alike.
    pub kind: Vec<OutletKind>,
}

/// Outlets that behave alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutletKind {
    /// Its name: a sector of the register of outlets.
    pub id: String,
    /// `1h` or `1d`.
    pub period: String,
    /// The import format that reads its files.
    pub format: String,
    /// Share of periods in which a state begins, and with which it stays once it has begun.
    pub maintenance: Spell,
    pub failure: Spell,
    pub gap: Spell,
    pub factor: Vec<OutletFactor>,
}

/// How a state begins and how long it lasts.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    pub enter: f64,
    pub stay: f64,
}

/// How one column of a file behaves. Spreads, waves and noise are logarithmic.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutletFactor {
    /// The column's name.
    pub column: String,
    pub decimals: usize,
    /// The level of the middle outlet.
    pub median: f64,
    /// Standard deviation between outlets.
    pub between: f64,
    /// Half the difference of winter and summer, and of day and night.
    pub season: f64,
    pub day: f64,
    /// Standard deviation of the noise and how much of it lasts to the next period.
    pub noise: f64,
    pub lasts: f64,
    /// By how much a failure of the treatment multiplies the value; 1: not at all.
    pub failure: f64,
}

impl OutletParams {
    /// Reads a parameter file; `file` is its name in messages.
    ///
    /// # Errors
    /// Which part of it is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, ParamError> {
        let p: Self = toml::from_str(text).map_err(|e| ParamError::Toml {
            file: file.to_string(),
            what: e.to_string(),
        })?;
        for k in &p.kind {
            let wrong = |what: String| ParamError::Content {
                file: file.to_string(),
                what: format!("kind `{}`: {what}", k.id),
            };
            if !matches!(k.period.as_str(), "1h" | "1d") {
                return Err(wrong(format!("period `{}`: write 1h or 1d", k.period)));
            }
            if let Some(f) = k
                .factor
                .iter()
                .find(|f| f.median <= 0.0 || !(0.0..1.0).contains(&f.lasts))
            {
                return Err(wrong(format!(
                    "`{}`: median above 0, lasts from 0 to below 1",
                    f.column
                )));
            }
        }
        Ok(p)
    }
}

/// `simulated_outlets_2024_boiler.csv`: the name carries the mark.
pub fn outlet_file_name(year: i32, kind: &str) -> String {
    format!("simulated_outlets_{year}_{kind}.csv")
}

impl OutletKind {
    /// Writes a year of some outlets: columns `time` (start of the period, Beijing time), `site`, `mark` (N valid,
    /// M maintenance), then the factors; a period in a gap has no row. Returns the number of rows.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_year(&self, p: &OutletParams, sites: &[&str], out: &mut impl Write) -> io::Result<usize> {
        write!(out, "time,site,mark")?;
        for f in &self.factor {
            write!(out, ",{}", f.column)?;
        }
        writeln!(out)?;
        let mut rows = 0;
        for site in sites {
            // Named by the outlet, not by its place in the list: another outlet changes nothing here.
            let stream = site
                .bytes()
                .fold(0u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
            rows += self.outlet(p, site, &mut Random::new(p.seed, stream), out)?;
        }
        Ok(rows)
    }

    fn outlet(&self, p: &OutletParams, site: &str, random: &mut Random, out: &mut impl Write) -> io::Result<usize> {
        let hourly = self.period == "1h";
        let step = if hourly {
            TimeDelta::hours(1)
        } else {
            TimeDelta::days(1)
        };
        let levels: Vec<f64> = self.factor.iter().map(|f| f.between * random.normal()).collect();
        let mut noise: Vec<f64> = self.factor.iter().map(|f| f.noise * random.normal()).collect();
        let (mut maintenance, mut failure, mut gap) = (false, false, false);
        let mut at = first(p.year);
        let mut rows = 0;
        while at.year() == p.year {
            for (state, spell) in [
                (&mut maintenance, self.maintenance),
                (&mut failure, self.failure),
                (&mut gap, self.gap),
            ] {
                *state = random.uniform() < if *state { spell.stay } else { spell.enter };
            }
            let season = wave(f64::from(at.ordinal0()) / 365.0);
            let day = if hourly {
                wave((f64::from(at.hour()) + 10.0) / 24.0)
            } else {
                0.0
            };
            for (f, n) in self.factor.iter().zip(&mut noise) {
                *n = f.lasts * *n + f.noise * (1.0 - f.lasts * f.lasts).sqrt() * random.normal();
            }
            if !gap {
                let stamp = at.format("%Y-%m-%dT%H:%M:%S");
                write!(out, "{stamp},{site},{}", if maintenance { 'M' } else { 'N' })?;
                for ((f, level), n) in self.factor.iter().zip(&levels).zip(&noise) {
                    let failed = if failure { f.failure } else { 1.0 };
                    let v = f.median * failed * exp(level + f.season * season + f.day * day + n);
                    write!(out, ",{v:.*}", f.decimals)?;
                }
                writeln!(out)?;
                rows += 1;
            }
            at += step;
        }
        Ok(rows)
    }
}

fn first(year: i32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, 1, 1)
        .unwrap_or(NaiveDate::MIN)
        .and_time(chrono::NaiveTime::MIN)
}

/// 1 at 0 and 1, -1 at a half: a wave of two parabolas, made of the four operations only.
fn wave(phase: f64) -> f64 {
    let x = phase - phase.floor() - 0.5;
    let q = x.abs() - 0.25;
    16.0 * q * (0.5 - q.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
year = 2024
seed = 7
note = "模拟"
[[kind]]
id = "boiler"
period = "1h"
format = "f"
maintenance = { enter = 0.002, stay = 0.8 }
failure = { enter = 0.002, stay = 0.7 }
gap = { enter = 0.002, stay = 0.5 }
[[kind.factor]]
column = "so2"
decimals = 1
median = 100.0
between = 0.2
season = 0.1
day = 0.05
noise = 0.2
lasts = 0.8
failure = 2.5
"#;

    fn csv(sites: &[&str]) -> String {
        let p = OutletParams::parse("t.toml", TEXT).expect("reads");
        let mut out = vec![];
        p.kind[0].write_year(&p, sites, &mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_same_seed_says_the_same_and_an_outlet_does_not_depend_on_its_neighbours() {
        let (both, alone) = (csv(&["A", "B"]), csv(&["B"]));
        let of_b: Vec<&str> = both.lines().filter(|l| l.contains(",B,")).collect();
        assert_eq!(of_b, alone.lines().skip(1).collect::<Vec<_>>());
        assert_eq!(both, csv(&["A", "B"]));
    }

    #[test]
    fn a_leap_year_has_its_hours_but_for_the_gaps_and_keeps_near_its_level() {
        let sites: Vec<String> = (0..9).map(|n| format!("SIM-{n:02}")).collect();
        let text = csv(&sites.iter().map(String::as_str).collect::<Vec<_>>());
        let last = |l: &str| l.rsplit(',').next().unwrap().parse::<f64>().unwrap();
        let mut all: Vec<f64> = text.lines().skip(1).map(last).collect();
        assert!((9 * 8600..9 * 8784).contains(&all.len()), "{}", all.len());
        all.sort_by(f64::total_cmp);
        let median = all[all.len() / 2];
        assert!((75.0..135.0).contains(&median), "{median}");
        assert!(text.contains(",M,") && text.contains(",N,"));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        for (from, to, says) in [("\"1h\"", "\"2h\"", "period"), ("lasts = 0.8", "lasts = 1.0", "so2")] {
            let e = OutletParams::parse("t.toml", &TEXT.replace(from, to)).expect_err(says);
            assert!(e.to_string().contains(says), "{e}");
        }
    }
}
