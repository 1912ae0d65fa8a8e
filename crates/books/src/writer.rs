//! The one writer. Jobs wait in a queue; as many as have come go into one transaction and one flush, so that many
//! small changes a second cost few flushes. A job reads, decides and answers with changes; a job that fails leaves
//! nothing behind, the others of its transaction go on. Nobody is answered before the commit.

use crate::db::{Arg, Db, Head, Tx};
use crate::error::{Error, Result};
use crate::event::{Author, Change, Doc, Event};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio::sync::{mpsc, oneshot};

/// What a job sees: the records as they stand after the jobs before it.
pub struct View {
    tx: Tx,
    head: Head,
    now: i64,
    docs: HashMap<(String, String), Doc>,
    /// Events that the keys of this group's jobs had made before it began.
    before: HashMap<String, Vec<Event>>,
    given: i64,
    events: Vec<Event>,
    changed: HashMap<(String, String), Doc>,
}

impl View {
    /// The time of this transaction, milliseconds of UTC: never before the last event, whatever the machine's clock says.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// A number that no record had before: for ids of new records. The job must make at least one change for each.
    pub fn fresh(&mut self) -> i64 {
        self.given += 1;
        self.head.seq + self.given
    }

    /// A record; at version 0 and empty if it is not there.
    pub async fn doc(&mut self, room: &str, id: &str) -> Result<Doc> {
        let key = (room.to_string(), id.to_string());
        if let Some(doc) = self.docs.get(&key) {
            return Ok(doc.clone());
        }
        let found = self
            .tx
            .docs("WHERE room = $1 AND id = $2", &[room.into(), id.into()])
            .await?;
        let doc = found.into_iter().next().unwrap_or_else(|| Doc::new(room, id));
        self.docs.insert(key, doc.clone());
        Ok(doc)
    }

    /// Many records of a room by id, in one question.
    pub async fn docs(&mut self, room: &str, ids: &[String]) -> Result<Vec<Doc>> {
        let missing: Vec<&String> = ids
            .iter()
            .filter(|id| !self.docs.contains_key(&(room.to_string(), (*id).clone())))
            .collect();
        let missing: Vec<&str> = missing.into_iter().map(String::as_str).collect();
        for doc in self.tx.among(room, &missing).await? {
            self.docs.insert((doc.room.clone(), doc.id.clone()), doc);
        }
        for id in missing {
            let key = (room.to_string(), id.to_string());
            self.docs.entry(key).or_insert_with(|| Doc::new(room, id));
        }
        Ok(ids
            .iter()
            .filter_map(|id| self.docs.get(&(room.to_string(), id.clone())).cloned())
            .collect())
    }

    /// Records by a condition (what stands after `FROM doc`), with what the jobs before have changed.
    pub async fn find(&mut self, rest: &str, args: &[Arg]) -> Result<Vec<Doc>> {
        self.flush().await?;
        self.tx.docs(rest, args).await
    }

    /// Lines of the log by a condition (what stands after `FROM event`).
    pub async fn log(&mut self, rest: &str, args: &[Arg]) -> Result<Vec<Event>> {
        self.flush().await?;
        self.tx.events(rest, args).await
    }

    async fn flush(&mut self) -> Result<()> {
        if self.events.is_empty() {
            return Ok(());
        }
        let docs: Vec<&Doc> = self.changed.values().collect();
        self.tx.put(&self.head, &self.events, &docs).await?;
        self.events.clear();
        self.changed.clear();
        Ok(())
    }

    /// The events a key has made, if it was used: before this group, or by a job of it.
    fn done(&self, request: &str) -> Option<Vec<Event>> {
        self.before.get(request).cloned()
    }

