//! Ecological quality of a region: EQI (2021) and EI (HJ 192), class and change against a reference year.

use crate::node::{Noted, given};
use crate::reading::within;
use crate::row::at;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

const SCORE: &str = "1";
const RESULTS: &[Column] = &[
    Column::text("class"),
    Column::number("change"),
    Column::text("change_grade"),
];
const REFERENCE: Arg = Arg::number(
    "reference",
    SCORE,
    (
        "基准年的指数，填了才评变化",
        "the index of the reference year, for the change",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ecology.eqi",
        title: (
            "生态质量指数EQI、分类和变化",
            "Ecological quality index, class and change",
        ),
        args: &[
            Arg::number(
                "pattern",
                SCORE,
                ("生态格局得分，0至100", "score of the pattern, 0 to 100"),
            )
            .optional(),
            Arg::number(
                "function",
                SCORE,
                ("生态功能得分，0至100", "score of the function, 0 to 100"),
            )
            .optional(),
            Arg::number(
                "biodiversity",
                SCORE,
                ("生物多样性得分，0至100", "score of biodiversity, 0 to 100"),
            )
            .optional(),
            Arg::number(
                "stress",
                SCORE,
                (
                    "生态胁迫得分，0至100，越大越差",
                    "score of stress, 0 to 100, more is worse",
                ),
            )
            .optional(),
            Arg::number(
                "eqi",
                SCORE,
                (
                    "已有的EQI，代替四部分得分",
                    "an EQI already known, in place of the four scores",
                ),
            )
            .optional(),
            REFERENCE,
        ],
        results: RESULTS,
        keys: &[
            "ecology.eqi.weights",
            "ecology.eqi.rounding",
            "ecology.eqi.classes",
            "ecology.eqi.change",
        ],
        eval: |c, a| index(c, a, &EQI),
    },
    Function {
        name: "ecology.eqi_part",
        title: (
            "EQI一部分的得分（由三级指标）",
            "Score of one part of the EQI from its indicators",
        ),
        args: &[
            Arg::text(
                "part",
                (
                    "部分：生态格局 生态功能 生物多样性 生态胁迫",
                    "part: pattern function biodiversity stress",
                ),
            ),
            Arg::text(
                "values",
                (
                    "三级指标=归一化得分，空格分隔，该部分的各项都要写",
                    "indicator of level 3=scaled score, parted by spaces, all indicators of the part",
                ),
            ),
        ],
        results: &[],
        keys: &["ecology.eqi.weights", "ecology.eqi.indicators", "ecology.eqi.rounding"],
        eval: part,
    },
    Function {
        name: "ecology.ei",
        title: (
            "生态环境状况指数EI、分级和变化",
            "Ecosystem status index, class and change",
        ),
        args: &[
            Arg::number("richness", SCORE, ("生物丰度指数", "biological richness")).optional(),
            Arg::number("vegetation", SCORE, ("植被覆盖指数", "vegetation cover")).optional(),
            Arg::number("water", SCORE, ("水网密度指数", "density of waters")).optional(),
            Arg::number(
                "land_stress",
                SCORE,
                ("土地胁迫指数，越大越差", "land stress, more is worse"),
            )
            .optional(),
            Arg::number(
                "pollution",
                SCORE,
                ("污染负荷指数，越大越差", "pollution load, more is worse"),
            )
            .optional(),
            Arg::number(
                "restriction",
                SCORE,
                (
                    "环境限制指数（负值），默认0",
                    "restriction index (negative), 0 unless given",
                ),
            )
            .optional(),
            Arg::number(
                "ei",
                SCORE,
                ("已有的EI，代替各部分", "an EI already known, in place of the parts"),
            )
            .optional(),
            REFERENCE,
        ],
        results: RESULTS,
        keys: &[
            "ecology.ei.weights",
            "ecology.ei.rounding",
            "ecology.ei.classes",
            "ecology.ei.change",
        ],
        eval: |c, a| index(c, a, &EI),
    },
];

/// One of the two indices: its argument, its titles, its law, and whether change goes by the absolute value.
struct Kind {
    name: &'static str,
    titles: (&'static str, &'static str),
    weights: &'static str,
    rounding: &'static str,
    classes: &'static str,
    change: &'static str,
    absolute: bool,
}

const EQI: Kind = Kind {
    name: "eqi",
    titles: ("生态质量指数EQI", "Ecological quality index"),
    weights: "ecology.eqi.weights",
    rounding: "ecology.eqi.rounding",
    classes: "ecology.eqi.classes",
    change: "ecology.eqi.change",
    absolute: false,
};
const EI: Kind = Kind {
    name: "ei",
    titles: ("生态环境状况指数EI", "Ecosystem status index"),
    weights: "ecology.ei.weights",
    rounding: "ecology.ei.rounding",
    classes: "ecology.ei.classes",
    change: "ecology.ei.change",
    absolute: true,
};

