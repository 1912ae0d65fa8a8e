//! Fixed combustion: factor from the table, by sulphur, by ash or by capacity; then control.

use super::control::{CONTROLS, left};
use super::decimals;
use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::unit::of_law;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "inventory.combustion",
    title: ("固定燃烧源排放量", "Emission of fixed combustion"),
    args: &[
        Arg::text(
            "department",
            (
                "部门：电力生产 电力供应 热力生产和供应 采矿业和制造业",
                "department by its Chinese name in the guide",
            ),
        ),
        Arg::text(
            "fuel",
            (
                "燃料，如 煤炭 天然气 柴油 燃料油",
                "fuel by its Chinese name in the guide",
            ),
        ),
        Arg::text(
            "technology",
            (
                "技术，如 煤粉炉 流化床炉 自动炉排层燃炉 燃气锅炉；只有一种时不填",
                "technology by its Chinese name, if there is more than one",
            ),
        )
        .optional(),
        Arg::text(
            "pollutant",
            (
                "污染物：so2 nox co vocs pm2_5 pm10 bc oc",
                "pollutant: so2 nox co vocs pm2_5 pm10 bc oc",
            ),
        ),
        Arg::number(
            "amount",
            "",
            ("燃料消耗量：t，气体为万m³", "fuel burned in t, gases in 10,000 m3"),
        ),
        Arg::number(
            "sulfur",
            "%",
            (
                "收到基硫分（SO2衡算时必填）",
                "sulphur as received (needed for the balance of SO2)",
            ),
        )
        .optional(),
        Arg::number(
            "ash",
            "%",
            (
                "收到基灰分（颗粒物衡算时必填）",
                "ash as received (needed for the balance of particles)",
            ),
        )
        .optional(),
        Arg::number(
            "capacity",
            "",
            (
                "机组容量MW（发电机组NOx必填）",
                "capacity of the unit in MW (needed for NOx of power units)",
            ),
        )
        .optional(),
        CONTROLS,
    ],
    results: &[
        Column::number("made"),
        Column::number("factor"),
        Column::text("factor_unit"),
        Column::number("removal"),
    ],
    keys: &[
        "inventory.combustion",
        "inventory.coal",
        "inventory.balance",
        "inventory.nox_capacity",
        "inventory.removal",
        "inventory.decimals",
    ],
    eval: combustion,
}];

const POLLUTANTS: &[&str] = &["so2", "nox", "co", "vocs", "pm2_5", "pm10", "bc", "oc"];

/// What a fuel in a furnace gives before control: the factor, its unit, and where it comes from.
struct Source<'a> {
    row: Row<'a>,
    unit: &'a str,
    nodes: Vec<Explanation>,
}

impl Source<'_> {
    fn factor(&mut self, c: &Context<'_>, args: &Args, pollutant: &str) -> Result<Ratio, EvalError> {
        match self.row.text(pollutant) {
            "balance" => self.balance(c, args, pollutant),
            "capacity" => {
                let mw = args.amount("capacity")?;
                let row = at(c, "inventory.nox_capacity")?.band(mw.into())?;
                self.nodes.push(row.node(
                    "factor",
                    &format!("{}机组产污系数", row.text("capacity")),
                    "factor by capacity",
                )?);
                row.ratio("factor")
            }
            _ => {
                self.nodes
                    .push(self.row.node(pollutant, "产污系数", "factor before control")?);
                self.row.ratio(pollutant)
            }
        }
    }

    /// Adds an input once: fine and coarse particles share theirs.
    fn show(&mut self, node: Explanation) {
        if !self.nodes.contains(&node) {
            self.nodes.push(node);
        }
    }

    fn balance(&mut self, c: &Context<'_>, args: &Args, pollutant: &str) -> Result<Ratio, EvalError> {
        let (department, technology) = (self.row.text("department"), self.row.text("technology"));
        let rule = at(c, "inventory.balance")?.only();
        let coal = at(c, "inventory.coal")?.row(&[("department", department), ("technology", technology)])?;
        let kept = |column: &str| -> Result<Ratio, EvalError> { Ok(Ratio::from(1).sub(coal.ratio(column)?)?) };
        if pollutant == "so2" {
            let s = args.percent("sulfur")?;
            self.nodes.push(given("收到基硫分", "sulphur as received", s, "%"));
            self.nodes.push(coal.node(
                "sulfur_to_ash",
                "硫进入底灰的比例",
                "share of sulphur in the bottom ash",
            )?);
            return Ok(rule
                .ratio("so2_per_percent")?
                .mul(s.into())?
                .mul(kept("sulfur_to_ash")?)?);
        }
        let ash = args.percent("ash")?;
        let share = |column: &str| -> Result<Ratio, EvalError> {
            coal.optional(column)?.map(Ratio::from).ok_or_else(|| {
                let reason = format!("no share of {pollutant} is given for {department} {technology} (未给出)");
                EvalError::law(coal.p, reason)
            })
        };
        // Black and organic carbon are shares of PM2.5; PM2.5 and PM10 are shares of the fly ash.
        let of = match pollutant {
            "bc" | "oc" => share(pollutant)?.mul(share("pm2_5")?)?,
            _ => share(pollutant)?,
        };
        self.show(given("收到基灰分", "ash as received", ash, "%"));
        self.show(coal.node("ash_to_ash", "灰进入底灰的比例", "share of ash in the bottom ash")?);
        if matches!(pollutant, "bc" | "oc") {
            self.show(coal.node("pm2_5", "pm2_5占飞灰的比例", "share of PM2.5 in the fly ash")?);
            self.show(coal.node(pollutant, &format!("{pollutant}占pm2_5的比例"), "share in PM2.5")?);
        } else {
            let zh = format!("{pollutant}占飞灰的比例");
            self.show(coal.node(pollutant, &zh, "share in the fly ash")?);
        }
        Ok(rule
            .ratio("ash_per_percent")?
            .mul(ash.into())?
            .mul(kept("ash_to_ash")?)?
            .mul(of)?)
    }
}

