//! Every published class of the automatic stations of four periods, recomputed by the practice of its date
//! (`law/water/practice-auto-stations.toml`), and what is shown beside it.
//!
//! What is not compared is decided by the data alone, never by the answer:
//! - **river or lake** is not published. It is learned from the *other* readings of the section (in the same
//!   file, else in the others): the reading itself never takes part. Where nothing is known and the two
//!   limits of TP give different classes, the reading is not compared.
//! - **raw value unknown**: where raw values decide but only shown ones were published, a value so near to a
//!   limit that its rounding hides the class is not compared.
//! - **April 2021 mixes sampling times.** The nutrients of a row are updated later than the sonde, and the
//!   class later still. Not compared there: rows whose CODMn, NH3-N and TP repeat those of an earlier time of the
//!   section; times of a section that were published twice with different values; and the rows of 20:00 and
//!   00:00, which were read while the platform was being filled (see `the_night_rows_lag_by_one_reading`).

use figure::Decimal;
use flate2::read::GzDecoder;
use law::Law;
use standards::water::{Body, Class, Item, Rules, Seen, StationClass, Stations};
use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;

const ITEMS: [&str; 5] = ["ph", "do", "codmn", "nh3n", "tp"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| Law::load_dir(&root().join("law")).unwrap_or_else(|e| panic!("{e:#?}")))
}

/// One published reading.
struct Reading {
    section: String,
    time: String,
    class: Option<Class>,
    status: String,
    shown: [Seen; 5],
    /// Where the raw value was published too.
    raw: [Option<Decimal>; 5],
    /// The nutrients as published, for finding repeats.
    nutrients: String,
}

impl Counts {
    /// All counts, in their order.
    fn all(&self) -> [usize; 14] {
        let n = self;
        #[rustfmt::skip]
        let all = [
            n.judged, n.complete, n.type_unknown, n.near_limit, n.repeated, n.twice, n.night, n.compared, n.agree,
            n.of_all, n.partial, n.partial_agree, n.without, n.without_agree,
        ];
        all
    }
}

/// A period: its readings and the practice of its days.
struct Period {
    readings: Vec<Reading>,
    rules: Rules,
    stations: Stations,
    items: Vec<Item>,
}

/// By section: readings that only the river's, and only the lake's limits of TP explain.
type Votes<'a> = HashMap<&'a str, (i32, i32)>;

#[derive(Debug, Default)]
struct Counts {
    /// Readings with a published class.
    judged: usize,
    /// Of these, with all five values.
    complete: usize,
    type_unknown: usize,
    near_limit: usize,
    repeated: usize,
    twice: usize,
    night: usize,
    /// Complete readings that are compared, and how many agree.
    compared: usize,
    agree: usize,
    /// All complete readings of a known kind of water that agree, whatever is not compared.
    of_all: usize,
    /// Judged with an item missing, and how many agree.
    partial: usize,
    partial_agree: usize,
    /// Without a published class; for how many the practice gives none either.
    without: usize,
    without_agree: usize,
}

