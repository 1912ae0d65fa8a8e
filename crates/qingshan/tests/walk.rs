//! The whole house, end to end: the real binary loads real files, takes packets over TCP, and answers on the command
//! line and over HTTP with the same figures.

mod common;

use common::{json, qingshan, root, serve};
use serde_json::Value;
use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Stdio};

#[test]
fn commands_that_need_no_store() {
    let aqi = json(&[
        "figure",
        "air.aqi.daily",
        "so2=8",
        "no2=41",
        "pm10=121",
        "pm2_5=61",
        "co=0.9",
        "o3_8h=159",
        "--date",
        "2026-03-01",
        "--json",
    ]);
    assert_eq!(aqi["value"], "101");
    assert_eq!(aqi["columns"]["primary"], "PM10+PM2.5");
    let older = json(&[
        "figure",
        "air.aqi.daily",
        "so2=8",
        "no2=41",
        "pm10=121",
        "pm2_5=61",
        "co=0.9",
        "o3_8h=159",
        "--date",
        "2026-02-28",
        "--json",
    ]);
    assert_eq!(
        (&older["value"], &older["columns"]["primary"]),
        (&Value::from("100"), &Value::from("O3"))
    );
    assert_eq!(
        json(&["figure", "round.gbt8170", "value=36.85", "digits=1", "--json"])["value"],
        "36.8"
    );
    assert_eq!(json(&["law", "check", "--json"])["ok"], true);
    let plan = json(&["plan", "check", "plan/anhui-2024/text.txt", "--json"]);
    assert_eq!(
        (&plan["ok"], plan["chapters"].as_array().map(Vec::len)),
        (&Value::from(true), Some(23))
    );
    let diff = json(&["law", "diff", "2026-02-28", "2026-03-01", "--json"]);
    assert!(
        diff.as_array()
            .is_some_and(|d| d.iter().any(|c| c["key"] == "air.iaqi.breakpoints"))
    );
    let unknown = qingshan(&["figure", "air.nothing"]);
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("figure list"));
}

#[test]
fn packets_are_checked_line_by_line() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qingshan"))
        .args(["hj212", "check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let good = r"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n";
    let bad = good.replace("1C80", "1C08");
    write!(child.stdin.take().expect("piped"), "{good}\n{bad}\n").expect("written");
    let out = child.wait_with_output().expect("ends");
    let lines: Vec<Value> = out
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).expect("JSON"))
        .collect();
    assert_eq!(
        (&lines[0]["ok"], &lines[0]["fields"]["CP"][0][0][0]),
        (&Value::from(true), &Value::from("RtdInterval"))
    );
    assert_eq!(
        (&lines[1]["ok"], &lines[1]["reason"]),
        (&Value::from(false), &Value::from("crc_mismatch"))
    );
}

