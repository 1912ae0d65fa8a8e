//! `emission.ultra_low_share`: the share of hours within the ultra-low value against what is asked for.

use super::select::SHOWN;
use crate::cell::decimal;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "emission.ultra_low_share",
    title: ("超低排放达标时段比例", "Share of hours within the ultra-low value"),
    args: &[
        Arg::text("sector", ("行业：steel钢铁 cement水泥", "sector: steel or cement")),
        Arg::number(
            "within",
            "h",
            ("达到超低值的有效小时数", "valid hours within the value"),
        ),
        Arg::number("valid", "h", ("有效小时数", "valid hours")),
    ],
    results: &[Column::text("met"), Column::number("least")],
    keys: &["emission.ultra_low.share.cement", "emission.ultra_low.share.steel"],
    eval: share,
}];

fn share(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let sector = match args.text("sector")? {
        "steel" | "钢铁" => "steel",
        "cement" | "水泥" => "cement",
        other => {
            return Err(EvalError::argument(
                "sector",
                format!("`{other}`: write steel or cement"),
            ));
        }
    };
    let p = c
        .law
        .at(&format!("emission.ultra_low.share.{sector}"), c.date, c.division)?;
    let (within, valid) = (args.required_number("within")?, args.required_number("valid")?);
    if within.is_negative() || within > valid {
        return Err(EvalError::argument(
            "within",
            format!("{within} must be from 0 to the {valid} valid hours"),
        ));
    }
    let least = decimal(p, 0, "share")?;
    let e = Explanation::new("达标时段比例", "Share of hours within")
        .unit("%")
        .clause(p.clause_ref());
    if valid <= Decimal::ZERO {
        return Ok(Outcome {
            value: Cell::Missing,
            columns: vec![("least", least.into())],
            explanation: e.note("没有有效小时，不能判定", "no valid hour: nothing can be said"),
        });
    }
    let exact = Ratio::from(within).div(valid.into())?.mul(Ratio::from(100))?;
    let met = exact.sub(least.into())?.num() >= 0;
    let value = exact.round(&SHOWN)?.normalized();
    let sign = if met { "≥" } else { "<" };
    Ok(Outcome {
        value: value.into(),
        columns: vec![("met", met.into()), ("least", least.into())],
        explanation: e
            .value(value)
            .formula(format!("{within}/{valid} = {value} % {sign} {least} %")),
    })
}
