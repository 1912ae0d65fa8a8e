//! Plan text → blocks → sentences, without losing a byte.
//!
//! Official plans have one shape: a title, headings 「一、」, numbered sections 「(一)」 whose first sentence is their
//! name, and paragraphs. Parsing never fails: what has no such shape is an ordinary paragraph, and every byte of the
//! file, line ends and stray blanks too, belongs to exactly one piece, so that the pieces joined are the file again.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ops::Range;

/// What a block is in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// The first line.
    Title,
    /// 「一、总体要求」
    Heading,
    /// 「(三)持续深入打好蓝天保卫战。…」
    Section,
    /// Anything else; belongs to the section or heading above it.
    Paragraph,
    /// An empty line.
    Blank,
}

/// What a piece of a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// 「三、」 or 「(三)」
    Number,
    /// Name of a heading or section.
    Name,
    Sentence,
    /// Line ends, indents, blanks between sentences.
    Space,
}

/// A run of bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub range: Range<usize>,
    pub role: Role,
    /// Stable id, only for [`Role::Sentence`].
    pub sentence: Option<String>,
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    pub id: String,
    pub kind: BlockKind,
    /// Index into [`Document::chapters`]; none for the title and what stands before the first heading.
    pub chapter: Option<usize>,
    pub pieces: Vec<Piece>,
}

/// An entry of the chapter rail: a numbered section, or a heading that has text of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chapter {
    /// `c1` for heading 一, `3` for section (三).
    pub id: String,
    /// As printed: 「一、」「(三)」.
    pub number: String,
    pub name: String,
}

/// A sentence with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    pub id: String,
    pub chapter: Option<usize>,
    pub block: usize,
    pub range: Range<usize>,
}

/// A parsed plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub text: String,
    pub title: String,
    pub chapters: Vec<Chapter>,
    pub blocks: Vec<Block>,
    pub sentences: Vec<Sentence>,
}

impl Document {
    /// Reads a plan. Never fails: an unknown shape is a paragraph.
    pub fn parse(text: &str) -> Document {
        let mut doc = Document {
            text: text.to_string(),
            title: String::new(),
            chapters: vec![],
            blocks: vec![],
            sentences: vec![],
        };
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut chapter = None;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            doc.line(at, line, &mut chapter, &mut seen);
            at += line.len();
        }
        // A heading that is followed at once by sections has no text of its own and needs no entry in the rail.
        doc.drop_empty_chapters();
        doc
    }

    fn line(&mut self, start: usize, line: &str, chapter: &mut Option<usize>, seen: &mut HashMap<String, u32>) {
        let body = line.trim_matches(is_blank);
        let lead = line.len() - line.trim_start_matches(is_blank).len();
        let index = self.blocks.len();
        let mut pieces = Pieces { at: start, out: vec![] };
        pieces.push(lead, Role::Space);
        let kind = if body.is_empty() {
            BlockKind::Blank
        } else if let Some((number, n)) = heading_number(body) {
            let name = &body[number..];
            *chapter = Some(self.chapter(format!("c{n}"), &body[..number], name));
            pieces.push(number, Role::Number);
            pieces.push(name.len(), Role::Name);
            BlockKind::Heading
        } else if let Some((number, n)) = section_number(body) {
            let rest = &body[number..];
            let name = first_sentence(rest);
            let shown = rest[..name].trim_end_matches(is_blank).trim_end_matches('。');
            *chapter = Some(self.chapter(n.to_string(), &body[..number], shown));
            pieces.push(number, Role::Number);
            pieces.push(name, Role::Name);
            self.sentences_of(&rest[name..], index, *chapter, &mut pieces, seen);
            BlockKind::Section
        } else if self.title.is_empty() && self.chapters.is_empty() {
            self.title = body.to_string();
            pieces.push(body.len(), Role::Name);
            BlockKind::Title
        } else {
            self.sentences_of(body, index, *chapter, &mut pieces, seen);
            BlockKind::Paragraph
        };
        pieces.push(start + line.len() - pieces.at, Role::Space);
        self.blocks.push(Block {
            id: format!("b{index}"),
            kind,
            chapter: *chapter,
            pieces: pieces.out,
        });
    }

    fn chapter(&mut self, id: String, number: &str, name: &str) -> usize {
        self.chapters.push(Chapter {
            id,
            number: number.to_string(),
            name: name.trim().to_string(),
        });
        self.chapters.len() - 1
    }

    fn sentences_of(
        &mut self,
        text: &str,
        block: usize,
        chapter: Option<usize>,
        pieces: &mut Pieces,
        seen: &mut HashMap<String, u32>,
    ) {
        let mut rest = text;
        while !rest.is_empty() {
            let whole = first_sentence(rest);
            let sentence = rest[..whole].trim_end_matches(is_blank);
            let lead = sentence.len() - sentence.trim_start_matches(is_blank).len();
            pieces.push(lead, Role::Space);
            if sentence.len() > lead {
                let prefix = chapter.map_or("p", |c| self.chapters[c].id.as_str());
                let id = sentence_id(prefix, &sentence[lead..], seen);
                let range = pieces.at..pieces.at + sentence.len() - lead;
                pieces.out.push(Piece {
                    range: range.clone(),
                    role: Role::Sentence,
                    sentence: Some(id.clone()),
                });
                pieces.at = range.end;
                self.sentences.push(Sentence {
                    id,
                    chapter,
                    block,
                    range,
                });
            }
            pieces.push(whole - sentence.len(), Role::Space);
            rest = &rest[whole..];
        }
    }

    fn drop_empty_chapters(&mut self) {
        let used: Vec<bool> = (0..self.chapters.len())
            .map(|c| self.sentences.iter().any(|s| s.chapter == Some(c)))
            .collect();
        let mut to = vec![None; used.len()];
        let mut next = 0;
        for (c, used) in used.iter().enumerate() {
            if *used {
                to[c] = Some(next);
                next += 1;
            }
        }
        let mut c = 0;
        self.chapters.retain(|_| {
            c += 1;
            used[c - 1]
        });
        for block in &mut self.blocks {
            block.chapter = block.chapter.and_then(|c| to[c]);
        }
        for sentence in &mut self.sentences {
            sentence.chapter = sentence.chapter.and_then(|c| to[c]);
        }
    }

    /// The pieces joined: equal to the text that was parsed, byte for byte.
    pub fn joined(&self) -> String {
        self.blocks
            .iter()
            .flat_map(|b| &b.pieces)
            .map(|p| &self.text[p.range.clone()])
            .collect()
    }

    /// The words of a sentence.
    pub fn words(&self, sentence: &Sentence) -> &str {
        &self.text[sentence.range.clone()]
    }

    /// The sentence with this id.
    pub fn sentence(&self, id: &str) -> Option<&Sentence> {
        self.sentences.iter().find(|s| s.id == id)
    }

    /// The only sentence that holds `quote`, and where in it (bytes from the sentence's start).
    ///
    /// # Errors
    /// When no sentence or more than one holds it.
    pub fn find(&self, quote: &str) -> Result<(&Sentence, Range<usize>), QuoteError> {
        let mut hits = self
            .sentences
            .iter()
            .filter_map(|s| Some((s, self.words(s).find(quote)?)));
        let Some((sentence, at)) = hits.next() else {
            return Err(QuoteError::Absent(quote.to_string()));
        };
        if let Some((other, _)) = hits.next() {
            return Err(QuoteError::Twice(
                quote.to_string(),
                sentence.id.clone(),
                other.id.clone(),
            ));
        }
        Ok((sentence, at..at + quote.len()))
    }
}

