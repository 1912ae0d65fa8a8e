//! The functions of the standards in SQL give what they give everywhere else, and aggregates add exactly.

use std::path::Path;
use std::sync::Arc;

use lake::{Lake, Options, Row, SeriesKey, View};
use standards::{Args, Context};
use tempfile::TempDir;

const NOW: View = View { as_known: None };
/// 2024-03-11 00:00 Beijing.
const DAY: i64 = 1_710_086_400;

fn law() -> Arc<law::Law> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
    Arc::new(law::Law::load_dir(&dir).unwrap())
}

fn open(dir: &TempDir) -> Lake {
    let options = Options {
        threads: 2,
        memory_mb: 256,
        ..Options::default()
    };
    Lake::open(dir.path(), law(), options).unwrap()
}

fn one(lake: &Lake, sql: &str) -> String {
    let a = lake.answer(sql, &NOW).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let cells = |r: &Vec<serde_json::Value>| {
        let text = r
            .iter()
            .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
        text.collect::<Vec<_>>().join(" ")
    };
    a.rows.iter().map(cells).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_function_of_the_standards_is_there_under_its_name() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let known = one(&lake, "SELECT DISTINCT routine_name FROM information_schema.routines");
    for f in standards::functions() {
        let name = f.name.replace('.', "_");
        assert!(known.lines().any(|l| l == name), "{name} is not in SQL");
        if !f.results.is_empty() {
            assert!(
                known.lines().any(|l| l == format!("{name}_all")),
                "{name}_all is not in SQL"
            );
        }
    }
}

#[test]
fn a_call_gives_the_digits_of_the_registered_function() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    // Examples of reference sheets: PM2.5 75 on both sides of 2026-03-01.
    assert_eq!(
        one(&lake, "SELECT air_iaqi('pm2_5', '24h', 75, DATE '2024-05-13')"),
        "100"
    );
    assert_eq!(one(&lake, "SELECT air_iaqi('pm2_5', '24h', 75, '2026-06-01')"), "114");
    assert_eq!(one(&lake, "SELECT air_iaqi('co', '24h', 2.2, '2024-05-13')"), "55");
    assert_eq!(
        one(&lake, "SELECT air_iaqi('pm2_5', '24h', NULL, '2024-05-13')"),
        "null"
    );
    let law = law();
    let f = standards::find("air.aqi.daily").unwrap();
    let given = [
        ("so2", "6"),
        ("no2", "30"),
        ("co", "2.2"),
        ("o3_8h", "110"),
        ("pm10", "90"),
        ("pm2_5", "36"),
    ];
    let context = Context {
        law: &law,
        date: "2024-05-13".parse().unwrap(),
        division: "",
    };
    let direct = f.call(&context, &given.iter().copied().collect::<Args>()).unwrap();
    let cells: Vec<String> = f
        .args
        .iter()
        .map(|a| {
            given
                .iter()
                .find(|(n, _)| *n == a.name)
                .map_or("NULL".to_owned(), |(_, v)| (*v).to_owned())
        })
        .collect();
    let call = format!("({}, '2024-05-13')", cells.join(", "));
    assert_eq!(
        one(&lake, &format!("SELECT air_aqi_daily{call}")),
        direct.value.to_string()
    );
    let primary = format!("SELECT get_field(air_aqi_daily_all{call}, 'primary')");
    assert_eq!(one(&lake, &primary), direct.column("primary").to_string());
    let e = lake.answer("SELECT air_iaqi('pm2_5')", &NOW).unwrap_err().to_string();
    assert!(e.contains("air_iaqi(factor, period, c, [date], [division])"), "{e}");
    let e = lake
        .answer("SELECT air_iaqi('smoke', '24h', 75, '2024-05-13')", &NOW)
        .unwrap_err()
        .to_string();
    assert!(e.contains("smoke"), "{e}");
}

/// Ozone of the example day: hours labelled 1 to 24, the largest 8-hour mean is 161.
const OZONE: [i64; 24] = [
    40, 38, 36, 35, 33, 30, 34, 45, 60, 80, 100, 120, 140, 155, 168, 176, 180, 172, 160, 140, 115, 95, 80, 70,
];

