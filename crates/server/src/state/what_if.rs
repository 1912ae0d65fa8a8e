//! The data sets of a what-if, judged: one way for page, sheet and command line.

use super::App;
use ::figure::Text;
use ::law::Law;
use ::plan::days::{first_of, last_of};
use ::plan::what_if::{
    DataSet, Question, Readings, SideOf, Sources, WhatIf, WhatIfError, air_city_days, emission_outlets, water_sections,
};
use chrono::Datelike;
use lake::{LakeError, SeriesKey};
use std::collections::BTreeMap;

/// From 1970 to 2100, seconds.
const EVER: (i64, i64) = (0, 4_102_444_800);

/// A year of a data set: items, and how many of them are simulated.
pub type Years = BTreeMap<i32, (u32, u32)>;

impl App {
    /// Judges a data set twice; under a draft where one is given.
    ///
    /// # Errors
    /// As the data set says.
    pub fn what_if(&self, data: DataSet, q: &Question, draft: Option<&Law>) -> Result<WhatIf, WhatIfError> {
        let law = self.law();
        let after = draft.unwrap_or(&law);
        let readings = Readings {
            plan: &self.plan,
            lake: &self.lake,
            before: &law,
            after,
        };
        match data {
            DataSet::WaterSections => water_sections(&readings, &self.sections, q),
            DataSet::EmissionOutlets => emission_outlets(&readings, &self.outlets, q),
            DataSet::AirCityDays => {
                let (days, other) = (self.days_under(q.base, None)?, self.days_under(Some(q.other), draft)?);
                let sources = Sources {
                    plan: &self.plan,
                    before: SideOf { law: &law, days: &days },
                    after: SideOf {
                        law: after,
                        days: &other,
                    },
                };
                let mut w = air_city_days(&sources, q)?;
                let name = |code: &str| self.cities.get(code).map(|(zh, en)| Text::new(zh, en));
                w.names = w
                    .units
                    .iter()
                    .filter_map(|u| Some((u.unit.clone(), name(&u.unit)?)))
                    .collect();
                Ok(w)
            }
        }
    }

    /// Which years a data set has.
    ///
    /// # Errors
    /// When the observations cannot be read.
    pub(crate) fn years_of(&self, data: DataSet) -> Result<Years, LakeError> {
        let mut out = Years::new();
        let mut note = |year, simulated: bool| {
            let of = out.entry(year).or_default();
            *of = (of.0 + 1, of.1 + u32::from(simulated));
        };
        match data {
            DataSet::AirCityDays => {
                let days = self.days(None)?;
                let cities = self.plan.group(&self.plan.head.division);
                for city in cities.map(|g| g.members.clone()).unwrap_or_default() {
                    let Some((a, b)) = days.span(std::slice::from_ref(&city)) else {
                        continue;
                    };
                    let of = days.range(&city, first_of(a.year()), last_of(b.year()));
                    of.iter().for_each(|d| note(d.day.year(), d.simulated));
                }
            }
            DataSet::WaterSections => {
                let keys = self.sections.iter().map(|s| s.site.as_str()).collect::<Vec<_>>();
                self.count(&keys, "rtd", &mut note)?;
            }
            DataSet::EmissionOutlets => {
                for period in ["1h", "1d"] {
                    let of = self.outlets.iter().filter(|o| o.period == period);
                    self.count(&of.map(|o| o.site.as_str()).collect::<Vec<_>>(), period, &mut note)?;
                }
            }
        }
        Ok(out)
    }

    /// Counts the moments of sites by one factor of each: the first that has any.
    fn count(&self, sites: &[&str], period: &str, note: &mut dyn FnMut(i32, bool)) -> Result<(), LakeError> {
        let mut first: BTreeMap<String, SeriesKey> = BTreeMap::new();
        let wanted: std::collections::HashSet<&str> = sites.iter().copied().collect();
        for key in self.lake.series_keys() {
            if key.period == period && wanted.contains(key.site.as_str()) && !key.factor.contains('-') {
                first.entry(key.site.clone()).or_insert(key);
            }
        }
        let keys: Vec<SeriesKey> = first.into_values().collect();
        for o in self.lake.observed(&keys, EVER, false)? {
            let year = lake::date(lake::day_number(o.start)).year();
            note(year, keys.get(o.key).is_some_and(|k| k.origin == "simulated"));
        }
        Ok(())
    }
}
