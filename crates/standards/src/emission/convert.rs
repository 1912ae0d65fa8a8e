//! `emission.convert`: from the stack's state to dry, standard and reference oxygen, and back
//! (HJ 212-2017 annex D formulas 18, 19, 26 to 28, which cite HJ 75).

use super::limit::{oxygen, sector};
use super::query::{SECTOR, SOURCE};
use crate::cell::{decimal, rounding};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const T: Arg = Arg::number("t", "C", ("烟气温度", "flue gas temperature")).optional();
pub(crate) const BA: Arg = Arg::number("ba", "Pa", ("大气压", "ambient pressure")).optional();
pub(crate) const PS: Arg = Arg::number(
    "ps",
    "Pa",
    (
        "烟气静压（表压，可为负），默认0",
        "static pressure of the gas (gauge, may be negative), 0 unless given",
    ),
)
.optional();
pub(crate) const XSW: Arg = Arg::number(
    "xsw",
    "1",
    (
        "绝对湿度，以小数计，如0.12",
        "absolute humidity as a fraction, such as 0.12",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "emission.convert",
    title: ("烟气浓度换算", "Conversion of a flue gas concentration"),
    args: &[
        Arg::number("c", "mg/m3", ("浓度", "concentration")),
        T,
        BA,
        PS,
        XSW,
        Arg::number("o2", "%", ("实测氧含量", "measured oxygen")).optional(),
        Arg::text(
            "o2_state",
            ("氧含量：dry干基（默认） wet湿基", "oxygen is dry (default) or wet"),
        )
        .optional(),
        Arg::number(
            "base",
            "%",
            ("基准氧含量，或给出sector", "reference oxygen; or give the sector"),
        )
        .optional(),
        Arg::number(
            "alpha",
            "1",
            (
                "标准规定的过量空气系数，代替base",
                "excess-air factor of the standard, in place of base",
            ),
        )
        .optional(),
        SECTOR.optional(),
        SOURCE,
        Arg::text(
            "direction",
            (
                "forward由实测到折算（默认），back由折算到实测",
                "forward from measured (default), back to measured",
            ),
        )
        .optional(),
    ],
    results: &[
        Column::number("c_standard"),
        Column::number("c_dry"),
        Column::number("o2_dry"),
        Column::number("alpha_measured"),
        Column::number("base"),
    ],
    keys: super::keys::CONVERT,
    eval: convert,
}];

/// Temperature and pressure of the gas against the standard state: C_standard / C_actual.
pub(crate) fn to_standard(c: &Context<'_>, args: &Args) -> Result<Option<(Ratio, String)>, EvalError> {
    let (t, ba, ps) = (args.number("t")?, args.number("ba")?, args.number("ps")?);
    let (t, ba) = match (t, ba) {
        (None, None) if ps.is_none() => return Ok(None),
        (Some(t), Some(ba)) => (t, ba),
        (None, _) => return Err(EvalError::Missing("t".into())),
        (_, None) => return Err(EvalError::Missing("ba".into())),
    };
    let p = c.law.at("online.convert", c.date, "")?;
    let (kelvin, pascal) = (decimal(p, 0, "kelvin")?, decimal(p, 0, "pascal")?);
    let pressure = ba.add(ps.unwrap_or_default())?;
    let temperature = kelvin.add(t)?;
    if pressure <= Decimal::ZERO {
        return Err(EvalError::argument(
            "ba",
            format!("{ba} + static pressure must be above 0 Pa"),
        ));
    }
    if temperature <= Decimal::ZERO {
        return Err(EvalError::argument("t", format!("{t} is below -{kelvin} ℃")));
    }
    let ratio = Ratio::from(pascal)
        .div(pressure.into())?
        .mul(Ratio::from(temperature).div(kelvin.into())?)?;
    Ok(Some((ratio, format!("{pascal}/{pressure} × {temperature}/{kelvin}"))))
}

/// One minus the humidity.
pub(crate) fn dryness(args: &Args) -> Result<Option<Ratio>, EvalError> {
    let Some(x) = args.number("xsw")? else { return Ok(None) };
    let one = Decimal::from_int(1);
    if x.is_negative() || x >= one {
        let reason = format!("{x}: write a fraction from 0 to below 1, such as 0.12 for 12 %");
        return Err(EvalError::argument("xsw", reason));
    }
    Ok(Some(Ratio::from(one.sub(x)?)))
}

