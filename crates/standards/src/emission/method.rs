//! Results that a standard forms before judging: cooking fume, mixed outlets, base water.

use super::limit::sector;
use super::query::CLASS;
use super::select::{all, means};
use crate::cell::{decimal, rounding};
use crate::unit::label;
use crate::word::unknown;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "emission.oil_fume",
        title: ("饮食业油烟排放浓度", "Concentration of cooking fume"),
        args: &[
            Arg::text(
                "samples",
                ("各次浓度mg/m3，空格分隔", "the samples in mg/m3 parted by spaces"),
            ),
            Arg::number("flow", "m3/h", ("实测排风量", "measured air volume")),
            Arg::number(
                "stoves",
                "1",
                ("折算的工作灶头数", "stoves in use, converted to base stoves"),
            ),
        ],
        results: &[
            Column::number("mean"),
            Column::number("kept"),
            Column::text("size"),
            Column::number("removal"),
            Column::text("exceeds"),
        ],
        keys: &[
            "emission.catering.method",
            "emission.catering.size",
            "emission.limit.catering",
        ],
        eval: oil_fume,
    },
    Function {
        name: "emission.mixed",
        title: ("混合排放口允许浓度", "Permitted concentration of a mixed outlet"),
        args: &[
            Arg::text(
                "c",
                (
                    "各产品限值mg/L，空格分隔",
                    "limit of each product in mg/L parted by spaces",
                ),
            ),
            Arg::text("q", ("各产品单位排水量", "permitted water of each product per unit")),
            Arg::text("y", ("各产品日产量", "output of each product per day")),
        ],
        results: &[],
        keys: &["emission.mixed.wastewater"],
        eval: mixed,
    },
    Function {
        name: "emission.base_water",
        title: ("水污染物基准水量排放浓度", "Concentration at the base water"),
        args: &[
            Arg::text(
                "sector",
                (
                    "dyeing印染 brewing酿造 vehicle_repair汽修",
                    "dyeing, brewing or vehicle_repair",
                ),
            ),
            Arg::number("c", "mg/L", ("实测浓度", "measured concentration")),
            Arg::number(
                "water",
                "m3",
                ("实际排水量（一个工作日）", "water discharged in the working day"),
            ),
            Arg::text(
                "products",
                (
                    "产品=产量，空格分隔，如 白酒=10",
                    "product=output parted by spaces, such as liquor=10 (an unknown one lists them)",
                ),
            ),
            CLASS,
        ],
        results: &[Column::number("base"), Column::text("converted"), Column::text("unit")],
        keys: &[
            "emission.sectors",
            "emission.base_water.brewing",
            "emission.base_water.dyeing",
            "emission.base_water.vehicle_repair",
        ],
        eval: base_water,
    },
];

fn numbers(args: &Args, name: &str) -> Result<Vec<Decimal>, EvalError> {
    let list = args.list(name)?.into_iter().enumerate();
    list.map(|(i, d)| match d {
        Some(d) if !d.is_negative() => Ok(d),
        Some(d) => Err(EvalError::argument(name, format!("number {} is negative: {d}", i + 1))),
        None => Err(EvalError::argument(name, format!("number {} is missing", i + 1))),
    })
    .collect()
}

fn oil_fume(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, sizes) = (
        c.law.at("emission.catering.method", c.date, c.division)?,
        c.law.at("emission.catering.size", c.date, c.division)?,
    );
    let limit = c.law.at("emission.limit.catering", c.date, c.division)?;
    let samples = numbers(args, "samples")?;
    let (flow, stoves) = (args.required_number("flow")?, args.required_number("stoves")?);
    if flow.is_negative() || stoves <= Decimal::ZERO {
        return Err(EvalError::argument(
            "stoves",
            "stoves must be above 0 and flow not below",
        ));
    }
    let (wanted, least): (usize, usize) = (crate::cell::whole(p, 0, "samples")?, crate::cell::whole(p, 0, "least")?);
    let largest = samples.iter().copied().max().unwrap_or_default();
    let floor = largest.mul(decimal(p, 0, "discard_below")?)?;
    let kept: Vec<Decimal> = samples.iter().copied().filter(|s| *s >= floor).collect();
    let mut e = Explanation::new("折算油烟浓度", "Converted concentration of cooking fume")
        .unit("mg/m³")
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    if samples.len() != wanted {
        e = e.note(
            format!("应采样{wanted}次，实际{}次", samples.len()),
            format!("{wanted} samples are asked for, {} were given", samples.len()),
        );
    }
    let size = size(sizes, stoves)?;
    let columns = |mean: Cell, exceeds: Cell| {
        vec![
            ("mean", mean),
            ("kept", (kept.len() as i64).into()),
            ("size", size.map_or("", |r| sizes.table.text(r, "size")).into()),
            ("removal", size.and_then(|r| decimal(sizes, r, "removal").ok()).into()),
            ("exceeds", exceeds),
        ]
    };
    if kept.len() < least {
        let e = e.note(
            format!("有效样品不足{least}个，结果无效"),
            format!("fewer than {least} samples remain: no result"),
        );
        return Ok(Outcome {
            value: Cell::Missing,
            columns: columns(Cell::Missing, Cell::Missing),
            explanation: e,
        });
    }
    let mut sum = Decimal::ZERO;
    for s in &kept {
        sum = sum.add(*s)?;
    }
    let mean = Ratio::from(sum).div(Ratio::from(kept.len() as i64))?;
    let per = decimal(p, 0, "base_volume")?;
    let exact = mean.mul(Ratio::from(flow).div(Ratio::from(per).mul(stoves.into())?)?)?;
    let rule = rounding(p, 0)?;
    let (value, most) = (exact.round(&rule)?, decimal(limit, 0, "limit")?);
    let exceeds = exact.sub(most.into())?.num() > 0;
    let e = e
        .value(value)
        .formula(format!("{} × {flow}/({per} × {stoves}) = {value}", mean.shown(4)))
        .input(
            Explanation::new("油烟限值", "Limit of cooking fume")
                .value(most)
                .unit("mg/m³")
                .clause(limit.clause_ref()),
        );
    Ok(Outcome {
        value: value.into(),
        columns: columns(mean.round(&rule)?.into(), exceeds.into()),
        explanation: e,
    })
}

