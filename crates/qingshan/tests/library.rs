//! The law library end to end: recording a provision from the command line and over HTTP, in force at once and at the
//! next start; what-if by a date and by a draft, the same on both doors; the index of what is shipped.

mod common;

use common::{json, qingshan, root, serve, serve_from};
use serde_json::{Value, json as j};
use std::path::Path;

/// A home whose law has one thing that is not recorded.
const LACKING: &str = r#"
[standard]
number = "T 9999-2020"
title_zh = "测试用标准"
title_en = "A standard for tests"
from = "2020-01-01"
certainty = "certain"
source = "made for this test"
checked = "2026-11-24"
[[missing]]
key = "test.local"
clause = "表2"
division = "340000"
title_zh = "地方限值"
title_en = "Local limits"
why_zh = "文本未取得"
why_en = "the text was not had"
columns = ["item", "limit", "unit"]
"#;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

/// Everything shipped, with one more file of law.
fn home(dir: &Path) -> std::path::PathBuf {
    let home = dir.join("home");
    copy(&root().join("law"), &home.join("law"));
    for folder in ["packs", "plan", "data"] {
        let target = root().canonicalize().expect("here").join(folder);
        std::os::unix::fs::symlink(target, home.join(folder)).expect("linked");
    }
    std::fs::create_dir_all(home.join("law/test")).expect("a folder");
    std::fs::write(home.join("law/test/t9999.toml"), LACKING).expect("written");
    home
}

/// Of all that is not recorded, what this test's own standard lacks.
fn lacking(rows: &Value) -> Vec<Value> {
    let all = rows.as_array().expect("a list").iter();
    all.filter(|m| m["key"] == "test.local").cloned().collect()
}

fn form() -> Value {
    j!({"standard": "T 9999-2020", "source": "official text, table 2", "by": "张三", "key": "test.local", "clause": "表2",
        "division": "340000", "certainty": "certain", "title_zh": "地方限值", "title_en": "Local limits",
        "table": "item\tlimit\tunit\nnh3n\t0.5\tmg/L\ntp\t0.05\tmg/L\n"})
}

#[test]
fn a_provision_recorded_on_the_page_holds_at_once_and_after_the_next_start() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = home(dir.path());
    let key = "/api/law/key?key=test.local&division=340100&date=2024-01-01";
    {
        let server = serve_from(dir.path(), Some(&home));
        let lacks = lacking(&server.get("/api/law/missing")["rows"]);
        assert_eq!(lacks.len(), 1, "{lacks:?}");
        assert_eq!(lacks[0]["columns"], j!(["item", "limit", "unit"]));
        assert!(server.get(key)["at"].is_null());

        // Judged first: what is wrong is said with its line, in both languages, and nothing is written.
        let mut wrong = form();
        wrong["clause"] = j!("");
        let (status, answer) = server.post("/api/law/addition", &j!({"form": wrong}));
        assert_eq!((status, &answer["ok"]), (200, &j!(false)));
        assert!(answer["errors"][0]["line"].as_u64() > Some(1), "{answer}");
        assert!(
            answer["errors"][0]["zh"]
                .as_str()
                .is_some_and(|t| t.contains("缺条款号")),
            "{answer}"
        );
        let (status, _) = server.post("/api/law/addition", &j!({"form": wrong, "keep": true}));
        assert_eq!(status, 422);
        assert!(!dir.path().join("store/law").exists());

        let (status, judged) = server.post("/api/law/addition", &j!({"form": form()}));
        assert_eq!(
            (status, &judged["ok"], &judged["filled"]),
            (200, &j!(true), &j!(1)),
            "{judged}"
        );
        let (status, kept) = server.post("/api/law/addition", &j!({"form": form(), "keep": true}));
        assert_eq!((status, &kept["effective"]), (200, &j!("now")), "{kept}");
        assert_eq!(server.get(key)["at"]["table"]["rows"][1], j!(["tp", "0.05", "mg/L"]));
        assert!(lacking(&server.get("/api/law/missing")["rows"]).is_empty());
        assert!(server.get("/api/law/search?q=test.local")["hits"][0]["key"] == "test.local");

        // A province's own limit of PM2.5 changes what a function answers there, and nowhere else.
        let figure = |division: &str| {
            let asked = "/api/figure?name=air.limit&factor=pm2_5&period=year&class=2&date=2030-06-01&division=";
            server.get(&format!("{asked}{division}"))["value"].clone()
        };
        let before = figure("340100");
        let local = j!({"standard": "GB 3095-2026", "source": "made for this test", "key": "air.limit", "clause": "地方",
            "division": "340000", "certainty": "certain", "title_zh": "更严的限值", "title_en": "Stricter limits",
            "from": "2026-03-01", "to": "2030-12-31", "name_rows": ["pollutant", "period"],
            "table": "pollutant\tperiod\tclass1\tclass2\tunit\npm2_5\tyear\t10\t21\tug/m3\n"});
        let (_, kept) = server.post("/api/law/addition", &j!({"form": local, "keep": true}));
        assert_eq!(kept["ok"], true, "{kept}");
        assert_eq!(figure("340100"), "21");
        assert_eq!(figure(""), before);
        // The same once more overlaps what holds now.
        let (_, again) = server.post("/api/law/addition", &j!({"form": local}));
        assert!(
            again["errors"][0]["zh"].as_str().is_some_and(|t| t.contains("重叠")),
            "{again}"
        );
    }
    let server = serve_from(dir.path(), Some(&home));
    assert_eq!(server.get(key)["at"]["source"], "official text, table 2 (张三)");
}

