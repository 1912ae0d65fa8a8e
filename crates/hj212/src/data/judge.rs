//! Judges the items of an area in one pass: numbers, marks, factors, order, repeats. Finds everything the
//! catalogue calls an item fault or a warning about data; the packet as a whole is judged in `area`.
//!
//! The common packet (each factor's items together, nothing twice) is settled in the pass. Whatever looks as
//! if a key or a factor came again is settled in `review`, on sorted items.

use super::number::{read_short, sign, zero_bytes};
use super::{Attr, Number, Pair, Pairs};
use crate::catalogue::{Reason, Warning, Warnings};
use crate::codes::{self, Known, Medium};
use crate::header::Version;
use crate::time::Time;
use alloc::vec::Vec;

/// One item by its places in the area; an area is shorter than 2^16.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    mantissa: i64,
    key_at: u16,
    key_len: u16,
    value_at: u16,
    value_len: u16,
    pub(crate) group: u16,
    /// Length of what stands before the dash.
    code_len: u16,
    pub(crate) attr: Attr,
    pub(crate) problem: Option<Reason>,
    /// Decimals of `mantissa`, or `NOT_A_NUMBER`, or `LONG`: read again from the text.
    scale: u8,
}

const NOT_A_NUMBER: u8 = 255;
const LONG: u8 = 254;

impl Slot {
    pub(crate) fn key<'a>(&self, area: &'a str) -> &'a str {
        &area[usize::from(self.key_at)..usize::from(self.key_at) + usize::from(self.key_len)]
    }

    pub(crate) fn code<'a>(&self, area: &'a str) -> &'a str {
        &area[usize::from(self.key_at)..usize::from(self.key_at) + usize::from(self.code_len)]
    }

    /// Empty if the item has no `=`.
    pub(crate) fn value<'a>(&self, area: &'a str) -> &'a str {
        &area[usize::from(self.value_at)..usize::from(self.value_at) + usize::from(self.value_len)]
    }

    pub(crate) fn number(&self, area: &str) -> Option<Number> {
        match self.scale {
            NOT_A_NUMBER => None,
            LONG => Number::read(self.value(area).as_bytes()),
            scale => Some(Number {
                mantissa: i128::from(self.mantissa),
                scale: u32::from(scale),
            }),
        }
    }
}

/// What the items are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) version: Version,
    pub(crate) medium: Medium,
    pub(crate) cn: u16,
}

/// The judged items.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) slots: Vec<Slot>,
    pub(crate) warnings: Warnings,
    /// Warnings that only concern an upload.
    pub(crate) upload_warnings: Warnings,
}

/// The factor whose items are being read.
struct Run {
    packed: u64,
    first: usize,
    seen: u32,
    known: Known,
    group: usize,
}

/// Places in the filter that notices repeated codes.
const FILTER_BITS: usize = 2048;

struct Judge<'a> {
    area: &'a str,
    rules: Rules,
    slots: Vec<Slot>,
    warnings: Warnings,
    run: Run,
    filter: [u64; FILTER_BITS / 64],
    /// Something may have come twice.
    review: bool,
    /// Findings about whole factors; void if they are reviewed.
    of_runs: Warnings,
    of_runs_upload: Warnings,
    /// Group and key of the last parameter, for slips of the comma.
    parameter: Option<(usize, &'a str)>,
}

/// Judges every item of an area.
pub(crate) fn judge(area: &str, rules: Rules) -> Judged {
    let mut judge = Judge {
        area,
        rules,
        // An item takes at least a dozen characters in real packets; one growth at most otherwise unlikely.
        slots: Vec::with_capacity(area.len() / 12 + 4),
        warnings: Warnings::default(),
        run: Run {
            packed: 0,
            first: 0,
            seen: 0,
            known: Known::default(),
            group: 0,
        },
        filter: [0; FILTER_BITS / 64],
        review: false,
        of_runs: Warnings::default(),
        of_runs_upload: Warnings::default(),
        parameter: None,
    };
    let mut pairs = Pairs::new(area);
    for pair in pairs.by_ref() {
        judge.item(pair);
    }
    judge.end_run();
    judge.warnings.merge(pairs.warnings());
    let mut upload_warnings = judge.of_runs_upload;
    if judge.review {
        upload_warnings = judge.review();
    } else {
        judge.warnings.merge(judge.of_runs);
    }
    Judged {
        slots: judge.slots,
        warnings: judge.warnings,
        upload_warnings,
    }
}

