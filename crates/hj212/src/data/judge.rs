//! Judges the items of an area in one pass: numbers, marks, factors, order, repeats. Finds everything the
//! catalogue calls an item fault or a warning about data; the packet as a whole is judged in `area`.
//!
//! The common packet (each factor's items together, nothing twice) is settled in the pass. Whatever looks as
//! if a key or a factor came again is settled in `review`, on sorted items.

use super::pairs::Places;
use super::slot::{NOT_A_NUMBER, Slot, find_dash, read_value, word_of};
use super::{Attr, Number, Pairs};
use crate::catalogue::{Reason, Warning, Warnings};
use crate::codes::{self, Known, Medium};
use crate::header::Version;
use crate::time::Time;
use alloc::vec::Vec;

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
    /// All parameters (keys without a dash) stand among the first so many.
    pub(crate) parameters_end: usize,
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
    parameters_end: usize,
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
        parameters_end: 0,
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
    while let Some(places) = pairs.step() {
        judge.item(places);
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
        parameters_end: judge.parameters_end,
        warnings: judge.warnings,
        upload_warnings,
    }
}

/// What is known of an item's value.
#[derive(Clone, Copy)]
struct Reading {
    mantissa: i64,
    scale: u8,
    problem: Option<Reason>,
}

impl Reading {
    const TEXT: Reading = Reading {
        mantissa: 0,
        scale: NOT_A_NUMBER,
        problem: None,
    };

    fn fault(reason: Reason) -> Reading {
        Reading {
            problem: Some(reason),
            ..Reading::TEXT
        }
    }

    fn not_a_number(value: &[u8]) -> Reading {
        Reading::fault(if value.is_empty() {
            Reason::ValueEmpty
        } else {
            Reason::ValueNotNumber
        })
    }
}

/// One item of the factor that is being read.
#[derive(Clone, Copy)]
struct FactorItem<'a> {
    key: &'a [u8],
    dash: usize,
    packed: u64,
    attr: Attr,
    value: &'a [u8],
    /// The value and what stands behind it.
    from_value: &'a [u8],
    group: usize,
}

impl<'a> Judge<'a> {
    #[inline]
    fn item(&mut self, places: Places) {
        let bytes = self.area.as_bytes();
        let (key_at, key_end) = places.key;
        let key = &bytes[key_at..key_end];
        let (mut code_len, mut attr) = (key.len(), Attr::None);
        let reading = match (places.value, find_dash(key, &bytes[key_at..])) {
            (None, _) => Reading::fault(Reason::ItemWithoutEquals),
            (_, Some((0, _))) => Reading::fault(Reason::ItemKeyEmpty),
            _ if key.is_empty() => Reading::fault(Reason::ItemKeyEmpty),
            (Some(_), None) => {
                self.parameter(places.group, &self.area[key_at..key_end]);
                Reading::TEXT
            }
            (Some((from, to)), Some((dash, packed))) => {
                let name = &key[dash + 1..];
                code_len = dash;
                attr = Attr::read_word(word_of(name.len(), &bytes[key_at + dash + 1..]), name);
                let (value, from_value) = (&bytes[from..to], &bytes[from..]);
                self.factor_item(FactorItem {
                    key,
                    dash,
                    packed,
                    attr,
                    value,
                    from_value,
                    group: places.group,
                })
            }
        };
        let (value_at, value_end) = places.value.unwrap_or((key_at, key_at));
        // Built here in one piece: filled field by field, it would wait for itself when it is moved.
        self.slots.push(Slot {
            mantissa: reading.mantissa,
            key_at: key_at as u16,
            key_len: (key_end - key_at) as u16,
            value_at: value_at as u16,
            value_len: (value_end - value_at) as u16,
            group: places.group as u16,
            code_len: code_len as u16,
            attr,
            problem: reading.problem,
            scale: reading.scale,
        });
    }

    /// A key without dash.
    fn parameter(&mut self, group: usize, key: &'a str) {
        let same_group = self.parameter.is_some_and(|(last, _)| last == group);
        // A bare `Flag` is a mark whose comma became a semicolon; BeginTime and EndTime are two projects.
        let slip = key == "Flag" || same_group && matches!(key, "BeginTime" | "EndTime" | "DataTime");
        self.warnings.add_if(slip, Warning::SeparatorSlip);
        self.parameter = Some((group, key));
        self.parameters_end = self.slots.len() + 1;
        self.remember(hash(key.as_bytes()));
    }

    #[inline]
    fn factor_item(&mut self, item: FactorItem<'a>) -> Reading {
        let bit = item.attr.bit();
        if item.packed != self.run.packed || item.packed == 0 {
            self.begin_run(&item);
        } else if item.group != self.run.group {
            // The three values of a standard-sample check are seen apart by semicolons: no slip there.
            self.warnings.add_if(self.rules.cn != 2062, Warning::SeparatorSlip);
            self.run.group = item.group;
        }
        if item.attr == Attr::Other {
            self.remember(hash(item.key));
        } else {
            self.review |= self.run.seen & bit != 0;
        }
        self.run.seen |= bit;
        if item.attr.is_number() {
            return self.number(&item);
        }
        match item.attr {
            Attr::Flag if item.value != b"N" => {
                let mark = core::str::from_utf8(item.value).ok().and_then(codes::mark);
                let fits = mark.is_some_and(|mark| !mark.only_2005 || self.rules.version == Version::V2005);
                self.warnings.add_if(!fits, Warning::UnknownDataMark);
                Reading::TEXT
            }
            attr if attr.is_time() && Time::read(item.value).is_none() => Reading::not_a_number(item.value),
            _ => Reading::TEXT,
        }
    }

