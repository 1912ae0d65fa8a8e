//! Reading one file of law. Everything a number needs is demanded here, with file and line.

use crate::provision::{Kind, Provision, Standard};
use crate::{LawError, Table};
use chrono::NaiveDate;
use figure::{Certainty, Decimal, Text, Unit};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    standard: StandardEntry,
    #[serde(default)]
    provision: Vec<Spanned<ProvisionEntry>>,
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
pub(crate) struct Parsed {
    pub standard: Arc<Standard>,
    pub provisions: Vec<Arc<Provision>>,
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<LawError>,
}

/// Reads one file; all its errors at once.
pub(crate) fn read(file: &str, text: &str) -> Result<Parsed, Vec<LawError>> {
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
    let Some(standard) = reader.standard(&raw.standard) else {
        return Err(reader.errors);
    };
    let standard = Arc::new(standard);
    let mut provisions = Vec::new();
    for entry in &raw.provision {
        let at = entry.span().start;
        if let Some(p) = reader.provision(entry.get_ref(), at, &standard) {
            if p.division.is_empty() {
                for also in &raw.standard.also {
                    provisions.extend(reader.also(&p, also).map(Arc::new));
                }
            }
            provisions.push(Arc::new(p));
        }
    }
    if reader.errors.is_empty() {
        Ok(Parsed { standard, provisions })
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
        if !e.key.split('.').all(|w| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        }) {
            self.refuse(
                line,
                format!("`{}` is not a key: lower-case words joined by points", e.key),
            );
        }
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

    fn table(&mut self, e: &ProvisionEntry, line: usize) -> Option<Table> {
        let table = match (&e.table, &e.values) {
            (Some(csv), None) => self.csv(csv)?,
            (None, Some(values)) => self.values(values, line)?,
            _ => {
                self.refuse(line, format!("`{}` needs either `table` or `values`", e.key));
                return None;
            }
        };
        let by = e.by.clone();
        for c in by.iter().chain(&e.labels).chain(e.units.keys()) {
            if !table.columns.contains(c) {
                self.refuse(
                    line,
                    format!("`{}` names a column `{c}` that its table does not have", e.key),
                );
            }
        }
        let table = Table { by, ..table };
        let mut seen = HashSet::new();
        if table.by.is_empty() && table.rows.len() > 1 {
            self.refuse(
                line,
                format!("`{}` has several rows: say in `by` which columns name a row", e.key),
            );
        }
        for row in 0..table.rows.len() {
            if !table.by.is_empty() && !seen.insert(table.name_of(row)) {
                self.refuse(
                    line,
                    format!("`{}` has two rows for {}", e.key, table.name_of(row).join(" / ")),
                );
            }
        }
        Some(table)
    }

    fn csv(&mut self, csv: &Spanned<String>) -> Option<Table> {
        let first = self.line(csv.span().start) + 1; // the text begins on the line after `"""`
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(true)
            .trim(csv::Trim::All)
            .from_reader(csv.get_ref().as_bytes());
        let columns: Vec<String> = match reader.headers() {
            Ok(h) => h.iter().map(str::to_string).collect(),
            Err(e) => {
                self.refuse(first, e.to_string());
                return None;
            }
        };
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(r) => rows.push(r.iter().map(str::to_string).collect()),
                Err(e) => {
                    let offset = e.position().map_or(1, csv::Position::line) as usize - 1;
                    self.refuse(first + offset, format!("table row: {e}"));
                }
            }
        }
        if rows.is_empty() {
            self.refuse(first, "the table has no rows");
            return None;
        }
        Some(Table {
            columns,
            rows,
            by: Vec::new(),
        })
    }

    fn values(&mut self, values: &toml::Table, line: usize) -> Option<Table> {
        let (mut columns, mut row) = (Vec::new(), Vec::new());
        for (name, value) in values {
            let text = match value {
                toml::Value::String(s) => s.clone(),
                toml::Value::Integer(i) => i.to_string(),
                toml::Value::Boolean(b) => b.to_string(),
                toml::Value::Float(f) => match Decimal::from_f64_shortest(*f) {
                    Ok(d) => d.to_string(),
                    Err(e) => {
                        self.refuse(line, format!("`{name}`: {e}"));
                        return None;
                    }
                },
                _ => {
                    self.refuse(line, format!("`{name}` must be a number, a text or true/false"));
                    return None;
                }
            };
            columns.push(name.clone());
            row.push(text);
        }
        Some(Table {
            columns,
            rows: vec![row],
            by: Vec::new(),
        })
    }

    /// Every column that holds a number must have a unit, unless it is named as a label.
    fn units(&mut self, e: &ProvisionEntry, table: &Table, line: usize) -> Vec<(String, String)> {
        let mut units: Vec<(String, String)> = e.units.iter().map(|(c, u)| (c.clone(), u.clone())).collect();
        units.extend(e.unit.iter().map(|u| ("*".to_string(), u.clone())));
        for (column, unit) in &mut units {
            match Unit::parse(unit) {
                Ok(u) => *unit = u.code().to_string(),
                Err(err) => self.refuse(line, format!("`{}`, column `{column}`: {err}", e.key)),
            }
        }
        let unit_column = table.column("unit");
        for (r, row) in table.rows.iter().enumerate() {
            if let Some(c) = unit_column
                && let Err(err) = Unit::parse(&row[c])
            {
                self.refuse(line, format!("`{}`, row {}: {err}", e.key, r + 1));
            }
        }
        for (c, column) in table.columns.iter().enumerate() {
            let covered = unit_column.is_some() || units.iter().any(|(name, _)| name == column || name == "*");
            let label = e.labels.contains(column) || table.by.contains(column);
            let number = table.rows.iter().any(|row| Decimal::parse(&row[c]).is_ok());
            if number && !covered && !label {
                self.refuse(
                    line,
                    format!("`{}`: the numbers of column `{column}` have no unit", e.key),
                );
            }
        }
        units
    }
}

fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (false, false) => format!("{a} {b}"),
        (true, _) => b.to_string(),
        (_, true) => a.to_string(),
    }
}