impl<'a> Judge<'a> {
    fn place(&self, text: &str) -> (u16, u16) {
        // `text` is a slice of the area, which is shorter than 2^16.
        (
            (text.as_ptr() as usize - self.area.as_ptr() as usize) as u16,
            text.len() as u16,
        )
    }

    fn item(&mut self, pair: Pair<'a>) {
        let (key_at, key_len) = self.place(pair.key);
        let (value_at, value_len) = pair.value.map_or((key_at, 0), |value| self.place(value));
        let mut slot = Slot {
            mantissa: 0,
            key_at,
            key_len,
            value_at,
            value_len,
            group: pair.group as u16,
            code_len: key_len,
            attr: Attr::None,
            problem: None,
            scale: NOT_A_NUMBER,
        };
        let Some(value) = pair.value else {
            slot.problem = Some(Reason::ItemWithoutEquals);
            return self.slots.push(slot);
        };
        match find_dash(
            pair.key.as_bytes(),
            &self.area.as_bytes()[usize::from(key_at)..],
        ) {
            _ if pair.key.is_empty() => slot.problem = Some(Reason::ItemKeyEmpty),
            Some((0, _)) => slot.problem = Some(Reason::ItemKeyEmpty),
            None => self.parameter(pair),
            Some((dash, packed)) => {
                slot.code_len = dash as u16;
                slot.attr = Attr::read(&pair.key.as_bytes()[dash + 1..]);
                self.factor_item(pair, &mut slot, packed, value);
            }
        }
        self.slots.push(slot);
    }

    /// A key without dash.
    fn parameter(&mut self, pair: Pair<'a>) {
        let same_group = self.parameter.is_some_and(|(group, _)| group == pair.group);
        // A bare `Flag` is a mark whose comma became a semicolon; BeginTime and EndTime are two projects.
        let slip = pair.key == "Flag"
            || same_group && matches!(pair.key, "BeginTime" | "EndTime" | "DataTime");
        self.warnings.add_if(slip, Warning::SeparatorSlip);
        self.parameter = Some((pair.group, pair.key));
        self.remember(hash(pair.key.as_bytes()));
    }

    #[inline]
    fn factor_item(&mut self, pair: Pair<'a>, slot: &mut Slot, packed: u64, value: &str) {
        let bit = slot.attr.bit();
        if packed != self.run.packed || packed == 0 {
            self.begin_run(pair, slot, packed);
        } else if pair.group != self.run.group {
            // The three values of a standard-sample check are seen apart by semicolons: no slip there.
            self.warnings
                .add_if(self.rules.cn != 2062, Warning::SeparatorSlip);
            self.run.group = pair.group;
        }
        if slot.attr == Attr::Other {
            self.remember(hash(pair.key.as_bytes()));
        } else {
            self.review |= self.run.seen & bit != 0;
        }
        self.run.seen |= bit;
        match slot.attr {
            attr if attr.is_number() => self.number(slot, value, pair.key),
            Attr::Flag if value == "N" => {}
            Attr::Flag => {
                let fits = codes::mark(value)
                    .is_some_and(|mark| !mark.only_2005 || self.rules.version == Version::V2005);
                self.warnings.add_if(!fits, Warning::UnknownDataMark);
            }
            attr if attr.is_time() && Time::read(value.as_bytes()).is_none() => {
                slot.problem = Some(if value.is_empty() {
                    Reason::ValueEmpty
                } else {
                    Reason::ValueNotNumber
                });
            }
            _ => {}
        }
    }

    fn begin_run(&mut self, pair: Pair<'a>, slot: &Slot, packed: u64) {
        let code = &pair.key[..usize::from(slot.code_len)];
        // Codes of more than eight characters are packed as 0: compare their text.
        if packed == 0
            && self
                .slots
                .get(self.run.first)
                .is_some_and(|first| self.run.seen != 0 && first.code(self.area) == code)
        {
            return;
        }
        let shares_group = self.run.seen != 0 && self.run.group == pair.group;
        let follows_time = self
            .parameter
            .is_some_and(|(group, key)| group == pair.group && key == "DataTime");
        // Instrument parameters (i codes) may stand among the values of their factor.
        self.warnings.add_if(
            (shares_group || follows_time) && !code.starts_with('i'),
            Warning::SeparatorSlip,
        );
        self.end_run();
        let known = codes::known(packed, self.rules.medium);
        if !known.annex_b {
            self.warnings
                .add_if(!is_kept_raw(code), Warning::UnknownFactor);
        }
        self.remember(hash(code.as_bytes()));
        self.run = Run {
            packed,
            first: self.slots.len(),
            seen: 0,
            known,
            group: pair.group,
        };
    }

