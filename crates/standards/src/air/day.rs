//! Means of a day: least number of hours, ozone's 8-hour windows, the mean of a city's sites
//! (GB 3095 table 4, HJ 663).

use super::Pollutant;
use super::compile::Of;
use crate::EvalError;
use crate::cell::{decimal, rounding, row, whole};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Mode, NumberError, Ratio, Rounding, div_round, mean};
use law::{Law, Provision};

/// The rules for day values, compiled.
#[derive(Debug, Clone)]
pub struct DayData {
    /// Least number of hour means of a day mean; none where there is no such mean (ozone).
    hours: [Option<u32>; 7],
    raw: [Rounding; 7],
    ozone: Ozone,
    share: Decimal,
    few_below: usize,
    few_share: Decimal,
    pub(crate) clauses: Clauses,
}

/// The clauses day values stand on.
#[derive(Debug, Clone)]
pub(crate) struct Clauses {
    pub valid: Clause,
    pub decimals: Clause,
    pub ozone: Clause,
    pub city: Clause,
    pub limit: Clause,
}

#[derive(Debug, Clone, Copy)]
struct Ozone {
    /// Hours in a window.
    window: usize,
    /// Valid hours a window needs.
    hours: usize,
    /// First and last label of the windows that count (8 … 24).
    first: usize,
    last: usize,
    /// Valid windows a day needs.
    windows: usize,
    /// The limit whose exceedance makes a day with fewer windows count.
    limit: Decimal,
}

/// The daily maximum of ozone's 8-hour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct O3Day {
    /// The largest valid 8-hour mean, also on a day that is not valid; none without any window.
    pub value: Option<Decimal>,
    /// Valid windows.
    pub windows: u32,
    /// Whether the day counts.
    pub valid: bool,
    /// Why it does or does not.
    pub why: O3Why,
}

/// Why a day of ozone counts or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum O3Why {
    /// Enough valid windows.
    Enough,
    /// Too few windows, but the maximum exceeds the limit.
    Exceeds,
    /// Too few windows and no exceedance.
    TooFew,
    /// No valid window at all.
    None,
}

impl O3Why {
    /// The word for it in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enough => "enough windows",
            Self::Exceeds => "exceeds the limit",
            Self::TooFew => "too few windows",
            Self::None => "no valid window",
        }
    }
}

/// The mean of a city's sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CityMean {
    /// The rounded mean; none with too few sites.
    pub value: Option<Decimal>,
    /// Sites with a valid value.
    pub valid: usize,
    /// Sites in all.
    pub of: usize,
    /// Sites that are needed.
    pub needed: usize,
}

