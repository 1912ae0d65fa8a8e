//! Automatic stations: the class the national platform shows beside a reading. What it does has changed more
//! than once, so everything it depends on is dated law.

use super::class::{Body, Class};
use super::judge::{BODY, Judge};
use super::rules::{Item, KeptRounding, Rules};
use crate::cell::{mode, whole};
use crate::list::parts;
use crate::reading::within;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Explanation, NumberError};
use law::Law;

const fn seen(name: &'static str, unit: &'static str, zh: &'static str, en: &'static str) -> Arg {
    Arg::number(name, unit, (zh, en)).optional()
}

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "water.station",
    title: (
        "自动站实时水质类别（国家平台当时做法）",
        "Class of an automatic station's reading (the platform's practice of the day)",
    ),
    args: &[
        seen(
            "ph",
            "1",
            "pH；无值写--，不监测写*",
            "pH; -- for no value, * for not monitored",
        ),
        seen("do", "mg/L", "溶解氧", "dissolved oxygen"),
        seen("codmn", "mg/L", "高锰酸盐指数", "permanganate index"),
        seen("nh3n", "mg/L", "氨氮", "ammonia nitrogen"),
        seen("tp", "mg/L", "总磷", "total phosphorus"),
        BODY,
        Arg::text(
            "status",
            (
                "站点状态：正常 维护 停站 不具备运行条件",
                "state of the station, by its published Chinese word",
            ),
        )
        .optional(),
    ],
    results: &[
        Column::text("basis"),
        Column::text("deciding"),
        Column::text("judged"),
        Column::text("why"),
        Column::text("ph_shown"),
        Column::text("do_shown"),
        Column::text("codmn_shown"),
        Column::text("nh3n_shown"),
        Column::text("tp_shown"),
        Column::text("practice"),
    ],
    keys: &[
        "water.auto.practice",
        "water.auto.decimals",
        "water.auto.class_before",
        "water.limit",
        "water.rounding",
    ],
    eval: station,
}];

/// What is seen of one item in a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// A number.
    Value(Decimal),
    /// `--`, or nothing: no value.
    None,
    /// `*`: not monitored at this station.
    NotMonitored,
}

/// What happens to an item without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    NoClass,
    LeftOut,
}

/// The practice of one day, compiled.
#[derive(Debug, Clone)]
pub struct Stations {
    pub(super) items: Vec<(Item, i32)>,
    /// Whether the shown (rounded) values decide, else the values as they are.
    pub(super) shown_decides: bool,
    none: Gap,
    not_monitored: Gap,
    tp_not_monitored: Gap,
    tp: Option<Item>,
    without_class: Vec<String>,
    rounding: KeptRounding,
    clauses: [Clause; 2],
    note: figure::Text,
    assumed: bool,
    pub(super) before: Option<ClassBefore>,
}

/// The class may still be that of the values shown before.
#[derive(Debug, Clone)]
pub(super) struct ClassBefore {
    /// How much earlier the values before may be, h.
    pub within_h: i64,
    clause: Clause,
    note: figure::Text,
}

/// The class of a reading, and why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StationClass {
    /// The class.
    Class(Class),
    /// An item (by its place) has no value and the practice wants all.
    Gap(usize),
    /// No item has a value.
    Nothing,
    /// The state of the station excludes a class.
    Status,
}

