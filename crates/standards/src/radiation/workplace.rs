//! Unsealed work places: the daily equivalent amount and its grade (GB 18871 appendix C).

use super::source::in_range;
use crate::cell::{at, decimal, optional};
use crate::list::parts;
use crate::node::{Noted, nothing, taken};
use crate::real::significant;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "radiation.workplace_grade",
    title: ("非密封源工作场所分级", "Grade of an unsealed work place"),
    args: &[
        Arg::text(
            "activities",
            (
                "各核素日最大操作量Bq，空格分隔",
                "most Bq handled in a day, by nuclide, parted by spaces",
            ),
        ),
        Arg::text(
            "toxicity",
            (
                "各核素毒性组别，空格分隔：very_high极毒 high高毒 medium中毒 low低毒",
                "toxicity of each: very_high high medium low",
            ),
        ),
        Arg::text(
            "operation",
            (
                "各核素操作方式修正因子，空格分隔",
                "operation factor of each, parted by spaces",
            ),
        ),
        Arg::number("exempt", "Bq", ("豁免活度", "exemption activity")).optional(),
    ],
    results: &[Column::number("amount")],
    keys: &[
        "radiation.workplace.grade",
        "radiation.workplace.toxicity",
        "radiation.range",
    ],
    eval: grade,
}];

fn grade(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (grades, toxicities) = (
        at(c, "radiation.workplace.grade")?,
        at(c, "radiation.workplace.toxicity")?,
    );
    let (activities, factors) = (args.list("activities")?, args.list("operation")?);
    let words: Vec<&str> = parts(args.text("toxicity")?).collect();
    if activities.len() != words.len() || words.len() != factors.len() {
        let reason = format!(
            "{} activities, {} toxicities, {} factors: give one of each for every nuclide",
            activities.len(),
            words.len(),
            factors.len()
        );
        return Err(EvalError::argument("activities", reason));
    }
    let mut e = Explanation::new("工作场所级别", "Grade of the work place");
    let mut amount = Ratio::ZERO;
    for (i, ((a, word), f)) in activities.into_iter().zip(words).zip(factors).enumerate() {
        let (Some(a), Some(f)) = (a, f) else {
            return Ok(nothing(
                e,
                Vec::new(),
                "有核素缺活度或因子",
                "an activity or a factor is missing",
            ));
        };
        in_range(c, "activity", &format!("activities[{}]", i + 1), a)?;
        if f <= Decimal::ZERO {
            return Err(EvalError::argument(
                "operation",
                format!("{f}: a factor is above 0 / 因子须大于0"),
            ));
        }
        let r = named(toxicities, "toxicity", word, &["toxicity", "toxicity_zh"])?;
        let toxic = decimal(toxicities, r, "factor")?;
        amount = amount.add(Ratio::from(a).mul(toxic.into())?.div(f.into())?)?;
        e = e.input(taken(
            (&format!("{word}修正因子"), &format!("Factor of {word}")),
            toxicities,
            r,
            "factor",
        ));
    }
    let columns: Vec<(&'static str, Cell)> = vec![("amount", significant(amount, 4)?.into())];
    if args.number("exempt")?.is_some_and(|x| amount < x.into()) {
        return Ok(nothing(
            e,
            columns,
            "低于豁免活度，不分级",
            "below the exemption activity: no grade",
        ));
    }
    for r in 0..grades.table.rows.len() {
        let above = optional(grades, r, "above")?.is_none_or(|x| amount > x.into());
        let to = optional(grades, r, "to")?.is_none_or(|x| amount <= x.into());
        if above && to {
            let word = grades.table.text(r, "grade");
            return Ok(Outcome {
                value: word.into(),
                columns,
                explanation: e
                    .noted(grades)
                    .value(word)
                    .formula(format!("Σ = {} Bq", significant(amount, 4)?))
                    .clause(grades.clause_ref_row(r)),
            });
        }
    }
    Err(EvalError::law(grades, "no grade for this amount"))
}