fn index(c: &Context<'_>, args: &Args, kind: &Kind) -> Result<Outcome, EvalError> {
    let (weights, classes) = (at(c, kind.weights)?, at(c, kind.classes)?);
    let shown = at(c, kind.rounding)?.only();
    let rounding = shown.rounding()?;
    let mut node = Explanation::new(kind.titles.0, kind.titles.1);
    let exact = match args.number(kind.name)? {
        Some(known) => {
            if weights.rows().any(|r| args.get(r.text("part")).is_some()) {
                let reason = "give either the index or its parts (指数和各部分只填一种)";
                return Err(EvalError::argument(kind.name, reason));
            }
            if let Some(r) = weights.rows().next() {
                within(
                    kind.name,
                    known,
                    r.number("score_min")?,
                    r.number("score_max")?,
                    &r.p.clause,
                )?;
            }
            node = node.formula(known.to_string());
            Ratio::from(known)
        }
        None => {
            let (mut sum, mut terms) = (Ratio::ZERO, Vec::new());
            for r in weights.rows() {
                let name = r.text("part");
                let score = args.required_number(name)?;
                let (low, high) = (r.number("score_min")?, r.number("score_max")?);
                within(name, score, low, high, &r.p.clause)?;
                let inverse = r.text("inverse") == "yes";
                let counted = if inverse { high.sub(score)? } else { score };
                sum = sum.add(r.ratio("weight")?.mul(counted.into())?)?;
                let shown = if inverse {
                    format!("({high} − {score})")
                } else {
                    score.to_string()
                };
                terms.push(format!("{} × {shown}", r.text("weight")));
                let zh = r.text("zh");
                node = node.input(given(zh, r.text("en"), score, "1")).input(r.node(
                    "weight",
                    &format!("{zh}的权重"),
                    &format!("weight: {}", r.text("en")),
                )?);
            }
            // Only the EI has an index that is added as it is, and never above zero.
            let added = if kind.absolute {
                args.number("restriction")?
            } else {
                None
            };
            if let Some(d) = added {
                if d > Decimal::ZERO {
                    return Err(EvalError::argument(
                        "restriction",
                        format!("{d} is above zero / 应为负值或0"),
                    ));
                }
                sum = sum.add(d.into())?;
                terms.push(format!("({d})"));
                node = node.input(given("环境限制指数", "restriction index", d, "1"));
            }
            node = node.formula(format!("{} = {}", terms.join(" + "), sum.shown(6)));
            sum
        }
    };
    let value = exact.round(&rounding)?;
    let class = classes.band(value.into())?;
    node = node
        .value(value)
        .clause(weights.0.clause_ref())
        .clause(class.clause())
        .clause(shown.clause())
        .noted(shown.p);
    let (mut change, mut grade) = (Cell::Missing, Cell::Missing);
    if let Some(reference) = args.number("reference")? {
        let before = reference.round(&rounding)?;
        let delta = value.sub(before)?;
        let by = if kind.absolute { delta.abs() } else { delta };
        let row = at(c, kind.change)?.band(by.into())?;
        node = node.input(
            Explanation::new("变化", "Change")
                .value(delta)
                .formula(format!("{value} − {before} = {delta} → {}", row.text("grade")))
                .clause(row.clause())
                .noted(row.p),
        );
        (change, grade) = (delta.into(), row.text("grade").into());
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("class", class.text("class").into()),
            ("change", change),
            ("change_grade", grade),
        ],
        explanation: node,
    })
}

fn part(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let parts = at(c, "ecology.eqi.weights")?;
    let row = parts.word("part", args.text("part")?, &["part", "zh"])?;
    let weights = at(c, "ecology.eqi.subweights")?;
    let indicators = at(c, "ecology.eqi.indicators")?;
    let given_scores = args.amounts("values")?;
    let (mut sum, mut terms) = (Ratio::ZERO, Vec::new());
    let mut node = Explanation::new(row.text("zh"), row.text("en")).clause(weights.0.clause_ref());
    for (name, _) in &given_scores {
        indicators.word("values", name, &["level3"])?;
    }
    for r in indicators.rows().filter(|r| r.text("level1") == row.text("zh")) {
        let name = r.text("level3");
        let weight = weights.row(&[("level3", name)])?;
        let score = given_scores.iter().find(|(n, _)| *n == name).map(|(_, s)| *s);
        let Some(score) = score else {
            return Err(EvalError::argument(
                "values",
                format!("`{name}` is missing (缺项不得当作0)"),
            ));
        };
        within(
            "values",
            score,
            row.number("score_min")?,
            row.number("score_max")?,
            &row.p.clause,
        )?;
        sum = sum.add(weight.ratio("weight")?.mul(score.into())?)?;
        terms.push(format!("{} × {score}", weight.text("weight")));
        node = node.input(given(name, name, score, "1")).input(weight.node(
            "weight",
            &format!("{name}的权重"),
            "weight",
        )?);
    }
    let value = sum.round(&at(c, "ecology.eqi.rounding")?.only().rounding()?)?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![],
        explanation: node.value(value).formula(format!("{} = {value}", terms.join(" + "))),
    })
}
