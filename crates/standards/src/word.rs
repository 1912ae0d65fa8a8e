//! The row of a provision that a typed word names. What may be typed stands in the law's own rows, and the error
//! lists it. A cell may hold several words parted by `;`.

use crate::EvalError;
use law::Provision;

/// The most words an error lists.
const LISTED: usize = 60;

/// The row that a word names in one of the columns.
///
/// # Errors
/// [`EvalError::Argument`] listing what is accepted.
pub(crate) fn named(p: &Provision, arg: &str, word: &str, columns: &[&str]) -> Result<usize, EvalError> {
    let all: Vec<usize> = (0..p.table.rows.len()).collect();
    among(p, &all, arg, word, columns)
}

/// As [`named`], among some rows only.
pub(crate) fn among(
    p: &Provision,
    rows: &[usize],
    arg: &str,
    word: &str,
    columns: &[&str],
) -> Result<usize, EvalError> {
    let names = |row: usize, column: &str| p.table.text(row, column).split(';').any(|w| same(w, word));
    let hit = rows.iter().find(|&&r| columns.iter().any(|c| names(r, c)));
    hit.copied().ok_or_else(|| unknown(p, rows, arg, word, columns))
}

/// The row of a word that must be written to the letter: `mBq` is not `MBq`.
pub(crate) fn exactly(p: &Provision, arg: &str, word: &str, column: &str) -> Result<usize, EvalError> {
    let all: Vec<usize> = (0..p.table.rows.len()).collect();
    let hit = p.table.find(&[(column, word)]);
    hit.ok_or_else(|| unknown(p, &all, arg, word, &[column, &format!("{column}_zh")]))
}

/// A word that no row has: what is accepted, by the first column that names a row, with its Chinese name beside
/// it where the columns hold one.
pub(crate) fn unknown(p: &Provision, rows: &[usize], arg: &str, word: &str, columns: &[&str]) -> EvalError {
    let mut known: Vec<String> = Vec::new();
    for &r in rows {
        let mut texts = columns
            .iter()
            .map(|c| (c, p.table.text(r, c)))
            .filter(|(_, t)| !t.is_empty());
        let Some((_, name)) = texts.next() else { continue };
        let zh = texts.find(|(c, t)| c.ends_with("_zh") && *t != name);
        let shown = zh.map_or_else(|| name.to_string(), |(_, zh)| format!("{name} ({zh})"));
        if !known.contains(&shown) {
            known.push(shown);
        }
    }
    let more = known.len().saturating_sub(LISTED);
    known.truncate(LISTED);
    let list = known.join("; ");
    let more = if more > 0 {
        format!(" … (+{more})")
    } else {
        String::new()
    };
    let (number, clause) = (&p.standard.number, &p.clause);
    EvalError::argument(
        arg,
        format!("`{word}` is not in {number} {clause} / 不在其中；accepted are / 可填：{list}{more}"),
    )
}

/// Letter case, full-width forms and blanks do not tell words apart; an empty word is none.
fn same(cell: &str, word: &str) -> bool {
    let mut wanted = folded(word).peekable();
    wanted.peek().is_some() && folded(cell).eq(wanted)
}

fn folded(word: &str) -> impl Iterator<Item = char> {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '〔' => '[',
        '〕' => ']',
        '、' => ',',
        c => c,
    };
    let plain = word.chars().map(narrow).filter(|c| !c.is_whitespace());
    plain.flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn words_are_compared_without_case_width_and_blanks() {
        assert!(same(" 铬（六价） ", "铬(六价)"));
        assert!(same("苯并［ａ］芘", "苯并[A]芘"));
        assert!(!same("铬", "铬(六价)") && !same("", " "));
    }
}
