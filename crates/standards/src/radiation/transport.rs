//! Transport of radioactive material: transport index, category, sum on a vehicle (GB 11806).

use crate::cell::{at, decimal, optional, rounding, row};
use crate::node::{Noted, nothing, taken};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.transport_category",
        title: ("放射性货包分级和运输指数", "Category and transport index of a package"),
        args: &[
            Arg::number(
                "rate_1m",
                "mSv/h",
                ("外表面1 m处最高剂量率", "highest dose rate at 1 m from the surface"),
            ),
            Arg::number(
                "surface",
                "mSv/h",
                ("外表面最高剂量率", "highest dose rate at the surface"),
            ),
            Arg::number(
                "area",
                "m2",
                (
                    "罐、货运集装箱、无包装LSA-I或SCO-I的最大截面积",
                    "largest cross-section of a tank, freight container or unpackaged LSA-I or SCO-I",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("ti"),
            Column::text("category_en"),
            Column::text("exclusive"),
        ],
        keys: &[
            "radiation.transport.index",
            "radiation.transport.size",
            "radiation.transport.category",
        ],
        eval: category,
    },
    Function {
        name: "radiation.transport_sum",
        title: ("运输工具运输指数之和", "Sum of transport indices on a vehicle"),
        args: &[
            Arg::text(
                "ti",
                (
                    "各货包运输指数，空格分隔",
                    "transport index of each package, parted by spaces",
                ),
            ),
            Arg::text(
                "vehicle",
                (
                    "运输工具：vehicle车辆、集装箱、内河船（默认），aircraft货机",
                    "vehicle (also container or inland ship; default) or aircraft",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("within"), Column::number("limit")],
        keys: &["radiation.transport.limit"],
        eval: sum,
    },
];

fn rate(args: &Args, name: &str) -> Result<Option<Decimal>, EvalError> {
    let value = args.number(name)?;
    if value.is_some_and(|v| v.is_negative()) {
        return Err(EvalError::argument(
            name,
            format!("{} is negative / 不得为负", args.text(name)?),
        ));
    }
    Ok(value)
}

fn category(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (index, p) = (
        at(c, "radiation.transport.index")?,
        at(c, "radiation.transport.category")?,
    );
    let mut e = Explanation::new("货包级别", "Category of the package")
        .noted(p)
        .input(taken(("倍数", "Times"), index, 0, "times"));
    let (Some(at_1m), Some(surface)) = (rate(args, "rate_1m")?, rate(args, "surface")?) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺剂量率，不分级",
            "a dose rate is missing: no category",
        ));
    };
    let mut exact = Ratio::from(at_1m).mul(decimal(index, 0, "times")?.into())?;
    if let Some(area) = rate(args, "area")? {
        let sizes = at(c, "radiation.transport.size")?;
        for r in 0..sizes.table.rows.len() {
            let fits = area > decimal(sizes, r, "above")? && optional(sizes, r, "to")?.is_none_or(|to| area <= to);
            if fits {
                exact = exact.mul(decimal(sizes, r, "factor")?.into())?;
                e = e.input(taken(("截面积系数", "Factor of the cross-section"), sizes, r, "factor"));
            }
        }
    }
    let ti = if exact <= decimal(index, 0, "zero_to")?.into() {
        Decimal::ZERO
    } else {
        exact.round(&rounding(index, 0)?)?
    };
    let columns: Vec<(&'static str, Cell)> = vec![("ti", ti.into())];
    for r in 0..p.table.rows.len() {
        let ti_fits = optional(p, r, "ti_to")?.is_none_or(|to| ti <= to);
        if ti_fits && surface <= decimal(p, r, "surface_to")? {
            let word = p.table.text(r, "category");
            let mut columns = columns;
            columns.push(("category_en", p.table.text(r, "category_en").into()));
            columns.push(("exclusive", p.table.text(r, "exclusive").into()));
            return Ok(Outcome {
                value: word.into(),
                columns,
                explanation: e
                    .value(word)
                    .formula(format!(
                        "TI: {at_1m} × {} = {} → {ti}",
                        index.table.text(0, "times"),
                        exact.shown(4)
                    ))
                    .input(taken(("表面剂量率不大于", "Surface at most"), p, r, "surface_to")),
            });
        }
    }
    Ok(nothing(
        e.clause(p.clause_ref()),
        columns,
        "表面剂量率超过各级，不得运输",
        "the surface dose rate is above every category: it may not be carried",
    ))
}

fn sum(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.transport.limit")?;
    let item = match args.get("vehicle").unwrap_or("vehicle") {
        "vehicle" | "车辆" => "vehicle ti",
        "aircraft" | "货机" => "cargo aircraft ti",
        other => {
            return Err(EvalError::argument(
                "vehicle",
                format!("`{other}`: write vehicle or aircraft"),
            ));
        }
    };
    let r = row(p, &[("item", item)])?;
    let limit = decimal(p, r, "limit")?;
    let e = Explanation::new("运输指数之和", "Sum of transport indices").input(taken(("限值", "Limit"), p, r, "limit"));
    let mut total = Decimal::ZERO;
    for ti in args.list("ti")? {
        let Some(ti) = ti else {
            return Ok(nothing(
                e,
                vec![("limit", limit.into())],
                "有货包缺运输指数",
                "the index of a package is missing",
            ));
        };
        if ti.is_negative() {
            return Err(EvalError::argument("ti", format!("{ti} is negative / 不得为负")));
        }
        total = total.add(ti)?;
    }
    Ok(Outcome {
        value: total.into(),
        columns: vec![("within", (total <= limit).into()), ("limit", limit.into())],
        explanation: e.value(total),
    })
}
