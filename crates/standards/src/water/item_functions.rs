//! One item at a time: limit, class, rounding; saturation of oxygen; change of temperature.

use super::class::Class;
use super::judge::{BODY, Judge, MODE, TARGET, body, met};
use super::read::reading;
use super::rules::KeptRounding;
use crate::cell::{decimal, rounding, whole};
use crate::reading::{Reading, within};
use crate::unit::label;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio, Rounding};

const ITEM: Arg = Arg::text(
    "item",
    (
        "项目：名称、代码或ph do codmn cod bod5 nh3n tp tn cu zn f se as hg cd cr6 pb cn phenol oil las s coliform",
        "item: ph do codmn cod bod5 nh3n tp tn cu zn f se as hg cd cr6 pb cn phenol oil las s coliform, or its name or code",
    ),
);
const VALUE: Arg = Arg::text(
    "c",
    (
        "测定值；未检出写<检出限或0.01L",
        "measured value; not detected: <limit or 0.01L",
    ),
);
const TEMPERATURE: Arg = Arg::number(
    "temp",
    "C",
    (
        "水温；给出时溶解氧Ⅰ类也认饱和率90%",
        "water temperature; if given, 90 % saturation also counts for class I of dissolved oxygen",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "water.limit",
        title: ("地表水环境质量标准限值", "Limit of surface water"),
        args: &[
            ITEM,
            Arg::text(
                "class",
                ("类别：Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ，也可写1～5或III", "class: 1 2 3 4 5, I II III IV V"),
            ),
            BODY,
        ],
        results: &[Column::number("low"), Column::text("unit"), Column::text("standard")],
        keys: &["water.limit", "water.item", "water.classes"],
        eval: limit,
    },
    Function {
        name: "water.class",
        title: ("单项水质类别", "Class of one item"),
        args: &[ITEM, VALUE, BODY, TARGET, MODE, TEMPERATURE],
        results: &[
            Column::number("c_judged"),
            Column::number("multiple"),
            Column::text("meets"),
            Column::number("target_multiple"),
            Column::text("decides"),
            Column::text("unit"),
        ],
        keys: &[
            "water.limit",
            "water.item",
            "water.class_items",
            "water.decimals",
            "water.rounding",
            "water.indicators",
            "water.range",
        ],
        eval: class,
    },
    Function {
        name: "water.round",
        title: ("地表水监测数据修约", "Rounding of a surface-water value"),
        args: &[
            Arg::text(
                "item",
                (
                    "项目：ph do codmn cod nh3n tp tn temperature conductivity turbidity chla transparency algae等",
                    "item: ph do codmn cod nh3n tp tn temperature conductivity turbidity chla transparency algae and others",
                ),
            ),
            Arg::number("c", "", ("数值", "value")),
            Arg::text(
                "use",
                (
                    "用途：evaluation评价（默认）或hourly小时值",
                    "use: evaluation (default) or hourly",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("decimals")],
        keys: &["water.decimals", "water.rounding"],
        eval: round,
    },
    Function {
        name: "water.do_saturation",
        title: ("饱和溶解氧与饱和率", "Saturation of dissolved oxygen"),
        args: &[
            Arg::number("temp", "C", ("水温", "water temperature")),
            Arg::number(
                "do",
                "mg/L",
                ("溶解氧，给出时算饱和率", "dissolved oxygen, for its saturation"),
            )
            .optional(),
        ],
        results: &[Column::number("percent"), Column::number("class1_from")],
        keys: &["water.do.saturated", "water.do.saturation"],
        eval: saturation,
    },
    Function {
        name: "water.temperature",
        title: ("人为水温变化", "Man-made change of water temperature"),
        args: &[
            Arg::number("rise", "C", ("周平均最大温升", "largest weekly mean rise")).optional(),
            Arg::number("fall", "C", ("周平均最大温降", "largest weekly mean fall")).optional(),
        ],
        results: &[Column::text("rise_meets"), Column::text("fall_meets")],
        keys: &["water.temperature"],
        eval: temperature,
    },
];

fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, args)?;
    let item = judge.item("item", args.text("item")?)?;
    let class = judge.class_word("class", args.text("class")?)?;
    let (body, rule) = (body(args)?, judge.rules.rule(item));
    let limits = judge.rules.limits(item, body, class);
    let Some(last) = limits.last() else {
        let reason = format!(
            "{} has no limit of class {class} for a {} / 没有此类限值",
            rule.name,
            body.name()
        );
        return Err(EvalError::argument("item", reason));
    };
    let low = limits.iter().find(|l| l.at_least).map(|l| l.value);
    let mut e = Explanation::new(
        format!("{}{class}类限值", rule.zh),
        format!("Limit of {}, class {class}", rule.en),
    )
    .value(last.value)
    .unit(label(&rule.unit));
    for l in &limits {
        e = e.clause(l.clause.clone()).note(
            if l.at_least { "不低于" } else { "不高于" },
            if l.at_least { "at least" } else { "at most" },
        );
    }
    Ok(Outcome {
        value: last.value.into(),
        columns: vec![
            ("low", low.into()),
            ("unit", rule.unit.as_str().into()),
            ("standard", last.clause.standard.as_str().into()),
        ],
        explanation: e,
    })
}

