//! Random numbers written out, so that a seed means the same for ever and everywhere.

use crate::math::ln;

/// xoshiro256** (Blackman and Vigna), seeded through splitmix64.
pub(crate) struct Random {
    state: [u64; 4],
    spare: Option<f64>,
}

fn splitmix(x: &mut u64) -> u64 {
    *x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *x;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// A stream of its own for every different `(seed, stream)`: what is drawn for one station does
    /// not depend on how much was drawn for another.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut x = seed;
        x = splitmix(&mut x) ^ stream.wrapping_mul(0xd134_2543_de82_ef95);
        let state = [splitmix(&mut x), splitmix(&mut x), splitmix(&mut x), splitmix(&mut x)];
        Self { state, spare: None }
    }

    pub(crate) fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let out = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// Uniform in [0, 1), 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform integer below `n` (> 0); the bias of the modulus is below n / 2^64.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Standard normal, by the polar method (square root and logarithm only).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(z) = self.spare.take() {
            return z;
        }
        loop {
            let u = 2.0 * self.uniform() - 1.0;
            let v = 2.0 * self.uniform() - 1.0;
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let f = (-2.0 * ln(s) / s).sqrt();
                self.spare = Some(v * f);
                return u * f;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_first_values_and_moments() {
        // splitmix64 from 0: the published first output.
        assert_eq!(splitmix(&mut 0), 0xe220_a839_7b1d_cdaf);
        let mut r = Random::new(1, 2);
        let (mut sum, mut square) = (0.0, 0.0);
        for _ in 0..100_000 {
            let z = r.normal();
            sum += z;
            square += z * z;
        }
        assert!((sum / 1e5).abs() < 0.01);
        assert!((square / 1e5 - 1.0).abs() < 0.02);
        assert_ne!(Random::new(1, 2).next(), Random::new(1, 3).next());
    }
}
