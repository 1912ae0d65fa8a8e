//! Removal by devices in series, solvents, online monitoring.

use super::decimals;
use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::unit::of_hundred;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(super) const CONTROLS: Arg = Arg::text(
    "controls",
    (
        "控制技术，空格分隔，用指南的名称，如 石灰石/石膏法 袋式除尘法；没有写 无控制技术",
        "control technologies in series, parted by spaces, by their Chinese names in the guide",
    ),
);

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "inventory.removal",
        title: ("串联控制技术的总去除效率", "Removal of devices in series"),
        args: &[
            CONTROLS,
            Arg::text(
                "pollutant",
                (
                    "污染物：so2 nox vocs pm2_5 coarse（2.5至10微米）",
                    "pollutant: so2 nox vocs pm2_5 coarse (2.5 to 10 micrometres)",
                ),
            ),
            Arg::number(
                "running",
                "%",
                ("投运率，默认100", "share of the time they run, 100 unless given"),
            )
            .optional(),
        ],
        results: &[Column::number("left")],
        keys: &["inventory.removal", "inventory.decimals"],
        eval: removal,
    },
    Function {
        name: "inventory.solvent",
        title: ("溶剂使用VOCs排放量", "VOC of solvents used"),
        args: &[
            Arg::number("amount", "t", ("使用量", "amount used")),
            Arg::number("voc", "%", ("VOC含量", "VOC content")),
            Arg::text(
                "capture",
                (
                    "收集方式名称或收集率%，如 溶剂使用-全部密闭",
                    "way of capture by its Chinese name, or the rate in %",
                ),
            ),
            Arg::text(
                "controls",
                (
                    "治理技术名称，空格分隔，或去除率%",
                    "technologies by their Chinese names parted by spaces, or the removal in %",
                ),
            ),
        ],
        results: &[
            Column::number("made"),
            Column::number("capture_rate"),
            Column::number("removal_rate"),
        ],
        keys: &["inventory.removal", "inventory.decimals"],
        eval: solvent,
    },
    Function {
        name: "inventory.online",
        title: ("在线监测法排放量", "Emission by online monitoring"),
        args: &[
            Arg::text(
                "c",
                (
                    "各小时浓度mg/m³，空格分隔，无效写-",
                    "concentration of each hour in mg/m3, parted by spaces, - if not valid",
                ),
            ),
            Arg::text(
                "q",
                (
                    "各小时烟气量m³/h，空格分隔；不变时只写一个",
                    "flue gas of each hour in m3/h; one number if it does not change",
                ),
            ),
            Arg::number(
                "hours",
                "h",
                (
                    "每个值代表的小时数，默认1",
                    "hours each value stands for, 1 unless given",
                ),
            )
            .optional(),
            Arg::text(
                "day",
                ("按日折算：yes或no，默认no", "scale to a day: yes or no (default)"),
            )
            .optional(),
        ],
        results: &[Column::number("valid")],
        keys: &["inventory.online", "inventory.decimals"],
        eval: online,
    },
];

/// What is left after the devices, with an input node for each.
pub(super) fn left(c: &Context<'_>, words: &[&str], pollutant: &str) -> Result<(Ratio, Vec<Explanation>), EvalError> {
    let table = at(c, "inventory.removal")?;
    let (mut share, mut nodes) = (Ratio::from(1), Vec::new());
    for word in words {
        let row = table.word("controls", word, &["technology"])?;
        let name = row.text("technology");
        if row.text("kind") == "capture" {
            let reason = format!("{name} is a way of capture, not of removal (是收集方式，不是去除技术)");
            return Err(EvalError::argument("controls", reason));
        }
        share = share.mul(Ratio::from(1).sub(of_hundred(row.number(pollutant)?)?)?)?;
        nodes.push(row.node(
            pollutant,
            &format!("{name}对{pollutant}的去除效率"),
            "removal of the device",
        )?);
    }
    Ok((share, nodes))
}

/// The column of the removal table a pollutant is controlled by.
pub(super) fn column<'a>(c: &Context<'a>, word: &str) -> Result<&'a str, EvalError> {
    let table = at(c, "inventory.removal")?;
    let known = &table.0.table.columns[table.0.table.by.len().min(table.0.table.columns.len())..];
    let fits = |n: &&String| n.eq_ignore_ascii_case(word) && *n != "kind";
    known.iter().find(fits).map(String::as_str).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(String::as_str).filter(|n| *n != "kind").collect();
        EvalError::argument("pollutant", format!("`{word}`: write one of {}", names.join(" ")))
    })
}

fn removal(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let pollutant = column(c, args.text("pollutant")?)?;
    args.text("controls")?;
    let (share, nodes) = left(c, &args.words("controls"), pollutant)?;
    let running = args.percent_or_none("running")?.unwrap_or(Decimal::from_int(100));
    let removed = Ratio::from(1).sub(share)?.mul(of_hundred(running)?)?;
    let hundred = Ratio::from(100);
    let (rounding, clause) = decimals(c, "percent")?;
    let value = removed.mul(hundred)?.round(&rounding)?;
    let rest = Ratio::from(1).sub(removed)?.mul(hundred)?.round(&rounding)?;
    let mut node = Explanation::new("总去除效率", "Removal in all")
        .value(value)
        .unit("%")
        .formula(format!("(1 − {}) × {running} % = {value} %", share.shown(6)))
        .clause(at(c, "inventory.removal")?.0.clause_ref())
        .clause(clause);
    for n in nodes {
        node = node.input(n);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("left", rest.into())],
        explanation: node,
    })
}

