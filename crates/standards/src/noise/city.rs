//! Area and road-traffic noise of a city: means and grades (HJ 640).

use super::area::{PERIOD, period};
use super::level::{many, one};
use crate::cell::{at, decimal, optional, rounding_of, row};
use crate::node::{Noted, nothing, taken};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

const GRADED: &[&str] = &[
    "noise.city.grade",
    "noise.city.grade_name",
    "noise.period",
    "noise.range",
    "noise.decimals",
];

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "noise.city_grade",
        title: ("城市声环境质量等级", "Grade of urban noise"),
        args: &[
            Arg::text("kind", ("类别：area区域、road道路交通", "kind: area or road")),
            PERIOD,
            Arg::number("level", "dB(A)", ("城市平均等效声级", "mean level of the city")),
        ],
        results: &[Column::number("judged"), Column::text("level_zh"), Column::text("name")],
        keys: GRADED,
        eval: |c, a| {
            let kind = a.text("kind")?;
            let level = one(c, a, "level")?;
            graded(
                c,
                a,
                kind,
                level,
                Explanation::new("等级", "Grade"),
                Vec::new(),
                Given::Grade,
            )
        },
    },
    Function {
        name: "noise.area_mean",
        title: ("区域声环境平均等效声级", "Mean level of area noise"),
        args: &[
            Arg::text(
                "levels",
                (
                    "各网格等效声级，空格分隔，缺测写-",
                    "level of each grid parted by spaces, - for a missing one",
                ),
            ),
            PERIOD,
        ],
        results: &[
            Column::number("grade"),
            Column::text("level_zh"),
            Column::text("name"),
            Column::number("points"),
            Column::text("enough"),
        ],
        keys: &[
            "noise.city.grade",
            "noise.city.grade_name",
            "noise.period",
            "noise.range",
            "noise.decimals",
            "noise.city.kind",
        ],
        eval: area_mean,
    },
    Function {
        name: "noise.road_mean",
        title: ("道路交通噪声平均等效声级", "Mean level of road-traffic noise"),
        args: &[
            Arg::text(
                "levels",
                (
                    "各路段等效声级，空格分隔，缺测写-",
                    "level of each road section parted by spaces, - for a missing one",
                ),
            ),
            Arg::text(
                "lengths",
                (
                    "各路段长度（同一单位），空格分隔",
                    "length of each section, in one unit",
                ),
            ),
            PERIOD,
        ],
        results: &[
            Column::number("grade"),
            Column::text("level_zh"),
            Column::text("name"),
            Column::number("points"),
            Column::number("length"),
        ],
        keys: GRADED,
        eval: road_mean,
    },
];

/// Which figure a function gives as its value: the grade, or the mean it is graded by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Grade,
    Mean,
}

