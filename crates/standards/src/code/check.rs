//! Check characters: weighted sums over a stretch of a code.

use super::scheme::{Fault, alphabet};
use crate::EvalError;
use law::Provision;

/// One check character: `result[(± Σ weight × value) mod modulus]`.
pub(super) struct Check<'a> {
    law: &'a Provision,
    row: usize,
    /// First and last position that enter the sum, and the place of the check, counted from 1.
    first: usize,
    at: usize,
    weights: Vec<i64>,
    characters: Vec<char>,
    /// The value of each character; its place in `characters` where none are given.
    numbers: Vec<i64>,
    modulus: i64,
    negative: bool,
    result: Vec<char>,
}

impl<'a> Check<'a> {
    /// The checks of a form, in the order of the table.
    pub fn of_form(law: &'a Provision, form: &str) -> Result<Vec<Self>, EvalError> {
        (0..law.table.rows.len())
            .filter(|&row| law.table.text(row, "form") == form)
            .map(|row| Self::read(law, row))
            .collect()
    }

    fn read(law: &'a Provision, row: usize) -> Result<Self, EvalError> {
        let bad = |column: &str| EvalError::law(law, format!("row {}, column `{column}` cannot be used", row + 1));
        let place =
            |column: &str| -> Result<usize, EvalError> { law.table.text(row, column).parse().map_err(|_| bad(column)) };
        let numbers = |column: &str| -> Result<Vec<i64>, EvalError> {
            let words = law.table.text(row, column).split(' ').filter(|w| !w.is_empty());
            words.map(|w| w.parse().map_err(|_| bad(column))).collect()
        };
        let check = Self {
            law,
            row,
            first: place("first")?,
            at: place("at")?,
            weights: numbers("weights")?,
            characters: alphabet(law.table.text(row, "characters")),
            numbers: numbers("numbers")?,
            modulus: law.table.text(row, "modulus").parse().map_err(|_| bad("modulus"))?,
            negative: law.table.text(row, "sign") == "minus",
            result: alphabet(law.table.text(row, "result")),
        };
        let sound = check.first > 0
            && check.at > 0
            && check.modulus > 0
            && usize::try_from(check.modulus).is_ok_and(|m| m <= check.result.len())
            && (check.numbers.is_empty() || check.numbers.len() == check.characters.len());
        if sound {
            Ok(check)
        } else {
            Err(bad("modulus, result, numbers"))
        }
    }

    fn value(&self, ch: char) -> Option<i64> {
        let place = self.characters.iter().position(|c| *c == ch)?;
        match self.numbers.is_empty() {
            true => i64::try_from(place).ok(),
            false => self.numbers.get(place).copied(),
        }
    }

    /// The character that must stand at the place of the check; none if the sum cannot be made.
    fn expected(&self, chars: &[char]) -> Option<char> {
        let mut sum = 0i64;
        for (i, weight) in self.weights.iter().enumerate() {
            let value = self.value(*chars.get(self.first - 1 + i)?)?;
            sum = (sum + value.checked_mul(*weight)?).checked_rem(self.modulus)?;
        }
        let sum = if self.negative { -sum } else { sum };
        self.result
            .get(usize::try_from(sum.rem_euclid(self.modulus)).ok()?)
            .copied()
    }

    /// The fault, if the check does not come out.
    pub fn fault(&self, chars: &[char]) -> Option<Fault> {
        let expected = self.expected(chars)?;
        let found = *chars.get(self.at - 1)?;
        if found == expected {
            return None;
        }
        let (zh, en) = (
            self.law.table.text(self.row, "title_zh"),
            self.law.table.text(self.row, "title_en"),
        );
        Some(Fault {
            at: self.at,
            expected: expected.to_string(),
            reason: (
                format!("第{}位{zh}应为{expected}，现为{found}", self.at),
                format!("character {}, the {en}, should be {expected} and is {found}", self.at),
            ),
            fatal: self.law.table.text(self.row, "binding") != "no",
            clause: self.law.clause_ref_row(self.row),
        })
    }
}
