//! The printed vectors and the two tables of packets: `packets.csv` (legal and illegal ones, written for this
//! purpose) and `frames.csv` (found in the field).

use hj212::{CrcRule, Options, Reason, Version, Warning, check, parse, write};

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row")).collect()
}

/// Rows of a table whose lines may begin with `##`, which a comment filter would eat.
fn table(text: &str) -> Vec<csv::StringRecord> {
    let without_notes: String = text
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut reader = csv::ReaderBuilder::new().from_reader(without_notes.as_bytes());
    reader.records().map(|row| row.expect("a row")).collect()
}

#[test]
fn legal_and_illegal_packets() {
    let packets = rows(include_str!("packets.csv"));
    assert_eq!(packets.len(), 23);
    for row in packets {
        let (what, expected) = (&row[0], &row[2]);
        let bytes = check::unescape(row[1].as_bytes());
        match parse(&bytes, &Options::default()) {
            Ok(packet) => {
                assert_eq!(expected, "accept", "{what}");
                assert_eq!(packet.quarantined().count(), 0, "{what}");
                assert!(
                    packet.version() == Version::V2005 || packet.warnings().is_empty(),
                    "{what}: {:?}",
                    packet.warnings()
                );
            }
            Err(reject) => assert_eq!(expected, reject.reason.name(), "{what}: {reject}"),
        }
    }
}

#[test]
fn frames_from_the_field() {
    let frames = table(include_str!("frames.csv"));
    assert_eq!(frames.len(), 50);
    for row in frames {
        let (frame, expected) = (&row[0], &row[1]);
        let result = parse(frame.as_bytes(), &Options::default());
        match (&result, expected) {
            (Ok(packet), "accept") => {
                assert!(packet.warnings().has(Warning::TailMissing));
                assert_eq!(packet.quarantined().count(), 0, "{frame}");
            }
            (Err(reject), "modbus") => {
                assert_eq!(reject.reason, Reason::CrcMismatch);
                let options = Options {
                    crc: CrcRule::ModbusLowFirst,
                    ..Options::default()
                };
                let packet = parse(frame.as_bytes(), &options).expect("accepted with the station's setting");
                assert!(packet.warnings().has(Warning::CrcVariant) && packet.warnings().has(Warning::LengthOver1024));
            }
            (Err(reject), expected) => assert_eq!(reject.reason.name(), expected, "{frame}"),
            (Ok(_), expected) => panic!("accepted instead of {expected}: {frame}"),
        }
    }
}

#[test]
fn crc_vectors_of_printed_packets() {
    let vectors = [
        (
            "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&",
            101,
            0x1C80,
        ),
        (
            "QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&",
            87,
            0x2200,
        ),
        (
            "QN=20231008125115215;ST=22;CN=9011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&QnRtn=1&&",
            94,
            0xCC01,
        ),
        (
            "QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20231008123340;w01008-SampleTime=20231008123340,w01008-Rtd=123.456&&",
            162,
            0xF441,
        ),
    ];
    for (segment, length, crc) in vectors {
        assert_eq!((segment.len(), hj212::crc::hj212(segment.as_bytes())), (length, crc));
        let mut frame = Vec::new();
        write::frame(segment.as_bytes(), &mut frame).expect("written");
        assert_eq!(frame, format!("##{length:04}{segment}{crc:04X}\r\n").as_bytes());
        assert!(parse(&frame, &Options::default()).is_ok());
    }
}

