//! One row of HJ 633's table of breakpoints, in integers, and the interpolation in it.

use figure::{Decimal, Mode, NumberError, Ratio, div_round};

/// One row of the table of breakpoints, at one scale.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Decimals the concentrations below are scaled by.
    pub scale: u32,
    /// (concentration, index), rising in both; at least two.
    pub points: Vec<(i64, u16)>,
    pub beyond: Beyond,
}

/// What holds above the last concentration of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beyond {
    /// The upper end of the index.
    Max,
    /// A fixed index.
    Fixed(u16),
    /// No index; another period's is reported.
    None,
}

/// An individual index, with what it was computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iaqi {
    /// The index; none where the row says to report another period's.
    pub value: Option<u16>,
    /// The concentration as rounded before the index.
    pub concentration: Decimal,
    /// The stretch of the table it fell in; none beyond its end.
    pub segment: Option<Segment>,
}

/// Two neighbouring columns of the table of breakpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names of the formula in HJ 633
pub struct Segment {
    pub iaqi_lo: u16,
    pub iaqi_hi: u16,
    pub bp_lo: Decimal,
    pub bp_hi: Decimal,
}

impl Row {
    /// The index at a concentration in this row's scale, and the stretch it fell in.
    pub(super) fn value(&self, c: i64, mode: Mode, max: u16) -> Result<(Option<u16>, Option<usize>), NumberError> {
        let Some(hi) = self.points.iter().position(|(bp, _)| c <= *bp) else {
            return Ok(match self.beyond {
                Beyond::Max => (Some(max), None),
                Beyond::Fixed(v) => (Some(v), None),
                Beyond::None => (None, None),
            });
        };
        let hi = hi.max(1); // c = 0 belongs to the first stretch
        let ((b0, i0), (b1, i1)) = (self.points[hi - 1], self.points[hi]); // at least two points: checked on compiling
        let num = i128::from(i1 - i0) * i128::from(c - b0);
        let step = div_round(num, u128::from(b1.abs_diff(b0)), mode)?;
        let value = u16::try_from(step + i128::from(i0)).map_err(|_| NumberError::Overflow)?;
        Ok((Some(value), Some(hi)))
    }

    pub(super) fn segment(&self, hi: usize) -> Result<Segment, NumberError> {
        let ((b0, i0), (b1, i1)) = (self.points[hi - 1], self.points[hi]); // `hi` came from `value`
        let at = |b: i64| Decimal::new(i128::from(b), self.scale).map(Decimal::normalized);
        Ok(Segment {
            iaqi_lo: i0,
            iaqi_hi: i1,
            bp_lo: at(b0)?,
            bp_hi: at(b1)?,
        })
    }
}

/// `(150−100)⁄(115−75)×(89−75)+100 = 117.5 → 118`: the formula of HJ 633 with its numbers.
pub(super) fn formula(c: Decimal, s: &Segment, value: u16) -> String {
    let Segment {
        iaqi_lo,
        iaqi_hi,
        bp_lo,
        bp_hi,
    } = s;
    let exact = || {
        let slope = Ratio::from(i64::from(iaqi_hi - iaqi_lo)).div(Ratio::from(*bp_hi).sub((*bp_lo).into())?)?;
        slope
            .mul(Ratio::from(c).sub((*bp_lo).into())?)?
            .add(Ratio::from(i64::from(*iaqi_lo)))
    };
    let shown = exact().map_or_else(|_: NumberError| String::new(), |r| format!(" = {}", r.shown(4)));
    format!("({iaqi_hi}−{iaqi_lo})⁄({bp_hi}−{bp_lo})×({c}−{bp_lo})+{iaqi_lo}{shown} → {value}")
}
