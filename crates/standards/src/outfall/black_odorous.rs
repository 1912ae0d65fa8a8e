//! Black-odorous water in cities: a point by its samplings, a water by its points.

use crate::band::must_band;
use crate::cell::{decimal, row};
use crate::list::parts;
use crate::node::Noted;
use crate::reading::Reading;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio, Rounding};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "water.black_odorous",
        title: (
            "城市黑臭水体：点位分级",
            "Black-odorous water in a city: grade of a point",
        ),
        args: &[
            Arg::text(
                "sd",
                (
                    "透明度（cm），各次的值空格分隔",
                    "transparency (cm), one value a sampling, parted by spaces",
                ),
            )
            .optional(),
            Arg::text(
                "do",
                (
                    "溶解氧（mg/L），各次的值空格分隔",
                    "dissolved oxygen (mg/L), one value a sampling",
                ),
            )
            .optional(),
            Arg::text(
                "orp",
                ("氧化还原电位（mV），可为负", "redox potential (mV), may be negative"),
            )
            .optional(),
            Arg::text(
                "nh3n",
                (
                    "氨氮（mg/L），各次的值空格分隔",
                    "ammonia nitrogen (mg/L), one value a sampling",
                ),
            )
            .optional(),
            Arg::number(
                "depth",
                "cm",
                ("水深，不足25 cm时须填", "depth of the water, needed below 25 cm"),
            )
            .optional(),
            Arg::text(
                "clear",
                (
                    "浅水是否清澈见底：是或否",
                    "shallow water clear to the bottom: yes or no",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("grade"),
            Column::text("sd"),
            Column::text("do"),
            Column::text("orp"),
            Column::text("nh3n"),
            Column::text("items"),
            Column::text("rule"),
        ],
        keys: &[
            "water.black_odorous",
            "water.black_odorous.items",
            "water.black_odorous.grade",
            "water.black_odorous.shallow",
            "water.black_odorous.decide",
        ],
        eval: point,
    },
    Function {
        name: "water.black_odorous_water",
        title: (
            "城市黑臭水体：由点位定水体",
            "Black-odorous water in a city: the water from its points",
        ),
        args: &[Arg::text(
            "points",
            (
                "沿水流各点位的级别，空格分隔：none light severe 或 无 轻度 重度，缺者写-",
                "grade of each point along the water, parted by spaces: none light severe, - for a missing one",
            ),
        )],
        results: &[
            Column::text("grade"),
            Column::number("severe_share"),
            Column::text("stretches"),
            Column::number("points"),
        ],
        keys: &["water.black_odorous.grade", "water.black_odorous.decide"],
        eval: water,
    },
];

const ITEMS: [&str; 4] = ["sd", "do", "orp", "nh3n"];
const GRADES: [&str; 3] = ["none", "light", "severe"];

struct Rules<'a> {
    limits: &'a Provision,
    names: &'a Provision,
    grade: &'a Provision,
    shallow: &'a Provision,
    decide: &'a Provision,
}

impl<'a> Rules<'a> {
    fn at(c: &Context<'a>) -> Result<Self, EvalError> {
        let at = |key: &str| c.law.at(key, c.date, c.division);
        Ok(Self {
            limits: at("water.black_odorous")?,
            names: at("water.black_odorous.items")?,
            grade: at("water.black_odorous.grade")?,
            shallow: at("water.black_odorous.shallow")?,
            decide: at("water.black_odorous.decide")?,
        })
    }

    fn percent(&self, column: &str) -> Result<Ratio, EvalError> {
        Ok(decimal(self.decide, 0, column)?.into())
    }

