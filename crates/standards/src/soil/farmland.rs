//! Farmland: screening and control values by land use and pH (GB 15618-2018), and the class by soil.

use super::stage::{Item, Limits, list, measured, number, once, outcome, undecided, words, worst};
use crate::band::{bounds, must_band};
use crate::cell::decimal;
use crate::node::{Noted, input};
use crate::reading::reading;
use crate::reading::{Reading, within};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Clause, Decimal, Explanation};
use law::Provision;

const PH: Arg = Arg::number("ph", "1", ("土壤pH，不先修约", "pH of the soil, not rounded first")).optional();
const LAND: Arg = Arg::text(
    "land",
    ("利用类型：水田 水旱轮作 果园 其他", "use: paddy rotation orchard other"),
);

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "soil.farmland",
        title: ("农用地土壤单项评价", "Farmland: one item"),
        args: &[
            Arg::text(
                "item",
                (
                    "项目：镉cd 汞hg 砷as 铅pb 铬cr 铜cu 镍ni 锌zn 六六六hch 滴滴涕ddt bap",
                    "item: cd hg as pb cr cu ni zn hch ddt bap",
                ),
            ),
            Arg::number(
                "c",
                "mg/kg",
                ("含量（总量），可写<0.01", "content (total); may be <0.01"),
            ),
            LAND,
            PH,
        ],
        results: &[
            Column::text("class"),
            Column::text("finding"),
            Column::text("band"),
            Column::number("screening"),
            Column::number("control"),
            Column::number("multiple"),
            Column::number("ratio"),
        ],
        keys: &[
            "soil.farmland.items",
            "soil.farmland.screening",
            "soil.farmland.screening.other",
            "soil.farmland.control",
            "soil.farmland.ph_bands",
            "soil.farmland.land",
            "soil.farmland.outcome",
            "soil.multiple",
            "soil.ph_range",
        ],
        eval: single,
    },
    Function {
        name: "soil.farmland_class",
        title: ("农用地土壤环境质量类别（按土壤）", "Class of farmland by its soil"),
        args: &[
            Arg::text(
                "values",
                (
                    "各项：项目=含量，空格分隔，如 镉=0.35 铅=60",
                    "item=value parted by spaces, such as cd=0.35 pb=60",
                ),
            ),
            LAND,
            PH,
        ],
        results: &[
            Column::text("outcome"),
            Column::text("decisive"),
            Column::text("items"),
            Column::text("undecided"),
            Column::text("lacking"),
        ],
        keys: &[
            "soil.farmland.items",
            "soil.farmland.screening",
            "soil.farmland.control",
            "soil.farmland.ph_bands",
            "soil.farmland.land",
            "soil.farmland.outcome",
        ],
        eval: class,
    },
];

const OUTCOMES: [&str; 3] = ["low", "between", "above"];

struct Rules<'a> {
    items: &'a Provision,
    screening: &'a Provision,
    other: &'a Provision,
    control: &'a Provision,
    outcome: &'a Provision,
    multiple: &'a Provision,
    bands: &'a Provision,
    land: &'a Provision,
    land_row: usize,
    /// Row of the pH band; none if no pH was given.
    band: Option<usize>,
}

/// The limits of an item with the clauses they stand in.
struct Found {
    limits: Limits,
    clauses: Vec<Clause>,
}

impl<'a> Rules<'a> {
    fn at(c: &Context<'a>, args: &Args) -> Result<Self, EvalError> {
        let at = |key: &str| c.law.at(key, c.date, c.division);
        let (land, bands, range) = (
            at("soil.farmland.land")?,
            at("soil.farmland.ph_bands")?,
            at("soil.ph_range")?,
        );
        let band = match args.number("ph")? {
            None => None,
            Some(ph) => {
                within(
                    "ph",
                    ph,
                    decimal(range, 0, "low")?,
                    decimal(range, 0, "high")?,
                    &range.clause,
                )?;
                Some(must_band(bands, ph, &[])?)
            }
        };
        Ok(Self {
            items: at("soil.farmland.items")?,
            screening: at("soil.farmland.screening")?,
            other: at("soil.farmland.screening.other")?,
            control: at("soil.farmland.control")?,
            outcome: at("soil.farmland.outcome")?,
            multiple: at("soil.multiple")?,
            bands,
            land,
            land_row: named(land, "land", args.text("land")?, &["land", "alias"])?,
            band,
        })
    }

