//! Day, night and day-night levels from the hours of a day (GB 3096, HJ 640, HJ 906).

use super::level::{many, mean, plain_mean};
use crate::cell::{at, decimal, rounding_of, row, whole};
use crate::node::{Noted, taken};
use crate::unit::label;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "noise.ldn",
    title: ("昼间、夜间和昼夜等效声级", "Day, night and day-night level"),
    args: &[
        Arg::text(
            "hours",
            (
                "一日24个小时等效声级，从0—1时起，空格分隔，缺测写-",
                "the 24 hourly levels of a day from 0 to 1 o'clock on, parted by spaces, - for a missing one",
            ),
        ),
        Arg::text(
            "next",
            (
                "次日0时起的小时声级；填写时夜间取当日夜里到次日早晨，不填按同一日历日",
                "hourly levels of the next day from 0 o'clock on: then the night runs into the next morning; without it, the calendar day's",
            ),
        )
        .optional(),
    ],
    results: &[
        Column::number("ld"),
        Column::number("ln"),
        Column::number("day_hours"),
        Column::number("night_hours"),
        Column::text("complete"),
    ],
    keys: &[
        "noise.period",
        "noise.night_of_day",
        "noise.formula",
        "noise.decimals",
        "noise.range",
        "noise.valid",
    ],
    eval: ldn,
}];

/// The hours a period holds, as (hour of the clock, whether after midnight).
fn hours_of(start: u8, end: u8) -> Vec<(u8, bool)> {
    if start < end {
        (start..end).map(|h| (h, false)).collect()
    } else {
        (start..24)
            .map(|h| (h, false))
            .chain((0..end).map(|h| (h, true)))
            .collect()
    }
}

fn ldn(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (period, formula, decimals) = (
        at(c, "noise.period")?,
        at(c, "noise.formula")?,
        at(c, "noise.decimals")?,
    );
    let night_of = at(c, "noise.night_of_day")?;
    let rule = rounding_of(decimals, "level")?;
    let hours = many(c, args, "hours")?;
    if hours.len() != 24 {
        let reason = format!(
            "{} values: 24 are needed, - for a missing hour / 需24个，缺测写-",
            hours.len()
        );
        return Err(EvalError::argument("hours", reason));
    }
    let next = args.get("next").map(|_| many(c, args, "next")).transpose()?;
    let mut means = Vec::new();
    for name in ["day", "night"] {
        let r = row(period, &[("period", name)])?;
        let (start, end) = (whole::<u8>(period, r, "start")?, whole::<u8>(period, r, "end")?);
        if start > 24 || end > 24 {
            return Err(EvalError::law(period, format!("`{name}` runs from {start} to {end}")));
        }
        let mut levels = Vec::new();
        for (h, after) in hours_of(start, end) {
            let from = match &next {
                Some(next) if after => next.get(usize::from(h)),
                _ => hours.get(usize::from(h)),
            };
            levels.push(from.copied().flatten());
        }
        means.push((r, levels.len(), levels.iter().flatten().count(), plain_mean(&levels)?));
    }
    let (day, night) = (means[0], means[1]); // one of each name above
    let published = |exact: Option<Decimal>| exact.map(|l| l.round(&rule)).transpose();
    let penalty = decimal(formula, 0, "night_penalty")?;
    let exact = match (day.3, night.3) {
        (Some(d), Some(n)) => {
            let weight = |hours: usize| Ratio::from(i64::try_from(hours).unwrap_or(0));
            mean([(d, weight(day.1)), (n.add(penalty)?, weight(night.1))])?
        }
        _ => None,
    };
    let value = published(exact)?;
    let (ld, ln) = (published(day.3)?, published(night.3)?);
    let complete = day.1 == day.2 && night.1 == night.2;
    let part =
        |zh: &str, en: &str, (r, all, valid, exact): (usize, usize, usize, Option<Decimal>), shown: Option<Decimal>| {
            let e = Explanation::new(zh, en)
                .clause(period.clause_ref_row(r))
                .formula(format!(
                    "10·lg((1/{valid})·Σ 10^(0.1·Lᵢ)) = {}",
                    exact.map_or("-".to_string(), |x| x.to_string())
                ))
                .note(
                    format!("应有{all}个小时，有效{valid}个"),
                    format!("{valid} of {all} hours are valid"),
                );
            match shown {
                Some(v) => e.value(v).unit(label("dB(A)")),
                None => e,
            }
        };
    let mut e = Explanation::new("昼夜等效声级", "Day-night level")
        .clause(formula.clause_ref())
        .clause(decimals.clause_ref())
        .clause(night_of.clause_ref())
        .input(part("昼间等效声级", "Day level", day, ld))
        .input(part("夜间等效声级", "Night level", night, ln))
        .input(taken(("夜间加权", "Added to the night"), formula, 0, "night_penalty"));
    e = match (value, exact) {
        (Some(v), Some(x)) => e.value(v).unit(label("dB(A)")).formula(format!(
            "10·lg(({}·10^(0.1·Ld) + {}·10^(0.1·(Ln+{penalty}))) ÷ {}) = {x} → {v}",
            day.1,
            night.1,
            day.1 + night.1
        )),
        _ => e.note(
            "昼间或夜间没有有效小时，没有昼夜等效声级（不是0）",
            "no valid hour by day or by night, so no day-night level (not 0)",
        ),
    };
    e = match &next {
        Some(_) => e.note("夜间取当日夜里到次日早晨", "the night runs into the next morning"),
        None => e.noted(night_of),
    };
    if !complete {
        e = e.noted_unrecorded(c, "noise.valid").note(
            "有缺测小时：等效声级由有效小时算得，昼间、夜间是否有效另行判定",
            "hours are missing: the levels come from the valid ones, and whether day and night are valid is judged apart",
        );
    }
    let count = |n: usize| Cell::from(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("ld", ld.into()),
            ("ln", ln.into()),
            ("day_hours", count(day.2)),
            ("night_hours", count(night.2)),
            ("complete", complete.into()),
        ],
        explanation: e,
    })
}
