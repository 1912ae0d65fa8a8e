//! Natural radioactivity in minerals, drinking water, accident grades, safety rating.

use crate::cell::{at, decimal, optional};
use crate::node::{Noted, nothing, taken};
use crate::reading::Reading;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Rounding};

const WATER: &str = "radiation.water.guide";

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.norm_trigger",
        title: ("伴生放射性矿判据", "Trigger for naturally radioactive minerals"),
        args: &[
            Arg::number("u238", "Bq/g", ("铀-238", "U-238")).optional(),
            Arg::number("ra226", "Bq/g", ("镭-226", "Ra-226")).optional(),
            Arg::number("th232", "Bq/g", ("钍-232", "Th-232")).optional(),
            Arg::number(
                "other",
                "Bq/g",
                (
                    "铀系钍系其他单个核素的最大值",
                    "largest other nuclide of the two series",
                ),
            )
            .optional(),
            Arg::text(
                "mineral",
                (
                    "矿种，填写时按名录核对",
                    "mineral in Chinese; looked up in the list if given",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("largest"), Column::text("nuclide")],
        keys: &["radiation.norm.trigger", "radiation.norm.list"],
        eval: norm,
    },
    Function {
        name: "radiation.water",
        title: ("饮用水放射性指标", "Radioactivity of drinking water"),
        args: &[
            Arg::number(
                "alpha",
                "Bq/L",
                ("总α，可填<0.02或未检出", "gross alpha; <0.02 or ND may be given"),
            )
            .optional(),
            Arg::number(
                "beta",
                "Bq/L",
                ("总β，可填<0.02或未检出", "gross beta; <0.02 or ND may be given"),
            )
            .optional(),
        ],
        results: &[Column::text("exceeding")],
        keys: &[WATER],
        eval: water,
    },
    Function {
        name: "radiation.accident",
        title: ("辐射事故等级", "Grade of a radiation accident"),
        args: &[
            Arg::number(
                "lost",
                "1",
                (
                    "丢失、被盗、失控的放射源类别1—5（取最高）",
                    "class 1 to 5 of a source lost, stolen or out of control (the highest)",
                ),
            )
            .optional(),
            Arg::text(
                "large",
                ("是否造成大范围严重后果：yes或no", "large-scale consequences: yes or no"),
            )
            .optional(),
            Arg::number("deaths", "1", ("急性死亡人数", "acute deaths")).optional(),
            Arg::number(
                "severe",
                "1",
                (
                    "急性重度放射病、局部器官残疾人数",
                    "people with acute severe sickness or a disabled limb",
                ),
            )
            .optional(),
            Arg::text(
                "over_limit",
                (
                    "是否有人超过年剂量限值：yes或no",
                    "anyone above the annual limit: yes or no",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("grade_en"), Column::text("by")],
        keys: &["radiation.accident"],
        eval: accident,
    },
    Function {
        name: "radiation.safety_rating",
        title: (
            "核技术利用单位安全评定",
            "Safety rating of a user of nuclear techniques",
        ),
        args: &[
            Arg::text(
                "scores",
                (
                    "七组得分，依次：证照 人员 场所 台账 在线 应急 年度，空格分隔",
                    "points of the seven groups in order: licence staff site register online emergency yearly",
                ),
            ),
            Arg::text("veto", ("是否有否决项：yes或no", "whether there is a veto: yes or no")).optional(),
        ],
        results: &[Column::number("total"), Column::number("recheck_months")],
        keys: &["radiation.rating.group", "radiation.rating.colour"],
        eval: rating,
    },
];

/// How a reading stands to a bound it may not pass: above, not above, or not to be said.
fn above(reading: Reading, bound: Decimal) -> Option<bool> {
    match reading {
        Reading::Value(v) => Some(v > bound),
        Reading::Below(Some(limit)) if limit > bound => None, // the method could not see it
        Reading::Below(_) => Some(false),
    }
}

fn norm(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.norm.trigger")?;
    let bound = decimal(p, 0, "above")?;
    let mut e = Explanation::new("伴生放射性矿", "Naturally radioactive mineral")
        .noted(p)
        .input(taken(("判据", "Trigger"), p, 0, "above"));
    if let Some(mineral) = args.get("mineral") {
        let list = at(c, "radiation.norm.list")?;
        let r = named(list, "mineral", mineral, &["mineral", "mineral_zh"])?;
        e = e.clause(list.clause_ref_row(r));
    }
    let (mut largest, mut unsaid, mut any, mut hit) = (None::<(Decimal, &str)>, false, false, false);
    for name in ["u238", "ra226", "th232", "other"] {
        let Some(reading) = args.reading(name)? else { continue };
        any = true;
        match above(reading, bound) {
            Some(over) => hit |= over,
            None => unsaid = true,
        }
        if let Reading::Value(v) = reading
            && largest.is_none_or(|(x, _)| v > x)
        {
            largest = Some((v, name));
        }
    }
    let columns: Vec<(&'static str, Cell)> = vec![
        ("largest", largest.map(|l| l.0).into()),
        ("nuclide", largest.map(|l| l.1).into()),
    ];
    if !any || (unsaid && !hit) {
        return Ok(nothing(
            e,
            columns,
            "没有能用的比活度",
            "there is no activity that says it",
        ));
    }
    Ok(Outcome {
        value: hit.into(),
        columns,
        explanation: e.value(if hit { "yes" } else { "no" }),
    })
}

fn water(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, WATER)?;
    let mut e = Explanation::new("饮用水放射性", "Radioactivity of drinking water").noted(p);
    let (mut over, mut unsaid, mut any) = (Vec::new(), false, false);
    for item in ["alpha", "beta"] {
        let r = crate::cell::row(p, &[("item", item)])?;
        e = e.input(taken((p.table.text(r, "item_zh"), item), p, r, "guide"));
        let Some(reading) = args.reading(item)? else { continue };
        any = true;
        match above(reading, decimal(p, r, "guide")?) {
            Some(true) => over.push(item),
            Some(false) => {}
            None => unsaid = true,
        }
    }
    let columns: Vec<(&'static str, Cell)> = vec![("exceeding", over.join(" ").into())];
    if !any || (unsaid && over.is_empty()) {
        return Ok(nothing(e, columns, "没有能用的结果", "there is no result that says it"));
    }
    let within = over.is_empty();
    Ok(Outcome {
        value: within.into(),
        columns,
        explanation: e.value(if within { "yes" } else { "no" }),
    })
}

fn accident(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.accident")?;
    let (deaths, severe) = (args.count("deaths")?, args.count("severe")?);
    let (large, over) = (args.flag("large")?, args.flag("over_limit")?);
    let lost = args.count("lost")?.map(|n| n.normalized().to_string());
    let known =
        |class: &str| (0..p.table.rows.len()).any(|r| p.table.text(r, "lost_classes").split(' ').any(|x| x == class));
    if let Some(class) = lost.as_deref().filter(|class| !known(class)) {
        return Err(EvalError::argument(
            "lost",
            format!("`{class}`: write a class from 1 to 5 / 填1至5类"),
        ));
    }
    let e = Explanation::new("辐射事故等级", "Grade of the accident").noted(p);
    for r in 0..p.table.rows.len() {
        let reaches = |n: Option<Decimal>, column: &str| -> Result<bool, EvalError> {
            Ok(match (n, optional(p, r, column)?) {
                (Some(n), Some(least)) => n >= least,
                _ => false,
            })
        };
        let classes = p.table.text(r, "lost_classes");
        let lost_fits = lost.as_deref().is_some_and(|l| classes.split(' ').any(|x| x == l))
            && (p.table.text(r, "lost_large") != "yes" || large);
        let by = if lost_fits {
            "lost"
        } else if reaches(deaths, "deaths_min")? {
            "deaths"
        } else if reaches(severe, "severe_min")? {
            "severe"
        } else if over && p.table.text(r, "over_limit") == "yes" {
            "over_limit"
        } else {
            continue;
        };
        let word = p.table.text(r, "grade");
        return Ok(Outcome {
            value: word.into(),
            columns: vec![("grade_en", p.table.text(r, "grade_en").into()), ("by", by.into())],
            explanation: e.value(word).clause(p.clause_ref_row(r)),
        });
    }
    Ok(nothing(
        e.clause(p.clause_ref()),
        Vec::new(),
        "所填情形不构成分级的辐射事故",
        "what is given is no accident of any grade",
    ))
}

fn rating(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (groups, p) = (at(c, "radiation.rating.group")?, at(c, "radiation.rating.colour")?);
    let scores = args.list("scores")?;
    if scores.len() != groups.table.rows.len() {
        let reason = format!(
            "{} scores for {} groups / 须与组数相同",
            scores.len(),
            groups.table.rows.len()
        );
        return Err(EvalError::argument("scores", reason));
    }
    let mut e = Explanation::new("安全评定", "Safety rating")
        .noted(p)
        .clause(p.clause_ref())
        .noted_unrecorded(c, "radiation.rating.colour");
    let mut total = Decimal::ZERO;
    for (r, score) in scores.into_iter().enumerate() {
        let name = groups.table.text(r, "group");
        let Some(score) = score else {
            return Ok(nothing(
                e,
                Vec::new(),
                "有一组没有得分，不评定",
                "a group has no score: no rating",
            ));
        };
        let most = decimal(groups, r, "max")?;
        let place = format!("scores[{}]", r + 1);
        let clause = format!("{} {name}", groups.standard.number);
        crate::reading::within(&place, score, Decimal::ZERO, most, &clause)?;
        total = total.add(score)?;
        e = e.input(
            taken((groups.table.text(r, "group_zh"), name), groups, r, "max").formula(format!("{score} / {most}")),
        );
    }
    let veto = args.flag("veto")?;
    let last = p.table.rows.len().saturating_sub(1);
    let mut row = last;
    for r in 0..p.table.rows.len() {
        if !veto && total >= decimal(p, r, "from")? {
            row = r;
            break;
        }
    }
    let word = p.table.text(row, "colour");
    let shown = total.round(&Rounding::gbt8170(1))?;
    Ok(Outcome {
        value: word.into(),
        columns: vec![
            ("total", shown.into()),
            ("recheck_months", decimal(p, row, "recheck_months")?.into()),
        ],
        explanation: e.value(word).clause(p.clause_ref_row(row)),
    })
}
