//! Workbooks into registers on both databases: every cell judged, tried dry, kept whole, undone as one; files made to
//! harm are refused before they are unpacked.

mod desk;
mod store;

use books::register::{Desk, ImportReport, Mode, Rows, csv, ensure_indexes, rows_of, template, undo, xlsx};
use books::{Books, Error, Filter, Hash, Op, Scope};
use desk::{credit, desk as open, map, shipped, who};
use rust_xlsxwriter::Workbook;
use serde_json::json;
use std::io::Write;
use store::Store;

const HEADS: [&str; 7] = [
    "统一社会信用代码 *",
    "企业名称",
    "行政区",
    "状态",
    "投产日期",
    "年产量（t）",
    "上级企业",
];

/// A workbook of text cells below the headings.
fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.write_string(0, 0, "企业登记表").expect("written");
    for (c, head) in (0u16..).zip(HEADS) {
        page.write_string(1, c, head).expect("written");
    }
    for (r, row) in (2u32..).zip(rows) {
        for (c, cell) in (0u16..).zip(row) {
            page.write_string(r, c, cell).expect("written");
        }
    }
    book.save_to_buffer().expect("saved")
}

fn row(n: usize, output: &str, group: &str) -> Vec<String> {
    [
        &credit(n),
        &format!("企业{n}"),
        "340104",
        "在产",
        "2020-01-01",
        output,
        group,
    ]
    .map(ToString::to_string)
    .into()
}

fn faults(report: &ImportReport) -> Vec<(usize, String, String)> {
    report
        .faults
        .iter()
        .map(|f| (f.row, f.column.clone(), f.words.zh.clone()))
        .collect()
}

async fn count(desk: &Desk) -> i64 {
    desk.books().count(&desk.list(Scope::all())).await.expect("counted")
}

