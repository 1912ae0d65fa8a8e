//! One example for each reason and each warning of the catalogue; the last test sees to it that none is left out.

use hj212::{Options, Reason, Registered, Warning, check, parse, write};
use std::collections::BTreeSet;

const HEAD: &str = "QN=20260105093000120;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&";

/// A frame around the usual head with other fields or data.
fn frame(segment: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write::frame(segment.as_bytes(), &mut out).expect("written");
    out
}

fn upload(cn: &str, area: &str) -> Vec<u8> {
    frame(&format!("{}{area}&&", HEAD.replace("2011", cn)))
}

fn head(from: &str, to: &str) -> Vec<u8> {
    frame(&format!("{HEAD}DataTime=20260105093000&&").replacen(from, to, 1))
}

fn reason(bytes: &[u8], options: &Options<'_>) -> Option<Reason> {
    parse(bytes, options).err().map(|reject| reject.reason)
}

/// Frames whose CRC is made by hand.
fn raw(text: &str) -> Vec<u8> {
    check::unescape(text.as_bytes())
}

fn refusals() -> Vec<(Reason, Vec<u8>)> {
    use Reason::*;
    let control = "QN=20260105093000120;ST=31\u{1}";
    let gbk = [HEAD.as_bytes(), b"i11001-Info=//\xB8\xFC//&&"].concat();
    let with_crc = |segment: &[u8]| {
        [
            format!("##{:04}", segment.len()).as_bytes(),
            segment,
            format!("{:04X}\r\n", hj212::crc::hj212(segment)).as_bytes(),
        ]
        .concat()
    };
    vec![
        (NoHeader, raw("#0087QN")),
        (Truncated, raw("##0087QN=2026")),
        (LengthNotDigits, raw("##087QN=20260105")),
        (LengthMismatch, raw(r"##0003a=&&ABCD\r\n")),
        (EmptySegment, raw(r"##0000FFFF\r\n")),
        (CrcNotHex, raw(r"##0004a=&&ZZZZ\r\n")),
        (CrcMismatch, raw(r"##0004a=&&0000\r\n")),
        (ControlCharacter, with_crc(control.as_bytes())),
        (NotUtf8, with_crc(&gbk)),
        (QnMissing, head("QN=20260105093000120;", "")),
        (QnBad, head("QN=20260105093000120", "QN=20260105093000")),
        (StMissing, head("ST=31;", "")),
        (StBad, head("ST=31;", "ST=31,")),
        (CnMissing, head("CN=2011;", "")),
        (CnBad, head("CN=2011", "CN=20x1")),
        (CnUnknown, head("CN=2011", "CN=9021")),
        (PwMissing, head("PW=123456;", "")),
        (MnMissing, head("MN=010000A8900016F000169DC0;", "")),
        (MnBad, head("MN=010000A8900016F000169DC0", "MN=01 00")),
        (FlagBad, head("Flag=5;CP", "Flag=5CP")),
        (FlagVersionUnknown, head("Flag=5", "Flag=12")),
        (SplitFieldsMissing, head("Flag=5", "Flag=7")),
        (SplitFieldsUnexpected, head("Flag=5", "Flag=5;PNUM=2;PNO=1")),
        (SplitFieldsBad, head("Flag=5", "Flag=7;PNUM=2;PNO=0")),
        (RfBad, head("Flag=5", "Flag=9;RF=0")),
        (DuplicateField, head("ST=31", "ST=31;ST=31")),
        (KeyCase, head("Flag", "FLAG")),
        (HeaderItemWithoutEquals, head("ST=31", "ST=31;x")),
        (
            CpMissing,
            frame("QN=20260105093000120;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5"),
        ),
        (CpNoTerminator, frame(&format!("{HEAD}DataTime=20260105093000"))),
        (
            CpEmbeddedTerminator,
            upload("2011", "DataTime=20260105093000&&;a21026-Rtd=1"),
        ),
        (DatatimeMissing, upload("2011", "a21026-Rtd=1,a21026-Flag=N")),
        (DatatimeMissing, upload("2061", "")),
        (DatatimeBad, upload("2061", "DataTime=20260229090000")),
        (
            DatatimeBad,
            upload("2061", "DataTime=20260105090000;DataTime=20260105100000"),
        ),
        (
            TimeRangeBad,
            upload("2061", "BeginTime=20260105090000,EndTime=20260105080000"),
        ),
        (RequiredKeyMissing, upload("2061", "BeginTime=20260105090000")),
        (RequiredKeyMissing, upload("3016", "PolId=w01018;CstartTime=000000")),
        (RequiredKeyMissing, upload("3020", "DataTime=20260105090000")),
        (RequiredKeyMissing, upload("9011", "")),
        (ValueOutOfRange, upload("1062", "RtdInterval=29")),
        (ValueOutOfRange, upload("9011", "QnRtn=10")),
        (ValueOutOfRange, upload("1000", "OverTime=0;ReCount=3")),
        (ValueBad, upload("1012", "SystemTime=2026010509")),
        (ValueBad, upload("1062", "RtdInterval=abc")),
        (ValueBad, upload("3016", "PolId=w01018;CstartTime=250000;Ctime=2")),
    ]
}

