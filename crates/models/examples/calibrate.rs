//! Finds levels and spreads with which a simulated year meets its targets, and writes them into its file.
//!
//! `cargo run -p models --example calibrate -- 2024 [rounds]`

#[path = "../tests/judge/mod.rs"]
mod judge;

use judge::{CO, Judged, NO2, PM10, PM25, SO2};
use models::simulate::{Goal, GoodBy, YearParams, year};

/// Largest change of a knob in one round, as a factor.
const STEP: f64 = 1.4;

/// Spreads beyond these would no longer look like the weather they were learnt from.
const SPREAD: (f64, f64) = (0.4, 1.4);

/// Where PM2.5 is aimed beside its target, ug/m3: inside what prints as the target.
const ASIDE: [f64; 5] = [0.0, 0.02, -0.02, 0.035, -0.035];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let which: i32 = args
        .get(1)
        .and_then(|a| a.parse().ok())
        .expect("calibrate YEAR [rounds]");
    let rounds: usize = args.get(2).and_then(|a| a.parse().ok()).unwrap_or(30);
    let common = judge::common();
    let climate = judge::climate(&common);
    println!("gaps {:?}", climate.gaps());
    let mut params = judge::params(which);
    let mut memory = vec![(0.0, 0.0); params.segment.len()];
    let mut offset = [0.0; 4];
    let mut best = (f64::MAX, params.clone());
    for round in 0..rounds {
        let result = judge::judge(&year(&common, &params, &climate), &climate);
        let far = distance(&params, &result);
        println!("round {round}: {far:.2}");
        // The first rounds may meet the year by chance while its parts are still far from their goals.
        if far < best.0 && round >= rounds / 2 {
            best = (far, params.clone());
        }
        if round + 1 < rounds {
            let gain = if round < rounds / 2 { 1.0 } else { 0.6 };
            if round < 4 {
                // The parts come near their goals first; what the year lacks then is not yet theirs to mend.
                offset = [0.0; 4];
            }
            turn(&mut params, &result, &mut memory, &mut offset, gain, round);
        }
    }
    println!("best: {:.2} of the tolerated distance", best.0);
    report(
        &best.1,
        &judge::judge(&year(&common, &best.1, &climate), &climate),
        rounds,
    );
    write(which, &best.1);
}

/// Largest distance of a target that must be met, in halves of its last printed unit: below 1 all are met,
/// whichever way the province's figure is made from its cities'.
fn distance(params: &YearParams, result: &Judged) -> f64 {
    let mut worst: f64 = 0.0;
    for t in params.target.iter().filter(|t| t.how == "met") {
        let decimals = t.value.split_once('.').map_or(0, |d| d.1.len());
        let want: f64 = t.value.parse().expect("a target is a number");
        let have = result.item(&t.item, &t.division, t.from, t.to);
        if !result.meets(t) {
            worst = worst.max(1.0);
        }
        worst = worst.max((have - want).abs() / (0.5 * 0.1f64.powi(decimals as i32)));
    }
    worst
}

/// One round: means by proportion; good days by the slope seen in the last two rounds.
///
/// What the year lacks is summed up in `offset` and added to the goals of all its parts.
fn turn(
    params: &mut YearParams,
    result: &Judged,
    memory: &mut [(f64, f64)],
    offset: &mut [f64; 4],
    gain: f64,
    round: usize,
) {
    for (sum, gap) in offset.iter_mut().zip(year_gap(params, result, round)) {
        *sum += 0.7 * gap;
    }
    let year_gap = *offset;
    for (s, memory) in params.segment.iter_mut().zip(memory) {
        let goal: Goal = s.goal.clone();
        let mean = |p| result.mean("340000", s.from, s.to, p);
        let scale =
            |x: &mut f64, want: f64, have: f64| *x *= (1.0 + gain * (want / have - 1.0)).clamp(1.0 / STEP, STEP);
        scale(&mut s.level.pm25, goal.pm25 + year_gap[0], mean(PM25));
        // The coarse part is what the goal of PM10 leaves; dust is in what was measured.
        let coarse_want = goal.pm10 + year_gap[1] - mean(PM25);
        scale(&mut s.level.coarse, coarse_want, mean(PM10) - mean(PM25));
        scale(&mut s.level.so2, goal.so2, mean(SO2));
        scale(&mut s.level.no2, goal.no2 + year_gap[2], mean(NO2));
        scale(
            &mut s.level.co,
            goal.co_p95,
            result.percentile("340000", s.from, s.to, CO, 95.0) / 10.0,
        );
        let good = result.good("340000", s.from, s.to);
        let knob = if goal.good_by == GoodBy::Pm25 {
            &mut s.spread.pm25
        } else {
            &mut s.level.o3
        };
        let (last_knob, last_good) = *memory;
        // Points of good days lost for each unit of the knob's logarithm; a guess until two rounds were seen.
        let seen = (good - last_good) / (*knob / last_knob).ln();
        let slope = if last_knob > 0.0 && seen.is_finite() && (-250.0..-8.0).contains(&seen) {
            seen
        } else {
            -60.0
        };
        *memory = (*knob, good);
        let change = gain * (goal.good + year_gap[3] - good) / slope;
        *knob *= change.clamp(-0.15, 0.15).exp();
        s.spread.pm25 = s.spread.pm25.clamp(SPREAD.0, SPREAD.1);
    }
}

