//! A result through its life: draft, notice (公示), published; appeal and repair, each with its case. Every state of it
//! stays readable, so that a use of a grade can name the version it used.

use super::Evaluation;
use crate::error::{Error, Result};
use crate::event::{Author, Change, Event, Hash};
use crate::pack::ScoreCard;
use crate::patch::{canonical, diff, merge};
use crate::{Books, day};
use law::Law;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How a published result is questioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// 异议: it was wrong.
    Appeal,
    /// 修复: it was right, and what was wrong has been mended.
    Repair,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Appeal => "appeal",
            Self::Repair => "repair",
        }
    }
}

/// One step of a result's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Version of the record; what a use of the grade names.
    pub version: i64,
    /// When, milliseconds of UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// What happened: evaluate, notice, publish, appeal, repair, settle.
    pub kind: String,
    /// State after it: draft, notice, published.
    pub state: String,
    /// Points after it.
    pub points: String,
    /// Grade after it.
    pub grade: String,
}

/// Id of a result.
pub fn id(subject: &str, from: &str, to: &str) -> String {
    format!("{subject}~{from}~{to}")
}

/// The members that an evaluation gives a result.
fn body(card: &ScoreCard, law: &Law, e: &Evaluation) -> Result<Value> {
    let value = serde_json::to_value(e).map_err(|e| Error::Store(e.to_string()))?;
    let file = serde_json::to_value(card).map_err(|e| Error::Store(e.to_string()))?;
    let mut body = json!({});
    // Merging into nothing leaves the absent members out.
    merge(&mut body, &value);
    let more = json!({
        "subject": e.subject.id, "from": e.subject.from, "to": e.subject.to, "division": e.subject.division,
        "card": Hash::Sha256.hex(canonical(&file).as_bytes()), "law": law.fingerprint(),
        "_owner": e.subject.id, "_search": e.subject.id,
    });
    merge(&mut body, &more);
    if !e.subject.division.is_empty() {
        merge(&mut body, &json!({"_division": e.subject.division}));
    }
    Ok(body)
}

const EVALUATED: [&str; 10] = [
    "points",
    "known",
    "by_points",
    "grade",
    "title",
    "colour",
    "items",
    "vetoes",
    "explanation",
    "card",
];

/// The patch that puts a new evaluation into a record, keeping what is not of an evaluation.
fn laid(old: &Value, new: &Value) -> Value {
    let mut next = old.clone();
    if let Some(map) = next.as_object_mut() {
        for key in EVALUATED {
            map.remove(key);
        }
    }
    merge(&mut next, new);
    diff(old, &next)
}

/// Keeps an evaluation as a draft. One that is on notice or published is changed by [`settle`] only.
pub async fn keep(
    books: &Books,
    card: &ScoreCard,
    law: &Law,
    evaluation: &Evaluation,
    author: Author,
) -> Result<Vec<Event>> {
    let room = card.room();
    let id = id(&evaluation.subject.id, &evaluation.subject.from, &evaluation.subject.to);
    let mut new = body(card, law, evaluation)?;
    merge(&mut new, &json!({"_state": "draft"}));
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(&room, &id).await?;
                if doc.version > 0 && doc.text("_state") != "draft" {
                    return Err(Error::refused(
                        "该评价结果已公示或发布，只能通过异议或修复更正。",
                        "this result is on notice or published: it is changed by appeal or repair only",
                    ));
                }
                Ok(vec![Change::any(&room, &id, "evaluate", laid(&doc.body, &new))])
            })
        })
        .await
}

/// Moves a result on: from draft to notice, from notice to published.
pub async fn publish(books: &Books, card: &ScoreCard, id: &str, expect: i64, author: Author) -> Result<Vec<Event>> {
    let (room, id) = (card.room(), id.to_string());
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(&room, &id).await?;
                if doc.version == 0 {
                    return Err(Error::Missing { room, id });
                }
                let (state, kind) = match doc.text("_state") {
                    "draft" => ("notice", "notice"),
                    "notice" => ("published", "publish"),
                    _ => return Err(Error::refused("该评价结果已发布。", "this result is published already")),
                };
                if doc.text("grade").is_empty() {
                    return Err(Error::refused(
                        "尚缺数据，没有等级，不能公示。",
                        "something is missing: without a grade it cannot be shown",
                    ));
                }
                if doc.body.get("open").is_some() {
                    return Err(Error::refused("异议尚未处理完，不能发布。", "an appeal is open"));
                }
                let today = day::of(view.now()).to_string();
                let patch = json!({"_state": state, state: today});
                Ok(vec![Change::at(&room, &id, kind, expect, patch)])
            })
        })
        .await
}

