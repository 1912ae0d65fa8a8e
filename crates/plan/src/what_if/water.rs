//! Readings of automatic water stations by the class that the platform's practice of a day gives them, and sections
//! by the class of their means.

use super::stretch::Stretches;
use super::{
    DataSet, Grade, Item, Question, Readings, Unit, WhatIf, WhatIfError, Whole, Words, in_order, rule_changes,
};
use crate::depths::VALID;
use crate::reference::{Place, Reference};
use crate::rules::Level;
use chrono::{NaiveDate, NaiveDateTime};
use figure::{Ratio, Text, gbt8170};
use lake::SeriesKey;
use law::Law;
use standards::water::{Body, Class, Rules, Seen, StationClass, Stations};
use standards::{Args, Context, EvalError};
use std::collections::{BTreeMap, HashMap};

/// A section, as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Code of its site in the lake.
    pub site: String,
    pub name: String,
    /// Province.
    pub division: String,
    pub province: String,
    pub river: String,
    /// River or lake, where that is known: their limits of phosphorus differ.
    pub body: Option<Body>,
}

/// The function of a reading.
const READING: &str = "water.station";
/// The function of a section's means.
const SECTION: &str = "water.section";
/// Items of a station and their HJ 212 codes.
const CODES: [(&str, &str); 5] = [
    ("ph", "w01001"),
    ("do", "w01009"),
    ("codmn", "w01019"),
    ("nh3n", "w21003"),
    ("tp", "w21011"),
];
/// Mark of an item that a station does not monitor, as published.
const NOT_MONITORED: &str = "*";

/// Law and practice of a stretch of days.
struct Practice {
    rules: Rules,
    stations: Stations,
}

/// One side: its law, with the practices compiled so far; none where the law says nothing.
struct Side<'a> {
    law: &'a Law,
    date: Option<NaiveDate>,
    stretches: Stretches,
    kept: HashMap<usize, Option<Practice>>,
}

impl<'a> Side<'a> {
    fn new(law: &'a Law, date: Option<NaiveDate>, keys: &[&str]) -> Self {
        let stretches = Stretches::of(law, keys);
        Self {
            law,
            date,
            stretches,
            kept: HashMap::new(),
        }
    }

    fn day(&self, day: NaiveDate) -> NaiveDate {
        self.date.unwrap_or(day)
    }

    fn practice(&mut self, day: NaiveDate, division: &str) -> Result<Option<&Practice>, EvalError> {
        let day = self.day(day);
        let law = self.law;
        let practice = match self.kept.entry(self.stretches.at(day)) {
            std::collections::hash_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::hash_map::Entry::Vacant(e) => {
                let compile = || {
                    let rules = Rules::at(law, day, division)?;
                    let stations = Stations::at(law, day, division, &rules)?;
                    Ok(Practice { rules, stations })
                };
                e.insert(match compile() {
                    Ok(p) => Some(p),
                    Err(EvalError::NotInForce(_)) => None,
                    Err(e) => return Err(e),
                })
            }
        };
        Ok(practice.as_ref())
    }

    /// The grade of a reading and the place of the item that decides it.
    fn grade(&mut self, day: NaiveDate, division: &str, r: &Reading) -> Result<(Grade, Option<usize>), WhatIfError> {
        let Some(p) = self.practice(day, division)? else {
            return Ok((Grade::default(), None));
        };
        let of = |body| p.stations.class(&p.rules, body, &r.seen, r.status());
        let class = match r.body {
            Some(body) => of(body)?,
            None => {
                let (river, lake) = (of(Body::River)?, of(Body::Lake)?);
                if river != lake {
                    let cause = "河湖未知".to_string();
                    return Ok((
                        Grade {
                            cause,
                            ..Grade::default()
                        },
                        None,
                    ));
                }
                river
            }
        };
        let StationClass::Class(class) = class else {
            return Ok((Grade::default(), None));
        };
        let body = r.body.unwrap_or(Body::River);
        let (mut names, mut value, mut place) = (vec![], None, None);
        for (i, item) in p.stations.items().enumerate() {
            let Some(Seen::Value(v)) = r.seen.get(i).copied() else {
                continue;
            };
            let judged = p.stations.judged(i, v)?;
            if p.rules.class(item, body, judged) == Some(class) && class > Class::I {
                names.push(p.rules.rule(item).zh.clone());
                value.get_or_insert(judged.to_string());
                place.get_or_insert(i);
            }
        }
        let grade = Grade {
            level: class as u8,
            value,
            cause: names.join("、"),
        };
        Ok((grade, place))
    }
}

