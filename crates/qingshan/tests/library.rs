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

#[test]
fn law_added_beside_a_running_server_counts_from_its_next_request() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = home(dir.path());
    let server = serve_from(dir.path(), Some(&home));
    let key = "/api/law/key?key=test.local&division=340100&date=2024-01-01";
    assert!(server.get(key)["at"].is_null());
    let file = dir.path().join("local.toml");
    let text = r#"
[addition]
standard = "T 9999-2020"
source = "official text, table 2"
by = "test"
checked = "2026-11-24"
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
nh3n,0.5,mg/L
"""
"#;
    std::fs::write(&file, text).expect("written");
    let (home, store) = (
        home.display().to_string(),
        dir.path().join("store").display().to_string(),
    );
    let added = json(&[
        "--home",
        &home,
        "law",
        "add",
        file.to_str().expect("UTF-8"),
        "--data",
        &store,
        "--json",
    ]);
    assert_eq!(added["ok"], true, "{added}");
    assert_eq!(server.get(key)["at"]["table"]["rows"][0][1], "0.5");
    // A file that is no law changes nothing, and the server goes on.
    std::fs::write(dir.path().join("store/law/broken.toml"), "[standard").expect("written");
    assert_eq!(server.get(key)["at"]["table"]["rows"][0][1], "0.5");
}

#[test]
fn readings_of_sections_and_periods_of_outlets_are_judged_twice_on_every_door() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = dir.path().join("store").display().to_string();
    let path = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let water = root()
        .join("data/water/stations_4h_2021-04.csv.gz")
        .display()
        .to_string();
    json(&["load", "water-sections", &water, "--data", &store, "--json"]);
    // A boiler and a sewage works of the register: within today's limits, above the draft's, at maintenance, at the limit.
    let gas = path(
        "gas.csv",
        "time,site,mark,so2,nox,pm,o2\n\
         2024-01-01T00:00:00,SIM-340100-01,N,90,100,10,9\n\
         2024-01-01T01:00:00,SIM-340100-01,N,100,100,10,9\n\
         2024-01-01T02:00:00,SIM-340100-01,M,500,100,10,9\n\
         2024-01-01T03:00:00,SIM-340100-01,N,301,100,10,9\n\
         2024-01-01T04:00:00,SIM-340100-01,N,100,100,10,15\n",
    );
    json(&["load", "simulated-outlet-gas", &gas, "--data", &store, "--json"]);
    let draft = |key: &str, body: &str| {
        format!(
            "[standard]\nnumber = \"T draft\"\ntitle_zh = \"草案\"\ntitle_en = \"Draft\"\nfrom = \"2027-01-01\"\n\
             certainty = \"certain\"\nsource = \"made for this test\"\nchecked = \"2026-11-24\"\n[[provision]]\n\
             key = \"{key}\"\nclause = \"1\"\ncertainty = \"certain\"\ntitle_zh = \"限值\"\ntitle_en = \"Limits\"\n{body}"
        )
    };
    let limits = draft(
        "emission.limit.boiler",
        "by = [\"item\", \"source\", \"divisions\"]\ntable = \"\"\"\nitem,source,divisions,existing,new,special,unit\n\
         颗粒物,燃煤锅炉 煤 coal,,80,50,30,mg/m3\n二氧化硫,燃煤锅炉 煤 coal,,100,100,100,mg/m3\n\
         氮氧化物,燃煤锅炉 煤 coal,,400,300,200,mg/m3\n\"\"\"\n",
    );
    let file = path("draft.toml", &limits);
    let cli = |set: &str, more: &[&str]| {
        let base = ["plan", "what-if", "--set", set, "--data", store.as_str(), "--json"];
        json(&[&base[..], more].concat())
    };
    let outlets = cli("emission.outlet-hours", &["--year", "2024", "--draft", &file]);
    let unit = outlets["units"]
        .as_array()
        .expect("units")
        .iter()
        .find(|u| u["unit"] == "SIM-340100-01")
        .expect("it");
    // 301 exceeds 300 now; at 9 % oxygen 100 is at the draft's limit, at 15 % it converts to 200.
    assert_eq!(unit["before"]["levels"], j!([1, 3, 1]), "{unit}");
    assert_eq!(unit["after"]["levels"], j!([1, 2, 2]), "{unit}");
    assert_eq!((&unit["changed"], &unit["worse"]), (&j!(1), &j!(1)));
    assert_eq!(
        (&outlets["changes"][0]["after"]["value"], &outlets["simulated"]),
        (&j!("200.00"), &j!(true))
    );
    let sections = cli("water.section-readings", &["--year", "2021", "--law-of", "2025-11-10"]);
    let total = &sections["total"];
    assert!(
        total["days"].as_u64() > Some(1000) && total["changed"].as_u64() > Some(0),
        "{total}"
    );
    assert_eq!(sections["levels"].as_array().map(Vec::len), Some(6));
    let one = sections["units"]
        .as_array()
        .expect("units")
        .iter()
        .find(|u| !u["whole"].is_null())
        .expect("one");
    assert!(one["whole"][0]["grade"]["level"].as_u64() > Some(0), "{one}");

    let server = serve(dir.path());
    let (_, kept) = server.post("/api/drafts", &j!({"text": limits}));
    let id = kept["id"].as_str().expect("an id");
    let asked = format!("/api/what-if?data=emission.outlet-hours&year=2024&draft={id}");
    assert_eq!(server.get(&asked)["units"], outlets["units"]);
    // What the page leads to explains the same verdict.
    let args = outlets["changes"][0]["args"].as_array().expect("args");
    let query: String = args
        .iter()
        .map(|a| format!("&{}={}", a[0].as_str().unwrap(), a[1].as_str().unwrap()))
        .collect();
    let calc = server.get(&format!(
        "/api/figure?name=emission.exceed&draft={id}&date=2027-01-01{query}"
    ));
    assert_eq!(calc["columns"]["exceeds"], "yes", "{calc}");
    let asked = "/api/what-if?data=water.section-readings&year=2021&law_of=2025-11-10";
    assert_eq!(server.get(asked)["total"], sections["total"]);
    let changed = &sections["changes"][0];
    let evidence = server.get(&format!(
        "/api/explain?ref={}",
        percent(changed["reference"].as_str().expect("a REF"))
    ));
    assert!(
        evidence["evidence"].as_str().is_some_and(|e| e.starts_with("file:")),
        "{evidence}"
    );
    let choices = server.get("/api/what-if/choices");
    let years = |n: usize| choices["data"][n]["years"].as_array().map(Vec::len);
    assert_eq!((years(1), years(2)), (Some(1), Some(1)), "{choices}");
    for data in [
        "water.section-readings&year=2021&law_of=2025-11-10",
        "emission.outlet-hours&year=2024&law_of=2031-01-01",
    ] {
        let (status, _) = server.request("GET", &format!("/api/export/what-if.xlsx?data={data}&lang=en"));
        assert_eq!(status, 200, "{data}");
    }
    let (status, text) = server.request("GET", "/api/what-if?data=soil&year=2021&law_of=2025-11-10");
    assert!(status == 400 && text.contains("emission.outlet-hours"), "{text}");
}

/// Everything but letters and digits as %XX.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
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
