//! Where a key of the law is used: by functions, measures of the plan, packs, and other provisions.

use crate::measure::Plan;
use figure::Text;
use law::Law;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What uses a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum User {
    /// A function of the standards.
    Function,
    /// A measure of the plan.
    Measure,
    /// A file of the packs or of the shipped data.
    Pack,
    /// Another provision, which points at it.
    Law,
}

/// One use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    pub kind: User,
    /// Name of the function, id of the measure, path of the file, key of the provision.
    pub id: String,
    pub title_zh: String,
    pub title_en: String,
}

/// All uses, by key.
#[derive(Debug, Clone, Default)]
pub struct Uses(BTreeMap<String, BTreeSet<Use>>);

impl Uses {
    /// Looks through functions, plan, packs as (path, text), and the law itself.
    pub fn collect(law: &Law, plan: &Plan, packs: &[(String, String)]) -> Uses {
        let mut out = Uses::default();
        let known: BTreeSet<&str> = law.keys().chain(law.missing().map(|m| m.key.as_str())).collect();
        for f in standards::functions() {
            for key in f.keys {
                out.note(key, User::Function, f.name, &Text::new(f.title.0, f.title.1));
            }
        }
        for m in &plan.measures {
            for key in m.figure.iter().flat_map(crate::rules::keys_of) {
                out.note(key, User::Measure, &m.id, &Text::new(&m.zh, &m.en));
            }
        }
        for (path, text) in packs {
            for key in words(text).filter(|w| known.contains(w)) {
                out.note(key, User::Pack, path, &Text::default());
            }
        }
        for p in law.keys().flat_map(|k| law.versions(k)) {
            for row in 0..p.table.rows.len() {
                let key = p.table.text(row, "law_key");
                if !key.is_empty() {
                    out.note(key, User::Law, &p.key, &p.title);
                }
            }
        }
        out
    }

    fn note(&mut self, key: &str, kind: User, id: &str, title: &Text) {
        self.0.entry(key.to_string()).or_default().insert(Use {
            kind,
            id: id.to_string(),
            title_zh: title.zh.clone(),
            title_en: title.en.clone(),
        });
    }

    /// The uses of a key, in order.
    pub fn of(&self, key: &str) -> impl Iterator<Item = &Use> {
        self.0.get(key).into_iter().flatten()
    }
}

/// Words of a text that look like keys: lower-case words joined by points.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'));
    text.split(part)
        .map(|w| w.trim_matches('.'))
        .filter(|w| w.contains('.'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_are_found_in_the_text_of_a_pack() {
        let text = "law = \"air.good_day\"\n# see `air.limit`, and air.valid_day.\nfile = \"packs/air/groups.toml\"";
        let found: Vec<&str> = super::words(text).collect();
        for key in ["air.good_day", "air.limit", "air.valid_day"] {
            assert!(found.contains(&key), "{key}: {found:?}");
        }
    }
}
