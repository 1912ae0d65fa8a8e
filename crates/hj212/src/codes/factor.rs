//! Factor codes: names and units (`data/factors.csv`), found by a hash table made at compile time.

use super::Medium;
use crate::csv::{Cursor, same, starts};

/// A factor or state code of Annex B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The code; `x` stands for a digit of a device number.
    pub code: &'static str,
    /// Chinese name.
    pub name: &'static str,
    /// Unit of a concentration or state as the standard prints it; empty if it prints none. The default only:
    /// the unit of a station's data is the one in its registration.
    pub unit: &'static str,
    /// Unit of a total (`Cou`); empty if none.
    pub unit_total: &'static str,
    /// Default number type (`N5.2`).
    pub format: &'static str,
    /// The code HJ/T 212-2005 had for it; empty if none.
    pub code_2005: &'static str,
    /// Whether Annex B has it; otherwise it is merely used in the field.
    pub annex_b: bool,
}

impl Factor {
    /// Whether its unit is mass per volume, so that a negative value is impossible.
    pub const fn is_concentration(&self) -> bool {
        starts(self.unit, "毫克/") || starts(self.unit, "微克/") || starts(self.unit, "纳克/")
    }

    /// The medium its first letter says.
    pub const fn medium(&self) -> Medium {
        match self.code.as_bytes()[0] {
            b'w' => Medium::Water,
            b'a' => Medium::Air,
            b'L' => Medium::Noise,
            _ => Medium::Other,
        }
    }

    const fn has_placeholder(&self) -> bool {
        let code = self.code.as_bytes();
        code[code.len() - 1] == b'x'
    }
}

const FACTORS_CSV: Cursor = Cursor::new(include_str!("../../data/factors.csv"));
const COUNT: usize = FACTORS_CSV.rows();

static FACTORS: [Factor; COUNT] = {
    let mut cursor = FACTORS_CSV;
    let mut rows = [Factor {
        code: "",
        name: "",
        unit: "",
        unit_total: "",
        format: "",
        code_2005: "",
        annex_b: false,
    }; COUNT];
    let mut i = 0;
    while i < COUNT {
        rows[i] = Factor {
            code: cursor.field(),
            name: cursor.field(),
            unit: cursor.field(),
            unit_total: cursor.field(),
            format: cursor.field(),
            code_2005: cursor.field(),
            annex_b: same(cursor.field(), "annex_b"),
        };
        i += 1;
    }
    rows
};

/// What the parser must know of a code, in one byte-sized look-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Row in the table plus one; 0 = the code is not there.
    row: u16,
    /// Annex B has the code.
    pub(crate) annex_b: bool,
    /// Its unit is mass per volume.
    pub(crate) concentration: bool,
    /// `data/plausible.csv` bounds its values.
    pub(crate) bounded: bool,
}

const NOT_KNOWN: Known = Known {
    row: 0,
    annex_b: false,
    concentration: false,
    bounded: false,
};

/// Slots of the hash tables: a power of two, at most half full.
const SLOTS: usize = 1024;
/// An odd multiplier spreads the packed codes over the top bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A code of at most eight bytes as one number, first byte lowest.
const fn pack(code: &[u8]) -> u64 {
    let mut packed = 0;
    let mut i = code.len();
    while i > 0 {
        i -= 1;
        packed = packed << 8 | code[i] as u64;
    }
    packed
}

const fn slot(packed: u64) -> usize {
    (packed.wrapping_mul(SPREAD) >> 54) as usize
}

/// The codes of today (`old` = false) or of 2005, by packed code; empty slots have key 0.
const fn table(old: bool) -> [(u64, Known); SLOTS] {
    let mut slots = [(0, NOT_KNOWN); SLOTS];
    let mut i = 0;
    while i < COUNT {
        let factor = &FACTORS[i];
        let code = if old { factor.code_2005 } else { factor.code };
        if !code.is_empty() && (old || !factor.has_placeholder()) {
            let packed = pack(code.as_bytes());
            let mut at = slot(packed);
            while slots[at].0 != 0 && slots[at].0 != packed {
                at = (at + 1) % SLOTS;
            }
            // A code that stands twice keeps its first row.
            if slots[at].0 == 0 {
                let known = Known {
                    row: i as u16 + 1,
                    annex_b: factor.annex_b,
                    concentration: factor.is_concentration(),
                    bounded: super::parameter::is_bounded(factor.code),
                };
                slots[at] = (packed, known);
            }
        }
        i += 1;
    }
    slots
}

