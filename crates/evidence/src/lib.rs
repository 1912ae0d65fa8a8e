//! Append-only store of everything received, kept unchanged. Its invariant: what was acknowledged is on
//! disk, is found again, and cannot be altered or left out without [`Evidence::verify`] naming the place.
//!
//! - Records (packets, quarantined input, announcements of files, notes) go into preallocated segment
//!   files. A dedicated thread writes them in groups, one `fdatasync` a group; a [`Pending`] resolves after
//!   the flush of its group and can be awaited or waited for.
//! - Every record carries a CRC32C and is chained by SHA-256; each group seals the running hash, and each
//!   segment starts with the hash its predecessor ended with, so the chain can be checked from any segment.
//! - Whole files live under `files/<first two digits>/<sha256>` and are announced by a chained record.
//! - Opening cuts a torn tail (a group that never was acknowledged) and nothing else.
//!
//! The bytes on disk are described in `FORMAT.md`; a committed store of version 1 guards them by a test.

mod catalog;
mod commit;
mod error;
mod files;
mod index;
mod pending;
mod quarantine;
mod record;
mod recover;
mod scan;
mod segment;
mod store;
mod verify;
mod walk;
mod writer;

pub use error::{Error, Fault, Result};
pub use files::{FileEntry, FileNote, FileRef};
pub use pending::Pending;
pub use quarantine::{QuarantineEntry, Quarantined, Replay};
pub use record::{Kind, Position, Record};
pub use recover::{Cut, Recovery};
pub use scan::Scan;
pub use store::{Evidence, Faults, Options};
pub use verify::Report;

/// Bytes of a segment file; one is written and kept ready ahead of need.
pub const SEGMENT_BYTES: u64 = 64 << 20;
/// Largest payload of one record. Anything larger is a file, see [`Evidence::put_file`].
pub const PAYLOAD_MAX: usize = 4 << 20;
/// Longest source text of a record, in bytes.
pub const SOURCE_MAX: usize = 256;
/// Largest group that is written and synced at once. A group is cut here however much is waiting, so no
/// record waits for more than the group before its own and its own.
pub const GROUP_BYTES_MAX: usize = 8 << 20;
/// Bytes that may wait for the writer; an append beyond it waits for room (or is refused, see
/// [`Evidence::try_append`]).
pub const QUEUE_BYTES_MAX: usize = 32 << 20;
/// Free space that is left to the rest of the machine: no new segment is begun below it.
pub const RESERVE_BYTES: u64 = 64 << 20;
/// Largest text (after decompression) that line access reads.
pub const TEXT_BYTES_MAX: usize = 512 << 20;
/// Decompressed texts kept for line access, in bytes.
pub const TEXT_CACHE_BYTES: usize = 128 << 20;
