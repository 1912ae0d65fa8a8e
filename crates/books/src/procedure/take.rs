//! Taking a move: the one way in which a case changes.

use super::case::{Attached, Case, Step};
use super::day::{Period, beijing_day, beijing_time, end_of_day, example};
use super::term::{call, column, terms};
use super::{fields, progress, reminder};
use crate::error::{Error, Result};
use crate::event::{Author, Change, Doc, Event};
use crate::pack::procedure::{Ask, Move};
use crate::pack::{Packs, Procedure};
use crate::patch::merge;
use crate::{Books, Scope, View};
use chrono::NaiveDate;
use law::Law;
use serde_json::{Map, Value, json};
use standards::Args;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who acts: roles and what they may see, as the access policy found them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Roles.
    pub roles: Vec<String>,
    /// Which cases are theirs.
    pub scope: Scope,
}

/// A move to be made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Take {
    /// Procedure, `pack/name`.
    pub procedure: String,
    /// The case; none to open one.
    pub case: Option<String>,
    /// Id of the move.
    pub step: String,
    /// Version of the case that was read; none where the last word wins.
    pub expect: Option<i64>,
    /// Fields.
    pub fields: Map<String, Value>,
    /// Files by paper.
    pub files: BTreeMap<String, Vec<Attached>>,
    /// Who.
    pub person: Person,
    /// Day it took effect, if that was before today (entered later).
    pub on: Option<NaiveDate>,
    /// Demonstration content: the case is marked for good.
    pub simulated: bool,
}

/// Takes a move. Returns its events once they are on disk: the case's first, then those of ledgers and reminders.
pub async fn take(books: &Books, packs: &Arc<Packs>, law: &Arc<Law>, take: Take, author: Author) -> Result<Vec<Event>> {
    let (packs, law, by) = (packs.clone(), law.clone(), author.clone());
    books
        .write(author, move |view| {
            Box::pin(async move { take_in(view, &packs, &law, &take, &by).await })
        })
        .await
}

/// Takes the same move for many cases, each for itself: one that is refused does not stop the others.
pub async fn take_many(
    books: &Books,
    packs: &Arc<Packs>,
    law: &Arc<Law>,
    cases: &[(String, Option<i64>)],
    common: &Take,
    author: &Author,
) -> Result<Vec<(String, Result<Vec<Event>>)>> {
    let (_, step) = find(packs, &common.procedure, &common.step)?;
    if !step.bulk {
        return Err(Error::refused(
            format!("“{}”不能批量办理，请逐件办理。", step.title.zh),
            format!(
                "`{}` cannot be taken for many cases at once: take it one by one.",
                step.title.en
            ),
        ));
    }
    // All wait together, so that the writer can put them into one flush.
    let each = cases.iter().map(|(id, expect)| async move {
        let one = Take {
            case: Some(id.clone()),
            expect: *expect,
            ..common.clone()
        };
        let mut author = author.clone();
        author.request = author.request.map(|key| format!("{key}/{id}"));
        (id.clone(), take(books, packs, law, one, author).await)
    });
    Ok(futures::future::join_all(each).await)
}

/// Procedure and move by name.
pub(super) fn find<'a>(packs: &'a Packs, procedure: &str, step: &str) -> Result<(&'a Procedure, &'a Move)> {
    let p = packs.procedures.get(procedure).ok_or_else(|| {
        Error::refused(
            format!("没有办理流程“{procedure}”。"),
            format!("there is no procedure `{procedure}`."),
        )
    })?;
    let step = p.step(step).ok_or_else(|| {
        Error::refused(
            format!("“{}”没有步骤“{step}”。", p.title.zh),
            format!("{} has no move `{step}`.", p.title.en),
        )
    })?;
    Ok((p, step))
}

