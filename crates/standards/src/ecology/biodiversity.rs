//! Diversity indices of a community, and the biodiversity index of a county (HJ 623).

use crate::node::{Noted, given};
use crate::row::at;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ecology.diversity",
        title: ("群落多样性指数", "Diversity indices of a community"),
        args: &[
            Arg::text(
                "counts",
                (
                    "各种的个体数（或生物量、盖度），空格分隔",
                    "individuals of each taxon (or biomass, or cover), parted by spaces",
                ),
            ),
            Arg::text(
                "base",
                (
                    "对数底：e（默认）、2或10",
                    "base of the logarithm: e (default), 2 or 10",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::number("taxa"),
            Column::number("total"),
            Column::number("simpson"),
            Column::number("simpson_unbiased"),
            Column::number("pielou"),
            Column::number("margalef"),
            Column::number("berger_parker"),
            Column::number("chao1"),
            Column::text("base"),
        ],
        keys: &["ecology.diversity.rule"],
        eval: diversity,
    },
    Function {
        name: "ecology.dominance",
        title: ("McNaughton优势度", "McNaughton dominance"),
        args: &[
            Arg::number(
                "share",
                "1",
                (
                    "该种个体数占总数的比例，0至1",
                    "share of the taxon in all individuals, 0 to 1",
                ),
            ),
            Arg::number(
                "frequency",
                "1",
                ("该种出现的样品比例，0至1", "share of samples it appears in, 0 to 1"),
            ),
        ],
        results: &[Column::text("dominant")],
        keys: &["ecology.diversity.rule"],
        eval: dominance,
    },
    Function {
        name: "ecology.bi",
        title: ("县域生物多样性指数BI", "Biodiversity index of a county"),
        args: &[
            Arg::number("animals", "1", ("野生动物种数", "species of wild animals")),
            Arg::number("plants", "1", ("野生维管束植物种数", "species of wild vascular plants")),
            Arg::number(
                "ecosystems",
                "1",
                ("自然、半自然生态系统类型数（群系）", "kinds of ecosystem (formations)"),
            ),
            Arg::number("endemic", "1", ("物种特有性", "value of endemic species")),
            Arg::number("threatened", "1", ("受威胁物种的丰富度", "value of threatened species")),
            Arg::number("invasive", "1", ("外来物种入侵度", "share of invasive species")),
        ],
        results: &[Column::text("class")],
        keys: &["ecology.bi.items", "ecology.bi.scale", "ecology.bi.classes"],
        eval: bi,
    },
];

fn diversity(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.diversity.rule")?.only();
    let rounding = rule.rounding()?;
    let base = args
        .get("base")
        .unwrap_or_else(|| rule.text("base"))
        .to_ascii_lowercase();
    // The logarithm of the base, by which natural logarithms are divided.
    let unit = match base.as_str() {
        "e" | "ln" => Ratio::from(1),
        "2" | "10" => Ratio::from(real::ln(Decimal::parse(&base)?)?),
        other => return Err(EvalError::argument("base", format!("`{other}`: write e, 2 or 10"))),
    };
    let mut counts = Vec::new();
    for (i, n) in args.list("counts")?.into_iter().enumerate() {
        let n = n.ok_or_else(|| EvalError::argument("counts", format!("the count of taxon {} is missing", i + 1)))?;
        if n.is_negative() {
            return Err(EvalError::argument("counts", format!("{n} is below zero / 不得为负")));
        }
        if !n.is_zero() {
            counts.push(n.normalized());
        }
    }
    if counts.is_empty() {
        return Err(EvalError::argument("counts", "no taxon with a count above 0"));
    }
    let whole = counts.iter().all(|n| n.scale() == 0);
    let (mut total, mut logs, mut squares) = (Ratio::ZERO, Ratio::ZERO, Ratio::ZERO);
    for n in &counts {
        let r = Ratio::from(*n);
        total = total.add(r)?;
        logs = logs.add(r.mul(real::ln(r)?.into())?)?;
        squares = squares.add(r.mul(r)?)?;
    }
    let (one, taxa) = (Ratio::from(1), i64::try_from(counts.len()).unwrap_or(i64::MAX));
    // −Σ p ln p, with p = n/N, is ln N − Σ n ln n / N: one logarithm a taxon, and exactly 0 for one taxon.
    let natural = if taxa == 1 {
        Ratio::ZERO
    } else {
        Ratio::from(real::ln(total)?).sub(logs.div(total)?)?
    };
    let shannon = natural.div(unit)?;
    let simpson = one.sub(squares.div(total.mul(total)?)?)?;
    let several = whole && total > one;
    let unbiased = if several {
        let pairs = squares.sub(total)?.div(total.mul(total.sub(one)?)?)?;
        Some(one.sub(pairs)?)
    } else {
        None
    };
    let pielou = if taxa > 1 {
        Some(natural.div(real::ln(Ratio::from(taxa))?.into())?)
    } else {
        None
    };
    let margalef = if total > one {
        Some(Ratio::from(taxa - 1).div(real::ln(total)?.into())?)
    } else {
        None
    };
    let most = counts.iter().max().copied().unwrap_or_default();
    let seen = |times: i64| counts.iter().filter(|n| **n == Decimal::from_int(times)).count() as i128;
    let (once, twice) = (seen(1), seen(2));
    let chao = if whole {
        Some(Ratio::from(taxa).add(Ratio::new(once * (once - 1), 2 * (twice + 1))?)?)
    } else {
        None
    };
    let cell = |r: Option<Ratio>| -> Result<Cell, EvalError> { Ok(r.map(|r| r.round(&rounding)).transpose()?.into()) };
    let value = shannon.round(&rounding)?;
    let mut node = Explanation::new("香农-维纳多样性指数", "Shannon-Wiener index")
        .value(value)
        .formula(format!("−Σ p·log p (base {base}), S = {taxa}, N = {}", total.shown(6)))
        .clause(rule.clause())
        .noted(rule.p);
    if !whole {
        node = node.note(
            "数值不全是整数：没有无偏辛普森指数和Chao1",
            "not all whole numbers: no unbiased Simpson index and no Chao1",
        );
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("taxa", taxa.into()),
            ("total", Cell::from(total.to_decimal())),
            ("simpson", cell(Some(simpson))?),
            ("simpson_unbiased", cell(unbiased)?),
            ("pielou", cell(pielou)?),
            ("margalef", cell(margalef)?),
            ("berger_parker", cell(Some(Ratio::from(most).div(total)?))?),
            ("chao1", cell(chao)?),
            ("base", base.into()),
        ],
        explanation: node,
    })
}

