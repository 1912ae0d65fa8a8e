//! What a unit has to do, how long waste may be stored, how large a bund must be, tailings ponds.

use crate::node::{Noted, given};
use crate::reading::within;
use crate::row::{Row, at};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::{Months, NaiveDate};
use figure::Explanation;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "waste.unit_class",
        title: (
            "危险废物产生单位管理类别",
            "Class of a unit that produces hazardous waste",
        ),
        args: &[
            Arg::number(
                "amount",
                "t/a",
                ("同一场所危险废物年产生量", "hazardous waste a year at one site"),
            ),
            Arg::text(
                "facility",
                (
                    "有自行利用处置设施：yes或no，默认no",
                    "own use or disposal facility: yes or no (default)",
                ),
            )
            .optional(),
            Arg::text(
                "permit",
                (
                    "持有经营许可证：yes或no，默认no",
                    "holds an operating permit: yes or no (default)",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("plan"),
            Column::text("period"),
            Column::text("declaration"),
        ],
        keys: &["waste.unit.classes", "waste.unit.declaration"],
        eval: unit_class,
    },
    Function {
        name: "waste.storage",
        title: ("危险废物贮存期限", "Time limit of stored hazardous waste"),
        args: &[
            Arg::text("since", ("入库日，年-月-日", "day it was stored, YYYY-MM-DD")),
            Arg::text(
                "until",
                (
                    "出库日或核对日，默认当日",
                    "day it left or of the check, the day of the call unless given",
                ),
            )
            .optional(),
            Arg::text(
                "approved",
                (
                    "已批准延长：yes或no，默认no",
                    "longer storage approved: yes or no (default)",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("due"), Column::number("days"), Column::number("left")],
        keys: &["waste.storage.limit"],
        eval: storage,
    },
    Function {
        name: "waste.bund",
        title: ("液态危险废物围堰容积", "Bund of liquid hazardous waste"),
        args: &[
            Arg::number("largest", "m3", ("最大容器容积", "largest container")),
            Arg::number("total", "m3", ("液态废物总储量", "all liquid stored")),
            Arg::number(
                "volume",
                "m3",
                ("现有围堰容积，填了给判定", "volume there is, for a judgement"),
            )
            .optional(),
        ],
        results: &[Column::text("enough")],
        keys: &["waste.storage.bund"],
        eval: bund,
    },
    Function {
        name: "waste.tailings",
        title: ("尾矿库环境风险等级", "Environmental risk of a tailings pond"),
        args: &[
            Arg::number("h", "1", ("环境危害性H得分", "score of hazard H")),
            Arg::number("s", "1", ("周边环境敏感性S得分", "score of sensitivity S")),
            Arg::number("r", "1", ("控制机制可靠性R得分", "score of control R")),
        ],
        results: &[Column::text("levels")],
        keys: &["waste.tailings.levels", "waste.tailings.scores"],
        eval: tailings,
    },
];

fn unit_class(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let table = at(c, "waste.unit.classes")?;
    let amount = args.amount("amount")?;
    let (facility, permit) = (args.flag("facility")?, args.flag("permit")?);
    let by_amount = table.band(amount.into())?;
    let top = table.rows().next().unwrap_or(by_amount); // the first class is the strictest
    let row: Row<'_> = if facility || permit { top } else { by_amount };
    let class = row.text("class");
    let declared = at(c, "waste.unit.declaration")?.row(&[("class", class)])?;
    let reason = match (facility, permit) {
        (false, false) => format!("{amount} t/a"),
        (true, _) => "自行利用处置设施 / own facility".to_string(),
        (false, true) => "经营许可证 / permit".to_string(),
    };
    let mut node = Explanation::new("管理类别", "Class")
        .value(class)
        .formula(format!("{reason} → {class}"))
        .clause(row.clause())
        .clause(declared.clause())
        .input(given("年产生量", "amount a year", amount, "t/a"))
        .noted(table.0);
    for (column, zh, en) in [
        ("ge", "下限", "lower end"),
        ("lt", "上限（不含）", "upper end (not in it)"),
    ] {
        if by_amount.optional(column)?.is_some() {
            node = node.input(by_amount.node(column, zh, en)?);
        }
    }
    Ok(Outcome {
        value: class.into(),
        columns: vec![
            ("plan", row.text("plan").into()),
            ("period", declared.text("period").into()),
            ("declaration", declared.text("zh").into()),
        ],
        explanation: node,
    })
}

fn day(name: &str, text: &str) -> Result<NaiveDate, EvalError> {
    text.parse()
        .map_err(|_| EvalError::argument(name, format!("`{text}` is not a date: write YYYY-MM-DD")))
}

fn storage(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "waste.storage.limit")?.only();
    let since = day("since", args.text("since")?)?;
    let until = args.get("until").map_or(Ok(c.date), |t| day("until", t))?;
    if until < since {
        return Err(EvalError::argument("until", format!("{until} lies before {since}")));
    }
    let months = rule.whole::<u32>("years")?.checked_mul(12);
    let due = months.and_then(|m| since.checked_add_months(Months::new(m)));
    let due = due.ok_or_else(|| EvalError::argument("since", "the time limit ends beyond the calendar"))?;
    let (days, left) = ((until - since).num_days(), (due - until).num_days());
    let value = match (until > due, args.flag("approved")?) {
        (false, _) => "within",
        (true, true) => "extended",
        (true, false) => "overdue",
    };
    let node = Explanation::new("贮存期限", "Time limit of storage")
        .value(value)
        .formula(format!("{since} + {} a = {due}; {until}", rule.text("years")))
        .clause(rule.clause())
        .input(rule.node("years", "贮存期限", "time limit")?)
        .note(
            format!("适用于{}。{}", rule.text("who"), rule.p.note.zh),
            &rule.p.note.en,
        );
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("due", due.to_string().into()),
            ("days", days.into()),
            ("left", left.into()),
        ],
        explanation: node,
    })
}

