//! Emission at the boundary: limits, background correction, judgement, night maxima
//! (GB 12348, GB 22337, GB 12523).

use super::area::{PERIOD, period};
use super::level::one;
use crate::cell::{at, decimal, optional, rounding};
use crate::node::{Noted, given, nothing, taken};
use crate::unit::label;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};
use law::Provision;

pub(super) const SOURCE: Arg = Arg::text(
    "source",
    (
        "声源：industry工业、social社会生活、construction施工",
        "source: industry, social or construction",
    ),
);
pub(super) const CLASS: Arg = Arg::text(
    "class",
    (
        "厂界外功能区类别：0 1 2 3 4；施工不填",
        "functional area outside: 0 1 2 3 4; not for construction",
    ),
)
.optional();
const MEASURED: Arg = Arg::number("measured", "dB(A)", ("测量值（等效声级）", "measured equivalent level"));
const BACKGROUND: Arg = Arg::number("background", "dB(A)", ("背景噪声（等效声级）", "background level"));
const KEYS: &[&str] = &[
    "noise.source",
    "noise.period",
    "noise.range",
    "noise.limit.industry",
    "noise.limit.industry.night_max",
    "noise.limit.industry.indoor",
    "noise.limit.industry.background",
    "noise.limit.industry.rounding",
    "noise.limit.social",
    "noise.limit.social.night_max",
    "noise.limit.social.indoor",
    "noise.limit.social.background",
    "noise.limit.social.rounding",
    "noise.limit.construction",
    "noise.limit.construction.night_max",
    "noise.limit.construction.indoor",
    "noise.limit.construction.background",
    "noise.limit.construction.rounding",
];

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noise.emission_limit",
        title: ("噪声排放限值", "Emission limit of noise"),
        args: &[SOURCE, CLASS, PERIOD],
        results: &[Column::text("standard")],
        keys: KEYS,
        eval: limit,
    },
    Function {
        name: "noise.background",
        title: ("背景噪声修正", "Correction for background noise"),
        args: &[SOURCE, MEASURED, BACKGROUND],
        results: &[
            Column::number("delta"),
            Column::number("delta_int"),
            Column::number("correction"),
            Column::number("corrected"),
            Column::text("status"),
        ],
        keys: KEYS,
        eval: background,
    },
    Function {
        name: "noise.emission",
        title: ("噪声排放达标判定", "Whether an emission of noise meets its limit"),
        args: &[
            SOURCE,
            CLASS,
            PERIOD,
            MEASURED,
            BACKGROUND.optional(),
            Arg::number("lmax", "dB(A)", ("夜间最大声级（读数）", "maximum at night as read")).optional(),
            Arg::text(
                "kind",
                (
                    "最大声级的类型：frequent频发、occasional偶发",
                    "what the maximum is: frequent or occasional",
                ),
            )
            .optional(),
            Arg::text(
                "indoor",
                (
                    "是否在室内测量（按限值减10）：yes或no",
                    "measured indoors (limit less 10): yes or no",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("limit"),
            Column::number("result"),
            Column::text("status"),
            Column::number("max_limit"),
            Column::text("max_ok"),
        ],
        keys: KEYS,
        eval: judge,
    },
];

/// The key the provisions of a source stand under.
pub(super) fn key<'a>(c: &Context<'a>, args: &Args) -> Result<&'a str, EvalError> {
    let p = at(c, "noise.source")?;
    let r = named(p, "source", args.text("source")?, &["source", "source_zh"])?;
    Ok(p.table.text(r, "law_key"))
}

/// The row of a class; a table of one row needs none.
pub(super) fn class(p: &Provision, args: &Args) -> Result<usize, EvalError> {
    match args.get("class") {
        None if p.table.rows.len() == 1 => Ok(0),
        None => Err(EvalError::Missing("class".to_string())),
        Some(word) => named(p, "class", word, &["class", "class_zh"]),
    }
}

fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let key = key(c, args)?;
    let (p, period) = (at(c, key)?, period(c, args)?);
    let r = class(p, args)?;
    let value = decimal(p, r, period)?;
    let e = Explanation::new("噪声排放限值", "Emission limit")
        .value(value)
        .unit(label(p.unit(r, period)))
        .clause(p.clause_ref_row(r));
    Ok(Outcome {
        value: value.into(),
        columns: vec![("standard", p.standard.number.as_str().into())],
        explanation: e.noted(p).noted_unrecorded(c, key),
    })
}

