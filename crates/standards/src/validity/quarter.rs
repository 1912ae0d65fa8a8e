//! `validity.quarter`, `validity.substitute`: capture rate, and what stands in for invalid time.

use crate::cell::{decimal, optional, rounding, whole};
use crate::emission::select::{all, means, options};
use crate::emission::total::{MEDIUM, medium};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "validity.quarter",
        title: ("季度有效数据捕集率", "Capture rate of a quarter"),
        args: &[
            Arg::number("hours", "h", ("季度小时数", "hours of the quarter")),
            Arg::number("invalid", "h", ("无效小时数", "invalid hours")),
            Arg::number("stopped", "h", ("停运小时数，默认0", "hours stopped, 0 unless given")).optional(),
        ],
        results: &[Column::text("reaches"), Column::number("tier")],
        keys: &["validity.gas.quarter", "validity.gas.substitute"],
        eval: quarter,
    },
    Function {
        name: "validity.substitute",
        title: ("无效时段排放量的替代", "Substitution of amounts in invalid time"),
        args: &[
            MEDIUM,
            Arg::text(
                "kind",
                (
                    "废气：失控（out_of_control）或 维护（maintenance、fault）；废水流量为零写flow_zero",
                    "gas: out_of_control, or maintenance / fault; water: flow_zero if that is why it is invalid",
                ),
            )
            .optional(),
            Arg::number("rate", "%", ("季度捕集率（废气）", "capture rate of the quarter (gas)")).optional(),
            Arg::number("run", "h", ("连续无效小时数（废气）", "run of invalid hours (gas)")).optional(),
            Arg::text(
                "amounts",
                (
                    "此前的有效排放量，由旧到新，空格分隔（废气按小时，废水按日）",
                    "valid amounts before it, old to new, parted by spaces (gas by hour, water by day)",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("take"), Column::number("used"), Column::text("rule")],
        keys: &["validity.gas.substitute", "validity.water.substitute"],
        eval: substitute,
    },
];

fn not_negative(args: &Args, name: &str) -> Result<Option<Decimal>, EvalError> {
    let d = args.number(name)?;
    match d {
        Some(d) if d.is_negative() => Err(EvalError::argument(name, format!("{d} is negative"))),
        other => Ok(other),
    }
}

fn required(args: &Args, name: &str) -> Result<Decimal, EvalError> {
    not_negative(args, name)?.ok_or_else(|| EvalError::Missing(name.to_string()))
}

fn quarter(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("validity.gas.quarter", c.date, c.division)?;
    let tiers = c.law.at("validity.gas.substitute", c.date, c.division)?;
    let (hours, invalid) = (required(args, "hours")?, required(args, "invalid")?);
    let stopped = not_negative(args, "stopped")?.unwrap_or_default();
    let run = hours.sub(stopped)?;
    if run <= Decimal::ZERO {
        return Err(EvalError::argument(
            "stopped",
            "the source did not run: there is no capture rate",
        ));
    }
    if invalid > run {
        return Err(EvalError::argument(
            "invalid",
            format!("{invalid} is more than the {run} h it ran"),
        ));
    }
    let exact = Ratio::from(run.sub(invalid)?).div(run.into())?.mul(Ratio::from(100))?;
    let least = decimal(p, 0, "least")?;
    let reaches = exact.sub(least.into())?.num() >= 0;
    let mut tier = None::<Decimal>;
    for r in all(tiers) {
        let from = decimal(tiers, r, "rate_from")?;
        if exact.sub(from.into())?.num() >= 0 && tier.is_none_or(|t| t < from) {
            tier = Some(from);
        }
    }
    let value = exact.round(&rounding(p, 0)?)?;
    let e = Explanation::new("有效数据捕集率", "Capture rate")
        .value(value)
        .unit("%")
        .formula(format!(
            "({hours} − {invalid} − {stopped})/({hours} − {stopped}) = {value} %"
        ))
        .clause(p.clause_ref())
        .clause(tiers.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("reaches", reaches.into()), ("tier", tier.into())],
        explanation: e,
    })
}

fn substitute(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let water = medium(args.text("medium")?)? == "water";
    let key = if water {
        "validity.water.substitute"
    } else {
        "validity.gas.substitute"
    };
    let p = c.law.at(key, c.date, c.division)?;
    let e = Explanation::new("替代排放量", "Substituted amount")
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    let none = |e: Explanation, rule: &str, zh: &str, en: &str| Outcome {
        value: Cell::Missing,
        columns: vec![("take", Cell::Missing), ("used", Cell::Missing), ("rule", rule.into())],
        explanation: e.note(zh, en),
    };
    let (take, before): (usize, String) = if water {
        if args.get("kind") == Some("flow_zero") {
            return Ok(none(
                e,
                "none",
                "流量为零的无效数据不替代",
                "invalid because flow is zero: not substituted",
            ));
        }
        (whole(p, 0, "take")?, "上次通过核查前".to_string())
    } else {
        let kind = args.text("kind")?;
        let rows: Vec<usize> = all(p)
            .into_iter()
            .filter(|r| p.table.text(*r, "kind") == kind || means(p.table.text(*r, "words"), kind))
            .collect();
        if rows.is_empty() {
            let known = options(p, &all(p), "kind").join("; ");
            return Err(EvalError::argument("kind", format!("`{kind}`: accepted are {known}")));
        }
        let (rate, run) = (required(args, "rate")?, required(args, "run")?);
        if rate > Decimal::from_int(100) {
            return Err(EvalError::argument("rate", format!("{rate} is above 100 %")));
        }
        let mut hit = None;
        for r in rows {
            let fits = rate >= decimal(p, r, "rate_from")?
                && optional(p, r, "rate_below")?.is_none_or(|b| rate < b)
                && optional(p, r, "hours_to")?.is_none_or(|h| run <= h);
            if fits && hit.is_none() {
                hit = Some(r);
            }
        }
        let Some(r) = hit else {
            return Ok(none(
                e,
                "none",
                "捕集率不达标，没有替代规定，不得自行估计",
                "the capture rate is too low: the table has no row, nothing is invented",
            ));
        };
        (whole(p, r, "take")?, p.table.text(r, "before_zh").to_string())
    };
    let rule = format!("{before}{take}");
    if args.get("amounts").is_none() {
        return Ok(Outcome {
            value: Cell::Missing,
            columns: vec![
                ("take", (take as i64).into()),
                ("used", Cell::Missing),
                ("rule", rule.into()),
            ],
            explanation: e.note("没有给出此前的有效排放量", "the valid amounts before were not given"),
        });
    }
    let valid: Vec<Decimal> = args.list("amounts")?.into_iter().flatten().collect();
    if let Some(d) = valid.iter().find(|d| d.is_negative()) {
        return Err(EvalError::argument("amounts", format!("{d} is negative")));
    }
    let last = &valid[valid.len().saturating_sub(take)..];
    let value = last.iter().copied().max();
    let mut e = e.formula(format!("max({rule}: {}) ", last.len()).trim_end().to_string());
    if let Some(v) = value {
        e = e.value(v);
    }
    if last.len() < take {
        e = e.note(
            format!("有效数据只有{}个，不足{take}个，用已有的", last.len()),
            format!(
                "only {} valid amounts, {take} are asked for: what there is was used",
                last.len()
            ),
        );
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("take", (take as i64).into()),
            ("used", (last.len() as i64).into()),
            ("rule", rule.into()),
        ],
        explanation: e,
    })
}