/// What a station showed at a time.
#[derive(Debug, Clone)]
struct Reading {
    start: NaiveDateTime,
    seen: [Seen; 5],
    mark: String,
    body: Option<Body>,
    simulated: bool,
}

impl Reading {
    fn status(&self) -> &str {
        if self.mark == VALID { "" } else { &self.mark }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        let text = |s: &Seen| match s {
            Seen::Value(v) => v.to_string(),
            Seen::None => "--".to_string(),
            Seen::NotMonitored => NOT_MONITORED.to_string(),
        };
        let mut args: Vec<(&str, String)> = CODES.iter().zip(&self.seen).map(|((n, _), s)| (*n, text(s))).collect();
        args.extend(self.body.map(|b| ("body", b.name().to_string())));
        args.extend((!self.status().is_empty()).then(|| ("status", self.status().to_string())));
        args
    }
}

/// Answers for readings of sections.
///
/// # Errors
/// [`WhatIfError`]: a law that cannot be used, a section or province without readings, a range that ends before it
/// begins.
pub fn water_sections(s: &Readings, sections: &[Section], q: &Question) -> Result<WhatIf, WhatIfError> {
    q.check()?;
    let own = [s.plan.head.division.clone()];
    let wanted = if q.cities.is_empty() { &own[..] } else { &q.cities[..] };
    let mut picked: Vec<&Section> = vec![];
    for w in wanted {
        let before = picked.len();
        picked.extend(sections.iter().filter(|x| x.site == *w || x.division == *w));
        if picked.len() == before {
            return Err(WhatIfError::NoCity(w.clone()));
        }
    }
    let keys = DataSet::WaterSections.keys();
    let (mut before, mut after) = (
        Side::new(s.before, q.base, &keys),
        Side::new(s.after, Some(q.other), &keys),
    );
    let (mut units, mut changes, mut names) = (vec![], vec![], BTreeMap::new());
    let good = |law: &Law, date| good_rule(law, date, &s.plan.head.division);
    let rules = (good(s.before, q.base_of(q.to))?, good(s.after, q.other)?);
    let mut total = Unit::default();
    for section in picked {
        let readings = readings(s, section, q)?;
        let mut unit = Unit::named(&section.site);
        for r in &readings {
            let day = r.start.date();
            let (b, _) = before.grade(day, &section.division, r)?;
            let (a, place) = after.grade(day, &section.division, r)?;
            unit.count(&b, &a, r.simulated);
            for (side, grade, (good, _)) in [(&mut unit.before, &b, rules.0), (&mut unit.after, &a, rules.1)] {
                side.good += u32::from((1..=good as u8).contains(&grade.level));
            }
            if b.level != a.level && changes.len() < super::CHANGES_MAX {
                changes.push(item(section, r, b, a, place));
            }
        }
        if unit.days > 0 {
            let of = |law, day| whole(law, day, section, &readings);
            unit.whole = Some((of(s.before, q.base_of(q.to))?, of(s.after, q.other)?));
        }
        share(&mut unit, (rules.0.1, rules.1.1))?;
        total.add(&unit);
        let name = if section.river.is_empty() {
            section.name.clone()
        } else {
            format!("{}({})", section.name, section.river)
        };
        names.insert(section.site.clone(), Text::new(&name, &name));
        units.push(unit);
    }
    let levels = levels(s.after, q.other);
    let depth = levels.len().max(Class::ALL.len());
    units.iter_mut().for_each(|u| u.level(depth));
    total.level(depth);
    share(&mut total, (rules.0.1, rules.1.1))?;
    Ok(WhatIf {
        data: DataSet::WaterSections,
        from: q.from,
        to: q.to,
        base: q.base,
        other: q.other,
        function: READING,
        division: s.plan.head.division.clone(),
        words: Words::of(DataSet::WaterSections),
        levels,
        simulated: total.simulated,
        total,
        units,
        changes: in_order(changes),
        names,
        notes: vec![Text::new(
            "按自动站公布数据定类的做法评单次读数;均值类别只用五项、只用正常读数,不是国考评价结果。",
            "Single readings by the platform's practice; the class of the means rests on five items and normal readings \
             only and is no result of the national assessment.",
        )],
        rules: rule_changes(
            DataSet::WaterSections,
            (s.before, s.after),
            q,
            &s.plan.head.division,
            |_| true,
        ),
        whole_year: false,
    })
}

