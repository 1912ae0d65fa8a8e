//! `emission.total`: mass from concentration and flow, hour by hour or day by day.

use crate::cell::{decimal, rounding};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const MEDIUM: Arg = Arg::text("medium", ("介质：gas废气 water废水", "medium: gas or water"));

pub(crate) const FUNCTIONS: &[Function] = &[TOTAL, PERMIT_AMOUNT];

const TOTAL: Function = Function {
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
};

const PERMIT_AMOUNT: Function = Function {
    name: "emission.permit_amount",
    title: ("实际排放量与许可排放量", "Actual against permitted amount of a year"),
    args: &[
        Arg::text(
            "amounts",
            (
                "自年初起各时段排放量kg（所有主要排放口合计），空格分隔，缺测写-",
                "kg of each period from the start of the year (all main outlets), parted by spaces, - for a missing one",
            ),
        ),
        Arg::number("permitted", "t", ("年许可排放量", "permitted amount of the year")),
    ],
    results: &[
        Column::number("share"),
        Column::number("left"),
        Column::text("over"),
        Column::number("crossed_at"),
        Column::number("missing"),
    ],
    keys: &["emission.permit_amount"],
    eval: permit_amount,
};

pub(crate) fn medium(word: &str) -> Result<&'static str, EvalError> {
    match word {
        "gas" | "air" | "废气" | "烟气" | "大气" => Ok("gas"),
        "water" | "废水" | "污水" | "水" => Ok("water"),
        other => Err(EvalError::argument("medium", format!("`{other}`: write gas or water"))),
    }
}

fn total(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("online.mass", c.date, "")?;
    let r = named(p, "medium", medium(args.text("medium")?)?, &["medium"])?;
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

fn permit_amount(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.permit_amount", c.date, c.division)?;
    let rule = rounding(p, 0)?;
    let permitted = args.required_number("permitted")?;
    if permitted <= Decimal::ZERO {
        return Err(EvalError::argument("permitted", "must be above zero"));
    }
    let most = Ratio::from(permitted);
    let (mut sum, mut crossed, mut missing) = (Ratio::ZERO, None::<i64>, 0i64);
    for (n, amount) in (1i64..).zip(args.list("amounts")?) {
        let Some(kg) = amount else {
            missing += 1;
            continue;
        };
        if kg.is_negative() {
            return Err(EvalError::argument("amounts", format!("number {n} is negative: {kg}")));
        }
        sum = sum.add(Ratio::from(kg).div(Ratio::from(1000))?)?; // kg to t
        if crossed.is_none() && sum.sub(most)?.num() > 0 {
            crossed = Some(n);
        }
    }
    let value = sum.round(&rule)?;
    let mut e = Explanation::new("累计排放量", "Amount so far")
        .value(value)
        .unit("t")
        .formula(format!(
            "Σ = {value} {} {permitted}",
            if crossed.is_some() { ">" } else { "≤" }
        ))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    if missing > 0 {
        e = e.note(
            format!("{missing}个时段缺数，累计值偏低"),
            format!("{missing} periods are missing: the sum is too low"),
        );
    }
    let share = sum.div(most)?.mul(Ratio::from(100))?.round(&rule)?;
    let columns = vec![
        ("share", share.into()),
        ("left", most.sub(sum)?.round(&rule)?.into()),
        ("over", crossed.is_some().into()),
        ("crossed_at", crossed.into()),
        ("missing", missing.into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}
