//! Any history of appends, reopenings and cut tails gives what a plain list would give.

mod common;
use common::*;
use evidence::Kind;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Append {
        len: usize,
        kind: u8,
    },
    Reopen,
    /// A crash that leaves this many bytes of a group that was never acknowledged.
    Torn {
        bytes: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0usize..1500, 1u8..8).prop_map(|(len, kind)| Step::Append { len, kind }),
        1 => Just(Step::Reopen),
        1 => (1usize..200).prop_map(|bytes| Step::Torn { bytes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn the_store_is_a_list(steps in prop::collection::vec(step(), 1..60)) {
        let dir = quick_dir();
        let mut e = open(dir.path(), 8 << 10).0;
        let mut model: Vec<(Kind, Vec<u8>)> = vec![];
        for step in steps {
            match step {
                Step::Append { len, kind } => {
                    let n = model.len() as u64 + 1;
                    // Zeros too: payloads of zeros must not look like an unwritten disk.
                    let body = if len % 5 == 0 { vec![0; len] } else { payload(n, len) };
                    // Kinds that announce something need a body of their own form; the others are free.
                    let kind = match Kind::of(kind) { Kind::File | Kind::Quarantine | Kind::Replayed => Kind::Note, k => k };
                    let at = e.append(kind, "p", n as i64, &body).wait().expect("stored");
                    prop_assert_eq!(at.seq, n);
                    model.push((kind, body));
                }
                Step::Reopen => {
                    drop(e);
                    e = open(dir.path(), 8 << 10).0;
                }
                Step::Torn { bytes } => {
                    drop(e);
                    let last = (1..).take_while(|n| segment(dir.path(), *n).exists()).last().expect("one");
                    let path = segment(dir.path(), last);
                    let mut b = std::fs::read(&path).expect("reads");
                    let end = used(&path);
                    let room = b.len().saturating_sub(end).min(bytes);
                    // The head of a record that was being written.
                    let head = [&[200u8, 0, 0, 0][..], &payload(9, 300)].concat();
                    b[end..end + room].copy_from_slice(&head[..room]);
                    std::fs::write(&path, &b).expect("writes");
                    let (again, r) = open(dir.path(), 8 << 10);
                    prop_assert_eq!(r.records, model.len() as u64);
                    e = again;
                }
            }
        }
        let found: Vec<_> = e.scan(1).map(|r| r.expect("reads")).map(|r| (r.kind, r.payload)).collect();
        prop_assert_eq!(&found, &model);
        let report = e.verify().expect("reads");
        prop_assert!(report.ok());
        prop_assert_eq!(report.records, model.len() as u64);
    }

    /// Whatever bytes follow the last acknowledged group, opening does not panic and loses nothing.
    #[test]
    fn no_tail_makes_it_panic(tail in prop::collection::vec(any::<u8>(), 0..400)) {
        let dir = quick_dir();
        let e = open(dir.path(), 8 << 10).0;
        put(&e, 1, 100);
        drop(e);
        let path = segment(dir.path(), 1);
        let mut b = std::fs::read(&path).expect("reads");
        let end = used(&path);
        b[end..end + tail.len()].copy_from_slice(&tail);
        std::fs::write(&path, &b).expect("writes");
        let (e, r) = open(dir.path(), 8 << 10);
        prop_assert_eq!(r.records, 1);
        prop_assert_eq!(e.record(1).expect("reads").payload, payload(1, 100));
    }
}
