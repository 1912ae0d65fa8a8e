//! `validity.frequency`: how often a unit must monitor itself (HJ 819).

use crate::emission::select::{all, narrow};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::Explanation;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "validity.frequency",
    title: ("自行监测最低频次", "Least frequency of self-monitoring"),
    args: &[
        Arg::text(
            "medium",
            (
                "介质：air water fugitive无组织 noise surface_water sea ambient_air groundwater soil",
                "medium: air water fugitive noise surface_water sea ambient_air groundwater soil",
            ),
        ),
        Arg::text(
            "unit_class",
            (
                "单位类别：重点key 非重点not_key；无组织为行业（钢铁 水泥 焦化 石油加工 有色 采矿 其他other）",
                "class of the unit: key or not_key; for fugitive the industry in Chinese, other for others",
            ),
        )
        .optional(),
        Arg::text(
            "outlet",
            ("排放口：主要排放口main 其他排放口other", "outlet: main or other"),
        )
        .optional(),
        Arg::text(
            "factors",
            ("指标：主要指标main 其他指标other", "factors: main or other"),
        )
        .optional(),
    ],
    results: &[Column::text("shortest"), Column::number("per_year")],
    keys: &["emission.frequency"],
    eval: frequency,
}];

fn frequency(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("emission.frequency", c.date, c.division)?;
    let mut rows = all(p);
    rows = narrow(p, rows, "medium", Some(args.text("medium")?))?;
    for column in ["unit_class", "outlet", "factors"] {
        let sole = crate::emission::select::options(p, &rows, column).len() == 1;
        let given = args.get(column).filter(|_| !sole); // where the table knows one only it needs no saying
        rows = narrow(p, rows, column, given)?;
    }
    let Some(&r) = rows.first() else {
        return Err(EvalError::law(p, "no row for it"));
    };
    let longest = p.table.text(r, "longest");
    let mut e = Explanation::new("最长间隔", "Longest interval")
        .value(longest)
        .clause(p.clause_ref_row(r))
        .note(&p.note.zh, &p.note.en);
    if !p.table.text(r, "note_zh").is_empty() {
        e = e.note(p.table.text(r, "note_zh"), p.table.text(r, "note_en"));
    }
    let columns = vec![
        ("shortest", p.table.text(r, "shortest").into()),
        ("per_year", crate::cell::decimal(p, r, "per_year")?.into()),
    ];
    Ok(Outcome {
        value: longest.into(),
        columns,
        explanation: e,
    })
}
