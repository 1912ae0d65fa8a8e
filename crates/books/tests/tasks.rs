//! The pack of the plan's tasks from handing out to signing off: lights from evidence, periods, sheets, evidence pack.

#[macro_use]
mod case;
mod store;

use books::Doc;
use books::evidence_pack::{self, Enclosure, Enclosures};
use books::pack::Packs;
use books::procedure::{TermState, light, standing};
use books::sheet::{Desk, sheet_docx, sheet_xlsx};
use books::{Author, Hash};
use case::{Office, day, files, id, none, wish};
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;
use store::Store;

const TASK: &str = "tasks/task";

/// The shipped pack alone: other packs are the matter of other tests.
fn shipped() -> Arc<Packs> {
    let (packs, faults) = books::pack::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs"));
    let mine: Vec<_> = faults.iter().filter(|f| f.file.starts_with("tasks/")).collect();
    assert!(mine.is_empty(), "{mine:#?}");
    Arc::new(packs)
}

fn assignment() -> Value {
    json!({
        "title": "编制农村黑臭水体清单", "division": "340000", "unit": "水处", "due": "2024-11-30",
        "plan": "anhui-2024", "sentence": "5-7f3a2c", "source": "plan", "goal": "完成1700个以上", "co_units": "各市局"
    })
}

const MILESTONES: &str = "2024-04-30 30 完成排查\n2024-08-31 40% 完成治理\n2024-11-15 30 完成评估";

/// A task that is under way, on 2024-04-01.
async fn begun(o: &Office) -> String {
    let a = id(&o
        .go("督察", "supervisor", TASK, None, "assign", assignment())
        .await
        .expect("handed out"));
    o.go(
        "经办",
        "handler",
        TASK,
        Some(&a),
        "plan",
        json!({"milestones": MILESTONES, "person": "王某"}),
    )
    .await
    .expect("planned");
    a
}

async fn evidence(o: &Office, a: &str, n: &str, content: &[u8]) -> books::Result<Vec<books::Event>> {
    let mut t = wish("handler", TASK, Some(a), "evidence", json!({"milestone": n}));
    t.files = files("evidence", "排查清单.xlsx", content);
    o.take("经办", t).await
}

clock!(lights);