fn source<'a>(c: &Context<'a>, args: &Args) -> Result<Source<'a>, EvalError> {
    let table = at(c, "inventory.combustion")?;
    let mut rows: Vec<Row<'_>> = table.rows().collect();
    for name in ["department", "fuel", "technology"] {
        let several = rows.iter().any(|r| r.text(name) != rows[0].text(name)); // pick leaves at least one row
        let word = match args.get(name) {
            Some(word) => word,
            None if !several => continue,
            None => {
                let known: Vec<&str> = rows.iter().map(|r| r.text(name)).collect();
                return Err(EvalError::argument(
                    name,
                    format!("write one of / 须填: {}", known.join(" ")),
                ));
            }
        };
        let hit = crate::row::pick(&rows, name, word, &[name])?.text(name);
        rows.retain(|r| r.text(name) == hit);
    }
    let row = rows.first().copied().ok_or_else(|| EvalError::law(table.0, "no row"))?;
    Ok(Source {
        row,
        unit: row.text("unit"),
        nodes: Vec::new(),
    })
}

fn combustion(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let mut source = source(c, args)?;
    let word = args.text("pollutant")?.to_ascii_lowercase();
    let pollutant = POLLUTANTS
        .iter()
        .find(|p| **p == word)
        .ok_or_else(|| EvalError::argument("pollutant", format!("`{word}`: write one of {}", POLLUTANTS.join(" "))))?;
    args.text("controls")?;
    let devices = args.words("controls");
    let amount = args.amount("amount")?;
    let gas = source.unit == "g/m3";
    let per = if gas { "wstere" } else { "t" };
    let (rule, from, to) = (source.row.p, source.unit, format!("t/{per}"));
    let mass = |factor: Ratio| -> Result<Ratio, EvalError> { Ok(of_law(rule, factor, from, &to)?.mul(amount.into())?) };
    let factor = source.factor(c, args, pollutant)?;
    let made = mass(factor)?;
    let mut apart = String::new();
    let (emitted, mut nodes) = match *pollutant {
        // Fine and coarse particles are held back at different rates: apart, then together.
        "pm10" => {
            let fine = mass(source.factor(c, args, "pm2_5")?)?;
            let (share, mut a) = left(c, &devices, "pm2_5")?;
            let (coarse_share, b) = left(c, &devices, "coarse")?;
            a.extend(b);
            let coarse = made.sub(fine)?;
            apart = format!(
                " → {} × {} + {} × {}",
                fine.shown(6),
                share.shown(6),
                coarse.shown(6),
                coarse_share.shown(6)
            );
            (fine.mul(share)?.add(coarse.mul(coarse_share)?)?, a)
        }
        // No device of the table holds carbon monoxide back; the names are read all the same.
        "co" => {
            left(c, &devices, "pm2_5")?;
            (made, Vec::new())
        }
        other => {
            let column = if matches!(other, "bc" | "oc") { "pm2_5" } else { other };
            let (share, a) = left(c, &devices, column)?;
            (made.mul(share)?, a)
        }
    };
    let (rounding, clause) = decimals(c, "mass")?;
    let value = emitted.round(&rounding)?;
    let removal = if made == Ratio::ZERO {
        None
    } else {
        let removed = Ratio::from(1).sub(emitted.div(made)?)?;
        Some(removed.mul(Ratio::from(100))?.round(&decimals(c, "percent")?.0)?)
    };
    let made_shown = made.round(&rounding)?;
    let mut node = Explanation::new(format!("{}{}排放量", source.row.text("fuel"), pollutant), "Emission")
        .value(value)
        .unit("t")
        .formula(format!(
            "{amount} × {} {} = {made_shown} t{apart} → {value} t",
            factor.shown(6),
            source.unit
        ))
        .clause(source.row.clause())
        .clause(clause)
        .input(given("燃料消耗量", "fuel burned", amount, per))
        .noted(source.row.p);
    nodes.splice(0..0, std::mem::take(&mut source.nodes));
    for n in nodes {
        node = node.input(n);
    }
    if source.row.text(pollutant) == "0" && *pollutant == "so2" {
        node = node.note(
            "系数0表示没有给出：有燃料硫分时按硫分核算",
            "a factor of 0 was not given: go by the sulphur of the fuel where it is known",
        );
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("made", made_shown.into()),
            ("factor", factor.round(&decimals(c, "factor")?.0)?.into()),
            ("factor_unit", source.unit.into()),
            ("removal", removal.into()),
        ],
        explanation: node,
    })
}
