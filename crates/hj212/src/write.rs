//! Writes packets: right order, right length, right CRC; and the four answers.

use crate::catalogue::Reason;
#[cfg(feature = "sm4")]
use crate::cipher;
use crate::crc;
use crate::data::has_embedded_terminator;
use crate::header::{FLAG_ANSWER, FLAG_SPLIT, Header, Part, Version};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Why something cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// The segment is empty or longer than four digits can say.
    Length {
        /// Bytes.
        length: usize,
    },
    /// A byte below 0x20 or 0x7F at this place of the segment.
    ControlCharacter {
        /// Place.
        at: usize,
    },
    /// `&&` in the area outside log text.
    EmbeddedTerminator,
    /// A separator in a header field; the field's name.
    BadField(&'static str),
    /// No QN: what has none cannot be answered, and from 2017 on every packet needs one.
    NoQn,
    /// The version cannot number so many parts.
    Parts,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Length { length } => write!(
                f,
                "a data segment of {length} bytes: it must have 1 to 9999; split the data into several packets"
            ),
            WriteError::ControlCharacter { at } => {
                write!(f, "a control character at byte {at} of the data segment: remove it")
            }
            WriteError::EmbeddedTerminator => {
                f.write_str("`&&` inside the data area: only log text between `//` may hold it")
            }
            WriteError::BadField(name) => {
                write!(f, "the header field {name} is missing or holds a separator")
            }
            WriteError::NoQn => f.write_str("there is no QN: a packet without one cannot be answered"),
            WriteError::Parts => f.write_str("part numbers out of range: 1 to PNUM, at most 9 in version 2025"),
        }
    }
}

impl core::error::Error for WriteError {}

/// How the cipher of an encrypted packet is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CipherForm {
    /// As raw bytes.
    #[default]
    Raw,
    /// `{0xHH,…}` with the length of this text, as one implementation in the field does.
    Text,
}

/// A packet to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outgoing<'w> {
    /// 17 digits; may be left out in version 2005 only.
    pub qn: Option<&'w str>,
    /// Two characters.
    pub st: &'w str,
    /// The command.
    pub cn: u16,
    /// Password.
    pub pw: &'w str,
    /// Device.
    pub mn: &'w str,
    /// Sets the version bits of Flag. In version 2005 a Flag of zero is left out.
    pub version: Version,
    /// Whether an answer is wanted.
    pub wants_answer: bool,
    /// PNUM and PNO.
    pub part: Option<Part>,
    /// RF=1 (2025 only; other versions cannot say it).
    pub resent: bool,
    /// The data area, without its `&&`.
    pub area: &'w str,
    /// Encrypts the area (feature `sm4`).
    #[cfg(feature = "sm4")]
    pub cipher: Option<(&'w cipher::Key, CipherForm)>,
}

impl Outgoing<'_> {
    /// Appends the packet to `out`, or leaves `out` as it was and says why.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let head = self.head()?;
        if has_embedded_terminator(self.area) {
            return Err(WriteError::EmbeddedTerminator);
        }
        let mut segment = Vec::with_capacity(head.len() + self.area.len() + 2);
        segment.extend_from_slice(head.as_bytes());
        segment.extend_from_slice(self.area.as_bytes());
        segment.extend_from_slice(b"&&");
        #[cfg(feature = "sm4")]
        if let Some((key, form)) = self.cipher {
            check_segment(&segment)?;
            // The CRC is that of the plain segment.
            let crc = crc::hj212(&segment);
            let end = segment.len() - 2;
            let area = &mut segment[head.len()..end];
            cipher::encrypt(area, key);
            if form == CipherForm::Text {
                let text = cipher::as_text(area);
                segment.truncate(head.len());
                segment.extend_from_slice(&text);
                segment.extend_from_slice(b"&&");
            }
            return envelope(&segment, crc, out);
        }
        frame(&segment, out)
    }

    /// `QN=…;CP=&&`.
    fn head(&self) -> Result<String, WriteError> {
        let mut head = String::with_capacity(100);
        let mut field = |name: &'static str, value: &str| {
            if value.is_empty() || value.contains([';', ',', '&', '=']) {
                return Err(WriteError::BadField(name));
            }
            head.push_str(name);
            head.push('=');
            head.push_str(value);
            head.push(';');
            Ok(())
        };
        if self.cn > 9999 {
            return Err(WriteError::BadField("CN"));
        }
        match self.qn {
            Some(qn) => field("QN", qn)?,
            None if self.version == Version::V2005 => {}
            None => return Err(WriteError::NoQn),
        }
        let parts = match self.part {
            Some(part)
                if part.number < 1
                    || part.number > part.of
                    || part.of > if self.version == Version::V2025 { 9 } else { 9999 } =>
            {
                return Err(WriteError::Parts);
            }
            part => part.map(|part| (part.of.to_string(), part.number.to_string())),
        };
        let split = |field: &mut dyn FnMut(&'static str, &str) -> Result<(), WriteError>| match &parts {
            Some((of, number)) => field("PNUM", of).and_then(|()| field("PNO", number)),
            None => Ok(()),
        };
        let flag = self.version.flag_bits()
            | if self.part.is_some() { FLAG_SPLIT } else { 0 }
            | if self.wants_answer { FLAG_ANSWER } else { 0 };
        if self.version == Version::V2005 {
            split(&mut field)?;
        }
        field("ST", self.st)?;
        field("CN", &alloc::format!("{:04}", self.cn))?;
        field("PW", self.pw)?;
        field("MN", self.mn)?;
        if flag != 0 {
            field("Flag", &flag.to_string())?;
        }
        if self.version != Version::V2005 {
            split(&mut field)?;
        }
        if self.resent && self.version == Version::V2025 {
            field("RF", "1")?;
        }
        head.push_str("CP=&&");
        Ok(head)
    }
}

