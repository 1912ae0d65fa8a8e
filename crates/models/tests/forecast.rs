//! The exact bounds against brute force; the projection against what really came.

mod judge;

use chrono::{Datelike, NaiveDate};
use figure::{Decimal, Mode, Ratio};
use models::forecast::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn dec(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn ratio(num: i128, den: i128) -> Ratio {
    Ratio::new(num, den).unwrap()
}

const COMPARATORS: [Comparator; 4] = [
    Comparator::Less,
    Comparator::AtMost,
    Comparator::AtLeast,
    Comparator::Greater,
];
const MODES: [Mode; 4] = [Mode::HalfEven, Mode::HalfUp, Mode::Up, Mode::Down];

#[test]
fn edge_of_the_plans_targets() {
    // 36.85 rounds to the even 36.8 and still meets "36.8 or less"; anything above does not.
    let at_most = Target::new(Comparator::AtMost, dec("36.8")).edge().unwrap();
    assert_eq!((at_most.at, at_most.inclusive), (ratio(3685, 100), true));
    // 36.75 rounds to the even 36.8, which is not below 36.8.
    let less = Target::new(Comparator::Less, dec("36.8")).edge().unwrap();
    assert_eq!((less.at, less.inclusive), (ratio(3675, 100), false));
    // 82.15 rounds to the even 82.2, which is above 82.1.
    let greater = Target::new(Comparator::Greater, dec("82.1")).edge().unwrap();
    assert_eq!((greater.at, greater.inclusive), (ratio(8215, 100), true));
    // 82.45 rounds to 82.4.
    let at_least = Target::new(Comparator::AtLeast, dec("82.5")).edge().unwrap();
    assert_eq!((at_least.at, at_least.inclusive), (ratio(8245, 100), false));
}

#[test]
fn good_days_of_a_leap_year() {
    // "Above 82.1 %" of 366 days takes 301 good ones (301 of 366 is 82.2, 300 of 366 is 82.0).
    let target = Target::new(Comparator::Greater, dec("82.1"));
    let left = days_left(
        Count {
            hits: 0,
            valid: 0,
            rest: 366,
        },
        &target,
    )
    .unwrap();
    assert_eq!((left.outlook, left.days, left.of), (Outlook::Open, Some(65), 366));
    let left = days_left(
        Count {
            hits: 301,
            valid: 356,
            rest: 10,
        },
        &target,
    )
    .unwrap();
    assert_eq!((left.outlook, left.days), (Outlook::Assured, Some(10)));
    let left = days_left(
        Count {
            hits: 290,
            valid: 356,
            rest: 10,
        },
        &target,
    )
    .unwrap();
    assert_eq!((left.outlook, left.days), (Outlook::Lost, None));
    // Heavy days: low is good. 16 city days of 5856 are 0.27 %, which rounds to 0.3.
    let heavy = Target::new(Comparator::AtMost, dec("0.2"));
    let left = days_left(
        Count {
            hits: 12,
            valid: 5000,
            rest: 856,
        },
        &heavy,
    )
    .unwrap();
    assert_eq!((left.outlook, left.days), (Outlook::Open, Some(2)));
    assert!(
        days_left(
            Count {
                hits: 2,
                valid: 1,
                rest: 1
            },
            &target
        )
        .is_err()
    );
    assert!(
        days_left(
            Count {
                hits: 0,
                valid: 0,
                rest: 0
            },
            &target
        )
        .is_err()
    );
}

#[test]
fn rest_of_a_year_by_hand() {
    // 100 days with a mean of 40, 266 to come: (4000 + 266 x) / 366 <= 36.85.
    let part = Part {
        sum: ratio(4000, 1),
        done: 100,
        rest: 266,
    };
    let target = Target::new(Comparator::AtMost, dec("36.8"));
    let rest = rest_mean(&[part], &target, 1).unwrap();
    assert_eq!(rest.outlook, Outlook::Open);
    assert_eq!(rest.bound, Some(ratio(948_710, 26_600)));
    assert_eq!(rest.shown, Some(dec("35.6")));
    let lost = rest_mean(
        &[Part {
            sum: ratio(20_000, 1),
            done: 100,
            rest: 266,
        }],
        &target,
        1,
    )
    .unwrap();
    assert_eq!((lost.outlook, lost.shown), (Outlook::Lost, None));
    let over = rest_mean(
        &[Part {
            sum: ratio(13_487, 1),
            done: 366,
            rest: 0,
        }],
        &target,
        1,
    )
    .unwrap();
    assert_eq!(
        (over.outlook, over.bound),
        (Outlook::Assured, None),
        "13,487 / 366 = 36.8497"
    );
    assert!(rest_mean(&[], &target, 1).is_err());
}

proptest! {
    #[test]
    fn edge_splits_exactly(mantissa in 1i128..2000, scale in 0u32..3, c in 0usize..4, m in 0usize..4, tiny in 1i128..1000) {
        let target = Target { comparator: COMPARATORS[c], value: Decimal::new(mantissa, scale).unwrap(), mode: MODES[m] };
        let edge = target.edge().unwrap();
        prop_assert_eq!(target.met(edge.at).unwrap(), edge.inclusive);
        let step = ratio(tiny, 1_000_000);
        let (good, bad) = if target.comparator.low_is_good() {
            (edge.at.sub(step), edge.at.add(step))
        } else {
            (edge.at.add(step), edge.at.sub(step))
        };
        prop_assert!(target.met(good.unwrap()).unwrap());
        prop_assert!(!target.met(bad.unwrap()).unwrap());
    }

    #[test]
    fn days_left_as_counted_one_by_one(hits in 0u64..80, more in 0u64..40, rest in 0u64..60, tenths in 0i128..1000, c in 0usize..4) {
        let valid = hits + more;
        prop_assume!(valid + rest > 0);
        let target = Target::new(COMPARATORS[c], Decimal::new(tenths, 1).unwrap());
        let low = target.comparator.low_is_good();
        let slow = (0..=rest).filter(|wrong| {
            let n = if low { hits + wrong } else { hits + rest - wrong };
            target.met(ratio(i128::from(n) * 100, i128::from(valid + rest))).unwrap()
        }).max();
        let left = days_left(Count { hits, valid, rest }, &target).unwrap();
        prop_assert_eq!(left.days, slow);
        prop_assert_eq!(left.outlook == Outlook::Lost, slow.is_none());
        prop_assert_eq!(left.outlook == Outlook::Assured, slow == Some(rest));
    }

    #[test]
    fn shown_rest_meets_and_one_unit_more_does_not(
        parts in prop::collection::vec((0i128..20_000, 1u32..300, 1u32..200), 1..5),
        tenths in 1i128..900, decimals in 0u32..3, c in 0usize..2,
    ) {
        let target = Target::new(COMPARATORS[c], Decimal::new(tenths, 1).unwrap());
        let parts: Vec<Part> = parts.iter().map(|p| Part { sum: ratio(p.0, 1), done: p.1, rest: p.2 }).collect();
        let rest = rest_mean(&parts, &target, decimals).unwrap();
        // The mean of the parts' means when every part's rest has mean x.
        let year = |x: Decimal| {
            let mut sum = ratio(0, 1);
            for p in &parts {
                let days = ratio(i128::from(p.done + p.rest), 1);
                let whole = p.sum.add(Ratio::from(x).mul(ratio(i128::from(p.rest), 1)).unwrap()).unwrap();
                sum = sum.add(whole.div(days).unwrap()).unwrap();
            }
            sum.div(ratio(parts.len() as i128, 1)).unwrap()
        };
        match rest.shown {
            Some(x) => {
                let unit = Decimal::new(1, decimals).unwrap();
                if x >= dec("0") {
                    prop_assert!(target.met(year(x)).unwrap());
                }
                prop_assert!(!target.met(year(x.add(unit).unwrap())).unwrap());
            }
            None => prop_assert!(!target.met(year(dec("0"))).unwrap()),
        }
    }
}

fn method() -> Method {
    Method::parse("forecast.toml", &judge::text("models/forecast.toml")).unwrap()
}

/// Real years by city, from the daily file: three cities have 2014, all have 2015 and half of 2016.
fn real_years(column: &str) -> Vec<Vec<YearDays>> {
    let text = judge::text("air/anhui_city_daily_2013-12_2016-06.csv.gz");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == column).unwrap();
    let mut cities: BTreeMap<String, BTreeMap<i32, Vec<Option<f64>>>> = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let date: NaiveDate = row[1].parse().unwrap();
        let days = if date.leap_year() { 366 } else { 365 };
        let year = cities
            .entry(row[0].to_owned())
            .or_default()
            .entry(date.year())
            .or_insert_with(|| vec![None; days]);
        year[date.ordinal0() as usize] = row[at].parse().ok();
    }
    cities
        .into_values()
        .map(|years| {
            years
                .into_iter()
                .map(|(year, values)| YearDays {
                    year,
                    simulated: false,
                    values,
                })
                .collect()
        })
        .collect()
}

