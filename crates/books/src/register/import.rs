//! Workbooks into a register: every cell read, every fault named by row and column, all of it one batch in one
//! transaction that can be tried dry and undone as one.

use super::Desk;
use super::batch::{Given, Want, settle};
use super::workbook::{Cell, Rows, rows_of};
use crate::error::{Error, FieldFault, Result};
use crate::patch::{diff, merge};
use crate::writer::View;
use crate::{Arg, Author, Books, Change, Event, Hash};
use figure::Text;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tokio::sync::oneshot;

/// Room of the batches.
pub(crate) const BATCHES: &str = "batch";
/// Faults that a report names; beyond, it only counts rows.
const NAMED: usize = 10_000;
/// Rows among which the headings are looked for: above them may stand a title and notes.
const HEADS: usize = 10;

/// How an import goes about rows with faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing is kept; the report says what would be.
    Dry,
    /// All rows, or none if one has a fault.
    Whole,
    /// Rows without a fault are kept; the others come back to be mended.
    Good,
}

/// What is wrong with a cell (or a row, if no column is named).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFault {
    /// Row in the file, from 1.
    pub row: usize,
    /// Column as the spreadsheet names it: `C`; empty for the row as a whole.
    pub column: String,
    /// Field.
    pub field: String,
    /// What the cell held.
    pub cell: String,
    /// What is wrong and what to do.
    pub words: Text,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Rows with content below the headings.
    pub rows: usize,
    /// New records.
    pub added: usize,
    /// Changed records.
    pub changed: usize,
    /// Rows that say what stands already.
    pub same: usize,
    /// Rows with faults.
    pub refused: usize,
    /// Whether records were kept.
    pub kept: bool,
    /// Faults by cell, at most ten thousand.
    pub faults: Vec<CellFault>,
    /// The batch, by which it can be undone; empty if nothing was kept.
    pub batch: String,
}

/// `0` → `A`, `27` → `AB`.
pub(crate) fn letters(mut column: usize) -> String {
    let mut name = String::new();
    loop {
        // Below 26, so it is a letter.
        name.insert(0, char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            return name;
        }
        column = column / 26 - 1;
    }
}

/// A table that was understood: where each field stands, and the rows below the headings.
struct Table {
    /// Column → field; `_id` for the number, `_` for what is passed over.
    columns: Vec<Option<String>>,
    rows: Vec<(usize, Vec<Cell>)>,
    faults: Vec<CellFault>,
}

fn words(cell: Option<&Cell>) -> String {
    match cell {
        Some(Ok(Value::String(s))) => s.trim().to_string(),
        Some(Ok(Value::Null)) | None => String::new(),
        Some(Ok(other)) => other.to_string(),
        Some(Err(t)) => t.zh.clone(),
    }
}

impl Desk {
    fn column_of(&self, heading: &str) -> Option<String> {
        match heading.trim() {
            "" => Some("_".into()),
            t if t == PROBLEM.0 || t == PROBLEM.1 || t == NATURE.0 || t == NATURE.1 => Some("_".into()),
            t if self.register.key.is_none() && (t == NUMBER.0 || t == NUMBER.1) => Some("_id".into()),
            t => self.reader.heading(t).map(|f| f.name.clone()),
        }
    }

    /// The place of the headings among the rows: the row with the most of them.
    pub(crate) fn head(&self, rows: &Rows) -> usize {
        self.found(rows).unwrap_or(0)
    }

    fn found(&self, rows: &Rows) -> Option<usize> {
        let fits = |cells: &[Cell]| {
            let known = |c: &&Cell| self.column_of(&words(Some(c))).is_some_and(|f| f != "_");
            cells.iter().filter(known).count()
        };
        (0..rows.rows.len().min(HEADS))
            .map(|i| (fits(&rows.rows[i].1), std::cmp::Reverse(i)))
            .max()
            .filter(|(n, _)| *n > 0)
            .map(|(_, i)| i.0)
    }

    fn table(&self, rows: Rows) -> Result<Table> {
        let Some(head) = self.found(&rows) else {
            return Err(Error::refused(
                "表里找不到表头，请用本名录的模板",
                "no row of the file holds this register's headings: use its template",
            ));
        };
        let mut table = Table {
            columns: vec![],
            rows: vec![],
            faults: vec![],
        };
        for (i, (number, cells)) in rows.rows.into_iter().enumerate() {
            if i < head {
                continue;
            }
            if i > head {
                table.rows.push((number, cells));
                continue;
            }
            for (c, cell) in cells.iter().enumerate() {
                let heading = words(Some(cell));
                let field = self.column_of(&heading);
                let twice = field
                    .as_ref()
                    .is_some_and(|f| f != "_" && table.columns.contains(&Some(f.clone())));
                if field.is_none() || twice {
                    let words = if twice {
                        Text::new("这一列出现了两次", "this column is there twice")
                    } else {
                        Text::new(
                            "本名录没有这一列，请删去或改为模板的表头",
                            "the register has no such column: take it out or use the template's heading",
                        )
                    };
                    table.faults.push(CellFault {
                        row: number,
                        column: letters(c),
                        field: String::new(),
                        cell: heading,
                        words,
                    });
                }
                table.columns.push(field);
            }
        }
        Ok(table)
    }

