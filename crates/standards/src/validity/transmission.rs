//! `validity.transmission`: how much of what was due arrived, and how much of that was valid.

use crate::cell::{decimal, rounding};
use crate::emission::limit::item;
use crate::emission::select::means;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "validity.transmission",
    title: ("传输有效率", "Transmission-validity rate"),
    args: &[
        Arg::number("due", "1", ("应传数（已去掉停运）", "data due (stopped time left out)")),
        Arg::number("received", "1", ("实收数", "data received")),
        Arg::number("valid", "1", ("有效数", "valid data among them")),
        Arg::text(
            "item",
            (
                "废水项目COD 氨氮 总磷 总氮：每天可扣除一小时自动标样核查",
                "COD, NH3-N, TP or TN of water: one hour a day may go for automatic standard checks",
            ),
        )
        .optional(),
        Arg::number(
            "checks",
            "h",
            ("自动标样核查小时数", "hours of automatic standard checks"),
        )
        .optional(),
        Arg::number("days", "d", ("天数，默认1", "days, 1 unless given")).optional(),
    ],
    results: &[
        Column::number("transmitted"),
        Column::number("effective"),
        Column::number("due"),
    ],
    keys: &["validity.transmission"],
    eval: transmission,
}];

fn transmission(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("validity.transmission", c.date, c.division)?;
    let read = |name: &str| -> Result<Decimal, EvalError> {
        let d = args.required_number(name)?;
        if d.is_negative() {
            return Err(EvalError::argument(name, format!("{d} is negative")));
        }
        Ok(d)
    };
    let (mut due, received, valid) = (read("due")?, read("received")?, read("valid")?);
    let mut e = Explanation::new("传输有效率", "Transmission-validity rate")
        .unit("%")
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    if let (Some(word), Some(checks)) = (args.get("item"), args.number("checks")?) {
        let name = item(c, word)?;
        if means(p.table.text(0, "items"), &name) {
            let days = args.number("days")?.unwrap_or(Decimal::from_int(1));
            let free = checks.min(decimal(p, 0, "free_hours")?.mul(days)?).max(Decimal::ZERO);
            due = due.sub(free)?;
            e = e.note(
                format!("自动标样核查{free}小时不计入应传"),
                format!("{free} h of automatic standard checks are not due"),
            );
        }
    }
    if received > due {
        let reason = format!("{received} is more than the {due} due: count each datum once");
        return Err(EvalError::argument("received", reason));
    }
    if valid > received {
        return Err(EvalError::argument(
            "valid",
            format!("{valid} is more than the {received} received"),
        ));
    }
    if due <= Decimal::ZERO {
        let e = e.note(
            "没有应传数据，不计（不是零）",
            "nothing was due: not counted, which is not zero",
        );
        return Ok(Outcome {
            value: Cell::Missing,
            columns: vec![("due", due.into())],
            explanation: e,
        });
    }
    let rule = rounding(p, 0)?;
    let hundred = Ratio::from(100);
    let transmitted = Ratio::from(received).div(due.into())?.mul(hundred)?;
    let effective = if received.is_zero() {
        None
    } else {
        Some(Ratio::from(valid).div(received.into())?.mul(hundred)?)
    };
    let exact = Ratio::from(valid).div(due.into())?.mul(hundred)?; // the product of the two
    let value = exact.round(&rule)?;
    let e = e
        .value(value)
        .formula(format!("{received}/{due} × {valid}/{received} = {value} %"));
    let columns = vec![
        ("transmitted", transmitted.round(&rule)?.into()),
        ("effective", effective.map(|x| x.round(&rule)).transpose()?.into()),
        ("due", due.into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}
