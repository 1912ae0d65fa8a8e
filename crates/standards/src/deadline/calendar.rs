//! Working days by the State Council's yearly notice.

use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::{Datelike, Days, NaiveDate};
use figure::{Clause, Explanation};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "deadline.between",
    title: ("两日之间的工作日和自然日", "Working and natural days between two days"),
    args: &[
        Arg::text(
            "from",
            ("起日（不计入），YYYY-MM-DD", "first day, not counted, YYYY-MM-DD"),
        ),
        Arg::text("to", ("止日（计入），YYYY-MM-DD", "last day, counted, YYYY-MM-DD")),
    ],
    results: &[Column::number("natural")],
    keys: &["deadline.calendar", "deadline.week"],
    eval: between,
}];

/// Reads a date argument.
pub(crate) fn date(name: &str, text: &str) -> Result<NaiveDate, EvalError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|d| (1..=9999).contains(&d.year()))
        .ok_or_else(|| {
            EvalError::argument(
                name,
                format!("`{text}` is no date: write YYYY-MM-DD / 应写作YYYY-MM-DD"),
            )
        })
}

/// The working days of all years recorded.
#[derive(Clone, Copy)]
pub(super) struct Calendar<'a>(pub &'a Context<'a>);

impl Calendar<'_> {
    /// Whether a day is worked.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`] in a year whose calendar is not recorded.
    pub fn works(self, day: NaiveDate) -> Result<bool, EvalError> {
        let year = self.0.law.at("deadline.calendar", day, self.0.division)?;
        let week = self.0.law.at("deadline.week", day, self.0.division)?;
        let name = day.format("%m-%d").to_string();
        if let Some(row) = year.table.find(&[("day", &name)]) {
            return match year.table.text(row, "kind") {
                "off" => Ok(false),
                "work" => Ok(true),
                other => Err(EvalError::law(year, format!("row {}: kind `{other}`", row + 1))),
            };
        }
        let weekday = day.weekday().number_from_monday().to_string();
        Ok(!week.table.text(0, "free").split(' ').any(|w| w == weekday))
    }

    /// The day itself if it is worked, else the next that is.
    ///
    /// # Errors
    /// As [`Calendar::works`].
    pub fn next_working(self, mut day: NaiveDate) -> Result<NaiveDate, EvalError> {
        while !self.works(day)? {
            day = later(day, 1)?;
        }
        Ok(day)
    }

    /// The notices that say so, for the years of two days.
    pub fn clauses(self, from: NaiveDate, to: NaiveDate) -> Vec<Clause> {
        let mut clauses: Vec<Clause> = Vec::new();
        for p in self.0.law.versions("deadline.calendar") {
            if p.from <= to && p.to.is_none_or(|end| from <= end) {
                clauses.push(p.clause_ref());
            }
        }
        clauses
    }
}

/// A day some days later.
pub(super) fn later(day: NaiveDate, days: u64) -> Result<NaiveDate, EvalError> {
    day.checked_add_days(Days::new(days))
        .filter(|d| d.year() <= 9999)
        .ok_or_else(|| EvalError::argument("days", format!("{days} days after {day} lies beyond the year 9999")))
}

fn between(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (from, to) = (date("from", args.text("from")?)?, date("to", args.text("to")?)?);
    if to < from {
        return Err(EvalError::argument("to", format!("{to} lies before {from}")));
    }
    let calendar = Calendar(c);
    let (mut day, mut working) = (from, 0i64);
    while day < to {
        day = later(day, 1)?;
        working += i64::from(calendar.works(day)?);
    }
    let natural = (to - from).num_days();
    let mut e = Explanation::new("工作日数", "Working days")
        .value(working)
        .unit("d")
        .formula(format!("({from}, {to}] = {natural} d → {working} d"));
    for clause in calendar.clauses(from, to) {
        e = e.clause(clause);
    }
    Ok(Outcome {
        value: working.into(),
        columns: vec![("natural", natural.into())],
        explanation: e,
    })
}

/// Whether a term counts working days only, by the argument `count`; natural days if it is left out.
pub(super) fn working_days(args: &Args) -> Result<bool, EvalError> {
    match args.get("count") {
        None | Some("natural" | "自然日") => Ok(false),
        Some("working" | "工作日") => Ok(true),
        Some(other) => Err(EvalError::argument(
            "count",
            format!("`{other}`: write working or natural"),
        )),
    }
}
