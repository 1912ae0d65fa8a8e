//! A packet that was accepted, read in place.

use crate::area::{Area, Role};
use crate::catalogue::{Reason, Warnings};
use crate::codes::Command;
use crate::data::slot::Slot;
use crate::data::{Attr, Number};
use crate::header::{FLAG_ANSWER, Header, Part, Version};
use crate::time::Time;
use alloc::borrow::Cow;
use alloc::vec::Vec;

pub(crate) struct State<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) total: usize,
    pub(crate) header: Header<'a>,
    pub(crate) flag: Option<u8>,
    pub(crate) version: Version,
    pub(crate) command: &'static Command,
    pub(crate) part: Option<Part>,
    pub(crate) role: Role,
    pub(crate) data_time: Option<Time>,
    pub(crate) range: Option<(Time, Time)>,
    pub(crate) area: Cow<'a, str>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) parameters_end: usize,
    pub(crate) warnings: Warnings,
}

/// An accepted packet. It borrows the frame; only a decrypted area is its own.
pub struct Packet<'a> {
    state: State<'a>,
}

/// One item of the data area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'p> {
    /// Number of its group, from 0.
    pub group: usize,
    /// The whole key, `w01018-Avg` or `DataTime`.
    pub key: &'p str,
    /// What stands before the dash; the whole key without one.
    pub code: &'p str,
    /// What stands behind it.
    pub attr: Attr,
    /// The text of the value.
    pub value: &'p str,
    /// The value as an exact number, where the attribute calls for one and it is one.
    pub number: Option<Number>,
    /// Why this item is set aside; `None` = it is good.
    pub problem: Option<Reason>,
}

impl<'a> Packet<'a> {
    pub(crate) fn new(state: State<'a>) -> Self {
        Packet { state }
    }

    /// The bytes of the packet, `##` to its tail.
    pub fn frame(&self) -> &'a [u8] {
        &self.state.bytes[..self.state.total]
    }

    /// Bytes that were given behind the packet.
    pub fn trailing(&self) -> &'a [u8] {
        &self.state.bytes[self.state.total..]
    }

    /// The fields as they stand.
    pub fn header(&self) -> &Header<'a> {
        &self.state.header
    }

    /// QN; only packets of 2005 may lack it.
    pub fn qn(&self) -> Option<&'a str> {
        self.state.header.qn()
    }

    /// ST.
    pub fn st(&self) -> &'a str {
        self.state.header.st().unwrap_or_default()
    }

    /// CN as a number.
    pub fn cn(&self) -> u16 {
        self.state.command.code
    }

    /// PW.
    pub fn pw(&self) -> &'a str {
        self.state.header.pw().unwrap_or_default()
    }

    /// MN.
    pub fn mn(&self) -> &'a str {
        self.state.header.mn().unwrap_or_default()
    }

    /// Flag; only packets of 2005 may lack it.
    pub fn flag(&self) -> Option<u8> {
        self.state.flag
    }

    /// Whether the sender wants an answer.
    pub fn wants_answer(&self) -> bool {
        self.state.flag.is_some_and(|flag| flag & FLAG_ANSWER != 0)
    }

    /// The version by whose rules the packet was judged.
    pub fn version(&self) -> Version {
        self.state.version
    }

    /// The command.
    pub fn command(&self) -> &'static Command {
        self.state.command
    }

    /// Request, upload, notice or answer.
    pub fn role(&self) -> Role {
        self.state.role
    }

    /// PNUM and PNO of a split packet.
    pub fn part(&self) -> Option<Part> {
        self.state.part
    }

    /// RF=1: sent again (2025).
    pub fn resent(&self) -> bool {
        self.state.header.resent()
    }

    /// DataTime: the start of the period for 2031, 2041, 2051, 2061, the instant otherwise. Beijing time.
    pub fn data_time(&self) -> Option<Time> {
        self.state.data_time
    }

    /// BeginTime and EndTime, in order.
    pub fn range(&self) -> Option<(Time, Time)> {
        self.state.range
    }

    /// What is odd about it.
    pub fn warnings(&self) -> Warnings {
        self.state.warnings
    }

    /// The data area as text, decrypted if need be.
    pub fn area(&self) -> &str {
        &self.state.area
    }

    /// The value of a parameter such as `RtdInterval`.
    pub fn value(&self, key: &str) -> Option<&str> {
        Area {
            text: &self.state.area,
            slots: &self.state.slots,
            parameters_end: self.state.parameters_end,
        }
        .parameter(key)
    }

    /// Every item, good or set aside, in order.
    #[inline]
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'_>> {
        self.state.slots.iter().map(|slot| self.item(slot))
    }

    /// The items that are set aside, with `problem`.
    pub fn quarantined(&self) -> impl Iterator<Item = Item<'_>> {
        self.state
            .slots
            .iter()
            .filter(|slot| slot.problem.is_some())
            .map(|slot| self.item(slot))
    }

    /// The items by group: the values of one factor (or one parameter) together.
    pub fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        self.state
            .slots
            .chunk_by(|a, b| a.group == b.group)
            .map(|slots| Group { packet: self, slots })
    }

    #[inline]
    fn item(&self, slot: &Slot) -> Item<'_> {
        let area = &*self.state.area;
        Item {
            group: usize::from(slot.group),
            key: slot.key(area),
            code: slot.code(area),
            attr: slot.attr,
            value: slot.value(area),
            number: slot.number(area),
            problem: slot.problem,
        }
    }
}

impl core::fmt::Debug for Packet<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let s = &self.state;
        f.debug_struct("Packet")
            .field("header", &s.header)
            .field("version", &s.version)
            .field("area", &s.area)
            .field("warnings", &s.warnings)
            .finish_non_exhaustive()
    }
}

/// The items between two semicolons.
#[derive(Clone, Copy)]
pub struct Group<'p> {
    packet: &'p Packet<'p>,
    slots: &'p [Slot],
}

impl<'p> Group<'p> {
    /// Its items, in order.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'p>> + use<'p> {
        let packet = self.packet;
        self.slots.iter().map(move |slot| packet.item(slot))
    }

    /// The code of its first item: the factor, or the name of a parameter.
    pub fn code(&self) -> &'p str {
        self.slots.first().map_or("", |slot| slot.code(&self.packet.state.area))
    }

    /// The item with this attribute.
    pub fn get(&self, attr: Attr) -> Option<Item<'p>> {
        self.items().find(|item| item.attr == attr)
    }
}
