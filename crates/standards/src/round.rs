//! `round.gbt8170`: rounding itself, as a function anyone can call.

use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Explanation, Interval, Mode, Reported, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "round.gbt8170",
    title: ("数值修约", "Rounding by GB/T 8170"),
    args: &[
        Arg::text(
            "value",
            (
                "数值，可带(+)(-)标记",
                "the number, with (+) or (-) if it carries the mark",
            ),
        ),
        Arg::number(
            "digits",
            "1",
            ("保留的小数位数，可为负", "decimals to keep, may be negative"),
        )
        .optional(),
        Arg::number(
            "step",
            "1",
            (
                "修约间隔（如0.5、20），代替位数",
                "interval such as 0.5 or 20, in place of digits",
            ),
        )
        .optional(),
    ],
    results: &[Column::text("mode")],
    keys: &["round.rule"],
    eval: gbt8170,
}];

fn gbt8170(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("round.rule", c.date, c.division)?;
    let name = p.table.text(0, "mode");
    let mode = Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))?;
    let text = args.text("value")?;
    let value = Reported::parse(text).map_err(|e| EvalError::argument("value", e.to_string()))?;
    let interval = match (args.number("digits")?, args.number("step")?) {
        (Some(d), None) => {
            let whole = d.at_scale(0).and_then(|n| i32::try_from(n).ok());
            Interval::Decimals(whole.ok_or_else(|| EvalError::argument("digits", "must be a whole number"))?)
        }
        (None, Some(step)) => Interval::Step(step),
        (Some(_), Some(_)) => {
            return Err(EvalError::argument("step", "give either `digits` or `step`"));
        }
        (None, None) => return Err(EvalError::Missing("digits".into())),
    };
    let rounded = value.round(&Rounding { mode, interval })?;
    let explanation = Explanation::new("修约值", "Rounded value")
        .value(rounded)
        .formula(format!("{value} → {rounded}"))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: rounded.into(),
        columns: vec![("mode", name.into())],
        explanation,
    })
}
