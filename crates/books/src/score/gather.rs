//! Where values come from beside the form: SQL, which the caller answers, and counts of the books' own records.

use super::{Answer, Subject};
use crate::error::Result;
use crate::pack::ScoreCard;
use crate::pack::score::{CountOf, Source};
use crate::{Books, Filter, List, Op, Scope};
use figure::{Explanation, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// A question in SQL that the caller answers: first column of the first row. `$subject`, `$from`, `$to` are bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Item or veto it is for.
    pub id: String,
    /// SQL.
    pub sql: String,
}

/// Records that are named under a count; the count itself is of all.
const NAMED: usize = 100;

fn sources(card: &ScoreCard) -> impl Iterator<Item = (&str, &Source)> {
    let items = card
        .items
        .iter()
        .filter_map(|i| i.source.as_ref().map(|s| (i.id.as_str(), s)));
    items.chain(card.vetoes.iter().map(|v| (v.id.as_str(), &v.source)))
}

/// The questions of a card that the caller must answer.
pub fn questions(card: &ScoreCard) -> Vec<Question> {
    let asked = sources(card).filter_map(|(id, source)| match source {
        Source::Sql(sql) => Some(Question {
            id: id.into(),
            sql: sql.clone(),
        }),
        _ => None,
    });
    asked.collect()
}

/// The counts of a card, each with the records that were counted, so that every point lost names its case.
pub async fn counts(books: &Books, card: &ScoreCard, subject: &Subject) -> Result<BTreeMap<String, Answer>> {
    let mut answers = BTreeMap::new();
    for (id, source) in sources(card) {
        if let Source::Count(of) = source {
            answers.insert(id.to_string(), count(books, of, subject).await?);
        }
    }
    Ok(answers)
}

async fn count(books: &Books, of: &CountOf, subject: &Subject) -> Result<Answer> {
    let filter = |field: &str, op, value: &str| Filter {
        field: field.into(),
        op,
        value: value.into(),
        numeric: false,
    };
    let mut list = List::of(of.room.as_str(), Scope::all());
    list.limit = 0;
    list.filters = vec![filter(&of.subject, Op::Eq, &subject.id)];
    if let Some(day) = &of.day {
        list.filters.push(filter(day, Op::Ge, &subject.from));
        // `~` comes after every character of a time of day: `2024-12-31 08:30` is within the last day.
        list.filters.push(filter(day, Op::Le, &format!("{}~", subject.to)));
    }
    let mut found = books.list(&list).await?;
    found.retain(|doc| of.states.is_empty() || of.states.iter().any(|s| s == doc.text("_state")));
    let named = found.iter().take(NAMED).map(|doc| {
        let day = of.day.as_deref().map(|d| doc.text(d)).unwrap_or("");
        let name = Some(doc.text("name")).filter(|n| !n.is_empty()).unwrap_or(&doc.id);
        Explanation::new(name, name)
            .value(day)
            .reference(format!("{}/{}", doc.room, doc.id))
    });
    let inputs: Vec<Explanation> = named.collect();
    let mut notes = Vec::new();
    if found.len() > NAMED {
        notes.push(Text::new(
            format!("共 {} 条，列出前 {NAMED} 条", found.len()),
            format!("{} records, the first {NAMED} are listed", found.len()),
        ));
    }
    let simulated = found
        .iter()
        .any(|d| d.body.get("simulated").and_then(|v| v.as_bool()) == Some(true));
    Ok(Answer {
        value: Some(found.len().to_string()),
        inputs,
        notes,
        simulated,
    })
}
