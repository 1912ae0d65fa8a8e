//! The comprehensive trophic level index TLI(Σ) and its grades.

use crate::band::must_band;
use crate::cell::{decimal, rounding, row};
use crate::node::{Noted, input};
use crate::reading::{Reading, within};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "lake.tli",
        title: ("湖库综合营养状态指数", "Trophic level index of a lake"),
        args: &[
            Arg::number(
                "chla",
                "mg/m3",
                (
                    "叶绿素a（mg/m³即µg/L）的均值",
                    "mean chlorophyll-a (mg/m3, that is ug/L)",
                ),
            )
            .optional(),
            Arg::number(
                "tp",
                "mg/L",
                ("总磷的均值，可写<0.01", "mean total phosphorus; may be <0.01"),
            )
            .optional(),
            Arg::number(
                "tn",
                "mg/L",
                ("总氮的均值，可写<0.05", "mean total nitrogen; may be <0.05"),
            )
            .optional(),
            Arg::number(
                "sd",
                "m",
                ("透明度（米，不是厘米）的均值", "mean transparency (metres, not cm)"),
            )
            .optional(),
            Arg::number("codmn", "mg/L", ("高锰酸盐指数的均值", "mean permanganate index")).optional(),
        ],
        results: &[
            Column::text("grade"),
            Column::text("group"),
            Column::number("exact"),
            Column::number("tli_chla"),
            Column::number("tli_tp"),
            Column::number("tli_tn"),
            Column::number("tli_sd"),
            Column::number("tli_codmn"),
            Column::text("missing"),
            Column::number("indicative"),
        ],
        keys: &[
            "lake.tli.items",
            "lake.tli.plausible",
            "lake.tli.rounding",
            "lake.tli.grade",
            "lake.tli.below_detection",
        ],
        eval: tli,
    },
    Function {
        name: "lake.trophic_state",
        title: ("营养状态分级", "Trophic state of an index"),
        args: &[Arg::number("tli", "1", ("综合营养状态指数", "trophic level index"))],
        results: &[Column::text("grade"), Column::text("group")],
        keys: &["lake.tli.grade", "lake.tli.rounding"],
        eval: state,
    },
];

/// The items in the order of the arguments, with the result column of each.
const ITEMS: [(&str, &str); 5] = [
    ("chla", "tli_chla"),
    ("tp", "tli_tp"),
    ("tn", "tli_tn"),
    ("sd", "tli_sd"),
    ("codmn", "tli_codmn"),
];

/// The laws the index is made of.
struct Rules<'a> {
    items: &'a Provision,
    plausible: &'a Provision,
    rounding: &'a Provision,
    grade: &'a Provision,
    below: &'a Provision,
}

impl<'a> Rules<'a> {
    fn at(c: &Context<'a>) -> Result<Self, EvalError> {
        let at = |key: &str| c.law.at(key, c.date, c.division);
        Ok(Self {
            items: at("lake.tli.items")?,
            plausible: at("lake.tli.plausible")?,
            rounding: at("lake.tli.rounding")?,
            grade: at("lake.tli.grade")?,
            below: at("lake.tli.below_detection")?,
        })
    }

    /// The value an item enters with; nothing if it was not measured.
    fn value(&self, args: &Args, item: &str) -> Result<Option<Decimal>, EvalError> {
        let value = match args.reading(item)? {
            None => return Ok(None),
            Some(Reading::Value(v)) => v,
            Some(Reading::Below(Some(limit))) => limit.mul(decimal(self.below, 0, "share")?)?,
            Some(Reading::Below(None)) => {
                let reason =
                    "not detected, and no detection limit is stated: write <limit / 未检出须写明检出限，如<0.01";
                return Err(EvalError::argument(item, reason));
            }
        };
        if value.is_zero() {
            let reason = "0 is a fault of the data: the index takes its logarithm / 0不是测定结果，无法取对数";
            return Err(EvalError::argument(item, reason));
        }
        if let Some(r) = self.plausible.table.find(&[("item", item)]) {
            let (low, high) = (decimal(self.plausible, r, "low")?, decimal(self.plausible, r, "high")?);
            let unit = self.plausible.unit(r, "low");
            within(item, value, low, high, &format!("{}, {unit}", self.plausible.clause))?;
        }
        Ok(Some(value))
    }
}

/// One item's share of the sum.
struct Part {
    tli: Decimal,
    weight: Ratio,
}

