//! The fields in front of the data area (HJ 212-2017 table 3, HJ 212-2025 table 3), and their faults.
//!
//! `Header::read` only finds the fields; `Header::check` applies the catalogue in its order: repeated, wrong
//! case and malformed items first, then QN ST CN PW MN Flag split RF CP.

use crate::catalogue::{Reason, Warning, Warnings};
use crate::codes::{self, Command, Medium};
use crate::data::Marks;
use crate::time::Time;
use crate::{Options, Registered};

/// A version of the standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// HJ/T 212-2005.
    V2005,
    /// HJ 212-2017.
    #[default]
    V2017,
    /// HJ 212-2025.
    V2025,
}

impl Version {
    /// The year in its number.
    pub const fn year(self) -> u16 {
        match self {
            Version::V2005 => 2005,
            Version::V2017 => 2017,
            Version::V2025 => 2025,
        }
    }

    /// The version bits of Flag, in their place.
    pub const fn flag_bits(self) -> u8 {
        (self as u8) << 2
    }

    /// By the version bits of Flag; `None` if they say more than 2025.
    pub const fn of_flag(flag: u8) -> Option<Version> {
        match flag >> 2 {
            0 => Some(Version::V2005),
            1 => Some(Version::V2017),
            2 => Some(Version::V2025),
            _ => None,
        }
    }
}

/// Bit of Flag: an answer is wanted.
pub const FLAG_ANSWER: u8 = 1;
/// Bit of Flag: PNUM and PNO are present.
pub const FLAG_SPLIT: u8 = 2;

/// Which part of a split message a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// PNUM, from 1.
    pub of: u16,
    /// PNO, 1..=`of`.
    pub number: u16,
}

/// The header fields by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Qn,
    St,
    Cn,
    Pw,
    Mn,
    Flag,
    Pnum,
    Pno,
    Rf,
    Cp,
}

const NAMES: [(&str, Field); 10] = [
    ("QN", Field::Qn),
    ("ST", Field::St),
    ("CN", Field::Cn),
    ("PW", Field::Pw),
    ("MN", Field::Mn),
    ("Flag", Field::Flag),
    ("PNUM", Field::Pnum),
    ("PNO", Field::Pno),
    ("RF", Field::Rf),
    ("CP", Field::Cp),
];
/// Place of each field in the order of HJ/T 212-2005, where PNUM and PNO stand after QN.
const ORDER_2005: [u8; 10] = [0, 3, 4, 5, 6, 7, 1, 2, 8, 9];

/// The fields of a header as they stand, not yet judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Header<'a> {
    fields: [Option<&'a str>; 9],
    /// Where the data area's `&&` should begin: just after `CP=`.
    pub(crate) cp: Option<usize>,
    fault: Option<(Reason, &'a str)>,
    warnings: Warnings,
    /// Unknown keys so far.
    unknown: u16,
    /// Both orders are tracked until the version is known.
    out_of_order: bool,
    out_of_order_2005: bool,
}

/// Digits of QN.
const QN_LEN: usize = 17;

/// Up to so many unknown keys are compared with one another: a header made of thousands must not cost a
/// quadratic time.
const UNKNOWN_COMPARED: u16 = 16;

/// What a header says when it is in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked {
    pub(crate) flag: Option<u8>,
    pub(crate) command: &'static Command,
    pub(crate) part: Option<Part>,
    pub(crate) medium: Medium,
    pub(crate) warnings: Warnings,
}

/// A refusal and the text it is about.
pub(crate) type Fault<'a> = (Reason, &'a str);

