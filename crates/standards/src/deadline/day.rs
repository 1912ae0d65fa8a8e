//! `deadline.day`: the last day of a term.

use super::calendar::working_days;
use super::calendar::{Calendar, date, later};
use super::rule::{RULE_TITLE, Rule};
use crate::list::parts;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::{Months, NaiveDate};
use figure::{Decimal, Explanation};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "deadline.day",
    title: ("期限届满日", "Last day of a term"),
    args: &[
        Arg::text("start", ("起算日，YYYY-MM-DD", "the day it starts from, YYYY-MM-DD")),
        Arg::text("rule", RULE_TITLE).optional(),
        Arg::number("days", "d", ("天数，代替期限", "number of days, in place of a rule")).optional(),
        Arg::text(
            "count",
            (
                "天数按working工作日或natural自然日，默认natural",
                "for days: working or natural (default)",
            ),
        )
        .optional(),
        Arg::number("extensions", "1", ("批准延长的次数", "times it was extended")).optional(),
        Arg::text(
            "suspended",
            (
                "不计入的时间：天数，或 2024-06-03..2024-06-07，空格分隔",
                "time not counted: a number of days, or 2024-06-03..2024-06-07 parted by spaces",
            ),
        )
        .optional(),
    ],
    results: &[
        Column::text("first"),
        Column::text("nominal"),
        Column::text("next_working"),
        Column::text("provisional"),
        Column::text("count"),
        Column::number("amount"),
        Column::text("unit"),
        Column::text("basis"),
    ],
    keys: &["deadline.counting", "deadline.calendar", "deadline.week"],
    eval: day,
}];

/// Time taken out of a term.
enum Suspended {
    Days(u64),
    /// Sorted, without overlap, both ends out.
    Periods(Vec<(NaiveDate, NaiveDate)>),
}

impl Suspended {
    fn read(text: Option<&str>) -> Result<Self, EvalError> {
        let wrong = |reason: String| EvalError::argument("suspended", reason);
        let Some(text) = text else {
            return Ok(Self::Days(0));
        };
        if !text.contains("..") {
            let days = Decimal::parse(text).ok().and_then(whole);
            return days.map(Self::Days).ok_or_else(|| {
                wrong(format!(
                    "`{text}`: write a whole number of days or 2024-06-03..2024-06-07"
                ))
            });
        }
        let mut periods = Vec::new();
        for word in parts(text) {
            let (from, to) = word
                .split_once("..")
                .ok_or_else(|| wrong(format!("`{word}`: write 2024-06-03..2024-06-07")))?;
            let (from, to) = (date("suspended", from)?, date("suspended", to)?);
            if to < from {
                return Err(wrong(format!("{word} ends before it begins")));
            }
            periods.push((from, to));
        }
        periods.sort_unstable();
        let mut merged: Vec<(NaiveDate, NaiveDate)> = Vec::new();
        for (from, to) in periods {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Ok(Self::Periods(merged))
    }

    fn holds(&self, day: NaiveDate) -> bool {
        matches!(self, Self::Periods(p) if p.iter().any(|(a, b)| *a <= day && day <= *b))
    }

    /// The end of a term of natural days, moved by what was taken out of it.
    fn moved(&self, first: NaiveDate, end: NaiveDate) -> Result<NaiveDate, EvalError> {
        match self {
            Self::Days(n) => later(end, *n),
            Self::Periods(periods) => {
                let mut end = end;
                for (from, to) in periods {
                    let from = (*from).max(first);
                    if from <= end && from <= *to {
                        let length = (*to - from).num_days() + 1;
                        end = later(end, length.unsigned_abs())?;
                    }
                }
                Ok(end)
            }
        }
    }
}

pub(super) fn whole(d: Decimal) -> Option<u64> {
    d.at_scale(0).and_then(|n| u64::try_from(n).ok())
}

/// A term, from a rule or from the arguments.
struct Term<'a> {
    rule: Option<Rule<'a>>,
    amount: u64,
    unit: String,
    working: bool,
    first_counts: bool,
    rolls: bool,
    /// Counted backwards: the last day on which something may still be done before `start`.
    before: bool,
}

fn yes(word: &str, default: bool) -> bool {
    match word {
        "yes" => true,
        "no" => false,
        _ => default,
    }
}

