//! Rates of functional areas, and how many automatic stations a city should have.

use crate::cell::{at, decimal, optional, rounding_of};
use crate::node::{Noted, nothing, taken};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noise.attainment_rate",
        title: ("功能区声环境达标率", "Attainment rate of functional areas"),
        args: &[
            Arg::number(
                "attained",
                "1",
                ("达标点次（站天）", "complying point-times or station-days"),
            ),
            Arg::number("valid", "1", ("有效点次（站天）", "valid point-times or station-days")),
            Arg::number("due", "1", ("应有点次（站天）", "point-times or station-days due")).optional(),
        ],
        results: &[Column::text("unit"), Column::number("valid_rate")],
        keys: &["noise.rate.unit", "noise.decimals"],
        eval: rate,
    },
    Function {
        name: "noise.capture_rate",
        title: ("有效采集率", "Valid data rate"),
        args: &[
            Arg::number("valid", "1", ("实际采集的有效数据个数", "valid values collected")),
            Arg::number("due", "1", ("应采集的数据个数", "values due")),
        ],
        results: &[],
        keys: &["noise.capture", "noise.decimals"],
        eval: capture,
    },
    Function {
        name: "noise.station_points",
        title: ("功能区自动监测点位数量", "Number of automatic stations of a city"),
        args: &[
            Arg::number("population", "1", ("市区常住人口（人）", "resident urban population")),
            Arg::number("stations", "1", ("现有点位数", "stations there are")).optional(),
        ],
        results: &[Column::text("size"), Column::text("size_zh"), Column::text("enough")],
        keys: &["noise.city.size", "noise.points"],
        eval: points,
    },
];

/// `part / whole` in percent, rounded once; nothing of nothing.
fn percent(part: Decimal, whole: Decimal, rule: &Rounding) -> Result<Option<Decimal>, EvalError> {
    if whole.is_zero() {
        return Ok(None);
    }
    let exact = Ratio::from(part).div(whole.into())?.mul(Ratio::from(100))?;
    Ok(Some(exact.round(rule)?))
}

fn not_more(args: (&str, Decimal), than: (&str, Decimal)) -> Result<(), EvalError> {
    if args.1 > than.1 {
        let reason = format!("{} is more than `{}` ({})", args.1, than.0, than.1);
        return Err(EvalError::argument(args.0, reason));
    }
    Ok(())
}

fn rate(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, decimals) = (at(c, "noise.rate.unit")?, at(c, "noise.decimals")?);
    let rule = rounding_of(decimals, "rate")?;
    let e = Explanation::new("达标率", "Attainment rate")
        .clause(p.clause_ref())
        .clause(decimals.clause_ref())
        .noted(p);
    let mut columns: Vec<(&'static str, Cell)> = vec![("unit", p.table.text(0, "unit_zh").into())];
    let (Some(attained), Some(valid)) = (args.count("attained")?, args.count("valid")?) else {
        return Ok(nothing(e, columns, "缺达标数或有效数", "a count is missing"));
    };
    not_more(("attained", attained), ("valid", valid))?;
    if let Some(due) = args.count("due")? {
        not_more(("valid", valid), ("due", due))?;
        columns.push(("valid_rate", percent(valid, due, &rule)?.into()));
    }
    let Some(value) = percent(attained, valid, &rule)? else {
        return Ok(nothing(
            e,
            columns,
            "没有有效点次，达标率为空（不是0）",
            "nothing valid: the rate is empty (not 0)",
        ));
    };
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e
            .value(value)
            .unit("%")
            .formula(format!("{attained} ÷ {valid} × 100 → {value}")),
    })
}

fn capture(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, decimals) = (at(c, "noise.capture")?, at(c, "noise.decimals")?);
    let e = Explanation::new("有效采集率", "Valid data rate")
        .clause(p.clause_ref())
        .clause(decimals.clause_ref())
        .noted(p);
    let (Some(valid), Some(due)) = (args.count("valid")?, args.count("due")?) else {
        return Ok(nothing(e, Vec::new(), "缺数据个数", "a count is missing"));
    };
    not_more(("valid", valid), ("due", due))?;
    let Some(value) = percent(valid, due, &rounding_of(decimals, "rate")?)? else {
        return Ok(nothing(
            e,
            Vec::new(),
            "应采集个数为0，没有采集率",
            "nothing was due: there is no rate",
        ));
    };
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e
            .value(value)
            .unit("%")
            .formula(format!("{valid} ÷ {due} × 100 → {value}")),
    })
}

fn points(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (sizes, p) = (at(c, "noise.city.size")?, at(c, "noise.points")?);
    let e = Explanation::new("功能区自动监测点位数量", "Number of automatic stations").clause(sizes.clause_ref());
    let Some(people) = args.count("population")? else {
        return Ok(nothing(e, Vec::new(), "缺人口数", "the population is missing"));
    };
    for r in 0..sizes.table.rows.len() {
        let (above, to) = (decimal(sizes, r, "above")?, optional(sizes, r, "to")?);
        if people <= above || to.is_some_and(|to| people > to) {
            continue;
        }
        let size = sizes.table.text(r, "size");
        let row = crate::cell::row(p, &[("size", size)])?;
        let least = decimal(p, row, "points_min")?;
        let enough = args.count("stations")?.map(|n| n >= least);
        return Ok(Outcome {
            value: least.into(),
            columns: vec![
                ("size", size.into()),
                ("size_zh", sizes.table.text(r, "size_zh").into()),
                ("enough", enough.into()),
            ],
            explanation: e
                .noted(p)
                .value(least)
                .input(taken(("最少点位", "Least number"), p, row, "points_min")),
        });
    }
    Err(EvalError::argument(
        "population",
        format!("{people}: must be above 0 / 须大于0"),
    ))
}
