//! What a kind of file looks like: a format is a TOML file, so that a new kind of file needs no new program.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::error::{LakeError, Result};
use crate::row::BEIJING_S;

/// Formats and plausible ranges, as read from `packs/*/imports/*.toml`.
#[derive(Debug, Clone, Default)]
pub struct Formats {
    formats: BTreeMap<String, Format>,
    /// By folder and code: what is plausible in the air is not what is plausible in a flue.
    factors: BTreeMap<(String, String), Factor>,
}

/// One kind of file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// Its name, and the name of its file.
    pub name: String,
    /// What it is.
    pub title_zh: String,
    /// What it is, in English.
    pub title_en: String,
    /// Who published such files.
    pub source: String,
    /// Under what terms.
    pub licence: String,
    /// `real` or `simulated`.
    pub origin: String,
    /// `utf-8` or `gb18030`; found out where it is not said.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Cells that mean "no value", beside the empty one.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The column that says when.
    pub time: TimeColumn,
    /// The columns that say where.
    pub site: SiteColumn,
    /// The column that says what a row's values are worth; without it all are valid.
    #[serde(default)]
    pub mark: Option<MarkColumn>,
    /// Cells that mean "not measured at this place", beside those that mean "no value": kept as a row without a
    /// value whose mark is the cell.
    #[serde(default)]
    pub not_monitored: Vec<String>,
    /// What becomes of a place and time that stand in the file twice.
    #[serde(default)]
    pub twice: Twice,
    /// The columns that hold values.
    #[serde(rename = "value")]
    pub values: Vec<ValueColumn>,
    /// The folder of its file, whose plausible ranges it goes by.
    #[serde(skip)]
    pub(crate) folder: String,
    /// The text it was read from; kept with every import, so that evidence can be found for ever.
    #[serde(skip)]
    pub(crate) text: String,
}

/// When a value holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeColumn {
    /// Its header.
    pub column: String,
    /// How it is written (strftime); Beijing time.
    pub format: String,
    /// Whether the stamp names the `start` or the `end` of the averaging period.
    pub label: Label,
    /// Averaging period of the values that do not say their own.
    pub period: String,
}

/// Which end of the averaging period a stamp names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Label {
    Start,
    End,
}

/// What a row's values are worth.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkColumn {
    /// Its header.
    pub column: String,
    /// Cells that mean "valid"; any other cell is the mark itself.
    pub valid: Vec<String>,
}

/// What becomes of a place and time that stand in a file twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Twice {
    /// The second is quarantined.
    #[default]
    Quarantine,
    /// The later line counts: for a publisher's list that was read several times while it was being filled.
    Last,
}

/// Where a value was measured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteColumn {
    /// How the columns name a place.
    pub kind: SiteKind,
    /// Their headers, in the order the kind asks for.
    pub columns: Vec<String>,
    /// What becomes of a row whose place no table knows.
    #[serde(default)]
    pub unknown: Unknown,
}

/// What becomes of a row whose place no table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// It is quarantined.
    #[default]
    Quarantine,
    /// The site is `name:` and the name: for files of the nation of which only some places are of interest.
    Name,
}

/// How places are named in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteKind {
    /// One column with the site's code.
    Code,
    /// One column with the name of a division (table `divisions`: code, name).
    Division,
    /// The name of a division and the name of a site in it (table `sites`: code, name, division).
    Station,
    /// One column with a name that no table knows: the site is `name:` and the name.
    Name,
    /// The name of a division, and a name in it that no table knows: the site is `name:340000·` and the name.
    Named,
}

/// One column of values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueColumn {
    /// Its header.
    pub column: String,
    /// The column read where this one's cell is empty.
    #[serde(default)]
    pub instead: Option<String>,
    /// Code of the factor.
    pub factor: String,
    /// The unit its numbers are in.
    pub unit: String,
    /// Averaging period, where it is not the file's.
    #[serde(default)]
    pub period: Option<String>,
}

/// What values of a factor can be at all; beyond it a cell is quarantined, not judged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Code.
    pub factor: String,
    /// Unit of the stored values and of the bounds.
    pub unit: String,
    /// Least plausible value.
    pub low: String,
    /// Greatest plausible value.
    pub high: String,
    /// Where the bounds come from.
    pub source: String,
}

#[derive(Deserialize)]
struct FactorFile {
    #[serde(rename = "factor")]
    factors: Vec<Factor>,
}

