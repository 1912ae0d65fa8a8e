//! Nodes of an explanation: values of the law, values given, and the remarks of the law under a figure.

use crate::unit::label;
use crate::{Cell, Context, Outcome};
use figure::{Clause, Decimal, Explanation};
use law::Provision;

/// A number a person gave, as an input.
pub(crate) fn given(zh: &str, en: &str, value: Decimal, unit: &str) -> Explanation {
    Explanation::new(zh, en).value(value).unit(label(unit))
}

/// A cell of the law, as an input.
pub(crate) fn taken(title: (&str, &str), p: &Provision, row: usize, column: &str) -> Explanation {
    Explanation::new(title.0, title.1)
        .value(p.table.text(row, column))
        .unit(label(p.unit(row, column)))
        .clause(p.clause_ref_row(row))
}

/// What the law says, as an input in words of its own.
pub(crate) fn input(zh: impl Into<String>, en: impl Into<String>, value: impl ToString, clause: Clause) -> Explanation {
    Explanation::new(zh, en).value(value).clause(clause)
}

/// The remarks of the law under a figure.
pub(crate) trait Noted: Sized {
    /// Adds the remark of a provision, if it has one.
    fn noted(self, p: &Provision) -> Self;

    /// Adds a remark where a provision exists for the key, beside or before the one used, but is not recorded.
    fn noted_unrecorded(self, c: &Context<'_>, key: &str) -> Self;
}

impl Noted for Explanation {
    fn noted(self, p: &Provision) -> Self {
        match p.note.zh.is_empty() {
            true => self,
            false => self.note(&p.note.zh, &p.note.en),
        }
    }

    fn noted_unrecorded(self, c: &Context<'_>, key: &str) -> Self {
        match c.law.unrecorded(key, c.date, c.division) {
            None => self,
            Some(m) => self.note(
                format!("有未录入的规定：{}（{}）", m.title.zh, m.why.zh),
                format!("a provision is not recorded: {} ({})", m.title.en, m.why.en),
            ),
        }
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