/// The worst good class and the decimals of a share.
fn good_rule(law: &Law, date: NaiveDate, division: &str) -> Result<(Class, i32), EvalError> {
    let p = law.at("water.good_ratio", date, division)?;
    let wrong = |column: &str| EvalError::Law {
        key: p.key.clone(),
        standard: p.standard.number.clone(),
        reason: format!("column `{column}` cannot be used"),
    };
    let class = Class::by_name(p.table.text(0, "good_class")).ok_or_else(|| wrong("good_class"))?;
    let decimals = p.table.text(0, "decimals").parse().map_err(|_| wrong("decimals"))?;
    Ok((class, decimals))
}

fn share(unit: &mut Unit, decimals: (i32, i32)) -> Result<(), WhatIfError> {
    for (side, decimals) in [(&mut unit.before, decimals.0), (&mut unit.after, decimals.1)] {
        if side.valid > 0 {
            let share = Ratio::new(i128::from(side.good) * 100, i128::from(side.valid))?;
            side.ratio = Some(gbt8170(share, decimals)?);
        }
    }
    Ok(())
}

fn readings(s: &Readings, section: &Section, q: &Question) -> Result<Vec<Reading>, WhatIfError> {
    let t = (lake::day_start(q.from), lake::day_start(q.to) + 86_399);
    let mut out: BTreeMap<i64, Reading> = BTreeMap::new();
    let keys: Vec<SeriesKey> = CODES
        .iter()
        .map(|(_, code)| SeriesKey::new(&section.site, code, "rtd", "real"))
        .collect();
    for o in s.lake.observed(&keys, t, false)? {
        let Some(start) = chrono::DateTime::from_timestamp(o.start + lake::BEIJING_S, 0) else {
            continue;
        };
        let r = out.entry(o.start).or_insert_with(|| Reading {
            start: start.naive_utc(),
            seen: [Seen::None; 5],
            mark: VALID.to_string(),
            body: section.body,
            simulated: false,
        });
        r.seen[o.key] = match o.v {
            Some(v) => Seen::Value(v),
            None if o.mark == NOT_MONITORED => Seen::NotMonitored,
            None => Seen::None,
        };
        if o.mark != NOT_MONITORED && o.mark != VALID {
            r.mark = o.mark;
        }
    }
    Ok(out.into_values().collect())
}

