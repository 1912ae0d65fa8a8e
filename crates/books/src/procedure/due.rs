//! What is due: the terms of one case, and the calendar of many.

use super::case::Case;
use super::day::end_of_day;
use super::term::{Term, terms};
use crate::error::{Error, Result};
use crate::event::Doc;
use crate::pack::{Packs, Procedure};
use crate::{Arg, Books, Scope};
use chrono::NaiveDate;
use law::Law;
use serde::Serialize;

/// Terms of a case record on a day.
pub fn due(p: &Procedure, doc: &Doc, law: &Law, today: NaiveDate) -> Vec<Term> {
    terms(p, &Case::read(doc.clone()), law, today)
}

/// A line of the calendar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalendarEntry {
    /// Procedure.
    pub procedure: String,
    /// Case.
    pub case: String,
    /// What people call it.
    pub name: String,
    /// State.
    pub state: String,
    /// Division that handles it.
    pub division: String,
    /// The term.
    pub term: Term,
}

/// Most cases read at a time.
const PAGE: i64 = 500;

/// Open cases of a procedure whose first due day is not after an instant, in pages by id.
pub(super) async fn open_cases(books: &Books, p: &Procedure, until: i64) -> Result<Vec<Doc>> {
    let mut found = Vec::new();
    for state in p.states.iter().filter(|s| !s.end) {
        let mut after = String::new();
        loop {
            let args: [Arg; 5] = [
                p.room().into(),
                state.id.as_str().into(),
                until.into(),
                after.as_str().into(),
                PAGE.into(),
            ];
            let rest = "WHERE room = $1 AND state = $2 AND gone = 0 AND due <= $3 AND id > $4 ORDER BY id LIMIT $5";
            let page = books.db().docs(rest, &args).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            found.extend(page);
        }
    }
    Ok(found)
}

/// Open terms whose last day lies between two days, of the cases in a scope, by day; missed ones before `from` too if
/// `today` lies in the stretch, because they are still to be done.
pub async fn calendar(
    books: &Books,
    packs: &Packs,
    law: &Law,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<Vec<CalendarEntry>> {
    if to < from {
        return Err(Error::refused(
            format!("止日{to}早于起日{from}。"),
            format!("{to} lies before {from}."),
        ));
    }
    let mut entries = Vec::new();
    for p in packs.procedures.values().filter(|p| !p.deadlines.is_empty()) {
        for doc in open_cases(books, p, end_of_day(to)).await? {
            if !scope.holds(&doc) {
                continue;
            }
            let case = Case::read(doc);
            let missed = |by: NaiveDate| by < from && from <= today && today <= to;
            for term in terms(p, &case, law, today) {
                if term.open() && term.by.is_some_and(|by| by <= to && (from <= by || missed(by))) {
                    entries.push(CalendarEntry {
                        procedure: p.id.clone(),
                        case: case.doc.id.clone(),
                        name: case.text(&p.name),
                        state: case.state().into(),
                        division: case.doc.text("_division").into(),
                        term,
                    });
                }
            }
        }
    }
    entries.sort_by(|a, b| (a.term.by, &a.case, &a.term.id).cmp(&(b.term.by, &b.case, &b.term.id)));
    Ok(entries)
}
