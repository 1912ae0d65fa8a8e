//! One section or point: the class of a set of items, what decides it, what exceeds, the main indicators.

use super::class::{Body, Class};
use super::judge::{BODY, Judge, Judged, MODE, TARGET, body, met};
use super::read::reading;
use crate::cell::{rounding, whole};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Ratio, Rounding};
use law::Provision;
use std::cmp::Reverse;

/// The items of table 1 as arguments, in its order.
pub(super) const ITEMS: [(&str, &str, &str, &str); 23] = [
    ("ph", "1", "pH", "pH"),
    ("do", "mg/L", "溶解氧", "dissolved oxygen"),
    ("codmn", "mg/L", "高锰酸盐指数", "permanganate index"),
    ("cod", "mg/L", "化学需氧量", "chemical oxygen demand"),
    ("bod5", "mg/L", "五日生化需氧量", "five-day biochemical oxygen demand"),
    ("nh3n", "mg/L", "氨氮", "ammonia nitrogen"),
    ("tp", "mg/L", "总磷", "total phosphorus"),
    (
        "tn",
        "mg/L",
        "总氮（不参评，湖库参考）",
        "total nitrogen (does not decide; lakes for reference)",
    ),
    ("cu", "mg/L", "铜", "copper"),
    ("zn", "mg/L", "锌", "zinc"),
    ("f", "mg/L", "氟化物", "fluoride"),
    ("se", "mg/L", "硒", "selenium"),
    ("as", "mg/L", "砷", "arsenic"),
    ("hg", "mg/L", "汞", "mercury"),
    ("cd", "mg/L", "镉", "cadmium"),
    ("cr6", "mg/L", "六价铬", "hexavalent chromium"),
    ("pb", "mg/L", "铅", "lead"),
    ("cn", "mg/L", "氰化物", "cyanide"),
    ("phenol", "mg/L", "挥发酚", "volatile phenols"),
    ("oil", "mg/L", "石油类", "petroleum"),
    ("las", "mg/L", "阴离子表面活性剂", "anionic surfactants"),
    ("s", "mg/L", "硫化物", "sulfide"),
    (
        "coliform",
        "cell/L",
        "粪大肠菌群（不参评，参考）",
        "faecal coliforms (does not decide; for reference)",
    ),
];

const fn item_args<const N: usize>(rest: [Arg; N]) -> [Arg; 26] {
    let mut all = [BODY; 26];
    let mut i = 0;
    while i < ITEMS.len() {
        let (name, unit, zh, en) = ITEMS[i];
        all[i] = Arg::number(name, unit, (zh, en)).optional();
        i += 1;
    }
    let mut j = 0;
    while j < N {
        all[i + j] = rest[j];
        j += 1;
    }
    all
}
const ARGS: [Arg; 26] = item_args([BODY, TARGET, MODE]);

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "water.section",
    title: ("断面（点位）水质评价", "Evaluation of a section or point"),
    args: &ARGS,
    results: &[
        Column::text("grade"),
        Column::text("colour"),
        Column::text("deciding"),
        Column::text("indicators"),
        Column::text("exceeding"),
        Column::text("attains"),
        Column::number("judged"),
        Column::text("not_judged"),
        Column::text("tn_class"),
        Column::text("coliform_class"),
    ],
    keys: &[
        "water.limit",
        "water.item",
        "water.class_items",
        "water.decimals",
        "water.rounding",
        "water.grade",
        "water.indicators",
        "water.indicators.items",
    ],
    eval: section,
}];

/// What a set of items says.
pub(super) struct Set {
    /// All that were given, in the order of table 1.
    pub items: Vec<Judged>,
    pub class: Option<Class>,
}

impl Set {
    pub fn new(judge: &Judge<'_>, items: Vec<Judged>) -> Self {
        let decides = |j: &&Judged| judge.rules.rule(j.item).decides;
        let class = items.iter().filter(decides).filter_map(|j| j.class).max();
        Self { items, class }
    }

    /// Those that take part in the class and have one.
    pub fn deciding<'a>(&'a self, judge: &'a Judge<'_>) -> impl Iterator<Item = (&'a Judged, Class)> {
        let mine = self.items.iter().filter(|j| judge.rules.rule(j.item).decides);
        mine.filter_map(|j| Some((j, j.class?)))
    }
}

/// The rule for main indicators.
pub(super) struct Indicators<'a> {
    pub p: &'a Provision,
    pub base: Class,
    pub at_most: usize,
    pub rounding: Rounding,
}

impl<'a> Indicators<'a> {
    pub fn at(c: &Context<'a>) -> Result<Self, EvalError> {
        let p = c.law.at("water.indicators", c.date, c.division)?;
        Ok(Self {
            p,
            base: Class::of_cell(p, 0, "base_class")?,
            at_most: whole(p, 0, "at_most")?,
            rounding: rounding(p, 0)?,
        })
    }

    /// Items worse than a class with their multiples, ordered: named first, worst class, largest multiple.
    pub fn exceeding(&self, judge: &Judge<'_>, body: Body, set: &Set, over: Class) -> Result<Vec<String>, EvalError> {
        let mut rows = Vec::new();
        for (j, class) in set.deciding(judge).filter(|(j, class)| *class > over && !j.unsure) {
            rows.push((j, class, j.multiple(&judge.rules, body, over)?));
        }
        rows.sort_by_key(|(j, class, multiple)| {
            let first = judge.rules.rule(j.item).first;
            (
                !first,
                Reverse(*class),
                multiple.is_none(),
                Reverse(Order(multiple.unwrap_or(Ratio::ZERO))),
            )
        });
        let text = |(j, _, multiple): &(&Judged, Class, Option<Ratio>)| -> Result<String, EvalError> {
            let name = &judge.rules.rule(j.item).zh;
            Ok(match multiple {
                Some(m) => format!("{name}({})", m.round(&self.rounding)?),
                None => name.clone(),
            })
        };
        rows.iter().map(text).collect()
    }

