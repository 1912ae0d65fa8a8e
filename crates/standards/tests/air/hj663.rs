//! HJ 663: ozone of 8 hours, city means, percentiles, the yearly evaluation.

use super::*;

const BASE: [i64; 24] = [
    40, 38, 36, 35, 33, 30, 34, 45, 60, 80, 100, 120, 140, 155, 168, 176, 180, 172, 160, 140, 115, 95, 80, 70,
];

fn ozone(hour: impl Fn(usize, i64) -> Option<String>) -> String {
    let hours: Vec<String> = (1..=24)
        .map(|label| hour(label, BASE[label - 1]).unwrap_or("-".into()))
        .collect();
    let o = call("air.o3_8h", OLD, &format!("hours={}", hours.join("+")));
    ["eight_hours", "windows", "valid"]
        .map(|c| o.column(c).to_string())
        .join(" | ")
        + " | "
        + &o.value.to_string()
}

#[test]
fn clause_6_1_2_ozone_windows_and_the_exception() {
    let text = |v: i64| Some(v.to_string());
    let only = |keep: fn(usize) -> bool| move |label: usize, v: i64| keep(label).then(|| v.to_string());
    assert_eq!(
        ozone(|_, v| text(v)),
        "36 39 44 52 63 76 92 108 125 140 151 159 161 158 151 140 126 | 17 | yes | 161"
    );
    assert_eq!(
        ozone(only(|l| !(16..=18).contains(&l))),
        "36 39 44 52 63 76 92 108 118 127 - - - - - - 110 | 11 | no | 127"
    );
    assert_eq!(
        ozone(only(|l| l > 7)),
        "- - - - - 91 100 108 125 140 151 159 161 158 151 140 126 | 12 | yes | 161"
    );
    assert_eq!(
        ozone(only(|l| l > 11)),
        "- - - - - - - - - 156 159 159 161 158 151 140 126 | 8 | yes | 161"
    );
    // Case e: hours x 0.7 as integers.
    let weak = |l: usize, v: i64| {
        (l > 11).then(|| {
            figure::gbt8170(figure::Ratio::new(i128::from(v) * 7, 10).unwrap(), 0)
                .unwrap()
                .to_string()
        })
    };
    assert_eq!(
        ozone(weak),
        "- - - - - - - - - 110 111 111 113 111 105 98 88 | 8 | no | 113"
    );
    assert_eq!(ozone(|_, _| None), "- - - - - - - - - - - - - - - - - | 0 | no | ");
    let e = call_in("air.o3_8h", OLD, "", "hours=1+2+3").unwrap_err().to_string();
    assert!(e.contains("3 hours; all 24 are needed"), "{e}");
}

#[test]
fn the_fast_maximum_is_the_largest_listed_window() {
    use figure::Decimal;
    use proptest::prelude::*;
    use standards::air::Rules;
    let rules = Rules::at(law(), OLD.parse().unwrap(), "").unwrap();
    let hour = prop_oneof![3 => (0i64..4000, 0u32..2).prop_map(|(m, s)| Some(Decimal::new(i128::from(m), s).unwrap())), 1 => Just(None)];
    let hours = proptest::array::uniform24(hour);
    proptest!(ProptestConfig::with_cases(1000), |(hours in hours)| {
        let fast = rules.o3_8h_max(&hours).unwrap();
        let slow: Vec<Decimal> = rules.day.eight_hours(&hours).unwrap().into_iter().filter_map(|(_, v)| v).collect();
        prop_assert_eq!(fast.windows as usize, slow.len());
        prop_assert_eq!(fast.value, slow.iter().max().copied());
    });
}

#[test]
fn clause_6_1_a_city_needs_three_quarters_of_its_sites() {
    let city = |sites: &str| {
        show(
            "air.city_mean",
            OLD,
            &format!("factor=pm2_5 sites={sites}"),
            &["valid", "sites", "of", "needed"],
        )
    };
    assert_eq!(city("34+35+37+36"), "36 | yes | 4 | 4 | 3"); // 35.5, a tie to even
    assert_eq!(city("34+35+37+-"), "35 | yes | 3 | 4 | 3");
    assert_eq!(city("34+35+-+-"), " | no | 2 | 4 | 3");
    assert_eq!(city("34+-+-"), " | no | 1 | 3 | 2"); // below 4 sites: half of them
    assert_eq!(city("34+36+-"), "35 | yes | 2 | 3 | 2");
    assert_eq!(city("34"), "34 | yes | 1 | 1 | 1");
    assert_eq!(city("1+1+1+1+1+1+1+-+-+-"), " | no | 7 | 10 | 8");
}

