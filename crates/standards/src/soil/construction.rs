//! Development land: screening and intervention values by land use (GB 36600-2018).

use super::stage::{Item, Limits, Stage, list, measured, number, once, outcome, undecided, words, worst};
use crate::cell::decimal;
use crate::node::{Noted, input};
use crate::reading::Reading;
use crate::reading::reading;
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};
use law::Provision;

const LAND: Arg = Arg::text(
    "land",
    (
        "用地：1或2，或GB 50137代码（R A33 A5 M …），或不明确",
        "land: 1 or 2, or a code of GB 50137 (R A33 A5 M ...), or unclear",
    ),
);
const SOIL: Arg = Arg::text(
    "soil_type",
    (
        "土壤类型，如黄棕壤（砷的背景值）",
        "type of soil, for the background of arsenic",
    ),
)
.optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "soil.construction",
        title: ("建设用地土壤单项评价", "Development land: one item"),
        args: &[
            Arg::text(
                "item",
                (
                    "项目：名称、代码（as cd cr6 pb）或CAS号",
                    "item: name, code (as cd cr6 pb) or CAS number",
                ),
            ),
            Arg::number(
                "c",
                "mg/kg",
                ("含量（干土），可写<0.1", "content of dry soil; may be <0.1"),
            ),
            LAND,
            SOIL,
            Arg::number(
                "background",
                "mg/kg",
                (
                    "有依据的背景值（仅砷、钴、钒）",
                    "documented background (As, Co, V only)",
                ),
            )
            .optional(),
        ],
        results: &[
            Column::text("finding"),
            Column::text("land_class"),
            Column::text("entry_rule"),
            Column::number("screening"),
            Column::number("control"),
            Column::number("background"),
            Column::number("multiple"),
            Column::number("ratio"),
        ],
        keys: &[
            "soil.construction.limit",
            "soil.construction.land",
            "soil.construction.outcome",
            "soil.construction.background",
            "soil.multiple",
        ],
        eval: single,
    },
    Function {
        name: "soil.construction_site",
        title: ("建设用地地块评价", "Development land: a plot by its worst item"),
        args: &[
            Arg::text(
                "values",
                (
                    "各项最大值：项目=含量，空格分隔，如 砷=25 铅=500",
                    "largest value of each item, item=value parted by spaces, such as as=25 pb=500",
                ),
            ),
            LAND,
            SOIL,
        ],
        results: &[
            Column::text("finding"),
            Column::text("land_class"),
            Column::text("decisive"),
            Column::text("items"),
            Column::text("undecided"),
            Column::number("judged"),
            Column::number("basic_missing"),
        ],
        keys: &[
            "soil.construction.limit",
            "soil.construction.land",
            "soil.construction.outcome",
            "soil.construction.background",
        ],
        eval: site,
    },
];

const OUTCOMES: [&str; 3] = ["ignore", "investigate", "intervene"];

struct Rules<'a> {
    limit: &'a Provision,
    land: &'a Provision,
    outcome: &'a Provision,
    multiple: &'a Provision,
    land_row: usize,
}

impl<'a> Rules<'a> {
    fn at(c: &Context<'a>, args: &Args) -> Result<Self, EvalError> {
        let at = |key: &str| c.law.at(key, c.date, c.division);
        let land = at("soil.construction.land")?;
        Ok(Self {
            limit: at("soil.construction.limit")?,
            land,
            outcome: at("soil.construction.outcome")?,
            multiple: at("soil.multiple")?,
            land_row: land_row(land, args.text("land")?)?,
        })
    }

