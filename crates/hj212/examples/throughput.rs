//! Packets per second and megabytes per second of one core, on a stream of simulated packets made here.
//!
//! usage: throughput [PACKETS] [ROUNDS]         measures and prints
//!        throughput --write FILE [PACKETS]     writes the stream, for other decoders
//!
//! Work counted for one packet: cutting, length, CRC, header, every item split, every number made a scaled
//! integer, every check of the catalogue. Each figure is the best of the rounds: other programs on the
//! machine can only make a round slower.

use hj212::{Event, Framer, Options, parse, write};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

/// A small generator (xorshift), so that every run makes the same stream.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

const GAS: [&str; 8] = [
    "a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a01014",
];
const WATER: [&str; 6] = ["w00000", "w01001", "w01018", "w21003", "w21011", "w21001"];

/// Half flue-gas real-time packets (2011), half waste-water hour packets (2061); all values simulated.
fn stream(packets: usize) -> Vec<u8> {
    let mut random = Random(0x5EED_0212);
    let mut out = Vec::new();
    for i in 0..packets {
        let (day, hour, minute) = (1 + i / 1440 % 28, i / 60 % 24, i % 60);
        let mn = format!("3401{:020X}", i % 997);
        let water = i % 2 == 1;
        let time = if water {
            format!("202601{day:02}{hour:02}0000")
        } else {
            format!("202601{day:02}{hour:02}{minute:02}00")
        };
        let mut segment = format!(
            "QN=202601{day:02}{hour:02}{minute:02}00{:03};ST={};CN={};PW=123456;MN={mn};Flag=5;CP=&&DataTime={time}",
            i % 1000,
            if water { 32 } else { 31 },
            if water { 2061 } else { 2011 },
        );
        if water {
            for code in WATER {
                let mut three = [
                    10 + random.below(13_000),
                    10 + random.below(13_000),
                    10 + random.below(13_000),
                ];
                three.sort_unstable();
                let [min, avg, max] = three.map(|n| format!("{}.{:03}", n / 1000, n % 1000));
                let total = three[1] * 12;
                write!(
                    segment,
                    ";{code}-Cou={}.{:03},{code}-Min={min},{code}-Avg={avg},{code}-Max={max},{code}-Flag=N",
                    total / 1000,
                    total % 1000
                )
                .expect("a String");
            }
        } else {
            for code in GAS {
                let value = 10 + random.below(19_990);
                write!(segment, ";{code}-Rtd={}.{:02},{code}-Flag=N", value / 100, value % 100).expect("a String");
            }
        }
        segment.push_str("&&");
        write::frame(segment.as_bytes(), &mut out).expect("short enough");
    }
    out
}

/// The whole work: returns packets, items and the sum of all mantissas.
fn decode(stream: &[u8]) -> (u64, u64, i128) {
    let options = Options::default();
    let (mut packets, mut items, mut sum) = (0, 0, 0);
    let mut framer = Framer::new();
    // As a socket gives it: pieces that know nothing of packets.
    for mut piece in stream.chunks(8192) {
        while !piece.is_empty() {
            let taken = framer.feed(piece);
            piece = &piece[taken..];
            while let Some(event) = framer.next() {
                let Event::Frame(bytes) = event else {
                    panic!("not a packet: {event:?}")
                };
                let packet = parse(bytes, &options).unwrap_or_else(|reject| panic!("{reject}"));
                assert!(packet.warnings().is_empty(), "{packet:?}");
                packets += 1;
                for item in packet.items() {
                    items += 1;
                    if let Some(number) = item.number {
                        sum += number.mantissa;
                    }
                }
            }
        }
    }
    (packets, items, sum)
}

/// Only the CRC, one byte after the other through the table: what a plain implementation spends at least.
fn crc_serial(table: &[u16; 256], segment: &[u8]) -> u16 {
    segment
        .iter()
        .fold(0xFFFF, |crc: u16, byte| table[usize::from((crc >> 8) as u8 ^ byte)])
}

fn best(rounds: usize, mut work: impl FnMut()) -> f64 {
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| args.get(i).map_or(default, |text| text.parse().expect("a count"));
    if args.first().is_some_and(|arg| arg == "--write") {
        let file = args.get(1).expect("a file name");
        std::fs::write(file, stream(number(2, 20_000))).expect("the file can be written");
        return;
    }
    let (packets, rounds) = (number(0, 20_000), number(1, 30));
    let stream = stream(packets);
    let megabytes = stream.len() as f64 / 1e6;
    let expected = decode(&stream);
    println!(
        "stream: {packets} simulated packets, {} bytes, {:.1} bytes each, {} items, sum {}",
        stream.len(),
        stream.len() as f64 / packets as f64,
        expected.1,
        expected.2
    );
    assert_eq!(expected.0, packets as u64);

    let frames: Vec<&[u8]> = stream.split_inclusive(|b| *b == b'\n').collect();
    let segments: Vec<&[u8]> = frames.iter().map(|frame| &frame[6..frame.len() - 6]).collect();
    let table: [u16; 256] = std::array::from_fn(|i| {
        (0..8).fold(i as u16, |register, _| {
            if register & 1 == 1 {
                register >> 1 ^ 0xA001
            } else {
                register >> 1
            }
        })
    });
    for segment in &segments {
        assert_eq!(crc_serial(&table, segment), hj212::crc::hj212(segment));
    }
    let report = |name: &str, seconds: f64| {
        println!(
            "{name:<44} {:>9.0} packets/s {:>8.1} MB/s",
            packets as f64 / seconds,
            megabytes / seconds
        );
        seconds
    };
    let whole = report(
        "hj212: stream to scaled integers",
        best(rounds, || assert_eq!(black_box(decode(&stream)), expected)),
    );
    report(
        "hj212: parse alone (frames cut before)",
        best(rounds, || {
            for frame in &frames {
                black_box(parse(frame, &Options::default()).is_ok());
            }
        }),
    );
    report(
        "hj212: CRC alone",
        best(rounds, || {
            segments.iter().for_each(|s| _ = black_box(hj212::crc::hj212(s)))
        }),
    );
    let serial = report(
        "byte-serial table CRC alone (nothing else)",
        best(rounds, || {
            segments.iter().for_each(|s| _ = black_box(crc_serial(&table, s)))
        }),
    );
    println!(
        "ratio: the whole work takes {:.2} of the time of the byte-serial CRC alone",
        whole / serial
    );
}