    /// Imports a file (xlsx or CSV) of `MOST_BYTES` at most. `simulated` marks the records it adds.
    pub async fn import(&self, bytes: &[u8], mode: Mode, simulated: bool, author: Author) -> Result<ImportReport> {
        let rows = rows_of(bytes)?;
        self.import_rows(rows, Hash::Sha256.hex(bytes), mode, simulated, author)
            .await
    }

    /// Imports rows that were read already; `source` (a hash of the file) is kept with the batch.
    pub async fn import_rows(
        &self,
        rows: Rows,
        source: String,
        mode: Mode,
        simulated: bool,
        mut author: Author,
    ) -> Result<ImportReport> {
        let table = self.table(rows)?;
        // A name for the batch that needs neither clock nor chance: the same file after any change is another batch.
        let head = self.books.db().int("SELECT seq FROM head WHERE id = 1", &[]).await?;
        let batch = author.request.clone().unwrap_or_else(|| {
            let seed = format!("{} {} {source} {head}", self.register.id, author.actor);
            format!("import-{}", &Hash::Sha256.hex(seed.as_bytes())[..20])
        });
        author.request = (mode != Mode::Dry).then(|| batch.clone());
        let mut report = ImportReport {
            rows: table.rows.len(),
            ..ImportReport::default()
        };
        let (read, places) = self.read(&table, &mut report);
        if !table.faults.is_empty() {
            // With a column that is not understood nothing is taken: half a record is worse than none.
            report.refused = report.rows;
            report.faults = table.faults;
            return Ok(report);
        }
        let (answer, answered) = oneshot::channel();
        let (desk, name) = (self.clone(), batch.clone());
        let written = self
            .books
            .write(author, move |view| {
                Box::pin(async move {
                    let (report, changes) = decide(
                        &desk, view, read, &table, &places, report, mode, simulated, &name, source,
                    )
                    .await?;
                    let _ = answer.send(report);
                    Ok(changes)
                })
            })
            .await;
        match (written, answered.await) {
            (Err(e), _) => Err(e),
            (Ok(_), Ok(report)) => Ok(report),
            // The key was used before: what that import said, it says again.
            (Ok(_), Err(_)) => batch_report(&self.books, &batch).await,
        }
    }

    /// Reads every cell, outside the writer: this is where an import spends its time.
    fn read(&self, table: &Table, report: &mut ImportReport) -> (Vec<Given>, Vec<usize>) {
        let (mut read, mut places) = (vec![], vec![]);
        for (i, (number, cells)) in table.rows.iter().enumerate() {
            let (mut given, mut id, mut faults) = (Map::new(), None, vec![]);
            for (c, field) in table.columns.iter().enumerate() {
                let Some(field) = field.as_deref().filter(|f| *f != "_") else {
                    continue;
                };
                let value = match cells.get(c) {
                    None => Value::Null,
                    Some(Ok(v)) => v.clone(),
                    Some(Err(t)) => {
                        faults.push(FieldFault::new(field, t.clone()));
                        continue;
                    }
                };
                if field == "_id" {
                    id = Some(words(Some(&Ok(value)))).filter(|t| !t.is_empty());
                } else {
                    given.insert(field.to_string(), value);
                }
            }
            match self.reader.given(&given) {
                Ok(fields) if faults.is_empty() => {
                    read.push(Given {
                        id,
                        expect: None,
                        fields,
                    });
                    places.push(i);
                }
                Ok(_) => report.refuse(table, *number, cells, faults),
                Err(more) => {
                    faults.extend(more);
                    report.refuse(table, *number, cells, faults);
                }
            }
        }
        (read, places)
    }
}

#[allow(clippy::too_many_arguments)] // one call, the pieces of one import
async fn decide(
    desk: &Desk,
    view: &mut View,
    read: Vec<Given>,
    table: &Table,
    places: &[usize],
    mut report: ImportReport,
    mode: Mode,
    simulated: bool,
    batch: &str,
    source: String,
) -> Result<(ImportReport, Vec<Change>)> {
    let settled = settle(desk, view, read, Want::Either).await?;
    let mut changes = vec![];
    for (outcome, place) in settled.rows.into_iter().zip(places) {
        let (number, cells) = &table.rows[*place];
        match outcome {
            Ok(mut row) => {
                let fresh = row.fresh();
                if let (true, Some(body)) = (simulated && fresh, row.body.as_object_mut()) {
                    body.insert("_simulated".into(), true.into());
                }
                match row.change("import") {
                    Some(change) => {
                        changes.push(change);
                        if fresh { report.added += 1 } else { report.changed += 1 }
                    }
                    None => report.same += 1,
                }
            }
            Err(Error::Fields(faults)) => report.refuse(table, *number, cells, faults),
            Err(e) => report.refuse(table, *number, cells, vec![FieldFault::new("", e.words())]),
        }
    }
    report.faults.sort_by_key(|f| f.row);
    if mode == Mode::Dry || changes.is_empty() || (mode == Mode::Whole && report.refused > 0) {
        return Ok((report, vec![]));
    }
    report.kept = true;
    report.batch = batch.to_string();
    changes.extend(settled.counter);
    changes.push(Change::any(
        BATCHES,
        batch,
        "import",
        json!({"register": desk.register.id, "source": source, "report": report, "_state": "done", "_search": desk.register.id}),
    ));
    Ok((report, changes))
}

