//! One packet in, one JSON object out: `{"ok", "reason", "warnings", "version", "fields"}` and, where they
//! say something, `"detail"`, `"quarantined"` (items set aside) and `"junk"` (bytes behind the packet).
//!
//! `warnings` also names the faults of items that were set aside: the packet is accepted with them.

use crate::catalogue::Reason;
use crate::data::Pairs;
use crate::frame::{End, Look, PREFIX, look};
use crate::header::{Header, Version};
use crate::packet::Packet;
use crate::reject::{Detail, Reject};
use crate::{Options, parse};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// Checks one line: a packet with bytes escaped as `\r \n \\ \xHH`. A line without the escaped CR LF has the
/// warning `tail_missing`.
pub fn check_line(line: &[u8], options: &Options<'_>) -> String {
    check_json(&unescape(line), options)
}

/// Checks the bytes of one packet.
pub fn check_json(bytes: &[u8], options: &Options<'_>) -> String {
    let mut out = String::with_capacity(bytes.len() * 2 + 100);
    match parse(bytes, options) {
        Ok(packet) => accepted(&packet, &mut out),
        Err(reject) => refused(bytes, &reject, options, &mut out),
    }
    out
}

fn accepted(packet: &Packet<'_>, out: &mut String) {
    out.push_str(r#"{"ok":true,"reason":null,"warnings":["#);
    let mut of_items: Vec<Reason> = packet.quarantined().filter_map(|item| item.problem).collect();
    of_items.sort();
    of_items.dedup();
    let names = packet
        .warnings()
        .iter()
        .map(|w| w.name())
        .chain(of_items.iter().map(|r| r.name()));
    for (i, name) in names.enumerate() {
        comma(i, out);
        quote(name, out);
    }
    number(r#"],"version":"#, packet.version().year().into(), out);
    out.push_str(r#","fields":"#);
    fields(packet.header(), Some(packet.area()), out);
    if !of_items.is_empty() {
        out.push_str(r#","quarantined":["#);
        for (i, item) in packet.quarantined().enumerate() {
            comma(i, out);
            out.push_str(r#"{"key":"#);
            quote(item.key, out);
            out.push_str(r#","value":"#);
            quote(item.value, out);
            out.push_str(r#","reason":"#);
            quote(item.problem.map_or("", Reason::name), out);
            out.push('}');
        }
        out.push(']');
    }
    if !packet.trailing().is_empty() {
        number(r#","junk":"#, packet.trailing().len(), out);
    }
    out.push('}');
}

fn refused(bytes: &[u8], reject: &Reject<'_>, options: &Options<'_>, out: &mut String) {
    out.push_str(r#"{"ok":false,"reason":"#);
    quote(reject.reason.name(), out);
    out.push_str(r#","warnings":[],"version":"#);
    let segment = segment(bytes);
    let header = segment.map(Header::read);
    match header {
        // Version bits that no standard has: say nothing rather than 2005.
        Some(header) if header.flag().is_none_or(|flag| Version::of_flag(flag).is_some()) => {
            number("", header.version(options, None).0.year().into(), out);
        }
        _ => out.push_str("null"),
    }
    out.push_str(r#","fields":"#);
    match (header, segment) {
        (Some(header), Some(segment)) => {
            let area = header
                .cp
                .map(|cp| &segment[cp..])
                .and_then(|area| area.strip_prefix("&&"))
                .map(|area| area.strip_suffix("&&").unwrap_or(area));
            fields(&header, area, out);
        }
        _ => out.push_str("null"),
    }
    if reject.detail != Detail::None {
        out.push_str(r#","detail":"#);
        let mut detail = String::new();
        // Writing to a String does not fail.
        let _ = write!(detail, "{}", reject.detail);
        quote(&detail, out);
    }
    out.push('}');
}

/// The segment of a refused packet, if there is one and it is text.
fn segment(bytes: &[u8]) -> Option<&str> {
    match look(bytes, End::Closed) {
        Look::Found(cut) => core::str::from_utf8(&bytes[PREFIX..PREFIX + cut.segment]).ok(),
        _ => None,
    }
}

fn fields(header: &Header<'_>, area: Option<&str>, out: &mut String) {
    out.push('{');
    let mut count = 0;
    for (name, value) in header.fields() {
        comma(count, out);
        count += 1;
        quote(name, out);
        out.push(':');
        quote(value, out);
    }
    if let Some(area) = area {
        comma(count, out);
        out.push_str(r#""CP":["#);
        let mut group = None;
        for pair in Pairs::new(area) {
            out.push_str(match group {
                None => "[",
                Some(last) if last == pair.group => ",",
                Some(_) => "],[",
            });
            group = Some(pair.group);
            out.push('[');
            quote(pair.key, out);
            out.push(',');
            match pair.value {
                Some(value) => quote(value, out),
                None => out.push_str("null"),
            }
            out.push(']');
        }
        out.push_str(if group.is_some() { "]]" } else { "]" });
    }
    out.push('}');
}

fn comma(before: usize, out: &mut String) {
    if before > 0 {
        out.push(',');
    }
}

fn number(label: &str, number: usize, out: &mut String) {
    // Writing to a String does not fail.
    let _ = write!(out, "{label}{number}");
}

/// Appends a JSON string.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                // Writing to a String does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Bytes of a line with `\r \n \\ \xHH` replaced by what they stand for; any other backslash stands for itself.
pub fn unescape(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let hex = |i: usize| {
            rest.get(at + i)
                .and_then(|b| (*b as char).to_digit(16))
                .map(|d| d as u8)
        };
        let (byte, length) = match (rest.get(at + 1), hex(2), hex(3)) {
            (Some(b'r'), ..) => (b'\r', 2),
            (Some(b'n'), ..) => (b'\n', 2),
            (Some(b'\\'), ..) => (b'\\', 2),
            (Some(b'x'), Some(high), Some(low)) => (high << 4 | low, 4),
            _ => (b'\\', 1),
        };
        out.push(byte);
        rest = &rest[at + length..];
    }
    out.extend_from_slice(rest);
    out
}

/// The opposite of [`unescape`]: printable ASCII and whole UTF-8 characters stay, the rest is escaped.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    let hex = |byte: u8, out: &mut String| {
        // Writing to a String does not fail.
        let _ = write!(out, "\\x{byte:02X}");
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\\' => out.push_str("\\\\"),
                c if c.is_control() && c.is_ascii() => hex(c as u8, &mut out),
                c => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|byte| hex(*byte, &mut out));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn check(line: &str) -> Value {
        serde_json::from_str(&check_line(line.as_bytes(), &Options::default())).expect("JSON")
    }

    #[test]
    fn accepted_packet() {
        let line =
            r"##0098QN=20260105093000120;ST=32;CN=9011;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&QnRtn=1&&";
        let crc = crate::crc::hj212(line.as_bytes()[6..].as_ref());
        let line = std::format!(
            "{}{crc:04X}\\r\\n",
            line.replace("##0098", &std::format!("##{:04}", line.len() - 6))
        );
        let value = check(&line);
        assert_eq!(value["ok"], true);
        assert_eq!(value["reason"], Value::Null);
        assert_eq!(value["version"], 2017);
        assert_eq!(value["warnings"], json!([]));
        assert_eq!(value["fields"]["QN"], "20260105093000120");
        assert_eq!(value["fields"]["CP"], json!([[["QnRtn", "1"]]]));
        assert_eq!(
            check(line.trim_end_matches("\\r\\n"))["warnings"],
            json!(["tail_missing"])
        );
        assert_eq!(check(&line.replace("QnRtn=1", "QnRtn=2"))["reason"], "crc_mismatch");
    }

    #[test]
    fn lines_that_are_no_packets() {
        assert_eq!(check("")["reason"], "no_header");
        assert_eq!(check("hello")["fields"], Value::Null);
        assert_eq!(check(r"##0003a\x80\")["reason"], "truncated");
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(br"a\r\n\\\x41\xZZ\q\"), b"a\r\n\\A\\xZZ\\q\\");
        assert_eq!(escape("汉\r\u{1}\\".as_bytes()), "汉\\r\\x01\\\\");
        assert_eq!(escape(&[0xE4, 0x3E]), "\\xE4>");
    }

    proptest! {
        #[test]
        fn escape_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(unescape(escape(&bytes).as_bytes()), bytes);
        }

        #[test]
        fn always_json(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = check_json(&bytes, &Options::default());
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
        }
    }
}
