//! Names of places to codes, through the reference tables `divisions` and `sites` of the lake.

use figure::Text;
use std::collections::HashMap;

use super::cell::Refusal;
use super::format::{Format, SiteKind, Unknown};
use crate::Lake;
use crate::error::{LakeError, Result};

/// Endings that lists leave out or add: 合肥 = 合肥市.
const ENDINGS: [&str; 5] = ["市", "省", "地区", "自治州", "盟"];

pub(crate) struct Places {
    kind: SiteKind,
    unknown: Unknown,
    divisions: HashMap<String, Option<String>>,
    /// Division and name.
    sites: HashMap<(String, String), String>,
}

impl Places {
    pub(crate) fn new(lake: &Lake, format: &Format) -> Result<Self> {
        let mut out = Self {
            kind: format.site.kind,
            unknown: format.site.unknown,
            divisions: HashMap::new(),
            sites: HashMap::new(),
        };
        let needs = |table: &str| LakeError::Import {
            name: format.name.clone(),
            reason: format!("table `{table}` is not in the lake: put it first"),
        };
        if matches!(out.kind, SiteKind::Division | SiteKind::Station | SiteKind::Named) {
            for r in lake.table_rows("divisions")?.ok_or_else(|| needs("divisions"))? {
                let (Some(code), Some(name)) = (r.get("code"), r.get("name")) else {
                    continue;
                };
                // A county's name may be that of a city elsewhere; cities and provinces are what files name.
                if !code.ends_with("00") {
                    continue;
                }
                out.add(name, code);
                for e in ENDINGS {
                    if let Some(short) = name.strip_suffix(e) {
                        out.add(short, code);
                    }
                }
            }
        }
        if out.kind == SiteKind::Station {
            for r in lake.table_rows("sites")?.ok_or_else(|| needs("sites"))? {
                if let (Some(code), Some(name), Some(division)) = (r.get("code"), r.get("name"), r.get("division")) {
                    out.sites.insert((division.clone(), name.clone()), code.clone());
                }
            }
        }
        Ok(out)
    }

    fn add(&mut self, name: &str, code: &str) {
        let e = self
            .divisions
            .entry(name.to_owned())
            .or_insert_with(|| Some(code.to_owned()));
        // A municipality stands once as province and once as city: the province's code is the one in use.
        match e {
            Some(old) if old.as_str() != code && old[..2] != code[..2] => *e = None,
            Some(old) if code.ends_with("0000") => *old = code.to_owned(),
            _ => {}
        }
    }

    fn division(&self, name: &str) -> Result<&str, Refusal> {
        match self.divisions.get(name) {
            Some(Some(code)) => Ok(code),
            Some(None) => Err(refuse(
                "ambiguous-place",
                format!("“{name}”对应多个行政区"),
                format!("`{name}` names several divisions"),
            )),
            None => Err(refuse(
                "unknown-place",
                format!("没有名为“{name}”的行政区"),
                format!("no division is called `{name}`"),
            )),
        }
    }

    /// The site of a row's cells.
    pub(crate) fn site(&self, cells: &[&str]) -> Result<String, Refusal> {
        let first = cells.first().copied().unwrap_or_default().trim();
        if first.is_empty() {
            return Err(refuse(
                "unknown-place",
                "写地点的单元格是空的",
                "the cell that names the place is empty",
            ));
        }
        match self.kind {
            SiteKind::Code => Ok(first.to_owned()),
            SiteKind::Name => Ok(format!("name:{first}")),
            SiteKind::Division => match self.division(first) {
                Err(r) if r.reason == "unknown-place" && self.unknown == Unknown::Name => Ok(format!("name:{first}")),
                found => found.map(str::to_owned),
            },
            SiteKind::Named => {
                let name = cells.get(1).copied().unwrap_or_default().trim();
                if name.is_empty() {
                    return Err(refuse(
                        "unknown-place",
                        "写地点的单元格是空的",
                        "the cell that names the place is empty",
                    ));
                }
                Ok(format!("name:{}·{name}", self.division(first)?))
            }
            SiteKind::Station => {
                let name = cells.get(1).copied().unwrap_or_default().trim();
                let division = self.division(first)?.to_owned();
                let unknown = || {
                    refuse(
                        "unknown-place",
                        format!("{division} 没有名为“{name}”的站点"),
                        format!("no site in {division} is called `{name}`"),
                    )
                };
                self.sites
                    .get(&(division.clone(), name.to_owned()))
                    .cloned()
                    .ok_or_else(unknown)
            }
        }
    }
}

fn refuse(reason: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal {
        reason,
        detail: Text::new(zh, en),
        remedy: "correct the name, or add it to the reference table and load again".into(),
    }
}
