//! Change between two periods, and the trend over several (Spearman's rank correlation).

use super::class::Class;
use super::judge::Judge;
use super::section::grade;
use crate::cell::{decimal, optional, rounding, whole};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, rank, real};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "water.change",
        title: ("两个时段的水质变化", "Change of water quality between two periods"),
        args: &[
            Arg::text(
                "before",
                (
                    "前一时段：断面写类别（如Ⅲ），区域写Ⅰ～Ⅲ类比例/劣Ⅴ类比例（如80.9/0.5）",
                    "earlier: a class such as III, or for an area share I-III/share worse than V such as 80.9/0.5",
                ),
            ),
            Arg::text("after", ("后一时段，同样写法", "later, written alike")),
        ],
        results: &[
            Column::number("x"),
            Column::number("dg"),
            Column::number("dd"),
            Column::number("steps"),
        ],
        keys: &[
            "water.change.section",
            "water.change.ratio",
            "water.grade",
            "water.classes",
        ],
        eval: change,
    },
    Function {
        name: "water.trend",
        title: (
            "多时段变化趋势（秩相关系数法）",
            "Trend over several periods (rank correlation)",
        ),
        args: &[
            Arg::text(
                "values",
                (
                    "逐时段的值，空格分隔，不缺，至少5个",
                    "the values period by period parted by spaces, none missing, five or more",
                ),
            ),
            Arg::text(
                "item",
                (
                    "项目，溶解氧（do）方向相反",
                    "item, do (dissolved oxygen) is better when rising",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("trend"),
            Column::text("quality"),
            Column::text("significance"),
            Column::number("n"),
            Column::number("wp_0_05"),
            Column::number("wp_0_01"),
            Column::text("ties"),
        ],
        keys: &["water.trend", "water.trend.critical"],
        eval: trend,
    },
];

/// `80.9/0.5`.
fn shares(argument: &str, text: &str) -> Result<Option<(Decimal, Decimal)>, EvalError> {
    let Some((good, bad)) = text.split_once(['/', '／']) else {
        return Ok(None);
    };
    let read = |t: &str| {
        Decimal::parse(t.trim_end_matches(['%', '％'])).map_err(|e| EvalError::argument(argument, e.to_string()))
    };
    let (good, bad) = (read(good)?, read(bad)?);
    let hundred = Decimal::from_int(100);
    if good.is_negative() || bad.is_negative() || good.add(bad)? > hundred {
        return Err(EvalError::argument(
            argument,
            format!("`{text}`: two shares in percent, together at most 100"),
        ));
    }
    Ok(Some((good, bad)))
}

fn change(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (before, after) = (args.text("before")?, args.text("after")?);
    match (shares("before", before)?, shares("after", after)?) {
        (Some(a), Some(b)) => of_shares(c, a, b),
        (None, None) => of_classes(c, before, after),
        _ => Err(EvalError::argument(
            "after",
            "write both as classes or both as share/share",
        )),
    }
}

fn of_shares(c: &Context<'_>, a: (Decimal, Decimal), b: (Decimal, Decimal)) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.change.ratio", c.date, c.division)?;
    let (dg, dd) = (b.0.sub(a.0)?, b.1.sub(a.1)?);
    let x = dg.sub(dd)?;
    let mut word = "";
    for r in 0..p.table.rows.len() {
        let (above, to) = (optional(p, r, "above")?, optional(p, r, "to")?);
        if above.is_none_or(|l| x.abs() > l) && to.is_none_or(|h| x.abs() <= h) {
            word = p.table.text(
                r,
                if x.is_negative() {
                    "word_worse_zh"
                } else {
                    "word_better_zh"
                },
            );
            break;
        }
    }
    let e = Explanation::new("水质变化", "Change of water quality")
        .value(word)
        .formula(format!(
            "({} − {}) − ({} − {}) = {dg} − ({dd}) = {x}",
            b.0, a.0, b.1, a.1
        ))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("x", x.into()),
            ("dg", dg.into()),
            ("dd", dd.into()),
            ("steps", Cell::Missing),
        ],
        explanation: e,
    })
}

