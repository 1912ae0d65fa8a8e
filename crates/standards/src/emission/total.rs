//! `emission.total`: mass from concentration and flow, hour by hour or day by day.

use super::select::{decimal, rounding, row};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio};

pub(crate) const MEDIUM: Arg = Arg::text("medium", ("介质：gas废气 water废水", "medium: gas or water"));

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "emission.total",
    title: ("排放量", "Mass emitted"),
    args: &[
        MEDIUM,
        Arg::text(
            "c",
            (
                "各时段浓度，空格分隔，缺测写-（废气mg/m3标干，不折算；废水mg/L）",
                "concentration of each period parted by spaces, - for a missing one (gas: mg/m3 dry standard, \
                 not converted; water: mg/L)",
            ),
        ),
        Arg::text(
            "q",
            (
                "各时段流量，空格分隔（废气m3/h标干，废水m3）",
                "flow of each period parted by spaces (gas: m3/h dry standard; water: m3)",
            ),
        ),
    ],
    results: &[
        Column::number("tonnes"),
        Column::number("weighted_mean"),
        Column::number("mean"),
        Column::number("n"),
        Column::number("missing"),
    ],
    keys: &["online.mass"],
    eval: total,
}];

pub(crate) fn medium(word: &str) -> Result<&'static str, EvalError> {
    match word {
        "gas" | "air" | "废气" | "烟气" | "大气" => Ok("gas"),
        "water" | "废水" | "污水" | "水" => Ok("water"),
        other => Err(EvalError::argument("medium", format!("`{other}`: write gas or water"))),
    }
}

fn total(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("online.mass", c.date, "")?;
    let r = row(p, &["medium"], "medium", medium(args.text("medium")?)?)?;
    let (factor, rule) = (decimal(p, r, "factor")?, rounding(p, r)?);
    let (cs, qs) = (args.list("c")?, args.list("q")?);
    if cs.len() != qs.len() || cs.is_empty() {
        let reason = format!("{} concentrations need as many flows, not {}", cs.len(), qs.len());
        return Err(EvalError::argument("q", reason));
    }
    let (mut mass, mut volume, mut sum, mut n) = (Ratio::ZERO, Ratio::ZERO, Ratio::ZERO, 0i64);
    for (i, (conc, flow)) in cs.iter().zip(&qs).enumerate() {
        let (Some(conc), Some(flow)) = (conc, flow) else {
            continue;
        };
        for (name, d) in [("c", conc), ("q", flow)] {
            if d.is_negative() {
                let reason = format!("number {} is negative ({d}): judge its validity first", i + 1);
                return Err(EvalError::argument(name, reason));
            }
        }
        mass = mass.add(Ratio::from(*conc).mul((*flow).into())?)?;
        volume = volume.add((*flow).into())?;
        sum = sum.add((*conc).into())?;
        n += 1;
    }
    let missing = i64::try_from(cs.len()).unwrap_or(i64::MAX).saturating_sub(n);
    let e = Explanation::new("排放量", "Mass emitted")
        .clause(p.clause_ref_row(r))
        .note(&p.note.zh, &p.note.en);
    if n == 0 {
        let e = e.note("没有成对的浓度和流量", "no period has both a concentration and a flow");
        return Ok(Outcome {
            value: crate::Cell::Missing,
            columns: vec![("n", 0.into()), ("missing", missing.into())],
            explanation: e,
        });
    }
    let kg = mass.mul(factor.into())?;
    let value = kg.round(&rule)?;
    let weighted = if volume.num() > 0 {
        Some(mass.div(volume)?.round(&rule)?)
    } else {
        None
    };
    let mut e = e
        .value(value)
        .unit("kg")
        .formula(format!("Σ(C×Q) × {factor} = {} × {factor} = {value}", mass.shown(6)));
    if missing > 0 {
        e = e.note(
            format!("{missing}个时段缺测，未计入也未补"),
            format!("{missing} periods are missing: neither counted nor filled"),
        );
    }
    let columns = vec![
        ("tonnes", kg.div(Ratio::from(1000))?.round(&rule)?.into()),
        ("weighted_mean", weighted.into()),
        ("mean", sum.div(Ratio::from(n))?.round(&rule)?.normalized().into()),
        ("n", n.into()),
        ("missing", missing.into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}
