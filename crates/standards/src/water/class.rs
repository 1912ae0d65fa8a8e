//! The classes of water, and whether it is a river or a lake.

use crate::EvalError;
use law::Provision;
use std::fmt;

/// A class of GB 3838, best first; [`Class::Worse`] is what fails class V.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // the names of the standard
pub enum Class {
    I = 1,
    II,
    III,
    IV,
    V,
    /// 劣Ⅴ.
    Worse,
}

impl Class {
    /// All six, best first.
    pub const ALL: [Self; 6] = [Self::I, Self::II, Self::III, Self::IV, Self::V, Self::Worse];

    /// `Ⅲ`, `劣Ⅴ`: as published.
    pub const fn name(self) -> &'static str {
        match self {
            Self::I => "Ⅰ",
            Self::II => "Ⅱ",
            Self::III => "Ⅲ",
            Self::IV => "Ⅳ",
            Self::V => "Ⅴ",
            Self::Worse => "劣Ⅴ",
        }
    }

    /// By its published name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// The class of a law cell.
    pub(super) fn of_cell(p: &Provision, row: usize, column: &str) -> Result<Self, EvalError> {
        let name = p.table.text(row, column);
        Self::by_name(name).ok_or_else(|| EvalError::law(p, format!("column `{column}`: `{name}` is not a class")))
    }

    /// The class by any of the words the law lists for it (`words` is `water.classes`).
    pub(super) fn by_word(words: &Provision, argument: &str, text: &str) -> Result<Self, EvalError> {
        let wanted = text.trim().to_uppercase();
        for row in 0..words.table.rows.len() {
            let name = words.table.text(row, "class");
            let known = words.table.text(row, "words");
            if name == wanted || known.split('|').any(|w| w == wanted) {
                return Self::of_cell(words, row, "class");
            }
        }
        let list: Vec<&str> = Self::ALL.iter().map(|c| c.name()).collect();
        let reason = format!(
            "`{text}` is not a class; write one of {} (or 1 to 6, III, Ⅲ类 …) / 不是水质类别",
            list.join(" ")
        );
        Err(EvalError::argument(argument, reason))
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which limits hold where rivers and lakes differ. It belongs to the monitoring point, not to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// 河流.
    River,
    /// 湖泊、水库.
    Lake,
}

impl Body {
    /// `river`, `lake`, 河流, 湖库.
    ///
    /// # Errors
    /// [`EvalError::Argument`] for any other word.
    pub fn by_word(text: &str) -> Result<Self, EvalError> {
        match text.trim().to_lowercase().as_str() {
            "river" | "河流" | "河" => Ok(Self::River),
            "lake" | "reservoir" | "lake_reservoir" | "湖库" | "湖泊" | "湖" | "水库" => Ok(Self::Lake),
            other => Err(EvalError::argument(
                "body",
                format!("`{other}`: write river (河流) or lake (湖库)"),
            )),
        }
    }

    /// The word in the law's tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::River => "river",
            Self::Lake => "lake",
        }
    }
}
