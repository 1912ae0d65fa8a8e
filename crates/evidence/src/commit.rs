//! The queue between many appenders and the one writer thread.

use crate::pending::{Cell, Pending, lock};
use crate::record::{Kind, encode, frame_len};
use crate::writer::{Failure, Writer};
use crate::{Error, SOURCE_MAX};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Records that are written and synced together.
pub(crate) struct Group {
    pub buf: Vec<u8>,
    /// Offset of each record in `buf`.
    pub starts: Vec<u32>,
    pub first_seq: u64,
    cell: Arc<Cell>,
}

impl Drop for Group {
    /// Whatever ends the writer thread, nobody waits for ever.
    fn drop(&mut self) {
        self.cell
            .complete_if_open(|| Error::Stopped("the writer thread ended".into()));
    }
}

struct State {
    groups: VecDeque<Group>,
    /// Bytes waiting or being written.
    bytes: usize,
    next_seq: u64,
    stopped: Option<Error>,
    closing: bool,
    /// Buffers of written groups, used again.
    spare: Vec<(Vec<u8>, Vec<u32>)>,
}

/// The bounded queue.
pub(crate) struct Queue {
    state: Mutex<State>,
    work: Condvar,
    room: Condvar,
    group_bytes: usize,
    queue_bytes: usize,
    payload_max: usize,
}

impl Queue {
    pub fn new(next_seq: u64, group_bytes: usize, queue_bytes: usize, payload_max: usize) -> Self {
        let state = State {
            groups: VecDeque::new(),
            bytes: 0,
            next_seq,
            stopped: None,
            closing: false,
            spare: vec![],
        };
        Queue {
            state: Mutex::new(state),
            work: Condvar::new(),
            room: Condvar::new(),
            group_bytes,
            queue_bytes,
            payload_max,
        }
    }

    /// Queues a record. `wait` says whether to block while the queue is full or to answer `Busy`.
    pub fn append(&self, kind: Kind, source: &str, received_ms: i64, payload: &[u8], wait: bool) -> Pending {
        if payload.len() > self.payload_max {
            return Pending::refused(Error::TooLarge {
                what: "the payload",
                bytes: payload.len(),
                max: self.payload_max,
            });
        }
        if source.len() > SOURCE_MAX {
            return Pending::refused(Error::TooLarge {
                what: "the source text",
                bytes: source.len(),
                max: SOURCE_MAX,
            });
        }
        let len = frame_len(source.len(), payload.len());
        debug_assert!(len <= self.group_bytes && self.group_bytes <= self.queue_bytes);
        let mut state = lock(&self.state);
        loop {
            if let Some(error) = &state.stopped {
                return Pending::refused(error.clone());
            }
            if state.bytes + len <= self.queue_bytes {
                break;
            }
            if !wait {
                return Pending::refused(Error::Busy {
                    queued: state.bytes,
                    max: self.queue_bytes,
                });
            }
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.groups.back().is_none_or(|g| g.buf.len() + len > self.group_bytes) {
            let (buf, starts) = state.spare.pop().unwrap_or_default();
            let first_seq = state.next_seq;
            state.groups.push_back(Group {
                buf,
                starts,
                first_seq,
                cell: Arc::new(Cell::default()),
            });
        }
        let seq = state.next_seq;
        state.next_seq += 1;
        state.bytes += len;
        let mut pending = None;
        if let Some(group) = state.groups.back_mut() {
            let inside = group.buf.len() as u32;
            group.starts.push(inside);
            encode(&mut group.buf, seq, kind, source, received_ms, payload);
            pending = Some(Pending::new(group.cell.clone(), seq, inside));
        }
        let first_of_all = state.groups.len() == 1 && state.groups.back().is_some_and(|g| g.starts.len() == 1);
        drop(state);
        if first_of_all {
            self.work.notify_one();
        }
        // A group was pushed above if there was none.
        pending.unwrap_or_else(|| Pending::refused(Error::Invalid("no group".into())))
    }

    /// Ends the writer thread after what is queued.
    pub fn close(&self) {
        lock(&self.state).closing = true;
        self.work.notify_all();
    }

    /// The error that stopped the store, if one did.
    pub fn stopped(&self) -> Option<Error> {
        lock(&self.state).stopped.clone()
    }

    /// The writer thread: takes what has gathered, writes it, answers it.
    pub fn run(&self, mut writer: Writer) {
        let _ended = Ended(self);
        loop {
            let mut group = {
                let mut state = lock(&self.state);
                loop {
                    if let Some(group) = state.groups.pop_front() {
                        break group;
                    }
                    if state.closing {
                        state.stopped = Some(Error::Stopped("closed".into()));
                        return;
                    }
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            };
            let bytes = group.buf.len();
            let outcome = writer.write(&mut group);
            let mut refused = vec![];
            let answer = {
                let mut state = lock(&self.state);
                state.bytes -= bytes;
                match outcome {
                    Ok(place) => Ok(place),
                    Err(failure) => {
                        // The records behind carry numbers that count on this group: they are refused with it.
                        refused.extend(state.groups.drain(..));
                        state.bytes = 0;
                        state.next_seq = writer.next_seq();
                        match failure {
                            Failure::NoRoom(error) => Err(error),
                            Failure::Broken(error) => {
                                let why: Arc<str> = error.to_string().into();
                                state.stopped = Some(Error::Stopped(why.clone()));
                                writer.leave_word(&why);
                                Err(error)
                            }
                        }
                    }
                }
            };
            self.room.notify_all();
            for behind in refused {
                behind.cell.complete(answer.clone());
            }
            group.cell.complete(answer);
            let mut state = lock(&self.state);
            if state.spare.len() < 2 {
                group.buf.clear();
                group.starts.clear();
                let buffers = (std::mem::take(&mut group.buf), std::mem::take(&mut group.starts));
                state.spare.push(buffers);
            }
        }
    }
}

/// Refuses everything once the writer thread is gone, also if it panicked.
struct Ended<'a>(&'a Queue);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        let ended = || Error::Stopped("the writer thread ended".into());
        state.stopped.get_or_insert_with(ended);
        let left = std::mem::take(&mut state.groups);
        drop(state);
        drop(left);
        self.0.room.notify_all();
    }
}
