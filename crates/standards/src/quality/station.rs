//! Automatic stations: drift, capture and validity, and how many sites a city needs.

use crate::cell::{at, decimal, optional, rounding_of};
use crate::node::{Noted, nothing, taken};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "quality.drift",
        title: ("零点漂移和跨度漂移", "Zero and span drift"),
        args: &[
            Arg::number("zero", "1", ("初始零点值Z", "zero value Z at the start")),
            Arg::number("zero_after", "1", ("之后的零点值Z′", "zero value later")),
            Arg::number("span", "1", ("初始跨度值S", "span value S at the start")).optional(),
            Arg::number("span_after", "1", ("之后的跨度值S′", "span value later")).optional(),
            Arg::number("range", "1", ("在用量程上限", "upper limit of the range in use")),
        ],
        results: &[Column::number("span_drift"), Column::text("span_gas_ok")],
        keys: &["quality.drift", "quality.decimals"],
        eval: drift,
    },
    Function {
        name: "quality.capture_rate",
        title: ("数据获取率和有效率", "Capture and validity rates"),
        args: &[
            Arg::number("received", "1", ("收到的数据个数", "values received")),
            Arg::number("due", "1", ("应得的数据个数", "values due")),
            Arg::number("valid", "1", ("审核后有效的个数", "values valid after review")).optional(),
            Arg::text(
                "object",
                ("对象：air空气（默认）、water水", "object: air (default) or water"),
            )
            .optional(),
        ],
        results: &[Column::number("valid_rate"), Column::text("within")],
        keys: &["quality.capture", "quality.decimals"],
        eval: capture,
    },
    Function {
        name: "air.site_number",
        title: ("城市环境空气评价点最少数量", "Least number of air sites of a city"),
        args: &[
            Arg::number(
                "population",
                "1",
                ("建成区人口（人）", "population of the built-up area"),
            ),
            Arg::number("area", "km2", ("建成区面积", "built-up area")),
        ],
        results: &[Column::number("high")],
        keys: &["air.site.minimum"],
        eval: sites,
    },
];