#[tokio::test]
async fn a_workbook_of_five_thousand_rows_comes_in_whole_and_goes_out_as_one() {
    let rows: Vec<Vec<String>> = (1..=5_000)
        .map(|n| {
            row(
                n,
                &format!("{n}.5"),
                &if n % 10 == 1 {
                    String::new()
                } else {
                    credit(n - n % 10 + 1 - if n % 10 == 0 { 10 } else { 0 })
                },
            )
        })
        .collect();
    let bytes = workbook(&rows);
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        ensure_indexes(&books, &packs).await.expect("indexes");
        let firms = open(&books, &packs, "t/firm");
        let dry = firms.import(&bytes, Mode::Dry, false, who("试")).await.expect("read");
        assert_eq!(
            (dry.rows, dry.added, dry.refused, dry.kept),
            (5_000, 5_000, 0, false),
            "{:?}",
            dry.faults.first()
        );
        assert_eq!(count(&firms).await, 0);
        let report = firms
            .import(&bytes, Mode::Whole, true, who("首次").request("upload-1"))
            .await
            .expect("imported");
        assert_eq!(
            (report.added, report.changed, report.same, report.kept),
            (5_000, 0, 0, true)
        );
        // The same upload sent again says the same and does nothing; the same file anew finds nothing to change.
        let again = firms
            .import(&bytes, Mode::Whole, true, who("首次").request("upload-1"))
            .await
            .expect("imported");
        assert_eq!(again, report);
        let same = firms
            .import(&bytes, Mode::Whole, false, who("再次"))
            .await
            .expect("imported");
        assert_eq!((same.same, same.kept), (5_000, false));
        assert_eq!(count(&firms).await, 5_000);
        // A second batch changes two and adds one; undone, all is as after the first, to the last member.
        let before = books
            .get("register:t/firm", &credit(7))
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(before.body["_simulated"], json!(true));
        let second = workbook(&[row(7, "0.25", ""), row(8, "8.5", &credit(1)), row(9_001, "1", "")]);
        let second = firms
            .import(&second, Mode::Whole, false, who("二"))
            .await
            .expect("imported");
        assert_eq!((second.added, second.changed, second.same), (1, 1, 1));
        assert_eq!(undo(&books, &second.batch, who("导错")).await.expect("undone"), 2);
        let after = books
            .get("register:t/firm", &credit(7))
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(after.body, before.body);
        assert_eq!(count(&firms).await, 5_000);
        // Undone twice is undone once.
        undo(&books, &second.batch, who("导错")).await.expect("undone");
        // A record that was changed since keeps the batch from being undone.
        firms
            .save(Some(&credit(5)), None, &map(json!({"output": "1"})), who("改"))
            .await
            .expect("saved");
        let later = undo(&books, &report.batch, who("")).await.expect_err("changed since");
        assert!(later.words().zh.contains("又被修改"), "{later:?}");
        assert_eq!(books.verify().await.expect("checked").faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn each_cell_at_fault_is_named_and_the_rows_come_back_to_be_mended() {
    let mut rows: Vec<Vec<String>> = (1..=6).map(|n| row(n, "1", "")).collect();
    rows[0][5] = "约三吨".into();
    rows[1][4] = "2023-02-29".into();
    rows[2][0] = "91340100MA2N0000X0".into();
    rows[3][1] = "=1+1".into();
    // 5 hangs below 4, which falls; 6 below 5.
    rows[4][6] = credit(4);
    rows[5][6] = credit(5);
    rows.push(row(7, "1", &credit(8)));
    rows.push(row(8, "1", &credit(7)));
    rows.push(row(9, "1", ""));
    rows.push(row(9, "2", ""));
    let bytes = workbook(&rows);
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        let firms = open(&books, &packs, "t/firm");
        let whole = firms.import(&bytes, Mode::Whole, false, who("")).await.expect("read");
        assert_eq!(
            (whole.kept, whole.refused, count(&firms).await),
            (false, 9, 0),
            "{:#?}",
            whole.faults
        );
        let report = firms
            .import(&bytes, Mode::Good, false, who(""))
            .await
            .expect("imported");
        assert_eq!((report.added, report.refused, report.rows), (1, 9, 10));
        let said = faults(&report);
        for (row, column, words) in [
            (3, "F", "不是数"),
            (4, "E", "没有“2023-02-29”这一天"),
            (5, "A", "不是正确的代码"),
            (6, "B", "公式"),
            (7, "G", "企业中没有"),
            (8, "G", "企业中没有"),
            (9, "G", "绕成了圈"),
            (10, "G", "绕成了圈"),
            (12, "A", "已出现过"),
        ] {
            let hit = said
                .iter()
                .any(|(r, c, w)| *r == row && c == column && w.contains(words));
            assert!(hit, "{row}{column} {words}: {said:#?}");
        }
        assert_eq!(report.faults[0].cell, "约三吨");
        // The rows come back with their faults; mended, the same workbook goes in.
        let back = firms
            .problems(&rows_of(&bytes).expect("rows"), &report)
            .expect("written");
        let back_rows = rows_of(&back).expect("rows");
        assert_eq!(back_rows.rows.len(), 10, "headings and nine rows");
        let first = back_rows.rows[1].1[0]
            .as_ref()
            .expect("words")
            .as_str()
            .expect("text")
            .to_string();
        assert!(first.starts_with("第 3 行：年产量：“约三吨”不是数"), "{first}");
        let mut mended: Rows = back_rows.clone();
        let put = |rows: &mut Rows, r: usize, c: usize, text: &str| rows.rows[r].1[c] = Ok(json!(text));
        put(&mut mended, 1, 6, "3");
        put(&mut mended, 2, 5, "2023-02-28");
        put(&mut mended, 3, 1, &credit(3));
        put(&mut mended, 4, 2, "企业4");
        put(&mut mended, 7, 7, "");
        mended.rows.pop();
        let report = firms
            .import_rows(mended, "mended".into(), Mode::Whole, false, who(""))
            .await
            .expect("imported");
        assert_eq!((report.added, report.kept), (8, true), "{:#?}", report.faults);
        // A column that the register does not have: nothing is taken.
        let strange = "统一社会信用代码,企业名称,行政区,颜色\n".to_string() + &credit(20) + ",甲,340104,红\n";
        let report = firms
            .import(strange.as_bytes(), Mode::Good, false, who(""))
            .await
            .expect("read");
        assert_eq!(
            (report.kept, report.faults[0].row, report.faults[0].column.as_str()),
            (false, 1, "D")
        );
        let nothing = firms
            .import(b"a,b\n1,2\n", Mode::Good, false, who(""))
            .await
            .expect_err("no headings");
        assert!(nothing.words().zh.contains("找不到表头"), "{nothing:?}");
    }
}

#[tokio::test]
async fn what_goes_out_comes_in_again_and_nothing_in_it_runs() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        let firms = open(&books, &packs, "t/firm");
        for n in 1..=3 {
            let given = map(
                json!({"credit": credit(n), "name": format!("-企业{n}"), "division": "340104", "phone": "0551-1234567", "listed": n == 1}),
            );
            firms.save(None, None, &given, who("")).await.expect("saved");
        }
        // A value that got in before there was a check on it.
        books
            .put(
                who(""),
                vec![books::Change::at(
                    "register:t/firm",
                    credit(3),
                    "put",
                    1,
                    json!({"name": "=cmd|'/C calc'!A0"}),
                )],
            )
            .await
            .expect("written");
        let list = firms.list(Scope::all());
        let sheet = firms.sheet(&list, &["phone".into()]).await.expect("a sheet");
        assert!(!sheet.heads.contains(&"联系电话".to_string()), "hidden");
        let text = String::from_utf8(csv(&sheet).expect("csv")).expect("UTF-8");
        assert!(
            text.contains(",'-企业1,") && text.contains(",'=cmd|'/C calc'!A0,"),
            "{text}"
        );
        let one = firms.list(Scope::all());
        let mut good = one.clone();
        good.filters.push(Filter {
            field: "name".into(),
            op: Op::Has,
            value: "企业".into(),
            numeric: false,
        });
        let sheet = firms.sheet(&good, &[]).await.expect("a sheet");
        for bytes in [xlsx(&sheet).expect("xlsx"), csv(&sheet).expect("csv")] {
            let report = firms
                .import(&bytes, Mode::Whole, false, who(""))
                .await
                .expect("imported");
            assert_eq!(
                (report.rows, report.same, report.refused),
                (2, 2, 0),
                "{:#?}",
                report.faults
            );
        }
        // In a Chinese spreadsheet's own CSV.
        let (gb, _, _) = encoding_rs::GB18030.encode("统一社会信用代码,企业名称\n");
        let mut gb = gb.into_owned();
        gb.extend_from_slice(credit(1).as_bytes());
        gb.extend_from_slice(&encoding_rs::GB18030.encode(",改名厂\n").0);
        let report = firms.import(&gb, Mode::Whole, false, who("")).await.expect("imported");
        assert_eq!(report.changed, 1);
        assert_eq!(
            books
                .get("register:t/firm", &credit(1))
                .await
                .expect("asked")
                .expect("there")
                .text("name"),
            "改名厂"
        );
        // The template's own headings are understood; it holds the words of the list.
        let blank = template(&firms).expect("a template");
        let rows = rows_of(&blank).expect("rows");
        assert_eq!(rows.rows.len(), 1);
        let report = firms
            .import_rows(rows, "blank".into(), Mode::Dry, false, who(""))
            .await
            .expect("read");
        assert_eq!((report.rows, report.faults.len()), (0, 0));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(blank)).expect("a zip");
        let mut sheet = String::new();
        std::io::Read::read_to_string(
            &mut zip.by_name("xl/worksheets/sheet1.xml").expect("a sheet"),
            &mut sheet,
        )
        .expect("read");
        assert!(sheet.contains("<dataValidation type=\"list\""), "drop-downs");
    }
}

