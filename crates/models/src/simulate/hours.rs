//! Station hours of a simulated year.

use super::climate::Step;
use super::days::city_days;
use super::{CO, COARSE, Climate, Common, KINDS, NO2, O3, PM25, Pollutant, YearParams, season_day};
use crate::math::{exp, ln};
use crate::random::Random;
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

/// A missing value in the store below.
const MISSING: i16 = -1;

/// One hour at one station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour<'a> {
    /// Beijing time of the END of the hour, as the national feed labels it.
    pub time: NaiveDateTime,
    pub station: &'a str,
    /// Whole units of the last decimal (CO: tenths of mg/m3; others: ug/m3), in the order of [`Pollutant::ALL`].
    pub values: [Option<i64>; 6],
}

/// A simulated year, whole in memory (8 bytes a value would be 30 MB; two bytes are 8).
pub struct Year {
    pub year: i32,
    stations: Vec<String>,
    first: NaiveDateTime,
    hours: usize,
    /// `[hour][station][pollutant]`
    values: Vec<[i16; 6]>,
}

/// Simulates a year: the same parameters give the same values on every machine.
pub fn year(common: &Common, params: &YearParams, climate: &Climate) -> Year {
    let days = city_days(climate, common, params);
    let count = days.len() - 2;
    let stations = climate.stations.len();
    let first = NaiveDate::from_ymd_opt(params.year, 1, 1).unwrap_or_default();
    let mut values = vec![[MISSING; 6]; count * 24 * stations];
    let shapes: Vec<[[f64; 24]; KINDS]> = (0..count)
        .map(|d| shape(climate, common, first + Days::new(d as u64)))
        .collect();
    let factors = factors(climate, common, params.seed);
    let shared: Vec<Vec<[f64; KINDS]>> = (0..climate.cities.len())
        .map(|c| {
            noise(
                climate,
                common,
                &mut Random::new(params.seed, 1_000_000 + c as u64),
                count * 24,
            )
        })
        .collect();
    for (index, station) in climate.stations.iter().enumerate() {
        let mut random = Random::new(params.seed, 1 + index as u64);
        let own = noise(climate, common, &mut random, count * 24);
        let (a, b) = (common.city_share.sqrt(), (1.0 - common.city_share).sqrt());
        let mut gaps = GapState::default();
        for day in 0..count {
            let around = [
                &days[day][station.city],
                &days[day + 1][station.city],
                &days[day + 2][station.city],
            ];
            let mut hours = [[0.0; 24]; KINDS];
            for kind in 0..KINDS {
                let noise = |h: usize| a * shared[station.city][day * 24 + h][kind] + b * own[day * 24 + h][kind];
                let target = around[1][kind] * factors[index][kind] * exp(common.station_day_sd * random.normal());
                hours[kind] = day_curve(common, kind, around.map(|d| d[kind]), target, &shapes[day][kind], noise);
            }
            for h in 0..24 {
                let reading = common.pm10_reading_sd * random.normal();
                let shown = show(&hours, h, reading);
                values[(day * 24 + h) * stations + index] = gaps.apply(climate, &mut random, shown);
            }
        }
    }
    Year {
        year: params.year,
        stations: climate.stations.iter().map(|s| s.code.clone()).collect(),
        first: first.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(1),
        hours: count * 24,
        values,
    }
}

/// Shape of a day: between the winter and the spring shape by the distance from both in the circle of the year.
fn shape(climate: &Climate, common: &Common, date: NaiveDate) -> [[f64; 24]; KINDS] {
    let apart = |a: NaiveDate| {
        let d = season_day(date).abs_diff(season_day(a));
        d.min(super::SEASON_DAYS - d) as f64
    };
    let (to_winter, to_spring) = (apart(common.winter_day), apart(common.spring_day));
    let whole = {
        let d = season_day(common.winter_day).abs_diff(season_day(common.spring_day));
        d.min(super::SEASON_DAYS - d) as f64
    };
    // Beyond the spring day (summer, autumn) the spring shape holds.
    let spring = if to_spring >= whole && to_winter >= whole {
        1.0
    } else {
        (to_winter / whole).min(1.0)
    };
    std::array::from_fn(|kind| {
        std::array::from_fn(|h| spring * climate.spring[kind][h] + (1.0 - spring) * climate.winter[kind][h])
    })
}

/// Lasting factor of each station; those that make the city's figure have mean one, so that the city keeps its level.
fn factors(climate: &Climate, common: &Common, seed: u64) -> Vec<[f64; KINDS]> {
    let mut random = Random::new(seed, 2_000_000);
    let mut out: Vec<[f64; KINDS]> = climate
        .stations
        .iter()
        .map(|_| std::array::from_fn(|_| exp(common.station_sd * random.normal())))
        .collect();
    for city in 0..climate.cities.len() {
        for kind in 0..KINDS {
            let members: Vec<usize> = (0..out.len())
                .filter(|i| climate.stations[*i].city == city && climate.stations[*i].evaluates)
                .collect();
            let mean = members.iter().map(|i| out[*i][kind]).sum::<f64>() / members.len().max(1) as f64;
            if mean > 0.0 {
                members.iter().for_each(|i| out[*i][kind] /= mean);
            }
        }
    }
    out
}