#[test]
fn law_is_added_from_the_command_line_and_never_over_another_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let (home, data) = (home(dir.path()), dir.path().join("store"));
    let (home, data) = (home.to_str().expect("UTF-8"), data.to_str().expect("UTF-8"));
    let file = dir.path().join("local.toml");
    let path = file.to_str().expect("UTF-8");
    let text = r#"
[addition]
standard = "T 9999-2020"
source = "official text, table 2"
checked = "2026-11-24"
by = "李四"
[[provision]]
key = "test.local"
clause = "表2"
division = "340000"
certainty = "certain"
title_zh = "地方限值"
title_en = "Local limits"
by = ["item"]
table = """
item,limit,unit
tp,0.05,mg/L
"""
"#;
    std::fs::write(&file, text.replace("unit\n", "\n").replace(",mg/L", "")).expect("written");
    let bad = qingshan(&["--home", home, "law", "add", path, "--data", data]);
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(
        !bad.status.success() && said.contains("nothing was written") && said.contains("added/local.toml:"),
        "{said}"
    );
    std::fs::write(&file, text).expect("written");
    assert!(
        !qingshan(&["--home", home, "law", "add", path]).status.success(),
        "the data folder must be named"
    );
    let added = json(&["--home", home, "law", "add", path, "--data", data, "--json"]);
    assert_eq!(added["file"], "added/local.toml");
    let shown = json(&[
        "--home",
        home,
        "law",
        "show",
        "test.local",
        "--division",
        "340100",
        "--data",
        data,
        "--json",
    ]);
    assert_eq!(shown["file"], "added/local.toml");
    assert_eq!(lacking(&json(&["--home", home, "law", "missing", "--json"])).len(), 1);
    assert!(lacking(&json(&["--home", home, "law", "missing", "--data", data, "--json"])).is_empty());
    assert!(
        !qingshan(&["--home", home, "law", "add", path, "--data", data])
            .status
            .success(),
        "the same again"
    );
    assert_eq!(
        json(&["--home", home, "law", "check", "--data", data, "--json"])["ok"],
        true
    );
    let hits = json(&["law", "search", "细颗粒物", "--json"]);
    assert!(hits.is_array());
}

#[test]
fn what_if_says_the_same_on_every_door() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = dir.path().join("store");
    let store = store.to_str().expect("UTF-8");
    json(&[
        "load",
        "city-daily-o3",
        "data/air/anhui_city_daily_2013-12_2016-06.csv.gz",
        "--data",
        store,
        "--json",
    ]);
    let cli = json(&[
        "plan",
        "what-if",
        "--year",
        "2015",
        "--law-of",
        "2031-01-01",
        "--data",
        store,
        "--json",
    ]);
    let draft = r#"
