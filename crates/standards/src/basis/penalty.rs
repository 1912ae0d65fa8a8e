//! What a penalty comes to: discretion, consecutive days, surcharge.

use super::act::{BASE, Basis, CASE, VIOLATION};
use crate::cell::{at, decimal, rounding};
use crate::deadline::date;
use crate::list::parts;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

const FINE: Arg = Arg::number("fine", "yuan", ("罚款数额", "the fine"));

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "basis.penalty",
        title: ("行政处罚裁量", "Fine by discretion factors"),
        args: &[
            Arg {
                required: false,
                ..VIOLATION
            },
            CASE,
            BASE,
            Arg::number(
                "min",
                "yuan",
                ("法定最低罚款，代替违法行为", "lowest fine, in place of a violation"),
            )
            .optional(),
            Arg::number(
                "max",
                "yuan",
                ("法定最高罚款，代替违法行为", "highest fine, in place of a violation"),
            )
            .optional(),
            Arg::text(
                "factors",
                (
                    "各裁量因素的百分比，空格分隔",
                    "percentages of the factors, parted by spaces",
                ),
            ),
            Arg::number(
                "start",
                "%",
                (
                    "起点百分比（起点加和式需要）",
                    "starting percentage (needed by the sum form)",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("rate"),
            Column::number("fine_min"),
            Column::number("fine_max"),
            Column::text("form"),
            Column::text("bounded"),
        ],
        keys: &["basis.discretion"],
        eval: penalty,
    },
    Function {
        name: "basis.daily",
        title: ("按日连续处罚", "Consecutive daily penalty"),
        args: &[
            FINE,
            Arg::text(
                "served",
                (
                    "责令改正决定送达日，YYYY-MM-DD",
                    "day the order to correct was served, YYYY-MM-DD",
                ),
            ),
            Arg::text(
                "found",
                (
                    "复查发现继续违法的日期，空格分隔",
                    "days of re-inspection that found it continuing, parted by spaces",
                ),
            ),
        ],
        results: &[Column::number("days"), Column::text("from"), Column::text("to")],
        keys: &["basis.daily"],
        eval: daily,
    },
    Function {
        name: "basis.surcharge",
        title: ("逾期加处罚款", "Surcharge for late payment"),
        args: &[FINE, Arg::number("days", "d", ("逾期天数", "days late"))],
        results: &[Column::text("capped")],
        keys: &["basis.surcharge"],
        eval: surcharge,
    },
];

fn hundred() -> Ratio {
    Ratio::from(100)
}

