//! Puts split packets together (PNUM and PNO). Each part is complete text, so parts can be stored at once;
//! this room only knows which parts of a message are there, and tells when it is whole or overdue.
//!
//! Bounds: at most `open_max` messages wait at once (the oldest is given up, and reported), each at most
//! PNUM parts. Time comes in from the caller.

use crate::packet::Packet;
use crate::time::Time;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Which message a part belongs to. Parts may carry one QN or each its own: it is no part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Device.
    pub mn: String,
    /// System code.
    pub st: String,
    /// Command.
    pub cn: u16,
    /// Time of the data.
    pub data_time: Option<Time>,
    /// Number of parts.
    pub parts: u16,
}

/// What adding a packet led to. `T` is what the caller keeps for a part (its place in the store).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added<T> {
    /// The packet is not split.
    Whole,
    /// So many parts are still missing.
    Waiting {
        /// At least 1.
        missing: u16,
    },
    /// All parts are there, in the order of PNO.
    Complete(Vec<T>),
    /// This part was there already; the newer one took its place, the older is handed back.
    Again {
        /// What was kept before.
        older: T,
        /// Parts still missing.
        missing: u16,
    },
}

/// A message that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp<T> {
    /// Which.
    pub message: Message,
    /// The parts that came, by PNO.
    pub parts: BTreeMap<u16, T>,
}

impl<T> GivenUp<T> {
    /// The numbers of the parts that did not come.
    pub fn missing(&self) -> impl Iterator<Item = u16> {
        (1..=self.message.parts).filter(|number| !self.parts.contains_key(number))
    }
}

struct Open<T> {
    message: Message,
    parts: BTreeMap<u16, T>,
    since_ms: u64,
}

/// The messages that wait for parts.
pub struct Reassembly<T> {
    window_ms: u64,
    open_max: usize,
    open: VecDeque<Open<T>>,
}

impl<T> Reassembly<T> {
    /// `window_ms`: how long a message may wait, by the standard overtime × (re-count + 1): 40,000 for the
    /// defaults of 10 s and 3.
    pub fn new(window_ms: u64, open_max: usize) -> Self {
        Reassembly {
            window_ms,
            open_max: open_max.max(1),
            open: VecDeque::new(),
        }
    }

    /// Messages waiting.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Adds a packet at `now_ms`. Messages that had to make room are pushed to `given_up`.
    pub fn add(&mut self, packet: &Packet<'_>, part: T, now_ms: u64, given_up: &mut Vec<GivenUp<T>>) -> Added<T> {
        self.expire(now_ms, given_up);
        let Some(place) = packet.part() else {
            return Added::Whole;
        };
        let message = Message {
            mn: packet.mn().to_string(),
            st: packet.st().to_string(),
            cn: packet.cn(),
            data_time: packet.data_time(),
            parts: place.of,
        };
        let at = match self.open.iter().position(|open| open.message == message) {
            Some(at) => at,
            None => {
                if self.open.len() >= self.open_max
                    && let Some(oldest) = self.open.pop_front()
                {
                    given_up.push(oldest.give_up());
                }
                self.open.push_back(Open {
                    message,
                    parts: BTreeMap::new(),
                    since_ms: now_ms,
                });
                self.open.len() - 1
            }
        };
        let open = &mut self.open[at];
        let older = open.parts.insert(place.number, part);
        // PNO is at most PNUM (checked by parse), so this does not go below zero.
        let missing = place.of - open.parts.len() as u16;
        match older {
            Some(older) => Added::Again { older, missing },
            None if missing > 0 => Added::Waiting { missing },
            None => Added::Complete(
                self.open
                    .remove(at)
                    .map(|open| open.parts.into_values().collect())
                    .unwrap_or_default(),
            ),
        }
    }

    /// Gives up messages whose window has passed; they are pushed to `given_up`.
    pub fn expire(&mut self, now_ms: u64, given_up: &mut Vec<GivenUp<T>>) {
        // The queue is in the order of `since_ms`.
        while self
            .open
            .front()
            .is_some_and(|open| now_ms.saturating_sub(open.since_ms) > self.window_ms)
        {
            given_up.extend(self.open.pop_front().map(Open::give_up));
        }
    }
}

impl<T> Open<T> {
    fn give_up(self) -> GivenUp<T> {
        GivenUp {
            message: self.message,
            parts: self.parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Outgoing;
    use crate::{Options, Part, parse};

    fn add(
        room: &mut Reassembly<u32>,
        number: u16,
        of: u16,
        hour: u8,
        tag: u32,
        now_ms: u64,
    ) -> (Added<u32>, Vec<GivenUp<u32>>) {
        let area = alloc::format!("DataTime=20260105{hour:02}0000;w01018-Avg=31.2,w01018-Flag=N");
        let qn = alloc::format!("202601051000000{number:02}");
        let mut frame = Vec::new();
        let out = Outgoing {
            qn: Some(&qn),
            st: "32",
            cn: 2061,
            pw: "123456",
            mn: "010000A8900016F000169DC0",
            part: Some(Part { of, number }),
            area: &area,
            ..Outgoing::default()
        };
        out.write(&mut frame).expect("written");
        let mut given_up = Vec::new();
        let packet = parse(&frame, &Options::default()).expect("good");
        (room.add(&packet, tag, now_ms, &mut given_up), given_up)
    }

    #[test]
    fn parts_in_any_order_and_again() {
        let mut room = Reassembly::new(40_000, 8);
        assert_eq!(add(&mut room, 2, 3, 9, 20, 0).0, Added::Waiting { missing: 2 });
        assert_eq!(add(&mut room, 2, 3, 9, 21, 1).0, Added::Again { older: 20, missing: 2 });
        assert_eq!(
            add(&mut room, 1, 2, 10, 99, 2).0,
            Added::Waiting { missing: 1 },
            "another hour"
        );
        assert_eq!(add(&mut room, 3, 3, 9, 30, 3).0, Added::Waiting { missing: 1 });
        assert_eq!(
            add(&mut room, 1, 3, 9, 10, 4).0,
            Added::Complete(alloc::vec![10, 21, 30])
        );
        assert_eq!(room.open(), 1);
    }

    #[test]
    fn overdue_and_crowded() {
        let mut room = Reassembly::new(40_000, 2);
        add(&mut room, 1, 2, 1, 1, 0);
        add(&mut room, 1, 2, 2, 2, 10);
        let (_, given_up) = add(&mut room, 1, 2, 3, 3, 20);
        assert_eq!(given_up.len(), 1);
        assert_eq!(given_up[0].missing().collect::<Vec<_>>(), [2]);
        let mut given_up = Vec::new();
        room.expire(40_010, &mut given_up);
        assert!(given_up.is_empty());
        room.expire(40_021, &mut given_up);
        assert_eq!((given_up.len(), room.open()), (2, 0));
    }
}
