//! Each refusal and each leniency of the header, on variants of one good header.

use super::*;

fn check(segment: &str) -> Result<Checked, Reason> {
    let header = Header::read(segment);
    let options = Options::default();
    let (version, _) = header.version(&options, None);
    header.check(&options, version).map_err(|(reason, _)| reason)
}

const GOOD: &str = "QN=20260105093000120;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&&&";

#[test]
fn good() {
    let checked = check(GOOD).expect("in order");
    assert!(checked.warnings.is_empty());
    assert_eq!((checked.flag, checked.command.code), (Some(5), 2011));
}

#[test]
fn every_refusal_of_the_header() {
    let cases = [
        ("QN=20260105093000120;", "", "qn_missing"),
        ("QN=20260105093000120", "QN=1617937761764", "qn_bad"),
        ("QN=20260105093000120", "QN=20260229093000120", "qn_bad"),
        ("ST=31;", "", "st_missing"),
        ("ST=31", "ST=101", "st_bad"),
        ("ST=31;", "ST=31,", "st_bad"),
        ("CN=2011;", "", "cn_missing"),
        ("CN=2011", "CN=211", "cn_bad"),
        ("CN=2011;", "CN=2011,", "cn_bad"),
        ("CN=2011", "CN=2999", "cn_unknown"),
        ("PW=123456;", "", "pw_missing"),
        ("PW=123456;", "PW=123456,", "pw_wrong"),
        ("MN=010000A8900016F000169DC0;", "", "mn_missing"),
        ("MN=010000A8900016F000169DC0", "MN=", "mn_bad"),
        ("MN=010000A8900016F000169DC0;", "MN=010000A8900016F000169DC0,", "mn_bad"),
        ("Flag=5", "Flag=", "flag_bad"),
        ("Flag=5", "Flag=256", "flag_bad"),
        ("Flag=5;", "Flag=5", "flag_bad"),
        ("Flag=5;", "Flag=5,", "flag_bad"),
        ("Flag=5", "Flag=13", "flag_version_unknown"),
        ("Flag=5", "Flag=7", "split_fields_missing"),
        ("Flag=5", "Flag=7;PNUM=2", "split_fields_missing"),
        ("Flag=5", "Flag=5;PNUM=2;PNO=1", "split_fields_unexpected"),
        ("Flag=5", "Flag=7;PNUM=2;PNO=3", "split_fields_bad"),
        ("Flag=5", "Flag=7;PNUM=x;PNO=1", "split_fields_bad"),
        ("Flag=5", "Flag=7;PNUM=0;PNO=0", "split_fields_bad"),
        ("Flag=5", "Flag=9;RF=0", "rf_bad"),
        ("ST=31", "ST=31;ST=32", "duplicate_field"),
        ("ST=31", "ST=31;X=1;X=1", "duplicate_field"),
        ("ST=31", "st=31", "key_case"),
        ("CP=", "cp=", "key_case"),
        ("ST=31", "ST=31;hello", "header_item_without_equals"),
        ("CP=&&&&", "X=1", "cp_missing"),
    ];
    for (from, to, reason) in cases {
        let segment = GOOD.replacen(from, to, 1);
        assert_eq!(
            check(&segment).map(|_| ()).map_err(Reason::name),
            Err(reason),
            "{segment}"
        );
    }
}

#[test]
fn the_first_refusal_wins() {
    assert_eq!(check("st=31;ST=1;ST=2").err(), Some(Reason::DuplicateField));
    assert_eq!(check("hello;st=31").err(), Some(Reason::KeyCase));
    assert_eq!(check("QN=1;ST=1;CN=1;CP=").err(), Some(Reason::QnBad));
}

#[test]
fn what_is_read_leniently() {
    let warnings = |segment: &str| check(segment).expect("accepted").warnings;
    assert!(warnings(&GOOD.replace("120;ST", "120,ST")).has(Warning::SeparatorSlip));
    assert!(warnings(&GOOD.replace(";ST=31", "; ST=31")).has(Warning::SpaceTrimmed));
    assert!(warnings(&GOOD.replace(";CP", ";X=1;CP")).has(Warning::UnknownHeaderKey));
    assert!(
        warnings(&GOOD.replace(";CP", ";RF=1;CP")).has(Warning::UnknownHeaderKey),
        "RF is of 2025"
    );
    assert!(warnings(&GOOD.replace("ST=31;CN=2011", "CN=2011;ST=31")).has(Warning::FieldOrder));
    assert!(warnings(&GOOD.replace("ST=31", "ST=77")).has(Warning::UnknownSt));
    assert!(warnings(&GOOD.replace("PW=123456", "PW=1234567")).has(Warning::PwNonstandard));
    assert!(warnings(&GOOD.replace("9DC0", "9dc0")).has(Warning::MnNonstandard));
}

#[test]
fn order_of_2005() {
    let header = "QN=20040516010101001;PNUM=2;PNO=1;ST=32;CN=2011;PW=123456;MN=88888880000001;Flag=3;CP=&&&&";
    let checked = check(header).expect("accepted");
    assert_eq!(checked.part, Some(Part { of: 2, number: 1 }));
    assert!(!checked.warnings.has(Warning::FieldOrder) && checked.warnings.has(Warning::Version2005));
}
