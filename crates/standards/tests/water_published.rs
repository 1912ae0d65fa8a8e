//! Every published class of the automatic stations of five files, against the practice of its date
//! (`law/water/practice-auto-stations.toml`). No reading is left out for its hour or for what it shows: each complete
//! one is either explained, and then it is said by what ([`Fit`]), or counted as unexplained.
//!
//! - **River or lake** is not published. It is learned from the *other* readings of the section (in the same
//!   file, else in the others): the reading itself never takes part. Where nothing is known and the two
//!   limits of TP give different classes, no one class can be asked for; those are counted apart, and how many of them
//!   either limit explains.
//! - **Shown values only** (April 2021, most of 2026-02) where raw ones decide: a value exactly on a limit does not
//!   say on which side it lay.
//! - **April 2021 renews the class after the values.** See `docs/water-classes-2021-04.md` and the tests at the end, which
//!   say how much of this is proven and how little it would let pass by chance.

use chrono::NaiveDateTime;
use figure::Decimal;
use flate2::read::GzDecoder;
use law::Law;
use standards::water::{Body, Class, Fit, Item, Rules, Seen, Span, StationClass, Stations};
use std::collections::{HashMap, HashSet};
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
    /// None for a stopped station, which publishes none.
    time: Option<NaiveDateTime>,
    class: Option<Class>,
    status: String,
    shown: [Seen; 5],
    /// Where the raw value was published too.
    raw: [Option<Decimal>; 5],
    /// CODMn, NH3-N and TP as published, for finding repeats.
    nutrients: String,
}

impl Reading {
    fn complete(&self) -> bool {
        self.shown.iter().all(|s| matches!(s, Seen::Value(_)))
    }

    /// Whether it is of that day of April 2021 and hour.
    fn is_at(&self, day: u32, hour: u32) -> bool {
        let date = chrono::NaiveDate::from_ymd_opt(2021, 4, day).unwrap();
        self.time == date.and_hms_opt(hour, 0, 0)
    }
}

/// A period: its readings, by section and time as they were published, and the practice of its days.
struct Period {
    readings: Vec<Reading>,
    rules: Rules,
    stations: Stations,
    items: Vec<Item>,
}

