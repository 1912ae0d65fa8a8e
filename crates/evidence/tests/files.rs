//! Whole files and the quarantine.

mod common;
use common::*;
use evidence::{Error, Evidence, FileNote, Quarantined, Replay};
use std::io::Write;

fn note() -> FileNote {
    FileNote {
        source: "CNEMC".into(),
        licence: "open".into(),
        simulated: false,
    }
}

#[test]
fn a_file_is_kept_once_announced_by_name_and_read_by_line() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 64 << 10);
    let rows: String = (0..5000).map(|n| format!("340100,{n},{}\r\n", n * 7)).collect();
    let mut gz = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    gz.write_all(rows.as_bytes()).expect("packs");
    let gz = gz.finish().expect("packs");
    let zst = zstd::encode_all(rows.as_bytes(), 3).expect("packs");
    for (name, bytes) in [("a.csv", rows.as_bytes()), ("a.csv.gz", &gz), ("a.csv.zst", &zst)] {
        let f = e.put_file(name, bytes, &note()).expect("kept");
        assert_eq!(
            e.put_file(name, bytes, &note()).expect("kept"),
            f,
            "not announced twice"
        );
        assert_eq!(e.file(&f.sha256).expect("reads"), bytes);
        assert_eq!(e.line_count(&f.sha256).expect("reads"), 5000);
        for n in [1u64, 2, 63, 64, 65, 4999, 5000] {
            assert_eq!(
                e.line(&f.sha256, n).expect("reads"),
                format!("340100,{},{}", n - 1, (n - 1) * 7)
            );
        }
        assert!(matches!(e.line(&f.sha256, 0), Err(Error::NotFound(_))));
        assert!(matches!(e.line(&f.sha256, 5001), Err(Error::NotFound(_))));
        let around: Vec<_> = e
            .lines(&f.sha256, 4999, 5)
            .expect("reads")
            .into_iter()
            .map(|(n, _)| n)
            .collect();
        assert_eq!(around, [4999, 5000]);
    }
    let other = e.put_file("b.csv", rows.as_bytes(), &note()).expect("kept");
    assert_eq!(e.file_entry(&other.sha256).expect("known").name, "b.csv");
    assert_eq!(e.files().expect("lists").len(), 4);
    assert_eq!(e.verify().expect("reads").files, 4);
    drop(e);
    let (e, _) = Evidence::open_read(dir.path()).expect("opens");
    assert_eq!(e.files().expect("lists").len(), 4);
    assert!(matches!(e.file("../../etc/passwd"), Err(Error::NotFound(_))));
    let path = dir.path().join("files").join(&other.sha256[..2]).join(&other.sha256);
    let mut b = std::fs::read(&path).expect("reads");
    b[100] ^= 1;
    std::fs::write(&path, &b).expect("writes");
    assert_eq!(e.verify().expect("reads").fault.expect("seen").file, path);
    std::fs::remove_file(&path).expect("removes");
    assert_eq!(e.verify().expect("reads").fault.expect("seen").file, path);
}

#[test]
fn chinese_text_in_gbk_is_read() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 64 << 10);
    let gbk = encoding_rs::GB18030
        .encode("合肥,明珠广场\n滁州,监测站\n")
        .0
        .into_owned();
    let f = e.put_file("站点.csv", &gbk, &note()).expect("kept");
    assert_eq!(e.line(&f.sha256, 2).expect("reads"), "滁州,监测站");
}

#[test]
fn a_quarantined_entry_is_listed_tried_again_and_never_changed() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 4 << 10);
    let why = |n: u64| Quarantined {
        reason: "crc_mismatch".into(),
        detail: format!("no. {n}"),
        qnrtn: Some(9),
        ..Default::default()
    };
    let ids: Vec<u64> = (0..30)
        .map(|n| {
            e.quarantine("1.2.3.4:5", n, &why(n as u64), &payload(n as u64 + 1, 200))
                .wait()
                .expect("kept")
                .seq
        })
        .collect();
    let page = e.quarantine_list(None, 10).expect("lists");
    assert_eq!(
        page.iter().map(|q| q.id).collect::<Vec<_>>(),
        ids.iter().rev().take(10).copied().collect::<Vec<_>>()
    );
    let next = e.quarantine_list(Some(page[9].id), 100).expect("lists");
    assert_eq!(next.len(), 20);
    assert_eq!((next[19].why.clone(), next[19].raw.clone()), (why(0), payload(1, 200)));
    let id = ids[3];
    for (ok, reason) in [(false, "pw_wrong"), (true, "")] {
        e.mark_replayed(
            "operator",
            99,
            &Replay {
                of: id,
                ok,
                reason: reason.into(),
            },
        )
        .wait()
        .expect("kept");
        assert_eq!(e.quarantine_entry(id).expect("there").replayed.expect("tried").1.ok, ok);
    }
    assert_eq!(e.quarantine_count(), 30);
    drop(e);
    let (e, _) = open(dir.path(), 4 << 10);
    let q = e.quarantine_entry(id).expect("there");
    assert!(q.replayed.expect("tried").1.ok);
    assert_eq!((q.why, q.raw), (why(3), payload(4, 200)));
    assert!(e.quarantine_entry(id + 1_000_000).is_err());
    assert!(e.verify().expect("reads").ok());
}
