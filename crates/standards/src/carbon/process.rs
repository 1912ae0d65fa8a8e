//! Emission by activity and factor (processes, farming), clinker, aluminium, equivalents.

use super::{decimals, molar};
use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::unit::{of_hundred, of_law};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "carbon.activity",
        title: ("活动水平乘排放因子", "Activity times emission factor"),
        args: &[
            Arg::text(
                "set",
                (
                    "因子来源：carbonate碳酸盐 steel钢铁 inventory省级清单（版本按日期）",
                    "set of factors: carbonate, steel, inventory (its edition by the date)",
                ),
            ),
            Arg::text(
                "item",
                (
                    "活动，如 CaCO3、电极、稻田、肠道发酵、水泥熟料",
                    "activity by its name in the set, as CaCO3",
                ),
            ),
            Arg::text(
                "class",
                (
                    "类别，如 单季稻、奶牛-规模化；没有不填",
                    "class within the item, if it has any",
                ),
            )
            .optional(),
            Arg::text(
                "region",
                ("地区，如 华东；只有一个时不填", "region, if there is more than one"),
            )
            .optional(),
            Arg::number(
                "amount",
                "",
                ("活动水平，单位见结果unit列", "amount, in the unit of the column `unit`"),
            ),
            Arg::text(
                "gwp",
                (
                    "增温潜势：SAR AR4 AR5 AR6；默认按清单版本",
                    "potentials: SAR AR4 AR5 AR6; those of the edition unless given",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("gas"),
            Column::number("co2e"),
            Column::text("unit"),
            Column::number("factor"),
        ],
        keys: &[
            "carbon.sets",
            "carbon.carbonate.factor",
            "carbon.steel.factor",
            "carbon.inventory.factor",
            "carbon.inventory.gwp",
            "carbon.gwp",
            "carbon.molar",
            "carbon.decimals",
        ],
        eval: activity,
    },
    Function {
        name: "carbon.clinker",
        title: ("水泥熟料过程二氧化碳排放量", "Process carbon dioxide of clinker"),
        args: &[
            Arg::number("clinker", "t", ("熟料产量", "clinker produced")),
            Arg::number("cao", "%", ("熟料CaO含量", "CaO of the clinker")),
            Arg::number("cao_other", "%", ("其中非碳酸盐来源的CaO", "CaO not from carbonate")),
            Arg::number("mgo", "%", ("熟料MgO含量", "MgO of the clinker")),
            Arg::number("mgo_other", "%", ("其中非碳酸盐来源的MgO", "MgO not from carbonate")),
        ],
        results: &[Column::number("factor")],
        keys: &["carbon.cement", "carbon.molar", "carbon.decimals"],
        eval: clinker,
    },
    Function {
        name: "carbon.aluminium",
        title: (
            "电解铝阳极消耗和阳极效应排放",
            "Anode and anode effect of aluminium smelting",
        ),
        args: &[
            Arg::number("aluminium", "t", ("原铝产量", "aluminium produced")),
            Arg::number(
                "anode",
                "t/t",
                ("吨铝阳极净耗，默认按指南", "net anode per t, by the guide unless given"),
            )
            .optional(),
            Arg::number(
                "sulphur",
                "%",
                (
                    "阳极平均含硫，默认按指南",
                    "sulphur of the anode, by the guide unless given",
                ),
            )
            .optional(),
            Arg::number(
                "ash",
                "%",
                (
                    "阳极平均灰分，默认按指南",
                    "ash of the anode, by the guide unless given",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("anode_co2"),
            Column::number("pfc_co2e"),
            Column::number("anode_factor"),
            Column::number("pfc_factor"),
        ],
        keys: &["carbon.aluminium", "carbon.molar", "carbon.decimals"],
        eval: aluminium,
    },
    Function {
        name: "carbon.gwp",
        title: ("温室气体折算二氧化碳当量", "Carbon dioxide equivalent of a gas"),
        args: &[
            Arg::text(
                "gas",
                (
                    "气体：CO2 CH4 N2O SF6 CF4 C2F6 HFC-23 HFC-134a HFC-125 HFC-32 NF3",
                    "gas: CO2 CH4 N2O SF6 CF4 C2F6 HFC-23 HFC-134a HFC-125 HFC-32 NF3",
                ),
            ),
            Arg::number("mass", "t", ("质量", "mass")),
            Arg::text(
                "gwp",
                (
                    "增温潜势：SAR AR4 AR5 AR6；默认按清单版本",
                    "potentials: SAR AR4 AR5 AR6; those of the inventory guide of the day unless given",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("potential"), Column::text("report")],
        keys: &["carbon.gwp", "carbon.inventory.gwp", "carbon.decimals"],
        eval: equivalent,
    },
];

/// The potential of a gas: row, column name, value.
pub(super) fn potential<'a>(c: &Context<'a>, args: &Args, gas: &str) -> Result<(Row<'a>, &'a str, Ratio), EvalError> {
    let table = at(c, "carbon.gwp")?;
    let reports = &table.0.table.columns;
    let wanted = match args.get("gwp") {
        Some(w) => w,
        None => at(c, "carbon.inventory.gwp")?.only().text("set"),
    };
    let column = reports.iter().skip(1).find(|r| r.eq_ignore_ascii_case(wanted));
    let column = column
        .ok_or_else(|| EvalError::argument("gwp", format!("`{wanted}`: write one of {}", reports[1..].join(" "))))?;
    let row = table.word("gas", gas, &["gas"])?;
    let value = row
        .optional(column)?
        .ok_or_else(|| EvalError::argument("gwp", format!("{column} has no potential for {}", row.text("gas"))))?;
    Ok((row, column, value.into()))
}

fn activity(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let set = at(c, "carbon.sets")?.word("set", args.text("set")?, &["set", "alias"])?;
    let table = at(c, set.text("law_key"))?;
    let item = table.word("item", args.text("item")?, &["item"])?.text("item");
    let mut rows: Vec<Row<'_>> = table.rows().filter(|r| r.text("item") == item).collect();
    for (name, column) in [("class", "class"), ("region", "region")] {
        let several = rows.iter().any(|r| r.text(column) != rows[0].text(column)); // rows holds the item's own row
        match args.get(name) {
            Some(word) => {
                let hit = crate::row::pick(&rows, name, word, &[column])?.text(column);
                rows.retain(|r| r.text(column) == hit);
            }
            None if several => {
                let known: Vec<&str> = rows.iter().map(|r| r.text(column)).collect();
                return Err(EvalError::argument(
                    name,
                    format!("{item} needs one of / 须填: {}", known.join(" ")),
                ));
            }
            None => {}
        }
    }
    let row = rows.first().copied().ok_or_else(|| EvalError::law(table.0, "no row"))?;
    let amount = args.amount("amount")?;
    let per = row.text("amount_unit");
    let unit = row.p.unit(row.row, "value");
    let mass_unit = unit.split('/').next().unwrap_or("t");
    let mut mass = of_law(row.p, row.ratio("value")?.mul(amount.into())?, mass_unit, "t")?;
    let mut gas = row.text("gas");
    let mut node = Explanation::new(format!("{item}排放量"), "Emission of the activity")
        .input(given("活动水平", "amount", amount, per))
        .input(row.node("value", "排放因子", "emission factor")?);
    let mut formula = format!("{amount} × {}", row.text("value"));
    if at(c, "carbon.molar")?.rows().any(|r| r.text("from") == gas) {
        let (to, ratio, chemistry) = molar(c, gas)?;
        mass = mass.mul(ratio)?;
        gas = to;
        formula += &format!(" × {}/{}", chemistry.text("num"), chemistry.text("den"));
        node = node.clause(chemistry.clause());
    }
    let (rounding, _) = decimals(c, "emission")?;
    let value = mass.round(&rounding)?;
    let co2e = if gas == "CO2" && args.get("gwp").is_none() {
        mass
    } else {
        let (p, report, times) = potential(c, args, gas)?;
        node = node.input(p.node(
            report,
            &format!("{gas}增温潜势（{report}）"),
            &format!("potential of {gas} ({report})"),
        )?);
        mass.mul(times)?
    };
    node = node
        .value(value)
        .unit(format!("t {gas}"))
        .formula(format!("{formula} = {value} t"))
        .clause(row.clause())
        .noted(table.0);
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("gas", gas.into()),
            ("co2e", co2e.round(&rounding)?.into()),
            ("unit", per.into()),
            ("factor", row.number("value")?.into()),
        ],
        explanation: node,
    })
}

