//! Rows of a provision as functions take them: found by a word a person typed, read as numbers, shown with
//! their clause. What a word may be stands in the law's own rows, and the error lists it.

use crate::{Args, Context, EvalError};
use figure::{Clause, Decimal, Explanation, Interval, Mode, Ratio, Rounding, Unit};
use law::Provision;

/// The provision in force for the call.
pub(crate) fn at<'a>(c: &Context<'a>, key: &str) -> Result<Entry<'a>, EvalError> {
    Ok(Entry(c.law.at(key, c.date, c.division)?))
}

/// A provision.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a>(pub &'a Provision);

/// One row of a provision.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub p: &'a Provision,
    pub row: usize,
}

impl<'a> Entry<'a> {
    /// The only row of a provision with plain values.
    pub fn only(self) -> Row<'a> {
        Row { p: self.0, row: 0 }
    }

    pub fn rows(self) -> impl Iterator<Item = Row<'a>> {
        (0..self.0.table.rows.len()).map(move |row| Row { p: self.0, row })
    }

    /// The row with these texts.
    pub fn row(self, wanted: &[(&str, &str)]) -> Result<Row<'a>, EvalError> {
        let row = self.0.table.row(wanted).map_err(EvalError::table(self.0))?;
        Ok(Row { p: self.0, row })
    }

    /// The row a typed word names, by any of the columns (a cell may hold several words parted by spaces).
    pub fn word(self, argument: &str, word: &str, columns: &[&str]) -> Result<Row<'a>, EvalError> {
        let all: Vec<Row<'a>> = self.rows().collect();
        pick(&all, argument, word, columns)
    }

    /// The first row whose bounds hold `x`: `from` ≤ x, `above` < x, x ≤ `to`, x < `below`; an empty cell
    /// is no bound.
    pub fn band(self, x: Ratio) -> Result<Row<'a>, EvalError> {
        for r in self.rows() {
            let bound = |column: &str| -> Result<Option<Ratio>, EvalError> {
                if self.0.table.column(column).is_none() {
                    return Ok(None);
                }
                Ok(r.optional(column)?.map(Ratio::from))
            };
            if bound("from")?.is_none_or(|b| b <= x)
                && bound("above")?.is_none_or(|b| b < x)
                && bound("to")?.is_none_or(|b| x <= b)
                && bound("below")?.is_none_or(|b| x < b)
            {
                return Ok(r);
            }
        }
        Err(EvalError::law(self.0, format!("no row covers {}", x.shown(6))))
    }
}

/// The row a typed word names among some rows; the error lists the words accepted.
pub(crate) fn pick<'a>(rows: &[Row<'a>], argument: &str, word: &str, columns: &[&str]) -> Result<Row<'a>, EvalError> {
    let wanted = word.trim();
    let same = |cell: &str| {
        let whole = cell.eq_ignore_ascii_case(wanted);
        whole || cell.split(' ').any(|w| !w.is_empty() && w.eq_ignore_ascii_case(wanted))
    };
    if let Some(r) = rows.iter().find(|r| columns.iter().any(|c| same(r.text(c)))) {
        return Ok(*r);
    }
    let mut known: Vec<&str> = Vec::new();
    for r in rows {
        let name = columns.iter().map(|c| r.text(c)).find(|t| !t.is_empty()).unwrap_or("");
        if !name.is_empty() && !known.contains(&name) {
            known.push(name);
        }
    }
    let (shown, more) = (
        known.iter().take(60).copied().collect::<Vec<_>>(),
        known.len().saturating_sub(60),
    );
    let more = if more > 0 {
        format!(" … (+{more})")
    } else {
        String::new()
    };
    let standard = rows.first().map_or("", |r| r.p.standard.number.as_str());
    Err(EvalError::argument(
        argument,
        format!(
            "`{wanted}` is not known to {standard}; accepted / 可填: {}{more}",
            shown.join(" ")
        ),
    ))
}

impl<'a> Row<'a> {
    pub fn text(&self, column: &str) -> &'a str {
        self.p.table.text(self.row, column)
    }

    pub fn number(&self, column: &str) -> Result<Decimal, EvalError> {
        self.p.table.decimal(self.row, column).map_err(EvalError::table(self.p))
    }

    pub fn optional(&self, column: &str) -> Result<Option<Decimal>, EvalError> {
        self.p
            .table
            .optional(self.row, column)
            .map_err(EvalError::table(self.p))
    }

    pub fn ratio(&self, column: &str) -> Result<Ratio, EvalError> {
        Ok(self.number(column)?.into())
    }

    /// A whole number.
    pub fn whole(&self, column: &str) -> Result<i64, EvalError> {
        let d = self.number(column)?;
        let n = d.at_scale(0).and_then(|n| i64::try_from(n).ok());
        n.ok_or_else(|| {
            EvalError::law(
                self.p,
                format!("column `{column}`: `{d}` is not a fitting whole number"),
            )
        })
    }

    pub fn clause(&self) -> Clause {
        self.p.clause_ref_row(self.row)
    }

    /// The rounding in the columns `decimals` and `mode`.
    pub fn rounding(&self) -> Result<Rounding, EvalError> {
        self.rounding_of("decimals")
    }

    /// The rounding to the decimals in a column, by the mode in `mode`.
    pub fn rounding_of(&self, column: &str) -> Result<Rounding, EvalError> {
        let name = self.text("mode");
        let mode = Mode::by_name(name);
        let mode = mode.ok_or_else(|| EvalError::law(self.p, format!("unknown rounding mode `{name}`")))?;
        let decimals = i32::try_from(self.whole(column)?).unwrap_or(i32::MAX); // refused when it is used
        Ok(Rounding {
            mode,
            interval: Interval::Decimals(decimals),
        })
    }

    /// The number of a cell as an input of an explanation.
    pub fn node(&self, column: &str, zh: &str, en: &str) -> Result<Explanation, EvalError> {
        Ok(Explanation::new(zh, en)
            .value(self.number(column)?)
            .unit(label(self.p.unit(self.row, column)))
            .clause(self.clause()))
    }
}

