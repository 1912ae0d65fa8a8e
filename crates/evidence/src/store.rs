//! The store as its users see it.

use crate::catalog::Catalog;
use crate::commit::Queue;
use crate::files::Files;
use crate::pending::{Pending, lock};
use crate::quarantine::Replays;
use crate::record::{HEAD, Kind, Position, Record, claimed_len, decode};
use crate::recover::{Active, Recovery, damaged, recover};
use crate::scan::Scan;
use crate::segment::{HEADER, Header, TRAILER, Window, segment_path, segments_dir, sync_dir};
use crate::writer::{Writer, begin, prepare};
use crate::{Error, GROUP_BYTES_MAX, PAYLOAD_MAX, QUEUE_BYTES_MAX, RESERVE_BYTES, Result, SEGMENT_BYTES, SOURCE_MAX};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;

/// Faults for tests of what happens when the disk fails. In service there are none.
pub trait Faults: Send + Sync {
    /// Called before a group is written.
    fn before_write(&self, _bytes: usize) -> std::io::Result<()> {
        Ok(())
    }
    /// Called before a group is synced.
    fn before_sync(&self) -> std::io::Result<()> {
        Ok(())
    }
    /// Free space to believe in instead of asking the system.
    fn free_bytes(&self) -> Option<u64> {
        None
    }
}

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Bytes of a segment file.
    pub segment_bytes: u64,
    /// Largest group; also bounds one record.
    pub group_bytes: usize,
    /// Bytes that may wait.
    pub queue_bytes: usize,
    /// Free space left to others.
    pub reserve_bytes: u64,
    /// Root of the chain of a new store: 16 bytes that nobody can guess (the marks of its groups come from it).
    pub salt: [u8; 16],
    /// Milliseconds since 1970 UTC; used for the headers of segments and the announcements of files.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// Injected faults.
    pub faults: Option<Arc<dyn Faults>>,
}

impl Default for Options {
    /// The bounds of this crate, the system's clock and a salt from the system's randomness.
    fn default() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&RandomState::new().hash_one(1u8).to_le_bytes());
        salt[8..].copy_from_slice(&RandomState::new().hash_one(2u8).to_le_bytes());
        let now = || {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |d| d.as_millis() as i64)
        };
        Options {
            segment_bytes: SEGMENT_BYTES,
            group_bytes: GROUP_BYTES_MAX,
            queue_bytes: QUEUE_BYTES_MAX,
            reserve_bytes: RESERVE_BYTES,
            salt,
            clock: Arc::new(now),
            faults: None,
        }
    }
}

impl Options {
    fn payload_max(&self) -> usize {
        PAYLOAD_MAX.min(self.group_bytes.saturating_sub(HEAD + SOURCE_MAX))
    }

    fn check(&self) -> Result<()> {
        let room = self.segment_bytes.saturating_sub((HEADER + TRAILER) as u64);
        if self.payload_max() == 0 || self.group_bytes as u64 > room || self.group_bytes > self.queue_bytes {
            return Err(Error::Invalid(format!(
                "bounds contradict: a record ({} bytes and more) must fit a group ({}), a group a segment ({}) and the queue ({})",
                HEAD + SOURCE_MAX,
                self.group_bytes,
                self.segment_bytes,
                self.queue_bytes
            )));
        }
        if self.group_bytes > u32::MAX as usize / 2 {
            return Err(Error::Invalid("a group is at most 2 GiB".into()));
        }
        Ok(())
    }
}

pub(crate) struct Inner {
    pub dir: PathBuf,
    pub options: Options,
    catalog: Arc<RwLock<Catalog>>,
    queue: Option<Arc<Queue>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    pub files: Files,
    pub replays: Mutex<Replays>,
    /// Held as long as the store may be written.
    _lock: Option<File>,
}

impl Inner {
    pub fn queue_is_missing(&self) -> bool {
        self.queue.is_none()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            queue.close();
        }
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
    }
}

