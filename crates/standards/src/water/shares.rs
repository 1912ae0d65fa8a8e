//! Shares of classes over sections, and the grade they give.

use super::class::Class;
use super::judge::Judge;
use super::read::count;
use crate::cell::{optional, rounding, whole};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio, Rounding};
use law::Provision;

// The classes of the sections, or how many there are of them.
pub(super) const CLASSES: Arg = Arg::text(
    "classes",
    (
        "各断面类别，空格分隔，无数据写-",
        "class of each section parted by spaces, - for no data",
    ),
)
.optional();
pub(super) const TOTAL: Arg = Arg::number("total", "1", ("或：参评断面数", "or: sections judged")).optional();
pub(super) const GOOD: Arg = Arg::number("good", "1", ("Ⅰ～Ⅲ类断面数", "sections at I to III")).optional();
pub(super) const BAD: Arg = Arg::number("bad", "1", ("劣Ⅴ类断面数", "sections worse than V")).optional();

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "water.grade",
    title: ("断面类别比例与定性评价", "Shares of classes, and the grade they give"),
    args: &[CLASSES, TOTAL, GOOD, BAD],
    results: &[
        Column::number("good_ratio"),
        Column::number("bad_ratio"),
        Column::text("colour"),
        Column::number("judged"),
        Column::number("missing"),
    ],
    keys: &["water.ratio", "water.ratio.grade", "water.classes"],
    eval: by_classes,
}];

/// The rules for shares of classes.
pub(super) struct Shares<'a> {
    pub p: &'a Provision,
    grades: &'a Provision,
    pub good: Class,
    pub bad: Class,
    pub from: usize,
    pub rounding: Rounding,
}

/// Sections by class.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub judged: i64,
    pub good: i64,
    pub bad: i64,
    pub missing: i64,
}

impl Counts {
    pub fn percent(self, part: i64) -> Result<Ratio, EvalError> {
        Ok(Ratio::new(i128::from(part) * 100, i128::from(self.judged))?)
    }
}

impl<'a> Shares<'a> {
    pub fn at(c: &Context<'a>) -> Result<Self, EvalError> {
        let p = c.law.at("water.ratio", c.date, c.division)?;
        Ok(Self {
            p,
            grades: c.law.at("water.ratio.grade", c.date, c.division)?,
            good: Class::of_cell(p, 0, "good_class")?,
            bad: Class::of_cell(p, 0, "bad_class")?,
            from: whole(p, 0, "ratio_from")?,
            rounding: rounding(p, 0)?,
        })
    }

    pub fn counts(&self, classes: &[Option<Class>]) -> Counts {
        let number = |f: &dyn Fn(Class) -> bool| classes.iter().flatten().filter(|c| f(**c)).count() as i64;
        Counts {
            judged: number(&|_| true),
            good: number(&|c| c <= self.good),
            bad: number(&|c| c >= self.bad),
            missing: classes.iter().filter(|c| c.is_none()).count() as i64,
        }
    }

    /// The row of the grade, tested from the top with the exact shares.
    pub fn row(&self, n: Counts) -> Result<Option<usize>, EvalError> {
        let (good, bad) = (n.percent(n.good)?, n.percent(n.bad)?);
        for r in 0..self.grades.table.rows.len() {
            let within = |x: Ratio, from: &str, below: &str| -> Result<bool, EvalError> {
                let (low, high) = (optional(self.grades, r, from)?, optional(self.grades, r, below)?);
                Ok(low.is_none_or(|l| x >= l.into()) && high.is_none_or(|h| x < h.into()))
            };
            if within(good, "good_from", "good_below")? && within(bad, "bad_from", "bad_below")? {
                return Ok(Some(r));
            }
        }
        Ok(None)
    }
}

/// What the share method says: grade, shares, colour.
pub(super) struct ByShares {
    pub grade: Cell,
    pub colour: Cell,
    pub good: Cell,
    pub bad: Cell,
    pub explanation: Explanation,
}

