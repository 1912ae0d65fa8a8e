//! Black-odorous water in villages: one sign is enough.

use super::black_odorous::clear_within;
use crate::band::holds;
use crate::cell::decimal;
use crate::node::Noted;
use crate::reading::Reading;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "rural.black_odorous",
    title: ("农村黑臭水体识别", "Black-odorous water in a village"),
    args: &[
        Arg::number("sd", "cm", ("透明度", "transparency")).optional(),
        Arg::number("do", "mg/L", ("溶解氧，可写<0.5", "dissolved oxygen; may be <0.5")).optional(),
        Arg::number("nh3n", "mg/L", ("氨氮，可写<0.025", "ammonia nitrogen; may be <0.025")).optional(),
        Arg::number(
            "depth",
            "cm",
            ("水深，不足25 cm时须填", "depth of the water, needed below 25 cm"),
        )
        .optional(),
    ],
    results: &[
        Column::text("signs"),
        Column::text("lacking"),
        Column::number("sd_limit"),
    ],
    keys: &["rural.black_odorous", "rural.black_odorous.shallow"],
    eval: village,
}];

const ITEMS: [&str; 3] = ["sd", "do", "nh3n"];

/// Whether an item's sign is there; nothing if a detection limit hides it.
fn sign(p: &Provision, row: usize, reading: Reading, bound: Option<Ratio>) -> Result<Option<bool>, EvalError> {
    let hit = |v: Ratio| match bound {
        Some(b) => Ok(v < b),
        None => holds(p, row, v),
    };
    let upper = match bound {
        Some(b) => Some(b),
        None => p
            .table
            .optional(row, "lt")
            .map_err(EvalError::table(p))?
            .map(Ratio::from),
    };
    Ok(match reading {
        Reading::Value(v) => Some(hit(v.into())?),
        // The value lies anywhere from 0 up to the limit, the limit itself left out.
        Reading::Below(Some(l)) if upper.is_some_and(|u| u >= l.into()) => Some(true),
        Reading::Below(Some(l)) => {
            let (low, high) = (hit(Ratio::ZERO)?, hit(l.into())?);
            (low == high).then_some(low)
        }
        Reading::Below(None) => None,
    })
}

fn village(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("rural.black_odorous", c.date, c.division)?;
    let shallow = c.law.at("rural.black_odorous.shallow", c.date, c.division)?;
    let depth = args.number("depth")?;
    if let Some(d) = depth.filter(|d| *d <= Decimal::ZERO) {
        return Err(EvalError::argument(
            "depth",
            format!("{d} is no depth: above 0 / 水深须大于0"),
        ));
    }
    let depth_lt = decimal(shallow, 0, "depth_lt")?;
    let bound = match depth.filter(|d| *d < depth_lt) {
        None => None,
        Some(d) => Some(
            Ratio::from(decimal(shallow, 0, "share")?)
                .div(Ratio::from(100))?
                .mul(d.into())?,
        ),
    };
    let (mut signs, mut lacking, mut given) = (Vec::new(), Vec::new(), 0);
    let mut e = Explanation::new("农村黑臭水体", "Black-odorous water").clause(p.clause_ref());
    for item in ITEMS {
        let r = crate::cell::row(p, &[("item", item)])?;
        let Some(reading) = args.reading(item)? else {
            lacking.push(item);
            continue;
        };
        given += 1;
        if let (true, Some(d)) = (item == "sd", depth) {
            clear_within(reading, d)?;
        }
        let bound = bound.filter(|_| item == "sd");
        let name = p.table.text(r, "name_zh");
        let rule = match bound {
            Some(b) => format!("< {}", b.shown(4)),
            None => crate::band::bounds(p, r),
        };
        let hit = sign(p, r, reading, bound)?;
        match hit {
            Some(true) => signs.push(item),
            Some(false) => {}
            None => lacking.push(item),
        }
        let mut node = Explanation::new(name, p.table.text(r, "name_en"))
            .value(args.get(item).unwrap_or_default())
            .unit(p.unit(r, "lt"))
            .formula(rule)
            .clause(p.clause_ref_row(r));
        if bound.is_some() {
            node = node.clause(shallow.clause_ref());
        }
        e = e.input(node);
    }
    if given == 0 {
        return Err(EvalError::Missing(ITEMS.join(", ")));
    }
    let value = match (signs.is_empty(), lacking.is_empty()) {
        (false, _) => Cell::from(true),
        (true, true) => Cell::from(false),
        (true, false) => Cell::Missing,
    };
    e = match &value {
        Cell::Missing => e.note(
            format!("已测项目没有黑臭指征，但缺{}，不能确定", lacking.join("、")),
            format!(
                "no sign among what was measured, but {} is lacking: it cannot be settled",
                lacking.join(", ")
            ),
        ),
        v => e.value(v),
    };
    if let Some(m) = c.law.unrecorded("rural.black_odorous.revision", c.date, c.division) {
        e = e.note(format!("待录入：{}", m.why.zh), format!("not recorded: {}", m.why.en));
    }
    let sd_limit = bound.and_then(Ratio::to_decimal);
    Ok(Outcome {
        value,
        columns: vec![
            ("signs", signs.join(" ").into()),
            ("lacking", lacking.join(" ").into()),
            ("sd_limit", sd_limit.into()),
        ],
        explanation: e.noted(p),
    })
}
