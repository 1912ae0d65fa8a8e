//! REFs: the address of a figure, as text that a person can read and a page can link to.
//!
//! `measure:0.1?date=2024-05-13` · `group-day:340000/2024-03-11` · `city-year:340100/pm2_5/2024-05-13` · `city-day:340100/2024-03-11` ·
//! `city-day:340100/2024-03-11/pm2_5` · `site-day:1270A/2024-03-11/pm2_5` ·
//! `obs:1270A/a34004/1h/2024-03-11T14:00` (start of the period, Beijing time).
//! Evidence (`file:`, `packet:`) is not a figure and has addresses of its own.

use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;
use std::fmt;

/// What a REF points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Measure {
        id: String,
        date: Option<NaiveDate>,
        division: Option<String>,
    },
    /// A city's share in a measure: `what` is a pollutant, `good-days` or `heavy-days`.
    CityYear {
        city: String,
        what: String,
        upto: NaiveDate,
    },
    /// The cities of a group on a day, each with its index.
    GroupDay { group: String, day: NaiveDate },
    /// The index of a city's day, or one pollutant of it.
    CityDay {
        city: String,
        day: NaiveDate,
        factor: Option<String>,
    },
    SiteDay {
        site: String,
        day: NaiveDate,
        factor: String,
    },
    Obs {
        site: String,
        factor: String,
        period: String,
        start: NaiveDateTime,
    },
}

/// A REF: the place, and what the question adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub place: Place,
    /// Judged by the law of this day instead of each day's own.
    pub law_of: Option<NaiveDate>,
    /// `real` or `simulated`, where only one of them is meant.
    pub origin: Option<String>,
}

/// Why a text is no REF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no reference: {why}")]
pub struct BadReference {
    pub text: String,
    pub why: String,
}

const START: &str = "%Y-%m-%dT%H:%M";

impl Reference {
    /// A REF without additions.
    pub fn to(place: Place) -> Reference {
        Reference {
            place,
            law_of: None,
            origin: None,
        }
    }

    /// Reads a REF.
    ///
    /// # Errors
    /// Which part of it cannot be read.
    pub fn parse(text: &str) -> Result<Reference, BadReference> {
        let bad = |why: &str| BadReference {
            text: text.to_string(),
            why: why.to_string(),
        };
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let (kind, path) = path.split_once(':').ok_or_else(|| bad("it has no `kind:` in front"))?;
        let asked: BTreeMap<&str, &str> = query.split('&').filter_map(|kv| kv.split_once('=')).collect();
        let day = |d: &str| d.parse::<NaiveDate>().map_err(|_| bad(&format!("`{d}` is not a date")));
        let parts: Vec<&str> = path.split('/').collect();
        let place = match (kind, parts.as_slice()) {
            ("measure", [id]) => Place::Measure {
                id: id.to_string(),
                date: asked.get("date").map(|d| day(d)).transpose()?,
                division: asked.get("division").map(|d| d.to_string()),
            },
            ("city-year", [city, what, upto]) => Place::CityYear {
                city: city.to_string(),
                what: what.to_string(),
                upto: day(upto)?,
            },
            ("group-day", [group, d]) => Place::GroupDay {
                group: group.to_string(),
                day: day(d)?,
            },
            ("city-day", [city, d]) => Place::CityDay {
                city: city.to_string(),
                day: day(d)?,
                factor: None,
            },
            ("city-day", [city, d, factor]) => Place::CityDay {
                city: city.to_string(),
                day: day(d)?,
                factor: Some(factor.to_string()),
            },
            ("site-day", [site, d, factor]) => Place::SiteDay {
                site: site.to_string(),
                day: day(d)?,
                factor: factor.to_string(),
            },
            ("obs", [site, factor, period, start]) => Place::Obs {
                site: site.to_string(),
                factor: factor.to_string(),
                period: period.to_string(),
                start: NaiveDateTime::parse_from_str(start, START)
                    .map_err(|_| bad(&format!("`{start}` is not a time like 2024-03-11T14:00")))?,
            },
            ("measure" | "group-day" | "city-year" | "city-day" | "site-day" | "obs", _) => {
                return Err(bad("it has too many or too few parts between the slashes"));
            }
            _ => {
                return Err(bad(
                    "known kinds are measure, group-day, city-year, city-day, site-day, obs",
                ));
            }
        };
        Ok(Reference {
            place,
            law_of: asked.get("law_of").map(|d| day(d)).transpose()?,
            origin: asked.get("origin").map(|o| o.to_string()),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = vec![];
        match &self.place {
            Place::Measure { id, date, division } => {
                write!(f, "measure:{id}")?;
                query.extend(date.map(|d| format!("date={d}")));
                query.extend(division.as_ref().map(|d| format!("division={d}")));
            }
            Place::CityYear { city, what, upto } => write!(f, "city-year:{city}/{what}/{upto}")?,
            Place::GroupDay { group, day } => write!(f, "group-day:{group}/{day}")?,
            Place::CityDay {
                city,
                day,
                factor: None,
            } => write!(f, "city-day:{city}/{day}")?,
            Place::CityDay {
                city,
                day,
                factor: Some(x),
            } => write!(f, "city-day:{city}/{day}/{x}")?,
            Place::SiteDay { site, day, factor } => write!(f, "site-day:{site}/{day}/{factor}")?,
            Place::Obs {
                site,
                factor,
                period,
                start,
            } => {
                write!(f, "obs:{site}/{factor}/{period}/{}", start.format(START))?;
            }
        }
        query.extend(self.law_of.map(|d| format!("law_of={d}")));
        query.extend(self.origin.as_ref().map(|o| format!("origin={o}")));
        if query.is_empty() {
            Ok(())
        } else {
            write!(f, "?{}", query.join("&"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_comes_back_as_it_was_written() {
        for text in [
            "measure:0.1?date=2024-05-13&division=340000&law_of=2026-03-01",
            "measure:0.1",
            "city-year:340100/pm2_5/2024-05-13",
            "group-day:wanbei6/2024-03-11?law_of=2026-03-01",
            "city-day:340100/2024-03-11",
            "city-day:340100/2024-03-11/pm2_5?law_of=2026-03-01",
            "site-day:1270A/2024-03-11/pm2_5?origin=simulated",
            "obs:1270A/a34004/1h/2024-03-11T14:00",
        ] {
            assert_eq!(Reference::parse(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_reference_says_why() {
        for (text, why) in [
            ("pm25", "kind"),
            ("city-day:340100", "parts"),
            ("city-day:340100/2024-02-30", "date"),
            ("obs:1270A/a34004/1h/14", "time"),
            ("planet:x", "known kinds"),
        ] {
            assert!(Reference::parse(text).expect_err(text).why.contains(why), "{text}");
        }
    }
}
