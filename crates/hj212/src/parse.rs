//! From the bytes of a frame to a judged packet, or the one reason why not.
//!
//! Order: frame, header, data area as a whole, items; the first refusal wins. An item that is refused does
//! not take its packet with it. Nothing is copied but an encrypted area; one allocation holds all items.

use crate::area::{Area, Role};
use crate::catalogue::{Reason, Warning, Warnings};
use crate::cipher::{self, Key};
use crate::crc::{self, Crc};
use crate::data::judge::{Judged, Rules, judge};
use crate::data::{Pairs, has_embedded_terminator};
use crate::frame::{AREA_CLOSE, AREA_OPEN, Cut, End, Look, PREFIX, Tail, look};
use crate::header::{Header, Version};
use crate::packet::{Packet, State};
use crate::reject::{Detail, Reject};
use crate::time::Time;
use crate::{CrcRule, Options};
use alloc::borrow::Cow;
use memchr::memmem;

/// Parses one frame: `##` to CR LF. Bytes behind the packet are left alone ([`Packet::trailing`]).
pub fn parse<'a>(bytes: &'a [u8], options: &Options<'_>) -> Result<Packet<'a>, Reject<'a>> {
    let cut = match look(bytes, End::Closed) {
        Look::Found(cut) => cut,
        Look::Fault { reason, .. } => return Err(Reject::of_frame(reason, bytes)),
        // A closed stream has no more to come.
        Look::More => return Err(Reject::of_frame(Reason::Truncated, bytes)),
    };
    let segment = &bytes[PREFIX..PREFIX + cut.segment];
    let given = &bytes[PREFIX + cut.segment..PREFIX + cut.segment + 4];
    let mut warnings = Warnings::default();
    let value = hex(given);
    let computed = match options.crc {
        CrcRule::Hj212 => crc::hj212(segment),
        // Low byte first: what is read as the high byte is the low one.
        CrcRule::ModbusLowFirst => crc::modbus(segment).swap_bytes(),
    };
    warnings.add_if(given.iter().any(u8::is_ascii_lowercase), Warning::CrcLowercase);
    warnings.add_if(matches!(cut.tail, Tail::Cr | Tail::Lf), Warning::TailNonstandard);
    warnings.add_if(cut.tail == Tail::Missing, Warning::TailMissing);
    warnings.add_if(cut.segment > LENGTH_USUAL, Warning::LengthOver1024);
    let frame = Frame { bytes, cut, warnings };
    if value == computed {
        frame.warn_variant(options).plain(segment, options)
    } else {
        frame.encrypted(segment, value, computed, options)
    }
}

/// The greatest length of a data segment that HJ 212-2017 table 2 foresees, in bytes.
const LENGTH_USUAL: usize = 1024;

/// How much later than its receipt a time of data may be before it is odd, in seconds (catalogue of faults:
/// clocks differ by minutes).
const FUTURE_S: i64 = 600;

struct Frame<'a> {
    bytes: &'a [u8],
    cut: Cut,
    warnings: Warnings,
}

impl<'a> Frame<'a> {
    fn warn_variant(mut self, options: &Options<'_>) -> Self {
        self.warnings
            .add_if(options.crc == CrcRule::ModbusLowFirst, Warning::CrcVariant);
        self
    }

    /// The CRC fits the bytes as they came.
    fn plain(self, segment: &'a [u8], options: &Options<'_>) -> Result<Packet<'a>, Reject<'a>> {
        if let Some(at) = control_character(segment) {
            return Err(Reject::new(Reason::ControlCharacter, Detail::at(at, &segment[at..])));
        }
        let text = match core::str::from_utf8(segment) {
            Ok(text) => text,
            Err(error) => {
                return Err(Reject::new(
                    Reason::NotUtf8,
                    Detail::at(error.valid_up_to(), &segment[error.valid_up_to()..]),
                ));
            }
        };
        let header = Header::read(text);
        let refuse = |(reason, found): (Reason, &str)| Reject::new(reason, Detail::found(found)).with_header(header);
        let (opened, close) = match header.cp {
            None => (None, text.len()),
            Some(cp) => (text[cp..].strip_prefix("&&"), text.len()),
        };
        let peeked = opened.filter(|_| header.says_2025()).and_then(peek_data_time);
        let (version, implausible) = header.version(options, peeked);
        let checked = header.check(options, version).map_err(refuse)?;
        let Some(area) = opened.and_then(|area| area.strip_suffix("&&")) else {
            let from = header.cp.unwrap_or(close);
            return Err(refuse((Reason::CpNoTerminator, &text[from..])));
        };
        if has_embedded_terminator(area) {
            return Err(refuse((Reason::CpEmbeddedTerminator, area)));
        }
        let mut warnings = self.warnings;
        warnings.merge(checked.warnings);
        warnings.add_if(implausible, Warning::VersionImplausible);
        self.finish(header, checked, Cow::Borrowed(area), version, warnings, options)
    }

