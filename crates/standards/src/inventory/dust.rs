//! Dust of roads, handling and building sites; open burning of straw.

use super::decimals;
use crate::node::{Noted, given};
use crate::row::at;
use crate::unit::of_hundred;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};

const SIZE: Arg = Arg::text("size", ("粒径：tsp pm10 pm2_5", "size: tsp pm10 pm2_5"));
const EFFICIENCY: Arg = Arg::number(
    "efficiency",
    "%",
    ("抑尘效率，默认0", "efficiency of dust control, 0 unless given"),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "inventory.road_dust",
        title: ("铺装道路扬尘", "Dust of paved roads"),
        args: &[
            SIZE,
            Arg::number("silt", "", ("积尘负荷g/m²", "silt load in g/m2")),
            Arg::number("weight", "t", ("平均车重", "mean weight of the vehicles")),
            EFFICIENCY,
            Arg::number(
                "length",
                "km",
                ("道路长度，填了给年排放量", "length of the road, for the year"),
            )
            .optional(),
            Arg::number("traffic", "", ("年车流量（辆）", "vehicles a year, for the year")).optional(),
            Arg::number(
                "still_days",
                "d",
                ("不起尘天数，默认0", "days without dust, 0 unless given"),
            )
            .optional(),
        ],
        results: &[Column::number("year")],
        keys: &["inventory.dust.road", "inventory.decimals"],
        eval: road,
    },
    Function {
        name: "inventory.handling_dust",
        title: ("物料装卸扬尘", "Dust of handled material"),
        args: &[
            SIZE,
            Arg::number("wind", "m/s", ("平均风速", "mean wind")),
            Arg::number("moisture", "%", ("物料含水率", "moisture of the material")),
            EFFICIENCY,
            Arg::number("amount", "t", ("装卸量，填了给总量", "amount handled, for the total")).optional(),
        ],
        results: &[Column::number("total")],
        keys: &["inventory.dust.handling", "inventory.decimals"],
        eval: handling,
    },
    Function {
        name: "inventory.construction_dust",
        title: ("施工扬尘", "Dust of building sites"),
        args: &[
            SIZE,
            Arg::number("area", "m2", ("施工面积", "area")),
            Arg::number("months", "", ("施工月数", "months")),
            EFFICIENCY,
        ],
        results: &[],
        keys: &["inventory.dust.construction", "inventory.decimals"],
        eval: construction,
    },
    Function {
        name: "inventory.straw",
        title: ("秸秆露天焚烧排放量", "Emission of open straw burning"),
        args: &[
            Arg::text("straw", ("秸秆：wheat小麦 corn玉米", "straw: wheat or corn")),
            Arg::text(
                "pollutant",
                (
                    "污染物：pm2_5 so2 nox nh3 co vocs",
                    "pollutant: pm2_5 so2 nox nh3 co vocs",
                ),
            ),
            Arg::number(
                "yield",
                "t",
                (
                    "作物产量；已知焚烧干量时直接填，其余不填",
                    "crop yield, or the dry straw burned if the rest is left out",
                ),
            ),
            Arg::number("ratio", "1", ("草谷比，默认1", "straw to grain, 1 unless given")).optional(),
            Arg::number("dry", "%", ("干物质比例，默认100", "dry share, 100 unless given")).optional(),
            Arg::number(
                "burned",
                "%",
                ("露天焚烧比例，默认100", "share burned, 100 unless given"),
            )
            .optional(),
            Arg::number(
                "efficiency",
                "%",
                ("燃烧效率，默认100", "share consumed, 100 unless given"),
            )
            .optional(),
        ],
        results: &[Column::number("burned_t")],
        keys: &["inventory.straw", "inventory.decimals"],
        eval: straw,
    },
];

/// What control leaves of the dust.
fn left(args: &Args) -> Result<Ratio, EvalError> {
    let e = args.percent_or_none("efficiency")?.unwrap_or(Decimal::ZERO);
    Ok(Ratio::from(1).sub(of_hundred(e)?)?)
}

fn road(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "inventory.dust.road")?.word("size", args.text("size")?, &["size"])?;
    let (silt, weight) = (args.amount("silt")?, args.amount("weight")?);
    let load = Ratio::from(real::pow(silt, row.ratio("power_silt")?)?);
    let mass = Ratio::from(real::pow(weight, row.ratio("power_mass")?)?);
    let exact = row.ratio("k")?.mul(load)?.mul(mass)?.mul(left(args)?)?;
    let value = exact.round(&decimals(c, "factor")?.0)?;
    let mut node = Explanation::new("道路扬尘排放系数", "Factor of road dust")
        .value(value)
        .unit("g/km")
        .formula(format!(
            "{} × {silt}^{} × {weight}^{} × {} = {value}",
            row.text("k"),
            row.text("power_silt"),
            row.text("power_mass"),
            left(args)?.shown(4)
        ))
        .clause(row.clause())
        .input(given("积尘负荷", "silt load", silt, "g/m2"))
        .input(given("平均车重", "mean weight", weight, "t"))
        .input(row.node("k", "粒度系数", "size coefficient")?)
        .noted(row.p);
    let mut year = Cell::Missing;
    match (args.amount_or_none("length")?, args.amount_or_none("traffic")?) {
        (Some(length), Some(traffic)) => {
            let still = args.amount_or_none("still_days")?.unwrap_or(Decimal::ZERO);
            let days = row.number("days")?;
            if still > days {
                return Err(EvalError::argument(
                    "still_days",
                    format!("{still} is more than {days} days"),
                ));
            }
            let dusty = Ratio::from(days.sub(still)?).div(days.into())?;
            let total = exact
                .mul(length.into())?
                .mul(traffic.into())?
                .mul(dusty)?
                .div(Ratio::from(1_000_000))?; // g to t
            let total = total.round(&decimals(c, "mass")?.0)?;
            node = node
                .input(given("道路长度", "length", length, "km"))
                .input(given("年车流量", "vehicles a year", traffic, "1"))
                .input(given("不起尘天数", "days without dust", still, "d"))
                .note(format!("年排放量 {total} t"), format!("a year: {total} t"));
            year = total.into();
        }
        (None, None) => {}
        (Some(_), None) => return Err(EvalError::Missing("traffic".into())),
        (None, Some(_)) => return Err(EvalError::Missing("length".into())),
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("year", year)],
        explanation: node,
    })
}