#[test]
fn files_made_to_harm_are_refused() {
    let refused = |bytes: &[u8], words: &str| match rows_of(bytes) {
        Err(Error::Refused(t)) => assert!(t.zh.contains(words), "{words}: {}", t.zh),
        other => panic!("{words}: {:?}", other.map(|r| r.rows.len())),
    };
    // A sheet of blanks: 64 MB packed into some kilobytes.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default())
        .expect("a part");
    let blank = vec![b' '; 1 << 20];
    for _ in 0..64 {
        zip.write_all(&blank).expect("written");
    }
    let bomb = zip.finish().expect("a zip").into_inner();
    assert!(bomb.len() < 1 << 20);
    refused(&bomb, "压缩炸弹");
    refused(&vec![b'1'; 101 << 20], "最大 100 MB");
    refused(b"PK\x03\x04 not a zip", "读不出来");
    refused(&[0xD0, 0xCF, 0x11, 0xE0, 0, 0], ".xls");
    refused(&[0xFF, 0x00, 0x81], "既不是 xlsx");
    refused("a,".repeat(400).as_bytes(), "300 列");
    refused("a\n".repeat(200_100).as_bytes(), "200000 行");
    // A workbook that claims a cell in its last corner costs only that cell.
    let mut book = Workbook::new();
    book.add_worksheet().write_string(1_048_575, 10, "x").expect("written");
    let rows = rows_of(&book.save_to_buffer().expect("saved")).expect("rows");
    assert_eq!((rows.rows.len(), rows.rows[0].0), (1, 1_048_576));
}

