//! The grade of one side from Q, M and E, and of the enterprise from both (HJ 941).

use super::grade::{MEDIUM, medium};
use crate::node::Noted;
use crate::row::{Row, at};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "risk.level",
        title: ("大气或水环境事件风险等级", "Risk grade of one side"),
        args: &[
            MEDIUM,
            Arg::text("q", ("Q值，或Q0 Q1 Q2 Q3", "Q, or one of Q0 Q1 Q2 Q3")),
            Arg::text(
                "m",
                ("M分值（0至100），或M1 M2 M3 M4；Q小于1时可不填", "points of M, or one of M1 M2 M3 M4; not needed below Q 1"),
            )
            .optional(),
            Arg::text("e", ("E1 E2 E3；Q小于1时可不填", "E1 E2 E3; not needed below Q 1")).optional(),
        ],
        results: &[Column::text("notation"), Column::number("rank")],
        keys: &["risk.q.bands", "risk.m.class", "risk.m.limits", "risk.matrix", "risk.levels", "risk.notation"],
        eval: level,
    },
    Function {
        name: "risk.enterprise",
        title: ("企业突发环境事件风险等级", "Risk grade of an enterprise"),
        args: &[
            Arg::text("air", ("大气等级表示，如 重大-大气(Q3-M2-E1)", "grade of air as written by risk.level")),
            Arg::text("water", ("水等级表示，如 较大-水(Q2-M1-E2)", "grade of water as written by risk.level")),
            Arg::text(
                "punished",
                (
                    "近3年因违法排污或非法转移处置危险废物受处罚：yes或no，默认no",
                    "punished within three years for illegal discharge or hazardous-waste transfer: yes or no (default)",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("notation"), Column::number("rank"), Column::text("raised")],
        keys: &["risk.levels", "risk.notation", "risk.enterprise"],
        eval: enterprise,
    },
];

/// The band a number falls in, or the band a word names.
pub(super) fn band<'a>(c: &Context<'a>, key: &str, arg: &str, text: &str, column: &str) -> Result<Row<'a>, EvalError> {
    let table = at(c, key)?;
    if let Some(r) = table.rows().find(|r| r.text(column).eq_ignore_ascii_case(text)) {
        return Ok(r);
    }
    let number = Decimal::parse(text).map_err(|e| {
        let known: Vec<&str> = table.rows().map(|r| r.text(column)).collect();
        EvalError::argument(arg, format!("{e}; write a number or one of {}", known.join(" ")))
    })?;
    if number.is_negative() {
        return Err(EvalError::argument(arg, format!("{number} is below zero / 不得为负")));
    }
    table
        .band(number.into())
        .map_err(|_| EvalError::argument(arg, format!("{number} lies in no class of {}", table.0.clause)))
}

fn level(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let side = medium(c, args.text("medium")?)?;
    let q = band(c, "risk.q.bands", "q", args.text("q")?, "band")?;
    let notation = at(c, "risk.notation")?;
    let mut node = Explanation::new("突发环境事件风险等级", "Risk grade")
        .clause(q.clause())
        .input(
            Explanation::new("Q", "Q")
                .value(args.text("q")?)
                .formula(q.text("band").to_string())
                .clause(q.clause()),
        );
    // A band whose next step is a grade needs no matrix.
    let direct = at(c, "risk.levels")?.rows().find(|r| r.text("level") == q.text("next"));
    let (word, written) = match direct {
        Some(r) => (r.text("level"), notation.row(&[("case", "q0")])?),
        None => {
            let text = args.text("m")?;
            let m = band(c, "risk.m.class", "m", text, "class")?;
            let top = at(c, "risk.m.limits")?.only();
            if Decimal::parse(text).is_ok_and(|d| top.number("m_max").is_ok_and(|max| d > max)) {
                let reason = format!("{text} is above {} ({})", top.text("m_max"), top.p.clause);
                return Err(EvalError::argument("m", reason));
            }
            let matrix = at(c, "risk.matrix")?;
            let wanted = args.text("e")?;
            let row = matrix.rows().filter(|r| r.text("e").eq_ignore_ascii_case(wanted));
            let row = row.into_iter().find(|r| r.text("q") == q.text("band")).ok_or_else(|| {
                EvalError::argument("e", format!("`{wanted}`: write E1, E2 or E3 ({})", matrix.0.clause))
            })?;
            node = node
                .input(
                    Explanation::new("M", "M")
                        .value(text)
                        .formula(m.text("class").to_string())
                        .clause(m.clause()),
                )
                .input(Explanation::new("E", "E").value(row.text("e")))
                .clause(row.clause());
            let written = notation.row(&[("case", "one")])?;
            let word = row.text(m.text("class"));
            return finish(
                c,
                node,
                word,
                &fill(written, word, side, q.text("band"), m.text("class"), row.text("e")),
            );
        }
    };
    finish(c, node, word, &fill(written, word, side, q.text("band"), "", ""))
}

fn fill(written: Row<'_>, level: &str, side: Row<'_>, q: &str, m: &str, e: &str) -> String {
    let text = written.text("text").replace("{level}", level);
    text.replace("{medium}", side.text("medium_zh"))
        .replace("{q}", q)
        .replace("{m}", m)
        .replace("{e}", e)
}

fn finish(c: &Context<'_>, node: Explanation, word: &str, written: &str) -> Result<Outcome, EvalError> {
    let row = at(c, "risk.levels")?.row(&[("level", word)])?;
    Ok(Outcome {
        value: word.into(),
        columns: vec![("notation", written.into()), ("rank", row.number("rank")?.into())],
        explanation: node.value(word).formula(written.to_string()).clause(row.clause()),
    })
}

fn enterprise(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (levels, rule) = (at(c, "risk.levels")?, at(c, "risk.enterprise")?.only());
    let (air, water) = (args.text("air")?, args.text("water")?);
    let of = |name: &str, text: &str| -> Result<(Row<'_>, Decimal), EvalError> {
        let word = text.split(['-', '[', ' ']).next().unwrap_or("");
        let row = levels.word(name, word, &["level"])?;
        Ok((row, row.number("rank")?))
    };
    let (a, w) = (of("air", air)?, of("water", water)?);
    let mut top = if w.1 > a.1 { w } else { a };
    let mut raised = false;
    let punished = args.flag("punished")?;
    if punished && top.0.text("level") != rule.text("top") {
        let next = top.1.add(rule.number("raise")?)?;
        let row = levels.rows().find(|r| r.number("rank") == Ok(next));
        if let Some(row) = row {
            (top, raised) = ((row, next), true);
        }
    }
    let word = top.0.text("level");
    let both = at(c, "risk.notation")?.row(&[("case", "both")])?.text("text");
    let written = both
        .replace("{level}", word)
        .replace("{air}", air)
        .replace("{water}", water);
    let node = Explanation::new("企业突发环境事件风险等级", "Risk grade of the enterprise")
        .value(word)
        .formula(format!(
            "max({}, {}){}",
            a.0.text("level"),
            w.0.text("level"),
            if raised { " + 1" } else { "" }
        ))
        .clause(rule.clause())
        .input(Explanation::new("大气", "air").value(air))
        .input(Explanation::new("水", "water").value(water))
        .noted(rule.p);
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("notation", written.into()),
            ("rank", top.1.into()),
            ("raised", raised.into()),
        ],
        explanation: node,
    })
}