#[test]
fn aggregates_go_by_the_rules_of_the_day() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let keys = ["a05024", "a34004"].map(|f| SeriesKey::new("1270A", f, "1h", "real"));
    let s = lake.series(&keys).unwrap();
    let row = |series, hour: usize, v: i64| Row {
        series,
        t: DAY + hour as i64 * 3600,
        v: Some(v),
        e: 0,
        mark: 0,
        recorded: DAY + 100_000,
    };
    let mut rows: Vec<Row> = OZONE.iter().enumerate().map(|(h, v)| row(s[0], h, *v)).collect();
    // Twenty hours of PM2.5: 35 and 36 by turns give 35.5, which goes to the even 36.
    rows.extend((0..20).map(|h| row(s[1], h, 35 + h as i64 % 2)));
    lake.append(rows, None).unwrap();
    let day = "FROM obs WHERE mark = 'N' GROUP BY site, factor, day ORDER BY factor";
    assert_eq!(
        one(&lake, &format!("SELECT factor, air_day_value(factor, t, v) {day}")),
        "a05024 161\na34004 36"
    );
    let of = |f: &str| format!("FROM obs WHERE factor = '{f}'");
    assert_eq!(
        one(
            &lake,
            &format!(
                "SELECT valid_mean(v, 20, 0), valid_mean(v, 21, 0), valid_mean(v, 1, 1) {}",
                of("a34004")
            )
        ),
        "36 null 35.5"
    );
    // k = 1 + 23 x 0.9 = 21.7: between 172 (21st) and 176 (22nd).
    assert_eq!(
        one(
            &lake,
            &format!("SELECT percentile_hj663(v, 90), o3_8h_max(t, v) {}", of("a05024"))
        ),
        "170.8 161"
    );
    // One hour less than a day mean needs.
    let less = "SELECT air_day_value(factor, t, v) FROM obs WHERE factor = 'a34004' AND t > '2024-03-10T16:00:00Z'";
    assert_eq!(one(&lake, less), "null");
    // The day values in memory say the same.
    let day = lake::date(lake::day_number(DAY));
    let d = lake.site_days(&["1270A"], (day, day), None).unwrap().remove(0);
    assert_eq!(
        (d.values[3].unwrap().to_string(), d.values[5].unwrap().to_string()),
        ("161".into(), "36".into())
    );
    assert_eq!((d.hours[3], d.hours[5]), (24, 20));
    // A late row re-opens its day and no other.
    let late = Row {
        recorded: DAY + 200_000,
        ..row(s[1], 20, 99)
    };
    assert_eq!(
        lake.append(vec![late], None).unwrap().touched,
        vec![(s[1], lake::day_number(DAY))]
    );
    let d = lake.site_days(&["1270A"], (day, day), None).unwrap().remove(0);
    // (20 x 35.5 + 99) / 21 = 38.52…
    assert_eq!((d.values[5].unwrap().to_string(), d.hours[5]), ("39".into(), 21));
}

#[test]
fn a_city_day_is_the_mean_of_its_sites_and_real_stands_before_simulated() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let mut table = String::from("code,name,division,evaluates,retired\n");
    for i in 1..=4 {
        table.push_str(&format!("s{i},s{i},340100,1,0\n"));
    }
    table.push_str("bg,background,340100,0,0\n");
    lake.put_table("sites", &table).unwrap();
    let fill = |site: &str, origin: &str, v: i64, day: i64, hours: i64| {
        let s = lake.series(&[SeriesKey::new(site, "a34004", "1h", origin)]).unwrap()[0];
        let row = |h| Row {
            series: s,
            t: DAY + day * 86_400 + h * 3600,
            v: Some(v),
            e: 0,
            mark: 0,
            recorded: DAY + 900_000,
        };
        lake.append((0..hours).map(row).collect(), None).unwrap();
    };
    for (i, v) in [34, 35, 37, 36].into_iter().enumerate() {
        fill(&format!("s{}", i + 1), "simulated", v, 0, 24);
    }
    fill("bg", "simulated", 500, 0, 24);
    let day = lake::date(lake::day_number(DAY));
    let city = |law_of| lake.city_days((day, day), law_of).unwrap().remove(0);
    // 35.5 goes to the even 36; the background site takes no part.
    let d = city(None);
    assert_eq!(
        (d.values[5].unwrap().to_string(), d.simulated, d.sites[5], d.sites_of),
        ("36".into(), true, 4, 4)
    );
    // Two real sites of four are too few (75 %), three are enough.
    fill("s1", "real", 50, 0, 24);
    fill("s2", "real", 50, 0, 24);
    assert!(city(None).simulated);
    fill("s3", "real", 53, 0, 24);
    let d = city(None);
    assert_eq!(
        (d.values[5].unwrap().to_string(), d.simulated, d.sites[5]),
        ("51".into(), false, 3)
    );
    assert_eq!(d.layer, lake::air::Layer::StationHours);
    // A delivered day stands behind the station hours, and alone where there are none.
    let s = lake
        .series(&[SeriesKey::new("340100", "a34004", "1d", "real")])
        .unwrap()[0];
    let row = |day: i64| Row {
        series: s,
        t: DAY + day * 86_400,
        v: Some(705),
        e: 1,
        mark: 0,
        recorded: DAY + 900_000,
    };
    lake.append(vec![row(0), row(1)], None).unwrap();
    assert_eq!(city(None).values[5].unwrap().to_string(), "51");
    let next = day.succ_opt().unwrap();
    let d = lake.city_days((next, next), None).unwrap().remove(0);
    assert_eq!(
        (d.values[5].unwrap().to_string(), d.layer),
        ("70".into(), lake::air::Layer::CityDays)
    );
}

#[test]
fn days_mended_are_the_days_made_anew() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = lake.series(&[SeriesKey::new("s1", "a34004", "1h", "real")]).unwrap()[0];
    let row = |h: i64, v: i64, recorded: i64| Row {
        series: s,
        t: DAY + h * 3600,
        v: Some(v),
        e: 0,
        mark: 0,
        recorded,
    };
    lake.append((0..24 * 12).map(|h| row(h, h % 50, DAY)).collect(), None)
        .unwrap();
    let range = (lake::date(0), lake::date(30_000));
    let all = |lake: &Lake| lake.site_days(&[], range, None).unwrap();
    let before = all(&lake);
    assert_eq!(before.len(), 12);
    assert!(before.iter().all(|d| d.hours[5] == 24));
    lake.append(vec![row(24 * 3 + 5, 400, DAY + 10), row(24 * 9, 300, DAY + 10)], None)
        .unwrap();
    lake.push(&[row(24 * 11 + 3, 500, DAY + 20)], None).unwrap();
    let mended = all(&lake);
    let differ: Vec<usize> = (0..12).filter(|i| before[*i].values != mended[*i].values).collect();
    assert_eq!(differ, [3, 9, 11]);
    lake.flush().unwrap();
    drop(lake);
    assert_eq!(all(&open(&dir)), mended);
}
