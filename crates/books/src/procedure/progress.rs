//! Milestones: what should be done by now (schedule) and what is done (evidence that another person accepted).

use super::case::Case;
use super::day::read;
use super::take::Take;
use crate::error::{Error, Result};
use crate::pack::Procedure;
use crate::pack::procedure::{Move, Progress};
use chrono::NaiveDate;
use figure::Decimal;
use serde::Serialize;

/// A milestone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Milestone {
    /// Number, from 1.
    pub no: usize,
    /// Day by which.
    pub by: NaiveDate,
    /// Weight, percent.
    pub weight: Decimal,
    /// What.
    pub words: String,
    /// Who handed in the evidence that stands, not yet sent back.
    pub reported: Option<String>,
    /// Day on which the evidence was accepted.
    pub accepted: Option<NaiveDate>,
}

/// Where a case stands by its milestones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The milestones.
    pub milestones: Vec<Milestone>,
    /// Percent done: weights of the accepted.
    pub done: Decimal,
    /// Percent that should be done: weights of those whose day has passed.
    pub planned: Decimal,
    /// The next day on which one is due that is not accepted.
    pub next: Option<NaiveDate>,
}

/// Full share, percent: what a share is, not a rule.
const WHOLE: i64 = 100;

/// Reads the lines of milestones: `2024-06-30 30 words`.
pub(super) fn lines(text: &str) -> Result<Vec<Milestone>> {
    let mut list = Vec::new();
    let mut sum = Decimal::from_int(0);
    for (i, line) in text.lines().map(str::trim).filter(|l| !l.is_empty()).enumerate() {
        let no = i + 1;
        let bad = |zh: &str, en: &str| {
            Error::refused(
                format!("第{no}个节点“{line}”：{zh}。应写作“2024-06-30 30 完成排查”（日期 权重% 内容）。"),
                format!("milestone {no} `{line}`: {en}. Write `2024-06-30 30 words` (day, weight in percent, words)."),
            )
        };
        let mut parts = line.splitn(3, char::is_whitespace);
        let by = parts.next().and_then(read).ok_or_else(|| bad("日期不对", "no date"))?;
        let weight = parts
            .next()
            .and_then(|w| Decimal::parse(w.trim_end_matches(['%', '％'])).ok())
            .filter(|w| !w.is_negative() && *w > Decimal::from_int(0))
            .ok_or_else(|| bad("权重须为大于0的数", "the weight must be above 0"))?;
        let words = parts.next().unwrap_or("").trim().to_string();
        if words.is_empty() {
            return Err(bad("没有写内容", "it says nothing"));
        }
        sum = sum
            .add(weight)
            .map_err(|_| bad("权重过大", "the weight is too large"))?;
        list.push(Milestone {
            no,
            by,
            weight,
            words,
            reported: None,
            accepted: None,
        });
    }
    if !list.is_empty() && sum != Decimal::from_int(WHOLE) {
        return Err(Error::refused(
            format!("各节点权重之和为{sum}，应为{WHOLE}。"),
            format!("the weights add up to {sum}, they must be {WHOLE}."),
        ));
    }
    Ok(list)
}

/// Milestones with what was handed in and accepted, and the two shares on a day. None if the procedure or the case has none.
pub fn standing(procedure: &Procedure, case: &Case, today: NaiveDate) -> Option<Standing> {
    let progress = procedure.progress.as_ref()?;
    let mut milestones = lines(case.doc.text(&progress.milestones))
        .ok()
        .filter(|l| !l.is_empty())?;
    for step in &case.steps {
        let number = step
            .fields
            .get(&progress.number)
            .and_then(|v| v.as_str())
            .and_then(|n| n.parse::<usize>().ok());
        let Some(m) = number.and_then(|n| milestones.get_mut(n.checked_sub(1)?)) else {
            continue;
        };
        if progress.report.contains(&step.id) {
            m.reported = Some(step.by.clone());
        } else if progress.accept.contains(&step.id) {
            m.accepted = Some(step.day);
        } else if progress.reject.contains(&step.id) {
            (m.reported, m.accepted) = (None, None);
        }
    }
    let sum = |counts: &dyn Fn(&Milestone) -> bool| {
        // The weights were checked to add up to 100, so a part of them cannot overflow.
        milestones
            .iter()
            .filter(|m| counts(m))
            .fold(Decimal::from_int(0), |s, m| s.add(m.weight).unwrap_or(s))
    };
    let (done, planned) = (sum(&|m| m.accepted.is_some()), sum(&|m| m.by < today));
    let next = milestones.iter().filter(|m| m.accepted.is_none()).map(|m| m.by).min();
    Some(Standing {
        milestones,
        done,
        planned,
        next,
    })
}

