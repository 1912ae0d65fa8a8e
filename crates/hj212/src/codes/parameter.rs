//! Command parameters (`data/parameters.csv`) and bounds of the possible (`data/plausible.csv`).

use crate::csv::{Cursor, number, same};

/// How the value of a command parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// YYYYMMDDhhmmss, milliseconds allowed.
    Time,
    /// hhmmss.
    Clock,
    /// A whole number within bounds.
    Int,
    /// One of the allowed whole numbers.
    Set,
    /// A factor or information code: 1 to 12 letters or digits.
    Code,
    /// One to six letters or digits.
    Password,
    /// Anything but nothing.
    Text,
}

/// A command parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// Numbers separated by spaces.
    pub(crate) allowed: &'static str,
}

/// Whole-number bounds; both may be reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    target: &'static str,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

const PARAMETERS_CSV: Cursor = Cursor::new(include_str!("../../data/parameters.csv"));
const BOUNDS_CSV: Cursor = Cursor::new(include_str!("../../data/plausible.csv"));

static PARAMETERS: [Parameter; PARAMETERS_CSV.rows()] = {
    let mut cursor = PARAMETERS_CSV;
    let mut rows = [Parameter {
        key: "",
        kind: Kind::Text,
        min: 0,
        max: 0,
        allowed: "",
    }; PARAMETERS_CSV.rows()];
    let mut i = 0;
    while i < rows.len() {
        rows[i] = Parameter {
            key: cursor.field(),
            kind: kind_of(cursor.field()),
            min: number(cursor.field(), 0),
            max: number(cursor.field(), u32::MAX),
            allowed: cursor.field(),
        };
        i += 1;
    }
    rows
};

const fn kind_of(name: &str) -> Kind {
    const KINDS: [(&str, Kind); 7] = [
        ("time", Kind::Time),
        ("clock", Kind::Clock),
        ("int", Kind::Int),
        ("set", Kind::Set),
        ("code", Kind::Code),
        ("password", Kind::Password),
        ("text", Kind::Text),
    ];
    let mut i = 0;
    while i < KINDS.len() {
        if same(KINDS[i].0, name) {
            return KINDS[i].1;
        }
        i += 1;
    }
    panic!("parameters.csv names an unknown kind") // stops the compilation, never a running program
}

static BOUNDS: [Bounds; BOUNDS_CSV.rows()] = {
    let mut cursor = BOUNDS_CSV;
    let mut rows = [Bounds {
        target: "",
        min: 0,
        max: 0,
    }; BOUNDS_CSV.rows()];
    let mut i = 0;
    while i < rows.len() {
        rows[i] = Bounds {
            target: cursor.field(),
            min: number(cursor.field(), 0),
            max: number(cursor.field(), u32::MAX),
        };
        i += 1;
    }
    rows
};

/// A command parameter by its key.
pub(crate) fn parameter(key: &str) -> Option<&'static Parameter> {
    PARAMETERS.iter().find(|parameter| parameter.key == key)
}

/// Whether a factor's values have bounds.
pub(super) const fn is_bounded(code: &str) -> bool {
    let mut i = 0;
    while i < BOUNDS.len() {
        if same(BOUNDS[i].target, code) {
            return true;
        }
        i += 1;
    }
    false
}

/// Bounds of a factor's values.
pub(crate) fn bounds_of_factor(code: &str) -> Option<&'static Bounds> {
    BOUNDS.iter().find(|bounds| bounds.target == code)
}

/// Bounds of an attribute, whatever the code.
pub(crate) fn bounds_of_attribute(attribute: &str) -> Option<&'static Bounds> {
    BOUNDS
        .iter()
        .find(|bounds| bounds.target.strip_prefix('-') == Some(attribute))
}
