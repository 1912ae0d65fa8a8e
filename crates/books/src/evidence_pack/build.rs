//! Making a pack.

use super::{EVENTS, Entry, FORMAT, MANIFEST, Manifest, RECORDS, SEAL, sha256};
use crate::error::{Error, Result};
use crate::event::{Author, Change, Event};
use crate::pack::{Packs, Procedure};
use crate::procedure::{Attached, Case, beijing_day, terms};
use crate::{Books, Hash};
use chrono::NaiveDate;
use law::Law;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A file that goes into the pack: an attachment by its hash, a packet by `packet:<seq>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its hash or reference.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the caller adds to what the books hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enclosures {
    /// The files named by the case's events (see [`wanted`]); one that is missing is listed as absent.
    pub attachments: Vec<Enclosure>,
    /// Raw packets.
    pub packets: Vec<Enclosure>,
    /// Further records whose events belong to it: room and id.
    pub records: Vec<(String, String)>,
}

/// A pack and its seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The zip.
    pub bytes: Vec<u8>,
    /// SHA-256 of the manifest; the books keep it in room `pack`.
    pub seal: String,
}

/// Room of the seals.
const ROOM: &str = "pack";

/// The files that a case's events name, each once.
pub fn wanted(case: &Case) -> Vec<Attached> {
    let mut seen = BTreeSet::new();
    let files = case.steps.iter().flat_map(|s| s.files.values().flatten());
    files.filter(|f| seen.insert(f.hash.clone())).cloned().collect()
}

/// Whether the books made a pack with this seal: who and when.
pub async fn known(books: &Books, seal: &str) -> Result<Option<crate::Doc>> {
    books.get(ROOM, seal).await
}

/// Makes the pack of a case as it stands, and keeps its seal. `now` in milliseconds of UTC.
pub async fn export(
    books: &Books,
    packs: &Packs,
    law: &Law,
    (procedure, case): (&str, &str),
    with: Enclosures,
    now: i64,
    author: Author,
) -> Result<Sealed> {
    let p = packs.procedures.get(procedure).ok_or_else(|| {
        Error::refused(
            format!("没有办理流程“{procedure}”。"),
            format!("there is no procedure `{procedure}`."),
        )
    })?;
    let missing = |room: &str, id: &str| Error::Missing {
        room: room.into(),
        id: id.into(),
    };
    let mut records = vec![
        books
            .get(&p.room(), case)
            .await?
            .ok_or_else(|| missing(&p.room(), case))?,
    ];
    for (room, id) in &with.records {
        records.push(books.get(room, id).await?.ok_or_else(|| missing(room, id))?);
    }
    let mut events: BTreeMap<i64, (String, Event)> = BTreeMap::new();
    for doc in &records {
        let args = [doc.room.as_str().into(), doc.id.as_str().into(), doc.version.into()];
        // What was written since the record was read is not in this pack.
        let own = "room = $1 AND id = $2 AND version BETWEEN 1 AND $3";
        let of = books.db().events(&format!("WHERE {own} ORDER BY seq"), &args).await?;
        let before = books
            .db()
            .events(&format!("WHERE seq IN (SELECT seq - 1 FROM event WHERE {own})"), &args)
            .await?;
        let before: BTreeMap<i64, String> = before.into_iter().map(|e| (e.seq, e.hash)).collect();
        for e in of {
            events.insert(e.seq, (before.get(&(e.seq - 1)).cloned().unwrap_or_default(), e));
        }
    }
    let case = Case::read(records[0].clone());
    let mut zip = Zip::new();
    let lines: Vec<String> = events
        .values()
        .map(|(before, e)| json!({ "before": before, "event": e }).to_string())
        .collect();
    zip.file(EVENTS, "events", "", lines.join("\n").as_bytes())?;
    zip.file(RECORDS, "records", "", pretty(&records).as_bytes())?;
    zip.file("procedure.json", "procedure", "", pretty(p).as_bytes())?;
    let today = beijing_day(now);
    zip.file(
        "terms.json",
        "terms",
        "",
        pretty(&terms(p, &case, law, today)).as_bytes(),
    )?;
    for (path, text) in provisions(p, &case, law, today) {
        zip.file(&path, "law", "", text.as_bytes())?;
    }
    let wanted = wanted(&case);
    for f in &with.attachments {
        if sha256(&f.bytes) != f.reference {
            return Err(Error::refused(
                format!("附件“{}”的内容与其摘要值不符，不能装入证据包。", f.name),
                format!(
                    "attachment `{}` does not have its hash: it cannot go into the pack.",
                    f.name
                ),
            ));
        }
        zip.file(
            &format!("attachments/{}-{}", &f.reference[..12], plain(&f.name)),
            "attachment",
            &f.reference,
            &f.bytes,
        )?;
    }
    for (i, f) in with.packets.iter().enumerate() {
        zip.file(
            &format!("packets/{:04}-{}", i + 1, plain(&f.name)),
            "packet",
            &f.reference,
            &f.bytes,
        )?;
    }
    zip.file("READ-ME.txt", "words", "", WORDS.as_bytes())?;
    let absent = wanted
        .iter()
        .filter(|w| !with.attachments.iter().any(|a| a.reference == w.hash));
    let manifest = Manifest {
        format: FORMAT.into(),
        room: p.room(),
        case: case.doc.id.clone(),
        name: case.text(&p.name),
        made_at: now,
        made_by: author.actor.clone(),
        reason: author.reason.clone(),
        chain: algorithm(books).await?.name().into(),
        law: law.fingerprint().into(),
        simulated: case.simulated(),
        absent: absent.map(|w| (w.hash.clone(), w.name.clone())).collect(),
        files: zip.entries.clone(),
    };
    let text = pretty(&manifest);
    let seal = sha256(text.as_bytes());
    let bytes = zip.finish(&text, &seal)?;
    let body = json!({
        "room": manifest.room, "case": manifest.case, "made_at": now, "by": author.actor, "bytes": bytes.len(),
        "_division": case.doc.text("_division"), "_owner": case.doc.text("_owner"),
    });
    // The same case made twice in the same millisecond is the same pack: the seal stands already.
    if books.get(ROOM, &seal).await?.is_none() {
        books
            .put(author, vec![Change::at(ROOM, &seal, "export", 0, body)])
            .await?;
    }
    Ok(Sealed { bytes, seal })
}

async fn algorithm(books: &Books) -> Result<Hash> {
    let rows = books.db().texts("SELECT algorithm FROM head WHERE id = 1", &[]).await?;
    let name = rows.first().and_then(|r| r[0].clone()).unwrap_or_default();
    Ok(Hash::named(&name).unwrap_or_default())
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A file's name that is safe in every file system.
fn plain(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .take(80)
        .collect();
    name.trim_start_matches('.').to_string()
}

/// The provisions that the case's terms, bases and questions were judged by, as they stood on the days of its moves.
fn provisions(p: &Procedure, case: &Case, law: &Law, today: NaiveDate) -> BTreeMap<String, String> {
    let mut keys: BTreeSet<String> = p.basis.iter().cloned().collect();
    for rule in p.deadlines.iter().filter_map(|d| d.rule.as_deref()) {
        let topic = rule.split('.').next().unwrap_or(rule);
        keys.insert(format!("deadline.rule.{topic}"));
        keys.extend(
            [
                "deadline.counting",
                "deadline.calendar",
                "deadline.week",
                "deadline.lamp",
            ]
            .map(String::from),
        );
    }
    if p.progress.is_some() {
        keys.insert("deadline.task".into());
    }
    for ask in p.moves.iter().filter_map(|m| m.ask.as_ref()) {
        keys.extend(
            standards::find(&ask.function)
                .into_iter()
                .flat_map(|f| f.keys)
                .map(|k| (*k).to_string()),
        );
    }
    let days: BTreeSet<NaiveDate> = case.steps.iter().map(|s| s.day).chain([today]).collect();
    let mut found = BTreeMap::new();
    for key in keys {
        for day in &days {
            if let Ok(provision) = law.at(&key, *day, &case.six()) {
                found
                    .entry(format!("law/{key}@{}.json", provision.from))
                    .or_insert_with(|| pretty(provision));
            }
        }
    }
    found
}

struct Zip {
    writer: zip::ZipWriter<Cursor<Vec<u8>>>,
    entries: Vec<Entry>,
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::Store(format!("the pack cannot be made: {e}"))
}

impl Zip {
    fn new() -> Self {
        Self {
            writer: zip::ZipWriter::new(Cursor::new(Vec::new())),
            entries: vec![],
        }
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        // No clock in the zip: the same content gives the same bytes.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        self.writer.start_file(path, options).map_err(failed)?;
        self.writer.write_all(bytes).map_err(failed)
    }

    fn file(&mut self, path: &str, kind: &str, reference: &str, bytes: &[u8]) -> Result<()> {
        if self.entries.iter().any(|e| e.path == path) {
            return Ok(());
        }
        self.put(path, bytes)?;
        self.entries.push(Entry {
            path: path.into(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
            kind: kind.into(),
            reference: reference.into(),
        });
        Ok(())
    }

    fn finish(mut self, manifest: &str, seal: &str) -> Result<Vec<u8>> {
        self.put(MANIFEST, manifest.as_bytes())?;
        self.put(SEAL, seal.as_bytes())?;
        Ok(self.writer.finish().map_err(failed)?.into_inner())
    }
}

const WORDS: &str = "\
证据包。验证：qingshan pack verify 本文件。
manifest.json    清单：每个文件的长度和SHA-256摘要；manifest.sha256 是清单自身的摘要，即本包的封签
events.jsonl     案件的全部事件，每行一条，before 是总账中前一条的摘要，event.hash 由它和本条内容算出
records.json     由上述事件合成的案件现状
terms.json       各期限：起算日、届满日、依据和算法
procedure.json   办理流程
law/             办理各日所依据的条文
attachments/     办理中提交的文件，以其SHA-256摘要登记在事件中
packets/         原始数据包，逐字节

Evidence pack. To verify: qingshan pack verify FILE.
manifest.json lists length and SHA-256 of every file; manifest.sha256 is the hash of the manifest, the seal of the pack.
events.jsonl has one event a line; event.hash follows from `before` (the event before it in the whole log) and the event.
records.json is what the events add up to; terms.json the terms with clause and computation; law/ the provisions of the
days of the case; attachments/ the files handed in, named in the events by SHA-256; packets/ raw packets, byte by byte.
";
