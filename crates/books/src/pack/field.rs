//! A field: of a register's record, of a case, of a score card's form. From it come the form, the column, the check.

use serde::{Deserialize, Serialize};

/// The same words in both languages, as files write them: `{ zh = "…", en = "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// As the pages' text.
    pub fn text(&self) -> figure::Text {
        figure::Text::new(self.zh.clone(), self.en.clone())
    }
}

/// What a field holds. Stored as JSON text, except `bool` (true/false) and `codes`, `links`, `files` (lists of text):
/// numbers are decimal text as well, so that no digit is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One line.
    Text,
    /// Several lines.
    Long,
    /// Decimal number.
    Number,
    /// Whole number.
    Integer,
    /// `2024-05-01`.
    Date,
    /// `2024-05-01 08:30`, Beijing time.
    Time,
    /// Yes or no.
    Bool,
    /// One code of `codes`.
    Code,
    /// Several codes of `codes`.
    Codes,
    /// Id of a record of register `to`, or of a case.
    Link,
    /// Several ids of what `to` says.
    Links,
    /// Code of an administrative division (GB/T 2260), 2, 4, 6, 9 or 12 digits.
    Division,
    /// Longitude in degrees, CGCS2000.
    Longitude,
    /// Latitude in degrees, CGCS2000.
    Latitude,
    /// Hashes of attached files, kept as evidence.
    Files,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name in data: lower-case letters, digits, underscore; never changed once records exist.
    pub name: String,
    /// Its title.
    pub title: Words,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A word of help under the input and in the template.
    #[serde(default)]
    pub note: Words,
    /// Must be given.
    #[serde(default)]
    pub required: bool,
    /// No other record of the register has the same.
    #[serde(default)]
    pub unique: bool,
    /// Unit, shown in headers.
    #[serde(default)]
    pub unit: Option<String>,
    /// Most digits after the point (numbers).
    #[serde(default)]
    pub digits: Option<u32>,
    /// Smallest allowed (numbers: decimal text; dates: a date or `today`).
    #[serde(default)]
    pub min: Option<String>,
    /// Largest allowed.
    #[serde(default)]
    pub max: Option<String>,
    /// Most characters (text).
    #[serde(default)]
    pub length: Option<usize>,
    /// Regular expression of the whole text.
    #[serde(default)]
    pub pattern: Option<String>,
    /// Code list, `pack/name` or `name` of the same pack.
    #[serde(default)]
    pub codes: Option<String>,
    /// Function of `standards` that says whether the text is well formed: `code.credit`.
    #[serde(default)]
    pub check: Option<String>,
    /// What a link points to: a register, `pack/name` or `name` of the same pack; or cases, `case:pack/name` or `case:name`.
    #[serde(default)]
    pub to: Option<String>,
    /// What stands in a new form.
    #[serde(default)]
    pub default: Option<String>,
    /// Personal data: hidden by role, each reading logged.
    #[serde(default)]
    pub personal: bool,
    /// Words of it are found by the search box.
    #[serde(default)]
    pub search: bool,
    /// Given an index in the database: for fields that large registers are filtered or sorted by.
    #[serde(default)]
    pub index: bool,
    /// Shown in the table before the reader chooses columns.
    #[serde(default)]
    pub column: bool,
    /// Names it had in older files and workbooks; old records are read under the new name.
    #[serde(default)]
    pub was: Vec<String>,
}

impl Field {
    /// Room that a link of pack `from` points into: `register:pack/name` or `case:pack/name`; none if it is no link.
    pub fn room(&self, from: &str) -> Option<String> {
        let to = self.to.as_deref()?;
        Some(match to.strip_prefix("case:") {
            Some(name) => format!("case:{}", super::Packs::name(from, name)),
            None => format!("register:{}", super::Packs::name(from, to)),
        })
    }
}
