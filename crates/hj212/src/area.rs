//! Judges a data area as a whole: is it a request or an upload, what must stand in it, are its times real
//! (HJ 212-2017 tables 7 and 9; the order is the catalogue's).

use crate::catalogue::{Reason, Warning, Warnings};
use crate::codes::{self, Command, Flow, ParameterKind, RequestIf};
use crate::data::slot::Slot;
use crate::header::{Fault, Version, read_number};
use crate::time::Time;

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The platform asks or orders.
    Request,
    /// The device sends data or a value it was asked for.
    Upload,
    /// One side informs the other (answered by 9013).
    Notice,
    /// 9011 to 9014.
    Answer,
}

/// What the area says when it is in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked {
    pub(crate) role: Role,
    pub(crate) data_time: Option<Time>,
    pub(crate) range: Option<(Time, Time)>,
    pub(crate) warnings: Warnings,
}

/// A data area with its judged items.
#[derive(Clone, Copy)]
pub(crate) struct Area<'a> {
    pub(crate) text: &'a str,
    pub(crate) slots: &'a [Slot],
    /// All parameters stand among the first so many slots.
    pub(crate) parameters_end: usize,
}

impl<'a> Area<'a> {
    /// The value of a parameter (the first, if it is repeated with one value).
    pub(crate) fn parameter(&self, key: &str) -> Option<&'a str> {
        self.find(key).map(|slot| slot.value(self.text))
    }

    fn parameters(&self) -> core::slice::Iter<'a, Slot> {
        self.slots[..self.parameters_end.min(self.slots.len())].iter()
    }

    /// Only keys without a dash are parameters.
    fn find(&self, key: &str) -> Option<&'a Slot> {
        self.parameters().find(|slot| {
            slot.attr == crate::Attr::None
                && slot.problem != Some(Reason::ItemWithoutEquals)
                && slot.key(self.text) == key
        })
    }

    /// Whether a needed key stands there: itself, another spelling of it, or (`*-SN`) some key ending so.
    fn has(&self, key: &str) -> bool {
        match key.strip_prefix('*') {
            Some(ending) => self.slots.iter().any(|slot| slot.key(self.text).ends_with(ending)),
            None if key == "Ctime" => self.parameter(key).or(self.parameter("CTime")).is_some(),
            None => self.parameter(key).is_some(),
        }
    }

    fn is_request(&self, command: &Command, version: Version) -> bool {
        match command.request_if {
            RequestIf::Always => true,
            RequestIf::Never => false,
            RequestIf::Range => self.parameter("BeginTime").is_some() || self.parameter("EndTime").is_some(),
            RequestIf::Only => {
                let more = if version == Version::V2025 {
                    command.request_keys_2025
                } else {
                    ""
                };
                self.slots.iter().all(|slot| {
                    let key = slot.key(self.text);
                    command
                        .request_keys
                        .split(' ')
                        .chain(more.split(' '))
                        .any(|known| known == key && !key.is_empty())
                })
            }
        }
    }

    /// Judges the area. `is_late` says whether a time is later than the receipt allows.
    pub(crate) fn check(
        &self,
        command: &Command,
        version: Version,
        is_late: impl Fn(Time) -> bool,
    ) -> Result<Checked, Fault<'a>> {
        let mut warnings = Warnings::default();
        let is_request = self.is_request(command, version);
        let mut needs = if is_request {
            command.request_needs
        } else {
            command.upload_needs
        };
        if version.year() < command.needs_since {
            needs = "";
        }
        // A read of power-use history (2025) is a 2011 with a range; it is asked for like any other history.
        if is_request
            && command.request_if == RequestIf::Only
            && self.parameter("BeginTime").or(self.parameter("EndTime")).is_some()
            && needs.is_empty()
        {
            needs = "BeginTime EndTime";
        }
        let data_time = self.data_time(needs.split(' ').any(|key| key == "DataTime"))?;
        let range = self.range()?;
        if let Some(missing) = needs
            .split(' ')
            .find(|key| !key.is_empty() && *key != "DataTime" && !self.has(key))
        {
            return Err((Reason::RequiredKeyMissing, missing));
        }
        self.check_parameters()?;
        if let Some(time) = data_time {
            warnings.add_if(
                self.parameter("DataTime").is_some_and(|text| text.len() == 17),
                Warning::Datatime17Digits,
            );
            let is_start = match command.code {
                2061 => time.minute == 0 && time.second == 0,
                2031 | 2041 => time.hour == 0 && time.minute == 0 && time.second == 0,
                2051 => time.second == 0,
                _ => true,
            };
            warnings.add_if(!is_start, Warning::DatatimeNotAligned);
            warnings.add_if(is_late(time), Warning::DatatimeInFuture);
        }
        let role = match command.flow {
            Flow::Answer => Role::Answer,
            Flow::Notify => Role::Notice,
            Flow::Request | Flow::Upload if is_request => Role::Request,
            Flow::Request | Flow::Upload => Role::Upload,
        };
        Ok(Checked {
            role,
            data_time,
            range,
            warnings,
        })
    }

    fn data_time(&self, needed: bool) -> Result<Option<Time>, Fault<'a>> {
        let Some(slot) = self.find("DataTime") else {
            return if needed {
                Err((Reason::DatatimeMissing, ""))
            } else {
                Ok(None)
            };
        };
        let text = slot.value(self.text);
        // Two different times: the data belong to neither for sure.
        match Time::read(text.as_bytes()) {
            Some(time) if slot.problem.is_none() => Ok(Some(time)),
            _ => Err((Reason::DatatimeBad, text)),
        }
    }

    fn range(&self) -> Result<Option<(Time, Time)>, Fault<'a>> {
        let (Some(begin), Some(end)) = (self.parameter("BeginTime"), self.parameter("EndTime")) else {
            return Ok(None);
        };
        // A malformed time is refused with the other parameters.
        let (Some(begin_time), Some(end_time)) = (Time::read(begin.as_bytes()), Time::read(end.as_bytes())) else {
            return Ok(None);
        };
        if begin_time > end_time {
            Err((Reason::TimeRangeBad, begin))
        } else {
            Ok(Some((begin_time, end_time)))
        }
    }

    fn check_parameters(&self) -> Result<(), Fault<'a>> {
        for slot in self.parameters().filter(|slot| slot.attr == crate::Attr::None) {
            let Some(parameter) = codes::parameter(slot.key(self.text)) else {
                continue;
            };
            let value = slot.value(self.text);
            let bad = Err((Reason::ValueBad, value));
            let is_code =
                |most: usize| (1..=most).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric());
            match parameter.kind {
                ParameterKind::Time if Time::read(value.as_bytes()).is_none() => return bad,
                ParameterKind::Clock if !is_clock(value) => return bad,
                ParameterKind::Code if !is_code(12) => return bad,
                ParameterKind::Password if !is_code(6) => return bad,
                ParameterKind::Text if value.is_empty() => return bad,
                ParameterKind::Int | ParameterKind::Set => {
                    let is_number = !value.is_empty() && value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit());
                    let fits = |number: u16| match parameter.kind {
                        ParameterKind::Set => parameter
                            .allowed
                            .split(' ')
                            .any(|allowed| read_number(allowed, u16::MAX) == Some(number)),
                        _ => (parameter.min..=parameter.max).contains(&u32::from(number)),
                    };
                    match read_number(value, u16::MAX) {
                        _ if !is_number && crate::Number::read(value.as_bytes()).is_none() => {
                            return bad;
                        }
                        Some(number) if fits(number) => {}
                        _ => return Err((Reason::ValueOutOfRange, value)),
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// hhmmss.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && bytes.iter().all(u8::is_ascii_digit)
        && &bytes[..2] < b"24".as_slice()
        && &bytes[2..4] < b"60".as_slice()
        && &bytes[4..] < b"60".as_slice()
}
