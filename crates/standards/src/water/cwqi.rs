//! The city water quality index and the ranking of cities.

use super::class::{Body, Class};
use super::judge::{BODY, Judge, body};
use super::mean::Means;
use super::read::{count, reading};
use super::rules::Item;
use super::section::{ITEMS, Order};
use crate::air::Ranking;
use crate::cell::{decimal, rounding, whole};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Clause, Decimal, Explanation, Ratio, Rounding};

const fn args() -> [Arg; 22] {
    let mut all = [BODY; 22];
    let (mut i, mut n) = (0, 0);
    while i < ITEMS.len() {
        let (name, unit, zh, en) = ITEMS[i];
        // Total nitrogen and coliforms are no items of the index; they stand at known places.
        if !matches!(name.as_bytes(), b"tn" | b"coliform") {
            all[n] = Arg::number(name, unit, (zh, en)).optional();
            n += 1;
        }
        i += 1;
    }
    all
}
const ARGS: [Arg; 22] = args();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "water.cwqi",
        title: (
            "水质指数CWQI（各项为全市河流断面或湖库点位的均值）",
            "CWQI of the means over a city's river sections or lake points",
        ),
        args: &ARGS,
        results: &[Column::text("largest"), Column::text("parts")],
        keys: &["water.cwqi", "water.limit", "water.class_items", "water.mean"],
        eval: cwqi,
    },
    Function {
        name: "water.cwqi.city",
        title: ("城市水质指数及变化程度", "CWQI of a city, and its change"),
        args: &[
            Arg::number("river", "1", ("河流CWQI", "CWQI of the rivers")).optional(),
            Arg::number("sections", "1", ("河流断面数", "river sections")).optional(),
            Arg::number("lake", "1", ("湖库CWQI", "CWQI of the lakes")).optional(),
            Arg::number("points", "1", ("湖库点位数", "lake points")).optional(),
            Arg::number("last", "1", ("上期城市CWQI", "CWQI of the city in the earlier period")).optional(),
        ],
        results: &[Column::number("change"), Column::text("direction")],
        keys: &["water.cwqi.city"],
        eval: city,
    },
    Function {
        name: "water.cwqi.rank",
        title: ("城市水质排名", "Ranks of cities"),
        args: &[Arg::text(
            "values",
            (
                "各城市的CWQI或变化程度，空格分隔，缺者写-",
                "CWQI or change of each city parted by spaces, - for a missing one",
            ),
        )],
        results: &[Column::number("ranked")],
        keys: &["water.cwqi.city"],
        eval: rank,
    },
];

/// One item's share of the index: exact, how it was formed, and on which clauses.
struct Single {
    index: Ratio,
    formula: String,
    clauses: Vec<Clause>,
}

fn single(
    judge: &Judge<'_>,
    item: Item,
    body: Body,
    base: Class,
    neutral: Ratio,
    x: Ratio,
) -> Result<Single, EvalError> {
    let limits = judge.rules.limits(item, body, base);
    let rule = judge.rules.rule(item);
    let (index, formula) = match limits.as_slice() {
        [l] if l.at_least => {
            if x.num() <= 0 {
                return Err(EvalError::argument(
                    &rule.name,
                    "is 0: its index, limit ÷ value, has no value",
                ));
            }
            (Ratio::from(l.value).div(x)?, format!("{} ÷ {}", l.value, x.shown(6)))
        }
        [l] => (x.div(l.value.into())?, format!("{} ÷ {}", x.shown(8), l.value)),
        [low, high] => {
            let end = if x <= neutral { low.value } else { high.value };
            let index = neutral.sub(x)?.div(neutral.sub(end.into())?)?;
            (index, format!("({neutral} − {}) ÷ ({neutral} − {end})", x.shown(4)))
        }
        _ => {
            return Err(EvalError::argument(
                &rule.name,
                "has no limit the index could be formed with",
            ));
        }
    };
    Ok(Single {
        index,
        formula,
        clauses: limits.into_iter().map(|l| l.clause).collect(),
    })
}

