//! Grade of an event with its reporting time, and the number of a filed plan.

use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::Datelike;
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "risk.incident",
        title: ("突发环境事件等级和报告时限", "Grade of an environmental emergency and when to report it"),
        args: &[
            Arg::number("deaths", "1", ("因环境污染直接导致死亡人数", "deaths")).optional(),
            Arg::number("injured", "1", ("中毒或重伤人数", "poisoned or badly injured")).optional(),
            Arg::number("evacuated", "1", ("疏散、转移人数", "people evacuated")).optional(),
            Arg::number("loss", "yuan", ("直接经济损失（元）", "direct loss in yuan")).optional(),
            Arg::text(
                "effects",
                (
                    "影响，空格分隔：ecology_lost source_city cross_border_grave ecology_partly source_county cross_province species_harmed source_town cross_city dispute_county；没有写none",
                    "effects parted by spaces: ecology_lost source_city cross_border_grave ecology_partly source_county cross_province species_harmed source_town cross_city dispute_county; none if there are none",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("by"), Column::number("report_hours"), Column::text("report_to")],
        keys: &["risk.incident.grade", "risk.incident.effects", "risk.incident.report"],
        eval: incident,
    },
    Function {
        name: "risk.plan_code",
        title: ("应急预案备案编号核对", "Check of the filing number of an emergency plan"),
        args: &[Arg::text("code", ("备案编号，如340102-2024-012-H", "the number, as 340102-2024-012-H"))],
        results: &[Column::text("division"), Column::number("year"), Column::text("level"), Column::text("across")],
        keys: &["risk.plan.code", "risk.levels"],
        eval: plan_code,
    },
];

fn incident(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (table, effects) = (at(c, "risk.incident.grade")?, at(c, "risk.incident.effects")?);
    let lowest = table.rows().last().ok_or_else(|| EvalError::law(table.0, "no grade"))?;
    let mut worst: (Decimal, Row<'_>, String) = (lowest.number("rank")?, lowest, "other".into());
    let mut node = Explanation::new("突发环境事件等级", "Grade of the event").clause(table.0.clause_ref());
    let mut anything = false;
    for (name, zh, unit) in [
        ("deaths", "死亡人数", "1"),
        ("injured", "中毒或重伤人数", "1"),
        ("evacuated", "疏散、转移人数", "1"),
        ("loss", "直接经济损失", "yuan"),
    ] {
        let Some(value) = args.amount_or_none(name)? else {
            continue;
        };
        anything = true;
        node = node.input(given(zh, name, value, unit));
        for r in table.rows() {
            if value >= r.number(name)? {
                let rank = r.number("rank")?;
                if rank > worst.0 {
                    worst = (rank, r, name.to_string());
                }
                node = node.input(r.node(
                    name,
                    &format!("{}的{zh}下限", r.text("grade")),
                    &format!("lower end: {name}"),
                )?);
                break; // the rows run from the gravest down
            }
        }
    }
    for word in args.words("effects") {
        anything = true;
        let effect = effects.word("effects", word, &["effect"])?;
        let r = table.row(&[("grade", effect.text("grade"))])?;
        let rank = r.number("rank")?;
        if rank > worst.0 {
            worst = (rank, r, effect.text("effect").to_string());
        }
        node = node.input(
            Explanation::new(effect.text("zh"), effect.text("en"))
                .value(effect.text("grade"))
                .clause(effect.clause()),
        );
    }
    if !anything {
        return Err(EvalError::Missing("deaths, injured, evacuated, loss or effects".into()));
    }
    let grade = worst.1.text("grade");
    let report = at(c, "risk.incident.report")?.row(&[("grade", grade)])?;
    node = node
        .value(grade)
        .formula(format!("{} → {grade}", worst.2))
        .clause(worst.1.clause())
        .input(report.node("hours", "报告时限", "time to report")?)
        .noted(table.0);
    Ok(Outcome {
        value: grade.into(),
        columns: vec![
            ("by", worst.2.into()),
            ("report_hours", report.number("hours")?.into()),
            ("report_to", report.text("to_zh").into()),
        ],
        explanation: node,
    })
}

fn plan_code(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (shape, levels) = (at(c, "risk.plan.code")?, at(c, "risk.levels")?);
    let code = args.text("code")?;
    let wrong =
        |reason: String| EvalError::argument("code", format!("{reason} ({}; {})", shape.0.clause, shape.0.note.zh));
    let parts: Vec<&str> = code.split('-').collect();
    let [division, year, serial, letters] = parts[..] else {
        return Err(wrong(format!("`{code}` does not have four parts joined by -")));
    };
    for (name, text) in [("division", division), ("year", year), ("serial", serial)] {
        let digits = shape.row(&[("part", name)])?.whole("digits")?;
        let right = i64::try_from(text.len()).is_ok_and(|n| n == digits) && text.bytes().all(|b| b.is_ascii_digit());
        if !right {
            return Err(wrong(format!("`{text}` is not {digits} digits")));
        }
    }
    let (letter, across) = match letters.strip_suffix('T') {
        Some(rest) => (rest, true),
        None => (letters, false),
    };
    let level = levels.rows().find(|r| r.text("letter") == letter);
    let level = level.ok_or_else(|| wrong(format!("`{letters}` names no grade")))?;
    let year = Decimal::parse(year)?;
    if year > Decimal::from_int(i64::from(c.date.year())) {
        return Err(wrong(format!("the year {year} lies after {}", c.date)));
    }
    let node = Explanation::new("备案编号", "Filing number")
        .value(code)
        .clause(shape.0.clause_ref())
        .noted(shape.0);
    Ok(Outcome {
        value: code.into(),
        columns: vec![
            ("division", division.into()),
            ("year", year.into()),
            ("level", level.text("level").into()),
            ("across", across.into()),
        ],
        explanation: node,
    })
}