/// Appends `##`, length, `segment`, CRC and CR LF to `out`.
pub fn frame(segment: &[u8], out: &mut Vec<u8>) -> Result<(), WriteError> {
    check_segment(segment)?;
    envelope(segment, crc::hj212(segment), out)
}

fn check_segment(segment: &[u8]) -> Result<(), WriteError> {
    match segment.iter().position(|byte| *byte < 0x20 || *byte == 0x7F) {
        Some(at) => Err(WriteError::ControlCharacter { at }),
        None => Ok(()),
    }
}

fn envelope(segment: &[u8], crc: u16, out: &mut Vec<u8>) -> Result<(), WriteError> {
    if segment.is_empty() || segment.len() > 9999 {
        return Err(WriteError::Length { length: segment.len() });
    }
    out.extend_from_slice(alloc::format!("##{:04}", segment.len()).as_bytes());
    out.extend_from_slice(segment);
    out.extend_from_slice(alloc::format!("{crc:04X}\r\n").as_bytes());
    Ok(())
}

/// 9014, the answer to data.
pub fn answer_9014(to: &Header<'_>, out: &mut Vec<u8>) -> Result<(), WriteError> {
    answer(to, 9014, "", out)
}

/// 9013, the answer to a notice.
pub fn answer_9013(to: &Header<'_>, out: &mut Vec<u8>) -> Result<(), WriteError> {
    answer(to, 9013, "", out)
}

/// 9011, the answer to a request: 1 = will be carried out, else the code of a refusal.
pub fn answer_9011(to: &Header<'_>, qn_rtn: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
    answer(to, 9011, &alloc::format!("QnRtn={qn_rtn}"), out)
}

/// 9012, the result of a request.
pub fn answer_9012(to: &Header<'_>, exe_rtn: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
    answer(to, 9012, &alloc::format!("ExeRtn={exe_rtn}"), out)
}

/// 9011 for a request that the catalogue refuses; 100 where it has no code.
pub fn refuse_9011(to: &Header<'_>, reason: Reason, out: &mut Vec<u8>) -> Result<(), WriteError> {
    answer_9011(to, reason.qnrtn().unwrap_or(100), out)
}

/// Same QN, PW and MN, ST=91, the version bits repeated, no answer wanted.
fn answer(to: &Header<'_>, cn: u16, area: &str, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let qn = to.qn().ok_or(WriteError::NoQn)?;
    let pw = to.pw().ok_or(WriteError::BadField("PW"))?;
    let mn = to.mn().ok_or(WriteError::BadField("MN"))?;
    let flag = to.flag().unwrap_or_default() & !(FLAG_ANSWER | FLAG_SPLIT);
    frame(
        alloc::format!("QN={qn};ST=91;CN={cn};PW={pw};MN={mn};Flag={flag};CP=&&{area}&&").as_bytes(),
        out,
    )
}
