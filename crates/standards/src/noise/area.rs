//! Functional areas: limits and whether they are met (GB 3096).

use super::level::one;
use crate::cell::{at, decimal, rounding_of};
use crate::node::{Noted, given, nothing, taken};
use crate::unit::label;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

const CLASS: Arg = Arg::text(
    "class",
    ("声环境功能区类别：0 1 2 3 4a 4b", "functional area: 0 1 2 3 4a 4b"),
);
pub(super) const PERIOD: Arg = Arg::text("period", ("时段：day昼间、night夜间", "period: day or night"));

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noise.area_limit",
        title: ("声环境功能区限值", "Limit of a functional area"),
        args: &[CLASS, PERIOD],
        results: &[Column::text("standard"), Column::number("night_max")],
        keys: &["noise.area.limit", "noise.area.night_max", "noise.period"],
        eval: limit,
    },
    Function {
        name: "noise.area_attainment",
        title: ("声环境功能区达标评价", "Whether a functional area meets its limit"),
        args: &[
            CLASS,
            PERIOD,
            Arg::number(
                "level",
                "dB(A)",
                (
                    "等效声级（昼间Ld或夜间Ln）",
                    "equivalent level (Ld by day, Ln by night)",
                ),
            ),
            Arg::number(
                "lmax",
                "dB(A)",
                ("夜间突发噪声最大声级", "maximum of a sudden noise at night"),
            )
            .optional(),
        ],
        results: &[
            Column::number("limit"),
            Column::number("judged"),
            Column::number("over"),
            Column::number("max_limit"),
            Column::text("max_ok"),
        ],
        keys: &[
            "noise.area.limit",
            "noise.area.night_max",
            "noise.decimals",
            "noise.period",
            "noise.range",
        ],
        eval: attainment,
    },
];

/// The period named in the argument: `day` or `night`.
pub(super) fn period<'a>(c: &Context<'a>, args: &Args) -> Result<&'a str, EvalError> {
    let p = at(c, "noise.period")?;
    let r = named(p, "period", args.text("period")?, &["period", "period_zh"])?;
    Ok(p.table.text(r, "period"))
}

fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, period) = (at(c, "noise.area.limit")?, period(c, args)?);
    let r = named(p, "class", args.text("class")?, &["class", "class_zh"])?;
    let value = decimal(p, r, period)?;
    let mut e = Explanation::new("声环境功能区限值", "Limit of a functional area")
        .value(value)
        .unit(label(p.unit(r, period)))
        .clause(p.clause_ref_row(r))
        .note(p.table.text(r, "use_zh"), p.table.text(r, "use_en"));
    let mut night_max = None;
    if period == "night" {
        let sudden = at(c, "noise.area.night_max")?;
        night_max = Some(value.add(decimal(sudden, 0, "excess")?)?);
        e = e.input(taken(
            ("夜间突发噪声可超出", "A sudden noise at night may exceed by"),
            sudden,
            0,
            "excess",
        ));
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("standard", p.standard.number.as_str().into()),
            ("night_max", night_max.into()),
        ],
        explanation: e.noted_unrecorded(c, "noise.area.limit"),
    })
}

fn attainment(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, decimals, period) = (at(c, "noise.area.limit")?, at(c, "noise.decimals")?, period(c, args)?);
    let r = named(p, "class", args.text("class")?, &["class", "class_zh"])?;
    let limit = decimal(p, r, period)?;
    let (level, lmax) = (one(c, args, "level")?, one(c, args, "lmax")?);
    let e = Explanation::new("功能区达标评价", "Attainment of a functional area")
        .clause(decimals.clause_ref())
        .input(taken(("限值", "Limit"), p, r, period));
    let Some(level) = level else {
        let columns = vec![("limit", limit.into())];
        return Ok(nothing(
            e,
            columns,
            "没有声级，不作评价",
            "there is no level: nothing is judged",
        ));
    };
    let judged = level.round(&rounding_of(decimals, "level")?)?;
    let mut met = judged <= limit;
    let over = (!met).then(|| judged.sub(limit)).transpose()?;
    let e = e.input(given("等效声级", "Equivalent level", level, "dB(A)"));
    let mut e = e.formula(format!("{level} → {judged} {} {limit}", if met { "≤" } else { ">" }));
    let (mut max_limit, mut max_ok) = (None::<Decimal>, None::<bool>);
    if let Some(lmax) = lmax {
        if period != "night" {
            return Err(EvalError::argument(
                "lmax",
                "sudden noise is judged at night only (5.4) / 突发噪声只在夜间评价",
            ));
        }
        let sudden = at(c, "noise.area.night_max")?;
        let most = limit.add(decimal(sudden, 0, "excess")?)?;
        let ok = lmax <= most;
        e = e
            .input(taken(
                ("夜间突发噪声可超出", "A sudden noise at night may exceed by"),
                sudden,
                0,
                "excess",
            ))
            .note(
                format!("最大声级{lmax}，限{most}：{}", if ok { "符合" } else { "超标" }),
                format!("maximum {lmax} against {most}: {}", if ok { "met" } else { "exceeded" }),
            );
        (max_limit, max_ok) = (Some(most), Some(ok));
        met &= ok;
    }
    e = e
        .noted(decimals)
        .noted_unrecorded(c, "noise.area.limit")
        .value(if met { "yes" } else { "no" });
    Ok(Outcome {
        value: met.into(),
        columns: vec![
            ("limit", limit.into()),
            ("judged", judged.into()),
            ("over", over.into()),
            ("max_limit", max_limit.into()),
            ("max_ok", max_ok.into()),
        ],
        explanation: e,
    })
}
