//! A torn tail is cut at whatever byte the write ended; anything else that changed is named and refused.

mod common;
use common::*;
use evidence::{Error, Evidence, Kind};

/// Three groups of one record, then a group of three. Returns where the last group begins and ends.
fn small_store(dir: &std::path::Path) -> (usize, usize) {
    let (e, _) = open(dir, 8 << 10);
    for n in 1..=3 {
        put(&e, n, 40);
    }
    drop(e);
    let before = used(&segment(dir, 1));
    // Three records in one group: queued behind one another while the writer is held up.
    let gate = std::sync::Arc::new(Gate::default());
    let mut o = options(8 << 10);
    o.faults = Some(gate.clone());
    let (e, _) = Evidence::open(dir, o).expect("opens");
    let first = e.append(Kind::Packet, "test", 4, &payload(4, 30));
    gate.wait_entered();
    let rest: Vec<_> = (5..=7)
        .map(|n| e.append(Kind::Packet, "test", n, &payload(n as u64, 50)))
        .collect();
    gate.open();
    first.wait().expect("stored");
    let one = before + 28 + 4 + 30 + 60;
    for r in rest {
        r.wait().expect("stored");
    }
    drop(e);
    let end = used(&segment(dir, 1));
    assert_eq!(end, one + 3 * (28 + 4 + 50) + 60, "the last three are one group");
    (one, end)
}

#[derive(Default)]
struct Gate(std::sync::Mutex<(bool, bool)>, std::sync::Condvar);
impl Gate {
    fn wait_entered(&self) {
        let mut s = self.0.lock().expect("lock");
        while !s.0 {
            s = self.1.wait(s).expect("lock");
        }
    }
    fn open(&self) {
        self.0.lock().expect("lock").1 = true;
        self.1.notify_all();
    }
}
impl evidence::Faults for Gate {
    fn before_write(&self, _: usize) -> std::io::Result<()> {
        let mut s = self.0.lock().expect("lock");
        s.0 = true;
        self.1.notify_all();
        while !s.1 {
            s = self.1.wait(s).expect("lock");
        }
        Ok(())
    }
}

#[test]
fn a_tail_torn_at_every_byte_is_cut_and_nothing_else() {
    let origin = quick_dir();
    let (start, end) = small_store(origin.path());
    let whole = std::fs::read(segment(origin.path(), 1)).expect("reads");
    for cut in start..end {
        for truncate in [true, false] {
            let dir = quick_dir();
            copy_dir(origin.path(), dir.path());
            let mut torn = whole.clone();
            if truncate {
                torn.truncate(cut);
            } else {
                torn[cut..].fill(0);
            }
            std::fs::write(segment(dir.path(), 1), &torn).expect("writes");
            let (e, r) = open(dir.path(), 8 << 10);
            assert_eq!(r.records, 4, "cut at {cut}");
            match r.cut {
                None => assert_eq!(cut, start),
                Some(c) => {
                    assert_eq!(c.offset, start as u64);
                    assert_eq!(
                        std::fs::read(c.saved.expect("kept")).expect("reads"),
                        &whole[start..start + c.bytes as usize]
                    );
                }
            }
            let seqs: Vec<_> = e.scan(1).map(|r| r.expect("reads").seq).collect();
            assert_eq!(seqs, [1, 2, 3, 4]);
            assert_eq!(put(&e, 5, 70).seq, 5);
            let report = e.verify().expect("reads");
            assert!(report.ok() && report.records == 5, "cut at {cut}: {report:?}");
            drop(e);
            let (_, again) = open(dir.path(), 8 << 10);
            assert_eq!((again.records, again.cut), (5, None));
        }
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let origin = quick_dir();
    let (_, end) = small_store(origin.path());
    let whole = std::fs::read(segment(origin.path(), 1)).expect("reads");
    let dir = quick_dir();
    copy_dir(origin.path(), dir.path());
    let path = segment(dir.path(), 1);
    for bit in 0..end * 8 {
        let mut bad = whole.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &bad).expect("writes");
        match Evidence::open(dir.path(), options(8 << 10)) {
            Err(Error::Damaged(f)) => {
                assert!(!f.what.is_empty() && !f.remedy.is_empty() && f.segment == 1)
            }
            Err(Error::Version { .. }) => assert!((64..96).contains(&bit)),
            Err(other) => panic!("bit {bit}: {other}"),
            Ok((_, r)) => panic!("bit {bit} (byte {} of {end}) was not seen: {r:?}", bit / 8),
        }
        assert_eq!(
            std::fs::read(&path).expect("reads"),
            bad,
            "a refused store is not changed"
        );
    }
}

