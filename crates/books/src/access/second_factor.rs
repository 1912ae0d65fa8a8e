//! Time codes as second factor (RFC 6238, HMAC-SHA-1, as the telephones' programs expect).

use super::account::ROOM;
use super::policy::Policy;
use super::secret;
use crate::{Author, Books, Change, Error, Result};
use serde_json::json;
use totp_rs::{Algorithm, Builder, Secret, Totp};

fn totp(policy: &Policy, base32: &str) -> Option<Totp> {
    let rule = &policy.second_factor;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(u8::try_from(rule.digits).ok()?)
        .with_skew(u16::try_from(rule.steps_of_drift).ok()?)
        .with_step_duration(rule.step_seconds)
        .with_secret(Secret::try_from_base32(base32).ok()?)
        .build()
        .ok()
}

/// The step that a code belongs to; none if it is wrong.
pub(super) fn step(policy: &Policy, base32: &str, code: &str, now: i64) -> Option<i64> {
    let seconds = u64::try_from(now / 1000).ok()?;
    i64::try_from(totp(policy, base32)?.check(code, seconds)?).ok()
}

/// Begins to set up a second factor: the secret in base 32, and the address that telephones read. It counts once
/// [`confirm`] has seen a code of it.
///
/// # Errors
/// No such account, one that has a second factor already.
pub async fn start(books: &Books, policy: &Policy, id: &str) -> Result<(String, String)> {
    let base32 = Secret::from(secret::bytes::<20>()?.to_vec()).to_base32();
    let (name, kept) = (id.to_string(), base32.clone());
    books
        .write(Author::new(id, ""), move |view| {
            Box::pin(async move {
                let doc = view.doc(ROOM, &name).await?;
                if doc.version == 0 || !doc.text("totp").is_empty() {
                    return Err(Error::refused(
                        "已设有动态口令：更换须先由安全管理员清除。",
                        "There is a second factor already: the security administrator clears it first.",
                    ));
                }
                Ok(vec![Change::any(ROOM, name, "factor-start", json!({"totp_new": kept}))])
            })
        })
        .await?;
    let rule = &policy.second_factor;
    let address = format!(
        "otpauth://totp/Qingshan:{id}?secret={base32}&issuer=Qingshan&digits={}&period={}",
        rule.digits, rule.step_seconds
    );
    Ok((base32, address))
}

/// Takes the second factor into use.
///
/// # Errors
/// A code that does not fit.
pub async fn confirm(books: &Books, policy: &Policy, id: &str, code: &str) -> Result<()> {
    let (name, code, policy) = (id.to_string(), code.trim().to_string(), policy.clone());
    books
        .write(Author::new(id, ""), move |view| {
            Box::pin(async move {
                let doc = view.doc(ROOM, &name).await?;
                let new = doc.text("totp_new").to_string();
                let Some(step) = step(&policy, &new, &code, view.now()).filter(|_| !new.is_empty()) else {
                    return Err(Error::refused(
                        "动态口令不对：请核对手机时间，再输入当前的口令。",
                        "The code does not fit: check the telephone's clock and give the present code.",
                    ));
                };
                let patch = json!({"totp": new, "totp_new": null, "totp_step": step});
                Ok(vec![Change::any(ROOM, name, "factor-set", patch)])
            })
        })
        .await?;
    Ok(())
}
