//! A store written by version 1 of the format stays readable: `tests/fixture/v1` is committed and never
//! written anew. (A changed format is a new version with a fixture of its own.)

mod common;
use common::*;
use evidence::{Evidence, FileNote, Kind, Quarantined, Replay};
use std::path::Path;

fn fixture() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/v1")
}

/// Writes the fixture. Run once, by hand, when a version of the format is born.
#[test]
#[ignore = "writes the fixture; refuses if it is there"]
fn write_fixture() {
    let dir = fixture();
    assert!(
        !dir.exists(),
        "the fixture of a released version is never written again"
    );
    let (e, _) = open(&dir, 4 << 10);
    for n in 1..=10 {
        put(&e, n, 300);
    }
    let note = FileNote {
        source: "made up".into(),
        licence: "CC0".into(),
        simulated: true,
    };
    e.put_file("two-lines.csv", b"a,b\n1,2\n", &note).expect("kept");
    let why = Quarantined {
        reason: "mn_unknown".into(),
        place: "MN".into(),
        qnrtn: Some(4),
        ..Default::default()
    };
    let q = e
        .quarantine("10.0.0.1:9", 12, &why, b"##0000")
        .wait()
        .expect("kept")
        .seq;
    e.mark_replayed(
        "operator",
        13,
        &Replay {
            of: q,
            ok: true,
            reason: String::new(),
        },
    )
    .wait()
    .expect("kept");
    e.append(Kind::Note, "operator", 14, "备注".as_bytes())
        .wait()
        .expect("kept");
    drop(e);
    for extra in ["LOCK", "segments/next.zero"] {
        let _ = std::fs::remove_file(dir.join(extra));
    }
}

#[test]
fn version_1_is_read() {
    for write in [false, true] {
        let dir = quick_dir();
        copy_dir(&fixture(), dir.path());
        let (e, r) = if write {
            open(dir.path(), 4 << 10)
        } else {
            Evidence::open_read(dir.path()).expect("opens")
        };
        assert_eq!((r.records, r.cut, r.reindexed), (14, None, 0));
        for n in 1..=10 {
            let record = e.record(n).expect("reads");
            assert_eq!(
                (record.kind, &*record.source, record.received_ms, record.payload),
                (Kind::Packet, "test", n as i64, payload(n, 300))
            );
        }
        let files = e.files().expect("lists");
        assert_eq!(
            (files.len(), files[0].seq, files[0].simulated, files[0].name.as_str()),
            (1, 11, true, "two-lines.csv")
        );
        assert_eq!(e.line(&files[0].sha256, 2).expect("reads"), "1,2");
        let q = &e.quarantine_list(None, 9).expect("lists")[0];
        assert_eq!((q.id, q.why.qnrtn, q.raw.as_slice()), (12, Some(4), &b"##0000"[..]));
        assert!(q.replayed.as_ref().expect("tried").1.ok);
        assert_eq!(e.record(14).expect("reads").payload, "备注".as_bytes());
        let report = e.verify().expect("reads");
        assert!(report.ok());
        assert_eq!(report.head, include_str!("fixture/v1.head").trim());
        if write {
            assert_eq!(put(&e, 15, 10).seq, 15);
            assert!(e.verify().expect("reads").ok());
        }
    }
}
