//! The one registration of every function.

use crate::EvalError;
use crate::list::parts;
use chrono::NaiveDate;
use figure::{Decimal, Explanation, NumberError};
use law::Law;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// A function of the standards, as the command line, SQL, the API and the calculator page see it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Function {
    /// `air.iaqi`.
    pub name: &'static str,
    /// What it computes, Chinese and English.
    pub title: (&'static str, &'static str),
    /// Its arguments, in order.
    pub args: &'static [Arg],
    /// The columns it gives beside `value`.
    pub results: &'static [Column],
    /// The law keys it reads.
    pub keys: &'static [&'static str],
    /// Computes and explains.
    #[serde(skip)]
    pub eval: fn(&Context<'_>, &Args) -> Result<Outcome, EvalError>,
}

/// One argument.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Arg {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ArgKind,
    /// The unit a number is given in; empty for texts.
    pub unit: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What it is, Chinese and English.
    pub title: (&'static str, &'static str),
}

/// What an argument or a result column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ArgKind {
    /// A decimal number.
    Number,
    /// A word, a code, or a list of numbers parted by spaces with `-` for a missing one.
    Text,
}

/// A result column beside `value`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ArgKind,
}

impl Arg {
    pub(crate) const fn number(name: &'static str, unit: &'static str, title: (&'static str, &'static str)) -> Self {
        Self {
            name,
            kind: ArgKind::Number,
            unit,
            required: true,
            title,
        }
    }
    pub(crate) const fn text(name: &'static str, title: (&'static str, &'static str)) -> Self {
        Self {
            name,
            kind: ArgKind::Text,
            unit: "",
            required: true,
            title,
        }
    }
    pub(crate) const fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }
}

impl Column {
    pub(crate) const fn number(name: &'static str) -> Self {
        Self {
            name,
            kind: ArgKind::Number,
        }
    }
    pub(crate) const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: ArgKind::Text,
        }
    }
}

/// Whose law, and of which day.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The law.
    pub law: &'a Law,
    /// The day that decides.
    pub date: NaiveDate,
    /// Six-digit code; empty for the nation.
    pub division: &'a str,
}

/// Arguments by name, as text: numbers are read exactly, where they are used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Args(pub BTreeMap<String, String>);

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Args {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(iter: T) -> Self {
        Self(iter.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

impl Args {
    /// The text of an argument; nothing if it is absent or blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|v| v.trim()).filter(|v| !v.is_empty())
    }

    /// The text of an argument that must be given.
    ///
    /// # Errors
    /// [`EvalError::Missing`].
    pub fn text(&self, name: &str) -> Result<&str, EvalError> {
        self.get(name).ok_or_else(|| EvalError::Missing(name.to_string()))
    }

    /// The number in an argument; nothing if it is absent, blank or a sign for "missing".
    ///
    /// # Errors
    /// [`EvalError::Argument`] with the reason the text is not a number.
    pub fn number(&self, name: &str) -> Result<Option<Decimal>, EvalError> {
        self.get(name).map_or(Ok(None), |text| number(name, text))
    }

    /// The number in an argument that must be given.
    ///
    /// # Errors
    /// [`EvalError::Missing`], or as [`Args::number`].
    pub fn required_number(&self, name: &str) -> Result<Decimal, EvalError> {
        self.number(name)?.ok_or_else(|| EvalError::Missing(name.to_string()))
    }

    /// A list of numbers parted by spaces, commas or semicolons; `-` is a missing one. Thousands
    /// separators are therefore not allowed inside a list.
    ///
    /// # Errors
    /// [`EvalError::Missing`], or as [`Args::number`], naming the place in the list.
    pub fn list(&self, name: &str) -> Result<Vec<Option<Decimal>>, EvalError> {
        parts(self.text(name)?)
            .enumerate()
            .map(|(i, p)| number(&format!("{name}[{}]", i + 1), p))
            .collect()
    }
}

fn number(name: &str, text: &str) -> Result<Option<Decimal>, EvalError> {
    match Decimal::parse(text) {
        Ok(d) => Ok(Some(d)),
        Err(NumberError::Empty | NumberError::Missing(_)) => Ok(None),
        Err(e) => Err(EvalError::argument(name, bilingual(&e.text()))),
    }
}

/// A reason as functions give it: `English / 中文`.
pub(crate) fn bilingual(t: &figure::Text) -> String {
    format!("{} / {}", t.en, t.zh)
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// There is no value; the explanation says why.
    Missing,
    /// A word.
    Text(String),
    /// A number, with the digits it is published with.
    Number(Decimal),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => Ok(()),
            Self::Text(t) => f.pad(t),
            Self::Number(d) => d.fmt(f),
        }
    }
}