/// What the background takes off a measured level.
struct Corrected {
    delta: Decimal,
    delta_int: Decimal,
    /// Nothing where the background is too near.
    correction: Option<Decimal>,
    status: &'static str,
    row: Option<usize>,
}

fn correct(p: &Provision, by: &Provision, measured: Decimal, background: Decimal) -> Result<Corrected, EvalError> {
    let delta = measured.sub(background)?;
    let delta_int = delta.round(&rounding(by, 0)?)?;
    let (mut lowest, mut found) = (None::<Decimal>, None);
    for r in 0..p.table.rows.len() {
        let (from, to) = (decimal(p, r, "from")?, decimal(p, r, "to")?);
        lowest = Some(lowest.map_or(from, |l| l.min(from)));
        if from <= delta_int && delta_int <= to {
            found = Some(r);
        }
    }
    // Below the table the background is too near; above it nothing is taken off.
    let (correction, status) = match found {
        Some(r) => (Some(decimal(p, r, "correction")?), "corrected"),
        None if lowest.is_some_and(|l| delta_int < l) => (None, "repeat"),
        None => (Some(Decimal::ZERO), "unchanged"),
    };
    Ok(Corrected {
        delta,
        delta_int,
        correction,
        status,
        row: found,
    })
}

fn too_near(e: Explanation) -> Explanation {
    e.note(
        "差值过小：先降低背景噪声再测（HJ 706另有规定，未录入）",
        "the difference is too small: lower the background and measure again (HJ 706 has a rule that is not recorded)",
    )
}

fn background(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let key = key(c, args)?;
    let (p, by) = (at(c, &format!("{key}.background"))?, at(c, &format!("{key}.rounding"))?);
    let e = Explanation::new("修正后的声级", "Corrected level")
        .clause(p.clause_ref())
        .clause(by.clause_ref());
    let (Some(measured), Some(behind)) = (one(c, args, "measured")?, one(c, args, "background")?) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺测量值或背景值",
            "the measured or the background level is missing",
        ));
    };
    let k = correct(p, by, measured, behind)?;
    let corrected = k.correction.map(|x| measured.add(x)).transpose()?;
    let value = corrected
        .map(|x| x.round(&rounding(by, 0)?).map_err(EvalError::from))
        .transpose()?;
    let mut columns: Vec<(&'static str, Cell)> = vec![
        ("delta", k.delta.into()),
        ("delta_int", k.delta_int.into()),
        ("correction", k.correction.into()),
        ("corrected", corrected.into()),
    ];
    columns.push(("status", k.status.into()));
    let mut e = e
        .noted(p)
        .input(given(MEASURED.title.0, MEASURED.title.1, measured, MEASURED.unit))
        .input(given(BACKGROUND.title.0, BACKGROUND.title.1, behind, BACKGROUND.unit))
        .formula(format!("ΔL = {measured} − {behind} = {} → {}", k.delta, k.delta_int));
    if let Some(r) = k.row {
        e = e.input(taken(("修正值", "Correction"), p, r, "correction"));
    }
    e = match value {
        Some(v) => e.value(v).unit("dB(A)"),
        None => too_near(e),
    };
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

/// The night maximum: its limit and whether it holds; nothing where the standard has no rule.
fn night_max(
    c: &Context<'_>,
    key: &str,
    kind: Option<&str>,
    limit: Decimal,
) -> Result<Option<(Decimal, Explanation)>, EvalError> {
    let p = at(c, &format!("{key}.night_max"))?;
    if p.table.find(&[("kind", "none")]).is_some() {
        return Ok(None);
    }
    let r = match (p.table.find(&[("kind", "any")]), kind) {
        (Some(r), _) => r,
        (None, Some(word)) => named(p, "kind", word, &["kind", "kind_zh"])?,
        (None, None) => return Err(EvalError::Missing("kind".to_string())),
    };
    let e = taken(
        ("夜间最大声级可超出", "The maximum at night may exceed by"),
        p,
        r,
        "excess",
    );
    Ok(Some((limit.add(decimal(p, r, "excess")?)?, e)))
}