impl DayData {
    /// Compiles the rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`], [`EvalError::Law`].
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        let of = Of { law, date, division };
        let (valid, decimals) = (of.at("air.valid")?, of.at("air.decimals")?);
        let (o3, city, limit) = (of.at("air.o3_8h")?, of.at("air.city")?, of.at("air.limit")?);
        let mut raw = [Rounding::gbt8170(0); 7];
        let mut hours = [None; 7];
        for p in Pollutant::ALL {
            raw[p as usize] = rounding(decimals, row(decimals, &[("item", p.factor()), ("use", "raw")])?)?;
            if let Some(r) = valid.table.find(&[("pollutant", p.name()), ("period", "1d")]) {
                hours[p as usize] = Some(whole(valid, r, "minimum")?);
            }
        }
        Ok(Self {
            hours,
            raw,
            ozone: compile_ozone(o3, valid, limit)?,
            share: decimal(city, 0, "share")?,
            few_below: whole(city, 0, "few_below")?,
            few_share: decimal(city, 0, "few_share")?,
            clauses: Clauses {
                valid: valid.clause_ref(),
                decimals: decimals.clause_ref(),
                ozone: o3.clause_ref(),
                city: city.clause_ref(),
                limit: limit.clause_ref(),
            },
        })
    }

    /// Rounds an hour or day value to the decimals it is kept with.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn raw(&self, p: Pollutant, value: Decimal) -> Result<Decimal, NumberError> {
        value.round(&self.raw[p as usize])
    }

    /// The number of hour means a day mean needs; none for ozone, which has no day mean.
    pub const fn hours_needed(&self, p: Pollutant) -> Option<u32> {
        self.hours[p as usize]
    }

    /// The day mean from the sum of its (already rounded) hour values, `sum_scaled / 10^scale`, and
    /// their number; none with too few hours.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn day_mean(&self, p: Pollutant, sum_scaled: i128, n: u32, scale: u32) -> Result<Option<Decimal>, NumberError> {
        match self.hours_needed(p) {
            Some(needed) if n >= needed && n > 0 => Ok(Some(
                mean(sum_scaled, u64::from(n), scale)?.round(&self.raw[p as usize])?,
            )),
            _ => Ok(None),
        }
    }

    /// The 8-hour mean over a window of hours, rounded; none with too few of them.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn eight_hour(&self, window: &[Option<Decimal>]) -> Result<Option<Decimal>, NumberError> {
        let rule = &self.raw[Pollutant::O3_8h as usize];
        let mut values = Vec::with_capacity(window.len());
        for v in window.iter().flatten() {
            values.push(v.round(rule)?);
        }
        if values.len() < self.ozone.hours || values.is_empty() {
            return Ok(None);
        }
        let scale = values.iter().map(Decimal::scale).max().unwrap_or(0);
        let sum = values.iter().try_fold(0i128, |s, v| s.checked_add(v.at_scale(scale)?));
        let m = mean(sum.ok_or(NumberError::Overflow)?, values.len() as u64, scale)?;
        Ok(Some(m.round(rule)?))
    }

    /// The 8-hour means that count for a day, with the label of the hour they end at.
    /// `hours[0]` is the hour labelled 1:00 (00:00 to 01:00), `hours[23]` the one labelled 24:00.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn eight_hours(&self, hours: &[Option<Decimal>; 24]) -> Result<Vec<(usize, Option<Decimal>)>, NumberError> {
        let o = &self.ozone;
        (o.first..=o.last)
            .map(|label| Ok((label, self.eight_hour(&hours[label - o.window..label])?)))
            .collect()
    }

    /// The daily maximum of ozone's 8-hour means, and whether the day counts.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn o3_8h_max(&self, hours: &[Option<Decimal>; 24]) -> Result<O3Day, NumberError> {
        let rule = &self.raw[Pollutant::O3_8h as usize];
        // Hours at one scale, so that a window slides by one addition and one subtraction.
        let mut at = [None::<i64>; 24];
        let mut scale = 0;
        let mut rounded = [None::<Decimal>; 24];
        for (slot, hour) in rounded.iter_mut().zip(hours) {
            *slot = hour.map(|h| h.round(rule)).transpose()?;
            scale = slot.map_or(scale, |d| scale.max(d.scale()));
        }
        for (slot, d) in at.iter_mut().zip(&rounded) {
            if let Some(d) = d {
                *slot = Some(
                    d.at_scale(scale)
                        .and_then(|m| i64::try_from(m).ok())
                        .ok_or(NumberError::Overflow)?,
                );
            }
        }
        let o = &self.ozone;
        let (mut sum, mut n) = (0i128, 0usize);
        let (mut best, mut windows) = (None::<Decimal>, 0u32);
        // (sum, n) of the best window so far: means are compared exactly, only the winner is rounded.
        // Rounding is monotone, so the rounded maximum is the maximum of the rounded.
        let mut top: Option<(i128, usize)> = None;
        for label in 1..=o.last {
            if let Some(v) = at[label - 1] {
                sum += i128::from(v);
                n += 1;
            }
            if label > o.window
                && let Some(v) = at[label - 1 - o.window]
            {
                sum -= i128::from(v);
                n -= 1;
            }
            if label >= o.first && n >= o.hours && n > 0 {
                windows += 1;
                // At most 24 values of 64 bits, times 24: far inside i128.
                if top.is_none_or(|(s, m)| sum * m as i128 > s * n as i128) {
                    top = Some((sum, n));
                }
            }
        }
        if let Some((s, m)) = top {
            best = Some(mean(s, m as u64, scale)?.round(rule)?);
        }
        let why = match best {
            None => O3Why::None,
            Some(_) if windows as usize >= o.windows => O3Why::Enough,
            Some(v) if v > o.limit => O3Why::Exceeds,
            Some(_) => O3Why::TooFew,
        };
        Ok(O3Day {
            value: best,
            windows,
            valid: matches!(why, O3Why::Enough | O3Why::Exceeds),
            why,
        })
    }

    /// (windows needed, limit of the exception, hours a window needs), for explanations.
    pub(crate) const fn ozone_needs(&self) -> (usize, Decimal, usize) {
        (self.ozone.windows, self.ozone.limit, self.ozone.hours)
    }

    /// Sites a city mean needs, of so many.
    pub fn sites_needed(&self, sites: usize) -> usize {
        let share = if sites < self.few_below {
            self.few_share
        } else {
            self.share
        };
        // Smallest n with n / sites >= share %: the quotient rounded up.
        let den = 100 * 10u128.saturating_pow(share.scale());
        let n = div_round(share.mantissa().saturating_mul(sites as i128), den, Mode::Up).unwrap_or(0);
        usize::try_from(n).unwrap_or(sites).clamp(1, sites.max(1))
    }

    /// The mean of a city's evaluation sites, rounded; none with too few valid ones. One entry a site.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn city_mean(&self, p: Pollutant, sites: &[Option<Decimal>]) -> Result<CityMean, NumberError> {
        let (valid, needed) = (sites.iter().flatten().count(), self.sites_needed(sites.len()));
        let mut value = None;
        if valid >= needed && valid > 0 {
            value = Some(exact_mean(sites.iter().flatten())?.round(&self.raw[p as usize])?);
        }
        Ok(CityMean {
            value,
            valid,
            of: sites.len(),
            needed,
        })
    }
}

/// The exact mean of decimals.
pub(crate) fn exact_mean<'a>(values: impl Iterator<Item = &'a Decimal> + Clone) -> Result<Ratio, NumberError> {
    let scale = values.clone().map(Decimal::scale).max().unwrap_or(0);
    let (mut sum, mut n) = (0i128, 0u64);
    for v in values {
        sum = v
            .at_scale(scale)
            .and_then(|m| sum.checked_add(m))
            .ok_or(NumberError::Overflow)?;
        n += 1;
    }
    mean(sum, n, scale)
}

fn compile_ozone(o3: &Provision, valid: &Provision, limit: &Provision) -> Result<Ozone, EvalError> {
    let r = row(valid, &[("pollutant", "o3"), ("period", "8h")])?;
    let l = row(limit, &[("pollutant", "o3"), ("period", "8hmax1d")])?;
    let ozone = Ozone {
        window: whole(o3, 0, "window")?,
        hours: whole(valid, r, "minimum")?,
        first: whole(o3, 0, "first_label")?,
        last: whole(o3, 0, "last_label")?,
        windows: whole(o3, 0, "minimum")?,
        limit: decimal(limit, l, o3.table.text(0, "limit_class"))?,
    };
    let fits = 1 <= ozone.window && ozone.window <= ozone.first && ozone.first <= ozone.last && ozone.last <= 24;
    if !fits {
        return Err(EvalError::law(o3, "the windows do not fit into a day of 24 hours"));
    }
    Ok(ozone)
}
