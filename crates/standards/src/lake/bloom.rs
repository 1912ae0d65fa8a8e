//! Degree of an algal bloom by density, by the share of the area, and for a whole water (HJ 1098).

use crate::band::{band, bounds, must_band};
use crate::cell::{decimal, rounding};
use crate::node::{Noted, input};
use crate::reading::{Reading, within};
use crate::unit::in_unit;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio, Rounding};
use law::Provision;

const UNIT: Arg = Arg::text(
    "unit",
    (
        "密度的单位：cell/L（个/L，默认）、万个/L、cell/mL",
        "unit of the density: cell/L (default), wcell/L (10 000 a litre), cell/mL",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lake.bloom.density",
        title: ("水华程度（藻密度）", "Degree of a bloom by algal density"),
        args: &[
            Arg::number(
                "density",
                "cell/L",
                ("藻密度，可写<1000", "algal density; may be <1000"),
            ),
            UNIT,
        ],
        results: &[
            Column::text("degree"),
            Column::number("cells_per_l"),
            Column::text("standard"),
        ],
        keys: &["lake.bloom.density"],
        eval: density,
    },
    Function {
        name: "lake.bloom.area",
        title: ("水华程度（面积比例）", "Degree of a bloom by the share of the area"),
        args: &[
            Arg::number("bloom", "km2", ("水华面积", "area of the bloom")),
            Arg::number(
                "water",
                "km2",
                (
                    "评价水域面积；填了lake可不填",
                    "area assessed; may be left out when lake is given",
                ),
            )
            .optional(),
            Arg::text(
                "lake",
                (
                    "湖名，如chaohu或巢湖，按其全湖面积",
                    "a lake such as chaohu: its whole area is taken",
                ),
            )
            .optional(),
            Arg::number("cloud", "%", ("被云遮住的比例", "share hidden by clouds")).optional(),
        ],
        results: &[
            Column::text("degree"),
            Column::text("extent"),
            Column::number("share"),
            Column::text("bound"),
        ],
        keys: &["lake.bloom.area", "lake.bloom.decimals", "lake.waters"],
        eval: area,
    },
    Function {
        name: "lake.bloom.whole_water",
        title: ("由各点位评价全湖水华", "Bloom of a whole water from its points"),
        args: &[
            Arg::text(
                "densities",
                ("各点位藻密度，空格分隔", "density at each point, parted by spaces"),
            ),
            UNIT,
        ],
        results: &[
            Column::text("degree"),
            Column::number("points"),
            Column::text("levels"),
            Column::text("decided_by"),
        ],
        keys: &["lake.bloom.density", "lake.bloom.whole_water"],
        eval: whole_water,
    },
];

/// The density in the law's unit.
fn per_litre(value: Decimal, args: &Args, p: &Provision) -> Result<Ratio, EvalError> {
    in_unit(value, args.get("unit"), p.unit(0, "ge"))
}

fn density(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("lake.bloom.density", c.date, c.division)?;
    let given = args.text("density")?;
    let mut e = Explanation::new("水华程度", "Degree of bloom").noted(p);
    let (value, below) = match args
        .reading("density")?
        .ok_or_else(|| EvalError::Missing("density".into()))?
    {
        Reading::Value(v) => (Some(per_litre(v, args, p)?), false),
        Reading::Below(limit) => (limit.map(|l| per_litre(l, args, p)).transpose()?, true),
    };
    // Below a limit that itself lies in the first level: the level is known. Otherwise it is not.
    let lowest = |v: &Ratio| Ok::<_, EvalError>(must_band(p, *v, &[])? == 0);
    let known = match (value, below) {
        (Some(v), false) => Some(v),
        (Some(v), true) => lowest(&v)?.then_some(v),
        (None, _) => None,
    };
    let Some(v) = known else {
        e = e.clause(p.clause_ref()).note(
            format!("{given}：检出限未说明或高于最低一级的上限，程度无法判定"),
            format!("{given}: the detection limit is not stated or above the first level; the degree cannot be told"),
        );
        return Ok(Outcome {
            value: None::<String>.into(),
            columns: Vec::new(),
            explanation: e,
        });
    };
    let r = must_band(p, v, &[])?;
    let (level, degree) = (p.table.text(r, "level"), p.table.text(r, "degree"));
    e = e
        .value(format!("{level} {degree}"))
        .formula(format!("x = {} cell/L: {}", v.shown(0), bounds(p, r)))
        .clause(p.clause_ref_row(r));
    Ok(Outcome {
        value: level.into(),
        columns: vec![
            ("degree", degree.into()),
            ("cells_per_l", v.to_decimal().into()),
            ("standard", p.standard.number.as_str().into()),
        ],
        explanation: e,
    })
}

/// The area assessed: typed, or a lake's own.
fn water_area(c: &Context<'_>, args: &Args) -> Result<(Decimal, Option<Explanation>), EvalError> {
    match (args.number("water")?, args.get("lake")) {
        (Some(_), Some(_)) => Err(EvalError::argument(
            "lake",
            "give either `water` or `lake` / 两者只填一个",
        )),
        (Some(a), None) => Ok((a, None)),
        (None, None) => Err(EvalError::Missing("water".into())),
        (None, Some(name)) => {
            let p = c.law.at("lake.waters", c.date, c.division)?;
            let r = named(p, "lake", name, &["code", "name_zh"])?;
            let a = decimal(p, r, "area")?;
            let e = input("湖泊面积", "Area of the lake", a, p.clause_ref_row(r)).unit("km²");
            Ok((a, Some(e)))
        }
    }
}