impl Period {
    fn load(file: &str, date: &str) -> Self {
        let path = root().join("data/water").join(file);
        let file = File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|h| h == name);
        let mut readings = Vec::new();
        for record in reader.records() {
            let r = record.unwrap();
            let text = |name: &str| at(name).map_or("", |i| r.get(i).unwrap());
            let seen = |name: &str| match (text(name), Decimal::parse(text(name))) {
                ("*", _) => Seen::NotMonitored,
                (_, Ok(v)) => Seen::Value(v),
                _ => Seen::None,
            };
            readings.push(Reading {
                section: format!("{} {}", text("province"), text("section")),
                time: text("time").to_string(),
                class: Class::by_name(text("class")),
                status: text("status").to_string(),
                shown: ITEMS.map(seen),
                raw: ITEMS.map(|i| Decimal::parse(text(&format!("raw_{i}"))).ok()),
                nutrients: [text("codmn"), text("nh3n"), text("tp")].join(" "),
            });
        }
        let date = date.parse().unwrap();
        let rules = Rules::at(law(), date, "").unwrap();
        let stations = Stations::at(law(), date, "", &rules).unwrap();
        assert!(!stations.assumed(), "data of {date} exist");
        let items: Vec<Item> = stations.items().collect();
        assert_eq!(items, ITEMS.map(|i| rules.item(i).unwrap()));
        Self {
            readings,
            rules,
            stations,
            items,
        }
    }

    /// The raw value where there is one, else the shown.
    fn seen(r: &Reading) -> [Seen; 5] {
        std::array::from_fn(|i| r.raw[i].map_or(r.shown[i], Seen::Value))
    }

    fn class(&self, r: &Reading, body: Body) -> Option<Class> {
        match self
            .stations
            .class(&self.rules, body, &Self::seen(r), &r.status)
            .unwrap()
        {
            StationClass::Class(c) => Some(c),
            _ => None,
        }
    }

    /// For a section: in how many readings only the river's, only the lake's limits give the published class.
    fn votes(&self, r: &Reading) -> (i32, i32) {
        let (river, lake) = (self.class(r, Body::River), self.class(r, Body::Lake));
        match r.class {
            Some(_) if river == lake => (0, 0),
            Some(_) if r.class == river => (1, 0),
            Some(_) if r.class == lake => (0, 1),
            _ => (0, 0),
        }
    }

    fn all_votes(&self) -> Votes<'_> {
        let mut all = Votes::new();
        for r in &self.readings {
            let (v, all) = (self.votes(r), all.entry(&r.section).or_default());
            *all = (all.0 + v.0, all.1 + v.1);
        }
        all
    }

    /// River or lake, from the other readings of the section; either where it makes no difference.
    fn body(&self, r: &Reading, mine: &Votes<'_>, theirs: &[Votes<'_>]) -> Option<Body> {
        let (own, all) = (self.votes(r), mine[r.section.as_str()]);
        let elsewhere = theirs.iter().filter_map(|v| v.get(r.section.as_str()));
        let known = std::iter::once((all.0 - own.0, all.1 - own.1))
            .chain(elsewhere.copied())
            .find(|v| v.0 != v.1)
            .map(|v| if v.0 > v.1 { Body::River } else { Body::Lake });
        let same = self.class(r, Body::River) == self.class(r, Body::Lake);
        known.or(same.then_some(Body::River))
    }

    /// Whether rounding hides which side of a limit a value lies on, where only the shown one is known.
    fn near_limit(&self, r: &Reading, body: Body) -> bool {
        let (mut low, mut high) = (None, None);
        for (i, item) in self.items.iter().enumerate() {
            let Seen::Value(v) = r.shown[i] else { continue };
            let half = match r.raw[i] {
                Some(_) => Decimal::ZERO,
                None => Decimal::new(5, v.scale() + 1).unwrap(),
            };
            let v = r.raw[i].unwrap_or(v);
            let (a, b) = (v.sub(half).unwrap(), v.add(half).unwrap());
            let (a, b) = (self.rules.class(*item, body, a), self.rules.class(*item, body, b));
            low = low.max(a.min(b));
            high = high.max(a.max(b));
        }
        low != high
    }

    fn compare(&self, others: &[&Self], mixed_times: bool, raw_decides: bool) -> Counts {
        let mine = self.all_votes();
        let theirs: Vec<Votes<'_>> = others.iter().map(|p| p.all_votes()).collect();
        let (mut times, mut nutrients) = (HashMap::<_, usize>::new(), HashMap::<_, Vec<&str>>::new());
        for r in &self.readings {
            *times.entry((&r.section, &r.time)).or_default() += 1;
            nutrients.entry((&r.section, &r.nutrients)).or_default().push(&r.time);
        }
        let mut n = Counts::default();
        for r in &self.readings {
            let complete = r.shown.iter().all(|s| matches!(s, Seen::Value(_)));
            let Some(published) = r.class else {
                n.without += 1;
                n.without_agree += usize::from(self.class(r, Body::River).is_none());
                continue;
            };
            n.judged += 1;
            n.complete += usize::from(complete);
            // The others of the section, without this reading.
            let Some(body) = self.body(r, &mine, &theirs) else {
                n.type_unknown += 1;
                continue;
            };
            n.of_all += usize::from(complete && self.class(r, body) == Some(published));
            if raw_decides && self.near_limit(r, body) {
                n.near_limit += 1;
                continue;
            }
            if mixed_times {
                if nutrients[&(&r.section, &r.nutrients)].iter().any(|t| **t < *r.time) {
                    n.repeated += 1;
                    continue;
                }
                if times[&(&r.section, &r.time)] > 1 {
                    n.twice += 1;
                    continue;
                }
                if r.time.ends_with("20:00") || r.time.ends_with("00:00") {
                    n.night += 1;
                    continue;
                }
            }
            let agrees = usize::from(self.class(r, body) == Some(published));
            if complete {
                n.compared += 1;
                n.agree += agrees;
            } else {
                n.partial += 1;
                n.partial_agree += agrees;
            }
        }
        n
    }
}

struct All {
    may_2020: Period,
    daily_2020: Period,
    april_2021: Period,
    november_2025: Period,
    february_2026: Period,
}

fn all() -> &'static All {
    static ALL: OnceLock<All> = OnceLock::new();
    ALL.get_or_init(|| All {
        may_2020: Period::load("stations_2020-05-08.csv.gz", "2020-05-08"),
        daily_2020: Period::load("stations_daily_2020-05_2021-01.csv.gz", "2020-09-01"),
        april_2021: Period::load("stations_4h_2021-04.csv.gz", "2021-04-02"),
        november_2025: Period::load("stations_4h_2025-11.csv.gz", "2025-11-07"),
        february_2026: Period::load("stations_hourly_2026-02.csv.gz", "2026-02-04"),
    })
}

/// The counts are pinned, so that any change of the rules shows; and at least 99.9 % agree.
fn check(name: &str, n: &Counts, wanted: &[usize; 14]) {
    println!("{name}: {n:?}");
    assert_eq!(n.all(), *wanted, "{name}: {n:?}");
    assert_eq!(n.partial, n.partial_agree, "{name}: an item missing");
    assert!(n.agree * 1000 >= n.compared * 999, "{name}: {n:?}");
}