fn drift(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "quality.drift")?;
    let by = rounding_of(at(c, "quality.decimals")?, "drift")?;
    let e = Explanation::new("零点漂移", "Zero drift")
        .noted(p)
        .clause(p.clause_ref());
    let (zero, after, range) = (args.number("zero")?, args.number("zero_after")?, args.number("range")?);
    let (Some(zero), Some(after), Some(range)) = (zero, after, range) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺零点值或量程",
            "a zero value or the range is missing",
        ));
    };
    if range <= Decimal::ZERO {
        return Err(EvalError::argument("range", "must be above 0 / 须大于0"));
    }
    let delta = Ratio::from(after).sub(zero.into())?;
    let exact = delta.div(range.into())?.mul(Ratio::from(100))?;
    let value = exact.round(&by)?;
    let mut e = e
        .value(value)
        .unit("%")
        .formula(format!("({after} − {zero}) ÷ {range} × 100 = {}", exact.shown(4)));
    let mut columns: Vec<(&'static str, Cell)> = Vec::new();
    if let (Some(span), Some(span_after)) = (args.number("span")?, args.number("span_after")?) {
        if span <= Decimal::ZERO {
            return Err(EvalError::argument("span", "must be above 0 / 须大于0"));
        }
        let moved = Ratio::from(span_after).sub(delta)?.sub(span.into())?;
        let span_drift = moved.div(span.into())?.mul(Ratio::from(100))?;
        let share = Ratio::from(span).div(range.into())?.mul(Ratio::from(100))?;
        let fits = share >= decimal(p, 0, "span_low")?.into() && share <= decimal(p, 0, "span_high")?.into();
        columns.push(("span_drift", span_drift.round(&by)?.into()));
        columns.push(("span_gas_ok", fits.into()));
        e = e
            .input(
                Explanation::new("跨度漂移", "Span drift")
                    .value(span_drift.round(&by)?)
                    .unit("%")
                    .formula(format!("({span_after} − {} − {span}) ÷ {span} × 100", delta.shown(6))),
            )
            .input(taken(("跨度气下限", "Span gas from"), p, 0, "span_low"))
            .input(taken(("跨度气上限", "Span gas to"), p, 0, "span_high"));
    }
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn percent(name: &str, part: Decimal, whole: Decimal, by: &Rounding) -> Result<Option<(Ratio, Decimal)>, EvalError> {
    if part > whole {
        return Err(EvalError::argument(
            name,
            format!("{part} is more than there can be ({whole}) / 多于总数"),
        ));
    }
    if whole.is_zero() {
        return Ok(None);
    }
    let exact = Ratio::from(part).div(whole.into())?.mul(Ratio::from(100))?;
    Ok(Some((exact, exact.round(by)?)))
}

fn capture(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "quality.capture")?;
    let by = rounding_of(at(c, "quality.decimals")?, "rate")?;
    let r = named(
        p,
        "object",
        args.get("object").unwrap_or("air"),
        &["object", "object_zh"],
    )?;
    let (least, least_valid) = (decimal(p, r, "capture_min")?, decimal(p, r, "valid_min")?);
    let e = Explanation::new("数据获取率", "Capture rate")
        .noted(p)
        .input(taken(("获取率要求", "Capture wanted"), p, r, "capture_min"))
        .input(taken(("有效率要求", "Validity wanted"), p, r, "valid_min"));
    let (Some(received), Some(due)) = (args.count("received")?, args.count("due")?) else {
        return Ok(nothing(e, Vec::new(), "缺数据个数", "a count is missing"));
    };
    let Some((exact, value)) = percent("received", received, due, &by)? else {
        return Ok(nothing(
            e,
            Vec::new(),
            "应得个数为0，没有获取率",
            "nothing was due: there is no rate",
        ));
    };
    let mut columns: Vec<(&'static str, Cell)> = Vec::new();
    let mut within = exact >= least.into();
    if let Some(valid) = args.count("valid")?
        && let Some((exact, shown)) = percent("valid", valid, received, &by)?
    {
        within &= exact >= least_valid.into();
        columns.push(("valid_rate", shown.into()));
    }
    columns.push(("within", within.into()));
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e
            .value(value)
            .unit("%")
            .formula(format!("{received} ÷ {due} × 100 → {value}")),
    })
}

/// The row a number falls in: the first it is below; the last has no end.
fn below(p: &law::Provision, column: &str, value: Decimal) -> Result<usize, EvalError> {
    for r in 0..p.table.rows.len() {
        if optional(p, r, column)?.is_none_or(|end| value < end) {
            return Ok(r);
        }
    }
    Err(EvalError::law(p, format!("column `{column}` has no open last row")))
}

fn sites(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "air.site.minimum")?;
    let e = Explanation::new("评价点最少数量", "Least number of sites").noted(p);
    let (Some(people), Some(area)) = (args.count("population")?, args.number("area")?) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺人口或面积",
            "the population or the area is missing",
        ));
    };
    if area.is_negative() {
        return Err(EvalError::argument("area", "must be 0 or more / 不得为负"));
    }
    let r = below(p, "population_below", people)?.max(below(p, "area_below", area)?);
    let fixed = decimal(p, r, "sites")?;
    let by_area = |column: &str| -> Result<Decimal, EvalError> {
        Ok(match optional(p, r, column)? {
            None => fixed,
            Some(each) => Ratio::from(area)
                .div(each.into())?
                .round(&Rounding::up_to_integer())?
                .max(fixed),
        })
    };
    let (low, high) = (by_area("area_per_site_high")?, by_area("area_per_site_low")?);
    Ok(Outcome {
        value: low.into(),
        columns: vec![("high", high.into())],
        explanation: e.value(low).input(taken(("最少", "At least"), p, r, "sites")),
    })
}