fn tli(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c)?;
    let (sum_by, item_by) = (
        row(rules.rounding, &[("of", "tli")])?,
        row(rules.rounding, &[("of", "item")])?,
    );
    let exact_by = row(rules.rounding, &[("of", "exact")])?;
    let item_rounding = rounding(rules.rounding, item_by)?;
    let mut all_squares = Ratio::ZERO;
    for (item, _) in ITEMS {
        let r = Ratio::from(decimal(rules.items, row(rules.items, &[("item", item)])?, "rij")?);
        all_squares = all_squares.add(r.mul(r)?)?;
    }
    let (mut parts, mut missing, mut columns) = (Vec::new(), Vec::new(), Vec::<(&'static str, Cell)>::new());
    let mut e = Explanation::new("综合营养状态指数", "Trophic level index");
    for (item, column) in ITEMS {
        let Some(value) = rules.value(args, item)? else {
            missing.push(item);
            continue;
        };
        let r = row(rules.items, &[("item", item)])?;
        let (a, b) = (decimal(rules.items, r, "a")?, decimal(rules.items, r, "b")?);
        let rij = Ratio::from(decimal(rules.items, r, "rij")?);
        let weight = rij.mul(rij)?.div(all_squares)?;
        let tli = Decimal::from_int(10).mul(a.add(b.mul(real::ln(value)?)?)?)?;
        let shown = tli.round(&item_rounding)?;
        let (zh, en) = (
            rules.items.table.text(r, "name_zh"),
            rules.items.table.text(r, "name_en"),
        );
        e = e.input(
            input(
                format!("TLI（{zh}）"),
                format!("TLI ({en})"),
                shown,
                rules.items.clause_ref_row(r),
            )
            .formula(format!(
                "10 × ({a} + {b} × ln {value} {}) = {shown}; W = {}",
                rules.items.table.text(r, "input_unit"),
                weight.shown(6)
            )),
        );
        columns.push((column, shown.into()));
        parts.push(Part { tli, weight });
    }
    if parts.is_empty() {
        return Err(EvalError::Missing(missing.join(", ")));
    }
    let (mut sum, mut weights) = (Ratio::ZERO, Ratio::ZERO);
    for part in &parts {
        sum = sum.add(Ratio::from(part.tli).mul(part.weight)?)?;
        weights = weights.add(part.weight)?;
    }
    let sum_rounding = rounding(rules.rounding, sum_by)?;
    let mut value = None;
    e = e
        .clause(rules.items.clause_ref())
        .clause(rules.rounding.clause_ref())
        .noted(rules.items);
    if missing.is_empty() {
        let index = sum.round(&sum_rounding)?;
        let (grade, group, clause) = graded(rules.grade, index)?;
        e = e
            .value(index)
            .formula(format!("Σ Wj × TLI(j) = {} → {index}", sum.shown(4)))
            .input(clause);
        columns.push(("grade", grade.into()));
        columns.push(("group", group.into()));
        columns.push(("exact", sum.round(&rounding(rules.rounding, exact_by)?)?.into()));
        value = Some(index);
    } else {
        let indicative = sum.div(weights)?.round(&sum_rounding)?;
        let names = missing.join(" ");
        e = e.note(
            format!("缺{names}：五项齐全才有综合营养状态指数；其余各项的加权平均{indicative}只作参考，不分级"),
            format!("{names} missing: the index needs all five; the weighted mean of the others, {indicative}, is indicative and has no grade"),
        );
        columns.push(("indicative", indicative.into()));
        columns.push(("missing", names.into()));
    }
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn graded(p: &Provision, index: Decimal) -> Result<(String, String, Explanation), EvalError> {
    let r = must_band(p, index, &[])?;
    let (grade, group) = (p.table.text(r, "grade"), p.table.text(r, "group"));
    let e = input("营养状态", "Trophic state", grade, p.clause_ref_row(r)).formula(crate::band::bounds(p, r));
    Ok((grade.to_string(), group.to_string(), e))
}

fn state(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("lake.tli.grade", c.date, c.division)?;
    let by = c.law.at("lake.tli.rounding", c.date, c.division)?;
    let given = args.required_number("tli")?;
    let index = given.round(&rounding(by, row(by, &[("of", "tli")])?)?)?;
    let (grade, group, clause) = graded(p, index)?;
    let e = Explanation::new("营养状态", "Trophic state")
        .value(&grade)
        .formula(format!("TLI {given} → {index}"))
        .clause(by.clause_ref())
        .input(clause);
    Ok(Outcome {
        value: grade.as_str().into(),
        columns: vec![("grade", grade.into()), ("group", group.into())],
        explanation: e,
    })
}