#[test]
fn answers() {
    let frame = b"##0162QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20231008123340;w01008-SampleTime=20231008123340,w01008-Rtd=123.456&&F441\r\n";
    let packet = parse(frame, &Options::default()).expect("good");
    assert!(packet.wants_answer());
    let mut out = Vec::new();
    write::answer_9014(packet.header(), &mut out).expect("written");
    assert_eq!(
        String::from_utf8_lossy(&out),
        "##0087QN=20231008123340461;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&0F00\r\n"
    );
    type Write = fn(&hj212::Header<'_>, &mut Vec<u8>) -> Result<(), write::WriteError>;
    let others: [(Write, u16, Option<&str>); 3] = [
        (|to, out| write::answer_9013(to, out), 9013, None),
        (|to, out| write::answer_9011(to, 2, out), 9011, Some("2")),
        (|to, out| write::answer_9012(to, 100, out), 9012, Some("100")),
    ];
    for (write, cn, value) in others {
        out.clear();
        write(packet.header(), &mut out).expect("written");
        let answer = parse(&out, &Options::default()).expect("good");
        assert_eq!(
            (answer.cn(), answer.st(), answer.qn(), answer.flag()),
            (cn, "91", packet.qn(), Some(4))
        );
        assert_eq!(answer.value("QnRtn").or(answer.value("ExeRtn")), value);
    }
    let old = parse(b"##0096ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20260105093000;011-Rtd=31.2,011-Flag=N&&EF41\r\n", &Options::default()).expect("good");
    assert_eq!(write::answer_9014(old.header(), &mut out), Err(write::WriteError::NoQn));
}

#[test]
fn refused_data_is_still_acknowledged_where_the_catalogue_says_so() {
    let bad_time = check::unescape(
        rows(include_str!("packets.csv"))
            .iter()
            .find(|row| &row[2] == "datatime_bad")
            .expect("there is one")[1]
            .as_bytes(),
    );
    let reject = parse(&bad_time, &Options::default()).expect_err("refused");
    assert!(reject.wants_answer());
    let mut out = Vec::new();
    write::answer_9014(reject.header().expect("read"), &mut out).expect("written");
    assert!(parse(&out, &Options::default()).is_ok_and(|answer| answer.cn() == 9014));
}

/// An encrypted packet of 2025: key of sixteen bytes 0x30; the last five bytes stay plain.
mod encrypted {
    use super::*;

    #[cfg(feature = "sm4")]
    const PLAIN: &str = "DataTime=20240601085857;w01018-Rtd=42.0,w01018-Flag=N";
    const CIPHER: &str =
        "51d45d461a00cd12208e58cb32cb3adc37bdb9e1652aab3b433a0dc714bef599c5ae1862bd2d7b740f12a89bd2a4e35e6c61673d4e";

    fn cipher() -> Vec<u8> {
        (0..CIPHER.len() / 2)
            .map(|i| u8::from_str_radix(&CIPHER[2 * i..2 * i + 2], 16).expect("hex"))
            .collect()
    }

    /// Raw bytes; text under the length of the raw bytes; text under its own length.
    fn three_forms() -> [Vec<u8>; 3] {
        let head = "QN=20240601085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&";
        let raw = [head.as_bytes(), &cipher(), b"&&"].concat();
        assert_eq!(raw.len(), 140);
        let blocks = cipher()[..48]
            .iter()
            .map(|byte| format!("0x{byte:02X}"))
            .collect::<Vec<_>>()
            .join(",");
        let text = format!("{head}{{{blocks}}}lag=N&&");
        let frame =
            |length: usize, segment: &[u8]| [format!("##{length:04}").as_bytes(), segment, b"D801\r\n"].concat();
        [
            frame(140, &raw),
            frame(140, text.as_bytes()),
            frame(text.len(), text.as_bytes()),
        ]
    }

    #[test]
    fn without_a_key_it_is_kept_for_later() {
        for frame in three_forms() {
            let reject = parse(&frame, &Options::default()).expect_err("refused");
            assert_eq!(reject.reason, Reason::NoKey);
            assert_eq!(
                reject.header().and_then(|header| header.mn()),
                Some("010000A8900016F000169DC0")
            );
        }
    }

    #[cfg(feature = "sm4")]
    #[test]
    fn with_its_key_it_is_read() {
        for (i, frame) in three_forms().iter().enumerate() {
            let options = Options {
                key: Some(&[0x30; 16]),
                ..Options::default()
            };
            let packet = parse(frame, &options).expect("accepted");
            assert_eq!(packet.area(), PLAIN);
            assert_eq!(packet.frame(), &frame[..]);
            assert_eq!(packet.warnings().has(Warning::CipherAsText), i > 0);
            let wrong = Options {
                key: Some(&[0x31; 16]),
                ..Options::default()
            };
            assert_eq!(parse(frame, &wrong).expect_err("refused").reason, Reason::CrcMismatch);
        }
    }

    #[cfg(feature = "sm4")]
    #[test]
    fn it_is_written_as_the_vector() {
        let key = [0x30; 16];
        for (form, which) in [(write::CipherForm::Raw, 0), (write::CipherForm::Text, 2)] {
            let out = write::Outgoing {
                qn: Some("20240601085857223"),
                st: "32",
                cn: 2011,
                pw: "123456",
                mn: "010000A8900016F000169DC0",
                version: Version::V2025,
                wants_answer: true,
                area: PLAIN,
                cipher: Some((&key, form)),
                ..write::Outgoing::default()
            };
            let mut frame = Vec::new();
            out.write(&mut frame).expect("written");
            assert_eq!(frame, three_forms()[which]);
        }
    }
}