/// Whether the person may take the move where the case stands; fields and files are not looked at.
pub(super) fn allowed(p: &Procedure, step: &Move, case: Option<&Case>, person: &Person, actor: &str) -> Result<()> {
    if !step.roles.iter().any(|r| person.roles.contains(r)) {
        return Err(Error::Forbidden(figure::Text::new(
            format!("“{}”只能由以下角色办理：{}。", step.title.zh, step.roles.join("、")),
            format!("`{}` is for these roles: {}.", step.title.en, step.roles.join(", ")),
        )));
    }
    let Some(case) = case else {
        return match step.from.is_empty() {
            true => Ok(()),
            false => Err(Error::refused(
                format!("“{}”须在已有案件上办理。", step.title.zh),
                format!("`{}` is taken on a case that is open.", step.title.en),
            )),
        };
    };
    if !person.scope.holds(&case.doc) {
        return Err(Error::Forbidden(figure::Text::new(
            format!("“{}”不在您的管辖范围内。", case.doc.id),
            format!("{} is not in your scope.", case.doc.id),
        )));
    }
    if !step.from.iter().any(|s| s == case.state()) {
        let name = |id: &str| p.state(id).map_or_else(|| id.to_string(), |s| s.title.zh.clone());
        let from: Vec<String> = step.from.iter().map(|s| name(s)).collect();
        return Err(Error::refused(
            format!(
                "案件现为“{}”，“{}”只能在“{}”时办理。",
                name(case.state()),
                step.title.zh,
                from.join("”“")
            ),
            format!(
                "the case is in `{}`; `{}` starts from {}.",
                case.state(),
                step.title.en,
                step.from.join(", ")
            ),
        ));
    }
    if let Some(other) = case.steps.iter().find(|s| s.by == actor && step.not_by.contains(&s.id)) {
        let title = p.step(&other.id).map(|m| m.title.clone()).unwrap_or_default();
        return Err(Error::refused(
            format!(
                "“{}”由您本人于{}办理，“{}”须由他人办理。",
                title.zh, other.day, step.title.zh
            ),
            format!(
                "you yourself took `{}` on {}: `{}` is for another person.",
                title.en, other.day, step.title.en
            ),
        ));
    }
    Ok(())
}

/// Decides a move inside a job, so that other mechanisms can open or move a case together with what they write.
pub async fn take_in(
    view: &mut View,
    packs: &Packs,
    law: &Arc<Law>,
    take: &Take,
    author: &Author,
) -> Result<Vec<Change>> {
    let (p, step) = find(packs, &take.procedure, &take.step)?;
    let today = beijing_day(view.now());
    let before = match &take.case {
        Some(id) => Some(opened(view, p, id).await?),
        None => None,
    };
    if let (Some(case), Some(read)) = (&before, take.expect)
        && case.doc.version != read
    {
        return Err(Error::Conflict {
            room: p.room(),
            id: case.doc.id.clone(),
            read,
            now: case.doc.version,
        });
    }
    allowed(p, step, before.as_ref(), &take.person, &author.actor)?;
    if step.reason && author.reason.trim().is_empty() {
        return Err(Error::refused(
            format!("“{}”须写明理由。", step.title.zh),
            format!("`{}` needs a reason.", step.title.en),
        ));
    }
    let day = effective(take.on, before.as_ref(), today)?;
    papers(step, take)?;
    let mut given = fields::read(packs, p, step, law, &take.fields, day)?;
    fields::linked(view, p, &given).await?;
    for (name, value) in &step.set {
        let value = match value.as_str() {
            "today" => day.to_string(),
            "now" => beijing_time(view.now()),
            "actor" => author.actor.clone(),
            text => text.to_string(),
        };
        given.insert(name.clone(), value.into());
    }

    let id = match &before {
        Some(case) => case.doc.id.clone(),
        None => String::new(),
    };
    let blank = Case::read(Doc::new(&p.room(), ""));
    let old = before.as_ref().unwrap_or(&blank);
    let mut patch = json!(given);
    let mut after = old.clone();
    merge(&mut after.doc.body, &patch);
    required(p, step, &after)?;
    if let Some(ask) = &step.ask {
        for (field, value) in answers(law, day, &after, ask)? {
            given.insert(field.clone(), value.clone());
            patch[&field] = value;
        }
        merge(&mut after.doc.body, &patch);
    }
    if let Some(term) = &step.extends {
        patch["_extended"] = json!({ term: extended(p, term, old, law, day)? });
    }
    periods(p, step, old, &given, day)?;
    if let Some(g) = &p.progress {
        progress::check(p, g, step, take, (old, &after), &author.actor, today)?;
    }
    let to = step.to.clone().unwrap_or_else(|| old.state().to_string());
    let made = Step {
        no: old.steps.last().map_or(1, |s| s.no + 1),
        id: step.id.clone(),
        to: to.clone(),
        day,
        by: author.actor.clone(),
        reason: author.reason.clone(),
        // What a field was set to by this move; `null` would vanish in the fold, and says nothing here.
        fields: given
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        files: take
            .files
            .iter()
            .filter(|(_, f)| !f.is_empty())
            .map(|(k, f)| (k.clone(), f.clone()))
            .collect(),
    };
    patch["_steps"] = json!({ made.no.to_string(): made });
    patch["_state"] = to.into();
    for (member, field) in [("_division", &p.division), ("_owner", &p.owner)] {
        if let Some(field) = field {
            patch[member] = after.doc.body.get(field).cloned().unwrap_or(Value::Null);
        }
    }
    if take.simulated {
        patch["_simulated"] = true.into();
    }
    let (id, mut changes) = match before.is_some() {
        true => (id, vec![]),
        false => numbered(view, p, day).await?,
    };
    after = old.clone();
    after.doc.id.clone_from(&id);
    merge(&mut after.doc.body, &patch);
    after = Case::read(after.doc);
    if before.is_none() && !take.person.scope.holds(&after.doc) {
        return Err(Error::Forbidden(figure::Text::new(
            "所选行政区或单位不在您的管辖范围内，不能立案。",
            "the division or owner is not in your scope: you cannot open this case.",
        )));
    }
    mirror(p, &mut patch, &after, law, today);
    let kind = if before.is_some() { "move" } else { "open" };
    changes.insert(0, Change::at(p.room(), &id, kind, old.doc.version, patch));
    let mut draft = crate::ledger::Draft::default();
    for post in &step.posts {
        let pack = p.id.split('/').next().unwrap_or("");
        let from = (format!("{}/{}", p.room(), after.doc.id), |field: &str| {
            after.text(field)
        });
        let order = crate::ledger::order_of(packs, pack, post, (&from.0, &from.1), day.to_string())?;
        draft.add(view, &crate::ledger::Plan::new(packs, &order)?).await?;
    }
    changes.extend(draft.changes());
    changes.extend(reminder::settled(view, p, &after, law, today).await?);
    Ok(changes)
}

