//! Whole files: kept once under the hash of their content, announced in the chain, read line by line.

use crate::pending::lock;
use crate::record::{Kind, hex};
use crate::recover::damaged;
use crate::segment::sync_dir;
use crate::{Error, Evidence, Result, TEXT_BYTES_MAX, TEXT_CACHE_BYTES};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Every so many lines an offset is kept.
const LINE_STRIDE: usize = 64;

/// What is said of a file when it is put.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileNote {
    /// Who published it, or where it was taken from.
    pub source: String,
    /// Under what terms.
    pub licence: String,
    /// Its content is simulated.
    pub simulated: bool,
}

/// A file in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// Number of the record that announces it.
    pub seq: u64,
    /// When it was put, milliseconds since 1970 UTC.
    pub received_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Announced {
    sha256: String,
    name: String,
    bytes: u64,
    source: String,
    licence: String,
    simulated: bool,
}

/// A file as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// Name it was put under.
    pub name: String,
    /// Size in bytes, as stored.
    pub bytes: u64,
    /// Who published it, or where it was taken from.
    pub source: String,
    /// Under what terms.
    pub licence: String,
    /// Its content is simulated.
    pub simulated: bool,
    /// Number of the record that announces it.
    pub seq: u64,
    /// When it was put, milliseconds since 1970 UTC.
    pub received_ms: i64,
}

/// A decompressed text with the places of its lines.
struct Text {
    bytes: Vec<u8>,
    /// Offset of line 1, 1 + stride, 1 + 2·stride, …
    marks: Vec<usize>,
    lines: u64,
}

impl Text {
    fn new(bytes: Vec<u8>) -> Text {
        let (mut marks, mut lines) = (vec![], 0);
        let mut start = 0;
        while start < bytes.len() {
            if (lines as usize).is_multiple_of(LINE_STRIDE) {
                marks.push(start);
            }
            lines += 1;
            start = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n + 1);
        }
        Text { bytes, marks, lines }
    }

    fn line(&self, n: u64) -> Option<&[u8]> {
        let index = usize::try_from(n.checked_sub(1)?).ok()?;
        let mut start = *self.marks.get(index / LINE_STRIDE)?;
        for _ in 0..index % LINE_STRIDE {
            start += memchr::memchr(b'\n', &self.bytes[start..])? + 1;
        }
        let rest = self.bytes.get(start..).filter(|r| !r.is_empty())?;
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// What is known of files in memory.
#[derive(Default)]
pub(crate) struct Files {
    list: Mutex<List>,
    /// Latest used last.
    texts: Mutex<VecDeque<(String, Arc<Text>)>>,
    temp: AtomicU64,
}

#[derive(Default)]
struct List {
    next: u64,
    entries: Vec<FileEntry>,
    by_hash: HashMap<String, usize>,
}

impl Evidence {
    /// Keeps a file: the content once, under its hash, durable before this returns; and a record that names
    /// it. The same content under the same name and source is not announced twice.
    pub fn put_file(&self, name: &str, bytes: &[u8], note: &FileNote) -> Result<FileRef> {
        let sha256 = hex(&Sha256::digest(bytes));
        let known = self
            .files()?
            .into_iter()
            .find(|f| f.sha256 == sha256 && f.name == name && f.source == note.source);
        if let Some(f) = known
            && self.file_path(&sha256)?.exists()
        {
            return Ok(FileRef {
                sha256,
                seq: f.seq,
                received_ms: f.received_ms,
            });
        }
        self.store(&sha256, bytes)?;
        let announced = Announced {
            sha256: sha256.clone(),
            name: name.into(),
            bytes: bytes.len() as u64,
            source: note.source.clone(),
            licence: note.licence.clone(),
            simulated: note.simulated,
        };
        let json =
            serde_json::to_vec(&announced).map_err(|e| Error::Invalid(format!("`{name}` cannot be announced: {e}")))?;
        let received_ms = (self.0.options.clock)();
        let at = self.append(Kind::File, "file", received_ms, &json).wait()?;
        Ok(FileRef {
            sha256,
            seq: at.seq,
            received_ms,
        })
    }

    fn store(&self, sha256: &str, bytes: &[u8]) -> Result<()> {
        if self.0.queue_is_missing() {
            return Err(Error::ReadOnly);
        }
        let path = self.file_path(sha256)?;
        if path.exists() {
            return Ok(());
        }
        let folder = path.parent().map_or_else(|| self.0.dir.clone(), PathBuf::from);
        let files = self.0.dir.join("files");
        std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let temp = folder.join(format!(
            ".{}-{}.tmp",
            std::process::id(),
            self.0.files.temp.fetch_add(1, Ordering::Relaxed)
        ));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&temp)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&temp, &path)
        };
        write().map_err(|e| {
            let _ = std::fs::remove_file(&temp);
            Error::io("store", &path)(e)
        })?;
        sync_dir(&folder)?;
        sync_dir(&files)?;
        sync_dir(&self.0.dir)
    }

    fn file_path(&self, sha256: &str) -> Result<PathBuf> {
        if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(Error::NotFound(format!(
                "file `{sha256}` (a name is 64 hexadecimal digits in lower case)"
            )));
        }
        Ok(self.0.dir.join("files").join(&sha256[..2]).join(sha256))
    }

    /// The content of a file, as stored.
    pub fn file(&self, sha256: &str) -> Result<Vec<u8>> {
        let path = self.file_path(sha256)?;
        match std::fs::read(&path) {
            Ok(bytes) => Ok(bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(Error::NotFound(format!("file {sha256}"))),
            Err(e) => Err(Error::io("read", &path)(e)),
        }
    }

    /// Files in the order they were put.
    pub fn files(&self) -> Result<Vec<FileEntry>> {
        Ok(self.list()?.entries.clone())
    }

    /// What is known of a file; the latest announcement if there are several.
    pub fn file_entry(&self, sha256: &str) -> Result<FileEntry> {
        let list = self.list()?;
        let entry = list.by_hash.get(sha256).and_then(|at| list.entries.get(*at)).cloned();
        entry.ok_or_else(|| Error::NotFound(format!("file {sha256}")))
    }

    fn list(&self) -> Result<std::sync::MutexGuard<'_, List>> {
        let mut list = lock(&self.0.files.list);
        for at in self.specials(Kind::File, list.next) {
            let record = self.read(at)?;
            let a: Announced = serde_json::from_slice(&record.payload)
                .map_err(|e| Error::Invalid(format!("record {} announces no file: {e}", record.seq)))?;
            let at = list.entries.len();
            list.by_hash.insert(a.sha256.clone(), at);
            list.entries.push(FileEntry {
                sha256: a.sha256,
                name: a.name,
                bytes: a.bytes,
                source: a.source,
                licence: a.licence,
                simulated: a.simulated,
                seq: record.seq,
                received_ms: record.received_ms,
            });
            list.next = record.seq + 1;
        }
        Ok(list)
    }

    /// Line `n` (from 1) of a text file, without its end. Gzip and zstd content is decompressed; text that is
    /// not UTF-8 is read as GB 18030. Lines are physical: a quoted field with a line break spans several.
    pub fn line(&self, sha256: &str, n: u64) -> Result<String> {
        let text = self.text(sha256)?;
        text.line(n)
            .map(decode)
            .ok_or_else(|| Error::NotFound(format!("line {n} of file {sha256} ({} lines)", text.lines)))
    }

    /// Lines `from` to `from + count - 1` with their numbers, as far as they exist.
    pub fn lines(&self, sha256: &str, from: u64, count: u64) -> Result<Vec<(u64, String)>> {
        let text = self.text(sha256)?;
        Ok((from.max(1)..from.saturating_add(count))
            .map_while(|n| Some((n, decode(text.line(n)?))))
            .collect())
    }

    /// How many lines a text file has.
    pub fn line_count(&self, sha256: &str) -> Result<u64> {
        Ok(self.text(sha256)?.lines)
    }

    fn text(&self, sha256: &str) -> Result<Arc<Text>> {
        {
            let mut texts = lock(&self.0.files.texts);
            if let Some(at) = texts.iter().position(|(hash, _)| hash == sha256)
                && let Some(hit) = texts.remove(at)
            {
                let text = hit.1.clone();
                texts.push_back(hit);
                return Ok(text);
            }
        }
        let text = Arc::new(Text::new(inflate(self.file(sha256)?, sha256)?));
        let mut texts = lock(&self.0.files.texts);
        texts.push_back((sha256.into(), text.clone()));
        let mut held: usize = texts.iter().map(|(_, t)| t.bytes.len()).sum();
        while held > TEXT_CACHE_BYTES && texts.len() > 1 {
            held -= texts.pop_front().map_or(0, |(_, t)| t.bytes.len());
        }
        Ok(text)
    }

    /// Does the content still have the hash it stands under?
    pub(crate) fn check_file(&self, sha256: &str) -> Result<()> {
        let path = self.file_path(sha256)?;
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(damaged(&path, 0, 0, None, "the announced file is missing"));
            }
            Err(e) => return Err(Error::io("open", &path)(e)),
        };
        let mut h = Sha256::new();
        let mut piece = vec![0u8; 1 << 20];
        loop {
            match file.read(&mut piece).map_err(Error::io("read", &path))? {
                0 => break,
                n => h.update(&piece[..n]),
            }
        }
        if hex(&h.finalize()) != sha256 {
            return Err(damaged(
                &path,
                0,
                0,
                None,
                "the content does not have the hash it is announced under",
            ));
        }
        Ok(())
    }
}

