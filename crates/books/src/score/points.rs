//! Points that add up within a period (失信记分): warning and restriction when a sum is reached, periods that restart.
//! The numbers come from the law: columns `warning`, `restriction` (points), `period`, `list` (months).

use crate::day;
use crate::error::{Error, Result};
use chrono::{Months, NaiveDate};
use figure::{Clause, Decimal};
use law::Law;
use serde::Serialize;

/// Points on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Day of the decision, `2024-01-10`.
    pub day: String,
    /// Points.
    pub points: Decimal,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// The warning score was reached in the period.
    Warning,
    /// The limit was reached: on the list, until a day.
    Restriction,
}

/// A threshold reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Day.
    pub day: NaiveDate,
    /// What.
    pub what: What,
    /// Points in the period then.
    pub points: Decimal,
    /// First and last day of the period.
    pub period: (NaiveDate, NaiveDate),
    /// Day on which the list ends.
    pub until: Option<NaiveDate>,
    /// The clause.
    pub clause: Clause,
}

/// Adds acts up from the day the file was opened. The law of each act's day counts.
pub fn accumulate(law: &Law, key: &str, division: &str, opened: &str, acts: &[Act]) -> Result<Vec<Mark>> {
    let mut acts: Vec<(NaiveDate, Decimal)> = acts
        .iter()
        .map(|a| Ok((day::read(&a.day)?, a.points)))
        .collect::<Result<_>>()?;
    acts.sort();
    let mut begin = day::read(opened)?;
    let (mut sum, mut warned, mut marks) = (Decimal::ZERO, false, Vec::new());
    for (on, points) in acts {
        let p = law
            .at(key, on, division)
            .map_err(|absent| Error::Refused(law.absence(&absent)))?;
        let number = |column: &str| {
            p.table
                .decimal(0, column)
                .map_err(|e| Error::Pack(format!("{key}: {e}")))
        };
        let months = |column: &str| {
            let whole = number(column)?.at_scale(0).and_then(|n| u32::try_from(n).ok());
            whole
                .map(Months::new)
                .ok_or_else(|| Error::Pack(format!("{key}: `{column}` is no number of months")))
        };
        if on < begin {
            return Err(Error::refused(
                format!("{on} 早于诚信档案建立日 {begin}，不能记分。"),
                format!("{on} is before the file was opened on {begin}"),
            ));
        }
        let late = || Error::refused("日期太晚。", "the day is too late");
        let period = months("period")?;
        let mut next = begin.checked_add_months(period).ok_or_else(late)?;
        while on >= next {
            begin = next;
            next = begin.checked_add_months(period).ok_or_else(late)?;
            (sum, warned) = (Decimal::ZERO, false);
        }
        sum = sum.add(points).map_err(super::scoring::number_error)?;
        let mark = |what, until| Mark {
            day: on,
            what,
            points: sum,
            period: (begin, next.pred_opt().unwrap_or(next)),
            until,
            clause: p.clause_ref(),
        };
        if sum >= number("restriction")? {
            let until = on.checked_add_months(months("list")?).ok_or_else(late)?;
            marks.push(mark(What::Restriction, Some(until)));
            // The period starts anew on the day of the list.
            (begin, sum, warned) = (on, Decimal::ZERO, false);
        } else if sum >= number("warning")? && !warned {
            marks.push(mark(What::Warning, None));
            warned = true;
        }
    }
    Ok(marks)
}
