//! Any bytes: through the framer and the parser. The same is done with the corpus by `tests/corpus.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let options = hj212::Options { key: Some(&[0x30; 16]), received_utc_s: Some(0), ..Default::default() };
    let _ = hj212::check_json(bytes, &options);
    let mut framer = hj212::Framer::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let taken = framer.feed(rest);
        rest = &rest[taken..];
        while let Some(event) = framer.next() {
            if let hj212::Event::Frame(frame) = event {
                let _ = hj212::parse(frame, &options);
            }
        }
    }
});