fn items() -> Vec<(Reason, Vec<u8>)> {
    use Reason::*;
    let area = |items: &str| upload("2011", &format!("DataTime=20260105093000;{items}"));
    vec![
        (ValueNotNumber, area("a21026-Rtd=--,a21026-Flag=D")),
        (ValueNotNumber, area("a21026-Rtd=1e5,a21026-Flag=N")),
        (ValueEmpty, area("a21026-Rtd=,a21026-Flag=D")),
        (ItemWithoutEquals, area("a21026-Rtd,a21026-Flag=D")),
        (ItemKeyEmpty, area("=5")),
        (ItemKeyEmpty, area("-Rtd=5")),
        (DuplicateItemConflict, area("a21026-Rtd=5,a21026-Rtd=6,a21026-Flag=N")),
        (
            DuplicateItemConflict,
            area("a21026-Rtd=5,a21026-Flag=N;a21002-Rtd=5,a21002-Flag=N;a21026-Rtd=6"),
        ),
    ]
}

fn warnings() -> Vec<(Warning, Vec<u8>)> {
    use Warning::*;
    let area = |items: &str| upload("2011", &format!("DataTime=20260105093000;{items}"));
    let good = area("a21026-Rtd=5,a21026-Flag=N");
    let without_tail = good[..good.len() - 2].to_vec();
    let lower = |frame: &[u8]| {
        let at = frame.len() - 6;
        [&frame[..at], frame[at..].to_ascii_lowercase().as_slice()].concat()
    };
    // A segment whose CRC has a letter.
    let lettered = (0..100)
        .map(|n| area(&format!("a21026-Rtd={n},a21026-Flag=N")))
        .find(|f| f[f.len() - 6..].iter().any(|b| b.is_ascii_uppercase()));
    vec![
        (
            VersionImplausible,
            frame(&format!("{HEAD}DataTime=20240601085800;a21026-Rtd=5,a21026-Flag=N&&").replace("Flag=5", "Flag=9")),
        ),
        (CrcLowercase, lower(&lettered.expect("one of a hundred"))),
        (TailNonstandard, [&without_tail[..], b"\n"].concat()),
        (TailMissing, without_tail),
        (
            LengthOver1024,
            area(
                &(0..60)
                    .map(|n| format!("e301{n:02}-Rtd=123.45"))
                    .collect::<Vec<_>>()
                    .join(";"),
            ),
        ),
        (
            Version2005,
            frame("ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20260105093000;011-Rtd=31.2&&"),
        ),
        (MnNonstandard, head("010000A8900016F000169DC0", "88888880000001")),
        (PwNonstandard, head("123456", "12345678")),
        (UnknownSt, head("ST=31", "ST=Z9")),
        (UnknownHeaderKey, head("ST=31", "ST=31;X=1")),
        (FieldOrder, head("ST=31;CN=2011", "CN=2011;ST=31")),
        (Datatime17Digits, upload("2011", "DataTime=20260105093000123")),
        (DatatimeNotAligned, upload("2061", "DataTime=20260105093000")),
        (DatatimeNotAligned, upload("2031", "DataTime=20260105010000")),
        (DatatimeNotAligned, upload("2051", "DataTime=20260105010001")),
        (DatatimeInFuture, upload("2011", "DataTime=20260105094001")),
        (DataMarkMissing, area("a21026-Rtd=5")),
        (UnknownDataMark, area("a21026-Rtd=5,a21026-Flag=X")),
        (MarkWithoutValue, area("a21026-Flag=N")),
        (UnknownFactor, area("a99999-Rtd=5,a99999-Flag=N")),
        (TrailingSeparator, area("a21026-Rtd=5,a21026-Flag=N;")),
        (EmptyGroup, area(";a21026-Rtd=5,a21026-Flag=N")),
        (SpaceTrimmed, upload("9012", " ExeRtn=1")),
        (DuplicateItemSame, area("a21026-Rtd=5,a21026-Rtd=5,a21026-Flag=N")),
        (
            SeparatorSlip,
            upload("2061", "BeginTime=20260105080000,EndTime=20260105090000"),
        ),
        (SeparatorSlip, area("a21026-Rtd=5;a21026-Flag=N")),
        (
            SeparatorSlip,
            area("a21026-Rtd=5,a21026-Flag=N,a21002-Rtd=5,a21002-Flag=N"),
        ),
        (
            MinAvgMaxOrder,
            upload(
                "2061",
                "DataTime=20260105090000;a21026-Min=5.1,a21026-Avg=5.05,a21026-Max=9,a21026-Flag=N",
            ),
        ),
        (PhysicallyImpossible, area("w01001-Rtd=14.1,w01001-Flag=N")),
        (PhysicallyImpossible, area("a21026-Rtd=-0.1,a21026-Flag=N")),
        (
            PhysicallyImpossible,
            upload("2041", "DataTime=20260105000000;SB1-RT=24.5"),
        ),
    ]
}

