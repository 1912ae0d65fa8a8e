//! Nothing is dropped: whatever a peer sends, in whatever pieces, every byte is found again in the evidence, in
//! order, as a packet or in the quarantine; and what was answered is what was asked for.

mod common;
use common::*;
use evidence::{Evidence, Kind};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[derive(Debug, Clone)]
enum Piece {
    Good,
    WrongCrc,
    Stranger,
    Cut(usize),
    Noise(Vec<u8>),
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        5 => Just(Piece::Good),
        1 => Just(Piece::WrongCrc),
        1 => Just(Piece::Stranger),
        1 => (1usize..180).prop_map(Piece::Cut),
        // No white space (line ends between packets are counted, not kept).
        2 => prop::collection::vec(0x23u8..0x7f, 1..60).prop_map(Piece::Noise),
        1 => prop::collection::vec(0x80u8..=0xff, 1..60).prop_map(Piece::Noise),
    ]
}

fn good(n: usize) -> String {
    reframe(
        &GAS.replace("093000120", &format!("0930{:02}{:03}", n / 1000, n % 1000))
            .replace("21.40", &format!("{n}.40")),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn every_byte_is_found_again(pieces in prop::collection::vec(piece(), 1..25), sizes in prop::collection::vec(1usize..400, 1..20)) {
        let mut stream: Vec<u8> = vec![];
        for (n, piece) in pieces.iter().enumerate() {
            let frame = good(n);
            match piece {
                Piece::Good => stream.extend(frame.as_bytes()),
                Piece::WrongCrc => {
                    let mut b = frame.into_bytes();
                    let at = b.len() - 12;
                    b[at] ^= 1;
                    stream.extend(b);
                }
                Piece::Stranger => stream.extend(reframe(&frame.replace("MN=01", "MN=0F")).as_bytes()),
                Piece::Cut(at) => stream.extend(&frame.as_bytes()[..*at]),
                Piece::Noise(b) => stream.extend(b),
            }
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let (answers, server) = runtime.block_on(async {
            let s = Server::start(|_| {}).await;
            let c = s.connect().await;
            let (mut read, mut write) = c.into_split();
            let (mut rest, mut k) = (&stream[..], 0);
            while !rest.is_empty() {
                let n = sizes[k % sizes.len()].min(rest.len());
                write.write_all(&rest[..n]).await.expect("sends");
                tokio::task::yield_now().await;
                (rest, k) = (&rest[n..], k + 1);
            }
            drop(write);
            let mut answers = vec![];
            read.read_to_end(&mut answers).await.expect("closed after the answers");
            (answers, s)
        });
        let mut found: Vec<u8> = vec![];
        let mut accepted = 0;
        for record in server.evidence.scan(1) {
            let record = record.expect("reads");
            match record.kind {
                Kind::Packet => {
                    accepted += 1;
                    found.extend(record.payload);
                }
                Kind::Quarantine => {
                    let (why, raw) = Evidence::quarantine_of(&record).expect("an entry");
                    prop_assert!(!why.reason.is_empty());
                    if why.part_of.is_none() {
                        found.extend(raw);
                    }
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
        let kept = |b: &[u8]| b.iter().filter(|b| !b.is_ascii_whitespace()).copied().collect::<Vec<_>>();
        prop_assert_eq!(kept(&found), kept(&stream));
        prop_assert_eq!(answers.iter().filter(|b| **b == b'\n').count(), accepted);
        prop_assert!(accepted <= pieces.len());
    }
}