/// A rate in percent given as a number, or by the name of the way of capture.
fn capture(c: &Context<'_>, word: &str) -> Result<(Ratio, Explanation), EvalError> {
    if let Ok(d) = Decimal::parse(word) {
        if d.is_negative() || d > Decimal::from_int(100) {
            return Err(EvalError::argument(
                "capture",
                format!("{d} is no share: write 0 to 100 (%)"),
            ));
        }
        return Ok((of_hundred(d)?, given("收集率（给定）", "capture (given)", d, "%")));
    }
    let rows: Vec<Row<'_>> = at(c, "inventory.removal")?
        .rows()
        .filter(|r| r.text("kind") == "capture")
        .collect();
    let row = crate::row::pick(&rows, "capture", word, &["technology"])?;
    Ok((
        of_hundred(row.number("vocs")?)?,
        row.node("vocs", &format!("{}收集率", row.text("technology")), "capture")?,
    ))
}

fn solvent(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (amount, voc) = (args.amount("amount")?, args.percent("voc")?);
    let (captured, node_c) = capture(c, args.text("capture")?)?;
    let text = args.text("controls")?;
    let (removed, nodes) = match Decimal::parse(text) {
        Ok(d) if !d.is_negative() && d <= Decimal::from_int(100) => {
            (of_hundred(d)?, vec![given("去除率（给定）", "removal (given)", d, "%")])
        }
        Ok(d) => {
            return Err(EvalError::argument(
                "controls",
                format!("{d} is no share: write 0 to 100 (%)"),
            ));
        }
        Err(_) => {
            let (share, nodes) = left(c, &args.words("controls"), "vocs")?;
            (Ratio::from(1).sub(share)?, nodes)
        }
    };
    let made = Ratio::from(amount).mul(of_hundred(voc)?)?;
    let exact = made.mul(Ratio::from(1).sub(captured.mul(removed)?)?)?;
    let (rounding, clause) = decimals(c, "mass")?;
    let percent = decimals(c, "percent")?.0;
    let value = exact.round(&rounding)?;
    let mut node = Explanation::new("VOCs排放量", "VOC emitted")
        .value(value)
        .unit("t")
        .formula(format!(
            "{amount} × {voc} % × (1 − {} × {}) = {value}",
            captured.shown(4),
            removed.shown(4)
        ))
        .clause(clause)
        .input(given("使用量", "amount", amount, "t"))
        .input(given("VOC含量", "VOC content", voc, "%"))
        .input(node_c);
    for n in nodes {
        node = node.input(n);
    }
    let hundred = Ratio::from(100);
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("made", made.round(&rounding)?.into()),
            ("capture_rate", captured.mul(hundred)?.round(&percent)?.into()),
            ("removal_rate", removed.mul(hundred)?.round(&percent)?.into()),
        ],
        explanation: node,
    })
}

fn online(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "inventory.online")?.only();
    let (conc, flow) = (args.list("c")?, args.list("q")?);
    if flow.len() != 1 && flow.len() != conc.len() {
        let reason = format!("{} flows for {} concentrations", flow.len(), conc.len());
        return Err(EvalError::argument("q", reason));
    }
    let hours = args.amount_or_none("hours")?.unwrap_or(Decimal::from_int(1));
    let (mut sum, mut valid) = (Ratio::ZERO, 0i64);
    for (i, value) in conc.iter().enumerate() {
        let other = if flow.len() == 1 { flow[0] } else { flow[i] }; // the lengths were compared above
        let (Some(v), Some(q)) = (value, other) else { continue };
        for (name, d) in [("c", v), ("q", &q)] {
            if d.is_negative() {
                return Err(EvalError::argument(name, format!("{d} is below zero / 不得为负")));
            }
        }
        sum = sum.add(Ratio::from(*v).mul(q.into())?)?;
        valid += 1;
    }
    let day = args.flag("day")?;
    let mut node = Explanation::new("排放量", "Emission")
        .unit("t")
        .clause(rule.clause())
        .input(Explanation::new("有效值个数", "valid values").value(valid))
        .noted(rule.p);
    let mut mass = sum.mul(hours.into())?.div(Ratio::from(1_000_000_000))?; // mg to t
    let mut formula = format!("Σ(C·Q) × {hours} h × 1e-9");
    let mut value = None;
    if valid == 0 || (day && valid < rule.whole("hours_min")?) {
        let least = rule.text("hours_min");
        node = node
            .input(rule.node("hours_min", "有效小时数下限", "least valid hours")?)
            .note(
                format!("有效小时{valid}个，不足{least}个：没有日值"),
                format!("{valid} valid hours, {least} are needed: no value"),
            );
    } else {
        if day {
            if hours != Decimal::from_int(1) {
                return Err(EvalError::argument("hours", "a day is made of values of one hour each"));
            }
            mass = mass.mul(rule.ratio("hours_day")?)?.div(Ratio::from(valid))?;
            formula = format!("{} / {valid} × Σ(C·Q) × 1e-9", rule.text("hours_day"));
        }
        let v = mass.round(&decimals(c, "mass")?.0)?;
        node = node.value(v).formula(format!("{formula} = {v}"));
        value = Some(v);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("valid", Cell::from(valid))],
        explanation: node,
    })
}