/// Ten minutes before the packet of `DatatimeInFuture`, in UTC seconds; later than all others.
const RECEIVED: i64 = 1_767_576_600;

fn options() -> Options<'static> {
    Options {
        received_utc_s: Some(RECEIVED),
        ..Options::default()
    }
}

#[test]
fn reasons() {
    for (expected, bytes) in refusals() {
        assert_eq!(reason(&bytes, &options()), Some(expected), "{}", check::escape(&bytes));
    }
}

#[test]
fn items_set_aside() {
    for (expected, bytes) in items() {
        let packet = parse(&bytes, &options()).unwrap_or_else(|reject| panic!("{reject}"));
        let problems: BTreeSet<_> = packet.quarantined().map(|item| item.problem).collect();
        assert_eq!(problems, BTreeSet::from([Some(expected)]), "{}", check::escape(&bytes));
        assert!(packet.items().any(|item| item.problem.is_none()), "the rest is taken");
    }
    let both = &items().last().expect("there are some").1.clone();
    assert_eq!(
        parse(both, &options()).map(|packet| packet.quarantined().count()).ok(),
        Some(2)
    );
}

#[test]
fn warnings_alone() {
    for (expected, bytes) in warnings() {
        let packet = parse(&bytes, &options()).unwrap_or_else(|reject| panic!("{reject}: {}", check::escape(&bytes)));
        assert!(
            packet.warnings().has(expected),
            "{expected} in {:?}: {}",
            packet.warnings(),
            check::escape(&bytes)
        );
        let allowed = [expected, Warning::MnNonstandard, Warning::VersionImplausible];
        assert!(
            packet.warnings().iter().all(|w| allowed.contains(&w)),
            "{expected} alone in {:?}",
            packet.warnings()
        );
    }
}

