//! Random words and the hashes under which they are stored.

use crate::{Error, Hash, Result};

/// Random bytes of the operating system.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut out = [0u8; N];
    getrandom::fill(&mut out).map_err(|e| Error::Store(format!("no random numbers from the system: {e}")))?;
    Ok(out)
}

/// A token of 256 bits, as hexadecimal.
pub(super) fn token() -> Result<String> {
    Ok(bytes::<32>()?.iter().map(|b| format!("{b:02x}")).collect())
}

/// What is stored of a token, and what is derived from it for another `purpose`.
pub(super) fn hash(purpose: &str, token: &str) -> String {
    Hash::Sha256.hex(format!("qingshan {purpose}\n{token}").as_bytes())
}

/// A password to be told to a person once: four groups of four, each of another alphabet or two, none of whose
/// characters is mistaken for another. About 80 bits.
pub(super) fn password() -> Result<String> {
    const ALPHABETS: [&[u8]; 4] = [
        b"ABCDEFGHJKLMNPQRSTUVWXYZ",
        b"abcdefghjkmnpqrstuvwxyz",
        b"23456789",
        b"abcdefghjkmnpqrstuvwxyz23456789",
    ];
    let mut groups = vec![];
    for alphabet in ALPHABETS.iter().chain([&ALPHABETS[3]]) {
        let mut group = String::new();
        while group.len() < 4 {
            for b in bytes::<8>()? {
                // Bytes beyond the last whole multiple are thrown away, so that every character is equally likely.
                let even = 256 / alphabet.len() * alphabet.len();
                if usize::from(b) < even && group.len() < 4 {
                    group.push(char::from(alphabet[usize::from(b) % alphabet.len()]));
                }
            }
        }
        groups.push(group);
    }
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_differ_and_passwords_have_four_kinds() {
        let all: std::collections::BTreeSet<String> = (0..50).map(|_| super::password().expect("random")).collect();
        assert_eq!(all.len(), 50);
        for p in &all {
            assert!(
                p.bytes().any(|b| b.is_ascii_uppercase()) && p.bytes().any(|b| b.is_ascii_lowercase()),
                "{p}"
            );
            assert!(p.bytes().any(|b| b.is_ascii_digit()) && p.len() == 24, "{p}");
        }
        let (a, b) = (super::token().expect("random"), super::token().expect("random"));
        assert!(a != b && a.len() == 64);
        assert_ne!(super::hash("session", &a), super::hash("link", &a));
    }
}