    fn name(&self, grade: usize) -> Result<&'a str, EvalError> {
        let wanted = GRADES.get(grade).copied().unwrap_or_default();
        Ok(self.grade.table.text(row(self.grade, &[("grade", wanted)])?, "name_zh"))
    }

    fn one(&self, item: &str, value: Ratio) -> Result<usize, EvalError> {
        let r = must_band(self.limits, value, &[("item", item)])?;
        let grade = self.limits.table.text(r, "grade");
        let place = GRADES.iter().position(|g| *g == grade);
        place.ok_or_else(|| EvalError::law(self.limits, format!("`{grade}` is no grade")))
    }

    /// The grades of the samplings of an item.
    fn grades(&self, args: &Args, item: &str, shallow: Option<&Shallow>) -> Result<Vec<usize>, EvalError> {
        let values: Vec<Reading> = match (item, args.get(item)) {
            (_, None) => Vec::new(),
            ("orp", _) => args.list(item)?.into_iter().flatten().map(Reading::Value).collect(),
            _ => args.readings(item)?.into_iter().flatten().collect(),
        };
        if let (true, Some(depth)) = (item == "sd", args.number("depth")?) {
            for reading in &values {
                clear_within(*reading, depth)?;
            }
        }
        let grade = |reading: Reading| match (reading, shallow) {
            (Reading::Value(v), Some(s)) if item == "sd" => Ok(s.grade(v)),
            (Reading::Value(v), _) => self.one(item, v.into()),
            // Whatever hides below the limit has the same grade, or nothing is said.
            (Reading::Below(Some(l)), None) if self.one(item, Ratio::ZERO)? == self.one(item, l.into())? => {
                self.one(item, Ratio::ZERO)
            }
            (Reading::Below(_), _) => Err(EvalError::argument(
                item,
                "below detection does not settle the grade: write the number / 未检出不足以定级，请填数值",
            )),
        };
        values.into_iter().map(grade).collect()
    }
}

/// Nobody sees deeper than the bottom.
///
/// # Errors
/// [`EvalError::Argument`] for a transparency above the depth.
pub(super) fn clear_within(sd: Reading, depth: Decimal) -> Result<(), EvalError> {
    match sd {
        Reading::Value(v) if v > depth => {
            let reason = format!("{v} cm is more than the depth of {depth} cm / 透明度大于水深");
            Err(EvalError::argument("sd", reason))
        }
        _ => Ok(()),
    }
}

/// Shallow water: the bound that takes the place of the table.
struct Shallow {
    bound: Ratio,
    clear: bool,
}

impl Shallow {
    fn of(args: &Args, p: &Provision) -> Result<Option<Self>, EvalError> {
        let clear = args.yes_no("clear")?;
        let Some(depth) = args.number("depth")? else {
            return Ok(None);
        };
        if depth <= Decimal::ZERO {
            return Err(EvalError::argument(
                "depth",
                format!("{depth} is no depth: above 0 / 水深须大于0"),
            ));
        }
        if depth >= decimal(p, 0, "depth_lt")? {
            return Ok(None);
        }
        let share = Ratio::from(decimal(p, 0, "share")?).div(Ratio::from(100))?;
        Ok(Some(Self {
            bound: share.mul(depth.into())?,
            clear: clear.unwrap_or(false),
        }))
    }

    fn grade(&self, sd: Decimal) -> usize {
        match (self.clear, Ratio::from(sd) < self.bound) {
            (true, _) => 0,
            (false, true) => 2,
            (false, false) => 1,
        }
    }
}

fn share(part: usize, whole: usize) -> Result<Ratio, EvalError> {
    Ok(Ratio::from(part as i64 * 100).div(Ratio::from(whole as i64))?)
}

