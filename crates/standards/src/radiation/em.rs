//! Electromagnetic fields: limits by frequency, project values, exemption (GB 8702, HJ/T 10.3).

use crate::cell::{at, decimal, optional};
use crate::node::{Noted, nothing, taken};
use crate::real::significant;
use crate::word::{exactly, named};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(super) const UNIT: Arg = Arg::text(
    "unit",
    (
        "频率单位：Hz kHz MHz GHz，默认MHz",
        "unit of the frequency: Hz kHz MHz GHz; MHz unless given",
    ),
)
.optional();
const F: Arg = Arg::number("f", "MHz", ("频率", "frequency"));

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.em_limit",
        title: (
            "电磁环境公众曝露控制限值",
            "Limit of public exposure to electromagnetic fields",
        ),
        args: &[F, UNIT],
        results: &[
            Column::text("band"),
            Column::number("h"),
            Column::number("b"),
            Column::number("s"),
            Column::number("peak_e"),
            Column::number("peak_s"),
        ],
        keys: &[
            "radiation.em.limit",
            "radiation.em.frequency_unit",
            "radiation.em.pulse",
            "radiation.em.line",
        ],
        eval: limit,
    },
    Function {
        name: "radiation.em_project",
        title: ("单个项目电磁管理限值", "Management value of a single project"),
        args: &[
            F,
            UNIT,
            Arg::text(
                "project",
                (
                    "项目：other其他（默认）、ministry国家审批的大型项目",
                    "project: other (default) or ministry (large, approved by it)",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("s")],
        keys: &[
            "radiation.em.limit",
            "radiation.em.frequency_unit",
            "radiation.em.project",
        ],
        eval: project,
    },
    Function {
        name: "radiation.em_exempt",
        title: ("电磁设施豁免", "Whether an electromagnetic facility is exempt"),
        args: &[
            Arg::number("kv", "kV", ("交流输变电设施电压等级", "voltage of AC works")).optional(),
            Arg::number("f", "MHz", ("发射频率", "frequency of a transmitter")).optional(),
            Arg::number("erp", "W", ("等效辐射功率", "equivalent radiated power")).optional(),
        ],
        results: &[Column::number("below")],
        keys: &["radiation.em.exempt"],
        eval: exempt,
    },
];

/// A frequency in hertz.
pub(super) fn hertz(c: &Context<'_>, args: &Args, name: &str, f: Decimal) -> Result<Decimal, EvalError> {
    let p = at(c, "radiation.em.frequency_unit")?;
    let r = exactly(p, "unit", args.get("unit").unwrap_or("MHz"), "name")?;
    if f <= Decimal::ZERO {
        return Err(EvalError::argument(
            name,
            format!("{f}: a frequency is above 0 / 频率须大于0"),
        ));
    }
    Ok(f.normalized().mul(decimal(p, r, "hertz")?)?)
}

/// The row of a frequency; where two rows meet, the one printed above.
pub(super) fn band(p: &Provision, name: &str, f: Decimal) -> Result<usize, EvalError> {
    for r in 0..p.table.rows.len() {
        if decimal(p, r, "f_from")? <= f && f <= decimal(p, r, "f_to")? {
            return Ok(r);
        }
    }
    let reason = format!(
        "{f} Hz is outside the bands of {} {} / 不在限值表的频率范围内",
        p.standard.number, p.clause
    );
    Err(EvalError::argument(name, reason))
}

/// One limit of a row: coefficient × f^exponent, f in the unit of the row; nothing where the row has none.
pub(super) fn quantity(p: &Provision, r: usize, f: Decimal, q: &str) -> Result<Option<Ratio>, EvalError> {
    let Some(k) = optional(p, r, &format!("{q}_k"))? else {
        return Ok(None);
    };
    let n = decimal(p, r, &format!("{q}_n"))?;
    let f = Ratio::from(f).div(decimal(p, r, "f_scale")?.into())?;
    let mut value = Ratio::from(k);
    // Whole exponents are exact; roots are not.
    match n.at_scale(0) {
        Some(whole) if whole.abs() <= 2 => {
            for _ in 0..whole.abs() {
                value = if whole > 0 { value.mul(f)? } else { value.div(f)? };
            }
        }
        _ => value = value.mul(real::pow(f, n)?.into())?,
    }
    if let Some(d) = optional(p, r, &format!("{q}_div"))? {
        value = value.div(d.into())?;
    }
    Ok(Some(value))
}

/// Five digits: what is shown. Comparisons take the unrounded limit.
fn shown(x: Option<Ratio>) -> Result<Option<Decimal>, EvalError> {
    x.map(|x| significant(x, 5).map(Decimal::normalized)).transpose()
}

/// An input node of a coefficient, with its exponent.
fn coefficient(p: &Provision, r: usize, q: &str, zh: &str, en: &str) -> Explanation {
    taken((zh, en), p, r, &format!("{q}_k")).formula(format!(
        "{} × f^{} (f: {})",
        p.table.text(r, &format!("{q}_k")),
        p.table.text(r, &format!("{q}_n")),
        p.table.text(r, "f_unit")
    ))
}

fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, pulse) = (at(c, "radiation.em.limit")?, at(c, "radiation.em.pulse")?);
    let e = Explanation::new("电场强度限值", "Limit of the electric field").noted(p);
    let Some(f) = args.number("f")? else {
        return Ok(nothing(e, Vec::new(), "缺频率", "the frequency is missing"));
    };
    let f = hertz(c, args, "f", f)?;
    let r = band(p, "f", f)?;
    let of = |q: &str| quantity(p, r, f, q);
    let (field, power) = (of("e")?, of("s")?);
    let pulsed = f >= decimal(pulse, 0, "f_from")?;
    let times = |x: Option<Ratio>, column: &str| -> Result<Option<Ratio>, EvalError> {
        let by = decimal(pulse, 0, column)?;
        x.filter(|_| pulsed)
            .map(|x| x.mul(by.into()).map_err(EvalError::from))
            .transpose()
    };
    let value = shown(field)?;
    let columns: Vec<(&'static str, Cell)> = vec![
        ("band", p.table.text(r, "band").into()),
        ("h", shown(of("h")?)?.into()),
        ("b", shown(of("b")?)?.into()),
        ("s", shown(power)?.into()),
        ("peak_e", shown(times(field, "field_times")?)?.into()),
        ("peak_s", shown(times(power, "power_times")?)?.into()),
    ];
    let mut e = e
        .unit("V/m")
        .input(coefficient(p, r, "e", "电场强度", "Electric field"))
        .input(coefficient(p, r, "h", "磁场强度", "Magnetic field"))
        .input(coefficient(p, r, "b", "磁感应强度", "Magnetic flux density"));
    if pulsed {
        e = e.input(taken(
            ("脉冲场强峰值倍数", "Peak factor of the field"),
            pulse,
            0,
            "field_times",
        ));
    }
    let line = at(c, "radiation.em.line")?;
    if decimal(line, 0, "frequency")? == f {
        e = e.noted(line).input(taken(
            ("架空线路下的电场", "Field under overhead lines"),
            line,
            0,
            "field",
        ));
    }
    if let Some(v) = value {
        e = e.value(v);
    }
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn project(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, share) = (at(c, "radiation.em.limit")?, at(c, "radiation.em.project")?);
    let e = Explanation::new("单个项目电场强度管理值", "Management value of the electric field").noted(share);
    let row = named(
        share,
        "project",
        args.get("project").unwrap_or("other"),
        &["project", "project_zh"],
    )?;
    let n = decimal(share, row, "n")?;
    if n <= Decimal::ZERO {
        return Err(EvalError::law(share, "n is above 0"));
    }
    let Some(f) = args.number("f")? else {
        return Ok(nothing(e, Vec::new(), "缺频率", "the frequency is missing"));
    };
    let f = hertz(c, args, "f", f)?;
    let r = band(p, "f", f)?;
    let root = real::sqrt(n)?;
    let field = quantity(p, r, f, "e")?.map(|x| x.div(root.into())).transpose()?;
    let power = quantity(p, r, f, "s")?.map(|x| x.div(n.into())).transpose()?;
    let two = |x: Option<Ratio>| x.map(|x| significant(x, 2)).transpose();
    let value = two(field)?;
    let mut e = e
        .unit("V/m")
        .clause(p.clause_ref_row(r))
        .input(taken(("n", "n"), share, row, "n"));
    if let Some(v) = value {
        e = e.value(v);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("s", two(power)?.map(Decimal::normalized).into())],
        explanation: e,
    })
}

