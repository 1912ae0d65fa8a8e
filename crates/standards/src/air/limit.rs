//! Limits and by how much they are exceeded (GB 3095, HJ 663).

use super::compile::Of;
use crate::cell::{decimal, rounding, row};
use crate::unit::label;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Clause, Decimal, Explanation, Ratio, Rounding};

const FACTOR: Arg = Arg::text(
    "factor",
    (
        "污染物：so2 no2 co o3 pm10 pm2_5 tsp nox pb bap",
        "pollutant: so2 no2 co o3 pm10 pm2_5 tsp nox pb bap",
    ),
);
const PERIOD: Arg = Arg::text(
    "period",
    (
        "平均时间：1h 8hmax1d 1d season year",
        "averaging period: 1h 8hmax1d 1d season year",
    ),
);
const CLASS: Arg = Arg::text("class", ("级别：1或2，默认2", "class: 1 or 2 (default)")).optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.limit",
        title: ("环境空气污染物浓度限值", "Limit of an ambient air pollutant"),
        args: &[FACTOR, PERIOD, CLASS],
        results: &[Column::text("unit"), Column::text("standard")],
        keys: &["air.limit"],
        eval: limit,
    },
    Function {
        name: "air.exceedance",
        title: ("超标倍数", "Exceedance multiple"),
        args: &[FACTOR, PERIOD, Arg::number("c", "", ("浓度", "concentration")), CLASS],
        results: &[
            Column::text("exceeds"),
            Column::number("limit"),
            Column::number("c_judged"),
            Column::text("unit"),
        ],
        keys: &["air.limit", "air.decimals"],
        eval: exceedance,
    },
];

/// A limit with its clause.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub value: Decimal,
    pub unit: String,
    pub clause: Clause,
    pub note: figure::Text,
}

/// The limit of a pollutant for a period and class.
pub(crate) fn find(of: &Of<'_>, factor: &str, period: &str, class: &str) -> Result<Limit, EvalError> {
    let p = of.at("air.limit")?;
    let period = match (factor, period) {
        ("o3" | "o3_8h", "8h" | "8hmax1d" | "1d") => "8hmax1d",
        (_, "24h") => "1d",
        (_, other) => other,
    };
    let factor = if factor == "o3_8h" { "o3" } else { factor };
    let r = p
        .table
        .find(&[("pollutant", factor), ("period", period)])
        .ok_or_else(|| {
            EvalError::argument(
                "period",
                format!("{} has no limit for `{factor}` over `{period}`", p.standard.number),
            )
        })?;
    let value = decimal(p, r, class)?;
    Ok(Limit {
        value,
        unit: p.unit(r, class).to_string(),
        clause: p.clause_ref_row(r),
        note: p.note.clone(),
    })
}

pub(crate) fn class(args: &Args) -> Result<&'static str, EvalError> {
    match args.get("class").unwrap_or("2") {
        "1" | "class1" | "一级" => Ok("class1"),
        "2" | "class2" | "二级" => Ok("class2"),
        other => Err(EvalError::argument("class", format!("`{other}`: write 1 or 2"))),
    }
}

fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let of = Of {
        law: c.law,
        date: c.date,
        division: c.division,
    };
    let l = find(&of, args.text("factor")?, args.text("period")?, class(args)?)?;
    let e = Explanation::new("浓度限值", "Limit")
        .value(l.value)
        .unit(label(&l.unit))
        .clause(l.clause.clone())
        .note(&l.note.zh, &l.note.en);
    let columns = vec![
        ("unit", l.unit.as_str().into()),
        ("standard", l.clause.standard.as_str().into()),
    ];
    Ok(Outcome {
        value: l.value.into(),
        columns,
        explanation: e,
    })
}

fn exceedance(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let of = Of {
        law: c.law,
        date: c.date,
        division: c.division,
    };
    let factor = args.text("factor")?;
    let l = find(&of, factor, args.text("period")?, class(args)?)?;
    let decimals = of.at("air.decimals")?;
    let item = if factor == "o3_8h" { "o3" } else { factor };
    let judged_by: Rounding = rounding(decimals, row(decimals, &[("item", item), ("use", "judge")])?)?;
    let multiple_by = rounding(decimals, row(decimals, &[("item", "multiple"), ("use", "statistic")])?)?;
    let given = args.required_number("c")?;
    let judged = given.round(&judged_by)?;
    let exceeds = judged > l.value;
    let mut e = Explanation::new("超标倍数", "Exceedance multiple")
        .clause(l.clause.clone())
        .clause(decimals.clause_ref());
    let mut value = None;
    if exceeds && !l.value.is_zero() {
        let exact = Ratio::from(judged).sub(l.value.into())?.div(l.value.into())?;
        let multiple = exact.round(&multiple_by)?;
        e = e.value(multiple).formula(format!(
            "({judged} − {0}) ÷ {0} = {1} → {multiple}",
            l.value,
            exact.shown(6)
        ));
        value = Some(multiple);
    } else {
        e = e.note(
            format!("{judged}不超过{}，没有超标倍数", l.value),
            format!("{judged} does not exceed {}: there is no multiple", l.value),
        );
    }
    if judged != given || judged.scale() != given.scale() {
        e = e.note(
            format!("先修约：{given} → {judged}"),
            format!("rounded first: {given} → {judged}"),
        );
    }
    let columns = vec![
        ("exceeds", exceeds.into()),
        ("limit", l.value.into()),
        ("c_judged", judged.into()),
        ("unit", l.unit.as_str().into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}
