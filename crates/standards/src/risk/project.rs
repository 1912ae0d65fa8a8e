//! Risk assessment of projects (HJ 169): potential and grade, heavy gas; accident pool.

use super::level::band;
use crate::node::{Noted, given};
use crate::row::at;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "risk.eia_level",
        title: (
            "建设项目环境风险潜势和评价等级",
            "Risk potential and grade of a project",
        ),
        args: &[
            Arg::text("q", ("Q值，或Q0 Q1 Q2 Q3", "Q, or one of Q0 Q1 Q2 Q3")),
            Arg::text(
                "m",
                (
                    "表C.1的M分值，或M1 M2 M3 M4；Q小于1时可不填",
                    "points of M by table C.1, or one of M1 M2 M3 M4; not needed below Q 1",
                ),
            )
            .optional(),
            Arg::text("e", ("E1 E2 E3；Q小于1时可不填", "E1 E2 E3; not needed below Q 1")).optional(),
        ],
        results: &[
            Column::text("p"),
            Column::text("potential"),
            Column::number("air_scope"),
        ],
        keys: &[
            "risk.eia.q",
            "risk.eia.m",
            "risk.eia.p",
            "risk.eia.potential",
            "risk.eia.grade",
        ],
        eval: eia,
    },
    Function {
        name: "risk.heavy_gas",
        title: (
            "理查德森数和重质气体判定",
            "Richardson number and whether a gas is heavy",
        ),
        args: &[
            Arg::text(
                "release",
                (
                    "排放方式：continuous连续 或 instantaneous瞬时",
                    "continuous or instantaneous",
                ),
            ),
            Arg::number(
                "q",
                "",
                (
                    "排放速率kg/s（连续）或排放量kg（瞬时）",
                    "rate in kg/s (continuous) or mass in kg (instantaneous)",
                ),
            ),
            Arg::number(
                "density",
                "kg/m3",
                ("排放物质进入大气的初始密度", "density of the release"),
            ),
            Arg::number("air_density", "kg/m3", ("环境空气密度", "density of the air")),
            Arg::number("wind", "m/s", ("10 m高处风速", "wind at 10 m")),
            Arg::number(
                "width",
                "m",
                (
                    "初始烟团宽度，即源直径（连续排放必填）",
                    "width of the source (needed for continuous)",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("heavy"), Column::text("model")],
        keys: &["risk.eia.heavy_gas"],
        eval: heavy,
    },
    Function {
        name: "risk.pool",
        title: ("事故水池总有效容积", "Volume of the pool for accident water"),
        args: &[
            Arg::number("v1", "m3", ("最大一个容器的物料量V1", "largest vessel V1")),
            Arg::number("v2", "m3", ("消防水量V2", "fire water V2")),
            Arg::number("v3", "m3", ("可转到其他设施的量V3", "what can be stored elsewhere V3")),
            Arg::number("v4", "m3", ("必须进入的生产废水量V4", "process waste water V4")),
            Arg::number("rain_year", "mm", ("年平均降雨量", "rain of a mean year")),
            Arg::number("rain_days", "d", ("年平均降雨日数", "rainy days of a mean year")),
            Arg::number(
                "area",
                "ha",
                ("必须进入收集系统的雨水汇水面积", "catchment that drains into it"),
            ),
        ],
        results: &[Column::number("v5")],
        keys: &["risk.pool"],
        eval: pool,
    },
];

fn eia(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let grades = at(c, "risk.eia.grade")?;
    let q = band(c, "risk.eia.q", "q", args.text("q")?, "band")?;
    let rows = at(c, "risk.eia.p")?;
    let mut node = Explanation::new("环境风险评价工作等级", "Grade of the risk assessment").clause(q.clause());
    // No row in the matrix for the lowest band: the potential is the lowest at once.
    let (p, potential) = match rows.rows().find(|r| r.text("q") == q.text("band")) {
        None => ("", grades.rows().last().map_or("", |r| r.text("potential"))),
        Some(row) => {
            let m = band(c, "risk.eia.m", "m", args.text("m")?, "class")?;
            let p = row.text(m.text("class"));
            let e = at(c, "risk.eia.potential")?.word("e", args.text("e")?, &["e"])?;
            node = node
                .input(Explanation::new("M", "M").value(m.text("class")).clause(m.clause()))
                .input(Explanation::new("P", "P").value(p).clause(row.clause()))
                .input(Explanation::new("E", "E").value(e.text("e")).clause(e.clause()));
            (p, e.text(p))
        }
    };
    let row = grades.row(&[("potential", potential)])?;
    let grade = row.text("grade");
    Ok(Outcome {
        value: grade.into(),
        columns: vec![
            ("p", p.into()),
            ("potential", potential.into()),
            ("air_scope", Cell::from(row.optional("air_scope")?)),
        ],
        explanation: node
            .value(grade)
            .formula(format!("{} → {potential} → {grade}", q.text("band")))
            .clause(row.clause())
            .noted(row.p),
    })
}

fn heavy(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "risk.eia.heavy_gas")?.only();
    let (q, rel, air, wind) = (
        args.amount("q")?,
        args.amount("density")?,
        args.amount("air_density")?,
        args.amount("wind")?,
    );
    for (name, d) in [("density", rel), ("air_density", air), ("wind", wind)] {
        if d.is_zero() {
            return Err(EvalError::argument(name, "is zero: the number has no meaning then"));
        }
    }
    let g = rule.ratio("gravity")?;
    let continuous = match args.text("release")? {
        "continuous" | "连续" => true,
        "instantaneous" | "瞬时" => false,
        other => {
            let reason = format!("`{other}`: write continuous (连续) or instantaneous (瞬时)");
            return Err(EvalError::argument("release", reason));
        }
    };
    let mut node = Explanation::new("理查德森数", "Richardson number")
        .clause(rule.clause())
        .input(rule.node("gravity", "重力加速度", "gravity")?)
        .noted(rule.p);
    let light = rel <= air;
    let excess = Ratio::from(rel).sub(air.into())?.div(air.into())?;
    let third = Ratio::new(1, 3)?;
    let (mut value, mut is_heavy) = (None, false);
    if light {
        node = node.note("密度不大于空气，为轻质气体", "not denser than air: a light gas");
    } else if continuous {
        let width = args.amount("width")?;
        let inner = g.mul(Ratio::from(q).div(rel.into())?)?.div(width.into())?.mul(excess)?;
        let ri = Ratio::from(real::pow(inner, third)?).div(wind.into())?;
        is_heavy = ri >= rule.ratio("continuous_num")?.div(rule.ratio("continuous_den")?)?;
        value = Some(ri.round(&Rounding::gbt8170(4))?);
        node = node.formula("[g·(Q/ρ)/D·(ρ−ρa)/ρa]^(1/3) / U");
    } else {
        let ri = Ratio::from(real::pow(Ratio::from(q).div(rel.into())?, third)?)
            .mul(g)?
            .div(Ratio::from(wind).mul(wind.into())?)?
            .mul(excess)?;
        is_heavy = ri > rule.ratio("instantaneous")?;
        value = Some(ri.round(&Rounding::gbt8170(4))?);
        node = node.formula("g·(Q/ρ)^(1/3)/U²·(ρ−ρa)/ρa");
    }
    if let Some(v) = value {
        node = node.value(v);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("heavy", is_heavy.into()),
            ("model", if is_heavy { "SLAB" } else { "AFTOX" }.into()),
        ],
        explanation: node,
    })
}