/// The members that are mirrored in columns: what is searched, and the end of the first day that is due.
pub(super) fn mirror(p: &Procedure, patch: &mut Value, after: &Case, law: &Law, today: NaiveDate) {
    let words: Vec<String> = p
        .fields
        .iter()
        .filter(|f| f.search || f.name == p.name)
        .map(|f| after.text(&f.name))
        .collect();
    patch["_search"] = format!("{} {}", after.doc.id, words.join(" ")).trim().into();
    let due = terms(p, after, law, today)
        .into_iter()
        .filter(super::Term::open)
        .filter_map(|t| t.by)
        .min();
    patch["_due"] = due.map_or(Value::Null, |day| end_of_day(day).into());
}

/// A case that is there and was not taken out.
pub(super) async fn opened(view: &mut View, p: &Procedure, id: &str) -> Result<Case> {
    let doc = view.doc(&p.room(), id).await?;
    if doc.version == 0 || doc.gone() {
        return Err(Error::Missing {
            room: p.room(),
            id: id.into(),
        });
    }
    Ok(Case::read(doc))
}

fn effective(on: Option<NaiveDate>, case: Option<&Case>, today: NaiveDate) -> Result<NaiveDate> {
    let Some(day) = on else { return Ok(today) };
    let last = case.and_then(|c| c.steps.last()).map(|s| s.day);
    if day > today || last.is_some_and(|l| day < l) {
        let last_words = last.map_or_else(String::new, |l| format!("，也不能早于上一步{l}"));
        return Err(Error::refused(
            format!("办理日期{day}不能晚于今天{today}{last_words}。"),
            format!("the day {day} must not lie after today {today} or before the move before it."),
        ));
    }
    Ok(day)
}

fn papers(step: &Move, take: &Take) -> Result<()> {
    if let Some(name) = take.files.keys().find(|n| !step.papers.iter().any(|p| p.id == **n)) {
        return Err(Error::refused(
            format!("“{}”没有“{name}”这类材料。", step.title.zh),
            format!("`{}` takes no paper `{name}`.", step.title.en),
        ));
    }
    for paper in &step.papers {
        let files = take.files.get(&paper.id).map_or(&[][..], Vec::as_slice);
        if files.len() < paper.least {
            return Err(Error::refused(
                format!(
                    "缺少材料“{}”：至少{}份，现有{}份。",
                    paper.title.zh,
                    paper.least,
                    files.len()
                ),
                format!(
                    "`{}` is missing: at least {}, there are {}.",
                    paper.title.en,
                    paper.least,
                    files.len()
                ),
            ));
        }
        let good = |h: &str| h.len() == 64 && h.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if let Some(bad) = files.iter().find(|f| !good(&f.hash)) {
            return Err(Error::refused(
                format!("文件“{}”没有有效的摘要值，请重新上传。", bad.name),
                format!("file `{}` has no valid hash: upload it again.", bad.name),
            ));
        }
    }
    Ok(())
}

