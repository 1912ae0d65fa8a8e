//! City days of a simulated year: real blocks, today's levels, dust.

use super::params::{City, YearParams};
use super::{COARSE, Climate, Common, KINDS, PM25, season_day};
use crate::math::{exp, ln};
use crate::random::Random;
use chrono::{Datelike, Days, NaiveDate};

/// The stream of random numbers that draws blocks and day noise; stations have streams from 1 on.
const DAY_STREAM: u64 = 0;

/// `[day][city][kind]`; ug/m3, CO mg/m3. Day 0 is the last day of the year before, so that the hours of
/// 1 January have a yesterday; the last one is the first day of the year after.
pub(super) fn city_days(climate: &Climate, common: &Common, year: &YearParams) -> Vec<Vec<[f64; KINDS]>> {
    let mut random = Random::new(year.seed, DAY_STREAM);
    let (start, count) = range(year.year);
    let blocks = blocks(climate, common, start, count, &mut random);
    let spread = spread(climate, common);
    let segments: Vec<_> = year
        .segment
        .iter()
        .map(|s| (s.level.array(), s.spread.array()))
        .collect();
    let mut out = Vec::with_capacity(count);
    for (i, source) in blocks.into_iter().enumerate() {
        let date = start + Days::new(i as u64);
        let clamped = date.clamp(start + Days::new(1), start + Days::new(count as u64 - 2));
        let (level, strength) = segments[year.segment_of(clamped)];
        let season = &climate.season[season_day(date)];
        let mut day = Vec::with_capacity(climate.cities.len());
        for (city, away) in spread.iter().enumerate() {
            let mut values = [0.0; KINDS];
            for kind in 0..KINDS {
                let anomaly = climate.anomaly[source][city][kind];
                let noise = common.city_day_sd * random.normal();
                values[kind] = level[kind] * exp(season[kind] + away[kind] + strength[kind] * anomaly + noise);
            }
            let dust = dust(year, date, climate.north[city]);
            values[COARSE] += dust;
            values[PM25] += dust * common.dust_fine;
            day.push(values);
        }
        out.push(day);
    }
    out
}

/// First day simulated and number of days: one more at either end of the year.
fn range(year: i32) -> (NaiveDate, usize) {
    // Years come from checked parameter files; chrono holds years up to 262,000.
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let days = if first.leap_year() { 366 } else { 365 };
    (first - Days::new(1), days + 2)
}

/// For each day the index of the real day that it takes its anomalies from.
///
/// A block keeps the weekday (shifts are whole weeks) and the season (shifts are few). A block that was
/// used is not used again while another candidate is left, so that a year does not repeat its episodes.
fn blocks(climate: &Climate, common: &Common, start: NaiveDate, count: usize, random: &mut Random) -> Vec<usize> {
    let (first, len) = climate.pool();
    let mut used = vec![false; len];
    let mut out = Vec::with_capacity(count);
    while out.len() < count {
        let date = start + Days::new(out.len() as u64);
        let weeks = common.block_weeks[random.below(common.block_weeks.len())];
        let mut candidates = Vec::new();
        for source in 0..len.saturating_sub(7) {
            let real = first + Days::new(source as u64);
            let apart = season_day(real).abs_diff(season_day(date));
            let apart = apart.min(super::SEASON_DAYS - apart);
            if real.weekday() == date.weekday() && apart <= 7 * common.shift_weeks + 3 {
                candidates.push(source);
            }
        }
        let fresh: Vec<usize> = candidates.iter().copied().filter(|c| !used[*c]).collect();
        let list = if fresh.is_empty() { &candidates } else { &fresh };
        // A pool of a year and more has a candidate for every day; without one, the pool is walked in order.
        let source = if list.is_empty() {
            out.len() % len
        } else {
            list[random.below(list.len())]
        };
        for step in 0..7 * weeks {
            if out.len() < count && source + step < len {
                used[source + step] = true;
                out.push(source + step);
            }
        }
    }
    out
}

/// Logarithmic distance of each city from the province: published levels where there are some, else the pool's.
fn spread(climate: &Climate, common: &Common) -> Vec<[f64; KINDS]> {
    let kept = common.spread_kept.array();
    climate
        .cities
        .iter()
        .zip(&climate.spread)
        .map(|(code, real)| {
            let given = common.city.get(code).map_or([None; KINDS], City::array);
            std::array::from_fn(|kind| given[kind].map_or(kept[kind] * real[kind], ln))
        })
        .collect()
}

impl City {
    fn array(&self) -> [Option<f64>; KINDS] {
        [self.pm25, self.coarse, self.so2, self.no2, self.co, self.o3]
    }
}

/// Coarse particles that dust brings to a city on a day.
fn dust(year: &YearParams, date: NaiveDate, north: f64) -> f64 {
    year.dust
        .iter()
        .filter_map(|d| {
            let day = usize::try_from((date - d.from).num_days()).ok()?;
            Some(d.peak.get(day)? * (d.south + (1.0 - d.south) * north))
        })
        .sum()
}
