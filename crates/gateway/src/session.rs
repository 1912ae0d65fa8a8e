//! One connection: cut, judge, store, and only after the flush answer.

use crate::convert::{Batch, Observed, observe};
use crate::dedupe::{Identity, Seen};
use crate::outlet::{Outlet, OutletStates};
use crate::stats::{Recent, Stats, Turn};
use crate::{CLOCK_DRIFT_S, Clock, Logger, NOISE_MAX, REFUSED_MAX, Registry, SharedRegistry};
use evidence::{Error, Evidence, Kind, Pending, Quarantined};
use hj212::{Event, Framer, Header, Packet, Reject, Role, Time, parse, peek_mn, write};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

/// What all connections share.
pub(crate) struct Shared {
    pub evidence: Evidence,
    pub registry: SharedRegistry,
    pub sink: Option<tokio::sync::mpsc::Sender<Batch>>,
    pub stats: Stats,
    pub outlets: OutletStates,
    pub seen: Seen,
    pub clock: Clock,
    pub turns: Turns,
}

/// Which connections are between storing and handing on, with the lowest record each may be at.
#[derive(Default)]
pub(crate) struct Turns(Mutex<BTreeSet<(u64, u64)>>);

impl Turns {
    fn begin(&self, mark: (u64, u64)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(mark);
    }

    fn end(&self, mark: (u64, u64)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&mark);
    }

    /// Everything below was handed on, or is no packet.
    pub fn resume_point(&self, durable: impl FnOnce() -> u64) -> u64 {
        let turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock: a turn that begins later stores above what is durable now.
        let durable = durable();
        turns.first().map_or(durable, |(seq, _)| durable.min(*seq))
    }
}

/// Input that waits for its flush.
struct Waiting {
    pending: Pending,
    /// End of its answer in `answers`; the answer begins where the one before ends.
    answer_end: usize,
    accepted: Option<Accepted>,
}

struct Accepted {
    identity: Identity,
    logger: Arc<Logger>,
    outlet: Arc<Outlet>,
    observed: Vec<Observed>,
    recent: Recent,
}

/// A connection's state between two reads.
pub(crate) struct Session {
    shared: Arc<Shared>,
    peer: String,
    framer: Framer,
    /// The registry of this turn and the sender found last; most connections have one sender.
    known: Option<(Arc<Registry>, Arc<Logger>, Arc<Outlet>)>,
    /// Senders that spoke on this connection.
    spoke: Vec<Arc<Outlet>>,
    noise: usize,
    refused: u32,
    waiting: Vec<Waiting>,
    answers: Vec<u8>,
    turn: Turn,
    id: u64,
    mark: Option<(u64, u64)>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.handed_on();
        for outlet in &self.spoke {
            outlet.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Session {
    pub fn new(shared: Arc<Shared>, peer: String, id: u64) -> Self {
        Session {
            shared,
            peer,
            framer: Framer::new(),
            known: None,
            spoke: vec![],
            noise: 0,
            refused: 0,
            waiting: vec![],
            answers: vec![],
            turn: Turn::default(),
            id,
            mark: None,
        }
    }

    /// The batches of this turn are with the consumer.
    pub fn handed_on(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.shared.turns.end(mark);
        }
    }

    /// Half a packet is held.
    pub fn holds(&self) -> bool {
        self.framer.held() > 0
    }

    /// The peer sends nothing usable: noise or refused packets beyond their bounds.
    pub fn is_hopeless(&self) -> bool {
        self.noise > NOISE_MAX || self.refused > REFUSED_MAX
    }

    /// Takes bytes and queues what they hold.
    pub fn take(&mut self, mut bytes: &[u8]) {
        self.turn.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let taken = self.framer.feed(bytes);
            bytes = &bytes[taken..];
            self.drain();
        }
    }

    /// Nothing came for a short while.
    pub fn idle(&mut self) {
        self.framer.idle();
        self.drain();
    }

