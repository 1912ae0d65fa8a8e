//! Carbon intensity: the fall of a year, of a plan, its warning light; uncertainties combined.

use crate::node::{Noted, given};
use crate::row::at;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "carbon.intensity",
        title: ("碳排放强度年下降率", "Fall of the carbon intensity in a year"),
        args: &[
            Arg::number("c0", "wt", ("上年排放量", "emission of last year")),
            Arg::number("c1", "wt", ("本年排放量", "emission of this year")),
            Arg::number(
                "g0",
                "",
                (
                    "上年地区生产总值（不变价，亿元）",
                    "GDP of last year at constant prices",
                ),
            ),
            Arg::number(
                "g1",
                "",
                ("本年地区生产总值（同价）", "GDP of this year at the same prices"),
            ),
        ],
        results: &[Column::text("direction")],
        keys: &["carbon.intensity.rule"],
        eval: intensity,
    },
    Function {
        name: "carbon.intensity_path",
        title: (
            "累计下降率和剩余年份所需下降率",
            "Cumulative fall and what the years left need",
        ),
        args: &[
            Arg::text(
                "falls",
                (
                    "逐年下降率%，空格分隔，上升写负数",
                    "falls year by year in %, parted by spaces, a rise negative",
                ),
            ),
            Arg::number(
                "target",
                "%",
                (
                    "规划期目标下降率，默认按规划",
                    "target of the plan, by the law unless given",
                ),
            )
            .optional(),
            Arg::number("years_left", "a", ("剩余年数", "years left")).optional(),
        ],
        results: &[Column::number("needed"), Column::number("target")],
        keys: &["carbon.intensity.rule", "carbon.intensity.target"],
        eval: path,
    },
    Function {
        name: "carbon.warning",
        title: ("碳强度进度预警", "Warning light of the carbon intensity"),
        args: &[
            Arg::number("done", "%", ("累计下降率", "cumulative fall")),
            Arg::number("path", "%", ("按进度应下降", "fall the path demands")),
        ],
        results: &[Column::number("behind")],
        keys: &["carbon.intensity.warning"],
        eval: warning,
    },
    Function {
        name: "carbon.uncertainty",
        title: ("不确定度合成", "Combined uncertainty"),
        args: &[
            Arg::text("how", ("方式：sum相加 或 product相乘", "sum or product")),
            Arg::text(
                "uncertainties",
                (
                    "各项相对不确定度%，空格分隔",
                    "relative uncertainties in %, parted by spaces",
                ),
            ),
            Arg::text("values", ("各项的值，相加时必填", "the values, needed for a sum")).optional(),
        ],
        results: &[Column::number("total")],
        keys: &["carbon.uncertainty"],
        eval: uncertainty,
    },
];

fn intensity(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "carbon.intensity.rule")?.only();
    let mut v = [Decimal::ZERO; 4];
    for (d, name) in v.iter_mut().zip(["c0", "c1", "g0", "g1"]) {
        *d = args.amount(name)?;
        if d.is_zero() {
            return Err(EvalError::argument(name, "is zero: there is no intensity"));
        }
    }
    let [c0, c1, g0, g1] = v;
    let ratio = Ratio::from(c1).div(g1.into())?.div(Ratio::from(c0).div(g0.into())?)?;
    let exact = Ratio::from(1).sub(ratio)?.mul(Ratio::from(100))?;
    let value = exact.round(&rule.rounding()?)?;
    let direction = match exact.cmp(&Ratio::ZERO) {
        std::cmp::Ordering::Greater => "better",
        std::cmp::Ordering::Less => "worse",
        std::cmp::Ordering::Equal => "same",
    };
    let node = Explanation::new("碳强度下降率", "Fall of the carbon intensity")
        .value(value)
        .unit("%")
        .formula(format!("1 − ({c1} / {g1}) / ({c0} / {g0}) = {value} %"))
        .clause(rule.clause())
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("direction", direction.into())],
        explanation: node,
    })
}

