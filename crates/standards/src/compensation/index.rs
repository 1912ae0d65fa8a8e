//! The index P of an agreement, and who pays whom.

use crate::band::must_band;
use crate::cell::{decimal, rounding};
use crate::node::{Noted, input};
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Interval, Ratio, Rounding};

const VALUE: (&str, &str) = ("年均值", "annual mean");
const BASE: (&str, &str) = ("协议的基准值", "base value of the agreement");

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "compensation.p_value",
    title: ("上下游补偿指数P", "Index P between upstream and downstream"),
    args: &[
        Arg::text(
            "scheme",
            (
                "方案：xinanjiang新安江 dabieshan大别山区",
                "scheme: xinanjiang dabieshan",
            ),
        ),
        Arg::number("codmn", "mg/L", VALUE),
        Arg::number("nh3n", "mg/L", VALUE),
        Arg::number("tn", "mg/L", VALUE),
        Arg::number("tp", "mg/L", VALUE),
        Arg::number("codmn_base", "mg/L", BASE),
        Arg::number("nh3n_base", "mg/L", BASE),
        Arg::number("tn_base", "mg/L", BASE),
        Arg::number("tp_base", "mg/L", BASE),
        Arg::text(
            "accident",
            (
                "上游是否造成重大污染事故：是或否",
                "serious accident caused upstream: yes or no",
            ),
        )
        .optional(),
    ],
    results: &[
        Column::text("passes"),
        Column::number("exact"),
        Column::text("payer"),
        Column::text("payee"),
        Column::number("amount"),
        Column::text("unit"),
        Column::text("ratios"),
    ],
    keys: &[
        "compensation.schemes",
        "compensation.p_rounding",
        "compensation.xinanjiang.p",
        "compensation.xinanjiang.tiers",
        "compensation.dabieshan.tiers",
    ],
    eval: p_value,
}];

fn p_value(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let at = |key: &str| c.law.at(key, c.date, c.division);
    let schemes = at("compensation.schemes")?;
    let r = named(schemes, "scheme", args.text("scheme")?, &["scheme", "name_zh"])?;
    let scheme = schemes.table.text(r, "scheme");
    let (rule, by) = (at(&format!("compensation.{scheme}.p"))?, at("compensation.p_rounding")?);
    let tiers = at(&format!("compensation.{scheme}.tiers"))?;
    let p_rounding = rounding(by, 0)?;
    let ratio_rounding = Rounding {
        interval: Interval::Decimals(whole(decimal(by, 0, "ratio_decimals")?)),
        ..p_rounding
    };
    let mut e = Explanation::new("补偿指数P", "Index P")
        .clause(rule.clause_ref())
        .clause(by.clause_ref());
    let (mut sum, mut ratios, mut terms) = (Ratio::ZERO, Vec::new(), Vec::new());
    let k0 = decimal(rule, 0, "k0")?;
    for row in 0..rule.table.rows.len() {
        let item = rule.table.text(row, "item");
        let base_name = format!("{item}_base");
        let (value, base) = (args.required_number(item)?, args.required_number(&base_name)?);
        if value < Decimal::ZERO {
            return Err(EvalError::argument(item, format!("{value} is negative / 浓度不得为负")));
        }
        if base <= Decimal::ZERO {
            return Err(EvalError::argument(
                &base_name,
                format!("{base}: a base is above 0 / 基准值须大于0"),
            ));
        }
        let (ratio, weight) = (Ratio::from(value).div(base.into())?, decimal(rule, row, "weight")?);
        let shown = ratio.round(&ratio_rounding)?;
        sum = sum.add(ratio.mul(weight.into())?)?;
        terms.push(format!("{weight}×{value}/{base}"));
        ratios.push(shown.to_string());
        e = e.input(
            input(rule.table.text(row, "name_zh"), item, shown, rule.clause_ref_row(row))
                .formula(format!("{value} ÷ {base}")),
        );
    }
    let exact = sum.mul(k0.into())?;
    let value = exact.round(&p_rounding)?;
    e = e.formula(format!("{k0} × ({}) = {} → {value}", terms.join(" + "), exact.shown(6)));
    let accident = args.yes_no("accident")?.unwrap_or(false);
    let by_index = must_band(tiers, exact, &[])?;
    // An accident upstream counts as failing: the tier without an upper end.
    let failing = (0..tiers.table.rows.len()).find(|r| tiers.table.text(*r, "le").is_empty());
    let tier = if accident {
        failing.unwrap_or(by_index)
    } else {
        by_index
    };
    if accident {
        e = e.note(
            "上游造成重大污染事故：按未达标处理，不论P值",
            "a serious accident upstream: it counts as failing, whatever P is",
        );
    }
    let half = Ratio::from(ulp(value)).div(Ratio::from(2))?;
    for row in 0..tiers.table.rows.len() {
        let Some(bound) = tiers.table.optional(row, "le").map_err(EvalError::table(tiers))? else {
            continue;
        };
        if exact.sub(bound.into())?.abs() < half {
            e = e.note(
                format!("P与{bound}之差小于末位的一半：显示值看不出在哪一侧，以未修约的值为准"),
                format!("P is within half of its last digit of {bound}: the shown value does not tell the side, the unrounded one decides"),
            );
        }
    }
    let text = |column: &str| tiers.table.text(tier, column);
    let amount = tiers.table.optional(tier, "amount").map_err(EvalError::table(tiers))?;
    let (payer, payee) = (text("payer"), text("payee"));
    let shown = amount.map_or_else(String::new, |a| a.to_string());
    e = e.value(value).input(
        input(
            "支付",
            "Payment",
            format!("{payer} → {payee} {shown}"),
            tiers.clause_ref_row(tier),
        )
        .unit("万元")
        .formula(crate::band::bounds(tiers, tier)),
    );
    let columns: Vec<(&'static str, Cell)> = vec![
        ("passes", (failing != Some(tier)).into()),
        ("exact", exact.round(&Rounding::gbt8170(6))?.into()),
        ("payer", payer.into()),
        ("payee", payee.into()),
        ("amount", amount.into()),
        ("unit", tiers.unit(tier, "amount").into()),
        ("ratios", ratios.join(" ").into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e.noted(rule),
    })
}

/// A number of decimals out of the law; too many to show are cut to none.
fn whole(d: Decimal) -> i32 {
    d.at_scale(0).and_then(|n| i32::try_from(n).ok()).unwrap_or(0)
}

/// One unit of the last digit.
fn ulp(d: Decimal) -> Decimal {
    Decimal::new(1, d.scale()).unwrap_or(Decimal::ZERO)
}
