//! The HJ 212 server. Its invariant: an upload is answered (9014, 9013) only after its bytes are in the
//! evidence store and flushed; whatever is not accepted is quarantined with its reason; nothing is dropped.
//!
//! The way of a packet: [`listen`] accepts a connection → `session` cuts its stream ([`hj212::Framer`]), looks
//! the sender up in the [`Registry`], parses → evidence → answer → [`Batch`] of [`Observed`] values into a
//! bounded channel. What consumes the channel is not known here; after a crash it asks [`replay`] for what
//! it does not have. [`send`] is a logger for tests, [`simulate`] many outlets at once.

mod clock;
mod convert;
mod dedupe;
pub mod listen;
mod outlet;
pub mod quarantine;
mod registry;
mod replay;
pub mod send;
mod session;
pub mod simulate;
mod snapshot;
mod stats;

pub use clock::{Clock, system_clock};
pub use convert::{Batch, Code, Observed, Period, Stat, observe};
pub use listen::{Config, Gateway};
pub use registry::{Logger, Registry, RegistryError, SharedRegistry};
pub use replay::{Replayed, replay};
pub use snapshot::{OutletView, Outlets, PacketView, Rate, Snapshot, Totals, ValueView};

/// Connections open at once; one more is closed at once and counted.
pub const CONNECTIONS_MAX: usize = 20_000;
/// Silence after which a complete packet is taken without its CR LF.
pub const TAIL_WAIT_MS: u64 = 500;
/// Silence after which half a packet is given up (`truncated`).
pub const HALF_WAIT_MS: u64 = 60_000;
/// Silence after which a connection is closed: an hour's data come once an hour.
pub const IDLE_MS: u64 = 4_500_000;
/// Time a peer may take to accept an answer.
pub const WRITE_WAIT_MS: u64 = 10_000;
/// Bytes of noise after which a peer that sent no good packet in between is cut off.
pub const NOISE_MAX: usize = 64 << 10;
/// Refused packets after which a peer that sent no good one in between is cut off.
pub const REFUSED_MAX: u32 = 1_000;
/// Batches that may wait for the consumer of observations; beyond it connections wait.
pub const SINK_BATCHES: usize = 8_192;
/// Identities of packets remembered to recognise a repetition, in each of two generations.
pub const IDENTITIES_MAX: usize = 262_144;
/// Records read back at the start to know repetitions of what came before a restart.
pub const WARM_RECORDS: u64 = 65_536;
/// Packets in the ring of recent ones.
pub const RECENT_MAX: usize = 200;
/// Difference between a logger's clock and ours beyond which a real-time packet carries a warning.
pub const CLOCK_DRIFT_S: i64 = 300;
