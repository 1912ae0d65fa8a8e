//! The table keeps every row and shows the right ones: duplicates, corrections, late rows, the past, restarts.

use lake::{Lake, Options, Row, SeriesKey, View};
use tempfile::TempDir;

const NOW: View = View { as_known: None };
/// 2024-03-01 00:00 UTC.
const START: i64 = 1_709_251_200;

fn open(dir: &TempDir) -> Lake {
    let options = Options {
        threads: 2,
        memory_mb: 256,
        buffer_s: 3600,
        ..Options::default()
    };
    Lake::open(dir.path(), std::sync::Arc::new(law::Law::load([]).unwrap()), options).unwrap()
}

fn two(lake: &Lake) -> Vec<i32> {
    lake.series(&[
        SeriesKey::new("1270A", "a34004", "1h", "real"),
        SeriesKey::new("1271A", "a21005", "1h", "simulated"),
    ])
    .unwrap()
}

fn row(series: i32, hour: i64, v: i64, recorded: i64) -> Row {
    Row {
        series,
        t: START + hour * 3600,
        v: Some(v),
        e: 0,
        mark: 0,
        recorded,
    }
}

fn text(lake: &Lake, sql: &str, view: &View) -> String {
    let rows = lake.answer(sql, view).unwrap().rows;
    rows.iter()
        .map(|r| {
            let cells = r
                .iter()
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
            cells.collect::<Vec<_>>().join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

const LIST: &str = "SELECT series, CAST((to_unixtime(t) - 1709251200) / 3600 AS INT) h, v FROM obs ORDER BY 1, 2";

#[test]
fn a_correction_is_seen_and_the_past_stays_answerable() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    let (first, later) = (START + 100_000, START + 200_000);
    let done = lake
        .append(
            vec![row(s[0], 0, 35, first), row(s[0], 1, 36, first), row(s[1], 0, 7, first)],
            None,
        )
        .unwrap();
    assert_eq!(done.rows, 3);
    assert_eq!(done.touched, vec![(s[0], 19783), (s[1], 19783)]);
    lake.append(vec![row(s[0], 1, 99, later)], None).unwrap();
    for compacted in [false, true] {
        if compacted {
            let c = lake.compact().unwrap();
            assert_eq!((c.rows, c.months), (4, vec![202403]));
        }
        assert_eq!(
            text(&lake, LIST, &NOW),
            "0 0 35\n0 1 99\n1 0 7",
            "compacted {compacted}"
        );
        let then = View {
            as_known: Some(later - 1),
        };
        assert_eq!(
            text(&lake, LIST, &then),
            "0 0 35\n0 1 36\n1 0 7",
            "compacted {compacted}"
        );
        assert_eq!(
            text(
                &lake,
                LIST,
                &View {
                    as_known: Some(first - 1)
                }
            ),
            ""
        );
        assert_eq!(text(&lake, "SELECT count(*) FROM obs_all", &NOW), "4");
        assert_eq!(lake.check().unwrap().problems, Vec::<String>::new());
    }
    // Nothing new: nothing is rewritten.
    assert_eq!(lake.compact().unwrap().files_before, 0);
}

#[test]
fn conditions_on_sites_days_and_times_give_the_same_as_without_pruning() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    let rows = (0..24 * 70).flat_map(|h| [row(s[0], h, h, START + 9_000_000), row(s[1], h, -h, START + 9_000_000)]);
    lake.append(rows.collect(), None).unwrap();
    let count = |w: &str| {
        text(
            &lake,
            &format!("SELECT count(*), min(v), max(v) FROM obs WHERE {w}"),
            &NOW,
        )
    };
    assert_eq!(count("site = '1270A'"), "1680 0 1679");
    assert_eq!(count("site = '1270A' AND factor = 'a21005'"), "0 null null");
    assert_eq!(count("origin = 'simulated' OR site LIKE '%70A'"), "3360 -1679 1679");
    // 2024-03-02 in Beijing begins at 16:00 UTC on the first.
    assert_eq!(count("site = '1270A' AND day = DATE '2024-03-02'"), "24 16 39");
    assert_eq!(
        count("site = '1270A' AND day BETWEEN '2024-03-02' AND '2024-03-03'"),
        "48 16 63"
    );
    assert_eq!(
        count("site = '1271A' AND t >= TIMESTAMP '2024-03-02T00:00:00+08:00' AND t < '2024-03-02T01:00:00Z'"),
        "9 -24 -16"
    );
    assert_eq!(count("v = 5 AND mark = 'N'"), "1 5 5");
    let plan = lake
        .explain(
            "SELECT v FROM obs WHERE site = '1270A' AND day = DATE '2024-04-20'",
            &NOW,
        )
        .unwrap();
    assert!(
        plan.contains("month=202404") && !plan.contains("month=202403"),
        "{plan}"
    );
}

#[test]
fn buffered_rows_are_seen_and_a_replay_adds_nothing() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    lake.append(vec![row(s[0], 0, 1, START)], Some(("evidence", 10)))
        .unwrap();
    assert!(
        lake.push(
            &[row(s[0], 0, 2, START + 5), row(s[0], 1, 3, START + 5)],
            Some(("evidence", 11))
        )
        .unwrap()
    );
    assert!(
        !lake
            .push(&[row(s[0], 7, 7, START + 5)], Some(("evidence", 11)))
            .unwrap()
    );
    assert_eq!(lake.buffered(), 2);
    assert_eq!(text(&lake, LIST, &NOW), "0 0 2\n0 1 3");
    assert_eq!(text(&lake, LIST, &View { as_known: Some(START) }), "0 0 1");
    assert_eq!(lake.latest_of(s[0]).unwrap().v, Some(3));
    // The process dies before the buffer is written: the commit says where the replay begins.
    drop(lake);
    let lake = open(&dir);
    assert_eq!(text(&lake, LIST, &NOW), "0 0 1");
    assert_eq!(lake.transaction("evidence").unwrap(), Some(10));
    assert!(
        lake.append(vec![row(s[0], 0, 1, START)], Some(("evidence", 10)))
            .unwrap()
            .skipped
    );
    assert!(
        lake.push(
            &[row(s[0], 0, 2, START + 5), row(s[0], 1, 3, START + 5)],
            Some(("evidence", 11))
        )
        .unwrap()
    );
    assert_eq!(lake.flush().unwrap(), 2);
    assert_eq!(lake.transaction("evidence").unwrap(), Some(11));
    assert_eq!(text(&lake, LIST, &NOW), "0 0 2\n0 1 3");
    assert_eq!(text(&lake, "SELECT count(*) FROM obs_all", &NOW), "3");
}