/// The remarks of the law under a figure.
pub(crate) trait Remark {
    /// Adds the remark of a provision, if it has one.
    fn remark(self, p: &Provision) -> Self;
}

impl Remark for Explanation {
    fn remark(self, p: &Provision) -> Self {
        if p.note.zh.is_empty() {
            return self;
        }
        self.note(&p.note.zh, &p.note.en)
    }
}

/// A unit as shown.
pub(crate) fn label(unit: &str) -> String {
    Unit::parse(unit).map_or_else(|_| unit.to_string(), |u| u.label())
}

/// A number a person gave, as an input of an explanation.
pub(crate) fn given(zh: &str, en: &str, value: Decimal, unit: &str) -> Explanation {
    Explanation::new(zh, en).value(value).unit(label(unit))
}

impl Args {
    /// A number that must be given and is not below zero.
    pub(crate) fn amount(&self, name: &str) -> Result<Decimal, EvalError> {
        let d = self.required_number(name)?;
        not_negative(name, d)
    }

    /// A number that may be left out and is not below zero.
    pub(crate) fn amount_or_none(&self, name: &str) -> Result<Option<Decimal>, EvalError> {
        self.number(name)?.map(|d| not_negative(name, d)).transpose()
    }

    /// A share in percent, 0 to 100 by what a share is.
    pub(crate) fn percent(&self, name: &str) -> Result<Decimal, EvalError> {
        percent(name, self.required_number(name)?)
    }

    /// A share in percent that may be left out.
    pub(crate) fn percent_or_none(&self, name: &str) -> Result<Option<Decimal>, EvalError> {
        self.number(name)?.map(|d| percent(name, d)).transpose()
    }

    /// Yes or no; no if it is left out.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, EvalError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("no" | "n" | "否" | "0" | "false" | "无") => Ok(false),
            Some("yes" | "y" | "是" | "1" | "true" | "有") => Ok(true),
            Some(other) => Err(EvalError::argument(
                name,
                format!("`{other}`: write yes or no (是 或 否)"),
            )),
        }
    }

    /// Words parted by spaces, semicolons or full-width commas.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        self.get(name).map(split).unwrap_or_default()
    }

    /// `name=number` pairs; a name may not appear twice.
    pub(crate) fn pairs(&self, name: &str) -> Result<Vec<(&str, Decimal)>, EvalError> {
        let mut pairs: Vec<(&str, Decimal)> = Vec::new();
        for part in split(self.text(name)?) {
            let Some((key, value)) = part.rsplit_once(['=', '＝', '：', ':']) else {
                let reason = format!("`{part}`: write name=number, parted by spaces (名称=数值，以空格分隔)");
                return Err(EvalError::argument(name, reason));
            };
            let value = Decimal::parse(value).map_err(|e| EvalError::argument(name, format!("{key}: {e}")))?;
            let value = not_negative(name, value)?;
            if pairs.iter().any(|(k, _)| *k == key) {
                return Err(EvalError::argument(name, format!("`{key}` is given twice")));
            }
            pairs.push((key, value));
        }
        if pairs.is_empty() {
            return Err(EvalError::Missing(name.to_string()));
        }
        Ok(pairs)
    }
}

fn split(text: &str) -> Vec<&str> {
    let parting = [' ', '\t', '\n', ';', '；', '，', '、', '\u{3000}'];
    text.split(parting).filter(|w| !w.is_empty()).collect()
}

fn not_negative(name: &str, d: Decimal) -> Result<Decimal, EvalError> {
    if d.is_negative() {
        return Err(EvalError::argument(name, format!("{d} is below zero / 不得为负")));
    }
    Ok(d)
}

fn percent(name: &str, d: Decimal) -> Result<Decimal, EvalError> {
    if d.is_negative() || d > Decimal::from_int(100) {
        return Err(EvalError::argument(
            name,
            format!("{d} is no share: write 0 to 100 (%)"),
        ));
    }
    Ok(d)
}

/// `part` percent as a fraction.
pub(crate) fn of_hundred(d: Decimal) -> Result<Ratio, EvalError> {
    Ok(Ratio::from(d).div(Ratio::from(100))?)
}

#[cfg(test)]
mod tests {
    use crate::Args;

    #[test]
    fn pairs_and_flags() {
        let args = Args::from_iter([("s", "氨=12；1,3-丁二烯=2.5"), ("y", "是"), ("p", "101"), ("n", "-1")]);
        let pairs = args.pairs("s").unwrap();
        assert_eq!(pairs.iter().map(|p| p.0).collect::<Vec<_>>(), ["氨", "1,3-丁二烯"]);
        assert!(args.flag("y").unwrap() && !args.flag("none").unwrap());
        assert!(args.percent("p").is_err() && args.amount("n").is_err() && args.flag("p").is_err());
        assert!(Args::from_iter([("s", "氨=12 氨=3")]).pairs("s").is_err());
        assert!(Args::from_iter([("s", "氨")]).pairs("s").is_err());
    }
}