#[test]
fn registration() {
    let packet = upload("2011", "DataTime=20260105093000");
    let with = |options: Options<'_>| reason(&packet, &options);
    assert_eq!(
        with(Options {
            password: Some("654321"),
            ..Options::default()
        }),
        Some(Reason::PwWrong)
    );
    assert_eq!(
        with(Options {
            password: Some("123456"),
            registered: Registered::Yes,
            ..Options::default()
        }),
        None
    );
    assert_eq!(
        with(Options {
            registered: Registered::No,
            ..Options::default()
        }),
        Some(Reason::MnUnknown)
    );
}

#[test]
fn surface_water_sends_flag_9_without_meaning_2025() {
    let packet = frame(
        &format!("{HEAD}DataTime=20260105090000;w01010-Avg=23.1,w01010-Flag=N&&")
            .replace("ST=31;CN=2011", "ST=21;CN=2061")
            .replace("Flag=5", "Flag=9"),
    );
    let version = |options: &Options<'_>| parse(&packet, options).map(|packet| packet.version()).ok();
    assert_eq!(version(&Options::default()), Some(hj212::Version::V2017));
    assert_eq!(
        version(&Options {
            st21_version: hj212::Version::V2025,
            ..Options::default()
        }),
        Some(hj212::Version::V2025)
    );
}

#[test]
fn slips_printed_in_the_standard() {
    for bytes in [
        head("120;ST", "120,ST"),
        upload("2061", "BeginTime=20260105080000,EndTime=20260105090000"),
        upload("9012", " ExeRtn=1"),
        upload("3020", "DataTime=20260105093000;PolId=w01018;i12003-Info =0"),
        upload("2011", "DataTime=20260105093000;01018-Rtd=5"),
        upload("3016", "PolId=w01018;CstartTime=000000;CTime=2"),
    ] {
        assert_eq!(reason(&bytes, &options()), None, "{}", check::escape(&bytes));
    }
}

#[test]
fn requests_and_uploads() {
    use hj212::Role::*;
    let role = |bytes: Vec<u8>| parse(&bytes, &options()).map(|packet| packet.role()).ok();
    assert_eq!(role(upload("2011", "")), Some(Request));
    assert_eq!(role(upload("2011", "DataTime=20260105093000")), Some(Upload));
    assert_eq!(
        role(upload("2061", "BeginTime=20260105080000;EndTime=20260105090000")),
        Some(Request)
    );
    assert_eq!(role(upload("1011", "PolId=w01018")), Some(Request));
    assert_eq!(
        role(upload("1011", "PolId=w01018;SystemTime=20260105080000")),
        Some(Upload)
    );
    assert_eq!(role(upload("3019", "PolId=w01018")), Some(Request));
    assert_eq!(
        role(upload("3019", "PolId=w01018;w01018-SN=010000A8900016F000169DC0")),
        Some(Upload)
    );
    assert_eq!(role(upload("3020", "PolId=w01018,InfoId=i13004")), Some(Request));
    assert_eq!(role(upload("9013", "")), Some(Answer));
    assert_eq!(role(upload("1013", "PolId=w01018")), Some(Notice));
    let power = frame(
        &format!("{HEAD}BeginTime=20260105080000;EndTime=20260105090000&&")
            .replace("ST=31", "ST=44")
            .replace("Flag=5", "Flag=9"),
    );
    assert_eq!(role(power), Some(Request), "history of power use, 2025");
}

#[test]
fn nothing_is_left_out() {
    let mut seen: BTreeSet<Reason> = refusals()
        .into_iter()
        .chain(items())
        .map(|(reason, _)| reason)
        .collect();
    // These need a registration or a key: see `registration` here and `encrypted` in vectors.rs.
    seen.extend([Reason::PwWrong, Reason::MnUnknown, Reason::NoKey]);
    assert_eq!(seen, Reason::ALL.iter().copied().collect());
    let mut seen: BTreeSet<Warning> = warnings().into_iter().map(|(warning, _)| warning).collect();
    // These need a station's setting or an encrypted packet: see vectors.rs.
    seen.extend([Warning::CrcVariant, Warning::CipherAsText]);
    assert_eq!(seen, Warning::ALL.iter().copied().collect());
}
