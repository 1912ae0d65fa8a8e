//! The alert level a forecast of daily indices calls for, by the criteria of the day it is issued.

use crate::args::counted;
use crate::cell::{at, decimal, optional, whole};
use crate::node::{Noted, nothing};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.warning",
        title: ("重污染天气预警级别", "Alert level of a forecast"),
        args: &[
            Arg::text(
                "aqi",
                (
                    "逐日（连续24小时）预测AQI，空格分隔，缺者写-",
                    "forecast AQI of each day (24 hours) parted by spaces, - for a missing one",
                ),
            ),
            Arg::text(
                "cause",
                (
                    "成因：pm2_5 o3 dust wildfire blown_dust transboundary",
                    "cause: pm2_5 o3 dust wildfire blown_dust transboundary",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("level_zh"),
            Column::text("response"),
            Column::text("cuts"),
            Column::text("measures"),
        ],
        keys: &["air.warning.criteria", "air.warning.response", "air.warning.cause"],
        eval: warning,
    },
    Function {
        name: "air.warning_province",
        title: ("省级预警条件", "Whether the province issues an alert"),
        args: &[Arg::number(
            "contiguous",
            "1",
            (
                "连片的、预测达到标准的城市数",
                "contiguous cities forecast to meet the criterion",
            ),
        )],
        results: &[Column::number("minimum")],
        keys: &["air.warning.province"],
        eval: province,
    },
];

/// The longest run of days that satisfy a test; a missing day ends it.
fn longest(days: &[Option<Decimal>], test: impl Fn(Decimal) -> bool) -> usize {
    let (mut best, mut run) = (0, 0);
    for day in days {
        run = if day.is_some_and(&test) { run + 1 } else { 0 };
        best = best.max(run);
    }
    best
}

/// Whether a row is met: a day that reaches its index, or a run of days above one that is long enough and
/// holds a run above the higher one.
fn met(p: &Provision, r: usize, days: &[Option<Decimal>]) -> Result<bool, EvalError> {
    if let Some(top) = optional(p, r, "reaches")? {
        return Ok(days.iter().flatten().any(|d| *d >= top));
    }
    let (above, least) = (decimal(p, r, "above")?, whole::<usize>(p, r, "days")?);
    let peak = optional(p, r, "peak_above")?;
    let peak_least = if peak.is_some() {
        whole::<usize>(p, r, "peak_days")?
    } else {
        0
    };
    let episodes = days.split(|d| !d.is_some_and(|d| d > above));
    for episode in episodes {
        let peaks = peak.is_none_or(|top| longest(episode, |d| d > top) >= peak_least);
        if !episode.is_empty() && episode.len() >= least && peaks {
            return Ok(true);
        }
    }
    Ok(false)
}

fn criterion(p: &Provision, r: usize) -> String {
    let cell = |c: &str| p.table.text(r, c);
    if !cell("reaches").is_empty() {
        return format!("AQI ≥ {}", cell("reaches"));
    }
    let mut text = format!("AQI > {} × {} d", cell("above"), cell("days"));
    if !cell("peak_above").is_empty() {
        text += &format!(", AQI > {} × {} d", cell("peak_above"), cell("peak_days"));
    }
    text
}

fn warning(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, responses) = (at(c, "air.warning.criteria")?, at(c, "air.warning.response")?);
    let days = args.list("aqi")?;
    for (i, d) in days.iter().enumerate() {
        if let Some(d) = d {
            counted(&format!("aqi[{}]", i + 1), *d)?;
        }
    }
    let mut highest = None::<(u8, usize)>;
    for r in 0..p.table.rows.len() {
        let rank = whole::<u8>(p, r, "rank")?;
        if highest.is_none_or(|(best, _)| rank > best) && met(p, r, &days)? {
            highest = Some((rank, r));
        }
    }
    let missing = days.iter().any(Option::is_none);
    let mut e = Explanation::new("预警级别", "Alert level")
        .noted(p)
        .clause(p.clause_ref())
        .noted_unrecorded(c, "air.warning.criteria");
    let mut columns: Vec<(&'static str, Cell)> = Vec::new();
    if let Some(word) = args.get("cause") {
        let causes = at(c, "air.warning.cause")?;
        let r = named(causes, "cause", word, &["cause", "cause_zh"])?;
        e = e.clause(causes.clause_ref_row(r));
        columns.push(("cuts", causes.table.text(r, "cuts").into()));
        columns.push(("measures", causes.table.text(r, "response_zh").into()));
    }
    if missing {
        e = e.note("有缺测日，级别可能更高", "a day is missing: the level may be higher");
    }
    let Some((_, r)) = highest else {
        if missing || days.is_empty() {
            return Ok(nothing(
                e,
                columns,
                "预测不全，不能判定",
                "the forecast is not complete: nothing can be said",
            ));
        }
        return Ok(Outcome {
            value: "none".into(),
            columns,
            explanation: e.value("none").note("未达到预警标准", "no criterion is met"),
        });
    };
    let level = p.table.text(r, "level");
    let response = responses
        .table
        .find(&[("level", level)])
        .map_or("", |r| responses.table.text(r, "response"));
    columns.push(("level_zh", p.table.text(r, "level_zh").into()));
    columns.push(("response", response.into()));
    Ok(Outcome {
        value: level.into(),
        columns,
        explanation: e
            .value(level)
            .formula(criterion(p, r))
            .clause(p.clause_ref_row(r))
            .clause(responses.clause_ref()),
    })
}

fn province(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "air.warning.province")?;
    let least = decimal(p, 0, "contiguous_min")?;
    let e = Explanation::new("省级预警", "Alert of the province")
        .noted(p)
        .input(crate::node::taken(
            ("最少连片城市", "Least contiguous cities"),
            p,
            0,
            "contiguous_min",
        ));
    let columns = vec![("minimum", least.into())];
    let Some(n) = args.count("contiguous")? else {
        return Ok(nothing(e, columns, "缺城市数", "the number of cities is missing"));
    };
    let yes = n >= least;
    Ok(Outcome {
        value: yes.into(),
        columns,
        explanation: e.value(if yes { "yes" } else { "no" }),
    })
}
