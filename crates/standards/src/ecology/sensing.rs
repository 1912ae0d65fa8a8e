//! Vegetation index and cover from two bands, and whether a place changed against its own past.

use crate::node::{Noted, given};
use crate::row::at;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ecology.ndvi",
        title: ("植被指数NDVI和植被覆盖度", "NDVI and vegetation cover"),
        args: &[
            Arg::number("nir", "1", ("近红外反射率", "reflectance of near infrared")),
            Arg::number("red", "1", ("红光反射率", "reflectance of red")),
            Arg::number(
                "soil",
                "1",
                ("裸土NDVI，默认按口径", "NDVI of bare soil, by the rule unless given"),
            )
            .optional(),
            Arg::number(
                "vegetation",
                "1",
                ("全覆盖NDVI，默认按口径", "NDVI of full cover, by the rule unless given"),
            )
            .optional(),
        ],
        results: &[Column::number("cover")],
        keys: &["ecology.rs.cover"],
        eval: ndvi,
    },
    Function {
        name: "ecology.change_spot",
        title: ("疑似变化图斑判定", "Whether a place changed against its past"),
        args: &[
            Arg::text(
                "history",
                (
                    "历年同季的值，空格分隔",
                    "values of the same season of earlier years, parted by spaces",
                ),
            ),
            Arg::number("now", "1", ("本期的值", "the value now")),
            Arg::number("area", "m2", ("图斑面积", "area of the spot")).optional(),
        ],
        results: &[Column::number("z"), Column::number("drop"), Column::number("sd")],
        keys: &["ecology.rs.change"],
        eval: spot,
    },
];

fn ndvi(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.rs.cover")?.only();
    let rounding = rule.rounding()?;
    let (nir, red) = (args.amount("nir")?, args.amount("red")?);
    let sum = nir.add(red)?;
    if sum.is_zero() {
        return Err(EvalError::argument("nir", "both bands are zero: there is no index"));
    }
    let exact = Ratio::from(nir.sub(red)?).div(sum.into())?;
    let end = |name: &str| -> Result<Decimal, EvalError> { args.number(name)?.map_or_else(|| rule.number(name), Ok) };
    let (soil, full) = (end("soil")?, end("vegetation")?);
    if full <= soil {
        return Err(EvalError::argument(
            "vegetation",
            format!("{full} must lie above the value of bare soil {soil}"),
        ));
    }
    let share = exact.sub(soil.into())?.div(Ratio::from(full).sub(soil.into())?)?;
    let cover = share.clamp(Ratio::ZERO, Ratio::from(1)).round(&rounding)?;
    let value = exact.round(&rounding)?;
    let node = Explanation::new("归一化植被指数", "NDVI")
        .value(value)
        .formula(format!("({nir} − {red}) / ({nir} + {red}) = {value}"))
        .clause(rule.clause())
        .input(given("裸土NDVI", "NDVI of bare soil", soil, "1"))
        .input(given("全覆盖NDVI", "NDVI of full cover", full, "1"))
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("cover", cover.into())],
        explanation: node,
    })
}

fn spot(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.rs.change")?.only();
    let history: Vec<Decimal> = args.list("history")?.into_iter().flatten().collect(); // a year without value is left out
    let (years, least) = (
        i64::try_from(history.len()).unwrap_or(i64::MAX),
        rule.whole::<i64>("years_min")?,
    );
    if years < least.max(2) {
        let reason = format!(
            "{years} years; at least {least} are needed ({})",
            rule.p.standard.number
        );
        return Err(EvalError::argument("history", reason));
    }
    let now = args.required_number("now")?;
    let (mut sum, n) = (Ratio::ZERO, Ratio::from(years));
    for v in &history {
        sum = sum.add((*v).into())?;
    }
    let mean = sum.div(n)?;
    let mut squares = Ratio::ZERO;
    for v in &history {
        let d = Ratio::from(*v).sub(mean)?;
        squares = squares.add(d.mul(d)?)?;
    }
    let sd = real::sqrt(squares.div(Ratio::from(years - 1))?)?;
    let used = sd.max(rule.number("sd_floor")?);
    let z = Ratio::from(now).sub(mean)?.div(used.into())?;
    if mean == Ratio::ZERO {
        return Err(EvalError::argument(
            "history",
            "the mean is zero: there is no relative change",
        ));
    }
    let drop = mean.sub(now.into())?.div(mean)?.mul(Ratio::from(100))?;
    let area = args.amount_or_none("area")?;
    let large = match area {
        Some(a) => a >= rule.number("area_min")?,
        None => true,
    };
    let suspected = drop >= rule.ratio("drop")? && large;
    let two = Rounding::gbt8170(2);
    let mut node = Explanation::new("疑似变化", "Suspected change")
        .value(if suspected { "yes" } else { "no" })
        .formula(format!(
            "({now} − {}) / {} = {}",
            mean.shown(4),
            Ratio::from(used).shown(4),
            z.shown(2)
        ))
        .clause(rule.clause())
        .input(rule.node("sd_floor", "标准差下限", "least deviation")?)
        .input(rule.node("drop", "相对下降阈值", "threshold of the drop")?)
        .input(rule.node("area_min", "最小面积", "least area")?)
        .noted(rule.p);
    if area.is_none() {
        node = node.note("没有给面积，未按面积筛选", "no area given: none was asked of it");
    }
    Ok(Outcome {
        value: suspected.into(),
        columns: vec![
            ("z", z.round(&two)?.into()),
            ("drop", drop.round(&Rounding::gbt8170(1))?.into()),
            ("sd", Cell::from(sd.round(&Rounding::gbt8170(4))?)),
        ],
        explanation: node,
    })
}
