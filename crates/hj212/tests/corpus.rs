//! Replays the corpus of the fuzz target as a plain test, whole and cut into single bytes.

use hj212::{Event, Framer, Options, check_json, parse};

fn packets(bytes: &[u8], piece: usize) -> usize {
    let options = Options {
        key: Some(&[0x30; 16]),
        received_utc_s: Some(0),
        ..Options::default()
    };
    let mut framer = Framer::new();
    let mut accepted = 0;
    let mut take = |framer: &mut Framer| {
        while let Some(event) = framer.next() {
            if let Event::Frame(frame) = event {
                accepted += usize::from(parse(frame, &options).is_ok());
            }
        }
    };
    for mut chunk in bytes.chunks(piece) {
        while !chunk.is_empty() {
            let taken = framer.feed(chunk);
            take(&mut framer);
            chunk = &chunk[taken..];
        }
    }
    framer.close();
    take(&mut framer);
    assert_eq!(framer.held(), 0);
    accepted
}

#[test]
fn corpus() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/parse");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("the corpus is part of the crate") {
        let path = entry.expect("readable").path();
        let bytes = std::fs::read(&path).expect("readable");
        assert!(check_json(&bytes, &Options::default()).starts_with("{\"ok\":"));
        assert_eq!(
            packets(&bytes, bytes.len().max(1)),
            packets(&bytes, 1),
            "{}",
            path.display()
        );
        files += 1;
    }
    assert!(files >= 10);
}
