//! Passwords: what one must be, and its argon2id hash.

use super::policy::PasswordRule;
use super::secret;
use crate::{Error, Result};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use figure::Text;

/// Whether a password may be used for an account.
///
/// # Errors
/// What it lacks, in words.
pub(super) fn judge(rule: &PasswordRule, account: &str, password: &str) -> Result<(), Text> {
    let length = password.chars().count();
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    let kinds = kinds.into_iter().filter(|k| *k).count();
    if length < rule.least_length || kinds < rule.kinds {
        return Err(Text::new(
            format!(
                "密码至少 {} 个字符，并含大写字母、小写字母、数字、其他字符中的 {} 类。",
                rule.least_length, rule.kinds
            ),
            format!(
                "A password has at least {} characters and {} of: capitals, small letters, digits, others.",
                rule.least_length, rule.kinds
            ),
        ));
    }
    if length > rule.most_length {
        return Err(Text::new(
            format!("密码最多 {} 个字符。", rule.most_length),
            format!("A password has at most {} characters.", rule.most_length),
        ));
    }
    if password.to_lowercase().contains(account) {
        return Err(Text::new(
            "密码不能含有账号名。",
            "A password must not contain the account's name.",
        ));
    }
    Ok(())
}

fn hasher(rule: &PasswordRule) -> Result<Argon2<'static>> {
    let params = Params::new(rule.memory_kib, rule.passes, rule.lanes, None)
        .map_err(|e| Error::Pack(format!("{}: [password]: {e}", super::FILE)))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to be stored; computed away from the threads that answer.
pub(super) async fn hash(rule: &PasswordRule, password: &str) -> Result<String> {
    let (hasher, salt, password) = (hasher(rule)?, secret::bytes::<16>()?, password.to_string());
    away(move || {
        let hash = hasher.hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|h| h.to_string()).map_err(|e| Error::Store(e.to_string()))
    })
    .await?
}

/// Whether a password fits a stored hash. Without one the same work is done for nothing, so that the time of an answer
/// does not tell whether an account exists.
pub(super) async fn fits(rule: &PasswordRule, password: &str, stored: Option<&str>) -> Result<bool> {
    let Some(stored) = stored.filter(|s| !s.is_empty()) else {
        hash(rule, password).await?;
        return Ok(false);
    };
    let (hasher, password, stored) = (hasher(rule)?, password.to_string(), stored.to_string());
    away(move || PasswordVerifier::<str>::verify_password(&hasher, password.as_bytes(), &stored).is_ok()).await
}

/// Most hashes at once: each takes its memory and a core for a while, and strangers may ask for as many as they like.
static AT_ONCE: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _turn = AT_ONCE.acquire().await.map_err(|e| Error::Store(e.to_string()))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Error::Store(e.to_string()))
}