fn class(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let judge = Judge::new(c, args)?;
    let item = judge.item("item", args.text("item")?)?;
    let (body, target) = (body(args)?, judge.target(args)?);
    let rule = judge.rules.rule(item);
    let named = Args::from_iter([(rule.name.as_str(), args.text("c")?)]);
    let given = reading(c, &named, &rule.name)?.ok_or_else(|| EvalError::Missing("c".into()))?;
    if judge.rules.differs_by_body(item) && args.get("body").is_none() && rule.decides {
        return Err(EvalError::argument(
            "body",
            format!(
                "{} differs between rivers and lakes: write river (河流) or lake (湖库)",
                rule.name
            ),
        ));
    }
    let mut j = judge.one(item, body, given)?;
    if let Some(temp) = args.number("temp")? {
        by_saturation(c, &rule.name, temp, &mut j)?;
    }
    let p = c.law.at("water.indicators", c.date, c.division)?;
    let decimals: Rounding = rounding(p, 0)?;
    let base = Class::of_cell(p, 0, "base_class")?;
    let multiple_over = |class: Class| -> Result<Option<Decimal>, EvalError> {
        let exact = j.multiple(&judge.rules, body, class)?;
        Ok(exact.map(|m| m.round(&decimals)).transpose()?)
    };
    let multiple = multiple_over(base)?;
    let target_multiple = target.map(multiple_over).transpose()?.flatten();
    // Something below a detection limit that is too high may yet meet the target: then nothing is said.
    let meets = match (j.class, target) {
        (Some(class), Some(t)) if class <= t => Some(true),
        (Some(_), Some(_)) if !j.unsure => Some(false),
        _ => None,
    };
    let mut e = Explanation::new(format!("{}的水质类别", rule.zh), format!("Class by {}", rule.en))
        .clause(judge.rules.item_clause.clone())
        .input(j.explanation.clone());
    if let Some(class) = j.class {
        e = e.value(class);
    }
    if let (true, Ok(d)) = (judge.rounded, &judge.rules.decimals) {
        e = d.clauses.iter().fold(e, |e, clause| e.clause(clause.clone()));
    }
    if let Some((zh, en)) = &j.why {
        e = e.note(zh, en);
    }
    if !rule.decides {
        e = e.note(
            "该项不参加断面类别评价",
            "this item takes no part in the class of a section",
        );
    }
    if let Some(m) = multiple {
        e = e.clause(p.clause_ref()).note(
            format!("超{base}类{m}倍"),
            format!("exceeds class {base} by {m} times its limit"),
        );
    }
    let columns = vec![
        ("c_judged", Some(j.value).filter(|_| !j.below).into()),
        ("multiple", multiple.into()),
        ("meets", met(meets).into()),
        ("target_multiple", target_multiple.into()),
        ("decides", rule.decides.into()),
        ("unit", rule.unit.as_str().into()),
    ];
    Ok(Outcome {
        value: j.class.map(Class::name).into(),
        columns,
        explanation: e,
    })
}

/// Concentration at saturation, exact.
fn saturated<'a>(c: &Context<'a>, temp: Decimal) -> Result<(Ratio, &'a law::Provision), EvalError> {
    let p = c.law.at("water.do.saturated", c.date, c.division)?;
    let clause = format!("{} {}", p.standard.number, p.clause);
    within(
        "temp",
        temp,
        decimal(p, 0, "temp_min")?,
        decimal(p, 0, "temp_max")?,
        &clause,
    )?;
    let below = Ratio::from(decimal(p, 0, "offset")?).add(temp.into())?;
    Ok((Ratio::from(decimal(p, 0, "numerator")?).div(below)?, p))
}

/// What dissolved oxygen must reach to count as class I by saturation.
fn class1_from<'a>(c: &Context<'a>, full: Ratio) -> Result<(Ratio, &'a law::Provision), EvalError> {
    let p = c.law.at("water.do.saturation", c.date, c.division)?;
    let share = Ratio::from(decimal(p, 0, "class1_min")?).div(Ratio::from(100))?;
    Ok((full.mul(share)?, p))
}

