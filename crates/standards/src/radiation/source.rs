//! Sealed sources: decay and classes by activity over D (notice 62 of 2005).

use crate::cell::{at, decimal, optional};
use crate::list::parts;
use crate::node::{Noted, nothing, taken};
use crate::reading::within;
use crate::real::significant;
use crate::word::exactly;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use chrono::NaiveDate;
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

const NUCLIDE: Arg = Arg::text(
    "nuclide",
    (
        "核素，如Ir-192、Ir192、铱-192、Am-241/Be",
        "nuclide, such as Ir-192, Ir192, Am-241/Be",
    ),
);
const ACTIVITY: Arg = Arg::number("activity", "Bq", ("活度", "activity"));
const UNIT: Arg = Arg::text(
    "unit",
    (
        "活度单位：Bq kBq MBq GBq TBq PBq Ci mCi uCi，默认Bq",
        "unit of the activity: Bq kBq MBq GBq TBq PBq Ci mCi uCi; Bq unless given",
    ),
)
.optional();
const MADE: Arg = Arg::text(
    "made",
    (
        "活度所指日期（出厂活度日期）YYYY-MM-DD",
        "day the activity was stated for, YYYY-MM-DD",
    ),
);
const ON: Arg = Arg::text(
    "on",
    (
        "要算的日期YYYY-MM-DD，默认为判定日",
        "day asked for, YYYY-MM-DD; the day of judgement unless given",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.decay",
        title: ("放射源衰变后的活度", "Activity of a source after decay"),
        args: &[NUCLIDE, ACTIVITY, UNIT, MADE, ON],
        results: &[
            Column::number("days"),
            Column::number("half_life"),
            Column::number("becquerel"),
        ],
        keys: &["radiation.half_life", "radiation.activity_unit", "radiation.range"],
        eval: decay,
    },
    Function {
        name: "radiation.source_class",
        title: ("放射源分类", "Class of a sealed source"),
        args: &[NUCLIDE, ACTIVITY, UNIT, MADE.optional(), ON],
        results: &[
            Column::text("class"),
            Column::number("a_d"),
            Column::number("becquerel"),
            Column::number("d"),
            Column::number("days"),
        ],
        keys: &[
            "radiation.source.d",
            "radiation.source.class",
            "radiation.half_life",
            "radiation.activity_unit",
            "radiation.range",
        ],
        eval: class,
    },
    Function {
        name: "radiation.source_sum",
        title: ("同处多个放射源的合计", "Several sources in one place"),
        args: &[
            Arg::text(
                "nuclides",
                ("各源核素，空格分隔", "nuclide of each source, parted by spaces"),
            ),
            Arg::text(
                "activities",
                ("各源活度，空格分隔", "activity of each source, parted by spaces"),
            ),
            UNIT,
        ],
        results: &[Column::text("class")],
        keys: &[
            "radiation.source.aggregate",
            "radiation.source.d",
            "radiation.source.class",
            "radiation.activity_unit",
            "radiation.range",
        ],
        eval: sum,
    },
];