fn point(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c)?;
    let shallow = Shallow::of(args, rules.shallow)?;
    let (one, two) = (rules.percent("one_item_ge")?, rules.percent("two_items_ge")?);
    let (mut columns, mut by_one, mut by_two, mut worst) =
        (Vec::<(&'static str, Cell)>::new(), Vec::new(), Vec::new(), None);
    let mut items = Vec::new();
    let mut e = Explanation::new("黑臭分级", "Grade of a point");
    for item in ITEMS {
        let grades = rules.grades(args, item, shallow.as_ref())?;
        let Some(most) = grades.iter().max().copied() else {
            continue;
        };
        let severe = grades.iter().filter(|g| **g == 2).count();
        let of = share(severe, grades.len())?;
        if of >= one {
            by_one.push(item);
        }
        if of >= two {
            by_two.push(item);
        }
        worst = worst.max(Some(most));
        let r = row(rules.names, &[("item", item)])?;
        let name = rules.names.table.text(r, "name_zh");
        let shown = of.round(&Rounding::gbt8170(1))?;
        items.push(format!("{item}={}", GRADES.get(most).copied().unwrap_or_default()));
        columns.push((item, rules.name(most)?.into()));
        e = e.input(
            Explanation::new(name, rules.names.table.text(r, "name_en"))
                .value(rules.name(most)?)
                .formula(format!(
                    "{}: severe {severe} / {} = {shown} %",
                    args.get(item).unwrap_or_default(),
                    grades.len()
                ))
                .clause(rules.limits.clause_ref()),
        );
    }
    let Some(worst) = worst else {
        return Err(EvalError::Missing(ITEMS.join(", ")));
    };
    let (grade, rule) = match (by_one.is_empty(), by_two.len(), worst) {
        (false, ..) => (2, format!("one item: {}", by_one.join(" "))),
        (true, 2.., _) => (2, format!("two items: {}", by_two.join(" "))),
        (.., 0) => (0, "no item".to_string()),
        _ => (1, "some item".to_string()),
    };
    e = e
        .value(rules.name(grade)?)
        .formula(format!("{}; {rule}", items.join(" ")))
        .clause(rules.decide.clause_ref());
    if let Some(s) = &shallow {
        e = e.clause(rules.shallow.clause_ref()).noted(rules.shallow).note(
            format!("水深不足，透明度与{} cm比较", s.bound.shown(2)),
            format!("shallow: transparency is held against {} cm", s.bound.shown(2)),
        );
    }
    let lacking: Vec<&str> = ITEMS
        .into_iter()
        .filter(|i| !columns.iter().any(|(c, _)| c == i))
        .collect();
    if !lacking.is_empty() {
        let names = lacking.join(" ");
        e = e.note(
            format!("未测：{names}；级别只反映已测项目"),
            format!("not measured: {names}; the grade is of the others"),
        );
    }
    columns.push(("grade", rules.name(grade)?.into()));
    columns.push(("items", items.join(" ").into()));
    columns.push(("rule", rule.into()));
    Ok(Outcome {
        value: GRADES.get(grade).copied().unwrap_or_default().into(),
        columns,
        explanation: e.noted(rules.limits),
    })
}

fn water(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c)?;
    let mut grades = Vec::new();
    for word in parts(args.text("points")?) {
        grades.push(match word {
            "-" | "—" | "--" => None,
            word => {
                let r = named(rules.grade, "points", word, &["grade", "name_zh", "words"])?;
                let name = rules.grade.table.text(r, "grade");
                GRADES.iter().position(|g| *g == name)
            }
        });
    }
    let judged = grades.iter().flatten().count();
    if judged == 0 {
        return Err(EvalError::Missing("points".into()));
    }
    let severe = grades.iter().filter(|g| **g == Some(2)).count();
    let of = share(severe, judged)?;
    let whole_severe = of >= rules.percent("points_ge")?;
    let worst = grades.iter().flatten().max().copied().unwrap_or(0);
    let grade = if whole_severe { 2 } else { worst.min(1) };
    let least = rules.percent("stretch_points")?;
    let mut stretches = Vec::new();
    let mut start = None;
    for (i, g) in grades.iter().chain([&None]).enumerate() {
        match (start, *g == Some(2)) {
            (None, true) => start = Some(i),
            (Some(from), false) => {
                if Ratio::from((i - from) as i64) >= least {
                    stretches.push(format!("{}-{i}", from + 1));
                }
                start = None;
            }
            _ => {}
        }
    }
    let shown = of.round(&Rounding::gbt8170(1))?;
    let e = Explanation::new("水体黑臭级别", "Grade of the water")
        .value(rules.name(grade)?)
        .formula(format!("severe {severe} / {judged} = {} %", of.shown(2)))
        .clause(rules.decide.clause_ref())
        .clause(rules.grade.clause_ref());
    Ok(Outcome {
        value: GRADES.get(grade).copied().unwrap_or_default().into(),
        columns: vec![
            ("grade", rules.name(grade)?.into()),
            ("severe_share", shown.into()),
            ("stretches", stretches.join(" ").into()),
            ("points", (judged as i64).into()),
        ],
        explanation: e.noted(rules.decide),
    })
}
