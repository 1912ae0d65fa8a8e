//! `registers/NAME.toml`: a list of things with their fields. Records live in room `register:pack/name`.

use super::field::{Field, Words};
use serde::{Deserialize, Serialize};

/// Who may read what is in it, before the policy of roles (GB/T 22239 calls for labels).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// 公开.
    Public,
    /// 内部.
    #[default]
    Internal,
    /// 敏感.
    Sensitive,
}

/// A rule across fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Applies if this field …
    #[serde(default)]
    pub when: Option<String>,
    /// … has one of these values (none given: if it is filled).
    #[serde(default)]
    pub is: Vec<String>,
    /// Then these must be filled.
    #[serde(default)]
    pub require: Vec<String>,
    /// And these be in ascending order (dates or numbers), equal allowed.
    #[serde(default)]
    pub ascending: Vec<String>,
    /// What to say when it is broken.
    pub words: Words,
}

/// A register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Its whole id `pack/name`; set by the loader.
    #[serde(skip_deserializing)]
    pub id: String,
    /// Name.
    pub title: Words,
    /// What is in it, in a sentence.
    #[serde(default)]
    pub note: Words,
    /// Label.
    #[serde(default)]
    pub label: Label,
    /// Field that is the record's id. None: the system numbers `PREFIX-000001`.
    #[serde(default)]
    pub key: Option<String>,
    /// Prefix of the system's numbers.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Field that names a record to people.
    pub name: String,
    /// Field with the division that decides who sees it.
    #[serde(default)]
    pub division: Option<String>,
    /// Field with the owner (credit code of the enterprise).
    #[serde(default)]
    pub owner: Option<String>,
    /// Field with the state; its codes are the states.
    #[serde(default)]
    pub state: Option<String>,
    /// States in which the public may see a record.
    #[serde(default)]
    pub published: Vec<String>,
    /// Fields of valid time, `[from, to]`.
    #[serde(default)]
    pub valid: Option<[String; 2]>,
    /// Name of its table in SQL; default: `pack_name`.
    #[serde(default)]
    pub table: Option<String>,
    /// Simulated content ships with it (`demo/NAME.csv`).
    #[serde(default)]
    pub demo: bool,
    /// The fields, in the order of the form.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Rules across fields.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
}

impl Register {
    /// Room of its records.
    pub fn room(&self) -> String {
        format!("register:{}", self.id)
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// Table in SQL.
    pub fn table(&self) -> String {
        self.table.clone().unwrap_or_else(|| self.id.replace(['/', '-'], "_"))
    }
}
