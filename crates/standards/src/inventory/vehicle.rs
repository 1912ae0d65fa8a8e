//! Exhaust of road vehicles and of machinery.

use super::decimals;
use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::unit::of_hundred;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "inventory.vehicle",
        title: ("道路机动车尾气排放量", "Exhaust of road vehicles"),
        args: &[
            Arg::text(
                "vehicle",
                (
                    "车型，如 微型小型载客车 出租车 公交车 轻型载货车 重型载货车 普通摩托车",
                    "vehicle by its Chinese name in the guide",
                ),
            ),
            Arg::text(
                "fuel",
                ("燃料：汽油 或 柴油", "fuel by its Chinese name: petrol or diesel"),
            ),
            Arg::text(
                "stage",
                (
                    "排放阶段：国I前 国I 国II 国III 国IV 国V",
                    "stage as the guide writes it, after the Chinese word for national: I II III IV V",
                ),
            ),
            Arg::text(
                "pollutant",
                ("污染物：co hc nox pm2_5 pm10", "pollutant: co hc nox pm2_5 pm10"),
            ),
            Arg::number("count", "1", ("车辆数", "vehicles")),
            Arg::number("km", "km", ("年均行驶里程", "kilometres a year")),
            Arg::number(
                "speed",
                "km/h",
                ("平均车速，填了才修正", "mean speed, corrected for if given"),
            )
            .optional(),
            Arg::number(
                "temperature",
                "C",
                (
                    "气温，与湿度同填才修正",
                    "air temperature, corrected for if given with humidity",
                ),
            )
            .optional(),
            Arg::number("humidity", "%", ("相对湿度", "relative humidity")).optional(),
            Arg::text(
                "low_sulfur",
                (
                    "油品含硫10 ppm：yes或no，默认no",
                    "fuel with 10 ppm sulphur: yes or no (default)",
                ),
            )
            .optional(),
            Arg::text(
                "load",
                (
                    "柴油车载重%：0 50 60 75 100",
                    "load of diesel vehicles in %: 0 50 60 75 100",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("base"), Column::number("factor")],
        keys: &[
            "inventory.vehicle",
            "inventory.vehicle.speed",
            "inventory.vehicle.weather",
            "inventory.vehicle.weather_bounds",
            "inventory.vehicle.sulfur",
            "inventory.vehicle.load",
            "inventory.decimals",
        ],
        eval: vehicle,
    },
    Function {
        name: "inventory.nonroad",
        title: ("非道路移动机械排放量", "Exhaust of non-road machinery"),
        args: &[
            Arg::number("power", "kW", ("单台额定净功率", "rated power of one machine")),
            Arg::number("count", "1", ("台数，默认1", "machines, 1 unless given")).optional(),
            Arg::number("load", "%", ("负荷率", "load")),
            Arg::number("hours", "h", ("年使用小时", "hours a year")),
            Arg::number(
                "factor",
                "g/kWh",
                (
                    "排放系数；不填须写stage并用限值替代",
                    "emission factor; without it give the stage to stand a limit in",
                ),
            )
            .optional(),
            Arg::text(
                "stage",
                (
                    "用限值替代时的阶段：国III 国IV",
                    "stage for the stand-in limit, III or IV after the Chinese word for national",
                ),
            )
            .optional(),
            Arg::text(
                "pollutant",
                (
                    "用限值替代时的污染物：co hc_nox hc nox pm",
                    "pollutant for the stand-in limit: co hc_nox hc nox pm",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("factor"), Column::text("standin")],
        keys: &["inventory.nonroad.standin", "inventory.decimals"],
        eval: nonroad,
    },
];

/// Whether a list of words in a cell holds one; an empty cell holds all.
fn holds(list: &str, word: &str) -> bool {
    list.is_empty() || list.split(' ').any(|w| w == word)
}

const POLLUTANTS: &[&str] = &["co", "hc", "nox", "pm2_5", "pm10"];

struct Vehicle<'a> {
    vehicle: &'a str,
    fuel: &'a str,
    stage: &'a str,
    pollutant: &'static str,
}

/// A correction: its row, the column of the factor, and what it corrects for.
type Correction<'a> = (Row<'a>, &'static str, &'static str, &'static str);

impl Vehicle<'_> {
    fn speed<'c>(&self, c: &Context<'c>, speed: Decimal) -> Result<Correction<'c>, EvalError> {
        let table = at(c, "inventory.vehicle.speed")?;
        for r in table.rows() {
            let own = r.text("fuel") == self.fuel
                && holds(r.text("stages"), self.stage)
                && holds(r.text("pollutants"), self.pollutant);
            if own && r.holds(speed)? {
                return Ok((r, "factor", "车速修正", "correction for speed"));
            }
        }
        Err(EvalError::law(
            table.0,
            format!("no correction for {} {} at {speed} km/h", self.fuel, self.stage),
        ))
    }

    fn weather<'c>(&self, c: &Context<'c>, t: Decimal, rh: Decimal) -> Result<Vec<Correction<'c>>, EvalError> {
        let bounds = at(c, "inventory.vehicle.weather_bounds")?.only();
        let table = at(c, "inventory.vehicle.weather")?;
        let own: Vec<Row<'_>> = table
            .rows()
            .filter(|r| r.text("fuel") == self.fuel && holds(r.text("pollutants"), self.pollutant))
            .collect();
        let named = own
            .iter()
            .find(|r| !r.text("vehicle").is_empty() && r.text("vehicle") == self.vehicle);
        let Some(row) = named.or_else(|| own.last()).copied() else {
            return Ok(Vec::new()); // petrol particles: no correction is given
        };
        let mut found = Vec::new();
        if t < bounds.number("cold_below")? {
            found.push((row, "cold", "低温修正", "correction for cold"));
        } else if t > bounds.number("hot_above")? {
            found.push((row, "hot", "高温修正", "correction for heat"));
        }
        let hot = t > bounds.number("humidity_hot_above")?;
        let middle = bounds.number("humidity")?;
        if rh < middle {
            found.push((
                row,
                if hot { "hot_dry" } else { "dry" },
                "湿度修正",
                "correction for humidity",
            ));
        } else if rh > middle {
            found.push((
                row,
                if hot { "hot_humid" } else { "humid" },
                "湿度修正",
                "correction for humidity",
            ));
        }
        Ok(found)
    }
}

