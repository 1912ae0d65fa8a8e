//! Burning of fuels: carbon by measurement or by default, coal on its bases, heat, shares of a power unit.

use super::{decimals, molar};
use crate::node::{Noted, given};
use crate::row::{Entry, Row, at};
use crate::unit::{of_hundred, of_law};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "carbon.fuel",
        title: ("化石燃料燃烧二氧化碳排放量", "Carbon dioxide of a burned fuel"),
        args: &[
            Arg::text(
                "fuel",
                (
                    "燃料：无烟煤 烟煤 褐煤 焦炭 石油焦 原油 燃料油 汽油 柴油 液化石油气 天然气 高炉煤气 焦炉煤气等；发电用 燃煤 非常规燃煤机组 燃油 燃气",
                    "fuel by its Chinese name as in the set of defaults",
                ),
            ),
            Arg::number(
                "amount",
                "",
                (
                    "消耗量：t，气体为万m³（标态）",
                    "amount in t, gases in 10,000 m3 at standard state",
                ),
            ),
            Arg::text(
                "set",
                (
                    "缺省值来源：market企业（默认） power发电设施 inventory省级清单",
                    "set of defaults: market (default), power, inventory",
                ),
            )
            .optional(),
            Arg::number(
                "c_ar",
                "",
                (
                    "实测收到基元素碳含量，tC/t（气体tC/万m³）",
                    "measured carbon content as received, t C per t (gases per 10,000 m3)",
                ),
            )
            .optional(),
            Arg::number(
                "ncv",
                "",
                (
                    "实测低位发热量，GJ/t或GJ/万m³",
                    "measured heating value, GJ per t or per 10,000 m3",
                ),
            )
            .optional(),
            Arg::number("cc", "t/GJ", ("实测单位热值含碳量", "measured carbon per heat")).optional(),
            Arg::number("of", "%", ("碳氧化率", "oxidation")).optional(),
        ],
        results: &[
            Column::number("factor"),
            Column::number("carbon"),
            Column::text("measured"),
        ],
        keys: &[
            "carbon.fuel.sets",
            "carbon.fuel.market",
            "carbon.power.default",
            "carbon.inventory.fuel",
            "carbon.molar",
            "carbon.decimals",
        ],
        eval: fuel,
    },
    Function {
        name: "carbon.coal_carbon",
        title: ("煤的收到基元素碳含量", "Carbon content of coal as received"),
        args: &[
            Arg::number("c_ad", "%", ("空干基碳含量", "carbon, air dried")).optional(),
            Arg::number(
                "c_d",
                "%",
                ("干基碳含量（与空干基二选一）", "carbon, dry (in place of air dried)"),
            )
            .optional(),
            Arg::number("m_ar", "%", ("收到基水分", "moisture as received")),
            Arg::number(
                "m_ad",
                "%",
                ("空干基水分（用空干基时必填）", "moisture, air dried (needed with c_ad)"),
            )
            .optional(),
        ],
        results: &[Column::number("percent")],
        keys: &["carbon.decimals"],
        eval: coal_carbon,
    },
    Function {
        name: "carbon.heat",
        title: ("供热量和购入热力排放", "Heat and its emission"),
        args: &[
            Arg::text(
                "kind",
                (
                    "介质：steam蒸汽 water热水 heat已知热量",
                    "steam, water, or heat when the heat is known",
                ),
            ),
            Arg::number(
                "amount",
                "",
                ("蒸汽或热水量t；heat时为GJ", "t of steam or water; GJ for heat"),
            ),
            Arg::number(
                "state",
                "",
                (
                    "蒸汽焓kJ/kg，或热水温度℃",
                    "enthalpy of the steam in kJ/kg, or temperature of the water in C",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("emission")],
        keys: &["carbon.power.heat", "carbon.heat.factor", "carbon.decimals"],
        eval: heat,
    },
    Function {
        name: "carbon.power_unit",
        title: ("发电机组供热比和排放强度", "Heat ratio and intensities of a power unit"),
        args: &[
            Arg::number("emission", "t", ("机组二氧化碳排放量", "emission of the unit")),
            Arg::number("heat_supplied", "GJ", ("供热量", "heat supplied")),
            Arg::number(
                "heat_produced",
                "GJ",
                ("锅炉产热量（扣给水）", "heat the boiler produced, less feedwater"),
            ),
            Arg::number("power_supplied", "MWh", ("供电量", "power supplied")),
        ],
        results: &[Column::number("power_intensity"), Column::number("heat_intensity")],
        keys: &["carbon.decimals"],
        eval: power_unit,
    },
];

/// The set of defaults a word names: its key is data.
fn defaults<'a>(c: &Context<'a>, args: &Args) -> Result<Entry<'a>, EvalError> {
    let sets = at(c, "carbon.fuel.sets")?;
    let row = match args.get("set") {
        Some(word) => sets.word("set", word, &["set", "alias"])?,
        None => sets.only(),
    };
    at(c, row.text("law_key"))
}

