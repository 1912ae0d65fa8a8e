//! Demonstration content of the packs: `packs/*/demo/NAME.csv` (records of a register) and `NAME.jsonl` (moves of a
//! procedure, postings of a ledger), made by `packs/demo_content`. All of it goes the way of every other change, through
//! the same rules, and is marked `_simulated` for good.

use crate::event::{Author, Event, Hash};
use crate::ledger::{Order, post};
use crate::pack::{Kind, Packs, Register, Texts, cells};
use crate::procedure::{Attached, Person, Take, take};
use crate::register::Desk;
use crate::{Books, Error, Result, Scope};
use chrono::NaiveDate;
use law::Law;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was loaded.
#[derive(Debug, Default)]
pub struct Report {
    /// Records of registers.
    pub records: usize,
    /// Moves of cases.
    pub moves: usize,
    /// Postings made by hand; those of moves are not counted.
    pub postings: usize,
    /// Moves and postings left out because their day has not come yet.
    pub later: usize,
    /// The files attached to moves: hash and bytes, for the store of evidence.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A line of a `.jsonl`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    case: String,
    #[serde(default, rename = "move")]
    step: String,
    #[serde(default)]
    template: String,
    day: NaiveDate,
    actor: String,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    files: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    params: BTreeMap<String, String>,
    #[serde(default)]
    papers: BTreeMap<String, String>,
}

/// A line with the procedure or ledger it is of, and where it stands.
struct Placed {
    of: String,
    ledger: bool,
    place: String,
    line: Line,
}

struct Loader<'a> {
    books: &'a Books,
    packs: &'a Arc<Packs>,
    law: &'a Arc<Law>,
    texts: &'a Texts,
    today: NaiveDate,
    /// Word of a file → id that the system gave.
    ids: BTreeMap<String, String>,
    report: Report,
}

/// Loads the demonstration content of all packs that have some. `today`: nothing later is loaded.
///
/// # Errors
/// The first record or move that breaks a rule, with file and line.
pub async fn load(
    books: &Books,
    packs: &Arc<Packs>,
    law: &Arc<Law>,
    texts: &Texts,
    today: NaiveDate,
) -> Result<Report> {
    let mut loader = Loader {
        books,
        packs,
        law,
        texts,
        today,
        ids: BTreeMap::new(),
        report: Report::default(),
    };
    // Records that cases point to come first, those that point to cases last.
    let (first, last) = order(packs);
    for id in first {
        loader.register(id).await?;
    }
    loader.moves().await?;
    for id in last {
        loader.register(id).await?;
    }
    Ok(loader.report)
}

/// Ids of registers with content: such that links lead to what is there already; then those with links to cases.
fn order(packs: &Packs) -> (Vec<&str>, Vec<&str>) {
    let links = |r: &Register| -> Vec<String> {
        let pack = r.id.split('/').next().unwrap_or("");
        let own = r.room();
        r.fields
            .iter()
            .filter_map(|f| f.room(pack))
            .filter(|to| *to != own)
            .collect()
    };
    let mut waiting: Vec<&Register> = packs.registers.values().filter(|r| r.demo).collect();
    let (mut first, mut rooms) = (vec![], BTreeSet::new());
    loop {
        let (ready, rest): (Vec<&Register>, Vec<&Register>) = waiting
            .iter()
            .partition(|r| links(r).iter().all(|to| rooms.contains(to)));
        waiting = rest;
        if ready.is_empty() {
            return (first, waiting.into_iter().map(|r| r.id.as_str()).collect());
        }
        for r in ready {
            first.push(r.id.as_str());
            rooms.insert(r.room());
        }
    }
}

fn at(place: &str, e: &Error) -> Error {
    let words = e.words();
    Error::refused(format!("{place}：{}", words.zh), format!("{place}: {}", words.en))
}