/// Simulated years by city, of the judged city days.
fn simulated_years(value: impl Fn(&judge::CityDay) -> Option<f64>) -> Vec<Vec<YearDays>> {
    let common = judge::common();
    let climate = judge::climate(&common);
    let judged: Vec<_> = [2023, 2024]
        .iter()
        .map(|y| {
            (
                *y,
                judge::judge(&models::simulate::year(&common, &judge::params(*y), &climate), &climate),
            )
        })
        .collect();
    (0..climate.cities().len())
        .map(|c| {
            judged
                .iter()
                .map(|(year, j)| YearDays {
                    year: *year,
                    simulated: true,
                    values: j.days[c].iter().map(&value).collect(),
                })
                .collect()
        })
        .collect()
}

/// Real years of every `every`-th city of the nation, 2014 to 2016, in months: each day has its month's mean.
fn national_years(every: usize) -> Vec<Vec<YearDays>> {
    let text = judge::text("air/all_cities_monthly_2013-12_2017-01.csv.gz");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|h| h == "pm25").unwrap();
    let mut cities: BTreeMap<String, BTreeMap<i32, Vec<Option<f64>>>> = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let mut date: NaiveDate = format!("{}-01", &row[1]).parse().unwrap();
        let (month, days) = (date.month(), if date.leap_year() { 366 } else { 365 });
        let year = cities
            .entry(row[0].to_owned())
            .or_default()
            .entry(date.year())
            .or_insert_with(|| vec![None; days]);
        while date.month() == month {
            year[date.ordinal0() as usize] = row[at].parse().ok().filter(|v: &f64| *v > 0.0);
            date = date.succ_opt().unwrap();
        }
    }
    cities
        .into_values()
        .step_by(every)
        .map(|years| {
            years
                .into_iter()
                .map(|(year, values)| YearDays {
                    year,
                    simulated: false,
                    values,
                })
                .collect()
        })
        .collect()
}

