//! A year of a province through the compiled rules: a floor under the speed, far below what is measured.

use super::*;
use figure::Decimal;
use standards::air::{Day, Pollutant, Rules};
use std::time::Instant;

/// 36,600 station-days (100 stations, 366 days) of six pollutants and 24 hours.
#[test]
fn a_year_of_a_province() {
    let rules = Rules::at(law(), OLD.parse().unwrap(), "340000").unwrap();
    let mut state = 20_240_513u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let five = [
        Pollutant::So2,
        Pollutant::No2,
        Pollutant::Pm10,
        Pollutant::Pm25,
        Pollutant::Co,
    ];
    let start = Instant::now();
    let (mut good, mut valid) = (0u32, 0u32);
    for _ in 0..36_600 {
        let mut means = [None; 5];
        for (p, slot) in five.iter().zip(&mut means) {
            let (mut sum, mut n) = (0i128, 0);
            for _ in 0..24 {
                let v = random(150);
                if v > 3 {
                    sum += i128::from(v);
                    n += 1;
                }
            }
            let scale = if *p == Pollutant::Co {
                2
            } else {
                u32::from(*p == Pollutant::Pm25)
            };
            *slot = rules.day_mean(*p, sum, n, scale).unwrap();
        }
        let mut hours = [None; 24];
        for h in &mut hours {
            let v = random(200);
            *h = (v > 5).then(|| Decimal::from_int(v as i64));
        }
        let o3 = rules.o3_8h_max(&hours).unwrap();
        let [so2, no2, pm10, pm2_5, co] = means;
        let day = Day {
            so2,
            no2,
            pm10,
            pm2_5,
            co,
            o3: None,
            o3_8h: o3.value.filter(|_| o3.valid),
        };
        let aqi = rules.daily(&day).unwrap();
        if aqi.complete() {
            valid += 1;
            good += u32::from(aqi.aqi.is_some_and(|a| rules.good_day(a)));
        }
    }
    let took = start.elapsed();
    println!("36,600 station-days: {took:?}, {valid} valid, {good} good");
    assert!(valid > 30_000 && good > 0 && good < valid);
    assert!(took.as_secs_f64() < 2.0, "{took:?}"); // some 0.1 s when nothing else runs
}
