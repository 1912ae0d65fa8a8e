//! Reading one file of law. Everything a number needs is demanded here, with file and line.

mod values;

use crate::LawError;
use crate::provision::{Kind, Missing, Provision, Standard};
use chrono::NaiveDate;
use figure::{Certainty, Text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    standard: Option<StandardEntry>,
    /// Instead of `[standard]`: provisions somebody adds to a standard that stands in another file.
    addition: Option<AdditionEntry>,
    #[serde(default)]
    provision: Vec<Spanned<ProvisionEntry>>,
    #[serde(default)]
    missing: Vec<Spanned<MissingEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdditionEntry {
    /// The number of the standard that the provisions belong to.
    standard: Spanned<String>,
    source: String,
    checked: Spanned<String>,
    /// Who recorded them.
    #[serde(default)]
    by: String,
}

/// A provision that exists but whose values are not recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MissingEntry {
    key: String,
    #[serde(default)]
    clause: String,
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    #[serde(default)]
    division: String,
    title_zh: String,
    title_en: String,
    why_zh: String,
    why_en: String,
    /// The columns the provision will need, for whoever records it.
    #[serde(default)]
    columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardEntry {
    number: String,
    title_zh: String,
    title_en: String,
    #[serde(default)]
    kind: Kind,
    from: Spanned<String>,
    to: Option<Spanned<String>>,
    #[serde(default)]
    replaces: Vec<String>,
    certainty: Certainty,
    source: String,
    checked: Spanned<String>,
    #[serde(default)]
    note_zh: String,
    #[serde(default)]
    note_en: String,
    /// Divisions that used the whole standard at other dates than the nation.
    #[serde(default)]
    also: Vec<Spanned<AlsoEntry>>,
}

/// The same values for a division at its own dates (early use by order, say).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AlsoEntry {
    division: String,
    from: Spanned<String>,
    to: Option<Spanned<String>>,
    certainty: Certainty,
    source: String,
    #[serde(default)]
    note_zh: String,
    #[serde(default)]
    note_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvisionEntry {
    key: String,
    clause: Option<String>,
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    #[serde(default)]
    division: String,
    certainty: Certainty,
    source: Option<String>,
    title_zh: String,
    title_en: String,
    #[serde(default)]
    note_zh: String,
    #[serde(default)]
    note_en: String,
    /// The unit of every number of the table.
    unit: Option<String>,
    /// Units by column, where they differ.
    #[serde(default)]
    units: BTreeMap<String, String>,
    /// Columns whose digits are labels, not quantities.
    #[serde(default)]
    labels: Vec<String>,
    /// The columns that name a row.
    #[serde(default)]
    by: Vec<String>,
    table: Option<Spanned<String>>,
    values: Option<toml::Table>,
}

/// What a file holds once it has been read.
#[derive(Default)]
pub(crate) struct Parsed {
    /// The standard that the file states; none if it adds to one.
    pub standard: Option<Arc<Standard>>,
    pub provisions: Vec<Arc<Provision>>,
    pub missing: Vec<Arc<Missing>>,
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<LawError>,
}

/// Reads one file; all its errors at once. `known` are the standards an addition may belong to; `None`
/// on the first pass, when additions are passed over (`Ok(None)`) until all standards are read.
pub(crate) fn read(file: &str, text: &str, known: Option<&[Arc<Standard>]>) -> Result<Option<Parsed>, Vec<LawError>> {
    let mut reader = Reader {
        file,
        text,
        errors: Vec::new(),
    };
    let raw: File = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(e) => {
            let line = e.span().map_or(1, |s| reader.line(s.start));
            let message = e.message().to_string();
            return Err(vec![LawError {
                file: file.to_string(),
                line,
                message,
            }]);
        }
    };
    let also = raw.standard.as_ref().map_or(&[][..], |s| &s.also);
    let standard = match (&raw.standard, &raw.addition) {
        (Some(s), None) => reader.standard(s),
        (None, Some(a)) => match known {
            None => return Ok(None),
            Some(known) => reader.addition(a, known),
        },
        _ => {
            reader.refuse(1, "a file of law begins with either [standard] or [addition]");
            None
        }
    };
    let Some(standard) = standard else {
        return Err(reader.errors);
    };
    let standard = Arc::new(standard);
    let mut parsed = Parsed {
        standard: raw.standard.is_some().then(|| Arc::clone(&standard)),
        ..Parsed::default()
    };
    for entry in &raw.provision {
        let at = entry.span().start;
        if let Some(p) = reader.provision(entry.get_ref(), at, &standard) {
            if p.division.is_empty() {
                for also in also {
                    parsed.provisions.extend(reader.also(&p, also).map(Arc::new));
                }
            }
            parsed.provisions.push(Arc::new(p));
        }
    }
    for entry in &raw.missing {
        let line = reader.line(entry.span().start);
        parsed
            .missing
            .extend(reader.missing(entry.get_ref(), line, &standard).map(Arc::new));
    }
    if reader.errors.is_empty() {
        Ok(Some(parsed))
    } else {
        Err(reader.errors)
    }
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        1 + self
            .text
            .as_bytes()
            .iter()
            .take(offset)
            .filter(|b| **b == b'\n')
            .count()
    }

    fn refuse(&mut self, line: usize, message: impl Into<String>) {
        self.errors.push(LawError {
            file: self.file.to_string(),
            line,
            message: message.into(),
        });
    }

    fn date(&mut self, text: &Spanned<String>) -> Option<NaiveDate> {
        match NaiveDate::parse_from_str(text.get_ref(), "%Y-%m-%d") {
            Ok(d) => Some(d),
            Err(_) => {
                let line = self.line(text.span().start);
                self.refuse(line, format!("`{}` is not a date: write YYYY-MM-DD", text.get_ref()));
                None
            }
        }
    }

    fn dates(
        &mut self,
        from: &Spanned<String>,
        to: Option<&Spanned<String>>,
    ) -> Option<(NaiveDate, Option<NaiveDate>)> {
        let start = self.date(from)?;
        let end = match to {
            None => None,
            Some(t) => Some(self.date(t)?),
        };
        if end.is_some_and(|end| end < start) {
            let line = self.line(from.span().start);
            self.refuse(line, "`to` lies before `from`");
            return None;
        }
        Some((start, end))
    }

    fn standard(&mut self, s: &StandardEntry) -> Option<Standard> {
        for (name, value) in [
            ("number", &s.number),
            ("title_zh", &s.title_zh),
            ("title_en", &s.title_en),
            ("source", &s.source),
        ] {
            if value.trim().is_empty() {
                self.refuse(1, format!("[standard] `{name}` is empty"));
            }
        }
        let (from, to) = self.dates(&s.from, s.to.as_ref())?;
        let checked = self.date(&s.checked)?;
        self.errors.is_empty().then(|| Standard {
            number: s.number.clone(),
            title: Text::new(&s.title_zh, &s.title_en),
            kind: s.kind,
            from,
            to,
            replaces: s.replaces.clone(),
            certainty: s.certainty,
            source: s.source.clone(),
            checked,
            note: Text::new(&s.note_zh, &s.note_en),
            file: self.file.to_string(),
        })
    }

    /// The standard an addition belongs to, with the addition's own source.
    fn addition(&mut self, a: &AdditionEntry, known: &[Arc<Standard>]) -> Option<Standard> {
        let line = self.line(a.standard.span().start);
        let checked = self.date(&a.checked)?;
        if a.source.trim().is_empty() {
            self.refuse(line, "[addition] `source` is empty: say where the values were read");
        }
        let Some(s) = known.iter().find(|s| s.number == *a.standard.get_ref()) else {
            let message = format!(
                "[addition] `{}` is not a standard of the law loaded",
                a.standard.get_ref()
            );
            self.refuse(line, message);
            return None;
        };
        let by = if a.by.is_empty() {
            String::new()
        } else {
            format!(" ({})", a.by)
        };
        Some(Standard {
            source: format!("{}{by}", a.source),
            checked,
            ..(**s).clone()
        })
    }

    fn missing(&mut self, e: &MissingEntry, line: usize, standard: &Arc<Standard>) -> Option<Missing> {
        self.key(&e.key, line);
        self.division(&e.division, line);
        if [&e.title_zh, &e.title_en, &e.why_zh, &e.why_en]
            .iter()
            .any(|t| t.trim().is_empty())
        {
            self.refuse(
                line,
                format!("missing `{}` needs a title and a reason in both languages", e.key),
            );
        }
        let from = match &e.from {
            Some(t) => self.date(t)?,
            None => standard.from,
        };
        let to = match &e.to {
            Some(t) => Some(self.date(t)?),
            None => standard.to,
        };
        Some(Missing {
            key: e.key.clone(),
            standard: Arc::clone(standard),
            clause: e.clause.clone(),
            from,
            to,
            division: e.division.clone(),
            title: Text::new(&e.title_zh, &e.title_en),
            why: Text::new(&e.why_zh, &e.why_en),
            columns: e.columns.clone(),
            file: self.file.to_string(),
            line,
        })
    }

    fn key(&mut self, key: &str, line: usize) {
        let word = |w: &str| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !key.split('.').all(word) {
            self.refuse(line, format!("`{key}` is not a key: lower-case words joined by points"));
        }
    }

    fn provision(&mut self, e: &ProvisionEntry, at: usize, standard: &Arc<Standard>) -> Option<Provision> {
        let line = self.line(at);
        let before = self.errors.len();
        let clause = e.clause.clone().unwrap_or_default();
        if clause.trim().is_empty() {
            self.refuse(
                line,
                format!("`{}` has no clause: a value without a clause is refused", e.key),
            );
        }
        self.key(&e.key, line);
        let source = e.source.clone().unwrap_or_else(|| standard.source.clone());
        if source.trim().is_empty() || e.title_zh.trim().is_empty() || e.title_en.trim().is_empty() {
            self.refuse(
                line,
                format!("`{}` needs a source and a title in both languages", e.key),
            );
        }
        self.division(&e.division, line);
        let from = match &e.from {
            Some(t) => self.date(t)?,
            None => standard.from,
        };
        let to = match &e.to {
            Some(t) => Some(self.date(t)?),
            None => standard.to,
        };
        if to.is_some_and(|to| to < from) {
            self.refuse(line, format!("`{}`: `to` lies before `from`", e.key));
        }
        let table = self.table(e, line)?;
        let units = self.units(e, &table, line);
        (self.errors.len() == before).then(|| Provision {
            key: e.key.clone(),
            standard: Arc::clone(standard),
            clause,
            from,
            to,
            division: e.division.clone(),
            certainty: e.certainty,
            source,
            title: Text::new(&e.title_zh, &e.title_en),
            note: Text::new(&e.note_zh, &e.note_en),
            units,
            table,
            file: self.file.to_string(),
            line,
        })
    }

    fn division(&mut self, code: &str, line: usize) {
        if !(code.is_empty() || (code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()))) {
            self.refuse(
                line,
                format!("`{code}` is not a division: six digits, or nothing for the nation"),
            );
        }
    }

    fn also(&mut self, p: &Provision, also: &Spanned<AlsoEntry>) -> Option<Provision> {
        let line = self.line(also.span().start);
        let a = also.get_ref();
        self.division(&a.division, line);
        let (from, to) = self.dates(&a.from, a.to.as_ref())?;
        // A provision that ended before, or began after, keeps its own bounds inside the division's.
        let to = match (to, p.to) {
            (Some(x), Some(y)) => Some(x.min(y)),
            (x, y) => x.or(y),
        };
        Some(Provision {
            from,
            to,
            division: a.division.clone(),
            certainty: a.certainty.max(p.certainty),
            source: a.source.clone(),
            note: Text::new(join(&p.note.zh, &a.note_zh), join(&p.note.en, &a.note_en)),
            ..p.clone()
        })
    }
}

fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (false, false) => format!("{a} {b}"),
        (true, _) => b.to_string(),
        (_, true) => a.to_string(),
    }
}