fn by_saturation(c: &Context<'_>, item: &str, temp: Decimal, j: &mut super::judge::Judged) -> Result<(), EvalError> {
    if item != "do" {
        return Err(EvalError::argument("temp", "is only for dissolved oxygen (do)"));
    }
    let (full, formula) = saturated(c, temp)?;
    let (least, rule) = class1_from(c, full)?;
    if !j.below && Ratio::from(j.value) >= least {
        j.class = Some(Class::I);
        j.explanation.formula = Some(format!("{} ≥ {} → {}", j.value, least.shown(3), Class::I));
    }
    j.explanation = std::mem::take(&mut j.explanation)
        .clause(formula.clause_ref())
        .clause(rule.clause_ref())
        .note(
            format!("饱和率90%为{}", least.shown(3)),
            format!("90 % of saturation is {}", least.shown(3)),
        );
    Ok(())
}

fn round(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, rule) = (
        c.law.at("water.decimals", c.date, c.division)?,
        c.law.at("water.rounding", c.date, c.division)?,
    );
    let usage = match args.get("use").unwrap_or("evaluation") {
        "evaluation" | "评价" => "evaluation",
        "hourly" | "小时值" => "hourly",
        other => {
            return Err(EvalError::argument(
                "use",
                format!("`{other}`: write evaluation (评价) or hourly (小时值)"),
            ));
        }
    };
    let word = args.text("item")?;
    let rules = super::Rules::at(c.law, c.date, c.division)?;
    let name = rules.item(word).map_or(word, |i| rules.rule(i).name.as_str());
    let Some(row) = p.table.find(&[("item", name)]) else {
        let known: Vec<&str> = (0..p.table.rows.len()).map(|r| p.table.text(r, "item")).collect();
        let reason = format!(
            "`{word}` has no decimals here; the items are {} / 没有此项的位数",
            known.join(" ")
        );
        return Err(EvalError::argument("item", reason));
    };
    let decimals: i32 = whole(p, row, usage)?;
    let given = args.required_number("c")?;
    let value = KeptRounding::at(rule)?.decimal(given, decimals)?;
    let e = Explanation::new("修约值", "Rounded value")
        .value(value)
        .formula(format!("{given} → {value}"))
        .clause(p.clause_ref_row(row))
        .clause(rule.clause_ref())
        .note(&rule.note.zh, &rule.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("decimals", i64::from(decimals).into())],
        explanation: e,
    })
}

fn saturation(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let temp = args.required_number("temp")?;
    let (full, p) = saturated(c, temp)?;
    let (least, rule) = class1_from(c, full)?;
    let digits = Rounding::gbt8170(whole(p, 0, "decimals")?);
    let value = full.round(&digits)?;
    let mut e = Explanation::new("饱和溶解氧", "Dissolved oxygen at saturation")
        .value(value)
        .unit("mg/L")
        .formula(format!(
            "{} ÷ ({} + {temp}) = {} → {value}",
            p.table.text(0, "numerator"),
            p.table.text(0, "offset"),
            full.shown(6)
        ))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    let mut percent = Cell::Missing;
    if let Some(Reading::Value(o)) = args.reading("do")? {
        let share = Ratio::from(o).div(full)?.mul(Ratio::from(100))?;
        percent = share.round(&Rounding::gbt8170(1))?.into();
        e = e.clause(rule.clause_ref()).note(
            format!("饱和率 {}%", share.shown(1)),
            format!("saturation {} %", share.shown(1)),
        );
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("percent", percent), ("class1_from", least.round(&digits)?.into())],
        explanation: e,
    })
}

fn temperature(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.temperature", c.date, c.division)?;
    let mut e = Explanation::new("人为水温变化", "Man-made change of water temperature").clause(p.clause_ref());
    let mut check = |name: &str, column: &str| -> Result<Option<bool>, EvalError> {
        let Some(v) = args.number(name)? else { return Ok(None) };
        if v.is_negative() {
            return Err(EvalError::argument(
                name,
                format!("{v}: write the size of the change, 0 or more"),
            ));
        }
        let most = decimal(p, 0, column)?;
        let sign = if v <= most { "≤" } else { ">" };
        e = std::mem::take(&mut e).input(
            Explanation::new(name, name)
                .value(v)
                .formula(format!("{v} {sign} {most}")),
        );
        Ok(Some(v <= most))
    };
    let (rise, fall) = (check("rise", "rise_max")?, check("fall", "fall_max")?);
    let all = match (rise, fall) {
        (None, None) => return Err(EvalError::Missing("rise".into())),
        (a, b) => a != Some(false) && b != Some(false),
    };
    Ok(Outcome {
        value: met(Some(all)).into(),
        columns: vec![("rise_meets", met(rise).into()), ("fall_meets", met(fall).into())],
        explanation: e.value(met(Some(all))),
    })
}
