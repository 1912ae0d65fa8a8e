//! The packet codec of HJ/T 212-2005, HJ 212-2017 and HJ 212-2025, the protocol by which data loggers at
//! pollution sources and monitoring stations talk to environmental platforms in China.
//!
//! Invariant: for every input, every byte is either part of an accepted packet or reported with one reason of
//! the [catalogue]; nothing is dropped silently and nothing panics. No I/O, no clock: bytes and times come in.
//!
//! ```
//! use hj212::{Attr, Options, parse};
//! let frame = b"##0190QN=20260105093000120;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20260105093000;a00000-Rtd=41.7,a00000-Flag=N;a21026-Rtd=21.40,a21026-ZsRtd=23.05,a21026-Flag=N&&1380\r\n";
//! let packet = parse(frame, &Options::default()).expect("a good packet");
//! assert_eq!((packet.cn(), packet.mn()), (2011, "010000A8900016F000169DC0"));
//! let so2 = packet.groups().find(|group| group.code() == "a21026").expect("SO2");
//! let number = so2.get(Attr::Rtd).and_then(|item| item.number).expect("a number");
//! assert_eq!((number.mantissa, number.scale), (2140, 2));
//!
//! let mut answer = Vec::new();
//! hj212::write::answer_9014(packet.header(), &mut answer).expect("the packet has a QN");
//! assert!(answer.ends_with(b"CP=&&&&DBC1\r\n"));
//! ```
//!
//! Rooms: [`crc`] · [`frame`] cuts the stream · [`header`] · [`data`] items and numbers · [`codes`] tables of
//! the standards · [`catalogue`] of faults · [`parse`] · [`split`] reassembly · [`write`] · [`check`] as JSON.
//! Without the feature `alloc` there are `crc`, `frame::look`, `header`, `data`, `codes` and `catalogue`.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
// Without a heap nothing calls the judging half of some rooms.
#![cfg_attr(not(feature = "alloc"), allow(dead_code, unused_imports))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod catalogue;
pub mod codes;
pub mod crc;
mod csv;
pub mod data;
pub mod frame;
pub mod header;
pub mod time;

#[cfg(feature = "alloc")]
mod area;
#[cfg(feature = "alloc")]
pub mod check;
#[cfg(feature = "alloc")]
mod cipher;
#[cfg(feature = "alloc")]
mod packet;
#[cfg(feature = "alloc")]
mod parse;
#[cfg(feature = "alloc")]
mod reject;
#[cfg(feature = "alloc")]
pub mod split;
#[cfg(feature = "alloc")]
pub mod write;

pub use catalogue::{Layer, Reason, Texts, Warning, Warnings};
pub use data::{Attr, Number, Pair, Pairs};
pub use header::{Header, Part, Version, peek_mn};
pub use time::Time;

#[cfg(feature = "alloc")]
pub use self::{
    area::Role,
    check::{check_json, check_line},
    cipher::Key,
    frame::{Event, Framer},
    packet::{Group, Item, Packet},
    parse::parse,
    reject::{Clip, Detail, Reject},
};

/// Which CRC a station sends. Never guessed: a setting of the station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrcRule {
    /// The standard's.
    #[default]
    Hj212,
    /// Modbus CRC-16, low byte first, as some loggers do; accepted with the warning `crc_variant`.
    ModbusLowFirst,
}

/// Whether the sender is in the platform's register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registered {
    /// Nobody looked.
    #[default]
    Unchecked,
    /// It is.
    Yes,
    /// It is not: the packet is refused with `mn_unknown`.
    No,
}

/// What is known about the station and the moment. [`peek_mn`] tells which station to look up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// The station's CRC.
    pub crc: CrcRule,
    /// The version a surface-water station (ST=21) means by the version bits of 2025, which such stations
    /// sent years before that version existed. Default: 2017.
    pub st21_version: Version,
    /// The registered password; `None` = not compared.
    pub password: Option<&'o str>,
    /// Whether the MN is registered.
    pub registered: Registered,
    /// The moment of receipt, UTC seconds since 1970, for `datatime_in_future`; `None` = not compared.
    pub received_utc_s: Option<i64>,
    /// The SM4 key of a station that encrypts (used with the feature `sm4`).
    pub key: Option<&'o [u8; 16]>,
}

/// The example of the README, compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
