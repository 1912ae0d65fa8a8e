//! The passes: rows to hours of days, hours to day values, sites to cities, day values to indices.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use figure::{Decimal, NumberError};
use law::Law;
use standards::air::{Day, Pollutant, Rules};

use super::cells::{self, Decimals, HoursDay, OZONE};
use super::laws::Laws;
use super::{CityDay, DayIndex, Layer, SIX, SiteDay};
use crate::error::{LakeError, Result};
use crate::plan::Needs;
use crate::schema::Columns;
use crate::{Lake, RecordBatch, date, day_number, day_start};

/// Values of one place and day, without an index yet.
#[derive(Debug, Clone, PartialEq)]
struct Values {
    values: [Option<Decimal>; 6],
    /// Valid hours of a station; valid sites of a city.
    n: [u16; 6],
    of: u16,
    o3: Option<Decimal>,
    simulated: bool,
    layer: Layer,
}

/// All day values.
#[derive(Debug, Default, Clone)]
pub(crate) struct AirDays {
    sites: BTreeMap<String, BTreeMap<i32, Values>>,
    cities: BTreeMap<String, BTreeMap<i32, Values>>,
    /// State of the reference tables they were made with.
    pub(crate) tables: u64,
    /// Which exchange of the law they were made after.
    pub(crate) turn: u64,
    /// Grows with every change of a value.
    pub(crate) version: u64,
}

/// What the numbers of series mean here.
enum Meaning {
    Hours { place: usize, k: usize },
    Days { place: usize, k: usize },
}

fn number(e: NumberError) -> LakeError {
    LakeError::Rule(format!("day values: {e}"))
}

/// Whether a site's code is that of a division.
fn is_division(site: &str) -> bool {
    site.len() == 6 && site.bytes().all(|b| b.is_ascii_digit())
}

impl AirDays {
    /// Everything, from all observations, or from those recorded up to a time (seconds UTC).
    pub(crate) fn whole(lake: &Lake, known: Option<i64>) -> Result<Self> {
        let mut out = Self::default();
        out.compute(lake, Needs::ALL, known)?;
        Ok(out)
    }

    pub(crate) fn same_values(&self, other: &Self) -> bool {
        self.sites == other.sites && self.cities == other.cities
    }

