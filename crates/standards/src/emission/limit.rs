//! `emission.limit`: the limit that holds for a sector, source, item, class and day.

use super::query::{BUILT, CASE, CLASS, ITEM, Query, SECTOR, SOURCE, STATISTIC};
use super::select::{all, means, narrow, options};
use crate::cell::{decimal, optional};
use crate::unit::label;
use crate::word::unknown;
use crate::{Args, Cell, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Explanation, Text};
use law::Provision;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "emission.limit",
    title: ("排放限值", "Emission limit"),
    args: &[SECTOR, ITEM, SOURCE, CLASS, CASE, BUILT, STATISTIC],
    results: &[
        Column::text("unit"),
        Column::number("low"),
        Column::text("words"),
        Column::text("statistic"),
        Column::text("class"),
        Column::number("o2"),
        Column::text("standard"),
        Column::text("unrecorded"),
    ],
    keys: super::keys::LIMIT,
    eval: limit,
}];

/// A sector as the law's own list has it.
#[derive(Debug, Clone)]
pub(crate) struct Sector {
    pub name: String,
    pub medium: String,
    pub statistic: String,
    pub clause: Clause,
}

/// How a limit bounds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bound {
    /// At most this.
    Most(Decimal),
    /// Between these, both allowed (pH).
    Between(Decimal, Decimal),
    /// Words of the standard: 不得检出, 肉眼不可见.
    Words(String),
}

/// A limit, its clause and what must be said about it.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub sector: Sector,
    pub item: String,
    /// The item in English, where the law's list names it.
    pub item_en: String,
    pub row_name: String,
    pub bound: Bound,
    pub unit: String,
    pub statistic: String,
    pub class: String,
    pub oxygen: Option<Oxygen>,
    pub clause: Clause,
    pub notes: Vec<Text>,
    pub unrecorded: String,
}

/// A reference oxygen content.
#[derive(Debug, Clone)]
pub(crate) struct Oxygen {
    pub base: Decimal,
    pub air: Decimal,
    pub clause: Clause,
}

/// Columns that say what a row is; every other column is a class of limits.
const ABOUT: [&str; 11] = [
    "item",
    "source",
    "case",
    "statistic",
    "divisions",
    "built_from",
    "built_to",
    "o2",
    "unit",
    "clause",
    "certainty",
];

/// The sector a word or a standard's number names.
pub(crate) fn sector(c: &Context<'_>, word: &str) -> Result<Sector, EvalError> {
    let p = c.law.at("emission.sectors", c.date, "")?;
    let joined: String = word.chars().filter(|ch| !ch.is_whitespace()).collect();
    let number = joined
        .split('-')
        .next()
        .unwrap_or_default()
        .split('.')
        .next()
        .unwrap_or_default();
    let hit = all(p).into_iter().find(|r| {
        let words = p.table.text(*r, "words");
        p.table.text(*r, "sector") == word || means(words, word) || means(words, number)
    });
    match hit {
        Some(r) => Ok(Sector {
            name: p.table.text(r, "sector").to_string(),
            medium: p.table.text(r, "medium").to_string(),
            statistic: p.table.text(r, "statistic").to_string(),
            clause: p.clause_ref(),
        }),
        None => {
            // A sector whose standard is known to exist but not recorded answers so.
            if let Err(e) = c.law.at(&format!("emission.limit.{word}"), c.date, c.division)
                && e.unrecorded.is_some()
            {
                return Err(e.into());
            }
            Err(unknown(p, &all(p), "sector", word, &["sector"]))
        }
    }
}

/// The name that the law's tables use for an item.
pub(crate) fn item(c: &Context<'_>, word: &str) -> Result<String, EvalError> {
    let p = c.law.at("emission.items", c.date, "")?;
    let hit = all(p)
        .into_iter()
        .find(|r| p.table.text(*r, "item") == word || means(p.table.text(*r, "words"), word));
    Ok(hit.map_or(word, |r| p.table.text(r, "item")).to_string())
}

