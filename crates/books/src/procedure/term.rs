//! The terms of a case: from which day, by which day, on what basis, and how they stand.

use super::case::{Case, Step};
use super::day::{Period, read};
use crate::pack::Procedure;
use crate::pack::procedure::Deadline;
use chrono::NaiveDate;
use figure::{Explanation, Text};
use law::Law;
use serde::Serialize;
use standards::{Args, Cell, Context, EvalError, Outcome};

/// How a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TermState {
    /// It runs.
    Running,
    /// Its clock stands still.
    Suspended,
    /// Its last day has passed and nothing was done.
    Missed,
    /// Done in time.
    Met,
    /// Done too late.
    Late,
    /// The case ended without it.
    Moot,
}

/// A term of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// Id of the deadline; of a recurring one with its period: `monthly@2024-05`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Day it runs from.
    pub from: NaiveDate,
    /// Last day; none if it cannot be said, with the reason in `why`.
    pub by: Option<NaiveDate>,
    /// How it stands.
    pub state: TermState,
    /// Day it was done.
    pub done: Option<NaiveDate>,
    /// Days left (negative: past), as the term counts them.
    pub days_left: Option<i64>,
    /// `working` or `natural`.
    pub count: String,
    /// `green`, `yellow`, `red` while it runs.
    pub light: Option<String>,
    /// Clause, or the field it was promised in.
    pub basis: String,
    /// The calendar of the year is not known: the day may move.
    pub provisional: bool,
    /// Times it was extended.
    pub extended: i64,
    /// Why the last day or the light cannot be said.
    pub why: Option<Text>,
    /// The tree under the last day.
    pub explanation: Option<Explanation>,
}

impl Term {
    /// Whether something must still be done.
    pub fn open(&self) -> bool {
        matches!(
            self.state,
            TermState::Running | TermState::Suspended | TermState::Missed
        )
    }
}

/// Calls a function of the standards by name.
pub(super) fn call(law: &Law, date: NaiveDate, division: &str, name: &str, args: &Args) -> Result<Outcome, EvalError> {
    let function = standards::find(name).ok_or_else(|| EvalError::Missing(name.into()))?;
    function.call(&Context { law, date, division }, args)
}

/// A result column as text.
pub(super) fn column(outcome: &Outcome, name: &str) -> String {
    outcome.column(name).to_string()
}

/// Every term that has begun to run, in the file's order; recurring ones period by period.
pub fn terms(procedure: &Procedure, case: &Case, law: &Law, today: NaiveDate) -> Vec<Term> {
    let ask = Ask {
        procedure,
        case,
        law,
        today,
    };
    procedure.deadlines.iter().flat_map(|d| ask.of(d)).collect()
}

struct Ask<'a> {
    procedure: &'a Procedure,
    case: &'a Case,
    law: &'a Law,
    today: NaiveDate,
}

