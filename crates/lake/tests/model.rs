//! The current view and every view of the past equal a model that fits in ten lines, whatever comes in
//! whatever order and whenever it is compacted or flushed.

use std::collections::BTreeMap;

use lake::{Lake, Options, Row, SeriesKey, View};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<Row>),
    Push(Vec<Row>),
    Compact,
    Flush,
    Reopen,
}

/// Few series and hours, so that rows meet often; two months.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..4i32,
        0..6i64,
        proptest::option::of(-3..3i64),
        0..2i8,
        0..2i16,
        0..5i64,
    )
        .prop_map(|(series, h, v, e, mark, recorded)| Row {
            series,
            t: 1_706_745_600 - 3 * 3600 + h * 3600,
            v,
            e,
            mark,
            recorded: 1_706_800_000 + recorded * 10,
        });
    proptest::collection::vec(row, 0..12)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => rows().prop_map(Step::Append),
        2 => rows().prop_map(Step::Push),
        1 => Just(Step::Compact),
        1 => Just(Step::Flush),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..10)
}

type Cell = (Option<i64>, i8, i16, i64);

fn model(all: &[Row], known: Option<i64>) -> BTreeMap<(i32, i64), Cell> {
    let mut out = BTreeMap::<(i32, i64), Cell>::new();
    for r in all.iter().filter(|r| known.is_none_or(|k| r.recorded <= k)) {
        let new = (r.v, r.e, r.mark, r.recorded);
        let order = |c: &Cell| (c.3, c.0, c.1, c.2);
        out.entry((r.series, r.t))
            .and_modify(|old| {
                if order(&new) > order(old) {
                    *old = new
                }
            })
            .or_insert(new);
    }
    out
}

fn seen(lake: &Lake, known: Option<i64>) -> BTreeMap<(i32, i64), Cell> {
    let sql = "SELECT series, to_unixtime(t) t, v, decimals e, mark, to_unixtime(recorded_at) r FROM obs";
    let rows = lake.rows(sql, &View { as_known: known }).unwrap();
    let n = rows.len();
    let out: BTreeMap<_, _> = rows
        .iter()
        .map(|r| {
            let int = |k: &str| r[k].as_i64().unwrap();
            let e = int("e") as i8;
            let v = r["v"].as_str().map(|v| {
                let x: f64 = v.parse().unwrap();
                (x * 10f64.powi(i32::from(e))).round() as i64
            });
            let mark = i16::from(r["mark"].as_str() != Some("N"));
            ((int("series") as i32, int("t")), (v, e, mark, int("r")))
        })
        .collect();
    assert_eq!(out.len(), n, "a series and time came twice");
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn views_equal_the_model(steps in steps()) {
        let dir = tempfile::TempDir::new().unwrap();
        let open = || Lake::open(dir.path(), std::sync::Arc::new(law::Law::load([]).unwrap()), Options { threads: 1, memory_mb: 128, buffer_s: 3600, ..Options::default() }).unwrap();
        let mut lake = open();
        let keys: Vec<_> = (0..4).map(|i| SeriesKey::new(&format!("s{i}"), "f", "1h", "real")).collect();
        lake.series(&keys).unwrap();
        lake.mark("BB").unwrap();
        let mut all: Vec<Row> = vec![];
        for step in steps {
            match step {
                Step::Append(r) => { all.extend(&r); lake.append(r, None).unwrap(); }
                Step::Push(r) => { all.extend(&r); lake.push(&r, None).unwrap(); }
                Step::Compact => { lake.compact().unwrap(); }
                Step::Flush => { lake.flush().unwrap(); }
                Step::Reopen => { lake.flush().unwrap(); drop(lake); lake = open(); }
            }
            prop_assert_eq!(seen(&lake, None), model(&all, None));
        }
        for known in [1_706_799_999, 1_706_800_000, 1_706_800_020, 1_706_800_035] {
            prop_assert_eq!(seen(&lake, Some(known)), model(&all, Some(known)));
        }
        let count = lake.rows("SELECT count(*) n FROM obs_all", &View::default()).unwrap();
        prop_assert_eq!(count[0]["n"].as_i64(), Some(all.len() as i64));
        prop_assert_eq!(lake.check().unwrap().problems, Vec::<String>::new());
        let latest: Vec<(i32, i64)> = lake.latest().iter().map(|(_, r)| (r.series, r.t)).collect();
        let mut expected = BTreeMap::new();
        for r in &all { let t = expected.entry(r.series).or_insert(r.t); *t = (*t).max(r.t); }
        prop_assert_eq!(latest, expected.into_iter().collect::<Vec<_>>());
    }
}
