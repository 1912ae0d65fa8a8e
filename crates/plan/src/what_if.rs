//! What if another law had held: the same data judged twice, and who and how many days, readings, hours change.
//!
//! Nothing is computed here that is not computed elsewhere: grades come from the lake and from the compiled law of
//! `standards`, shares of days from [`crate::figures`], yearly figures from the registered functions; these files only
//! lay two of each side by side. A data set is what is judged; each yields [`Item`]s, and everything behind them is
//! the same for all.

use crate::days::Days;
use crate::measure::Plan;
use crate::rules::{Level, RuleError};
use chrono::NaiveDate;
use figure::{Decimal, NumberError, Text};
use lake::{Lake, LakeError};
use law::Law;
use serde::Serialize;
use std::collections::BTreeMap;

mod air;
mod annual;
mod outlets;
mod stretch;
mod water;
mod words;

pub use air::air_city_days;
pub use annual::{Annual, AnnualFigure};
pub use outlets::{Outlet, emission_outlets};
pub use water::{Section, water_sections};
pub use words::Words;

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum DataSet {
    /// Days of cities by the air quality index.
    #[serde(rename = "air.city-days")]
    AirCityDays,
    /// Readings of automatic water stations by the class of surface water.
    #[serde(rename = "water.section-readings")]
    WaterSections,
    /// Hours (days, where a limit is a day mean) of outlets by the limits of emission.
    #[serde(rename = "emission.outlet-hours")]
    EmissionOutlets,
}

impl DataSet {
    /// All there are.
    pub const ALL: [DataSet; 3] = [DataSet::AirCityDays, DataSet::WaterSections, DataSet::EmissionOutlets];

    /// Its id.
    pub const fn id(self) -> &'static str {
        match self {
            DataSet::AirCityDays => "air.city-days",
            DataSet::WaterSections => "water.section-readings",
            DataSet::EmissionOutlets => "emission.outlet-hours",
        }
    }

    /// Its name.
    pub fn title(self) -> Text {
        match self {
            DataSet::AirCityDays => Text::new("空气质量:城市日", "Air: days of cities"),
            DataSet::WaterSections => Text::new("地表水:断面自动站读数", "Surface water: readings of sections"),
            DataSet::EmissionOutlets => Text::new("排放口:小时与日均值", "Outlets: hours and day means"),
        }
    }

    /// By its id.
    pub fn by_id(id: &str) -> Option<DataSet> {
        DataSet::ALL.into_iter().find(|d| d.id() == id)
    }

    /// The functions that judge it: the law they read is the law that can change it.
    pub const fn functions(self) -> &'static [&'static str] {
        match self {
            DataSet::AirCityDays => &["air.aqi.daily", "air.evaluation", "air.good_day_ratio"],
            DataSet::WaterSections => &["water.station", "water.section", "water.mean"],
            DataSet::EmissionOutlets => &["emission.exceed"],
        }
    }

    /// The keys those functions read.
    pub fn keys(self) -> Vec<&'static str> {
        let of = self.functions().iter().filter_map(|f| standards::find(f));
        let mut keys: Vec<&str> = of.flat_map(|f| f.keys.iter().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// The law it is compared with: that of one day, or each day's own.
    pub base: Option<NaiveDate>,
    /// The other law: that of this day.
    pub other: NaiveDate,
    /// Only these: codes of cities or provinces, of sections, of outlets; empty: those of the plan's province.
    pub cities: Vec<String>,
}

impl Question {
    /// The day whose law judges something of a day on the side compared with.
    fn base_of(&self, day: NaiveDate) -> NaiveDate {
        self.base.unwrap_or(day)
    }

    fn check(&self) -> Result<(), WhatIfError> {
        let (from, to) = (self.from, self.to);
        if to < from {
            Err(WhatIfError::Range { from, to })
        } else {
            Ok(())
        }
    }
}

/// Law and days of one side.
#[derive(Debug, Clone, Copy)]
pub struct SideOf<'a> {
    pub law: &'a Law,
    pub days: &'a Days,
}

/// What stands behind the question.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    pub plan: &'a Plan,
    /// Judged by the law compared with.
    pub before: SideOf<'a>,
    /// Judged by the other law, a draft laid over it where one is asked for.
    pub after: SideOf<'a>,
}

/// What stands behind a question about sections and outlets.
#[derive(Clone, Copy)]
pub struct Readings<'a> {
    pub plan: &'a Plan,
    pub lake: &'a Lake,
    pub before: &'a Law,
    /// The other law, a draft laid over it where one is asked for.
    pub after: &'a Law,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Eval(#[from] standards::EvalError),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error("from {from} to {to}: the end lies before the beginning")]
    Range { from: NaiveDate, to: NaiveDate },
    #[error("`{0}` has no day in the lake")]
    NoCity(String),
    #[error(transparent)]
    Lake(#[from] LakeError),
}

/// One thing judged under one law.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Grade {
    /// 1 is best; 0: it cannot be said.
    pub level: u8,
    /// The figure behind the grade.
    pub value: Option<String>,
    /// What decided it: primary pollutants, items.
    pub cause: String,
}

/// One thing on one day, judged twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// City, section, outlet.
    pub unit: String,
    pub day: NaiveDate,
    /// When, as it is shown.
    pub at: String,
    pub before: Grade,
    pub after: Grade,
    pub simulated: bool,
    /// Its explanation by the law compared with, or the observation behind it; the calculator explains it from `args`
    /// where `explained` is not set.
    pub reference: String,
    pub explained: bool,
    /// Its explanation by the other law; none under a draft, whose figure the calculator explains.
    pub reference_after: Option<String>,
    /// The values that were judged, as arguments of `function`.
    pub args: Vec<(&'static str, String)>,
}

