//! Reading a rule from a provision: the row a typed word names, the band a value falls into, and lists of
//! `item=value`. What is accepted and where bands end stands in the tables, never here.
//!
//! A band is a row with up to four bounds in the columns `ge`, `gt`, `lt`, `le`; an empty cell is no bound.

use crate::reading::Reading;
use crate::{Args, EvalError};
use figure::{Clause, Decimal, Explanation, Interval, Mode, Ratio, Rounding, Unit};
use law::Provision;

/// A number from a cell that must hold one.
pub(crate) fn decimal(p: &Provision, row: usize, column: &str) -> Result<Decimal, EvalError> {
    p.table.decimal(row, column).map_err(EvalError::table(p))
}

/// A row that must be there.
pub(crate) fn row(p: &Provision, wanted: &[(&str, &str)]) -> Result<usize, EvalError> {
    p.table.row(wanted).map_err(EvalError::table(p))
}

/// The rounding in the columns `decimals` and `mode`.
pub(crate) fn rounding(p: &Provision, row: usize) -> Result<Rounding, EvalError> {
    let name = p.table.text(row, "mode");
    let mode = Mode::by_name(name).ok_or_else(|| EvalError::law(p, format!("unknown rounding mode `{name}`")))?;
    let decimals = decimal(p, row, "decimals")?;
    let whole = decimals.at_scale(0).and_then(|n| i32::try_from(n).ok());
    let interval = whole.ok_or_else(|| EvalError::law(p, format!("`{decimals}` is no number of decimals")))?;
    Ok(Rounding {
        mode,
        interval: Interval::Decimals(interval),
    })
}

/// The row that a typed word names in one of the columns; a cell may hold several words parted by `;`.
///
/// # Errors
/// [`EvalError::Argument`] listing the words of the first column.
pub(crate) fn named(p: &Provision, arg: &str, word: &str, columns: &[&str]) -> Result<usize, EvalError> {
    let wanted = folded(word);
    let names = |row: usize, column: &str| p.table.text(row, column).split(';').any(|w| folded(w) == wanted);
    let hit = (0..p.table.rows.len()).find(|&r| !wanted.is_empty() && columns.iter().any(|c| names(r, c)));
    hit.ok_or_else(|| {
        let first = columns.first().copied().unwrap_or_default();
        let mut known: Vec<&str> = (0..p.table.rows.len()).map(|r| p.table.text(r, first)).collect();
        known.dedup();
        let list = known.join(" ");
        let (number, clause) = (&p.standard.number, &p.clause);
        EvalError::argument(
            arg,
            format!("`{word}` is not in {number} {clause} / 不在{number} {clause}中；accepted / 可填：{list}"),
        )
    })
}

/// Letter case, full-width forms and blanks do not tell names apart.
fn folded(word: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '〔' => '[',
        '〕' => ']',
        '、' => ',',
        c => c,
    };
    let plain = word.chars().map(narrow).filter(|c| !c.is_whitespace());
    plain.flat_map(char::to_lowercase).collect()
}

/// Whether a value lies in the band of a row.
pub(crate) fn holds(p: &Provision, row: usize, value: Ratio) -> Result<bool, EvalError> {
    let bound = |column: &str| -> Result<Option<Ratio>, EvalError> {
        if p.table.column(column).is_none() {
            return Ok(None);
        }
        let cell = p.table.optional(row, column).map_err(EvalError::table(p))?;
        Ok(cell.map(Ratio::from))
    };
    let (ge, gt, lt, le) = (bound("ge")?, bound("gt")?, bound("lt")?, bound("le")?);
    Ok(ge.is_none_or(|b| value >= b)
        && gt.is_none_or(|b| value > b)
        && lt.is_none_or(|b| value < b)
        && le.is_none_or(|b| value <= b))
}

