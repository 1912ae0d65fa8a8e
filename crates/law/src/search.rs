//! Words looked for in the whole library: numbers, keys, titles, clauses, notes, sources and the cells of tables.

use crate::{Law, Missing, Provision, Standard};
use figure::Text;
use serde::Serialize;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HitKind {
    /// A standard.
    Standard,
    /// A key, by any of its versions.
    Key,
    /// A row of a table.
    Row,
    /// Something not recorded.
    Missing,
}

/// One place that has all the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What was found.
    pub kind: HitKind,
    /// Number of the standard.
    pub standard: String,
    /// The key; empty for a standard.
    pub key: String,
    /// The room it stands in.
    pub domain: String,
    /// Title of the standard or provision.
    pub title: Text,
    /// Clause; empty for a standard.
    pub clause: String,
    /// The words around what was found: a note, a row of a table; empty where the title says it.
    pub excerpt: Text,
    /// First day.
    pub from: chrono::NaiveDate,
    /// Last day; none while it holds.
    pub to: Option<chrono::NaiveDate>,
    /// Smaller = closer to what was asked.
    #[serde(skip)]
    rank: u8,
}

/// Rows of one provision that are listed at most: a table of two hundred limits is one thing found, not two hundred.
const ROWS_PER_PROVISION: usize = 3;

/// The words of a question, each as it is compared.
struct Words(Vec<Word>);

struct Word {
    plain: String,
    /// Without blanks and signs, so that `gb3095` finds GB 3095 and `PM2.5` finds `pm2_5`; none for bare numbers.
    folded: Option<String>,
}

fn fold(text: &str) -> String {
    let kept = |c: &char| !(c.is_whitespace() || matches!(c, '_' | '.' | '-' | '/' | '—' | '·' | '、'));
    text.chars().filter(kept).collect()
}

impl Words {
    fn read(question: &str) -> Self {
        let word = |w: &str| {
            let plain = narrow(w);
            let number = plain.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
            let folded = (!number).then(|| fold(&plain)).filter(|f| !f.is_empty());
            Word { plain, folded }
        };
        Self(question.split_whitespace().map(word).collect())
    }

    /// Whether every word stands in one of the texts.
    fn all_in(&self, texts: &[&str]) -> bool {
        !self.0.is_empty() && self.not_in(texts).is_empty()
    }

    /// The words that stand in none of the texts.
    fn not_in(&self, texts: &[&str]) -> Vec<&Word> {
        let plain: Vec<String> = texts.iter().map(|t| narrow(t)).collect();
        let folded: Vec<String> = plain.iter().map(|t| fold(t)).collect();
        let stands = |w: &Word| {
            plain.iter().any(|t| t.contains(&w.plain))
                || w.folded.as_ref().is_some_and(|f| folded.iter().any(|t| t.contains(f)))
        };
        self.0.iter().filter(|w| !stands(w)).collect()
    }
}

/// Small letters, and the half-width form of full-width signs.
fn narrow(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '₀'..='₉' => char::from_u32(c as u32 - '₀' as u32 + '0' as u32).unwrap_or(c),
        c => c,
    };
    text.chars().map(one).flat_map(char::to_lowercase).collect()
}

impl Law {
    /// Everything that has all the words, the closest first, at most `limit`.
    pub fn search(&self, question: &str, limit: usize) -> Vec<Hit> {
        let words = Words::read(question);
        let mut hits: Vec<Hit> = self.standards().iter().filter_map(|s| standard(&words, s)).collect();
        for key in self.keys() {
            hits.extend(key_hit(&words, key, self.versions(key)));
            // Of several versions the youngest shows its rows: the older ones stand on the key's page.
            if let Some(p) = self.versions(key).last() {
                hits.extend(rows(&words, p));
            }
        }
        hits.extend(self.missing().filter_map(|m| missing(&words, m)));
        hits.sort_by(|a, b| (a.rank, a.kind, &a.standard, &a.key).cmp(&(b.rank, b.kind, &b.standard, &b.key)));
        hits.truncate(limit);
        hits
    }
}