fn handling(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "inventory.dust.handling")?.word("size", args.text("size")?, &["size"])?;
    let (wind, moisture) = (args.amount("wind")?, args.percent("moisture")?);
    if moisture.is_zero() {
        return Err(EvalError::argument(
            "moisture",
            "is zero: the formula has no value there",
        ));
    }
    let blown = real::pow(
        Ratio::from(wind).div(row.ratio("wind_base")?)?,
        row.ratio("wind_power")?,
    )?;
    let wet = real::pow(
        Ratio::from(moisture).div(row.ratio("moisture_base")?)?,
        row.ratio("moisture_power")?,
    )?;
    let exact = row
        .ratio("k")?
        .mul(row.ratio("factor")?)?
        .mul(blown.into())?
        .div(wet.into())?
        .mul(left(args)?)?;
    let value = exact.round(&decimals(c, "small_factor")?.0)?;
    let amount = args.amount_or_none("amount")?;
    let total = amount
        .map(|a| exact.mul(a.into())?.div(Ratio::from(1000)))
        .transpose()?; // kg to t
    let total = total
        .map(|t| Ok::<_, EvalError>(t.round(&decimals(c, "mass")?.0)?))
        .transpose()?;
    let node = Explanation::new("装卸扬尘排放系数", "Factor of handling")
        .value(value)
        .unit("kg/t")
        .formula(format!(
            "{} × {} × ({wind} / {})^{} / ({moisture} / {})^{} = {value}",
            row.text("k"),
            row.text("factor"),
            row.text("wind_base"),
            row.text("wind_power"),
            row.text("moisture_base"),
            row.text("moisture_power")
        ))
        .clause(row.clause())
        .input(given("风速", "wind", wind, "m/s"))
        .input(given("含水率", "moisture", moisture, "%"))
        .input(row.node("k", "粒度系数", "size coefficient")?)
        .noted(row.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("total", total.into())],
        explanation: node,
    })
}

fn construction(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "inventory.dust.construction")?.word("size", args.text("size")?, &["size"])?;
    let (area, months) = (args.amount("area")?, args.amount("months")?);
    let exact = row
        .ratio("factor")?
        .mul(row.ratio("share")?)?
        .mul(area.into())?
        .mul(months.into())?
        .mul(left(args)?)?;
    let value = exact.round(&decimals(c, "mass")?.0)?;
    let node = Explanation::new("施工扬尘排放量", "Dust of the site")
        .value(value)
        .unit("t")
        .formula(format!(
            "{} × {} × {area} × {months} = {value}",
            row.text("factor"),
            row.text("share")
        ))
        .clause(row.clause())
        .input(given("施工面积", "area", area, "m2"))
        .input(row.node("factor", "排放系数", "factor")?)
        .input(row.node("share", "粒径比例", "share of the size")?)
        .noted(row.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![],
        explanation: node,
    })
}

fn straw(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let row = at(c, "inventory.straw")?.word("straw", args.text("straw")?, &["straw", "alias"])?;
    let word = args.text("pollutant")?.to_ascii_lowercase();
    let known = ["pm2_5", "so2", "nox", "nh3", "co", "vocs"];
    let pollutant = known
        .iter()
        .find(|p| **p == word)
        .ok_or_else(|| EvalError::argument("pollutant", format!("`{word}`: write one of {}", known.join(" "))))?;
    let mut burned = Ratio::from(args.amount("yield")?);
    let mut formula = args.text("yield")?.to_string();
    if let Some(ratio) = args.amount_or_none("ratio")? {
        burned = burned.mul(ratio.into())?;
        formula += &format!(" × {ratio}");
    }
    for name in ["dry", "burned", "efficiency"] {
        if let Some(share) = args.percent_or_none(name)? {
            burned = burned.mul(of_hundred(share)?)?;
            formula += &format!(" × {share} %");
        }
    }
    let exact = burned.mul(row.ratio(pollutant)?)?.div(Ratio::from(1000))?; // g/kg of t
    let rounding = decimals(c, "mass")?.0;
    let value = exact.round(&rounding)?;
    let node = Explanation::new("秸秆焚烧排放量", "Emission of straw")
        .value(value)
        .unit("t")
        .formula(format!("{formula} × {} g/kg = {value}", row.text(pollutant)))
        .clause(row.clause())
        .input(row.node(pollutant, "排放因子", "factor")?)
        .noted(row.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("burned_t", burned.round(&rounding)?.into())],
        explanation: node,
    })
}