/// `Ir-192`, `ir192` and `铱192` are the same letters and digits.
fn letters(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

/// The row of a nuclide; a nuclide that is not in the table is refused, nothing is guessed for it.
fn nuclide(p: &Provision, arg: &str, name: &str) -> Result<usize, EvalError> {
    let wanted = letters(name);
    let hit = |r: &usize| {
        !wanted.is_empty()
            && (letters(p.table.text(*r, "nuclide")) == wanted || letters(p.table.text(*r, "nuclide_zh")) == wanted)
    };
    (0..p.table.rows.len()).find(hit).ok_or_else(|| {
        let reason = format!(
            "`{name}` is not in the table of {} {}: nothing is said of it / 表中没有该核素，不作推测",
            p.standard.number, p.clause
        );
        EvalError::argument(arg, reason)
    })
}

/// Refuses a number outside the range its item can have.
pub(super) fn in_range(c: &Context<'_>, item: &str, name: &str, value: Decimal) -> Result<(), EvalError> {
    let p = at(c, "radiation.range")?;
    let r = crate::cell::row(p, &[("item", item)])?;
    let clause = format!("{} {}", p.standard.number, p.clause);
    within(name, value, decimal(p, r, "low")?, decimal(p, r, "high")?, &clause)
}

/// Becquerel in one of the unit given.
fn unit(c: &Context<'_>, args: &Args) -> Result<Decimal, EvalError> {
    let p = at(c, "radiation.activity_unit")?;
    let word = args.get("unit").unwrap_or("Bq").replace(['µ', 'μ'], "u");
    decimal(p, exactly(p, "unit", &word, "name")?, "becquerel")
}

fn becquerel(c: &Context<'_>, name: &str, value: Decimal, unit: Decimal) -> Result<Decimal, EvalError> {
    let a = value.normalized().mul(unit)?;
    in_range(c, "activity", name, a)?;
    Ok(a)
}

fn date(args: &Args, name: &str) -> Result<Option<NaiveDate>, EvalError> {
    let Some(text) = args.get(name) else {
        return Ok(None);
    };
    let bad = |_| EvalError::argument(name, format!("`{text}` is not a date: write YYYY-MM-DD"));
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Some).map_err(bad)
}

/// Days from the day the activity was stated for to the day asked for.
fn days(c: &Context<'_>, args: &Args) -> Result<Option<i64>, EvalError> {
    let on = date(args, "on")?.unwrap_or(c.date);
    let Some(made) = date(args, "made")? else {
        return Ok(None);
    };
    let days = on.signed_duration_since(made).num_days();
    if days < 0 {
        return Err(EvalError::argument(
            "on",
            format!("{on} lies before {made} / 早于活度日期"),
        ));
    }
    Ok(Some(days))
}

/// Beyond so many half-lives less than a billionth of a billionth is left: no source is large enough for
/// that to be told from nothing.
const MOST_HALVINGS: i64 = 60;

/// `A·2^(−t/T½)`, and the row of the half-life.
fn decayed(
    c: &Context<'_>,
    name: &str,
    activity: Decimal,
    days: i64,
) -> Result<(Ratio, &'static str, Explanation), EvalError> {
    let p = at(c, "radiation.half_life")?;
    let r = nuclide(p, "nuclide", name)?;
    let half = decimal(p, r, "days")?;
    let e = taken(("半衰期", "Half-life"), p, r, "days");
    if half <= Decimal::ZERO {
        return Err(EvalError::law(p, "a half-life is above 0"));
    }
    let halvings = Ratio::from(days).div(half.into())?;
    if halvings > Ratio::from(MOST_HALVINGS) {
        return Ok((Ratio::ZERO, " → 0", e));
    }
    if days == 0 {
        return Ok((activity.into(), "", e)); // exactly what was stated
    }
    let factor = real::pow(Decimal::from_int(2), Ratio::ZERO.sub(halvings)?)?;
    Ok((Ratio::from(activity).mul(factor.into())?, "", e))
}

fn decay(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let name = args.text("nuclide")?;
    let e = Explanation::new("衰变后的活度", "Activity after decay");
    let Some(given) = args.number("activity")? else {
        return Ok(nothing(e, Vec::new(), "缺活度", "the activity is missing"));
    };
    let unit = unit(c, args)?;
    let stated = becquerel(c, "activity", given, unit)?;
    let days = days(c, args)?.ok_or_else(|| EvalError::Missing("made".to_string()))?;
    let (now, more, half) = decayed(c, name, stated, days)?;
    let value = significant(now.div(unit.into())?, 3)?;
    let half_life = half.value.as_deref().and_then(|v| Decimal::parse(v).ok());
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("days", days.into()),
            ("half_life", half_life.into()),
            ("becquerel", significant(now, 4)?.into()),
        ],
        explanation: e
            .value(value)
            .unit(args.get("unit").unwrap_or("Bq"))
            .formula(format!("{given} × 2^(−{days} ÷ T½){more}"))
            .input(half),
    })
}

