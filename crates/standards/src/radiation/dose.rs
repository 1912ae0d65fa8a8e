//! Doses of people against the limits of GB 18871.

use crate::cell::{at, decimal, whole};
use crate::node::{Noted, nothing, taken};
use crate::real::significant;
use crate::unit::label;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

const GROUP: Arg = Arg::text(
    "group",
    (
        "人员：worker职业、trainee学员、public公众",
        "group: worker, trainee or public",
    ),
);

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.dose_limit",
        title: ("剂量限值", "Dose limit"),
        args: &[
            GROUP,
            Arg::text(
                "quantity",
                (
                    "量：mean五年平均 effective单年有效 lens眼晶体 skin皮肤四肢",
                    "quantity: mean (of five years) effective (one year) lens skin",
                ),
            ),
        ],
        results: &[Column::text("unit"), Column::text("over")],
        keys: &["radiation.dose.limit"],
        eval: limit,
    },
    Function {
        name: "radiation.dose",
        title: ("剂量限值符合性", "Whether doses keep the limits"),
        args: &[
            GROUP,
            Arg::text(
                "doses",
                (
                    "平均期内逐年剂量mSv，空格分隔，缺者写-",
                    "dose of each year of the averaging period in mSv, parted by spaces, - for a missing one",
                ),
            ),
            Arg::text(
                "quantity",
                (
                    "量：effective有效剂量（默认）、lens眼晶体、skin皮肤四肢",
                    "quantity: effective (default), lens, skin",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("sum"),
            Column::number("mean"),
            Column::number("largest"),
            Column::text("exceeding"),
        ],
        keys: &["radiation.dose.limit", "radiation.dose.years"],
        eval: doses,
    },
];

fn find<'a>(p: &'a Provision, args: &Args, quantity: &str) -> Result<(&'a str, usize), EvalError> {
    let group = p
        .table
        .text(named(p, "group", args.text("group")?, &["group", "group_zh"])?, "group");
    let known = p.table.text(
        named(p, "quantity", quantity, &["quantity", "quantity_zh"])?,
        "quantity",
    );
    let r = p.table.find(&[("group", group), ("quantity", known)]).ok_or_else(|| {
        EvalError::argument(
            "quantity",
            format!("{} has no limit of `{known}` for `{group}`", p.standard.number),
        )
    })?;
    Ok((group, r))
}

fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.dose.limit")?;
    let (_, r) = find(p, args, args.text("quantity")?)?;
    let value = decimal(p, r, "limit")?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("unit", p.unit(r, "limit").into()),
            ("over", p.table.text(r, "over").into()),
        ],
        explanation: Explanation::new("剂量限值", "Dose limit")
            .noted(p)
            .value(value)
            .unit(label(p.unit(r, "limit")))
            .clause(p.clause_ref_row(r)),
    })
}

fn doses(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, period) = (at(c, "radiation.dose.limit")?, at(c, "radiation.dose.years")?);
    let quantity = args.get("quantity").unwrap_or("effective");
    let (group, r) = find(p, args, quantity)?;
    let single = decimal(p, r, "limit")?;
    let years = whole::<usize>(period, 0, "years")?;
    let given = args.list("doses")?;
    if given.len() > years {
        let reason = format!("{} years: the mean is over {years} / 平均期为{years}年", given.len());
        return Err(EvalError::argument("doses", reason));
    }
    let known: Vec<Decimal> = given.iter().flatten().copied().collect();
    if let Some(d) = known.iter().find(|d| d.is_negative()) {
        return Err(EvalError::argument("doses", format!("{d} is negative / 剂量不得为负")));
    }
    let mut e = Explanation::new("剂量符合性", "Doses against the limits")
        .noted(p)
        .clause(period.clause_ref())
        .input(taken(("单年限值", "Limit of one year"), p, r, "limit"));
    let mut sum = Decimal::ZERO;
    for d in &known {
        sum = sum.add(*d)?;
    }
    let largest = known.iter().max().copied();
    let mut over = Vec::new();
    if largest.is_some_and(|d| d > single) {
        over.push("year");
    }
    // Only the effective dose has a mean to keep; it can be passed before all its years are over.
    let averaged = p
        .table
        .find(&[("group", group), ("quantity", "mean")])
        .filter(|_| p.table.text(r, "quantity") == "effective");
    let mut mean = None;
    if let Some(m) = averaged {
        let (most, n) = (decimal(p, m, "limit")?, i64::try_from(years).unwrap_or(i64::MAX));
        let exact = Ratio::from(sum).div(Ratio::from(n))?;
        e = e
            .input(taken(("平均限值", "Limit of the mean"), p, m, "limit"))
            .formula(format!("{sum} ÷ {n} = {}", exact.shown(4)));
        if exact > most.into() {
            over.push("mean");
        }
        if known.len() == years {
            mean = Some(significant(exact, 4)?);
        }
    }
    let columns: Vec<(&'static str, Cell)> = vec![
        ("sum", sum.into()),
        ("mean", mean.into()),
        ("largest", largest.into()),
        ("exceeding", over.join(" ").into()),
    ];
    if over.is_empty() && (known.is_empty() || known.len() < given.len()) {
        return Ok(nothing(
            e,
            columns,
            "有年份缺剂量，不能判定符合",
            "the dose of a year is missing: it cannot be said to be kept",
        ));
    }
    if over.is_empty() && averaged.is_some() && known.len() < years {
        let zh = format!("未见超限；满{years}年才能判定平均值");
        let en = format!("nothing exceeds yet; the mean is judged after {years} years");
        return Ok(nothing(e, columns, &zh, &en));
    }
    let kept = over.is_empty();
    Ok(Outcome {
        value: kept.into(),
        columns,
        explanation: e.value(if kept { "yes" } else { "no" }),
    })
}
