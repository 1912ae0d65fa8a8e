//! Reading a zip that may come from anybody: names, numbers and sizes are bounded before anything is unpacked.

use figure::Text;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// Most files.
const FILES: usize = 20_000;
/// Most bytes unpacked, of all files together.
const BYTES: u64 = 2 << 30;
/// Most that a file may grow in unpacking beyond its first megabyte; what a case holds grows ten- to fiftyfold.
const GROWTH: u64 = 200;
const FIRST: u64 = 1 << 20;

/// All files by path, or why the zip is not read.
pub(super) fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Text> {
    let broken = |e: &dyn std::fmt::Display| {
        Text::new(
            format!("不是完好的证据包（zip）：{e}"),
            format!("no sound pack (zip): {e}"),
        )
    };
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    if zip.len() > FILES {
        return Err(Text::new(
            format!("文件多达{}个，超过上限{FILES}，不解压", zip.len()),
            format!("{} files, more than {FILES}: not unpacked", zip.len()),
        ));
    }
    let mut files = BTreeMap::new();
    let mut left = BYTES;
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).map_err(|e| broken(&e))?;
        let name = file.name().map_err(|e| broken(&e))?.to_string();
        let safe =
            !name.starts_with('/') && !name.contains('\\') && !name.split('/').any(|p| p == ".." || p.is_empty());
        if !safe {
            return Err(Text::new(
                format!("文件名“{name}”不安全，不解压"),
                format!("file name `{name}` is not safe: not unpacked"),
            ));
        }
        let most = left.min(file.compressed_size().saturating_mul(GROWTH).saturating_add(FIRST));
        let mut content = Vec::new();
        // The size that the head declares is not believed: what comes is counted.
        file.by_ref().take(most + 1).read_to_end(&mut content).map_err(|e| {
            Text::new(
                format!("“{name}”解不开，已损坏：{e}"),
                format!("`{name}` cannot be unpacked, it is damaged: {e}"),
            )
        })?;
        if content.len() as u64 > most {
            return Err(Text::new(
                format!("“{name}”解压后过大（疑为压缩炸弹），不再解压"),
                format!("`{name}` grows beyond all measure (a zip bomb?): not unpacked further"),
            ));
        }
        left -= content.len() as u64;
        if files.insert(name.clone(), content).is_some() {
            return Err(Text::new(
                format!("“{name}”出现两次"),
                format!("`{name}` is there twice"),
            ));
        }
    }
    Ok(files)
}
