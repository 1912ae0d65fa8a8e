//! One cell to one stored value, exactly.

use figure::{Decimal, NumberError, Ratio, Text, Unit};

use super::format::{Factor, Format, ValueColumn};
use crate::error::{LakeError, Result};
use crate::row::MAX_DECIMALS;

/// Why a cell is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub reason: &'static str,
    pub detail: Text,
    pub remedy: String,
}

/// How the cells of a column become values.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Stored unit = column's unit × this.
    factor: Option<Ratio>,
    low: Decimal,
    high: Decimal,
    unit: String,
}

fn bad(format: &Format, what: &str, e: impl std::fmt::Display) -> LakeError {
    LakeError::Import {
        name: format.name.clone(),
        reason: format!("{what}: {e}"),
    }
}

impl Reader {
    pub(crate) fn new(format: &Format, v: &ValueColumn, factor: &Factor) -> Result<Self> {
        let decimal = |text: &str| Decimal::parse(text).map_err(|e| bad(format, "bound", e));
        let scale = if v.unit == factor.unit {
            None
        } else {
            let unit = |u: &str| Unit::parse(u).map_err(|e| bad(format, "unit", e));
            let one = Ratio::from(1i64);
            Some(
                unit(&v.unit)?
                    .convert(one, &unit(&factor.unit)?)
                    .map_err(|e| bad(format, "unit", e))?,
            )
        };
        Ok(Self {
            factor: scale,
            low: decimal(&factor.low)?,
            high: decimal(&factor.high)?,
            unit: factor.unit.clone(),
        })
    }

    /// Value and decimals; none = the cell says that there is no value.
    pub(crate) fn read(&self, cell: &str) -> Result<Option<(i64, i8)>, Refusal> {
        let d = match plain(cell) {
            Some(d) => d,
            None => match Decimal::parse(cell) {
                Ok(d) => d,
                Err(NumberError::Empty | NumberError::Missing(_)) => return Ok(None),
                Err(e) => {
                    return Err(Refusal {
                        reason: "bad-number",
                        detail: e.text(),
                        remedy: "write digits with a point, or leave the cell empty".into(),
                    });
                }
            },
        };
        let d = match &self.factor {
            None => d,
            Some(f) => self.converted(d, f)?,
        };
        if d < self.low || d > self.high {
            let reason = if d.mantissa() < 0 { "negative" } else { "absurd" };
            return Err(Refusal {
                reason,
                detail: Text::new(
                    format!("{d} {} 超出 {} 至 {}", self.unit, self.low, self.high),
                    format!("{d} {} lies outside {} to {}", self.unit, self.low, self.high),
                ),
                remedy: "check the unit and the column; correct the cell or mark it as missing".into(),
            });
        }
        let fits = i64::try_from(d.mantissa()).ok().zip(i8::try_from(d.scale()).ok());
        match fits.filter(|(_, e)| *e <= MAX_DECIMALS) {
            Some(v) => Ok(Some(v)),
            None => Err(Refusal {
                reason: "too-precise",
                detail: Text::new(
                    format!("{d} 的小数超过 {MAX_DECIMALS} 位"),
                    format!("{d} has more than {MAX_DECIMALS} decimals"),
                ),
                remedy: "round the value to what the instrument gives".into(),
            }),
        }
    }

    fn converted(&self, d: Decimal, f: &Ratio) -> Result<Decimal, Refusal> {
        let refuse = |e: Text| Refusal {
            reason: "bad-number",
            detail: e,
            remedy: "give the value in the stored unit".into(),
        };
        let r = Ratio::from(d).mul(*f).map_err(|e| refuse(e.text()))?;
        // Between units of one kind the factor is a power of ten, so this is exact; what is not is refused.
        r.to_decimal()
            .ok_or_else(|| refuse(Text::new("换算后不是准确的十进制数", "not exact after conversion")))
    }
}

/// Nearly every cell is a few digits with at most one point: read without the general parser.
fn plain(cell: &str) -> Option<Decimal> {
    let b = cell.as_bytes();
    if b.is_empty() || b.len() > 17 || !b[0].is_ascii_digit() || !b[b.len() - 1].is_ascii_digit() {
        return None;
    }
    let (mut m, mut scale, mut point) = (0i128, 0u32, false);
    for c in b {
        match c {
            b'0'..=b'9' => {
                m = m * 10 + i128::from(c - b'0');
                scale += u32::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    Decimal::new(m, scale).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_way_reads_what_the_parser_reads() {
        for cell in ["0", "35", "0.6", "12.50", "007", "123456789012.345", ""] {
            match plain(cell) {
                Some(d) => {
                    let p = Decimal::parse(cell).unwrap();
                    assert_eq!((d.mantissa(), d.scale()), (p.mantissa(), p.scale()), "{cell}");
                }
                None => assert!(cell.is_empty(), "{cell}"),
            }
        }
        for cell in ["-1", "1.2.3", ".5", "5.", "1e3", "12 ", "１２"] {
            assert!(plain(cell).is_none(), "{cell}");
        }
    }
}
