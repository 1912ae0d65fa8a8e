//! Puts groups on the disk: seal, one write, one `fdatasync`; begins new segments from a file of zeros that
//! is prepared ahead of need, so that a sync never has to change the file's metadata.

use crate::catalog::{Catalog, Segment};
use crate::commit::Group;
use crate::pending::Place;
use crate::record::{Hash, Kind, chain};
use crate::segment::{HEADER, Header, TRAILER, Trailer, segment_path, segments_dir, sync_dir};
use crate::{Error, Options, Result};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

/// Why a group was not stored.
pub(crate) enum Failure {
    /// Nothing was written; may be tried again.
    NoRoom(Error),
    /// The state of the file is unknown: stop.
    Broken(Error),
}

/// The segment being written. Owned by the writer thread alone.
pub(crate) struct Writer {
    dir: PathBuf,
    options: Options,
    header: Header,
    file: File,
    /// Bytes that may be written without growing the file.
    capacity: u64,
    /// Byte after the last durable group.
    end: u64,
    next_seq: u64,
    hash: Hash,
    catalog: Arc<RwLock<Catalog>>,
    spare: Option<JoinHandle<Result<()>>>,
}

impl Writer {
    pub fn new(
        dir: &Path,
        options: Options,
        header: Header,
        file: File,
        capacity: u64,
        catalog: Arc<RwLock<Catalog>>,
    ) -> Result<Self> {
        let (end, next_seq, hash) = {
            let catalog = catalog.read().unwrap_or_else(PoisonError::into_inner);
            let last = catalog
                .segments
                .last()
                .ok_or_else(|| Error::Invalid("no active segment".into()))?;
            (last.end, last.next_seq, last.hash)
        };
        let mut writer = Writer {
            dir: dir.to_path_buf(),
            options,
            header,
            file,
            capacity,
            end,
            next_seq,
            hash,
            catalog,
            spare: None,
        };
        writer.prepare_spare();
        Ok(writer)
    }

    /// Number of the next record.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    fn prepare_spare(&mut self) {
        let (dir, options) = (self.dir.clone(), self.options.clone());
        self.spare = std::thread::Builder::new()
            .name("evidence-spare".into())
            .spawn(move || prepare(&dir, &options))
            .ok();
    }

    /// Stores one group. On success its records are durable and in the catalog.
    pub fn write(&mut self, group: &mut Group) -> std::result::Result<Place, Failure> {
        assert_eq!(group.first_seq, self.next_seq, "groups come in order without gaps");
        assert!(
            !group.starts.is_empty() && group.buf.len() <= self.options.group_bytes,
            "a group is within its bound"
        );
        let needed = (group.buf.len() + TRAILER) as u64;
        let fresh = self.end + needed > self.capacity;
        if fresh {
            self.rotate()?;
            assert!(
                self.end + needed <= self.capacity,
                "a segment has room for the largest group"
            );
        }
        let group_bytes = group.buf.len();
        let mut hash = self.hash;
        let ends = group.starts.iter().skip(1).map(|s| *s as usize).chain([group_bytes]);
        for (start, end) in group.starts.iter().zip(ends) {
            hash = chain(&hash, &group.buf[*start as usize..end]);
        }
        let last_seq = self.next_seq + group.starts.len() as u64 - 1;
        let trailer = Trailer {
            records: group.starts.len() as u32,
            group_bytes: group_bytes as u32,
            last_seq,
            hash,
        };
        group.buf.extend_from_slice(&trailer.encode(&self.header));

        let path = segment_path(&self.dir, self.header.segment);
        self.put(&group.buf)
            .map_err(|e| Failure::Broken(Error::io("write", &path)(e)))?;
        if fresh {
            sync_dir(&segments_dir(&self.dir)).map_err(Failure::Broken)?;
        }

        let base = self.end;
        let mut catalog = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
        if fresh {
            catalog.segments.push(Segment::new(&self.header));
        }
        if let Some(segment) = catalog.segments.last_mut() {
            for (k, start) in group.starts.iter().enumerate() {
                let kind = Kind::of(group.buf[*start as usize + 8]);
                segment.note(self.next_seq + k as u64, kind, base + u64::from(*start));
            }
            (segment.end, segment.next_seq, segment.hash) = (base + needed, last_seq + 1, hash);
        }
        drop(catalog);
        (self.end, self.next_seq, self.hash) = (base + needed, last_seq + 1, hash);
        Ok(Place {
            segment: self.header.segment,
            base,
        })
    }

    fn put(&self, bytes: &[u8]) -> std::io::Result<()> {
        if let Some(faults) = &self.options.faults {
            faults.before_write(bytes.len())?;
        }
        self.file.write_all_at(bytes, self.end)?;
        if let Some(faults) = &self.options.faults {
            faults.before_sync()?;
        }
        self.file.sync_data()
    }

    /// Finishes the segment and begins the next. The new header is synced together with its first group.
    fn rotate(&mut self) -> std::result::Result<(), Failure> {
        let ready = match self.spare.take().map(JoinHandle::join) {
            Some(Ok(done)) => done,
            // No thread, or it died: try here, where an error is answered to the appenders.
            Some(Err(_)) | None => prepare(&self.dir, &self.options),
        };
        ready.map_err(Failure::NoRoom)?;
        let old = segment_path(&self.dir, self.header.segment);
        // Both only save space and time; the segment reads the same without them.
        let _ = self.file.set_len(self.end);
        if let Some(done) = self
            .catalog
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .segments
            .last()
        {
            let _ = crate::index::save(&old, done);
        }
        let number = self.header.segment + 1;
        let header = Header::new(number, self.next_seq, (self.options.clock)(), self.hash);
        let (file, capacity) = begin(&self.dir, &header).map_err(Failure::Broken)?;
        self.end = HEADER as u64;
        self.hash = header.start_hash();
        (self.header, self.file, self.capacity) = (header, file, capacity);
        self.prepare_spare();
        Ok(())
    }

    /// After a failed write or sync: leaves word for the next opening where the durable part ends.
    pub fn leave_word(&self, why: &str) {
        let word = format!("{}\n{}\n{why}\n", self.header.segment, self.end);
        let path = suspect_path(&self.dir);
        // Best effort: without it the next opening finds the end by reading, as after any crash.
        let _ = std::fs::write(&path, word).and_then(|()| File::open(&path)?.sync_all());
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(spare) = self.spare.take() {
            let _ = spare.join();
        }
    }
}