/// The grade a level falls in: the first whose upper end it does not pass, else the one after the last.
fn graded(
    c: &Context<'_>,
    args: &Args,
    kind: &str,
    level: Option<Decimal>,
    e: Explanation,
    mut columns: Vec<(&'static str, Cell)>,
    given: Given,
) -> Result<Outcome, EvalError> {
    let (p, names, decimals) = (
        at(c, "noise.city.grade")?,
        at(c, "noise.city.grade_name")?,
        at(c, "noise.decimals")?,
    );
    let period = period(c, args)?;
    let kind = p.table.text(named(p, "kind", kind, &["kind", "kind_zh"])?, "kind");
    let r = p.table.find(&[("kind", kind), ("period", period)]).ok_or_else(|| {
        EvalError::argument(
            "period",
            format!("{} has no grades for `{kind}` by {period}", p.standard.number),
        )
    })?;
    let e = e.clause(p.clause_ref_row(r)).clause(decimals.clause_ref());
    let Some(level) = level else {
        return Ok(nothing(
            e,
            columns,
            "没有平均声级，不评等级",
            "there is no mean level: no grade",
        ));
    };
    let judged = level.round(&rounding_of(decimals, "level")?)?;
    let (mut place, mut bound) = (1, None);
    while let Some(top) = optional(p, r, &format!("grade{place}"))? {
        if judged <= top {
            bound = Some(format!("grade{place}"));
            break;
        }
        place += 1;
    }
    let n = row(names, &[("grade", &place.to_string())])?;
    let word = names.table.text(n, "name_zh");
    let mut e = e.noted(p).clause(names.clause_ref_row(n));
    if let Some(column) = &bound {
        e = e.input(taken(("等级上限", "Upper end of the grade"), p, r, column));
    }
    if given == Given::Grade {
        e = e.value(place).formula(format!(
            "{level} → {judged} → {} {word}",
            names.table.text(n, "level_zh")
        ));
        columns.push(("judged", judged.into()));
    } else {
        e = e.value(judged).unit("dB(A)");
        columns.push(("grade", Cell::from(place)));
    }
    columns.push(("level_zh", names.table.text(n, "level_zh").into()));
    columns.push(("name", word.into()));
    Ok(Outcome {
        value: if given == Given::Grade {
            Cell::from(place)
        } else {
            judged.into()
        },
        columns,
        explanation: e,
    })
}

/// A mean kept to the digits a grade can need; the published figure is rounded from the fraction itself.
fn mean(c: &Context<'_>, sum: Ratio, weight: Ratio) -> Result<Option<Decimal>, EvalError> {
    if weight <= Ratio::ZERO {
        return Ok(None);
    }
    let rule = rounding_of(at(c, "noise.decimals")?, "level")?;
    Ok(Some(sum.div(weight)?.round(&rule)?))
}

fn area_mean(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let levels: Vec<Decimal> = many(c, args, "levels")?.into_iter().flatten().collect();
    let kinds = at(c, "noise.city.kind")?;
    let least = decimal(kinds, row(kinds, &[("kind", "area")])?, "points_min")?;
    let n = i64::try_from(levels.len()).unwrap_or(i64::MAX);
    let enough = Decimal::from_int(n) >= least;
    let mut sum = Ratio::ZERO;
    for l in &levels {
        sum = sum.add((*l).into())?;
    }
    let mut e = Explanation::new("区域平均等效声级", "Mean level of area noise").clause(kinds.clause_ref());
    if n > 0 {
        e = e.formula(format!("Σ Lᵢ ÷ {n} = {}", sum.div(Ratio::from(n))?.shown(3)));
    }
    if !enough {
        e = e.note(
            format!("有效网格{n}个，少于{least}个"),
            format!("{n} valid grids, fewer than {least}"),
        );
    }
    let columns = vec![("points", Cell::from(n)), ("enough", enough.into())];
    let value = mean(c, sum, Ratio::from(n))?;
    graded(c, args, "area", value, e, columns, Given::Mean)
}

fn road_mean(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (levels, lengths) = (many(c, args, "levels")?, args.list("lengths")?);
    if levels.len() != lengths.len() {
        let reason = format!(
            "{} lengths for {} levels: give one for each",
            lengths.len(),
            levels.len()
        );
        return Err(EvalError::argument("lengths", reason));
    }
    let (mut sum, mut total, mut n) = (Ratio::ZERO, Decimal::ZERO, 0);
    for (level, length) in levels.iter().zip(&lengths) {
        let Some(level) = level else { continue };
        let length = length.ok_or_else(|| EvalError::argument("lengths", "a section with a level has no length"))?;
        if length <= Decimal::ZERO {
            return Err(EvalError::argument(
                "lengths",
                format!("{length}: a length is above 0 / 长度须大于0"),
            ));
        }
        sum = sum.add(Ratio::from(*level).mul(length.into())?)?;
        total = total.add(length)?;
        n += 1;
    }
    let mut e = Explanation::new("道路交通平均等效声级", "Mean level of road-traffic noise");
    if n > 0 {
        e = e.formula(format!("Σ(lᵢ·Lᵢ) ÷ {total} = {}", sum.div(total.into())?.shown(3)));
    }
    let columns = vec![("points", Cell::from(n)), ("length", total.into())];
    let value = mean(c, sum, total.into())?;
    graded(c, args, "road", value, e, columns, Given::Mean)
}