fn fuel(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let table = defaults(c, args)?;
    let row = table.word("fuel", args.text("fuel")?, &["fuel"])?;
    let name = row.text("fuel");
    let amount = args.amount("amount")?;
    let gas = table
        .rows()
        .any(|r| r.text("fuel") == name && r.text("unit").ends_with("wstere"));
    let per = if gas { "wstere" } else { "t" };
    let mut node = Explanation::new(format!("{name}燃烧排放量"), "Emission of the fuel burned").input(given(
        "消耗量",
        "amount",
        amount,
        per,
    ));
    let pick = |parameter: &str, zh: &str, en: &str, unit: &str| -> Result<(Ratio, Explanation), EvalError> {
        if let Some(d) = args.amount_or_none(parameter)? {
            return Ok((
                d.into(),
                given(&format!("{zh}（给定）"), &format!("{en} (given)"), d, unit),
            ));
        }
        let r = table
            .rows()
            .find(|r| r.text("fuel") == name && r.text("parameter") == parameter);
        let r: Row<'_> = r.ok_or_else(|| {
            let reason = format!(
                "{} gives no default of it for {name}: give a value (没有缺省值，须给定)",
                table.0.standard.number
            );
            EvalError::argument(parameter, reason)
        })?;
        Ok((
            of_law(r.p, r.ratio("value")?, r.text("unit"), unit)?,
            r.node("value", zh, en)?,
        ))
    };
    let measured = args.amount_or_none("c_ar")?;
    let (content, shown) = match measured {
        Some(d) => {
            node = node.input(given(
                "元素碳含量（实测）",
                "carbon content (measured)",
                d,
                &format!("t/{per}"),
            ));
            (Ratio::from(d), d.to_string())
        }
        None => {
            let (ncv, a) = pick("ncv", "低位发热量", "heating value", &format!("GJ/{per}"))?;
            let (cc, b) = pick("cc", "单位热值含碳量", "carbon per heat", "t/GJ")?;
            node = node.input(a).input(b);
            (ncv.mul(cc)?, format!("{} × {}", ncv.shown(6), cc.shown(8)))
        }
    };
    let (of, o) = match args.percent_or_none("of")? {
        Some(d) => (of_hundred(d)?, given("碳氧化率（给定）", "oxidation (given)", d, "%")),
        None => pick("of", "碳氧化率", "oxidation", "1")?,
    };
    let (_, ratio, chemistry) = molar(c, "C")?;
    let factor = content.mul(of)?.mul(ratio)?;
    let (emission, clause) = decimals(c, "emission")?;
    let value = factor.mul(amount.into())?.round(&emission)?;
    node = node
        .input(o)
        .value(value)
        .unit("tCO₂")
        .formula(format!(
            "{amount} × {shown} × {} × {}/{} = {value}",
            of.shown(4),
            chemistry.text("num"),
            chemistry.text("den")
        ))
        .clause(table.0.clause_ref())
        .clause(chemistry.clause())
        .clause(clause)
        .noted(table.0);
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("factor", factor.round(&decimals(c, "factor")?.0)?.into()),
            ("carbon", content.round(&decimals(c, "factor")?.0)?.into()),
            ("measured", measured.is_some().into()),
        ],
        explanation: node,
    })
}

fn coal_carbon(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let m_ar = args.percent("m_ar")?;
    let hundred = Decimal::from_int(100);
    let left = hundred.sub(m_ar)?;
    let (exact, formula) = match (args.percent_or_none("c_ad")?, args.percent_or_none("c_d")?) {
        (Some(c_ad), None) => {
            let m_ad = args.percent("m_ad")?;
            if m_ar < m_ad {
                let reason = format!(
                    "{m_ar} % as received lies below {m_ad} % air dried: impossible (收到基水分小于空干基水分)"
                );
                return Err(EvalError::argument("m_ar", reason));
            }
            if m_ad == hundred {
                return Err(EvalError::argument("m_ad", "100 % moisture leaves no coal"));
            }
            let exact = Ratio::from(c_ad).mul(left.into())?.div(hundred.sub(m_ad)?.into())?;
            (exact, format!("{c_ad} × (100 − {m_ar}) / (100 − {m_ad})"))
        }
        (None, Some(c_d)) => {
            let exact = Ratio::from(c_d).mul(left.into())?.div(hundred.into())?;
            (exact, format!("{c_d} × (100 − {m_ar}) / 100"))
        }
        (None, None) => return Err(EvalError::Missing("c_ad or c_d".into())),
        (Some(_), Some(_)) => return Err(EvalError::argument("c_d", "give either `c_ad` or `c_d`")),
    };
    let (rule, clause) = decimals(c, "c_ar")?;
    let value = exact.div(hundred.into())?.round(&rule)?;
    let percent = exact.round(&rule)?;
    let node = Explanation::new("收到基元素碳含量", "Carbon content as received")
        .value(value)
        .unit("tC/t")
        .formula(format!("{formula} = {percent} % → {value}"))
        .clause(clause)
        .input(given("收到基水分", "moisture as received", m_ar, "%"));
    Ok(Outcome {
        value: value.into(),
        columns: vec![("percent", percent.into())],
        explanation: node,
    })
}