/// How many days of which grade.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// By grade; the first is "cannot be said".
    pub levels: Vec<u32>,
    /// Days with a grade.
    pub valid: u32,
    /// Good days.
    pub good: u32,
    /// Their share, per cent, rounded as the law says.
    pub ratio: Option<Decimal>,
}

/// One unit, or all together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Unit {
    /// Code; empty for all together.
    pub unit: String,
    pub days: u32,
    pub before: Tally,
    pub after: Tally,
    /// Days with another grade.
    pub changed: u32,
    pub better: u32,
    pub worse: u32,
    /// Days with another figure, whatever the grade.
    pub figures_changed: u32,
    pub simulated: bool,
    /// Yearly figures under both; none for all together.
    pub annual: Option<(Annual, Annual)>,
    /// The grade of the whole period under both, where there is one (sections: the class of the means).
    pub whole: Option<(Whole, Whole)>,
}

/// The grade of a unit's whole period, and what the calculator needs to explain it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Whole {
    pub grade: Grade,
    pub function: &'static str,
    pub date: NaiveDate,
    pub division: String,
    pub args: Vec<(&'static str, String)>,
}

/// A provision that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    pub key: String,
    pub title: figure::Text,
    pub before: String,
    pub after: String,
}

/// Changed items that an answer keeps: more than anybody reads, and within what a sheet holds.
pub const CHANGES_MAX: usize = 100_000;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    pub data: DataSet,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub base: Option<NaiveDate>,
    pub other: NaiveDate,
    /// The function that gives the grade of an item from its `args`.
    pub function: &'static str,
    /// The division whose law judges, where it is not that of a unit.
    pub division: String,
    pub words: Words,
    pub levels: Vec<Level>,
    pub total: Unit,
    pub units: Vec<Unit>,
    /// Names of units; those of cities stand in the register of cities.
    pub names: BTreeMap<String, Text>,
    /// What must be said about the answer.
    pub notes: Vec<Text>,
    /// Items with another grade, by day and unit; at most [`CHANGES_MAX`], `total.changed` counts all.
    pub changes: Vec<Item>,
    pub rules: Vec<RuleChange>,
    /// The range is a calendar year: its figures are yearly ones.
    pub whole_year: bool,
    pub simulated: bool,
}

impl Unit {
    fn named(unit: &str) -> Unit {
        Unit {
            unit: unit.to_string(),
            ..Unit::default()
        }
    }

    /// Takes an item into account.
    fn count(&mut self, before: &Grade, after: &Grade, simulated: bool) {
        self.days += 1;
        for (side, grade) in [(&mut self.before, before), (&mut self.after, after)] {
            let level = usize::from(grade.level);
            if side.levels.len() <= level {
                side.levels.resize(level + 1, 0);
            }
            side.levels[level] += 1;
            side.valid += u32::from(level > 0);
        }
        let (b, a) = (before.level, after.level);
        self.changed += u32::from(a != b);
        self.worse += u32::from(b > 0 && a > b);
        self.better += u32::from(a > 0 && a < b);
        self.figures_changed += u32::from(before.value != after.value);
        self.simulated |= simulated;
    }

    /// Room for every level on both sides.
    fn level(&mut self, depth: usize) {
        for side in [&mut self.before, &mut self.after] {
            side.levels.resize(depth + 1, 0);
        }
    }

    /// Adds another unit to all together.
    fn add(&mut self, u: &Unit) {
        self.days += u.days;
        self.changed += u.changed;
        self.worse += u.worse;
        self.better += u.better;
        self.figures_changed += u.figures_changed;
        self.simulated |= u.simulated;
        for (side, of) in [(&mut self.before, &u.before), (&mut self.after, &u.after)] {
            side.levels.resize(side.levels.len().max(of.levels.len()), 0);
            side.levels.iter_mut().zip(&of.levels).for_each(|(n, m)| *n += m);
            side.valid += of.valid;
            side.good += of.good;
        }
    }
}

/// Changed items in order, no more than are kept.
fn in_order(mut changes: Vec<Item>) -> Vec<Item> {
    changes.sort_by(|a, b| (a.day, &a.at, &a.unit).cmp(&(b.day, &b.at, &b.unit)));
    changes.truncate(CHANGES_MAX);
    changes
}

/// The provisions behind a data set that differ between the two laws, of those that `counts` lets through.
fn rule_changes(
    data: DataSet,
    (before, after): (&Law, &Law),
    q: &Question,
    division: &str,
    counts: impl Fn(&str) -> bool,
) -> Vec<RuleChange> {
    let mut out = vec![];
    for key in data.keys().into_iter().filter(|k| counts(k)) {
        let (b, a) = (
            before.at(key, q.base_of(q.to), division),
            after.at(key, q.other, division),
        );
        let name = |p: &law::Provision| format!("{} {}", p.standard.number, p.clause);
        let (Ok(b), Ok(a)) = (b, a) else { continue };
        if name(b) != name(a) || b.table != a.table {
            out.push(RuleChange {
                key: key.to_string(),
                title: a.title.clone(),
                before: name(b),
                after: name(a),
            });
        }
    }
    out
}
