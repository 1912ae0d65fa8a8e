//! Lines that open something: a check of transfer, a hearing, a reward, a sample.

use crate::cell::{at, decimal};
use crate::unit::label;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Interval, Mode, Ratio, Rounding};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "basis.crime",
        title: ("污染环境犯罪线索的数量标准", "Counted lines of the crime of pollution"),
        args: &[
            Arg::text(
                "item",
                (
                    "项目：hazardous_waste heavy_metal_a heavy_metal_b alert_penalties toxic_penalties gain_or_loss supply_cut",
                    "item: hazardous_waste heavy_metal_a heavy_metal_b alert_penalties toxic_penalties gain_or_loss supply_cut",
                ),
            ),
            Arg::number(
                "amount",
                "",
                ("数量：吨、倍数、次数、元或小时", "amount: t, times, number, yuan or h"),
            ),
        ],
        results: &[
            Column::text("grave"),
            Column::number("threshold"),
            Column::number("threshold_grave"),
            Column::text("unit"),
        ],
        keys: &["basis.crime"],
        eval: crime,
    },
    Function {
        name: "basis.procedure",
        title: (
            "处罚程序：简易、普通、听证",
            "Procedure of a fine: simple, ordinary, with hearing",
        ),
        args: &[
            Arg::text(
                "subject",
                ("当事人：person公民 entity单位", "subject: person or entity"),
            ),
            Arg::number("fine", "yuan", ("拟处罚款", "intended fine")),
        ],
        results: &[Column::text("simple"), Column::text("hearing")],
        keys: &["basis.simple", "basis.hearing"],
        eval: procedure,
    },
    Function {
        name: "basis.reward",
        title: ("有奖举报奖励", "Reward for a report"),
        args: &[
            Arg::text(
                "level",
                (
                    "档次：first second third，2018年版为fine",
                    "level: first second third; fine for the scale of 2018",
                ),
            ),
            Arg::number(
                "fine",
                "yuan",
                ("罚款数额（2018年版需要）", "the fine (needed by the scale of 2018)"),
            )
            .optional(),
        ],
        results: &[Column::number("reward_min"), Column::number("reward_max")],
        keys: &["basis.reward"],
        eval: reward,
    },
    Function {
        name: "basis.sample",
        title: ("复核抽取数", "Size of a re-check sample"),
        args: &[
            Arg::text("class", ("类别：report报告书 form报告表", "class: report or form")),
            Arg::number("number", "1", ("审批数", "number approved")),
        ],
        results: &[Column::number("share")],
        keys: &["basis.sample"],
        eval: sample,
    },
];

fn crime(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "basis.crime")?;
    let r = named(p, "item", args.text("item")?, &["item"])?;
    let amount = args.amount("amount")?;
    let (line, grave) = (
        decimal(p, r, "threshold")?,
        p.table.optional(r, "grave").map_err(EvalError::table(p))?,
    );
    let (reached, is_grave) = (amount >= line, grave.is_some_and(|g| amount >= g));
    let unit = p.unit(r, "threshold");
    let e = Explanation::new(
        "是否达到移送审查标准",
        "Whether the line for a check of transfer is reached",
    )
    .value(if reached { "yes" } else { "no" })
    .formula(format!("{amount} {} {line} {unit}", if reached { ">=" } else { "<" }))
    .clause(p.clause_ref_row(r))
    .input(
        Explanation::new(p.table.text(r, "text_zh"), p.table.text(r, "text_en"))
            .value(amount)
            .unit(label(unit)),
    )
    .note(&p.standard.note.zh, &p.standard.note.en);
    Ok(Outcome {
        value: reached.into(),
        columns: vec![
            ("grave", grave.map(|_| is_grave).into()),
            ("threshold", line.into()),
            ("threshold_grave", grave.into()),
            ("unit", unit.into()),
        ],
        explanation: e,
    })
}

fn procedure(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (simple, hearing) = (at(c, "basis.simple")?, at(c, "basis.hearing")?);
    let subject = match args.text("subject")? {
        "person" | "公民" | "个人" => "person",
        "entity" | "单位" | "法人" => "entity",
        other => {
            return Err(EvalError::argument(
                "subject",
                format!("`{other}`: write person or entity"),
            ));
        }
    };
    let fine = args.amount("fine")?;
    let (s, h) = (
        named(simple, "subject", subject, &["subject"])?,
        named(hearing, "subject", subject, &["subject"])?,
    );
    let is_simple = fine <= decimal(simple, s, "at_most")?;
    let is_hearing = fine >= decimal(hearing, h, "at_least")?;
    let (value, zh) = match (is_simple, is_hearing) {
        (true, _) => ("simple", "可以适用简易程序"),
        (false, true) => ("hearing", "普通程序，告知听证权利"),
        (false, false) => ("ordinary", "普通程序"),
    };
    let e = Explanation::new("处罚程序", "Procedure")
        .value(value)
        .formula(format!(
            "{fine}; <= {}; >= {}",
            decimal(simple, s, "at_most")?,
            decimal(hearing, h, "at_least")?
        ))
        .clause(simple.clause_ref_row(s))
        .clause(hearing.clause_ref_row(h))
        .note(zh, value)
        .note(&hearing.note.zh, &hearing.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("simple", is_simple.into()), ("hearing", is_hearing.into())],
        explanation: e,
    })
}

fn reward(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "basis.reward")?;
    let r = named(p, "level", args.text("level")?, &["level"])?;
    let (low, high) = (decimal(p, r, "reward_min")?, decimal(p, r, "reward_max")?);
    let mut e = Explanation::new("举报奖励", "Reward")
        .unit("元")
        .clause(p.clause_ref_row(r))
        .note(p.table.text(r, "text_zh"), p.table.text(r, "text_en"))
        .note(&p.note.zh, &p.note.en);
    let share = match p.table.column("share_of_fine") {
        Some(_) => p.table.optional(r, "share_of_fine").map_err(EvalError::table(p))?,
        None => None,
    };
    let value = match share {
        None => None,
        Some(share) => {
            let fine = args.amount("fine")?;
            let exact = Ratio::from(fine).mul(share.into())?.div(Ratio::from(100))?;
            let exact = exact.round(&Rounding::gbt8170(2))?.normalized();
            let value = exact.max(low).min(high);
            e = e
                .value(value)
                .formula(format!("{fine} × {share} % = {exact} → {value}"));
            Some(value)
        }
    };
    if value.is_none() {
        e = e.value(format!("{low}～{high}"));
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("reward_min", low.into()), ("reward_max", high.into())],
        explanation: e,
    })
}

fn sample(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "basis.sample")?;
    let class = match args.text("class")? {
        "报告书" => "report",
        "报告表" => "form",
        other => other,
    };
    let r = named(p, "class", class, &["class"])?;
    let number = args.amount("number")?;
    if number.at_scale(0).is_none() {
        return Err(EvalError::argument("number", format!("{number} is no whole number")));
    }
    let share = decimal(p, r, "share")?;
    let up = Rounding {
        mode: Mode::Up,
        interval: Interval::Decimals(0),
    };
    let exact = Ratio::from(number).mul(share.into())?.div(Ratio::from(100))?;
    let least = decimal(p, r, "at_least")?;
    // Nothing approved, nothing to draw.
    let value = if number.is_zero() {
        Decimal::from_int(0)
    } else {
        exact.round(&up)?.max(least)
    };
    let e = Explanation::new("抽取数", "Sample")
        .value(value)
        .formula(format!("{number} × {share} % = {} → {value}", exact.shown(2)))
        .clause(p.clause_ref_row(r))
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("share", share.into())],
        explanation: e,
    })
}