    /// The CRC does not fit: an encrypted packet of 2025, or damage.
    fn encrypted(
        mut self,
        segment: &'a [u8],
        given: u16,
        computed: u16,
        options: &Options<'_>,
    ) -> Result<Packet<'a>, Reject<'a>> {
        let mismatch = Reject::new(Reason::CrcMismatch, Detail::Crc { given, computed });
        let Some(open) = memmem::find(segment, AREA_OPEN).filter(|open| *open == 0 || segment[open - 1] == b';') else {
            return Err(mismatch);
        };
        let (head, area) = segment.split_at(open + AREA_OPEN.len());
        let (Ok(head), Some(area)) = (core::str::from_utf8(head), area.strip_suffix(AREA_CLOSE)) else {
            return Err(mismatch);
        };
        let header = Header::read(head);
        let (version, _) = header.version(options, None);
        if version != Version::V2025 || !cipher::looks_encrypted(area) {
            return Err(mismatch);
        }
        // The fields of the header come before the key: they are plain and can be judged.
        let refuse = |(reason, found): (Reason, &str)| Reject::new(reason, Detail::found(found)).with_header(header);
        let Some(key) = options.key.filter(|_| cfg!(feature = "sm4")) else {
            // The header is not protected by a CRC that could be verified; only what is sure is refused by it.
            return match header.check(options, version) {
                Err(fault) => Err(refuse(fault)),
                Ok(_) => Err(Reject::new(Reason::NoKey, Detail::None).with_header(header)),
            };
        };
        let (mut plain, as_text) = cipher::raw(area);
        decrypt(&mut plain, key);
        let mut crc = Crc::new();
        crc.update(head.as_bytes());
        crc.update(&plain);
        crc.update(AREA_CLOSE);
        if crc.finish() != given {
            return Err(Reject::new(
                Reason::CrcMismatch,
                Detail::Crc {
                    given,
                    computed: crc.finish(),
                },
            ));
        }
        if let Some(at) = control_character(head.as_bytes()).or(control_character(&plain)) {
            return Err(Reject::new(Reason::ControlCharacter, Detail::at(at, &[])).with_header(header));
        }
        let plain = match alloc::string::String::from_utf8(plain) {
            Ok(plain) => plain,
            Err(error) => {
                return Err(
                    Reject::new(Reason::NotUtf8, Detail::at(error.utf8_error().valid_up_to(), &[])).with_header(header),
                );
            }
        };
        let (version, implausible) = header.version(options, peek_data_time(&plain));
        let checked = header.check(options, version).map_err(refuse)?;
        if has_embedded_terminator(&plain) {
            return Err(refuse((Reason::CpEmbeddedTerminator, &plain)));
        }
        self.warnings.merge(checked.warnings);
        self.warnings.add_if(implausible, Warning::VersionImplausible);
        self.warnings.add_if(as_text, Warning::CipherAsText);
        let warnings = self.warnings;
        self.finish(header, checked, Cow::Owned(plain), version, warnings, options)
    }

    /// Header in order, area at hand.
    fn finish(
        self,
        header: Header<'a>,
        checked: crate::header::Checked,
        area: Cow<'a, str>,
        version: Version,
        mut warnings: Warnings,
        options: &Options<'_>,
    ) -> Result<Packet<'a>, Reject<'a>> {
        let rules = Rules {
            version,
            medium: checked.medium,
            cn: checked.command.code,
        };
        let Judged {
            slots,
            parameters_end,
            warnings: of_items,
            upload_warnings,
        } = judge(&area, rules);
        let is_late = |time: Time| {
            options
                .received_utc_s
                .is_some_and(|now| time.utc_seconds() > now + FUTURE_S)
        };
        let whole = Area {
            text: &area,
            slots: &slots,
            parameters_end,
        }
        .check(checked.command, version, is_late);
        let whole = whole.map_err(|(reason, found)| Reject::new(reason, Detail::found(found)).with_header(header))?;
        warnings.merge(of_items);
        warnings.merge(whole.warnings);
        if whole.role == Role::Upload {
            warnings.merge(upload_warnings);
        }
        Ok(Packet::new(State {
            bytes: self.bytes,
            total: self.cut.total,
            header,
            flag: checked.flag,
            version,
            command: checked.command,
            part: checked.part,
            role: whole.role,
            data_time: whole.data_time,
            range: whole.range,
            area,
            slots,
            parameters_end,
            warnings,
        }))
    }
}

#[cfg(feature = "sm4")]
fn decrypt(area: &mut [u8], key: &Key) {
    cipher::decrypt(area, key);
}

/// Without the feature no key is ever used (see `encrypted`).
#[cfg(not(feature = "sm4"))]
fn decrypt(_area: &mut [u8], _key: &Key) {}

/// The first DataTime of an area that is not judged yet.
fn peek_data_time(area: &str) -> Option<Time> {
    // It nearly always stands first.
    let value = match area.strip_prefix("DataTime=") {
        Some(rest) => &rest[..rest.find([';', ',', '&']).unwrap_or(rest.len())],
        None => Pairs::new(area).find(|pair| pair.key == "DataTime")?.value?,
    };
    Time::read(value.as_bytes())
}

/// Place of the first byte below 0x20 or equal to 0x7F.
fn control_character(bytes: &[u8]) -> Option<usize> {
    let is_control = |byte: &u8| (*byte < 0x20) | (*byte == 0x7F);
    // No branch in the loop, so that many bytes are compared at once.
    if !bytes.iter().fold(false, |found, byte| found | is_control(byte)) {
        return None;
    }
    bytes.iter().position(is_control)
}

/// Four hex digits; `look` has seen that they are.
fn hex(digits: &[u8]) -> u16 {
    digits.iter().fold(0, |value, digit| {
        value << 4 | (*digit as char).to_digit(16).unwrap_or_default() as u16
    })
}