fn vehicle(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let table = at(c, "inventory.vehicle")?;
    let mut rows: Vec<Row<'_>> = table.rows().collect();
    for name in ["vehicle", "fuel", "stage"] {
        let hit = crate::row::pick(&rows, name, args.text(name)?, &[name])?.text(name);
        rows.retain(|r| r.text(name) == hit);
    }
    let row = rows.first().copied().ok_or_else(|| EvalError::law(table.0, "no row"))?;
    let word = args.text("pollutant")?.to_ascii_lowercase();
    let pollutant =
        POLLUTANTS.iter().copied().find(|p| *p == word).ok_or_else(|| {
            EvalError::argument("pollutant", format!("`{word}`: write one of {}", POLLUTANTS.join(" ")))
        })?;
    let v = Vehicle {
        vehicle: row.text("vehicle"),
        fuel: row.text("fuel"),
        stage: row.text("stage"),
        pollutant,
    };
    let mut corrections: Vec<Correction<'_>> = Vec::new();
    if let Some(speed) = args.amount_or_none("speed")? {
        corrections.push(v.speed(c, speed)?);
    }
    match (args.number("temperature")?, args.percent_or_none("humidity")?) {
        (Some(t), Some(rh)) => corrections.extend(v.weather(c, t, rh)?),
        (None, None) => {}
        (Some(_), None) => return Err(EvalError::Missing("humidity".into())),
        (None, Some(_)) => return Err(EvalError::Missing("temperature".into())),
    }
    if args.flag("low_sulfur")? {
        let sulfur = at(c, "inventory.vehicle.sulfur")?;
        let hit = sulfur
            .rows()
            .find(|r| r.text("fuel") == v.fuel && holds(r.text("stages"), v.stage));
        let hit = hit.ok_or_else(|| EvalError::law(sulfur.0, format!("no row for {} {}", v.fuel, v.stage)))?;
        corrections.push((hit, pollutant, "含硫修正", "correction for sulphur"));
    }
    if let Some(load) = args.get("load") {
        if v.fuel != "柴油" {
            return Err(EvalError::argument(
                "load",
                "is for diesel vehicles only (只用于柴油车)",
            ));
        }
        let hit = at(c, "inventory.vehicle.load")?.word("load", load, &["load"])?;
        corrections.push((hit, pollutant, "载重修正", "correction for load"));
    }
    let (count, km) = (args.amount("count")?, args.amount("km")?);
    let mut factor = row.ratio(pollutant)?;
    let mut node = Explanation::new("尾气排放量", "Exhaust")
        .clause(row.clause())
        .input(row.node(pollutant, "基准排放系数", "base factor")?)
        .input(given("车辆数", "vehicles", count, "1"))
        .input(given("年均行驶里程", "kilometres a year", km, "km"));
    for (r, column, zh, en) in corrections {
        factor = factor.mul(r.ratio(column)?)?;
        node = node.input(r.node(column, zh, en)?);
    }
    let exact = factor.mul(count.into())?.mul(km.into())?.div(Ratio::from(1_000_000))?; // g to t
    let value = exact.round(&decimals(c, "mass")?.0)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("base", row.number(pollutant)?.into()),
            ("factor", factor.round(&decimals(c, "factor")?.0)?.into()),
        ],
        explanation: node
            .value(value)
            .unit("t")
            .formula(format!("{count} × {} g/km × {km} km × 1e-6 = {value}", factor.shown(6)))
            .noted(table.0)
            .note(&table.0.standard.note.zh, &table.0.standard.note.en),
    })
}

