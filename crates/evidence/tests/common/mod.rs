//! What the tests share: small stores, a fixed clock, bytes from a seed.
#![allow(dead_code)]

use evidence::{Evidence, Kind, Options};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder in memory where there is one: thousands of stores are opened here, and what is tested is what
/// the bytes mean, not the disk.
pub fn quick_dir() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).expect("a folder")
    } else {
        tempfile::tempdir().expect("a folder")
    }
}

pub fn options(segment_bytes: u64) -> Options {
    Options {
        segment_bytes,
        group_bytes: (segment_bytes as usize - 188).min(64 << 10),
        queue_bytes: 1 << 20,
        reserve_bytes: 0,
        salt: *b"0123456789abcdef",
        clock: Arc::new(|| 1_767_225_600_000),
        faults: None,
    }
}

pub fn open(dir: &Path, segment_bytes: u64) -> (Evidence, evidence::Recovery) {
    Evidence::open(dir, options(segment_bytes)).expect("opens")
}

/// Payload of a record as a function of its number, so that what is found can be checked by itself.
pub fn payload(seed: u64, len: usize) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        (x % 251) as u8 + 1
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// Appends one record as a group of its own.
pub fn put(e: &Evidence, n: u64, len: usize) -> evidence::Position {
    e.append(Kind::Packet, "test", n as i64, &payload(n, len))
        .wait()
        .expect("stored")
}

pub fn segment(dir: &Path, n: u32) -> PathBuf {
    dir.join("segments").join(format!("{n:08}.seg"))
}

/// Byte after the last byte of a segment that is not zero.
pub fn used(path: &Path) -> usize {
    let b = std::fs::read(path).expect("reads");
    b.iter().rposition(|b| *b != 0).map_or(0, |p| p + 1)
}

pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("creates");
    for entry in std::fs::read_dir(from).expect("lists") {
        let entry = entry.expect("entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copies");
        }
    }
}