fn standard(words: &Words, s: &Standard) -> Option<Hit> {
    let rank = if words.all_in(&[&s.number]) {
        0
    } else if words.all_in(&[&s.number, &s.title.zh, &s.title.en]) {
        1
    } else if words.all_in(&[&s.number, &s.title.zh, &s.title.en, &s.note.zh, &s.note.en, &s.source]) {
        4
    } else {
        return None;
    };
    Some(Hit {
        kind: HitKind::Standard,
        standard: s.number.clone(),
        key: String::new(),
        domain: s.domain().to_string(),
        title: s.title.clone(),
        clause: String::new(),
        excerpt: if rank == 4 { s.note.clone() } else { Text::default() },
        from: s.from,
        to: s.to,
        rank,
    })
}

fn key_hit(words: &Words, key: &str, versions: &[std::sync::Arc<Provision>]) -> Option<Hit> {
    let best = |p: &Provision| {
        let names = [key, p.title.zh.as_str(), p.title.en.as_str()];
        if words.all_in(&[key]) {
            Some(1)
        } else if words.all_in(&names) {
            Some(2)
        } else if words.all_in(&[&names[..], &[&p.clause, &p.standard.number]].concat()) {
            Some(3)
        } else if words.all_in(&[&names[..], &[&p.clause, &p.note.zh, &p.note.en, &p.source]].concat()) {
            Some(5)
        } else {
            None
        }
    };
    // The younger version comes first where both are as close.
    let (rank, p) = versions
        .iter()
        .rev()
        .filter_map(|p| Some((best(p)?, p)))
        .min_by_key(|(rank, _)| *rank)?;
    Some(Hit {
        rank,
        excerpt: if rank == 5 { p.note.clone() } else { Text::default() },
        ..of(p, HitKind::Key)
    })
}

fn of(p: &Provision, kind: HitKind) -> Hit {
    Hit {
        kind,
        standard: p.standard.number.clone(),
        key: p.key.clone(),
        domain: p.domain().to_string(),
        title: p.title.clone(),
        clause: p.clause.clone(),
        excerpt: Text::default(),
        from: p.from,
        to: p.to,
        rank: 6,
    }
}

fn rows(words: &Words, p: &Provision) -> Vec<Hit> {
    let heads = [p.key.as_str(), p.title.zh.as_str(), p.title.en.as_str()];
    // At least one word must be the row's own: the head alone is found as the key already.
    let own = words.not_in(&heads);
    if own.is_empty() {
        return vec![];
    }
    let fits = |row: &&Vec<String>| {
        let text = narrow(&row.join(" "));
        let folded = std::cell::OnceCell::new();
        own.iter().all(|w| {
            let fold = |f: &String| folded.get_or_init(|| fold(&text)).contains(f.as_str());
            text.contains(&w.plain) || w.folded.as_ref().is_some_and(fold)
        })
    };
    let text = |row: &Vec<String>| {
        let pairs = p.table.columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        pairs.map(|(c, v)| format!("{c} {v}")).collect::<Vec<_>>().join(" · ")
    };
    let found = p.table.rows.iter().filter(fits).take(ROWS_PER_PROVISION);
    found
        .map(|row| Hit {
            excerpt: Text::new(text(row), text(row)),
            ..of(p, HitKind::Row)
        })
        .collect()
}

fn missing(words: &Words, m: &Missing) -> Option<Hit> {
    let texts = [
        &m.key,
        &m.standard.number,
        &m.clause,
        &m.title.zh,
        &m.title.en,
        &m.why.zh,
        &m.why.en,
    ];
    words.all_in(&texts.map(String::as_str)).then(|| Hit {
        kind: HitKind::Missing,
        standard: m.standard.number.clone(),
        key: m.key.clone(),
        domain: m.domain().to_string(),
        title: m.title.clone(),
        clause: m.clause.clone(),
        excerpt: m.why.clone(),
        from: m.from,
        to: m.to,
        rank: 3,
    })
}
