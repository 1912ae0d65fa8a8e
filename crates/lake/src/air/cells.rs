//! Hours of a station's day, added up as integers while the sorted rows pass.

use figure::{Decimal, NumberError};
use standards::air::{Pollutant, Rules};

use super::SIX;

/// Position of ozone in [`SIX`].
pub(crate) const OZONE: usize = 3;

/// One day of one place from its hours. Values are at the decimals in which hours are kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct HoursDay {
    sum: [i64; 6],
    n: [u8; 6],
    ozone: [Option<i32>; 24],
}

/// Decimals in which the hours of each pollutant are kept, by [`SIX`].
pub(crate) type Decimals = [u32; 6];

/// Asks the rules for them.
pub(crate) fn decimals(rules: &Rules) -> Result<Decimals, NumberError> {
    let probe = Decimal::new(123_456_789, 8)?;
    let mut out = [0; 6];
    for (slot, p) in out.iter_mut().zip(SIX) {
        *slot = rules.day.raw(p, probe)?.scale();
    }
    Ok(out)
}

impl HoursDay {
    /// Takes an hour (0 = 00:00 to 01:00) with its stored value; it is rounded before use where it has more
    /// decimals than hours are kept with.
    pub(crate) fn add(
        &mut self,
        k: usize,
        hour: usize,
        (v, e): (i64, u32),
        rules: &Rules,
        decimals: &Decimals,
    ) -> Result<(), NumberError> {
        let scale = decimals[k];
        let v = if e == scale {
            v
        } else if e < scale {
            v.checked_mul(10i64.pow(scale - e)).ok_or(NumberError::Overflow)?
        } else {
            let rounded = rules.day.raw(SIX[k], Decimal::new(i128::from(v), e)?)?;
            rounded
                .at_scale(scale)
                .and_then(|m| i64::try_from(m).ok())
                .ok_or(NumberError::Overflow)?
        };
        self.n[k] = self.n[k].saturating_add(1);
        if k == OZONE {
            self.ozone[hour] = Some(i32::try_from(v).map_err(|_| NumberError::Overflow)?);
        } else {
            self.sum[k] = self.sum[k].checked_add(v).ok_or(NumberError::Overflow)?;
        }
        Ok(())
    }

    /// Valid hours by [`SIX`].
    pub(crate) const fn hours(&self) -> [u8; 6] {
        self.n
    }

    /// Day values by [`SIX`], and the largest hour of ozone.
    pub(crate) fn values(
        &self,
        rules: &Rules,
        decimals: &Decimals,
    ) -> Result<([Option<Decimal>; 6], Option<Decimal>), NumberError> {
        let mut out = [None; 6];
        for (k, p) in SIX.into_iter().enumerate().filter(|(k, _)| *k != OZONE) {
            out[k] = rules.day_mean(p, i128::from(self.sum[k]), u32::from(self.n[k]), decimals[k])?;
        }
        if self.n[OZONE] == 0 {
            return Ok((out, None));
        }
        let mut hours = [None; 24];
        for (slot, v) in hours.iter_mut().zip(self.ozone) {
            *slot = v.map(|v| Decimal::new(i128::from(v), decimals[OZONE])).transpose()?;
        }
        let day = rules.o3_8h_max(&hours)?;
        out[OZONE] = day.value.filter(|_| day.valid);
        // The largest hour of a day whose 8-hour value does not count is not the day's largest for certain.
        let top = hours.into_iter().flatten().max().filter(|_| day.valid);
        Ok((out, top))
    }
}

/// Position in [`SIX`] of a factor's code.
pub(crate) fn position(code: &str) -> Option<usize> {
    SIX.iter().position(|p| super::factor_code(*p) == code)
}

/// A delivered day value rounded to the decimals day values are kept with.
pub(crate) fn delivered(rules: &Rules, k: usize, v: i64, e: u32) -> Result<Decimal, NumberError> {
    let p: Pollutant = SIX[k];
    rules.day.raw(p, Decimal::new(i128::from(v), e)?)
}

/// Hours of a day with their decimals, 0 = 00:00 to 01:00.
pub(crate) type HoursOfDay = [Option<Decimal>; 24];

/// The day value of one factor (by its code) from the hours of a day; ozone gives its largest 8-hour mean.
pub(crate) fn hours_of_day(rules: &Rules, factor: &str, hours: &HoursOfDay) -> Result<Option<Decimal>, NumberError> {
    let Some(k) = position(factor) else {
        return Ok(None);
    };
    let decimals = decimals(rules)?;
    let mut day = HoursDay::default();
    for (hour, v) in hours.iter().enumerate() {
        let Some(v) = v else { continue };
        let m = i64::try_from(v.mantissa()).map_err(|_| NumberError::Overflow)?;
        day.add(k, hour, (m, v.scale()), rules, &decimals)?;
    }
    Ok(day.values(rules, &decimals)?.0[k])
}