fn convert(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let constants = c.law.at("online.convert", c.date, "");
    let forward = match args.get("direction").unwrap_or("forward") {
        "forward" | "正" => true,
        "back" | "反" => false,
        other => {
            return Err(EvalError::argument(
                "direction",
                format!("`{other}`: write forward or back"),
            ));
        }
    };
    let given = args.required_number("c")?;
    let dry = dryness(args)?;
    let o2 = match (args.number("o2")?, args.get("o2_state").unwrap_or("dry")) {
        (None, _) => None,
        (Some(o), "dry" | "干") => Some(Ratio::from(o)),
        (Some(o), "wet" | "湿") => {
            let dry = dry.ok_or_else(|| EvalError::argument("xsw", "is needed to turn wet oxygen into dry"))?;
            Some(Ratio::from(o).div(dry)?)
        }
        (_, other) => return Err(EvalError::argument("o2_state", format!("`{other}`: write dry or wet"))),
    };
    if o2.is_some_and(|o| o.num() < 0) {
        return Err(EvalError::argument("o2", "is below 0 %"));
    }
    let mut e = Explanation::new("折算浓度", "Converted concentration").unit("mg/m³");
    let rule = match &constants {
        Ok(p) => {
            e = e.clause(p.clause_ref()).note(&p.note.zh, &p.note.en);
            rounding(p, 0)?
        }
        Err(_) => super::select::SHOWN, // before the constants are laid down only oxygen can be converted
    };
    let standard = to_standard(c, args)?;
    let (oxygen_factor, base, undefined) = oxygen_factor(c, args, o2, &mut e)?;
    let mut steps = vec![given.to_string()];
    let (mut c_standard, mut c_dry) = (Ratio::from(given), Ratio::from(given));
    let value = if forward {
        if let Some((ratio, text)) = &standard {
            c_standard = c_standard.mul(*ratio)?;
            steps.push(format!("× {text}"));
        }
        c_dry = c_standard;
        if let Some(d) = dry {
            c_dry = c_standard.div(d)?;
            steps.push(format!("÷ {}", d.shown(6)));
        }
        match oxygen_factor {
            Some((factor, text)) => {
                steps.push(format!("× {text}"));
                c_dry.mul(factor)?
            }
            None => c_dry,
        }
    } else {
        if let Some((factor, text)) = oxygen_factor {
            c_dry = c_dry.div(factor)?;
            steps.push(format!("÷ {text}"));
        }
        c_standard = c_dry;
        if let Some(d) = dry {
            c_standard = c_dry.mul(d)?;
            steps.push(format!("× {}", d.shown(6)));
        }
        match standard {
            Some((ratio, text)) => {
                steps.push(format!("÷ ({text})"));
                c_standard.div(ratio)?
            }
            None => c_standard,
        }
    };
    let value = if undefined { None } else { Some(value.round(&rule)?) };
    e = match value {
        Some(v) => e.value(v).formula(format!("{} = {v}", steps.join(" "))),
        None => e.note(
            "氧含量达到或超过空气氧含量：不能折算，该数据标为无效（多为停运或漏风）",
            "oxygen at or above that of air: no conversion, mark the value invalid (stopped or leaking)",
        ),
    };
    let alpha = match (&constants, o2) {
        (Ok(p), Some(o)) if !undefined => {
            let air = Ratio::from(decimal(p, 0, "air_oxygen")?);
            Some(air.div(air.sub(o)?)?.round(&rule)?)
        }
        _ => None,
    };
    let columns = vec![
        ("c_standard", c_standard.round(&rule)?.into()),
        ("c_dry", c_dry.round(&rule)?.into()),
        ("o2_dry", o2.map(|o| o.round(&rule)).transpose()?.into()),
        ("alpha_measured", alpha.into()),
        ("base", base.into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

type Factor = (Option<(Ratio, String)>, Option<Decimal>, bool);

/// C_converted / C_dry, the reference oxygen, and whether no conversion is possible.
fn oxygen_factor(c: &Context<'_>, args: &Args, o2: Option<Ratio>, e: &mut Explanation) -> Result<Factor, EvalError> {
    let (base, alpha) = (args.number("base")?, args.number("alpha")?);
    let (mut base, mut air) = (base, None);
    if let Some(word) = args.get("sector") {
        let s = sector(c, word)?;
        match oxygen(c, &s, args.get("source"))? {
            Some(o) => {
                *e = std::mem::take(e).input(
                    Explanation::new("基准氧含量", "Reference oxygen")
                        .value(o.base)
                        .unit("%")
                        .clause(o.clause.clone()),
                );
                base = base.or(Some(o.base));
                air = Some(o.air);
            }
            None if base.is_none() => {
                if let Some(m) = c
                    .law
                    .unrecorded(&format!("emission.oxygen.{}", s.name), c.date, c.division)
                {
                    *e = std::mem::take(e).note(&m.why.zh, &m.why.en);
                }
                *e = std::mem::take(e).note(
                    "该设施没有规定基准氧含量，不折算",
                    "no reference oxygen is laid down for such a source: not converted",
                );
            }
            None => {}
        }
    }
    if base.is_none() && alpha.is_none() {
        return Ok((None, None, false));
    }
    let o2 = o2.ok_or_else(|| EvalError::Missing("o2".into()))?;
    let air = match air {
        Some(a) => a,
        None => decimal(c.law.at("online.convert", c.date, "")?, 0, "air_oxygen")?,
    };
    let left = Ratio::from(air).sub(o2)?;
    if left.num() <= 0 {
        return Ok((None, base, true));
    }
    let shown = o2.shown(6);
    match (base, alpha) {
        (Some(b), None) => {
            if b.is_negative() || b >= air {
                return Err(EvalError::argument(
                    "base",
                    format!("{b} must be from 0 to below {air} %"),
                ));
            }
            let factor = Ratio::from(air.sub(b)?).div(left)?;
            Ok((
                Some((factor, format!("({air} − {b})/({air} − {shown})"))),
                Some(b),
                false,
            ))
        }
        (None, Some(a)) if a > Decimal::ZERO => {
            let factor = Ratio::from(air).div(left)?.div(a.into())?;
            Ok((Some((factor, format!("{air}/({air} − {shown})/{a}"))), None, false))
        }
        (None, _) => Err(EvalError::argument("alpha", "must be above 0")),
        (Some(_), Some(_)) => Err(EvalError::argument(
            "alpha",
            "give either `alpha` or a reference oxygen",
        )),
    }
}
