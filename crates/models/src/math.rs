//! `exp` and `ln` from additions, multiplications and divisions only.
//!
//! The standard library takes these from the platform, whose last bits differ between machines; a
//! simulated value that sits on a rounding edge would then differ too. IEEE 754 fixes the four
//! operations and the square root, so these two are the same everywhere.

const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// e to the power of `x`; 0 below -700 and infinite above 700 (nothing here comes near).
pub(crate) fn exp(x: f64) -> f64 {
    if x < -700.0 {
        return 0.0;
    }
    if x > 700.0 {
        return f64::INFINITY;
    }
    let k = (x / (LN2_HIGH + LN2_LOW)).round();
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // |r| <= 0.3466: fourteen terms of the series reach the last bit.
    let mut sum = 1.0;
    let mut n = 14.0;
    while n >= 1.0 {
        sum = 1.0 + sum * r / n;
        n -= 1.0;
    }
    sum * f64::from_bits(((1023 + k as i64) as u64) << 52)
}

/// Natural logarithm of a positive, normal `x`.
pub(crate) fn ln(x: f64) -> f64 {
    debug_assert!(x >= f64::MIN_POSITIVE, "ln of {x}");
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut m = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if m > std::f64::consts::SQRT_2 {
        m /= 2.0;
        exponent += 1;
    }
    // ln m = 2 atanh(s) with |s| <= 0.1716.
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let mut sum = 0.0;
    let mut n = 21.0;
    while n >= 1.0 {
        sum = sum * s2 + 1.0 / n;
        n -= 2.0;
    }
    let e = exponent as f64;
    e * LN2_HIGH + (e * LN2_LOW + 2.0 * s * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_platform() {
        let mut x = -30.0;
        while x < 30.0 {
            assert!((exp(x) / x.exp() - 1.0).abs() < 4e-16, "exp {x}");
            let y = x.exp();
            assert!((ln(y) - x).abs() < 8e-15, "ln {y}");
            x += 0.0137;
        }
        assert_eq!((exp(0.0), ln(1.0)), (1.0, 0.0));
        assert_eq!((exp(-800.0), exp(800.0)), (0.0, f64::INFINITY));
    }
}