fn exempt(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.em.exempt")?;
    let e = Explanation::new("豁免", "Exempt").noted(p);
    let (kv, f, erp) = (args.number("kv")?, args.number("f")?, args.number("erp")?);
    for (name, x) in [("kv", kv), ("f", f), ("erp", erp)] {
        if x.is_some_and(|x| x.is_negative()) {
            return Err(EvalError::argument(name, "is negative / 不得为负"));
        }
    }
    let (r, given) = match (kv, f, erp) {
        (Some(kv), None, None) => (crate::cell::row(p, &[("what", "ac_kv")])?, kv),
        (None, Some(f), Some(erp)) => {
            let mut found = None;
            for r in 0..p.table.rows.len() {
                let (from, to) = (optional(p, r, "f_from")?, optional(p, r, "f_to")?);
                if found.is_none() && from.is_some_and(|x| x <= f) && to.is_some_and(|x| f <= x) {
                    found = Some(r);
                }
            }
            let outside = || {
                EvalError::argument(
                    "f",
                    format!("{f} MHz is outside the bands of clause 5 / 不在豁免的频率范围内"),
                )
            };
            (found.ok_or_else(outside)?, erp)
        }
        (None, None, None) => {
            return Ok(nothing(
                e,
                Vec::new(),
                "缺电压或功率",
                "neither voltage nor power is given",
            ));
        }
        _ => {
            return Err(EvalError::argument(
                "kv",
                "give either `kv`, or `f` with `erp` / 填kv，或填f和erp",
            ));
        }
    };
    let below = decimal(p, r, "below")?;
    let yes = given < below;
    Ok(Outcome {
        value: yes.into(),
        columns: vec![("below", below.into())],
        explanation: e
            .value(if yes { "yes" } else { "no" })
            .formula(format!(
                "{given} {} {below} {}",
                if yes { "<" } else { "≥" },
                p.table.text(r, "below_unit")
            ))
            .clause(p.clause_ref_row(r)),
    })
}
