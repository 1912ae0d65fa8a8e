//! `validity.mark`: what a mark on automatic data does.

use crate::emission::select::{all, means};
use crate::word::unknown;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Clause, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "validity.mark",
    title: ("数据标记的含义", "What a mark on data means"),
    args: &[
        Arg::text(
            "mark",
            (
                "HJ 212字母N F M S D C T B，监测标记（校准 维护 故障 通讯中断 超量程 标样核查 其他），或工况标记",
                "an HJ 212 letter N F M S D C T B, a monitor mark (calibration maintenance fault communication \
                 over_range standard_check other) or, with a sector, a condition mark in Chinese",
            ),
        ),
        Arg::text(
            "sector",
            (
                "工况标记的行业：msw_incineration hw_incineration power cement paper；不填为监测标记",
                "sector of a condition mark: msw_incineration hw_incineration power cement paper",
            ),
        )
        .optional(),
    ],
    results: &[Column::text("valid"), Column::text("judged"), Column::text("counted")],
    keys: &["online.marks.data", "online.marks.monitor", "online.marks.condition"],
    eval: mark,
}];

/// What a monitor mark does.
pub(crate) struct Monitor {
    pub valid: bool,
    pub text: String,
    pub clause: Clause,
}

/// Whether data of a condition are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    Yes,
    No,
    /// Not judged within the yearly hours and the cap on particulates.
    Capped,
    /// As the permit and the sector's specification say.
    Permit,
}

/// What a condition mark does.
pub(crate) struct Condition {
    pub judged: Judged,
    pub counted: bool,
    pub clause: Clause,
}

/// A monitor mark: a letter of HJ 212, or a word of the rule on marks.
pub(crate) fn monitor(c: &Context<'_>, word: &str) -> Result<Monitor, EvalError> {
    let letters = c.law.at("online.marks.data", c.date, "")?;
    if let Some(r) = letters.table.find(&[("mark", word)]) {
        return Ok(Monitor {
            valid: letters.table.text(r, "normal") == "yes",
            text: letters.table.text(r, "text_zh").to_string(),
            clause: letters.clause_ref_row(r),
        });
    }
    let p = c.law.at("online.marks.monitor", c.date, "")?;
    let row = all(p)
        .into_iter()
        .find(|r| p.table.text(*r, "mark") == word || means(p.table.text(*r, "words"), word))
        .ok_or_else(|| unknown(p, &all(p), "mark", word, &["mark"]))?;
    Ok(Monitor {
        valid: p.table.text(row, "valid") == "yes",
        text: p.table.text(row, "mark").to_string(),
        clause: p.clause_ref_row(row),
    })
}

/// A condition mark of a sector.
pub(crate) fn condition(c: &Context<'_>, sector: &str, word: &str) -> Result<Condition, EvalError> {
    let p = c.law.at("online.marks.condition", c.date, "")?;
    let rows: Vec<usize> = all(p)
        .into_iter()
        .filter(|r| p.table.text(*r, "sector") == sector)
        .collect();
    if rows.is_empty() {
        return Err(unknown(p, &all(p), "sector", sector, &["sector"]));
    }
    let row = rows
        .iter()
        .copied()
        .find(|r| p.table.text(*r, "mark") == word || means(p.table.text(*r, "words"), word));
    let row = row.ok_or_else(|| unknown(p, &rows, "condition", word, &["mark"]))?;
    let judged = match p.table.text(row, "judged") {
        "yes" => Judged::Yes,
        "no" => Judged::No,
        "capped" => Judged::Capped,
        "permit" => Judged::Permit,
        other => return Err(EvalError::law(p, format!("unknown effect `{other}`"))),
    };
    Ok(Condition {
        judged,
        counted: p.table.text(row, "counted") == "yes",
        clause: p.clause_ref_row(row),
    })
}

fn mark(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let word = args.text("mark")?;
    let e = Explanation::new("标记", "Mark").value(word);
    let (value, valid, judged, counted, e) = match args.get("sector") {
        None => {
            let m = monitor(c, word)?;
            let judged = if m.valid { "yes" } else { "no" };
            let e = e.clause(m.clause.clone()).note(
                "标记为无效的数据不作为判定超标的依据；虚假标记按弄虚作假处理",
                "data marked invalid are not a basis for judging; a false mark is falsification",
            );
            (m.text, Some(m.valid), judged, None, e)
        }
        Some(sector) => {
            let m = condition(c, sector, word)?;
            let judged = match m.judged {
                Judged::Yes => "yes",
                Judged::No => "no",
                Judged::Capped => "capped",
                Judged::Permit => "permit",
            };
            (word.to_string(), None, judged, Some(m.counted), e.clause(m.clause))
        }
    };
    let columns = vec![
        ("valid", valid.into()),
        ("judged", judged.into()),
        ("counted", counted.into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}
