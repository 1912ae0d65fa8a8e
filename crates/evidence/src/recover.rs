//! Opening a store: finds the end of what was acknowledged. A torn tail (a group whose write was cut by a
//! crash, so that nobody was told it is stored) is cut; any other difference is damage and is refused.
//!
//! How the two are told apart. A group is written at once into a file of zeros and ends in a seal. If the
//! write was cut, then either its seal is incomplete, or the seal is there but some disk sectors before it
//! still hold zeros. If instead the seal is there and the bytes that do not fit are not zeros, or if a later
//! group is whole, then bytes changed after they were acknowledged.

use crate::catalog::{Catalog, Segment};
use crate::record::{HEAD, claimed_len};
use crate::segment::{HEADER, Header, TRAILER, Trailer, list, read_up_to, segment_path, segments_dir, sync_dir};
use crate::walk::{Step, Walk};
use crate::writer::suspect_path;
use crate::{Error, Fault, Options, Result};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const SECTOR: u64 = 512;

/// What opening found.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Recovery {
    /// Segments in the store.
    pub segments: u32,
    /// Durable records.
    pub records: u64,
    /// The unacknowledged tail that was cut, if there was one.
    pub cut: Option<Cut>,
    /// Segments whose index file was missing or not usable and was built again.
    pub reindexed: u32,
}

/// A torn tail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Cut {
    /// Segment it stood in.
    pub segment: u32,
    /// Where it began.
    pub offset: u64,
    /// How many bytes were cut.
    pub bytes: u64,
    /// Why it is not a whole group.
    pub why: String,
    /// A copy of the bytes, kept for inspection (absent if there was no room for it).
    pub saved: Option<PathBuf>,
}

/// The segment to go on with, if the store has one that may be written.
pub(crate) struct Active {
    pub header: Header,
    pub file: File,
    pub capacity: u64,
}

pub(crate) fn damaged(path: &Path, segment: u32, offset: u64, seq: Option<u64>, what: impl Into<String>) -> Error {
    Error::Damaged(Box::new(Fault {
        file: path.to_path_buf(),
        segment,
        offset,
        seq,
        what: what.into(),
        remedy: "do not write here; restore this file from a copy, or move the store away and start a new one".into(),
    }))
}

/// Reads all segments and, if `write`, cuts the tail.
pub(crate) fn recover(dir: &Path, options: &Options, write: bool) -> Result<(Catalog, Recovery, Option<Active>)> {
    let mut numbers = list(dir)?;
    let mut recovery = Recovery::default();
    let mut catalog = Catalog::default();
    if let Some(&last) = numbers.last()
        && let Some(cut) = unborn(dir, last, write)?
    {
        recovery.cut = Some(cut);
        numbers.pop();
    }
    let suspect = read_suspect(dir);
    let mut active = None;
    for &number in &numbers {
        let last = number as usize == numbers.len();
        let path = segment_path(dir, number);
        let file = File::options()
            .read(true)
            .write(write)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        let Some(header) = Header::read(&file, &path)? else {
            return Err(damaged(&path, number, 0, None, "the segment's header is damaged"));
        };
        if header.segment != number {
            return Err(damaged(&path, number, 12, None, "the header names another segment"));
        }
        if let Some(before) = catalog.segments.last()
            && (header.before != before.hash || header.first_seq != before.next_seq)
        {
            return Err(damaged(
                &path,
                number,
                16,
                Some(before.next_seq),
                "the segment does not continue the one before",
            ));
        }
        let size = file.metadata().map_err(Error::io("ask the size of", &path))?.len();
        if !last {
            let segment = match crate::index::load(&path).filter(|s| fits(s, &header, &file, size)) {
                Some(segment) => segment,
                None => {
                    recovery.reindexed += 1;
                    let (segment, tail) = walk(&file, &path, &header, size)?;
                    if let Tail::Torn { at, why, .. } = tail {
                        let what = format!("{why}, though later segments follow");
                        return Err(damaged(&path, number, at, Some(segment.next_seq), what));
                    }
                    if write {
                        // A cache: without it the next opening walks again.
                        let _ = crate::index::save(&path, &segment);
                    }
                    segment
                }
            };
            catalog.segments.push(segment);
            continue;
        }
        // What an earlier process could not sync may stand in the page cache without being on the disk.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        let trusted = suspect
            .filter(|(segment, end)| *segment == number && *end <= size)
            .map(|(_, end)| end);
        let limit = trusted.unwrap_or(size);
        let (segment, tail) = if write {
            walk(&file, &path, &header, limit)?
        } else {
            walk_live(&file, &path, &header, limit)?
        };
        if let Tail::Torn { bytes, why, .. } = tail {
            recovery.cut = Some(cut_tail(dir, &file, &path, number, segment.end, bytes, why, write)?);
        }
        let mut capacity = size;
        if let Some(end) = trusted
            && write
        {
            // A file with a failed sync is not written again: it ends here, the next group begins a new one.
            file.set_len(end)
                .and_then(|()| file.sync_all())
                .map_err(Error::io("cut", &path))?;
            capacity = end;
        }
        catalog.segments.push(segment);
        active = Some(Active { header, file, capacity });
    }
    if write {
        let _ = std::fs::remove_file(suspect_path(dir));
        sync_dir(dir)?;
    }
    recovery.segments = catalog.segments.len() as u32;
    recovery.records = catalog.next_seq() - 1;
    assert_eq!(
        recovery.segments as usize,
        numbers.len(),
        "every segment is in the catalog"
    );
    let _ = options;
    Ok((catalog, recovery, active))
}

