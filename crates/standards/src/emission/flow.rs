//! Flow of a stack, NOx from its parts, mass concentration from a volume ratio (HJ 212-2017 annex D).

use super::convert::{BA, PS, T, XSW, dryness, to_standard};
use crate::cell::{decimal, rounding};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "emission.flow",
        title: ("烟气流量", "Flow of flue gas"),
        args: &[
            Arg::number("area", "m2", ("烟道截面积", "cross-section of the duct")),
            Arg::number("v", "m/s", ("烟气平均流速", "mean velocity of the gas")),
            Arg::number(
                "kv",
                "1",
                ("速度场系数，默认1", "velocity field coefficient, 1 unless given"),
            )
            .optional(),
            T,
            BA,
            PS,
            XSW,
        ],
        results: &[Column::number("actual")],
        keys: &["online.convert"],
        eval: flow,
    },
    Function {
        name: "emission.nox",
        title: ("氮氧化物（以NO2计）", "NOx as NO2"),
        args: &[
            Arg::number("no", "", ("一氧化氮", "nitric oxide")),
            Arg::number("no2", "", ("二氧化氮", "nitrogen dioxide")),
            Arg::text("unit", ("mg/m3（默认）或ppm", "mg/m3 (default) or ppm")).optional(),
        ],
        results: &[],
        keys: &["online.convert"],
        eval: nox,
    },
    Function {
        name: "emission.ppm",
        title: (
            "体积比换算为标态质量浓度",
            "Mass concentration at standard state from a volume ratio",
        ),
        args: &[
            Arg::text("gas", ("气体：so2 no no2 nox co", "gas: so2 no no2 nox co")),
            Arg::number("ppm", "ppm", ("体积比", "volume ratio")),
        ],
        results: &[],
        keys: &["online.convert", "online.molar_mass"],
        eval: ppm,
    },
];

fn not_negative(args: &Args, name: &str) -> Result<Decimal, EvalError> {
    let d = args.required_number(name)?;
    if d.is_negative() {
        return Err(EvalError::argument(name, format!("{d} is negative")));
    }
    Ok(d)
}

fn flow(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("online.convert", c.date, "")?;
    let (area, v) = (not_negative(args, "area")?, not_negative(args, "v")?);
    let kv = args.number("kv")?.unwrap_or(Decimal::from_int(1));
    let seconds = decimal(p, 0, "seconds")?;
    let actual = Ratio::from(seconds).mul(area.into())?.mul(v.into())?.mul(kv.into())?;
    let (state, text) = to_standard(c, args)?.ok_or_else(|| EvalError::Missing("t".into()))?;
    let dry = dryness(args)?.ok_or_else(|| EvalError::argument("xsw", "is needed: without it there is no dry flow"))?;
    let rule = rounding(p, 0)?;
    let value = actual.div(state)?.mul(dry)?.round(&rule)?;
    let actual = actual.round(&rule)?;
    let e = Explanation::new("标干流量", "Dry flow at standard state")
        .value(value)
        .unit("m³/h")
        .formula(format!(
            "{seconds} × {area} × {v} × {kv} ÷ ({text}) × {} = {value}",
            dry.shown(6)
        ))
        .clause(p.clause_ref());
    Ok(Outcome {
        value: value.into(),
        columns: vec![("actual", actual.into())],
        explanation: e,
    })
}

fn nox(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("online.convert", c.date, "")?;
    let (no, no2) = (not_negative(args, "no")?, not_negative(args, "no2")?);
    let (m_no2, m_no, volume) = (
        decimal(p, 0, "no2")?,
        decimal(p, 0, "no")?,
        decimal(p, 0, "molar_volume")?,
    );
    let (exact, text) = match args.get("unit").unwrap_or("mg/m3") {
        "mg/m3" => (
            Ratio::from(no)
                .mul(Ratio::from(m_no2).div(m_no.into())?)?
                .add(no2.into())?,
            format!("{no} × {m_no2}/{m_no} + {no2}"),
        ),
        "ppm" => (
            Ratio::from(no.add(no2)?).mul(Ratio::from(m_no2).div(volume.into())?)?,
            format!("({no} + {no2}) × {m_no2}/{volume}"),
        ),
        other => return Err(EvalError::argument("unit", format!("`{other}`: write mg/m3 or ppm"))),
    };
    let value = exact.round(&rounding(p, 0)?)?;
    let e = Explanation::new("氮氧化物", "NOx as NO2")
        .value(value)
        .unit("mg/m³")
        .formula(format!("{text} = {value}"))
        .clause(p.clause_ref());
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e,
    })
}

fn ppm(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, masses) = (
        c.law.at("online.convert", c.date, "")?,
        c.law.at("online.molar_mass", c.date, "")?,
    );
    let r = named(masses, "gas", args.text("gas")?, &["gas", "words"])?;
    let (mass, volume) = (decimal(masses, r, "molar_mass")?, decimal(p, 0, "molar_volume")?);
    let given = not_negative(args, "ppm")?;
    let value = Ratio::from(given)
        .mul(Ratio::from(mass).div(volume.into())?)?
        .round(&rounding(p, 0)?)?;
    let e = Explanation::new("质量浓度", "Mass concentration")
        .value(value)
        .unit("mg/m³")
        .formula(format!("{given} × {mass}/{volume} = {value}"))
        .clause(masses.clause_ref())
        .clause(p.clause_ref());
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e,
    })
}
