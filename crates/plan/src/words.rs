//! Targets as the plan words them: 「36.8微克/立方米以下」 → `<= 36.8 ug/m3`.
//!
//! Which words compare how is data (`packs/plan/words.toml`); this file only looks for them around each number.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How a figure is compared with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = "<")]
    Below,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    Above,
    #[serde(rename = "=")]
    Equal,
    /// 左右: a distance can be shown, a light cannot.
    #[serde(rename = "~")]
    About,
}

impl Op {
    /// As shown before the number.
    pub fn sign(self) -> &'static str {
        match self {
            Op::AtMost => "≤",
            Op::Below => "<",
            Op::AtLeast => "≥",
            Op::Above => ">",
            Op::Equal => "=",
            Op::About => "≈",
        }
    }
}

/// The vocabulary of targets, from `packs/plan/words.toml`.
#[derive(Debug, Clone, Deserialize)]
pub struct Words {
    after: Vec<Comparator>,
    before: Vec<Comparator>,
    unit: Vec<UnitWords>,
}

#[derive(Debug, Clone, Deserialize)]
struct Comparator {
    words: Vec<String>,
    op: Op,
}

#[derive(Debug, Clone, Deserialize)]
struct UnitWords {
    words: Vec<String>,
    code: String,
}

/// A target found in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Bytes of the sentence, comparator and unit with it.
    pub range: Range<usize>,
    pub op: Op,
    /// As printed.
    pub value: String,
    /// Unit code; empty when the number stands bare.
    pub unit: String,
}

impl Words {
    /// Reads the vocabulary.
    ///
    /// # Errors
    /// The TOML error with its line.
    pub fn parse(text: &str) -> Result<Words, toml::de::Error> {
        toml::from_str(text)
    }

    /// Every number of the sentence that is a target: one with a comparing word before or behind it.
    /// A bare number (PM2.5, 2024年) is none.
    pub fn targets(&self, sentence: &str) -> Vec<Found> {
        let mut out = vec![];
        let mut at = 0;
        while let Some(start) = sentence[at..].find(|c: char| c.is_ascii_digit()).map(|n| n + at) {
            let len = number_len(&sentence[start..]);
            let end = start + len;
            at = end;
            let (unit, unit_len) = self.unit(&sentence[end..]);
            let behind = starts(&self.after, &sentence[end + unit_len..]);
            let ahead = ends(&self.before, &sentence[..start]);
            let (op, range) = match (behind, ahead) {
                (Some((op, n)), _) => (op, start..end + unit_len + n),
                (None, Some((op, n))) => (op, start - n..end + unit_len),
                (None, None) => continue,
            };
            out.push(Found {
                range,
                op,
                value: sentence[start..end].to_string(),
                unit,
            });
        }
        out
    }

    fn unit(&self, rest: &str) -> (String, usize) {
        self.unit
            .iter()
            .flat_map(|u| u.words.iter().map(move |w| (w, &u.code)))
            .filter(|(w, _)| rest.starts_with(w.as_str()))
            .max_by_key(|(w, _)| w.len())
            .map_or((String::new(), 0), |(w, code)| (code.clone(), w.len()))
    }
}

fn number_len(text: &str) -> usize {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[whole..].strip_prefix('.') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
            whole + 1 + rest.bytes().take_while(u8::is_ascii_digit).count()
        }
        _ => whole,
    }
}

fn starts(list: &[Comparator], text: &str) -> Option<(Op, usize)> {
    longest(list, |w| text.starts_with(w))
}

fn ends(list: &[Comparator], text: &str) -> Option<(Op, usize)> {
    longest(list, |w| text.ends_with(w))
}

/// The longest word wins: 「不高于」 before 「高于」.
fn longest(list: &[Comparator], fits: impl Fn(&str) -> bool) -> Option<(Op, usize)> {
    list.iter()
        .flat_map(|c| c.words.iter().map(|w| (c.op, w)))
        .filter(|(_, w)| fits(w))
        .max_by_key(|(_, w)| w.len())
        .map(|(op, w)| (op, w.len()))
}