fn read_suspect(dir: &Path) -> Option<(u32, u64)> {
    let text = std::fs::read_to_string(suspect_path(dir)).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.parse().ok()?, lines.next()?.parse().ok()?))
}

/// Does a saved index still speak of this file? Its last seal must stand where the index says.
fn fits(s: &Segment, header: &Header, file: &File, size: u64) -> bool {
    let mut b = [0u8; TRAILER];
    if s.number != header.segment
        || s.first_seq != header.first_seq
        || s.end > size
        || s.end < (HEADER + TRAILER) as u64
    {
        return false;
    }
    let at = s.end - TRAILER as u64;
    if !read_up_to(file, &mut b, at).is_ok_and(|n| n == TRAILER)
        || Trailer::evidence_of(&b, header) != (true, true, true)
    {
        return false;
    }
    Trailer::fields(&b).is_some_and(|t| t.hash == s.hash && t.last_seq + 1 == s.next_seq)
}

/// A segment file whose header was never synced: it holds no acknowledged group.
fn unborn(dir: &Path, number: u32, write: bool) -> Result<Option<Cut>> {
    let path = segment_path(dir, number);
    let file = File::open(&path).map_err(Error::io("open", &path))?;
    if Header::read(&file, &path)?.is_some() {
        return Ok(None);
    }
    let mut all = vec![];
    std::io::Read::read_to_end(&mut &file, &mut all).map_err(Error::io("read", &path))?;
    let end = all.iter().rposition(|b| *b != 0).map_or(0, |p| p + 1);
    let first_sector_unwritten = all.iter().take(SECTOR as usize).all(|b| *b == 0);
    if end > HEADER && !first_sector_unwritten {
        return Err(damaged(&path, number, 0, None, "the segment's header is damaged"));
    }
    if write {
        std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        sync_dir(&segments_dir(dir))?;
    }
    let why = "the segment was just being begun".to_string();
    Ok(Some(Cut {
        segment: number,
        offset: 0,
        bytes: end as u64,
        why,
        saved: None,
    }))
}

