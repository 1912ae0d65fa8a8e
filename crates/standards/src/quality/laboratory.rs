//! Laboratory control: duplicates, spike recovery, proficiency scores.

use crate::cell::{at, decimal, optional, rounding_of, row};
use crate::node::{Noted, nothing, taken};
use crate::reading::Reading;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "quality.duplicate",
        title: ("平行样相对偏差", "Relative deviation of duplicates"),
        args: &[
            Arg::number(
                "a",
                "mg/L",
                ("结果1，可填<0.5或0.5L", "first result; <0.5 or 0.5L may be given"),
            ),
            Arg::number("b", "mg/L", ("结果2", "second result")),
            Arg::text(
                "item",
                (
                    "项目：codmn codcr generic通用（默认）",
                    "item: codmn codcr generic (default)",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("mean"), Column::number("limit"), Column::text("within")],
        keys: &["quality.duplicate.rule", "quality.duplicate.limit", "quality.decimals"],
        eval: duplicate,
    },
    Function {
        name: "quality.recovery",
        title: ("加标回收率", "Spike recovery"),
        args: &[
            Arg::number("spiked", "mg/L", ("加标样测得浓度", "found in the spiked sample")),
            Arg::number("sample", "mg/L", ("样品浓度", "found in the sample")),
            Arg::number(
                "added",
                "mg/L",
                ("加标浓度（体积不变）", "concentration added, volume unchanged"),
            )
            .optional(),
            Arg::number("v0", "mL", ("样品体积", "volume of the sample")).optional(),
            Arg::number("v1", "mL", ("加入标液体积", "volume of the standard added")).optional(),
            Arg::number("standard", "mg/L", ("标液浓度", "concentration of the standard")).optional(),
            Arg::text(
                "item",
                (
                    "项目：usual一般（默认） trace_organic pb_gfaas",
                    "item: usual (default) trace_organic pb_gfaas",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("low"), Column::number("high"), Column::text("within")],
        keys: &["quality.recovery.limit", "quality.decimals"],
        eval: recovery,
    },
    Function {
        name: "quality.proficiency",
        title: ("能力验证评价", "Score of a proficiency test"),
        args: &[
            Arg::number("x", "1", ("实验室结果", "result of the laboratory")),
            Arg::number("assigned", "1", ("指定值", "assigned value")),
            Arg::number("sigma", "1", ("能力评定标准差（z值）", "standard deviation, for z")).optional(),
            Arg::number(
                "ux",
                "1",
                (
                    "实验室扩展不确定度（En值）",
                    "expanded uncertainty of the laboratory, for En",
                ),
            )
            .optional(),
            Arg::number(
                "u_assigned",
                "1",
                (
                    "指定值扩展不确定度（En值）",
                    "expanded uncertainty of the assigned value, for En",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("score"), Column::text("result"), Column::text("result_zh")],
        keys: &["quality.proficiency", "quality.decimals"],
        eval: proficiency,
    },
];

/// The value a reading takes part in a mean with: a share of its detection limit where nothing was detected.
fn counted(reading: Reading, below_as: Decimal) -> Option<Result<Decimal, EvalError>> {
    match reading {
        Reading::Value(v) => Some(Ok(v)),
        Reading::Below(Some(limit)) => Some(limit.mul(below_as).map_err(EvalError::from)),
        Reading::Below(None) => None,
    }
}

/// The limit for an item and a concentration; the row it stands in.
fn limit_row(p: &Provision, item: &str, c: Ratio) -> Result<Option<usize>, EvalError> {
    for r in 0..p.table.rows.len() {
        let fits = p.table.text(r, "item") == item
            && c > decimal(p, r, "above")?.into()
            && optional(p, r, "to")?.is_none_or(|to| c <= to.into());
        if fits {
            return Ok(Some(r));
        }
    }
    Ok(None)
}

fn duplicate(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (rule, p) = (at(c, "quality.duplicate.rule")?, at(c, "quality.duplicate.limit")?);
    let by = rounding_of(at(c, "quality.decimals")?, "percent")?;
    let item = p.table.text(
        named(p, "item", args.get("item").unwrap_or("generic"), &["item", "item_zh"])?,
        "item",
    );
    let e = Explanation::new("相对偏差", "Relative deviation")
        .noted(rule)
        .clause(rule.clause_ref());
    let (Some(a), Some(b)) = (args.reading("a")?, args.reading("b")?) else {
        return Ok(nothing(e, Vec::new(), "缺一个结果", "a result is missing"));
    };
    if matches!((a, b), (Reading::Below(_), Reading::Below(_))) {
        return Ok(nothing(
            e,
            Vec::new(),
            "两个结果都低于检出限，不判",
            "both below the detection limit: not judged",
        ));
    }
    let below_as = decimal(rule, 0, "below_as")?;
    let (Some(a), Some(b)) = (counted(a, below_as), counted(b, below_as)) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "未检出而没有检出限，不判",
            "not detected and no detection limit stated: not judged",
        ));
    };
    let (a, b) = (a?, b?);
    let sum = Ratio::from(a).add(b.into())?;
    if sum == Ratio::ZERO {
        return Ok(nothing(
            e,
            Vec::new(),
            "两个结果都是0，没有相对偏差",
            "both are 0: there is no relative deviation",
        ));
    }
    let mean = sum.div(Ratio::from(2))?;
    let exact = Ratio::from(a).sub(b.into())?.abs().div(sum)?.mul(Ratio::from(100))?;
    let value = exact.round(&by)?;
    let mut e = e.value(value).unit("%").formula(format!(
        "|{a} − {b}| ÷ ({a} + {b}) × 100 = {} → {value}",
        exact.shown(4)
    ));
    let mut columns: Vec<(&'static str, Cell)> = vec![("mean", mean.to_decimal().map(Decimal::normalized).into())];
    if let Some(r) = limit_row(p, item, mean)? {
        let limit = decimal(p, r, "rd_max")?;
        columns.push(("limit", limit.into()));
        columns.push(("within", (exact <= limit.into()).into()));
        e = e.input(taken(("允许值", "Largest allowed"), p, r, "rd_max"));
    }
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e.noted(p),
    })
}

