//! The class of an item and of a sample (GB/T 14848-2017).

use crate::band::{bounds, must_band};
use crate::cell::{decimal, rounding};
use crate::node::{Noted, input};
use crate::reading::reading;
use crate::reading::{Reading, within};
use crate::unit::{in_unit, label};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "groundwater.class",
        title: ("地下水单项类别", "Class of groundwater by one item"),
        args: &[
            Arg::text(
                "item",
                (
                    "项目：如ph nh3n mn 氨氮 锰 挥发酚",
                    "item, such as ph, nh3n, mn or its Chinese name",
                ),
            ),
            Arg::text(
                "c",
                (
                    "浓度，可写<0.01、未检出；嗅和味写无或有",
                    "value; may be <0.01 or ND; none or some for odour",
                ),
            ),
            Arg::text(
                "unit",
                (
                    "浓度的单位，默认为标准所列",
                    "unit of the value; the standard's own unless given",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("range"),
            Column::number("limit3"),
            Column::text("unit"),
            Column::text("exceeds3"),
            Column::number("multiple"),
        ],
        keys: &[
            "groundwater.limit",
            "groundwater.ph",
            "groundwater.class",
            "groundwater.multiple",
        ],
        eval: single,
    },
    Function {
        name: "groundwater.overall",
        title: ("地下水综合类别", "Overall class of groundwater"),
        args: &[
            Arg::text(
                "values",
                (
                    "各项：项目=数值，空格分隔，如 氨氮=0.62 锰=0.35 挥发酚=<0.0003",
                    "item=value parted by spaces, such as nh3n=0.62 mn=0.35 phenol=<0.0003, in the standard's units",
                ),
            ),
            Arg::text(
                "natural",
                (
                    "有依据文件的地质原因项目，空格分隔；另给剔除后的类别",
                    "items of documented geological cause, parted by spaces: the class without them is given too",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("range"),
            Column::text("wording"),
            Column::text("decisive"),
            Column::text("items"),
            Column::text("undecided"),
            Column::number("judged"),
            Column::text("class_rest"),
        ],
        keys: &[
            "groundwater.limit",
            "groundwater.ph",
            "groundwater.class",
            "groundwater.evaluation",
        ],
        eval: overall,
    },
];

/// The columns of the limits, best class first.
const CLASSES: [&str; 4] = ["class1", "class2", "class3", "class4"];
const NOT_DETECTED: &str = "不得检出";

/// The laws of the classes.
struct Rules<'a> {
    limit: &'a Provision,
    ph: &'a Provision,
    ph_range: &'a Provision,
    names: &'a Provision,
    multiple: &'a Provision,
}

/// What one item says: the best and the worst class it can be.
struct Judged {
    row: usize,
    low: usize,
    high: usize,
    limit3: Option<Decimal>,
    multiple: Option<Decimal>,
    exceeds3: bool,
    explanation: Explanation,
}

impl<'a> Rules<'a> {
    fn at(c: &Context<'a>) -> Result<Self, EvalError> {
        let at = |key: &str| c.law.at(key, c.date, c.division);
        Ok(Self {
            limit: at("groundwater.limit")?,
            ph: at("groundwater.ph")?,
            ph_range: at("groundwater.ph_range")?,
            names: at("groundwater.class")?,
            multiple: at("groundwater.multiple")?,
        })
    }

    /// `Ⅳ`, or `Ⅳ–Ⅴ` where the standard or the measurement does not part them.
    fn range(&self, low: usize, high: usize) -> String {
        let name = |class: usize| {
            let row = self.names.table.find(&[("class", class.to_string().as_str())]);
            row.map_or_else(|| class.to_string(), |r| self.names.table.text(r, "name").to_string())
        };
        match low == high {
            true => name(low),
            false => format!("{}–{}", name(low), name(high)),
        }
    }

    fn named(&self, arg: &str, item: &str) -> Result<usize, EvalError> {
        named(self.limit, arg, item, &["item", "name_zh", "alias"])
    }

    fn judge(&self, arg: &str, row: usize, text: &str, unit: Option<&str>) -> Result<Judged, EvalError> {
        let p = self.limit;
        let name = p.table.text(row, "name_zh");
        let e = Explanation::new(name, p.table.text(row, "item")).clause(p.clause_ref_row(row));
        if p.table.text(row, "item") == "ph" {
            return self.ph(arg, row, text, e);
        }
        if !p.table.text(row, "class5").is_empty() {
            return self.words(arg, row, text, e);
        }
        let Some(reading) = reading(arg, text)? else {
            return Err(EvalError::Missing(arg.to_string()));
        };
        let law_unit = p.unit(row, "class3");
        let limit3 = decimal(p, row, "class3")?;
        let value = match reading {
            Reading::Value(v) => Some(in_unit(v, unit, law_unit)?),
            Reading::Below(limit) => limit.map(|l| in_unit(l, unit, law_unit)).transpose()?,
        };
        let detected = matches!(reading, Reading::Value(_));
        let (low, high) = self.classes(row, value, detected)?;
        let (mut multiple, mut formula) = (None, self.limits_text(row));
        let exceeds3 = detected && value.is_some_and(|v| v > limit3.into());
        if let Some(v) = value.filter(|_| exceeds3 && !limit3.is_zero()) {
            let exact = v.sub(limit3.into())?.div(limit3.into())?;
            let rounded = exact.round(&rounding(self.multiple, 0)?)?;
            formula += &format!("; ({} − {limit3}) ÷ {limit3} = {}", v.shown(8), exact.shown(4));
            multiple = Some(rounded);
        }
        let mut e = e
            .value(text)
            .unit(label(law_unit))
            .formula(format!("{formula} → {}", self.range(low, high)));
        if let Some(m) = multiple {
            e = e
                .input(input("Ⅲ类限值", "Limit of class III", limit3, p.clause_ref_row(row)).unit(label(law_unit)))
                .input(input("超标倍数", "Multiple", m, self.multiple.clause_ref()));
        }
        if !detected && low != high {
            e = e.note(
                "未检出，而检出限未说明或高于更好一类的限值：只知道类别的范围",
                "not detected, and the detection limit is not stated or above a better class: only the range of classes is known",
            );
        } else if detected && low != high {
            e = e.note(
                "超过Ⅲ类限值，标准中Ⅳ、Ⅴ类限值相同：须做核素分析，不分Ⅳ和Ⅴ",
                "above class III; IV and V carry the same limit in the standard: nuclides must be analysed, IV and V are not parted",
            );
        }
        Ok(Judged {
            row,
            low,
            high,
            limit3: Some(limit3),
            multiple,
            exceeds3,
            explanation: e,
        })
    }

    fn limits_text(&self, row: usize) -> String {
        let cells: Vec<&str> = CLASSES.iter().map(|c| self.limit.table.text(row, c)).collect();
        format!("≤ {}", cells.join(" / "))
    }

    /// The best and the worst class of a value, or of what hides below a detection limit.
    fn classes(&self, row: usize, value: Option<Ratio>, detected: bool) -> Result<(usize, usize), EvalError> {
        let p = self.limit;
        let mut best = None;
        for (i, column) in CLASSES.into_iter().enumerate() {
            match p.table.text(row, column) {
                NOT_DETECTED if !detected => return Ok((i + 1, i + 1)),
                NOT_DETECTED | "" => {}
                _ => {
                    let limit = Ratio::from(decimal(p, row, column)?);
                    if best.is_none() && value.is_some_and(|v| v <= limit) {
                        best = Some(i + 1);
                    }
                }
            }
        }
        let last = CLASSES.len() + 1;
        let parted = !p.table.text(row, CLASSES[CLASSES.len() - 1]).is_empty();
        Ok(match (detected, best) {
            (true, Some(class)) => (class, class),
            (true, None) if parted => (last, last),
            (true, None) => (last - 1, last),
            (false, Some(class)) => (1, class),
            (false, None) => (1, last),
        })
    }

    fn ph(&self, arg: &str, row: usize, text: &str, e: Explanation) -> Result<Judged, EvalError> {
        let Some(Reading::Value(v)) = reading(arg, text)? else {
            return Err(EvalError::argument(arg, format!("`{text}` is no pH / 不是pH值")));
        };
        let range = self.ph_range;
        within(
            arg,
            v,
            decimal(range, 0, "low")?,
            decimal(range, 0, "high")?,
            &range.clause,
        )?;
        // Classes I to III share one range: a value in it has the best of them.
        let r = must_band(self.ph, v, &[])?;
        let printed = self.ph.table.text(r, "class").parse().unwrap_or(CLASSES.len() + 1);
        let class = if printed <= 3 { 1 } else { printed };
        let e = e
            .value(v)
            .formula(format!("{} → {}", bounds(self.ph, r), self.range(class, class)))
            .clause(self.ph.clause_ref_row(r));
        Ok(Judged {
            row,
            low: class,
            high: class,
            limit3: None,
            multiple: None,
            exceeds3: class > 3,
            explanation: e,
        })
    }

    /// Items stated in words: none or some.
    fn words(&self, arg: &str, row: usize, text: &str, e: Explanation) -> Result<Judged, EvalError> {
        let columns = CLASSES.into_iter().chain(["class5"]);
        let class = columns
            .enumerate()
            .find(|(_, c)| self.limit.table.text(row, c).split(';').any(|w| w == text));
        let Some((i, _)) = class else {
            let (none, some) = (
                self.limit.table.text(row, "class1"),
                self.limit.table.text(row, "class5"),
            );
            return Err(EvalError::argument(
                arg,
                format!("`{text}`: write one of {none};{some} / 写其中之一"),
            ));
        };
        Ok(Judged {
            row,
            low: i + 1,
            high: i + 1,
            limit3: None,
            multiple: None,
            exceeds3: i + 1 > 3,
            explanation: e.value(format!("{text} → {}", self.range(i + 1, i + 1))),
        })
    }
}

fn class_cell(rules: &Rules<'_>, low: usize, high: usize) -> Cell {
    match low == high {
        true => rules.range(low, high).into(),
        false => Cell::Missing,
    }
}

fn single(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c)?;
    let row = rules.named("item", args.text("item")?)?;
    let j = rules.judge("c", row, args.text("c")?, args.get("unit"))?;
    let range = rules.range(j.low, j.high);
    let mut e = Explanation::new("地下水单项类别", "Class of groundwater").noted(rules.limit);
    e = e.input(j.explanation).clause(rules.limit.clause_ref_row(row));
    if j.low == j.high {
        e = e.value(&range);
    }
    Ok(Outcome {
        value: class_cell(&rules, j.low, j.high),
        columns: vec![
            ("range", range.into()),
            ("limit3", j.limit3.into()),
            ("unit", rules.limit.unit(row, "class3").into()),
            ("exceeds3", j.exceeds3.into()),
            ("multiple", j.multiple.into()),
        ],
        explanation: e,
    })
}