fn required(p: &Procedure, step: &Move, after: &Case) -> Result<()> {
    // What every case must have cannot be left or made empty by a move that takes it.
    let always = p
        .fields
        .iter()
        .filter(|f| f.required && step.edit.contains(&f.name))
        .map(|f| &f.name);
    let empty = |name: &&String| after.text(name).trim().is_empty();
    let missing: Vec<&String> = step.require.iter().chain(always).filter(empty).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let title = |n: &String| p.field(n).map(|f| f.title.clone()).unwrap_or_default();
    let zh: Vec<String> = missing.iter().map(|n| title(n).zh).collect();
    let en: Vec<String> = missing.iter().map(|n| title(n).en).collect();
    Err(Error::refused(
        format!("“{}”须填写：{}。", step.title.zh, zh.join("、")),
        format!("`{}` needs: {}.", step.title.en, en.join(", ")),
    ))
}

/// Asks a function of the standards with fields of the case (or `=literal`): the value and the columns by field.
fn answers(law: &Law, day: NaiveDate, case: &Case, ask: &Ask) -> Result<Vec<(String, Value)>> {
    let args: Args = ask
        .with
        .iter()
        .map(|(arg, from)| {
            let value = from.strip_prefix('=').map_or_else(|| case.text(from), str::to_string);
            (arg.clone(), value)
        })
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let outcome = call(law, day, &case.six(), &ask.function, &args).map_err(|e| {
        Error::refused(
            format!("“{}”算不出：{e}", ask.function),
            format!("{} has no answer: {e}", ask.function),
        )
    })?;
    let kept = |text: String| if text.is_empty() { Value::Null } else { text.into() };
    let mut answers = vec![(ask.into.clone(), kept(outcome.value.to_string()))];
    for (name, field) in &ask.columns {
        answers.push((field.clone(), kept(column(&outcome, name))));
    }
    Ok(answers)
}

/// The number of extensions after one more, if the law allows it and the term still runs.
fn extended(p: &Procedure, term: &str, case: &Case, law: &Law, day: NaiveDate) -> Result<i64> {
    let running = terms(p, case, law, day).into_iter().find(|t| t.id == term && t.open());
    let Some(t) = running else {
        return Err(Error::refused(
            "该期限没有在计算，不能延长。",
            "this term is not running: nothing to extend.",
        ));
    };
    if let Some(by) = t.by.filter(|by| day > *by) {
        return Err(Error::refused(
            format!("“{}”已于{by}届满，届满后不能延长。", t.title.zh),
            format!("`{}` ended on {by}: it cannot be extended afterwards.", t.title.en),
        ));
    }
    let rule = p.deadline(term).and_then(|d| d.rule.clone()).unwrap_or_default();
    let args = Args::from_iter([("rule", rule)]);
    let found = call(law, t.from, &case.six(), "deadline.rule", &args);
    let most = found
        .as_ref()
        .ok()
        .and_then(|o| o.column("extend_max").to_string().parse::<i64>().ok())
        .unwrap_or(0);
    let times = t.extended + 1;
    if times > most {
        return Err(Error::refused(
            format!(
                "“{}”最多延长{most}次（{}），已延长{}次。",
                t.title.zh, t.basis, t.extended
            ),
            format!(
                "`{}` can be extended {most} times ({}), it was {} times.",
                t.title.en, t.basis, t.extended
            ),
        ));
    }
    Ok(times)
}

/// The period that a recurring report names must be one, and have begun within the case.
fn periods(p: &Procedure, step: &Move, case: &Case, given: &Map<String, Value>, day: NaiveDate) -> Result<()> {
    for d in p.deadlines.iter().filter(|d| d.until.contains(&step.id)) {
        let (Some(every), Some(field)) = (d.every, &d.period) else {
            continue;
        };
        let text = given.get(field).and_then(Value::as_str).unwrap_or("");
        let begun = case.steps.first().map_or(day, |s| s.day);
        let good =
            Period::read(every, text).is_some_and(|q| q.first <= day && Period::of(every, begun).first <= q.first);
        if !good {
            let title = p.field(field).map(|f| f.title.clone()).unwrap_or_default();
            return Err(Error::refused(
                format!(
                    "{}“{text}”无效：应写作{}，不早于立案、不晚于当期。",
                    title.zh,
                    example(every)
                ),
                format!(
                    "{} `{text}`: write {}, not before the case began and not in the future.",
                    title.en,
                    example(every)
                ),
            ));
        }
    }
    Ok(())
}

/// The next number of the year, and the change that counts it.
async fn numbered(view: &mut View, p: &Procedure, day: NaiveDate) -> Result<(String, Vec<Change>)> {
    let year = day.format("%Y").to_string();
    let counter = format!("{}:{year}", p.room());
    let n = view.doc("counter", &counter).await?.int("n").unwrap_or(0) + 1;
    let id = format!("{}-{year}-{n:06}", p.prefix);
    Ok((id, vec![Change::any("counter", counter, "count", json!({ "n": n }))]))
}