    /// Nothing more will come, or half a packet is given up.
    pub fn close(&mut self) {
        self.framer.close();
        self.drain();
    }

    fn drain(&mut self) {
        let now_ms = (self.shared.clock)();
        if self.mark.is_none() {
            let mark = (self.shared.evidence.next_seq(), self.id);
            self.shared.turns.begin(mark);
            self.mark = Some(mark);
        }
        // The framer lends its events; it is put back when they are read.
        let mut framer = std::mem::take(&mut self.framer);
        while let Some(event) = framer.next() {
            match event {
                Event::Frame(frame) => self.frame(frame, now_ms),
                Event::Junk(bytes) => self.junk(bytes, now_ms),
                Event::Refused { reason, bytes } => {
                    let texts = reason.texts();
                    let why = Quarantined {
                        reason: reason.name().into(),
                        detail: texts.en.into(),
                        detail_zh: texts.zh.into(),
                        place: "frame".into(),
                        remedy: texts.remedy_zh.into(),
                        qnrtn: reason.qnrtn().map(u16::from),
                        part_of: None,
                    };
                    self.noise += bytes.len();
                    self.quarantine(&why, bytes, now_ms);
                }
            }
        }
        self.framer = framer;
    }

    fn junk(&mut self, bytes: &[u8], now_ms: i64) {
        self.noise += bytes.len();
        self.shared
            .stats
            .junk_bytes
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        // Line ends between packets carry nothing; they are counted and not kept.
        if bytes.iter().all(|b| b.is_ascii_whitespace()) {
            return;
        }
        let texts = hj212::Reason::NoHeader.texts();
        let why = Quarantined {
            reason: hj212::Reason::NoHeader.name().into(),
            detail: format!("{} bytes", bytes.len()),
            detail_zh: format!("{} 字节", bytes.len()),
            place: "stream".into(),
            remedy: texts.remedy_zh.into(),
            ..Quarantined::default()
        };
        self.quarantine(&why, bytes, now_ms);
    }

    fn quarantine(&mut self, why: &Quarantined, raw: &[u8], now_ms: i64) {
        self.refused += 1;
        self.turn.quarantined += 1;
        let pending = self.shared.evidence.quarantine(&self.peer, now_ms, why, raw);
        self.waiting.push(Waiting {
            pending,
            answer_end: self.answers.len(),
            accepted: None,
        });
    }

    fn frame(&mut self, frame: &[u8], now_ms: i64) {
        self.turn.packets += 1;
        let found = peek_mn(frame).and_then(|mn| self.sender(mn));
        let parsed = match &found {
            Some((logger, _)) => parse(frame, &logger.options(now_ms)),
            None => {
                let options = hj212::Options {
                    registered: hj212::Registered::No,
                    received_utc_s: Some(now_ms.div_euclid(1000)),
                    ..hj212::Options::default()
                };
                parse(frame, &options)
            }
        };
        match (parsed, found) {
            (Ok(packet), Some((logger, outlet))) => self.accept(&packet, logger, outlet, now_ms),
            (Err(reject), _) => self.reject(&reject, frame, now_ms),
            // The codec refuses what is not registered; were it not to, the packet is quarantined all the same.
            (Ok(_), None) => {
                let why = Quarantined {
                    reason: "mn_unknown".into(),
                    place: "MN".into(),
                    ..Quarantined::default()
                };
                self.quarantine(&why, frame, now_ms);
            }
        }
    }

    fn sender(&mut self, mn: &str) -> Option<(Arc<Logger>, Arc<Outlet>)> {
        let registry = self.shared.registry.now();
        if let Some((of, logger, outlet)) = &self.known
            && Arc::ptr_eq(of, &registry)
            && &*logger.mn == mn
        {
            return Some((logger.clone(), outlet.clone()));
        }
        let logger = registry.get(mn)?.clone();
        let outlet = self.shared.outlets.of(&logger);
        self.known = Some((registry, logger.clone(), outlet.clone()));
        Some((logger, outlet))
    }

