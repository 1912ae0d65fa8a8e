//! Rivers, basins and areas: by the mean of few sections, by shares of classes of many.

use super::class::{Body, Class};
use super::judge::{BODY, Judge, MODE, body};
use super::mean::Means;
use super::read::readings;
use super::section::{ITEMS, Indicators, Order, Set, grade};
use super::shares::{Shares, by_shares};
use crate::list::parts;
use crate::reading::Reading;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio};
use std::cmp::Reverse;

const METHOD: Arg = Arg::text(
    "method",
    (
        "方法：auto按断面数（默认），mean均值，ratio比例",
        "method: auto by the number of sections (default), mean, ratio",
    ),
)
.optional();

const fn list_args() -> [Arg; 26] {
    let mut all = [BODY; 26];
    let mut i = 0;
    while i < ITEMS.len() {
        let (name, _, zh, en) = ITEMS[i];
        all[i] = Arg::text(name, (zh, en)).optional();
        i += 1;
    }
    all[i] = Arg::text(
        "body",
        (
            "水体：river河流（默认）或lake湖库；各断面不同时逐个写",
            "kind of water: river (default) or lake; one word a section where they differ",
        ),
    )
    .optional();
    all[i + 1] = MODE;
    all[i + 2] = METHOD;
    all
}
const ARGS: [Arg; 26] = list_args();

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "water.area",
    title: (
        "河流、流域、区域、湖库水质评价（各项为各断面的值，空格分隔，缺者写-）",
        "Evaluation of a river, basin, area or lake (each item: the values of its sections parted by spaces, - for a missing one)",
    ),
    args: &ARGS,
    results: &[
        Column::text("method"),
        Column::text("class"),
        Column::text("colour"),
        Column::text("classes"),
        Column::number("good_ratio"),
        Column::number("bad_ratio"),
        Column::text("indicators"),
        Column::number("judged"),
    ],
    keys: &[
        "water.limit",
        "water.item",
        "water.class_items",
        "water.decimals",
        "water.rounding",
        "water.mean",
        "water.ratio",
        "water.ratio.grade",
        "water.grade",
        "water.indicators",
        "water.lake.rule",
    ],
    eval: area,
}];

/// The values of one item at all sections.
type Lists = Vec<(&'static str, Vec<Option<Reading>>)>;

fn area(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, args)?;
    let mut lists: Lists = Vec::new();
    for (name, ..) in ITEMS {
        if let Some(values) = readings(c, args, name)? {
            lists.push((name, values));
        }
    }
    let n = lists.first().map_or(0, |(_, v)| v.len());
    if let Some((name, v)) = lists.iter().find(|(_, v)| v.len() != n) {
        let reason = format!(
            "has {} values, the first item has {n}: write - where a section has none",
            v.len()
        );
        return Err(EvalError::argument(name, reason));
    }
    if n == 0 {
        return Err(EvalError::argument(
            "codmn",
            "give at least one item, with one value for each section",
        ));
    }
    let bodies = bodies(args, n)?;
    let lakes = bodies.iter().all(|b| *b == Body::Lake);
    let shares = Shares::at(c)?;
    let by_mean = match args.get("method").unwrap_or("auto") {
        "mean" | "均值" => true,
        "ratio" | "比例" => false,
        "auto" => lakes || n < shares.from,
        other => {
            return Err(EvalError::argument(
                "method",
                format!("`{other}`: write auto, mean or ratio"),
            ));
        }
    };
    let mut sections = Vec::with_capacity(n);
    for (i, body) in bodies.iter().enumerate() {
        let mut items = Vec::new();
        for (name, values) in &lists {
            if let Some(Some(r)) = values.get(i) {
                items.push(judge.one(judge.item(name, name)?, *body, *r)?);
            }
        }
        sections.push(Set::new(&judge, items));
    }
    let classes: Vec<Option<Class>> = sections.iter().map(|s| s.class).collect();
    let rule = Indicators::at(c)?;
    let mut e = Explanation::new("水质评价", "Evaluation of the area").clause(judge.rules.item_clause.clone());
    let (grade_cell, class, colour, good, bad, indicators);
    if by_mean {
        let first = bodies.first().copied().unwrap_or(Body::River);
        if bodies.iter().any(|b| *b != first) {
            return Err(EvalError::argument(
                "body",
                "rivers and lakes have no common mean: use method=ratio",
            ));
        }
        let set = of_means(c, &judge, first, &lists)?;
        e = set
            .items
            .iter()
            .fold(e, |e, j| e.input(j.explanation.clone()))
            .clause(shares.p.clause_ref());
        if lakes {
            e = e.clause(c.law.at("water.lake.rule", c.date, c.division)?.clause_ref());
        }
        e = e.note("按各项目断面均值评价", "judged by the means over the sections");
        (grade_cell, colour) = match set.class {
            Some(k) => {
                let (p, row) = grade(c, k)?;
                e = e.value(p.table.text(row, "grade_zh")).clause(p.clause_ref());
                (
                    p.table.text(row, "grade_zh").into(),
                    p.table.text(row, "colour_zh").into(),
                )
            }
            None => (Cell::Missing, Cell::Missing),
        };
        class = set.class.map(Class::name).into();
        (good, bad) = (Cell::Missing, Cell::Missing);
        indicators = rule.of_section(&judge, first, &set)?;
    } else {
        let s = by_shares(&shares, shares.counts(&classes), e)?;
        e = sections
            .iter()
            .enumerate()
            .fold(s.explanation, |e, (i, set)| e.input(of_section(i + 1, set)));
        (grade_cell, colour, good, bad) = (s.grade, s.colour, s.good, s.bad);
        class = Cell::Missing;
        indicators = by_share_exceeding(&judge, &rule, &sections)?;
    }
    e = e.clause(rule.p.clause_ref());
    let shown: Vec<&str> = classes.iter().map(|k| k.map_or("-", Class::name)).collect();
    Ok(Outcome {
        value: grade_cell,
        columns: vec![
            ("method", if by_mean { "mean" } else { "ratio" }.into()),
            ("class", class),
            ("colour", colour),
            ("classes", shown.join(" ").into()),
            ("good_ratio", good),
            ("bad_ratio", bad),
            ("indicators", indicators.join("、").into()),
            ("judged", (classes.iter().flatten().count() as i64).into()),
        ],
        explanation: e,
    })
}