fn dominance(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "ecology.diversity.rule")?.only();
    let (share, frequency) = (args.amount("share")?, args.amount("frequency")?);
    for (name, d) in [("share", share), ("frequency", frequency)] {
        if d > Decimal::from_int(1) {
            return Err(EvalError::argument(name, format!("{d} is no share: write 0 to 1")));
        }
    }
    let exact = Ratio::from(share).mul(frequency.into())?;
    let dominant = exact >= rule.ratio("dominance")?;
    let value = exact.round(&rule.rounding()?)?;
    let node = Explanation::new("优势度Y", "Dominance Y")
        .value(value)
        .formula(format!("{share} × {frequency} = {}", exact.shown(6)))
        .clause(rule.clause())
        .input(rule.node("dominance", "优势种阈值", "threshold of dominance")?);
    Ok(Outcome {
        value: value.into(),
        columns: vec![("dominant", dominant.into())],
        explanation: node,
    })
}

fn bi(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (items, scale) = (at(c, "ecology.bi.items")?, at(c, "ecology.bi.scale")?.only());
    let full = scale.ratio("full")?;
    let mut node = Explanation::new("生物多样性指数BI", "Biodiversity index");
    let (mut sum, mut terms) = (Ratio::ZERO, Vec::new());
    for r in items.rows() {
        let value = args.amount(r.text("item"))?;
        let scaled = Ratio::from(value).mul(full)?.div(r.ratio("max")?)?;
        let counted = if r.text("inverse") == "yes" {
            full.sub(scaled)?
        } else {
            scaled
        };
        sum = sum.add(r.ratio("weight")?.mul(counted)?)?;
        terms.push(format!("{} × {}", r.text("weight"), counted.shown(4)));
        let zh = r.text("zh");
        node = node
            .input(given(zh, r.text("en"), value, "1").formula(format!(
                "× 100 / {} = {}",
                r.text("max"),
                scaled.shown(4)
            )))
            .input(r.node(
                "max",
                &format!("{zh}的最大值"),
                &format!("greatest value: {}", r.text("en")),
            )?)
            .input(r.node("weight", &format!("{zh}的权重"), &format!("weight: {}", r.text("en")))?);
    }
    let value = sum.round(&scale.rounding()?)?;
    let class = at(c, "ecology.bi.classes")?.band(value.into())?;
    Ok(Outcome {
        value: value.into(),
        columns: vec![("class", class.text("class").into())],
        explanation: node
            .value(value)
            .formula(format!("{} = {value}", terms.join(" + ")))
            .clause(class.clause())
            .noted(items.0),
    })
}