[standard]
number = "T draft"
title_zh = "优良天草案"
title_en = "Draft of good days"
from = "2027-01-01"
certainty = "certain"
source = "made for this test"
checked = "2026-11-24"
[[provision]]
key = "air.good_day"
clause = "1"
certainty = "certain"
title_zh = "优良天"
title_en = "Good day"
unit = "1"
values = { aqi_max = 50 }
"#;
    let path = dir.path().join("draft.toml");
    std::fs::write(&path, draft).expect("written");
    let file = path.to_str().expect("UTF-8");
    let cli_draft = json(&[
        "plan", "what-if", "--year", "2015", "--draft", file, "--data", store, "--json",
    ]);

    let server = serve(dir.path());
    let http = server.get("/api/what-if?year=2015&law_of=2031-01-01");
    for part in ["total", "units", "changes", "rules", "levels"] {
        assert_eq!(cli[part], http[part], "{part}");
    }
    let total = &http["total"];
    assert!(total["days"].as_u64() > Some(5000), "{total}");
    assert_eq!(
        total["changed"].as_u64(),
        http["changes"].as_array().map(|c| c.len() as u64)
    );
    assert!(
        total["after"]["good"].as_u64() < total["before"]["good"].as_u64(),
        "{total}"
    );
    let sum = |side: &str| {
        http["units"]
            .as_array()
            .expect("units")
            .iter()
            .map(|u| u[side]["good"].as_u64().unwrap_or(0))
            .sum::<u64>()
    };
    assert_eq!(
        (Some(sum("before")), Some(sum("after"))),
        (total["before"]["good"].as_u64(), total["after"]["good"].as_u64())
    );

    // A changed day is explained under either law, and says what the table says.
    let change = &http["changes"][0];
    for (reference, side) in [("reference", "before"), ("reference_after", "after")] {
        let asked = change[reference]
            .as_str()
            .expect("a reference")
            .replace('?', "%3F")
            .replace('=', "%3D");
        let tree = server.get(&format!("/api/explain?ref={asked}"));
        assert_eq!(tree["value"], change[side]["value"], "{reference}: {tree}");
    }
    // The measure of the plan says the same share of good days.
    let stand = json(&[
        "measure",
        "show",
        "0.2",
        "--at",
        "2015-12-31",
        "--law-of",
        "2031-01-01",
        "--data",
        store,
        "--json",
    ]);
    assert_eq!(stand["value"], total["after"]["ratio"], "{}", stand["value"]);

    // A draft is kept under its hash, changes what it states, and never becomes law.
    let (status, kept) = server.post("/api/drafts", &j!({"text": draft}));
    assert_eq!(
        (status, &kept["from"], &kept["unread"]),
        (200, &j!("2027-01-01"), &j!([])),
        "{kept}"
    );
    let id = kept["id"].as_str().expect("an id");
    let drafted = server.get(&format!("/api/what-if?year=2015&draft={id}"));
    assert_eq!(drafted["total"], cli_draft["total"]);
    let best = drafted["total"]["after"]["levels"][1].clone();
    assert_eq!(
        drafted["total"]["after"]["good"], best,
        "only days of the first level are good under the draft"
    );
    assert_eq!(
        server.get("/api/law/key?key=air.good_day&date=2027-06-01")["at"]["table"]["rows"][0][0],
        "100"
    );
    let (status, _) = server.request("GET", "/api/what-if?year=2015&draft=000000000000");
    assert_eq!(status, 404);
    let (status, refused) = server.post("/api/drafts", &j!({"text": draft.replace("clause = \"1\"", "")}));
    assert!(
        status == 400 && refused["error"]["zh"].as_str().is_some_and(|t| t.contains("缺条款号")),
        "{refused}"
    );
    for sheet in [
        "what-if.xlsx?year=2015&law_of=2031-01-01",
        "standards.xlsx",
        "missing.xlsx",
        "doubts.xlsx",
        "packets.xlsx",
        "quarantine.xlsx",
        "figure.xlsx?name=round.gbt8170&value=0.15&digits=1",
    ] {
        let (status, _) = server.request("GET", &format!("/api/export/{sheet}"));
        assert_eq!(status, 200, "{sheet}");
    }
}

#[test]
fn an_error_is_said_at_its_argument_in_both_languages() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = serve(dir.path());
    let error = |path: &str| {
        let (status, text) = server.request("GET", path);
        assert_eq!(status, 400, "{text}");
        serde_json::from_str::<Value>(&text).expect("JSON")["error"].clone()
    };
    let missing = error("/api/figure?name=air.iaqi&factor=pm2_5&period=24h");
    assert_eq!(missing["where"], "c");
    assert!(
        missing["zh"].as_str().is_some_and(|t| t.starts_with("缺少")),
        "{missing}"
    );
    assert_eq!(
        error("/api/figure?name=air.iaqi&factor=pm2_5&period=24h&c=abc")["where"],
        "c"
    );
    let early = error("/api/figure?name=air.iaqi&factor=pm2_5&period=24h&c=50&date=1990-01-01");
    assert!(
        early["zh"]
            .as_str()
            .is_some_and(|t| t.contains("1990-01-01 没有有效的条款")),
        "{early}"
    );
    let side = server.get("/api/law/side?key=air.limit&at=2015-06-01@340100,2026-03-01,2031-01-01");
    assert!(
        side["rows"]
            .as_array()
            .is_some_and(|r| r.iter().any(|r| r["differs"] == true)),
        "{side}"
    );
    let uses = &server.get("/api/law/key?key=air.good_day")["uses"];
    let kinds: Vec<&str> = uses
        .as_array()
        .expect("uses")
        .iter()
        .filter_map(|u| u["kind"].as_str())
        .collect();
    assert!(kinds.contains(&"function") && kinds.contains(&"measure"), "{uses}");
}

#[test]
fn functions_say_arguments_clauses_and_dates() {
    let out = qingshan(&["figure", "list"]);
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(
        text.contains("# 环境空气 / Ambient air") && text.contains("air.iaqi"),
        "{text}"
    );
    let all = json(&["figure", "list", "--json"]);
    let iaqi = all
        .as_array()
        .expect("a list")
        .iter()
        .find(|f| f["name"] == "air.iaqi")
        .expect("air.iaqi");
    assert!(iaqi["law"][0]["covered"][0]["from"].is_string(), "{iaqi}");
    assert!(iaqi["law"][0]["clauses"][0]["clause"].is_string(), "{iaqi}");
}

/// When this fails: `make law-index`.
#[test]
fn the_index_of_the_law_is_current() {
    let root = root();
    let home = root.to_str().expect("UTF-8");
    let made = String::from_utf8(qingshan(&["--home", home, "law", "index"]).stdout).expect("UTF-8");
    let kept = std::fs::read_to_string(root.join("law/INDEX.md")).unwrap_or_default();
    assert!(
        made == kept,
        "law/INDEX.md is not what the files of law say: run `make law-index` and commit it"
    );
}