/// By section: readings that only the river's, and only the lake's limits of TP explain.
type Votes<'a> = HashMap<&'a str, (i32, i32)>;

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Readings with a published class, and of these with all five values.
    judged: usize,
    complete: usize,
    /// Complete, but neither river nor lake is known and it matters; how many of them fit one of the two.
    unknown: usize,
    unknown_fit: usize,
    /// The other complete ones, by what explains them.
    own: usize,
    on_limit: usize,
    before: usize,
    unexplained: usize,
    /// Judged with an item missing, and how many of them are explained by their own values.
    partial: usize,
    partial_own: usize,
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
                time: NaiveDateTime::parse_from_str(text("time"), "%Y-%m-%d %H:%M").ok(),
                class: Class::by_name(text("class")),
                status: text("status").to_string(),
                shown: ITEMS.map(seen),
                raw: ITEMS.map(|i| Decimal::parse(text(&format!("raw_{i}"))).ok()),
                nutrients: [text("codmn"), text("nh3n"), text("tp")].join(" "),
            });
        }
        // Stable: versions of one time stay as they were published.
        readings.sort_by(|a, b| (&a.section, a.time).cmp(&(&b.section, b.time)));
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

    fn span(&self, r: &Reading, body: Body) -> Option<Span> {
        self.stations
            .span(&self.rules, body, &r.shown, &r.raw, &r.status)
            .unwrap()
    }

    /// The reading `step` places after this one in the section (before it, if negative), with the hours between them.
    fn beside(&self, place: usize, step: isize) -> Option<(&Reading, i64)> {
        let (r, other) = (
            &self.readings[place],
            self.readings.get(place.checked_add_signed(step)?)?,
        );
        let hours = (r.time? - other.time?).num_hours();
        (r.section == other.section).then_some((other, hours))
    }

    /// What its own values allow, and what those `step` places away do.
    fn spans(&self, place: usize, body: Body, step: isize) -> (Option<Span>, Option<(Span, i64)>) {
        let other = self
            .beside(place, step)
            .and_then(|(b, hours)| Some((self.span(b, body)?, hours)));
        (self.span(&self.readings[place], body), other)
    }

    fn fit(&self, place: usize, body: Body) -> Option<Fit> {
        let (own, before) = self.spans(place, body, -1);
        self.stations.fit(self.readings[place].class?, own, before)
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

    fn compare(&self, others: &[&Self]) -> Counts {
        let mine = self.all_votes();
        let theirs: Vec<Votes<'_>> = others.iter().map(|p| p.all_votes()).collect();
        let mut n = Counts::default();
        for (place, r) in self.readings.iter().enumerate() {
            if r.class.is_none() {
                n.without += 1;
                n.without_agree += usize::from(self.class(r, Body::River).is_none());
                continue;
            }
            n.judged += 1;
            n.complete += usize::from(r.complete());
            let body = self.body(r, &mine, &theirs);
            let fit = match body {
                Some(body) => self.fit(place, body),
                None => self.fit(place, Body::River).or_else(|| self.fit(place, Body::Lake)),
            };
            match (r.complete(), body, fit) {
                (false, ..) => {
                    n.partial += 1;
                    n.partial_own += usize::from(matches!(fit, Some(Fit::Own | Fit::OnLimit)));
                }
                (true, None, _) => {
                    n.unknown += 1;
                    n.unknown_fit += usize::from(fit.is_some());
                }
                (true, _, Some(Fit::Own)) => n.own += 1,
                (true, _, Some(Fit::OnLimit)) => n.on_limit += 1,
                (true, _, Some(Fit::Before)) => n.before += 1,
                (true, _, None) => n.unexplained += 1,
            }
        }
        n
    }

    /// The complete readings with a class, whose section is known as river or lake: place and kind.
    fn known(&self, others: &[&Self]) -> Vec<(usize, Body)> {
        let mine = self.all_votes();
        let theirs: Vec<Votes<'_>> = others.iter().map(|p| p.all_votes()).collect();
        let all = self.readings.iter().enumerate();
        all.filter(|(_, r)| r.class.is_some() && r.complete())
            .filter_map(|(i, r)| Some((i, self.body(r, &mine, &theirs)?)))
            .collect()
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

/// The counts are pinned, so that any change of the rules shows; and at least 99.9 % of the complete readings of a
/// known kind of water are explained.
#[track_caller]
fn check(n: &Counts, wanted: [usize; 12]) {
    let [
        judged,
        complete,
        unknown,
        unknown_fit,
        own,
        on_limit,
        before,
        unexplained,
        partial,
        partial_own,
        without,
        without_agree,
    ] = wanted;
    #[rustfmt::skip]
    let wanted = Counts {
        judged, complete, unknown, unknown_fit, own, on_limit, before, unexplained, partial, partial_own, without,
        without_agree,
    };
    assert_eq!(*n, wanted);
    let known = n.complete - n.unknown;
    assert_eq!(n.own + n.on_limit + n.before + n.unexplained, known);
    println!("{n:?}");
    assert!(n.unexplained * 1000 <= known, "{n:?}");
    assert_eq!((n.unknown_fit, n.partial_own), (n.unknown, n.partial), "{n:?}");
}

#[test]
fn may_2020_one_moment_raw_values() {
    let a = all();
    let n = a.may_2020.compare(&[&a.daily_2020, &a.april_2021, &a.november_2025]);
    check(&n, [1439, 1439, 81, 81, 1357, 0, 0, 1, 0, 0, 462, 437]);
}

#[test]
fn may_2020_to_january_2021_raw_values() {
    let a = all();
    let n = a.daily_2020.compare(&[&a.april_2021, &a.may_2020, &a.november_2025]);
    check(&n, [16396, 12619, 2, 2, 12613, 0, 0, 4, 3777, 3777, 1786, 1662]);
}

#[test]
fn april_2021_shown_values_and_classes_renewed_late() {
    let a = all();
    let n = a.april_2021.compare(&others_of_april());
    check(&n, [27677, 27131, 6, 6, 26763, 129, 212, 21, 546, 546, 1627, 1613]);
}

#[test]
fn november_2025_shown_values_decide() {
    let a = all();
    let n = a.november_2025.compare(&[&a.february_2026, &a.april_2021]);
    check(&n, [6282, 6282, 32, 32, 6250, 0, 0, 0, 0, 0, 249, 249]);
}

#[test]
fn february_2026_hourly() {
    let a = all();
    let n = a.february_2026.compare(&[&a.november_2025, &a.april_2021]);
    check(&n, [1361, 1116, 39, 39, 1071, 6, 0, 0, 245, 245, 0, 0]);
}

fn others_of_april() -> [&'static Period; 3] {
    let a = all();
    [&a.daily_2020, &a.may_2020, &a.november_2025]
}

/// Readings of April 2021 that the values beside them do not explain.
fn not_by_own() -> Vec<(usize, Body)> {
    let p = &all().april_2021;
    let known = p.known(&others_of_april()).into_iter();
    known
        .filter(|(i, body)| !matches!(p.fit(*i, *body), Some(Fit::Own | Fit::OnLimit)))
        .collect()
}

/// The proof: sections read twice at one time, with the same five values and two classes. The class seen first is
/// that of the values before, the one seen later is that of the values beside it.
#[test]
fn the_class_follows_the_values_where_a_row_was_read_twice() {
    let p = &all().april_2021;
    let (mut pairs, mut first_before, mut second_own, mut times) = (0, 0, 0, HashSet::new());
    for (place, body) in p.known(&others_of_april()) {
        let r = &p.readings[place];
        let Some((first, 0)) = p.beside(place, -1) else {
            continue;
        };
        if first.shown != r.shown || first.class == r.class || first.class.is_none() {
            continue;
        }
        pairs += 1;
        first_before += usize::from(p.fit(place - 1, body) == Some(Fit::Before));
        second_own += usize::from(p.fit(place, body) == Some(Fit::Own));
        times.insert(r.time);
    }
    assert_eq!((pairs, first_before, second_own, times.len()), (12, 11, 12, 1));
}

/// Where the values beside a class and those before allow no class in common, the published class is one of theirs
/// in all but a few readings; a wrong class drawn at random would be that of the values before in one of five.
#[test]
fn where_both_can_be_told_apart_it_is_one_or_the_other() {
    let p = &all().april_2021;
    let (mut own, mut before, mut neither) = (0, 0, 0);
    for (place, body) in p.known(&others_of_april()) {
        let (Some(a), Some((b, 0..=4))) = p.spans(place, body, -1) else {
            continue;
        };
        if Class::ALL.iter().any(|c| a.allows(*c) && b.allows(*c)) {
            continue;
        }
        match p.fit(place, body) {
            Some(Fit::Own | Fit::OnLimit) => own += 1,
            Some(Fit::Before) => before += 1,
            None => neither += 1,
        }
    }
    assert_eq!((own, before, neither), (2295, 208, 2));
}

/// Not just any neighbour: of the 233 classes that the values beside them do not explain, how many are that of the values one
/// place before, two before, three before, one after.
#[test]
fn only_the_values_just_before_explain_the_late_classes() {
    let p = &all().april_2021;
    let rest = not_by_own();
    let explained = |step: isize| {
        let by = |&(place, body): &(usize, Body)| {
            let (_, other) = p.spans(place, body, step);
            Some(other?.0.allows(p.readings[place].class?))
        };
        let answers: Vec<bool> = rest.iter().filter_map(by).collect();
        (answers.iter().filter(|a| **a).count(), answers.len())
    };
    assert_eq!(rest.len(), 233);
    assert_eq!(
        [-1, -2, -3, 1].map(explained),
        [(214, 224), (139, 218), (97, 215), (56, 206)]
    );
}

/// How little the rule lets pass: readings that allow one class only, and of the classes of a section's other
/// readings that a reading's own values do not allow, how many would have passed as late.
#[test]
fn the_rule_lets_little_pass_by_chance() {
    let p = &all().april_2021;
    let known = p.known(&others_of_april());
    let (mut one, mut passed, mut tried) = (0, 0, 0);
    let mut by_section = HashMap::<&str, Vec<Class>>::new();
    for (place, _) in &known {
        let r = &p.readings[*place];
        by_section.entry(&r.section).or_default().extend(r.class);
    }
    for (place, body) in known {
        let (own, before) = p.spans(place, body, -1);
        let fit = |c: Class| p.stations.fit(c, own, before);
        one += usize::from(Class::ALL.into_iter().filter(|c| fit(*c).is_some()).count() == 1);
        let r = &p.readings[place];
        let mut others = by_section[r.section.as_str()].clone();
        others.swap_remove(others.iter().position(|c| Some(*c) == r.class).unwrap());
        for c in others {
            match fit(c) {
                Some(Fit::Own | Fit::OnLimit) => {}
                Some(Fit::Before) => (passed, tried) = (passed + 1, tried + 1),
                None => tried += 1,
            }
        }
    }
    assert_eq!((one, passed, tried), (24167, 26769, 129396));
}

/// Found on every second section, held against the others: what its own values do not explain, and what of that the
/// values before do.
#[test]
fn both_halves_of_the_sections_say_the_same() {
    let p = &all().april_2021;
    let mut names: Vec<&str> = p.readings.iter().map(|r| r.section.as_str()).collect();
    names.dedup();
    let half: HashMap<&str, usize> = names.into_iter().enumerate().map(|(i, n)| (n, i % 2)).collect();
    let mut halves = [(0, 0, 0); 2];
    for (place, body) in p.known(&others_of_april()) {
        let n = &mut halves[half[p.readings[place].section.as_str()]];
        n.0 += 1;
        match p.fit(place, body) {
            Some(Fit::Own | Fit::OnLimit) => {}
            Some(Fit::Before) => *n = (n.0, n.1 + 1, n.2 + 1),
            None => n.1 += 1,
        }
    }
    assert_eq!(halves, [(13545, 103, 91), (13580, 130, 121)]);
}

/// Which rows are late is no chance either. On 1 April 16:00, before any class is late, some stations show new pH and
/// DO beside the nutrients of 12:00, the others show all five new. At 00:00 of the next three nights the classes of
/// the others are late, those of the first mostly not: (own, before) where both can be told apart.
#[test]
fn at_midnight_the_class_is_late_for_stations_that_send_all_at_once() {
    let p = &all().april_2021;
    let mut slow = HashMap::<&str, bool>::new();
    for (place, r) in p.readings.iter().enumerate() {
        if r.is_at(1, 16)
            && r.complete()
            && let Some((b, 4)) = p.beside(place, -1)
            && b.complete()
        {
            slow.insert(&r.section, b.nutrients == r.nutrients);
        }
    }
    let mut counts = [(0, 0); 2];
    for (place, body) in p.known(&others_of_april()) {
        let r = &p.readings[place];
        let midnight = [2, 3, 4].iter().any(|d| r.is_at(*d, 0));
        let (true, Some(slow)) = (midnight, slow.get(r.section.as_str())) else {
            continue;
        };
        let (Some(a), Some((b, 4))) = p.spans(place, body, -1) else {
            continue;
        };
        if Class::ALL.iter().any(|c| a.allows(*c) && b.allows(*c)) {
            continue;
        }
        let n = &mut counts[usize::from(*slow)];
        match p.fit(place, body) {
            Some(Fit::Before) => n.1 += 1,
            Some(_) => n.0 += 1,
            None => {}
        }
    }
    assert_eq!(counts, [(14, 130), (100, 14)]);
}

/// Complete readings of a known kind of water and how many of them the shown values alone give the class of; those
/// with all five raw values, how many the raw, how many the shown values explain; and where raw and shown ones give
/// different classes, how many follow the raw, how many the shown ones.
fn raw_and_shown(p: &Period, others: &[&Period]) -> [usize; 7] {
    let mut n = [0; 7];
    for (place, body) in p.known(others) {
        let r = &p.readings[place];
        let worst = |values: [Option<Decimal>; 5]| {
            let pairs = p.items.iter().zip(values).map(|(i, v)| Some((*i, v?)));
            let pairs: Option<Vec<_>> = pairs.collect();
            p.rules.worst(body, pairs?)
        };
        let shown = r.shown.map(|s| match s {
            Seen::Value(v) => Some(v),
            _ => None,
        });
        let (shown, raw) = (worst(shown) == r.class, worst(r.raw));
        n[0] += 1;
        n[1] += usize::from(shown);
        let Some(raw) = raw else { continue };
        let raw = Some(raw) == r.class;
        n[2] += 1;
        n[3] += usize::from(raw);
        n[4] += usize::from(shown);
        n[5] += usize::from(raw && !shown);
        n[6] += usize::from(shown && !raw);
    }
    n
}

#[test]
fn raw_values_decide_in_2020_and_shown_ones_in_2025() {
    let a = all();
    let may = raw_and_shown(&a.may_2020, &[&a.daily_2020, &a.april_2021, &a.november_2025]);
    let daily = raw_and_shown(&a.daily_2020, &[&a.april_2021, &a.may_2020, &a.november_2025]);
    let april = raw_and_shown(&a.april_2021, &others_of_april());
    let november = raw_and_shown(&a.november_2025, &[&a.february_2026, &a.april_2021]);
    let february = raw_and_shown(&a.february_2026, &[&a.november_2025, &a.april_2021]);
    assert_eq!(may, [1358, 1350, 1358, 1357, 1350, 7, 0]);
    assert_eq!(daily, [12617, 12561, 12617, 12613, 12561, 52, 0]);
    assert_eq!(april, [27125, 26763, 0, 0, 0, 0, 0]);
    assert_eq!(november, [6250, 6250, 6212, 6115, 6212, 0, 97]);
    assert_eq!(february, [1077, 1071, 171, 171, 171, 0, 0]);
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