/// The first row that has the given cells and whose band holds the value.
pub(crate) fn band(
    p: &Provision,
    value: impl Into<Ratio>,
    wanted: &[(&str, &str)],
) -> Result<Option<usize>, EvalError> {
    let value = value.into();
    for row in 0..p.table.rows.len() {
        if wanted.iter().all(|(c, v)| p.table.text(row, c) == *v) && holds(p, row, value)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// As [`band`], for values that every table must place.
pub(crate) fn must_band(p: &Provision, value: impl Into<Ratio>, wanted: &[(&str, &str)]) -> Result<usize, EvalError> {
    let value = value.into();
    band(p, value, wanted)?.ok_or_else(|| EvalError::law(p, format!("no band holds {}", value.shown(6))))
}

/// The bounds of a band as text: `50 < x ≤ 60`.
pub(crate) fn bounds(p: &Provision, row: usize) -> String {
    let side = |column: &str, text: &dyn Fn(&str) -> String| match p.table.text(row, column) {
        "" => String::new(),
        cell => text(cell),
    };
    let low = side("ge", &|c| format!("{c} ≤ ")) + &side("gt", &|c| format!("{c} < "));
    let high = side("lt", &|c| format!(" < {c}")) + &side("le", &|c| format!(" ≤ {c}"));
    format!("{low}x{high}")
}

/// The `item=value` pairs of a list, parted by blanks or semicolons (names may hold commas).
///
/// # Errors
/// [`EvalError::Missing`] for an empty list; [`EvalError::Argument`] for a part without `=`.
pub(crate) fn pairs<'a>(args: &'a Args, name: &str) -> Result<Vec<(&'a str, &'a str)>, EvalError> {
    let parts = args.text(name)?.split([' ', ';', '；', '\t', '\n', '\u{3000}']);
    let found: Vec<_> = parts
        .filter(|p| !p.is_empty())
        .map(|part| {
            part.split_once(['=', '＝'])
                .filter(|(k, v)| !k.trim().is_empty() && !v.trim().is_empty())
                .ok_or_else(|| EvalError::argument(name, format!("`{part}`: write item=value / 写成 项目=数值")))
        })
        .collect::<Result<_, _>>()?;
    match found.is_empty() {
        true => Err(EvalError::Missing(name.to_string())),
        false => Ok(found),
    }
}

/// A measured value out of a list, named by its place there.
pub(crate) fn reading(name: &str, text: &str) -> Result<Option<Reading>, EvalError> {
    Args::from_iter([(name, text)]).reading(name)
}

/// A list of measured values parted by blanks; `-` is a missing one.
pub(crate) fn readings(args: &Args, name: &str) -> Result<Vec<Option<Reading>>, EvalError> {
    let parts = args
        .get(name)
        .unwrap_or_default()
        .split([' ', ';', '；', '\t', '\u{3000}']);
    let place = |i: usize| format!("{name}[{}]", i + 1);
    parts
        .filter(|p| !p.is_empty())
        .enumerate()
        .map(|(i, p)| reading(&place(i), p))
        .collect()
}

/// Yes or no, as people write it; nothing if it is not given.
pub(crate) fn yes_no(args: &Args, name: &str) -> Result<Option<bool>, EvalError> {
    match args.get(name) {
        None => Ok(None),
        Some("yes" | "是" | "1" | "true") => Ok(Some(true)),
        Some("no" | "否" | "0" | "false") => Ok(Some(false)),
        Some(other) => Err(EvalError::argument(
            name,
            format!("`{other}`: write yes or no / 写是或否"),
        )),
    }
}

/// A value brought from the unit it was typed in to the unit of the law, exactly.
pub(crate) fn in_unit(value: Decimal, typed: Option<&str>, wanted: &str) -> Result<Ratio, EvalError> {
    let Some(typed) = typed else {
        return Ok(value.into());
    };
    let bad = |e: figure::UnitError| EvalError::argument("unit", e.to_string());
    let (from, to) = (Unit::parse(typed).map_err(bad)?, Unit::parse(wanted).map_err(bad)?);
    from.convert(value.into(), &to).map_err(bad)
}

/// A unit as shown to people.
pub(crate) fn label(unit: &str) -> String {
    Unit::parse(unit).map_or_else(|_| unit.to_string(), |u| u.label())
}

/// A value of the law as an input of an explanation.
pub(crate) fn input(zh: impl Into<String>, en: impl Into<String>, value: impl ToString, clause: Clause) -> Explanation {
    Explanation::new(zh, en).value(value).clause(clause)
}

/// Adds a provision's own note, if it has one.
pub(crate) fn noted(e: Explanation, p: &Provision) -> Explanation {
    match p.note.zh.is_empty() {
        true => e,
        false => e.note(&p.note.zh, &p.note.en),
    }
}

#[cfg(test)]
mod tests {
    use super::{folded, pairs};
    use crate::Args;

    #[test]
    fn names_are_compared_without_case_width_and_blanks() {
        assert_eq!(folded(" 铬（六价） "), folded("铬(六价)"));
        assert_eq!(folded("苯并［ａ］芘"), folded("苯并[A]芘"));
        assert_ne!(folded("铬"), folded("铬(六价)"));
    }

    #[test]
    fn a_list_is_pairs_or_an_error() {
        let args = Args::from_iter([("v", "1,2-二氯乙烯=0.3；氨氮=<0.02"), ("w", "氨氮"), ("x", " ; ")]);
        assert_eq!(pairs(&args, "v").unwrap(), [("1,2-二氯乙烯", "0.3"), ("氨氮", "<0.02")]);
        assert!(pairs(&args, "w").unwrap_err().to_string().contains("item=value"));
        assert!(pairs(&args, "x").is_err());
    }
}
