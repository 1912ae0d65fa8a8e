//! Finds the characters that carry structure, `;` `,` `=`, sixty-four bytes at a time.
//!
//! Written so that the compiler turns the comparisons into vector instructions of any machine; there is no
//! branch per byte.

/// The places of `;` `,` and `=` in some bytes, in order.
#[derive(Clone, Debug)]
pub(crate) struct Marks<'a> {
    bytes: &'a [u8],
    /// Where the block that `mask` describes begins.
    base: usize,
    /// One bit for each mark of the block that is still to come.
    mask: u64,
}

const BLOCK: usize = 64;

impl<'a> Marks<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Marks {
            bytes,
            base: 0,
            mask: block_mask(bytes),
        }
    }

    /// The next place.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            let next = self.base + BLOCK;
            if next >= self.bytes.len() {
                return None;
            }
            self.base = next;
            self.mask = block_mask(&self.bytes[next..]);
        }
        let at = self.base + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    /// Passes over every mark before `at` (not before the present place).
    pub(crate) fn skip_to(&mut self, at: usize) {
        let block = at - at % BLOCK;
        if block > self.base {
            self.base = block;
            self.mask = self.bytes.get(block..).map_or(0, block_mask);
        }
        self.mask &= u64::MAX.checked_shl((at - self.base) as u32).unwrap_or(0);
    }
}

/// The marks among the first 64 bytes, one bit each.
#[inline]
fn block_mask(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<BLOCK>() {
        Some(block) => full_block(block),
        None => {
            let mut block = [0; BLOCK];
            block[..bytes.len()].copy_from_slice(bytes);
            full_block(&block)
        }
    }
}

#[inline]
fn full_block(block: &[u8; BLOCK]) -> u64 {
    let mut hits = [0u8; BLOCK];
    for (hit, byte) in hits.iter_mut().zip(block) {
        *hit = u8::from((*byte == b';') | (*byte == b',') | (*byte == b'='));
    }
    let mut mask = 0;
    for (i, word) in hits.as_chunks::<8>().0.iter().enumerate() {
        // Gathers the lowest bit of each byte in the top byte.
        let bits = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= bits << (8 * i);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_loop_finds(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b';'), Just(b','), Just(b'=')], 0..300), from in 0usize..300) {
            let expected: std::vec::Vec<usize> = (0..bytes.len()).filter(|i| b";,=".contains(&bytes[*i])).collect();
            let mut marks = Marks::new(&bytes);
            let found: std::vec::Vec<usize> = core::iter::from_fn(|| marks.next()).collect();
            prop_assert_eq!(&found, &expected);
            let mut marks = Marks::new(&bytes);
            marks.skip_to(from);
            let found: std::vec::Vec<usize> = core::iter::from_fn(|| marks.next()).collect();
            prop_assert_eq!(found, expected.into_iter().filter(|i| *i >= from).collect::<std::vec::Vec<_>>());
        }
    }
}
