//! The store as its users see it: many appenders, rotation, reading, bounds, failing disks.

mod common;
use common::*;
use evidence::{Error, Evidence, Faults, Kind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[test]
fn many_appenders_get_numbers_without_gaps_and_find_what_they_wrote() {
    let dir = tempfile::tempdir().expect("a folder");
    let (e, _) = open(dir.path(), 256 << 10);
    std::thread::scope(|s| {
        for t in 0..8u64 {
            let e = e.clone();
            s.spawn(move || {
                for k in 0..250 {
                    let id = t * 1000 + k;
                    let len = (id * 37 % 700) as usize;
                    let at = e
                        .append(Kind::Packet, &format!("peer {t}"), id as i64, &payload(id, len))
                        .wait()
                        .expect("stored");
                    let r = e.read(at).expect("reads");
                    assert_eq!((r.received_ms, r.payload), (id as i64, payload(id, len)));
                }
            });
        }
    });
    let all: Vec<_> = e.scan(1).map(|r| r.expect("reads")).collect();
    assert_eq!(all.len(), 2000);
    let mut ids: Vec<_> = all.iter().map(|r| r.received_ms).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2000, "each once");
    for (k, r) in all.iter().enumerate() {
        assert_eq!(r.seq, k as u64 + 1);
        assert_eq!(e.position(r.seq).expect("found"), r.position);
    }
    let report = e.verify().expect("reads");
    assert!(
        report.ok() && report.records == 2000 && report.segments >= 3,
        "{report:?}"
    );
    assert_eq!(report.head, e.head().1);
    assert!(report.groups < 2000, "records share syncs");
    for segment in 1..=report.segments {
        assert!(e.verify_segment(segment).expect("reads").ok());
    }
    assert_eq!(e.scan(1990).count(), 11);
    assert_eq!(e.scan(2001).count(), 0);
    assert!(matches!(e.record(2001), Err(Error::NotFound(_))));
}

#[test]
fn a_ticket_can_be_awaited() {
    use std::task::{Context, Poll, Wake, Waker};
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 64 << 10);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut pending = std::pin::pin!(e.append(Kind::Note, "", 0, b"x"));
    let at = loop {
        match pending.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(r) => break r.expect("stored"),
            Poll::Pending => std::thread::park(),
        }
    };
    assert_eq!(e.read(at).expect("reads").payload, b"x");
}

#[test]
fn a_scan_goes_on_over_segments_while_records_arrive() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 4 << 10);
    let mut scan = e.scan(1);
    for n in 1..=50 {
        assert!(scan.next().is_none());
        put(&e, n, 300);
        assert_eq!(scan.next().expect("there").expect("reads").payload, payload(n, 300));
    }
}

#[test]
fn reading_only_works_beside_the_writer_and_writing_twice_does_not() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 64 << 10);
    put(&e, 1, 10);
    assert!(matches!(
        Evidence::open(dir.path(), options(64 << 10)),
        Err(Error::Locked(_))
    ));
    let (reader, r) = Evidence::open_read(dir.path()).expect("opens");
    assert_eq!(r.records, 1);
    assert_eq!(reader.record(1).expect("reads").payload, payload(1, 10));
    assert!(matches!(
        reader.append(Kind::Note, "", 0, b"").wait(),
        Err(Error::ReadOnly)
    ));
    assert!(matches!(
        reader.put_file("a", b"", &Default::default()),
        Err(Error::ReadOnly)
    ));
}

#[test]
fn bounds_are_told_and_kept() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 8 << 10);
    let max = options(8 << 10).group_bytes - 28 - 256;
    assert!(
        matches!(e.append(Kind::Note, "", 0, &vec![1; max + 1]).wait(), Err(Error::TooLarge { max: m, .. }) if m == max)
    );
    assert!(matches!(
        e.append(Kind::Note, &"s".repeat(257), 0, b"").wait(),
        Err(Error::TooLarge { max: 256, .. })
    ));
    let at = e
        .append(Kind::Note, &"s".repeat(256), 0, &vec![1; max])
        .wait()
        .expect("the largest fits");
    assert_eq!(e.read(at).expect("reads").payload.len(), max);
    let at = e
        .append(Kind::Other(200), "", i64::MIN, b"")
        .wait()
        .expect("an empty one fits");
    assert_eq!(e.read(at).expect("reads").kind, Kind::Other(200));
    let bad = evidence::Options {
        group_bytes: 10,
        ..options(8 << 10)
    };
    assert!(matches!(Evidence::open(dir.path(), bad), Err(Error::Invalid(_))));
}