impl<'a> Header<'a> {
    /// Finds the fields of a segment, without judging them.
    pub fn read(segment: &'a str) -> Header<'a> {
        let mut header = Header::default();
        let bytes = segment.as_bytes();
        let mut marks = Marks::new(bytes);
        let (mut at, mut places) = (0, (0, 0));
        while at <= bytes.len() {
            // The first `=` splits an item, a `;` ends it; the commas are looked at below.
            let mut equals = None;
            let end = loop {
                match marks.next() {
                    None => break bytes.len(),
                    Some(mark) if bytes[mark] == b';' => break mark,
                    Some(mark) if bytes[mark] == b'=' && equals.is_none() => {
                        if &bytes[at..mark] == b"CP" {
                            header.cp = Some(mark + 1);
                            return header;
                        }
                        equals = Some(mark - at);
                    }
                    Some(_) => {}
                }
            };
            header.item(segment, at, &segment[at..end], equals, &mut places);
            at = end + 1;
        }
        // No CP: what stands behind the first && is no header, whatever it looks like.
        match segment.find("&&") {
            Some(end) if header.fault.is_some() && end < segment.len() => Header::read(&segment[..end]),
            _ => header,
        }
    }

    /// `equals`: the place of its first `=` in the item.
    fn item(&mut self, segment: &'a str, at: usize, item: &'a str, equals: Option<usize>, places: &mut (u8, u8)) {
        let Some(equals) = equals else {
            return self.fail(Reason::HeaderItemWithoutEquals, item);
        };
        let (mut key, mut value) = (&item[..equals], &item[equals + 1..]);
        if key.ends_with(' ') || key.starts_with(' ') || value.ends_with(' ') || value.starts_with(' ') {
            (key, value) = (key.trim_matches(' '), value.trim_matches(' '));
            self.warnings.add(Warning::SpaceTrimmed);
        }
        let Some(field) = field_of(key) else {
            if NAMES.iter().any(|(name, _)| name.eq_ignore_ascii_case(key)) {
                self.fail(Reason::KeyCase, key);
            } else if self.unknown < UNKNOWN_COMPARED
                && segment[..at]
                    .split(';')
                    .any(|earlier| earlier.split('=').next() == Some(key))
            {
                self.fail(Reason::DuplicateField, key);
            } else {
                self.unknown += 1;
                self.warnings.add(Warning::UnknownHeaderKey);
            }
            return;
        };
        // The standard's own slip `QN=…534,ST=32`: the comma stands for the semicolon.
        if field == Field::Qn
            && value.len() > QN_LEN
            && let Some((qn, next)) = value.split_once(',')
        {
            self.warnings.add(Warning::SeparatorSlip);
            self.set(Field::Qn, key, qn, places);
            return self.item(segment, at, next, next.find('='), places);
        }
        self.set(field, key, value, places);
    }

    fn set(&mut self, field: Field, key: &'a str, value: &'a str, places: &mut (u8, u8)) {
        // CP= itself never comes here with its exact spelling; ` CP=` trimmed does and then has no area.
        let Some(slot) = self.fields.get_mut(field as usize) else {
            return;
        };
        if slot.is_some() {
            return self.fail(Reason::DuplicateField, key);
        }
        *slot = Some(value);
        let (now, then) = (field as u8, ORDER_2005[field as usize]);
        self.out_of_order |= now < places.0;
        self.out_of_order_2005 |= then < places.1;
        *places = (now, then);
    }

    /// Keeps the fault that comes first in the catalogue's order.
    fn fail(&mut self, reason: Reason, text: &'a str) {
        if self.fault.is_none_or(|(held, _)| reason < held) {
            self.fault = Some((reason, text));
        }
    }

    pub(crate) fn get(&self, field: Field) -> Option<&'a str> {
        self.fields.get(field as usize).copied().flatten()
    }

