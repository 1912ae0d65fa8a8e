//! Shares of days.

use super::*;

#[test]
fn good_days_of_valid_days() {
    for (good, valid, wanted) in [
        (300, 366, "82.0"),
        (301, 366, "82.2"),
        (300, 365, "82.2"),
        (299, 363, "82.4"),
    ] {
        assert_eq!(
            show(
                "air.good_day_ratio",
                OLD,
                &format!("good={good} valid={valid}"),
                &["days", "valid"]
            ),
            format!("{wanted} | {good} | {valid}")
        );
    }
    assert_eq!(
        show(
            "air.good_day_ratio",
            OLD,
            "aqis=100+101+50+-+200+201",
            &["days", "valid"]
        ),
        "40.0 | 2 | 5"
    );
    assert_eq!(
        show(
            "air.heavy_day_ratio",
            OLD,
            "aqis=100+101+50+-+200+201",
            &["days", "valid"]
        ),
        "20.0 | 1 | 5"
    );
    let o = call("air.good_day_ratio", OLD, "good=0 valid=0");
    assert_eq!(o.value.to_string(), "");
    assert!(o.explanation.notes[0].en.contains("no valid day"));
    assert!(call_in("air.good_day_ratio", OLD, "", "good=5 valid=4").is_err());
    assert!(call_in("air.good_day_ratio", OLD, "", "good=1.5 valid=4").is_err());
}

#[test]
fn a_province_by_its_cities_or_by_all_days() {
    // April 2025: seven cities with one day of thirty. The release says 1.4, all days pooled give 1.5.
    let days = "days=1+1+1+1+1+1+1+0+0+0+0+0+0+0+0+0";
    let valid = format!("valid={}", "30+".repeat(16));
    let columns = ["method", "other_method"];
    assert_eq!(
        show("air.region_ratio", "2025-04-30", &format!("{days} {valid}"), &columns),
        "1.4 | cities | 1.5"
    );
    assert_eq!(
        show(
            "air.region_ratio",
            "2025-04-30",
            &format!("{days} {valid} method=days"),
            &columns
        ),
        "1.5 | days | 1.4"
    );
    assert!(call_in("air.region_ratio", OLD, "", "days=1+2 valid=30").is_err());
}
