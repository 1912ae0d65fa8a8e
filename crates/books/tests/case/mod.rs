//! What the tests of cases share: law, packs, persons, a clock that the test moves.
#![allow(dead_code)] // each test binary uses what it needs

use books::pack::Packs;
use books::procedure::{Attached, Case, Person, Take, Term, take, terms};
use books::{Author, Books, Event, Hash, Result, Scope};
use law::Law;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The law that is shipped.
pub fn law() -> Arc<Law> {
    static LAW: OnceLock<Arc<Law>> = OnceLock::new();
    LAW.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
        Arc::new(Law::load_dir(&folder).unwrap_or_else(|e| panic!("{e:#?}")))
    })
    .clone()
}

/// Packs below a folder of the repository, without a mistake.
pub fn packs(folder: &str) -> Arc<Packs> {
    let (packs, faults) = books::pack::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    assert!(faults.is_empty(), "{faults:#?}");
    Arc::new(packs)
}

/// The test's own procedures.
pub fn own() -> Arc<Packs> {
    packs("tests/procedure_packs")
}

/// Noon in Beijing of a day, milliseconds of UTC.
pub fn noon(day: &str) -> i64 {
    let day: chrono::NaiveDate = day.parse().expect("a day");
    day.and_hms_opt(4, 0, 0).expect("noon").and_utc().timestamp_millis()
}

pub fn day(text: &str) -> chrono::NaiveDate {
    text.parse().expect("a day")
}

/// A clock of its own for a test: `clock!(NAME)` makes the function `NAME::now` and `NAME::set("2024-05-14")`.
#[macro_export]
macro_rules! clock {
    ($name:ident) => {
        mod $name {
            use std::sync::atomic::{AtomicI64, Ordering};
            static NOW: AtomicI64 = AtomicI64::new(0);
            pub fn now() -> i64 {
                NOW.load(Ordering::SeqCst)
            }
            pub fn set(day: &str) {
                NOW.store(super::case::noon(day), Ordering::SeqCst);
            }
        }
    };
}

/// Books, packs and law together.
pub struct Office {
    pub books: Books,
    pub packs: Arc<Packs>,
    pub law: Arc<Law>,
}

impl Office {
    pub async fn open(url: &str, packs: Arc<Packs>, clock: fn() -> i64) -> Self {
        let books = Books::open_at(url, Hash::Sha256, clock).await.expect("opens");
        Self {
            books,
            packs,
            law: law(),
        }
    }

    /// Takes a move as somebody with one role who may see everything.
    pub async fn go(
        &self,
        who: &str,
        role: &str,
        procedure: &str,
        case: Option<&str>,
        step: &str,
        fields: Value,
    ) -> Result<Vec<Event>> {
        self.take(who, wish(role, procedure, case, step, fields)).await
    }

    pub async fn take(&self, who: &str, wish: Take) -> Result<Vec<Event>> {
        take(&self.books, &self.packs, &self.law, wish, Author::new(who, "测试")).await
    }

    pub async fn case(&self, procedure: &str, id: &str) -> Case {
        let doc = self
            .books
            .get(&format!("case:{procedure}"), id)
            .await
            .expect("asked")
            .expect("there");
        Case::read(doc)
    }

    /// A term of a case on a day.
    pub async fn term(&self, procedure: &str, id: &str, term: &str, today: &str) -> Term {
        let case = self.case(procedure, id).await;
        let all = terms(&self.packs.procedures[procedure], &case, &self.law, day(today));
        all.iter()
            .find(|t| t.id == term)
            .unwrap_or_else(|| panic!("no term {term} in {all:#?}"))
            .clone()
    }

    /// The last day of a term.
    pub async fn by(&self, procedure: &str, id: &str, term: &str, today: &str) -> String {
        self.term(procedure, id, term, today)
            .await
            .by
            .expect("a last day")
            .to_string()
    }
}

pub fn person(role: &str) -> Person {
    Person {
        roles: vec![role.into()],
        scope: Scope::all(),
    }
}

pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

pub fn wish(role: &str, procedure: &str, case: Option<&str>, step: &str, fields: Value) -> Take {
    Take {
        procedure: procedure.into(),
        case: case.map(String::from),
        step: step.into(),
        fields: map(fields),
        person: person(role),
        ..Take::default()
    }
}

/// A file of some content, as the server would hand it in.
pub fn file(name: &str, content: &[u8]) -> Attached {
    Attached {
        hash: Hash::Sha256.hex(content),
        name: name.into(),
        bytes: content.len() as u64,
    }
}

pub fn files(paper: &str, name: &str, content: &[u8]) -> BTreeMap<String, Vec<Attached>> {
    BTreeMap::from([(paper.to_string(), vec![file(name, content)])])
}

/// The id of the case that the first event is about.
pub fn id(events: &[Event]) -> String {
    events[0].id.clone()
}

pub fn none() -> Value {
    json!({})
}