    #[inline]
    fn begin_run(&mut self, item: &FactorItem<'a>) {
        let code = &item.key[..item.dash];
        // Codes of more than eight characters are packed as 0: compare their text.
        let first = self
            .slots
            .get(self.run.first)
            .filter(|_| item.packed == 0 && self.run.seen != 0);
        if first.is_some_and(|first| first.code(self.area).as_bytes() == code) {
            return;
        }
        let shares_group = self.run.seen != 0 && self.run.group == item.group;
        let follows_time = self
            .parameter
            .is_some_and(|(group, key)| group == item.group && key == "DataTime");
        // Instrument parameters (i codes) may stand among the values of their factor.
        self.warnings.add_if(
            (shares_group || follows_time) && !code.starts_with(b"i"),
            Warning::SeparatorSlip,
        );
        self.end_run();
        let known = codes::known(item.packed, self.rules.medium);
        if !known.annex_b {
            self.warnings.add_if(!is_kept_raw(code), Warning::UnknownFactor);
        }
        self.remember(if item.packed == 0 { hash(code) } else { mix(item.packed) });
        self.run = Run {
            packed: item.packed,
            first: self.slots.len(),
            seen: 0,
            known,
            group: item.group,
        };
    }

    #[inline]
    fn number(&mut self, item: &FactorItem<'a>) -> Reading {
        let (mantissa, scale) = read_value(item.value, item.from_value);
        if scale == NOT_A_NUMBER {
            // A production condition (p code) is a letter, not a number.
            return if item.key.starts_with(b"p") {
                Reading::TEXT
            } else {
                Reading::not_a_number(item.value)
            };
        }
        if mantissa < 0 && self.run.known.concentration && item.attr != Attr::Cou {
            self.warnings.add(Warning::PhysicallyImpossible);
        }
        let reading = Reading {
            mantissa,
            scale,
            problem: None,
        };
        if self.run.known.bounded && item.attr != Attr::Cou {
            let factor = self.run.known.factor();
            self.check_bounds(
                item.value,
                reading,
                factor.and_then(|factor| codes::bounds_of_factor(factor.code)),
            );
        } else if matches!(item.attr, Attr::RS | Attr::RT) {
            self.check_bounds(item.value, reading, codes::bounds_of_attribute(item.attr.name()));
        }
        reading
    }

    fn check_bounds(&mut self, value: &[u8], reading: Reading, bounds: Option<&codes::Bounds>) {
        let Some(bounds) = bounds else { return };
        let within = if reading.scale <= 9 {
            // At most 2^32 × 10^9: fits.
            let unit = 10i64.pow(u32::from(reading.scale));
            (i64::from(bounds.min) * unit..=i64::from(bounds.max).saturating_mul(unit)).contains(&reading.mantissa)
        } else {
            Number::read(value).is_some_and(|number| number.is_within(bounds.min, bounds.max))
        };
        self.warnings.add_if(!within, Warning::PhysicallyImpossible);
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
            let (warnings, upload) = judge_factor(self.area, slots.iter(), self.run.seen, self.rules);
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
            if same_key.iter().all(|i| slot(i).value(area) == first.value(area)) {
                self.warnings.add(Warning::DuplicateItemSame);
            } else {
                conflicts.extend_from_slice(same_key);
            }
        }
        for i in conflicts {
            self.slots[usize::from(i)].problem = Some(Reason::DuplicateItemConflict);
        }
        let slots = &self.slots;
        for factor in order.chunk_by(|a, b| slots[usize::from(*a)].code(area) == slots[usize::from(*b)].code(area)) {
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
    const ORDERED: u32 =
        Attr::Min.bit() | Attr::Avg.bit() | Attr::Max.bit() | Attr::ZsMin.bit() | Attr::ZsAvg.bit() | Attr::ZsMax.bit();
    if (seen & ORDERED).count_ones() >= 2 {
        let (mut plain, mut converted): ([Option<&Slot>; 3], [Option<&Slot>; 3]) = ([None; 3], [None; 3]);
        for slot in slots {
            let place = match slot.attr {
                Attr::Min => &mut plain[0],
                Attr::Avg => &mut plain[1],
                Attr::Max => &mut plain[2],
                Attr::ZsMin => &mut converted[0],
                Attr::ZsAvg => &mut converted[1],
                Attr::ZsMax => &mut converted[2],
                _ => continue,
            };
            *place = place.or((slot.scale != NOT_A_NUMBER).then_some(slot));
        }
        for [min, avg, max] in [plain, converted] {
            let wrong = |low: Option<&Slot>, high: Option<&Slot>| matches!((low, high), (Some(low), Some(high)) if low.is_greater(high, area));
            warnings.add_if(
                wrong(min, avg) || wrong(avg, max) || wrong(min, max),
                Warning::MinAvgMaxOrder,
            );
        }
    }
    (warnings, upload)
}

/// Codes that are kept without a warning although no table lists them: process, power, production,
/// VOC and site codes, facility numbers.
fn is_kept_raw(code: &[u8]) -> bool {
    match code {
        [b'e' | b'g' | b'd' | b'p' | b'v' | b'i', rest @ ..] => {
            matches!(code.len(), 1..=12) && rest.iter().all(u8::is_ascii_alphanumeric)
        }
        // The standard prints one site code with a capital (I33400).
        [b'I', rest @ ..] | [b'S', b'B', rest @ ..] => !rest.is_empty() && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// FNV-1a, for the filter of repeats only.
fn hash(bytes: &[u8]) -> u64 {
    mix(bytes.iter().fold(0xCBF2_9CE4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    }))
}

/// Spreads a number over all bits.
fn mix(number: u64) -> u64 {
    (number ^ number >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