pub(crate) fn suspect_path(dir: &Path) -> PathBuf {
    dir.join("SUSPECT")
}

fn spare_path(dir: &Path) -> PathBuf {
    segments_dir(dir).join("next.zero")
}

/// Makes sure that a durable file of zeros stands ready to become the next segment.
pub(crate) fn prepare(dir: &Path, options: &Options) -> Result<()> {
    let ready = spare_path(dir);
    if std::fs::metadata(&ready).is_ok_and(|m| m.len() == options.segment_bytes) {
        return Ok(());
    }
    let free = match &options.faults {
        Some(faults) => faults.free_bytes(),
        None => None,
    };
    let free = match free {
        Some(free) => free,
        None => {
            let s = rustix::fs::statvfs(dir).map_err(|e| Error::io("ask the free space of", dir)(e.into()))?;
            s.f_bavail.saturating_mul(s.f_frsize)
        }
    };
    let needed = options.segment_bytes + options.reserve_bytes;
    if free < needed {
        return Err(Error::DiskFull {
            path: dir.to_path_buf(),
            free,
            needed,
        });
    }
    let temp = ready.with_extension("tmp");
    let fill = || -> std::io::Result<()> {
        let mut file = File::create(&temp)?;
        let zeros = vec![0u8; 1 << 20];
        let mut left = options.segment_bytes;
        while left > 0 {
            let n = left.min(zeros.len() as u64);
            file.write_all(&zeros[..n as usize])?;
            left -= n;
            // In small steps, so that the syncs of the groups are not held up by a burst.
            file.sync_data()?;
        }
        file.sync_all()?;
        std::fs::rename(&temp, &ready)
    };
    fill().map_err(|e| {
        let _ = std::fs::remove_file(&temp);
        if e.kind() == std::io::ErrorKind::StorageFull {
            Error::DiskFull {
                path: dir.to_path_buf(),
                free,
                needed,
            }
        } else {
            Error::io("prepare a segment in", dir)(e)
        }
    })
}

/// Turns the prepared file into a segment with this header (not yet synced). Returns it and its capacity.
pub(crate) fn begin(dir: &Path, header: &Header) -> Result<(File, u64)> {
    let path = segment_path(dir, header.segment);
    if path.exists() {
        return Err(Error::Invalid(format!(
            "`{}` exists already and is not overwritten",
            path.display()
        )));
    }
    std::fs::rename(spare_path(dir), &path).map_err(Error::io("begin the segment", &path))?;
    let file = File::options()
        .read(true)
        .write(true)
        .open(&path)
        .map_err(Error::io("open", &path))?;
    file.write_all_at(&header.encode(), 0)
        .map_err(Error::io("write", &path))?;
    let capacity = file.metadata().map_err(Error::io("ask the size of", &path))?.len();
    Ok((file, capacity))
}