fn path(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "carbon.intensity.rule")?.only();
    let rounding = rule.rounding()?;
    let (hundred, mut left, mut terms) = (Ratio::from(100), Ratio::from(1), Vec::new());
    for (i, fall) in args.list("falls")?.into_iter().enumerate() {
        let fall = fall.ok_or_else(|| EvalError::argument("falls", format!("year {} is missing", i + 1)))?;
        if fall > Decimal::from_int(100) {
            return Err(EvalError::argument("falls", format!("{fall} % is more than all")));
        }
        left = left.mul(hundred.sub(fall.into())?.div(hundred)?)?;
        terms.push(format!("(1 − {fall} %)"));
    }
    let value = Ratio::from(1).sub(left)?.mul(hundred)?.round(&rounding)?;
    let plan = at(c, "carbon.intensity.target")?.only();
    let target = args
        .percent_or_none("target")?
        .map_or_else(|| plan.number("fall"), Ok)?;
    let mut node = Explanation::new("累计下降率", "Cumulative fall")
        .value(value)
        .unit("%")
        .formula(format!("1 − {} = {value} %", terms.join(" × ")))
        .clause(rule.clause())
        .input(given("目标", "target", target, "%").clause(plan.clause()))
        .noted(rule.p);
    let mut needed = Cell::Missing;
    if let Some(years) = args.amount_or_none("years_left")? {
        if years.is_zero() || left == Ratio::ZERO {
            return Err(EvalError::argument(
                "years_left",
                "must be above zero, with something left to fall from",
            ));
        }
        let ratio = hundred.sub(target.into())?.div(hundred)?.div(left)?;
        let each = real::pow(ratio, Ratio::from(1).div(years.into())?)?;
        let fall = Ratio::from(1).sub(each.into())?.mul(hundred)?.round(&rounding)?;
        node = node.note(
            format!("剩余{years}年每年须下降{fall} %"),
            format!("each of the {years} years left needs {fall} %"),
        );
        needed = fall.into();
    }
    if let Some(m) = c.law.unrecorded("carbon.intensity.target_province", c.date, c.division) {
        node = node.note(&m.why.zh, &m.why.en);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("needed", needed), ("target", target.into())],
        explanation: node,
    })
}

fn warning(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let table = at(c, "carbon.intensity.warning")?;
    let (done, path) = (args.required_number("done")?, args.required_number("path")?);
    let behind = path.sub(done)?;
    // A cumulative rise is the last light whatever the path asks.
    let row = if done.is_negative() {
        table.rows().last()
    } else {
        Some(table.band(behind.into())?)
    };
    let row = row.ok_or_else(|| EvalError::law(table.0, "no row"))?;
    let light = row.text("light");
    let node = Explanation::new("进度预警", "Warning light")
        .value(light)
        .formula(format!("{path} − {done} = {behind} → {}", row.text("zh")))
        .clause(row.clause())
        .noted(table.0);
    Ok(Outcome {
        value: light.into(),
        columns: vec![("behind", behind.into())],
        explanation: node,
    })
}

fn uncertainty(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "carbon.uncertainty")?.only();
    let whole = |name: &str| -> Result<Vec<Decimal>, EvalError> {
        let list = args.list(name)?.into_iter().collect::<Option<Vec<_>>>();
        list.ok_or_else(|| EvalError::argument(name, "one of the numbers is missing"))
    };
    let shares = whole("uncertainties")?;
    if shares.iter().any(Decimal::is_negative) {
        return Err(EvalError::argument("uncertainties", "an uncertainty is not below zero"));
    }
    let (mut squares, mut total) = (Ratio::ZERO, None);
    match args.text("how")? {
        "product" | "相乘" => {
            for u in &shares {
                squares = squares.add(Ratio::from(*u).mul((*u).into())?)?;
            }
        }
        "sum" | "相加" => {
            let values = whole("values")?;
            if values.len() != shares.len() {
                let reason = format!("{} values for {} uncertainties", values.len(), shares.len());
                return Err(EvalError::argument("values", reason));
            }
            let mut sum = Decimal::ZERO;
            for (u, x) in shares.iter().zip(&values) {
                let part = Ratio::from(*u).mul((*x).into())?;
                squares = squares.add(part.mul(part)?)?;
                sum = sum.add(*x)?;
            }
            if sum.is_zero() {
                return Err(EvalError::argument(
                    "values",
                    "the sum is zero: there is no relative uncertainty",
                ));
            }
            total = Some(sum);
        }
        other => {
            return Err(EvalError::argument(
                "how",
                format!("`{other}`: write sum (相加) or product (相乘)"),
            ));
        }
    }
    let root = Ratio::from(real::sqrt(squares)?);
    let exact = match total {
        Some(sum) => root.div(Ratio::from(sum).abs())?,
        None => root,
    };
    let rounding: Rounding = rule.rounding()?;
    let value = exact.round(&rounding)?;
    let node = Explanation::new("合成不确定度", "Combined uncertainty")
        .value(value)
        .unit("%")
        .formula(format!("√({}) → {value} %", squares.shown(4)))
        .clause(rule.clause())
        .noted(rule.p);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("total", total.into())],
        explanation: node,
    })
}