    fn named(&self, arg: &str, word: &str) -> Result<usize, EvalError> {
        named(self.items, arg, word, &["item", "code", "alias"])
    }

    /// The screening value of a kind of land; an item without one of its own has that of other land.
    fn screening(&self, item: &str, land: &str, band: &str) -> Result<(Decimal, Clause), EvalError> {
        let p = self.screening;
        let row = [land, "其他", "all"]
            .into_iter()
            .find_map(|l| p.table.find(&[("item", item), ("land", l)]))
            .ok_or_else(|| EvalError::law(p, format!("no screening value for {item}")))?;
        Ok((decimal(p, row, band)?, p.clause_ref_row(row)))
    }

    fn limits(&self, row: usize) -> Result<Found, EvalError> {
        let item = self.items.table.text(row, "item");
        if let Some(r) = self.other.table.find(&[("item", item)]) {
            return Ok(Found {
                limits: Limits {
                    screening: decimal(self.other, r, "screening")?,
                    control: None,
                },
                clauses: vec![self.other.clause_ref_row(r)],
            });
        }
        // A sample without pH cannot be judged: nothing is assumed.
        let band = self.band.ok_or_else(|| EvalError::Missing("ph".into()))?;
        let band = self.bands.table.text(band, "band");
        let mut strictest: Option<(Decimal, Clause)> = None;
        for land in self.land.table.text(self.land_row, "uses").split(';') {
            let found = self.screening(item, land, band)?;
            if strictest.as_ref().is_none_or(|s| found.0 < s.0) {
                strictest = Some(found);
            }
        }
        let (screening, clause) =
            strictest.ok_or_else(|| EvalError::law(self.land, "a kind of land without values"))?;
        let mut clauses = vec![clause];
        let control = match self.control.table.find(&[("item", item)]) {
            None => None,
            Some(r) => {
                clauses.push(self.control.clause_ref_row(r));
                Some(decimal(self.control, r, band)?)
            }
        };
        Ok(Found {
            limits: Limits { screening, control },
            clauses,
        })
    }

    fn judge<'w>(
        &self,
        word: &'w str,
        row: usize,
        text: &str,
        reading: Reading,
    ) -> Result<(Item<'w>, Found), EvalError> {
        let found = self.limits(row)?;
        let stage = found.limits.stage(reading);
        let outcome = match (stage.known(), stage.low, found.limits.control) {
            (false, ..) => None,
            (true, 1, None) => Some("screening_only"),
            (true, low, _) => OUTCOMES.get(low).copied(),
        };
        let item = self.items.table.text(row, "item");
        let mut e = Explanation::new(item, self.items.table.text(row, "code"))
            .value(text)
            .unit("mg/kg")
            .formula(format!("{} → {}", found.limits.text(), outcome.unwrap_or("?")));
        e = found.limits.inputs(e, &found.clauses);
        if outcome.is_none() {
            e = undecided(e);
        }
        let judged = Item {
            word,
            name: item.to_string(),
            stage,
            outcome,
            counts: self.items.table.text(row, "sets_class") == "yes",
            explanation: e,
        };
        Ok((judged, found))
    }

    fn conditions(&self, e: Explanation, args: &Args) -> Explanation {
        let land = self.land.table.text(self.land_row, "land");
        let e = e.input(input("利用类型", "Use", land, self.land.clause_ref_row(self.land_row)));
        match (self.band, args.get("ph")) {
            (Some(r), Some(ph)) => {
                e.input(input("pH", "pH", ph, self.bands.clause_ref_row(r)).formula(bounds(self.bands, r)))
            }
            _ => e,
        }
    }
}

