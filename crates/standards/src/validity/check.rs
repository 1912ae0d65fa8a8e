//! `validity.comparison`, `validity.furnace`: checks of instruments, and furnace temperatures.

use crate::cell::{decimal, optional, whole};
use crate::emission::limit::{item, sector};
use crate::emission::select::{SHOWN, all};
use crate::word::unknown;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "validity.comparison",
        title: ("比对与标样核查", "Comparison and standard-sample check"),
        args: &[
            Arg::text(
                "item",
                (
                    "项目：COD 氨氮 总磷 总氮 pH 水温 流量",
                    "item: COD nh3n tp tn ph temperature flow",
                ),
            ),
            Arg::text(
                "reference",
                (
                    "手工（或标样）值，空格分隔",
                    "manual (or standard) values parted by spaces",
                ),
            ),
            Arg::text(
                "measured",
                ("在线仪器值，空格分隔", "values of the instrument parted by spaces"),
            ),
            Arg::text(
                "check",
                (
                    "real实际水样（默认） standard标样",
                    "real sample (default) or standard sample",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("passed"),
            Column::number("pairs"),
            Column::text("errors"),
            Column::text("limits"),
        ],
        keys: &["validity.comparison", "validity.comparison.pairs"],
        eval: comparison,
    },
    Function {
        name: "validity.furnace",
        title: ("炉膛温度低于限值的次数", "Times a furnace was below its temperature"),
        args: &[
            Arg::text(
                "sector",
                (
                    "msw_incineration生活垃圾焚烧 hw_incineration危险废物焚烧",
                    "msw_incineration or hw_incineration",
                ),
            ),
            Arg::text(
                "values",
                (
                    "一个自然日的5分钟均值℃，空格分隔，缺测写-",
                    "5-minute means of a calendar day in C parted by spaces, - for a missing one",
                ),
            ),
        ],
        results: &[
            Column::text("act"),
            Column::number("least"),
            Column::number("times"),
            Column::number("n"),
        ],
        keys: &[
            "emission.sectors",
            "validity.furnace.hw_incineration",
            "validity.furnace.msw_incineration",
        ],
        eval: furnace,
    },
];

/// The row whose range the reference value lies in.
fn range(p: &Provision, name: &str, check: &str, x: Decimal) -> Result<usize, EvalError> {
    let rows: Vec<usize> = all(p)
        .into_iter()
        .filter(|r| p.table.text(*r, "item") == name)
        .collect();
    if rows.is_empty() {
        return Err(unknown(p, &all(p), "item", name, &["item"]));
    }
    for r in rows.iter().copied().filter(|r| p.table.text(*r, "check") == check) {
        let (from, below) = (optional(p, r, "from")?, optional(p, r, "below")?);
        if from.is_none_or(|f| x >= f) && below.is_none_or(|b| x < b) {
            return Ok(r);
        }
    }
    Err(unknown(p, &rows, "check", check, &["check"]))
}

fn comparison(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("validity.comparison", c.date, c.division)?;
    let least = c.law.at("validity.comparison.pairs", c.date, c.division)?;
    let (name, check) = (item(c, args.text("item")?)?, args.get("check").unwrap_or("real"));
    let (reference, measured) = (args.list("reference")?, args.list("measured")?);
    if reference.len() != measured.len() {
        let reason = format!("{} values for {} references", measured.len(), reference.len());
        return Err(EvalError::argument("measured", reason));
    }
    let (mut errors, mut limits, mut failed, mut n) = (Vec::new(), Vec::new(), 0i64, 0usize);
    let mut e = Explanation::new("不合格组数", "Pairs that fail");
    for (x, y) in reference.iter().zip(&measured) {
        let (Some(x), Some(y)) = (x, y) else { continue };
        let r = range(p, &name, check, *x)?;
        let difference = Ratio::from(*y).sub((*x).into())?;
        let error = match p.table.text(r, "kind") {
            "absolute" => difference,
            "relative" if !x.is_zero() => difference.div((*x).into())?.mul(Ratio::from(100))?,
            "relative" => return Err(EvalError::argument("reference", "is zero: there is no relative error")),
            other => return Err(EvalError::law(p, format!("unknown kind of error `{other}`"))),
        };
        let most = decimal(p, r, "most")?;
        let ok = error.abs().sub(most.into())?.num() <= 0;
        failed += i64::from(!ok);
        n += 1;
        let unit = p.table.text(r, "limit_unit");
        let shown = error.round(&SHOWN)?.normalized();
        errors.push(shown.to_string());
        limits.push(format!("±{most}{unit}"));
        e = e.input(
            Explanation::new("误差", "error")
                .value(shown)
                .unit(unit)
                .formula(format!("{y} ~ {x}: |{shown}| {} {most}", if ok { "≤" } else { ">" }))
                .clause(p.clause_ref_row(r)),
        );
    }
    let wanted: usize = if check == "real" { whole(least, 0, "pairs")? } else { 1 };
    let passed = failed == 0 && n >= wanted;
    e = e
        .value(failed)
        .clause(p.clause_ref())
        .clause(least.clause_ref())
        .note(&p.note.zh, &p.note.en);
    if n < wanted {
        e = e.note(
            format!("至少{wanted}组，只有{n}组"),
            format!("{wanted} pairs are needed, there are {n}"),
        );
    }
    let columns = vec![
        ("passed", passed.into()),
        ("pairs", (n as i64).into()),
        ("errors", errors.join(" ").into()),
        ("limits", limits.join(" ").into()),
    ];
    Ok(Outcome {
        value: failed.into(),
        columns,
        explanation: e,
    })
}

fn furnace(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let s = sector(c, args.text("sector")?)?;
    let p = c.law.at(&format!("validity.furnace.{}", s.name), c.date, c.division)?;
    let least = decimal(p, 0, "least")?;
    let times: i64 = whole(p, 0, "times")?;
    let values: Vec<Decimal> = args.list("values")?.into_iter().flatten().collect();
    let below = values.iter().filter(|v| **v < least).count() as i64;
    let act = below > times;
    let e = Explanation::new("低于限值的次数", "Times below")
        .value(below)
        .formula(format!("{below} {} {times} (< {least} ℃)", if act { ">" } else { "≤" }))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    let columns = vec![
        ("act", act.into()),
        ("least", least.into()),
        ("times", times.into()),
        ("n", (values.len() as i64).into()),
    ];
    Ok(Outcome {
        value: below.into(),
        columns,
        explanation: e,
    })
}