    /// QN, the request number.
    pub fn qn(&self) -> Option<&'a str> {
        self.get(Field::Qn)
    }

    /// ST, the system code.
    pub fn st(&self) -> Option<&'a str> {
        self.get(Field::St)
    }

    /// CN, the command code, as it stands.
    pub fn cn(&self) -> Option<&'a str> {
        self.get(Field::Cn)
    }

    /// PW, the password.
    pub fn pw(&self) -> Option<&'a str> {
        self.get(Field::Pw)
    }

    /// MN, the device.
    pub fn mn(&self) -> Option<&'a str> {
        self.get(Field::Mn)
    }

    /// Flag, if it is a decimal of at most 255.
    pub fn flag(&self) -> Option<u8> {
        self.get(Field::Flag)
            .and_then(|text| read_number(text, 255))
            .map(|flag| flag as u8)
    }

    /// RF: the packet is sent again (2025).
    pub fn resent(&self) -> bool {
        self.get(Field::Rf) == Some("1")
    }

    /// Every known field that is present, in the standard's order, as it stands.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        NAMES
            .iter()
            .zip(self.fields)
            .filter_map(|((name, _), value)| value.map(|value| (*name, value)))
    }

    /// Whether Flag says 2025; then the time of the data matters for the version.
    pub(crate) fn says_2025(&self) -> bool {
        self.flag().and_then(Version::of_flag) == Some(Version::V2025)
    }

    /// The version whose rules hold, as far as Flag and the station's setting tell. `data_time` is the time
    /// of the data if it is known: nothing older than the standard of 2025 is judged by it.
    pub(crate) fn version(&self, options: &Options<'_>, data_time: Option<Time>) -> (Version, bool) {
        let by_flag = self.flag().and_then(Version::of_flag).unwrap_or(Version::V2005);
        if by_flag != Version::V2025 {
            return (by_flag, false);
        }
        // Surface-water stations sent Flag=9 years before there was a version 2025.
        let by_station = if self.st() == Some("21") {
            options.st21_version
        } else {
            by_flag
        };
        let implausible = data_time.is_some_and(|time| (time.year, time.month, time.day) < ISSUED_2025);
        (
            if implausible {
                by_station.min(Version::V2017)
            } else {
                by_station
            },
            implausible,
        )
    }

    /// Judges the fields. `version` as told by [`Header::version`].
    pub(crate) fn check(&self, options: &Options<'_>, version: Version) -> Result<Checked, Fault<'a>> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut warnings = self.warnings;
        match self.qn() {
            None if version != Version::V2005 => return Err((Reason::QnMissing, "")),
            Some(qn) if qn.len() != QN_LEN || Time::read(qn.as_bytes()).is_none() => {
                return Err((Reason::QnBad, qn));
            }
            _ => {}
        }
        let st = self.st().ok_or((Reason::StMissing, ""))?;
        if st.len() != 2 || !st.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err((Reason::StBad, st));
        }
        let cn = self.cn().ok_or((Reason::CnMissing, ""))?;
        if cn.len() != 4 || !cn.bytes().all(|b| b.is_ascii_digit()) {
            return Err((Reason::CnBad, cn));
        }
        let command = read_number(cn, 9999)
            .and_then(codes::command)
            .ok_or((Reason::CnUnknown, cn))?;
        self.check_sender(options, &mut warnings)?;
        let flag = match self.get(Field::Flag) {
            None => None,
            Some(text) => Some(self.flag().ok_or((Reason::FlagBad, text))?),
        };
        if flag.is_some_and(|flag| Version::of_flag(flag).is_none()) {
            return Err((Reason::FlagVersionUnknown, self.get(Field::Flag).unwrap_or_default()));
        }
        let part = self.check_split(flag.is_some_and(|flag| flag & FLAG_SPLIT != 0), version)?;
        if let Some(rf) = self.get(Field::Rf) {
            if version == Version::V2025 && rf != "1" {
                return Err((Reason::RfBad, rf));
            }
            warnings.add_if(version != Version::V2025, Warning::UnknownHeaderKey);
        }
        if self.cp.is_none() {
            return Err((Reason::CpMissing, ""));
        }
        let out_of_order = if version == Version::V2005 {
            self.out_of_order_2005 && self.out_of_order
        } else {
            self.out_of_order
        };
        warnings.add_if(out_of_order, Warning::FieldOrder);
        warnings.add_if(version == Version::V2005, Warning::Version2005);
        let system = codes::system(st);
        let medium = system.map_or(Medium::Other, |system| system.medium);
        warnings.add_if(system.is_none(), Warning::UnknownSt);
        Ok(Checked {
            flag,
            command,
            part,
            medium,
            warnings,
        })
    }

    /// PW and MN.
    fn check_sender(&self, options: &Options<'_>, warnings: &mut Warnings) -> Result<(), Fault<'a>> {
        let pw = self.pw().ok_or((Reason::PwMissing, ""))?;
        if options.password.is_some_and(|password| password != pw) || pw.bytes().any(|b| b == b',') {
            return Err((Reason::PwWrong, pw));
        }
        let standard = matches!(pw.len(), 1..=6) && pw.bytes().all(|b| b.is_ascii_alphanumeric());
        warnings.add_if(!standard, Warning::PwNonstandard);
        let mn = self.mn().ok_or((Reason::MnMissing, ""))?;
        // Compared without a branch for each character; nearly every MN is standard.
        let is_hex = |all: bool, b: u8| all & (b.is_ascii_digit() | matches!(b, b'A'..=b'F'));
        let standard = mn.len() == 24 && mn.bytes().fold(true, is_hex);
        if !standard
            && (mn.is_empty()
                || !mn
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')))
        {
            return Err((Reason::MnBad, mn));
        }
        if options.registered == Registered::No {
            return Err((Reason::MnUnknown, mn));
        }
        warnings.add_if(!standard, Warning::MnNonstandard);
        Ok(())
    }

    fn check_split(&self, split: bool, version: Version) -> Result<Option<Part>, Fault<'a>> {
        let (pnum, pno) = match (self.get(Field::Pnum), self.get(Field::Pno)) {
            (None, None) if !split => return Ok(None),
            (Some(text), _) | (None, Some(text)) if !split && version != Version::V2005 => {
                return Err((Reason::SplitFieldsUnexpected, text));
            }
            (Some(pnum), Some(pno)) => (pnum, pno),
            _ => return Err((Reason::SplitFieldsMissing, "")),
        };
        let of = read_number(pnum, 9999).ok_or((Reason::SplitFieldsBad, pnum))?;
        let number = read_number(pno, 9999).ok_or((Reason::SplitFieldsBad, pno))?;
        if of < 1 || number < 1 || number > of {
            return Err((Reason::SplitFieldsBad, pno));
        }
        Ok(Some(Part { of, number }))
    }
}

