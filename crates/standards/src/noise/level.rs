//! Levels: the energy mean and sum, percentile levels, deviation.

use crate::cell::{at, decimal, rounding_of};
use crate::node::{Noted, nothing};
use crate::reading::within;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};

const LEVELS: Arg = Arg::text(
    "levels",
    (
        "声级dB(A)，空格分隔，缺测写-",
        "levels in dB(A) parted by spaces, - for a missing one",
    ),
);

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noise.leq",
        title: ("等效声级", "Equivalent level"),
        args: &[
            LEVELS,
            Arg::text(
                "durations",
                (
                    "各声级持续的时间（同一单位），空格分隔；等时间隔时不填",
                    "how long each level lasted, in one unit, parted by spaces; leave out for equal samples",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("n"),
            Column::number("missing"),
            Column::number("lmax"),
            Column::number("lmin"),
        ],
        keys: &["noise.range", "noise.decimals"],
        eval: leq,
    },
    Function {
        name: "noise.sum",
        title: ("声级叠加", "Sum of levels"),
        args: &[LEVELS],
        results: &[Column::number("n")],
        keys: &["noise.range", "noise.decimals"],
        eval: sum,
    },
    Function {
        name: "noise.percentile",
        title: ("累积百分声级", "Percentile levels"),
        args: &[
            LEVELS,
            Arg::number(
                "percent",
                "%",
                (
                    "超过的时间百分比，如10、50、90；不填取50",
                    "percentage of time it is exceeded, such as 10, 50, 90; 50 unless given",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("l5"),
            Column::number("l10"),
            Column::number("l50"),
            Column::number("l90"),
            Column::number("l95"),
            Column::number("sd"),
            Column::number("n"),
        ],
        keys: &["noise.range", "noise.decimals", "noise.percentile", "noise.deviation"],
        eval: percentile,
    },
];

/// A level within the range the law accepts.
pub(super) fn checked(c: &Context<'_>, name: &str, level: Decimal) -> Result<(), EvalError> {
    let p = at(c, "noise.range")?;
    let clause = format!("{} {}", p.standard.number, p.clause);
    within(name, level, decimal(p, 0, "low")?, decimal(p, 0, "high")?, &clause)
}

/// One level from an argument; nothing if it is a sign for "missing".
pub(super) fn one(c: &Context<'_>, args: &Args, name: &str) -> Result<Option<Decimal>, EvalError> {
    let level = args.number(name)?;
    if let Some(l) = level {
        checked(c, name, l)?;
    }
    Ok(level)
}

/// The levels of a list, each within range.
pub(super) fn many(c: &Context<'_>, args: &Args, name: &str) -> Result<Vec<Option<Decimal>>, EvalError> {
    let levels = args.list(name)?;
    for (i, l) in levels.iter().enumerate() {
        if let Some(l) = l {
            checked(c, &format!("{name}[{}]", i + 1), *l)?;
        }
    }
    Ok(levels)
}

/// The energy `10^(0.1·L)` of a level.
fn energy(level: Decimal) -> Result<Ratio, EvalError> {
    Ok(real::pow(Decimal::from_int(10), Ratio::from(level).div(Ratio::from(10))?)?.into())
}

/// `10·lg` of an energy.
fn level_of(energy: Ratio) -> Result<Decimal, EvalError> {
    Ok(real::log10(energy)?.mul(Decimal::from_int(10))?)
}

/// The energy mean of levels with their weights, not rounded; nothing without weight.
pub(super) fn mean(levels: impl IntoIterator<Item = (Decimal, Ratio)>) -> Result<Option<Decimal>, EvalError> {
    let (mut sum, mut weight) = (Ratio::ZERO, Ratio::ZERO);
    for (level, w) in levels {
        sum = sum.add(energy(level)?.mul(w)?)?;
        weight = weight.add(w)?;
    }
    if weight <= Ratio::ZERO {
        return Ok(None);
    }
    level_of(sum.div(weight)?).map(Some)
}

/// The energy mean of the levels there are, each counting the same.
pub(super) fn plain_mean(levels: &[Option<Decimal>]) -> Result<Option<Decimal>, EvalError> {
    mean(levels.iter().flatten().map(|l| (*l, Ratio::from(1))))
}

fn extremes(levels: &[Option<Decimal>]) -> [(&'static str, Cell); 4] {
    let n = levels.iter().flatten().count();
    [
        ("n", (n as i64).into()),
        ("missing", ((levels.len() - n) as i64).into()),
        ("lmax", levels.iter().flatten().max().copied().into()),
        ("lmin", levels.iter().flatten().min().copied().into()),
    ]
}

fn leq(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "noise.decimals")?;
    let levels = many(c, args, "levels")?;
    let columns = extremes(&levels).to_vec();
    let e = Explanation::new("等效声级", "Equivalent level").clause(p.clause_ref());
    let (exact, weights) = if args.get("durations").is_some() {
        let given = args.list("durations")?;
        if given.len() != levels.len() {
            let reason = format!(
                "{} durations for {} levels: give one for each",
                given.len(),
                levels.len()
            );
            return Err(EvalError::argument("durations", reason));
        }
        let mut pairs = Vec::new();
        for (l, t) in levels.iter().zip(given) {
            match (l, t) {
                (Some(_), None) => return Err(EvalError::argument("durations", "a level has no duration")),
                (_, Some(t)) if t.is_negative() => {
                    return Err(EvalError::argument("durations", format!("{t} is negative")));
                }
                (Some(l), Some(t)) => pairs.push((*l, Ratio::from(t))),
                (None, _) => {}
            }
        }
        (mean(pairs)?, true)
    } else {
        (plain_mean(&levels)?, false)
    };
    let Some(exact) = exact else {
        return Ok(nothing(
            e,
            columns,
            "没有有效的声级，没有等效声级（不是0）",
            "no valid level, so no equivalent level (not 0)",
        ));
    };
    let value = exact.round(&rounding_of(p, "level")?)?;
    let formula = match weights {
        true => format!("10·lg(Σ tᵢ·10^(0.1·Lᵢ) ÷ Σ tᵢ) = {exact} → {value}"),
        false => format!("10·lg((1/n)·Σ 10^(0.1·Lᵢ)) = {exact} → {value}"),
    };
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e.value(value).unit("dB(A)").formula(formula),
    })
}

