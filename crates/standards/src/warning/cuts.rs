//! Emergency cuts against their shares, and the performance grade of an enterprise.

use crate::cell::{at, decimal, rounding, whole};
use crate::node::{Noted, nothing, taken};
use crate::word::{exactly, named};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.reduction_ratio",
        title: ("应急减排比例核算", "Emergency cuts against their shares"),
        args: &[
            Arg::text(
                "level",
                (
                    "预警级别：yellow黄色 orange橙色 red红色",
                    "alert level: yellow orange red",
                ),
            ),
            Arg::text(
                "base",
                (
                    "日排放基数kg/d，依次PM SO2 NOx VOCs，空格分隔",
                    "daily emission in kg/d of PM SO2 NOx VOCs, in that order",
                ),
            ),
            Arg::text(
                "cut",
                (
                    "减排量kg/d，依次PM SO2 NOx VOCs，空格分隔",
                    "cuts in kg/d of PM SO2 NOx VOCs, in that order",
                ),
            ),
        ],
        results: &[
            Column::number("pm"),
            Column::number("so2"),
            Column::number("nox"),
            Column::number("vocs"),
            Column::number("joint"),
            Column::text("failing"),
        ],
        keys: &["air.reduction.ratio", "air.reduction.compare"],
        eval: ratio,
    },
    Function {
        name: "air.performance_grade",
        title: ("绩效等级", "Performance grade of an enterprise"),
        args: &[Arg::text(
            "indicators",
            (
                "各项指标的等级，空格分隔；多个行业之间用分号",
                "grades of the indicators parted by spaces; industries parted by semicolons",
            ),
        )],
        results: &[Column::text("industries"), Column::text("effect")],
        keys: &["air.performance.grade"],
        eval: grade,
    },
];

const ITEMS: [&str; 4] = ["pm", "so2", "nox", "vocs"];

fn amounts(args: &Args, name: &str) -> Result<[Option<Decimal>; 4], EvalError> {
    let given = args.list(name)?;
    if let Some(d) = given.iter().flatten().find(|d| d.is_negative()) {
        return Err(EvalError::argument(name, format!("{d} is negative / 不得为负")));
    }
    let n = given.len();
    <[Option<Decimal>; 4]>::try_from(given)
        .map_err(|_| EvalError::argument(name, format!("{n} values: four are needed, PM SO2 NOx VOCs / 需4个")))
}

fn ratio(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, compare) = (at(c, "air.reduction.ratio")?, at(c, "air.reduction.compare")?);
    let r = named(p, "level", args.text("level")?, &["level", "level_zh"])?;
    let rule = rounding(compare, 0)?;
    let first = compare.table.text(0, "compare") == "rounded";
    let joint: Vec<&str> = compare.table.text(0, "joint").split_whitespace().collect();
    let (base, cut) = (amounts(args, "base")?, amounts(args, "cut")?);
    let mut e = Explanation::new("应急减排比例", "Emergency cuts")
        .noted(compare)
        .clause(compare.clause_ref())
        .clause(p.clause_ref_row(r))
        .noted_unrecorded(c, "air.reduction.ratio");
    let (mut columns, mut failing) = (Vec::<(&'static str, Cell)>::new(), Vec::new());
    let (mut joint_cut, mut joint_base, mut joint_share) = (Decimal::ZERO, Decimal::ZERO, None::<Decimal>);
    let percent = |cut: Decimal, base: Decimal| -> Result<(Ratio, Decimal), EvalError> {
        let exact = Ratio::from(cut).div(base.into())?.mul(Ratio::from(100))?;
        let shown = exact.round(&rule)?;
        Ok((if first { shown.into() } else { exact }, shown))
    };
    for (i, item) in ITEMS.into_iter().enumerate() {
        let (Some(base), Some(cut)) = (base[i], cut[i]) else {
            return Ok(nothing(e, columns, "缺基数或减排量", "a base or a cut is missing"));
        };
        if cut > base {
            let reason = format!("{item}: {cut} is more than its base {base} / 减排量大于基数");
            return Err(EvalError::argument("cut", reason));
        }
        if base.is_zero() {
            return Err(EvalError::argument(
                "base",
                format!("{item}: the base is 0, there is no ratio / 基数为0"),
            ));
        }
        let least = decimal(p, r, item)?;
        let (judged, shown) = percent(cut, base)?;
        e = e.input(taken((item, item), p, r, item).formula(format!("{cut} ÷ {base} × 100 → {shown}")));
        columns.push((item, shown.into()));
        if joint.contains(&item) {
            joint_cut = joint_cut.add(cut)?;
            joint_base = joint_base.add(base)?;
            joint_share = Some(joint_share.map_or(least, |s| s.max(least)));
        } else if judged < least.into() {
            failing.push(item.to_string());
        }
    }
    if let Some(least) = joint_share {
        let (judged, shown) = percent(joint_cut, joint_base)?;
        columns.push(("joint", shown.into()));
        if judged < least.into() {
            failing.insert(0, joint.join("+"));
        }
    }
    let met = failing.is_empty();
    columns.push(("failing", failing.join(" ").into()));
    Ok(Outcome {
        value: met.into(),
        columns,
        explanation: e.value(if met { "yes" } else { "no" }),
    })
}

fn grade(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "air.performance.grade")?;
    let (mut worst, mut industries) = (None::<(u8, usize)>, Vec::new());
    for industry in args.text("indicators")?.split([';', '；']) {
        let mut lowest = None::<(u8, usize)>;
        for word in industry.split([' ', ',', '，', '、']).filter(|w| !w.is_empty()) {
            let r = exactly(p, "indicators", word, "grade")?;
            let rank = whole::<u8>(p, r, "rank")?;
            if lowest.is_none_or(|(x, _)| rank > x) {
                lowest = Some((rank, r));
            }
        }
        let Some((rank, r)) = lowest else {
            return Err(EvalError::argument(
                "indicators",
                "an industry has no indicator / 有行业没有指标",
            ));
        };
        industries.push(p.table.text(r, "grade"));
        if worst.is_none_or(|(x, _)| rank > x) {
            worst = Some((rank, r));
        }
    }
    let Some((_, r)) = worst else {
        return Err(EvalError::Missing("indicators".to_string()));
    };
    let word = p.table.text(r, "grade");
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("industries", industries.join(" ").into()),
            ("effect", p.table.text(r, "effect_zh").into()),
        ],
        explanation: Explanation::new("绩效等级", "Performance grade")
            .noted(p)
            .value(word)
            .clause(p.clause_ref_row(r)),
    })
}