impl Stations {
    /// Compiles the practice of a day; `rules` are those of the same day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`], [`EvalError::Law`].
    pub fn at(law: &Law, date: NaiveDate, division: &str, rules: &Rules) -> Result<Self, EvalError> {
        let (p, d) = (
            law.at("water.auto.practice", date, division)?,
            law.at("water.auto.decimals", date, division)?,
        );
        let rule = law.at("water.rounding", date, division)?;
        // Most days have no such provision: then a class belongs to the values beside it.
        let before = law.at("water.auto.class_before", date, division).ok();
        let gap = |column: &str| match p.table.text(0, column) {
            "no class" => Ok(Gap::NoClass),
            "left out" => Ok(Gap::LeftOut),
            other => Err(EvalError::law(p, format!("column `{column}`: unknown rule `{other}`"))),
        };
        let one = |name: &str| -> Result<(Item, i32), EvalError> {
            let item = rules
                .item(name)
                .ok_or_else(|| EvalError::law(p, format!("`{name}` is not an item")))?;
            let row = d.table.row(&[("item", name)]).map_err(EvalError::table(d))?;
            if mode(d, row)? != mode(rule, 0)? {
                return Err(EvalError::law(d, "another mode of rounding than the rule's"));
            }
            Ok((item, whole(d, row, "decimals")?))
        };
        Ok(Self {
            items: parts(p.table.text(0, "items")).map(one).collect::<Result<_, _>>()?,
            shown_decides: match p.table.text(0, "basis") {
                "shown" => true,
                "raw" => false,
                other => return Err(EvalError::law(p, format!("unknown basis `{other}`"))),
            },
            none: gap("dash")?,
            not_monitored: gap("star")?,
            tp_not_monitored: gap("tp_star")?,
            tp: rules.item("tp"),
            without_class: parts(p.table.text(0, "no_class_status")).map(str::to_string).collect(),
            rounding: KeptRounding::at(rule)?,
            clauses: [p.clause_ref(), d.clause_ref()],
            note: p.note.clone(),
            assumed: p.table.text(0, "regime") == "assumed",
            before: match before {
                Some(b) => Some(ClassBefore {
                    within_h: whole(b, 0, "within_h")?,
                    clause: b.clause_ref(),
                    note: b.note.clone(),
                }),
                None => None,
            },
        })
    }

    /// The items judged, in their order.
    pub fn items(&self) -> impl Iterator<Item = Item> + '_ {
        self.items.iter().map(|(i, _)| *i)
    }

    /// Whether this practice was seen only in neighbouring months.
    pub const fn assumed(&self) -> bool {
        self.assumed
    }

    /// A value as the platform shows it; `place` counts the items from 0.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn shown(&self, place: usize, value: Decimal) -> Result<Decimal, NumberError> {
        match self.items.get(place) {
            Some((_, decimals)) => self.rounding.decimal(value, *decimals),
            None => Ok(value),
        }
    }

    /// A value as this practice judges it: as it is, or as it is shown.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn judged(&self, place: usize, value: Decimal) -> Result<Decimal, NumberError> {
        if self.shown_decides {
            self.shown(place, value)
        } else {
            Ok(value)
        }
    }

    /// The class of a reading; `seen` in the order of [`Stations::items`].
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn class(&self, rules: &Rules, body: Body, seen: &[Seen], status: &str) -> Result<StationClass, NumberError> {
        if self.without_class.iter().any(|s| s == status) {
            return Ok(StationClass::Status);
        }
        let mut worst = None;
        for (place, (item, _)) in self.items.iter().enumerate() {
            let gap = match seen.get(place).copied().unwrap_or(Seen::None) {
                Seen::Value(v) => {
                    worst = worst.max(rules.class(*item, body, self.judged(place, v)?));
                    continue;
                }
                Seen::None => self.none,
                Seen::NotMonitored if Some(*item) == self.tp => self.tp_not_monitored,
                Seen::NotMonitored => self.not_monitored,
            };
            if gap == Gap::NoClass {
                return Ok(StationClass::Gap(place));
            }
        }
        Ok(worst.map_or(StationClass::Nothing, StationClass::Class))
    }
}

/// What is written for an item: a number, `--` or nothing, `*`.
fn read(c: &Context<'_>, args: &Args, rules: &Rules, item: Item) -> Result<Seen, EvalError> {
    let rule = rules.rule(item);
    if args.get(&rule.name) == Some("*") {
        return Ok(Seen::NotMonitored);
    }
    match super::read::reading(c, args, &rule.name)? {
        None => Ok(Seen::None),
        Some(crate::reading::Reading::Value(v)) => {
            if let Some((low, high, clause)) = &rule.range {
                within(&rule.name, v, *low, *high, &clause.standard)?;
            }
            Ok(Seen::Value(v))
        }
        Some(crate::reading::Reading::Below(_)) => Err(EvalError::argument(
            &rule.name,
            "a station's reading is a number, -- or *: stations write half the detection limit themselves",
        )),
    }
}

