//! `deadline.report`: when an execution report of a permit is due, or into which it goes (HJ 944).

use super::calendar::date;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::{Datelike, Months, NaiveDate};
use figure::Explanation;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "deadline.report",
    title: ("排污许可证执行报告提交期限", "Due day of a permit's execution report"),
    args: &[
        Arg::text(
            "period",
            ("报告期：2024、2024-Q3 或 2024-09", "period: 2024, 2024-Q3 or 2024-09"),
        ),
        Arg::text(
            "permit_from",
            ("许可证生效日，YYYY-MM-DD", "first day of the permit, YYYY-MM-DD"),
        )
        .optional(),
    ],
    results: &[Column::text("due"), Column::text("into"), Column::number("held_days")],
    keys: &["deadline.report"],
    eval: report,
}];

/// A year, quarter or month.
struct Period {
    kind: &'static str,
    first: NaiveDate,
    months: u32,
}

impl Period {
    fn read(text: &str) -> Option<Self> {
        let (year, rest) = match text.split_once('-') {
            None => (text, ""),
            Some((y, r)) => (y, r),
        };
        let year: i32 = year.parse().ok().filter(|y| (1..9999).contains(y))?;
        let (kind, month, months) = match rest.strip_prefix(['Q', 'q']) {
            Some(q) => (
                "quarter",
                (q.parse::<u32>().ok().filter(|q| (1..=4).contains(q))? - 1) * 3 + 1,
                3,
            ),
            None if rest.is_empty() => ("year", 1, 12),
            None => ("month", rest.parse().ok()?, 1),
        };
        Some(Self {
            kind,
            first: NaiveDate::from_ymd_opt(year, month, 1)?,
            months,
        })
    }

    /// The first day of the next period.
    fn next(&self) -> Option<NaiveDate> {
        self.first.checked_add_months(Months::new(self.months))
    }

    fn name(&self, first: NaiveDate) -> String {
        match self.kind {
            "year" => first.year().to_string(),
            "quarter" => format!("{}-Q{}", first.year(), first.month0() / 3 + 1),
            _ => first.format("%Y-%m").to_string(),
        }
    }
}

fn report(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("deadline.report", c.date, c.division)?;
    let text = args.text("period")?;
    let wrong = || EvalError::argument("period", format!("`{text}`: write 2024, 2024-Q3 or 2024-09"));
    let period = Period::read(text).ok_or_else(wrong)?;
    let next = period.next().ok_or_else(wrong)?;
    let last = next.pred_opt().ok_or_else(wrong)?;
    let row = p.table.row(&[("period", period.kind)]).map_err(EvalError::table(p))?;
    let number = |column: &str| -> Result<u32, EvalError> {
        let d = p.table.decimal(row, column).map_err(EvalError::table(p))?;
        let n = d.at_scale(0).and_then(|n| u32::try_from(n).ok());
        n.ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{d}` is no whole number")))
    };
    let from = args.get("permit_from").map(|t| date("permit_from", t)).transpose()?;
    let from = from.map_or(period.first, |d| d.max(period.first));
    if from > last {
        return Err(EvalError::argument(
            "permit_from",
            format!("the permit begins after {last}: nothing to report"),
        ));
    }
    // Held for longer than so much of the period: the day that much later must still lie in it.
    let (amount, unit) = (number("held_over")?, p.table.text(row, "unit"));
    let mark = match unit {
        "month" => from.checked_add_months(Months::new(amount)),
        _ => from.checked_add_days(chrono::Days::new(amount.into())),
    };
    let due = mark.is_some_and(|m| m <= last);
    let day = NaiveDate::from_ymd_opt(next.year(), next.month(), number("due_day")?)
        .ok_or_else(|| EvalError::law(p, "column `due_day`: no such day"))?;
    let held = (last - from).num_days() + 1;
    let name = period.name(if due { period.first } else { next });
    let mut e = Explanation::new("执行报告期限", "Due day of the report")
        .clause(p.clause_ref_row(row))
        .input(
            Explanation::new("报告期内持证", "Held within the period")
                .value(held)
                .unit("d")
                .formula(format!("{from} → {last}; > {amount} {unit}")),
        )
        .note(&p.note.zh, &p.note.en);
    e = match due {
        true => e.value(day),
        false => e.note(
            format!("持证时间不超过{amount}个计量单位（{unit}），并入{name}的报告"),
            format!("held no longer than {amount} {unit}: goes into the report of {name}"),
        ),
    };
    let value = due.then(|| day.to_string());
    Ok(Outcome {
        value: value.into(),
        columns: vec![("due", due.into()), ("into", name.into()), ("held_days", held.into())],
        explanation: e,
    })
}
