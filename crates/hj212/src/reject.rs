//! A refused packet: why, with what in it, and how to treat the peer.

use crate::catalogue::Reason;
use crate::crc;
use crate::header::{FLAG_ANSWER, Header};
use alloc::boxed::Box;
use core::fmt;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more can be said.
    None,
    /// The text that was found.
    Found(Clip),
    /// The byte of the segment where it is, and what stands there.
    At(usize, Clip),
    /// The CRC that was given and the one computed.
    Crc {
        /// As sent.
        given: u16,
        /// Over the received segment.
        computed: u16,
    },
    /// The declared length and the bytes there are behind it.
    Length {
        /// LLLL.
        declared: usize,
        /// Bytes behind the length field.
        held: usize,
    },
}

/// The first characters of a text, kept without a heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Clip {
    bytes: [u8; Clip::MAX],
    length: u8,
    /// Whether there was more.
    cut: bool,
}

impl Clip {
    const MAX: usize = 40;

    fn new(bytes: &[u8]) -> Clip {
        let length = bytes.len().min(Clip::MAX);
        let mut clip = Clip {
            bytes: [0; Clip::MAX],
            length: length as u8,
            cut: bytes.len() > length,
        };
        clip.bytes[..length].copy_from_slice(&bytes[..length]);
        clip
    }

    /// The bytes kept.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Display for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.bytes().utf8_chunks() {
            write!(f, "{}", chunk.valid())?;
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        if self.cut { f.write_str("…") } else { Ok(()) }
    }
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

impl Detail {
    pub(crate) fn found(text: &str) -> Detail {
        if text.is_empty() {
            Detail::None
        } else {
            Detail::Found(Clip::new(text.as_bytes()))
        }
    }

    pub(crate) fn at(place: usize, bytes: &[u8]) -> Detail {
        Detail::At(place, Clip::new(&bytes[..bytes.len().min(4)]))
    }
}

impl Detail {
    /// The same in Chinese.
    pub fn chinese(&self) -> impl fmt::Display + '_ {
        Chinese(self)
    }
}

struct Chinese<'a>(&'a Detail);

impl fmt::Display for Chinese<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Detail::None => Ok(()),
            Detail::Found(clip) => write!(f, "“{clip}”"),
            Detail::At(place, clip) => write!(f, "数据段第 {place} 字节：“{}”", clip.bytes().escape_ascii()),
            Detail::Crc { given, computed } => {
                write!(f, "包中为 {given:04X}，应为 {computed:04X}")?;
                if crc::is_possible(*given) {
                    Ok(())
                } else {
                    f.write_str("；标准算法算不出包中的值，发送方用了别的算法")
                }
            }
            Detail::Length { declared, held } => write!(f, "声明 {declared} 字节，长度字段之后有 {held} 字节"),
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Detail::None => Ok(()),
            Detail::Found(clip) => write!(f, "`{clip}`"),
            Detail::At(place, clip) => write!(f, "byte {place} of the data segment: `{}`", clip.bytes().escape_ascii()),
            Detail::Crc { given, computed } => {
                write!(f, "given {given:04X}, computed {computed:04X}")?;
                if crc::is_possible(*given) {
                    Ok(())
                } else {
                    f.write_str(
                        "; the given value cannot come from the standard's algorithm: the sender uses another one",
                    )
                }
            }
            Detail::Length { declared, held } => {
                write!(f, "declared {declared}, {held} bytes behind the length")
            }
        }
    }
}

/// A refused packet. The bytes stay with the caller, to be quarantined.
#[derive(Clone, Debug)]
pub struct Reject<'a> {
    /// The name in the catalogue.
    pub reason: Reason,
    /// What it is about.
    pub detail: Detail,
    // On the heap, so that the way of good packets does not carry it.
    header: Option<Box<Header<'a>>>,
}

impl<'a> Reject<'a> {
    pub(crate) fn new(reason: Reason, detail: Detail) -> Self {
        Reject {
            reason,
            detail,
            header: None,
        }
    }

    pub(crate) fn of_frame(reason: Reason, bytes: &[u8]) -> Self {
        let detail = match (reason, bytes.get(2..6)) {
            (Reason::Truncated | Reason::LengthMismatch, Some(digits)) => {
                let declared = digits
                    .iter()
                    .fold(0, |n, digit| n * 10 + usize::from(digit.wrapping_sub(b'0')));
                Detail::Length {
                    declared,
                    held: bytes.len() - 6,
                }
            }
            (_, Some(digits)) if reason == Reason::LengthNotDigits => Detail::At(0, Clip::new(digits)),
            (Reason::NoHeader, _) => Detail::At(0, Clip::new(&bytes[..bytes.len().min(6)])),
            _ => Detail::None,
        };
        Reject::new(reason, detail)
    }

    pub(crate) fn with_header(mut self, header: Header<'a>) -> Self {
        self.header = Some(Box::new(header));
        self
    }

    /// The fields, if the packet was read so far that they can be trusted (its CRC fits, or it is encrypted
    /// and its head is plain).
    pub fn header(&self) -> Option<&Header<'a>> {
        self.header.as_deref()
    }

    /// Whether 9014 is to be sent all the same: the catalogue says so and the packet asks for an answer.
    pub fn wants_answer(&self) -> bool {
        self.reason.ack()
            && self
                .header
                .as_deref()
                .is_some_and(|header| header.flag().is_some_and(|flag| flag & FLAG_ANSWER != 0))
    }
}

impl fmt::Display for Reject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.reason.texts();
        write!(f, "{}: {}", self.reason, texts.en)?;
        if self.detail != Detail::None {
            write!(f, " ({})", self.detail)?;
        }
        write!(f, "; {}", texts.remedy_en)
    }
}

impl Reject<'_> {
    /// What was found, in Chinese: the words of the catalogue and the detail behind them.
    pub fn chinese(&self) -> impl fmt::Display + '_ {
        ChineseReject(self)
    }
}

struct ChineseReject<'a>(&'a Reject<'a>);

impl fmt::Display for ChineseReject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.reason.texts().zh)?;
        match self.0.detail {
            Detail::None => Ok(()),
            detail => write!(f, "（{}）", detail.chinese()),
        }
    }
}

impl core::error::Error for Reject<'_> {}