#[test]
fn may_2020_one_moment_raw_values() {
    let a = all();
    let n = a
        .may_2020
        .compare(&[&a.daily_2020, &a.april_2021, &a.november_2025], false, true);
    let wanted = [1439, 1439, 81, 0, 0, 0, 0, 1358, 1357, 1357, 0, 0, 462, 437];
    check("2020-05-08", &n, &wanted);
}

#[test]
fn may_2020_to_january_2021_raw_values() {
    let a = all();
    let n = a
        .daily_2020
        .compare(&[&a.april_2021, &a.may_2020, &a.november_2025], false, true);
    let wanted = [16396, 12619, 2, 0, 0, 0, 0, 12617, 12613, 12613, 3777, 3777, 1786, 1662];
    check("2020-05 to 2021-01", &n, &wanted);
}

#[test]
fn april_2021_shown_values_of_mixed_times() {
    let a = all();
    let n = a
        .april_2021
        .compare(&[&a.daily_2020, &a.may_2020, &a.november_2025], true, true);
    let wanted = [
        27677, 27131, 6, 286, 2344, 1068, 6676, 16867, 16853, 26763, 430, 430, 1627, 1613,
    ];
    check("2021-04", &n, &wanted);
}

#[test]
fn november_2025_shown_values_decide() {
    let a = all();
    let n = a
        .november_2025
        .compare(&[&a.february_2026, &a.april_2021], false, false);
    let wanted = [6282, 6282, 32, 0, 0, 0, 0, 6250, 6250, 6250, 0, 0, 249, 249];
    check("2025-11", &n, &wanted);
}

#[test]
fn february_2026_hourly() {
    let a = all();
    let n = a.february_2026.compare(&[&a.november_2025, &a.april_2021], false, true);
    let wanted = [1361, 1116, 51, 13, 0, 0, 0, 1066, 1066, 1071, 231, 231, 0, 0];
    check("2026-02", &n, &wanted);
}

/// The rows of 20:00 and 00:00 of April 2021 that do not agree carry the class of the reading before them.
#[test]
fn the_night_rows_lag_by_one_reading() {
    let p = &all().april_2021;
    let mine = p.all_votes();
    let mut before = HashMap::<&str, &Reading>::new();
    let (mut night, mut misses, mut lag) = (0, 0, 0);
    for r in &p.readings {
        let previous = before.insert(&r.section, r);
        let at_night = r.time.ends_with("20:00") || r.time.ends_with("00:00");
        let (Some(published), true) = (r.class, at_night) else {
            continue;
        };
        let Some(body) = p.body(r, &mine, &[]) else { continue };
        if p.near_limit(r, body) {
            continue;
        }
        night += 1;
        if p.class(r, body) != Some(published) {
            misses += 1;
            let class_before = previous.and_then(|b| p.class(b, body));
            lag += usize::from(class_before == Some(published) || previous.is_some_and(|b| b.class == r.class));
        }
    }
    assert_eq!((night, misses, lag), (8243, 195, 185));
}

/// Where the raw and the shown values give different classes: which one was published.
fn follows(p: &Period) -> (usize, usize) {
    let mine = p.all_votes();
    let (mut raw, mut shown) = (0, 0);
    for r in p.readings.iter().filter(|r| r.raw.iter().all(Option::is_some)) {
        let (Some(published), Some(body)) = (r.class, p.body(r, &mine, &[])) else {
            continue;
        };
        let pairs = |values: [Option<Decimal>; 5]| p.items.iter().copied().zip(values.map(Option::unwrap));
        let by_raw = p.rules.worst(body, pairs(r.raw));
        let values = r.shown.map(|s| match s {
            Seen::Value(v) => Some(v),
            _ => None,
        });
        if values.iter().any(Option::is_none) {
            continue;
        }
        let by_shown = p.rules.worst(body, pairs(values));
        if by_raw != by_shown {
            raw += usize::from(by_raw == Some(published));
            shown += usize::from(by_shown == Some(published));
        }
    }
    (raw, shown)
}

#[test]
fn raw_values_decide_in_2020_and_shown_ones_in_2025() {
    assert_eq!(follows(&all().may_2020), (6, 0));
    assert_eq!(follows(&all().daily_2020), (52, 0));
    assert_eq!(follows(&all().november_2025), (0, 93));
}

/// Pairs of raw and shown value, and how many the practice's rounding reproduces.
fn rounding(p: &Period) -> (usize, usize) {
    let (mut pairs, mut same) = (0, 0);
    for r in &p.readings {
        for place in 0..5 {
            if let (Some(raw), Seen::Value(shown)) = (r.raw[place], r.shown[place]) {
                pairs += 1;
                same += usize::from(p.stations.shown(place, raw).unwrap() == shown);
            }
        }
    }
    (pairs, same)
}

#[test]
fn shown_values_are_the_raw_ones_rounded_half_to_even() {
    assert_eq!(rounding(&all().may_2020), (9120, 9120));
    assert_eq!(rounding(&all().daily_2020), (84981, 84981));
    assert_eq!(rounding(&all().november_2025), (32204, 32204));
}
