//! Terms by their law: `topic.step` is row `step` of `deadline.rule.<topic>`.

use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Clause, Decimal, Explanation};
use law::Provision;

pub(super) const RULE_TITLE: (&str, &str) = (
    "期限：类别.步骤，如 penalty.filing penalty.decision petition.close permit.decision_key eia.report service.decision；\
     只写类别则列出其步骤",
    "term: topic.step such as penalty.filing penalty.decision petition.close permit.decision_key eia.report \
     service.decision; a topic alone lists its steps",
);

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "deadline.rule",
    title: ("法定期限查询", "What a legal term says"),
    args: &[Arg::text("rule", RULE_TITLE)],
    results: &[
        Column::text("unit"),
        Column::text("count"),
        Column::text("from"),
        Column::text("roll"),
        Column::number("extend"),
        Column::number("extend_max"),
        Column::text("title"),
        Column::text("basis"),
    ],
    keys: &[
        "deadline.rule.penalty",
        "deadline.rule.petition",
        "deadline.rule.permit",
    ],
    eval: lookup,
}];

/// A term as its row states it.
pub(super) struct Rule<'a> {
    pub law: &'a Provision,
    pub row: usize,
    pub amount: Decimal,
    pub extend: Option<Decimal>,
    pub extend_max: Option<Decimal>,
    pub clause: Clause,
}

impl<'a> Rule<'a> {
    /// Finds `topic.step`.
    pub fn find(c: &Context<'a>, name: &str) -> Result<Self, EvalError> {
        let (topic, step) = name.split_once('.').unwrap_or((name, ""));
        let topic_of = |key: &'a str| key.strip_prefix("deadline.rule.");
        let unrecorded = c.law.missing().any(|m| topic_of(&m.key) == Some(topic));
        let topics: Vec<&str> = c.law.keys().filter_map(topic_of).collect();
        if !unrecorded && !topics.contains(&topic) {
            let reason = format!("`{topic}` is no topic; the topics are {}", topics.join(" "));
            return Err(EvalError::argument("rule", reason));
        }
        let law = c.law.at(&format!("deadline.rule.{topic}"), c.date, c.division)?;
        let row = law.table.find(&[("step", step)]).ok_or_else(|| {
            let steps: Vec<&str> = (0..law.table.rows.len()).map(|r| law.table.text(r, "step")).collect();
            let reason = format!(
                "{} has no step `{step}` under `{topic}`; its steps are {}",
                law.standard.number,
                steps.join(" ")
            );
            EvalError::argument("rule", reason)
        })?;
        let optional = |column: &str| match law.table.column(column) {
            None => Ok(None),
            Some(_) => law.table.optional(row, column).map_err(EvalError::table(law)),
        };
        Ok(Self {
            law,
            row,
            amount: law.table.decimal(row, "amount").map_err(EvalError::table(law))?,
            extend: optional("extend")?,
            extend_max: optional("extend_max")?,
            clause: law.clause_ref_row(row),
        })
    }

    pub fn text(&self, column: &str) -> &str {
        self.law.table.text(self.row, column)
    }

    pub fn unit(&self) -> &str {
        self.law.unit(self.row, "amount")
    }

    pub fn basis(&self) -> String {
        format!("{} {}", self.clause.standard, self.clause.clause)
    }

    /// The node of the term in an explanation.
    pub fn explained(&self) -> Explanation {
        let e = Explanation::new(self.text("title_zh"), self.text("title_en"))
            .value(self.amount)
            .unit(self.unit())
            .clause(self.clause.clone())
            .note(
                format!("起算：{}", self.text("from_zh")),
                format!("from: {}", self.text("from_en")),
            );
        match self.text("note_zh") {
            "" => e,
            zh => e.note(zh, self.text("note_en")),
        }
    }
}

fn lookup(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = Rule::find(c, args.text("rule")?)?;
    let e = rule.explained().note(&rule.law.note.zh, &rule.law.note.en);
    Ok(Outcome {
        value: rule.amount.into(),
        columns: vec![
            ("unit", rule.unit().into()),
            ("count", rule.text("count").into()),
            ("from", rule.text("from_zh").into()),
            ("roll", rule.text("roll").into()),
            ("extend", rule.extend.into()),
            ("extend_max", rule.extend_max.into()),
            ("title", rule.text("title_zh").into()),
            ("basis", rule.basis().into()),
        ],
        explanation: e,
    })
}