fn sum(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "noise.decimals")?;
    let levels = many(c, args, "levels")?;
    let e = Explanation::new("叠加声级", "Sum of levels").clause(p.clause_ref());
    let n = levels.iter().flatten().count();
    let columns = vec![("n", (n as i64).into())];
    if n < levels.len() || n == 0 {
        return Ok(nothing(
            e,
            columns,
            "有声源缺测，总声级不能得出",
            "a source is missing: the sum cannot be said",
        ));
    }
    let mut total = Ratio::ZERO;
    for l in levels.into_iter().flatten() {
        total = total.add(energy(l)?)?;
    }
    let exact = level_of(total)?;
    let value = exact.round(&rounding_of(p, "level")?)?;
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e
            .value(value)
            .unit("dB(A)")
            .formula(format!("10·lg Σ 10^(0.1·Lᵢ) = {exact} → {value}")),
    })
}

/// The level exceeded for `percent` of the time: of samples from high to low the ⌈n·N/100⌉-th.
fn exceeded(sorted: &[Decimal], percent: Decimal) -> Result<Option<Decimal>, EvalError> {
    let n = i64::try_from(sorted.len()).unwrap_or(i64::MAX);
    let place = Ratio::from(n).mul(percent.into())?.div(Ratio::from(100))?;
    let place = place
        .round(&figure::Rounding::up_to_integer())?
        .at_scale(0)
        .unwrap_or(0);
    let index = usize::try_from(place.max(1) - 1).unwrap_or(usize::MAX);
    Ok(sorted.get(index).copied())
}

fn deviation(divisor: &str, samples: &[Decimal]) -> Result<Option<Decimal>, EvalError> {
    let n = i64::try_from(samples.len()).unwrap_or(i64::MAX);
    let by = if divisor == "n" { n } else { n - 1 };
    if by < 1 {
        return Ok(None);
    }
    let mut sum = Ratio::ZERO;
    for s in samples {
        sum = sum.add((*s).into())?;
    }
    let mean = sum.div(Ratio::from(n))?;
    let mut squares = Ratio::ZERO;
    for s in samples {
        let d = Ratio::from(*s).sub(mean)?;
        squares = squares.add(d.mul(d)?)?;
    }
    real::sqrt(squares.div(Ratio::from(by))?).map(Some)
}

fn percentile(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, sd, decimals) = (
        at(c, "noise.percentile")?,
        at(c, "noise.deviation")?,
        at(c, "noise.decimals")?,
    );
    let rule = rounding_of(decimals, "level")?;
    let mut sorted: Vec<Decimal> = many(c, args, "levels")?.into_iter().flatten().collect();
    sorted.sort_by(|a, b| b.cmp(a));
    let percent = args.number("percent")?.unwrap_or(Decimal::from_int(50));
    if percent <= Decimal::ZERO || percent > Decimal::from_int(100) {
        return Err(EvalError::argument(
            "percent",
            format!("{percent}: must be above 0 and at most 100"),
        ));
    }
    let mut columns = Vec::new();
    for name in ["l5", "l10", "l50", "l90", "l95"] {
        let r = crate::cell::row(p, &[("name", name)])?;
        columns.push((name, exceeded(&sorted, decimal(p, r, "percent")?)?.into()));
    }
    let spread = deviation(sd.table.text(0, "divisor"), &sorted)?
        .map(|d| d.round(&rule))
        .transpose()?;
    columns.push(("sd", spread.into()));
    columns.push(("n", (sorted.len() as i64).into()));
    let e = Explanation::new(
        format!("累积百分声级L{percent}"),
        format!("Percentile level L{percent}"),
    )
    .clause(p.clause_ref())
    .clause(sd.clause_ref())
    .noted(p);
    let Some(value) = exceeded(&sorted, percent)? else {
        return Ok(nothing(e, columns, "没有有效的声级", "no valid level"));
    };
    let n = sorted.len();
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e
            .value(value)
            .unit("dB(A)")
            .formula(format!("⌈{n} × {percent} ÷ 100⌉ → {value}")),
    })
}
