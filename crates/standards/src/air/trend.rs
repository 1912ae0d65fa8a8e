//! Change against the last period, and Spearman's rank correlation over years (HJ 663-2013 appendix B).

use crate::cell::rounding;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, rank};
use figure::{Decimal, Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.change_rate",
        title: ("变化率", "Rate of change"),
        args: &[
            Arg::number("this", "", ("本期", "this period")),
            Arg::number("last", "", ("上期", "last period")),
        ],
        results: &[Column::text("direction")],
        keys: &["air.ranking.change", "air.ratio.decimals"],
        eval: change,
    },
    Function {
        name: "air.trend",
        title: ("秩相关系数", "Rank correlation of a series of years"),
        args: &[Arg::text(
            "values",
            (
                "逐年的值，空格分隔，不缺",
                "the values year by year parted by spaces, none missing",
            ),
        )],
        results: &[Column::number("years")],
        keys: &["air.trend"],
        eval: trend,
    },
];

fn change(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (rule, decimals) = (
        c.law.at("air.ranking.change", c.date, c.division)?,
        c.law.at("air.ratio.decimals", c.date, c.division)?,
    );
    let (this, last) = (args.required_number("this")?, args.required_number("last")?);
    if last.is_zero() {
        return Err(EvalError::argument("last", "is zero: there is no rate of change"));
    }
    let exact = Ratio::from(this)
        .sub(last.into())?
        .div(last.into())?
        .mul(Ratio::from(100))?;
    let value = exact.round(&rounding(decimals, 0)?)?;
    let direction = match this.cmp(&last) {
        std::cmp::Ordering::Greater => "worse",
        std::cmp::Ordering::Less => "better",
        std::cmp::Ordering::Equal => "same",
    };
    let e = Explanation::new("变化率", "Rate of change")
        .value(value)
        .unit("%")
        .formula(format!(
            "({this} − {last}) ÷ {last} × 100 = {} → {value}",
            exact.shown(4)
        ))
        .clause(rule.clause_ref())
        .clause(decimals.clause_ref());
    Ok(Outcome {
        value: value.into(),
        columns: vec![("direction", direction.into())],
        explanation: e,
    })
}

fn trend(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("air.trend", c.date, c.division)?;
    let given = args.list("values")?;
    let missing = || {
        EvalError::argument(
            "values",
            "a year is missing: the ranks of the others would mean something else",
        )
    };
    let values: Vec<Decimal> = given.into_iter().collect::<Option<_>>().ok_or_else(missing)?;
    let n = values.len();
    if !(2..=1000).contains(&n) {
        return Err(EvalError::argument("values", "between 2 and 1000 years are needed"));
    }
    let (sum, exact) = rank::with_time(&values)?;
    let value = exact.round(&Rounding::gbt8170(3))?;
    let e = Explanation::new("秩相关系数", "Rank correlation")
        .value(value)
        .formula(format!("1 − 6 × {sum} ÷ ({n}³ − {n}) = {} → {value}", exact.shown(6)))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("years", Cell::from(values.len() as i64))],
        explanation: e,
    })
}
