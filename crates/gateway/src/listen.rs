//! Accepts connections and drives them: one task each, bounded in number, memory and silence.

use crate::outlet::OutletStates;
use crate::session::{Session, Shared};
use crate::snapshot::{self, Snapshot};
use crate::stats::Stats;
use crate::{
    Batch, CONNECTIONS_MAX, Clock, HALF_WAIT_MS, IDLE_MS, RECENT_MAX, Registry, SharedRegistry, TAIL_WAIT_MS,
    WARM_RECORDS, WRITE_WAIT_MS, system_clock,
};
use evidence::{Evidence, Kind};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};

/// Bytes taken from a connection at once: as many as the framer may hold.
const READ_BYTES: usize = hj212::frame::HELD_MAX;

/// Kernel buffer for the answers of a connection.
const SEND_BUFFER_BYTES: u32 = 64 << 10;

/// How a gateway runs.
#[derive(Clone)]
pub struct Config {
    /// Connections at once.
    pub connections_max: usize,
    /// See [`IDLE_MS`].
    pub idle_ms: u64,
    /// See [`HALF_WAIT_MS`].
    pub half_wait_ms: u64,
    /// See [`TAIL_WAIT_MS`].
    pub tail_wait_ms: u64,
    /// See [`WRITE_WAIT_MS`].
    pub write_wait_ms: u64,
    /// Milliseconds since 1970 UTC.
    pub clock: Clock,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            connections_max: CONNECTIONS_MAX,
            idle_ms: IDLE_MS,
            half_wait_ms: HALF_WAIT_MS,
            tail_wait_ms: TAIL_WAIT_MS,
            write_wait_ms: WRITE_WAIT_MS,
            clock: system_clock(),
        }
    }
}

/// A running server. Clones are handles; [`Gateway::stop`] ends it.
#[derive(Clone)]
pub struct Gateway {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
}