#[test]
fn a_flipped_bit_under_an_open_store_is_found_by_verify_with_its_place() {
    use std::os::unix::fs::FileExt;
    let dir = quick_dir();
    let (_, end) = small_store(dir.path());
    let (e, _) = open(dir.path(), 8 << 10);
    let path = segment(dir.path(), 1);
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .expect("opens");
    for at in 0..end as u64 {
        let mut b = [0];
        file.read_exact_at(&mut b, at).expect("reads");
        file.write_all_at(&[b[0] ^ 4], at).expect("writes");
        match e.verify() {
            Ok(r) => {
                let f = r.fault.unwrap_or_else(|| panic!("byte {at} was not seen"));
                assert!(f.offset <= at && f.file == path, "{f}");
            }
            Err(error) => assert!(
                matches!(error, Error::Version { .. }) && (8..12).contains(&at),
                "{error}"
            ),
        }
        file.write_all_at(&b, at).expect("writes");
    }
    assert!(e.verify().expect("reads").ok());
}

#[test]
fn sectors_that_never_reached_the_disk_are_a_torn_tail() {
    let origin = quick_dir();
    let (e, _) = open(origin.path(), 32 << 10);
    put(&e, 1, 100);
    drop(e);
    let start = used(&segment(origin.path(), 1));
    let (e, _) = open(origin.path(), 32 << 10);
    put(&e, 2, 6000);
    drop(e);
    let whole = std::fs::read(segment(origin.path(), 1)).expect("reads");
    let end = used(&segment(origin.path(), 1));
    for sector in (start / 512 + 1)..(end / 512) {
        let dir = quick_dir();
        copy_dir(origin.path(), dir.path());
        let mut torn = whole.clone();
        torn[sector * 512..(sector + 1) * 512].fill(0);
        std::fs::write(segment(dir.path(), 1), &torn).expect("writes");
        let (_, r) = open(dir.path(), 32 << 10);
        assert_eq!(
            (r.records, r.cut.expect("cut").offset),
            (1, start as u64),
            "sector {sector}"
        );
    }
}

#[test]
fn damage_with_a_later_whole_group_is_refused_even_if_it_is_zeros() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 32 << 10);
    put(&e, 1, 100);
    let hurt = put(&e, 2, 3000);
    put(&e, 3, 10);
    drop(e);
    let path = segment(dir.path(), 1);
    let mut b = std::fs::read(&path).expect("reads");
    let sector = (hurt.offset as usize / 512 + 2) * 512;
    b[sector..sector + 512].fill(0);
    std::fs::write(&path, &b).expect("writes");
    let Err(Error::Damaged(f)) = Evidence::open(dir.path(), options(32 << 10)) else {
        panic!("opened")
    };
    assert_eq!((f.segment, f.offset, f.seq), (1, hurt.offset, Some(2)));
    // Reading only tells the same, and changes as little.
    assert!(matches!(Evidence::open_read(dir.path()), Err(Error::Damaged(_))));
    assert_eq!(std::fs::read(&path).expect("reads"), b);
}

#[test]
fn a_segment_that_was_just_being_begun_is_no_damage() {
    for header in [0usize, 5, 60, 127] {
        let dir = quick_dir();
        let (e, _) = open(dir.path(), 4 << 10);
        let mut n = 0;
        while !segment(dir.path(), 2).exists() {
            n += 1;
            put(&e, n, 900);
        }
        drop(e);
        let path = segment(dir.path(), 2);
        let mut b = std::fs::read(&path).expect("reads");
        b[header..].fill(0);
        std::fs::write(&path, &b).expect("writes");
        let (e, r) = open(dir.path(), 4 << 10);
        assert_eq!(r.records, n - 1);
        put(&e, n, 900);
        assert!(e.verify().expect("reads").ok());
    }
}

#[test]
fn a_missing_segment_is_named() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 4 << 10);
    for n in 1..=20 {
        put(&e, n, 900);
    }
    drop(e);
    std::fs::remove_file(segment(dir.path(), 2)).expect("removes");
    let Err(Error::Damaged(f)) = Evidence::open(dir.path(), options(4 << 10)) else {
        panic!("opened")
    };
    assert_eq!((f.segment, f.file), (2, segment(dir.path(), 2)));
}

#[test]
fn a_lost_index_is_built_again_and_a_wrong_one_is_not_believed() {
    let dir = quick_dir();
    let (e, _) = open(dir.path(), 4 << 10);
    for n in 1..=20 {
        put(&e, n, 900);
    }
    drop(e);
    let index = |n: u32| segment(dir.path(), n).with_extension("idx");
    std::fs::remove_file(index(1)).expect("removes");
    std::fs::copy(index(3), index(2)).expect("copies");
    let (e, r) = open(dir.path(), 4 << 10);
    assert_eq!((r.records, r.reindexed), (20, 2));
    for n in 1..=20 {
        assert_eq!(e.record(n).expect("reads").payload, payload(n, 900));
    }
    drop(e);
    assert_eq!(open(dir.path(), 4 << 10).1.reindexed, 0);
}