#[tokio::test]
async fn lists_of_many_records_go_by_index() {
    for store in Store::both() {
        let books = Books::open(&store.url, Hash::Sha256).await.expect("opens");
        let packs = shipped();
        ensure_indexes(&books, &packs).await.expect("indexes");
        ensure_indexes(&books, &packs).await.expect("twice is once");
        let firms = open(&books, &packs, "t/firm");
        // A tree of ten below each: a link that all records share would rightly not be sought by.
        let parent = |n: usize| if n == 1 { String::new() } else { credit(n.div_ceil(10)) };
        let rows: Vec<Vec<String>> = (1..=5_000)
            .map(|n| row(n, &format!("{}", n % 100), &parent(n)))
            .collect();
        let report = firms
            .import(&workbook(&rows), Mode::Whole, false, who(""))
            .await
            .expect("imported");
        assert!(report.kept, "{:?}", report.faults.first());
        books.db().execute("ANALYZE").await.expect("counted");
        let by_output = |after: Option<(String, String)>| {
            let mut list = firms.list(Scope::all());
            list.sort = Some("output".into());
            list.numeric = true;
            list.after = after;
            list
        };
        let mut linked = firms.list(Scope::all());
        linked.filters.push(Filter {
            field: "group".into(),
            op: Op::Eq,
            value: credit(1),
            numeric: false,
        });
        let county = firms.list(Scope {
            divisions: vec!["340111".into()],
            ..Scope::default()
        });
        for (what, list) in [
            ("order", by_output(None)),
            ("a later page", by_output(Some(("50".into(), credit(50))))),
            ("a link", linked),
            ("by id", firms.list(Scope::all())),
            ("a county", county),
        ] {
            let plan = books.explain(&list).await.expect("explained");
            // PostgreSQL weighs: a table as small as this one it sometimes reads from end to end for a link.
            if what == "a link" && store.url.starts_with("postgres") && plan.contains("Seq Scan") {
                continue;
            }
            assert!(
                !plan.contains("Seq Scan") && !plan.contains("SCAN doc"),
                "{what}: {plan}"
            );
            // A county's few records may be sorted; an order of all records must come out of the index.
            assert!(what == "a county" || !plan.contains("TEMP B-TREE"), "{what}: {plan}");
            let index = match what {
                "by id" => "",
                "a county" => "doc_division",
                _ => "doc_f_",
            };
            assert!(plan.contains(index), "{what}: {plan}");
        }
    }
}
