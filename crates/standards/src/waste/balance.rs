//! Balance of stored waste, rate of use, intensity and reduction.

use crate::node::{Noted, given};
use crate::row::at;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

const T: &str = "t";

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "waste.balance",
        title: ("固体废物贮存平衡", "Balance of stored waste"),
        args: &[
            Arg::number("opening", T, ("期初贮存量", "stock at the start")),
            Arg::number("produced", T, ("产生量", "produced")),
            Arg::number("received", T, ("接收量，默认0", "received, 0 unless given")).optional(),
            Arg::number("own_use", T, ("自行利用量", "own use, 0 unless given")).optional(),
            Arg::number("own_disposal", T, ("自行处置量", "own disposal, 0 unless given")).optional(),
            Arg::number(
                "out_use",
                T,
                (
                    "委外利用量（按接收日期）",
                    "use elsewhere, by day of acceptance, 0 unless given",
                ),
            )
            .optional(),
            Arg::number(
                "out_disposal",
                T,
                (
                    "委外处置量（按接收日期）",
                    "disposal elsewhere, by day of acceptance, 0 unless given",
                ),
            )
            .optional(),
            Arg::number("reported", T, ("申报的期末贮存量", "stock at the end as declared")).optional(),
        ],
        results: &[Column::number("residual"), Column::text("finding")],
        keys: &["waste.balance"],
        eval: balance,
    },
    Function {
        name: "waste.utilisation",
        title: ("综合利用率", "Rate of use"),
        args: &[
            Arg::number("used", T, ("综合利用量", "used in all")),
            Arg::number("produced", T, ("产生量", "produced")),
            Arg::number(
                "old_used",
                T,
                (
                    "其中利用往年贮存量，默认0",
                    "of it from the stock of earlier years, 0 unless given",
                ),
            )
            .optional(),
        ],
        results: &[],
        keys: &["waste.utilisation"],
        eval: utilisation,
    },
    Function {
        name: "waste.intensity",
        title: ("工业固体废物产生强度", "Intensity of industrial waste"),
        args: &[
            Arg::number("produced", T, ("产生量", "produced")),
            Arg::number("added_value", "wyuan", ("工业增加值", "industrial added value")),
        ],
        results: &[Column::text("unit")],
        keys: &["waste.intensity"],
        eval: intensity,
    },
    Function {
        name: "waste.reduction",
        title: ("处置量下降幅度", "Reduction of an amount"),
        args: &[
            Arg::number("before", T, ("基期量", "amount before")),
            Arg::number("now", T, ("本期量", "amount now")),
        ],
        results: &[],
        keys: &["waste.intensity"],
        eval: reduction,
    },
];

fn balance(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "waste.balance")?.only();
    let mut end = args.amount("opening")?;
    let mut node = Explanation::new("期末贮存量", "Stock at the end").input(given("期初", "start", end, T));
    let mut formula = end.to_string();
    let produced = args.amount("produced")?;
    end = end.add(produced)?;
    formula += &format!(" + {produced}");
    node = node.input(given("产生", "produced", produced, T));
    for (name, zh, plus) in [
        ("received", "接收", true),
        ("own_use", "自行利用", false),
        ("own_disposal", "自行处置", false),
        ("out_use", "委外利用", false),
        ("out_disposal", "委外处置", false),
    ] {
        let Some(part) = args.amount_or_none(name)? else {
            continue;
        };
        end = if plus { end.add(part)? } else { end.sub(part)? };
        formula += &format!(" {} {part}", if plus { "+" } else { "−" });
        node = node.input(given(zh, name, part, T));
    }
    let rounding = rule.rounding()?;
    let value = end.round(&rounding)?;
    let mut findings: Vec<&str> = Vec::new();
    if end.is_negative() {
        findings.push("negative");
    }
    let mut residual = None;
    if let Some(reported) = args.amount_or_none("reported")? {
        let off = end.sub(reported)?;
        let share = rule.ratio("share")?.mul(reported.into())?.div(Ratio::from(100))?;
        let allowed = share.max(rule.ratio("mass")?);
        if Ratio::from(off.abs()) > allowed {
            findings.push("residual");
        }
        node = node
            .input(given("申报期末", "declared", reported, T))
            .input(rule.node("share", "允许差（期末量的）", "tolerance, of the end")?)
            .input(rule.node("mass", "允许差（至少）", "tolerance, at least")?);
        residual = Some(off.round(&rounding)?);
    }
    let finding = if findings.is_empty() {
        "none".to_string()
    } else {
        findings.join(" ")
    };
    Ok(Outcome {
        value: value.into(),
        columns: vec![("residual", residual.into()), ("finding", finding.into())],
        explanation: node
            .value(value)
            .unit(T)
            .formula(format!("{formula} = {value}"))
            .clause(rule.clause())
            .noted(rule.p),
    })
}

fn utilisation(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "waste.utilisation")?.only();
    let (used, produced) = (args.amount("used")?, args.amount("produced")?);
    let old = args.amount_or_none("old_used")?.unwrap_or(Decimal::ZERO);
    if old > used {
        return Err(EvalError::argument(
            "old_used",
            format!("{old} of {used} used: a part exceeds the whole"),
        ));
    }
    let base = produced.add(old)?;
    if base.is_zero() {
        return Err(EvalError::argument(
            "produced",
            "nothing was produced or taken from stock: there is no rate",
        ));
    }
    if used > base {
        let reason = format!(
            "{used} exceeds {base}: the part from earlier stock is missing in `old_used` (利用量大于产生量与往年贮存利用量之和)"
        );
        return Err(EvalError::argument("used", reason));
    }
    let exact = Ratio::from(used).mul(Ratio::from(100))?.div(base.into())?;
    let value = exact.round(&rule.rounding()?)?;
    let node = Explanation::new("综合利用率", "Rate of use")
        .value(value)
        .unit("%")
        .formula(format!("{used} / ({produced} + {old}) × 100 = {value}"))
        .clause(rule.clause())
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![],
        explanation: node,
    })
}

fn intensity(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "waste.intensity")?.only();
    let (produced, added) = (args.amount("produced")?, args.amount("added_value")?);
    if added.is_zero() {
        return Err(EvalError::argument("added_value", "is zero: there is no intensity"));
    }
    let value = Ratio::from(produced).div(added.into())?.round(&rule.rounding()?)?;
    let node = Explanation::new("产生强度", "Intensity")
        .value(value)
        .unit("t/万元")
        .formula(format!("{produced} / {added} = {value}"))
        .clause(rule.clause())
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("unit", "t/wyuan".into())],
        explanation: node,
    })
}

fn reduction(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "waste.intensity")?.only();
    let (before, now) = (args.amount("before")?, args.amount("now")?);
    if before.is_zero() {
        return Err(EvalError::argument("before", "is zero: there is no reduction"));
    }
    let exact = Ratio::from(before)
        .sub(now.into())?
        .mul(Ratio::from(100))?
        .div(before.into())?;
    let value = exact.round(&rule.rounding_in("decimals_percent")?)?;
    let node = Explanation::new("下降幅度", "Reduction")
        .value(value)
        .unit("%")
        .formula(format!("({before} − {now}) / {before} × 100 = {value}"))
        .clause(rule.clause());
    Ok(Outcome {
        value: value.into(),
        columns: vec![],
        explanation: node,
    })
}
