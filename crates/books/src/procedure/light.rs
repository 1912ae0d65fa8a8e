//! The light of a case: from evidence and schedule where it has milestones, else from its terms. Never typed.

use super::case::Case;
use super::progress::standing;
use super::term::{call, terms};
use crate::pack::Procedure;
use chrono::NaiveDate;
use figure::{Explanation, Text};
use law::Law;
use serde::Serialize;
use standards::Args;

/// A light, always with its word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Light {
    /// `green`, `yellow`, `red`; `done` for a finished case; none if it cannot be said.
    pub colour: Option<String>,
    /// The word beside it.
    pub word: Text,
    /// Why.
    pub explanation: Explanation,
}

fn word(colour: &str) -> Text {
    match colour {
        "red" => Text::new("红（滞后较多或逾期）", "red (far behind or overdue)"),
        "yellow" => Text::new("黄（滞后或临期）", "yellow (behind or due soon)"),
        "green" => Text::new("绿（达序时进度）", "green (on schedule)"),
        _ => Text::new("完成", "done"),
    }
}

/// The light of a case on a day.
pub fn light(procedure: &Procedure, case: &Case, law: &Law, today: NaiveDate) -> Light {
    let title = Explanation::new("进度灯号", "Light of the case");
    if case.ended(procedure) {
        let state = procedure
            .state(case.state())
            .map(|s| s.title.text())
            .unwrap_or_default();
        return Light {
            colour: Some("done".into()),
            explanation: title.value("done").note(state.zh.clone(), state.en.clone()),
            word: state,
        };
    }
    let mut light = match &procedure.progress {
        Some(progress) => by_evidence(procedure, case, law, today, &progress.due, title),
        None => by_terms(procedure, case, law, today, title),
    };
    light.explanation.simulated |= case.simulated();
    light
}

fn none(title: Explanation, zh: impl Into<String>, en: impl Into<String>) -> Light {
    let words = Text::new(zh, en);
    Light {
        colour: None,
        word: Text::new("无灯", "no light"),
        explanation: title.note(words.zh, words.en),
    }
}

fn by_evidence(p: &Procedure, case: &Case, law: &Law, today: NaiveDate, due: &str, title: Explanation) -> Light {
    let Some(s) = standing(p, case, today) else {
        return none(
            title,
            "未启动：还没有填报节点，无从判断",
            "not begun: no milestones yet, nothing to judge by",
        );
    };
    let Some(by) = case.day(due) else {
        return none(
            title,
            "没有完成时限，无从判断",
            "no day by which it must be done, nothing to judge by",
        );
    };
    let args = Args::from_iter([
        ("done", s.done.to_string()),
        ("planned", s.planned.to_string()),
        ("due", by.to_string()),
        ("today", today.to_string()),
    ]);
    match call(law, today, &case.six(), "deadline.task", &args) {
        Ok(outcome) => {
            let colour = outcome.value.to_string();
            let mut e = title.value(&colour).input(outcome.explanation);
            for m in &s.milestones {
                let mut node = Explanation::new(
                    format!("节点{} {}", m.no, m.words),
                    format!("milestone {} {}", m.no, m.words),
                )
                .value(m.weight)
                .unit("%");
                node = match m.accepted {
                    Some(day) => node.note(format!("{day}验收"), format!("accepted on {day}")),
                    None => node.note(
                        format!("应于{}完成，未验收", m.by),
                        format!("due on {}, not accepted", m.by),
                    ),
                };
                e = e.input(node);
            }
            Light {
                word: word(&colour),
                colour: Some(colour),
                explanation: e,
            }
        }
        Err(e) => none(title, format!("算不出：{e}"), format!("cannot be said: {e}")),
    }
}

/// The worst of the terms that run.
fn by_terms(p: &Procedure, case: &Case, law: &Law, today: NaiveDate, title: Explanation) -> Light {
    let rank = |colour: &str| match colour {
        "red" => 3,
        "yellow" => 2,
        _ => 1,
    };
    let open: Vec<_> = terms(p, case, law, today).into_iter().filter(|t| t.open()).collect();
    let worst = open
        .iter()
        .filter_map(|t| Some((t, t.light.as_deref()?)))
        .max_by_key(|(_, l)| rank(l));
    match worst {
        None => none(title, "没有正在计算的期限", "no term is running"),
        Some((t, colour)) => {
            let by = t.by.map(|d| d.to_string()).unwrap_or_default();
            let node = Explanation::new(&t.title.zh, &t.title.en)
                .value(by)
                .note(t.basis.clone(), t.basis.clone());
            Light {
                colour: Some(colour.into()),
                word: word(colour),
                explanation: title.value(colour).input(node),
            }
        }
    }
}