/// Autoregressive noise with the sizes and lags of the real hours.
fn noise(climate: &Climate, common: &Common, random: &mut Random, hours: usize) -> Vec<[f64; KINDS]> {
    let steps: [(f64, f64, f64); KINDS] = climate.noise.map(|n| (n.sd, n.lag1, (1.0 - n.lag1 * n.lag1).sqrt()));
    let kept = common.noise_kept.array();
    let rest = (1.0 - common.o3_no2 * common.o3_no2).sqrt();
    let mut state = [0.0; KINDS];
    (0..hours)
        .map(|_| {
            let mut z: [f64; KINDS] = std::array::from_fn(|_| random.normal());
            z[O3] = common.o3_no2 * z[NO2] + rest * z[O3];
            for kind in 0..KINDS {
                state[kind] = steps[kind].1 * state[kind] + steps[kind].2 * z[kind];
            }
            std::array::from_fn(|kind| kept[kind] * steps[kind].0 * state[kind])
        })
        .collect()
}

/// 24 values whose mean (O3: largest sliding mean) is `target`, bent towards the days before and after.
fn day_curve(
    common: &Common,
    kind: usize,
    around: [f64; 3],
    target: f64,
    shape: &[f64; 24],
    noise: impl Fn(usize) -> f64,
) -> [f64; 24] {
    let [before, today, after] = around.map(ln);
    let mut v: [f64; 24] = std::array::from_fn(|h| {
        let at = (h as f64 + 0.5) / 24.0;
        let base = if at < 0.5 {
            before * (0.5 - at) + today * (0.5 + at)
        } else {
            today * (1.5 - at) + after * (at - 0.5)
        };
        exp(base + shape[h] + noise(h))
    });
    // The second pass makes up for what the limit of an hour has cut.
    for _ in 0..2 {
        let whole = if kind == O3 {
            sliding_maximum(common, &v)
        } else {
            v.iter().sum::<f64>() / 24.0
        };
        if whole > 0.0 {
            v.iter_mut()
                .for_each(|x| *x = (*x * target / whole).min(common.hour_limit * target));
        }
    }
    v
}

fn sliding_maximum(common: &Common, v: &[f64; 24]) -> f64 {
    (common.o3_first_label..=24)
        .map(|end| v[end - common.o3_window..end].iter().sum::<f64>() / common.o3_window as f64)
        .fold(0.0, f64::max)
}

/// Instruments show whole units (CO tenths), and never nothing.
fn show(hours: &[[f64; 24]; KINDS], h: usize, reading: f64) -> [i16; 6] {
    let whole = |x: f64| (x + 0.5).floor().clamp(1.0, f64::from(i16::MAX)) as i16;
    let fine = hours[PM25][h];
    [
        whole(fine),
        whole(fine + hours[COARSE][h] + reading),
        whole(hours[2][h]),
        whole(hours[NO2][h]),
        whole(10.0 * hours[CO][h]),
        whole(hours[O3][h]),
    ]
}

#[derive(Default)]
struct GapState {
    silent: bool,
    single: [bool; 6],
}

impl GapState {
    fn apply(&mut self, climate: &Climate, random: &mut Random, mut values: [i16; 6]) -> [i16; 6] {
        let gaps = climate.gaps();
        let mut step = |state: &mut bool, s: Step| {
            *state = random.uniform() < if *state { s.stay } else { s.enter };
            *state
        };
        if step(&mut self.silent, gaps.silent) {
            return [MISSING; 6];
        }
        for ((value, state), s) in values.iter_mut().zip(&mut self.single).zip(gaps.single) {
            if step(state, s) {
                *value = MISSING;
            }
        }
        values
    }
}

impl Year {
    /// Codes of the stations, in the order of the file of sites.
    pub fn stations(&self) -> &[String] {
        &self.stations
    }

    /// Number of hours in the year.
    pub fn len(&self) -> usize {
        self.hours
    }

    /// Never true: a year has hours.
    pub fn is_empty(&self) -> bool {
        self.hours == 0
    }

    /// Label (end) of the `i`-th hour.
    pub fn time(&self, i: usize) -> NaiveDateTime {
        self.first + TimeDelta::hours(i as i64)
    }

    /// The value of a pollutant at the `hour`-th hour and the `station`-th station, in units of its last decimal.
    pub fn value(&self, hour: usize, station: usize, pollutant: Pollutant) -> Option<i64> {
        let v = self.values[hour * self.stations.len() + station][pollutant as usize];
        (v != MISSING).then_some(i64::from(v))
    }

    /// Every hour of every station, in the order of time.
    pub fn hours(&self) -> impl Iterator<Item = Hour<'_>> {
        (0..self.hours).flat_map(move |h| self.at(h))
    }

    /// Every station at the `i`-th hour.
    pub fn at(&self, i: usize) -> impl Iterator<Item = Hour<'_>> {
        let time = self.time(i);
        self.stations.iter().enumerate().map(move |(s, station)| Hour {
            time,
            station,
            values: Pollutant::ALL.map(|p| self.value(i, s, p)),
        })
    }
}
