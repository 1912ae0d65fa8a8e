//! Splits a data area into its items, without judging them: `group ; group`, `item , item`, `key = value`.
//!
//! Log text between `//` and `//` may hold all of these characters; the first `=` of an item splits it.

use super::scan::Marks;
use crate::catalogue::{Warning, Warnings};

/// One item as it stands (spaces around key and value taken off).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// Number of its group, from 0.
    pub group: usize,
    /// What stands before the `=`, or the whole item if there is none.
    pub key: &'a str,
    /// What stands behind it; `None` without `=`.
    pub value: Option<&'a str>,
}

/// The items of a data area, in order. Empty items are passed over with a warning.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    area: &'a str,
    marks: Marks<'a>,
    /// Where the next item begins; past the end when all are read.
    at: usize,
    group: usize,
    /// Whether there is any space at all, which is rare.
    has_space: bool,
    warnings: Warnings,
}

impl<'a> Pairs<'a> {
    /// The items of `area`: what stands between `CP=&&` and the last `&&`.
    pub fn new(area: &'a str) -> Self {
        let at = if area.is_empty() { 1 } else { 0 };
        Pairs {
            area,
            marks: Marks::new(area.as_bytes()),
            at,
            group: 0,
            has_space: memchr::memchr(b' ', area.as_bytes()).is_some(),
            warnings: Warnings::default(),
        }
    }

    /// Warnings about what was read so far.
    pub fn warnings(&self) -> Warnings {
        self.warnings
    }

    /// Names what an empty item is: a separator too many at an end, or a group without content.
    fn empty(&mut self, start: usize, end: usize) {
        let before = self.area.as_bytes().get(start.wrapping_sub(1));
        let behind = self.area.as_bytes().get(end);
        let trailing = matches!((before, behind), (Some(_), None) | (Some(b','), Some(b';')));
        self.warnings.add(if trailing {
            Warning::TrailingSeparator
        } else {
            Warning::EmptyGroup
        });
    }
}

/// The places of an item in its area: the key is `key.0..key.1`.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    pub(crate) group: usize,
    pub(crate) key: (usize, usize),
    pub(crate) value: Option<(usize, usize)>,
}

impl Pairs<'_> {
    /// The places of the next item. They are always between whole characters.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Option<Places> {
        let bytes = self.area.as_bytes();
        while self.at <= bytes.len() {
            let start = self.at;
            let mut equals = None;
            let end = loop {
                match self.marks.next() {
                    None => break bytes.len(),
                    Some(at) if bytes[at] != b'=' => break at,
                    Some(at) if equals.is_none() => {
                        equals = Some(at);
                        if bytes.get(at + 1) == Some(&b'/') {
                            self.marks.skip_to(end_of_log_text(bytes, at + 1));
                        }
                    }
                    Some(_) => {}
                }
            };
            self.at = end + 1;
            let group = self.group;
            self.group += usize::from(bytes.get(end) == Some(&b';'));
            let mut key = (start, equals.unwrap_or(end));
            let mut value = equals.map(|at| (at + 1, end));
            if self.has_space
                && (has_outer_space(bytes, key) || value.is_some_and(|value| has_outer_space(bytes, value)))
            {
                self.warnings.add(Warning::SpaceTrimmed);
                key = trim(bytes, key);
                value = value.map(|value| trim(bytes, value));
            }
            if key.0 == key.1 && value.is_none() {
                self.empty(start, end);
                continue;
            }
            return Some(Places { group, key, value });
        }
        None
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let Places { group, key, value } = self.step()?;
        let text = |(from, to): (usize, usize)| &self.area[from..to];
        Some(Pair {
            group,
            key: text(key),
            value: value.map(text),
        })
    }
}

fn has_outer_space(bytes: &[u8], (from, to): (usize, usize)) -> bool {
    from < to && (bytes[from] == b' ' || bytes[to - 1] == b' ')
}

fn trim(bytes: &[u8], (mut from, mut to): (usize, usize)) -> (usize, usize) {
    while from < to && bytes[from] == b' ' {
        from += 1;
    }
    while from < to && bytes[to - 1] == b' ' {
        to -= 1;
    }
    (from, to)
}

/// Where log text that begins at `at` ends, behind its closing `//`; `at` if it is no log text. A `//`
/// inside (an address on the web) does not close it: a separator or the end must follow.
fn end_of_log_text(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at..at + 2) != Some(b"//") {
        return at;
    }
    let mut from = at + 2;
    while let Some(found) = memchr::memmem::find(&bytes[from..], b"//") {
        let end = from + found + 2;
        if matches!(bytes.get(end), None | Some(b';' | b',')) {
            return end;
        }
        from = end;
    }
    at
}

/// Whether every `&&` in `area` stands inside log text.
pub(crate) fn has_embedded_terminator(area: &str) -> bool {
    // Nearly every area is free of them.
    if memchr::memchr(b'&', area.as_bytes()).is_none() {
        return false;
    }
    Pairs::new(area).any(|pair| match pair.value {
        Some(value) if value.len() >= 4 && value.starts_with("//") && value.ends_with("//") => pair.key.contains("&&"),
        value => pair.key.contains("&&") || value.is_some_and(|v| v.contains("&&")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String, vec::Vec};

    fn items(area: &str) -> Vec<String> {
        Pairs::new(area)
            .map(|p| format!("{} {} {}", p.group, p.key, p.value.unwrap_or("(none)")))
            .collect()
    }

    fn warnings(area: &str) -> Vec<&'static str> {
        let mut pairs = Pairs::new(area);
        while pairs.next().is_some() {}
        pairs.warnings().iter().map(Warning::name).collect()
    }

    #[test]
    fn groups_and_items() {
        assert_eq!(
            items("DataTime=1;a-Rtd=2,a-Flag=N;b=3"),
            ["0 DataTime 1", "1 a-Rtd 2", "1 a-Flag N", "2 b 3"]
        );
        assert!(items("").is_empty() && warnings("").is_empty());
        assert_eq!(items("a=b=c"), ["0 a b=c"]);
        assert_eq!(items("a;=5"), ["0 a (none)", "1  5"]);
        assert_eq!(items("a="), ["0 a "]);
    }

    #[test]
    fn log_text_holds_separators() {
        assert_eq!(
            items("i11001-Info=//更换;试剂,a=1 see http://x //,i=2"),
            ["0 i11001-Info //更换;试剂,a=1 see http://x //", "0 i 2"]
        );
        assert_eq!(
            items("i11001-Info=//never closed;b=2"),
            ["0 i11001-Info //never closed", "1 b 2"]
        );
        assert!(!has_embedded_terminator("i11001-Info=//a&&b//;c=1"));
        assert!(has_embedded_terminator("a=1&&;c=1") && has_embedded_terminator("i11001-Info=//a&&b"));
    }

    #[test]
    fn slips() {
        assert_eq!(warnings("a=1;"), ["trailing_separator"]);
        assert_eq!(warnings("a=1,;b=2"), ["trailing_separator"]);
        assert_eq!(warnings("a=1;;b=2"), ["empty_group"]);
        assert_eq!(warnings(";a=1"), ["empty_group"]);
        assert_eq!(warnings(" ExeRtn=1"), ["space_trimmed"]);
        assert_eq!(items("i12003-Info =0"), ["0 i12003-Info 0"]);
    }
}
