//! The state that concentrations refer to, and volume ratios (GB 3095 3.14 and its amendment of 2018).

use super::compile::Of;
use crate::cell::{decimal, row};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Explanation, Interval, Mode, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.reference_state",
        title: ("参比状态换算", "Conversion between reference states"),
        args: &[
            Arg::text("factor", ("气体：so2 no2 co o3 nox", "gas: so2 no2 co o3 nox")),
            Arg::number("c", "", ("浓度", "concentration")),
            Arg::text(
                "state_of",
                (
                    "浓度所用状态的日期，如2018-08-31",
                    "a day on which the state of the value held, such as 2018-08-31",
                ),
            ),
            Arg::number("decimals", "1", ("小数位数，不给则6位", "decimals, 6 unless given")).optional(),
        ],
        results: &[
            Column::number("factor_exact"),
            Column::number("kelvin_from"),
            Column::number("kelvin_to"),
        ],
        keys: &["air.reference_state"],
        eval: reference_state,
    },
    Function {
        name: "air.volume_ratio",
        title: ("体积比换算为质量浓度", "Mass concentration from a volume ratio"),
        args: &[
            Arg::text(
                "factor",
                ("气体：so2 no2 o3（ppb），co（ppm）", "gas: so2 no2 o3 (ppb), co (ppm)"),
            ),
            Arg::number("ratio", "", ("体积比", "volume ratio")),
            Arg::number("decimals", "1", ("小数位数，不给则4位", "decimals, 4 unless given")).optional(),
        ],
        results: &[Column::text("unit"), Column::text("per")],
        keys: &["air.volume_ratio"],
        eval: volume_ratio,
    },
];

const PARTICLES: [&str; 5] = ["pm10", "pm2_5", "tsp", "pb", "bap"];

fn decimals(args: &Args, default: i32) -> Result<Rounding, EvalError> {
    let d = match args.number("decimals")? {
        None => default,
        Some(d) => d
            .at_scale(0)
            .and_then(|n| i32::try_from(n).ok())
            .ok_or_else(|| EvalError::argument("decimals", "must be a whole number"))?,
    };
    Ok(Rounding {
        mode: Mode::HalfEven,
        interval: Interval::Decimals(d),
    })
}

fn state(of: &Of<'_>) -> Result<(Decimal, Decimal, Clause), EvalError> {
    let p = of.at("air.reference_state")?;
    let r = row(p, &[("kind", "gas")])?;
    Ok((decimal(p, r, "kelvin")?, decimal(p, r, "kilopascal")?, p.clause_ref()))
}

fn reference_state(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let factor = args.text("factor")?;
    if PARTICLES.contains(&factor) {
        let reason = "particles are given at the actual temperature and pressure while sampling since 2018-09-01; \
                      without those two they cannot be converted";
        return Err(EvalError::argument("factor", reason));
    }
    let day: NaiveDate = args
        .text("state_of")?
        .parse()
        .map_err(|_| EvalError::argument("state_of", "write YYYY-MM-DD"))?;
    let value = args.required_number("c")?;
    let (t0, p0, clause0) = state(&Of {
        law: c.law,
        date: day,
        division: c.division,
    })?;
    let (t1, p1, clause1) = state(&Of {
        law: c.law,
        date: c.date,
        division: c.division,
    })?;
    // The same mass in the volume it takes at the other state: C1 = C0 · (T0/T1) · (P1/P0).
    let exact = Ratio::from(t0).div(t1.into())?.mul(Ratio::from(p1).div(p0.into())?)?;
    let converted = Ratio::from(value).mul(exact)?.round(&decimals(args, 6)?)?;
    let pressure = if p0 == p1 {
        String::new()
    } else {
        format!(" × {p1} / {p0}")
    };
    let e = Explanation::new("换算后的浓度", "Converted concentration")
        .value(converted)
        .formula(format!("{value} × {t0} / {t1}{pressure} = {converted}"))
        .clause(clause0)
        .clause(clause1);
    let columns = vec![
        ("factor_exact", exact.round(&Rounding::gbt8170(6))?.into()),
        ("kelvin_from", t0.into()),
        ("kelvin_to", t1.into()),
    ];
    Ok(Outcome {
        value: converted.into(),
        columns,
        explanation: e,
    })
}

fn volume_ratio(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("air.volume_ratio", c.date, c.division)?;
    let factor = args.text("factor")?;
    let r = p.table.find(&[("pollutant", factor)]);
    let r = r.ok_or_else(|| EvalError::argument("factor", format!("`{factor}`: known are so2, no2, o3 and co")))?;
    let (value, times) = (args.required_number("ratio")?, decimal(p, r, "factor")?);
    let (unit, per) = (p.unit(r, "factor").to_string(), p.table.text(r, "per").to_string());
    let result = Ratio::from(value).mul(times.into())?.round(&decimals(args, 4)?)?;
    let e = Explanation::new("质量浓度", "Mass concentration")
        .value(result)
        .unit(&unit)
        .formula(format!("{value} {per} × {times} = {result}"))
        .clause(p.clause_ref());
    Ok(Outcome {
        value: result.into(),
        columns: vec![("unit", unit.into()), ("per", per.into())],
        explanation: e,
    })
}
