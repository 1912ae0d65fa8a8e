//! Turning the provisions of HJ 633 into the integers of [`super::index`].

use super::compile::{Of, period, pollutant, reported};
use super::index::{Input, Level, Missing, Practice};
use super::row::{Beyond, Row};
use crate::EvalError;
use crate::cell::{decimal, whole};
use figure::{Interval, Rounding, Text};
use law::Provision;

pub(super) fn compile_row(bp: &Provision, above: &Provision, r: usize, rule: &Rounding) -> Result<Row, EvalError> {
    let mut points = Vec::new();
    for column in bp
        .table
        .columns
        .iter()
        .filter(|c| c.bytes().all(|b| b.is_ascii_digit()))
    {
        let index: u16 = column
            .parse()
            .map_err(|_| EvalError::law(bp, format!("`{column}` is not an index")))?;
        if let Some(c) = bp.table.optional(r, column).map_err(EvalError::table(bp))? {
            points.push((c, index));
        }
    }
    let kept = match rule.interval {
        Interval::Decimals(d) => u32::try_from(d).unwrap_or(0), // rounding to tens keeps no decimals
        Interval::Step(s) => s.scale(),
    };
    let scale = points.iter().map(|(c, _)| c.scale()).max().unwrap_or(0).max(kept);
    let scaled: Vec<(i64, u16)> = points
        .iter()
        .filter_map(|(c, i)| Some((i64::try_from(c.at_scale(scale)?).ok()?, *i)))
        .collect();
    let rising = scaled.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1); // windows(2) yields pairs
    if scaled.len() != points.len() || scaled.len() < 2 || !rising {
        return Err(EvalError::law(bp, format!("row {}: breakpoints must rise", r + 1)));
    }
    let named = [
        ("factor", bp.table.text(r, "factor")),
        ("period", bp.table.text(r, "period")),
    ];
    let beyond = match above.table.find(&named) {
        None => Beyond::Max,
        Some(a) if above.table.text(a, "iaqi").is_empty() => Beyond::None,
        Some(a) => Beyond::Fixed(whole(above, a, "iaqi")?),
    };
    Ok(Row {
        scale,
        points: scaled,
        beyond,
    })
}

pub(super) fn compile_level(p: &Provision, r: usize) -> Result<Level, EvalError> {
    let text = |c: &str| p.table.text(r, c).to_string();
    Ok(Level {
        grade: whole(p, r, "grade")?,
        aqi_to: whole(p, r, "aqi_to")?,
        level: text("level"),
        category: Text::new(text("category_zh"), text("category_en")),
        colour: Text::new(text("colour_zh"), text("colour_en")),
        rgb: [whole(p, r, "r")?, whole(p, r, "g")?, whole(p, r, "b")?],
    })
}

pub(super) fn compile_inputs(p: &Provision, report: &str) -> Result<Vec<Input>, EvalError> {
    let rows = (0..p.table.rows.len()).filter(|r| p.table.text(*r, "report") == report);
    rows.map(|r| {
        let per = period(p, p.table.text(r, "period"))?;
        Ok(Input {
            factor: reported(pollutant(p, p.table.text(r, "factor"))?, per),
            period: per,
            row: period(p, p.table.text(r, "row"))?,
            needed: p.table.text(r, "needed") == "yes",
        })
    })
    .collect()
}

pub(super) fn compile_missing(p: &Provision) -> Result<Missing, EvalError> {
    match p.table.text(0, "rule") {
        "of the rest" => Ok(Missing::OfTheRest),
        "stands only above" => {
            let limit = decimal(p, 0, "stands_above")?
                .at_scale(0)
                .and_then(|n| u16::try_from(n).ok());
            Ok(Missing::StandsOnlyAbove(
                limit.ok_or_else(|| EvalError::law(p, "`stands_above` is not an index"))?,
            ))
        }
        other => Err(EvalError::law(p, format!("unknown rule `{other}` for a missing item"))),
    }
}

/// The platform's practice, on days when it is a rule of its own.
pub(super) fn compile_practice(of: &Of<'_>) -> Result<Option<Practice>, EvalError> {
    let (Ok(p), Ok(m)) = (of.at("air.aqi.practice"), of.at("air.aqi.practice.missing")) else {
        return Ok(None);
    };
    Ok(Some(Practice {
        inputs: compile_inputs(p, "realtime")?,
        missing: compile_missing(m)?,
        clause: p.clause_ref(),
        missing_clause: m.clause_ref(),
        missing_note: m.note.clone(),
    }))
}