#[test]
fn table_4_means_of_periods_and_their_decimals() {
    let cities = "40+38+41+37+36+35+33+30+34+32+36+39+38+35+31+22";
    let of = |date: &str, usage: &str| {
        show(
            "air.period_mean",
            date,
            &format!("factor=pm2_5 values={cities} {usage}"),
            &["days"],
        )
    };
    assert_eq!(of(OLD, "use=1"), "34.8 | 16"); // 34.8125
    assert_eq!(of(OLD, ""), "35 | 16");
    assert_eq!(of(NEW, ""), "34.8 | 16"); // 2026: one decimal more for statistics
    assert_eq!(of(NEW, "use=judge"), "35 | 16");
    assert_eq!(of("2024-05-13", "use=publish"), "35 | 16");
    assert_eq!(of("2025-05-13", "use=publish"), "34.8 | 16"); // Anhui publishes one decimal since 2025
    assert_eq!(
        show("air.period_mean", OLD, "factor=pm2_5 values=-+-", &["days"]),
        " | 0"
    );
    // 36.85 meets a target written 36.8, anything above it does not.
    assert_eq!(
        show("air.period_mean", OLD, "factor=pm2_5 values=36.8+36.9 use=1", &[]),
        "36.8"
    );
    assert_eq!(
        show("air.period_mean", OLD, "factor=pm2_5 values=36.8+36.9000001 use=1", &[]),
        "36.9"
    );
}

#[test]
fn appendix_a_6_percentiles() {
    let values = "110+52+61+70+75+80+88+95+101+160";
    let p = |p: &str| show("air.percentile", OLD, &format!("values={values} p={p}"), &["exact"]);
    assert_eq!(p("90"), "115 | 115");
    assert_eq!(p("95"), "138 | 137.5"); // a tie to even
    assert_eq!(p("98"), "151 | 151");
    assert_eq!([p("0"), p("100"), p("50")], ["52 | 52", "160 | 160", "84 | 84"]);
    assert_eq!(show("air.percentile", OLD, "values=5 p=95", &[]), "5");
    assert!(call_in("air.percentile", OLD, "", "values=5 p=101").is_err());
    // The place in the year: for 366 days k(90) = 329.5 and k(95) = 347.75; for 365, k(98) = 357.72.
    let days = |n: i64| (1..=n).map(|d| d.to_string()).collect::<Vec<_>>().join("+");
    let place = |n: i64, p: &str| {
        show(
            "air.percentile",
            OLD,
            &format!("values={} p={p} use=3", days(n)),
            &["exact"],
        )
    };
    assert_eq!(place(366, "90"), "329.500 | 329.5");
    assert_eq!(place(366, "95"), "347.750 | 347.75");
    assert_eq!(place(365, "90"), "328.600 | 328.6");
    assert_eq!(place(365, "95"), "346.800 | 346.8");
    assert_eq!(place(365, "98"), "357.720 | 357.72");
}

#[test]
fn table_1_the_yearly_evaluation() {
    let good = "so2=6 so2_p=12 no2=22 no2_p=58 pm10=58 pm10_p=120 pm2_5=34.5 pm2_5_p=74 co_p=0.9 o3_p=158";
    let columns = ["by_ranking_statistics", "failing", "missing"];
    let eval = |date: &str, words: &str| show("air.evaluation", date, words, &columns);
    assert_eq!(eval(OLD, good), "yes | yes |  | "); // 34.5 rounds to the even 34
    assert_eq!(eval(NEW, good), "no | no | pm2_5 | ");
    let percentile_fails = good.replace("pm2_5_p=74", "pm2_5_p=76");
    assert_eq!(eval(OLD, &percentile_fails), "no | yes | pm2_5 | ");
    let no_ozone = good.replace(" o3_p=158", "");
    assert_eq!(eval(OLD, &no_ozone), "unknown | unknown |  | o3_p");
    assert_eq!(
        eval(OLD, &no_ozone.replace("pm10=58", "pm10=71")),
        "no | no | pm10 | o3_p"
    );
    let o = call("air.evaluation", OLD, good);
    assert_eq!(o.explanation.inputs.len(), 6);
    assert_eq!(o.explanation.inputs[3].inputs[0].formula.as_deref(), Some("34 ≤ 35"));
}

#[test]
fn clause_6_2_exceedance_multiples() {
    let b = |date: &str, c: &str| {
        show(
            "air.exceedance",
            date,
            &format!("factor=pm2_5 period=1d c={c}"),
            &["exceeds", "c_judged"],
        )
    };
    assert_eq!(b(NEW, "61"), "0.02 | yes | 61");
    assert_eq!(b(NEW, "151"), "1.52 | yes | 151");
    assert_eq!(b(NEW, "60.5"), " | no | 60"); // the rounded value is judged
    assert_eq!(b(NEW, "60"), " | no | 60");
}

#[test]
fn appendix_b_rank_correlation() {
    let r = |values: &str| show("air.trend", OLD, &format!("values={values}"), &["years"]);
    assert_eq!(r("50+45+44+40+36"), "-1.000 | 5");
    assert_eq!(r("36+40+44"), "1.000 | 3");
    assert_eq!(r("36+44+40+50"), "0.800 | 4"); // d = 0, 1, 1, 0
    assert_eq!(r("36+36+40"), "0.875 | 3"); // a tie shares rank 1.5: sum of d squared is 0.5
    assert!(
        call_in("air.trend", OLD, "", "values=36+-+40")
            .unwrap_err()
            .to_string()
            .contains("a year is missing")
    );
}
