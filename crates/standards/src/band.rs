//! Bands: rows with up to four bounds in the columns `ge`, `gt`, `lt`, `le`; an empty cell is no bound. Where bands
//! end, and on which side the equal sign stands, is in the tables, never here.

use crate::EvalError;
use crate::cell::optional;
use figure::Ratio;
use law::Provision;

/// Whether a value lies in the band of a row.
pub(crate) fn holds(p: &Provision, row: usize, value: Ratio) -> Result<bool, EvalError> {
    let bound = |column: &str| Ok::<_, EvalError>(optional(p, row, column)?.map(Ratio::from));
    let (ge, gt, lt, le) = (bound("ge")?, bound("gt")?, bound("lt")?, bound("le")?);
    Ok(ge.is_none_or(|b| value >= b)
        && gt.is_none_or(|b| value > b)
        && lt.is_none_or(|b| value < b)
        && le.is_none_or(|b| value <= b))
}

/// The first row that has the given cells and whose band holds the value.
pub(crate) fn band(
    p: &Provision,
    value: impl Into<Ratio>,
    wanted: &[(&str, &str)],
) -> Result<Option<usize>, EvalError> {
    let value = value.into();
    for row in 0..p.table.rows.len() {
        if wanted.iter().all(|(c, v)| p.table.text(row, c) == *v) && holds(p, row, value)? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// As [`band`], for values that every table must place.
pub(crate) fn must_band(p: &Provision, value: impl Into<Ratio>, wanted: &[(&str, &str)]) -> Result<usize, EvalError> {
    let value = value.into();
    band(p, value, wanted)?.ok_or_else(|| EvalError::law(p, format!("no band holds {}", value.shown(6))))
}

/// The bounds of a band as text: `50 < x ≤ 60`.
pub(crate) fn bounds(p: &Provision, row: usize) -> String {
    let side = |column: &str, text: &dyn Fn(&str) -> String| match p.table.text(row, column) {
        "" => String::new(),
        cell => text(cell),
    };
    let low = side("ge", &|c| format!("{c} ≤ ")) + &side("gt", &|c| format!("{c} < "));
    let high = side("lt", &|c| format!(" < {c}")) + &side("le", &|c| format!(" ≤ {c}"));
    format!("{low}x{high}")
}
