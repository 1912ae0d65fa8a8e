//! Registration by amount, measures on a listed substance, and risk.

use crate::band::{bounds, must_band};
use crate::cell::{decimal, rounding};
use crate::node::{Noted, input};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "chemicals.registration",
        title: ("新化学物质登记类型", "Kind of registration of a new substance"),
        args: &[Arg::number(
            "amount",
            "t/a",
            ("年生产加进口量", "yearly production plus import"),
        )],
        results: &[],
        keys: &["chemicals.registration"],
        eval: registration,
    },
    Function {
        name: "chemicals.measures",
        title: ("新污染物当日的管控措施", "Measures on a listed pollutant on the day"),
        args: &[Arg::text(
            "substance",
            (
                "清单序号、名称、简称（PFOS）或CAS号",
                "number in the list, Chinese name, short name (PFOS) or CAS number",
            ),
        )],
        results: &[Column::text("name"), Column::number("count"), Column::text("ended")],
        keys: &["chemicals.list", "chemicals.measure"],
        eval: measures,
    },
    Function {
        name: "chemicals.risk",
        title: ("环境风险表征比", "Risk characterisation ratio"),
        args: &[
            Arg::number(
                "pec",
                "ug/L",
                ("预测或实测环境浓度", "predicted or measured concentration"),
            ),
            Arg::number(
                "toxicity",
                "ug/L",
                ("最低的LC50、EC50或NOEC", "lowest LC50, EC50 or NOEC"),
            ),
            Arg::text(
                "data",
                (
                    "数据：acute3 chronic1 chronic2 chronic3",
                    "data: acute3 chronic1 chronic2 chronic3",
                ),
            ),
        ],
        results: &[Column::text("risk"), Column::number("pnec"), Column::number("factor")],
        keys: &["chemicals.assessment_factor", "chemicals.risk"],
        eval: risk,
    },
];

fn registration(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("chemicals.registration", c.date, c.division)?;
    let amount = args.required_number("amount")?;
    if amount <= Decimal::ZERO {
        return Err(EvalError::argument(
            "amount",
            format!("{amount}: an amount is above 0 / 量须大于0"),
        ));
    }
    let r = must_band(p, amount, &[])?;
    let kind = p.table.text(r, "kind");
    let e = Explanation::new("登记类型", "Kind of registration")
        .value(kind)
        .formula(format!("x = {amount} t/a: {}", bounds(p, r)))
        .clause(p.clause_ref_row(r));
    Ok(Outcome {
        value: kind.into(),
        columns: Vec::new(),
        explanation: e.noted(p),
    })
}

fn day(p: &Provision, row: usize, column: &str) -> Result<Option<NaiveDate>, EvalError> {
    match p.table.text(row, column) {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| EvalError::law(p, format!("`{text}` is not a date"))),
    }
}

fn measures(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (list, p) = (
        c.law.at("chemicals.list", c.date, c.division)?,
        c.law.at("chemicals.measure", c.date, c.division)?,
    );
    let r = named(
        list,
        "substance",
        args.text("substance")?,
        &["name_zh", "no", "alias", "cas"],
    )?;
    let (no, name) = (list.table.text(r, "no"), list.table.text(r, "name_zh"));
    let mut e = Explanation::new("管控措施", "Measures").clause(list.clause_ref_row(r));
    let (mut now, mut ended) = (Vec::new(), Vec::new());
    for row in (0..p.table.rows.len()).filter(|m| p.table.text(*m, "no") == no) {
        let (since, until) = (day(p, row, "since")?, day(p, row, "until")?);
        let text = p.table.text(row, "measure_zh");
        if since.is_some_and(|d| c.date < d) {
            continue;
        }
        if until.is_some_and(|d| d < c.date) {
            ended.push(text);
            continue;
        }
        now.push(text);
        let dates = format!("{} — {}", p.table.text(row, "since"), p.table.text(row, "until"));
        e = e.input(input(
            text,
            format!("measure {}", p.table.text(row, "m")),
            dates,
            p.clause_ref_row(row),
        ));
    }
    let joined = now.join("；");
    if let Some(m) = c.law.unrecorded("chemicals.list.local", c.date, c.division) {
        e = e.note(format!("待录入：{}", m.why.zh), format!("not recorded: {}", m.why.en));
    }
    Ok(Outcome {
        value: joined.as_str().into(),
        columns: vec![
            ("name", name.into()),
            ("count", (now.len() as i64).into()),
            ("ended", ended.join("；").into()),
        ],
        explanation: e.value(joined).noted(list),
    })
}

fn risk(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (factors, p) = (
        c.law.at("chemicals.assessment_factor", c.date, c.division)?,
        c.law.at("chemicals.risk", c.date, c.division)?,
    );
    let r = named(factors, "data", args.text("data")?, &["data", "name_zh"])?;
    let factor = decimal(factors, r, "factor")?;
    let (pec, toxicity) = (args.required_number("pec")?, args.required_number("toxicity")?);
    if pec < Decimal::ZERO {
        return Err(EvalError::argument("pec", format!("{pec} is negative / 浓度不得为负")));
    }
    if toxicity <= Decimal::ZERO {
        return Err(EvalError::argument(
            "toxicity",
            format!("{toxicity}: above 0 / 须大于0"),
        ));
    }
    let pnec = Ratio::from(toxicity).div(factor.into())?;
    let rcr = Ratio::from(pec).div(pnec)?;
    let value = rcr.round(&rounding(p, 0)?)?;
    let at_risk = rcr >= decimal(p, 0, "risk_ge")?.into();
    let e = Explanation::new("风险表征比", "RCR")
        .value(value)
        .formula(format!(
            "PNEC = {toxicity} ÷ {factor} = {}; {pec} ÷ PNEC = {} → {value}",
            pnec.shown(6),
            rcr.shown(4)
        ))
        .clause(p.clause_ref())
        .input(input(
            "评估因子",
            "Assessment factor",
            factor,
            factors.clause_ref_row(r),
        ));
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("risk", at_risk.into()),
            ("pnec", pnec.to_decimal().into()),
            ("factor", factor.into()),
        ],
        explanation: e.noted(p),
    })
}
