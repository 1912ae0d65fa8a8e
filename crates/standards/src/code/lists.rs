//! Code lists: factor codes, system codes, commands, marks, classes.

use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::Explanation;
use law::Provision;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "code.factor",
        title: ("监测因子编码", "Code of a monitoring factor"),
        args: &[
            Arg::text(
                "factor",
                (
                    "因子编码、2005年旧编码或中文名称：w01018 011 化学需氧量",
                    "code, code of 2005 or Chinese name: w01018 011",
                ),
            ),
            Arg::text(
                "medium",
                (
                    "water air noise，旧编码有歧义时填写",
                    "water air noise, where an old code could be either",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("name"),
            Column::text("medium"),
            Column::text("old"),
            Column::text("unit"),
            Column::text("unit_mass"),
            Column::text("format"),
        ],
        keys: &["code.factor"],
        eval: factor,
    },
    Function {
        name: "code.meaning",
        title: ("代码表查询", "What a code of a list means"),
        args: &[
            Arg::text(
                "list",
                (
                    "代码表：system command request execution mark info outfall permit_class eia_class",
                    "list: system command request execution mark info outfall permit_class eia_class",
                ),
            ),
            Arg::text("code", ("代码", "code")),
        ],
        results: &[Column::text("name_en"), Column::text("detail")],
        keys: &["code.list.system", "code.list.command", "code.list.mark"],
        eval: meaning,
    },
];

/// The words of a column, for a message.
pub(crate) fn words(p: &Provision, column: &str) -> String {
    let words = (0..p.table.rows.len()).map(|r| p.table.text(r, column));
    let mut shown: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
    shown.dedup();
    let more = shown.len() > 40;
    shown.truncate(40);
    shown.join(" ") + if more { " …" } else { "" }
}

fn factor(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("code.factor", c.date, c.division)?;
    let (asked, medium) = (args.text("factor")?, args.get("medium"));
    let rows: Vec<usize> = (0..p.table.rows.len())
        .filter(|&r| {
            ["code", "old", "name_zh"]
                .iter()
                .any(|col| p.table.text(r, col).eq_ignore_ascii_case(asked))
                && medium.is_none_or(|m| p.table.text(r, "medium") == m)
        })
        .collect();
    let row = match rows.as_slice() {
        [] => {
            let reason = format!("`{asked}` is no factor of {} ({})", p.standard.number, p.clause);
            return Err(EvalError::argument("factor", reason));
        }
        [one] => *one,
        several => {
            let codes: Vec<&str> = several.iter().map(|&r| p.table.text(r, "code")).collect();
            let reason = format!("`{asked}` may be {}: give `medium` or the new code", codes.join(" or "));
            return Err(EvalError::argument("factor", reason));
        }
    };
    let text = |column: &str| p.table.text(row, column).to_string();
    let code = text("code");
    let mut e = Explanation::new("因子编码", "Code of the factor")
        .value(&code)
        .clause(p.clause_ref_row(row))
        .note(text("name_zh"), text("name_zh"));
    if !text("trap_zh").is_empty() {
        e = e.note(text("trap_zh"), text("trap_en"));
    }
    Ok(Outcome {
        value: code.into(),
        columns: vec![
            ("name", text("name_zh").into()),
            ("medium", text("medium").into()),
            ("old", text("old").into()),
            ("unit", text("unit_code").into()),
            ("unit_mass", text("mass_code").into()),
            ("format", text("format").into()),
        ],
        explanation: e.note(&p.note.zh, &p.note.en),
    })
}

fn meaning(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (list, code) = (args.text("list")?, args.text("code")?);
    let known: Vec<&str> = c.law.keys().filter_map(|k| k.strip_prefix("code.list.")).collect();
    if !known.contains(&list) {
        let reason = format!("`{list}` is no list; the lists are {}", known.join(" "));
        return Err(EvalError::argument("list", reason));
    }
    let p = c.law.at(&format!("code.list.{list}"), c.date, c.division)?;
    let row = p.table.find(&[("code", code)]).ok_or_else(|| {
        let reason = format!(
            "`{code}` is not in {} ({}); it has {}",
            p.standard.number,
            p.clause,
            words(p, "code")
        );
        EvalError::argument("code", reason)
    })?;
    let text = |column: &str| p.table.text(row, column).to_string();
    let skip = ["code", "name_zh", "name_en", "certainty", "clause"];
    let detail: Vec<String> = p
        .table
        .columns
        .iter()
        .filter(|col| !skip.contains(&col.as_str()) && !p.table.text(row, col).is_empty())
        .map(|col| format!("{col}={}", p.table.text(row, col)))
        .collect();
    let e = Explanation::new("代码含义", "Meaning of the code")
        .value(text("name_zh"))
        .clause(p.clause_ref_row(row))
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: text("name_zh").into(),
        columns: vec![
            ("name_en", text("name_en").into()),
            ("detail", detail.join("; ").into()),
        ],
        explanation: e,
    })
}
