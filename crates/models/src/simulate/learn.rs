//! Learning a [`Climate`] from real series.

use super::climate::{Noise, Station, Step};
use super::tables::Table;
use super::{CO, COARSE, Climate, Common, Gaps, KINDS, LearnError, NO2, O3, PM25, SEASON_DAYS, Sources, season_day};
use crate::math::ln;
use chrono::{DateTime, Days, NaiveDate, Timelike};
use std::collections::BTreeMap;

/// One hour or day of one place: logarithms by kind.
type Logs = [Option<f64>; KINDS];
/// Hours of one place by hours since the first one.
type Hours = BTreeMap<i64, Logs>;

impl Climate {
    /// Learns from the texts; `common` says how (smoothing, screening, first day of the pool).
    pub fn learn(sources: &Sources<'_>, common: &Common) -> Result<Self, LearnError> {
        let (cities, names) = cities(sources.cities)?;
        let (stations, north) = stations(sources.sites, &cities)?;
        let days = city_days(sources.city_days, &names, common)?;
        let spread = spread(&days, cities.len(), common);
        let season = season(&days, &spread, common);
        let anomaly = anomalies(&days, &spread, &season, common);
        let winter = hours("winter hours", sources.winter_hours, "city", None, &names, common)?;
        let spring = hours(
            "spring hours",
            sources.spring_hours,
            "city",
            Some("station_name"),
            &names,
            common,
        )?;
        let winter_shape = shape(&winter, common);
        let spring_shape = shape(&spring, common);
        let climate = Self {
            north,
            stations,
            first: days.first,
            anomaly,
            season,
            spread,
            noise: noise(&spring, &spring_shape, common),
            gaps: gaps(&spring, common),
            winter: winter_shape,
            spring: spring_shape,
            cities,
        };
        climate.check()?;
        Ok(climate)
    }
}

fn cities(text: &str) -> Result<(Vec<String>, BTreeMap<String, usize>), LearnError> {
    let mut table = Table::open("cities", text, &["code", "name"])?;
    let mut rows = Vec::new();
    while table.next()? {
        rows.push((table.text(0).to_owned(), table.text(1).to_owned()));
    }
    rows.sort();
    let names = rows.iter().enumerate().map(|(i, r)| (r.1.clone(), i)).collect();
    Ok((rows.into_iter().map(|r| r.0).collect(), names))
}

/// The national stations, and how far north each city lies among the cities.
fn stations(text: &str, cities: &[String]) -> Result<(Vec<Station>, Vec<f64>), LearnError> {
    let mut table = Table::open(
        "sites",
        text,
        &["code", "division", "lat", "evaluates", "network", "retired"],
    )?;
    let mut stations = Vec::new();
    let mut lat = vec![(0.0, 0.0); cities.len()];
    while table.next()? {
        if table.text(4) != "国家网" {
            continue;
        }
        let city = cities
            .iter()
            .position(|c| c == table.text(1))
            .ok_or_else(|| LearnError::Content {
                name: "sites",
                what: format!(
                    "station {} lies in {}, which is no listed city",
                    table.text(0),
                    table.text(1)
                ),
            })?;
        lat[city].0 += table.number(2)?;
        lat[city].1 += 1.0;
        stations.push(Station {
            code: table.text(0).to_owned(),
            city,
            // A station that no longer works is simulated as it once was, but makes no city figure.
            evaluates: table.text(3) == "1" && table.text(5) != "1",
        });
    }
    let mean: Vec<f64> = lat.iter().map(|l| if l.1 > 0.0 { l.0 / l.1 } else { 0.0 }).collect();
    let (low, high) = mean
        .iter()
        .fold((f64::MAX, f64::MIN), |a, m| (a.0.min(*m), a.1.max(*m)));
    if stations.is_empty() || lat.iter().any(|l| l.1 == 0.0) || high <= low {
        return Err(LearnError::Content {
            name: "sites",
            what: "every city needs a national station".to_owned(),
        });
    }
    Ok((stations, mean.iter().map(|m| (m - low) / (high - low)).collect()))
}