fn clinker(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "carbon.cement")?.only();
    let amount = args.amount("clinker")?;
    let mut node = Explanation::new("熟料过程排放量", "Process emission of clinker").clause(rule.clause());
    let mut factor = Ratio::ZERO;
    for (name, other, oxide) in [("cao", "cao_other", "CaO"), ("mgo", "mgo_other", "MgO")] {
        let (whole, rest) = (args.percent(name)?, args.percent(other)?);
        if rest > whole {
            let reason = format!("{rest} % exceeds the whole {oxide} of {whole} % (不得大于总量)");
            return Err(EvalError::argument(other, reason));
        }
        let (_, ratio, chemistry) = molar(c, oxide)?;
        factor = factor.add(of_hundred(whole.sub(rest)?)?.mul(ratio)?)?;
        node = node
            .input(given(
                &format!("{oxide}含量"),
                &format!("{oxide} of the clinker"),
                whole,
                "%",
            ))
            .input(given(
                &format!("非碳酸盐来源的{oxide}"),
                &format!("{oxide} not from carbonate"),
                rest,
                "%",
            ))
            .clause(chemistry.clause());
    }
    let value = factor.mul(amount.into())?.round(&decimals(c, "emission")?.0)?;
    let shown = factor.round(&decimals(c, "factor")?.0)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![("factor", shown.into())],
        explanation: node
            .value(value)
            .unit("tCO₂")
            .formula(format!("{amount} × {shown} = {value}"))
            .noted(rule.p),
    })
}

