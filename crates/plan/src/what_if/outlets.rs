//! Hours and day means of outlets against the limits of emission: who would exceed, and how often.
//!
//! A value is judged by the statistic its limit is laid down for (`period` of the register): hours of flue gas dry at
//! their measured oxygen, so that a limit with another reference oxygen judges the same measurement; day means of
//! sewage works. The limit of each outlet and factor is compiled once for a stretch of days ([`standards::emission`]).

use super::stretch::Stretches;
use super::{DataSet, Grade, Item, Question, Readings, Unit, WhatIf, WhatIfError, Words, in_order, rule_changes};
use crate::depths::VALID;
use crate::reference::{Place, Reference};
use crate::rules::Level;
use chrono::{NaiveDate, NaiveDateTime};
use figure::{Decimal, Ratio, Text, gbt8170};
use lake::SeriesKey;
use law::Law;
use standards::emission::{Query, Rules, Verdict};
use standards::{Args, Context, EvalError};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An outlet, as the register has it: what its limit is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    pub site: String,
    pub name: Text,
    pub division: String,
    pub sector: String,
    pub source: String,
    pub class: String,
    pub case: String,
    pub built: Option<NaiveDate>,
    /// `1h` or `1d`: the statistic its limits are laid down for.
    pub period: String,
    pub simulated: bool,
}

const JUDGE: &str = "emission.exceed";
/// HJ 212 code of the oxygen of flue gas.
const OXYGEN: &str = "a19001";
/// Decimals that values and oxygen are compiled at: more than any logger sends.
const VALUE_SCALE: u32 = 6;
const OXYGEN_SCALE: u32 = 4;
/// Decimals of a judged value as it is shown here; the calculator gives the exact one.
const SHOWN: i32 = 2;

impl Outlet {
    fn query<'a>(&'a self, item: &'a str) -> Query<'a> {
        let given = |text: &'a String| Some(text.as_str()).filter(|t| !t.is_empty());
        Query {
            sector: &self.sector,
            item,
            source: given(&self.source),
            class: given(&self.class),
            case: given(&self.case),
            built: self.built,
            statistic: None,
        }
    }

    /// The arguments of the function that judges, without the value.
    fn args(&self, item: &str) -> Vec<(&'static str, String)> {
        let mut args = vec![("sector", self.sector.clone()), ("item", item.to_string())];
        for (name, text) in [("source", &self.source), ("class", &self.class), ("case", &self.case)] {
            args.extend((!text.is_empty()).then(|| (name, text.clone())));
        }
        args.extend(self.built.map(|d| ("built", d.to_string())));
        args
    }
}

/// A limit, or nothing where none is laid down for the factor.
type Compiled = Option<Rules>;

/// One side for one outlet.
struct Side<'a> {
    law: &'a Law,
    date: Option<NaiveDate>,
    outlet: &'a Outlet,
    stretches: &'a Stretches,
    limits: HashMap<(usize, usize), Compiled>,
    /// Whether values of a mark count.
    marks: HashMap<(usize, String), bool>,
    /// Why a factor has no limit, beside its having none.
    refused: BTreeSet<String>,
}

impl<'a> Side<'a> {
    fn day(&self, day: NaiveDate) -> NaiveDate {
        self.date.unwrap_or(day)
    }

    fn limit(&mut self, k: usize, code: &str, day: NaiveDate) -> &Compiled {
        let day = self.day(day);
        let (law, outlet, refused) = (self.law, self.outlet, &mut self.refused);
        self.limits.entry((self.stretches.at(day), k)).or_insert_with(|| {
            match Rules::at(
                law,
                day,
                &outlet.division,
                &outlet.query(code),
                VALUE_SCALE,
                OXYGEN_SCALE,
            ) {
                Ok(rules) => Some(rules),
                Err(EvalError::Argument { name, .. }) if name == "item" => None,
                Err(e) => {
                    refused.insert(e.to_string());
                    None
                }
            }
        })
    }

    /// Whether the marking rules of the day let a value take part, as the registered function says.
    fn counts(&mut self, code: &str, mark: &str, day: NaiveDate) -> bool {
        if mark == VALID {
            return true;
        }
        let day = self.day(day);
        let (law, outlet) = (self.law, self.outlet);
        *self
            .marks
            .entry((self.stretches.at(day), mark.to_string()))
            .or_insert_with(|| {
                let mut args = outlet.args(code);
                args.extend([("value", "0".to_string()), ("mark", mark.to_string())]);
                let context = Context {
                    law,
                    date: day,
                    division: &outlet.division,
                };
                let function = standards::find(JUDGE);
                let got = function.and_then(|f| f.call(&context, &args.into_iter().collect::<Args>()).ok());
                got.is_some_and(|o| o.column("role").to_string() != "excluded")
            })
    }

