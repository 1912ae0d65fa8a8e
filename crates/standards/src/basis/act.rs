//! `basis.at`: the article that a violation falls under, on the day of the act and of the decision.

use crate::cell::decimal;
use crate::deadline::date;
use crate::unit::label;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Decimal, Explanation, Ratio};
use law::Provision;

pub(super) const VIOLATION: Arg = Arg::text(
    "violation",
    (
        "违法行为：no_permit over_permit over_standard evasion self_monitoring monitoring_fraud_agency \
         build_without_report three_simultaneous hazardous_ledger illegal_outfall 等",
        "violation: no_permit over_permit over_standard evasion self_monitoring monitoring_fraud_agency \
         build_without_report three_simultaneous hazardous_ledger illegal_outfall and others",
    ),
);
pub(super) const CASE: Arg = Arg::text(
    "case",
    (
        "情形：ordinary grave refused person 等，默认第一种",
        "case: ordinary grave refused person and others; the first unless given",
    ),
)
.optional();
pub(super) const BASE: Arg = Arg::number(
    "base",
    "yuan",
    (
        "按比例或倍数罚款时的基数（总投资额、所收费用）",
        "what a share or multiple is taken of (total investment, fee)",
    ),
)
.optional();

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "basis.at",
    title: ("违法行为的法律依据", "Legal basis of a violation"),
    args: &[
        VIOLATION,
        Arg::text(
            "act",
            (
                "行为日，默认为判定日期，YYYY-MM-DD",
                "day of the act; the day of judgement unless given",
            ),
        )
        .optional(),
        Arg::text(
            "decision",
            (
                "决定日，YYYY-MM-DD；给出则比较新旧从轻",
                "day of the decision, YYYY-MM-DD: then the lighter law is found",
            ),
        )
        .optional(),
        CASE,
        BASE,
    ],
    results: &[
        Column::text("law"),
        Column::text("article"),
        Column::text("from"),
        Column::text("to"),
        Column::number("fine_min"),
        Column::number("fine_max"),
        Column::text("unit"),
        Column::text("base_of"),
        Column::text("cases"),
        Column::text("other"),
        Column::text("changed"),
        Column::text("applied"),
    ],
    keys: &["basis.act.no_permit", "basis.act.over_permit", "basis.new_law"],
    eval: basis,
}];

/// One case of a violation under one law.
pub(super) struct Basis<'a> {
    pub law: &'a Provision,
    pub row: usize,
}

impl<'a> Basis<'a> {
    /// The law of a day for a violation and case.
    pub fn find(c: &Context<'a>, violation: &str, day: NaiveDate, case: Option<&str>) -> Result<Self, EvalError> {
        let key = format!("basis.act.{violation}");
        if c.law.versions(&key).is_empty() && !c.law.missing().any(|m| m.key == key) {
            let known: Vec<&str> = c.law.keys().filter_map(|k| k.strip_prefix("basis.act.")).collect();
            let reason = format!("`{violation}` is not known; known are {}", known.join(" "));
            return Err(EvalError::argument("violation", reason));
        }
        let law = c.law.at(&key, day, c.division)?;
        let row = case.map_or(Ok(0), |case| named(law, "case", case, &["case"]))?;
        Ok(Self { law, row })
    }

    pub fn unit(&self) -> &str {
        self.law.unit(self.row, "fine_max")
    }

    pub fn text(&self, column: &str) -> &str {
        self.law.table.text(self.row, column)
    }

    /// The range of the fine in yuan; none where a base is needed and not given.
    pub fn range(&self, base: Option<Decimal>) -> Result<Option<(Ratio, Ratio)>, EvalError> {
        let (low, high) = (
            decimal(self.law, self.row, "fine_min")?,
            decimal(self.law, self.row, "fine_max")?,
        );
        let share = match self.unit() {
            "yuan" => return Ok(Some((low.into(), high.into()))),
            "%" => Ratio::new(1, 100)?,
            "1" => Ratio::from(1), // times the base
            other => return Err(EvalError::law(self.law, format!("a fine in `{other}` is not known"))),
        };
        let Some(base) = base else { return Ok(None) };
        let of = |d: Decimal| Ratio::from(d).mul(share)?.mul(base.into());
        Ok(Some((of(low)?, of(high)?)))
    }

    fn article(&self) -> String {
        self.law.clause_ref_row(self.row).clause
    }

    fn name(&self) -> String {
        format!("{} {}", self.law.standard.number, self.article())
    }

