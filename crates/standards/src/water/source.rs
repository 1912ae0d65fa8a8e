//! Drinking-water sources: class III of table 1, and the single limits of tables 2 and 3.

use super::class::Class;
use super::judge::{BODY, Judge, MODE, body};
use super::section::Indicators;
use crate::cell::decimal;
use crate::reading::Reading;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "water.source",
    title: ("集中式饮用水水源地水质评价", "Evaluation of a drinking-water source"),
    args: &[
        Arg::text(
            "values",
            (
                "各项 名称=值，分号分隔，如 氨氮=0.4; 铁=0.2; 三氯甲烷=<0.001",
                "items as name=value parted by semicolons, by Chinese name, code or English name: iron=0.2; w24004=<0.001",
            ),
        ),
        BODY,
        MODE,
    ],
    results: &[
        Column::text("exceeding"),
        Column::text("not_judged"),
        Column::text("apart"),
        Column::number("table1"),
        Column::number("table2"),
        Column::number("table3"),
    ],
    keys: &[
        "water.source.limit",
        "water.source.basis",
        "water.limit",
        "water.item",
        "water.indicators",
    ],
    eval: source,
}];

/// What is found of all items.
#[derive(Default)]
struct Found {
    exceeding: Vec<String>,
    not_judged: Vec<String>,
    apart: Vec<String>,
    counts: [i64; 3],
}

fn find(p: &Provision, word: &str) -> Option<usize> {
    let wanted = word.to_lowercase();
    (0..p.table.rows.len()).find(|&r| {
        ["item", "code", "en"]
            .iter()
            .any(|c| p.table.text(r, c).to_lowercase() == wanted)
    })
}

fn source(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, args)?;
    let (body, rule) = (body(args)?, Indicators::at(c)?);
    let p = c.law.at("water.source.limit", c.date, c.division)?;
    let basis = c.law.at("water.source.basis", c.date, c.division)?;
    let class = Class::of_cell(basis, 0, "class")?;
    let mut f = Found::default();
    let mut e = Explanation::new("饮用水水源地水质", "Drinking-water source").clause(basis.clause_ref());
    let pairs = args
        .text("values")?
        .split([';', '；', '\n'])
        .map(str::trim)
        .filter(|t| !t.is_empty());
    let mut seen: Vec<&str> = Vec::new();
    for pair in pairs {
        let (name, text) = pair
            .split_once(['=', '＝'])
            .map(|(n, v)| (n.trim(), v.trim()))
            .ok_or_else(|| EvalError::argument("values", format!("`{pair}`: write name=value, parted by ;")))?;
        if seen.contains(&name) {
            return Err(EvalError::argument("values", format!("`{name}` is given twice")));
        }
        seen.push(name);
        let reading = super::read::reading(c, &Args::from_iter([(name, text)]), name)?;
        if let Some(row) = find(p, name) {
            let place = if p.table.text(row, "list") == "2" { 1 } else { 2 };
            let node = by_limit(p, row, reading, &rule, &mut f, place)?;
            e = e.input(node);
        } else if let Some(item) = judge.rules.item(name) {
            let r = judge.rules.rule(item);
            let Some(reading) = reading else {
                f.not_judged.push(r.zh.clone());
                continue;
            };
            let j = judge.one(item, body, reading)?;
            e = e.input(j.explanation.clone());
            let met = j.class.map(|k| k <= class).filter(|met| *met || !j.unsure);
            if !r.decides {
                let shown = j.class.map_or("-", Class::name);
                f.apart.push(format!("{}({shown})", r.zh));
            } else if let Some(met) = met {
                f.counts[0] += 1;
                if !met {
                    f.exceeding
                        .push(named(&r.zh, j.multiple(&judge.rules, body, class)?, &rule)?);
                }
            } else {
                f.not_judged.push(r.zh.clone());
            }
        } else {
            return Err(EvalError::argument(
                "values",
                format!(
                    "`{name}` is in none of the tables of {}: write the Chinese name, the code or the English name of the table / 不在表1～3中",
                    p.standard.number
                ),
            ));
        }
    }
    let judged: i64 = f.counts.iter().sum();
    let word = match (judged, f.exceeding.is_empty(), f.not_judged.is_empty()) {
        (_, false, _) => "不达标",
        (0, ..) | (_, true, false) => "",
        _ => "达标",
    };
    e = if word.is_empty() {
        e.note(
            "有项目不能判定，得不出达标的结论",
            "some items cannot be judged, so it cannot be said that all limits are met",
        )
    } else {
        e.value(word)
    };
    e = e.note(
        "只就所给项目而言；总氮、水温不参评，粪大肠菌群单列；表3的项目由主管部门选定",
        "said of the items given only; total nitrogen and temperature are left out, coliforms stand apart; the items of table 3 are chosen by the authority",
    );
    if let Some(m) = c.law.unrecorded("water.source.chosen", c.date, c.division) {
        e = e.note(
            format!("{}：{}", m.title.zh, m.why.zh),
            format!("{}: {}", m.title.en, m.why.en),
        );
    }
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("exceeding", f.exceeding.join("、").into()),
            ("not_judged", f.not_judged.join("、").into()),
            ("apart", f.apart.join("、").into()),
            ("table1", f.counts[0].into()),
            ("table2", f.counts[1].into()),
            ("table3", f.counts[2].into()),
        ],
        explanation: e,
    })
}

fn named(zh: &str, multiple: Option<Ratio>, rule: &Indicators<'_>) -> Result<String, EvalError> {
    Ok(match multiple {
        Some(m) => format!("{zh}({})", m.round(&rule.rounding)?),
        None => zh.to_string(),
    })
}

/// An item of table 2 or 3, compared as it is: no rule rounds these first.
fn by_limit(
    p: &Provision,
    row: usize,
    reading: Option<Reading>,
    rule: &Indicators<'_>,
    f: &mut Found,
    place: usize,
) -> Result<Explanation, EvalError> {
    let (zh, en) = (p.table.text(row, "item"), p.table.text(row, "en"));
    let limit = decimal(p, row, "limit")?;
    let mut e = Explanation::new(zh, en).unit("mg/L").clause(p.clause_ref_row(row));
    if p.table.text(row, "sum") == "yes" {
        let basis = p.table.text(row, "basis");
        e = e.note(format!("指{basis}之和"), format!("the sum of {basis}"));
    }
    let met: Option<(bool, Decimal)> = match reading {
        Some(Reading::Value(v)) => Some((v <= limit, v)),
        Some(Reading::Below(Some(l))) if l <= limit => Some((true, l)),
        _ => None,
    };
    let Some((met, v)) = met else {
        f.not_judged.push(zh.to_string());
        return Ok(e.note(
            "没有值，或检出限高于限值，不能判定",
            "no value, or a detection limit above the limit: cannot be judged",
        ));
    };
    f.counts[place] += 1;
    if !met {
        let exact = Ratio::from(v).sub(limit.into())?.div(limit.into())?;
        f.exceeding.push(named(zh, Some(exact), rule)?);
    }
    Ok(e.value(v)
        .formula(format!("{v} {} {limit}", if met { "≤" } else { ">" })))
}