impl ImportReport {
    fn refuse(&mut self, table: &Table, row: usize, cells: &[Cell], faults: Vec<FieldFault>) {
        self.refused += 1;
        for fault in faults {
            if self.faults.len() >= NAMED {
                return;
            }
            let c = table
                .columns
                .iter()
                .position(|f| f.as_deref() == Some(fault.field.as_str()));
            self.faults.push(CellFault {
                row,
                column: c.map(letters).unwrap_or_default(),
                cell: c.map(|c| words(cells.get(c))).unwrap_or_default(),
                field: fault.field,
                words: fault.words,
            });
        }
    }
}

/// Headings that are not fields: the system's number, what is wrong with a row, and whether it is simulated.
pub(crate) const NUMBER: (&str, &str) = ("编号", "No.");
pub(crate) const PROBLEM: (&str, &str) = ("问题", "Problem");
pub(crate) const NATURE: (&str, &str) = ("数据性质", "Nature");

async fn batch_report(books: &Books, batch: &str) -> Result<ImportReport> {
    let missing = || Error::Missing {
        room: BATCHES.into(),
        id: batch.into(),
    };
    let doc = books.get(BATCHES, batch).await?.ok_or_else(missing)?;
    serde_json::from_value(doc.body.get("report").cloned().unwrap_or(Value::Null)).map_err(|_| missing())
}

/// Takes a whole batch back: records it added are taken out, records it changed are as before. Refused if one of them
/// was changed since. The records' histories keep both.
pub async fn undo(books: &Books, batch: &str, author: Author) -> Result<usize> {
    let name = batch.to_string();
    let author = author.request(format!("undo:{batch}"));
    let events = books
        .write(author, move |view| {
            Box::pin(async move { take_back(view, &name).await })
        })
        .await?;
    Ok(events.iter().filter(|e| e.room.starts_with("register:")).count())
}

async fn take_back(view: &mut View, batch: &str) -> Result<Vec<Change>> {
    let made = view.log("WHERE request = $1 ORDER BY seq", &[batch.into()]).await?;
    let made: Vec<Event> = made.into_iter().filter(|e| e.room.starts_with("register:")).collect();
    let Some(first) = made.first().map(|e| e.seq) else {
        return Err(Error::Missing {
            room: BATCHES.into(),
            id: batch.into(),
        });
    };
    let room = made[0].room.clone();
    let ids: Vec<String> = made.iter().map(|e| e.id.clone()).collect();
    let now: HashMap<String, crate::Doc> = view
        .docs(&room, &ids)
        .await?
        .into_iter()
        .map(|d| (d.id.clone(), d))
        .collect();
    let later: Vec<&str> = made
        .iter()
        .filter(|e| now.get(&e.id).is_none_or(|d| d.version != e.version))
        .map(|e| e.id.as_str())
        .collect();
    if !later.is_empty() {
        let some = later.iter().take(5).copied().collect::<Vec<_>>();
        return Err(Error::refused(
            format!(
                "这批导入之后有 {} 条记录又被修改（{} 等），不能整批撤销",
                later.len(),
                some.join("、")
            ),
            format!(
                "{} records were changed after this import ({}, …): it cannot be undone as a whole",
                later.len(),
                some.join(", ")
            ),
        ));
    }
    let mut before: HashMap<String, Value> = HashMap::new();
    for chunk in ids.chunks(400) {
        let places: Vec<String> = (3..chunk.len() + 3).map(|i| format!("${i}")).collect();
        let mut args: Vec<Arg> = vec![room.as_str().into(), first.into()];
        args.extend(chunk.iter().map(|id| Arg::Text(id.clone())));
        let rest = format!(
            "WHERE room = $1 AND seq < $2 AND id IN ({}) ORDER BY seq",
            places.join(",")
        );
        for event in view.log(&rest, &args).await? {
            if !event.patch.is_null() {
                merge(
                    before.entry(event.id.clone()).or_insert_with(|| json!({})),
                    &event.patch,
                );
            }
        }
    }
    let mut changes = vec![];
    for event in &made {
        let Some(doc) = now.get(&event.id) else { continue };
        let patch = match before.get(&event.id) {
            None => json!({"_gone": true}),
            Some(old) => diff(&doc.body, old),
        };
        changes.push(Change::at(room.clone(), event.id.clone(), "undo", doc.version, patch));
    }
    changes.push(Change::any(BATCHES, batch, "undo", json!({"_state": "undone"})));
    Ok(changes)
}
