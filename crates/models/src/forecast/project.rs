//! Where the year may end: a simple method whose reliability is measured, not claimed.
//!
//! The season is learnt from earlier years as a smooth curve relative to each year's own level; what is left of
//! each day is kept in blocks of several weeks (weather has memory). The rest of this year is then played many
//! times: blocks are drawn for the WHOLE year, the level is estimated from the drawn days to date just as it is
//! estimated from the real ones, and the drawn rest follows. So the interval holds both the error of the
//! level and the weather to come. Means are treated as products (concentrations), shares as sums.

use super::ForecastError;
use crate::math::{exp, ln};
use crate::random::Random;
use figure::{Decimal, gbt8170};
use serde::Deserialize;

/// The day values of one year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearDays {
    pub year: i32,
    /// The values are simulated, so whatever uses them is marked.
    pub simulated: bool,
    /// From 1 January; a missing day is `None`. Shorter than the year when the data end earlier.
    pub values: Vec<Option<f64>>,
}

/// What the day values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Concentrations: positive, they vary by factors.
    Product,
    /// Percent of cities or days, 0 to 100: they vary by differences.
    Share,
}

/// How to project (`data/models/forecast.toml`; every number is explained there).
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Share of outcomes that the interval is meant to hold, percent.
    pub nominal: u32,
    /// Half width of the running mean that makes the season, days.
    pub smooth_days: usize,
    /// Length of a block, days.
    pub block_days: usize,
    /// A block comes from so many days around the same season.
    pub season_days: usize,
    /// Number of years played.
    pub draws: usize,
    /// Days that must be in, and days that an earlier year must have.
    pub least_days: usize,
    pub least_year: usize,
    /// The interval is made so many times as wide as drawn: earlier years are few, and differ more than they show.
    pub widen: f64,
    pub seed: u64,
}

impl Method {
    /// Reads the text of the file; `file` is its name for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ForecastError> {
        let bad = |what: String| ForecastError::Method {
            file: file.to_owned(),
            what,
        };
        let m: Self = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
        if !(1..100).contains(&m.nominal) || m.block_days == 0 || m.draws < 20 || m.least_days == 0 {
            return Err(bad(
                "nominal must lie in 1..99, block_days and least_days above 0, draws from 20".to_owned(),
            ));
        }
        Ok(m)
    }
}

/// Where the year may end.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    pub value: Decimal,
    pub lo: Decimal,
    pub hi: Decimal,
    /// Percent of outcomes that the interval is meant to hold; see [`super::back_test`] for how many it held.
    pub nominal: u32,
    /// Earlier years learnt from, and whether they are simulated.
    pub years: Vec<(i32, bool)>,
    /// This year or one of the earlier ones is simulated.
    pub simulated: bool,
}

/// The circle of days on which seasons are kept; 31 December of a leap year falls on its last place.
const CIRCLE: usize = 366;

/// Projects the mean of `this` year (of `length` days), whose days from `done` on are not looked at.
/// The figures come in so many `decimals`.
pub fn project(
    this: &YearDays,
    done: usize,
    length: usize,
    earlier: &[YearDays],
    scale: Scale,
    method: &Method,
    decimals: u32,
) -> Result<Projection, ForecastError> {
    let season = Season::learn(earlier, scale, method)?;
    let present: Vec<usize> = (0..done.min(length))
        .filter(|d| matches!(this.values.get(*d), Some(Some(_))))
        .collect();
    if present.len() < method.least_days {
        return Err(ForecastError::TooEarly {
            done: present.len(),
            needed: method.least_days,
        });
    }
    let to_date: f64 = present.iter().filter_map(|d| this.values[*d]).sum();
    let days = (present.len() + length.saturating_sub(done)) as f64;
    let mut random = Random::new(method.seed, this.year as u64 ^ ((done as u64) << 32));
    let mut ends: Vec<f64> = (0..method.draws)
        .map(|_| {
            let drawn = season.draw(length, &mut random, method);
            let part: f64 = present.iter().map(|d| drawn[*d]).sum();
            let rest: f64 = drawn[done.min(length)..].iter().sum();
            match scale {
                Scale::Product => to_date * (1.0 + rest / part) / days,
                Scale::Share => {
                    let left = length.saturating_sub(done) as f64;
                    let level = (to_date - part) / present.len() as f64;
                    ((to_date + rest + level * left) / days).clamp(0.0, 100.0)
                }
            }
        })
        .collect();
    ends.sort_by(f64::total_cmp);
    let at = |share: f64| ends[((ends.len() - 1) as f64 * share).round() as usize];
    let tail = (100.0 - f64::from(method.nominal)) / 200.0;
    let middle = at(0.5);
    let apart = |x: f64| match scale {
        Scale::Product => middle * exp(method.widen * ln(x / middle)),
        Scale::Share => (middle + method.widen * (x - middle)).clamp(0.0, 100.0),
    };
    let show = |x: f64| -> Result<Decimal, ForecastError> {
        Ok(gbt8170(
            Decimal::from_f64_shortest(x)?,
            i32::try_from(decimals).unwrap_or(i32::MAX),
        )?)
    };
    let years: Vec<(i32, bool)> = season.years;
    Ok(Projection {
        value: show(middle)?,
        lo: show(apart(at(tail)))?,
        hi: show(apart(at(1.0 - tail)))?,
        nominal: method.nominal,
        simulated: this.simulated || years.iter().any(|y| y.1),
        years,
    })
}

