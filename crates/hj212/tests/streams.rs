//! Properties over random input: the framer does not care how a stream is cut, nothing panics, and what is
//! written is read back.
// With the feature `sm4` packets have one field more.
#![allow(clippy::needless_update)]

use hj212::frame::HELD_MAX;
use hj212::write::Outgoing;
use hj212::{Event, Framer, Options, Part, Version, check_json, parse};
use proptest::prelude::*;

/// Kind and bytes of each event, runs of junk joined.
fn events(stream: &[u8], cuts: &[usize]) -> Vec<(String, Vec<u8>)> {
    let mut framer = Framer::new();
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    let mut at = 0;
    let mut sizes = cuts.iter().copied().chain(std::iter::repeat(stream.len().max(1)));
    loop {
        while let Some(event) = framer.next() {
            let (kind, bytes) = match event {
                Event::Frame(bytes) => ("frame".to_owned(), bytes),
                Event::Junk(bytes) => ("junk".to_owned(), bytes),
                Event::Refused { reason, bytes } => (reason.name().to_owned(), bytes),
            };
            match out.last_mut() {
                Some((last, held)) if last == "junk" && kind == "junk" => held.extend_from_slice(bytes),
                _ => out.push((kind, bytes.to_vec())),
            }
        }
        assert!(framer.held() <= HELD_MAX);
        if at == stream.len() {
            if framer.held() == 0 {
                return out;
            }
            framer.close();
            continue;
        }
        let size = sizes.next().unwrap_or(1).clamp(1, stream.len() - at);
        let taken = framer.feed(&stream[at..at + size]);
        assert!(taken > 0, "all events were read, so there is room");
        at += taken;
    }
}

fn good_frame(n: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let area = format!("DataTime=20260105093000;a21026-Rtd={n}.5,a21026-Flag=N");
    Outgoing {
        qn: Some("20260105093000120"),
        st: "31",
        cn: 2011,
        pw: "123456",
        mn: "010000A8900016F000169DC0",
        wants_answer: true,
        area: &area,
        ..Outgoing::default()
    }
    .write(&mut out)
    .expect("written");
    out
}