#[test]
fn a_figure_is_followed_down_to_the_raw_line_and_the_raw_packet() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = dir.path().join("store");
    let store = store.to_str().expect("UTF-8");
    let load = |format: &str, file: &str| json(&["load", format, file, "--data", store, "--json"]);
    let first = load("city-daily-o3", "data/air/anhui_city_daily_2013-12_2016-06.csv.gz");
    assert!(
        first[0]["accepted"].as_u64().is_some_and(|n| n > 50_000),
        "{}",
        first[0]["accepted"]
    );
    let again = load("city-daily-o3", "data/air/anhui_city_daily_2013-12_2016-06.csv.gz");
    assert_eq!(again[0]["accepted"], 0, "the same file again adds nothing");
    load("air-hourly", "data/air/anhui_station_hourly_2020-04.csv.gz");
    let wrong = qingshan(&[
        "load",
        "city-daily",
        "data/air/capital_city_daily_2025-01_2026-06_raw_mislabelled.csv.gz",
        "--data",
        store,
    ]);
    assert!(!wrong.status.success(), "a header that does not fit is refused");

    let shown = json(&[
        "measure",
        "show",
        "0.1",
        "--at",
        "2015-12-31",
        "--data",
        store,
        "--json",
    ]);
    assert_eq!(shown["valid"]["cities"], 16);
    let what_if = json(&[
        "measure",
        "show",
        "0.2",
        "--at",
        "2015-12-31",
        "--law-of",
        "2026-03-01",
        "--data",
        store,
        "--json",
    ]);
    let day_law = json(&[
        "measure",
        "show",
        "0.2",
        "--at",
        "2015-12-31",
        "--data",
        store,
        "--json",
    ]);
    let number = |v: &Value| {
        v["value"]
            .as_str()
            .and_then(|s| s.parse::<f64>().ok())
            .expect("a figure")
    };
    assert!(
        number(&what_if) < number(&day_law),
        "the law of 2026 finds fewer good days"
    );
    let rows = json(&[
        "sql",
        "SELECT count(*) AS n FROM obs WHERE site = '340100' AND period = '1d'",
        "--data",
        store,
        "--json",
    ]);
    assert!(rows[0]["n"].as_i64().is_some_and(|n| n > 0));

    let server = serve(dir.path());
    // One way to each number: page and command line agree to the last digit.
    let page = server.get("/api/stand/0.1?date=2015-12-31");
    assert_eq!(page["value"], shown["value"]);
    let home = server.get("/api/plan?date=2015-12-31");
    assert_eq!(home["data"]["mode"], "real");
    let text: String = home["blocks"]
        .as_array()
        .expect("blocks")
        .iter()
        .flat_map(|b| b["pieces"].as_array().expect("pieces"))
        .map(|p| p["text"].as_str().expect("text"))
        .collect();
    assert_eq!(
        text,
        std::fs::read_to_string(root().join("plan/anhui-2024/text.txt")).expect("the plan")
    );

    // Down: year → city → day → the line of the file.
    let mut reference = page["reference"].as_str().expect("a REF").to_string();
    let mut evidence = None;
    for _ in 0..6 {
        let node = server.get(&format!("/api/explain?ref={}", encoded(&reference)));
        if let Some(e) = node["evidence"].as_str() {
            evidence = Some(e.to_string());
            break;
        }
        let below = node["inputs"]
            .as_array()
            .expect("inputs")
            .iter()
            .find_map(|i| i["reference"].as_str());
        reference = below.unwrap_or_else(|| panic!("{reference} leads nowhere")).to_string();
    }
    let evidence = evidence.expect("the walk ends at evidence");
    let (place, column) = evidence.split_once("&column=").expect("a column to look at");
    let raw = server.get(&format!(
        "/api/evidence?ref={}&column={}",
        encoded(place),
        encoded(column)
    ));
    assert_eq!(
        (&raw["kind"], &raw["chain"]["ok"]),
        (&Value::from("file-line"), &Value::from(true))
    );
    assert_eq!(raw["highlight"].as_array().map(Vec::len), Some(1));

    // Packets: one good, one spoilt; the answer comes after the evidence, the value reaches SQL, the fault is kept.
    let logger = std::fs::read_to_string(root().join("data/sites/loggers.csv")).expect("loggers");
    let mn = logger
        .lines()
        .nth(1)
        .and_then(|l| l.split(',').next())
        .expect("a logger")
        .to_string();
    let now = (chrono::Utc::now() + chrono::TimeDelta::hours(8))
        .format("%Y%m%d%H%M%S")
        .to_string();
    let segment = format!(
        "QN={now}001;ST=31;CN=2011;PW=123456;MN={mn};Flag=5;CP=&&DataTime={now};a21026-Rtd=21.40,a21026-Flag=N&&"
    );
    let good = format!(
        "##{:04}{segment}{:04X}\r\n",
        segment.len(),
        hj212::crc::hj212(segment.as_bytes())
    );
    let file = dir.path().join("packets.txt");
    std::fs::write(&file, &good).expect("written");
    let sent = json(&[
        "hj212",
        "send",
        "--to",
        &server.loggers,
        file.to_str().expect("UTF-8"),
        "--json",
    ]);
    assert_eq!(
        (&sent["packets"], &sent["answered"]),
        (&Value::from(1), &Value::from(1))
    );
    let mut s = TcpStream::connect(&server.loggers).expect("connected");
    s.write_all(good.replace("21.40", "21.41").as_bytes()).expect("sent");
    drop(s);
    let mut quarantine = Value::Null;
    for _ in 0..50 {
        quarantine = server.get("/api/quarantine");
        if quarantine
            .as_array()
            .is_some_and(|q| q.iter().any(|e| e["reason"] == "crc_mismatch"))
        {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let entry = quarantine
        .as_array()
        .and_then(|q| q.iter().find(|e| e["reason"] == "crc_mismatch"))
        .expect("kept");
    assert!(entry["reason_zh"].as_str().is_some_and(|t| !t.is_empty()));
    assert!(
        !entry["raw"].as_str().unwrap_or_default().contains("123456"),
        "passwords are not shown"
    );
    let (status, replay) = server.request("POST", &format!("/api/quarantine/{}/replay", entry["id"]));
    assert!(status == 200 && replay.contains("\"ok\":false"), "{status} {replay}");
    let packets = server.get("/api/packets");
    assert_eq!(packets["totals"]["accepted"], 1);
    let seq = packets["recent"][0]["seq"].as_u64().expect("a record");
    let raw = server.get(&format!("/api/evidence?ref=packet:{seq}&column=a21026"));
    assert_eq!(
        (&raw["kind"], &raw["packet"]["crc_ok"], &raw["simulated"]),
        (&Value::from("packet"), &Value::from(true), &Value::from(true))
    );

    // Wrong questions are answered with what, where and what to do.
    let (status, body) = server.request("GET", "/api/stand/9.9");
    assert!(status == 404 && body.contains("remedy_zh"), "{status} {body}");
    let (status, _) = server.request("GET", "/api/plan?date=2024-13-01");
    assert_eq!(status, 400);
    drop(server);
    let checked = json(&["check", "--data", store, "--json"]);
    assert_eq!(checked["ok"], true, "{checked}");
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                (b as char).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
