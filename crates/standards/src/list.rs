//! Lists in arguments: parts, words, `item=value` pairs, measured values.

use crate::args::not_negative;
use crate::reading::{Reading, reading};
use crate::{Args, EvalError};
use figure::Decimal;

/// The parts of a list of numbers, dates or words without commas in them; `-` and its kin stay in it.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parting = [' ', ';', ',', '\t', '\n', '，', '、', '；', '\u{3000}'];
    text.split(parting).filter(|p| !p.is_empty())
}

/// The parts of a list of names, which may hold commas (`1,3-丁二烯`). A full-width comma parts too, unless what
/// stands before it is only digits (`1，3-丁二烯`).
fn names(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split([' ', ';', '；', '\t', '\n', '\u{3000}']);
    blocks.flat_map(|b| of_block(b)).filter(|p| !p.is_empty())
}

fn of_block(block: &str) -> Vec<&str> {
    let (mut found, mut start) = (Vec::new(), 0);
    for (i, mark) in block.match_indices(['，', '、']) {
        let before = &block[start..i];
        if !before.is_empty() && before.chars().all(|c| c.is_numeric() || c == '，' || c == '、') {
            continue;
        }
        found.push(before);
        start = i + mark.len();
    }
    found.push(&block[start..]);
    found
}

impl Args {
    /// The words of a list; none if the argument is absent.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        self.get(name).map(|t| names(t).collect()).unwrap_or_default()
    }

    /// The `item=value` pairs of a list, the value as it was typed.
    ///
    /// # Errors
    /// [`EvalError::Missing`] for an empty list; [`EvalError::Argument`] for a part without `=`.
    pub(crate) fn pairs(&self, name: &str) -> Result<Vec<(&str, &str)>, EvalError> {
        let pair = |part| pair_of(name, part);
        let found: Vec<_> = names(self.text(name)?).map(pair).collect::<Result<_, _>>()?;
        match found.is_empty() {
            true => Err(EvalError::Missing(name.to_string())),
            false => Ok(found),
        }
    }

    /// The pairs of a list with amounts of 0 or more; an item may not appear twice.
    ///
    /// # Errors
    /// As [`Args::pairs`], and for what is not such an amount.
    pub(crate) fn amounts(&self, name: &str) -> Result<Vec<(&str, Decimal)>, EvalError> {
        let mut amounts: Vec<(&str, Decimal)> = Vec::new();
        for (item, text) in self.pairs(name)? {
            let d = Decimal::parse(text).map_err(|e| EvalError::argument(name, format!("{item}: {e}")))?;
            let d = not_negative(name, d)?;
            if amounts.iter().any(|(other, _)| *other == item) {
                return Err(EvalError::argument(name, format!("`{item}` is given twice")));
            }
            amounts.push((item, d));
        }
        Ok(amounts)
    }

    /// A list of measured values; `-` is a missing one, and an absent list is empty.
    ///
    /// # Errors
    /// As [`Args::reading`], naming the place in the list.
    pub(crate) fn readings(&self, name: &str) -> Result<Vec<Option<Reading>>, EvalError> {
        let place = |i: usize| format!("{name}[{}]", i + 1);
        let all = parts(self.get(name).unwrap_or_default()).enumerate();
        all.map(|(i, p)| reading(&place(i), p)).collect()
    }
}

fn pair_of<'a>(name: &str, part: &'a str) -> Result<(&'a str, &'a str), EvalError> {
    let halves = part.rsplit_once(['=', '＝']).or_else(|| part.rsplit_once([':', '：']));
    halves.filter(|(k, v)| !k.is_empty() && !v.is_empty()).ok_or_else(|| {
        let reason = format!("`{part}`: write item=value, parted by blanks / 写成 项目=数值，以空格分隔");
        EvalError::argument(name, reason)
    })
}

#[cfg(test)]
mod tests {
    use crate::Args;

    #[test]
    fn pairs_are_typed_as_people_type_them() {
        let args = Args::from_iter([
            ("v", "1,2-二氯乙烯=0.3；氨氮=<0.02"),
            ("w", "氨氮"),
            ("x", " ; "),
            ("s", "氨=12，1,3-丁二烯=2.5、1，2-二氯乙烷=1"),
            ("twice", "氨=12 氨=3"),
            ("below", "氨=-1"),
        ]);
        assert_eq!(args.pairs("v").unwrap(), [("1,2-二氯乙烯", "0.3"), ("氨氮", "<0.02")]);
        assert!(args.pairs("w").unwrap_err().to_string().contains("item=value"));
        assert!(args.pairs("x").is_err());
        let items: Vec<&str> = args.amounts("s").unwrap().iter().map(|p| p.0).collect();
        assert_eq!(items, ["氨", "1,3-丁二烯", "1，2-二氯乙烷"]);
        assert!(args.amounts("twice").is_err() && args.amounts("below").is_err());
        assert_eq!(args.words("s").len(), 3);
        assert_eq!(args.words("none").len(), 0);
    }
}
