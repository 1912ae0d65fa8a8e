//! Outliers: Grubbs, Dixon (GB/T 4883) and the robust z.

use crate::cell::{at, decimal, rounding_of, row, whole};
use crate::node::{Noted, taken};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio, Rounding};
use law::Provision;

const VALUES: Arg = Arg::text(
    "values",
    ("数据，空格分隔，不缺", "the data parted by spaces, none missing"),
);
const SIDE: Arg = Arg::text(
    "side",
    (
        "检验一侧：upper上侧（默认）、lower下侧",
        "side tested: upper (default) or lower",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "quality.grubbs",
        title: ("格拉布斯检验", "Grubbs' test for an outlier"),
        args: &[
            VALUES,
            Arg::text(
                "side",
                (
                    "检验：upper上侧（默认）、lower下侧、two双侧",
                    "side tested: upper (default), lower or two",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("g"),
            Column::number("suspect"),
            Column::number("detection"),
            Column::number("deletion"),
            Column::text("result_zh"),
        ],
        keys: &[
            "quality.outlier.grubbs",
            "quality.outlier.level",
            "quality.outlier.word",
            "quality.decimals",
        ],
        eval: grubbs,
    },
    Function {
        name: "quality.dixon",
        title: ("狄克逊检验", "Dixon's test for an outlier"),
        args: &[VALUES, SIDE],
        results: &[
            Column::text("stat"),
            Column::number("r"),
            Column::number("suspect"),
            Column::number("detection"),
            Column::number("deletion"),
            Column::text("result_zh"),
        ],
        keys: &[
            "quality.outlier.dixon",
            "quality.outlier.dixon_stat",
            "quality.outlier.level",
            "quality.outlier.word",
            "quality.decimals",
        ],
        eval: dixon,
    },
    Function {
        name: "quality.robust_z",
        title: ("稳健z值", "Robust z"),
        args: &[VALUES],
        results: &[
            Column::number("suspect"),
            Column::number("median"),
            Column::number("mad"),
            Column::text("suspicious"),
        ],
        keys: &["quality.robust", "quality.decimals"],
        eval: robust,
    },
];

fn sorted(args: &Args) -> Result<Vec<Decimal>, EvalError> {
    let missing = || EvalError::argument("values", "a value is missing: leave it out / 有缺测值，请去掉");
    let mut values: Vec<Decimal> = args
        .list("values")?
        .into_iter()
        .collect::<Option<_>>()
        .ok_or_else(missing)?;
    values.sort();
    Ok(values)
}

/// The row for so many data; the numbers there are, if none.
fn row_of(p: &Provision, n: usize) -> Result<usize, EvalError> {
    p.table.find(&[("n", &n.to_string())]).ok_or_else(|| {
        let known: Vec<&str> = (0..p.table.rows.len()).map(|r| p.table.text(r, "n")).collect();
        let reason = format!(
            "{n} values: {} has critical values for {}",
            p.standard.number,
            known.join(" ")
        );
        EvalError::argument("values", reason)
    })
}

/// What the statistic says against the two critical values.
struct Verdict {
    detection: Decimal,
    deletion: Decimal,
    word: &'static str,
    zh: String,
}

fn judge(
    c: &Context<'_>,
    p: &Provision,
    r: usize,
    statistic: impl Into<Ratio>,
    columns: (&str, &str),
) -> Result<Verdict, EvalError> {
    let words = at(c, "quality.outlier.word")?;
    let (detection, deletion) = (decimal(p, r, columns.0)?, decimal(p, r, columns.1)?);
    let statistic = statistic.into();
    let word = if statistic > deletion.into() {
        "outlier"
    } else if statistic > detection.into() {
        "straggler"
    } else {
        "none"
    };
    let zh = words
        .table
        .text(row(words, &[("result", word)])?, "result_zh")
        .to_string();
    Ok(Verdict {
        detection,
        deletion,
        word,
        zh,
    })
}

/// Whether the upper side is tested, and whether the test is two-sided.
fn side(args: &Args, two: bool) -> Result<(bool, bool), EvalError> {
    match args.get("side").unwrap_or("upper") {
        "upper" | "上侧" => Ok((true, false)),
        "lower" | "下侧" => Ok((false, false)),
        "two" | "双侧" if two => Ok((true, true)),
        other => {
            let known = if two { "upper, lower or two" } else { "upper or lower" };
            Err(EvalError::argument("side", format!("`{other}`: write {known}")))
        }
    }
}

fn grubbs(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, level) = (at(c, "quality.outlier.grubbs")?, at(c, "quality.outlier.level")?);
    let rule = rounding_of(at(c, "quality.decimals")?, "score")?;
    let values = sorted(args)?;
    let r = row_of(p, values.len())?;
    let (Some(low), Some(high)) = (values.first().copied(), values.last().copied()) else {
        return Err(EvalError::Missing("values".to_string()));
    };
    let n = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let mut sum = Ratio::ZERO;
    for v in &values {
        sum = sum.add((*v).into())?;
    }
    let mean = sum.div(Ratio::from(n))?;
    let mut squares = Ratio::ZERO;
    for v in &values {
        let d = Ratio::from(*v).sub(mean)?;
        squares = squares.add(d.mul(d)?)?;
    }
    let s = real::sqrt(squares.div(Ratio::from(n - 1))?)?;
    if s.is_zero() {
        return Err(EvalError::argument(
            "values",
            "all values are equal: nothing can stand out / 数据全部相同",
        ));
    }
    let (upper, two) = side(args, true)?;
    let (above, below) = (Ratio::from(high).sub(mean)?, mean.sub(low.into())?);
    let high_side = if two { above >= below } else { upper };
    let (deviation, suspect) = if high_side { (above, high) } else { (below, low) };
    let g = deviation.div(s.into())?;
    let cell = |name: &str| level.table.text(0, name);
    let which = match two {
        true => (cell("detection_two"), cell("deletion_two")),
        false => (cell("detection_one"), cell("deletion_one")),
    };
    let v = judge(c, p, r, g, which)?;
    let shown = g.round(&rule)?;
    let e = Explanation::new("格拉布斯检验", "Grubbs' test")
        .noted(level)
        .value(v.word)
        .formula(format!("G = |{suspect} − {}| ÷ {s} = {shown}", mean.shown(4)))
        .clause(level.clause_ref())
        .input(taken(("检出临界值", "Critical value of detection"), p, r, which.0))
        .input(taken(("剔除临界值", "Critical value of deletion"), p, r, which.1));
    Ok(Outcome {
        value: v.word.into(),
        columns: vec![
            ("g", shown.into()),
            ("suspect", suspect.into()),
            ("detection", v.detection.into()),
            ("deletion", v.deletion.into()),
            ("result_zh", v.zh.into()),
        ],
        explanation: e,
    })
}

fn dixon(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, stats) = (at(c, "quality.outlier.dixon")?, at(c, "quality.outlier.dixon_stat")?);
    let (level, rule) = (
        at(c, "quality.outlier.level")?,
        rounding_of(at(c, "quality.decimals")?, "score")?,
    );
    let mut values = sorted(args)?;
    let r = row_of(p, values.len())?;
    let stat = p.table.text(r, "stat");
    let s = row(stats, &[("stat", stat)])?;
    let (i, j) = (whole::<usize>(stats, s, "i")?, whole::<usize>(stats, s, "j")?);
    if side(args, false)?.0 {
        values.reverse();
    }
    // From here the suspect comes first: values[0] against values[i], and against the far end less j.
    let far = values.len().checked_sub(j + 1);
    let (Some(suspect), Some(near), Some(far)) = (
        values.first().copied(),
        values.get(i).copied(),
        far.and_then(|f| values.get(f)).copied(),
    ) else {
        return Err(EvalError::law(
            stats,
            format!("`{stat}` does not fit {} values", values.len()),
        ));
    };
    let spread = Ratio::from(suspect).sub(far.into())?.abs();
    if spread == Ratio::ZERO {
        return Err(EvalError::argument(
            "values",
            "all values are equal: nothing can stand out / 数据全部相同",
        ));
    }
    let ratio = Ratio::from(suspect).sub(near.into())?.abs().div(spread)?;
    let which = (
        level.table.text(0, "detection_one"),
        level.table.text(0, "deletion_one"),
    );
    let v = judge(c, p, r, ratio, which)?;
    let shown = ratio.round(&rule)?;
    let mut e = Explanation::new("狄克逊检验", "Dixon's test")
        .noted(level)
        .value(v.word)
        .formula(format!("|{suspect} − {near}| ÷ |{suspect} − {far}| = {shown}"))
        .clause(level.clause_ref())
        .clause(stats.clause_ref());
    e = e
        .input(taken(("检出临界值", "Critical value of detection"), p, r, which.0))
        .input(taken(("剔除临界值", "Critical value of deletion"), p, r, which.1));
    Ok(Outcome {
        value: v.word.into(),
        columns: vec![
            ("stat", stat.into()),
            ("r", shown.into()),
            ("suspect", suspect.into()),
            ("detection", v.detection.into()),
            ("deletion", v.deletion.into()),
            ("result_zh", v.zh.into()),
        ],
        explanation: e,
    })
}

