//! Waste in the provincial inventory: incineration, landfill, waste water.

use super::process::potential;
use super::{decimals, molar};
use crate::node::{Noted, given};
use crate::row::at;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

const GWP: Arg = Arg::text(
    "gwp",
    (
        "增温潜势：SAR AR4 AR5 AR6；默认按清单版本",
        "potentials: SAR AR4 AR5 AR6; those of the edition unless given",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "carbon.incineration",
        title: ("废弃物焚烧二氧化碳排放量", "Carbon dioxide of burned waste"),
        args: &[
            Arg::text(
                "waste",
                (
                    "废弃物：生活垃圾 或 危险废物",
                    "waste by its Chinese name: municipal or hazardous",
                ),
            ),
            Arg::number("amount", "t", ("焚烧量", "amount burned")),
        ],
        results: &[Column::number("factor")],
        keys: &["carbon.inventory.incineration", "carbon.molar", "carbon.decimals"],
        eval: incineration,
    },
    Function {
        name: "carbon.landfill",
        title: ("填埋甲烷排放量（质量平衡法）", "Methane of landfills (mass balance)"),
        args: &[
            Arg::number("waste", "t", ("填埋量", "waste landfilled")),
            Arg::text(
                "site",
                (
                    "填埋场：管理 未管理深 未管理浅",
                    "site by its Chinese name: managed, deep, shallow",
                ),
            ),
            Arg::number(
                "doc",
                "1",
                ("可降解有机碳比例DOC，0至1", "degradable organic carbon DOC, 0 to 1"),
            ),
            Arg::number(
                "recovered",
                "t",
                ("甲烷回收量，默认0", "methane recovered, 0 unless given"),
            )
            .optional(),
            GWP,
        ],
        results: &[Column::number("co2e")],
        keys: &[
            "carbon.inventory.landfill",
            "carbon.inventory.gwp",
            "carbon.gwp",
            "carbon.molar",
            "carbon.decimals",
        ],
        eval: landfill,
    },
    Function {
        name: "carbon.wastewater",
        title: ("废水处理甲烷排放量", "Methane of waste water"),
        args: &[
            Arg::text(
                "kind",
                (
                    "有机物指标：BOD生活污水 或 COD工业废水",
                    "BOD (domestic) or COD (industrial)",
                ),
            ),
            Arg::number("organic", "t", ("处理的有机物量TOW", "organic matter treated, TOW")),
            Arg::number(
                "mcf",
                "1",
                (
                    "甲烷修正因子，生活污水默认按指南",
                    "methane correction factor; for BOD by the guide unless given",
                ),
            )
            .optional(),
            Arg::number(
                "recovered",
                "t",
                ("甲烷回收量，默认0", "methane recovered, 0 unless given"),
            )
            .optional(),
            GWP,
        ],
        results: &[Column::number("co2e")],
        keys: &[
            "carbon.inventory.wastewater",
            "carbon.inventory.gwp",
            "carbon.gwp",
            "carbon.decimals",
        ],
        eval: wastewater,
    },
];

fn incineration(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "carbon.inventory.incineration")?.word("waste", args.text("waste")?, &["waste"])?;
    let amount = args.amount("amount")?;
    let (_, ratio, chemistry) = molar(c, "C")?;
    let mut factor = ratio;
    let mut node = Explanation::new("焚烧排放量", "Emission of burning").input(given("焚烧量", "amount", amount, "t"));
    for (column, zh, en) in [
        ("ccw", "含碳比例", "carbon content"),
        ("fcf", "矿物碳比例", "fossil share"),
        ("ef", "燃烧效率", "burning efficiency"),
    ] {
        factor = factor.mul(row.ratio(column)?)?;
        node = node.input(row.node(column, zh, en)?);
    }
    let value = factor.mul(amount.into())?.round(&decimals(c, "emission")?.0)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![("factor", factor.round(&decimals(c, "intensity")?.0)?.into())],
        explanation: node
            .value(value)
            .unit("tCO₂")
            .formula(format!("{amount} × {} = {value}", factor.shown(6)))
            .clause(row.clause())
            .clause(chemistry.clause()),
    })
}

/// Methane with its equivalent.
fn methane(c: &Context<'_>, args: &Args, mass: Ratio, node: Explanation) -> Result<Outcome, EvalError> {
    if mass < Ratio::ZERO {
        return Err(EvalError::argument(
            "recovered",
            "exceeds the methane made (回收量大于产生量)",
        ));
    }
    let (row, report, times) = potential(c, args, "CH4")?;
    let rounding = decimals(c, "emission")?.0;
    let value = mass.round(&rounding)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![("co2e", mass.mul(times)?.round(&rounding)?.into())],
        explanation: node.value(value).unit("t CH₄").input(row.node(
            report,
            &format!("CH4增温潜势（{report}）"),
            &format!("potential of CH4 ({report})"),
        )?),
    })
}

fn landfill(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "carbon.inventory.landfill")?.word("site", args.text("site")?, &["site"])?;
    let (waste, doc) = (args.amount("waste")?, args.amount("doc")?);
    if doc > Decimal::from_int(1) {
        return Err(EvalError::argument(
            "doc",
            format!("{doc}: a share of 0 to 1 is wanted"),
        ));
    }
    let recovered = args.amount_or_none("recovered")?.unwrap_or(Decimal::ZERO);
    let (_, ratio, chemistry) = molar(c, "CH4-C")?;
    let potential = row
        .ratio("mcf")?
        .mul(doc.into())?
        .mul(row.ratio("doc_f")?)?
        .mul(row.ratio("f")?)?
        .mul(ratio)?;
    let kept = Ratio::from(1).sub(row.ratio("ox")?)?;
    let mass = potential.mul(waste.into())?.sub(recovered.into())?.mul(kept)?;
    let mut node = Explanation::new("填埋甲烷排放量", "Methane of the landfill")
        .formula(format!(
            "({waste} × {} − {recovered}) × {}",
            potential.shown(6),
            kept.shown(4)
        ))
        .clause(row.clause())
        .clause(chemistry.clause())
        .input(given("可降解有机碳", "degradable organic carbon", doc, "1"))
        .noted(row.p);
    for (column, zh) in [
        ("mcf", "甲烷修正因子"),
        ("doc_f", "可降解比例"),
        ("f", "填埋气中甲烷比例"),
        ("ox", "氧化因子"),
    ] {
        node = node.input(row.node(column, zh, column)?);
    }
    methane(c, args, mass, node)
}

fn wastewater(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "carbon.inventory.wastewater")?.word("kind", args.text("kind")?, &["kind"])?;
    let organic = args.amount("organic")?;
    let mcf = match (args.amount_or_none("mcf")?, row.optional("mcf")?) {
        (Some(d), _) | (None, Some(d)) => d,
        (None, None) => {
            let reason = format!(
                "{} gives none for {}: it must be given (须给定)",
                row.p.standard.number,
                row.text("kind")
            );
            return Err(EvalError::argument("mcf", reason));
        }
    };
    let recovered = args.amount_or_none("recovered")?.unwrap_or(Decimal::ZERO);
    let mass = row
        .ratio("b0")?
        .mul(mcf.into())?
        .mul(organic.into())?
        .sub(recovered.into())?;
    let node = Explanation::new("废水甲烷排放量", "Methane of waste water")
        .formula(format!("{organic} × {} × {mcf} − {recovered}", row.text("b0")))
        .clause(row.clause())
        .input(row.node("b0", "甲烷最大产生能力", "greatest methane capacity")?)
        .input(given("甲烷修正因子", "methane correction factor", mcf, "1"))
        .noted(row.p);
    methane(c, args, mass, node)
}