#[tokio::test]
async fn a_light_follows_from_evidence_and_schedule() {
    for store in Store::both() {
        lights::set("2024-04-01");
        let o = Office::open(&store.url, shipped(), lights::now).await;
        let p = o.packs.procedures[TASK].clone();
        let a = id(&o
            .go("督察", "supervisor", TASK, None, "assign", assignment())
            .await
            .expect("handed out"));
        assert_eq!(
            light(&p, &o.case(TASK, &a).await, &o.law, day("2024-04-01")).colour,
            None,
            "no evidence, no light"
        );
        assert_eq!(o.by(TASK, &a, "plan", "2024-04-01").await, "2024-04-16");
        for (lines, why) in [
            ("2024-04-30 30 排查\n2024-08-31 40 治理", "权重之和为70"),
            ("4月30日 100 排查", "日期不对"),
            ("2024-04-30 百 排查", "权重须为"),
            ("2024-04-30 100", "没有写内容"),
            ("2024-12-31 100 排查", "晚于完成时限"),
        ] {
            let bad = o
                .go(
                    "经办",
                    "handler",
                    TASK,
                    Some(&a),
                    "plan",
                    json!({"milestones": lines, "person": "王某"}),
                )
                .await;
            let words = bad.expect_err("refused").words().zh;
            assert!(words.contains(why), "{words}");
        }
        o.go(
            "经办",
            "handler",
            TASK,
            Some(&a),
            "plan",
            json!({"milestones": MILESTONES, "person": "王某"}),
        )
        .await
        .expect("planned");
        let at = |today: &'static str| {
            let (o, p, a) = (&o, &p, &a);
            async move {
                let l = light(p, &o.case(TASK, a).await, &o.law, day(today));
                (l.colour.unwrap_or_default(), l.word.zh)
            }
        };
        assert_eq!(at("2024-04-30").await.0, "green", "its day has not passed");
        assert_eq!(
            at("2024-05-01").await,
            ("red".into(), "红（滞后较多或逾期）".into()),
            "30 % behind"
        );
        lights::set("2024-05-02");
        assert!(
            o.go("审核", "reviewer", TASK, Some(&a), "accept", json!({"milestone": "1"}))
                .await
                .is_err(),
            "nothing to accept"
        );
        assert!(
            o.go("经办", "handler", TASK, Some(&a), "evidence", json!({"milestone": "1"}))
                .await
                .is_err(),
            "no file"
        );
        assert!(evidence(&o, &a, "4", b"x").await.is_err(), "no such milestone");
        evidence(&o, &a, "1", "清单".as_bytes()).await.expect("handed in");
        assert_eq!(at("2024-05-02").await.0, "red", "handed in is not accepted");
        let own = o
            .go("经办", "reviewer", TASK, Some(&a), "accept", json!({"milestone": "1"}))
            .await;
        assert!(own.is_err(), "not one's own evidence");
        o.go(
            "审核",
            "reviewer",
            TASK,
            Some(&a),
            "reject",
            json!({"milestone": "1", "opinion": "缺图"}),
        )
        .await
        .expect("sent back");
        assert!(
            o.go("审核", "reviewer", TASK, Some(&a), "accept", json!({"milestone": "1"}))
                .await
                .is_err(),
            "sent back: nothing to accept"
        );
        evidence(&o, &a, "1", "清单和图".as_bytes())
            .await
            .expect("handed in again");
        o.go(
            "审核",
            "reviewer",
            TASK,
            Some(&a),
            "accept",
            json!({"milestone": "1", "opinion": "属实"}),
        )
        .await
        .expect("accepted");
        assert_eq!(at("2024-05-02").await.0, "green");
        let s = standing(&p, &o.case(TASK, &a).await, day("2024-09-01")).expect("milestones");
        assert_eq!(
            (s.done.to_string(), s.planned.to_string(), s.next),
            ("30".into(), "70".into(), Some(day("2024-08-31")))
        );
        assert_eq!(at("2024-09-01").await.0, "red");
        // An accepted milestone stays as it is; the others can move.
        let changed = MILESTONES.replace("完成排查", "完成普查");
        assert!(
            o.go(
                "审核",
                "reviewer",
                TASK,
                Some(&a),
                "replan",
                json!({"milestones": changed})
            )
            .await
            .is_err()
        );
        let moved = MILESTONES.replace("2024-08-31", "2024-09-30");
        o.go(
            "审核",
            "reviewer",
            TASK,
            Some(&a),
            "replan",
            json!({ "milestones": moved }),
        )
        .await
        .expect("moved");
        assert_eq!(at("2024-09-01").await.0, "green");
    }
}

clock!(months);