fn median(sorted: &[Ratio]) -> Result<Option<Ratio>, EvalError> {
    let n = sorted.len();
    let (Some(a), Some(b)) = (sorted.get(n.saturating_sub(1) / 2), sorted.get(n / 2)) else {
        return Ok(None);
    };
    Ok(Some(a.add(*b)?.div(Ratio::from(2))?))
}

fn robust(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "quality.robust")?;
    let values = sorted(args)?;
    let as_ratios: Vec<Ratio> = values.iter().map(|v| (*v).into()).collect();
    let Some(middle) = median(&as_ratios)? else {
        return Err(EvalError::Missing("values".to_string()));
    };
    let mut off = as_ratios
        .iter()
        .map(|v| v.sub(middle).map(Ratio::abs))
        .collect::<Result<Vec<_>, _>>()?;
    off.sort();
    let mad = median(&off)?.unwrap_or(Ratio::ZERO);
    if mad == Ratio::ZERO {
        let reason = "more than half of the values are equal: the spread is 0 / 过半数据相同，离散为0";
        return Err(EvalError::argument("values", reason));
    }
    let (factor, bound) = (decimal(p, 0, "factor")?, decimal(p, 0, "suspicious_above")?);
    let z = |v: Decimal| -> Result<Ratio, EvalError> { Ok(Ratio::from(v).sub(middle)?.mul(factor.into())?.div(mad)?) };
    let (mut largest, mut suspicious) = (None::<(Ratio, Decimal)>, Vec::new());
    for v in values {
        let this = z(v)?;
        if this.abs() > bound.into() {
            suspicious.push(v.to_string());
        }
        if largest.is_none_or(|(most, _)| this.abs() > most.abs()) {
            largest = Some((this, v));
        }
    }
    let Some((z, suspect)) = largest else {
        return Err(EvalError::Missing("values".to_string()));
    };
    let two = Rounding::gbt8170(2);
    let value = z.round(&two)?;
    let shown = |x: Ratio| -> Result<Cell, EvalError> {
        Ok(x.round(&rounding_of(at(c, "quality.decimals")?, "score")?)?
            .normalized()
            .into())
    };
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("suspect", suspect.into()),
            ("median", shown(middle)?),
            ("mad", shown(mad)?),
            ("suspicious", suspicious.join(" ").into()),
        ],
        explanation: Explanation::new("稳健z值", "Robust z")
            .noted(p)
            .value(value)
            .formula(format!(
                "{factor} × ({suspect} − {}) ÷ {} = {value}",
                middle.shown(4),
                mad.shown(4)
            ))
            .input(taken(("系数", "Factor"), p, 0, "factor"))
            .input(taken(("可疑", "Suspicious above"), p, 0, "suspicious_above")),
    })
}
