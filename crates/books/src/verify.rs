//! `check` of the books: the chain holds, versions have no gap, and the records are the fold of the log.

use crate::db::Db;
use crate::error::Result;
use crate::event::{Doc, Hash};
use crate::patch::canonical;
use serde::Serialize;
use std::collections::HashMap;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Events read.
    pub events: i64,
    /// Records compared.
    pub docs: i64,
    /// What is wrong, in the order found; empty if all holds.
    pub faults: Vec<String>,
}

/// Events read at a time.
const PAGE: i64 = 5_000;
/// Faults named before the check stops counting them: enough to see the shape of the damage.
const MOST: usize = 50;

pub(crate) async fn verify(db: &Db) -> Result<Report> {
    let mut report = Report::default();
    let head = db
        .texts("SELECT hash, algorithm, CAST(seq AS TEXT) FROM head WHERE id = 1", &[])
        .await?;
    let cell = |i: usize| head.first().and_then(|r| r[i].clone()).unwrap_or_default();
    let hash = Hash::named(&cell(1)).unwrap_or_default();
    let (mut before, mut seq) = (String::new(), 0i64);
    let mut folded: HashMap<(String, String), Doc> = HashMap::new();
    loop {
        let page = db
            .events("WHERE seq > $1 ORDER BY seq LIMIT $2", &[seq.into(), PAGE.into()])
            .await?;
        if page.is_empty() {
            break;
        }
        for event in page {
            if event.seq != seq + 1 {
                report.fault(format!("event {}: number {} is missing", event.seq, seq + 1));
            }
            if event.sealed(hash, &before) != event.hash {
                report.fault(format!(
                    "event {} ({}/{}): its hash does not follow from its content and the event before",
                    event.seq, event.room, event.id
                ));
            }
            if !event.patch.is_null() {
                let doc = folded
                    .entry((event.room.clone(), event.id.clone()))
                    .or_insert_with(|| Doc::new(&event.room, &event.id));
                if event.version != doc.version + 1 {
                    report.fault(format!(
                        "event {}: {}/{} goes from version {} to {}",
                        event.seq, event.room, event.id, doc.version, event.version
                    ));
                }
                doc.apply(&event);
            }
            seq = event.seq;
            before = event.hash;
            report.events += 1;
        }
    }
    if before != cell(0) || seq.to_string() != cell(2) {
        report.fault(format!(
            "the head says event {} and hash {}, the log ends with event {seq} and hash {before}",
            cell(2),
            cell(0)
        ));
    }
    let mut last = (String::new(), String::new());
    loop {
        let page = db
            .docs(
                "WHERE room > $1 OR (room = $1 AND id > $2) ORDER BY room, id LIMIT $3",
                &[last.0.as_str().into(), last.1.as_str().into(), PAGE.into()],
            )
            .await?;
        let Some(end) = page.last() else { break };
        last = (end.room.clone(), end.id.clone());
        for doc in page {
            report.docs += 1;
            match folded.remove(&(doc.room.clone(), doc.id.clone())) {
                None => report.fault(format!(
                    "{}/{} stands in the records, but no event made it",
                    doc.room, doc.id
                )),
                Some(made) if made.version != doc.version || canonical(&made.body) != canonical(&doc.body) => {
                    report.fault(format!(
                        "{}/{}: the record differs from what its {} events make",
                        doc.room, doc.id, made.version
                    ));
                }
                Some(_) => {}
            }
        }
    }
    for (room, id) in folded.keys() {
        report.fault(format!("{room}/{id} was made by events, but is not in the records"));
    }
    Ok(report)
}

impl Report {
    fn fault(&mut self, words: String) {
        if self.faults.len() < MOST {
            self.faults.push(words);
        }
    }
}