fn heat(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (rule, factor) = (at(c, "carbon.power.heat")?.only(), at(c, "carbon.heat.factor")?.only());
    let amount = args.amount("amount")?;
    let mass = Ratio::from(amount);
    let (exact, formula) = match args.text("kind")? {
        "heat" | "热量" => (mass, amount.to_string()),
        "steam" | "蒸汽" => {
            let h = args.amount("state")?;
            let feed = rule.ratio("feed_enthalpy")?;
            let exact = mass.mul(Ratio::from(h).sub(feed)?)?.div(rule.ratio("kj_per_gj")?)?;
            (
                exact,
                format!("{amount} × ({h} − {}) / 1000", rule.text("feed_enthalpy")),
            )
        }
        "water" | "热水" => {
            let t = args.required_number("state")?;
            let above = Ratio::from(t).sub(rule.ratio("water_reference")?)?;
            let exact = mass
                .mul(above)?
                .mul(rule.ratio("water_heat")?)?
                .div(rule.ratio("kj_per_gj")?)?;
            (
                exact,
                format!(
                    "{amount} × ({t} − {}) × {} / 1000",
                    rule.text("water_reference"),
                    rule.text("water_heat")
                ),
            )
        }
        other => {
            let reason = format!("`{other}`: write steam (蒸汽), water (热水) or heat (热量)");
            return Err(EvalError::argument("kind", reason));
        }
    };
    let value = exact.round(&decimals(c, "heat_gj")?.0)?;
    let emission = exact.mul(factor.ratio("factor")?)?.round(&decimals(c, "emission")?.0)?;
    let node = Explanation::new("热量", "Heat")
        .value(value)
        .unit("GJ")
        .formula(format!("{formula} = {value}"))
        .clause(rule.clause())
        .input(factor.node("factor", "热力排放因子", "factor of heat")?)
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("emission", emission.into())],
        explanation: node,
    })
}

fn power_unit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (emission, supplied) = (args.amount("emission")?, args.amount("heat_supplied")?);
    let (produced, power) = (args.amount("heat_produced")?, args.amount("power_supplied")?);
    if produced.is_zero() || supplied > produced {
        let reason = format!("a heat ratio of {supplied} / {produced} lies outside 0 to 1 (供热比应在0至1)");
        return Err(EvalError::argument("heat_supplied", reason));
    }
    let ratio = Ratio::from(supplied).div(produced.into())?;
    let rounding = decimals(c, "intensity")?.0;
    let per = |share: Ratio, by: Decimal| -> Result<Cell, EvalError> {
        if by.is_zero() {
            return Ok(Cell::Missing);
        }
        Ok(share.mul(emission.into())?.div(by.into())?.round(&rounding)?.into())
    };
    let (rule, clause) = decimals(c, "heat_ratio")?;
    let value = ratio.round(&rule)?;
    let (power_intensity, heat_intensity) = (per(Ratio::from(1).sub(ratio)?, power)?, per(ratio, supplied)?);
    let node = Explanation::new("供热比", "Heat ratio")
        .value(value)
        .formula(format!("{supplied} / {produced} = {value}"))
        .clause(clause)
        .input(given("排放量", "emission", emission, "t"))
        .input(given("供电量", "power supplied", power, "MWh"))
        .note(
            format!("供电强度 (1 − a)·E/W = {power_intensity} t/MWh；供热强度 a·E/Q = {heat_intensity} t/GJ"),
            format!("power (1 - a) E/W = {power_intensity} t/MWh; heat a E/Q = {heat_intensity} t/GJ"),
        );
    Ok(Outcome {
        value: value.into(),
        columns: vec![("power_intensity", power_intensity), ("heat_intensity", heat_intensity)],
        explanation: node,
    })
}
