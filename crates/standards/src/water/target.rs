//! Shares of good sections against a target, and sections against their own target classes.

use super::class::Class;
use super::judge::{Judge, met};
use super::shares::{BAD, CLASSES, GOOD, Shares, TOTAL, counted};
use crate::cell::rounding;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "water.good_ratio",
        title: (
            "优良（Ⅰ～Ⅲ类）断面比例与目标",
            "Share of sections at I to III, against a target",
        ),
        args: &[
            CLASSES,
            TOTAL,
            GOOD,
            BAD,
            Arg::number(
                "target",
                "%",
                ("目标比例（以上含本数）", "target share, met when reached"),
            )
            .optional(),
        ],
        results: &[
            Column::text("meets"),
            Column::text("meets_exact"),
            Column::number("needed"),
            Column::number("judged"),
            Column::number("good"),
            Column::number("missing"),
            Column::number("bad_ratio"),
        ],
        keys: &["water.good_ratio", "water.ratio", "water.classes"],
        eval: good_ratio,
    },
    Function {
        name: "water.attainment",
        title: (
            "断面水质达标率（对各自目标类别）",
            "Share of sections that reach their own target class",
        ),
        args: &[
            Arg::text(
                "classes",
                (
                    "各断面类别，空格分隔，无数据写-",
                    "class of each section parted by spaces, - for no data",
                ),
            ),
            Arg::text(
                "targets",
                (
                    "各断面目标类别，空格分隔；都相同时写一个",
                    "target class of each section parted by spaces; one word if all are the same",
                ),
            ),
        ],
        results: &[
            Column::number("attained"),
            Column::number("judged"),
            Column::number("missing"),
            Column::text("each"),
            Column::number("good"),
        ],
        keys: &["water.good_ratio", "water.classes"],
        eval: attainment,
    },
];

fn good_ratio(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.good_ratio", c.date, c.division)?;
    let (digits, shares) = (rounding(p, 0)?, Shares::at(c)?);
    let by_rounded = match p.table.text(0, "compare") {
        "rounded" => true,
        "exact" => false,
        other => return Err(EvalError::law(p, format!("unknown comparison `{other}`"))),
    };
    let n = counted(c, args, &shares, false)?;
    let target = args.number("target")?;
    let hundred = Decimal::from_int(100);
    if target.is_some_and(|t| t.is_negative() || t > hundred) {
        return Err(EvalError::argument("target", "is a share in percent: write 0 to 100"));
    }
    let mut e = Explanation::new("优良断面比例", "Share of good sections")
        .unit("%")
        .clause(p.clause_ref());
    let (mut value, mut bad) = (None, None);
    let (mut rounded_meets, mut exact_meets, mut needed) = (None, None, None);
    if n.judged == 0 {
        e = e.note("没有参评断面", "no section was judged");
    } else {
        let exact = n.percent(n.good)?;
        let shown = exact.round(&digits)?;
        bad = (args.get("classes").is_some() || args.get("bad").is_some())
            .then(|| n.percent(n.bad)?.round(&digits).map_err(EvalError::from))
            .transpose()?;
        e = e.value(shown).formula(format!(
            "{} ÷ {} × 100 = {} → {shown}",
            n.good,
            n.judged,
            exact.shown(4)
        ));
        if let Some(t) = target {
            rounded_meets = Some(shown >= t);
            exact_meets = Some(exact >= t.into());
            // The smallest count whose exact share reaches the target.
            let least = Ratio::from(t).mul(Ratio::new(i128::from(n.judged), 100)?)?;
            let up = least.num().div_euclid(least.den()) + i128::from(least.num().rem_euclid(least.den()) != 0);
            needed = i64::try_from(up).ok();
            if rounded_meets != exact_meets {
                e = e.note(
                    format!("修约后{shown}%与精确值{}%对{t}%的结论不同", exact.shown(4)),
                    format!(
                        "{shown} % as rounded and {} % as it is do not agree on {t} %",
                        exact.shown(4)
                    ),
                );
            }
            e = e.note(&p.note.zh, &p.note.en);
        }
        value = Some(shown);
    }
    if n.missing > 0 {
        e = e.note(
            format!("{}个断面无数据，不进分母", n.missing),
            format!("{} sections without data are left out", n.missing),
        );
    }
    let meets = if by_rounded { rounded_meets } else { exact_meets };
    Ok(Outcome {
        value: value.into(),
        columns: vec![
            ("meets", met(meets).into()),
            ("meets_exact", met(exact_meets).into()),
            ("needed", needed.into()),
            ("judged", n.judged.into()),
            ("good", n.good.into()),
            ("missing", n.missing.into()),
            ("bad_ratio", bad.into()),
        ],
        explanation: e,
    })
}

fn attainment(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("water.good_ratio", c.date, c.division)?;
    let judge = Judge::new(c, &Args::default())?;
    let good_class = Class::of_cell(p, 0, "good_class")?;
    let classes = judge.classes("classes", args.text("classes")?)?;
    let mut targets = judge.classes("targets", args.text("targets")?)?;
    if let [one] = targets[..] {
        targets = vec![one; classes.len()];
    }
    if targets.len() != classes.len() {
        let reason = format!(
            "{} targets for {} sections: write one, or one for each",
            targets.len(),
            classes.len()
        );
        return Err(EvalError::argument("targets", reason));
    }
    let each: Vec<Option<bool>> = classes
        .iter()
        .zip(&targets)
        .map(|(k, t)| k.zip(*t).map(|(class, target)| class <= target))
        .collect();
    let judged = each.iter().flatten().count() as i64;
    let attained = each.iter().flatten().filter(|m| **m).count() as i64;
    let good = classes.iter().flatten().filter(|k| **k <= good_class).count() as i64;
    let mut e = Explanation::new("断面达标率", "Share of sections that reach their target")
        .unit("%")
        .clause(p.clause_ref());
    let mut value = Cell::Missing;
    if judged > 0 {
        let exact = Ratio::new(i128::from(attained) * 100, i128::from(judged))?;
        let shown = exact.round(&rounding(p, 0)?)?;
        e = e
            .value(shown)
            .formula(format!("{attained} ÷ {judged} × 100 = {} → {shown}", exact.shown(4)));
        value = shown.into();
    } else {
        e = e.note("没有既有类别又有目标的断面", "no section has both a class and a target");
    }
    e = e.note(
        "优良（Ⅰ～Ⅲ类）与达标是两件事：目标Ⅱ类的断面达到Ⅲ类算优良、不算达标",
        "good (I to III) and attained are two things: class III with target II is good but not attained",
    );
    let words: Vec<&str> = each.iter().map(|m| m.map_or("-", |m| met(Some(m)))).collect();
    Ok(Outcome {
        value,
        columns: vec![
            ("attained", attained.into()),
            ("judged", judged.into()),
            ("missing", (each.len() as i64 - judged).into()),
            ("each", words.join(" ").into()),
            ("good", good.into()),
        ],
        explanation: e,
    })
}
