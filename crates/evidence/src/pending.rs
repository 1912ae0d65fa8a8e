//! A ticket for a record that waits for the flush of its group.

use crate::{Error, Position, Result};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Where a group was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub segment: u32,
    pub base: u64,
}

#[derive(Default)]
struct State {
    outcome: Option<Result<Place>>,
    wakers: Vec<Waker>,
}

/// The outcome of one group, shared by the tickets of its records.
#[derive(Default)]
pub(crate) struct Cell {
    state: Mutex<State>,
    done: Condvar,
}

/// A panic in another thread while it held the lock leaves no half-changed state behind: every change under
/// these locks is a single assignment or push.
pub(crate) fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cell {
    /// Answers every ticket of the group; called once.
    pub fn complete(&self, outcome: Result<Place>) {
        debug_assert!(lock(&self.state).outcome.is_none());
        self.settle(outcome);
    }

    /// Answers every ticket of the group with an error, if it was not answered.
    pub fn complete_if_open(&self, error: impl FnOnce() -> Error) {
        if lock(&self.state).outcome.is_none() {
            self.settle(Err(error()));
        }
    }

    fn settle(&self, outcome: Result<Place>) {
        let wakers = {
            let mut state = lock(&self.state);
            state.outcome = Some(outcome);
            std::mem::take(&mut state.wakers)
        };
        self.done.notify_all();
        for waker in wakers {
            waker.wake();
        }
    }
}

enum Inner {
    Group {
        cell: Arc<Cell>,
        seq: u64,
        inside: u32,
        slot: Option<usize>,
    },
    Refused(Error),
}

/// A record on its way to the disk. Await it, or [`Pending::wait`] for it: `Ok` means that it is there and
/// will be found after a crash; an error means that it was not acknowledged and may be sent again.
#[must_use = "a record is acknowledged only when its ticket resolved"]
pub struct Pending(Inner);

impl Pending {
    pub(crate) fn new(cell: Arc<Cell>, seq: u64, inside: u32) -> Self {
        Pending(Inner::Group {
            cell,
            seq,
            inside,
            slot: None,
        })
    }

    pub(crate) fn refused(error: Error) -> Self {
        Pending(Inner::Refused(error))
    }

    /// Number the record has if it is acknowledged.
    pub fn seq(&self) -> Option<u64> {
        match &self.0 {
            Inner::Group { seq, .. } => Some(*seq),
            Inner::Refused(_) => None,
        }
    }

    /// Blocks until the record is on disk.
    pub fn wait(self) -> Result<Position> {
        match self.0 {
            Inner::Refused(error) => Err(error),
            Inner::Group { cell, seq, inside, .. } => {
                let mut state = lock(&cell.state);
                loop {
                    if let Some(outcome) = &state.outcome {
                        return position(outcome, seq, inside);
                    }
                    state = cell.done.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

fn position(outcome: &Result<Place>, seq: u64, inside: u32) -> Result<Position> {
    outcome.clone().map(|p| Position {
        seq,
        segment: p.segment,
        offset: p.base + u64::from(inside),
    })
}

impl Future for Pending {
    type Output = Result<Position>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Inner::Refused(error) => Poll::Ready(Err(error.clone())),
            Inner::Group {
                cell,
                seq,
                inside,
                slot,
            } => {
                let mut state = lock(&cell.state);
                if let Some(outcome) = &state.outcome {
                    return Poll::Ready(position(outcome, *seq, *inside));
                }
                match *slot {
                    Some(at) => state.wakers[at].clone_from(cx.waker()),
                    None => {
                        *slot = Some(state.wakers.len());
                        state.wakers.push(cx.waker().clone());
                    }
                }
                Poll::Pending
            }
        }
    }
}
