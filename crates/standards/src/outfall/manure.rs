//! Livestock in pig equivalents, and how many the land can bear (农办牧〔2018〕1号).

use crate::cell::{decimal, rounding, row};
use crate::node::{Noted, input};
use crate::reading::within;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "rural.pig_equivalents",
        title: ("猪当量", "Pig equivalents"),
        args: &[Arg::text(
            "animals",
            (
                "畜禽=存栏数，空格分隔，如 生猪=500 奶牛=30 家禽=2500",
                "animal=head parted by spaces, such as pig=500 dairy=30 poultry=2500",
            ),
        )],
        results: &[Column::number("n_supplied"), Column::number("p_supplied")],
        keys: &["rural.pig_equivalent", "rural.pig_nutrient", "rural.manure_rounding"],
        eval: equivalents,
    },
    Function {
        name: "rural.manure_capacity",
        title: ("粪污土地承载力", "Capacity of land for manure"),
        args: &[
            Arg::number("n_demand", "kg/a", ("作物氮需求量", "nitrogen the crops need")),
            Arg::number("p_demand", "kg/a", ("作物磷需求量", "phosphorus the crops need")),
            Arg::number("share", "%", ("由粪肥供给的比例", "share to come from manure")),
            Arg::number("use_rate", "%", ("粪肥当季利用率", "use rate of manure in its season")),
        ],
        results: &[
            Column::text("decided_by"),
            Column::number("by_n"),
            Column::number("by_p"),
        ],
        keys: &["rural.pig_nutrient", "rural.manure_rounding"],
        eval: capacity,
    },
];

fn equivalents(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("rural.pig_equivalent", c.date, c.division)?;
    let nutrient = c.law.at("rural.pig_nutrient", c.date, c.division)?;
    let by = c.law.at("rural.manure_rounding", c.date, c.division)?;
    let rule = rounding(by, row(by, &[("of", "stock")])?)?;
    let pigs = decimal(p, row(p, &[("animal", "pig")])?, "per_100_pigs")?;
    let (mut sum, mut e) = (
        Ratio::ZERO,
        Explanation::new("猪当量", "Pig equivalents").clause(p.clause_ref()),
    );
    for (word, text) in args.pairs("animals")? {
        let r = named(p, "animals", word, &["animal", "name_zh", "words"])?;
        let head = Args::from_iter([("animals", text)]).required_number("animals")?;
        if head < Decimal::ZERO {
            return Err(EvalError::argument(
                "animals",
                format!("{word}: {head} is below 0 / 不得为负"),
            ));
        }
        let per = decimal(p, r, "per_100_pigs")?;
        let term = Ratio::from(head).mul(pigs.into())?.div(per.into())?;
        sum = sum.add(term)?;
        e = e.input(
            input(
                p.table.text(r, "name_zh"),
                p.table.text(r, "animal"),
                term.shown(2),
                p.clause_ref_row(r),
            )
            .formula(format!("{head} × {pigs} ÷ {per}")),
        );
    }
    let value = sum.round(&rule)?;
    let supplied = |n: &str| -> Result<Decimal, EvalError> {
        let each = decimal(nutrient, row(nutrient, &[("nutrient", n)])?, "supplied")?;
        Ok(sum.mul(each.into())?.round(&rule)?)
    };
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("n_supplied", supplied("n")?.into()),
            ("p_supplied", supplied("p")?.into()),
        ],
        explanation: e.value(value).clause(nutrient.clause_ref()).clause(by.clause_ref()),
    })
}

fn capacity(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let nutrient = c.law.at("rural.pig_nutrient", c.date, c.division)?;
    let by = c.law.at("rural.manure_rounding", c.date, c.division)?;
    let rule = rounding(by, row(by, &[("of", "capacity")])?)?;
    let mut factor = Ratio::from(1);
    for name in ["share", "use_rate"] {
        let percent = args.required_number(name)?;
        within(name, percent, Decimal::ZERO, Decimal::from_int(100), "%")?;
        factor = factor.mul(percent.into())?.div(Ratio::from(100))?;
    }
    let borne = |arg: &str, n: &str| -> Result<Ratio, EvalError> {
        let demand = args.required_number(arg)?;
        if demand < Decimal::ZERO {
            return Err(EvalError::argument(arg, format!("{demand} is below 0 / 不得为负")));
        }
        let each = decimal(nutrient, row(nutrient, &[("nutrient", n)])?, "supplied")?;
        Ok(Ratio::from(demand).mul(factor)?.div(each.into())?)
    };
    let (n, p) = (borne("n_demand", "n")?, borne("p_demand", "p")?);
    let (least, decided_by) = if n <= p { (n, "n") } else { (p, "p") };
    let value = least.round(&rule)?;
    let e = Explanation::new("土地承载力（猪当量）", "Capacity in pig equivalents")
        .value(value)
        .formula(format!("min({}, {}) → {value}", n.shown(2), p.shown(2)))
        .clause(nutrient.clause_ref())
        .clause(by.clause_ref());
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("decided_by", decided_by.into()),
            ("by_n", n.round(&rule)?.into()),
            ("by_p", p.round(&rule)?.into()),
        ],
        explanation: e.noted(by),
    })
}