#[test]
fn latest_values_survive_a_restart_and_late_rows_do_not_win() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    lake.append(
        vec![row(s[0], 50, 1, START + 1_000_000), row(s[1], 3, 4, START + 1_000_000)],
        None,
    )
    .unwrap();
    lake.compact().unwrap();
    lake.append(
        vec![row(s[0], 2, 9, START + 2_000_000), row(s[1], 3, 5, START + 2_000_000)],
        None,
    )
    .unwrap();
    drop(lake);
    let lake = open(&dir);
    let latest: Vec<(i64, Option<i64>)> = lake.latest().iter().map(|(_, r)| ((r.t - START) / 3600, r.v)).collect();
    assert_eq!(latest, vec![(50, Some(1)), (3, Some(5))]);
    assert_eq!(
        text(&lake, "SELECT site, v FROM latest ORDER BY 1", &NOW),
        "1270A 1\n1271A 5"
    );
}

#[test]
fn values_keep_their_decimals_and_marks() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    let bad = lake.mark("BB").unwrap();
    assert_eq!(lake.mark("BB").unwrap(), bad);
    assert_eq!(lake.mark("").unwrap(), 0);
    let r = |h: i64, v, e, mark| Row {
        series: s[1],
        t: START + h * 3600,
        v,
        e,
        mark,
        recorded: START,
    };
    lake.append(
        vec![r(0, Some(589), 3, 0), r(1, None, 1, bad), r(2, Some(-12), 1, 0)],
        None,
    )
    .unwrap();
    let sql = "SELECT v, decimals, mark FROM obs ORDER BY t";
    assert_eq!(text(&lake, sql, &NOW), "0.589 3 N\nnull 1 BB\n-1.2 1 N");
    let refused = lake.append(vec![r(3, Some(1), 10, 0)], None).unwrap_err().to_string();
    assert_eq!(refused, "row 0: 10 decimals; 0 to 9 are allowed");
    assert_eq!(text(&lake, "SELECT count(*) FROM obs_all", &NOW), "3");
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    lake.append(vec![row(s[0], 0, 1, START)], None).unwrap();
    let other = open(&dir);
    assert_eq!(text(&other, LIST, &NOW), "0 0 1");
    let refused = other
        .append(vec![row(s[0], 1, 1, START)], None)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("another process"), "{refused}");
    lake.append(vec![row(s[0], 1, 2, START)], None).unwrap();
    assert_eq!(other.refresh().unwrap(), lake.version());
    assert_eq!(text(&other, LIST, &NOW), "0 0 1\n0 1 2");
}

#[test]
fn sql_only_reads() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    lake.put_table("site", "code,name\n1270A,明珠广场\n0012A,\n").unwrap();
    assert_eq!(
        text(&lake, "SELECT code, name FROM site ORDER BY code", &NOW),
        "0012A null\n1270A 明珠广场"
    );
    for sql in [
        "DROP TABLE site",
        "CREATE TABLE x AS SELECT 1",
        "SET datafusion.execution.time_zone = 'UTC'",
    ] {
        assert!(lake.sql(sql, &NOW).is_err(), "{sql}");
    }
    assert!(lake.put_table("obs", "a\n1\n").is_err());
    assert!(lake.put_table("ragged", "a,b\n1\n").is_err());
}

#[test]
fn a_damaged_file_is_found() {
    let dir = TempDir::new().unwrap();
    let lake = open(&dir);
    let s = two(&lake);
    lake.append((0..100).map(|h| row(s[0], h, h, START)).collect(), None)
        .unwrap();
    let month = dir.path().join("obs/month=202403/state=1");
    let file = std::fs::read_dir(month).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    let n = bytes.len();
    bytes.truncate(n / 2);
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(lake.check().unwrap().problems.len(), 1);
}