/// Opens an appeal against a result on notice or published, or a repair of a published one. `case` is its case's id.
pub async fn contest(
    books: &Books,
    card: &ScoreCard,
    id: &str,
    way: Way,
    case: &str,
    author: Author,
) -> Result<Vec<Event>> {
    let procedure = match way {
        Way::Appeal => &card.appeal,
        Way::Repair => &card.repair,
    };
    let pack = card.id.split('/').next().unwrap_or("");
    let procedure = procedure
        .as_ref()
        .map(|p| crate::pack::Packs::name(pack, p))
        .ok_or_else(|| Error::refused("该评价表没有规定这一程序。", "the card names no such procedure"))?;
    let (room, id, case) = (card.room(), id.to_string(), case.to_string());
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(&room, &id).await?;
                let good = match way {
                    Way::Appeal => matches!(doc.text("_state"), "notice" | "published"),
                    Way::Repair => doc.text("_state") == "published",
                };
                if !good || doc.body.get("open").is_some() {
                    return Err(Error::refused(
                        "该评价结果现在不能提出异议或修复：未公示，或已有未办结的申请。",
                        "no appeal or repair now: it is not shown yet, or one is open",
                    ));
                }
                if view.doc(&format!("case:{procedure}"), &case).await?.version == 0 {
                    return Err(Error::Missing {
                        room: format!("case:{procedure}"),
                        id: case,
                    });
                }
                let open = json!({"way": way.name(), "case": case, "day": day::of(view.now()).to_string()});
                Ok(vec![Change::any(&room, &id, way.name(), json!({"open": open}))])
            })
        })
        .await
}

/// Ends an appeal or repair: the result stands, or is replaced by a new evaluation. The reason is the author's.
pub async fn settle(
    books: &Books,
    card: &ScoreCard,
    law: &Law,
    id: &str,
    expect: i64,
    new: Option<&Evaluation>,
    author: Author,
) -> Result<Vec<Event>> {
    let (room, id) = (card.room(), id.to_string());
    let new = new.map(|e| body(card, law, e)).transpose()?;
    if author.reason.trim().is_empty() {
        return Err(Error::refused("处理异议或修复须写明理由。", "say why it is settled so"));
    }
    books
        .write(author, move |view| {
            Box::pin(async move {
                let doc = view.doc(&room, &id).await?;
                if doc.body.get("open").is_none() {
                    return Err(Error::refused(
                        "没有待处理的异议或修复。",
                        "no appeal or repair is open",
                    ));
                }
                let mut next = doc.body.clone();
                merge(&mut next, &json!({"open": null, "settled": doc.body.get("open")}));
                let patch = match new {
                    None => diff(&doc.body, &next),
                    Some(new) => {
                        let (subject, from, to) = (doc.text("subject"), doc.text("from"), doc.text("to"));
                        let same = [("subject", subject), ("from", from), ("to", to)];
                        if same.iter().any(|(key, had)| crate::text(&new, key) != *had) {
                            return Err(Error::refused(
                                "重新评价的对象或时段与原结果不同。",
                                "the new evaluation is of another subject or period",
                            ));
                        }
                        let mut patch = laid(&doc.body, &new);
                        merge_patches(&mut patch, &diff(&doc.body, &next));
                        patch
                    }
                };
                Ok(vec![Change::at(&room, &id, "settle", expect, patch)])
            })
        })
        .await
}

/// Puts the members of one patch beside those of another that has none of them.
fn merge_patches(patch: &mut Value, more: &Value) {
    if let (Some(into), Some(from)) = (patch.as_object_mut(), more.as_object()) {
        into.extend(from.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
}

/// The life of a result, oldest first.
pub async fn history(books: &Books, card: &ScoreCard, id: &str) -> Result<Vec<Step>> {
    let room = card.room();
    let mut doc = crate::Doc::new(&room, id);
    let mut steps = Vec::new();
    for event in books.history(&room, id).await? {
        doc.apply(&event);
        steps.push(Step {
            version: event.version,
            at: event.at,
            actor: event.author.actor,
            reason: event.author.reason,
            kind: event.kind,
            state: doc.text("_state").into(),
            points: doc.text("points").into(),
            grade: doc.text("grade").into(),
        });
    }
    Ok(steps)
}