impl From<&str> for Cell {
    fn from(t: &str) -> Self {
        if t.is_empty() {
            Self::Missing
        } else {
            Self::Text(t.to_string())
        }
    }
}
impl From<String> for Cell {
    fn from(t: String) -> Self {
        if t.is_empty() { Self::Missing } else { Self::Text(t) }
    }
}
impl From<Decimal> for Cell {
    fn from(d: Decimal) -> Self {
        Self::Number(d)
    }
}
impl From<i64> for Cell {
    fn from(n: i64) -> Self {
        Self::Number(Decimal::from_int(n))
    }
}
impl From<bool> for Cell {
    fn from(b: bool) -> Self {
        Self::Text(if b { "yes" } else { "no" }.to_string())
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Missing, Into::into)
    }
}

/// What a function gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The figure.
    pub value: Cell,
    /// The other results, as registered in [`Function::results`].
    pub columns: Vec<(&'static str, Cell)>,
    /// Why, down to the clause.
    pub explanation: Explanation,
}

impl Outcome {
    /// A result column by name; missing if there is none.
    pub fn column(&self, name: &str) -> &Cell {
        self.columns
            .iter()
            .find(|(n, _)| *n == name)
            .map_or(&Cell::Missing, |(_, c)| c)
    }
}

impl Function {
    /// Checks the names of the arguments, then evaluates.
    ///
    /// # Errors
    /// An argument that is missing or not known, or whatever stands in the way of the figure.
    pub fn call(&self, context: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
        for name in args.0.keys() {
            if !self.args.iter().any(|a| a.name == name) {
                let known = self.args.iter().map(|a| a.name).collect::<Vec<_>>().join(", ");
                return Err(EvalError::UnknownArgument {
                    name: name.clone(),
                    known,
                });
            }
        }
        for a in self.args.iter().filter(|a| a.required) {
            args.text(a.name)?;
        }
        (self.eval)(context, args)
    }
}

/// The rooms, in the order their functions are shown.
const ROOMS: &[&[&[Function]]] = &[
    crate::air::FUNCTIONS,
    crate::water::FUNCTIONS,
    crate::lake::FUNCTIONS,
    crate::groundwater::FUNCTIONS,
    crate::soil::FUNCTIONS,
    crate::outfall::FUNCTIONS,
    crate::compensation::FUNCTIONS,
    crate::chemicals::FUNCTIONS,
    crate::noise::FUNCTIONS,
    crate::emission::FUNCTIONS,
    crate::validity::FUNCTIONS,
    crate::radiation::FUNCTIONS,
    crate::warning::FUNCTIONS,
    crate::quality::FUNCTIONS,
    crate::risk::FUNCTIONS,
    crate::ecology::FUNCTIONS,
    crate::carbon::FUNCTIONS,
    crate::inventory::FUNCTIONS,
    crate::waste::FUNCTIONS,
    crate::code::FUNCTIONS,
    crate::deadline::FUNCTIONS,
    crate::basis::FUNCTIONS,
    &[crate::round::FUNCTIONS],
];

/// All functions, in the order they are shown.
pub fn functions() -> &'static [Function] {
    static ALL: std::sync::OnceLock<Vec<Function>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| ROOMS.iter().copied().flatten().copied().flatten().copied().collect())
}

/// A function by its name.
pub fn find(name: &str) -> Option<&'static Function> {
    functions().iter().find(|f| f.name == name)
}
