//! Signals of a control chart.

use crate::cell::{at, decimal, whole};
use crate::node::{Noted, nothing, taken};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "quality.control_chart",
    title: ("质量控制图判断", "Signals of a control chart"),
    args: &[
        Arg::text(
            "values",
            (
                "控制样结果，按时间，空格分隔",
                "control results in time order, parted by spaces",
            ),
        ),
        Arg::number("mean", "1", ("中心线（均值）", "centre, the mean")),
        Arg::number("sd", "1", ("标准差s", "standard deviation s")),
        Arg::number("points", "1", ("建立控制图所用点数", "points the chart was made from")).optional(),
    ],
    results: &[Column::text("signals"), Column::text("enough")],
    keys: &["quality.chart"],
    eval: chart,
}];

/// The longest run of neighbours of which `joined` holds, as a number of points.
fn run(values: &[Decimal], joined: impl Fn(Decimal, Decimal) -> bool) -> usize {
    let (mut best, mut length) = (1, 1);
    for pair in values.windows(2) {
        length = if joined(pair[0], pair[1]) { length + 1 } else { 1 }; // windows(2) yields pairs
        best = best.max(length);
    }
    best
}

fn chart(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "quality.chart")?;
    let e = Explanation::new("控制图", "Control chart")
        .noted(p)
        .input(taken(("警告限", "Warning lines"), p, 0, "warn"))
        .input(taken(("控制限", "Action lines"), p, 0, "act"))
        .input(taken(("同侧连续点数", "Points in a row on one side"), p, 0, "side"));
    let given = args.list("values")?;
    let (Some(mean), Some(sd)) = (args.number("mean")?, args.number("sd")?) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺中心线或标准差",
            "the centre or the deviation is missing",
        ));
    };
    if sd <= Decimal::ZERO {
        return Err(EvalError::argument("sd", "must be above 0 / 须大于0"));
    }
    let values: Vec<Decimal> = given.into_iter().flatten().collect();
    if values.is_empty() {
        return Ok(nothing(e, Vec::new(), "没有控制样结果", "there is no control result"));
    }
    let line = |times: &str| -> Result<Ratio, EvalError> { Ok(Ratio::from(decimal(p, 0, times)?).mul(sd.into())?) };
    let (warn, act) = (line("warn")?, line("act")?);
    let mut off = Vec::new();
    for v in &values {
        off.push(Ratio::from(*v).sub(mean.into())?);
    }
    let (near_of, near_in) = (whole::<usize>(p, 0, "near_of")?, whole::<usize>(p, 0, "near_in")?);
    let (side, trend) = (whole::<usize>(p, 0, "side")?, whole::<usize>(p, 0, "trend")?);
    let near = |part: &[Ratio]| {
        let above = part.iter().filter(|d| **d > warn).count();
        let below = part.iter().filter(|d| d.abs() > warn && **d < Ratio::ZERO).count();
        above >= near_of || below >= near_of
    };
    let mut signals = Vec::new();
    if off.iter().any(|d| d.abs() > act) {
        signals.push("act");
    }
    if off.windows(near_in.max(1)).any(near) {
        signals.push("warn");
    }
    let same_side = |a: Decimal, b: Decimal| (a > mean && b > mean) || (a < mean && b < mean);
    if run(&values, same_side) >= side {
        signals.push("side");
    }
    if run(&values, |a, b| b > a) >= trend || run(&values, |a, b| b < a) >= trend {
        signals.push("trend");
    }
    let least = decimal(p, 0, "points_min")?;
    let enough = args.number("points")?.map(|n| n >= least);
    let in_control = signals.is_empty();
    Ok(Outcome {
        value: in_control.into(),
        columns: vec![("signals", signals.join(" ").into()), ("enough", enough.into())],
        explanation: e.value(if in_control { "yes" } else { "no" }),
    })
}