/// End of each month from the third to the eleventh.
const CUTS: [usize; 9] = [90, 120, 151, 181, 212, 243, 273, 304, 334];

#[test]
fn back_test_nation() {
    // The width of the interval was chosen on these years (data/models/forecast.toml): this holds it there.
    let method = method();
    let nation = back_test(&national_years(6), &[90, 181, 273, 334], Scale::Product, &method, 1).unwrap();
    println!("PM2.5, nation, real: {} of {}", nation.inside, nation.rounds);
    assert!(nation.rounds >= 600);
    assert_eq!(nation.years, vec![(2014, false), (2015, false), (2016, false)]);
    assert!(nation.percent().unwrap().abs_diff(method.nominal) <= 4, "{nation:?}");
}

#[test]
fn back_test_anhui() {
    let method = method();
    let mut series = real_years("pm25");
    let real = back_test(&series, &CUTS, Scale::Product, &method, 1).unwrap();
    println!(
        "PM2.5, real: {} of {}, years {:?}",
        real.inside, real.rounds, real.years
    );
    for (city, years) in series
        .iter_mut()
        .zip(simulated_years(|d| d.values[judge::PM25].map(|v| v as f64)))
    {
        city.extend(years);
    }
    let all = back_test(&series, &CUTS, Scale::Product, &method, 1).unwrap();
    println!(
        "PM2.5, real and simulated: {} of {}, years {:?}",
        all.inside, all.rounds, all.years
    );
    let good = simulated_years(|d| d.good.map(|g| if g { 100.0 } else { 0.0 }));
    let good = back_test(&good, &CUTS, Scale::Share, &method, 1).unwrap();
    println!("good days, simulated: {} of {}", good.inside, good.rounds);
    // Three cities with two whole years, all moving alike, are nearly one case: the years 2014 and 2015 were
    // unlike, and about six in ten held. Where simulated years join, more hold than promised, for they
    // come from the same few real ones. Both must stay as they are known to be.
    assert_eq!(real.rounds, 54);
    assert!(real.percent().unwrap() >= 50, "{real:?}");
    assert!(
        all.rounds >= 400 && all.percent().unwrap() >= method.nominal - 5,
        "{all:?}"
    );
    assert!(
        good.rounds >= 200 && good.percent().unwrap() >= method.nominal - 5,
        "{good:?}"
    );
}