    fn reject(&mut self, reject: &Reject<'_>, frame: &[u8], now_ms: i64) {
        let why = why(reject);
        self.quarantine(&why, frame, now_ms);
        if reject.wants_answer()
            && let Some(header) = reject.header()
            // Without QN or with a broken field there is nothing to answer to.
            && write::answer_9014(header, &mut self.answers).is_ok()
            && let Some(last) = self.waiting.last_mut()
        {
            last.answer_end = self.answers.len();
        }
    }

    fn accept(&mut self, packet: &Packet<'_>, logger: Arc<Logger>, outlet: Arc<Outlet>, now_ms: i64) {
        (self.noise, self.refused) = (0, 0);
        if !self.spoke.iter().any(|o| Arc::ptr_eq(o, &outlet)) {
            outlet.connections.fetch_add(1, Ordering::Relaxed);
            self.spoke.push(outlet.clone());
        }
        let identity = self.shared.seen.identity(packet);
        let glued = || {
            self.waiting
                .iter()
                .filter_map(|w| w.accepted.as_ref())
                .any(|a| a.identity == identity)
        };
        if self.shared.seen.is_repeated(identity) || glued() {
            // Its first copy is durable, or queued before the last record this turn waits for.
            self.turn.duplicates += 1;
            answer(packet, &mut self.answers);
            if let Some(last) = self.waiting.last_mut() {
                // Sent together with the answer before it, which waits for the flush.
                last.answer_end = self.answers.len();
            }
            return;
        }
        let evidence = &self.shared.evidence;
        let pending = evidence.append(Kind::Packet, &self.peer, now_ms, packet.frame());
        let seq = pending.seq().unwrap_or_default();
        let mut too_long = vec![];
        let observed = observe(packet, &logger, now_ms, seq, &mut |key, value| {
            too_long.push((key.to_string(), value.to_string()));
        });
        let drifts = drift(packet, now_ms).is_some_and(|d| {
            outlet.drift_s.store(d, Ordering::Relaxed);
            d.abs() > CLOCK_DRIFT_S
        });
        answer(packet, &mut self.answers);
        let mut st = [b'?'; 2];
        for (to, from) in st.iter_mut().zip(packet.st().bytes()) {
            *to = from;
        }
        let recent = Recent {
            at: evidence::Position {
                seq,
                segment: 0,
                offset: 0,
            },
            received_ms: now_ms,
            logger: logger.clone(),
            st,
            cn: packet.cn(),
            version: packet.version(),
            warnings: packet.warnings(),
            drifts,
        };
        let accepted = Some(Accepted {
            identity,
            logger,
            outlet,
            observed,
            recent,
        });
        self.waiting.push(Waiting {
            pending,
            answer_end: self.answers.len(),
            accepted,
        });
        for (why, raw) in items_set_aside(packet, seq, &too_long) {
            self.turn.quarantined += 1;
            let pending = self
                .shared
                .evidence
                .quarantine(&self.peer, now_ms, &why, raw.as_bytes());
            self.waiting.push(Waiting {
                pending,
                answer_end: self.answers.len(),
                accepted: None,
            });
        }
    }

    /// Waits until everything queued is on disk. Gives the answers that may be sent and the batches for the
    /// consumer. After a record that could not be stored nothing of this turn is answered any more: an answer
    /// behind it may be that to a repetition of it.
    pub async fn settle(&mut self, began: std::time::Instant) -> (Vec<u8>, Vec<Batch>) {
        let mut out = std::mem::take(&mut self.answers);
        let mut batches = vec![];
        let waiting = std::mem::take(&mut self.waiting);
        let mut answered = if waiting.is_empty() { out.len() } else { 0 };
        let mut failed = false;
        for w in waiting {
            match w.pending.await {
                Ok(at) => {
                    if !failed {
                        answered = w.answer_end;
                    }
                    if let Some(mut accepted) = w.accepted {
                        self.shared.seen.remember(accepted.identity);
                        accepted.recent.at = at;
                        self.turn.accepted += 1;
                        let observed = Arc::new(accepted.observed);
                        accepted.outlet.accepted(accepted.recent.received_ms, &observed);
                        self.turn.recent.push(accepted.recent);
                        batches.push(Batch {
                            seq: at.seq,
                            logger: accepted.logger,
                            observed,
                        });
                    }
                }
                Err(error) => {
                    failed = true;
                    self.trouble(&error);
                }
            }
        }
        out.truncate(answered);
        let latency_us = began.elapsed().as_micros() as u64;
        let mut turn = std::mem::take(&mut self.turn);
        self.shared.stats.add(&mut turn, (self.shared.clock)(), latency_us);
        (out, batches)
    }