fn positive(args: &Args, name: &str) -> Result<Option<Decimal>, EvalError> {
    let v = args.number(name)?;
    if v.is_some_and(|v| v <= Decimal::ZERO) {
        return Err(EvalError::argument(name, "must be above 0 / 须大于0"));
    }
    Ok(v)
}

fn recovery(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "quality.recovery.limit")?;
    let by = rounding_of(at(c, "quality.decimals")?, "percent")?;
    let r = named(p, "item", args.get("item").unwrap_or("usual"), &["item", "item_zh"])?;
    let (low, high) = (decimal(p, r, "low")?, decimal(p, r, "high")?);
    let e = Explanation::new("加标回收率", "Spike recovery")
        .noted(p)
        .input(taken(("下限", "Lower end"), p, r, "low"))
        .input(taken(("上限", "Upper end"), p, r, "high"));
    let columns: Vec<(&'static str, Cell)> = vec![("low", low.into()), ("high", high.into())];
    let (Some(spiked), Some(sample)) = (args.number("spiked")?, args.number("sample")?) else {
        return Ok(nothing(e, columns, "缺测得浓度", "a concentration is missing"));
    };
    let (added, v0, v1, standard) = (
        positive(args, "added")?,
        positive(args, "v0")?,
        positive(args, "v1")?,
        positive(args, "standard")?,
    );
    let exact = match (added, v0, v1, standard) {
        (Some(added), None, None, None) => Ratio::from(spiked).sub(sample.into())?.div(added.into())?,
        (None, Some(v0), Some(v1), Some(standard)) => {
            let after = Ratio::from(spiked).mul(Ratio::from(v0).add(v1.into())?)?;
            let before = Ratio::from(sample).mul(v0.into())?;
            after.sub(before)?.div(Ratio::from(standard).mul(v1.into())?)?
        }
        _ => {
            let reason = "give either `added`, or `v0`, `v1` and `standard` / 填added，或填v0、v1和standard";
            return Err(EvalError::argument("added", reason));
        }
    };
    let exact = exact.mul(Ratio::from(100))?;
    let value = exact.round(&by)?;
    let within = value >= low && value <= high;
    let mut columns = columns;
    columns.push(("within", within.into()));
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e
            .value(value)
            .unit("%")
            .formula(format!("{} → {value}", exact.shown(4))),
    })
}

fn proficiency(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "quality.proficiency")?;
    let by = rounding_of(at(c, "quality.decimals")?, "score")?;
    let e = Explanation::new("能力验证", "Proficiency test").noted(p);
    let (Some(x), Some(assigned)) = (args.number("x")?, args.number("assigned")?) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺结果或指定值",
            "the result or the assigned value is missing",
        ));
    };
    let off = Ratio::from(x).sub(assigned.into())?;
    let (sigma, ux, u_assigned) = (
        positive(args, "sigma")?,
        positive(args, "ux")?,
        positive(args, "u_assigned")?,
    );
    let (score, exact) = match (sigma, ux, u_assigned) {
        (Some(sigma), None, None) => ("z", off.div(sigma.into())?),
        (None, Some(a), Some(b)) => {
            let squares = Ratio::from(a).mul(a.into())?.add(Ratio::from(b).mul(b.into())?)?;
            ("en", off.div(real::sqrt(squares)?.into())?)
        }
        _ => {
            let reason = "give either `sigma`, or `ux` and `u_assigned` / 填sigma，或填ux和u_assigned";
            return Err(EvalError::argument("sigma", reason));
        }
    };
    let r = row(p, &[("score", score)])?;
    let value = exact.round(&by)?;
    let good = exact.abs() <= decimal(p, r, "satisfactory_to")?.into();
    let bad = optional(p, r, "unsatisfactory_from")?.is_none_or(|b| exact.abs() >= b.into());
    let (word, zh) = match (good, bad) {
        (true, _) => ("satisfactory", "满意"),
        (false, true) => ("unsatisfactory", "不满意"),
        (false, false) => ("questionable", "可疑"),
    };
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("score", score.into()),
            ("result", word.into()),
            ("result_zh", zh.into()),
        ],
        explanation: e
            .value(value)
            .formula(format!("{} → {value}", exact.shown(6)))
            .input(taken(("满意", "Satisfactory up to"), p, r, "satisfactory_to")),
    })
}