#[derive(Default)]
struct Disk {
    hold: AtomicBool,
    fail_write: AtomicBool,
    fail_sync: AtomicBool,
    free: AtomicU64,
}
impl Faults for Disk {
    fn before_write(&self, _: usize) -> std::io::Result<()> {
        while self.hold.load(Ordering::Acquire) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        if self.fail_write.load(Ordering::Acquire) {
            Err(std::io::Error::other("injected write"))
        } else {
            Ok(())
        }
    }
    fn before_sync(&self) -> std::io::Result<()> {
        if self.fail_sync.load(Ordering::Acquire) {
            Err(std::io::Error::other("injected sync"))
        } else {
            Ok(())
        }
    }
    fn free_bytes(&self) -> Option<u64> {
        Some(self.free.load(Ordering::Acquire))
    }
}

fn on(dir: &std::path::Path, segment_bytes: u64) -> (Evidence, Arc<Disk>) {
    let disk = Arc::new(Disk::default());
    disk.free.store(u64::MAX, Ordering::Release);
    let mut o = options(segment_bytes);
    o.faults = Some(disk.clone());
    (Evidence::open(dir, o).expect("opens").0, disk)
}

#[test]
fn a_full_queue_answers_busy_or_waits() {
    let dir = quick_dir();
    let (e, disk) = on(dir.path(), 256 << 10);
    disk.hold.store(true, Ordering::Release);
    let mut waiting = vec![];
    let busy = loop {
        let p = e.try_append(Kind::Note, "", 0, &[7; 10_000]);
        if p.seq().is_none() {
            break p.wait().expect_err("refused");
        }
        waiting.push(p);
    };
    assert!(
        matches!(busy, Error::Busy { queued, max } if queued <= max && max == 1 << 20),
        "{busy}"
    );
    assert!(waiting.len() >= 100);
    let late = std::thread::scope(|s| {
        let blocked = s.spawn(|| e.append(Kind::Note, "late", 0, &[7; 10_000]).wait());
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!blocked.is_finished());
        disk.hold.store(false, Ordering::Release);
        blocked.join().expect("joins")
    });
    let last = late.expect("stored").seq;
    for p in waiting {
        assert!(p.wait().expect("stored").seq < last);
    }
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_and_the_file_is_not_written_again() {
    for write in [false, true] {
        let dir = quick_dir();
        let (e, disk) = on(dir.path(), 64 << 10);
        put(&e, 1, 100);
        let fail = if write { &disk.fail_write } else { &disk.fail_sync };
        fail.store(true, Ordering::Release);
        e.append(Kind::Packet, "", 0, b"lost").wait().expect_err("not stored");
        fail.store(false, Ordering::Release);
        let refused = e.append(Kind::Packet, "", 0, b"more").wait().expect_err("not stored");
        assert!(matches!(refused, Error::Stopped(_)), "{refused}");
        assert!(e.stopped().is_some());
        assert_eq!(
            e.record(1).expect("reads").payload,
            payload(1, 100),
            "what is there can be read"
        );
        drop(e);
        let before = used(&segment(dir.path(), 1));
        let (e, r) = open(dir.path(), 64 << 10);
        assert_eq!(r.records, 1);
        assert_eq!(put(&e, 2, 100).segment, 2, "the next group begins another file");
        assert!(used(&segment(dir.path(), 1)) <= before);
        assert!(e.verify().expect("reads").ok());
        drop(e);
        assert_eq!(open(dir.path(), 64 << 10).1.records, 2);
    }
}

#[test]
fn a_full_disk_stops_answers_and_loses_nothing() {
    let dir = quick_dir();
    let (e, disk) = on(dir.path(), 4 << 10);
    disk.free.store(100, Ordering::Release);
    let mut stored = 0;
    let error = loop {
        match e.append(Kind::Packet, "test", 0, &payload(stored + 1, 500)).wait() {
            Ok(at) => {
                stored += 1;
                assert_eq!(at.seq, stored);
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::DiskFull { free: 100, .. }), "{error}");
    assert!(stored > 3);
    assert!(e.stopped().is_none(), "it goes on by itself");
    disk.free.store(u64::MAX, Ordering::Release);
    for n in stored + 1..stored + 20 {
        assert_eq!(put(&e, n, 500).seq, n, "numbers have no gap");
    }
    for n in 1..stored + 20 {
        assert_eq!(e.record(n).expect("reads").payload, payload(n, 500));
    }
    assert!(e.verify().expect("reads").ok());
}

struct Panics;
impl Faults for Panics {
    fn before_sync(&self) -> std::io::Result<()> {
        panic!("a fault of our own, injected");
    }
}

#[test]
fn nobody_waits_for_ever_for_a_writer_that_died() {
    let dir = quick_dir();
    let mut o = options(64 << 10);
    o.faults = Some(Arc::new(Panics));
    let (e, _) = Evidence::open(dir.path(), o).expect("opens");
    assert!(matches!(
        e.append(Kind::Note, "", 0, b"x").wait(),
        Err(Error::Stopped(_))
    ));
    assert!(matches!(
        e.append(Kind::Note, "", 0, b"y").wait(),
        Err(Error::Stopped(_))
    ));
    drop(e);
    let (e, _) = open(dir.path(), 64 << 10);
    assert!(e.verify().expect("reads").ok());
}
