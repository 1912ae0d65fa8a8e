//! Rates of work: a part of a whole in percent, by the table of what is counted.

use crate::cell::rounding;
use crate::node::Noted;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "rural.rate",
    title: (
        "农村、排污口、土壤工作比率",
        "Rates of work on villages, outfalls and soil",
    ),
    args: &[
        Arg::text(
            "kind",
            (
                "哪一项：sewage running load black_odorous outfall_closed outfall_traced safe_use manure reclaimed phosphogypsum",
                "which: sewage running load black_odorous outfall_closed outfall_traced safe_use manure reclaimed phosphogypsum",
            ),
        ),
        Arg::number(
            "part",
            "",
            ("分子，如已治理行政村数", "the part, such as villages treated"),
        ),
        Arg::number("whole", "", ("分母，如全部行政村数", "the whole, such as all villages")),
    ],
    results: &[Column::text("name"), Column::number("exact")],
    keys: &["rural.rates"],
    eval: rate,
}];

fn rate(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("rural.rates", c.date, c.division)?;
    let r = named(p, "kind", args.text("kind")?, &["kind", "name_zh"])?;
    let (part, whole) = (args.required_number("part")?, args.required_number("whole")?);
    if whole <= Decimal::ZERO {
        return Err(EvalError::argument(
            "whole",
            format!("{whole}: above 0; a rate of nothing is no rate / 须大于0"),
        ));
    }
    let over = p.table.text(r, "may_exceed") != "yes" && part > whole;
    if part < Decimal::ZERO || over {
        let reason = format!("{part} is outside 0 to {whole} ({}) / 超出0～{whole}", p.clause);
        return Err(EvalError::argument("part", reason));
    }
    let exact = Ratio::from(part).div(whole.into())?.mul(Ratio::from(100))?;
    let value = exact.round(&rounding(p, r)?)?;
    let text = |column: &str| p.table.text(r, column);
    let e = Explanation::new(text("name_zh"), text("name_en"))
        .value(value)
        .unit("%")
        .formula(format!(
            "{}{part} ÷ {}{whole} × 100 = {} → {value}",
            text("part_zh"),
            text("whole_zh"),
            exact.shown(4)
        ))
        .clause(p.clause_ref_row(r));
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("name", text("name_zh").into()),
            ("exact", exact.round(&figure::Rounding::gbt8170(3))?.into()),
        ],
        explanation: e.noted(p),
    })
}