    /// Applies the changes of one job: all or none.
    async fn apply(&mut self, author: &Author, changes: Vec<Change>) -> Result<Vec<Event>> {
        let mut touched: HashMap<(String, String), Doc> = HashMap::new();
        let mut made: Vec<Event> = Vec::with_capacity(changes.len());
        let mut head = self.head.clone();
        for change in changes {
            let key = (change.room, change.id);
            head.seq += 1;
            head.at = self.now;
            let mut event = Event {
                seq: head.seq,
                room: key.0.clone(),
                id: key.1.clone(),
                version: 0,
                kind: change.kind,
                at: self.now,
                author: author.clone(),
                patch: change.patch,
                hash: String::new(),
            };
            if !event.patch.is_null() {
                let mut doc = match touched.remove(&key) {
                    Some(doc) => doc,
                    None => self.doc(&key.0, &key.1).await?,
                };
                if let Some(read) = change.expect.filter(|v| *v != doc.version) {
                    return Err(Error::Conflict {
                        room: key.0,
                        id: key.1,
                        read,
                        now: doc.version,
                    });
                }
                event.version = doc.version + 1;
                doc.apply(&event);
                touched.insert(key, doc);
            }
            event.hash = event.sealed(head.algorithm, &head.hash);
            head.hash.clone_from(&event.hash);
            made.push(event);
        }
        self.head = head;
        if let (Some(key), false) = (&author.request, made.is_empty()) {
            self.before.insert(key.clone(), made.clone());
        }
        self.events.extend(made.iter().cloned());
        for (key, doc) in touched {
            self.docs.insert(key.clone(), doc.clone());
            self.changed.insert(key, doc);
        }
        Ok(made)
    }
}

/// What a job does: reads through the view, answers with changes. It must not keep anything of its own.
pub type Decide = Box<dyn for<'a> FnOnce(&'a mut View) -> BoxFuture<'a, Result<Vec<Change>>> + Send>;

/// A job in the queue.
pub(crate) struct Job {
    pub author: Author,
    /// Records it will surely read: fetched for the whole group in one question.
    pub reads: Vec<(String, String)>,
    pub decide: Decide,
    pub answer: oneshot::Sender<Result<Vec<Event>>>,
}

/// Most jobs in one transaction: enough to share a flush, few enough that the first does not wait long.
const GROUP: usize = 256;

/// Takes jobs until every sender is gone.
pub(crate) async fn run(db: Db, clock: fn() -> i64, mut jobs: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP);
    while jobs.recv_many(&mut group, GROUP).await > 0 {
        let mut answers = Vec::with_capacity(group.len());
        let outcome = one(&db, clock, group.drain(..), &mut answers).await;
        for (answer, result) in answers {
            // The asker may have gone; what was committed stays.
            let _ = answer.send(match &outcome {
                Ok(()) => result,
                Err(e) => Err(e.clone()),
            });
        }
    }
}

type Answer = (oneshot::Sender<Result<Vec<Event>>>, Result<Vec<Event>>);

async fn one(db: &Db, clock: fn() -> i64, group: impl Iterator<Item = Job>, answers: &mut Vec<Answer>) -> Result<()> {
    let group: Vec<Job> = group.collect();
    // Jobs are not shared between threads, so what is needed of them is taken out before anything is awaited.
    let keys: Vec<String> = group.iter().filter_map(|j| j.author.request.clone()).collect();
    let reads: BTreeSet<(String, String)> = group.iter().flat_map(|j| j.reads.iter().cloned()).collect();
    let opened = open(db, clock, keys, reads).await;
    let mut view = match opened {
        Ok(view) => view,
        Err(e) => {
            answers.extend(group.into_iter().map(|j| (j.answer, Err(e.clone()))));
            return Err(e);
        }
    };
    for job in group {
        let result = work(&mut view, &job.author, job.decide).await;
        answers.push((job.answer, result));
    }
    view.flush().await?;
    view.tx.commit().await
}

/// Begins the transaction, and asks at once what the jobs will ask one by one.
async fn open(db: &Db, clock: fn() -> i64, keys: Vec<String>, reads: BTreeSet<(String, String)>) -> Result<View> {
    let (tx, head) = db.begin().await?;
    let now = clock().max(head.at);
    let mut view = View {
        tx,
        head,
        now,
        docs: HashMap::new(),
        before: HashMap::new(),
        given: 0,
        events: vec![],
        changed: HashMap::new(),
    };
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for event in view.tx.requested(&keys).await? {
        if let Some(key) = &event.author.request {
            view.before.entry(key.clone()).or_default().push(event);
        }
    }
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (room, id) in reads {
        rooms.entry(room).or_default().push(id);
    }
    for (room, ids) in rooms {
        view.docs(&room, &ids).await?;
    }
    Ok(view)
}

async fn work(view: &mut View, author: &Author, decide: Decide) -> Result<Vec<Event>> {
    if let Some(before) = author.request.as_ref().and_then(|key| view.done(key)) {
        return Ok(before);
    }
    view.given = 0;
    let changes = decide(view).await?;
    view.apply(author, changes).await
}