fn of_classes(c: &Context<'_>, before: &str, after: &str) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, &Args::default())?;
    let p = c.law.at("water.change.section", c.date, c.division)?;
    let step = |argument: &str, text: &str| -> Result<(Class, i64, String), EvalError> {
        let class = judge.class_word(argument, text)?;
        let (grades, row) = grade(c, class)?;
        Ok((
            class,
            whole(grades, row, "step")?,
            grades.table.text(row, "grade_zh").to_string(),
        ))
    };
    let (a, b) = (step("before", before)?, step("after", after)?);
    let steps = a.1 - b.1;
    // The table ends at "two or more".
    let mut row = None;
    for r in 0..p.table.rows.len() {
        let at: i64 = whole(p, r, "steps_better")?;
        let nearer = |best: i64| at.signum() == steps.signum() && at.abs() <= steps.abs() && at.abs() >= best.abs();
        if nearer(row.map_or(0, |(_, best)| best)) {
            row = Some((r, at));
        }
    }
    let word = row.map_or("", |(r, _)| p.table.text(r, "word_zh"));
    let e = Explanation::new("断面水质变化", "Change of a section")
        .value(word)
        .formula(format!("{}（{}） → {}（{}）", a.0, a.2, b.0, b.2))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("x", Cell::Missing),
            ("dg", Cell::Missing),
            ("dd", Cell::Missing),
            ("steps", steps.into()),
        ],
        explanation: e,
    })
}

/// The rank correlation with time; none if all values are equal.
fn correlation(values: &[Decimal], ties: bool) -> Result<Option<Ratio>, EvalError> {
    if !ties {
        return Ok(Some(rank::with_time(values)?.1));
    }
    let (n, ranks) = (values.len() as i128, rank::doubled(values));
    // Twice the mean rank is n + 1; the deviations below are twice as large as well.
    let (mut xy, mut xx, mut yy) = (0i128, 0i128, 0i128);
    for (r, t) in ranks.iter().zip(1i128..) {
        let (x, y) = (r - (n + 1), 2 * t - (n + 1));
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    if xx == 0 {
        return Ok(None);
    }
    let root = real::sqrt(Ratio::new(xx * yy, 1)?)?;
    Ok(Some(Ratio::new(xy, 1)?.div(root.into())?))
}

fn trend(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.trend", c.date, c.division)?;
    let table = c.law.at("water.trend.critical", c.date, c.division)?;
    let missing = || {
        EvalError::argument(
            "values",
            "a period is missing: the ranks of the others would mean something else",
        )
    };
    let values: Vec<Decimal> = args
        .list("values")?
        .into_iter()
        .collect::<Option<_>>()
        .ok_or_else(missing)?;
    let least: usize = whole(p, 0, "least")?;
    if values.len() < least || values.len() > 1000 {
        let reason = format!(
            "{} periods; between {least} and 1000 are needed ({})",
            values.len(),
            p.clause
        );
        return Err(EvalError::argument("values", reason));
    }
    let ties = values.iter().enumerate().any(|(i, v)| values[..i].contains(v));
    let r = correlation(&values, ties)?;
    let mut row = None;
    for i in 0..table.table.rows.len() {
        let n: usize = whole(table, i, "n")?;
        if n <= values.len() {
            row = Some(i);
        }
    }
    let row = row.ok_or_else(|| EvalError::law(table, "no critical value for so few periods"))?;
    let (w5, w1) = (decimal(table, row, "wp_0.05")?, decimal(table, row, "wp_0.01")?);
    let exceeds = |w: Decimal| r.is_some_and(|r| r.abs() > w.into());
    let significance = match (exceeds(w1), exceeds(w5)) {
        (true, _) => "0.01",
        (_, true) => "0.05",
        _ => "no",
    };
    let rising = r.is_some_and(|r| r > Ratio::ZERO);
    let reversed = match args.get("item") {
        Some(word) => {
            let judge = Judge::new(c, &Args::default())?;
            let item = judge.item("item", word)?;
            judge.rules.rule(item).name == p.table.text(0, "larger_is_better")
        }
        None => false,
    };
    let (word, quality) = match (significance, rising, rising == reversed) {
        ("no", ..) => ("无显著变化", "stable"),
        (_, true, better) => ("显著上升", if better { "better" } else { "worse" }),
        (_, false, better) => ("显著下降", if better { "better" } else { "worse" }),
    };
    let mut e = Explanation::new("秩相关系数", "Rank correlation")
        .clause(p.clause_ref())
        .clause(table.clause_ref())
        .note(&p.note.zh, &p.note.en)
        .note(
            format!("{word}（临界值{w5}、{w1}）"),
            format!("significance: {significance} (critical values {w5}, {w1})"),
        );
    let value = r
        .map(|r| r.round(&rounding(p, 0)?).map_err(EvalError::from))
        .transpose()?;
    match (value, r) {
        (Some(v), Some(r)) => e = e.value(v).formula(format!("r = {} → {v}", r.shown(6))),
        _ => e = e.note("各时段的值都相同", "all values are equal: there is no correlation"),
    }
    if ties {
        e = e.note("有并列值，用平均秩", "there are ties: mean ranks are used");
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("trend", word.into()),
            ("quality", quality.into()),
            ("significance", significance.into()),
            ("n", (values.len() as i64).into()),
            ("wp_0_05", w5.into()),
            ("wp_0_01", w1.into()),
            ("ties", ties.into()),
        ],
        explanation: e,
    })
}