fn item(section: &Section, r: &Reading, before: Grade, after: Grade, place: Option<usize>) -> Item {
    // The observation of the item that decides, or of the first there is.
    let first = r.seen.iter().position(|s| matches!(s, Seen::Value(_)));
    let (_, code) = CODES[place.or(first).unwrap_or(0)];
    let place = Place::Obs {
        site: section.site.clone(),
        factor: code.to_string(),
        period: "rtd".to_string(),
        start: r.start,
    };
    Item {
        unit: section.site.clone(),
        day: r.start.date(),
        at: r.start.format("%Y-%m-%d %H:%M").to_string(),
        before,
        after,
        simulated: r.simulated,
        reference: Reference::to(place).to_string(),
        explained: false,
        reference_after: None,
        args: r.args(),
    }
}

/// The class of a section's means, by the registered functions.
fn whole(law: &Law, date: NaiveDate, section: &Section, readings: &[Reading]) -> Result<Whole, WhatIfError> {
    let context = Context {
        law,
        date,
        division: &section.division,
    };
    let call = |name: &str, args: &[(&'static str, String)]| {
        let function = standards::find(name).ok_or_else(|| EvalError::Missing(name.to_string()))?;
        function.call(&context, &args.iter().cloned().collect::<Args>())
    };
    let mut args = vec![];
    for (i, (name, _)) in CODES.iter().enumerate() {
        let normal = readings.iter().filter(|r| r.status().is_empty());
        let values: Vec<String> = normal
            .filter_map(|r| match r.seen[i] {
                Seen::Value(v) => Some(v.to_string()),
                _ => None,
            })
            .collect();
        if !values.is_empty() {
            let mean = call(
                "water.mean",
                &[("item", (*name).to_string()), ("values", values.join(" "))],
            )?;
            args.push((*name, mean.value.to_string()));
        }
    }
    let mut out = Whole {
        function: SECTION,
        date,
        division: section.division.clone(),
        ..Whole::default()
    };
    if args.is_empty() {
        return Ok(out);
    }
    let of = |body: Body| {
        let mut with = args.clone();
        with.push(("body", body.name().to_string()));
        call(SECTION, &with).map(|got| (got.value.to_string(), with))
    };
    let (class, with) = match section.body {
        Some(body) => of(body)?,
        None => {
            let (river, lake) = (of(Body::River)?, of(Body::Lake)?);
            if river.0 != lake.0 {
                out.grade.cause = "河湖未知".to_string();
                return Ok(out);
            }
            river
        }
    };
    out.grade.level = Class::by_name(&class).map_or(0, |c| c as u8);
    out.grade.value = Some(class);
    out.args = with;
    Ok(out)
}

/// The six classes in the colours that the law gives them.
fn levels(law: &Law, on: NaiveDate) -> Vec<Level> {
    let p = law.at("water.grade", on, "").ok();
    let colour = |class: Class| {
        let p = p?;
        let row = p.table.find(&[("class", class.name())])?;
        Some(p.table.text(row, "colour_en").to_string())
    };
    Class::ALL
        .iter()
        .map(|class| Level {
            level: (*class as u8).to_string(),
            category_zh: format!("{}类", class.name()),
            category_en: match class {
                Class::Worse => "worse than V".to_string(),
                class => format!("class {class:?}"),
            },
            colour: colour(*class).unwrap_or_else(|| "grey".to_string()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use figure::Decimal;

    #[test]
    fn a_reading_becomes_the_arguments_of_its_function() {
        let d = |t: &str| Seen::Value(Decimal::parse(t).expect(t));
        let r = Reading {
            start: NaiveDate::from_ymd_opt(2021, 4, 1)
                .unwrap()
                .and_hms_opt(4, 0, 0)
                .unwrap(),
            seen: [d("8.29"), d("9.1"), Seen::None, d("0.031"), Seen::NotMonitored],
            mark: "维护".to_string(),
            body: Some(Body::River),
            simulated: false,
        };
        let args: BTreeMap<_, _> = r.args().into_iter().collect();
        assert_eq!((args["codmn"].as_str(), args["tp"].as_str()), ("--", "*"));
        assert_eq!((args["status"].as_str(), args["ph"].as_str()), ("维护", "8.29"));
    }
}
