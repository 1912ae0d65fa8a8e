//! Quantities of ecosystem services for the gross ecosystem product: water, soil, carbon.

use crate::node::{Noted, given};
use crate::row::at;
use crate::unit::of_law;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ecology.water_retention",
        title: ("水源涵养量", "Water retained"),
        args: &[
            Arg::number("area", "km2", ("面积", "area")),
            Arg::number("rain", "mm", ("产流降雨或年降雨量P", "rain P")),
            Arg::number("runoff", "mm", ("地表径流R", "surface runoff R")),
            Arg::number("evaporation", "mm", ("蒸散发ET", "evapotranspiration ET")),
        ],
        results: &[Column::text("unit")],
        keys: &["ecology.gep.water"],
        eval: water,
    },
    Function {
        name: "ecology.soil_retention",
        title: ("土壤保持量", "Soil retained"),
        args: &[
            Arg::number("r", "", ("降雨侵蚀力R", "rain erosivity R")),
            Arg::number("k", "", ("土壤可蚀性K", "soil erodibility K")),
            Arg::number("ls", "1", ("坡长坡度因子LS", "slope factor LS")),
            Arg::number("c", "1", ("植被覆盖因子C，0至1", "cover factor C, 0 to 1")),
            Arg::number("p", "1", ("工程措施因子P，0至1", "practice factor P, 0 to 1")),
            Arg::number("area", "ha", ("面积，填了给总量", "area, for the total")).optional(),
            Arg::number(
                "density",
                "t/m3",
                (
                    "土壤容重，填了给减少淤积体积",
                    "density of the soil, for the volume of silt",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("total"), Column::number("silt")],
        keys: &["ecology.gep.soil"],
        eval: soil,
    },
    Function {
        name: "ecology.carbon_fixation",
        title: ("固碳量和释氧量", "Carbon fixed and oxygen released"),
        args: &[
            Arg::number(
                "nep",
                "t/ha",
                (
                    "净生态系统生产力NEP（吨碳/公顷）",
                    "net ecosystem production in t C per ha",
                ),
            ),
            Arg::number("area", "ha", ("面积", "area")),
        ],
        results: &[Column::number("oxygen")],
        keys: &["ecology.gep.carbon"],
        eval: carbon,
    },
];

fn water(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.gep.water")?.only();
    let (area, rain) = (args.amount("area")?, args.amount("rain")?);
    let (runoff, et) = (args.amount("runoff")?, args.amount("evaporation")?);
    let left = rain.sub(runoff)?.sub(et)?;
    let m2 = of_law(rule.p, area.into(), "km2", "m2")?;
    let value = m2
        .mul(left.into())?
        .mul(rule.ratio("mm_to_m")?)?
        .round(&rule.rounding()?)?;
    let mut node = Explanation::new("水源涵养量", "Water retained")
        .value(value)
        .unit("m³")
        .formula(format!("{area} km² × ({rain} − {runoff} − {et}) mm = {value} m³"))
        .clause(rule.clause())
        .input(given("面积", "area", area, "km2"))
        .input(given("降雨量", "rain", rain, "mm"))
        .input(given("地表径流", "surface runoff", runoff, "mm"))
        .input(given("蒸散发", "evapotranspiration", et, "mm"));
    if left.is_negative() {
        node = node.note(
            "径流与蒸散发之和超过降雨，结果为负",
            "runoff and evaporation exceed the rain: the result is negative",
        );
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("unit", "m3".into())],
        explanation: node,
    })
}

fn soil(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.gep.soil")?.only();
    let (r, k, ls) = (args.amount("r")?, args.amount("k")?, args.amount("ls")?);
    let (cover, practice) = (args.amount("c")?, args.amount("p")?);
    for (name, d) in [("c", cover), ("p", practice)] {
        if d > Decimal::from_int(1) {
            return Err(EvalError::argument(name, format!("{d}: a factor of 0 to 1 is wanted")));
        }
    }
    let kept = Ratio::from(1).sub(Ratio::from(cover).mul(practice.into())?)?;
    let exact = Ratio::from(r).mul(k.into())?.mul(ls.into())?.mul(kept)?;
    let value = exact.round(&rule.rounding()?)?;
    let total = args.amount_or_none("area")?.map(|a| exact.mul(a.into())).transpose()?;
    let whole = rule.rounding_in("decimals_total")?;
    let density = args.amount_or_none("density")?;
    let silt = match (total, density) {
        (Some(t), Some(d)) if !d.is_zero() => Some(rule.ratio("silt_share")?.mul(t)?.div(d.into())?),
        (_, Some(d)) if d.is_zero() => return Err(EvalError::argument("density", "is zero")),
        _ => None,
    };
    let cell = |x: Option<Ratio>| -> Result<Cell, EvalError> { Ok(x.map(|x| x.round(&whole)).transpose()?.into()) };
    let node = Explanation::new("单位面积土壤保持量", "Soil retained per area")
        .value(value)
        .unit("t/ha")
        .formula(format!("{r} × {k} × {ls} × (1 − {cover} × {practice}) = {value}"))
        .clause(rule.clause())
        .input(rule.node("silt_share", "泥沙淤积系数", "share that silts up")?)
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("total", cell(total)?), ("silt", cell(silt)?)],
        explanation: node,
    })
}

fn carbon(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.gep.carbon")?.only();
    let (nep, area) = (args.required_number("nep")?, args.amount("area")?);
    let fixed = Ratio::from(nep)
        .mul(area.into())?
        .mul(rule.ratio("co2")?)?
        .div(rule.ratio("c")?)?;
    let oxygen = fixed.mul(rule.ratio("o2")?)?.div(rule.ratio("co2")?)?;
    let rounding = rule.rounding()?;
    let value = fixed.round(&rounding)?;
    let node = Explanation::new("固定二氧化碳量", "Carbon dioxide fixed")
        .value(value)
        .unit("t")
        .formula(format!(
            "{nep} × {area} × {}/{} = {value}",
            rule.text("co2"),
            rule.text("c")
        ))
        .clause(rule.clause())
        .input(given("净生态系统生产力", "net ecosystem production", nep, "t/ha"))
        .input(given("面积", "area", area, "ha"));
    Ok(Outcome {
        value: value.into(),
        columns: vec![("oxygen", oxygen.round(&rounding)?.into())],
        explanation: node,
    })
}
