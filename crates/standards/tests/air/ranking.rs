//! 环办〔2014〕64号 and what Anhui's notices show of it: composite index and ranks.

use super::*;

const FIGURES: &str = "so2=6 no2=22 pm10=58 pm2_5=36.8 co=0.9 o3=158";

#[test]
fn composite_index_by_limits_and_weights() {
    let index = |date: &str, extra: &str| {
        show(
            "air.composite_index",
            date,
            &format!("{FIGURES} {extra}"),
            &["i_so2", "i_no2", "i_pm10", "i_pm2_5", "i_co", "i_o3", "largest"],
        )
    };
    assert_eq!(
        index(OLD, "decimals=2"),
        "3.74 | 0.100 | 0.550 | 0.829 | 1.051 | 0.225 | 0.988 | PM2.5"
    );
    assert_eq!(
        index(OLD, "decimals=3"),
        "3.742 | 0.100 | 0.550 | 0.829 | 1.051 | 0.225 | 0.988 | PM2.5"
    );
    assert_eq!(
        index("2026-06-01", "decimals=2"),
        "4.06 | 0.100 | 0.550 | 0.967 | 1.227 | 0.225 | 0.988 | PM2.5"
    );
    assert_eq!(index("2026-06-01", "decimals=3").split(' ').next(), Some("4.056"));
    // The claimed weights of 2026 have no official source and are never the default.
    let claimed = |d: &str| {
        call(
            "air.composite_index",
            "2026-06-01",
            &format!("{FIGURES} weights=claimed decimals={d}"),
        )
    };
    assert_eq!(claimed("3").value.to_string(), "8.047");
    assert_eq!(claimed("2").value.to_string(), "8.05"); // 8.06 if the parts were rounded first
    assert_eq!(
        claimed("2").explanation.clauses[1].certainty,
        figure::Certainty::Uncertain
    );
    assert!(call_in("air.composite_index", OLD, "", &format!("{FIGURES} weights=claimed")).is_err());
}

#[test]
fn decimals_of_the_index_are_dated() {
    let index = |date: &str, division: &str| {
        call_in("air.composite_index", date, division, FIGURES)
            .unwrap()
            .value
            .to_string()
    };
    assert_eq!(index("2024-12-31", "340000"), "3.74");
    assert_eq!(index("2025-01-01", "340100"), "3.742");
    assert_eq!(index("2025-01-01", "320000"), "3.74");
}

#[test]
fn january_2026_is_unweighted_and_by_the_limits_of_2012() {
    // From the rounded province figures 4.318; the release says 4.323, inside what rounding allows.
    let words = "so2=6 no2=30 pm10=78.5 pm2_5=53.9 co=0.9 o3=93";
    assert_eq!(show("air.composite_index", "2026-01-31", words, &[]), "4.318");
}

#[test]
fn equal_values_share_the_better_rank() {
    let ranks = |words: &str| show("air.ranking", OLD, words, &["ranked"]);
    assert_eq!(ranks("values=30+22+35+35+35+41"), "2 1 3 3 3 6 | 6");
    assert_eq!(ranks("values=82.1+-+90.0+82.10 order=desc"), "2 - 1 2 | 3");
}

#[test]
fn change_against_the_last_period() {
    let rate = |words: &str| show("air.change_rate", OLD, words, &["direction"]);
    assert_eq!(rate("this=3.42 last=3.60"), "-5.0 | better");
    assert_eq!(rate("this=3.61 last=3.60"), "0.3 | worse");
    assert_eq!(rate("this=3.60 last=3.60"), "0.0 | same");
    assert!(call_in("air.change_rate", OLD, "", "this=1 last=0").is_err());
}
