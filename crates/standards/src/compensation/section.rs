//! A section's month by a city's rule: what an exceedance costs, what a better class earns.

use crate::cell::decimal;
use crate::node::{Noted, input};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Interval, Mode, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "compensation.exceedance",
        title: ("断面超标赔付（单项）", "What a section's exceedance costs, one item"),
        args: &[
            Arg::text("item", ("项目：codmn nh3n tp", "item: codmn nh3n tp")),
            Arg::number("c", "mg/L", ("当月浓度，可写<0.01", "value of the month; may be <0.01")),
            Arg::number(
                "limit",
                "mg/L",
                (
                    "目标类别的限值（湖库用湖库总磷）",
                    "limit of the target class (a lake's own for phosphorus)",
                ),
            ),
        ],
        results: &[
            Column::number("multiple"),
            Column::number("steps"),
            Column::text("capped"),
            Column::text("unit"),
        ],
        keys: &["compensation.section.exceedance"],
        eval: exceedance,
    },
    Function {
        name: "compensation.promotion",
        title: ("断面水质提升补偿", "What a section's better class earns"),
        args: &[
            Arg::text("target", ("目标类别：1至5或Ⅰ至Ⅴ", "target class: 1 to 5 or I to V")),
            Arg::text(
                "month",
                (
                    "当月类别：1至6（6为劣Ⅴ）或Ⅰ至劣Ⅴ",
                    "class of the month: 1 to 6 (6 is worse than V)",
                ),
            ),
        ],
        results: &[Column::number("classes"), Column::text("unit")],
        keys: &["compensation.section.promotion"],
        eval: promotion,
    },
];

fn exceedance(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("compensation.section.exceedance", c.date, c.division)?;
    let (item, items) = (args.text("item")?, p.table.text(0, "items"));
    if !items.split(';').any(|i| i == item) {
        let known = items.replace(';', " ");
        return Err(EvalError::argument(
            "item",
            format!("`{item}`: {} counts {known} / 只计{known}", p.standard.number),
        ));
    }
    let limit = args.required_number("limit")?;
    if limit <= Decimal::ZERO {
        return Err(EvalError::argument(
            "limit",
            format!("{limit}: a limit is above 0 / 限值须大于0"),
        ));
    }
    let value = match args.reading("c")?.ok_or_else(|| EvalError::Missing("c".into()))? {
        crate::reading::Reading::Value(v) => v,
        crate::reading::Reading::Below(Some(l)) if l <= limit => Decimal::ZERO,
        crate::reading::Reading::Below(_) => {
            let reason = "not detected, and the detection limit is not stated or above the limit / 未检出，检出限未说明或高于限值";
            return Err(EvalError::argument("c", reason));
        }
    };
    let (step, per_step, cap) = (
        decimal(p, 0, "step")?,
        decimal(p, 0, "per_step")?,
        decimal(p, 0, "cap")?,
    );
    let multiple = Ratio::from(value).sub(limit.into())?.div(limit.into())?;
    let exceeds = value > limit;
    // A started step counts in full.
    let up = Rounding {
        mode: Mode::Up,
        interval: Interval::Decimals(0),
    };
    let steps = match exceeds {
        true => multiple.div(step.into())?.round(&up)?,
        false => Decimal::ZERO,
    };
    let full = steps.mul(per_step)?;
    let pays = full.min(cap);
    let mut e = Explanation::new("断面超标赔付", "Payment for an exceedance")
        .value(pays)
        .unit("万元")
        .formula(format!(
            "({value} − {limit}) ÷ {limit} = {}; ⌈÷ {step}⌉ = {steps}; min({steps} × {per_step}, {cap}) = {pays}",
            multiple.shown(4)
        ))
        .clause(p.clause_ref())
        .input(input("每档", "A step", per_step, p.clause_ref()).unit("万元"))
        .input(input("单项上限", "Cap of an item", cap, p.clause_ref()).unit("万元"));
    if !p.standard.note.zh.is_empty() {
        e = e.note(&p.standard.note.zh, &p.standard.note.en);
    }
    let shown = match exceeds {
        true => Some(multiple.round(&Rounding::gbt8170(4))?),
        false => None,
    };
    Ok(Outcome {
        value: pays.into(),
        columns: vec![
            ("multiple", shown.into()),
            ("steps", steps.into()),
            ("capped", (full > cap).into()),
            ("unit", p.unit(0, "cap").into()),
        ],
        explanation: e,
    })
}

/// Classes as people write them, best first.
const CLASSES: [[&str; 4]; 6] = [
    ["1", "I", "Ⅰ", "Ⅰ类"],
    ["2", "II", "Ⅱ", "Ⅱ类"],
    ["3", "III", "Ⅲ", "Ⅲ类"],
    ["4", "IV", "Ⅳ", "Ⅳ类"],
    ["5", "V", "Ⅴ", "Ⅴ类"],
    ["6", ">V", "劣Ⅴ", "劣Ⅴ类"],
];

fn class(args: &Args, name: &str) -> Result<usize, EvalError> {
    let word = args.text(name)?;
    let place = CLASSES.iter().position(|c| c.contains(&word));
    place.ok_or_else(|| EvalError::argument(name, format!("`{word}`: write 1 to 6 or Ⅰ to 劣Ⅴ / 写1至6或Ⅰ至劣Ⅴ")))
}

fn promotion(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("compensation.section.promotion", c.date, c.division)?;
    let (target, month) = (class(args, "target")?, class(args, "month")?);
    let classes = target.saturating_sub(month) as i64;
    let per_class = decimal(p, 0, "per_class")?;
    let earns = Decimal::from_int(classes).mul(per_class)?;
    let e = Explanation::new("断面水质提升补偿", "Payment for a better class")
        .value(earns)
        .unit("万元")
        .formula(format!("{classes} × {per_class} = {earns}"))
        .clause(p.clause_ref())
        .input(input("每提升一类", "A class", per_class, p.clause_ref()).unit("万元"));
    Ok(Outcome {
        value: earns.into(),
        columns: vec![("classes", classes.into()), ("unit", p.unit(0, "per_class").into())],
        explanation: e.noted(p),
    })
}
