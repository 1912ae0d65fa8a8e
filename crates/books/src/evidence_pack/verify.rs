//! Verifying a pack, without server and without law: every file against the manifest, every event against its hash,
//! the records against their events, the attachments against the hashes that the events name.

use super::read::unpack;
use super::{EVENTS, FORMAT, MANIFEST, Manifest, RECORDS, SEAL, sha256};
use crate::Hash;
use crate::event::{Doc, Event};
use crate::patch::canonical;
use figure::Text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// File of the pack; empty for the pack as a whole.
    pub path: String,
    /// What.
    pub words: Text,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Nothing is wrong.
    pub good: bool,
    /// Room of the case.
    pub room: String,
    /// The case.
    pub case: String,
    /// Its name.
    pub name: String,
    /// When it was made, milliseconds of UTC.
    pub made_at: i64,
    /// Who made it.
    pub made_by: String,
    /// Its seal: to be compared with the bureau's.
    pub seal: String,
    /// Demonstration content.
    pub simulated: bool,
    /// Files compared.
    pub files: usize,
    /// Events recomputed.
    pub events: usize,
    /// What does not fit, each with its file.
    pub faults: Vec<Fault>,
    /// What a reader should know: files not enclosed.
    pub notes: Vec<Text>,
}

#[derive(Deserialize)]
struct Line {
    before: String,
    event: Event,
}

impl Report {
    fn fault(&mut self, path: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Fault {
            path: path.into(),
            words: Text::new(zh, en),
        });
    }
}

/// Verifies the bytes of a pack.
pub fn verify(bytes: &[u8]) -> Report {
    let mut report = Report::default();
    match unpack(bytes) {
        Ok(files) => all(&mut report, &files),
        Err(words) => report.faults.push(Fault {
            path: String::new(),
            words,
        }),
    }
    report.good = report.faults.is_empty();
    report
}

fn all(report: &mut Report, files: &BTreeMap<String, Vec<u8>>) {
    let Some(text) = files.get(MANIFEST) else {
        return report.fault(
            MANIFEST,
            "缺少清单，不是证据包",
            "the manifest is missing: this is no evidence pack",
        );
    };
    report.seal = sha256(text);
    if files.get(SEAL).map(|s| String::from_utf8_lossy(s).trim().to_string()) != Some(report.seal.clone()) {
        report.fault(
            MANIFEST,
            "清单与封签不符：清单被改过",
            "the manifest does not have its seal: it was changed",
        );
    }
    let manifest: Manifest = match serde_json::from_slice(text) {
        Ok(m) => m,
        Err(e) => {
            return report.fault(
                MANIFEST,
                format!("清单读不出来：{e}"),
                format!("the manifest cannot be read: {e}"),
            );
        }
    };
    if manifest.format != FORMAT {
        let (is, want) = (&manifest.format, FORMAT);
        report.fault(
            MANIFEST,
            format!("格式“{is}”不是“{want}”"),
            format!("format `{is}` is not `{want}`"),
        );
    }
    report.room.clone_from(&manifest.room);
    report.case.clone_from(&manifest.case);
    report.name.clone_from(&manifest.name);
    report.made_at = manifest.made_at;
    report.made_by.clone_from(&manifest.made_by);
    report.simulated = manifest.simulated;
    contents(report, &manifest, files);
    let events = events(report, &manifest, files);
    records(report, &manifest, files, &events);
    attachments(report, &manifest, files, &events);
}

/// Every file as the manifest says, and none beside.
fn contents(report: &mut Report, manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) {
    for entry in &manifest.files {
        report.files += 1;
        match files.get(&entry.path) {
            None => report.fault(&entry.path, "文件缺失", "the file is missing"),
            Some(content) if sha256(content) != entry.sha256 => report.fault(
                &entry.path,
                format!("内容被改过：清单{}字节，现{}字节，摘要不符", entry.bytes, content.len()),
                format!(
                    "its content was changed: {} bytes by the manifest, {} now, another hash",
                    entry.bytes,
                    content.len()
                ),
            ),
            Some(_) => {}
        }
    }
    let listed: BTreeSet<&str> = manifest.files.iter().map(|e| e.path.as_str()).collect();
    for path in files
        .keys()
        .filter(|p| !listed.contains(p.as_str()) && *p != MANIFEST && *p != SEAL)
    {
        report.fault(
            path,
            "清单中没有这个文件：是后加的",
            "the manifest does not list it: it was added",
        );
    }
}

