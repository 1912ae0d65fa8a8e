//! Yearly figures of a city under a law, and whether they comply: by the registered functions.

use super::{Question, SideOf, WhatIfError};
use crate::days::{first_of, last_of};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use standards::{Args, Cell, Context, EvalError};

/// A mean or percentile and what it is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnualFigure {
    /// The argument of `air.evaluation`: `pm2_5`, `pm2_5_p`.
    pub name: &'static str,
    pub value: Option<String>,
}

/// The yearly evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annual {
    pub figures: Vec<AnnualFigure>,
    /// `yes`, `no`, `unknown`; none where no evaluation was in force.
    pub complies: Option<String>,
    /// Factors that do not.
    pub failing: String,
    /// Why there is no evaluation.
    pub why: String,
}

/// Factor of the evaluation, factor of a day, argument of the mean (empty: none), argument of the percentile.
const FIGURES: [(&str, &str, &str, &str); 6] = [
    ("so2", "so2", "so2", "so2_p"),
    ("no2", "no2", "no2", "no2_p"),
    ("pm10", "pm10", "pm10", "pm10_p"),
    ("pm2_5", "pm2_5", "pm2_5", "pm2_5_p"),
    ("co", "co", "", "co_p"),
    ("o3", "o3_8h", "", "o3_p"),
];

/// Whether the range is one calendar year.
pub(super) fn whole_year(q: &Question) -> bool {
    q.from == first_of(q.from.year()) && q.to == last_of(q.from.year())
}

fn call(c: &Context, name: &str, args: Vec<(&str, String)>) -> Result<standards::Outcome, EvalError> {
    let function = standards::find(name).ok_or_else(|| EvalError::Missing(name.to_string()))?;
    function.call(c, &args.into_iter().collect::<Args>())
}

fn text(cell: &Cell) -> Option<String> {
    Some(cell.to_string()).filter(|t| !t.is_empty())
}

/// The evaluation of a city's days of the range, by the law of a day (of the range's end without one).
pub(super) fn annual(side: SideOf, city: &str, q: &Question, law_of: Option<NaiveDate>) -> Result<Annual, WhatIfError> {
    let context = Context {
        law: side.law,
        date: law_of.unwrap_or(q.to),
        // As the day values: another day's law is asked of the nation.
        division: if law_of.is_some() { "" } else { city },
    };
    let none = |why: String| Annual {
        figures: vec![],
        complies: None,
        failing: String::new(),
        why,
    };
    let items = match context.law.at("air.evaluation", context.date, context.division) {
        Ok(items) => items,
        Err(e) => return Ok(none(e.to_string())),
    };
    let days = side.days.range(city, q.from, q.to);
    let mut figures = vec![];
    for (factor, of_day, mean, percentile) in FIGURES {
        let values: Vec<String> = days
            .iter()
            .filter_map(|d| d.value(of_day))
            .map(|v| v.to_string())
            .collect();
        if values.is_empty() {
            continue;
        }
        let list = values.join(" ");
        let judge = || {
            [
                ("factor", of_day.to_string()),
                ("values", list.clone()),
                ("use", "judge".to_string()),
            ]
        };
        let row = items.table.find(&[("factor", factor)]);
        let said = |column: &str| row.map_or("", |r| items.table.text(r, column));
        if !mean.is_empty() && !said("mean_against").is_empty() {
            let got = call(&context, "air.period_mean", judge().to_vec())?;
            figures.push(AnnualFigure {
                name: mean,
                value: text(&got.value),
            });
        }
        if !said("percentile").is_empty() {
            let p = ("p", said("percentile").to_string());
            let got = call(&context, "air.percentile", [&judge()[..], &[p]].concat())?;
            figures.push(AnnualFigure {
                name: percentile,
                value: text(&got.value),
            });
        }
    }
    let args = figures
        .iter()
        .filter_map(|f| Some((f.name, f.value.clone()?)))
        .collect();
    Ok(match call(&context, "air.evaluation", args) {
        Ok(got) => Annual {
            complies: text(&got.value),
            failing: got.column("failing").to_string(),
            why: String::new(),
            figures,
        },
        Err(e) => Annual {
            figures,
            ..none(e.to_string())
        },
    })
}