impl Ask<'_> {
    fn of(&self, d: &Deadline) -> Vec<Term> {
        let begun = match d.from.is_empty() {
            true => self.case.steps.first(),
            false => self.case.steps.iter().rev().find(|s| d.from.contains(&s.id)),
        };
        let Some(begun) = begun else { return vec![] };
        if let (Some(every), Some(field)) = (d.every, &d.period) {
            return self.recurring(d, begun, every, field);
        }
        let done = self
            .case
            .steps
            .iter()
            .find(|s| s.no > begun.no && d.until.contains(&s.id));
        let done = done.map(|s| s.day);
        if let Some(field) = &d.field {
            let Some(by) = self.case.day(field) else { return vec![] };
            let mut term = self.blank(d, d.id.clone(), begun.day, done);
            term.by = Some(by);
            term.basis = self
                .procedure
                .field(field)
                .map_or_else(String::new, |f| f.title.zh.clone());
            self.judge(&mut term, begun.day);
            return vec![term];
        }
        let from = match &d.from_field {
            Some(field) => self.case.day(field),
            None => Some(begun.day),
        };
        let Some(from) = from else { return vec![] };
        let mut term = self.blank(d, d.id.clone(), from, done);
        let (out, still) = match d.runs {
            true => (vec![], false),
            false => self.case.suspended(self.procedure, self.today),
        };
        self.last_day(d, &mut term, &out);
        self.judge(&mut term, begun.day);
        if still && term.open() {
            term.state = TermState::Suspended;
            term.light = None;
        }
        vec![term]
    }

    /// One term a period, from the one the case began in; a period that the case did not live to the end of is none.
    fn recurring(&self, d: &Deadline, begun: &Step, every: crate::pack::procedure::Every, field: &str) -> Vec<Term> {
        let end = self.case.end_day(self.procedure);
        let mut list = Vec::new();
        let mut period = Period::of(every, begun.day);
        while period.first <= self.today && end.is_none_or(|e| period.last() < e) {
            let name = period.name();
            let done = self.case.steps.iter().find(|s| {
                d.until.contains(&s.id) && s.fields.get(field).and_then(|v| v.as_str()) == Some(name.as_str())
            });
            let mut term = self.blank(d, format!("{}@{name}", d.id), period.last(), done.map(|s| s.day));
            term.title = Text::new(format!("{}（{name}）", d.title.zh), format!("{} ({name})", d.title.en));
            self.last_day(d, &mut term, &[]);
            self.judge(&mut term, period.first);
            list.push(term);
            period = period.next();
        }
        list
    }

    fn blank(&self, d: &Deadline, id: String, from: NaiveDate, done: Option<NaiveDate>) -> Term {
        Term {
            id,
            title: d.title.text(),
            from,
            by: None,
            state: TermState::Running,
            done,
            days_left: None,
            count: "natural".into(),
            light: None,
            basis: String::new(),
            provisional: false,
            extended: self.case.extended(&d.id),
            why: None,
            explanation: None,
        }
    }

    /// Asks the law of the day the term began for its last day.
    fn last_day(&self, d: &Deadline, term: &mut Term, out: &[(NaiveDate, NaiveDate)]) {
        let mut args = Args::from_iter([
            ("start", term.from.to_string()),
            ("rule", d.rule.clone().unwrap_or_default()),
        ]);
        if term.extended > 0 {
            args.0.insert("extensions".into(), term.extended.to_string());
        }
        if !out.is_empty() {
            let stretches: Vec<String> = out.iter().map(|(a, b)| format!("{a}..{b}")).collect();
            args.0.insert("suspended".into(), stretches.join(" "));
        }
        match call(self.law, term.from, &self.case.six(), "deadline.day", &args) {
            Ok(outcome) => {
                term.by = read(&outcome.value.to_string());
                term.count = column(&outcome, "count");
                term.basis = column(&outcome, "basis");
                term.provisional = column(&outcome, "provisional") == "yes";
                term.explanation = Some(outcome.explanation);
            }
            Err(e) => term.why = Some(Text::new(format!("届满日算不出：{e}"), format!("no last day: {e}"))),
        }
    }

    /// State, days left and lamp. A lamp of a term counted backwards begins when it became known (`known`).
    fn judge(&self, term: &mut Term, known: NaiveDate) {
        let ended = self.case.ended(self.procedure);
        let Some(by) = term.by else {
            term.state = match (term.done, ended) {
                (Some(_), _) => TermState::Met,
                (None, true) => TermState::Moot,
                (None, false) => TermState::Running,
            };
            return;
        };
        term.state = match (term.done, ended) {
            (Some(done), _) if done <= by => TermState::Met,
            (Some(_), _) => TermState::Late,
            (None, true) => TermState::Moot,
            (None, false) if self.today > by => TermState::Missed,
            (None, false) => TermState::Running,
        };
        if !term.open() {
            return;
        }
        let start = if by < term.from { known } else { term.from };
        let args = Args::from_iter([
            ("start", start.min(self.today).min(by).to_string()),
            ("due", by.to_string()),
            ("today", self.today.to_string()),
            ("count", term.count.clone()),
        ]);
        match call(self.law, self.today, &self.case.six(), "deadline.lamp", &args) {
            Ok(outcome) => {
                term.light = Some(outcome.value.to_string());
                if let Cell::Number(left) = outcome.column("left") {
                    term.days_left = left.to_string().parse().ok();
                }
            }
            Err(e) => term.why = Some(Text::new(format!("灯号算不出：{e}"), format!("no light: {e}"))),
        }
    }
}
