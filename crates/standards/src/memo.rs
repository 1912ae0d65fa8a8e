//! Parts of a figure, each computed once: measured values repeat, for they have few digits.

use crate::{EvalError, Part, Parts};
use figure::Decimal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Values from 0 to this many units of the last decimal are remembered (64 KB a column).
const VALUES: usize = 1 << 14;
/// Columns with so many decimals at most have a table of their own; of finer ones (a table of observations keeps nine)
/// only the values that need no more than one are remembered.
const DECIMALS: usize = 4;

/// The parts met so far, by argument, decimals and value. Shared by threads: two that miss the same part compute it
/// twice and write the same.
#[derive(Debug, Default)]
pub struct Memo {
    tables: Vec<[OnceLock<Box<[AtomicU32]>>; DECIMALS + 1]>,
}

impl Memo {
    /// For a function with so many arguments.
    pub fn new(arguments: usize) -> Self {
        Self {
            tables: (0..arguments).map(|_| Default::default()).collect(),
        }
    }

    /// The parts of one argument, given as integers with `scale` decimals. None for an argument beyond those declared.
    pub fn column<'a>(&'a self, parts: &'a dyn Parts, place: usize, scale: u32) -> Option<Column<'a>> {
        let own = usize::try_from(scale).ok().filter(|s| *s <= DECIMALS);
        let (kept, unit) = match own {
            Some(kept) => (kept, 1),
            None => (1, 10i64.checked_pow(scale - 1)?),
        };
        let table = self.tables.get(place)?[kept].get_or_init(|| (0..VALUES).map(|_| AtomicU32::new(0)).collect());
        Some(Column {
            table,
            unit,
            parts,
            place,
            scale,
        })
    }
}

/// One argument of a [`Memo`].
pub struct Column<'a> {
    table: &'a [AtomicU32],
    /// How many units of the column make one of the table.
    unit: i64,
    parts: &'a dyn Parts,
    place: usize,
    scale: u32,
}

impl Column<'_> {
    /// The part of `mantissa / 10^scale`.
    ///
    /// # Errors
    /// As [`Parts::part`]; errors are not remembered.
    #[inline]
    pub fn part(&self, mantissa: i128) -> Result<Part, EvalError> {
        let Some(slot) = self.slot(mantissa) else {
            return self.computed(mantissa);
        };
        match slot.load(Ordering::Relaxed) {
            0 => {
                let part = self.computed(mantissa)?;
                slot.store(pack(part), Ordering::Relaxed);
                Ok(part)
            }
            packed => Ok(unpack(packed)),
        }
    }

    #[inline]
    fn slot(&self, mantissa: i128) -> Option<&AtomicU32> {
        if self.unit == 1 {
            return self.table.get(usize::try_from(mantissa).ok()?);
        }
        let m = i64::try_from(mantissa).ok().filter(|m| m % self.unit == 0)?;
        self.table.get(usize::try_from(m / self.unit).ok()?)
    }

    #[cold]
    fn computed(&self, mantissa: i128) -> Result<Part, EvalError> {
        self.parts.part(self.place, Decimal::new(mantissa, self.scale)?)
    }
}

/// Zero stays free for "not computed yet": the highest bit of the marks is not used.
const MET: u32 = 1 << 31;

fn pack(p: Part) -> u32 {
    MET | u32::from(p.marks) << 16 | u32::from(p.worst)
}

fn unpack(packed: u32) -> Part {
    Part {
        worst: (packed & 0xffff) as u16,
        marks: (packed >> 16 & 0x7fff) as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Brief;
    use std::sync::atomic::AtomicUsize;

    /// Its part is the whole number below; it counts how often it is asked.
    #[derive(Default)]
    struct Floor(AtomicUsize);

    impl Parts for Floor {
        fn part(&self, place: usize, number: Decimal) -> Result<Part, EvalError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let unit = 10i128.pow(number.scale());
            let whole = u16::try_from(number.mantissa() / unit);
            let worst = whole.map_err(|_| EvalError::argument("x", "too large or negative"))?;
            Ok(Part {
                worst,
                marks: 0x4000 | place as u16,
            })
        }
        fn whole(&self, _: Part) -> Result<Brief<'_>, EvalError> {
            Ok(Brief::Missing)
        }
    }

    #[test]
    fn a_part_is_computed_once_and_stays_the_same() {
        let (floor, memo) = (Floor::default(), Memo::new(2));
        let asked = || floor.0.load(Ordering::Relaxed);
        let one = memo.column(&floor, 1, 1).unwrap();
        let nine = memo.column(&floor, 1, 9).unwrap();
        let expected = Part {
            worst: 36,
            marks: 0x4001,
        };
        assert_eq!((one.part(368), asked()), (Ok(expected), 1));
        // The same value at nine decimals is the same part; a finer one is computed each time.
        assert_eq!((nine.part(36_800_000_000), asked()), (Ok(expected), 1));
        assert_eq!((nine.part(36_800_000_001), asked()), (Ok(expected), 2));
        assert_eq!((nine.part(36_800_000_001), asked()), (Ok(expected), 3));
        // The other argument, and a part of nothing, are remembered, too.
        let other = memo.column(&floor, 0, 1).unwrap();
        assert_eq!(
            (other.part(3), other.part(3), asked()),
            (
                Ok(Part {
                    worst: 0,
                    marks: 0x4000
                }),
                Ok(Part {
                    worst: 0,
                    marks: 0x4000
                }),
                4
            )
        );
        // Beyond the table, and errors.
        assert_eq!(
            (one.part(163_840), one.part(163_840), asked()),
            (
                Ok(Part {
                    worst: 16_384,
                    marks: 0x4001
                }),
                Ok(Part {
                    worst: 16_384,
                    marks: 0x4001
                }),
                6
            )
        );
        assert!(one.part(-10).is_err() && one.part(-10).is_err() && one.part(i128::MAX).is_err());
        assert_eq!(asked(), 8); // what is no decimal does not get as far
        assert!(memo.column(&floor, 2, 1).is_none() && memo.column(&floor, 0, 20).is_none());
    }
}
