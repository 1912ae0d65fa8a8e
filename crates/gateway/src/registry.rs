//! Who may send: the registered loggers with what must be known to read them.

use hj212::{CrcRule, Version};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A registered logger (数采仪).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logger {
    /// Device identity.
    pub mn: Arc<str>,
    /// Its password; empty = not compared.
    pub password: String,
    /// System code it is registered for.
    pub st: String,
    /// Site its values belong to.
    pub site: Arc<str>,
    /// Name for people.
    pub name: String,
    /// GB/T 2260 code of the division.
    pub division: String,
    /// CRC it sends.
    pub crc_rule: CrcRule,
    /// Version that a surface-water station means by Flag version 2.
    pub st21_version: Version,
    /// Its data are made up: the mark stays with every figure.
    pub simulated: bool,
}

impl Logger {
    /// Options to parse a packet of this logger with.
    pub fn options(&self, received_ms: i64) -> hj212::Options<'_> {
        hj212::Options {
            crc: self.crc_rule,
            st21_version: self.st21_version,
            password: Some(self.password.as_str()).filter(|p| !p.is_empty()),
            registered: hj212::Registered::Yes,
            received_utc_s: Some(received_ms.div_euclid(1000)),
            key: None,
        }
    }
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column `{column}`: {what}")]
pub struct RegistryError {
    /// Line of the table, from 1.
    pub line: u64,
    /// Column.
    pub column: String,
    /// What is wrong and what to do.
    pub what: String,
}

/// All registered loggers.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    loggers: HashMap<Box<str>, Arc<Logger>>,
}

const COLUMNS: [&str; 9] = [
    "mn",
    "password",
    "st",
    "site",
    "name",
    "division",
    "crc_rule",
    "st21_version",
    "simulated",
];

impl Registry {
    /// Reads the table `mn,password,st,site,name,division,crc_rule,st21_version,simulated`. `crc_rule` is
    /// `hj212` (also if empty) or `modbus_low_first`; `st21_version` 2017 (also if empty or
    /// without the column) or 2025; `simulated` true or false. Further columns are left alone. A table with a bad row is refused as a whole, with every bad row named.
    pub fn from_csv(text: &str) -> Result<Registry, Vec<RegistryError>> {
        let error = |line: u64, column: &str, what: String| RegistryError {
            line,
            column: column.into(),
            what,
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| vec![error(1, "", e.to_string())])?.clone();
        let mut at = [0; COLUMNS.len()];
        let mut errors = vec![];
        for (k, column) in COLUMNS.iter().enumerate() {
            match header.iter().position(|h| h.trim_start_matches('\u{feff}') == *column) {
                Some(p) => at[k] = p,
                // Most tables have no surface-water station to say this of.
                None if *column == "st21_version" => at[k] = usize::MAX,
                None => errors.push(error(1, column, "the column is missing; add it".into())),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut loggers = HashMap::new();
        for row in reader.records() {
            let row = match row {
                Ok(row) => row,
                Err(e) => {
                    let line = e.position().map_or(0, csv::Position::line);
                    errors.push(error(line, "", e.to_string()));
                    continue;
                }
            };
            let line = row.position().map_or(0, csv::Position::line);
            let cell = |k: usize| row.get(at[k]).unwrap_or_default();
            let crc_rule = match cell(6) {
                "" | "hj212" => Some(CrcRule::Hj212),
                "modbus_low_first" => Some(CrcRule::ModbusLowFirst),
                _ => None,
            };
            let st21_version = match cell(7) {
                "" | "2017" => Some(Version::V2017),
                "2025" => Some(Version::V2025),
                _ => None,
            };
            let simulated = match cell(8) {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            };
            for (k, what) in [
                (
                    0,
                    cell(0)
                        .is_empty()
                        .then_some("the MN is empty; write the device's identity"),
                ),
                (
                    3,
                    cell(3)
                        .is_empty()
                        .then_some("the site is empty; write the site its values belong to"),
                ),
                (6, crc_rule.is_none().then_some("write `hj212` or `modbus_low_first`")),
                (7, st21_version.is_none().then_some("write 2017 or 2025")),
                (8, simulated.is_none().then_some("write `true` or `false`")),
            ] {
                if let Some(what) = what {
                    errors.push(error(line, COLUMNS[k], what.into()));
                }
            }
            let (Some(crc_rule), Some(st21_version), Some(simulated)) = (crc_rule, st21_version, simulated) else {
                continue;
            };
            let logger = Logger {
                mn: cell(0).into(),
                password: cell(1).into(),
                st: cell(2).into(),
                site: cell(3).into(),
                name: cell(4).into(),
                division: cell(5).into(),
                crc_rule,
                st21_version,
                simulated,
            };
            if loggers.insert(cell(0).into(), Arc::new(logger)).is_some() {
                errors.push(error(
                    line,
                    "mn",
                    format!("`{}` stands in the table twice; keep one row", cell(0)),
                ));
            }
        }
        if errors.is_empty() {
            Ok(Registry { loggers })
        } else {
            Err(errors)
        }
    }

    /// The logger with this MN.
    pub fn get(&self, mn: &str) -> Option<&Arc<Logger>> {
        self.loggers.get(mn)
    }

    /// All of them, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Logger>> {
        self.loggers.values()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.loggers.len()
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.loggers.is_empty()
    }

    /// Adds those of another table; a logger of the same MN is replaced.
    pub fn merge(&mut self, other: Registry) {
        self.loggers.extend(other.loggers);
    }
}

/// The registry of a running gateway; can be replaced while packets arrive.
#[derive(Clone, Default)]
pub struct SharedRegistry(Arc<RwLock<Arc<Registry>>>);

impl SharedRegistry {
    /// Starts with these loggers.
    pub fn new(registry: Registry) -> Self {
        SharedRegistry(Arc::new(RwLock::new(Arc::new(registry))))
    }

    /// The loggers of this moment.
    pub fn now(&self) -> Arc<Registry> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the table; packets that arrive from now on are judged by the new one.
    pub fn set(&self, registry: Registry) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(registry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_or_refused_with_places() {
        let head = "mn,password,st,site,name,division,crc_rule,st21_version,simulated\n";
        let good = Registry::from_csv(&format!(
            "{head}A1,123456,31,s1,合肥一号,340100,,,true\nA2,,21,s2,巢湖,340100,modbus_low_first,2025,false\n"
        ))
        .expect("reads");
        let (a, b) = (good.get("A1").expect("there"), good.get("A2").expect("there"));
        assert!(a.simulated && a.crc_rule == CrcRule::Hj212 && a.options(0).password == Some("123456"));
        assert!(!b.simulated && b.st21_version == Version::V2025 && b.options(0).password.is_none());
        let bad = Registry::from_csv(&format!(
            "{head}A1,1,31,,n,d,x,y,z\nA1,1,31,s,n,d,,,true\nA1,1,31,s,n,d,,,true\n"
        ))
        .expect_err("refused");
        let places: Vec<_> = bad.iter().map(|e| (e.line, e.column.as_str())).collect();
        assert_eq!(
            places,
            [
                (2, "site"),
                (2, "crc_rule"),
                (2, "st21_version"),
                (2, "simulated"),
                (4, "mn")
            ]
        );
        assert_eq!(Registry::from_csv("mn,st\n").expect_err("refused").len(), 6);
    }
}
