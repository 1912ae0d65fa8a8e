//! The one way from the items of a packet to observations.

use crate::Logger;
use hj212::codes::{self, Medium};
use hj212::{Attr, Packet, Role, Version};
use std::sync::Arc;

/// A factor or facility code, kept in place (HJ 212 codes have at most 12 characters).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    bytes: [u8; Code::MAX],
    len: u8,
}

impl Code {
    /// Longest code.
    pub const MAX: usize = 15;

    /// A code, if it is not too long.
    pub fn new(text: &str) -> Option<Code> {
        let mut bytes = [0; Code::MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Code {
            bytes,
            len: text.len() as u8,
        })
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        // Made from a `str` in `new` and never changed.
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl std::ops::Deref for Code {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}
impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// Averaging period of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// The instant (2011, 2021).
    Rtd,
    /// The logger's minute data (2051); their length is the logger's setting.
    Minute,
    /// Five-minute mean of a furnace temperature (2111, 2025).
    FiveMinutes,
    /// Hour (2061).
    Hour,
    /// Day (2031, 2041).
    Day,
}

impl Period {
    /// The code used in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Period::Rtd => "rtd",
            Period::Minute => "min",
            Period::FiveMinutes => "5min",
            Period::Hour => "1h",
            Period::Day => "1d",
        }
    }

    /// What a command reports; `None` for commands without values over a period.
    pub const fn of_command(cn: u16) -> Option<Period> {
        match cn {
            2011 | 2021 => Some(Period::Rtd),
            2051 => Some(Period::Minute),
            2111 => Some(Period::FiveMinutes),
            2061 => Some(Period::Hour),
            2031 | 2041 => Some(Period::Day),
            _ => None,
        }
    }
}

/// What a value says about its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names are those of the standard (HJ 212-2017 section 6.3.3)
pub enum Stat {
    Rtd,
    Avg,
    Min,
    Max,
    Cou,
    ZsRtd,
    ZsAvg,
    ZsMin,
    ZsMax,
    Data,
    DayData,
    NightData,
    RS,
    RT,
}

impl Stat {
    /// The attribute's name in packets.
    pub fn code(self) -> &'static str {
        match self {
            Stat::Rtd => "Rtd",
            Stat::Avg => "Avg",
            Stat::Min => "Min",
            Stat::Max => "Max",
            Stat::Cou => "Cou",
            Stat::ZsRtd => "ZsRtd",
            Stat::ZsAvg => "ZsAvg",
            Stat::ZsMin => "ZsMin",
            Stat::ZsMax => "ZsMax",
            Stat::Data => "Data",
            Stat::DayData => "DayData",
            Stat::NightData => "NightData",
            Stat::RS => "RS",
            Stat::RT => "RT",
        }
    }

    fn of(attr: Attr) -> Option<Stat> {
        Some(match attr {
            Attr::Rtd => Stat::Rtd,
            Attr::Avg => Stat::Avg,
            Attr::Min => Stat::Min,
            Attr::Max => Stat::Max,
            Attr::Cou => Stat::Cou,
            Attr::ZsRtd => Stat::ZsRtd,
            Attr::ZsAvg => Stat::ZsAvg,
            Attr::ZsMin => Stat::ZsMin,
            Attr::ZsMax => Stat::ZsMax,
            Attr::Data => Stat::Data,
            Attr::DayData => Stat::DayData,
            Attr::NightData => Stat::NightData,
            Attr::RS => Stat::RS,
            Attr::RT => Stat::RT,
            _ => return None,
        })
    }
}

/// One value of one factor over one period, as the logger said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Device.
    pub mn: Arc<str>,
    /// Site of the device at the time of receipt.
    pub site: Arc<str>,
    /// HJ 212 code; three-digit codes of 2005 are mapped to it where the standard's table has them.
    pub factor: Code,
    /// Averaging period.
    pub period: Period,
    /// START of the period, UTC seconds since 1970 (HJ 212 labels by the start); for `Rtd` the instant.
    pub t_utc_s: i64,
    /// Value times 10^`e`, exact; in the unit of the logger's registration. `None`: only a mark was sent.
    pub v: Option<i64>,
    /// Decimals.
    pub e: i8,
    /// Data mark (N F M S D C T B); `-` if none was sent.
    pub mark: char,
    /// What the value says.
    pub stat: Stat,
    /// When it was received, milliseconds since 1970 UTC.
    pub received_ms: i64,
    /// Record of the evidence that holds its packet.
    pub evidence_seq: u64,
    /// Made up.
    pub simulated: bool,
}

/// The observations of one packet. `seq` is the place in the evidence up to which a consumer that has this
/// batch needs no replay (the batches of one connection come in order; see [`crate::replay`] for the rest).
#[derive(Debug, Clone)]
pub struct Batch {
    /// Record that caused the batch: the packet's own, or that of its accepted replay.
    pub seq: u64,
    /// Who sent it.
    pub logger: Arc<Logger>,
    /// Its values.
    pub observed: Arc<Vec<Observed>>,
}

/// Values of a packet. Items that the codec set aside are not among them, nor values that are too long to
/// be exact here (more than 18 digits): those are given to `too_long` and quarantined like the others.
pub fn observe(
    packet: &Packet<'_>,
    logger: &Logger,
    received_ms: i64,
    seq: u64,
    too_long: &mut dyn FnMut(&str, &str),
) -> Vec<Observed> {
    let (Some(period), Some(time), Role::Upload) = (Period::of_command(packet.cn()), packet.data_time(), packet.role())
    else {
        return vec![];
    };
    let medium =
        (packet.version() == Version::V2005).then(|| codes::system(packet.st()).map_or(Medium::Other, |s| s.medium));
    let mut out = Vec::with_capacity(packet.items().len());
    for group in packet.groups() {
        let first = out.len();
        for item in group.items() {
            if item.problem.is_some() {
                continue;
            }
            let (Some(stat), Some(number)) = (Stat::of(item.attr), item.number) else {
                continue;
            };
            let code = match medium.and_then(|m| codes::factor_of_2005(item.code, m)) {
                Some(factor) => Code::new(factor.code),
                None => Code::new(item.code),
            };
            let (Some(code), Ok(v), Ok(e)) = (code, i64::try_from(number.mantissa), i8::try_from(number.scale)) else {
                too_long(item.key, item.value);
                continue;
            };
            out.push(Observed {
                mn: logger.mn.clone(),
                site: logger.site.clone(),
                factor: code,
                period,
                t_utc_s: time.utc_seconds(),
                v: Some(v),
                e,
                mark: '-',
                stat,
                received_ms,
                evidence_seq: seq,
                simulated: logger.simulated,
            });
        }
        let flag = group.get(Attr::Flag).filter(|i| i.problem.is_none());
        if let Some(flag) = flag {
            let mark = flag.value.chars().next().unwrap_or('-');
            if out.len() == first
                && let Some(factor) = Code::new(flag.code)
            {
                // A mark without a value: the logger says why there is none.
                let stat = if period == Period::Rtd { Stat::Rtd } else { Stat::Avg };
                out.push(Observed {
                    mn: logger.mn.clone(),
                    site: logger.site.clone(),
                    factor,
                    period,
                    t_utc_s: time.utc_seconds(),
                    v: None,
                    e: 0,
                    mark,
                    stat,
                    received_ms,
                    evidence_seq: seq,
                    simulated: logger.simulated,
                });
            }
            for o in &mut out[first..] {
                o.mark = mark;
            }
        }
    }
    out
}