fn english(c: &Context<'_>, item: &str) -> Result<String, EvalError> {
    let p = c.law.at("emission.items", c.date, "")?;
    let row = p.table.find(&[("item", item)]);
    Ok(row.map_or(item, |r| p.table.text(r, "name_en")).to_string())
}

/// The limit that holds; a division's own standard before the nation's wherever it names the item.
pub(crate) fn find(c: &Context<'_>, q: &Query<'_>) -> Result<Limit, EvalError> {
    let sector = sector(c, q.sector)?;
    let item = item(c, q.item)?;
    let ultra_low = q
        .class
        .is_some_and(|w| class_word(c, w).is_ok_and(|w| w == "ultra_low"));
    let group = if ultra_low { "ultra_low" } else { "limit" };
    let key = format!("emission.{group}.{}", sector.name);
    let mut p = c.law.at(&key, c.date, c.division)?;
    let mut notes = Vec::new();
    if !p.division.is_empty() {
        let has = |p: &Provision| all(p).iter().any(|r| p.table.text(*r, "item") == item);
        match c.law.at(&key, c.date, "") {
            Ok(nation) if !has(p) && has(nation) => p = nation,
            Ok(nation) => notes.push(Text::new(
                format!("地方标准优先于国家标准（{}）", nation.standard.number),
                format!(
                    "the local standard comes before the national one ({})",
                    nation.standard.number
                ),
            )),
            Err(_) => {}
        }
    }
    let mut limit = pick(c, q, p, sector, item)?;
    if ultra_low {
        limit.notes.push(Text::new(
            "超低排放值写入许可证或地方标准才是法定限值",
            "an ultra-low value is a legal limit only where a permit or a local standard says so",
        ));
    }
    // A stricter local standard, or a newer edition, that exists but is not recorded.
    if let Some(m) = c.law.unrecorded(&key, c.date, c.division) {
        limit.unrecorded.clone_from(&m.standard.number);
        limit.notes.push(Text::new(
            format!("{}未录入：{}", m.standard.number, m.why.zh),
            format!("{} is not recorded: {}", m.standard.number, m.why.en),
        ));
    }
    limit.notes.extend(notes);
    Ok(limit)
}

fn pick(c: &Context<'_>, q: &Query<'_>, p: &Provision, sector: Sector, item: String) -> Result<Limit, EvalError> {
    let mut rows: Vec<usize> = all(p)
        .into_iter()
        .filter(|r| p.table.text(*r, "item") == item)
        .collect();
    if rows.is_empty() {
        return Err(unknown(p, &all(p), "item", q.item, &["item"]));
    }
    for (column, given) in [("source", q.source), ("case", q.case)] {
        rows = narrow(p, rows, column, given)?;
    }
    if p.table.column("statistic").is_some() {
        rows = narrow(p, rows, "statistic", q.statistic)?;
    }
    rows = of_division(p, rows, c.division);
    rows = of_built(p, rows, q.built)?;
    let (class, mut notes) = class_of(c, q, p, &sector)?;
    let [row] = rows[..] else {
        return Err(EvalError::law(p, format!("several rows answer for `{item}`")));
    };
    let cell = p.table.text(row, &class);
    if cell.is_empty() {
        let reason = format!("{} has no limit of `{item}` for `{class}`", p.standard.number);
        return Err(EvalError::argument("class", reason));
    }
    notes.extend((!p.note.zh.is_empty()).then(|| p.note.clone()));
    let row_name = ["source", "case"].map(|col| p.table.text(row, col)).join(" ");
    let mut oxygen = oxygen(c, &sector, q.source)?;
    if let Some(base) = optional(p, row, "o2")? {
        let air = match oxygen {
            Some(o) => o.air,
            None => {
                let constants = c.law.at("online.convert", c.date, "")?;
                decimal(constants, 0, "air_oxygen")?
            }
        };
        let clause = p.clause_ref_row(row);
        oxygen = Some(Oxygen { base, air, clause });
    }
    let statistic = match (p.table.text(row, "statistic"), q.statistic) {
        ("", _) => sector.statistic.clone(),
        (own, _) => own.to_string(),
    };
    Ok(Limit {
        bound: bound(cell),
        unit: p.unit(row, &class).to_string(),
        item_en: english(c, &item)?,
        row_name: row_name.trim().to_string(),
        clause: p.clause_ref_row(row),
        unrecorded: String::new(),
        sector,
        item,
        statistic,
        class,
        oxygen,
        notes,
    })
}