fn nonroad(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (power, hours) = (args.amount("power")?, args.amount("hours")?);
    let load = args.percent("load")?;
    let count = args.amount_or_none("count")?.unwrap_or(Decimal::from_int(1));
    let mut node = Explanation::new("机械尾气排放量", "Exhaust of machinery")
        .input(given("额定净功率", "rated power", power, "kW"))
        .input(given("负荷率", "load", load, "%"))
        .input(given("年使用小时", "hours a year", hours, "h"));
    let (factor, standin) = match (args.amount_or_none("factor")?, args.get("stage")) {
        (Some(d), None) => {
            node = node.input(given("排放系数（给定）", "factor (given)", d, "g/kWh"));
            (d, false)
        }
        (Some(_), Some(_)) => return Err(EvalError::argument("stage", "give either `factor` or `stage`")),
        // No factor and no limit asked for: the guide's own table, which is not recorded.
        (None, None) => {
            let row = at(c, "inventory.nonroad.factor")?.band(power.into())?;
            node = node.input(row.node("factor", "排放系数", "factor")?);
            (row.number("factor")?, false)
        }
        (None, Some(stage)) => {
            let table = at(c, "inventory.nonroad.standin")?;
            let stage = table.word("stage", stage, &["stage"])?.text("stage");
            let row = limit(
                &table.rows().filter(|r| r.text("stage") == stage).collect::<Vec<_>>(),
                power,
            )?;
            let row = row.ok_or_else(|| EvalError::argument("power", format!("{stage}: no row for {power} kW")))?;
            let word = args.text("pollutant")?.to_ascii_lowercase();
            let known = ["co", "hc_nox", "hc", "nox", "pm"];
            let pollutant = known
                .iter()
                .find(|p| **p == word && !row.text(p).is_empty())
                .ok_or_else(|| {
                    let has: Vec<&str> = known.iter().copied().filter(|p| !row.text(p).is_empty()).collect();
                    EvalError::argument(
                        "pollutant",
                        format!("`{word}`: {stage} at {power} kW has {}", has.join(" ")),
                    )
                })?;
            node = node
                .input(row.node(pollutant, "限值（替代系数）", "limit standing in for a factor")?)
                .note(&table.0.standard.note.zh, &table.0.standard.note.en);
            (row.number(pollutant)?, true)
        }
    };
    let exact = Ratio::from(power)
        .mul(count.into())?
        .mul(of_hundred(load)?)?
        .mul(hours.into())?
        .mul(factor.into())?;
    let (rounding, clause) = decimals(c, "mass")?;
    let value = exact.div(Ratio::from(1_000_000))?.round(&rounding)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![("factor", factor.into()), ("standin", standin.into())],
        explanation: node
            .value(value)
            .unit("t")
            .formula(format!(
                "{count} × {power} kW × {load} % × {hours} h × {factor} g/kWh × 1e-6 = {value}"
            ))
            .clause(clause),
    })
}

/// The row of a power among those of one stage.
fn limit<'a>(rows: &[Row<'a>], power: Decimal) -> Result<Option<Row<'a>>, EvalError> {
    for r in rows {
        if r.holds(power)? {
            return Ok(Some(*r));
        }
    }
    Ok(None)
}