impl Formats {
    /// Reads files: one with `[[factor]]` holds ranges, any other is a format.
    ///
    /// # Errors
    /// The first file that cannot be read, with the reason.
    pub fn load(files: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut out = Self::default();
        for (path, text) in files {
            let folder = path.rsplit_once(['/', '\\']).map_or("", |(f, _)| f).to_string();
            let bad = |reason: String| LakeError::Import {
                name: path.clone(),
                reason,
            };
            if text.contains("[[factor]]") {
                let file: FactorFile = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
                let keyed = file
                    .factors
                    .into_iter()
                    .map(|f| ((folder.clone(), f.factor.clone()), f));
                out.factors.extend(keyed);
                continue;
            }
            let mut format = Format::parse(&text).map_err(|e| bad(e.to_string()))?;
            format.folder = folder;
            out.formats.insert(format.name.clone(), format);
        }
        for f in out.formats.values() {
            for v in &f.values {
                if out.factor(f, &v.factor).is_none() {
                    let reason = format!("factor {} has no plausible range: add a [[factor]]", v.factor);
                    return Err(LakeError::Import {
                        name: f.name.clone(),
                        reason,
                    });
                }
            }
        }
        Ok(out)
    }

    /// Reads a folder of TOML files.
    ///
    /// # Errors
    /// As [`Formats::load`], and when the folder cannot be read.
    pub fn load_dir(dir: &std::path::Path) -> Result<Self> {
        let mut files = vec![];
        for entry in std::fs::read_dir(dir).map_err(LakeError::io(dir))? {
            let path = entry.map_err(LakeError::io(dir))?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let text = std::fs::read_to_string(&path).map_err(LakeError::io(&path))?;
                files.push((path.display().to_string(), text));
            }
        }
        Self::load(files)
    }

    /// A format by its name.
    pub fn get(&self, name: &str) -> Option<&Format> {
        self.formats.get(name)
    }

    /// All formats, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Format> {
        self.formats.values()
    }

    /// Formats whose columns all stand in this header, the one that uses most of them first.
    pub fn fitting(&self, header: &[&str]) -> Vec<&Format> {
        let mut fit: Vec<&Format> = self
            .formats
            .values()
            .filter(|f| f.headers().all(|h| header.contains(&h)))
            .collect();
        fit.sort_by_key(|f| std::cmp::Reverse(f.headers().count()));
        fit
    }

    /// What values of a factor can be, by the ranges of the format's folder.
    pub(crate) fn factor(&self, format: &Format, code: &str) -> Option<&Factor> {
        self.factors.get(&(format.folder.clone(), code.to_string()))
    }
}

impl Format {
    /// Reads one format.
    ///
    /// # Errors
    /// What is missing or cannot be.
    pub fn parse(text: &str) -> Result<Self> {
        let mut f: Self = toml::from_str(text).map_err(|e| LakeError::Import {
            name: "format".into(),
            reason: e.to_string(),
        })?;
        let bad = |reason: String| LakeError::Import {
            name: f.name.clone(),
            reason,
        };
        let columns = match f.site.kind {
            SiteKind::Station | SiteKind::Named => 2,
            SiteKind::Code | SiteKind::Division | SiteKind::Name => 1,
        };
        if f.site.columns.len() != columns {
            return Err(bad(format!("[site] needs {columns} column(s)")));
        }
        if !matches!(f.origin.as_str(), "real" | "simulated") {
            return Err(bad("origin is `real` or `simulated`".into()));
        }
        for p in f.values.iter().map(|v| f.period_of(v)) {
            if period_s(p).is_none() {
                return Err(bad(format!("period `{p}` is not known")));
            }
        }
        f.text = text.to_owned();
        Ok(f)
    }

    pub(crate) fn period_of<'a>(&'a self, v: &'a ValueColumn) -> &'a str {
        v.period.as_deref().unwrap_or(&self.time.period)
    }

    /// Headers that must be there.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let places = self.site.columns.iter().map(String::as_str);
        let values = self
            .values
            .iter()
            .flat_map(|v| std::iter::once(&v.column).chain(&v.instead));
        let marks = self.mark.iter().map(|m| m.column.as_str());
        let values = values.map(String::as_str).chain(marks);
        std::iter::once(self.time.column.as_str()).chain(places).chain(values)
    }
}

/// Length of an averaging period by its code, in seconds.
pub(crate) fn period_s(code: &str) -> Option<i64> {
    Some(match code {
        "1h" | "aqi1h" => 3_600,
        "8h" => 8 * 3_600,
        "24h" | "1d" | "8hmax1d" | "aqi1d" => 86_400,
        "rtd" => 0,
        "min" => 60,
        _ => return None,
    })
}

impl TimeColumn {
    /// The stamp in seconds UTC, as written (start or end).
    pub(crate) fn parse(&self, cell: &str) -> Option<i64> {
        let at = NaiveDateTime::parse_from_str(cell, &self.format).ok().or_else(|| {
            NaiveDate::parse_from_str(cell, &self.format)
                .ok()
                .map(|d| d.and_time(NaiveTime::MIN))
        })?;
        Some(at.and_utc().timestamp() - BEIJING_S)
    }
}