    fn class(&self) -> &'a str {
        self.land.table.text(self.land_row, "class")
    }

    fn named(&self, arg: &str, word: &str) -> Result<usize, EvalError> {
        named(self.limit, arg, word, &["item", "code", "alias", "cas"])
    }

    fn limits(&self, row: usize) -> Result<Limits, EvalError> {
        Ok(Limits {
            screening: decimal(self.limit, row, &format!("screen_{}", self.class()))?,
            control: Some(decimal(self.limit, row, &format!("control_{}", self.class()))?),
        })
    }

    /// The stage after the background rule, and the name of its outcome.
    fn judge(
        &self,
        stage: Stage,
        value: Option<Decimal>,
        background: Option<Decimal>,
    ) -> (Stage, Option<&'static str>) {
        let natural = |v: Decimal| background.is_some_and(|b| v <= b);
        match value {
            Some(v) if stage.low == 1 && natural(v) => (Stage { low: 0, high: 0 }, Some("background")),
            _ if stage.known() => (stage, OUTCOMES.get(stage.low).copied()),
            _ => (stage, None),
        }
    }
}

/// The row of a kind of land: named, or by the longest code that a code of letters and digits begins with.
fn land_row(p: &Provision, word: &str) -> Result<usize, EvalError> {
    let upper = word.to_ascii_uppercase();
    let fits = |code: &str| {
        upper
            .strip_prefix(code)
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    };
    named(p, "land", word, &["code", "name_zh", "alias"]).or_else(|e| {
        let rows = (0..p.table.rows.len()).filter(|r| fits(p.table.text(*r, "code")));
        rows.max_by_key(|r| p.table.text(*r, "code").len()).ok_or(e)
    })
}

/// The natural background that may excuse an item, where the standard lets it.
fn background(
    c: &Context<'_>,
    args: &Args,
    p: &Provision,
    row: usize,
) -> Result<Option<(Decimal, Explanation)>, EvalError> {
    let allowed = p.table.text(row, "background") == "yes";
    let item = p.table.text(row, "item");
    match (args.number("background")?, args.get("soil_type")) {
        (Some(_), _) if !allowed => {
            let reason = format!(
                "{item} has no background rule in {} / 该项目不适用背景值规定",
                p.standard.number
            );
            Err(EvalError::argument("background", reason))
        }
        (Some(b), _) => Ok(Some((
            b,
            input("背景值（给定）", "Background as given", b, p.clause_ref_row(row)),
        ))),
        (None, Some(soil)) if allowed => {
            let table = c.law.at("soil.construction.background", c.date, c.division)?;
            if table.table.find(&[("item", item)]).is_none() {
                c.law.at("soil.construction.background.metal", c.date, c.division)?;
            }
            let r = named(table, "soil_type", soil, &["soil_type"])?;
            let b = decimal(table, r, "value")?;
            let e = input(
                format!("{soil}的{item}背景值"),
                "Background of the type of soil",
                b,
                table.clause_ref_row(r),
            );
            Ok(Some((b, e)))
        }
        _ => Ok(None),
    }
}

/// A province may have values of its own beside the national ones: said where they are not recorded.
fn local(c: &Context<'_>, e: Explanation) -> Explanation {
    match c.law.unrecorded("soil.construction.limit.local", c.date, c.division) {
        Some(m) => e.note(
            format!("待录入：{}（{}）", m.title.zh, m.why.zh),
            format!("not recorded: {} ({})", m.title.en, m.why.en),
        ),
        None => e,
    }
}

