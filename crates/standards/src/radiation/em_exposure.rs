//! Several frequencies together (GB 8702, 4.2).

use super::em::{UNIT, band, hertz, quantity};
use crate::cell::{at, decimal, whole};
use crate::node::{Noted, nothing};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "radiation.em_exposure",
    title: ("多个频率电磁场的合并评价", "Exposure to several frequencies"),
    args: &[
        Arg::text("f", ("各频率，空格分隔", "the frequencies, parted by spaces")),
        UNIT,
        Arg::text("e", ("各频率的电场强度V/m，空格分隔", "electric field at each, V/m")).optional(),
        Arg::text(
            "b",
            ("各频率的磁感应强度µT，空格分隔", "magnetic flux density at each, uT"),
        )
        .optional(),
    ],
    results: &[
        Column::number("sum_e_low"),
        Column::number("sum_b_low"),
        Column::number("sum_e_high"),
        Column::number("sum_b_high"),
    ],
    keys: &[
        "radiation.em.limit",
        "radiation.em.exposure",
        "radiation.em.frequency_unit",
    ],
    eval: exposure,
}];

/// Quotients are kept to so many decimals: their exact sum over unlike limits would outgrow any integer.
const KEPT: i32 = 15;

/// The sums of one range and quantity.
#[derive(Clone, Copy, Default)]
struct Sum {
    total: Decimal,
    /// Frequencies of the range without a value.
    lacking: usize,
    given: bool,
}

fn exposure(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, rule) = (at(c, "radiation.em.limit")?, at(c, "radiation.em.exposure")?);
    let mut e = Explanation::new("多频合并评价", "Several frequencies together")
        .noted(rule)
        .clause(p.clause_ref())
        .clause(rule.clause_ref());
    let mut frequencies = Vec::new();
    for (i, f) in args.list("f")?.into_iter().enumerate() {
        let f = f.ok_or_else(|| EvalError::argument("f", "a frequency is missing"))?;
        frequencies.push(hertz(c, args, &format!("f[{}]", i + 1), f)?);
    }
    let mut sums = [[Sum::default(); 2]; 2]; // by range (low, high), by quantity (e, b)
    let mut used = [false; 2];
    for (q, name) in ["e", "b"].into_iter().enumerate() {
        let given = match args.get(name) {
            None => vec![None; frequencies.len()],
            Some(_) => args.list(name)?,
        };
        if given.len() != frequencies.len() {
            let reason = format!(
                "{} values for {} frequencies: give one for each",
                given.len(),
                frequencies.len()
            );
            return Err(EvalError::argument(name, reason));
        }
        for (f, value) in frequencies.iter().zip(given) {
            let r = band(rule, "f", *f)?;
            let high = usize::from(rule.table.text(r, "range") == "high");
            used[high] = true;
            let sum = &mut sums[high][q];
            let (Some(value), Some(limit)) = (value, quantity(p, band(p, "f", *f)?, *f, name)?) else {
                sum.lacking += 1;
                continue;
            };
            if value.is_negative() {
                return Err(EvalError::argument(name, format!("{value} is negative / 不得为负")));
            }
            let share = Ratio::from(value).div(limit)?.round(&Rounding::gbt8170(KEPT))?;
            let mut part = Ratio::from(share);
            for _ in 1..whole::<u8>(rule, r, "power")?.min(4) {
                part = part.mul(share.into())?;
            }
            sum.total = sum.total.add(part.round(&Rounding::gbt8170(KEPT))?)?;
            sum.given = true;
        }
    }
    let (mut exceeds, mut unsaid) = (false, false);
    for (high, range) in ["low", "high"].into_iter().enumerate() {
        if !used[high] {
            continue;
        }
        let most = decimal(rule, crate::cell::row(rule, &[("range", range)])?, "at_most")?;
        exceeds |= sums[high].iter().any(|s| s.given && s.total > most);
        let whole: Vec<bool> = sums[high].iter().map(|s| s.given && s.lacking == 0).collect();
        if high == 0 {
            unsaid |= !whole.iter().all(|w| *w);
        } else {
            unsaid |= !whole.iter().any(|w| *w);
            if !whole.iter().all(|w| *w) {
                e = e.note(
                    "只有一个量：仅适用于远场",
                    "one quantity only: good for the far field alone",
                );
            }
        }
    }
    let cell = |high: usize, q: usize| -> Result<Cell, EvalError> {
        let s = sums[high][q];
        Ok(if s.given {
            s.total.round(&Rounding::gbt8170(4))?.into()
        } else {
            Cell::Missing
        })
    };
    let columns = vec![
        ("sum_e_low", cell(0, 0)?),
        ("sum_b_low", cell(0, 1)?),
        ("sum_e_high", cell(1, 0)?),
        ("sum_b_high", cell(1, 1)?),
    ];
    if !exceeds && (unsaid || frequencies.is_empty()) {
        return Ok(nothing(
            e,
            columns,
            "数据不全：100 kHz以下电场和磁感应强度都要有，以上至少一个量各频率齐全",
            "not enough: below 100 kHz both E and B are needed, above it one of them at every frequency",
        ));
    }
    Ok(Outcome {
        value: (!exceeds).into(),
        columns,
        explanation: e.value(if exceeds { "no" } else { "yes" }),
    })
}