#[test]
fn projection_is_repeatable_and_narrows() {
    let method = method();
    let years = real_years("pm25");
    let hefei = years
        .iter()
        .find(|y| {
            y.iter()
                .any(|y| y.year == 2014 && y.values.iter().flatten().count() > 360)
        })
        .unwrap();
    let this = hefei.iter().find(|y| y.year == 2015).unwrap();
    let earlier: Vec<YearDays> = hefei.iter().filter(|y| y.year == 2014).cloned().collect();
    let ask = |done| project(this, done, 365, &earlier, Scale::Product, &method, 1).unwrap();
    assert_eq!(ask(150), ask(150));
    let width = |p: &Projection| p.hi.sub(p.lo).unwrap();
    assert!(width(&ask(330)) < width(&ask(100)));
    let end = ask(365);
    assert_eq!((end.lo, end.hi), (end.value, end.value), "nothing is left to guess");
    assert!(!end.simulated);
    assert_eq!(end.years, vec![(2014, false)]);
    assert!(matches!(
        project(this, 20, 365, &earlier, Scale::Product, &method, 1),
        Err(ForecastError::TooEarly { done: 20, .. })
    ));
    assert!(matches!(
        project(this, 200, 365, &[], Scale::Product, &method, 1),
        Err(ForecastError::NoEarlierYear { .. })
    ));
}

#[test]
fn unusable_values_are_named() {
    let method = method();
    let year = |v: f64| YearDays {
        year: 2015,
        simulated: true,
        values: vec![Some(v); 365],
    };
    let bad = project(&year(10.0), 100, 365, &[year(f64::NAN)], Scale::Product, &method, 1);
    assert!(
        matches!(bad, Err(ForecastError::BadValue { year: 2015, .. })),
        "{bad:?}"
    );
    // A constant year has no doubt in it, and the mark of a simulated year stays.
    let p = project(&year(10.0), 100, 365, &[year(20.0)], Scale::Product, &method, 1).unwrap();
    assert_eq!(
        (p.lo, p.value, p.hi, p.simulated),
        (dec("10.0"), dec("10.0"), dec("10.0"), true)
    );
}