/// What the whole year still lacks of its targets (PM2.5, PM10, NO2, good days).
///
/// PM2.5 is aimed at a little beside its target, each round elsewhere, until the mean of the rounded city means
/// prints as the target too; that figure only moves in steps of a sixteenth.
fn year_gap(params: &YearParams, result: &Judged, round: usize) -> [f64; 4] {
    ["pm25", "pm10", "no2", "good_day_ratio"].map(|item| {
        let Some(t) = params
            .target
            .iter()
            .find(|t| t.item == item && t.how == "met" && t.division == "340000")
        else {
            return 0.0;
        };
        let want: f64 = t.value.parse().expect("a target is a number");
        let aside = if item == "pm25" {
            ASIDE[round / 3 % ASIDE.len()]
        } else {
            0.0
        };
        want + aside - result.item(item, &t.division, t.from, t.to)
    })
}

fn report(params: &YearParams, result: &Judged, round: usize) {
    println!("after {round} rounds");
    for t in &params.target {
        let have = result.item(&t.item, &t.division, t.from, t.to);
        println!(
            "  {}..{} {} {:20} {:>8} have {have:.3} {}",
            t.from, t.to, t.division, t.item, t.value, t.how
        );
    }
    for s in &params.segment {
        let (_, heavy, valid) = result.counts("340000", s.from, s.to);
        println!(
            "  {}: pm25 {:.1} pm10 {:.1} good {:.1} (goal {}) heavy {heavy}/{valid} level {:?} spread pm {:.2}",
            s.from,
            result.mean("340000", s.from, s.to, PM25),
            result.mean("340000", s.from, s.to, PM10),
            result.good("340000", s.from, s.to),
            s.goal.good,
            s.level.array().map(|x| (x * 100.0).round() / 100.0),
            s.spread.pm25,
        );
    }
    let missing: Vec<usize> = (0..6)
        .map(|p| result.days.iter().flatten().filter(|d| d.values[p].is_none()).count())
        .collect();
    println!("  city days without pm25 pm10 so2 no2 co o3: {missing:?}");
    for (c, city) in result.cities.iter().enumerate() {
        let year = &result.days[c];
        let (from, to) = (result.date(0), result.date(year.len() - 1));
        println!(
            "  {city}: pm25 {:.1} pm10 {:.1} o3 {:.0} good {:.1} counts {:?}",
            result.mean(city, from, to, PM25),
            result.mean(city, from, to, PM10),
            result.item("o3_8h_p90", city, from, to),
            result.good(city, from, to),
            result.counts(city, from, to)
        );
    }
}

/// Puts the new knobs in the place of the old ones, and leaves every other line of the file as it is.
fn write(which: i32, params: &YearParams) {
    let path = judge::data(&format!("simulated/{which}.toml"));
    let text = std::fs::read_to_string(&path).expect("the file was read before");
    let mut segments = params.segment.iter();
    let mut out = String::new();
    let mut now = None;
    for line in text.lines() {
        let knobs = |l: &models::simulate::Levels| {
            let [a, b, c, d, e, f] = l.array();
            format!("{{ pm25 = {a:.6}, coarse = {b:.6}, so2 = {c:.6}, no2 = {d:.6}, co = {e:.6}, o3 = {f:.6} }}")
        };
        if line == "[[segment]]" {
            now = segments.next();
        }
        match now {
            Some(s) if line.starts_with("level = ") => out += &format!("level = {}\n", knobs(&s.level)),
            Some(s) if line.starts_with("spread = ") => out += &format!("spread = {}\n", knobs(&s.spread)),
            _ => out += &format!("{line}\n"),
        }
    }
    std::fs::write(&path, out).expect("the file can be written");
}