fn aluminium(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "carbon.aluminium")?.only();
    let amount = args.amount("aluminium")?;
    let own = |name: &str| args.amount_or_none(name)?.map_or_else(|| rule.number(name), Ok);
    let (anode, sulphur, ash) = (own("anode")?, own("sulphur")?, own("ash")?);
    let left = Ratio::from(100)
        .sub(sulphur.into())?
        .sub(ash.into())?
        .div(Ratio::from(100))?;
    if left < Ratio::ZERO {
        return Err(EvalError::argument("sulphur", "sulphur and ash exceed the whole anode"));
    }
    let (_, ratio, chemistry) = molar(c, "C")?;
    let anode_factor = Ratio::from(anode).mul(left)?.mul(ratio)?;
    let gases = rule.ratio("cf4")?.mul(rule.ratio("gwp_cf4")?)?;
    let gases = gases.add(rule.ratio("c2f6")?.mul(rule.ratio("gwp_c2f6")?)?)?;
    let pfc_factor = gases.div(Ratio::from(1000))?; // kg to t
    let (rounding, four) = (decimals(c, "emission")?.0, decimals(c, "intensity")?.0);
    let exact = |f: Ratio| f.mul(amount.into());
    let value = exact(anode_factor.add(pfc_factor)?)?.round(&rounding)?;
    let mut node = Explanation::new("电解铝过程排放量", "Process emission of aluminium")
        .value(value)
        .unit("tCO₂e")
        .formula(format!(
            "{amount} × ({} + {})",
            anode_factor.shown(4),
            pfc_factor.shown(4)
        ))
        .clause(rule.clause())
        .clause(chemistry.clause())
        .input(given("吨铝阳极净耗", "net anode", anode, "t/t"))
        .input(given("阳极含硫", "sulphur", sulphur, "%"))
        .input(given("阳极灰分", "ash", ash, "%"));
    for (column, zh) in [
        ("cf4", "CF4因子"),
        ("c2f6", "C2F6因子"),
        ("gwp_cf4", "CF4增温潜势"),
        ("gwp_c2f6", "C2F6增温潜势"),
    ] {
        node = node.input(rule.node(column, zh, column)?);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("anode_co2", exact(anode_factor)?.round(&rounding)?.into()),
            ("pfc_co2e", exact(pfc_factor)?.round(&rounding)?.into()),
            ("anode_factor", anode_factor.round(&four)?.into()),
            ("pfc_factor", pfc_factor.round(&four)?.into()),
        ],
        explanation: node,
    })
}

fn equivalent(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let mass = args.amount("mass")?;
    let (row, report, times) = potential(c, args, args.text("gas")?)?;
    let value = times.mul(mass.into())?.round(&decimals(c, "emission")?.0)?;
    let node = Explanation::new("二氧化碳当量", "Carbon dioxide equivalent")
        .value(value)
        .unit("tCO₂e")
        .formula(format!("{mass} × {} = {value}", row.text(report)))
        .clause(row.clause())
        .input(row.node(
            report,
            &format!("增温潜势（{report}）"),
            &format!("potential ({report})"),
        )?)
        .noted(row.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("potential", Cell::from(row.optional(report)?)),
            ("report", report.into()),
        ],
        explanation: node,
    })
}
