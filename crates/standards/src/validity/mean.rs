//! `validity.day`, `validity.month`: means and whether enough valid data stand behind them.

use super::rules::Rules;
use crate::cell::decimal;
use crate::emission::limit::item;
use crate::emission::select::SHOWN;
use crate::emission::total::{MEDIUM, medium};
use crate::list::parts;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, NumberError, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "validity.day",
        title: ("日均值及其有效性", "Day mean and its validity"),
        args: &[
            MEDIUM,
            Arg::text(
                "values",
                (
                    "各小时（或各次）有效值，空格分隔，无效或缺测写-；个数即应得数",
                    "the valid values parted by spaces, - for an invalid or missing one; their number is what was due",
                ),
            ),
            Arg::text(
                "flows",
                (
                    "废水各时段流量，空格分隔",
                    "flows of the periods (water), parted by spaces",
                ),
            )
            .optional(),
            Arg::text(
                "item",
                (
                    "废水项目（COD 氨氮 总磷 总氮 pH）：零、负值和<检出限按规定值统计",
                    "item of water: zero, negative and undetected values count as laid down for it",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("valid"),
            Column::number("n"),
            Column::number("due"),
            Column::number("least"),
            Column::number("arithmetic"),
            Column::number("lowest"),
            Column::number("highest"),
        ],
        keys: &["validity.gas.mean", "validity.water.mean", "validity.water.low"],
        eval: day,
    },
    Function {
        name: "validity.month",
        title: ("月均值的有效性", "Validity of a month mean"),
        args: &[
            MEDIUM,
            Arg::number("days", "d", ("有效日均值天数", "days with a valid mean")),
            Arg::text("month", ("月份，如2026-02", "month, such as 2026-02")),
        ],
        results: &[Column::number("least"), Column::number("due")],
        keys: &["validity.gas.mean", "validity.water.mean"],
        eval: month,
    },
];

/// The values of a list; for water what was not detected, zero or negative becomes the value laid down.
fn values(c: &Context<'_>, args: &Args, medium: &str) -> Result<(Vec<Option<Decimal>>, bool), EvalError> {
    if medium == "gas" {
        return Ok((args.list("values")?, false)); // small negatives within drift are kept as measured
    }
    let low = match args.get("item") {
        None => None,
        Some(word) => {
            let name = item(c, word)?;
            let p = c.law.at("validity.water.low", c.date, c.division)?;
            match p.table.find(&[("item", &name)]) {
                Some(r) => Some(decimal(p, r, "value")?),
                None => None,
            }
        }
    };
    let mut replaced = false;
    let mut out = Vec::new();
    for (i, part) in parts(args.text("values")?).enumerate() {
        let name = format!("values[{}]", i + 1);
        let read = match Decimal::parse(part) {
            Ok(d) if d > Decimal::ZERO => Some(d),
            Ok(_) | Err(NumberError::BelowDetection { .. }) => {
                replaced = true;
                let reason = format!("`{part}`: give `item`, the law says what such a value counts as");
                Some(low.ok_or_else(|| EvalError::argument(&name, reason))?)
            }
            Err(NumberError::Empty | NumberError::Missing(_)) => None,
            Err(e) => return Err(EvalError::argument(&name, e.to_string())),
        };
        out.push(read);
    }
    Ok((out, replaced))
}