fn single(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c, args)?;
    let word = args.text("item")?;
    let (row, reading) = (rules.named("item", word)?, measured(args, "c")?);
    let (item, found) = rules.judge(word, row, args.text("c")?, reading)?;
    let (multiple, ratio) = match number(reading) {
        Some(v) => found.limits.shares(v, rules.multiple)?,
        None => (None, None),
    };
    let finding = item.outcome.map(|n| outcome(rules.outcome, n, "finding")).transpose()?;
    // Only the five items that have a control value and set classes give one.
    let class = match item.outcome {
        Some(n) if item.counts => outcome(rules.outcome, n, "class")?,
        _ => "",
    };
    let mut e = Explanation::new("农用地土壤评价", "Farmland").clause(rules.outcome.clause_ref());
    if let Some(text) = finding {
        e = e.value(text);
    }
    if let Some(m) = multiple {
        e = e.input(
            input("超标倍数", "Multiple", m, rules.multiple.clause_ref()).formula(format!(
                "({0} − {1}) ÷ {1}",
                args.text("c")?,
                found.limits.screening
            )),
        );
    }
    e = rules.conditions(e.input(item.explanation), args);
    let band = rules.band.map_or("", |r| rules.bands.table.text(r, "band"));
    Ok(Outcome {
        value: item.outcome.map(str::to_string).into(),
        columns: vec![
            ("class", class.into()),
            ("finding", finding.map(str::to_string).into()),
            ("band", band.into()),
            ("screening", found.limits.screening.into()),
            ("control", found.limits.control.into()),
            ("multiple", multiple.into()),
            ("ratio", ratio.into()),
        ],
        explanation: e.noted(rules.outcome),
    })
}

fn class(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Rules::at(c, args)?;
    let mut items: Vec<Item<'_>> = Vec::new();
    for (word, text) in args.pairs("values")? {
        let row = rules.named("values", word)?;
        once(&items, rules.items.table.text(row, "item"), word)?;
        let place = format!("values[{word}]");
        let reading = reading(&place, text)?.ok_or(EvalError::Missing(place))?;
        items.push(rules.judge(word, row, text, reading)?.0);
    }
    let table = &rules.items.table;
    let lacking: Vec<&str> = (0..table.rows.len())
        .filter(|r| table.text(*r, "sets_class") == "yes")
        .map(|r| table.text(r, "item"))
        .filter(|name| !items.iter().any(|i| i.name == *name))
        .collect();
    // What is missing or hidden could only make it worse: the worst class is settled in any case.
    let stage = worst(&items);
    let settled = stage.filter(|s| s.low + 1 == OUTCOMES.len() || (s.known() && lacking.is_empty()));
    let name = settled.and_then(|s| OUTCOMES.get(s.low).copied());
    let class = name.map(|n| outcome(rules.outcome, n, "class")).transpose()?;
    let mut e = Explanation::new("土壤环境质量类别（按土壤）", "Class by soil")
        .formula(list(&items))
        .clause(rules.outcome.clause_ref());
    match class {
        Some(class) => e = e.value(class),
        None => {
            let lack = lacking.join("、");
            e = e.note(
                format!("五项未齐或有项目无法判定（缺：{lack}），类别不能确定"),
                format!("not all five items are there or can be judged (lacking: {lack}): the class cannot be settled"),
            );
        }
    }
    for item in &items {
        e = e.input(item.explanation.clone());
    }
    let high = stage.map_or(0, |s| s.high);
    Ok(Outcome {
        value: class.map(str::to_string).into(),
        columns: vec![
            ("outcome", name.map(str::to_string).into()),
            (
                "decisive",
                words(&items, |i| i.counts && high > 0 && i.stage.high == high),
            ),
            ("items", list(&items).into()),
            ("undecided", words(&items, |i| !i.stage.known())),
            ("lacking", lacking.join(" ").into()),
        ],
        explanation: rules.conditions(e, args).noted(rules.outcome),
    })
}