/// The row of the size that so many stoves make.
fn size(p: &law::Provision, stoves: Decimal) -> Result<Option<usize>, EvalError> {
    for r in all(p) {
        let (from, below) = (
            decimal(p, r, "stoves_from")?,
            crate::cell::optional(p, r, "stoves_below")?,
        );
        if stoves >= from && below.is_none_or(|b| stoves < b) {
            return Ok(Some(r));
        }
    }
    Ok(None)
}

fn mixed(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.mixed.wastewater", c.date, c.division)?;
    let (cs, qs, ys) = (numbers(args, "c")?, numbers(args, "q")?, numbers(args, "y")?);
    if cs.len() != qs.len() || cs.len() != ys.len() {
        return Err(EvalError::argument(
            "y",
            "as many outputs and waters as concentrations are needed",
        ));
    }
    let (mut above, mut below) = (Ratio::ZERO, Ratio::ZERO);
    for ((conc, q), y) in cs.iter().zip(&qs).zip(&ys) {
        let water = Ratio::from(*q).mul((*y).into())?;
        above = above.add(water.mul((*conc).into())?)?;
        below = below.add(water)?;
    }
    if below.num() == 0 {
        return Err(EvalError::argument("q", "the water of all products together is zero"));
    }
    let value = above.div(below)?.round(&rounding(p, 0)?)?;
    let e = Explanation::new("混合排放口允许浓度", "Permitted concentration of the mixed outlet")
        .value(value)
        .unit("mg/L")
        .formula(format!(
            "Σ(C·Q·Y)/Σ(Q·Y) = {}/{} = {value}",
            above.shown(3),
            below.shown(3)
        ))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e,
    })
}

fn base_water(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let s = sector(c, args.text("sector")?)?;
    let p = c
        .law
        .at(&format!("emission.base_water.{}", s.name), c.date, c.division)?;
    let class = args.get("class").unwrap_or("direct");
    if p.table.column(class).is_none() {
        let known = p.table.columns.iter().filter(|n| n.contains("direct"));
        let known: Vec<&str> = known.map(String::as_str).collect();
        return Err(EvalError::argument(
            "class",
            format!("`{class}`: write one of {}", known.join(" ")),
        ));
    }
    let (conc, water) = (args.required_number("c")?, args.required_number("water")?);
    if conc.is_negative() || water.is_negative() {
        return Err(EvalError::argument(
            "water",
            "neither concentration nor water may be negative",
        ));
    }
    let mut base = Ratio::ZERO;
    for pair in args.text("products")?.split_whitespace() {
        let (name, output) = pair
            .split_once('=')
            .ok_or_else(|| EvalError::argument("products", format!("`{pair}`: write product=output")))?;
        let output = Decimal::parse(output).map_err(|e| EvalError::argument("products", format!("{name}: {e}")))?;
        if output.is_negative() {
            return Err(EvalError::argument(
                "products",
                format!("{name}: the output is negative"),
            ));
        }
        let r = all(p)
            .into_iter()
            .find(|r| means(p.table.text(*r, "product"), name))
            .ok_or_else(|| unknown(p, &all(p), "products", name, &["product"]))?;
        base = base.add(Ratio::from(decimal(p, r, class)?).mul(output.into())?)?;
    }
    if base.num() == 0 {
        return Err(EvalError::argument("products", "there is no output, so no base water"));
    }
    let over = Ratio::from(water).sub(base)?.num() > 0;
    let exact = if over {
        Ratio::from(water).div(base)?.mul(conc.into())?
    } else {
        conc.into()
    };
    let rule = super::select::SHOWN;
    let value = exact.round(&rule)?.normalized();
    let formula = if over {
        format!("{water}/{} × {conc} = {value}", base.shown(3))
    } else {
        format!("{water} ≤ {}: {conc}", base.shown(3))
    };
    let e = Explanation::new("判定浓度", "Concentration judged")
        .value(value)
        .unit(label("mg/L"))
        .formula(formula)
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    let columns = vec![
        ("base", base.round(&rule)?.normalized().into()),
        ("converted", over.into()),
        ("unit", "mg/L".into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}
