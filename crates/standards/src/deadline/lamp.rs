//! The lamp of a running term, and the colour of a task.

use super::calendar::working_days;
use super::calendar::{Calendar, date};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

const START: Arg = Arg::text("start", ("起算日，YYYY-MM-DD", "the day it started, YYYY-MM-DD"));
const DUE: Arg = Arg::text("due", ("届满日，YYYY-MM-DD", "its last day, YYYY-MM-DD"));
const TODAY: Arg = Arg::text(
    "today",
    (
        "当日，YYYY-MM-DD，默认为判定日期",
        "today, YYYY-MM-DD; the day of judgement unless given",
    ),
)
.optional();

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "deadline.lamp",
        title: ("期限灯号", "Lamp of a running term"),
        args: &[
            START,
            DUE,
            TODAY,
            Arg::text(
                "count",
                (
                    "按working工作日或natural自然日，默认natural",
                    "working or natural (default)",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("left"), Column::number("total")],
        keys: &["deadline.lamp"],
        eval: lamp,
    },
    Function {
        name: "deadline.task",
        title: ("任务进度颜色", "Colour of a task"),
        args: &[
            Arg::number("done", "%", ("完成比例", "share done")),
            Arg::number("planned", "%", ("序时进度", "share that should be done by now")),
            DUE,
            TODAY,
        ],
        results: &[Column::number("behind"), Column::number("left")],
        keys: &["deadline.task"],
        eval: task,
    },
];

fn cell(p: &Provision, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(0, column).map_err(EvalError::table(p))
}

fn today(c: &Context<'_>, args: &Args) -> Result<NaiveDate, EvalError> {
    args.get("today").map_or(Ok(c.date), |t| date("today", t))
}

fn word(colour: &str) -> (&'static str, &'static str) {
    match colour {
        "red" => ("红", "red"),
        "yellow" => ("黄", "yellow"),
        _ => ("绿", "green"),
    }
}

fn shown(colour: &str, zh: &str, en: &str) -> Explanation {
    let (word_zh, word_en) = word(colour);
    Explanation::new(zh, en).value(colour).note(word_zh, word_en)
}

fn lamp(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("deadline.lamp", c.date, c.division)?;
    let (start, due, today) = (
        date("start", args.text("start")?)?,
        date("due", args.text("due")?)?,
        today(c, args)?,
    );
    if due < start || today < start {
        return Err(EvalError::argument(
            "start",
            format!("{start} lies after the last day or after today"),
        ));
    }
    let working = working_days(args)?;
    let length = |from: NaiveDate, to: NaiveDate| -> Result<i64, EvalError> {
        if !working {
            return Ok((to - from).num_days());
        }
        let (mut day, mut n) = (from, 0);
        while day < to {
            day = super::calendar::later(day, 1)?;
            n += i64::from(Calendar(c).works(day)?);
        }
        Ok(n)
    };
    let (total, left) = (
        length(start, due)?,
        if today <= due {
            length(today, due)?
        } else {
            -length(due, today)?
        },
    );
    let share = cell(p, "yellow_left")?;
    // left / total <= share %, without dividing: a term of no days has nothing left.
    let near = Decimal::from_int(left).mul(Decimal::from_int(100))? <= share.mul(Decimal::from_int(total))?;
    let colour = match (today > due, near) {
        (true, _) => "red",
        (false, true) => "yellow",
        (false, false) => "green",
    };
    let e = shown(colour, "期限灯号", "Lamp")
        .formula(format!("{left} / {total} d; <= {share} %"))
        .clause(p.clause_ref());
    Ok(Outcome {
        value: colour.into(),
        columns: vec![("left", left.into()), ("total", total.into())],
        explanation: e,
    })
}

fn task(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("deadline.task", c.date, c.division)?;
    let (done, planned) = (args.required_number("done")?, args.required_number("planned")?);
    let (low, high) = (cell(p, "share_min")?, cell(p, "share_max")?);
    let clause = format!("{} {}", p.standard.number, p.clause);
    for (name, value) in [("done", done), ("planned", planned)] {
        crate::reading::within(name, value, low, high, &clause)?;
    }
    let (due, today) = (date("due", args.text("due")?)?, today(c, args)?);
    let left = (due - today).num_days();
    let behind = planned.sub(done)?;
    let finished = done >= high;
    let (behind_max, near) = (cell(p, "behind_yellow")?, cell(p, "days_yellow")?);
    let colour = if !finished && (left < 0 || behind > behind_max) {
        "red"
    } else if !finished && (behind > Decimal::from_int(0) || Decimal::from_int(left) <= near) {
        "yellow"
    } else {
        "green"
    };
    let e = shown(colour, "任务颜色", "Colour of the task")
        .formula(format!(
            "{planned} % - {done} % = {} %; {left} d",
            Ratio::from(behind).shown(2)
        ))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: colour.into(),
        columns: vec![("behind", behind.into()), ("left", left.into())],
        explanation: e,
    })
}