enum Tail {
    Clean,
    Torn { at: u64, bytes: u64, why: &'static str },
}

fn walk(file: &File, path: &Path, header: &Header, end: u64) -> Result<(Segment, Tail)> {
    let mut segment = Segment::new(header);
    let mut walk = Walk::new(file, header, end);
    loop {
        let mut seen = vec![];
        match walk
            .step(&mut |view, offset| seen.push((view.seq, view.kind, offset)))
            .map_err(Error::io("read", path))?
        {
            Step::Group { .. } => {
                for (seq, kind, offset) in seen {
                    segment.note(seq, kind, offset);
                }
                (segment.end, segment.next_seq, segment.hash) = (walk.at, walk.next_seq, walk.hash);
            }
            Step::End => return Ok((segment, Tail::Clean)),
            Step::Stop { at, why } => {
                let tail = classify(file, path, header, &segment, at, why, end)?;
                return Ok((segment, tail));
            }
        }
    }
}

/// For reading beside a writer: what looks torn or damaged may be a group that is being written just now.
fn walk_live(file: &File, path: &Path, header: &Header, end: u64) -> Result<(Segment, Tail)> {
    let mut reached = 0;
    let mut tries = 0;
    loop {
        let found = walk(file, path, header, end);
        let now = match &found {
            Ok((_, Tail::Clean)) => return found,
            Ok((segment, _)) => segment.end,
            Err(Error::Damaged(fault)) => fault.offset,
            Err(_) => return found,
        };
        tries = if now > reached { 0 } else { tries + 1 };
        reached = reached.max(now);
        if tries > 4 {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Torn or damaged? `segment.end` is where the group begins that is not whole, `at` the first misfit in it.
fn classify(
    file: &File,
    path: &Path,
    header: &Header,
    segment: &Segment,
    at: u64,
    why: &'static str,
    end: u64,
) -> Result<Tail> {
    let start = segment.end;
    let mut tail = vec![0u8; (end - start) as usize];
    let got = read_up_to(file, &mut tail, start).map_err(Error::io("read", path))?;
    tail.truncate(got);
    let Some(used) = tail.iter().rposition(|b| *b != 0).map(|p| p + 1) else {
        return Ok(Tail::Clean);
    };
    tail.truncate(used);
    let number = header.segment;
    let damage = |offset: u64, what: String| Err(damaged(path, number, offset, Some(segment.next_seq), what));
    let mut seals: Vec<usize> = memchr::memmem::find_iter(&tail, &header.start_mark.to_le_bytes()).collect();
    seals.extend(
        memchr::memmem::find_iter(&tail, &header.end_mark.to_le_bytes()).filter_map(|e| e.checked_sub(TRAILER - 4)),
    );
    seals.sort_unstable();
    seals.dedup();
    for seal in seals {
        let Some(b) = tail.get(seal..seal + TRAILER) else {
            continue;
        };
        let (start_mark, end_mark, crc) = Trailer::evidence_of(b, header);
        // One of the three may be the damaged part itself.
        if u8::from(start_mark) + u8::from(end_mark) + u8::from(crc) < 2 {
            continue;
        }
        if !crc {
            return damage(
                start + seal as u64,
                format!("{why}; the seal of an acknowledged group is damaged"),
            );
        }
        let own = Trailer::fields(b).is_some_and(|t| t.group_bytes as usize == seal);
        if !own || seal + TRAILER != used {
            return damage(at, format!("{why}, though a later group is whole"));
        }
        return match hole(&tail[..seal], start, at) {
            true => Ok(Tail::Torn {
                at,
                bytes: used as u64,
                why,
            }),
            false => damage(at, format!("{why}, in a group that was written to its end")),
        };
    }
    Ok(Tail::Torn {
        at,
        bytes: used as u64,
        why,
    })
}

/// Did the record at `at` fail because a disk sector under it was never written (still zeros)?
fn hole(group: &[u8], start: u64, at: u64) -> bool {
    let inside = (at - start) as usize;
    let Some(rest) = group.get(inside..) else {
        return false;
    };
    let len = rest
        .get(..HEAD)
        .and_then(|head| claimed_len(head).ok())
        .unwrap_or(HEAD + SECTOR as usize);
    let end = start + group.len() as u64;
    let mut sector = at / SECTOR * SECTOR;
    while sector < (at + len as u64).min(end) {
        let (from, to) = (sector.max(start), (sector + SECTOR).min(end));
        // A piece of a few bytes may be zero by chance; at least a record's head must be missing.
        if to - from >= HEAD as u64
            && group[(from - start) as usize..(to - start) as usize]
                .iter()
                .all(|b| *b == 0)
        {
            return true;
        }
        sector += SECTOR;
    }
    false
}

#[allow(clippy::too_many_arguments)]
fn cut_tail(
    dir: &Path,
    file: &File,
    path: &Path,
    number: u32,
    at: u64,
    bytes: u64,
    why: &str,
    write: bool,
) -> Result<Cut> {
    let mut cut = Cut {
        segment: number,
        offset: at,
        bytes,
        why: why.into(),
        saved: None,
    };
    if !write {
        return Ok(cut);
    }
    let mut torn = vec![0u8; bytes as usize];
    let got = read_up_to(file, &mut torn, at).map_err(Error::io("read", path))?;
    torn.truncate(got);
    let folder = dir.join("cut");
    let copy = folder.join(format!("{number:08}-{at}.bin"));
    if std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&copy, &torn))
        .is_ok()
    {
        cut.saved = Some(copy);
    }
    let zeros = vec![0u8; got];
    file.write_all_at(&zeros, at)
        .and_then(|()| file.sync_all())
        .map_err(Error::io("cut the torn tail of", path))?;
    Ok(cut)
}