    /// The same with some days computed anew.
    pub(crate) fn mended(lake: &Lake, old: &Self, touched: &BTreeSet<i32>) -> Result<Self> {
        let mut out = old.clone();
        let touched: Vec<i32> = touched.iter().copied().collect();
        // Neighbouring days are read together; a touched year is one reading, not 365.
        for run in touched.chunk_by(|a, b| b - a <= 3) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            for days in out.sites.values_mut().chain(out.cities.values_mut()) {
                let gone: Vec<i32> = days.range(first..=last).map(|(d, _)| *d).collect();
                for d in gone {
                    days.remove(&d);
                }
            }
            let t = (day_start(date(*first)), day_start(date(*last)) + 86_399);
            out.compute(
                lake,
                Needs {
                    series: (0, i32::MAX),
                    t,
                },
                None,
            )?;
        }
        Ok(out)
    }

    fn compute(&mut self, lake: &Lake, needs: Needs, known: Option<i64>) -> Result<()> {
        let keys = lake.series_keys();
        let mut places: Vec<(String, bool)> = vec![];
        let mut by_place: HashMap<(String, bool), usize> = HashMap::new();
        let mut meaning: Vec<Option<Meaning>> = vec![];
        for key in &keys {
            let k = cells::position(&key.factor);
            let is_day = key.period == "8hmax1d" && k == Some(OZONE) || key.period == "1d" && k != Some(OZONE);
            let Some(k) = k.filter(|_| key.period == "1h" || is_day) else {
                meaning.push(None);
                continue;
            };
            let place = (key.site.clone(), key.origin != "real");
            let place = *by_place.entry(place.clone()).or_insert_with(|| {
                places.push(place);
                places.len() - 1
            });
            meaning.push(Some(if is_day {
                Meaning::Days { place, k }
            } else {
                Meaning::Hours { place, k }
            }));
        }
        let law = lake.law();
        let mut pass = Pass {
            span: needs.t,
            laws: Laws::new(&law, None)?,
            decimals: HashMap::new(),
            meaning,
            hours: vec![HashMap::new(); places.len()],
            days: vec![HashMap::new(); places.len()],
        };
        lake.read_stored(needs, known, &mut |batch| pass.take(batch))?;
        self.finish(lake, &places, pass)
    }

    fn finish(&mut self, lake: &Lake, places: &[(String, bool)], mut pass: Pass) -> Result<()> {
        let evaluated = Evaluated::new(lake)?;
        // (division, day, simulated, layer) → values: the candidates of each city-day.
        let mut candidates: BTreeMap<(String, i32), Vec<Values>> = BTreeMap::new();
        let mut of_sites: HashMap<(String, i32, bool), Vec<(usize, Values)>> = HashMap::new();
        for (i, (site, simulated)) in places.iter().enumerate() {
            let division = is_division(site);
            for (day, cell) in std::mem::take(&mut pass.hours[i]) {
                let (rules, decimals) = pass.rules(day)?;
                let (values, o3) = cell.values(&rules, &decimals).map_err(number)?;
                let n = cell.hours().map(u16::from);
                let layer = if division {
                    Layer::CityHours
                } else {
                    Layer::StationHours
                };
                let v = Values {
                    values,
                    n,
                    of: 24,
                    o3,
                    simulated: *simulated,
                    layer,
                };
                if division {
                    candidates
                        .entry((site.clone(), day))
                        .or_default()
                        .push(Values { n: [0; 6], of: 0, ..v });
                    continue;
                }
                if let Some((city, at)) = evaluated.sites.get(site) {
                    of_sites
                        .entry((city.clone(), day, *simulated))
                        .or_default()
                        .push((*at, v.clone()));
                }
                let kept = self.sites.entry(site.clone()).or_default();
                // Real hours stand before simulated ones, where both exist.
                if !kept
                    .get(&day)
                    .is_some_and(|old| !old.simulated && *simulated && any(old))
                {
                    kept.insert(day, v);
                }
            }
            for (day, values) in std::mem::take(&mut pass.days[i]) {
                let v = Values {
                    values,
                    n: [0; 6],
                    of: 0,
                    o3: None,
                    simulated: *simulated,
                    layer: Layer::CityDays,
                };
                candidates.entry((site.clone(), day)).or_default().push(v);
            }
        }
        for ((city, day, simulated), sites) in of_sites {
            let of = evaluated.count.get(&city).copied().unwrap_or(0);
            let (rules, _) = pass.rules(day)?;
            let v = city_values(&rules, &sites, of, simulated).map_err(number)?;
            candidates.entry((city, day)).or_default().push(v);
        }
        for ((city, day), mut list) in candidates {
            list.retain(any);
            let complete = |v: &Values| v.values.iter().all(Option::is_some);
            list.sort_by_key(|v| (v.simulated, !complete(v), v.layer));
            if let Some(best) = list.into_iter().next() {
                self.cities.entry(city).or_default().insert(day, best);
            }
        }
        Ok(())
    }

    pub(crate) fn span(&self) -> Option<(i32, i32)> {
        let ends = self
            .cities
            .values()
            .filter_map(|d| Some((*d.keys().next()?, *d.keys().next_back()?)));
        ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    pub(crate) fn cities(&self, law: &Law, (from, to): (i32, i32), law_of: Option<NaiveDate>) -> Result<Vec<CityDay>> {
        let mut laws = Laws::new(law, law_of)?;
        let mut out = vec![];
        for (division, days) in &self.cities {
            for (day, v) in days.range(from..=to.max(from)) {
                out.push(CityDay {
                    division: division.clone(),
                    day: date(*day),
                    values: v.values,
                    sites: v.n,
                    sites_of: v.of,
                    o3: v.o3,
                    aqi: index(laws.of(*day, division)?.as_deref(), v)?,
                    simulated: v.simulated,
                    layer: v.layer,
                });
            }
        }
        Ok(out)
    }

    pub(crate) fn sites(
        &self,
        law: &Law,
        sites: &[&str],
        (from, to): (i32, i32),
        law_of: Option<NaiveDate>,
    ) -> Result<Vec<SiteDay>> {
        let mut laws = Laws::new(law, law_of)?;
        let mut out = vec![];
        for (site, days) in self
            .sites
            .iter()
            .filter(|(s, _)| sites.is_empty() || sites.contains(&s.as_str()))
        {
            for (day, v) in days.range(from..=to.max(from)) {
                out.push(SiteDay {
                    site: site.clone(),
                    day: date(*day),
                    values: v.values,
                    // At most 24.
                    hours: v.n.map(|n| n as u8),
                    o3: v.o3,
                    aqi: index(laws.of(*day, "")?.as_deref(), v)?,
                    simulated: v.simulated,
                });
            }
        }
        Ok(out)
    }
}

fn any(v: &Values) -> bool {
    v.values.iter().any(Option::is_some)
}

/// The index of a day; empty where no rule was in force.
fn index(rules: Option<&Rules>, v: &Values) -> Result<DayIndex> {
    let Some(rules) = rules else {
        return Ok(DayIndex::default());
    };
    let [so2, no2, co, o3_8h, pm10, pm2_5] = v.values;
    let day = Day {
        so2,
        no2,
        pm10,
        pm2_5,
        co,
        o3: v.o3,
        o3_8h,
    };
    let aqi = rules.daily(&day).map_err(|e| LakeError::Rule(e.to_string()))?;
    let has = SIX
        .into_iter()
        .zip(v.values)
        .filter_map(|(p, v)| v.map(|_| p))
        .collect();
    let primary: Vec<&str> = aqi.primary.iter().map(Pollutant::name).collect();
    Ok(DayIndex {
        aqi: aqi.aqi,
        complete: rules.ratio.valid_day(has),
        level: aqi.grade.unwrap_or(0),
        primary: primary.join("+"),
        iaqi: SIX.map(|p| aqi.iaqi[p as usize]),
    })
}

