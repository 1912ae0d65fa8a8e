//! Real files into a lake: what is taken, what is refused and why, and the way back to the line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use evidence::Evidence;
use lake::import::{Formats, Report, load};
use lake::{Lake, Options, SeriesKey, View};
use tempfile::TempDir;

const NOW: View = View { as_known: None };

struct Stand {
    _dir: TempDir,
    lake: Lake,
    evidence: Evidence,
    formats: Formats,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn stand() -> Stand {
    let dir = TempDir::new().unwrap();
    let law = Arc::new(law::Law::load_dir(&root().join("law")).unwrap());
    let options = Options {
        threads: 2,
        memory_mb: 512,
        ..Options::default()
    };
    let lake = Lake::open(&dir.path().join("lake"), law, options).unwrap();
    let (evidence, _) = Evidence::open(&dir.path().join("evidence"), evidence::Options::default()).unwrap();
    let read = |p: &str| std::fs::read_to_string(root().join("data").join(p)).unwrap();
    lake.put_table("sites", &read("sites/sites.csv")).unwrap();
    lake.put_table("divisions", &read("regions/divisions_official_2026.csv"))
        .unwrap();
    let folders = ["air", "water", "emission"].map(|f| root().join("packs").join(f).join("imports"));
    let paths = folders
        .iter()
        .flat_map(|f| std::fs::read_dir(f).unwrap().map(|e| e.unwrap().path()));
    let texts = paths.map(|p| (p.display().to_string(), std::fs::read_to_string(&p).unwrap()));
    let formats = Formats::load(texts).unwrap();
    Stand {
        _dir: dir,
        lake,
        evidence,
        formats,
    }
}

impl Stand {
    fn bytes(&self, format: &str, name: &str, bytes: &[u8]) -> Report {
        let f = self.formats.get(format).unwrap();
        let mut calls = 0;
        let r = load(&self.lake, &self.evidence, &self.formats, f, (name, bytes), &mut |_| {
            calls += 1
        })
        .unwrap();
        assert!(calls > 0);
        r
    }

    fn file(&self, format: &str, name: &str) -> Report {
        self.bytes(
            format,
            name,
            &std::fs::read(root().join("data/air").join(name)).unwrap(),
        )
    }

