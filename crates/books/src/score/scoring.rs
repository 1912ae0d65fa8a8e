//! How a value becomes points: exact, 0 … 100.

use crate::error::{Error, Result};
use crate::pack::score::Scoring;
use figure::{Decimal, Ratio};

/// Full points of an item.
const FULL: i64 = 100;

/// Points and the formula with the numbers in it. A value that the rule cannot read is refused.
pub(super) fn points(rule: &Scoring, value: &str) -> Result<(Ratio, String)> {
    let number = || read(value);
    let full = Ratio::from(FULL);
    let zero = Ratio::ZERO;
    Ok(match rule {
        Scoring::Direct => {
            let v = number()?;
            let cut = v.clamp(zero, full);
            (cut, format!("{value} → {}", cut.shown(4)))
        }
        Scoring::Linear { zero: none, full: all } => {
            let (v, a, b) = (number()?, read(none)?, read(all)?);
            let share = v
                .sub(a)
                .and_then(|n| b.sub(a).and_then(|d| n.div(d)))
                .map_err(number_error)?;
            let p = share.mul(full).map_err(number_error)?.clamp(zero, full);
            (
                p,
                format!("({value} − {none}) / ({all} − {none}) × 100 = {}", p.shown(4)),
            )
        }
        Scoring::Steps { steps } => {
            let v = number()?;
            for [least, gives] in steps {
                if v >= read(least)? {
                    return Ok((read(gives)?, format!("{value} ≥ {least} → {gives}")));
                }
            }
            let lowest = steps.last().map_or("", |s| s[0].as_str());
            (zero, format!("{value} < {lowest} → 0"))
        }
        Scoring::Words { points } => match points.get(value.trim()) {
            Some(gives) => (read(gives)?, format!("{value} → {gives}")),
            None => {
                let all: Vec<&str> = points.keys().map(String::as_str).collect();
                return Err(Error::refused(
                    format!("“{value}”不在可选的 {} 之中。", all.join("、")),
                    format!("`{value}` is none of {}", all.join(", ")),
                ));
            }
        },
        Scoring::Deduct { each } => {
            let off = number()?.mul(read(each)?).map_err(number_error)?;
            let p = full.sub(off).map_err(number_error)?.clamp(zero, full);
            (p, format!("100 − {value} × {each} → {}", p.shown(4)))
        }
        Scoring::Bonus { each, most } => {
            let p = number()?
                .mul(read(each)?)
                .map_err(number_error)?
                .clamp(zero, read(most)?.max(zero));
            (p, format!("{value} × {each} ≤ {most} → {}", p.shown(4)))
        }
    })
}

/// A number as an exact fraction.
pub(super) fn read(text: &str) -> Result<Ratio> {
    Decimal::parse(text.trim())
        .map(Ratio::from)
        .map_err(|_| Error::refused(format!("“{text}”不是数字。"), format!("`{text}` is no number")))
}

pub(super) fn number_error(e: figure::NumberError) -> Error {
    Error::refused(
        format!("分数无法计算：{e}。"),
        format!("the points cannot be computed: {e}"),
    )
}