    /// Nothing is answered: the sender repeats it, and by then there may be room again.
    fn trouble(&mut self, error: &Error) {
        self.turn.unanswered += 1;
        self.shared.stats.live().trouble = Some(((self.shared.clock)(), error.to_string()));
    }
}

/// Reason, place and remedy of a refused packet.
pub(crate) fn why(reject: &Reject<'_>) -> Quarantined {
    let texts = reject.reason.texts();
    Quarantined {
        reason: reject.reason.name().into(),
        detail: reject.to_string(),
        detail_zh: reject.chinese().to_string(),
        place: format!("{:?}", reject.reason.layer()).to_lowercase(),
        remedy: texts.remedy_zh.into(),
        qnrtn: reject.reason.qnrtn().map(u16::from),
        part_of: None,
    }
}

/// Entries for the items of an accepted packet that cannot be used.
pub(crate) fn items_set_aside(
    packet: &Packet<'_>,
    seq: u64,
    too_long: &[(String, String)],
) -> Vec<(Quarantined, String)> {
    let part_of = Some(format!("packet:{seq}"));
    let mut out = vec![];
    for item in packet.quarantined() {
        let Some(reason) = item.problem else { continue };
        let texts = reason.texts();
        let why = Quarantined {
            reason: reason.name().into(),
            detail: texts.en.into(),
            detail_zh: texts.zh.into(),
            place: item.key.into(),
            remedy: texts.remedy_zh.into(),
            qnrtn: reason.qnrtn().map(u16::from),
            part_of: part_of.clone(),
        };
        out.push((why, format!("{}={}", item.key, item.value)));
    }
    for (key, value) in too_long {
        let why = Quarantined {
            reason: "value_out_of_range".into(),
            detail: "more than 18 digits, or a code of more than 15 characters".into(),
            detail_zh: "超过 18 位数字，或编码超过 15 个字符".into(),
            place: key.clone(),
            remedy: "按标准的位数上报该值".into(),
            qnrtn: None,
            part_of: part_of.clone(),
        };
        out.push((why, format!("{key}={value}")));
    }
    out
}

/// Appends the answer a packet asks for: 9014 to data, 9013 to a notice (HJ 212-2017 section 6.5).
fn answer(packet: &Packet<'_>, out: &mut Vec<u8>) {
    if !packet.wants_answer() {
        return;
    }
    let header: &Header<'_> = packet.header();
    // Only a packet of 2005 can be without QN; such a one is stored and cannot be answered.
    let _ = match packet.role() {
        Role::Upload => write::answer_9014(header, out),
        Role::Notice => write::answer_9013(header, out),
        // A device does not order the platform; and an answer is not answered.
        Role::Request | Role::Answer => Ok(()),
    };
}

/// Our clock minus the sender's, in seconds, where the packet says what it thinks the time is now.
fn drift(packet: &Packet<'_>, now_ms: i64) -> Option<i64> {
    if packet.cn() != 2011 || packet.resent() {
        return None;
    }
    let said = packet
        .qn()
        .and_then(|qn| Time::read(qn.as_bytes()))
        .or(packet.data_time())?;
    Some(now_ms.div_euclid(1000) - said.utc_seconds())
}