    #[inline]
    fn number(&mut self, slot: &mut Slot, value: &str, key: &str) {
        let base = usize::from(slot.value_at);
        (slot.mantissa, slot.scale) = read_value(value.as_bytes(), &self.area.as_bytes()[base..]);
        if slot.scale == NOT_A_NUMBER {
            // A production condition (p code) is a letter, not a number.
            if !key.starts_with('p') {
                slot.problem = Some(if value.is_empty() {
                    Reason::ValueEmpty
                } else {
                    Reason::ValueNotNumber
                });
            }
            return;
        }
        if slot.mantissa < 0 && self.run.known.concentration && slot.attr != Attr::Cou {
            self.warnings.add(Warning::PhysicallyImpossible);
        }
        if self.run.known.bounded && slot.attr != Attr::Cou {
            let bounds = self
                .run
                .known
                .factor()
                .and_then(|factor| codes::bounds_of_factor(factor.code));
            self.check_bounds(slot, bounds);
        } else if matches!(slot.attr, Attr::RS | Attr::RT) {
            self.check_bounds(slot, codes::bounds_of_attribute(slot.attr.name()));
        }
    }

    fn check_bounds(&mut self, slot: &Slot, bounds: Option<&codes::Bounds>) {
        if let (Some(bounds), Some(number)) = (bounds, slot.number(self.area)) {
            self.warnings.add_if(
                !number.is_within(bounds.min, bounds.max),
                Warning::PhysicallyImpossible,
            );
        }
    }

    /// Notes a hash; if it may have been noted before, the items are reviewed at the end.
    fn remember(&mut self, hash: u64) {
        let place = (hash >> 53) as usize;
        let bit = 1 << (place % 64);
        self.review |= self.filter[place / 64] & bit != 0;
        self.filter[place / 64] |= bit;
    }

    /// The items of one factor are over.
    fn end_run(&mut self) {
        if self.run.seen != 0 {
            let slots = &self.slots[self.run.first..];
            let (warnings, upload) =
                judge_factor(self.area, slots.iter(), self.run.seen, self.rules);
            self.of_runs.merge(warnings);
            self.of_runs_upload.merge(upload);
        }
    }

    /// Settles repeated keys and factors on items sorted by key. Returns the warnings for uploads.
    fn review(&mut self) -> Warnings {
        let area = self.area;
        let mut order: Vec<u16> = (0..self.slots.len() as u16)
            .filter(|i| self.slots[usize::from(*i)].problem != Some(Reason::ItemWithoutEquals))
            .collect();
        order.sort_by_key(|i| self.slots[usize::from(*i)].key(area));
        let mut upload = Warnings::default();
        let mut conflicts: Vec<u16> = Vec::new();
        let slot = |i: &u16| &self.slots[usize::from(*i)];
        for same_key in order.chunk_by(|a, b| slot(a).key(area) == slot(b).key(area)) {
            let first = slot(&same_key[0]);
            if same_key.len() == 1 || first.key_len == 0 {
                continue;
            }
            if same_key
                .iter()
                .all(|i| slot(i).value(area) == first.value(area))
            {
                self.warnings.add(Warning::DuplicateItemSame);
            } else {
                conflicts.extend_from_slice(same_key);
            }
        }
        for i in conflicts {
            self.slots[usize::from(i)].problem = Some(Reason::DuplicateItemConflict);
        }
        let slots = &self.slots;
        for factor in order
            .chunk_by(|a, b| slots[usize::from(*a)].code(area) == slots[usize::from(*b)].code(area))
        {
            let items = || {
                factor
                    .iter()
                    .map(|i| &slots[usize::from(*i)])
                    .filter(|slot| slot.attr != Attr::None)
            };
            let seen = items().fold(0, |seen, slot| seen | slot.attr.bit());
            if seen != 0 {
                let (warnings, for_upload) = judge_factor(area, items(), seen, self.rules);
                self.warnings.merge(warnings);
                upload.merge(for_upload);
            }
        }
        upload
    }
}

/// Commands whose factors need a data mark.
const MARKED: [u16; 4] = [2011, 2031, 2051, 2061];

