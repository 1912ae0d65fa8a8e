//! A draft: law that is not in force, laid over the law that is, to see what it would do.

use crate::resolve::levels;
use crate::{Law, LawError, file};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A law with a draft laid over it, and what the draft says.
#[derive(Debug, Clone)]
pub struct Drafted {
    /// The law with the draft in it.
    pub law: Law,
    /// Number of the standard that the draft is, or belongs to.
    pub standard: String,
    /// The keys it states.
    pub keys: Vec<String>,
    /// The first day on which all that it states holds.
    pub from: NaiveDate,
}

impl Law {
    /// Lays one more file over the law. Between its own dates the draft answers wherever it has a key, also where a
    /// provision in force has one: the question is what would be if it held.
    ///
    /// # Errors
    /// Every error of the file, with its line; a file that states nothing.
    pub fn with_draft(&self, name: &str, text: &str) -> Result<Drafted, Vec<LawError>> {
        let parsed = file::read(name, text, Some(self.standards()))?.unwrap_or_default();
        let refuse = |message: &str| {
            vec![LawError {
                file: name.to_string(),
                line: 1,
                message: message.to_string(),
            }]
        };
        let Some(from) = parsed.provisions.iter().map(|p| p.from).max() else {
            return Err(refuse("the draft states no provision: it would change nothing"));
        };
        let mut law = self.clone();
        let standard = parsed.provisions[0].standard.number.clone(); // not empty: `from` was found
        if let Some(s) = parsed.standard {
            if self.standard(&s.number).is_some() {
                return Err(refuse(&format!(
                    "`{}` is in the library already: give the draft a number of its own",
                    s.number
                )));
            }
            law.standards.push(s);
        }
        let mut keys: Vec<String> = parsed.provisions.iter().map(|p| p.key.clone()).collect();
        keys.sort();
        keys.dedup();
        for p in parsed.provisions {
            // The last that fits answers (`Law::at`), so the draft's stand behind those of the same division.
            law.by_key.entry(p.key.clone()).or_default().push(Arc::clone(&p));
        }
        for key in &keys {
            let versions = law.by_key.entry(key.clone()).or_default();
            versions.sort_by(|a, b| a.division.cmp(&b.division)); // stable: the draft's stay behind
        }
        let mut hash = Sha256::new();
        hash.update(&self.fingerprint);
        hash.update(text);
        law.fingerprint = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok(Drafted {
            law,
            standard,
            keys,
            from,
        })
    }

    /// Whether a provision of the law answers for a key in a division on any day: a draft's key that nothing reads is
    /// a slip of the pen.
    pub fn knows(&self, key: &str, division: &str) -> bool {
        let levels = levels(division);
        self.versions(key).iter().any(|p| levels.contains(&p.division))
    }
}