fn station(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, &Args::default())?;
    let rules = &judge.rules;
    let practice = Stations::at(c.law, c.date, c.division, rules)?;
    let seen: Vec<Seen> = practice
        .items()
        .map(|i| read(c, args, rules, i))
        .collect::<Result<_, _>>()?;
    let status = args.get("status").unwrap_or_default();
    let of = |body| practice.class(rules, body, &seen, status);
    let result = match args.get("body") {
        Some(word) => of(Body::by_word(word)?)?,
        None => {
            let (river, lake) = (of(Body::River)?, of(Body::Lake)?);
            if river != lake {
                let reason = "the limits of TP decide here: write river (河流) or lake (湖库)";
                return Err(EvalError::argument("body", reason));
            }
            river
        }
    };
    let body = args.get("body").map_or(Ok(Body::River), Body::by_word)?;
    let mut e = Explanation::new("自动站水质类别", "Class of a station's reading")
        .clause(practice.clauses[0].clone())
        .clause(practice.clauses[1].clone())
        .note(&practice.note.zh, &practice.note.en);
    if let Some(before) = &practice.before {
        e = e.clause(before.clause.clone()).note(&before.note.zh, &before.note.en);
    }
    let (mut deciding, mut judged, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for (place, (item, s)) in practice.items().zip(&seen).enumerate() {
        let rule = rules.rule(item);
        shown.push(match s {
            Seen::None => "--".to_string(),
            Seen::NotMonitored => "*".to_string(),
            Seen::Value(v) => {
                let rounded = practice.shown(place, *v)?;
                let used = if practice.shown_decides { rounded } else { *v };
                let class = rules.class(item, body, used);
                judged.push(rule.name.clone());
                if result == class.map_or(StationClass::Nothing, StationClass::Class) {
                    deciding.push(rule.zh.clone());
                }
                let class_text = class.map_or("", Class::name);
                let mut node = Explanation::new(&rule.zh, &rule.en)
                    .value(used)
                    .formula(format!("{used} → {class_text}"));
                for l in rules.limits(item, body, class.unwrap_or(Class::I).min(Class::V)) {
                    node = node.clause(l.clause);
                }
                e = e.input(node);
                rounded.to_string()
            }
        });
    }
    let why = match result {
        StationClass::Class(class) => {
            e = e.value(class);
            String::new()
        }
        StationClass::Gap(place) => {
            let name = practice.items().nth(place).map_or("", |i| rules.rule(i).name.as_str());
            format!("{name}无值 / no value of {name}")
        }
        StationClass::Nothing => "没有一项有值 / no item has a value".to_string(),
        StationClass::Status => format!("站点状态{status} / state of the station"),
    };
    if !why.is_empty() {
        e = e.note(format!("不定类：{why}"), format!("no class: {why}"));
    }
    let value = match result {
        StationClass::Class(class) => class.name().into(),
        _ => Cell::Missing,
    };
    let mut columns = vec![
        ("basis", if practice.shown_decides { "shown" } else { "raw" }.into()),
        ("deciding", deciding.join("、").into()),
        ("judged", judged.join(" ").into()),
        ("why", why.into()),
    ];
    const SHOWN: [&str; 5] = ["ph_shown", "do_shown", "codmn_shown", "nh3n_shown", "tp_shown"];
    columns.extend(SHOWN.into_iter().zip(shown.into_iter().map(Cell::from)));
    columns.push(("practice", if practice.assumed { "assumed" } else { "measured" }.into()));
    Ok(Outcome {
        value,
        columns,
        explanation: e,
    })
}