fn term<'a>(c: &Context<'a>, args: &Args) -> Result<Term<'a>, EvalError> {
    let counting = c.law.at("deadline.counting", c.date, c.division)?;
    let default = |column: &str| yes(counting.table.text(0, column), false);
    let times = match args.number("extensions")? {
        None => 0,
        Some(d) => whole(d).ok_or_else(|| EvalError::argument("extensions", "must be 0, 1, 2, …"))?,
    };
    match (args.get("rule"), args.number("days")?) {
        (Some(name), None) => {
            let rule = Rule::find(c, name)?;
            if args.get("count").is_some() {
                return Err(EvalError::argument(
                    "count",
                    "the rule says how its days are counted: leave it out",
                ));
            }
            let number =
                |d: Decimal| whole(d).ok_or_else(|| EvalError::law(rule.law, format!("`{d}` is no whole number")));
            let allowed = rule.extend_max.map_or(Ok(0), number)?;
            if times > allowed {
                let reason = format!("{} allows {allowed} extension(s) / 最多延长{allowed}次", rule.basis());
                return Err(EvalError::argument("extensions", reason));
            }
            let extra = rule.extend.map_or(Ok(0), number)?.saturating_mul(times);
            let amount = number(rule.amount)?.saturating_add(extra);
            Ok(Term {
                amount,
                unit: rule.unit().to_string(),
                working: rule.text("count") == "working",
                first_counts: yes(rule.text("first_day"), default("first_day")),
                rolls: rule.text("roll") != "before" && yes(rule.text("roll"), default("roll")),
                before: rule.text("roll") == "before",
                rule: Some(rule),
            })
        }
        (None, Some(days)) => {
            if times > 0 {
                return Err(EvalError::argument(
                    "extensions",
                    "only a rule says how long an extension is",
                ));
            }
            let working = working_days(args)?;
            Ok(Term {
                rule: None,
                amount: whole(days).ok_or_else(|| EvalError::argument("days", "must be a whole number, 0 or more"))?,
                unit: "d".to_string(),
                working,
                first_counts: default("first_day"),
                rolls: default("roll"),
                before: false,
            })
        }
        (Some(_), Some(_)) => Err(EvalError::argument("days", "give either `rule` or `days`")),
        (None, None) => Err(EvalError::Missing("rule".to_string())),
    }
}

/// The last day before any move to a working day.
fn nominal(calendar: Calendar<'_>, t: &Term<'_>, start: NaiveDate, out: &Suspended) -> Result<NaiveDate, EvalError> {
    let first = if t.first_counts { start } else { later(start, 1)? };
    let months = |n: u64| {
        let n = u32::try_from(n).ok()?;
        start.checked_add_months(Months::new(n))
    };
    let too_long = || EvalError::argument("days", "the term lies beyond the calendar");
    if t.before {
        let (mut left, mut day) = (t.amount, start);
        while left > 0 {
            day = day.pred_opt().ok_or_else(too_long)?;
            left -= u64::from(!t.working || calendar.works(day)?);
        }
        return Ok(day);
    }
    match (t.unit.as_str(), t.working) {
        ("d", true) => {
            let extra = if let Suspended::Days(n) = out { *n } else { 0 };
            let (mut left, mut day) = (t.amount.saturating_add(extra), start);
            let mut next = first;
            while left > 0 {
                day = next;
                if calendar.works(day)? && !out.holds(day) {
                    left -= 1;
                }
                next = later(day, 1)?;
            }
            Ok(day)
        }
        ("d", false) => {
            let end = later(start, t.amount)?;
            let end = if t.first_counts && t.amount > 0 {
                end.pred_opt().unwrap_or(end)
            } else {
                end
            };
            out.moved(first, end)
        }
        ("month", _) => out.moved(first, months(t.amount).ok_or_else(too_long)?),
        ("a", _) => out.moved(first, months(t.amount.saturating_mul(12)).ok_or_else(too_long)?),
        (unit, _) => Err(EvalError::argument(
            "rule",
            format!("this term is counted in `{unit}`, from the moment itself: it has no last day"),
        )),
    }
}

fn day(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let start = date("start", args.text("start")?)?;
    let t = term(c, args)?;
    let out = Suspended::read(args.get("suspended"))?;
    let calendar = Calendar(c);
    let nominal = nominal(calendar, &t, start, &out)?;
    // Only a moved end needs the calendar of its year; without one the day is shown as provisional.
    let next = calendar.next_working(nominal);
    let provisional = t.rolls && next.is_err();
    let value = match &next {
        Ok(next) if t.rolls => *next,
        _ => nominal,
    };
    let count = if t.working { "working" } else { "natural" };
    let first = if t.first_counts || t.before {
        start
    } else {
        later(start, 1)?
    };
    let counting = c.law.at("deadline.counting", c.date, c.division)?;
    let mut e = Explanation::new("届满日", "Last day")
        .value(value)
        .formula(format!(
            "{start} {} {} {} ({count}) = {nominal} → {value}",
            if t.before { "-" } else { "+" },
            t.amount,
            t.unit
        ))
        .clause(counting.clause_ref());
    for clause in calendar.clauses(first.min(value), first.max(value)) {
        e = e.clause(clause);
    }
    if let Some(rule) = &t.rule {
        e = e.input(rule.explained());
    }
    if let (Err(reason), true) = (&next, provisional) {
        e = e.note(
            format!("暂定：{value}所在年份的节假日安排未录入，不能判断是否顺延"),
            format!("provisional: {reason}"),
        );
    }
    if let (Ok(next), false, false) = (&next, t.rolls, t.before)
        && *next != nominal
    {
        e = e.note(
            format!("{nominal}不是工作日；此期限从严不顺延，顺延则为{next}"),
            format!("{nominal} is no working day; this term is kept strictly, moved it would be {next}"),
        );
    }
    let basis = t.rule.as_ref().map(Rule::basis);
    Ok(Outcome {
        value: value.to_string().into(),
        columns: vec![
            ("first", first.to_string().into()),
            ("nominal", nominal.to_string().into()),
            (
                "next_working",
                next.ok().filter(|_| !t.before).map(|d| d.to_string()).into(),
            ),
            ("provisional", provisional.into()),
            ("count", count.into()),
            ("amount", i64::try_from(t.amount).ok().into()),
            ("unit", t.unit.as_str().into()),
            ("basis", basis.into()),
        ],
        explanation: e,
    })
}
