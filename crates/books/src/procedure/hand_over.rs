//! Handing a case to another division: recorded with reason, who had it and who got it.

use super::case::Case;
use super::day::beijing_day;
use super::take::{Person, mirror, opened};
use crate::error::{Error, Result};
use crate::event::{Author, Change, Event};
use crate::pack::Packs;
use crate::patch::merge;
use crate::{Books, View};
use law::Law;
use serde_json::{Value, json};
use std::sync::Arc;

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HandOver {
    /// Procedure.
    pub procedure: String,
    /// Case.
    pub case: String,
    /// Version that was read.
    pub expect: Option<i64>,
    /// Division that gets it, 2 to 12 digits.
    pub to: String,
    /// Who hands it over.
    pub person: Person,
}

/// Hands a case over. Whoever may take a move from where it stands may hand it over, with a reason; terms run on.
pub async fn hand_over(
    books: &Books,
    packs: &Arc<Packs>,
    law: &Arc<Law>,
    hand: HandOver,
    author: Author,
) -> Result<Vec<Event>> {
    let (packs, law, by) = (packs.clone(), law.clone(), author.clone());
    books
        .write(author, move |view| {
            Box::pin(async move { decide(view, &packs, &law, &hand, &by).await })
        })
        .await
}

async fn decide(view: &mut View, packs: &Packs, law: &Law, hand: &HandOver, author: &Author) -> Result<Vec<Change>> {
    let p = packs.procedures.get(&hand.procedure).ok_or_else(|| {
        Error::refused(
            format!("没有办理流程“{}”。", hand.procedure),
            format!("there is no procedure `{}`.", hand.procedure),
        )
    })?;
    let Some(field) = &p.division else {
        return Err(Error::refused(
            format!("“{}”没有承办行政区，不能移交。", p.title.zh),
            format!("{} has no division to hand over to.", p.title.en),
        ));
    };
    let case = opened(view, p, &hand.case).await?;
    if let Some(read) = hand.expect.filter(|v| *v != case.doc.version) {
        return Err(Error::Conflict {
            room: p.room(),
            id: hand.case.clone(),
            read,
            now: case.doc.version,
        });
    }
    let may = p
        .moves
        .iter()
        .any(|m| m.from.iter().any(|s| s == case.state()) && m.roles.iter().any(|r| hand.person.roles.contains(r)));
    if !may || !hand.person.scope.holds(&case.doc) {
        return Err(Error::Forbidden(figure::Text::new(
            format!("“{}”现在不由您办理，不能移交。", hand.case),
            format!("{} is not yours to hand over.", hand.case),
        )));
    }
    if author.reason.trim().is_empty() {
        return Err(Error::refused("移交须写明理由。", "a hand-over needs a reason."));
    }
    let had = case.doc.text("_division").to_string();
    let digits = hand.to.bytes().all(|b| b.is_ascii_digit()) && [2, 4, 6, 9, 12].contains(&hand.to.len());
    if !digits || hand.to == had {
        return Err(Error::refused(
            format!("“{}”不是另一个行政区划的代码，不能移交。", hand.to),
            format!("`{}` is no code of another division.", hand.to),
        ));
    }
    let hands = case
        .doc
        .body
        .get("_hands")
        .and_then(Value::as_object)
        .map_or(0, serde_json::Map::len)
        + 1;
    let mut patch = json!({
        field: hand.to,
        "_division": hand.to,
        "_hands": { hands.to_string(): {
            "after": case.steps.last().map_or(0, |s| s.no), "from": had, "to": hand.to,
            "by": author.actor, "reason": author.reason, "day": beijing_day(view.now()).to_string(),
        } },
    });
    let mut after = case.doc.clone();
    merge(&mut after.body, &patch);
    mirror(p, &mut patch, &Case::read(after), law, beijing_day(view.now()));
    Ok(vec![Change::at(
        p.room(),
        &hand.case,
        "hand_over",
        case.doc.version,
        patch,
    )])
}