/// What can be said of all items of one factor: warnings, and those that only concern an upload.
fn judge_factor<'s>(
    area: &str,
    slots: impl Iterator<Item = &'s Slot> + Clone,
    seen: u32,
    rules: Rules,
) -> (Warnings, Warnings) {
    let (mut warnings, mut upload) = (Warnings::default(), Warnings::default());
    if seen & Attr::Flag.bit() == 0 {
        let code = slots.clone().next().map_or("", |slot| slot.code(area));
        let marked = MARKED.contains(&rules.cn) && matches!(code.as_bytes(), [b'w' | b'a', ..]);
        upload.add_if(marked, Warning::DataMarkMissing);
    } else {
        warnings.add_if(seen & Attr::numbers() == 0, Warning::MarkWithoutValue);
    }
    for trio in [
        [Attr::Min, Attr::Avg, Attr::Max],
        [Attr::ZsMin, Attr::ZsAvg, Attr::ZsMax],
    ] {
        if trio.iter().filter(|attr| seen & attr.bit() != 0).count() < 2 {
            continue;
        }
        let mut numbers = trio
            .iter()
            .filter_map(|attr| slots.clone().find(|slot| slot.attr == *attr))
            .filter_map(|slot| slot.number(area));
        let mut last = numbers.next();
        for number in numbers {
            warnings.add_if(
                last.is_some_and(|last| last.compare(&number).is_some_and(|o| o.is_gt())),
                Warning::MinAvgMaxOrder,
            );
            last = Some(number);
        }
    }
    (warnings, upload)
}

/// Codes that are kept without a warning although no table lists them: process, power, production,
/// VOC and site codes, facility numbers.
fn is_kept_raw(code: &str) -> bool {
    match code.as_bytes() {
        [b'e' | b'g' | b'd' | b'p' | b'v' | b'i', rest @ ..] => {
            matches!(code.len(), 1..=12) && rest.iter().all(u8::is_ascii_alphanumeric)
        }
        // The standard prints one site code with a capital (I33400).
        [b'I', rest @ ..] | [b'S', b'B', rest @ ..] => {
            !rest.is_empty() && rest.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// Where the dash of a key stands, and the code before it as a number (0 if longer than eight characters).
/// `from_key` begins with the key and goes on behind it.
#[inline]
fn find_dash(key: &[u8], from_key: &[u8]) -> Option<(usize, u64)> {
    if let Some(start) = from_key.first_chunk::<8>() {
        let word = u64::from_le_bytes(*start);
        let dashes = zero_bytes(word ^ 0x2D2D_2D2D_2D2D_2D2D);
        let dash = (dashes.trailing_zeros() / 8) as usize;
        if dashes != 0 && dash < key.len() {
            return Some((dash, word & ((1 << (8 * dash)) - 1)));
        }
    }
    let dash = memchr::memchr(b'-', key)?;
    let packed = if dash > 8 {
        0
    } else {
        key[..dash]
            .iter()
            .rev()
            .fold(0, |packed, byte| packed << 8 | u64::from(*byte))
    };
    Some((dash, packed))
}

/// Mantissa and scale of a value, or `NOT_A_NUMBER`. `from_value` begins with it and goes on behind it.
#[inline]
fn read_value(value: &[u8], from_value: &[u8]) -> (i64, u8) {
    let (negative, digits) = sign(value);
    let rest = &from_value[value.len() - digits.len()..];
    if let (Some(start), 1..=8) = (rest.first_chunk::<8>(), digits.len()) {
        return match read_short(u64::from_le_bytes(*start), digits.len()) {
            Some((mantissa, scale)) => (
                if negative {
                    -i64::from(mantissa)
                } else {
                    i64::from(mantissa)
                },
                scale,
            ),
            None => (0, NOT_A_NUMBER),
        };
    }
    match Number::read(value) {
        None => (0, NOT_A_NUMBER),
        Some(number) => match (i64::try_from(number.mantissa), u8::try_from(number.scale)) {
            (Ok(mantissa), Ok(scale)) if scale < LONG => (mantissa, scale),
            // The sign is kept for the look at negative values; the digits are read again when asked for.
            _ => (if number.mantissa < 0 { -1 } else { 1 }, LONG),
        },
    }
}

/// FNV-1a with a final mix, for the filter of repeats only.
fn hash(bytes: &[u8]) -> u64 {
    let sum = bytes.iter().fold(0xCBF2_9CE4_8422_2325u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    });
    (sum ^ sum >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
