//! `emission.exempt_hours`: hours of start, stop, fault and accident against what a year allows.

use super::limit::sector;
use super::select::means;
use crate::cell::decimal;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "emission.exempt_hours",
    title: (
        "启停炉、故障、事故累计时长",
        "Hours of start, stop, fault and accident in the year",
    ),
    args: &[
        Arg::text(
            "sector",
            (
                "msw_incineration生活垃圾焚烧 hw_incineration危险废物焚烧",
                "msw_incineration or hw_incineration",
            ),
        ),
        Arg::text(
            "hours",
            (
                "工况=小时，空格分隔，如 启炉=41.5 停炉=12 故障=6.25 烘炉=18",
                "condition=hours parted by spaces, such as start=41.5 stop=12 fault=6.25 preheat=18",
            ),
        ),
    ],
    results: &[
        Column::number("allowed"),
        Column::number("left"),
        Column::text("over"),
        Column::number("not_counted"),
    ],
    keys: &[
        "emission.sectors",
        "emission.exempt.hw_incineration",
        "emission.exempt.msw_incineration",
    ],
    eval: exempt_hours,
}];

fn exempt_hours(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let s = sector(c, args.text("sector")?)?;
    let p = c.law.at(&format!("emission.exempt.{}", s.name), c.date, c.division)?;
    let (counted, free) = (p.table.text(0, "counted"), p.table.text(0, "not_counted"));
    let (mut used, mut not_counted) = (Decimal::ZERO, Decimal::ZERO);
    let mut e = Explanation::new("累计时长", "Hours counted")
        .unit("h")
        .clause(p.clause_ref());
    for pair in args.text("hours")?.split_whitespace() {
        let (name, hours) = pair
            .split_once('=')
            .ok_or_else(|| EvalError::argument("hours", format!("`{pair}`: write condition=hours")))?;
        let hours = Decimal::parse(hours).map_err(|e| EvalError::argument("hours", format!("{name}: {e}")))?;
        if hours.is_negative() {
            return Err(EvalError::argument("hours", format!("{name}: the hours are negative")));
        }
        if means(counted, name) {
            used = used.add(hours)?;
        } else if means(free, name) {
            not_counted = not_counted.add(hours)?;
        } else {
            let reason = format!("`{name}`: counted are {counted}; not counted are {free}");
            return Err(EvalError::argument("hours", reason));
        }
        e = e.input(Explanation::new(name, name).value(hours).unit("h"));
    }
    let allowed = decimal(p, 0, "hours")?;
    let left = allowed.sub(used)?;
    e = e.value(used).note(&p.note.zh, &p.note.en);
    let columns = vec![
        ("allowed", allowed.into()),
        ("left", left.into()),
        ("over", left.is_negative().into()),
        ("not_counted", not_counted.into()),
    ];
    Ok(Outcome {
        value: used.into(),
        columns,
        explanation: e,
    })
}
