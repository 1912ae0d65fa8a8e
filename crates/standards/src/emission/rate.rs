//! Permitted rates by the height of the stack, and the equivalent stack (GB 16297, GB 14554).

use super::limit::item;
use super::query::{ITEM, SOURCE};
use super::select::{all, narrow};
use crate::cell::{decimal, optional, rounding};
use crate::unit::label;
use crate::word::unknown;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "emission.rate_limit",
        title: ("最高允许排放速率", "Highest permitted rate of a stack"),
        args: &[
            Arg::text("sector", ("general大气综合 odour恶臭", "general or odour")),
            ITEM,
            Arg::number("height", "m", ("排气筒高度", "height of the stack")),
            SOURCE,
            Arg::text("class", ("grade2二级（默认） grade3三级", "grade2 (default) or grade3")).optional(),
            Arg::text(
                "new",
                ("是否新污染源：yes（默认） no", "a new source: yes (default) or no"),
            )
            .optional(),
            Arg::text(
                "low_beside",
                (
                    "是否不高出周围200米建筑5米以上：yes no（默认）",
                    "not 5 m above the buildings within 200 m: yes or no (default)",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("unit"), Column::text("method")],
        keys: &[
            "emission.items",
            "emission.rate.general",
            "emission.rate.odour",
            "emission.rate.rule.general",
            "emission.rate.rule.odour",
        ],
        eval: rate,
    },
    Function {
        name: "emission.stack_equivalent",
        title: ("等效排气筒高度", "Height of the equivalent stack"),
        args: &[
            Arg::number("h1", "m", ("第一根高度", "height of the first")),
            Arg::number("h2", "m", ("第二根高度", "height of the second")),
            Arg::number("q1", "kg/h", ("第一根速率", "rate of the first")).optional(),
            Arg::number("q2", "kg/h", ("第二根速率", "rate of the second")).optional(),
            Arg::number("distance", "m", ("两根的距离", "distance between them")).optional(),
        ],
        results: &[Column::number("rate"), Column::text("applies")],
        keys: &["emission.stack.equivalent"],
        eval: equivalent,
    },
];

fn positive(args: &Args, name: &str) -> Result<Decimal, EvalError> {
    let d = args.required_number(name)?;
    if d <= Decimal::ZERO {
        return Err(EvalError::argument(name, format!("{d} must be above 0")));
    }
    Ok(d)
}

/// The heights that a row lists, with their rates, rising.
fn points(p: &Provision, row: usize) -> Result<Vec<(Decimal, Decimal)>, EvalError> {
    let mut out = Vec::new();
    for column in &p.table.columns {
        if let Ok(height) = Decimal::parse(column)
            && let Some(rate) = optional(p, row, column)?
        {
            out.push((height, rate));
        }
    }
    out.sort_by_key(|(h, _)| *h);
    Ok(out)
}

