//! Means over time or over sections: pH by its hydrogen ions, half the limit where nothing was detected.

use super::judge::{Judge, MODE};
use super::read::readings;
use super::rules::{Item, Rules};
use crate::cell::{decimal, whole};
use crate::reading::Reading;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "water.mean",
    title: ("时段（或断面）均值", "Mean over a period or over sections"),
    args: &[
        Arg::text(
            "item",
            (
                "项目：名称、代码或ph do codmn cod bod5 nh3n tp tn等",
                "item: ph do codmn cod bod5 nh3n tp tn and others, or its name or code",
            ),
        ),
        Arg::text(
            "values",
            (
                "各次的值，空格分隔；缺测写-，未检出写<检出限",
                "the values parted by spaces; - for a missing one, <limit for not detected",
            ),
        ),
        Arg::text(
            "period",
            (
                "时段：week tenday month quarter year，给出时检查次数",
                "period: week tenday month quarter year, to check the number of values",
            ),
        )
        .optional(),
        MODE,
    ],
    results: &[
        Column::text("exact"),
        Column::number("n"),
        Column::number("below"),
        Column::number("dropped"),
        Column::number("needed"),
        Column::text("enough"),
    ],
    keys: &["water.mean", "water.decimals", "water.rounding", "water.period"],
    eval: mean,
}];

/// The rules for means.
pub(super) struct Means {
    logarithmic: String,
    drop_up_to: Decimal,
    below: Ratio,
    pub clause: figure::Clause,
}

/// A mean with what went into it.
#[derive(Debug, Clone, Default)]
pub(super) struct Mean {
    pub exact: Option<Ratio>,
    pub n: i64,
    pub below: i64,
    pub dropped: i64,
    pub parts: Vec<String>,
}

impl Means {
    pub fn at(c: &Context<'_>) -> Result<Self, EvalError> {
        let p = c.law.at("water.mean", c.date, c.division)?;
        let (n, d) = (decimal(p, 0, "below_numerator")?, decimal(p, 0, "below_denominator")?);
        Ok(Self {
            logarithmic: p.table.text(0, "logarithmic").to_string(),
            drop_up_to: decimal(p, 0, "drop_up_to")?,
            below: Ratio::from(n).div(d.into())?,
            clause: p.clause_ref(),
        })
    }

    /// The value a reading stands for in a sum; none if its detection limit is not known.
    pub fn counted(&self, reading: Reading) -> Result<Option<Ratio>, EvalError> {
        Ok(match reading {
            Reading::Value(v) => Some(v.into()),
            Reading::Below(None) => None,
            Reading::Below(Some(limit)) => Some(Ratio::from(limit).mul(self.below)?),
        })
    }

    pub fn of(&self, rules: &Rules, item: Item, values: &[Option<Reading>]) -> Result<Mean, EvalError> {
        let rule = rules.rule(item);
        let logarithmic = rule.name == self.logarithmic;
        let (mut m, mut sum) = (Mean::default(), Ratio::ZERO);
        for reading in values.iter().flatten() {
            if let Reading::Value(v) = reading
                && *v <= self.drop_up_to
            {
                m.dropped += 1;
                continue;
            }
            if let (Reading::Value(v), Some((low, high, clause))) = (reading, &rule.range) {
                crate::reading::within(&rule.name, *v, *low, *high, &clause.standard)?;
            }
            let Some(x) = self.counted(*reading)? else {
                return Err(EvalError::argument(
                    &rule.name,
                    "a value was not detected but its detection limit is not given: write <limit / 未检出须写明检出限",
                ));
            };
            m.n += 1;
            m.below += i64::from(matches!(reading, Reading::Below(_)));
            m.parts.push(x.shown(6));
            let term = if logarithmic {
                real::pow(Decimal::from_int(10), Ratio::ZERO.sub(x)?)?.into()
            } else {
                x
            };
            sum = sum.add(term)?;
        }
        if m.n > 0 {
            let mean = sum.div(Ratio::from(m.n))?;
            m.exact = Some(if logarithmic {
                Ratio::ZERO.sub(real::log10(mean)?.into())?
            } else {
                mean
            });
        }
        Ok(m)
    }
}

fn mean(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, args)?;
    let item = judge.item("item", args.text("item")?)?;
    let values = readings(c, args, "values")?.unwrap_or_default();
    let means = Means::at(c)?;
    let m = means.of(&judge.rules, item, &values)?;
    let (mut needed, mut enough) = (None, None);
    let rule = judge.rules.rule(item);
    let mut e =
        Explanation::new(format!("{}均值", rule.zh), format!("Mean of {}", rule.en)).clause(means.clause.clone());
    if let Some(period) = args.get("period") {
        let p = c.law.at("water.period", c.date, c.division)?;
        let row = p.table.find(&[("period", period)]).ok_or_else(|| {
            let known: Vec<&str> = (0..p.table.rows.len()).map(|r| p.table.text(r, "period")).collect();
            EvalError::argument("period", format!("`{period}`: write one of {}", known.join(" ")))
        })?;
        let least: i64 = whole(p, row, "least")?;
        (needed, enough) = (Some(least), Some(m.n >= least));
        e = e.clause(p.clause_ref());
        if m.n < least {
            e = e.note(
                format!("只有{}个值，少于{least}个，没有代表性", m.n),
                format!("{} values are fewer than the {least} the period needs", m.n),
            );
        }
    }
    let value = match m.exact.filter(|_| enough != Some(false)) {
        Some(exact) if judge.rounded => Some(judge.rules.judged_ratio(item, exact)?),
        Some(exact) => exact.to_decimal().or(Some(real_shown(exact)?)),
        None => None,
    };
    if let (true, Ok(d)) = (judge.rounded, &judge.rules.decimals) {
        e = d.clauses.iter().fold(e, |e, clause| e.clause(clause.clone()));
    }
    if let (Some(v), Some(exact)) = (value, m.exact) {
        let how = match rule.name == means.logarithmic {
            true => format!(
                "−lg(({}) ÷ {})",
                m.parts
                    .iter()
                    .map(|p| format!("10^−{p}"))
                    .collect::<Vec<_>>()
                    .join(" + "),
                m.n
            ),
            false => format!("({}) ÷ {}", m.parts.join(" + "), m.n),
        };
        e = e.value(v).formula(format!("{how} = {} → {v}", exact.shown(6)));
    } else if m.n == 0 {
        e = e.note("没有有效值", "there is no valid value");
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("exact", m.exact.map(|x| x.shown(6)).into()),
            ("n", m.n.into()),
            ("below", m.below.into()),
            ("dropped", m.dropped.into()),
            ("needed", needed.into()),
            ("enough", enough.map(|b| super::judge::met(Some(b))).into()),
        ],
        explanation: e,
    })
}

/// A mean that does not end, with the digits a real number is kept with.
fn real_shown(x: Ratio) -> Result<Decimal, EvalError> {
    Ok(x.round(&figure::Rounding::gbt8170(10))?.normalized())
}
