//! Where in a file a mistake stands. Files are small and written by hand, so their lines are searched as a reader would:
//! first the block that is spoken of, then the line in it that says the word.

use super::load::fault;
use super::{Fault, Packs};
use std::ops::Range;

/// Line of the first place where `"word"` stands, from 1.
pub(crate) fn line_of(text: &str, word: &str) -> usize {
    let quoted = format!("\"{word}\"");
    text.lines().position(|l| l.contains(&quoted)).map_or(1, |n| n + 1)
}

/// A file under check: says what is wrong on the line that is wrong.
pub(super) struct Book<'a> {
    pub packs: &'a Packs,
    pub file: String,
    pub text: &'a str,
    pub pack: &'a str,
    pub faults: &'a mut Vec<Fault>,
    block: Range<usize>,
}

/// The name in a line that opens a table: `[[move.paper]]` → `move.paper`.
fn header(line: &str) -> Option<&str> {
    let line = line.trim();
    let name = line
        .strip_prefix('[')?
        .split(']')
        .next()?
        .trim_start_matches('[')
        .trim();
    // A line of a list of lists begins with a bracket, too.
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (!name.is_empty() && name.bytes().all(word) && !line.trim_end().ends_with(',')).then_some(name)
}

impl<'a> Book<'a> {
    /// Opens the file of `id` (`pack/name`) in folder `sub`.
    pub fn open(packs: &'a Packs, file: String, text: &'a str, id: &'a str, faults: &'a mut Vec<Fault>) -> Self {
        Self {
            packs,
            text,
            pack: id.split('/').next().unwrap_or(""),
            file,
            faults,
            block: 0..usize::MAX,
        }
    }

    /// What follows is about the whole file.
    pub fn whole(&mut self) {
        self.block = 0..usize::MAX;
    }

    /// What follows is about the lines before the first table.
    pub fn top(&mut self) {
        let end = self.text.lines().position(|l| header(l).is_some());
        self.block = 0..end.unwrap_or(usize::MAX);
    }

    /// What follows is about the `n`-th table `[[name]]`, from 0, with the tables inside it.
    pub fn at(&mut self, name: &str, n: usize) {
        let inside = format!("{name}.");
        let mut heads = self.text.lines().enumerate().filter_map(|(i, l)| Some((i, header(l)?)));
        let Some((start, _)) = heads.by_ref().filter(|(_, h)| *h == name).nth(n) else {
            return self.listed(name, n);
        };
        let end = heads.find(|(_, h)| !h.starts_with(&inside)).map(|(i, _)| i);
        self.block = start..end.unwrap_or(usize::MAX);
    }

    /// The same for tables that are written as one list, a line each: `field = [`, then `{ … },`.
    fn listed(&mut self, name: &str, n: usize) {
        self.whole();
        let opens = |l: &str| {
            l.trim_start()
                .strip_prefix(name)
                .is_some_and(|r| r.trim_start().starts_with('='))
        };
        let Some(first) = self.text.lines().position(opens) else {
            return;
        };
        let mut heads = self
            .text
            .lines()
            .enumerate()
            .skip(first + 1)
            .filter(|(_, l)| l.trim_start().starts_with(['{', ']']));
        if let Some((start, _)) = heads.by_ref().nth(n) {
            self.block = start..heads.next().map_or(usize::MAX, |(i, _)| i);
        }
    }

    /// Line of a word in the block; else the block's first line that says the word's key; else the block's first line.
    fn line(&self, key: &str, word: &str) -> usize {
        let quoted = format!("\"{word}\"");
        let assigns = |l: &str| {
            l.trim_start()
                .strip_prefix(key)
                .is_some_and(|r| r.trim_start().starts_with('='))
        };
        let find = |holds: &dyn Fn(&str) -> bool| {
            let lines = self.text.lines().enumerate();
            lines
                .filter(|(i, _)| self.block.contains(i))
                .find(|(_, l)| holds(l))
                .map(|(i, _)| i + 1)
        };
        let both = || {
            (!key.is_empty())
                .then(|| find(&|l| assigns(l) && l.contains(&quoted)))
                .flatten()
        };
        let alone = || (!key.is_empty()).then(|| find(&assigns)).flatten();
        both()
            .or_else(alone)
            .or_else(|| find(&|l| l.contains(&quoted)))
            .unwrap_or(if self.block.end == usize::MAX && self.block.start == 0 {
                1
            } else {
                self.block.start + 1
            })
    }

    /// A mistake in the line of the block that says `word`.
    pub fn say(&mut self, word: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.say_of("", word, zh, en);
    }

    /// A mistake in the line of the block that gives `key`.
    pub fn say_of(&mut self, key: &str, word: &str, zh: impl Into<String>, en: impl Into<String>) {
        let line = self.line(key, word);
        self.faults.push(fault(&self.file, line, zh, en));
    }
}