fn rate(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let sector = match args.text("sector")? {
        "general" | "大气综合" => "general",
        "odour" | "恶臭" => "odour",
        other => {
            return Err(EvalError::argument(
                "sector",
                format!("`{other}`: write general or odour"),
            ));
        }
    };
    let p = c.law.at(&format!("emission.rate.{sector}"), c.date, c.division)?;
    let rule = c.law.at(&format!("emission.rate.rule.{sector}"), c.date, c.division)?;
    let name = item(c, args.text("item")?)?;
    let mut rows: Vec<usize> = all(p)
        .into_iter()
        .filter(|r| p.table.text(*r, "item") == name)
        .collect();
    if rows.is_empty() {
        return Err(unknown(p, &all(p), "item", &name, &["item"]));
    }
    rows = narrow(p, rows, "source", args.get("source"))?;
    if rows.len() > 1 {
        rows = narrow(p, rows, "class", Some(args.get("class").unwrap_or("grade2")))?;
    }
    let (Some(&row), height) = (rows.first(), positive(args, "height")?) else {
        return Err(EvalError::law(p, "no row for it"));
    };
    let points = points(p, row)?;
    let (Some(&(lowest, at_lowest)), Some(&(highest, at_highest))) = (points.first(), points.last()) else {
        return Err(EvalError::law(p, format!("row {} lists no height", row + 1)));
    };
    let low_height = decimal(rule, 0, "low_height")?;
    let square = |rate: Decimal, of: Decimal| -> Result<(Ratio, String), EvalError> {
        let share = Ratio::from(height).div(of.into())?;
        Ok((
            Ratio::from(rate).mul(share.mul(share)?)?,
            format!("{rate} × ({height}/{of})²"),
        ))
    };
    let above = rule.table.text(0, "outside") == "square";
    let (mut exact, mut text, method) = if let Some((_, rate)) = points.iter().find(|(h, _)| *h == height) {
        (Ratio::from(*rate), rate.to_string(), "listed")
    } else if height > highest && above {
        let (x, t) = square(at_highest, highest)?;
        (x, t, "above")
    } else if height > highest {
        (Ratio::from(at_highest), at_highest.to_string(), "last")
    } else if height < lowest && above {
        let (x, t) = square(at_lowest, lowest)?;
        (x, t, "below")
    } else if height < lowest {
        let reason = format!("{height} m: a stack must be {low_height} m or more ({})", rule.clause);
        return Err(EvalError::argument("height", reason));
    } else {
        between(&points, height, rule.table.text(0, "between") == "interpolate")?
    };
    if above && height < low_height && args.yes_no("new")?.unwrap_or(true) {
        let share = decimal(rule, 0, "low_share")?;
        exact = exact.mul(Ratio::from(share).div(Ratio::from(100))?)?;
        text = format!("{text} × {share} %");
    }
    if above && args.flag("low_beside")? {
        let share = decimal(rule, 0, "near_share")?;
        exact = exact.mul(Ratio::from(share).div(Ratio::from(100))?)?;
        text = format!("{text} × {share} %");
    }
    let value = exact.round(&rounding(rule, 0)?)?.normalized();
    let unit = p.unit(row, "15").to_string();
    let e = Explanation::new("最高允许排放速率", "Highest permitted rate")
        .value(value)
        .unit(label(&unit))
        .formula(format!("{text} = {value}"))
        .clause(p.clause_ref_row(row))
        .clause(rule.clause_ref())
        .note(&rule.note.zh, &rule.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("unit", unit.into()), ("method", method.into())],
        explanation: e,
    })
}

/// The rate between two listed heights.
fn between(
    points: &[(Decimal, Decimal)],
    height: Decimal,
    interpolate: bool,
) -> Result<(Ratio, String, &'static str), EvalError> {
    let hi = points.iter().position(|(h, _)| *h > height).unwrap_or(1).max(1); // between the first and the last
    let ((ha, qa), (hb, qb)) = (points[hi - 1], points[hi]);
    if interpolate {
        let share = Ratio::from(height.sub(ha)?).div(hb.sub(ha)?.into())?;
        let exact = Ratio::from(qb.sub(qa)?).mul(share)?.add(qa.into())?;
        return Ok((
            exact,
            format!("{qa} + ({qb} − {qa}) × ({height} − {ha})/({hb} − {ha})"),
            "interpolated",
        ));
    }
    let nearer_low = height.sub(ha)? < hb.sub(height)?; // half goes up
    let (h, q) = if nearer_low { (ha, qa) } else { (hb, qb) };
    Ok((Ratio::from(q), format!("{q} ({h} m)"), "nearest"))
}

fn equivalent(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.stack.equivalent", c.date, c.division)?;
    let (h1, h2) = (positive(args, "h1")?, positive(args, "h2")?);
    let half = Ratio::from(h1.mul(h1)?.add(h2.mul(h2)?)?).div(Ratio::from(2))?;
    let value = real::sqrt(half)?.round(&rounding(p, 0)?)?;
    let rate = match (args.number("q1")?, args.number("q2")?) {
        (Some(a), Some(b)) => Some(a.add(b)?),
        _ => None,
    };
    let applies = match args.number("distance")? {
        None => Cell::Missing,
        Some(d) => (d < h1.add(h2)?).into(),
    };
    let e = Explanation::new("等效高度", "Equivalent height")
        .value(value)
        .unit("m")
        .formula(format!("√(({h1}² + {h2}²)/2) = {value}"))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("rate", rate.into()), ("applies", applies)],
        explanation: e,
    })
}
