//! The CRC of HJ 212 (Annex A of the 2017 and 2025 texts): its definition, and a quick way to the same value.
//!
//! It is *not* Modbus CRC-16: the register's high byte is moved down before the next byte is added, so only
//! eight bits live on from byte to byte. Let `h` be those eight bits (`crc >> 8`) and `T` the usual table of
//! the reflected polynomial 0xA001; one step is `crc = T[h ^ byte]`, so `h` becomes `H(h ^ byte)` with
//! `H(x) = T[x] >> 8`. `H` is linear over GF(2) **and its eighth power is the identity** (tested below). So the
//! contribution of a byte depends only on its place modulo eight: eight-byte words can simply be added (XOR)
//! and the eight byte lanes are mapped once at the end. No table is touched per byte, and nothing waits for
//! the byte before.
//!
//! The same fact shows how weak the code is: bytes exchanged at a distance of a multiple of eight leave it
//! unchanged, and there are only 256 values. Length, grammar and plausibility checks are not optional.

/// Value of the CRC before the first byte.
const START: u16 = 0xFFFF;
/// The reflected polynomial x^16 + x^15 + x^2 + 1.
const POLYNOMIAL: u16 = 0xA001;

const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = eight_shifts(i as u16);
        i += 1;
    }
    table
};

/// `POWERS[k][x]` is `H` applied `k` times to `x`, for k = 0..=7.
const POWERS: [[u8; 256]; 8] = {
    let mut powers = [[0; 256]; 8];
    let mut k = 0;
    while k < 8 {
        let mut x = 0;
        while x < 256 {
            powers[k][x] = if k == 0 {
                x as u8
            } else {
                (TABLE[powers[k - 1][x] as usize] >> 8) as u8
            };
            x += 1;
        }
        k += 1;
    }
    powers
};

const fn eight_shifts(mut register: u16) -> u16 {
    let mut bit = 0;
    while bit < 8 {
        register = if register & 1 == 1 {
            (register >> 1) ^ POLYNOMIAL
        } else {
            register >> 1
        };
        bit += 1;
    }
    register
}

/// The CRC of a data segment (HJ 212-2017 Annex A). An empty segment gives 0xFFFF.
pub fn hj212(segment: &[u8]) -> u16 {
    let mut crc = Crc::new();
    crc.update(segment);
    crc.finish()
}

/// The definition, bit by bit, as the standard prints it. For tests and as a reference.
pub fn hj212_bit_by_bit(segment: &[u8]) -> u16 {
    segment
        .iter()
        .fold(START, |crc, byte| eight_shifts((crc >> 8) ^ u16::from(*byte)))
}

/// Modbus CRC-16, which some loggers send instead (low byte first). Only for stations set so.
pub fn modbus(segment: &[u8]) -> u16 {
    segment.iter().fold(START, |crc, byte| {
        (crc >> 8) ^ TABLE[((crc ^ u16::from(*byte)) & 0xFF) as usize]
    })
}

/// Whether the standard's algorithm can give this value at all: only 256 of the 65,536 can occur
/// (the start value, of an empty segment, aside).
///
/// A sender whose CRC fails this test uses another algorithm; that is worth saying in the quarantine.
pub fn is_possible(crc: u16) -> bool {
    TABLE.contains(&crc)
}

/// The CRC over a segment that comes in pieces (the plain head and the decrypted area of a 2025 packet).
#[derive(Clone, Debug)]
pub struct Crc {
    /// The live eight bits in front of `last`.
    high: u8,
    /// The byte that was taken last, not yet in `high`: the CRC itself needs all 16 bits of its step.
    last: Option<u8>,
}

impl Default for Crc {
    fn default() -> Self {
        Self::new()
    }
}

impl Crc {
    /// The state before the first byte.
    pub const fn new() -> Self {
        Crc {
            high: (START >> 8) as u8,
            last: None,
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let Some((&newest, rest)) = bytes.split_last() else {
            return;
        };
        if let Some(last) = self.last.replace(newest) {
            self.high = POWERS[1][usize::from(self.high ^ last)];
        }
        self.high = advance(self.high, rest);
    }

    /// The CRC of all bytes so far.
    pub fn finish(&self) -> u16 {
        match self.last {
            None => START,
            Some(last) => TABLE[usize::from(self.high ^ last)],
        }
    }
}

/// The live bits after `bytes`.
fn advance(high: u8, bytes: &[u8]) -> u8 {
    let (words, rest) = bytes.as_chunks::<8>();
    // Four independent sums let the compiler use vector registers.
    let (fours, single) = words.as_chunks::<4>();
    let mut sums = [0u64; 4];
    for four in fours {
        for (sum, word) in sums.iter_mut().zip(four) {
            *sum ^= u64::from_le_bytes(*word);
        }
    }
    let sum = sums.iter().fold(0, |all, sum| all ^ sum);
    let sum = single.iter().fold(sum, |sum, word| sum ^ u64::from_le_bytes(*word));
    // Byte i of a word still has 8 - i steps before it when the words are over, which is H^(8 - i); the
    // state itself has a multiple of eight, which is nothing.
    let lanes = sum.to_le_bytes();
    let mut state = high ^ lanes[0];
    for (i, lane) in lanes.iter().enumerate().skip(1) {
        state ^= POWERS[8 - i][usize::from(*lane)];
    }
    rest.iter()
        .fold(state, |state, byte| POWERS[1][usize::from(state ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_eighth_power_of_h_is_the_identity() {
        for x in 0..256 {
            assert_eq!(TABLE[usize::from(POWERS[7][x])] >> 8, x as u16);
        }
    }

    #[test]
    fn vectors_of_the_standards() {
        let vectors: [(&[u8], u16); 4] = [
            (b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&", 0x1C80),
            (b"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&", 0x2200),
            (b"", 0xFFFF),
            (&[0], 0x4040),
        ];
        for (segment, crc) in vectors {
            assert_eq!(hj212(segment), crc);
            assert_eq!(hj212_bit_by_bit(segment), crc);
        }
    }

    #[test]
    fn modbus_check_value() {
        assert_eq!(modbus(b"123456789"), 0x4B37);
    }

    #[test]
    fn only_256_values_occur() {
        assert_eq!((0..=u16::MAX).filter(|crc| is_possible(*crc)).count(), 256);
        assert!(!is_possible(0x7865));
    }

    proptest! {
        #[test]
        fn equals_the_definition(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
            prop_assert_eq!(hj212(&bytes), hj212_bit_by_bit(&bytes));
            let cut = cut.min(bytes.len());
            let mut crc = Crc::new();
            crc.update(&bytes[..cut]);
            crc.update(&bytes[cut..]);
            prop_assert_eq!(crc.finish(), hj212_bit_by_bit(&bytes));
        }
    }
}