/// Every event follows from its content and the hash before; versions of a record have no gap.
fn events(report: &mut Report, manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) -> Vec<Event> {
    let Some(hash) = Hash::named(&manifest.chain) else {
        let chain = &manifest.chain;
        report.fault(
            MANIFEST,
            format!("不认识的摘要算法“{chain}”"),
            format!("unknown hash `{chain}`"),
        );
        return vec![];
    };
    let text = files
        .get(EVENTS)
        .map(|b| String::from_utf8_lossy(b))
        .unwrap_or_default();
    let mut events: Vec<Event> = Vec::new();
    let mut versions: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let place = format!("{EVENTS}:{}", i + 1);
        let Line { before, event } = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(e) => {
                report.fault(
                    &place,
                    format!("事件读不出来：{e}"),
                    format!("the event cannot be read: {e}"),
                );
                continue;
            }
        };
        report.events += 1;
        let (seq, kind) = (event.seq, &event.kind);
        if event.sealed(hash, &before) != event.hash {
            report.fault(
                &place,
                format!("第{seq}号事件（{kind}）的内容与其摘要不符：被改过"),
                format!("event {seq} ({kind}) does not have its hash: it was changed"),
            );
        }
        if let Some(last) = events.last() {
            if last.seq >= seq {
                report.fault(&place, "事件次序颠倒", "the events are out of order");
            } else if last.seq + 1 == seq && last.hash != before {
                report.fault(
                    &place,
                    format!("第{seq}号事件不接前一条"),
                    format!("event {seq} does not follow the one before"),
                );
            }
        }
        let version = versions.entry((event.room.clone(), event.id.clone())).or_default();
        if event.version != *version + 1 {
            let (from, to) = (*version, event.version);
            report.fault(
                &place,
                format!("{}由第{from}版跳到第{to}版：中间的事件被抽走", event.id),
                format!("{} goes from version {from} to {to}: events were taken out", event.id),
            );
        }
        *version = event.version;
        events.push(event);
    }
    events
}

/// The records are what their events add up to.
fn records(report: &mut Report, manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>, events: &[Event]) {
    let read = files.get(RECORDS).map(|b| serde_json::from_slice::<Vec<Doc>>(b));
    let Some(Ok(records)) = read else {
        return report.fault(RECORDS, "案件现状读不出来", "the records cannot be read");
    };
    if !records
        .first()
        .is_some_and(|d| d.room == manifest.room && d.id == manifest.case)
    {
        report.fault(RECORDS, "不是清单所说的案件", "this is not the case of the manifest");
    }
    for doc in &records {
        let mut made = Doc::new(&doc.room, &doc.id);
        for event in events.iter().filter(|e| e.room == doc.room && e.id == doc.id) {
            made.apply(event);
        }
        if made.version != doc.version || canonical(&made.body) != canonical(&doc.body) {
            report.fault(
                RECORDS,
                format!("{}与其{}条事件合成的结果不同", doc.id, made.version),
                format!("{} is not what its {} events make", doc.id, made.version),
            );
        }
    }
}

/// Attachments have the hash that the events name; what the events name is enclosed or said to be absent.
fn attachments(report: &mut Report, manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>, events: &[Event]) {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for step in events
        .iter()
        .filter_map(|e| e.patch.get("_steps")?.as_object())
        .flat_map(|s| s.values())
    {
        let lists = step
            .get("files")
            .and_then(|f| f.as_object())
            .into_iter()
            .flat_map(|f| f.values());
        for file in lists.filter_map(|l| l.as_array()).flatten() {
            named.insert(crate::text(file, "hash").into(), crate::text(file, "name").into());
        }
    }
    let enclosed: BTreeMap<&str, &str> = manifest
        .files
        .iter()
        .filter(|e| e.kind == "attachment")
        .map(|e| (e.reference.as_str(), e.path.as_str()))
        .collect();
    for (hash, path) in &enclosed {
        if !named.contains_key(*hash) {
            report.fault(path, "没有事件提到这个附件", "no event names this attachment");
        }
        if files.get(*path).is_some_and(|content| sha256(content) != *hash) {
            report.fault(
                path,
                "不是当时提交的那个文件",
                "this is not the file that was handed in",
            );
        }
    }
    for (hash, name) in named.iter().filter(|(h, _)| !enclosed.contains_key(h.as_str())) {
        match manifest.absent.iter().any(|(h, _)| h == hash) {
            true => report.notes.push(Text::new(
                format!("附件“{name}”未装入"),
                format!("attachment `{name}` is not enclosed"),
            )),
            false => report.fault(
                MANIFEST,
                format!("附件“{name}”既未装入也未注明"),
                format!("attachment `{name}` is neither enclosed nor said to be absent"),
            ),
        }
    }
}