struct CityDays {
    first: NaiveDate,
    /// `[day][city]`
    logs: Vec<Vec<Logs>>,
}

/// Logarithms by kind; the coarse part is what PM10 has above PM2.5, at least a floor.
fn logs(v: [Option<f64>; 6], common: &Common) -> Logs {
    let mut out = v.map(|x| x.map(ln));
    out[COARSE] = None;
    if let (Some(fine), Some(all)) = (v[PM25], v[1]) {
        if fine > all * common.inversion_limit {
            // One of the two is a fault, and it cannot be told which.
            out[PM25] = None;
        } else {
            out[COARSE] = Some(ln((all - fine).max(fine * common.coarse_floor)));
        }
    }
    out
}

fn city_days(text: &str, names: &BTreeMap<String, usize>, common: &Common) -> Result<CityDays, LearnError> {
    const NAME: &str = "city days";
    let mut table = Table::open(
        NAME,
        text,
        &["city", "date", "pm25", "pm10", "so2", "no2", "co", "o3_8h_max"],
    )?;
    let mut by_day: BTreeMap<NaiveDate, Vec<Logs>> = BTreeMap::new();
    while table.next()? {
        let date = table.date(1)?;
        let Some(city) = names.get(table.text(0)) else {
            continue;
        };
        if date < common.pool_from {
            continue;
        }
        let mut v = [None; 6];
        for (i, cell) in v.iter_mut().enumerate() {
            *cell = table.positive(i + 2)?;
        }
        by_day.entry(date).or_insert_with(|| vec![[None; KINDS]; names.len()])[*city] = logs(v, common);
    }
    let (Some(first), Some(last)) = (by_day.keys().next().copied(), by_day.keys().next_back().copied()) else {
        return Err(LearnError::Content {
            name: NAME,
            what: "no day of a listed city".to_owned(),
        });
    };
    let mut days = CityDays {
        first,
        logs: Vec::new(),
    };
    let mut date = first;
    while date <= last {
        days.logs
            .push(by_day.remove(&date).unwrap_or_else(|| vec![[None; KINDS]; names.len()]));
        date = date + Days::new(1);
    }
    Ok(days)
}

