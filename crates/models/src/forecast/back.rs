//! How often the intervals held: earlier years are forecast from the others, and compared with what came.

use super::{ForecastError, Method, Scale, YearDays, project};
use figure::Decimal;

/// Result of a back test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Forecasts whose interval held the year's figure.
    pub inside: u32,
    /// Forecasts made: places × years × cut-off days.
    pub rounds: u32,
    /// Years that were forecast, and whether they are simulated.
    pub years: Vec<(i32, bool)>,
}

impl Coverage {
    /// Percent of forecasts that held, without decimals; `None` when none could be made.
    pub fn percent(&self) -> Option<u32> {
        (self.rounds > 0).then(|| (self.inside * 200 + self.rounds) / (2 * self.rounds))
    }
}

/// Forecasts every whole year of every place (`series`: one list of years for each place) from that place's
/// other years, at each of the cut-off days `cuts` (number of days in).
///
/// A year is forecast from later years too: with two or three years there is no other way to have rounds, and
/// nothing of the forecast year itself enters. Places of one province share their weather, so the rounds are
/// fewer than they look; that is why the number of years is given as well.
pub fn back_test(
    series: &[Vec<YearDays>],
    cuts: &[usize],
    scale: Scale,
    method: &Method,
    decimals: u32,
) -> Result<Coverage, ForecastError> {
    let mut out = Coverage {
        inside: 0,
        rounds: 0,
        years: Vec::new(),
    };
    for years in series {
        for (i, truth) in years.iter().enumerate() {
            let present: Vec<f64> = truth.values.iter().flatten().copied().collect();
            if present.len() < method.least_year {
                continue;
            }
            let others: Vec<YearDays> = years
                .iter()
                .enumerate()
                .filter(|(j, _)| *j != i)
                .map(|(_, y)| y.clone())
                .collect();
            let came = present.iter().sum::<f64>() / present.len() as f64;
            let came = figure::gbt8170(
                Decimal::from_f64_shortest(came)?,
                i32::try_from(decimals).unwrap_or(i32::MAX),
            )?;
            for cut in cuts {
                match project(truth, *cut, truth.values.len(), &others, scale, method, decimals) {
                    Ok(p) => {
                        out.rounds += 1;
                        out.inside += u32::from(p.lo <= came && came <= p.hi);
                        if !out.years.contains(&(truth.year, truth.simulated)) {
                            out.years.push((truth.year, truth.simulated));
                        }
                    }
                    // Too little to learn from: not a round.
                    Err(ForecastError::NoEarlierYear { .. } | ForecastError::TooEarly { .. }) => {}
                    Err(e) => return Err(e),
                }
            }
        }
    }
    out.years.sort_unstable();
    Ok(out)
}
