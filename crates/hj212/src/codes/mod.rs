//! The code tables of the standards, read from `data/*.csv` when the crate is compiled: factors, system
//! codes, commands, command parameters, data marks, bounds of the possible.

mod command;
mod factor;
mod parameter;

pub(crate) use command::RequestIf;
pub use command::{Command, Direction, Flow, command, commands};
pub use factor::{Factor, factor, factor_of_2005, factors};
pub(crate) use factor::{Known, known};
pub use parameter::Kind as ParameterKind;
pub(crate) use parameter::{Bounds, bounds_of_attribute, bounds_of_factor, parameter};

use crate::csv::{Cursor, same};

/// What a system code watches; it chooses the list in which a factor code of 2005 is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Water and sewage.
    Water,
    /// Air and flue gas.
    Air,
    /// Noise.
    Noise,
    /// Anything else.
    Other,
}

/// A system code ST.
#[derive(Clone, Copy, Debug)]
pub struct System {
    /// Two characters.
    pub code: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// What it watches.
    pub medium: Medium,
}

/// A data mark (`xxxxxx-Flag`).
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// One character.
    pub letter: u8,
    /// Chinese meaning.
    pub meaning_zh: &'static str,
    /// English meaning.
    pub meaning_en: &'static str,
    /// Whether a value so marked counts as normal.
    pub normal: bool,
    /// Whether only HJ/T 212-2005 has it.
    pub only_2005: bool,
}

const SYSTEMS_CSV: Cursor = Cursor::new(include_str!("../../data/systems.csv"));
const MARKS_CSV: Cursor = Cursor::new(include_str!("../../data/marks.csv"));

static SYSTEMS: [System; SYSTEMS_CSV.rows()] = {
    let mut cursor = SYSTEMS_CSV;
    let mut rows = [System {
        code: "",
        name_zh: "",
        name_en: "",
        medium: Medium::Other,
    }; SYSTEMS_CSV.rows()];
    let mut i = 0;
    while i < rows.len() {
        rows[i] = System {
            code: cursor.field(),
            name_zh: cursor.field(),
            name_en: cursor.field(),
            medium: medium_of(cursor.field()),
        };
        i += 1;
    }
    rows
};

const fn medium_of(name: &str) -> Medium {
    if same(name, "water") {
        Medium::Water
    } else if same(name, "air") {
        Medium::Air
    } else if same(name, "noise") {
        Medium::Noise
    } else {
        assert!(same(name, "other"), "systems.csv names an unknown medium");
        Medium::Other
    }
}

static MARKS: [Mark; MARKS_CSV.rows()] = {
    let mut cursor = MARKS_CSV;
    let mut rows = [Mark {
        letter: 0,
        meaning_zh: "",
        meaning_en: "",
        normal: false,
        only_2005: false,
    }; MARKS_CSV.rows()];
    let mut i = 0;
    while i < rows.len() {
        rows[i] = Mark {
            letter: cursor.field().as_bytes()[0],
            meaning_zh: cursor.field(),
            meaning_en: cursor.field(),
            normal: same(cursor.field(), "yes"),
            only_2005: same(cursor.field(), "2005"),
        };
        i += 1;
    }
    rows
};

/// The table of system codes.
pub fn systems() -> &'static [System] {
    &SYSTEMS
}

/// A system code by its two characters.
pub fn system(code: &str) -> Option<&'static System> {
    let code: [u8; 2] = code.as_bytes().try_into().ok()?;
    SYSTEMS.iter().find(|system| system.code.as_bytes() == code)
}

/// The table of data marks.
pub fn marks() -> &'static [Mark] {
    &MARKS
}

/// A data mark by its letter.
pub fn mark(letter: &str) -> Option<&'static Mark> {
    let [letter] = letter.as_bytes() else {
        return None;
    };
    MARKS.iter().find(|mark| mark.letter == *letter)
}
