//! Reasons in both languages. A function that gives `English / 中文` keeps its own words; for the many short reasons
//! the Chinese stands in one table (`reasons.txt`), so that neither the code nor the command line doubles them.

use crate::EvalError;
use figure::Text;

const TABLE: &str = include_str!("reasons.txt");

impl EvalError {
    /// Why an argument cannot be used, in both languages; other errors in their own words.
    pub fn text(&self) -> Text {
        match self {
            Self::Argument { reason, .. } => both(reason),
            e => Text::new(e.to_string(), e.to_string()),
        }
    }
}

fn han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn both(reason: &str) -> Text {
    // Its own Chinese stands behind the last ` / ` before which there is none.
    if let Some((en, zh)) = reason.split_once(" / ").filter(|(_, zh)| han(zh)) {
        return Text::new(zh, en);
    }
    // The narrowest pattern says most: the one with the fewest letters in its holes.
    let best = rows()
        .filter_map(|(en, zh)| Some((holes(en, reason)?, zh)))
        .min_by_key(|(h, _)| h.iter().map(|h| h.len()).sum::<usize>());
    let zh = best.map(|(holes, zh)| {
        let numbered = holes.iter().enumerate();
        numbered.fold(zh.to_string(), |t, (i, h)| t.replace(&format!("{{{}}}", i + 1), h))
    });
    Text::new(zh.as_deref().unwrap_or(reason), reason)
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once(" => "))
}

/// What stands in the holes of a pattern, if a text fits it.
fn holes<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut out = vec![];
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let at = match (part.is_empty(), parts.peek().is_none()) {
            (true, true) => rest.len(),
            // The last part ends the text.
            (false, true) => rest
                .len()
                .checked_sub(part.len())
                .filter(|at| rest.ends_with(part) && *at > 0)?,
            _ => rest.find(part)?,
        };
        out.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    rest.is_empty().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_said_in_both_languages() {
        for (en, zh) in [
            ("must be a whole number", "须为整数"),
            ("`x`: write gas or water", "“x”：写gas或water"),
            ("`2024-13-01`: write YYYY-MM-DD", "“2024-13-01”：写作YYYY-MM-DD"),
            ("-3 is negative", "-3为负，不得为负"),
            (
                "15 is outside 0 to 14 (GB 3838) / 15超出0至14（GB 3838）",
                "15超出0至14（GB 3838）",
            ),
        ] {
            let en = en.replace("gas or water", "gas或water");
            assert_eq!(both(&en).zh, zh, "{en}");
        }
        assert_eq!(both("nothing like it").zh, "nothing like it");
    }

    #[test]
    fn every_row_of_the_table_fills_its_own_holes() {
        for (en, zh) in rows() {
            let n = en.matches("{}").count();
            assert!(han(zh), "{en}: no Chinese");
            for i in 1..=9 {
                assert!(
                    i <= n || !zh.contains(&format!("{{{i}}}")),
                    "{en}: hole {i} is not there"
                );
            }
            assert_eq!(holes(en, &en.replace("{}", "q")).map(|h| h.len()), Some(n), "{en}");
        }
        assert!(rows().count() > 150);
    }
}