fn day(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let medium = medium(args.text("medium")?)?;
    let rules = Rules::at(c.law, c.date, c.division);
    let (list, replaced) = values(c, args, medium)?;
    let flows = args.get("flows").map(|_| args.list("flows")).transpose()?;
    if let Some(f) = &flows
        && f.len() != list.len()
    {
        let reason = format!("{} flows for {} values", f.len(), list.len());
        return Err(EvalError::argument("flows", reason));
    }
    if flows.is_some() && medium == "gas" {
        let reason = "a day mean of flue gas is the arithmetic mean of its hours: leave the flows out / 废气日均值为小时均值的算术平均，不填流量";
        return Err(EvalError::argument("flows", reason));
    }
    let due = u32::try_from(list.len()).unwrap_or(u32::MAX);
    let (mut sum, mut mass, mut volume, mut n) = (Ratio::ZERO, Ratio::ZERO, Ratio::ZERO, 0u32);
    let (mut lowest, mut highest) = (None::<Decimal>, None::<Decimal>);
    for (i, value) in list.iter().enumerate() {
        let Some(v) = *value else { continue };
        if let Some(flows) = &flows {
            // A value at a time without flow is not valid.
            let Some(q) = flows[i].filter(|q| !q.is_zero()) else {
                continue;
            };
            if q.is_negative() {
                return Err(EvalError::argument(
                    "flows",
                    format!("number {} is negative: {q}", i + 1),
                ));
            }
            mass = mass.add(Ratio::from(v).mul(q.into())?)?;
            volume = volume.add(q.into())?;
        }
        sum = sum.add(v.into())?;
        n += 1;
        lowest = Some(lowest.map_or(v, |l| l.min(v)));
        highest = Some(highest.map_or(v, |h| h.max(v)));
    }
    let (key, valid, least) = match medium {
        "gas" => {
            let gas = rules.gas.clone()?;
            ("validity.gas.mean", gas.day(n), i64::from(gas.day_hours))
        }
        _ => {
            let water = rules.water.clone()?;
            (
                "validity.water.mean",
                water.day(n, due),
                (i64::from(water.day_percent) * i64::from(due) + 99) / 100,
            )
        }
    };
    let p = c.law.at(key, c.date, c.division)?;
    let arithmetic = if n > 0 {
        Some(sum.div(Ratio::from(i64::from(n)))?)
    } else {
        None
    };
    let weighted = if volume.num() > 0 {
        Some(mass.div(volume)?)
    } else {
        None
    };
    let no_mean = args.get("item").is_some_and(|w| item(c, w).is_ok_and(|i| i == "pH"));
    let exact = weighted.or(arithmetic).filter(|_| valid && !no_mean);
    let value = exact.map(|x| x.round(&SHOWN)).transpose()?.map(Decimal::normalized);
    let mut e = Explanation::new("日均值", "Day mean")
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en)
        .input(
            Explanation::new("有效数据", "Valid data")
                .value(n)
                .formula(format!("{n} / {due}, ≥ {least}")),
        );
    match (value, weighted) {
        (Some(v), Some(_)) => {
            let text = format!("Σ(C·Q)/ΣQ = {}/{} = {v}", mass.shown(6), volume.shown(6));
            e = e.value(v).formula(text);
        }
        (Some(v), None) => e = e.value(v).formula(format!("{} ÷ {n} = {v}", sum.shown(6))),
        (None, _) if !valid => {
            e = e.note(
                format!("有效数据{n}个，少于{least}个，没有有效日均值"),
                format!("{n} valid data, {least} are needed: no valid day mean"),
            );
        }
        (None, _) => {}
    }
    if replaced {
        let low = c.law.at("validity.water.low", c.date, c.division)?;
        e = e.clause(low.clause_ref()).note(
            "零值、负值和低于检出限的有效数据按规定值参加统计",
            "valid zero, negative and undetected values counted as laid down",
        );
    }
    if medium == "water" && flows.is_none() && !no_mean {
        e = e.note("没有流量，用算术平均", "no flow given: arithmetic mean");
    }
    let shown = |d: Option<Decimal>| -> Cell { d.into() };
    let columns = vec![
        ("valid", valid.into()),
        ("n", i64::from(n).into()),
        ("due", i64::from(due).into()),
        ("least", least.into()),
        (
            "arithmetic",
            shown(
                arithmetic
                    .map(|x| x.round(&SHOWN))
                    .transpose()?
                    .map(Decimal::normalized),
            ),
        ),
        ("lowest", shown(lowest)),
        ("highest", shown(highest)),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn month(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let medium = medium(args.text("medium")?)?;
    let text = args.text("month")?;
    let first = format!("{text}-01").parse::<chrono::NaiveDate>();
    let first = first.map_err(|_| EvalError::argument("month", format!("`{text}`: write YYYY-MM")))?;
    let next = first.checked_add_months(chrono::Months::new(1));
    let due = next.map_or(31, |n| n.signed_duration_since(first).num_days());
    let days = args.required_number("days")?;
    let whole = days
        .at_scale(0)
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| i64::from(*n) <= due);
    let whole = whole.ok_or_else(|| EvalError::argument("days", format!("{days}: write 0 to {due} whole days")))?;
    let rules = Rules::at(c.law, c.date, c.division);
    let (p, valid, least) = match medium {
        "gas" => {
            let p = c.law.at("validity.gas.mean", c.date, c.division)?;
            let february = text.ends_with("-02");
            let valid = rules.gas?.month(whole, february);
            let name = if february { "february" } else { "month" };
            let valid = valid.ok_or_else(|| EvalError::law(p, "no rule for months is recorded for that day"))?;
            (p, valid, decimal(p, named(p, "period", name, &["period"])?, "minimum")?)
        }
        _ => {
            let p = c.law.at("validity.water.mean", c.date, c.division)?;
            let water = rules.water?;
            let least = (i64::from(water.month_percent) * due + 99) / 100;
            let due = u32::try_from(due).unwrap_or(31);
            (p, water.month(whole, due), Decimal::from_int(least))
        }
    };
    let value = if valid { "valid" } else { "invalid" };
    let e = Explanation::new("月均值有效性", "Validity of the month mean")
        .value(value)
        .formula(format!("{whole} {} {least}", if valid { "≥" } else { "<" }))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("least", least.into()), ("due", due.into())],
        explanation: e,
    })
}
