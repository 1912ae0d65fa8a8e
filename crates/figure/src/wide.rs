//! `a * b / d` without losing bits: the product takes 256 bits, the answer 128.

/// Quotient and rest of `a * b / d`; `None` when the quotient does not fit. `d` must not be zero.
pub(crate) fn mul_div(a: u128, b: u128, d: u128) -> Option<(u128, u128)> {
    if let Some(product) = a.checked_mul(b) {
        if let (Ok(p), Ok(d)) = (u64::try_from(product), u64::try_from(d)) {
            return Some((u128::from(p / d), u128::from(p % d)));
        }
        return Some((product / d, product % d));
    }
    let (hi, lo) = mul(a, b);
    if hi >= d {
        return None;
    }
    Some(div(hi, lo, d))
}

/// The 256-bit product as (high, low), by schoolbook halves.
fn mul(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let low = a0 * b0;
    // Each partial product is at most (2^64-1)^2, so adding two halves of 64 bits cannot overflow.
    let mid1 = a1 * b0 + (low >> 64);
    let mid2 = a0 * b1 + (mid1 & LOW);
    (a1 * b1 + (mid1 >> 64) + (mid2 >> 64), (mid2 << 64) | (low & LOW))
}

/// Bit by bit division of (hi, lo) by `d`, with `hi < d`. Rare: only numbers beyond 38 digits come here.
fn div(hi: u128, lo: u128, d: u128) -> (u128, u128) {
    let (mut rest, mut q) = (hi, 0u128);
    for bit in (0..128).rev() {
        let carry = rest >> 127 == 1;
        rest = (rest << 1) | ((lo >> bit) & 1);
        if carry || rest >= d {
            rest = rest.wrapping_sub(d); // with the carry bit the true rest is 2^128 + rest, and < 2d
            q |= 1 << bit;
        }
    }
    (q, rest)
}
