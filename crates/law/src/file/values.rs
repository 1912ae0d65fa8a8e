//! The values of a provision: an inline CSV table or one row of `values`, and the units they are in.

use super::{ProvisionEntry, Reader};
use crate::Table;
use figure::{Decimal, Unit};
use std::collections::HashSet;
use toml::Spanned;

impl Reader<'_> {
    pub(super) fn table(&mut self, e: &ProvisionEntry, line: usize) -> Option<Table> {
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
    pub(super) fn units(&mut self, e: &ProvisionEntry, table: &Table, line: usize) -> Vec<(String, String)> {
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
