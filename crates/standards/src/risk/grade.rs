//! The three marks of HJ 941: quantity ratio Q, process and control M, sensitivity of receptors E.

use crate::node::{Noted, given};
use crate::row::{Entry, Row, at, pick};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(super) const MEDIUM: Arg = Arg::text(
    "medium",
    ("环境要素：air大气 或 water水", "the receiving side: air or water"),
);

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "risk.q",
        title: (
            "突发环境事件风险物质数量与临界量比值Q",
            "Ratio Q of substances to their critical amounts",
        ),
        args: &[
            Arg::text(
                "substances",
                (
                    "物质=最大存在量（t，混合物按纯物质），空格分隔；物质写名称、别名或CAS号，如 氨=12 氯=3",
                    "substance=greatest amount on site in t (of a mixture the pure substance), parted by spaces; by name, alias or CAS number, as 7664-41-7=12",
                ),
            ),
            Arg::text(
                "medium",
                (
                    "air或water：按附录A部分筛选计入的物质；不填则全部计入",
                    "air or water: count only the parts of annex A that count there; all are counted if left out",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("band"),
            Column::number("substances_n"),
            Column::text("next"),
        ],
        keys: &["risk.substance", "risk.q.bands", "risk.q.rounding", "risk.q.counts"],
        eval: q,
    },
    Function {
        name: "risk.m",
        title: ("生产工艺过程与环境风险控制水平M", "Process and control level M"),
        args: &[
            MEDIUM,
            Arg::text(
                "processes",
                (
                    "工艺=套数，空格分隔：hazardous危险工艺 hot高温高压 obsolete淘汰工艺；没有写none=1",
                    "process=number of sets, parted by spaces: hazardous hot obsolete; none=1 if there are none",
                ),
            ),
            Arg::text(
                "controls",
                (
                    "措施=得分，空格分隔，该要素的各项都要写，如 毒性气体泄漏监控预警=0 防护距离=25",
                    "measure=score, parted by spaces, all measures of the side, with the names the law gives them",
                ),
            ),
        ],
        results: &[
            Column::text("class"),
            Column::number("process"),
            Column::number("control"),
        ],
        keys: &["risk.m.process", "risk.m.limits", "risk.m.controls", "risk.m.class"],
        eval: m,
    },
    Function {
        name: "risk.e",
        title: ("环境风险受体敏感程度E", "Sensitivity of receptors E"),
        args: &[
            MEDIUM,
            Arg::number(
                "people_5km",
                "1",
                ("周边5 km人口总数（大气必填）", "people within 5 km (needed for air)"),
            )
            .optional(),
            Arg::number(
                "people_500m",
                "1",
                ("周边500 m人口总数（大气必填）", "people within 500 m (needed for air)"),
            )
            .optional(),
            Arg::text(
                "receptors",
                (
                    "受体，空格分隔：大气military；水drinking_source border_24h sensitive province_10km terrain；查过没有写none",
                    "receptors parted by spaces: air military; water drinking_source border_24h sensitive province_10km terrain; none if it was looked into and there are none",
                ),
            ),
        ],
        results: &[],
        keys: &["risk.e.people", "risk.e.receptors"],
        eval: e,
    },
];

/// `air` or `water`, with the Chinese word.
pub(super) fn medium<'a>(c: &Context<'a>, word: &str) -> Result<Row<'a>, EvalError> {
    at(c, "risk.q.counts")?.word("medium", word, &["medium", "medium_zh"])
}

fn q(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (table, bands, shown) = (
        at(c, "risk.substance")?,
        at(c, "risk.q.bands")?,
        at(c, "risk.q.rounding")?.only(),
    );
    let mut node = Explanation::new("数量与临界量比值Q", "Ratio Q").clause(bands.0.clause_ref());
    if let Some(word) = args.get("medium") {
        let m = medium(c, word)?;
        let zh = format!("计入：第{}部分；{}", m.text("whole_parts"), m.text("also_zh"));
        node = node.note(
            zh,
            format!("counted: parts {}; {}", m.text("whole_parts"), m.text("also_en")),
        );
        at(c, "risk.substance.part")?; // which part each substance is of: without it nothing can be sorted out
    }
    let (mut sum, mut terms) = (Ratio::ZERO, Vec::new());
    let pairs = args.amounts("substances")?;
    for (word, amount) in &pairs {
        let row = table.word("substances", word, &["name", "cas", "alias"]);
        let row = row.map_err(|e| unrecorded(c, word, e))?;
        sum = sum.add(Ratio::from(*amount).div(row.ratio("critical")?)?)?;
        terms.push(format!("{amount}/{}", row.text("critical")));
        let name = row.text("name");
        node = node
            .input(given(
                &format!("{name}最大存在量"),
                &format!("{name}: amount on site"),
                *amount,
                "t",
            ))
            .input(row.node(
                "critical",
                &format!("{name}临界量"),
                &format!("{name}: critical amount"),
            )?);
    }
    let band = bands.band(sum)?;
    let value = sum.round(&shown.rounding()?)?;
    node = node
        .value(value)
        .formula(format!("{} = {} → {value}", terms.join(" + "), sum.shown(6)))
        .clause(shown.clause())
        .noted(table.0);
    let n = i64::try_from(pairs.len()).unwrap_or(i64::MAX);
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("band", band.text("band").into()),
            ("substances_n", n.into()),
            ("next", band.text("next").into()),
        ],
        explanation: node,
    })
}