fn average(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for v in values {
        sum += v;
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}

/// Mean distance of each city from the mean of the cities of the same day, over well covered days.
fn spread(days: &CityDays, cities: usize, common: &Common) -> Vec<[f64; KINDS]> {
    let mut sums = vec![[(0.0, 0.0); KINDS]; cities];
    for day in &days.logs {
        for kind in 0..KINDS {
            let present = day.iter().filter(|c| c[kind].is_some()).count();
            if (present as f64) < common.coverage * cities as f64 {
                continue;
            }
            let Some(mean) = average(day.iter().filter_map(|c| c[kind])) else {
                continue;
            };
            for (sum, city) in sums.iter_mut().zip(day) {
                if let Some(x) = city[kind] {
                    sum[kind].0 += x - mean;
                    sum[kind].1 += 1.0;
                }
            }
        }
    }
    sums.iter()
        .map(|s| s.map(|(sum, n)| if n > 0.0 { sum / n } else { 0.0 }))
        .collect()
}

/// A triangle-weighted running mean over the circle of the year.
fn season(days: &CityDays, spread: &[[f64; KINDS]], common: &Common) -> Vec<[f64; KINDS]> {
    let mut at = vec![[(0.0, 0.0); KINDS]; SEASON_DAYS];
    for (i, day) in days.logs.iter().enumerate() {
        let slot = &mut at[season_day(days.first + Days::new(i as u64))];
        for (city, away) in day.iter().zip(spread) {
            for kind in 0..KINDS {
                if let Some(x) = city[kind] {
                    slot[kind].0 += x - away[kind];
                    slot[kind].1 += 1.0;
                }
            }
        }
    }
    let half = common.smooth_days;
    (0..SEASON_DAYS)
        .map(|d| {
            let mut out = [f64::NAN; KINDS];
            for (kind, cell) in out.iter_mut().enumerate() {
                let (mut sum, mut weight) = (0.0, 0.0);
                for step in 0..=2 * half {
                    let w = (half + 1 - step.abs_diff(half)) as f64;
                    let (s, n) = at[(d + SEASON_DAYS + step - half) % SEASON_DAYS][kind];
                    sum += w * s;
                    weight += w * n;
                }
                *cell = sum / weight;
            }
            out
        })
        .collect()
}

/// What is left of each city day; clipped where a fault is likelier than weather, gaps filled from the other cities.
fn anomalies(
    days: &CityDays,
    spread: &[[f64; KINDS]],
    season: &[[f64; KINDS]],
    common: &Common,
) -> Vec<Vec<[f64; KINDS]>> {
    let mut rest: Vec<Vec<Logs>> = days.logs.clone();
    let mut squares = [(0.0, 0.0); KINDS];
    for (i, day) in rest.iter_mut().enumerate() {
        let typical = &season[season_day(days.first + Days::new(i as u64))];
        for (city, away) in day.iter_mut().zip(spread) {
            for kind in 0..KINDS {
                if let Some(x) = &mut city[kind] {
                    *x -= away[kind] + typical[kind];
                    squares[kind].0 += *x * *x;
                    squares[kind].1 += 1.0;
                }
            }
        }
    }
    let bound = squares.map(|(sum, n): (f64, f64)| common.clip_sd * (sum / f64::max(n, 1.0)).sqrt());
    rest.iter()
        .map(|day| {
            let mut fill = [0.0; KINDS];
            for (kind, cell) in fill.iter_mut().enumerate() {
                *cell = average(day.iter().filter_map(|c| c[kind]))
                    .unwrap_or(0.0)
                    .clamp(-bound[kind], bound[kind]);
            }
            day.iter()
                .map(|city| {
                    let mut out = fill;
                    for kind in 0..KINDS {
                        if let Some(x) = city[kind] {
                            out[kind] = x.clamp(-bound[kind], bound[kind]);
                        }
                    }
                    out
                })
                .collect()
        })
        .collect()
}

fn hours(
    name: &'static str,
    text: &str,
    city: &'static str,
    station: Option<&'static str>,
    names: &BTreeMap<String, usize>,
    common: &Common,
) -> Result<Vec<Hours>, LearnError> {
    let mut table = Table::open(
        name,
        text,
        &[
            city,
            station.unwrap_or(city),
            "time",
            "pm25",
            "pm10",
            "so2",
            "no2",
            "co",
            "o3",
        ],
    )?;
    let mut places: BTreeMap<(usize, String), Hours> = BTreeMap::new();
    while table.next()? {
        let Some(city) = names.get(table.text(0)) else {
            continue;
        };
        // Hours since an epoch whose 0 is a label 01:00, so that the remainder by 24 is the slot of the day.
        let hour = (table.time(2)? - DateTime::UNIX_EPOCH.naive_utc()).num_hours() - 1;
        debug_assert_eq!(table.time(2)?.minute(), 0);
        let mut v = [None; 6];
        for (i, cell) in v.iter_mut().enumerate() {
            *cell = table.positive(i + 3)?;
        }
        places
            .entry((*city, table.text(1).to_owned()))
            .or_default()
            .insert(hour, logs(v, common));
    }
    if places.is_empty() {
        return Err(LearnError::Content {
            name,
            what: "no hour of a listed city".to_owned(),
        });
    }
    Ok(places.into_values().collect())
}

/// Distance of an hour from the mean of the 24 hours around it.
fn deviation(series: &Hours, hour: i64, kind: usize, common: &Common) -> Option<f64> {
    let x = series.get(&hour)?[kind]?;
    let around: Vec<f64> = series
        .range(hour - 12..hour + 12)
        .filter_map(|(_, v)| v[kind])
        .collect();
    (around.len() as f64 >= 24.0 * common.coverage).then(|| x - around.iter().sum::<f64>() / around.len() as f64)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    Some(*values.get(values.len() / 2)?)
}

/// Median deviation by hour of day, empty hours drawn straight between their neighbours, mean zero.
fn shape(places: &[Hours], common: &Common) -> [[f64; 24]; KINDS] {
    let mut out = [[0.0; 24]; KINDS];
    for (kind, row) in out.iter_mut().enumerate() {
        let mut by_hour: [Vec<f64>; 24] = std::array::from_fn(|_| Vec::new());
        for series in places {
            for hour in series.keys() {
                if let Some(d) = deviation(series, *hour, kind, common) {
                    by_hour[hour.rem_euclid(24) as usize].push(d);
                }
            }
        }
        let known: Vec<Option<f64>> = by_hour.iter_mut().map(|v| median(v)).collect();
        for (h, cell) in row.iter_mut().enumerate() {
            let before = (0..24).find_map(|s| known[(h + 24 - s) % 24].map(|x| (s, x)));
            let after = (0..24).find_map(|s| known[(h + s) % 24].map(|x| (s, x)));
            if let (Some((a, x)), Some((b, y))) = (before, after) {
                *cell = if a + b == 0 {
                    x
                } else {
                    (x * b as f64 + y * a as f64) / (a + b) as f64
                };
            }
        }
        let mean = row.iter().sum::<f64>() / 24.0;
        row.iter_mut().for_each(|x| *x -= mean);
    }
    out
}

fn noise(places: &[Hours], shape: &[[f64; 24]; KINDS], common: &Common) -> [Noise; KINDS] {
    std::array::from_fn(|kind| {
        let mut sizes = Vec::new();
        let (mut product, mut square) = (0.0, 0.0);
        for series in places {
            let rest = |hour: i64| {
                deviation(series, hour, kind, common).map(|d| d - shape[kind][hour.rem_euclid(24) as usize])
            };
            for hour in series.keys() {
                let Some(x) = rest(*hour) else { continue };
                sizes.push(x.abs());
                if let Some(y) = rest(hour + 1) {
                    product += x * y;
                    square += (x * x + y * y) / 2.0;
                }
            }
        }
        // 1.4826: the standard deviation of a normal variable over the median of its absolute value.
        let sd = 1.4826 * median(&mut sizes).unwrap_or(0.0);
        Noise {
            sd,
            lag1: if square > 0.0 {
                (product / square).clamp(0.0, 0.98)
            } else {
                0.0
            },
        }
    })
}

/// Counts of (enter, could enter, stay, could stay).
#[derive(Default, Clone, Copy)]
struct Count([f64; 4]);

impl Count {
    fn see(&mut self, before: bool, now: bool) {
        let at = if before { 2 } else { 0 };
        self.0[at] += f64::from(now);
        self.0[at + 1] += 1.0;
    }
    fn step(self) -> Step {
        let share = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Step {
            enter: share(self.0[0], self.0[1]),
            stay: share(self.0[2], self.0[3]),
        }
    }
}

/// Counts gaps from one hour to the next; places or pollutants that never report are not gaps.
fn gaps(places: &[Hours], common: &Common) -> Gaps {
    let (mut silent, mut single) = (Count::default(), [Count::default(); KINDS]);
    for series in places {
        let share = |f: &dyn Fn(&Logs) -> bool| series.values().filter(|v| f(v)).count() as f64 / series.len() as f64;
        if share(&|v| v.iter().any(Option::is_some)) < common.alive {
            continue;
        }
        for (hour, now) in series {
            let Some(before) = series.get(&(hour - 1)) else {
                continue;
            };
            let none = |v: &Logs| v.iter().all(Option::is_none);
            silent.see(none(before), none(now));
            if none(before) || none(now) {
                continue;
            }
            for kind in [PM25, COARSE, 2, NO2, CO, O3] {
                if share(&|v| v[kind].is_some()) >= common.alive {
                    single[kind].see(before[kind].is_none(), now[kind].is_none());
                }
            }
        }
    }
    Gaps {
        silent: silent.step(),
        single: single.map(Count::step),
    }
}