    /// The main indicators of one section: none where its class is within the base class.
    pub fn of_section(&self, judge: &Judge<'_>, body: Body, set: &Set) -> Result<Vec<String>, EvalError> {
        let mut all = self.exceeding(judge, body, set, self.base)?;
        all.truncate(self.at_most);
        Ok(all)
    }
}

/// Ratios in order of size.
#[derive(PartialEq, Eq)]
pub(super) struct Order(pub Ratio);

impl Ord for Order {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.partial_cmp(&other.0).unwrap_or(std::cmp::Ordering::Equal)
    }
}
impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The grade of a class: word, colour, step, and the provision with its row.
pub(super) fn grade<'a>(c: &Context<'a>, class: Class) -> Result<(&'a Provision, usize), EvalError> {
    let p = c.law.at("water.grade", c.date, c.division)?;
    let row = p.table.row(&[("class", class.name())]).map_err(EvalError::table(p))?;
    Ok((p, row))
}

/// All items given as arguments.
pub(super) fn given(judge: &Judge<'_>, body: Body, args: &Args) -> Result<Set, EvalError> {
    let mut items = Vec::new();
    for (name, ..) in ITEMS {
        if let Some(value) = reading(judge.c, args, name)? {
            items.push(judge.one(judge.item(name, name)?, body, value)?);
        }
    }
    Ok(Set::new(judge, items))
}

fn section(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, args)?;
    let (body, target, rule) = (body(args)?, judge.target(args)?, Indicators::at(c)?);
    let set = given(&judge, body, args)?;
    let name = |j: &Judged| judge.rules.rule(j.item).zh.clone();
    let mut e = Explanation::new("断面水质评价", "Evaluation of a section").clause(judge.rules.item_clause.clone());
    if let (true, Ok(d)) = (judge.rounded, &judge.rules.decimals) {
        e = d.clauses.iter().fold(e, |e, clause| e.clause(clause.clone()));
    }
    e = set.items.iter().fold(e, |e, j| e.input(j.explanation.clone()));
    let worst: Vec<&Judged> = set
        .deciding(&judge)
        .filter(|(_, k)| Some(*k) == set.class)
        .map(|(j, _)| j)
        .collect();
    let mut columns = Vec::new();
    match set.class {
        None => {
            e = e.note(
                "没有可以判定的参评项目，得不出类别",
                "no item that decides could be judged: there is no class",
            );
            columns.extend([("grade", "".into()), ("colour", "".into())]);
        }
        Some(class) => {
            let (p, row) = grade(c, class)?;
            let deciding: Vec<String> = worst.iter().map(|j| name(j)).collect();
            e = e
                .value(class)
                .formula(format!("max = {class} ({})", deciding.join("、")))
                .clause(p.clause_ref())
                .note(
                    "各项中最差的类别为断面类别",
                    "the worst class of the items is that of the section",
                );
            if worst.iter().all(|j| j.unsure) {
                e = e.note(
                    "决定类别的项目只因检出限过高而不能判得更好",
                    "what decides could not be judged better only because its detection limit is too high",
                );
            }
            columns.push(("grade", p.table.text(row, "grade_zh").into()));
            columns.push(("colour", p.table.text(row, "colour_zh").into()));
        }
    }
    let indicators = rule.of_section(&judge, body, &set)?;
    if !indicators.is_empty() {
        e = e.clause(rule.p.clause_ref()).note(&rule.p.note.zh, &rule.p.note.en);
    }
    let exceeding = match target {
        Some(t) => rule.exceeding(&judge, body, &set, t)?,
        None => rule.exceeding(&judge, body, &set, rule.base)?,
    };
    let attains = match (set.class, target) {
        (Some(class), Some(t)) if class <= t => Some(true),
        (Some(_), Some(_)) if !worst.iter().all(|j| j.unsure) => Some(false),
        _ => None,
    };
    let unjudged: Vec<String> = set
        .items
        .iter()
        .filter(|j| judge.rules.rule(j.item).decides && j.class.is_none())
        .map(name)
        .collect();
    let absent: Vec<String> = judge
        .rules
        .items()
        .filter(|(i, r)| r.decides && !set.items.iter().any(|j| j.item == *i))
        .map(|(_, r)| r.zh.clone())
        .collect();
    if !absent.is_empty() {
        e = e.note(
            format!("未监测、不参评：{}", absent.join("、")),
            format!("not measured and not judged: {} of the items that decide", absent.len()),
        );
    }
    let reference = |wanted: &str| {
        let hit = set.items.iter().find(|j| judge.rules.rule(j.item).name == wanted);
        hit.and_then(|j| j.class).map(Class::name)
    };
    columns.extend([
        (
            "deciding",
            worst.iter().map(|j| name(j)).collect::<Vec<_>>().join("、").into(),
        ),
        ("indicators", indicators.join("、").into()),
        ("exceeding", exceeding.join("、").into()),
        ("attains", met(attains).into()),
        ("judged", (set.deciding(&judge).count() as i64).into()),
        ("not_judged", unjudged.join("、").into()),
        ("tn_class", reference("tn").into()),
        ("coliform_class", reference("coliform").into()),
    ]);
    Ok(Outcome {
        value: set.class.map(Class::name).into(),
        columns,
        explanation: e,
    })
}