/// An open store. Clones are handles to the same store; the last one to go ends the writer thread after
/// everything queued is on disk.
#[derive(Clone)]
pub struct Evidence(pub(crate) Arc<Inner>);

impl Evidence {
    /// Opens a store for writing, or begins one. Only one process may; a torn tail is cut, damage is refused.
    pub fn open(dir: &Path, options: Options) -> Result<(Evidence, Recovery)> {
        options.check()?;
        let folder = segments_dir(dir);
        std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let lock_path = dir.join("LOCK");
        let lock_file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(Error::io("open", &lock_path))?;
        match lock_file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(Error::Locked(dir.to_path_buf())),
            Err(std::fs::TryLockError::Error(e)) => return Err(Error::io("lock", &lock_path)(e)),
        }
        let (mut catalog, mut recovery, active) = recover(dir, &options, true)?;
        let active = match active {
            Some(active) => active,
            None => {
                let header = first_header(&options);
                prepare(dir, &options)?;
                let (file, capacity) = begin(dir, &header)?;
                file.sync_data().map_err(Error::io("sync", dir))?;
                sync_dir(&folder)?;
                sync_dir(dir)?;
                catalog.segments.push(crate::catalog::Segment::new(&header));
                recovery.segments = 1;
                Active { header, file, capacity }
            }
        };
        let next_seq = catalog.next_seq();
        let catalog = Arc::new(RwLock::new(catalog));
        let writer = Writer::new(
            dir,
            options.clone(),
            active.header,
            active.file,
            active.capacity,
            catalog.clone(),
        )?;
        let queue = Arc::new(Queue::new(
            next_seq,
            options.group_bytes,
            options.queue_bytes,
            options.payload_max(),
        ));
        let run = queue.clone();
        let thread = std::thread::Builder::new()
            .name("evidence".into())
            .spawn(move || run.run(writer))
            .map_err(Error::io("start the writer thread for", dir))?;
        let evidence = Evidence::with(dir, options, catalog, Some(queue), Some(thread), Some(lock_file));
        Ok((evidence, recovery))
    }

    /// Opens a store for reading only, also while another process writes it: sees what was durable then.
    pub fn open_read(dir: &Path) -> Result<(Evidence, Recovery)> {
        let options = Options::default();
        let (catalog, recovery, _) = recover(dir, &options, false)?;
        let evidence = Evidence::with(dir, options, Arc::new(RwLock::new(catalog)), None, None, None);
        Ok((evidence, recovery))
    }

    fn with(
        dir: &Path,
        options: Options,
        catalog: Arc<RwLock<Catalog>>,
        queue: Option<Arc<Queue>>,
        thread: Option<JoinHandle<()>>,
        lock: Option<File>,
    ) -> Evidence {
        Evidence(Arc::new(Inner {
            dir: dir.to_path_buf(),
            options,
            catalog,
            queue,
            thread: Mutex::new(thread),
            files: Files::default(),
            replays: Mutex::default(),
            _lock: lock,
        }))
    }

    /// Queues a record. `source` says where it came from (at most [`SOURCE_MAX`] bytes), `received_ms` when.
    /// Blocks only while the queue is full. The returned ticket resolves when the record is on disk.
    pub fn append(&self, kind: Kind, source: &str, received_ms: i64, payload: &[u8]) -> Pending {
        match &self.0.queue {
            Some(queue) => queue.append(kind, source, received_ms, payload, true),
            None => Pending::refused(Error::ReadOnly),
        }
    }

    /// Like [`Evidence::append`], but a full queue is answered by a ticket that resolves to `Busy`.
    pub fn try_append(&self, kind: Kind, source: &str, received_ms: i64, payload: &[u8]) -> Pending {
        match &self.0.queue {
            Some(queue) => queue.append(kind, source, received_ms, payload, false),
            None => Pending::refused(Error::ReadOnly),
        }
    }

    /// Why the store takes nothing any more, if so (a write or sync failed).
    pub fn stopped(&self) -> Option<Error> {
        self.0.queue.as_ref().and_then(|q| q.stopped())
    }

    /// Number the next record will have: everything below is durable.
    pub fn next_seq(&self) -> u64 {
        self.catalog().next_seq()
    }

    /// Running hash of the chain after the last durable record: publish it to fix everything before it.
    pub fn head(&self) -> (u64, String) {
        let catalog = self.catalog();
        let last = catalog.segments.last();
        (
            catalog.next_seq() - 1,
            last.map_or_else(String::new, |s| crate::record::hex(&s.hash)),
        )
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.0.dir
    }

    pub(crate) fn catalog(&self) -> RwLockReadGuard<'_, Catalog> {
        self.0.catalog.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a record stands.
    pub fn position(&self, seq: u64) -> Result<Position> {
        let (segment, from, end) = {
            let catalog = self.catalog();
            let s = catalog
                .holding(seq)
                .ok_or_else(|| Error::NotFound(format!("record {seq}")))?;
            (s.number, s.near(seq), s.end)
        };
        let (mut at_seq, mut at) = from.ok_or_else(|| Error::NotFound(format!("record {seq}")))?;
        let path = segment_path(&self.0.dir, segment);
        let (file, header) = open_segment(&path, segment)?;
        let mut window = Window::new(&file, end, 64 << 10);
        loop {
            let head = window
                .get(at, HEAD.min((end - at) as usize))
                .map_err(Error::io("read", &path))?;
            let head = head.ok_or_else(|| damaged(&path, segment, at, Some(seq), "the file ends early"))?;
            if crate::record::u32_at(head, 0) == Some(header.start_mark) {
                at += TRAILER as u64;
                continue;
            }
            if at_seq == seq {
                return Ok(Position {
                    seq,
                    segment,
                    offset: at,
                });
            }
            let len = claimed_len(head).map_err(|why| damaged(&path, segment, at, Some(at_seq), why))?;
            at += len as u64;
            at_seq += 1;
            if at >= end {
                return Err(damaged(
                    &path,
                    segment,
                    at,
                    Some(seq),
                    "the record is not where the index says",
                ));
            }
        }
    }

    /// The record at a position. Its CRC is checked.
    pub fn read(&self, at: Position) -> Result<Record> {
        let missing = || {
            Error::NotFound(format!(
                "record {} at segment {} byte {}",
                at.seq, at.segment, at.offset
            ))
        };
        let end = self.catalog().segment(at.segment).ok_or_else(missing)?.end;
        let path = segment_path(&self.0.dir, at.segment);
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        let mut window = Window::new(&file, end, 2048);
        let head = window
            .get(at.offset, HEAD)
            .map_err(Error::io("read", &path))?
            .ok_or_else(missing)?;
        let len = claimed_len(head).map_err(|why| damaged(&path, at.segment, at.offset, Some(at.seq), why))?;
        let frame = window
            .get(at.offset, len)
            .map_err(Error::io("read", &path))?
            .ok_or_else(missing)?;
        let view = decode(frame).map_err(|why| damaged(&path, at.segment, at.offset, Some(at.seq), why))?;
        if view.seq != at.seq {
            return Err(missing());
        }
        Ok(view.own(at.segment, at.offset))
    }

    /// The record with a number.
    pub fn record(&self, seq: u64) -> Result<Record> {
        self.read(self.position(seq)?)
    }

    /// All durable records from a number on, in order. Ends at what is durable when it gets there.
    pub fn scan(&self, from_seq: u64) -> Scan {
        Scan::new(self.clone(), from_seq)
    }
}

fn first_header(options: &Options) -> Header {
    let created_ms = (options.clock)();
    let mut h = Sha256::new();
    h.update(b"qingshan evidence 1");
    h.update(options.salt);
    h.update(created_ms.to_le_bytes());
    Header::new(1, 1, created_ms, h.finalize().into())
}

pub(crate) fn open_segment(path: &Path, segment: u32) -> Result<(File, Header)> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let header =
        Header::read(&file, path)?.ok_or_else(|| damaged(path, segment, 0, None, "the segment's header is damaged"))?;
    Ok((file, header))
}