    fn one(&self, sql: &str) -> String {
        let a = self.lake.answer(sql, &NOW).unwrap();
        let cells = a.rows[0]
            .iter()
            .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
        cells.collect::<Vec<_>>().join(" ")
    }
}

fn reasons(r: &Report) -> Vec<(u64, &str, &str)> {
    r.quarantined
        .iter()
        .map(|b| (b.line, b.column.as_str(), b.reason.as_str()))
        .collect()
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

#[test]
fn every_real_file_of_the_demo_goes_in() {
    let s = stand();
    let r = s.file("cnemc-station-hourly", "cnemc_station_hourly_published_aqi.csv.gz");
    assert_eq!(
        (r.lines, r.rows, r.sites),
        (7255, 7255 - r.quarantined.len() as u64, 1079),
        "{:?}",
        reasons(&r)
    );
    let r = s.file("cnemc-station-hourly", "cnemc_station_2023-01-22T02.csv");
    assert_eq!((r.rows, reasons(&r)), (56, vec![]));
    let r = s.file("anhui-station-hourly", "anhui_station_hourly_2020-04.csv.gz");
    assert_eq!((r.rows, reasons(&r)), (6595, vec![]));
    let r = s.file("named-station-hourly", "national_station_hourly_2020-04-12.csv.gz");
    assert_eq!(r.lines, 4966);
    let r = s.file("city-hourly", "all_cities_hourly_2019-02-04_09.csv.gz");
    assert_eq!(r.lines, 51496);
    assert_eq!((r.rows, r.sites, reasons(&r)), (51496, 367, vec![]));
    let r = s.file("city-daily-o3", "anhui_city_daily_2013-12_2016-06.csv.gz");
    assert_eq!((r.rows, r.sites, reasons(&r)), (9811, 16, vec![]));
    let r = s.file("city-daily", "capital_city_daily_2025-01_2026-06.csv.gz");
    assert_eq!((r.sites, reasons(&r)), (8, vec![]));
    // The value of the file, at the hour that began one hour before its stamp.
    let sql = "SELECT v, mark FROM obs WHERE site = '1270A' AND factor = 'a34004' AND period = '1h' \
               AND t = '2023-01-22T01:00:00+08:00'";
    assert_eq!(s.one(sql), "58 N");
    assert_eq!(s.lake.check().unwrap().problems, Vec::<String>::new());
    s.lake.compact().unwrap();
    assert_eq!(s.one(sql), "58 N");
    assert_eq!(s.lake.check().unwrap().problems, Vec::<String>::new());

    // Delivered days, rounded to what day values are kept with, and the index by the law of that day.
    let days = s.lake.city_days((day(2016, 1, 2), day(2016, 1, 2)), None).unwrap();
    let d = days.iter().find(|d| d.division == "341600").unwrap();
    let values: Vec<String> = d
        .values
        .iter()
        .map(|v| v.map_or("-".into(), |v| v.to_string()))
        .collect();
    assert_eq!(values, ["32", "82", "1.3", "113", "105", "81"]);
    // PM2.5 81: 100 + 50/40 x 6 = 107.5, rounded up.
    assert_eq!(
        (d.aqi.aqi, d.aqi.level, d.aqi.primary.as_str()),
        (Some(108), 3, "pm2_5")
    );
    assert!(!d.simulated);
    // By the law of 2026 the same concentrations give more: 100 + 50/55 x 21 = 119.1.
    let what_if = s
        .lake
        .city_days((day(2016, 1, 2), day(2016, 1, 2)), Some(day(2026, 6, 1)))
        .unwrap();
    let d = what_if.iter().find(|d| d.division == "341600").unwrap();
    assert_eq!(d.aqi.aqi, Some(120));

    // Before HJ 633-2012 was in force in a city there were concentrations and no index; all of Anhui had it from
    // 2015, Hefei from 2013, by division-scoped provisions.
    let days = s.lake.city_days((day(2014, 12, 31), day(2015, 1, 1)), None).unwrap();
    let index = |city: &str, on| {
        days.iter()
            .find(|d| d.division == city && d.day == on)
            .map(|d| d.aqi.aqi.is_some())
    };
    assert!(
        days.iter()
            .any(|d| d.day == day(2014, 12, 31) && d.values[5].is_some() && d.aqi.aqi.is_none())
    );
    assert_eq!(index("341600", day(2015, 1, 1)), Some(true));
    assert_eq!(index("340100", day(2014, 12, 31)), Some(true));

    // City hours of the fireworks: a day has its 24 hours.
    let days = s.lake.city_days((day(2019, 2, 4), day(2019, 2, 9)), None).unwrap();
    let d = days
        .iter()
        .find(|d| d.division == "340100" && d.day == day(2019, 2, 5))
        .unwrap();
    assert_eq!(d.layer, lake::air::Layer::CityHours);
    assert!(d.aqi.complete, "{d:?}");
    // Station days of April 2020 have some of their hours.
    let sites = s
        .lake
        .site_days(&["1270A"], (day(2020, 4, 3), day(2020, 4, 3)), None)
        .unwrap();
    let key = SeriesKey::new("1270A", "a34004", "1h", "real");
    let from = lake::day_start(day(2020, 4, 3));
    let hours = s.lake.observed(&[key], (from, from + 86_399), false).unwrap();
    assert_eq!(
        usize::from(sites[0].hours[5]),
        hours.iter().filter(|h| h.v.is_some()).count()
    );
}

#[test]
fn an_observation_leads_back_to_its_line() {
    let s = stand();
    let r = s.file("cnemc-station-hourly", "cnemc_station_2023-01-22T02.csv");
    let key = SeriesKey::new("1271A", "a34004", "1h", "real");
    let start = 1_674_320_400; // 2023-01-22 01:00 Beijing
    let e = s.lake.trace(&key, start).unwrap().unwrap();
    assert_eq!((e.line, e.column.as_deref()), (Some(3), Some("pm25")));
    assert_eq!(e.reference, format!("file:{}#L3", r.sha256));
    let line = s.evidence.line(&r.sha256, 3).unwrap();
    assert!(line.starts_with("2023-01-22T02:00:00,1271A,"), "{line}");
    // A running mean begins a day before its stamp and stands in the same line.
    let key = SeriesKey::new("1271A", "a34004", "24h", "real");
    assert_eq!(
        s.lake
            .trace(&key, start - 23 * 3600)
            .unwrap()
            .unwrap()
            .column
            .as_deref(),
        Some("pm25_24h")
    );
    assert_eq!(s.lake.trace(&key, start).unwrap(), None);
    let at = std::time::Instant::now();
    s.lake
        .trace(&SeriesKey::new("1271A", "a34004", "1h", "real"), start)
        .unwrap();
    assert!(at.elapsed().as_millis() < 200, "{:?}", at.elapsed());
}

const BAD: &str = "time,station_code,pm25,pm10,so2,no2,co,o3\n\
2024-03-01T01:00:00,1270A,35,60,5,20,0.6,80\n\
2024-03-01T02:00:00,1270A,-3,60,5,20,0.6,80\n\
2024-03-01T03:00:00,1270A,35,99999,5,20,0.6,80\n\
2024-03-01T03:00:00,1270A,36,61,5,20,0.6,80\n\
2099-01-01T01:00:00,1270A,36,61,5,20,0.6,80\n\
2024-03-01T05:00:00,1270A,abc,61,,20,0.6,80\n\
2024-03-01T06:00:00,1270A,36,61,5,20\n\
01.03.2024 07:00,1270A,36,61,5,20,0.6,80\n\
2024-03-01T08:00:00,,36,61,5,20,0.6,80\n\
2024-03-01T09:00:00,1270A,36,61,5,20,0.6,80\n";

#[test]
fn bad_cells_are_quarantined_with_line_and_reason_and_the_rest_goes_in() {
    let s = stand();
    let r = s.bytes("simulated-station-hourly", "bad.csv", BAD.as_bytes());
    assert_eq!(
        reasons(&r),
        [
            (3, "pm25", "negative"),
            (4, "pm10", "absurd"),
            (5, "", "duplicate"),
            (6, "time", "future"),
            (7, "pm25", "bad-number"),
            (8, "", "wrong-columns"),
            (9, "time", "bad-time"),
            (10, "station_code", "unknown-place"),
        ]
    );
    assert_eq!((r.lines, r.rows, r.accepted, r.missing), (10, 5, 26, 1));
    assert_eq!(r.gaps.iter().map(|g| (g.rows, g.of)).collect::<Vec<_>>(), [(5, 9)]);
    assert_eq!(
        s.one("SELECT count(*), count(v) FROM obs WHERE origin = 'simulated'"),
        "26 26"
    );
    let csv = r.quarantine_csv();
    assert_eq!(csv.lines().count(), 9);
    assert!(csv.contains("3,pm25,negative,"), "{csv}");
    let kept = s.evidence.quarantine_list(None, 100).unwrap();
    assert_eq!(kept.len(), 8);
    let first = kept.last().unwrap();
    assert_eq!(
        (first.why.reason.as_str(), first.why.part_of.clone()),
        ("negative", Some(format!("file:{}#L3", r.sha256)))
    );
}

#[test]
fn the_same_file_again_adds_nothing_also_after_a_crash_in_between() {
    let s = stand();
    let first = s.bytes("simulated-station-hourly", "bad.csv", BAD.as_bytes());
    let version = s.lake.version();
    let again = s.bytes("simulated-station-hourly", "bad.csv", BAD.as_bytes());
    assert_eq!(
        (again.accepted, again.unchanged, s.lake.version()),
        (0, first.accepted, version)
    );
    assert_eq!(s.evidence.quarantine_list(None, 100).unwrap().len(), 8);
    // The power goes after the evidence has the file and before the lake has its rows.
    let other = BAD.replace("1270A", "1271A");
    let note = evidence::FileNote::default();
    s.evidence.put_file("other.csv", other.as_bytes(), &note).unwrap();
    let r = s.bytes("simulated-station-hourly", "other.csv", other.as_bytes());
    assert_eq!(r.accepted, 26);
    assert_ne!(r.recorded, first.recorded);
}

#[test]
fn a_gb18030_file_is_read_and_said_so_and_a_foreign_header_is_refused_with_a_hint() {
    let s = stand();
    let text = "city,date,aqi,rank,level,pm25,pm10,no2,so2,co\n合肥,2025-01-01,60,80,良,29,69,46,7,0.59\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(text);
    let r = s.bytes("city-daily", "hefei.csv", &bytes);
    assert_eq!(
        (r.encoding.as_str(), r.accepted, r.quarantined.len()),
        ("gb18030", 6, 0)
    );
    assert_eq!(
        s.one("SELECT site, v, decimals FROM obs WHERE factor = 'a21005'"),
        "340100 0.59 2"
    );
    let format = s.formats.get("city-daily-o3").unwrap();
    let e = load(
        &s.lake,
        &s.evidence,
        &s.formats,
        format,
        ("x.csv", text.as_bytes()),
        &mut |_| {},
    )
    .unwrap_err();
    let e = e.to_string();
    assert!(
        e.contains("column `o3_8h_max` is missing") && e.contains("format `city-daily` would fit"),
        "{e}"
    );
}

#[test]
fn readings_of_water_stations_keep_their_state_what_is_not_monitored_and_what_was_read_last() {
    let s = stand();
    let csv = "province,section,time,class,status,ph,do,codmn,nh3n,tp\n\
        安徽省,甲桥,2021-04-01 04:00,Ⅱ,正常,8.00,9.10,1.99,0.031,*\n\
        安徽省,甲桥,2021-04-01 08:00,,维护,8.10,--,2.10,0.040,0.05\n\
        安徽省,甲桥,2021-04-01 04:00,Ⅱ,正常,8.02,9.20,--,0.032,*\n\
        无此省,甲桥,2021-04-01 04:00,Ⅱ,正常,8.02,9.20,2.0,0.032,0.1\n";
    let r = s.bytes("water-station-shown", "stations.csv", csv.as_bytes());
    assert_eq!(reasons(&r), [(5, "province+section", "unknown-place")]);
    assert!(r.quarantined[0].detail_zh.contains("无此省"), "{:?}", r.quarantined);
    assert_eq!((r.rows, r.accepted), (2, 7));
    let key = |code: &str| SeriesKey::new("name:340000·甲桥", code, "rtd", "real");
    let of = |code: &str| {
        let all = s.lake.observed(&[key(code)], (0, i64::MAX / 1000), false).unwrap();
        let text = |o: lake::Observed| (o.v.map(|v| v.to_string()), o.mark);
        all.into_iter().map(text).collect::<Vec<_>>()
    };
    let some = |v: &str, mark: &str| (Some(v.to_string()), mark.to_string());
    assert_eq!(of("w01001"), [some("8.02", "N"), some("8.10", "维护")]);
    assert_eq!(
        of("w01019"),
        [some("2.10", "维护")],
        "the first reading's value was taken back"
    );
    assert_eq!(of("w21011"), [(None, "*".to_string()), some("0.05", "维护")]);
}

#[test]
fn every_water_file_of_the_demo_goes_in_and_a_folder_has_its_own_ranges() {
    let s = stand();
    for (name, format) in [
        ("stations_2020-05-08.csv.gz", "water-station"),
        ("stations_4h_2021-04.csv.gz", "water-station-shown"),
        ("stations_4h_2025-11.csv.gz", "water-station"),
        ("stations_hourly_2026-02.csv.gz", "water-station"),
    ] {
        let bytes = std::fs::read(root().join("data/water").join(name)).unwrap();
        let r = s.bytes(format, name, &bytes);
        // Some rows of April 2021 were published without a time.
        let timeless = r.quarantined.iter().filter(|b| b.reason == "bad-time").count();
        assert!(
            r.rows > 1000 && r.quarantined.len() == timeless && timeless < 100,
            "{name}: {:?}",
            reasons(&r)
        );
    }
    // 900 mg/m3 of SO2 is no fault of a flue, 900 mg/m3 in the air would be.
    let gas = "time,site,mark,so2,nox,pm,o2\n2024-01-01T00:00:00,S1,N,900,100,10,9.5\n";
    assert_eq!(s.bytes("simulated-outlet-gas", "gas.csv", gas.as_bytes()).accepted, 4);
}