/// A substance that is not in the rows recorded may well be in the annex: that is said, not "none".
fn unrecorded(c: &Context<'_>, word: &str, e: EvalError) -> EvalError {
    match c.law.unrecorded("risk.substance.others", c.date, c.division) {
        Some(m) => EvalError::argument(
            "substances",
            format!(
                "`{word}` is not among the substances recorded; annex A holds more (not recorded) / 未录入：{}。Look it up in the annex, or give a CAS number",
                m.why.zh
            ),
        ),
        None => e,
    }
}

fn m(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let side = medium(c, args.text("medium")?)?;
    let (kinds, limits) = (at(c, "risk.m.process")?, at(c, "risk.m.limits")?.only());
    let mut node = Explanation::new("工艺过程与控制水平M", "Process and control level M");
    let mut process = Decimal::ZERO;
    for (word, sets) in args.amounts("processes")? {
        let row = kinds.word("processes", word, &["kind"])?;
        if sets.at_scale(0).is_none() {
            return Err(EvalError::argument(
                "processes",
                format!("{word}: {sets} is no whole number of sets"),
            ));
        }
        process = process.add(sets.mul(row.number("score")?)?)?;
        let name = row.text("kind");
        node = node
            .input(given(row.text("zh"), row.text("en"), sets, "1"))
            .input(row.node(
                "score",
                &format!("{name}每套得分"),
                &format!("points of each set: {name}"),
            )?);
    }
    let cap = limits.number("process_max")?;
    let capped = process.min(cap);
    node = node.input(limits.node("process_max", "工艺过程得分上限", "cap of the process score")?);
    let (control, parts) = controls(&at(c, "risk.m.controls")?, side.text("medium"), args)?;
    for part in parts {
        node = node.input(part);
    }
    let value = capped.add(control)?;
    let class = at(c, "risk.m.class")?.band(value.into())?;
    node = node
        .value(value)
        .formula(format!("min({process}, {cap}) + {control} = {value}"))
        .clause(class.clause())
        .noted(kinds.0);
    if let Some(missing) = c.law.unrecorded("risk.m.options", c.date, c.division) {
        node = node.note(&missing.why.zh, &missing.why.en);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("class", class.text("class").into()),
            ("process", capped.into()),
            ("control", control.into()),
        ],
        explanation: node,
    })
}

/// The sum of the scores given: each item of the side once, each score one that the table has.
fn controls(table: &Entry<'_>, side: &str, args: &Args) -> Result<(Decimal, Vec<Explanation>), EvalError> {
    let rows: Vec<Row<'_>> = table.rows().filter(|r| r.text("medium") == side).collect();
    let (mut sum, mut parts, mut seen) = (Decimal::ZERO, Vec::new(), Vec::new());
    for (word, score) in args.amounts("controls")? {
        let item = pick(&rows, "controls", word, &["item"])?.text("item");
        let options: Vec<&Row<'_>> = rows.iter().filter(|r| r.text("item") == item).collect();
        let hit = options.iter().find(|r| r.number("score") == Ok(score));
        let Some(row) = hit else {
            let scores: Vec<&str> = options.iter().map(|r| r.text("score")).collect();
            let reason = format!(
                "{item}: {score} is not one of {} ({})",
                scores.join(" "),
                table.0.clause
            );
            return Err(EvalError::argument("controls", reason));
        };
        sum = sum.add(score)?;
        seen.push(item);
        let node = row.node("score", item, &format!("measure: {item}"))?;
        parts.push(match row.text("option") {
            "" => node,
            option => node.note(option, option),
        });
    }
    if let Some(r) = rows.iter().find(|r| !seen.contains(&r.text("item"))) {
        let reason = format!(
            "`{}` is missing: every measure needs its score (缺项不得当作0分)",
            r.text("item")
        );
        return Err(EvalError::argument("controls", reason));
    }
    Ok((sum, parts))
}

fn e(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let side = medium(c, args.text("medium")?)?.text("medium");
    let receptors = at(c, "risk.e.receptors")?;
    let mut node =
        Explanation::new("环境风险受体敏感程度", "Sensitivity of receptors").clause(receptors.0.clause_ref());
    let mut classes: Vec<&str> = Vec::new();
    if side == "air" {
        let people = at(c, "risk.e.people")?;
        let (near, wide) = (args.amount("people_500m")?, args.amount("people_5km")?);
        let mut class = "";
        for r in people.rows() {
            if wide >= r.number("people_5km")? || near >= r.number("people_500m")? {
                class = r.text("class");
                node = node
                    .input(given("周边5 km人口", "people within 5 km", wide, "1"))
                    .input(given("周边500 m人口", "people within 500 m", near, "1"))
                    .input(r.node(
                        "people_5km",
                        &format!("{class}的5 km人口下限"),
                        &format!("{class}: 5 km"),
                    )?)
                    .input(r.node(
                        "people_500m",
                        &format!("{class}的500 m人口下限"),
                        &format!("{class}: 500 m"),
                    )?);
                break;
            }
        }
        classes.push(class);
    } else {
        classes.push(at(c, "risk.e.people")?.rows().last().map_or("", |r| r.text("class"))); // none of them: the last class
    }
    let rows: Vec<Row<'_>> = receptors.rows().filter(|r| r.text("medium") == side).collect();
    for word in args
        .words("receptors")
        .into_iter()
        .filter(|w| *w != "none" && *w != "无")
    {
        let r = pick(&rows, "receptors", word, &["receptor"])?;
        classes.push(r.text("class"));
        node = node.input(
            Explanation::new(r.text("zh"), r.text("en"))
                .value(r.text("class"))
                .clause(r.clause()),
        );
    }
    let class = classes.into_iter().min().unwrap_or_default(); // E1 before E2 before E3
    Ok(Outcome {
        value: class.into(),
        columns: vec![],
        explanation: node
            .value(class)
            .formula("取各条件中最敏感的一类 / the most sensitive one decides"),
    })
}
