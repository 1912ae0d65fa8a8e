//! Emission of bought electricity by the factor of its year, use and place; a province with its exchange.

use super::decimals;
use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::unit::of_law;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "carbon.electricity",
        title: ("购入电力二氧化碳排放量", "Carbon dioxide of bought electricity"),
        args: &[
            Arg::number("mwh", "MWh", ("电量", "electricity")),
            Arg::number("year", "", ("数据年，如2023", "year of the data, as 2023")),
            Arg::text(
                "use",
                (
                    "用途：average平均因子（默认） market全国碳市场履约报告",
                    "use: average (default) or market (company reports in the national market)",
                ),
            )
            .optional(),
            Arg::text(
                "region",
                (
                    "地区：省名或六位代码、区域（华东等）、全国；不填按所在省，无省时按全国",
                    "place: name or six-digit code of a province, a grid region, or the nation; the province of the call unless given",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("factor"), Column::text("region")],
        keys: &["carbon.grid", "carbon.grid.market", "carbon.decimals"],
        eval: electricity,
    },
    Function {
        name: "carbon.regional",
        title: ("地区能源二氧化碳排放量（含电力调入调出）", "Energy carbon dioxide of a region with its exchange of electricity"),
        args: &[
            Arg::number("fuels", "wt", ("化石燃料排放", "emission of fuels")),
            Arg::number("import", "", ("净调入电量，亿kWh", "electricity brought in, in 10^8 kWh")),
            Arg::number("import_factor", "kg/kWh", ("调入因子", "factor of what is brought in")),
            Arg::number("export", "", ("调出电量，亿kWh", "electricity sent out, in 10^8 kWh")),
            Arg::number("export_factor", "kg/kWh", ("调出因子（本省）", "factor of what is sent out")),
        ],
        results: &[Column::number("electricity")],
        keys: &["carbon.decimals"],
        eval: regional,
    },
];

fn electricity(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (mwh, year) = (args.amount("mwh")?, args.amount("year")?);
    let row = match args.get("use").unwrap_or("average") {
        "average" | "平均" => average(c, args, year)?,
        "market" | "履约" => at(c, "carbon.grid.market")?.band(year.into())?,
        other => {
            let reason = format!("`{other}`: write average (平均) or market (履约)");
            return Err(EvalError::argument("use", reason));
        }
    };
    let factor = of_law(row.p, row.ratio("factor")?, row.p.unit(row.row, "factor"), "t/MWh")?;
    let (rounding, clause) = decimals(c, "emission")?;
    let value = factor.mul(mwh.into())?.round(&rounding)?;
    let region = if row.text("name").is_empty() {
        row.text("years")
    } else {
        row.text("name")
    };
    let node = Explanation::new("购入电力排放量", "Emission of bought electricity")
        .value(value)
        .unit("tCO₂")
        .formula(format!("{mwh} × {} = {value}", row.text("factor")))
        .clause(row.clause())
        .clause(clause)
        .input(given("电量", "electricity", mwh, "MWh"))
        .input(row.node(
            "factor",
            &format!("{region}{year}年电力因子"),
            &format!("factor of {year}"),
        )?)
        .noted(row.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("factor", row.number("factor")?.into()), ("region", region.into())],
        explanation: node,
    })
}

fn average<'a>(c: &Context<'a>, args: &Args, year: Decimal) -> Result<Row<'a>, EvalError> {
    let table = at(c, "carbon.grid")?;
    let named = match args.get("region") {
        Some(word) => table.word("region", word, &["name", "code"])?,
        None => {
            // The province of the call: its first two digits and four zeros.
            let code = c
                .division
                .get(..2)
                .map_or_else(|| "000000".to_string(), |p| format!("{p}0000"));
            table.word("region", &code, &["code"])?
        }
    };
    let name = named.text("name");
    let mut years: Vec<&str> = Vec::new();
    for r in table.rows().filter(|r| r.text("name") == name) {
        if Decimal::parse(r.text("year")).is_ok_and(|y| y == year) {
            return Ok(r);
        }
        years.push(r.text("year"));
    }
    let reason = format!(
        "{year}: {name} has factors for {} only / 只有这些年份的因子",
        years.join(" ")
    );
    Err(EvalError::argument("year", reason))
}

fn regional(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let fuels = args.amount("fuels")?;
    let (import, by) = (args.amount("import")?, args.amount("import_factor")?);
    let (export, out) = (args.amount("export")?, args.amount("export_factor")?);
    // 10^8 kWh at 1 kg/kWh are 10^8 kg, which is 10 times 10,000 t.
    let ten = Ratio::from(10);
    let exchange = Ratio::from(import)
        .mul(by.into())?
        .sub(Ratio::from(export).mul(out.into())?)?
        .mul(ten)?;
    let (rounding, clause) = decimals(c, "emission")?;
    let value = Ratio::from(fuels).add(exchange)?.round(&rounding)?;
    let electricity = exchange.round(&rounding)?;
    let node = Explanation::new("地区二氧化碳排放量", "Carbon dioxide of the region")
        .value(value)
        .unit("万t")
        .formula(format!("{fuels} + ({import} × {by} − {export} × {out}) × 10 = {value}"))
        .clause(clause)
        .note(
            "调入按送出地或区域因子，调出按本省因子",
            "imports by the factor of the sender or its region, exports by the own one",
        );
    Ok(Outcome {
        value: value.into(),
        columns: vec![("electricity", electricity.into())],
        explanation: node,
    })
}
