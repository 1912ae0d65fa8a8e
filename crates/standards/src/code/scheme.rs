//! Reading a code against the table of its parts.

use super::check::Check;
use crate::{Context, EvalError};
use figure::Clause;
use law::Provision;

/// One stretch of characters of a code.
pub(super) struct Part<'a> {
    pub row: usize,
    pub title: (&'a str, &'a str),
    length: usize,
    /// Characters allowed; empty where whole words are.
    alphabet: Vec<char>,
    words: Vec<&'a str>,
    /// The list that says what a value means, and whether it is complete.
    list: Option<&'a Provision>,
    complete: bool,
    /// Shorter stems to look up when the whole value is not listed, padded with zeros: `6 4 2`.
    stems: Vec<usize>,
}

/// A form that a code can have: its parts in order, and its checks.
pub(super) struct Form<'a> {
    pub name: &'a str,
    pub parts: Vec<Part<'a>>,
    pub checks: Vec<Check<'a>>,
}

/// All forms of a code on a day.
pub(super) struct Scheme<'a> {
    pub law: &'a Provision,
    pub forms: Vec<Form<'a>>,
}

/// A character that is wrong, or a check that fails.
pub(super) struct Fault {
    /// Position, counted from 1.
    pub at: usize,
    /// What should stand there, where one character can be named.
    pub expected: String,
    pub reason: (String, String),
    /// A doubt is told but does not make the code invalid.
    pub fatal: bool,
    pub clause: Clause,
}

/// A code read by one form.
pub(super) struct Read<'s> {
    pub form: &'s Form<'s>,
    /// For each part: its characters and what they mean, where a list says so.
    pub values: Vec<(String, Option<(String, String)>)>,
    pub faults: Vec<Fault>,
}

impl<'a> Scheme<'a> {
    /// The scheme in force: `code.<name>.parts`, and `code.<name>.check` where there is one.
    pub fn at(c: &Context<'a>, name: &str) -> Result<Self, EvalError> {
        let law = c.law.at(&format!("code.{name}.parts"), c.date, c.division)?;
        let check_key = format!("code.{name}.check");
        let checks = match c.law.versions(&check_key).is_empty() {
            true => None,
            false => Some(c.law.at(&check_key, c.date, c.division)?),
        };
        let mut forms: Vec<Form<'a>> = Vec::new();
        for row in 0..law.table.rows.len() {
            let (name, part) = (law.table.text(row, "form"), part(c, law, row)?);
            match forms.last_mut() {
                Some(form) if form.name == name => form.parts.push(part),
                _ => forms.push(Form {
                    name,
                    parts: vec![part],
                    checks: checks.map_or(Ok(Vec::new()), |p| Check::of_form(p, name))?,
                }),
            }
        }
        Ok(Self { law, forms })
    }

    /// Reads a code by the form that fits it best.
    pub fn read(&self, code: &str) -> Option<Read<'_>> {
        let chars: Vec<char> = code.chars().collect();
        let mut best: Option<Read<'_>> = None;
        for form in &self.forms {
            let read = form.read(&chars, self.law);
            let better = best.as_ref().is_none_or(|b| rank(&read, &chars) > rank(b, &chars));
            if better {
                best = Some(read);
            }
        }
        best
    }

    /// The lengths a code can have.
    pub fn lengths(&self) -> Vec<usize> {
        let mut lengths: Vec<usize> = self.forms.iter().map(Form::length).collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths
    }
}

/// Fewest faults first; among equals the one of the right length, then the one whose fault comes last.
fn rank(read: &Read<'_>, chars: &[char]) -> (bool, bool, usize) {
    let fatal = || read.faults.iter().filter(|f| f.fatal);
    let first = fatal().map(|f| f.at).min().unwrap_or(usize::MAX);
    (fatal().next().is_none(), read.form.length() == chars.len(), first)
}

fn part<'a>(c: &Context<'a>, law: &'a Provision, row: usize) -> Result<Part<'a>, EvalError> {
    let t = &law.table;
    let length = t.decimal(row, "length").map_err(EvalError::table(law))?;
    let length = length.at_scale(0).and_then(|n| usize::try_from(n).ok());
    let list = match t.text(row, "list") {
        "" => None,
        key => Some(c.law.at(key, c.date, c.division)?),
    };
    let stems = t.text(row, "stems").split(' ').filter_map(|s| s.parse().ok()).collect();
    Ok(Part {
        row,
        title: (t.text(row, "title_zh"), t.text(row, "title_en")),
        length: length.ok_or_else(|| EvalError::law(law, "column `length`: not a whole number"))?,
        alphabet: alphabet(t.text(row, "alphabet")),
        words: t.text(row, "words").split(' ').filter(|w| !w.is_empty()).collect(),
        list,
        complete: t.text(row, "list_complete") == "yes",
        stems,
    })
}