static NOW: [(u64, Known); SLOTS] = table(false);
static OLD: [(u64, Known); SLOTS] = table(true);

fn find(slots: &'static [(u64, Known); SLOTS], packed: u64) -> Known {
    let mut at = slot(packed);
    // Ends: at most half of the slots are taken.
    while slots[at].0 != packed {
        if slots[at].0 == 0 {
            return NOT_KNOWN;
        }
        at = (at + 1) % SLOTS;
    }
    slots[at].1
}

/// Looks a packed code (not zero) up: today's codes first, then those of 2005 in the medium's list.
pub(crate) fn known(packed: u64, medium: Medium) -> Known {
    let now = find(&NOW, packed);
    if now.row != 0 {
        return now;
    }
    let old = find(&OLD, packed);
    match old.factor() {
        Some(factor) if medium == Medium::Other || factor.medium() == medium => old,
        _ => NOT_KNOWN,
    }
}

impl Known {
    pub(crate) fn factor(self) -> Option<&'static Factor> {
        FACTORS.get(usize::from(self.row).wrapping_sub(1))
    }
}

/// The whole table.
pub fn factors() -> &'static [Factor] {
    &FACTORS
}

/// A factor by its code of 2017 (device numbers in place of `x` allowed).
pub fn factor(code: &str) -> Option<&'static Factor> {
    if code.is_empty() || code.len() > 8 {
        return None;
    }
    find(&NOW, pack(code.as_bytes()))
        .factor()
        .or_else(|| FACTORS.iter().find(|row| row.has_placeholder() && fits(row.code, code)))
}

/// A factor by its code of 2005, in the list that belongs to the system code's medium.
pub fn factor_of_2005(code: &str, medium: Medium) -> Option<&'static Factor> {
    if code.is_empty() || code.len() > 8 {
        return None;
    }
    let factor = find(&OLD, pack(code.as_bytes())).factor()?;
    (medium == Medium::Other || factor.medium() == medium).then_some(factor)
}

/// Whether `code` is `pattern` with digits in place of its `x`.
fn fits(pattern: &str, code: &str) -> bool {
    pattern.len() == code.len()
        && pattern
            .bytes()
            .zip(code.bytes())
            .all(|(p, c)| p == c || p == b'x' && c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_code() {
        const { assert!(COUNT > 370 && COUNT * 2 < SLOTS) };
        for row in factors() {
            let found = factor(row.code).or_else(|| factor(&row.code.replace('x', "1")));
            assert!(found.is_some_and(|f| f.code == row.code), "{row:?}");
        }
    }

    #[test]
    fn old_codes_are_mapped_by_medium() {
        assert_eq!(factor_of_2005("011", Medium::Water).map(|f| f.code), Some("w01018"));
        assert_eq!(factor_of_2005("011", Medium::Air), None);
        assert_eq!(factor_of_2005("S01", Medium::Air).map(|f| f.code), Some("a19001"));
        assert_eq!(factor_of_2005("02", Medium::Air).map(|f| f.name), Some("二氧化硫"));
        assert_eq!(factor_of_2005("B03", Medium::Noise).map(|f| f.code), Some("LA"));
    }

    #[test]
    fn kinds() {
        assert!(factor("a21026").is_some_and(|f| f.is_concentration() && f.unit_total == "千克"));
        assert!(factor("a01013").is_some_and(|f| !f.is_concentration()));
        assert!(factor("a24016").is_some_and(|f| f.name == "1,1-二氯乙烷"));
        assert_eq!(factor("i33315").map(|f| f.name), Some("炉膛内上部焚烧温度"));
        assert_eq!(factor("zz"), None);
        assert!(known(pack(b"001"), Medium::Water).bounded && known(pack(b"w01001"), Medium::Air).bounded);
    }
}
