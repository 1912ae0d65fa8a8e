//! A value that a laboratory already rounded once and that will be rounded again: the marks (+) and
//! (-) of GB/T 8170-2008 clause 3.3.

use crate::{Decimal, NumberError, Ratio, Rounding};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// Which side of the shown digits the true value lies on, in absolute value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nudge {
    /// `(-)`: the shown value was rounded up.
    Below,
    /// No mark: exactly this value.
    #[default]
    None,
    /// `(+)`: the shown value was rounded down.
    Above,
}

impl Nudge {
    pub(crate) const fn ordering(self) -> Ordering {
        match self {
            Self::Below => Ordering::Less,
            Self::None => Ordering::Equal,
            Self::Above => Ordering::Greater,
        }
    }
}

/// A reported value with its mark, as written `16.5(+)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reported {
    /// The digits shown.
    pub value: Decimal,
    /// The mark.
    pub nudge: Nudge,
}

impl Reported {
    /// Reads `16.5(+)`, `-15.5（－）`, `17.5`.
    ///
    /// # Errors
    /// As [`Decimal::parse`].
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let t = text.trim();
        let marks = [
            ("(+)", Nudge::Above),
            ("（+）", Nudge::Above),
            ("（＋）", Nudge::Above),
            ("(-)", Nudge::Below),
            ("（-）", Nudge::Below),
            ("（－）", Nudge::Below),
            ("(−)", Nudge::Below),
            ("（−）", Nudge::Below),
        ];
        for (mark, nudge) in marks {
            if let Some(number) = t.strip_suffix(mark) {
                return Ok(Self {
                    value: Decimal::parse(number)?,
                    nudge,
                });
            }
        }
        Ok(Self {
            value: Decimal::parse(t)?,
            nudge: Nudge::None,
        })
    }

    /// Reports a true value with so many decimals; a last digit of 5 that is not exact gets its mark.
    ///
    /// # Errors
    /// As [`Ratio::round`].
    pub fn report(x: impl Into<Ratio>, decimals: i32) -> Result<Self, NumberError> {
        let x: Ratio = x.into();
        let value = x.round(&Rounding::gbt8170(decimals))?;
        let unit = 10u128.pow(u32::try_from(-decimals).unwrap_or(0)); // decimals above 0: the mantissa's own last digit
        let ends_in_five = (value.mantissa().unsigned_abs() / unit) % 10 == 5;
        let nudge = match Ratio::from(value).abs().cmp(&x.abs()) {
            Ordering::Less if ends_in_five => Nudge::Above,
            Ordering::Greater if ends_in_five => Nudge::Below,
            _ => Nudge::None,
        };
        Ok(Self { value, nudge })
    }

    /// The final rounding: the mark decides a tie.
    ///
    /// # Errors
    /// As [`Decimal::round`].
    pub fn round(self, rule: &Rounding) -> Result<Decimal, NumberError> {
        self.value.round_nudged(rule, self.nudge)
    }
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.nudge {
            Nudge::Below => "(-)",
            Nudge::None => "",
            Nudge::Above => "(+)",
        };
        write!(f, "{}{mark}", self.value)
    }
}