    pub fn explained(&self, zh: &str, en: &str) -> Explanation {
        let (low, high) = (self.text("fine_min"), self.text("fine_max"));
        let (to_zh, to_en) = match self.law.to {
            None => (String::new(), String::new()),
            Some(day) => (format!("至{day}"), format!(" to {day}")),
        };
        let e = Explanation::new(zh, en)
            .value(format!("{low}～{high}"))
            .unit(label(self.unit()))
            .clause(self.law.clause_ref_row(self.row))
            .note(
                format!("{}，{}起{to_zh}", self.law.standard.title.zh, self.law.from),
                format!("{}, from {}{to_en}", self.law.standard.title.en, self.law.from),
            );
        let e = match self.text("other_zh") {
            "" => e,
            zh => e.note(zh, self.text("other_en")),
        };
        match self.text("base") {
            "" => e,
            base => e.note(
                format!("基数：{base}"),
                "the fine is a share or multiple of a base".to_string(),
            ),
        }
    }
}

/// Which of two ranges is lighter: by the upper end, then by the lower.
fn lighter(old: (Ratio, Ratio), new: (Ratio, Ratio)) -> Result<bool, EvalError> {
    let negative = |r: Ratio| r.num() < 0;
    let upper = new.1.sub(old.1)?;
    Ok(negative(upper) || (upper.num() == 0 && negative(new.0.sub(old.0)?)))
}

fn basis(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (violation, case) = (args.text("violation")?, args.get("case"));
    let act = args.get("act").map_or(Ok(c.date), |t| date("act", t))?;
    let base = args.amount_or_none("base")?;
    let old = Basis::find(c, violation, act, case)?;
    let mut applied = ("act", &old);
    let mut e = Explanation::new(&old.law.title.zh, &old.law.title.en)
        .input(old.explained("行为时的依据", "Basis at the time of the act"));
    let decision = args.get("decision").map(|t| date("decision", t)).transpose()?;
    if decision.is_some_and(|d| d < act) {
        return Err(EvalError::argument("decision", format!("lies before the act of {act}")));
    }
    let new = decision
        .map(|d| Basis::find(c, violation, d, Some(old.text("case"))))
        .transpose()?;
    let changed = new
        .as_ref()
        .is_some_and(|n| n.law.standard.number != old.law.standard.number);
    let mut unknown = false;
    if let (Some(new), true) = (&new, changed) {
        let rule = c.law.at("basis.new_law", decision.unwrap_or(act), c.division)?;
        e = e
            .clause(rule.clause_ref())
            .note(&rule.note.zh, &rule.note.en)
            .input(new.explained("决定时的依据", "Basis at the time of the decision"));
        match (old.range(base)?, new.range(base)?) {
            (Some(before), Some(after)) => {
                if lighter(before, after)? {
                    applied = ("decision", new);
                }
                e = e.note(
                    format!("按罚款上限、再按下限比较，适用较轻的{}", applied.1.name()),
                    format!(
                        "by the upper end of the fine, then the lower, the lighter is {}",
                        applied.1.name()
                    ),
                );
            }
            _ => {
                unknown = true;
                e = e.note(
                    "两部法律的罚款计算方式不同：给出base（总投资额或费用）后才能比较轻重",
                    "the fines are computed differently: give `base` (total investment or fee) to compare them",
                );
            }
        }
    }
    let b = applied.1;
    let cases: Vec<String> = (0..b.law.table.rows.len())
        .map(|r| {
            let t = |column: &str| b.law.table.text(r, column);
            format!(
                "{} {}-{} {}",
                t("case"),
                t("fine_min"),
                t("fine_max"),
                b.law.unit(r, "fine_max")
            )
        })
        .collect();
    if !unknown {
        e = e.value(b.name());
    }
    let applied_word = if unknown { "" } else { applied.0 };
    Ok(Outcome {
        value: (!unknown).then(|| b.name()).into(),
        columns: vec![
            ("law", b.law.standard.number.as_str().into()),
            ("article", b.article().into()),
            ("from", b.law.from.to_string().into()),
            ("to", b.law.to.map(|d| d.to_string()).into()),
            ("fine_min", decimal(b.law, b.row, "fine_min")?.into()),
            ("fine_max", decimal(b.law, b.row, "fine_max")?.into()),
            ("unit", b.unit().into()),
            ("base_of", b.text("base").into()),
            ("cases", cases.join("; ").into()),
            ("other", b.text("other_zh").into()),
            ("changed", changed.into()),
            ("applied", applied_word.into()),
        ],
        explanation: e,
    })
}