fn bund(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "waste.storage.bund")?.only();
    let (largest, total) = (args.amount("largest")?, args.amount("total")?);
    let share = figure::Ratio::from(total).div(rule.ratio("divisor")?)?;
    let exact = share.max(largest.into());
    let value = exact.round(&rule.rounding()?)?;
    let enough = args.amount_or_none("volume")?.map(|v| figure::Ratio::from(v) >= exact);
    let node = Explanation::new("围堰所需容积", "Volume the bund needs")
        .value(value)
        .unit("m³")
        .formula(format!("max({largest}, {total} / {}) = {value}", rule.text("divisor")))
        .clause(rule.clause())
        .input(given("最大容器", "largest container", largest, "m3"))
        .input(given("总储量", "all liquid", total, "m3"))
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("enough", enough.into())],
        explanation: node,
    })
}

fn tailings(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (levels, scores) = (at(c, "waste.tailings.levels")?, at(c, "waste.tailings.scores")?.only());
    let mut found = Vec::new();
    let mut node = Explanation::new("尾矿库环境风险等级", "Risk of the tailings pond").clause(levels.0.clause_ref());
    for name in ["h", "s", "r"] {
        let score = args.required_number(name)?;
        within(
            name,
            score,
            scores.number("min")?,
            scores.number("max")?,
            &scores.p.clause,
        )?;
        let row = levels.band(score.into())?;
        node = node.input(given(&name.to_uppercase(), &name.to_uppercase(), score, "1").clause(row.clause()));
        found.push(row.text("level"));
    }
    let [h, s, r] = found[..] else {
        return Err(EvalError::law(levels.0, "three levels are wanted"));
    };
    // The matrix is not recorded yet: without it the three levels make no grade.
    let row = at(c, "waste.tailings.matrix")?.row(&[("h", h), ("s", s), ("r", r)])?;
    let grade = row.text("grade");
    Ok(Outcome {
        value: grade.into(),
        columns: vec![("levels", format!("H{h} S{s} R{r}").into())],
        explanation: node.value(grade).clause(row.clause()),
    })
}
