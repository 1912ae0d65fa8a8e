//! Small durable files beside the table: written whole or appended, always on disk before we go on.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::error::{LakeError, Result};

/// Puts a whole file in place; a reader sees the old or the new one, never half.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    let mut f = File::create(&part).map_err(LakeError::io(&part))?;
    f.write_all(bytes).map_err(LakeError::io(&part))?;
    f.sync_all().map_err(LakeError::io(&part))?;
    fs::rename(&part, path).map_err(LakeError::io(path))?;
    sync_parent(path)
}

/// Adds lines at the end.
pub(crate) fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let new = !path.exists();
    let mut f = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(LakeError::io(path))?;
    f.write_all(bytes).map_err(LakeError::io(path))?;
    f.sync_data().map_err(LakeError::io(path))?;
    if new { sync_parent(path) } else { Ok(()) }
}

/// Makes a name durable.
pub(crate) fn sync_parent(path: &Path) -> Result<()> {
    let Some(dir) = path.parent() else {
        return Ok(());
    };
    File::open(dir).and_then(|d| d.sync_all()).map_err(LakeError::io(dir))
}

/// Whole lines of an appended file. A last line without its newline is a torn append (the
/// power went before it was acknowledged): it is cut off, and nothing else is ever cut.
pub(crate) fn lines(path: &Path) -> Result<Vec<String>> {
    let text = match fs::read_to_string(path) {
        Ok(t) => t,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(e) => return Err(LakeError::io(path)(e)),
    };
    let whole = text.rfind('\n').map_or(0, |i| i + 1);
    if whole < text.len() {
        let f = OpenOptions::new().write(true).open(path).map_err(LakeError::io(path))?;
        f.set_len(whole as u64).map_err(LakeError::io(path))?;
        f.sync_all().map_err(LakeError::io(path))?;
    }
    Ok(text[..whole].lines().map(str::to_owned).collect())
}
