//! Whether a measurement or a period of automatic data can be used.

use crate::cell::{at, decimal};
use crate::node::{Noted, nothing, taken};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noise.measurement_valid",
        title: ("噪声测量条件是否符合", "Whether the conditions of a measurement hold"),
        args: &[
            Arg::text(
                "weather",
                (
                    "天气：clear rain雨 snow雪 thunder雷电",
                    "weather: clear rain snow thunder",
                ),
            ),
            Arg::number("wind", "m/s", ("风速", "wind speed")),
            Arg::number("before", "dB", ("测量前校准示值", "calibration before")).optional(),
            Arg::number("after", "dB", ("测量后校准示值", "calibration after")).optional(),
        ],
        results: &[Column::number("drift"), Column::text("reasons")],
        keys: &["noise.conditions", "noise.weather"],
        eval: measurement,
    },
    Function {
        name: "noise.period_valid",
        title: ("自动监测时段是否有效", "Whether a period of automatic data is valid"),
        args: &[
            Arg::text("period", ("时段：hour day night", "period: hour, day or night")),
            Arg::number(
                "valid",
                "1",
                (
                    "有效数据个数（小时为秒值，昼夜为小时值）",
                    "valid values: seconds of an hour, hours of a day or night",
                ),
            ),
            Arg::number("due", "1", ("应采集个数", "values due")),
        ],
        results: &[Column::number("minimum"), Column::text("unit")],
        keys: &["noise.valid"],
        eval: period_valid,
    },
];

fn measurement(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, weathers) = (at(c, "noise.conditions")?, at(c, "noise.weather")?);
    let w = named(weathers, "weather", args.text("weather")?, &["weather", "weather_zh"])?;
    let (below, drift_max) = (decimal(p, 0, "wind_below")?, decimal(p, 0, "drift_max")?);
    let mut reasons = Vec::new();
    if weathers.table.text(w, "allowed") != "yes" {
        reasons.push("weather");
    }
    let e = Explanation::new("测量条件", "Conditions of the measurement")
        .clause(weathers.clause_ref())
        .input(taken(("风速低于", "Wind below"), p, 0, "wind_below"))
        .input(taken(("校准偏差不大于", "Drift at most"), p, 0, "drift_max"))
        .noted(p);
    let wind = args.number("wind")?;
    if let Some(wind) = wind {
        if wind.is_negative() {
            return Err(EvalError::argument(
                "wind",
                format!("{wind} is negative / 风速不得为负"),
            ));
        }
        if wind >= below {
            reasons.push("wind");
        }
    }
    let drift = match (args.number("before")?, args.number("after")?) {
        (Some(b), Some(a)) => Some(a.sub(b)?.abs()),
        _ => None,
    };
    if drift.is_some_and(|d| d > drift_max) {
        reasons.push("drift");
    }
    let columns: Vec<(&'static str, Cell)> = vec![("drift", drift.into()), ("reasons", reasons.join(" ").into())];
    if !reasons.is_empty() {
        return Ok(Outcome {
            value: false.into(),
            columns,
            explanation: e.value("no"),
        });
    }
    if wind.is_none() || drift.is_none() {
        return Ok(nothing(
            e,
            columns,
            "缺风速或校准值，不能判定有效",
            "the wind or a calibration is missing: it cannot be said to be valid",
        ));
    }
    Ok(Outcome {
        value: true.into(),
        columns,
        explanation: e.value("yes"),
    })
}

fn period_valid(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "noise.valid")?;
    let r = named(p, "period", args.text("period")?, &["period", "period_zh"])?;
    let minimum = decimal(p, r, "minimum")?;
    let unit = p.table.text(r, "unit");
    let e = Explanation::new("时段有效性", "Validity of the period").input(taken(
        ("最低要求", "Least data"),
        p,
        r,
        "minimum",
    ));
    let columns: Vec<(&'static str, Cell)> = vec![("minimum", minimum.into()), ("unit", unit.into())];
    let (Some(valid), Some(due)) = (args.count("valid")?, args.count("due")?) else {
        return Ok(nothing(e, columns, "缺数据个数", "a count is missing"));
    };
    let got = match unit {
        "%" if due.is_zero() => return Err(EvalError::argument("due", "is 0: there is no share / 应采集个数为0")),
        "%" => Ratio::from(valid).div(due.into())?.mul(Ratio::from(100))?,
        _ => valid.into(),
    };
    let met = got >= minimum.into();
    Ok(Outcome {
        value: met.into(),
        columns,
        explanation: e.value(if met { "yes" } else { "no" }).formula(format!(
            "{} {} {minimum}",
            got.shown(2),
            if met { "≥" } else { "<" }
        )),
    })
}
