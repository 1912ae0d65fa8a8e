//! Reading the tables of a provision: numbers, rows named by a word, and one input of an explanation.

use crate::{Args, Cell, Context, EvalError, Outcome};
use figure::{Decimal, Explanation, Interval, Mode, Ratio, Rounding, Unit};
use law::Provision;

/// The provision that holds for a key.
pub(crate) fn at<'a>(c: &Context<'a>, key: &str) -> Result<&'a Provision, EvalError> {
    Ok(c.law.at(key, c.date, c.division)?)
}

/// A number from a cell.
pub(crate) fn decimal(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// A number from a cell; nothing if it is empty or the table has no such column.
pub(crate) fn optional(p: &Provision, row: usize, column: &str) -> Result<Option<Decimal>, EvalError> {
    if p.table.column(column).is_none() {
        return Ok(None);
    }
    p.table.optional(row, column).map_err(EvalError::table(p))
}

/// A whole number from a cell.
pub(crate) fn whole<T: TryFrom<i128>>(p: &Provision, row: usize, column: &str) -> Result<T, EvalError> {
    let d = decimal(p, row, column)?;
    d.at_scale(0)
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{d}` is not a fitting whole number")))
}

/// The rounding in the columns `decimals` and `mode`.
pub(crate) fn rounding(p: &Provision, row: usize) -> Result<Rounding, EvalError> {
    let name = p.table.text(row, "mode");
    let mode = Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))?;
    Ok(Rounding {
        mode,
        interval: Interval::Decimals(whole(p, row, "decimals")?),
    })
}

/// The rounding of an item in a table of decimals.
pub(crate) fn rounding_of(p: &Provision, item: &str) -> Result<Rounding, EvalError> {
    rounding(p, row(p, &[("item", item)])?)
}

/// A row that must be there.
pub(crate) fn row(p: &Provision, wanted: &[(&str, &str)]) -> Result<usize, EvalError> {
    p.table.row(wanted).map_err(EvalError::table(p))
}

/// The row whose `column` (or `column_zh`) holds the word given in an argument; the words there are if none.
pub(crate) fn choose(p: &Provision, column: &str, arg: &str, word: &str) -> Result<usize, EvalError> {
    let zh = format!("{column}_zh");
    let hit = |r: &usize| {
        let here = p.table.text(*r, column);
        here.eq_ignore_ascii_case(word) || (!word.is_empty() && p.table.text(*r, &zh) == word)
    };
    (0..p.table.rows.len()).find(hit).ok_or_else(|| {
        let mut words = Vec::<String>::new();
        for r in 0..p.table.rows.len() {
            let (name, zh) = (p.table.text(r, column), p.table.text(r, &zh));
            let word = if zh.is_empty() || zh == name {
                name.to_string()
            } else {
                format!("{name} ({zh})")
            };
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let clause = p.clause_ref();
        let words = words.join(", ");
        let place = format!("{} {}", clause.standard, clause.clause);
        EvalError::argument(
            arg,
            format!("`{word}` is not known; write one of / 可填：{words} ({place})"),
        )
    })
}

/// As [`choose`], but by the letter: `mBq` is not `MBq`.
pub(crate) fn choose_exactly(p: &Provision, column: &str, arg: &str, word: &str) -> Result<usize, EvalError> {
    match p.table.find(&[(column, word)]) {
        Some(r) => Ok(r),
        None => choose(p, column, arg, &format!("{word} ")), // never found: the words there are, as an error
    }
}

/// A number rounded to so many significant digits, for showing only.
pub(crate) fn significant(x: Ratio, digits: i32) -> Result<Decimal, EvalError> {
    if x == Ratio::ZERO {
        return Ok(Decimal::ZERO);
    }
    let size = x.abs().to_f64().log10().floor();
    let decimals = digits - 1 - if size.is_finite() { size as i32 } else { 0 };
    Ok(x.round(&Rounding::gbt8170(decimals))?)
}

/// A yes or no given in an argument; `default` if it is absent.
pub(crate) fn yes(args: &Args, name: &str, default: bool) -> Result<bool, EvalError> {
    match args.get(name).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(default),
        Some("yes" | "true" | "是") => Ok(true),
        Some("no" | "false" | "否") => Ok(false),
        Some(other) => Err(EvalError::argument(
            name,
            format!("`{other}`: write yes or no / 填是或否"),
        )),
    }
}

/// The label of a unit code: `µg/m³`.
pub(crate) fn label(unit: &str) -> String {
    Unit::parse(unit).map_or_else(|_| unit.to_string(), |u| u.label())
}

/// A number taken from the law, as an input of an explanation.
pub(crate) fn taken(title: (&str, &str), p: &Provision, row: usize, column: &str) -> Explanation {
    Explanation::new(title.0, title.1)
        .value(p.table.text(row, column))
        .unit(label(p.unit(row, column)))
        .clause(p.clause_ref_row(row))
}

/// A number given in an argument, as an input of an explanation.
pub(crate) fn given(title: (&str, &str), value: Decimal, unit: &str) -> Explanation {
    Explanation::new(title.0, title.1).value(value).unit(label(unit))
}

/// Adds the note of a provision to an explanation, if it has one.
pub(crate) fn noted(e: Explanation, p: &Provision) -> Explanation {
    if p.note.zh.is_empty() {
        e
    } else {
        e.note(&p.note.zh, &p.note.en)
    }
}

/// Adds a note where a provision nearer to the division exists but is not recorded.
pub(crate) fn noted_unrecorded(e: Explanation, c: &Context<'_>, key: &str) -> Explanation {
    match c.law.unrecorded(key, c.date, c.division) {
        None => e,
        Some(m) => e.note(
            format!("有未录入的规定：{}（{}）", m.title.zh, m.why.zh),
            format!("a provision is not recorded: {} ({})", m.title.en, m.why.en),
        ),
    }
}

/// A result without a value: why there is none.
pub(crate) fn nothing(e: Explanation, columns: Vec<(&'static str, Cell)>, zh: &str, en: &str) -> Outcome {
    Outcome {
        value: Cell::Missing,
        columns,
        explanation: e.note(zh, en),
    }
}