fn judge(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let key = key(c, args)?;
    let (p, period) = (at(c, key)?, period(c, args)?);
    let by = at(c, &format!("{key}.rounding"))?;
    let r = class(p, args)?;
    let mut limit = decimal(p, r, period)?;
    let mut e = Explanation::new("噪声排放达标判定", "Judgement of an emission")
        .clause(by.clause_ref())
        .input(taken(("限值", "Limit"), p, r, period));
    if args.flag("indoor")? {
        let inside = at(c, &format!("{key}.indoor"))?;
        limit = limit.sub(decimal(inside, 0, "reduce")?)?;
        e = e.input(taken(("室内测量减", "Less, indoors"), inside, 0, "reduce"));
    }
    let mut columns: Vec<(&'static str, Cell)> = vec![("limit", limit.into())];
    let Some(measured) = one(c, args, "measured")? else {
        return Ok(nothing(
            e,
            columns,
            "没有测量值，不作判定",
            "there is no measured level: nothing is judged",
        ));
    };
    e = e.input(given(MEASURED.title.0, MEASURED.title.1, measured, MEASURED.unit));
    let (mut corrected, mut status) = (Some(measured), "not corrected");
    if let Some(behind) = one(c, args, "background")? {
        let table = at(c, &format!("{key}.background"))?;
        let k = correct(table, by, measured, behind)?;
        corrected = k.correction.map(|x| measured.add(x)).transpose()?;
        status = k.status;
        e = e.clause(table.clause_ref()).note(
            format!("ΔL = {} → {}", k.delta, k.delta_int),
            format!("ΔL = {} → {}", k.delta, k.delta_int),
        );
    }
    let result = corrected
        .map(|x| x.round(&rounding(by, 0)?).map_err(EvalError::from))
        .transpose()?;
    let mut met = result.map(|x| x <= limit);
    // The background only adds: what keeps the limit with it keeps the limit without it.
    if met.is_none() && measured.round(&rounding(by, 0)?)? <= limit {
        met = Some(true);
        e = e.note(
            "测量值（含背景噪声）不高于限值，声源本身也不会高于限值：达标",
            "the measured level, background and all, is within the limit, so the source alone is too: it holds",
        );
    }
    columns.push(("result", result.into()));
    columns.push(("status", status.into()));
    e = match (result, corrected) {
        (Some(v), Some(x)) => e.formula(format!("{x} → {v} {} {limit}", if v <= limit { "≤" } else { ">" })),
        _ => too_near(e),
    };
    if let Some(lmax) = one(c, args, "lmax")? {
        if period != "night" {
            return Err(EvalError::argument(
                "lmax",
                "maxima are judged at night only / 最大声级只在夜间评价",
            ));
        }
        match night_max(c, key, args.get("kind"), limit)? {
            None => {
                e = e.note(
                    "该标准对边界处的最大声级没有规定",
                    "this standard has no rule for the maximum at the boundary",
                )
            }
            Some((most, from)) => {
                let ok = lmax <= most;
                e = e.input(given("夜间最大声级", "Maximum at night", lmax, "dB(A)"));
                e = e.input(from).note(
                    format!("最大声级{lmax}，限{most}"),
                    format!("maximum {lmax} against {most}"),
                );
                columns.push(("max_limit", most.into()));
                columns.push(("max_ok", ok.into()));
                // A maximum above its limit exceeds whatever the background is.
                met = if ok { met } else { Some(false) };
            }
        }
    }
    e = e.noted(p).noted_unrecorded(c, key);
    if let Some(m) = met {
        e = e.value(if m { "yes" } else { "no" });
    }
    Ok(Outcome {
        value: met.into(),
        columns,
        explanation: e,
    })
}

/// The excess in the one row of a provision, with its input; nothing if the provision says there is none.
pub(super) fn excess(p: &Provision) -> Result<Option<(Decimal, Explanation)>, EvalError> {
    Ok(optional(p, 0, "excess")?.map(|x| {
        (
            x,
            taken(("最大声级可超出", "The maximum may exceed by"), p, 0, "excess"),
        )
    }))
}