/// The class of a source of an activity: the first whose floor it reaches, by the columns of its row.
fn class_of(c: &Context<'_>, row: usize, activity: Ratio) -> Result<(usize, Explanation), EvalError> {
    let (d, classes) = (at(c, "radiation.source.d")?, at(c, "radiation.source.class")?);
    for r in 0..classes.table.rows.len() {
        let column = classes.table.text(r, "column");
        if column.is_empty() {
            return Ok((r, taken(("Ⅴ类下限", "Floor of the last class"), d, row, "class5")));
        }
        if activity >= Ratio::from(decimal(d, row, column)?) {
            let name = classes.table.text(r, "class_zh");
            return Ok((
                r,
                taken((&format!("{name}下限"), &format!("Floor of {name}")), d, row, column),
            ));
        }
    }
    Err(EvalError::law(classes, "no class for activities below the last floor"))
}

fn class(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, classes) = (at(c, "radiation.source.d")?, at(c, "radiation.source.class")?);
    let name = args.text("nuclide")?;
    let row = nuclide(p, "nuclide", name)?;
    let e = Explanation::new("放射源类别", "Class of the source").clause(classes.clause_ref());
    let Some(given) = args.number("activity")? else {
        return Ok(nothing(
            e,
            Vec::new(),
            "缺活度，不定类",
            "the activity is missing: no class",
        ));
    };
    let stated = becquerel(c, "activity", given, unit(c, args)?)?;
    let days = days(c, args)?;
    let (now, e) = match days {
        None => (
            Ratio::from(stated),
            e.note("按所给活度为当时活度", "the activity given is taken as that of the day"),
        ),
        Some(days) => {
            let (now, more, half) = decayed(c, name, stated, days)?;
            (now, e.input(half).formula(format!("{given} × 2^(−{days} ÷ T½){more}")))
        }
    };
    let d = decimal(p, row, "d")?;
    let (r, floor) = class_of(c, row, now)?;
    let word = classes.table.text(r, "class_zh");
    let e = e
        .noted(classes)
        .input(taken(("D值", "D value"), p, row, "d"))
        .input(floor)
        .value(word);
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("class", classes.table.text(r, "class").into()),
            ("a_d", significant(now.div(d.into())?, 4)?.into()),
            ("becquerel", significant(now, 4)?.into()),
            ("d", d.into()),
            ("days", days.into()),
        ],
        explanation: e,
    })
}

fn sum(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, classes, rule) = (
        at(c, "radiation.source.d")?,
        at(c, "radiation.source.class")?,
        at(c, "radiation.source.aggregate")?,
    );
    let names: Vec<&str> = parts(args.text("nuclides")?).collect();
    let (activities, unit) = (args.list("activities")?, unit(c, args)?);
    if names.len() != activities.len() {
        let reason = format!(
            "{} activities for {} nuclides: give one for each",
            activities.len(),
            names.len()
        );
        return Err(EvalError::argument("activities", reason));
    }
    let mut e = Explanation::new("ΣA/D", "ΣA/D")
        .clause(rule.clause_ref())
        .clause(classes.clause_ref());
    let mut total = Ratio::ZERO;
    for (i, (name, a)) in names.iter().zip(activities).enumerate() {
        let row = nuclide(p, "nuclides", name)?;
        let Some(a) = a else {
            return Ok(nothing(
                e,
                Vec::new(),
                "有放射源缺活度",
                "the activity of a source is missing",
            ));
        };
        let a = becquerel(c, &format!("activities[{}]", i + 1), a, unit)?;
        total = total.add(Ratio::from(a).div(decimal(p, row, "d")?.into())?)?;
        e = e.input(taken((&format!("{name}的D值"), &format!("D of {name}")), p, row, "d"));
    }
    let mut class = None;
    for r in 0..classes.table.rows.len() {
        if optional(classes, r, "times_d")?.is_some_and(|floor| total >= floor.into()) {
            class = Some(classes.table.text(r, "class_zh"));
            break;
        }
    }
    if class.is_none() {
        e = e.note(
            "低于Ⅳ类下限，逐源按豁免活度判断",
            "below the floor of class IV: each source by its own exemption activity",
        );
    }
    let value = significant(total, 5)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![("class", class.map_or(Cell::Missing, Cell::from))],
        explanation: e.noted(rule).value(value),
    })
}