    fn grade(&mut self, codes: &[String], m: &Moment) -> Result<(Grade, Option<usize>), WhatIfError> {
        let day = m.start.date();
        let mut judged = false;
        let mut names: Vec<&str> = vec![];
        let mut worst: Option<(usize, Ratio, Ratio)> = None;
        for (k, code) in codes.iter().enumerate() {
            let Some((v, mark)) = &m.values[k] else { continue };
            if !self.counts(code, mark, day) {
                continue;
            }
            let Some(limit) = self.limit(k, code, day) else {
                continue;
            };
            let oxygen = m.oxygen.filter(|_| limit.converts());
            let Some(value) = scaled(*v, VALUE_SCALE) else { continue };
            let (verdict, exact) = match oxygen {
                Some(o) => (limit.judge_at(value, o), limit.converted(value, o)?),
                None => (limit.judge(value), Some(Ratio::from(*v))),
            };
            judged |= verdict != Verdict::Undefined;
            let (Verdict::Exceeds, Some(exact)) = (verdict, exact) else {
                continue;
            };
            names.push(code);
            let multiple = limit.multiple(exact)?.unwrap_or(Ratio::ZERO);
            if worst.is_none_or(|(_, _, most)| multiple > most) {
                worst = Some((k, exact, multiple));
            }
        }
        let grade = Grade {
            level: match (judged, names.is_empty()) {
                (false, _) => 0,
                (true, true) => 1,
                (true, false) => 2,
            },
            value: worst
                .map(|(_, exact, _)| gbt8170(exact, SHOWN))
                .transpose()?
                .map(|d| d.to_string()),
            cause: names.join(" "),
        };
        Ok((grade, worst.map(|(k, ..)| k)))
    }
}

/// What an outlet's logger said of a period.
struct Moment {
    start: NaiveDateTime,
    /// By factor: value and mark.
    values: Vec<Option<(Decimal, String)>>,
    oxygen: Option<i64>,
    oxygen_text: String,
    simulated: bool,
}

fn scaled(d: Decimal, scale: u32) -> Option<i64> {
    d.at_scale(scale).and_then(|n| i64::try_from(n).ok())
}

/// Answers for hours and day means of outlets.
///
/// # Errors
/// [`WhatIfError`]: observations that cannot be read, an outlet that is not registered, a range that ends before it
/// begins.
pub fn emission_outlets(s: &Readings, outlets: &[Outlet], q: &Question) -> Result<WhatIf, WhatIfError> {
    q.check()?;
    let mut picked: Vec<&Outlet> = vec![];
    for w in &q.cities {
        let of = outlets.iter().filter(|o| o.site == *w || o.division == *w);
        let before = picked.len();
        picked.extend(of);
        if picked.len() == before {
            return Err(WhatIfError::NoCity(w.clone()));
        }
    }
    if q.cities.is_empty() {
        let province = s.plan.head.division.get(..2).unwrap_or_default();
        picked.extend(outlets.iter().filter(|o| o.division.starts_with(province)));
    }
    let keys = DataSet::EmissionOutlets.keys();
    let stretches = (Stretches::of(s.before, &keys), Stretches::of(s.after, &keys));
    let all_keys = s.lake.series_keys();
    let (mut units, mut changes, mut names) = (vec![], vec![], BTreeMap::new());
    let (mut total, mut refused) = (Unit::default(), BTreeSet::new());
    for outlet in &picked {
        let codes = codes(&all_keys, outlet);
        let side = |law, date, stretches| Side {
            law,
            date,
            outlet,
            stretches,
            limits: HashMap::new(),
            marks: HashMap::new(),
            refused: BTreeSet::new(),
        };
        let mut before = side(s.before, q.base, &stretches.0);
        let mut after = side(s.after, Some(q.other), &stretches.1);
        let mut unit = Unit::named(&outlet.site);
        for m in moments(s, outlet, &codes, q)? {
            let ((b, worst_b), (a, worst_a)) = (before.grade(&codes, &m)?, after.grade(&codes, &m)?);
            unit.count(&b, &a, m.simulated);
            if b.level != a.level && changes.len() < super::CHANGES_MAX {
                changes.push(item(outlet, &codes, &m, b, a, worst_a.or(worst_b)));
            }
        }
        for side in [&mut unit.before, &mut unit.after] {
            side.good = side.levels.get(1).copied().unwrap_or_default();
        }
        refused.extend(before.refused);
        refused.extend(after.refused);
        total.add(&unit);
        names.insert(outlet.site.clone(), outlet.name.clone());
        units.push(unit);
    }
    let levels = levels();
    units.iter_mut().for_each(|u| u.level(levels.len()));
    total.level(levels.len());
    let sectors: BTreeSet<&str> = picked.iter().map(|o| o.sector.as_str()).collect();
    let of_sector = |key: &str| key.split('.').nth(2).is_none_or(|sector| sectors.contains(sector));
    let division = s.plan.head.division.clone();
    Ok(WhatIf {
        data: DataSet::EmissionOutlets,
        from: q.from,
        to: q.to,
        base: q.base,
        other: q.other,
        function: JUDGE,
        words: Words::of(DataSet::EmissionOutlets),
        levels,
        simulated: total.simulated,
        total,
        units,
        changes: in_order(changes),
        names,
        notes: notes(s, q, &sectors, &division, refused),
        rules: rule_changes(DataSet::EmissionOutlets, (s.before, s.after), q, &division, of_sector),
        whole_year: false,
        division,
    })
}