fn penalty(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "basis.discretion")?;
    let (given_min, given_max) = (args.amount_or_none("min")?, args.amount_or_none("max")?);
    let mut e = Explanation::new("裁量后的罚款", "Fine by discretion")
        .unit("元")
        .clause(p.clause_ref());
    let (low, high): (Ratio, Ratio) = match (args.get("violation"), given_min, given_max) {
        (Some(violation), None, None) => {
            let basis = Basis::find(c, violation, c.date, args.get("case"))?;
            e = e.input(basis.explained("法定幅度", "Statutory range"));
            let range = basis.range(args.amount_or_none("base")?)?;
            range.ok_or_else(|| EvalError::Missing("base".to_string()))?
        }
        (None, Some(low), Some(high)) => (low.into(), high.into()),
        (None, None, None) => return Err(EvalError::Missing("violation".to_string())),
        (None, ..) => return Err(EvalError::argument("min", "give both `min` and `max`")),
        (Some(_), ..) => {
            return Err(EvalError::argument(
                "violation",
                "give either `violation` or `min` and `max`",
            ));
        }
    };
    if high.num() <= 0 || high.sub(low)?.num() < 0 {
        return Err(EvalError::argument("max", "must be above 0 and not below `min`"));
    }
    let mut sum = Ratio::from(0);
    for (i, factor) in args.list("factors")?.into_iter().enumerate() {
        let name = format!("factors[{}]", i + 1);
        let factor = factor.ok_or_else(|| EvalError::argument(&name, "a percentage is missing"))?;
        if factor.is_negative() {
            return Err(EvalError::argument(&name, format!("{factor} is negative")));
        }
        sum = sum.add(factor.into())?;
    }
    let form = p.table.text(0, "form");
    let y = low.div(high)?.mul(hundred())?;
    let rate = match form {
        // [Y + P (1 - Y)], the whole in percent
        "start value" => y.add(at_most(sum, hundred())?.div(hundred())?.mul(hundred().sub(y)?)?)?,
        "sum" => {
            let start = args.amount("start")?;
            sum.add(start.into())?
        }
        other => return Err(EvalError::law(p, format!("unknown form `{other}`"))),
    };
    let rate = at_most(rate, hundred())?;
    let exact = rate.div(hundred())?.mul(high)?;
    let below = exact.sub(low)?.num() < 0;
    let fine = if below { low } else { exact }.round(&rounding(p, 0)?)?;
    if below {
        e = e.note(
            "低于法定最低罚款，按最低罚款；减轻须另行认定",
            "below the statutory minimum: the minimum holds; a reduction needs its own finding",
        );
    }
    let text = p.table.text(0, "formula");
    e = e
        .value(fine)
        .formula(format!(
            "{text}: Y = {} %, P = {} % → {} % × {} = {fine}",
            y.shown(4),
            sum.shown(4),
            rate.shown(4),
            high.shown(2)
        ))
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: fine.into(),
        columns: vec![
            ("rate", rate.round(&figure::Rounding::gbt8170(4))?.into()),
            ("fine_min", low.round(&rounding(p, 0)?)?.into()),
            ("fine_max", high.round(&rounding(p, 0)?)?.into()),
            ("form", form.into()),
            ("bounded", below.into()),
        ],
        explanation: e,
    })
}

fn at_most(value: Ratio, cap: Ratio) -> Result<Ratio, EvalError> {
    Ok(if value.sub(cap)?.num() > 0 { cap } else { value })
}

fn daily(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "basis.daily")?;
    let fine = args.amount("fine")?;
    let served = date("served", args.text("served")?)?;
    let mut found = Vec::new();
    for word in parts(args.text("found")?) {
        found.push(date("found", word)?);
    }
    found.sort_unstable();
    let within = decimal(p, 0, "recheck_within")?;
    let mut before = served;
    for &day in &found {
        let gap = Decimal::from_int((day - before).num_days());
        if day <= before || gap > within {
            let reason = format!(
                "{day} must lie 1 to {within} days after {before} ({} {}) / 复查应在{before}后{within}日内",
                p.standard.number, p.clause
            );
            return Err(EvalError::argument("found", reason));
        }
        before = day;
    }
    let days = (before - served).num_days();
    if days == 0 {
        return Err(EvalError::Missing("found".to_string()));
    }
    let total = fine.mul(Decimal::from_int(days))?;
    let from = served.succ_opt().unwrap_or(served);
    let e = Explanation::new("按日连续处罚", "Consecutive daily penalty")
        .value(total)
        .unit("元")
        .formula(format!("{fine} × {days} = {total}; {from}…{before}"))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: total.into(),
        columns: vec![
            ("days", days.into()),
            ("from", from.to_string().into()),
            ("to", before.to_string().into()),
        ],
        explanation: e,
    })
}

fn surcharge(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "basis.surcharge")?;
    let (fine, days) = (args.amount("fine")?, args.amount("days")?);
    let share = |column: &str| -> Result<Ratio, EvalError> { Ok(Ratio::from(decimal(p, 0, column)?).div(hundred())?) };
    let full = Ratio::from(fine).mul(share("per_day")?)?.mul(days.into())?;
    let cap = Ratio::from(fine).mul(share("cap")?)?;
    let capped = full.sub(cap)?.num() > 0;
    let value = at_most(full, cap)?.round(&figure::Rounding::gbt8170(2))?.normalized();
    let e = Explanation::new("加处罚款", "Surcharge")
        .value(value)
        .unit("元")
        .formula(format!(
            "{fine} × {} % × {days} = {} → {value}",
            p.table.text(0, "per_day"),
            full.shown(2)
        ))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("capped", capped.into())],
        explanation: e,
    })
}