fn overall(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c)?;
    let evaluation = c.law.at("groundwater.evaluation", c.date, c.division)?;
    let mut judged: Vec<(&str, Judged)> = Vec::new();
    for (word, text) in args.pairs("values")? {
        let row = rules.named("values", word)?;
        if judged.iter().any(|(_, j)| j.row == row) {
            return Err(EvalError::argument(
                "values",
                format!("`{word}` stands twice / 项目重复"),
            ));
        }
        judged.push((word, rules.judge(&format!("values[{word}]"), row, text, None)?));
    }
    let mut natural = Vec::new();
    for word in args.words("natural") {
        natural.push(rules.named("natural", word)?);
    }
    let worst = |of: &dyn Fn(&Judged) -> bool| {
        let (low, high) = judged
            .iter()
            .filter(|(_, j)| of(j))
            .fold((0, 0), |(l, h), (_, j)| (l.max(j.low), h.max(j.high)));
        (low > 0).then_some((low, high))
    };
    let Some((low, high)) = worst(&|_| true) else {
        return Err(EvalError::Missing("values".into()));
    };
    let rest = worst(&|j| !natural.contains(&j.row)).filter(|_| !natural.is_empty());
    let names =
        |of: &dyn Fn(&Judged) -> bool| -> Vec<&str> { judged.iter().filter(|(_, j)| of(j)).map(|(w, _)| *w).collect() };
    let decisive = names(&|j| j.high == high);
    let undecided = names(&|j| j.low != j.high);
    let range = rules.range(low, high);
    let wording = match high > 1 {
        true => format!("{range}类({})", decisive.join("、")),
        false => format!("{range}类"),
    };
    let items: Vec<String> = judged
        .iter()
        .map(|(w, j)| format!("{w}={}", rules.range(j.low, j.high)))
        .collect();
    let mut e = Explanation::new("地下水综合类别", "Overall class of groundwater")
        .noted(evaluation)
        .formula(format!("max({})", items.join(", ")))
        .clause(evaluation.clause_ref())
        .clause(rules.limit.clause_ref());
    if low == high {
        e = e.value(&wording);
    } else {
        e = e.note(
            format!("{}的类别只知道范围，综合类别在{range}之间", undecided.join("、")),
            format!("of some items only the range is known: the overall class lies in {range}"),
        );
    }
    for (word, j) in &judged {
        let mut part = j.explanation.clone();
        if natural.contains(&j.row) {
            part = part.note(
                format!("{word}：按给定为地质原因，类别照实参加综合评价"),
                format!("{word}: geological by what was given; it takes part as it is"),
            );
        }
        e = e.input(part);
    }
    Ok(Outcome {
        value: class_cell(&rules, low, high),
        columns: vec![
            ("range", range.into()),
            ("wording", wording.into()),
            ("decisive", decisive.join(" ").into()),
            ("items", items.join(" ").into()),
            ("undecided", undecided.join(" ").into()),
            ("judged", (judged.len() as i64).into()),
            ("class_rest", rest.map(|(l, h)| rules.range(l, h)).into()),
        ],
        explanation: e,
    })
}