impl Loader<'_> {
    fn read(&self, id: &str, ending: &str) -> Option<(String, String)> {
        let (pack, name) = id.split_once('/')?;
        let place = format!("{pack}/demo/{name}.{ending}");
        let text = self.texts.get(&place)?.clone();
        Some((place, text))
    }

    /// `@word` is the id of what `word` names.
    fn resolved(&self, place: &str, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(s) => match s.strip_prefix('@') {
                Some(word) => self.ids.get(word).cloned().map(Value::String).ok_or_else(|| {
                    Error::refused(
                        format!("{place}：“@{word}”还没有出现"),
                        format!("{place}: `@{word}` has not come yet"),
                    )
                })?,
                None => value.clone(),
            },
            Value::Array(items) => items
                .iter()
                .map(|v| self.resolved(place, v))
                .collect::<Result<Vec<_>>>()?
                .into(),
            other => other.clone(),
        })
    }

    async fn register(&mut self, id: &str) -> Result<()> {
        let Some((place, text)) = self.read(id, "csv") else {
            return Err(Error::Pack(format!(
                "{id} says `demo = true` but demo/ has no file of it"
            )));
        };
        let desk = Desk::open(self.books, self.packs, self.law, self.today, id)?;
        let list = |name: &str| {
            let field = desk.register().field(name);
            field.is_some_and(|f| matches!(f.kind, Kind::Codes | Kind::Links))
        };
        let mut lines = text.lines();
        let head = cells(lines.next().unwrap_or(""));
        let (mut rows, mut words) = (vec![], vec![]);
        for (n, line) in lines.enumerate() {
            let (mut row, mut word) = (Map::new(), String::new());
            for (name, cell) in head.iter().zip(cells(line)).filter(|(_, cell)| !cell.is_empty()) {
                if name == "_ref" {
                    word = cell;
                    continue;
                }
                let value = match list(name) {
                    true => cell.split('|').map(Value::from).collect(),
                    false => Value::from(cell),
                };
                row.insert(name.clone(), self.resolved(&format!("{place}:{}", n + 2), &value)?);
            }
            rows.push(row);
            words.push(word);
        }
        let author = Author::new("system:demo", "模拟数据");
        let ids = desk.save_all(&rows, true, author).await.map_err(|e| at(&place, &e))?;
        self.report.records += ids.len();
        self.ids
            .extend(words.into_iter().zip(ids).filter(|(word, _)| !word.is_empty()));
        Ok(())
    }

    /// Every move and posting by day; within a day ledgers first, then procedures, each in its file's order.
    fn lines(&self) -> Result<Vec<Placed>> {
        let mut all = vec![];
        let ledgers = self.packs.ledgers.keys().map(|id| (id, true, false));
        let procedures = self.packs.procedures.values().map(|p| (&p.id, false, p.demo));
        for (id, ledger, must) in ledgers.chain(procedures) {
            let Some((file, text)) = self.read(id, "jsonl") else {
                if must {
                    return Err(Error::Pack(format!(
                        "{id} says `demo = true` but demo/ has no file of it"
                    )));
                }
                continue;
            };
            for (n, text) in text.lines().enumerate() {
                let place = format!("{file}:{}", n + 1);
                let line: Line = serde_json::from_str(text).map_err(|e| Error::Pack(format!("{place}: {e}")))?;
                all.push(Placed {
                    of: id.clone(),
                    ledger,
                    place,
                    line,
                });
            }
        }
        all.sort_by_key(|p| p.line.day);
        Ok(all)
    }

    async fn moves(&mut self) -> Result<()> {
        // Moves of different cases wait together, so that the writer can put them into one flush.
        let mut together: Vec<(Placed, Take)> = vec![];
        for placed in self.lines()? {
            if placed.line.day > self.today {
                self.report.later += 1;
                continue;
            }
            let busy = together.iter().any(|(p, _)| p.line.case == placed.line.case)
                || placed.ledger
                || placed.line.fields.values().any(|v| self.resolved("", v).is_err());
            if busy {
                self.flush(&mut together).await?;
            }
            if placed.ledger {
                self.posting(placed).await?;
                continue;
            }
            let take = self.take(&placed)?;
            together.push((placed, take));
        }
        self.flush(&mut together).await
    }

    fn take(&mut self, placed: &Placed) -> Result<Take> {
        let line = &placed.line;
        let mut fields = Map::new();
        for (name, value) in &line.fields {
            fields.insert(name.clone(), self.resolved(&placed.place, value)?);
        }
        let mut files = BTreeMap::new();
        for (paper, texts) in &line.files {
            let mut list = vec![];
            for (n, text) in texts.iter().enumerate() {
                let hash = Hash::Sha256.hex(text.as_bytes());
                list.push(Attached {
                    hash: hash.clone(),
                    name: format!("模拟-{paper}-{}.txt", n + 1),
                    bytes: text.len() as u64,
                });
                self.report.files.push((hash, text.clone().into_bytes()));
            }
            files.insert(paper.clone(), list);
        }
        let step = self.packs.procedures.get(&placed.of).and_then(|p| p.step(&line.step));
        Ok(Take {
            procedure: placed.of.clone(),
            case: self.ids.get(&line.case).cloned(),
            step: line.step.clone(),
            expect: None,
            fields,
            files,
            person: Person {
                roles: step.map(|s| s.roles.clone()).unwrap_or_default(),
                scope: Scope::all(),
            },
            on: Some(line.day),
            simulated: true,
        })
    }

    async fn flush(&mut self, together: &mut Vec<(Placed, Take)>) -> Result<()> {
        let each = together.drain(..).map(|(placed, order)| {
            let author = Author::new(&placed.line.actor, &placed.line.reason);
            let job = take(self.books, self.packs, self.law, order, author);
            async move { (placed, job.await) }
        });
        let done: Vec<(Placed, Result<Vec<Event>>)> = futures::future::join_all(each).await;
        for (placed, events) in done {
            let events = events.map_err(|e| at(&placed.place, &e))?;
            if let Some(event) = events.first() {
                self.ids.insert(placed.line.case, event.id.clone());
            }
            self.report.moves += 1;
        }
        Ok(())
    }

    async fn posting(&mut self, placed: Placed) -> Result<()> {
        let line = placed.line;
        let order = Order {
            ledger: placed.of,
            template: line.template,
            params: line.params,
            papers: line.papers,
            day: line.day.to_string(),
        };
        let author = Author::new(line.actor, "模拟数据");
        post(self.books, self.packs, order, author)
            .await
            .map_err(|e| at(&placed.place, &e))?;
        self.report.postings += 1;
        Ok(())
    }
}