fn inflate(bytes: Vec<u8>, sha256: &str) -> Result<Vec<u8>> {
    let limit = TEXT_BYTES_MAX as u64 + 1;
    let bad = |e: std::io::Error| Error::Invalid(format!("file {sha256} cannot be decompressed: {e}"));
    let mut out = vec![];
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(&bytes[..])
            .take(limit)
            .read_to_end(&mut out)
            .map_err(bad)?;
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        zstd::stream::read::Decoder::new(&bytes[..])
            .map_err(bad)?
            .take(limit)
            .read_to_end(&mut out)
            .map_err(bad)?;
    } else {
        out = bytes;
    }
    if out.len() > TEXT_BYTES_MAX {
        return Err(Error::TooLarge {
            what: "the text of the file",
            bytes: out.len(),
            max: TEXT_BYTES_MAX,
        });
    }
    Ok(out)
}

fn decode(line: &[u8]) -> String {
    match std::str::from_utf8(line) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(line).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_whatever_their_ends() {
        let text = Text::new(b"a\r\nb\n\nd".to_vec());
        assert_eq!(text.lines, 4);
        let all: Vec<_> = (0..6).map(|n| text.line(n)).collect();
        assert_eq!(all, [None, Some(&b"a"[..]), Some(b"b"), Some(b""), Some(b"d"), None]);
        let many = Text::new(
            (1..=1000)
                .map(|n| format!("row {n}\n"))
                .collect::<String>()
                .into_bytes(),
        );
        for n in 1..=1000 {
            assert_eq!(many.line(n), Some(format!("row {n}").as_bytes()));
        }
        assert_eq!(many.line(1001), None);
    }
}