/// Why a quotation does not point at one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    #[error("no sentence of the plan holds “{0}”; copy the words from the plan's text")]
    Absent(String),
    #[error("“{0}” stands in two sentences, {1} and {2}; quote more words")]
    Twice(String, String, String),
}

struct Pieces {
    at: usize,
    out: Vec<Piece>,
}

impl Pieces {
    fn push(&mut self, len: usize, role: Role) {
        if len > 0 {
            self.out.push(Piece {
                range: self.at..self.at + len,
                role,
                sentence: None,
            });
            self.at += len;
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || c == '\u{3000}'
}

/// An id made from the words, not from the place: inserting a sentence elsewhere leaves it as it was.
/// Blanks do not count; the same words twice in a chapter get `-2`, `-3` in their order.
fn sentence_id(prefix: &str, words: &str, seen: &mut HashMap<String, u32>) -> String {
    let plain: String = words.chars().filter(|c| !is_blank(*c)).collect();
    let hash = Sha256::digest(plain.as_bytes());
    let id = format!("{prefix}-{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2]);
    let n = seen.entry(id.clone()).or_insert(0);
    *n += 1;
    if *n == 1 { id } else { format!("{id}-{n}") }
}

/// Bytes up to and with the first full stop that is not inside quotation marks, closing marks and blanks behind it too.
fn first_sentence(text: &str) -> usize {
    let mut depth = 0i32;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '“' | '《' | '「' | '『' => depth += 1,
            '”' | '》' | '」' | '』' => depth = (depth - 1).max(0),
            // A mark that never closes costs at most its own line: lines are read one by one.
            '。' | '！' | '？' if depth == 0 => {
                let mut end = at + c.len_utf8();
                while let Some((at, c)) = chars.peek().copied() {
                    if !(is_blank(c) || matches!(c, '”' | '’' | '」' | '』')) {
                        break;
                    }
                    end = at + c.len_utf8();
                    chars.next();
                }
                return end;
            }
            _ => {}
        }
    }
    text.len()
}

/// 「三、」 → (bytes of it, 3)
fn heading_number(line: &str) -> Option<(usize, u32)> {
    let (digits, rest) = chinese_digits(line);
    let rest = rest.strip_prefix('、')?;
    Some((line.len() - rest.len(), chinese_number(digits)?))
}

/// 「(三)」 or 「（三）」 → (bytes of it, 3)
fn section_number(line: &str) -> Option<(usize, u32)> {
    let inner = line.strip_prefix(['(', '（'])?;
    let (digits, rest) = chinese_digits(inner);
    let rest = rest.strip_prefix([')', '）'])?;
    Some((line.len() - rest.len(), chinese_number(digits)?))
}

fn chinese_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c| !"一二三四五六七八九十".contains(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// 一 … 九十九.
fn chinese_number(digits: &str) -> Option<u32> {
    let one = |c: char| "一二三四五六七八九".chars().position(|d| d == c).map(|n| n as u32 + 1);
    let (tens, ones) = match digits.split_once('十') {
        Some((tens, ones)) => (if tens.is_empty() { 1 } else { one(single(tens)?)? }, ones),
        None => (0, digits),
    };
    let ones = if ones.is_empty() { 0 } else { one(single(ones)?)? };
    (tens * 10 + ones > 0).then_some(tens * 10 + ones)
}

fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let c = chars.next()?;
    chars.next().is_none().then_some(c)
}