/// The season of the earlier years and what is left of their days.
struct Season {
    scale: Scale,
    /// Factor (product) or offset (share) of each day of the circle.
    curve: Vec<f64>,
    /// What is left of every earlier day, as a factor or an offset; a missing day is neutral.
    rest: Vec<Vec<f64>>,
    years: Vec<(i32, bool)>,
}

impl Season {
    fn learn(earlier: &[YearDays], scale: Scale, method: &Method) -> Result<Self, ForecastError> {
        let mut logs = Vec::new();
        for y in earlier {
            let mut out: Vec<Option<f64>> = Vec::with_capacity(y.values.len());
            for v in y.values.iter().take(CIRCLE) {
                out.push(match (v, scale) {
                    (Some(x), _) if !x.is_finite() => {
                        return Err(ForecastError::BadValue {
                            year: y.year,
                            what: x.to_string(),
                        });
                    }
                    // A day mean of nothing has no logarithm: it says no more about the season than a gap.
                    (Some(x), Scale::Product) => (*x > 0.0).then(|| ln(*x)),
                    (v, Scale::Share) => *v,
                    (None, _) => None,
                });
            }
            logs.push((y, out));
        }
        let full = |v: &[Option<f64>]| v.iter().flatten().count() >= method.least_year;
        // Without one whole year there is no season; with one, parts of others help too.
        if !logs.iter().any(|(_, v)| full(v)) {
            return Err(ForecastError::NoEarlierYear {
                needed: method.least_year,
            });
        }
        logs.retain(|(_, v)| v.iter().flatten().count() >= method.least_days);
        let mut curve = vec![0.0; CIRCLE];
        let mut levels = vec![0.0; logs.len()];
        // Level and season depend on one another where a year is not whole; a few rounds settle them.
        for _ in 0..4 {
            for ((_, v), level) in logs.iter().zip(&mut levels) {
                let (sum, n) = sum(v.iter().enumerate().filter_map(|(d, x)| Some((*x)? - curve[d])));
                *level = sum / n;
            }
            curve = smooth(
                &logs.iter().map(|l| &l.1[..]).collect::<Vec<_>>(),
                &levels,
                method.smooth_days,
            );
        }
        let rest = logs
            .iter()
            .zip(&levels)
            .map(|((_, v), level)| {
                (0..CIRCLE)
                    .map(|d| {
                        let r = v.get(d).copied().flatten().map_or(0.0, |x| x - curve[d] - level);
                        if scale == Scale::Product { exp(r) } else { r }
                    })
                    .collect()
            })
            .collect();
        if scale == Scale::Product {
            curve.iter_mut().for_each(|c| *c = exp(*c));
        }
        Ok(Self {
            scale,
            curve,
            rest,
            years: logs.iter().map(|(y, _)| (y.year, y.simulated)).collect(),
        })
    }

    /// A year's days without its level.
    fn draw(&self, length: usize, random: &mut Random, method: &Method) -> Vec<f64> {
        let mut out = Vec::with_capacity(length);
        while out.len() < length {
            let year = &self.rest[random.below(self.rest.len())];
            let start = out.len() + CIRCLE + random.below(2 * method.season_days + 1) - method.season_days.min(CIRCLE);
            for step in 0..method.block_days.min(length - out.len()) {
                let day = out.len().min(CIRCLE - 1);
                let r = year[(start + step) % CIRCLE];
                out.push(if self.scale == Scale::Product {
                    self.curve[day] * r
                } else {
                    self.curve[day] + r
                });
            }
        }
        out
    }
}

fn sum(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((0.0, 0.0), |a, v| (a.0 + v, a.1 + 1.0))
}

/// Triangle-weighted running mean on the circle over all years; its own mean is zero.
fn smooth(years: &[&[Option<f64>]], levels: &[f64], half: usize) -> Vec<f64> {
    let half = half.min(CIRCLE / 2 - 1);
    let mut at = vec![(0.0, 0.0); CIRCLE];
    for (v, level) in years.iter().zip(levels) {
        for (slot, x) in at.iter_mut().zip(v.iter()) {
            if let Some(x) = x {
                *slot = (slot.0 + x - level, slot.1 + 1.0);
            }
        }
    }
    let mut out: Vec<f64> = (0..CIRCLE)
        .map(|d| {
            let (mut s, mut w) = (0.0, 0.0);
            for step in 0..=2 * half {
                let (value, n) = at[(d + CIRCLE + step - half) % CIRCLE];
                let weight = (half + 1 - step.abs_diff(half)) as f64;
                s += weight * value;
                w += weight * n;
            }
            if w > 0.0 { s / w } else { 0.0 }
        })
        .collect();
    let mean = out.iter().sum::<f64>() / CIRCLE as f64;
    out.iter_mut().for_each(|x| *x -= mean);
    out
}