/// Factors that an outlet reports for the statistic of its limits; other statistics than the mean are named behind
/// the code (`a21026-Max`).
fn codes(all: &[SeriesKey], outlet: &Outlet) -> Vec<String> {
    let of = all
        .iter()
        .filter(|k| k.site == outlet.site && k.period == outlet.period);
    let codes: BTreeSet<&str> = of
        .map(|k| k.factor.as_str())
        .filter(|f| !f.contains('-') && *f != OXYGEN)
        .collect();
    codes.into_iter().map(str::to_string).collect()
}

fn moments(s: &Readings, outlet: &Outlet, codes: &[String], q: &Question) -> Result<Vec<Moment>, WhatIfError> {
    let t = (lake::day_start(q.from), lake::day_start(q.to) + 86_399);
    let origin = if outlet.simulated { "simulated" } else { "real" };
    let factors = codes.iter().map(String::as_str).chain([OXYGEN]);
    let keys: Vec<SeriesKey> = factors
        .map(|f| SeriesKey::new(&outlet.site, f, &outlet.period, origin))
        .collect();
    let mut out: BTreeMap<i64, Moment> = BTreeMap::new();
    for o in s.lake.observed(&keys, t, false)? {
        let (Some(v), Some(start)) = (o.v, chrono::DateTime::from_timestamp(o.start + lake::BEIJING_S, 0)) else {
            continue;
        };
        let m = out.entry(o.start).or_insert_with(|| Moment {
            start: start.naive_utc(),
            values: vec![None; codes.len()],
            oxygen: None,
            oxygen_text: String::new(),
            simulated: outlet.simulated,
        });
        match m.values.get_mut(o.key) {
            Some(cell) => *cell = Some((v, o.mark)),
            None => (m.oxygen, m.oxygen_text) = (scaled(v, OXYGEN_SCALE), v.to_string()),
        }
    }
    Ok(out.into_values().collect())
}

fn item(outlet: &Outlet, codes: &[String], m: &Moment, before: Grade, after: Grade, worst: Option<usize>) -> Item {
    let k = worst.unwrap_or_default();
    let code = codes.get(k).map_or("", String::as_str);
    let mut args = outlet.args(code);
    if let Some(Some((v, mark))) = m.values.get(k) {
        args.push(("value", v.to_string()));
        args.extend((mark != VALID).then(|| ("mark", mark.clone())));
    }
    // Only flue gas has oxygen, and only some sources a reference: the function refuses it where there is none.
    args.extend((!m.oxygen_text.is_empty()).then(|| ("o2", m.oxygen_text.clone())));
    let place = Place::Obs {
        site: outlet.site.clone(),
        factor: code.to_string(),
        period: outlet.period.clone(),
        start: m.start,
    };
    Item {
        unit: outlet.site.clone(),
        day: m.start.date(),
        at: m.start.format("%Y-%m-%d %H:%M").to_string(),
        before,
        after,
        simulated: m.simulated,
        reference: Reference::to(place).to_string(),
        explained: false,
        reference_after: None,
        args,
    }
}

/// Within and above.
fn levels() -> Vec<Level> {
    let level = |n: &str, zh: &str, en: &str, colour: &str| Level {
        level: n.to_string(),
        category_zh: zh.to_string(),
        category_en: en.to_string(),
        colour: colour.to_string(),
    };
    vec![
        level("1", "限值以内", "within", "#7fa68f"),
        level("2", "超过限值", "above", "#b5452f"),
    ]
}

/// What the answer rests on: automatic data as a lead, limits that are not recorded, limits that could not be found.
fn notes(s: &Readings, q: &Question, sectors: &BTreeSet<&str>, division: &str, refused: BTreeSet<String>) -> Vec<Text> {
    let mut out = vec![Text::new(
        "自动监测数据超过限值是线索,是否违法按许可证的合规判定规则认定;被标记为无效的时段不计。",
        "Automatic data above a limit are a lead; the permit's rule of compliance decides. Periods marked invalid are \
         left out.",
    )];
    for sector in sectors {
        let key = format!("emission.limit.{sector}");
        for (law, day) in [(s.before, q.base_of(q.to)), (s.after, q.other)] {
            let Some(m) = law.unrecorded(&key, day, division) else {
                continue;
            };
            let note = Text::new(
                format!("{} 未录入:{}", m.standard.number, m.why.zh),
                format!("{} is not recorded: {}", m.standard.number, m.why.en),
            );
            if !out.contains(&note) {
                out.push(note);
            }
        }
    }
    out.extend(
        refused
            .into_iter()
            .map(|why| Text::new(format!("有因子未判定:{why}"), format!("a factor was not judged: {why}"))),
    );
    out
}
