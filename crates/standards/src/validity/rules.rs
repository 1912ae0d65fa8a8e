//! The rules of validity compiled into integers.

use crate::EvalError;
use crate::cell::whole;
use crate::word::named;
use chrono::NaiveDate;
use figure::{NumberError, Ratio, mean};
use law::{Law, Provision};

/// The rules of one day, compiled. A medium whose rules are not recorded for that day says why.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Flue gas.
    pub gas: Result<Gas, EvalError>,
    /// Waste water.
    pub water: Result<Water, EvalError>,
    /// Which letters of HJ 212 mark a normal value, by their ASCII code.
    normal: Result<[bool; 128], EvalError>,
}

/// Least data of flue gas means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gas {
    /// Valid minutes of an hour.
    pub hour_minutes: u32,
    /// Valid hours of a day.
    pub day_hours: u32,
    /// Valid days of a month and of February, where they are recorded.
    pub month_days: Option<(u32, u32)>,
    /// Normal values in a hundred that make a period normal.
    pub normal_percent: u32,
}

/// Least data of wastewater means, in percent of what was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Water {
    /// Of a day.
    pub day_percent: u32,
    /// Of a month's days.
    pub month_percent: u32,
    /// Normal values in a hundred that make a period normal.
    pub normal_percent: u32,
}

impl Rules {
    /// Compiles the rules of a day.
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Self {
        let at = |key: &str| -> Result<&Provision, EvalError> { Ok(law.at(key, date, division)?) };
        Self {
            gas: at("validity.gas.mean").and_then(|p| Gas::read(p, at("online.period_mark")?)),
            water: at("validity.water.mean").and_then(|p| Water::read(p, at("online.period_mark")?)),
            normal: at("online.marks.data").and_then(letters),
        }
    }

    /// Whether a letter of HJ 212 marks a normal value; a letter the law does not know does not.
    ///
    /// # Errors
    /// Where the marks of the day are not recorded.
    pub fn normal(&self, mark: u8) -> Result<bool, EvalError> {
        match &self.normal {
            Ok(table) => Ok(table.get(usize::from(mark)).copied().unwrap_or(false)),
            Err(e) => Err(e.clone()),
        }
    }
}

fn letters(p: &Provision) -> Result<[bool; 128], EvalError> {
    let mut out = [false; 128];
    for r in 0..p.table.rows.len() {
        let mark = p.table.text(r, "mark");
        let slot = match mark.as_bytes() {
            [b] => out.get_mut(usize::from(*b)),
            _ => None,
        };
        *slot.ok_or_else(|| EvalError::law(p, format!("`{mark}` is not one ASCII letter")))? =
            p.table.text(r, "normal") == "yes";
    }
    Ok(out)
}

fn minimum(p: &Provision, period: &str) -> Result<u32, EvalError> {
    whole(p, named(p, "period", period, &["period"])?, "minimum")
}

fn normal_percent(p: &Provision, medium: &str) -> Result<u32, EvalError> {
    whole(p, named(p, "medium", medium, &["medium"])?, "normal_from")
}

impl Gas {
    fn read(p: &Provision, marks: &Provision) -> Result<Self, EvalError> {
        let month_days = match p.table.find(&[("period", "month")]) {
            Some(r) => Some((whole(p, r, "minimum")?, minimum(p, "february")?)),
            None => None,
        };
        Ok(Self {
            hour_minutes: minimum(p, "hour")?,
            day_hours: minimum(p, "day")?,
            month_days,
            normal_percent: normal_percent(marks, "gas")?,
        })
    }

    /// Whether an hour with so many valid minutes is valid.
    pub const fn hour(&self, minutes: u32) -> bool {
        minutes >= self.hour_minutes
    }

    /// Whether a day with so many valid hours has a valid mean.
    pub const fn day(&self, hours: u32) -> bool {
        hours >= self.day_hours
    }

    /// The day mean of `hours` valid hours whose scaled sum is `sum`; none if there are too few.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn day_mean(&self, sum: i128, hours: u32, scale: u32) -> Result<Option<Ratio>, NumberError> {
        if self.day(hours) {
            mean(sum, u64::from(hours), scale).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether so many valid days make a valid month; none where no rule is recorded.
    pub fn month(&self, days: u32, february: bool) -> Option<bool> {
        let (usual, short) = self.month_days?;
        Some(days >= if february { short } else { usual })
    }

    /// Whether a period with so many normal values is marked normal.
    pub const fn period(&self, normal: u32, all: u32) -> bool {
        share(normal, all, self.normal_percent)
    }
}

impl Water {
    fn read(p: &Provision, marks: &Provision) -> Result<Self, EvalError> {
        let of = |period: &str| whole(p, named(p, "period", period, &["period"])?, "least_share");
        Ok(Self {
            day_percent: of("day")?,
            month_percent: of("month")?,
            normal_percent: normal_percent(marks, "water")?,
        })
    }

    /// Whether a day with so many of its data valid has a valid mean.
    pub const fn day(&self, valid: u32, due: u32) -> bool {
        share(valid, due, self.day_percent)
    }

    /// Whether a month with so many of its days valid has a valid mean.
    pub const fn month(&self, valid: u32, due: u32) -> bool {
        share(valid, due, self.month_percent)
    }

    /// Whether a period with so many normal values is marked normal.
    pub const fn period(&self, normal: u32, all: u32) -> bool {
        share(normal, all, self.normal_percent)
    }

    /// The flow-weighted mean of (concentration, flow) pairs; none without flow. Concentrations are at
    /// `scale`, flows at any one scale.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn weighted_mean(&self, pairs: &[(i64, i64)], scale: u32) -> Result<Option<Ratio>, NumberError> {
        let (mut mass, mut volume) = (0i128, 0i128);
        for (c, q) in pairs {
            let product = i128::from(*c) * i128::from(*q); // two i64 fit
            mass = mass.checked_add(product).ok_or(NumberError::Overflow)?;
            volume += i128::from(*q);
        }
        if volume <= 0 {
            return Ok(None);
        }
        let unit = 10i128.checked_pow(scale).ok_or(NumberError::Overflow)?;
        Ratio::new(mass, volume.checked_mul(unit).ok_or(NumberError::Overflow)?).map(Some)
    }
}

/// Whether `part` is at least so many percent of `all`; nothing is never enough.
const fn share(part: u32, all: u32, percent: u32) -> bool {
    all > 0 && part as u64 * 100 >= all as u64 * percent as u64
}