impl Gateway {
    /// Listens on `address` (port 0: any) and serves until stopped. Accepted packets go to `sink` as
    /// observations, after their answer; without a sink they stay in the evidence for [`crate::replay`].
    pub async fn start(
        address: SocketAddr,
        evidence: Evidence,
        registry: SharedRegistry,
        sink: Option<mpsc::Sender<Batch>>,
        config: Config,
    ) -> std::io::Result<Gateway> {
        let listener = listener(address)?;
        let shared = Arc::new(Shared {
            evidence,
            registry,
            sink,
            stats: Stats::default(),
            outlets: OutletStates::default(),
            seen: Default::default(),
            clock: config.clock.clone(),
            turns: Default::default(),
        });
        warm(&shared);
        let (stop, stopped) = watch::channel(false);
        let gateway = Gateway {
            address: listener.local_addr()?,
            shared: shared.clone(),
            stop,
        };
        tokio::spawn(accept(listener, shared, config, stopped));
        Ok(gateway)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The registry it judges by; may be replaced while it runs.
    pub fn registry(&self) -> &SharedRegistry {
        &self.shared.registry
    }

    /// Its evidence store.
    pub fn evidence(&self) -> &Evidence {
        &self.shared.evidence
    }

    /// State for the packets page, with up to `recent` recent packets (at most [`RECENT_MAX`]).
    pub fn snapshot(&self, recent: usize) -> Snapshot {
        let s = &self.shared;
        snapshot::take(
            &s.stats,
            &s.outlets,
            &s.registry.now(),
            &s.evidence,
            (s.clock)(),
            recent.min(RECENT_MAX),
        )
    }

    /// Tries a quarantined packet again with today's registry. If it is good now, that is recorded and its
    /// observations go to the sink.
    pub async fn replay_quarantined(&self, id: u64, by: &str) -> evidence::Result<evidence::Replay> {
        let s = &self.shared;
        let (replay, batch) = crate::quarantine::replay(&s.evidence, &s.registry.now(), id, by, (s.clock)()).await?;
        if let (Some(batch), Some(sink)) = (batch, &s.sink)
            && sink.send(batch).await.is_err()
        {
            s.stats.unconsumed.fetch_add(1, Ordering::Relaxed);
        }
        Ok(replay)
    }

    /// The record from which a consumer would have to [`crate::replay`] after a crash, once it has taken
    /// everything out of the channel that was in it when this was called: call this, drain what is there,
    /// commit both together.
    pub fn resume_point(&self) -> u64 {
        self.shared.turns.resume_point(|| self.shared.evidence.next_seq())
    }

    /// Stops accepting and closes all connections after what they have queued is stored and answered.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

fn listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it: a peer that takes no answers holds this much and no more.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(4096)
}

/// Remembers the newest packets of the store, so that repetitions over a restart are recognised.
fn warm(shared: &Shared) {
    let registry: Arc<Registry> = shared.registry.now();
    let from = shared.evidence.next_seq().saturating_sub(WARM_RECORDS);
    for record in shared.evidence.scan(from).map_while(Result::ok) {
        if record.kind == Kind::Packet
            && let Some(logger) = hj212::peek_mn(&record.payload).and_then(|mn| registry.get(mn))
            && let Ok(packet) = hj212::parse(&record.payload, &logger.options(record.received_ms))
        {
            shared.seen.remember(shared.seen.identity(&packet));
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, config: Config, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(config.connections_max));
    for id in 0u64.. {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Ok(permit) = room.clone().try_acquire_owned() else {
                    shared.stats.turned_away.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                let (shared, config, stopped) = (shared.clone(), config.clone(), stopped.clone());
                tokio::spawn(async move {
                    shared.stats.connections.fetch_add(1, Ordering::Relaxed);
                    let session = Session::new(shared.clone(), peer.to_string(), id);
                    // A connection that breaks is nothing to report: what it sent is stored or will be sent again.
                    let _ = serve(stream, session, &shared, &config, stopped).await;
                    shared.stats.connections.fetch_sub(1, Ordering::Relaxed);
                    drop(permit);
                });
            }
            // Out of file handles and the like: wait for some to be closed.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    mut session: Session,
    shared: &Shared,
    config: &Config,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut silent_ms = 0;
    loop {
        let wait = if session.holds() {
            if silent_ms < config.tail_wait_ms {
                config.tail_wait_ms - silent_ms
            } else {
                config.half_wait_ms.saturating_sub(silent_ms)
            }
        } else {
            config.idle_ms.saturating_sub(silent_ms)
        };
        let ready = tokio::select! {
            biased;
            ready = tokio::time::timeout(Duration::from_millis(wait.max(1)), read(&mut stream, &mut session)) => ready,
            _ = stopped.changed() => {
                session.close();
                return finish(&mut stream, &mut session, shared, config, Instant::now()).await;
            }
        };
        let mut end = false;
        let began = Instant::now();
        match ready {
            Ok(Ok(n)) if n > 0 => silent_ms = 0,
            // The end of the stream, or a broken one.
            Ok(_) => {
                session.close();
                end = true;
            }
            Err(_) => {
                silent_ms += wait.max(1);
                if !session.holds() {
                    end = silent_ms >= config.idle_ms;
                } else if silent_ms >= config.half_wait_ms {
                    session.close();
                } else {
                    session.idle();
                }
            }
        }
        finish(&mut stream, &mut session, shared, config, began).await?;
        if session.is_hopeless() {
            shared.stats.cut_off.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        if end {
            return Ok(());
        }
    }
}

/// Flush, answer, hand on.
async fn finish(
    stream: &mut TcpStream,
    session: &mut Session,
    shared: &Shared,
    config: &Config,
    began: Instant,
) -> std::io::Result<()> {
    let (answers, batches) = session.settle(began).await;
    let sent = if answers.is_empty() {
        Ok(())
    } else {
        match tokio::time::timeout(Duration::from_millis(config.write_wait_ms), stream.write_all(&answers)).await {
            Ok(sent) => sent,
            Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
        }
    };
    // Whether or not the answer arrived, the packets are stored: their values go on.
    if let Some(sink) = &shared.sink {
        for batch in batches {
            if sink.send(batch).await.is_err() {
                shared.stats.unconsumed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    session.handed_on();
    sent
}

thread_local! {
    /// One buffer a thread: a waiting connection holds nothing but half a packet.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// Reads once and lets the session take what came. No buffer is kept while waiting.
async fn read(stream: &mut TcpStream, session: &mut Session) -> std::io::Result<usize> {
    std::future::poll_fn(|cx| {
        BUFFER.with_borrow_mut(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            match Pin::new(&mut *stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) => {
                    session.take(buffer.filled());
                    Poll::Ready(Ok(buffer.filled().len()))
                }
                Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
                Poll::Pending => Poll::Pending,
            }
        })
    })
    .await
}