/// A piece of a stream: a good packet, a damaged one, or noise.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0u32..5).prop_map(good_frame),
        2 => (0u32..5, any::<prop::sample::Index>(), any::<u8>()).prop_map(|(n, at, byte)| {
            let mut frame = good_frame(n);
            let at = at.index(frame.len());
            frame[at] = byte;
            frame
        }),
        2 => (0u32..5, any::<prop::sample::Index>()).prop_map(|(n, at)| {
            let mut frame = good_frame(n);
            frame.remove(at.index(frame.len()));
            frame
        }),
        1 => (0u32..5, any::<prop::sample::Index>()).prop_map(|(n, at)| {
            let frame = good_frame(n);
            frame[..at.index(frame.len())].to_vec()
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => "[#0-9&\r\n]{0,12}".prop_map(String::into_bytes),
        1 => Just(b"##0140Flag=9;CP=&&{0xAB,0xCD}&&D801\r\n".to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_chunking_gives_the_same_events(pieces in proptest::collection::vec(piece(), 0..12), cuts in proptest::collection::vec(1usize..60, 0..200)) {
        let stream = pieces.concat();
        let whole = events(&stream, &[]);
        prop_assert_eq!(&events(&stream, &cuts), &whole);
        prop_assert_eq!(&events(&stream, &vec![1; stream.len()]), &whole);
        let joined: Vec<u8> = whole.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        prop_assert_eq!(joined, stream, "every byte comes out exactly once, in order");
    }

    #[test]
    fn a_good_packet_after_any_noise_is_found(noise in proptest::collection::vec(any::<u8>().prop_filter("no header", |b| *b != b'#'), 0..300)) {
        let good = good_frame(1);
        let stream = [&noise[..], &good].concat();
        prop_assert!(events(&stream, &[]).contains(&("frame".to_owned(), good)));
    }

    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(piece(), 0..4)) {
        let bytes = pieces.concat();
        let _ = parse(&bytes, &Options { received_utc_s: Some(0), ..Options::default() });
        let _ = check_json(&bytes, &Options::default());
        for (kind, frame) in events(&bytes, &[]) {
            if kind == "frame" {
                // What the framer cuts, the parser finds at the same place.
                if let Ok(packet) = parse(&frame, &Options::default()) {
                    prop_assert_eq!(packet.frame(), &frame[..]);
                }
            }
        }
    }

    /// Areas made of the grammar's own characters reach deeper than noise does.
    #[test]
    fn no_area_panics(area in "([DaABw0-9;,=/.&-]|DataTime=20260105093000|a21026-|w01001-|Rtd|Flag|Min|Max|=N|-Info=//|汉| ){0,60}", cn in prop_oneof![Just(2011), Just(2061), Just(3020), Just(9015), Just(2062)], flag in 0u8..12) {
        let segment = format!("QN=20260105093000120;ST=32;CN={cn};PW=123456;MN=010000A8900016F000169DC0;Flag={flag};CP=&&{area}&&");
        let mut frame = Vec::new();
        hj212::write::frame(segment.as_bytes(), &mut frame).expect("written");
        if let Ok(packet) = parse(&frame, &Options::default()) {
            for item in packet.items() {
                prop_assert!(item.key.starts_with(item.code));
                prop_assert!(item.problem.is_some() || !item.attr.is_number() || item.number.is_some() || item.key.starts_with('p'));
            }
            prop_assert_eq!(packet.groups().map(|group| group.items().count()).sum::<usize>(), packet.items().len());
        }
        prop_assert!(serde_json::from_str::<serde_json::Value>(&check_json(&frame, &Options::default())).is_ok());
    }

    #[test]
    fn what_is_written_is_read_back(
        version in prop_oneof![Just(Version::V2005), Just(Version::V2017), Just(Version::V2025)],
        mn in "[0-9A-F]{24}", pw in "[0-9a-zA-Z]{1,6}", st in prop_oneof![Just("31"), Just("32"), Just("22")],
        values in proptest::collection::btree_map("[aw][0-9]{5}", (any::<i32>(), 0u32..5), 1..9),
        wants_answer: bool, resent: bool, part in proptest::option::of((1u16..=9, 1u16..=9)),
    ) {
        let text = |mantissa: i32, scale: u32| {
            let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale as usize + 1);
            let (whole, rest) = digits.split_at(digits.len() - scale as usize);
            format!("{}{whole}{}{rest}", if mantissa < 0 { "-" } else { "" }, if scale > 0 { "." } else { "" })
        };
        let items: Vec<String> = values.iter().map(|(code, (m, s))| format!("{code}-Rtd={},{code}-Flag=N", text(*m, *s))).collect();
        let area = format!("DataTime=20260105093000;{}", items.join(";"));
        let part = part.map(|(a, b)| Part { of: a.max(b), number: a.min(b) });
        let out = Outgoing { qn: Some("20260105093000120"), st, cn: 2011, pw: &pw, mn: &mn, version, wants_answer, resent, part, area: &area, ..Outgoing::default() };
        let mut frame = Vec::new();
        out.write(&mut frame).expect("written");
        let packet = parse(&frame, &Options::default()).map_err(|reject| TestCaseError::fail(reject.to_string()))?;
        prop_assert_eq!((packet.mn(), packet.pw(), packet.st(), packet.version()), (&*mn, &*pw, st, version));
        prop_assert_eq!((packet.part(), packet.wants_answer()), (part, wants_answer));
        prop_assert_eq!(packet.resent(), resent && version == Version::V2025);
        prop_assert_eq!(packet.area(), &area);
        let read: Vec<(String, i128, u32)> = packet.items().filter_map(|i| i.number.map(|n| (i.code.to_owned(), n.mantissa, n.scale))).collect();
        let given: Vec<(String, i128, u32)> = values.into_iter().map(|(code, (m, s))| (code, m.into(), s)).collect();
        prop_assert_eq!(read, given);
    }
}
