//! The code of a sealed source, and the class of a device by its name.

use crate::cell::{at, whole};
use crate::node::Noted;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::Explanation;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.source_code",
        title: ("放射源编码检查", "Check of a source code"),
        args: &[Arg::text("code", ("12位放射源编码", "the twelve places of the code"))],
        results: &[
            Column::text("maker"),
            Column::text("year"),
            Column::text("nuclide"),
            Column::text("serial"),
            Column::text("class"),
            Column::text("wrong"),
        ],
        keys: &["radiation.source.code"],
        eval: source_code,
    },
    Function {
        name: "radiation.device_class",
        title: ("射线装置分类", "Class of a radiation device"),
        args: &[
            Arg::text(
                "use",
                ("用途：medical医用、non_medical非医用", "use: medical or non_medical"),
            ),
            Arg::text(
                "device",
                (
                    "装置名称或其中的字，须只对应一行，如X射线衍射仪",
                    "name of the device in Chinese, or a part of it that fits one row only",
                ),
            ),
        ],
        results: &[Column::text("device_zh")],
        keys: &["radiation.device"],
        eval: device_class,
    },
];

/// Whether a character has one of the forms: `digit`, `upper`, `alnum`, or is one of the characters named.
fn has_form(c: char, form: &str) -> bool {
    match form {
        "digit" => c.is_ascii_digit(),
        "upper" => c.is_ascii_uppercase(),
        "alnum" => c.is_ascii_digit() || c.is_ascii_uppercase(),
        named => named.contains(c),
    }
}

fn source_code(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.source.code")?;
    let code: Vec<char> = args.text("code")?.chars().collect();
    let mut columns: Vec<(&'static str, Cell)> = Vec::new();
    let (mut wrong, mut length) = (Vec::new(), 0);
    for name in ["maker", "year", "nuclide", "serial", "class"] {
        let r = crate::cell::row(p, &[("part", name)])?;
        let (from, to) = (whole::<usize>(p, r, "from")?, whole::<usize>(p, r, "to")?);
        length = length.max(to);
        let part: String = code
            .iter()
            .skip(from.saturating_sub(1))
            .take((to + 1).saturating_sub(from))
            .collect();
        // Every place of a part has the same form: two digits or two letters, not one of each.
        let fits = p
            .table
            .text(r, "forms")
            .split(' ')
            .any(|f| part.chars().all(|c| has_form(c, f)));
        let unknown = p.table.text(r, "unknown");
        if part.chars().count() != (to + 1).saturating_sub(from) || !(fits || (!unknown.is_empty() && part == unknown))
        {
            wrong.push(name);
        }
        columns.push((name, part.into()));
    }
    if code.len() != length {
        wrong.push("length");
    }
    let valid = wrong.is_empty();
    columns.push(("wrong", wrong.join(" ").into()));
    Ok(Outcome {
        value: valid.into(),
        columns,
        explanation: Explanation::new("放射源编码", "Source code")
            .noted(p)
            .value(if valid { "yes" } else { "no" })
            .clause(p.clause_ref()),
    })
}

fn device_class(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.device")?;
    let usage = p
        .table
        .text(named(p, "use", args.text("use")?, &["use", "use_zh"])?, "use");
    let word = args.text("device")?;
    let of_use = |r: &usize| p.table.text(*r, "use") == usage;
    let rows: Vec<usize> = (0..p.table.rows.len()).filter(of_use).collect();
    let name = |r: &usize| p.table.text(*r, "device_zh");
    let exact = rows.iter().find(|r| name(r) == word);
    let parts: Vec<&usize> = rows.iter().filter(|r| name(r).contains(word)).collect();
    let row = match (exact, parts.as_slice()) {
        (Some(r), _) => *r,
        (None, [r]) => **r,
        _ => {
            let listed: Vec<&str> = if parts.is_empty() {
                rows.iter().map(name).collect()
            } else {
                parts.iter().map(|r| name(r)).collect()
            };
            let reason = format!(
                "`{word}` does not fit one row; write one of / 可填：{}",
                listed.join("；")
            );
            return Err(EvalError::argument("device", reason));
        }
    };
    let class = p.table.text(row, "class");
    let mut e = Explanation::new("射线装置类别", "Class of the device")
        .noted(p)
        .value(class)
        .clause(p.clause_ref_row(row));
    if !p.standard.note.zh.is_empty() {
        e = e.note(&p.standard.note.zh, &p.standard.note.en);
    }
    Ok(Outcome {
        value: class.into(),
        columns: vec![("device_zh", name(&row).into())],
        explanation: e,
    })
}
