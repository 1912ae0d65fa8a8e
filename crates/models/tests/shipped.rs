//! What is shipped in `data/`: named with its origin, packed the same everywhere, and true to itself.

mod judge;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn files(dir: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path.strip_prefix(judge::data("")).unwrap().to_str().unwrap().to_owned());
        }
    }
}

fn shipped() -> Vec<String> {
    let mut out = Vec::new();
    files(&judge::data(""), &mut out);
    out.sort();
    out
}

fn rows(path: &str) -> Vec<BTreeMap<String, String>> {
    let text = judge::text(path);
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .map(|r| r.unwrap())
        .collect()
}

#[test]
fn every_file_has_its_origin_in_sources() {
    let sources = judge::text("SOURCES.md");
    for file in shipped().iter().filter(|f| f.contains('/')) {
        let name = file.rsplit('/').next().unwrap();
        assert!(sources.contains(name), "{file} is not in data/SOURCES.md");
    }
}

#[test]
fn packed_files_do_not_depend_on_when_they_were_packed() {
    for file in shipped().iter().filter(|f| f.ends_with(".gz")) {
        let head = std::fs::read(judge::data(file)).unwrap();
        assert_eq!(head[..2], [0x1f, 0x8b], "{file}");
        assert_eq!(
            (head[3], &head[4..8]),
            (0, &[0; 4][..]),
            "{file}: flags and time of the gzip header"
        );
    }
}

#[test]
fn sites_are_the_national_ones_and_those_of_our_own_code() {
    let cities: BTreeSet<String> = rows("sites/cities.csv")
        .into_iter()
        .map(|r| r["code"].clone())
        .collect();
    assert_eq!(cities.len(), 16);
    let sites = rows("sites/sites.csv");
    let codes: BTreeSet<&str> = sites.iter().map(|s| s["code"].as_str()).collect();
    assert_eq!((sites.len(), codes.len()), (89, 89), "a code stands once");
    assert!(sites.iter().all(|s| cities.contains(&s["division"])));
    let national: BTreeMap<String, String> = rows("air/stations_national.csv")
        .into_iter()
        .filter(|r| r["city_code"].starts_with("34"))
        .map(|r| (r["station_code"].clone(), r["city_code"].clone()))
        .collect();
    assert_eq!(national.len(), 72);
    for s in &sites {
        match national.get(&s["code"]) {
            Some(city) => assert_eq!((city, s["level"].as_str()), (&s["division"], "国控")),
            None => {
                assert!(
                    s["code"].starts_with(&format!("AH-{}-", s["division"])),
                    "{}",
                    s["code"]
                );
                assert_eq!(s["evaluates"], "0", "what is not known to count does not count");
            }
        }
        assert!(
            s["background"] == "0" || s["evaluates"] == "0",
            "a clean reference site makes no city figure"
        );
    }
    // Every name of the hourly file of April 2020 finds its site.
    let names: BTreeSet<(String, String)> = rows("air/anhui_station_hourly_2020-04.csv.gz")
        .into_iter()
        .map(|r| (r["city"].clone(), r["station_name"].clone()))
        .collect();
    let city_name: BTreeMap<String, String> = rows("sites/cities.csv")
        .into_iter()
        .map(|r| (r["code"].clone(), r["name"].clone()))
        .collect();
    let known: BTreeSet<(String, String)> = sites
        .iter()
        .map(|s| (city_name[&s["division"]].clone(), s["name"].clone()))
        .collect();
    assert_eq!(
        names.difference(&known).count(),
        0,
        "{:?}",
        names.difference(&known).next()
    );
}

#[test]
fn loggers_are_simulated_and_say_so() {
    let loggers = rows("sites/loggers.csv");
    let mns: BTreeSet<&str> = loggers.iter().map(|l| l["mn"].as_str()).collect();
    assert_eq!((loggers.len(), mns.len()), (40, 40));
    assert!(
        mns.iter()
            .all(|m| { m.len() == 24 && m.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)) })
    );
    assert!(
        loggers
            .iter()
            .all(|l| l["simulated"] == "1" && l["name"].starts_with("模拟") && l["site"].starts_with("SIM-"))
    );
    let divisions: BTreeSet<&str> = loggers.iter().map(|l| l["division"].as_str()).collect();
    assert_eq!(divisions.len(), 16);
}