/// `0-9A-HJ` written out.
pub(super) fn alphabet(text: &str) -> Vec<char> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut i) = (Vec::new(), 0);
    while let Some(&a) = chars.get(i) {
        match (chars.get(i + 1), chars.get(i + 2)) {
            (Some('-'), Some(&b)) if a <= b => {
                out.extend(a..=b);
                i += 3;
            }
            _ => {
                out.push(a);
                i += 1;
            }
        }
    }
    out
}

impl Form<'_> {
    fn length(&self) -> usize {
        self.parts.iter().map(|p| p.length).sum()
    }

    fn read<'s>(&'s self, chars: &[char], law: &Provision) -> Read<'s> {
        let (mut values, mut faults, mut start) = (Vec::new(), Vec::new(), 0);
        for part in &self.parts {
            let end = (start + part.length).min(chars.len());
            let text: String = chars.get(start..end).unwrap_or_default().iter().collect();
            let meaning = part.judge(&text, start, law, &mut faults);
            values.push((text, meaning));
            start += part.length;
        }
        if chars.len() != start {
            faults.push(Fault {
                at: chars.len().min(start) + 1,
                expected: String::new(),
                reason: (
                    format!("应为{start}位，现为{}位", chars.len()),
                    format!("{start} characters wanted, {} given", chars.len()),
                ),
                fatal: true,
                clause: law.clause_ref(),
            });
        } else if faults.is_empty() {
            // A check over characters that are themselves wrong would only confuse.
            faults.extend(self.checks.iter().filter_map(|c| c.fault(chars)));
        }
        faults.sort_by_key(|f| (!f.fatal, f.at));
        Read {
            form: self,
            values,
            faults,
        }
    }
}

impl Part<'_> {
    fn judge(&self, text: &str, start: usize, law: &Provision, faults: &mut Vec<Fault>) -> Option<(String, String)> {
        let clause = || law.clause_ref_row(self.row);
        let mut fault = |at: usize, zh: String, en: String| {
            faults.push(Fault {
                at,
                expected: if self.words.len() == 1 {
                    self.words[0].to_string()
                } else {
                    String::new()
                },
                reason: (zh, en),
                fatal: true,
                clause: clause(),
            });
        };
        let (zh, en) = self.title;
        if text.chars().count() < self.length {
            return None; // told once, as a wrong length
        }
        if !self.words.is_empty() {
            if !self.words.contains(&text) {
                let words = self.words.join(" ");
                fault(
                    start + 1,
                    format!("第{}位起“{zh}”为{text}，只能是：{words}", start + 1),
                    format!("from character {}, `{en}` is {text}; it can be: {words}", start + 1),
                );
                return None;
            }
        } else {
            let wrong: Vec<(usize, char)> = text
                .chars()
                .enumerate()
                .filter(|(_, ch)| !self.alphabet.contains(ch))
                .collect();
            for &(i, ch) in &wrong {
                let at = start + i + 1;
                fault(
                    at,
                    format!("第{at}位“{ch}”不是“{zh}”可用的字符"),
                    format!("character {at}, `{ch}`, is none that `{en}` can have"),
                );
            }
            if !wrong.is_empty() {
                return None;
            }
        }
        let list = self.list?;
        let meaning = self.meaning(list, text);
        if meaning.is_none() && self.complete {
            fault(
                start + 1,
                format!("第{}位起“{zh}”没有代码{text}", start + 1),
                format!("from character {}, `{en}` has no code {text}", start + 1),
            );
        }
        meaning
    }

    fn meaning(&self, list: &Provision, text: &str) -> Option<(String, String)> {
        let named = |code: &str| {
            let row = list.table.find(&[("code", code)])?;
            Some((list.table.text(row, "name_zh"), list.table.text(row, "name_en")))
        };
        if self.stems.is_empty() {
            return named(text).map(|(zh, en)| (zh.to_string(), en.to_string()));
        }
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for &stem in &self.stems {
            let head: String = text.chars().take(stem).collect();
            let code = format!("{head:0<width$}", width = self.length);
            if let Some((a, b)) = named(&code).filter(|n| zh.last() != Some(&n.0)) {
                zh.push(a);
                en.push(b);
            }
        }
        en.reverse();
        (!zh.is_empty()).then(|| (zh.concat(), en.join(", ")))
    }
}