fn pool(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "risk.pool")?.only();
    let (v1, v2, v3, v4) = (
        args.amount("v1")?,
        args.amount("v2")?,
        args.amount("v3")?,
        args.amount("v4")?,
    );
    let (rain, days, area) = (
        args.amount("rain_year")?,
        args.amount("rain_days")?,
        args.amount("area")?,
    );
    if days.is_zero() {
        return Err(EvalError::argument(
            "rain_days",
            "is zero: a mean rainy day needs at least one",
        ));
    }
    let v5 = rule
        .ratio("rain_factor")?
        .mul(Ratio::from(rain).div(days.into())?)?
        .mul(area.into())?;
    let held = v1.add(v2)?.sub(v3)?.max(figure::Decimal::ZERO); // what is stored elsewhere cannot make it negative
    let rounding = rule.rounding()?;
    let value = Ratio::from(held).add(v4.into())?.add(v5)?.round(&rounding)?;
    let v5_shown = v5.round(&rounding)?;
    let node = Explanation::new("事故水池总有效容积", "Volume of the pool")
        .value(value)
        .unit("m³")
        .formula(format!("max({v1} + {v2} − {v3}, 0) + {v4} + {v5_shown} = {value}"))
        .clause(rule.clause())
        .input(given("年平均降雨量", "yearly rain", rain, "mm"))
        .input(given("年平均降雨日数", "rainy days", days, "d"))
        .input(given("汇水面积", "catchment", area, "ha"))
        .input(rule.node("rain_factor", "换算系数", "factor from mm ha to m3")?)
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("v5", v5_shown.into())],
        explanation: node,
    })
}