fn single(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c, args)?;
    let p = rules.limit;
    let row = rules.named("item", args.text("item")?)?;
    let (reading, limits) = (measured(args, "c")?, rules.limits(row)?);
    let background = background(c, args, p, row)?;
    let value = number(reading);
    let (_, name) = rules.judge(limits.stage(reading), value, background.as_ref().map(|b| b.0));
    let (multiple, ratio) = match value {
        Some(v) => limits.shares(v, rules.multiple)?,
        None => (None, None),
    };
    let finding = name.map(|n| outcome(rules.outcome, n, "finding")).transpose()?;
    let class = rules.class();
    let mut e = Explanation::new("建设用地土壤评价", "Development land")
        .formula(format!(
            "{} {}: {} → {}",
            p.table.text(row, "item"),
            args.text("c")?,
            limits.text(),
            name.unwrap_or("?")
        ))
        .clause(p.clause_ref_row(row))
        .clause(rules.outcome.clause_ref())
        .input(input(
            rules.land.table.text(rules.land_row, "name_zh"),
            "Kind of land",
            format!("第{class}类 / class {class}"),
            rules.land.clause_ref_row(rules.land_row),
        ));
    e = limits.inputs(e, &[p.clause_ref_row(row), p.clause_ref_row(row)]);
    match finding {
        Some(text) => e = e.value(text),
        None => e = undecided(e),
    }
    e = local(c, e);
    let background_value = background.as_ref().map(|b| b.0);
    if let Some((_, node)) = background {
        e = e.input(node).noted(p);
    }
    if let Some(m) = multiple {
        e = e.input(
            input("超标倍数", "Multiple", m, rules.multiple.clause_ref()).formula(format!(
                "({0} − {1}) ÷ {1}",
                args.text("c")?,
                limits.screening
            )),
        );
    }
    Ok(Outcome {
        value: name.map(str::to_string).into(),
        columns: vec![
            ("finding", finding.map(str::to_string).into()),
            ("land_class", class.into()),
            ("entry_rule", rules.land.table.text(rules.land_row, "entry_rule").into()),
            ("screening", limits.screening.into()),
            ("control", limits.control.into()),
            ("background", background_value.into()),
            ("multiple", multiple.into()),
            ("ratio", ratio.into()),
        ],
        explanation: e.noted(rules.outcome),
    })
}

fn site(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c, args)?;
    let p = rules.limit;
    let mut items: Vec<Item<'_>> = Vec::new();
    for (word, text) in args.pairs("values")? {
        let row = rules.named("values", word)?;
        let (name, place) = (p.table.text(row, "item"), format!("values[{word}]"));
        once(&items, name, word)?;
        let reading: Reading = reading(&place, text)?.ok_or(EvalError::Missing(place))?;
        let limits = rules.limits(row)?;
        let background = background(c, args, p, row)?.map(|b| b.0);
        let (stage, outcome) = rules.judge(limits.stage(reading), number(reading), background);
        let mut e = input(name, p.table.text(row, "cas"), text, p.clause_ref_row(row))
            .unit("mg/kg")
            .formula(format!("{} → {}", limits.text(), outcome.unwrap_or("?")));
        if outcome.is_none() {
            e = undecided(e);
        }
        items.push(Item {
            word,
            name: name.to_string(),
            stage,
            outcome,
            counts: true,
            explanation: e,
        });
    }
    let basic = (0..p.table.rows.len()).filter(|r| p.table.text(*r, "kind") == "basic");
    let basic_missing = basic
        .filter(|r| !items.iter().any(|i| i.name == p.table.text(*r, "item")))
        .count();
    let Some(stage) = worst(&items) else {
        return Err(EvalError::Missing("values".into()));
    };
    let name = OUTCOMES.get(stage.low).copied().filter(|_| stage.known());
    let finding = name.map(|n| outcome(rules.outcome, n, "finding")).transpose()?;
    let mut e = Explanation::new("地块评价", "The plot")
        .formula(list(&items))
        .clause(rules.outcome.clause_ref())
        .clause(rules.land.clause_ref_row(rules.land_row));
    match finding {
        Some(text) => e = e.value(text),
        None => e = undecided(e),
    }
    e = local(c, e);
    if basic_missing > 0 {
        e = e.note(
            format!("表1的基本项目还缺{basic_missing}项；初步调查须全部测定"),
            format!("{basic_missing} basic items of table 1 are not there; a first investigation needs all"),
        );
    }
    for item in &items {
        e = e.input(item.explanation.clone());
    }
    Ok(Outcome {
        value: name.map(str::to_string).into(),
        columns: vec![
            ("finding", finding.map(str::to_string).into()),
            ("land_class", rules.class().into()),
            (
                "decisive",
                words(&items, |i| stage.high > 0 && i.stage.high == stage.high),
            ),
            ("items", list(&items).into()),
            ("undecided", words(&items, |i| !i.stage.known())),
            ("judged", (items.len() as i64).into()),
            ("basic_missing", (basic_missing as i64).into()),
        ],
        explanation: e.noted(rules.outcome),
    })
}
