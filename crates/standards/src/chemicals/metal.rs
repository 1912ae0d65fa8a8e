//! Heavy metals: the source a new project needs, and the target of the year.

use crate::cell::{decimal, rounding};
use crate::node::{Noted, input};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "chemicals.metal_source",
        title: ("重金属总量替代", "Replacement of a heavy metal's discharge"),
        args: &[
            Arg::number("new", "kg/a", ("新建项目的排放量", "discharge of the new project")),
            Arg::number(
                "available",
                "kg/a",
                ("已验收、未用过的减排量", "reductions accepted and not used yet"),
            ),
            Arg::text("region", ("区域：key重点 other其他", "region: key or other")),
        ],
        results: &[
            Column::text("allowed"),
            Column::number("needed"),
            Column::number("ratio"),
        ],
        keys: &["chemicals.metal.replace", "chemicals.metal.rounding"],
        eval: source,
    },
    Function {
        name: "chemicals.metal_target",
        title: ("重金属排放目标", "Target of a heavy metal's discharge"),
        args: &[Arg::number(
            "base",
            "kg/a",
            ("2020年基数", "discharge of the base year 2020"),
        )],
        results: &[Column::number("decline"), Column::text("year")],
        keys: &["chemicals.metal.target", "chemicals.metal.rounding"],
        eval: target,
    },
];

fn amount(args: &Args, name: &str) -> Result<Decimal, EvalError> {
    let v = args.required_number(name)?;
    match v < Decimal::ZERO {
        true => Err(EvalError::argument(name, format!("{v} is negative / 不得为负"))),
        false => Ok(v),
    }
}

fn source(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("chemicals.metal.replace", c.date, c.division)?;
    let r = named(p, "region", args.text("region")?, &["region", "name_zh", "words"])?;
    let (new, available, ratio) = (
        amount(args, "new")?,
        amount(args, "available")?,
        decimal(p, r, "ratio")?,
    );
    let by = c.law.at("chemicals.metal.rounding", c.date, c.division)?;
    let rule = rounding(by, 0)?;
    let exact = new.mul(ratio)?;
    let allowed = exact <= available;
    let (needed, left) = (exact.round(&rule)?, available.sub(exact)?.round(&rule)?);
    let mut e = Explanation::new("余下的减排量", "Reductions left")
        .value(left)
        .unit("kg/a")
        .formula(format!("{available} − {new} × {ratio} = {left}"))
        .clause(p.clause_ref_row(r))
        .input(input("替代比例", "Ratio", ratio, p.clause_ref_row(r)));
    if !allowed {
        e = e.note(
            "来源不足，不得审批；减排量只能用一次",
            "not enough: no approval; a reduction serves once",
        );
    }
    Ok(Outcome {
        value: left.into(),
        columns: vec![
            ("allowed", allowed.into()),
            ("needed", needed.into()),
            ("ratio", ratio.into()),
        ],
        explanation: e.noted(p),
    })
}

fn target(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("chemicals.metal.target", c.date, c.division)?;
    let (base, decline) = (amount(args, "base")?, decimal(p, 0, "decline")?);
    let share = Ratio::from(100).sub(decline.into())?.div(Ratio::from(100))?;
    let by = c.law.at("chemicals.metal.rounding", c.date, c.division)?;
    let exact = Ratio::from(base).mul(share)?;
    let value = exact.round(&rounding(by, 0)?)?;
    let e = Explanation::new("目标排放量", "Target")
        .value(value)
        .unit("kg/a")
        .formula(format!(
            "{base} × (100 − {decline}) ÷ 100 = {} → {value}",
            exact.shown(6)
        ))
        .clause(p.clause_ref())
        .clause(by.clause_ref());
    Ok(Outcome {
        value: value.into(),
        columns: vec![("decline", decline.into()), ("year", p.table.text(0, "year").into())],
        explanation: e.noted(p),
    })
}