/// `50`, `6-9`, or words.
fn bound(cell: &str) -> Bound {
    if let Ok(d) = Decimal::parse(cell) {
        return Bound::Most(d);
    }
    if let Some((a, b)) = cell.split_once('-')
        && let (Ok(a), Ok(b)) = (Decimal::parse(a), Decimal::parse(b))
    {
        return Bound::Between(a, b);
    }
    Bound::Words(cell.to_string())
}

/// Rows made for the province come before the general ones.
fn of_division(p: &Provision, rows: Vec<usize>, division: &str) -> Vec<usize> {
    let province = division.get(..2).map(|d| format!("{d}0000")).unwrap_or_default();
    let own = |r: &usize| means(p.table.text(*r, "divisions"), &province);
    if !province.is_empty() && rows.iter().any(own) {
        rows.into_iter().filter(own).collect()
    } else {
        rows.into_iter()
            .filter(|r| p.table.text(*r, "divisions").is_empty())
            .collect()
    }
}

/// Rows for plants built then.
fn of_built(p: &Provision, rows: Vec<usize>, built: Option<NaiveDate>) -> Result<Vec<usize>, EvalError> {
    if rows.len() < 2 {
        return Ok(rows);
    }
    let Some(day) = built else {
        let reason = format!(
            "must be given: {} differs by the day built (YYYY-MM-DD)",
            p.standard.number
        );
        return Err(EvalError::argument("built", reason));
    };
    let day = day.to_string(); // ISO dates compare as text
    let holds = |r: &usize| {
        let (from, to) = (p.table.text(*r, "built_from"), p.table.text(*r, "built_to"));
        from <= day.as_str() && (to.is_empty() || day.as_str() <= to)
    };
    Ok(rows.into_iter().filter(holds).collect())
}

/// The column a word for a class names.
fn class_word(c: &Context<'_>, word: &str) -> Result<String, EvalError> {
    let p = c.law.at("emission.classes", c.date, "")?;
    let hit = all(p)
        .into_iter()
        .find(|r| p.table.text(*r, "class") == word || means(p.table.text(*r, "words"), word));
    Ok(hit.map_or(word, |r| p.table.text(r, "class")).to_string())
}

