//! What is Anhui's own: early use of the 2012 set, targets, cities.

use super::*;

#[test]
fn an_early_day_is_judged_by_the_set_of_2012_and_says_that_this_is_likely() {
    let day = "so2=8 no2=41 pm10=121 pm2_5=61 co=0.9 o3_8h=159";
    let at = |date: &str, division: &str| call_in("air.aqi.daily", date, division, day);
    let o = at("2014-06-01", "340100").unwrap();
    assert_eq!(o.value.to_string(), "100");
    assert!(
        o.explanation
            .clauses
            .iter()
            .all(|c| c.certainty != figure::Certainty::Certain)
    );
    assert!(at("2015-06-01", "341600").is_ok());
    // The first days of Hefei's series: rules for the index and for statistics, none for ranks yet.
    let rules = standards::air::Rules::at(law(), "2013-12-02".parse().unwrap(), "340100").unwrap();
    let e = rules
        .composite(&[figure::Decimal::from_int(1); 6])
        .unwrap_err()
        .to_string();
    assert!(e.contains("air.ranking"), "{e}");
    let e = at("2014-06-01", "341600").unwrap_err().to_string();
    assert!(e.contains("not in force on 2014-06-01"), "{e}");
}

#[test]
fn the_plan_of_2024_names_its_targets_and_cities() {
    let day = "2024-07-01".parse().unwrap();
    let p = law().at("air.anhui.target_2025", day, "340000").unwrap();
    let row = p.table.row(&[("item", "pm2_5_north")]).unwrap();
    assert_eq!(
        (
            p.table.text(row, "value"),
            p.unit(row, "value"),
            p.table.text(row, "op")
        ),
        ("37.7", "ug/m3", "<=")
    );
    let cities = law().at("air.anhui.cities", day, "340100").unwrap();
    let north: Vec<&str> = (0..16)
        .filter(|r| cities.table.text(*r, "north") == "yes")
        .map(|r| cities.table.text(r, "name_zh"))
        .collect();
    assert_eq!(north, ["淮北", "亳州", "宿州", "蚌埠", "阜阳", "淮南"]);
}