fn cwqi(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.cwqi", c.date, c.division)?;
    let judge = Judge::new(c, &Args::default())?;
    let (body, means) = (body(args)?, Means::at(c)?);
    let (base, neutral) = (
        Class::of_cell(p, 0, "base_class")?,
        Ratio::from(decimal(p, 0, "neutral")?),
    );
    let mut parts = Vec::new();
    let mut absent = Vec::new();
    for (item, rule) in judge.rules.items().filter(|(_, r)| r.decides) {
        let Some(given) = reading(c, args, &rule.name)? else {
            absent.push(rule.name.clone());
            continue;
        };
        judge.one(item, body, given)?; // refuses what lies outside the range of the item
        let Some(x) = means.counted(given)? else {
            return Err(EvalError::argument(
                &rule.name,
                "was not detected: write the detection limit as <limit",
            ));
        };
        parts.push((rule, single(&judge, item, body, base, neutral, x)?));
    }
    if let Some(gaps) = c.law.unrecorded("water.cwqi.gaps", c.date, c.division)
        && let Some(first) = absent.first()
    {
        let reason = format!(
            "the index is the sum of all items and {} are missing; {} / 缺项不能略去：{}",
            absent.join(" "),
            gaps.why.en,
            gaps.why.zh
        );
        return Err(EvalError::argument(first, reason));
    } else if let Some(first) = absent.into_iter().next() {
        return Err(EvalError::Missing(first));
    }
    let mut sum = Ratio::ZERO;
    for (_, one) in &parts {
        sum = sum.add(one.index)?;
    }
    let value = sum.round(&rounding(p, 0)?)?;
    let largest = parts
        .iter()
        .max_by_key(|(_, one)| Order(one.index))
        .map(|(r, _)| r.zh.clone());
    let mut e = Explanation::new("水质指数CWQI", "CWQI")
        .value(value)
        .formula(format!("Σ = {} → {value}", sum.shown(6)))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    let mut shown = Vec::new();
    for (rule, one) in &parts {
        let digits = one.index.round(&Rounding::gbt8170(whole(p, 0, "decimals")?))?;
        shown.push(format!("{} {digits}", rule.name));
        let node = Explanation::new(&rule.zh, &rule.en)
            .value(digits)
            .formula(format!("{} → {digits}", one.formula));
        e = e.input(one.clauses.iter().fold(node, |n, clause| n.clause(clause.clone())));
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("largest", largest.into()), ("parts", shown.join("; ").into())],
        explanation: e,
    })
}

fn city(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.cwqi.city", c.date, c.division)?;
    let mut parts = Vec::new();
    for (index, weight) in [("river", "sections"), ("lake", "points")] {
        match (args.number(index)?, count(args, weight)?) {
            (Some(v), _) if v.is_negative() => {
                return Err(EvalError::argument(index, format!("{v}: an index is 0 or more")));
            }
            (Some(v), Some(n)) if n > 0 => parts.push((v, n)),
            (Some(_), None) => parts.push((args.required_number(index)?, 0)),
            (Some(_), Some(_)) => return Err(EvalError::argument(weight, "is 0 although there is an index")),
            (None, Some(n)) if n > 0 => return Err(EvalError::Missing(index.to_string())),
            (None, _) => {}
        }
    }
    let exact = match parts.as_slice() {
        [] => return Err(EvalError::Missing("river".to_string())),
        [(v, _)] => Ratio::from(*v),
        many if many.iter().any(|(_, n)| *n == 0) => return Err(EvalError::Missing("sections".to_string())),
        many => {
            let (mut sum, mut n) = (Ratio::ZERO, 0);
            for (v, k) in many {
                sum = sum.add(Ratio::from(*v).mul(Ratio::from(*k))?)?;
                n += k;
            }
            sum.div(Ratio::from(n))?
        }
    };
    let value = exact.round(&rounding(p, 0)?)?;
    let shown: Vec<String> = parts.iter().map(|(v, n)| format!("{v} × {n}")).collect();
    let mut e = Explanation::new("城市水质指数", "CWQI of the city")
        .value(value)
        .formula(format!("({}) ÷ Σ = {} → {value}", shown.join(" + "), exact.shown(6)))
        .clause(p.clause_ref());
    let (mut change, mut direction) = (None, "");
    if let Some(last) = args.number("last")? {
        if last.is_zero() || last.is_negative() {
            return Err(EvalError::argument(
                "last",
                format!("{last}: the earlier index must be above 0"),
            ));
        }
        // Of the published index, as the ranking compares it.
        let exact = Ratio::from(value)
            .sub(last.into())?
            .div(last.into())?
            .mul(Ratio::from(100))?;
        let digits = Rounding {
            interval: figure::Interval::Decimals(whole(p, 0, "change_decimals")?),
            ..rounding(p, 0)?
        };
        let v = exact.round(&digits)?;
        e = e.input(
            Explanation::new("变化程度", "Change")
                .value(v)
                .unit("%")
                .formula(format!("({value} − {last}) ÷ {last} × 100 = {} → {v}", exact.shown(4))),
        );
        direction = match value.cmp(&last) {
            std::cmp::Ordering::Less => "better",
            std::cmp::Ordering::Equal => "same",
            std::cmp::Ordering::Greater => "worse",
        };
        change = Some(v);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("change", change.into()), ("direction", direction.into())],
        explanation: e.note(&p.note.zh, &p.note.en),
    })
}

fn rank(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.cwqi.city", c.date, c.division)?;
    if (p.table.text(0, "ties"), p.table.text(0, "order")) != ("competition", "smaller is better") {
        return Err(EvalError::law(p, "unknown rule for ranks"));
    }
    let values: Vec<Option<Decimal>> = args.list("values")?;
    let ranks = Ranking::ranks(&values, false);
    let text: Vec<String> = ranks.iter().map(|r| r.map_or("-".into(), |r| r.to_string())).collect();
    let e = Explanation::new("名次", "Ranks")
        .value(text.join(" "))
        .clause(p.clause_ref())
        .note(
            "小者在前，相同的并列",
            "smaller is better, equal values share the better rank",
        );
    Ok(Outcome {
        value: text.join(" ").into(),
        columns: vec![("ranked", (ranks.iter().flatten().count() as i64).into())],
        explanation: e,
    })
}
