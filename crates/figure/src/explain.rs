//! The tree under a figure: what it is, by which clause, from which numbers, down to the evidence.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// A language of the pages and of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

/// The same words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages at once: there is no text in one of them only.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The words in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// How sure we are of what a source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Read in the named source.
    Certain,
    /// Well known, not read in the text itself.
    Likely,
    /// In doubt; the note says why.
    Uncertain,
}

impl Certainty {
    /// The word in a language; empty for what is certain, because only doubt needs saying.
    pub const fn word(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Certain, _) => "",
            (Self::Likely, Lang::Zh) => "较可靠，原文未核",
            (Self::Likely, Lang::En) => "likely, text not checked",
            (Self::Uncertain, Lang::Zh) => "存疑",
            (Self::Uncertain, Lang::En) => "uncertain",
        }
    }
}

/// The clause a number stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// `GB 3095-2012`.
    pub standard: String,
    /// `4.2 表1`.
    pub clause: String,
    /// The law key the value was taken from: `air.limit`.
    pub key: String,
    /// How sure we are of it.
    pub certainty: Certainty,
}

/// One node of the tree under a figure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Explanation {
    /// What this number is.
    pub title: Text,
    /// The number as published; none for "cannot be said", whose reason is in the notes.
    pub value: Option<String>,
    /// Its unit, as shown.
    pub unit: Option<String>,
    /// The formula with the numbers in it.
    pub formula: Option<String>,
    /// The clauses it follows.
    pub clauses: Vec<Clause>,
    /// The numbers it was made of.
    pub inputs: Vec<Explanation>,
    /// Where to ask for what lies under this node, if it is not given here.
    pub reference: Option<String>,
    /// The raw evidence: `packet:<seq>` or `file:<sha256>#L<line>`.
    pub evidence: Option<String>,
    /// Rules applied, doubts, reasons for a missing value.
    pub notes: Vec<Text>,
    /// Whether anything simulated went in. It rises from inputs to every parent and is never taken off.
    pub simulated: bool,
}

impl Explanation {
    /// A node with its name.
    pub fn new(title_zh: impl Into<String>, title_en: impl Into<String>) -> Self {
        Self {
            title: Text::new(title_zh, title_en),
            ..Self::default()
        }
    }

    /// Sets the value, in the digits it is published with.
    #[must_use]
    pub fn value(mut self, value: impl ToString) -> Self {
        self.value = Some(value.to_string());
        self
    }

    /// Sets the unit as shown.
    #[must_use]
    pub fn unit(mut self, unit: impl ToString) -> Self {
        let unit = unit.to_string();
        self.unit = (!unit.is_empty()).then_some(unit);
        self
    }

    /// Sets the formula, with the numbers in it.
    #[must_use]
    pub fn formula(mut self, formula: impl Into<String>) -> Self {
        self.formula = Some(formula.into());
        self
    }

    /// Adds a clause; the same one is kept once.
    #[must_use]
    pub fn clause(mut self, clause: Clause) -> Self {
        if !self.clauses.contains(&clause) {
            self.clauses.push(clause);
        }
        self
    }

    /// Adds a number this one was made of; its mark of simulation rises to this node.
    #[must_use]
    pub fn input(mut self, input: Explanation) -> Self {
        self.simulated |= input.simulated;
        self.inputs.push(input);
        self
    }

    /// Sets where to ask for more.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Sets the raw evidence.
    #[must_use]
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.notes.push(Text::new(zh, en));
        self
    }

    /// Marks the node as simulated. `false` never takes the mark off.
    #[must_use]
    pub fn simulated(mut self, simulated: bool) -> Self {
        self.simulated |= simulated;
        self
    }

    /// The tree as text, one node a line, for the command line and for papers.
    pub fn tree(&self, lang: Lang) -> String {
        let mut out = String::new();
        self.write(lang, "", "", &mut out);
        out
    }

    fn write(&self, lang: Lang, first: &str, rest: &str, out: &mut String) {
        out.push_str(first);
        out.push_str(&self.headline(lang));
        out.push('\n');
        let mut details = Vec::new();
        if let Some(formula) = &self.formula {
            details.push(format!("= {formula}"));
        }
        details.extend(self.clauses.iter().map(|c| clause_line(c, lang)));
        details.extend(self.notes.iter().map(|n| format!("※ {}", n.get(lang))));
        details.extend(self.evidence.iter().map(|e| format!("⚑ {e}")));
        details.extend(
            self.reference
                .iter()
                .filter(|_| self.inputs.is_empty())
                .map(|r| format!("→ {r}")),
        );
        let bar = if self.inputs.is_empty() { "  " } else { "│ " };
        for line in details {
            let _ = writeln!(out, "{rest}{bar}{line}"); // writing to a String cannot fail
        }
        for (i, input) in self.inputs.iter().enumerate() {
            let last = i + 1 == self.inputs.len();
            let (a, b) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            input.write(lang, &format!("{rest}{a}"), &format!("{rest}{b}"), out);
        }
    }

    fn headline(&self, lang: Lang) -> String {
        let mut line = self.title.get(lang).to_string();
        match (&self.value, lang) {
            (Some(v), Lang::Zh) => line += &format!("：{v}"),
            (Some(v), Lang::En) => line += &format!(": {v}"),
            (None, _) => {}
        }
        if let (Some(unit), Some(_)) = (&self.unit, &self.value) {
            line += &format!(" {unit}");
        }
        if self.simulated {
            line += match lang {
                Lang::Zh => "〔模拟〕",
                Lang::En => " [simulated]",
            };
        }
        line
    }
}

fn clause_line(c: &Clause, lang: Lang) -> String {
    let word = c.certainty.word(lang);
    let doubt = match (word.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!("（{word}）"),
        (false, Lang::En) => format!(" ({word})"),
    };
    format!("§ {} {} [{}]{doubt}", c.standard, c.clause, c.key)
}