/// The day HJ 212-2025 was issued; data older than that cannot follow it.
const ISSUED_2025: (u16, u8, u8) = (2025, 6, 6);

fn field_of(key: &str) -> Option<Field> {
    Some(match key {
        "QN" => Field::Qn,
        "ST" => Field::St,
        "CN" => Field::Cn,
        "PW" => Field::Pw,
        "MN" => Field::Mn,
        "Flag" => Field::Flag,
        "PNUM" => Field::Pnum,
        "PNO" => Field::Pno,
        "RF" => Field::Rf,
        "CP" => Field::Cp,
        _ => return None,
    })
}

/// A decimal number of up to nine digits, at most `max`.
pub(crate) fn read_number(text: &str, max: u16) -> Option<u16> {
    if text.is_empty() || text.len() > 9 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = text.bytes().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    u16::try_from(number).ok().filter(|number| *number <= max)
}

/// The MN that stands in the header of a packet whose CRC is not verified: to find the station's settings
/// before [`crate::parse`]. `bytes` is a frame.
pub fn peek_mn(bytes: &[u8]) -> Option<&str> {
    let end = memchr::memmem::find(bytes, b"CP=").unwrap_or(bytes.len());
    let head = core::str::from_utf8(bytes.get(6..end)?).ok()?;
    head.split(';').find_map(|item| item.strip_prefix("MN="))
}

#[cfg(test)]
mod tests;