/// What a move may do to milestones: `before` the case as it stands, `after` with the move's fields laid over it.
pub(super) fn check(
    p: &Procedure,
    g: &Progress,
    step: &Move,
    take: &Take,
    (before, after): (&Case, &Case),
    actor: &str,
    today: NaiveDate,
) -> Result<()> {
    let new = lines(after.doc.text(&g.milestones))?;
    let old = standing(p, before, today).map(|s| s.milestones).unwrap_or_default();
    for m in old.iter().filter(|m| m.accepted.is_some()) {
        let same = new
            .get(m.no - 1)
            .is_some_and(|n| (n.by, n.weight, &n.words) == (m.by, m.weight, &m.words));
        if !same {
            return Err(Error::refused(
                format!("第{}个节点“{}”已验收，不能再改；其余节点可以调整。", m.no, m.words),
                format!(
                    "milestone {} `{}` was accepted and cannot change; the others can.",
                    m.no, m.words
                ),
            ));
        }
    }
    if let (Some(due), Some(last)) = (after.day(&g.due), new.iter().map(|m| m.by).max())
        && last > due
    {
        return Err(Error::refused(
            format!("节点日期{last}晚于完成时限{due}。请改节点或时限。"),
            format!("a milestone on {last} lies after the day {due} by which all must be done. Change one of them."),
        ));
    }
    let about = [&g.report, &g.accept, &g.reject]
        .iter()
        .any(|list| list.contains(&step.id));
    if !about {
        return Ok(());
    }
    let number = take
        .fields
        .get(&g.number)
        .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_string));
    let found = number
        .as_ref()
        .and_then(|n| n.trim().parse::<usize>().ok())
        .and_then(|n| old.get(n.checked_sub(1)?));
    let Some(m) = found else {
        return Err(Error::refused(
            format!(
                "没有第“{}”个节点：本任务共{}个节点，请填写其序号。",
                number.unwrap_or_default(),
                old.len()
            ),
            format!(
                "there is no milestone `{}`: the case has {}, give the number of one.",
                take.fields.get(&g.number).map_or_else(String::new, ToString::to_string),
                old.len()
            ),
        ));
    };
    let refuse = |zh: &str, en: &str| {
        Err(Error::refused(
            format!("第{}个节点“{}”{zh}", m.no, m.words),
            format!("milestone {} `{}` {en}", m.no, m.words),
        ))
    };
    if g.report.contains(&step.id) {
        if m.accepted.is_some() {
            return refuse("已验收，不必再报。", "was accepted already.");
        }
        if take.files.values().all(Vec::is_empty) {
            return refuse("须附佐证材料。", "needs a file as evidence.");
        }
        return Ok(());
    }
    match &m.reported {
        None => refuse(
            "还没有佐证材料，不能验收或退回。",
            "has no evidence yet: nothing to accept or send back.",
        ),
        Some(who) if who == actor => refuse(
            "的材料是您本人所报，须由他人验收。",
            "was reported by yourself: another person must judge it.",
        ),
        Some(_) if g.accept.contains(&step.id) && m.accepted.is_some() => refuse("已验收。", "was accepted already."),
        Some(_) => Ok(()),
    }
}