fn bodies(args: &Args, n: usize) -> Result<Vec<Body>, EvalError> {
    let words: Vec<&str> = args.get("body").map(|t| parts(t).collect()).unwrap_or_default();
    match words.len() {
        0 | 1 => Ok(vec![body(args)?; n]),
        k if k == n => words.into_iter().map(Body::by_word).collect(),
        k => Err(EvalError::argument(
            "body",
            format!("{k} words for {n} sections: write one, or one for each"),
        )),
    }
}

/// One section in the explanation of an area.
fn of_section(number: usize, set: &Set) -> Explanation {
    let e = Explanation::new(format!("断面{number}"), format!("section {number}"));
    let e = match set.class {
        Some(class) => e.value(class),
        None => e.note("没有可以判定的参评项目", "no item that decides could be judged"),
    };
    set.items.iter().fold(e, |e, j| e.input(j.explanation.clone()))
}

/// The set of the means over the sections.
fn of_means(c: &Context<'_>, judge: &Judge<'_>, body: Body, lists: &Lists) -> Result<Set, EvalError> {
    let means = Means::at(c)?;
    let mut items = Vec::new();
    for (name, values) in lists {
        let item = judge.item(name, name)?;
        let m = means.of(&judge.rules, item, values)?;
        let Some(exact) = m.exact else { continue };
        let value = judge.rules.judged_ratio(item, exact)?;
        let mut j = judge.one(item, body, Reading::Value(value))?;
        let formula = format!("({}) ÷ {} = {} → {value}", m.parts.join(" + "), m.n, exact.shown(6));
        j.explanation = j
            .explanation
            .clause(means.clause.clone())
            .note(format!("均值：{formula}"), format!("mean: {formula}"));
        items.push(j);
    }
    Ok(Set::new(judge, items))
}

/// For each item the share of sections worse than the base class; the largest first.
fn by_share_exceeding(judge: &Judge<'_>, rule: &Indicators<'_>, sections: &[Set]) -> Result<Vec<String>, EvalError> {
    let judged = sections.iter().filter(|s| s.class.is_some()).count() as i64;
    let mut rows = Vec::new();
    for (item, r) in judge.rules.items().filter(|(_, r)| r.decides) {
        let over = |s: &&Set| {
            s.deciding(judge)
                .any(|(j, k)| j.item == item && k > rule.base && !j.unsure)
        };
        let n = sections.iter().filter(over).count() as i64;
        if n > 0 {
            rows.push((&r.zh, Ratio::new(i128::from(n) * 100, i128::from(judged))?));
        }
    }
    rows.sort_by_key(|(_, share)| Reverse(Order(*share)));
    rows.truncate(rule.at_most);
    rows.into_iter()
        .map(|(zh, share)| Ok(format!("{zh}({}%)", share.round(&rule.rounding)?)))
        .collect()
}
