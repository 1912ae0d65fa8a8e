//! Credit: grades of enterprises by weighted scores, points of technical units by dated events.

use crate::cell::{at, decimal, whole};
use crate::deadline::date;
use crate::list::parts;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::{Months, NaiveDate};
use figure::{Decimal, Explanation};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "basis.credit_grade",
        title: ("企业环境信用等级", "Credit grade of an enterprise"),
        args: &[
            Arg::text(
                "scores",
                (
                    "各项得分0至100，空格分隔",
                    "score of each item, 0 to 100, parted by spaces",
                ),
            ),
            Arg::text(
                "weights",
                (
                    "各项权重%，合计100，空格分隔",
                    "weight of each item in percent, 100 in all",
                ),
            ),
            Arg::text(
                "veto",
                (
                    "有无一票否决情形：yes no，默认no",
                    "whether a veto applies: yes or no (default)",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("total"), Column::text("card"), Column::text("vetoed")],
        keys: &["credit.enterprise.grades", "credit.enterprise.scale"],
        eval: grade,
    },
    Function {
        name: "basis.credit_points",
        title: ("环评单位和人员失信记分", "Points of assessment units and authors"),
        args: &[
            Arg::text(
                "events",
                (
                    "记分：日期=分值，如 2024-01-10=5 2024-03-02=5",
                    "points as date=points: 2024-01-10=5 2024-03-02=5",
                ),
            ),
            Arg::text(
                "opened",
                (
                    "诚信档案建立日，YYYY-MM-DD",
                    "day the integrity file was opened, YYYY-MM-DD",
                ),
            ),
        ],
        results: &[
            Column::number("points"),
            Column::text("period_from"),
            Column::text("warned"),
            Column::text("restricted"),
            Column::text("until"),
        ],
        keys: &["credit.eia.points"],
        eval: points,
    },
];

fn grade(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (grades, scale) = (at(c, "credit.enterprise.grades")?, at(c, "credit.enterprise.scale")?);
    let clause = format!("{} {}", scale.standard.number, scale.clause);
    let (low, high, full) = (
        decimal(scale, 0, "score_min")?,
        decimal(scale, 0, "score_max")?,
        decimal(scale, 0, "weights")?,
    );
    let (scores, weights) = (args.list("scores")?, args.list("weights")?);
    if scores.len() != weights.len() {
        let reason = format!("{} weights for {} scores", weights.len(), scores.len());
        return Err(EvalError::argument("weights", reason));
    }
    let hundred = Decimal::new(1, 2)?;
    let (mut total, mut sum, mut terms) = (Decimal::from_int(0), Decimal::from_int(0), Vec::new());
    for (i, pair) in scores.iter().zip(&weights).enumerate() {
        let (Some(score), Some(weight)) = pair else {
            return Err(EvalError::argument(
                "scores",
                format!("item {} has no score or no weight", i + 1),
            ));
        };
        crate::reading::within(&format!("scores[{}]", i + 1), *score, low, high, &clause)?;
        crate::reading::within(
            &format!("weights[{}]", i + 1),
            *weight,
            Decimal::from_int(0),
            full,
            &clause,
        )?;
        let part = score.mul(*weight)?.mul(hundred)?;
        terms.push(format!("{score} × {weight} %"));
        total = total.add(part)?;
        sum = sum.add(*weight)?;
    }
    if sum != full {
        let reason = format!("the weights sum to {sum}, not {full} ({clause}) / 权重合计应为{full}");
        return Err(EvalError::argument("weights", reason));
    }
    let vetoed = args.flag("veto")?;
    // Rows go from the best grade down; a veto takes the last.
    let rows = grades.table.rows.len();
    let mut row = rows.saturating_sub(1);
    if !vetoed {
        for r in (0..rows).rev() {
            if total >= decimal(grades, r, "at_least")? {
                row = r;
            }
        }
    }
    let (name, card) = (grades.table.text(row, "grade"), grades.table.text(row, "card_zh"));
    let total = total.normalized();
    let mut e = Explanation::new("信用等级", "Credit grade")
        .value(name)
        .formula(format!("{} = {total}", terms.join(" + ")))
        .clause(grades.clause_ref_row(row))
        .clause(scale.clause_ref())
        .note(&grades.note.zh, &grades.note.en);
    if vetoed {
        e = e.note(
            "有一票否决情形，直接评为最低等级",
            "a veto applies: the lowest grade whatever the total",
        );
    }
    if let Some(m) = c.law.unrecorded("credit.enterprise.vetoes", c.date, c.division) {
        e = e.note(
            format!("{}：{}", m.title.zh, m.why.zh),
            format!("{}: {}", m.title.en, m.why.en),
        );
    }
    Ok(Outcome {
        value: name.into(),
        columns: vec![
            ("total", total.into()),
            ("card", card.into()),
            ("vetoed", vetoed.into()),
        ],
        explanation: e,
    })
}

fn points(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "credit.eia.points")?;
    let (warning, limit) = (decimal(p, 0, "warning")?, decimal(p, 0, "restriction")?);
    let months = |column: &str| -> Result<Months, EvalError> { Ok(Months::new(whole(p, 0, column)?)) };
    let (period, list) = (months("period")?, months("list")?);
    let opened = date("opened", args.text("opened")?)?;
    let mut events: Vec<(NaiveDate, Decimal)> = Vec::new();
    for word in parts(args.text("events")?) {
        let (day, n) = word.split_once('=').ok_or_else(|| {
            EvalError::argument("events", format!("`{word}`: write date=points such as 2024-01-10=5"))
        })?;
        let n = Decimal::parse(n).map_err(|e| EvalError::argument("events", format!("`{word}`: {e}")))?;
        let day = date("events", day)?;
        if n.is_negative() || day < opened {
            return Err(EvalError::argument(
                "events",
                format!("`{word}`: below zero, or before the file was opened"),
            ));
        }
        events.push((day, n));
    }
    events.sort_by_key(|(day, _)| *day);
    let beyond = || EvalError::argument("opened", "lies at the end of the calendar");
    let (mut start, mut total, mut warned_now) = (opened, Decimal::from_int(0), false);
    let (mut warned, mut restricted, mut until) = (Vec::new(), Vec::new(), None);
    let mut steps = Vec::new();
    for (day, n) in events {
        loop {
            let next = start.checked_add_months(period).ok_or_else(beyond)?;
            if next <= start || day < next {
                break;
            }
            (start, total, warned_now) = (next, Decimal::from_int(0), false);
        }
        total = total.add(n)?;
        steps.push(format!("{day}: +{n} = {total}"));
        if total >= limit {
            restricted.push(day.to_string());
            until = Some(day.checked_add_months(list).ok_or_else(beyond)?);
            // The period starts anew on the day of the list.
            (start, total, warned_now) = (day, Decimal::from_int(0), false);
        } else if total >= warning && !warned_now {
            warned.push(day.to_string());
            warned_now = true;
        }
    }
    let value = match (restricted.is_empty(), warned.is_empty()) {
        (false, _) => "restricted",
        (true, false) => "warned",
        (true, true) => "clear",
    };
    let e = Explanation::new("失信记分", "Points")
        .value(value)
        .formula(format!("{}; >= {warning}; >= {limit}", steps.join("; ")))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("points", total.into()),
            ("period_from", start.to_string().into()),
            ("warned", warned.join(" ").into()),
            ("restricted", restricted.join(" ").into()),
            ("until", until.map(|d| d.to_string()).into()),
        ],
        explanation: e,
    })
}