/// The mean of a city's evaluation sites, pollutant by pollutant; a site without a value stands as missing.
fn city_values(
    rules: &Rules,
    sites: &[(usize, Values)],
    of: usize,
    simulated: bool,
) -> std::result::Result<Values, NumberError> {
    let mut out = Values {
        values: [None; 6],
        n: [0; 6],
        of: of as u16,
        o3: None,
        simulated,
        layer: Layer::StationHours,
    };
    let mut column = vec![None; of];
    for (k, p) in SIX.into_iter().enumerate() {
        column.fill(None);
        sites.iter().for_each(|(at, v)| column[*at] = v.values[k]);
        let mean = rules.city_day(p, &column)?;
        (out.values[k], out.n[k]) = (mean.value, mean.valid as u16);
    }
    column.fill(None);
    sites.iter().for_each(|(at, v)| column[*at] = v.o3);
    out.o3 = rules.city_day(Pollutant::O3, &column)?.value;
    Ok(out)
}

/// Evaluation sites of cities, from the reference table `sites` (code, division, evaluates, retired).
struct Evaluated {
    /// Site → city and its place in the city's list.
    sites: HashMap<String, (String, usize)>,
    count: HashMap<String, usize>,
}

impl Evaluated {
    fn new(lake: &Lake) -> Result<Self> {
        let mut out = Self {
            sites: HashMap::new(),
            count: HashMap::new(),
        };
        for r in lake.table_rows("sites")?.unwrap_or_default() {
            let is = |column: &str| r.get(column).is_some_and(|v| v == "1");
            if let (Some(code), Some(division), true, false) =
                (r.get("code"), r.get("division"), is("evaluates"), is("retired"))
            {
                let n = out.count.entry(division.clone()).or_default();
                out.sites.insert(code.clone(), (division.clone(), *n));
                *n += 1;
            }
        }
        Ok(out)
    }
}

/// One pass over the rows.
struct Pass<'a> {
    /// Whole pages are read, so that rows beside those asked for come too (seconds UTC).
    span: (i64, i64),
    laws: Laws<'a>,
    decimals: HashMap<i32, (std::sync::Arc<Rules>, Decimals)>,
    meaning: Vec<Option<Meaning>>,
    hours: Vec<HashMap<i32, HoursDay>>,
    days: Vec<HashMap<i32, [Option<Decimal>; 6]>>,
}

impl Pass<'_> {
    fn rules(&mut self, day: i32) -> Result<(std::sync::Arc<Rules>, Decimals)> {
        if let Some(r) = self.decimals.get(&day) {
            return Ok(r.clone());
        }
        let rules = self.laws.for_values(day)?;
        let decimals = cells::decimals(&rules).map_err(number)?;
        self.decimals.insert(day, (rules.clone(), decimals));
        Ok((rules, decimals))
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let c = Columns::of(batch);
        let mut last: Option<(i32, std::sync::Arc<Rules>, Decimals)> = None;
        for i in 0..c.len() {
            let Some(Some(meaning)) = self.meaning.get(c.series[i] as usize) else {
                continue;
            };
            // Only valid values take part; mark 0 is the one that says so.
            let Some(v) = c.value(i).filter(|_| c.mark[i] == 0) else {
                continue;
            };
            let (place, k, is_hour) = match meaning {
                Meaning::Hours { place, k } => (*place, *k, true),
                Meaning::Days { place, k } => (*place, *k, false),
            };
            let t = c.t[i].div_euclid(1_000_000);
            if t < self.span.0 || t > self.span.1 {
                continue;
            }
            let day = day_number(t);
            let (rules, decimals) = match &last {
                Some((d, r, s)) if *d == day => (r.clone(), *s),
                _ => {
                    let (r, s) = self.rules(day)?;
                    last = Some((day, r.clone(), s));
                    (r, s)
                }
            };
            let e = c.e[i] as u32;
            if is_hour {
                let hour = ((t + crate::BEIJING_S).rem_euclid(86_400) / 3600) as usize;
                let cell = self.hours[place].entry(day).or_default();
                cell.add(k, hour, (v, e), &rules, &decimals).map_err(number)?;
            } else {
                let cell = self.days[place].entry(day).or_default();
                cell[k] = Some(cells::delivered(&rules, k, v, e).map_err(number)?);
            }
        }
        Ok(())
    }
}