#[tokio::test]
async fn months_quarters_and_years_come_back() {
    for store in Store::both() {
        months::set("2024-04-01");
        let o = Office::open(&store.url, shipped(), months::now).await;
        let a = begun(&o).await;
        months::set("2024-06-03");
        let april = o.term(TASK, &a, "monthly@2024-04", "2024-06-03").await;
        // The fifth of May 2024 is a holiday, the sixth a working day.
        assert_eq!((april.by, april.state), (Some(day("2024-05-06")), TermState::Missed));
        assert_eq!(o.by(TASK, &a, "monthly@2024-05", "2024-06-03").await, "2024-06-05");
        assert_eq!(o.by(TASK, &a, "quarterly@2024-Q2", "2024-06-03").await, "2024-07-15");
        assert_eq!(o.by(TASK, &a, "yearly@2024", "2024-06-03").await, "2025-02-28");
        for bad in ["2024-07", "2024-03", "五月", ""] {
            let report = o
                .go(
                    "经办",
                    "handler",
                    TASK,
                    Some(&a),
                    "report",
                    json!({"month": bad, "progress": "推进中"}),
                )
                .await;
            assert!(report.is_err(), "{bad}");
        }
        o.go(
            "经办",
            "handler",
            TASK,
            Some(&a),
            "report",
            json!({"month": "2024-05", "progress": "推进中", "difficulty": "无"}),
        )
        .await
        .expect("reported");
        assert_eq!(
            o.term(TASK, &a, "monthly@2024-05", "2024-06-03").await.state,
            TermState::Met
        );
        o.go(
            "经办",
            "handler",
            TASK,
            Some(&a),
            "report",
            json!({"month": "2024-04", "progress": "补报"}),
        )
        .await
        .expect("reported late");
        assert_eq!(
            o.term(TASK, &a, "monthly@2024-04", "2024-06-03").await.state,
            TermState::Late
        );
        let own = o
            .go(
                "经办",
                "supervisor",
                TASK,
                Some(&a),
                "supervise",
                json!({"quarter": "2024-Q2", "finding": "true"}),
            )
            .await;
        assert!(own.is_err(), "who reports does not supervise");
        o.go(
            "督察",
            "supervisor",
            TASK,
            Some(&a),
            "supervise",
            json!({"quarter": "2024-Q2", "finding": "partly"}),
        )
        .await
        .expect("supervised");
        assert!(
            o.go(
                "督察",
                "supervisor",
                TASK,
                Some(&a),
                "supervise",
                json!({"quarter": "2024-Q2", "finding": "maybe"})
            )
            .await
            .is_err()
        );
        // To the end: applied, sent back, applied again, signed off; then nothing runs.
        for (who, role, step) in [
            ("经办", "handler", "apply"),
            ("审核", "reviewer", "return"),
            ("经办", "handler", "apply"),
        ] {
            let mut t = wish(role, TASK, Some(&a), step, none());
            if step == "apply" {
                t.files = files("summary", "报告.docx", b"summary");
            }
            o.take(who, t).await.expect(step);
        }
        assert_eq!(
            o.by(TASK, &a, "accept", "2024-06-03").await,
            "2024-06-18",
            "ten working days over the Dragon Boat holiday"
        );
        assert!(o.go("经办", "leader", TASK, Some(&a), "close", none()).await.is_err());
        o.go("局长", "leader", TASK, Some(&a), "close", none())
            .await
            .expect("signed off");
        let case = o.case(TASK, &a).await;
        assert_eq!((case.state(), case.text("done_on").as_str()), ("closed", "2024-06-03"));
        let open: Vec<_> = books::procedure::due(&o.packs.procedures[TASK], &case.doc, &o.law, day("2025-06-03"))
            .into_iter()
            .filter(|t| t.open())
            .collect();
        assert!(open.is_empty(), "{open:#?}");
        assert_eq!(o.books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

/// All text of the parts of an Office file.
fn inside(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut all = String::new();
    for i in 0..zip.len() {
        let mut part = String::new();
        if zip.by_index(i).expect("a part").read_to_string(&mut part).is_ok() {
            all.push_str(&part);
        }
    }
    all
}

clock!(sheets);

#[tokio::test]
async fn the_dispatch_sheet_is_as_bureaus_send_it() {
    let store = Store::sqlite();
    sheets::set("2024-04-01");
    let o = Office::open(&store.url, shipped(), sheets::now).await;
    let a = begun(&o).await;
    let mut simulated = wish("supervisor", TASK, None, "assign", assignment());
    simulated.simulated = true;
    let b = id(&o.take("督察", simulated).await.expect("handed out"));
    let docs: Vec<Doc> = vec![o.case(TASK, &a).await.doc, o.case(TASK, &b).await.doc];
    let desk = Desk {
        packs: &o.packs,
        law: &o.law,
        today: day("2024-05-31"),
        unit: "安徽省生态环境厅",
    };
    let xlsx = sheet_xlsx(&desk, TASK, "dispatch", &docs).expect("a workbook");
    let docx = sheet_docx(&desk, TASK, "dispatch", &docs).expect("a document");
    for text in [inside(&xlsx), inside(&docx)] {
        for wanted in [
            "2024年5月重点任务调度表（含模拟数据）",
            "填报单位（盖章）：安徽省生态环境厅",
            "填报日期：2024年5月31日",
            "存在困难",
            "红（滞后较多或逾期）",
            "无灯",
            "推进中",
            "年度工作要点",
            ">安徽省<",
        ] {
            assert!(text.contains(wanted), "{wanted}");
        }
    }
    let letter = inside(&sheet_docx(&desk, TASK, "task", &docs[..1]).expect("a document"));
    for wanted in [
        "王某",
        "2024年5月31日",
        "方正小标宋_GBK",
        "仿宋_GB2312",
        "w:pgMar",
        "5-7f3a2c",
    ] {
        assert!(letter.contains(wanted), "{wanted}");
    }
    // A4 and its margins, in twentieths of a point: 37 mm, 28 mm.
    assert!(
        letter.contains("w:w=\"11906\"") && letter.contains("w:top=\"2098\"") && letter.contains("w:left=\"1587\""),
        "{}",
        &letter[letter.find("w:pgSz").unwrap_or(0)..][..300]
    );
    assert!(sheet_docx(&desk, TASK, "task", &docs).is_err(), "one at a time");
    assert!(sheet_xlsx(&desk, TASK, "task", &docs).is_err(), "no table");
    assert!(sheet_xlsx(&desk, TASK, "nothing", &docs).is_err());
}

/// The zip again, with one file changed, left out or added.
fn tampered(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, more: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, content: &[u8]| {
        to.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("begun");
        to.write_all(content).expect("written");
    };
    for i in 0..from.len() {
        let mut file = from.by_index(i).expect("a file");
        let name = file.name().expect("a name").to_string();
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("read");
        if let Some(content) = change(&name, content) {
            put(&name, &content);
        }
    }
    if let Some((name, content)) = more {
        put(name, content);
    }
    to.finish().expect("finished").into_inner()
}

/// Changes a file and makes the manifest fit: what somebody would do who knows how packs are made.
fn cunning(bytes: &[u8], path: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut new = String::new();
    let once = tampered(
        bytes,
        |name, content| {
            Some(match name == path {
                true => change(String::from_utf8(content).expect("text")).into_bytes(),
                false => content,
            })
        },
        None,
    );
    let mut zip = zip::ZipArchive::new(Cursor::new(&once)).expect("a zip");
    zip.by_name(path).expect("it").read_to_string(&mut new).expect("read");
    let mut manifest = String::new();
    zip.by_name("manifest.json")
        .expect("it")
        .read_to_string(&mut manifest)
        .expect("read");
    let mut manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    for entry in manifest["files"].as_array_mut().expect("a list") {
        if entry["path"] == path {
            entry["sha256"] = Hash::Sha256.hex(new.as_bytes()).into();
            entry["bytes"] = new.len().into();
        }
    }
    let manifest = manifest.to_string();
    let seal = Hash::Sha256.hex(manifest.as_bytes());
    tampered(
        &once,
        |name, content| {
            Some(match name {
                "manifest.json" => manifest.clone().into_bytes(),
                "manifest.sha256" => seal.clone().into_bytes(),
                _ => content,
            })
        },
        None,
    )
}

clock!(packed);

#[tokio::test]
async fn a_pack_names_what_was_tampered_with() {
    for store in Store::both() {
        packed::set("2024-04-01");
        let o = Office::open(&store.url, shipped(), packed::now).await;
        let a = begun(&o).await;
        // Events of another case stand between.
        begun(&o).await;
        evidence(&o, &a, "1", "清单".as_bytes()).await.expect("handed in");
        o.go("审核", "reviewer", TASK, Some(&a), "accept", json!({"milestone": "1"}))
            .await
            .expect("accepted");
        evidence(&o, &a, "2", "照片".as_bytes()).await.expect("handed in");
        let hash = Hash::Sha256.hex("清单".as_bytes());
        let with = Enclosures {
            attachments: vec![Enclosure {
                reference: hash.clone(),
                name: "../排查清单.xlsx".into(),
                bytes: "清单".as_bytes().to_vec(),
            }],
            packets: vec![Enclosure {
                reference: "packet:17".into(),
                name: "17.hj212".into(),
                bytes: b"##0101QN=20240401...".to_vec(),
            }],
            records: vec![],
        };
        let wrong = Enclosures {
            attachments: vec![Enclosure {
                bytes: b"other".to_vec(),
                ..with.attachments[0].clone()
            }],
            ..Enclosures::default()
        };
        let author = || Author::new("法制", "移送");
        let now = case::noon("2024-04-02");
        assert!(
            evidence_pack::export(&o.books, &o.packs, &o.law, (TASK, &a), wrong, now, author())
                .await
                .is_err()
        );
        assert!(
            evidence_pack::export(
                &o.books,
                &o.packs,
                &o.law,
                (TASK, "RW-2024-999999"),
                with.clone(),
                now,
                author()
            )
            .await
            .is_err()
        );
        let pack = evidence_pack::export(&o.books, &o.packs, &o.law, (TASK, &a), with, now, author())
            .await
            .expect("made");
        let report = evidence_pack::verify(&pack.bytes);
        assert!(report.good, "{report:#?}");
        assert_eq!(
            (report.events, report.seal.as_str(), report.case.as_str()),
            (5, pack.seal.as_str(), a.as_str())
        );
        assert_eq!(
            report.notes.len(),
            1,
            "the photograph is not enclosed: {:?}",
            report.notes
        );
        let seal = evidence_pack::known(&o.books, &pack.seal)
            .await
            .expect("asked")
            .expect("kept");
        assert_eq!((seal.text("case"), seal.text("by")), (a.as_str(), "法制"));

        let names = |bytes: &[u8]| {
            let r = evidence_pack::verify(bytes);
            assert!(!r.good);
            r.faults.iter().map(|f| f.path.clone()).collect::<Vec<_>>()
        };
        let paths: Vec<String> = zip::ZipArchive::new(Cursor::new(&pack.bytes))
            .expect("a zip")
            .file_names()
            .map(|n| n.expect("a name").to_string())
            .collect();
        assert!(
            paths.iter().any(|p| p.starts_with("law/deadline.rule.dispatch@"))
                && paths.iter().all(|p| !p.contains("..")),
            "{paths:?}"
        );
        // One byte more in any file, and any file left out: named.
        for path in &paths {
            let longer = tampered(
                &pack.bytes,
                |n, mut c| {
                    if n == path {
                        c.push(b' ');
                    }
                    Some(c)
                },
                None,
            );
            let place = if path == "manifest.sha256" { continue } else { path };
            assert!(
                names(&longer).iter().any(|f| f.starts_with(place.as_str())),
                "{path} changed"
            );
            let without = tampered(&pack.bytes, |n, c| (n != path).then_some(c), None);
            assert!(
                names(&without).iter().any(|f| f.starts_with(place.as_str())),
                "{path} left out"
            );
        }
        assert_eq!(
            names(&tampered(
                &pack.bytes,
                |_, c| Some(c),
                Some(("attachments/more.txt", b"x"))
            )),
            ["attachments/more.txt"]
        );
        // With the manifest made to fit, the chain still tells.
        let rewritten = cunning(&pack.bytes, "events.jsonl", |t| t.replace("审核", "经办"));
        assert!(
            names(&rewritten).iter().any(|f| f == "events.jsonl:4"),
            "{:?}",
            names(&rewritten)
        );
        let taken_out = cunning(&pack.bytes, "events.jsonl", |t| {
            t.lines()
                .enumerate()
                .filter(|(i, _)| *i != 2)
                .map(|(_, l)| l)
                .collect::<Vec<_>>()
                .join("\n")
        });
        assert!(names(&taken_out).contains(&"events.jsonl:3".to_string()));
        assert!(
            names(&cunning(&pack.bytes, "records.json", |t| t.replace("doing", "closed")))
                .contains(&"records.json".to_string())
        );
        // What is no pack, and what would unpack without end.
        assert!(!evidence_pack::verify(b"PK\x03\x04 nothing").good && !evidence_pack::verify(b"").good);
        let bomb = tampered(&pack.bytes, |_, c| Some(c), Some(("bomb", &vec![0; 64 << 20])));
        let report = evidence_pack::verify(&bomb);
        assert!(!report.good, "{:?}", report.faults);
        for unsafe_name in ["../x", "/etc/passwd", "a\\b"] {
            let report = evidence_pack::verify(&tampered(&pack.bytes, |_, c| Some(c), Some((unsafe_name, b"x"))));
            assert!(!report.good, "{unsafe_name}");
        }
        for cut in [1, pack.bytes.len() / 2, pack.bytes.len() - 1] {
            assert!(!evidence_pack::verify(&pack.bytes[..cut]).good);
        }
    }
}