/// Shares and grade of counted sections.
pub(super) fn by_shares(shares: &Shares<'_>, n: Counts, e: Explanation) -> Result<ByShares, EvalError> {
    let mut e = e.clause(shares.p.clause_ref());
    if n.judged == 0 {
        let e = e.note("没有参评断面", "no section was judged");
        return Ok(ByShares {
            grade: Cell::Missing,
            colour: Cell::Missing,
            good: Cell::Missing,
            bad: Cell::Missing,
            explanation: e,
        });
    }
    let (good, bad) = (n.percent(n.good)?, n.percent(n.bad)?);
    let (shown_good, shown_bad) = (good.round(&shares.rounding)?, bad.round(&shares.rounding)?);
    e = e
        .input(
            Explanation::new("Ⅰ～Ⅲ类比例", "Share of classes I to III")
                .value(shown_good)
                .unit("%")
                .formula(format!(
                    "{} ÷ {} × 100 = {} → {shown_good}",
                    n.good,
                    n.judged,
                    good.shown(4)
                )),
        )
        .input(
            Explanation::new("劣Ⅴ类比例", "Share worse than class V")
                .value(shown_bad)
                .unit("%")
                .formula(format!(
                    "{} ÷ {} × 100 = {} → {shown_bad}",
                    n.bad,
                    n.judged,
                    bad.shown(4)
                )),
        );
    let row = shares.row(n)?;
    let text = |column: &str| row.map_or("", |r| shares.grades.table.text(r, column));
    match row {
        Some(r) => {
            let clause = shares.grades.clause_ref_row(r);
            if clause.certainty == figure::Certainty::Uncertain {
                e = e.note(&shares.grades.note.zh, &shares.grades.note.en);
            }
            e = e.value(text("grade_zh")).clause(clause);
        }
        None => e = e.note("没有一行适用", "no row of the table fits"),
    }
    Ok(ByShares {
        grade: text("grade_zh").into(),
        colour: text("colour_zh").into(),
        good: shown_good.into(),
        bad: shown_bad.into(),
        explanation: e,
    })
}

fn by_classes(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let shares = Shares::at(c)?;
    let n = counted(c, args, &shares, true)?;
    let e = Explanation::new("定性评价", "Qualitative grade");
    let mut s = by_shares(&shares, n, e)?;
    if n.judged > 0 && n.judged < shares.from as i64 {
        s.grade = Cell::Missing;
        s.colour = Cell::Missing;
        s.explanation.value = None;
        s.explanation = s.explanation.note(
            format!(
                "断面少于{}个，用各项目断面均值评价（water.area），不用比例法",
                shares.from
            ),
            format!(
                "fewer than {} sections are judged by their means (water.area), not by shares",
                shares.from
            ),
        );
    }
    Ok(Outcome {
        value: s.grade,
        columns: vec![
            ("good_ratio", s.good),
            ("bad_ratio", s.bad),
            ("colour", s.colour),
            ("judged", n.judged.into()),
            ("missing", n.missing.into()),
        ],
        explanation: s.explanation,
    })
}

/// Counts from a list of classes, or as given.
pub(super) fn counted(c: &Context<'_>, args: &Args, shares: &Shares<'_>, bad: bool) -> Result<Counts, EvalError> {
    if let Some(list) = args.get("classes") {
        if args.get("total").is_some() {
            return Err(EvalError::argument(
                "classes",
                "give either `classes` or the counts, not both",
            ));
        }
        let judge = Judge::new(c, &Args::default())?;
        return Ok(shares.counts(&judge.classes("classes", list)?));
    }
    let need = |name: &str| count(args, name)?.ok_or_else(|| EvalError::Missing(name.to_string()));
    let (judged, good) = (need("total")?, need("good")?);
    let worst = if bad {
        need("bad")?
    } else {
        count(args, "bad")?.unwrap_or(0)
    };
    if good + worst > judged {
        return Err(EvalError::argument(
            "good",
            format!("{good} and {worst} are more than the {judged} sections judged"),
        ));
    }
    Ok(Counts {
        judged,
        good,
        bad: worst,
        missing: 0,
    })
}