fn class_of(c: &Context<'_>, q: &Query<'_>, p: &Provision, sector: &Sector) -> Result<(String, Vec<Text>), EvalError> {
    let classes: Vec<&str> = p
        .table
        .columns
        .iter()
        .map(String::as_str)
        .filter(|n| !ABOUT.contains(n))
        .collect();
    let list = || format!("{} has the columns: {}", p.standard.number, classes.join(" "));
    let periods = c.law.at(&format!("emission.period.{}", sector.name), c.date, "").ok();
    let built = q.built.map(|d| d.to_string());
    let fits = |pp: &Provision, r: usize| {
        let (from, to) = (pp.table.text(r, "built_from"), pp.table.text(r, "built_to"));
        built.as_deref().is_none_or(|b| from <= b && (to.is_empty() || b <= to))
    };
    let class = match q.class {
        Some(word) => {
            let named = class_word(c, word)?;
            if !classes.contains(&named.as_str()) {
                return Err(EvalError::argument("class", format!("`{word}`: {}", list())));
            }
            named
        }
        None => match (classes.as_slice(), periods, &built) {
            ([only], _, _) => (*only).to_string(),
            (_, Some(pp), Some(_)) => {
                let rows: Vec<usize> = all(pp).into_iter().filter(|r| fits(pp, *r)).collect();
                match options(pp, &rows, "class").as_slice() {
                    [only] => only.clone(),
                    _ => return Err(EvalError::argument("class", format!("must be given; {}", list()))),
                }
            }
            _ => return Err(EvalError::argument("class", format!("must be given; {}", list()))),
        },
    };
    // A class does not hold from the day of the standard for every plant.
    let mut notes = Vec::new();
    if let Some(pp) = periods.filter(|_| p.division.is_empty()) {
        let mut from: Vec<&str> = all(pp)
            .into_iter()
            .filter(|r| p.table.column(&class).is_some() && pp.table.text(*r, "class") == class && fits(pp, *r))
            .map(|r| pp.table.text(r, "applies_from"))
            .collect();
        from.sort_unstable();
        let date = c.date.to_string();
        if let (Some(first), Some(last)) = (from.first(), from.last()) {
            if date.as_str() < *first {
                let reason = format!(
                    "{} holds for such a source from {first} ({}); what held on {date} is not recorded",
                    p.standard.number, pp.clause
                );
                return Err(EvalError::argument("built", reason));
            }
            if date.as_str() < *last {
                notes.push(Text::new(
                    format!("部分现有污染源自{last}起执行"),
                    format!("for some existing sources it holds from {last} only"),
                ));
            }
        }
    }
    Ok((class, notes))
}

/// The reference oxygen of a source, if its standard has one.
pub(crate) fn oxygen(c: &Context<'_>, sector: &Sector, source: Option<&str>) -> Result<Option<Oxygen>, EvalError> {
    let Ok(p) = c
        .law
        .at(&format!("emission.oxygen.{}", sector.name), c.date, c.division)
    else {
        return Ok(None);
    };
    let row = match source {
        _ if p.table.column("source").is_none() => Some(0),
        Some(word) => all(p).into_iter().find(|r| means(p.table.text(*r, "source"), word)),
        None if p.table.rows.len() == 1 => Some(0),
        None => None,
    };
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Oxygen {
        base: decimal(p, row, "o2")?,
        air: decimal(p, row, "air")?,
        clause: p.clause_ref_row(row),
    }))
}

impl Limit {
    /// The limit as a node under a figure.
    pub(crate) fn node(&self) -> Explanation {
        let mut e = Explanation::new(
            format!("{}排放限值", self.item),
            format!("limit of {} ({})", self.item_en, self.class),
        )
        .unit(label(&self.unit))
        .clause(self.clause.clone())
        .clause(self.sector.clause.clone());
        e = match &self.bound {
            Bound::Most(d) => e.value(d),
            Bound::Between(a, b) => e.value(format!("{a}～{b}")),
            Bound::Words(w) => e.value(w),
        };
        if !self.row_name.is_empty() {
            e = e.note(format!("适用于{}", self.row_name), format!("for {}", self.row_name));
        }
        self.notes.iter().fold(e, |e, n| e.note(&n.zh, &n.en))
    }
}

pub(super) fn limit(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let l = find(c, &Query::read(args)?)?;
    let (value, low, words): (Cell, Cell, Cell) = match &l.bound {
        Bound::Most(d) => ((*d).into(), Cell::Missing, Cell::Missing),
        Bound::Between(a, b) => ((*b).into(), (*a).into(), Cell::Missing),
        Bound::Words(w) => (Cell::Missing, Cell::Missing, w.clone().into()),
    };
    let columns = vec![
        ("unit", l.unit.as_str().into()),
        ("low", low),
        ("words", words),
        ("statistic", l.statistic.as_str().into()),
        ("class", l.class.as_str().into()),
        ("o2", l.oxygen.as_ref().map(|o| o.base).into()),
        ("standard", l.clause.standard.as_str().into()),
        ("unrecorded", l.unrecorded.as_str().into()),
    ];
    Ok(Outcome {
        value,
        columns,
        explanation: l.node(),
    })
}
