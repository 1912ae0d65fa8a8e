//! Bytes as received to text: compression and encoding are found, and said.

use std::borrow::Cow;
use std::io::Read;

use crate::error::{LakeError, Result};

/// Largest text a file may unpack to; more is more likely a mistake or an attack than a year of hours.
const TEXT_BYTES_MAX: u64 = 2 << 30;

pub(super) fn bad(name: &str, reason: String) -> LakeError {
    LakeError::Import {
        name: name.into(),
        reason,
    }
}

/// The text and the name of its encoding, which is found unless the format wants one.
pub(super) fn decode<'a>(name: &str, bytes: &'a [u8], wanted: Option<&str>) -> Result<(Cow<'a, str>, String)> {
    let plain = unpack(name, bytes)?;
    let body = if plain.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let wants_gb = wanted == Some("gb18030");
    if !wants_gb && let Ok(text) = std::str::from_utf8(&plain[body..]) {
        return Ok((Cow::Owned(text.to_owned()), "utf-8".into()));
    }
    if wanted == Some("utf-8") {
        return Err(bad(
            name,
            "is not UTF-8 although the format says so; save it as UTF-8".into(),
        ));
    }
    let (text, _, errors) = encoding_rs::GB18030.decode(&plain);
    if errors {
        return Err(bad(
            name,
            "is neither UTF-8 nor GB 18030; save it as one of the two".into(),
        ));
    }
    Ok((Cow::Owned(text.into_owned()), "gb18030".into()))
}

fn unpack<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    let mut out = vec![];
    let read = if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(bytes)
            .take(TEXT_BYTES_MAX + 1)
            .read_to_end(&mut out)
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        zstd::Decoder::new(bytes).and_then(|d| d.take(TEXT_BYTES_MAX + 1).read_to_end(&mut out))
    } else {
        return Ok(Cow::Borrowed(bytes));
    };
    read.map_err(|e| {
        bad(
            name,
            format!("cannot be unpacked ({e}): the file is cut or damaged; fetch it again"),
        )
    })?;
    if out.len() as u64 > TEXT_BYTES_MAX {
        return Err(bad(
            name,
            format!("unpacks to more than {TEXT_BYTES_MAX} bytes; split it"),
        ));
    }
    Ok(Cow::Owned(out))
}
