//! The overall score F of the edition of 1993, for reports of before 2018-05-01.

use crate::band::must_band;
use crate::cell::{decimal, rounding};
use crate::list::parts;
use crate::node::{Noted, input};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "groundwater.f_score",
    title: (
        "地下水综合评价分值F（1993年版，已停用）",
        "Overall score F of 1993 (retired)",
    ),
    args: &[Arg::text(
        "classes",
        (
            "各项的类别，空格分隔，如 I II III；不含细菌学指标",
            "class of each item parted by spaces, such as I II III; microbial items left out",
        ),
    )],
    results: &[
        Column::text("grade"),
        Column::number("mean"),
        Column::number("largest"),
        Column::number("exact"),
    ],
    keys: &["groundwater.f_score", "groundwater.f_grade", "groundwater.f_rounding"],
    eval: f_score,
}];

fn f_score(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let at = |key: &str| c.law.at(key, c.date, c.division);
    let (scores, grades, by) = (
        at("groundwater.f_score")?,
        at("groundwater.f_grade")?,
        at("groundwater.f_rounding")?,
    );
    let words = parts(args.text("classes")?);
    let (mut sum, mut largest, mut n) = (Ratio::ZERO, Decimal::ZERO, 0i64);
    let mut shown = Vec::new();
    for word in words {
        let r = named(scores, "classes", word, &["name", "class", "words"])?;
        let score = decimal(scores, r, "score")?;
        sum = sum.add(score.into())?;
        largest = largest.max(score);
        shown.push(score.to_string());
        n += 1;
    }
    if n == 0 {
        return Err(EvalError::Missing("classes".into()));
    }
    let mean = sum.div(Ratio::from(n))?;
    let squares = mean.mul(mean)?.add(Ratio::from(largest).mul(largest.into())?)?;
    let exact = real::sqrt(squares.div(Ratio::from(2))?)?;
    let value = exact.round(&rounding(by, 0)?)?;
    let r = must_band(grades, exact, &[])?;
    let grade = grades.table.text(r, "grade");
    let e = Explanation::new("综合评价分值F", "Overall score F")
        .value(value)
        .formula(format!(
            "Fi = {}; F̄ = {}; F = √((F̄² + {largest}²) ÷ 2) = {exact} → {value}",
            shown.join(" "),
            mean.shown(4)
        ))
        .clause(scores.clause_ref())
        .input(input("级别", "Grade", grade, grades.clause_ref_row(r)).formula(crate::band::bounds(grades, r)));
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("grade", grade.into()),
            ("mean", mean.round(&figure::Rounding::gbt8170(4))?.into()),
            ("largest", largest.into()),
            ("exact", exact.round(&figure::Rounding::gbt8170(4))?.into()),
        ],
        explanation: e.noted(grades),
    })
}