fn area(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("lake.bloom.area", c.date, c.division)?;
    let decimals = c.law.at("lake.bloom.decimals", c.date, c.division)?;
    let bloom = args.required_number("bloom")?;
    let (water, source) = water_area(c, args)?;
    if water <= Decimal::ZERO {
        return Err(EvalError::argument(
            "water",
            format!("{water} is no area: above 0 / 面积须大于0"),
        ));
    }
    within(
        "bloom",
        bloom,
        Decimal::ZERO,
        water,
        "0 to the area assessed / 0至评价水域面积",
    )?;
    let share = Ratio::from(bloom).div(water.into())?.mul(Ratio::from(100))?;
    let r = must_band(p, share, &[])?;
    let shown = share.round(&rounding(decimals, 0)?)?;
    let (level, degree, extent) = (
        p.table.text(r, "level"),
        p.table.text(r, "degree"),
        p.table.text(r, "extent"),
    );
    let mut e = Explanation::new("水华程度", "Degree of bloom")
        .value(format!("{level} {degree} {extent}"))
        .formula(format!(
            "{bloom} ÷ {water} × 100 % = {} %: {}",
            share.shown(4),
            bounds(p, r)
        ))
        .clause(p.clause_ref_row(r));
    e = e.noted(p);
    if let Some(source) = source {
        e = e.input(source);
    }
    let mut bound = "exact";
    if let Some(cloud) = args.number("cloud")? {
        within("cloud", cloud, Decimal::ZERO, Decimal::from_int(100), "%")?;
        if !cloud.is_zero() {
            bound = "at_least";
            e = e.note(
                format!("云遮{cloud}%：面积是下限，可见面积不同的日子不可直接比较"),
                format!("{cloud} % under clouds: the area is a lower bound; days with other visible areas are not comparable as they stand"),
            );
        }
    }
    Ok(Outcome {
        value: level.into(),
        columns: vec![
            ("degree", degree.into()),
            ("extent", extent.into()),
            ("share", shown.into()),
            ("bound", bound.into()),
        ],
        explanation: e,
    })
}

fn whole_water(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("lake.bloom.density", c.date, c.division)?;
    let rule = c.law.at("lake.bloom.whole_water", c.date, c.division)?;
    let mut values = Vec::new();
    for (i, reading) in args.readings("densities")?.into_iter().enumerate() {
        match reading {
            None => {}
            Some(Reading::Value(v)) => values.push(per_litre(v, args, p)?),
            Some(Reading::Below(_)) => {
                let reason = "a density below detection cannot enter a mean / 未检出的密度不能参加平均";
                return Err(EvalError::argument(&format!("densities[{}]", i + 1), reason));
            }
        }
    }
    if values.is_empty() {
        return Err(EvalError::Missing("densities".into()));
    }
    let count = Ratio::from(values.len() as i64);
    let share = |n: usize| Ratio::from(n as i64 * 100).div(count);
    let clear = Ratio::from(decimal(rule, 0, "clear_density_lt")?);
    let below = share(values.iter().filter(|v| **v < clear).count())?;
    let rows = values
        .iter()
        .map(|v| must_band(p, *v, &[]))
        .collect::<Result<Vec<_>, _>>()?;
    let mut sum = Ratio::ZERO;
    for v in &values {
        sum = sum.add(*v)?;
    }
    let mean = sum.div(count)?;
    let mut shared = None;
    for row in 0..p.table.rows.len() {
        let of = share(rows.iter().filter(|r| **r == row).count())?;
        if of >= Ratio::from(decimal(rule, 0, "shared_level_share_ge")?) {
            shared = Some(row);
        }
    }
    let (row, decided_by) = if below > Ratio::from(decimal(rule, 0, "clear_share_gt")?) {
        (band(p, Ratio::ZERO, &[])?.unwrap_or(0), "clear_points")
    } else if let Some(row) = shared {
        (row, "shared_level")
    } else {
        (must_band(p, mean, &[])?, "mean_density")
    };
    let (level, degree) = (p.table.text(row, "level"), p.table.text(row, "degree"));
    let levels: Vec<&str> = rows.iter().map(|r| p.table.text(*r, "level")).collect();
    let e = Explanation::new("全湖水华程度", "Bloom of the whole water")
        .value(format!("{level} {degree}"))
        .formula(format!(
            "{}; mean = {} cell/L; below {clear}: {} %",
            levels.join(" "),
            mean.round(&Rounding::gbt8170(0))?,
            below.shown(1)
        ))
        .clause(rule.clause_ref())
        .clause(p.clause_ref());
    Ok(Outcome {
        value: level.into(),
        columns: vec![
            ("degree", degree.into()),
            ("points", (values.len() as i64).into()),
            ("levels", levels.join(" ").into()),
            ("decided_by", decided_by.into()),
        ],
        explanation: e.noted(rule),
    })
}
