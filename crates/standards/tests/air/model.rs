//! The index against an independent model: HJ 633's formula by hand-written tables and whole-number
//! division, sharing nothing with the crate.

use super::*;
use figure::Decimal;
use proptest::prelude::*;
use standards::air::{Period, Pollutant, Rules};

/// Concentrations at 0, 50, 100, 150, 200, 300, 400, 500.
const PM25_2012: [u64; 8] = [0, 35, 75, 115, 150, 250, 350, 500];
const PM25_2026: [u64; 8] = [0, 35, 60, 115, 150, 250, 350, 500];
const CO: [u64; 8] = [0, 2, 4, 14, 24, 36, 48, 60];
const AT: [u64; 8] = [0, 50, 100, 150, 200, 300, 400, 500];

/// `tenths` of a unit: the concentration in 0.1.
fn model(table: &[u64; 8], tenths: u64) -> u64 {
    for i in 1..8 {
        if tenths <= table[i] * 10 {
            let (num, den) = (
                (AT[i] - AT[i - 1]) * (tenths - table[i - 1] * 10),
                (table[i] - table[i - 1]) * 10,
            );
            return AT[i - 1] + num.div_ceil(den);
        }
    }
    500
}

fn rules(date: &str) -> Rules {
    Rules::at(law(), date.parse().unwrap(), "").unwrap()
}

#[test]
fn every_whole_concentration_and_every_tenth_of_co() {
    for (date, pm) in [(OLD, &PM25_2012), (NEW, &PM25_2026)] {
        let rules = rules(date);
        let iaqi = |p, m: u64, scale| {
            let c = Decimal::new(i128::from(m), scale).unwrap();
            u64::from(rules.iaqi(p, Period::H24, c).unwrap().value.unwrap())
        };
        for c in 0..=700u64 {
            assert_eq!(iaqi(Pollutant::Pm25, c, 0), model(pm, c * 10), "PM2.5 {c} {date}");
            assert_eq!(iaqi(Pollutant::Co, c, 1), model(&CO, c), "CO {c}/10 {date}");
        }
    }
}

#[test]
fn never_falling_and_never_above_500() {
    let rules = rules(NEW);
    let pair = (0i64..20_000, 0i64..20_000, 0u32..3, 0usize..7, 0usize..3);
    proptest!(ProptestConfig::with_cases(2000), |((a, b, scale, p, per) in pair)| {
        let (p, per) = (Pollutant::ALL[p], Period::ALL[per]);
        let of = |m: i64| rules.iaqi(p, per, Decimal::new(i128::from(m), scale).unwrap()).map(|i| i.value);
        if let (Ok(Some(x)), Ok(Some(y))) = (of(a.min(b)), of(a.max(b))) {
            prop_assert!(x <= y && y <= 500);
        }
    });
}

#[test]
fn the_day_is_the_largest_of_its_parts() {
    use standards::air::Day;
    let rules = rules(NEW);
    let value = || prop_oneof![4 => (0i64..700).prop_map(Some), 1 => Just(None)];
    let six = [value(), value(), value(), value(), value(), value()];
    proptest!(ProptestConfig::with_cases(1000), |(v in six)| {
        let at = |i: usize| v[i].map(Decimal::from_int);
        let day = Day { so2: at(0), no2: at(1), pm10: at(2), pm2_5: at(3), co: at(4), o3_8h: at(5), o3: None };
        let got = rules.daily(&day).unwrap();
        let largest = got.iaqi.iter().flatten().max().copied();
        prop_assert_eq!(got.of_the_rest, largest);
        prop_assert_eq!(got.complete(), v.iter().all(Option::is_some));
        prop_assert_eq!(got.withheld, !got.complete() && largest.is_some_and(|l| l <= 100));
        prop_assert_eq!(got.primary.is_empty(), got.aqi.is_none_or(|a| a <= 50));
        for p in got.primary.iter() {
            prop_assert_eq!(got.iaqi[p as usize], got.aqi);
        }
    });
}
