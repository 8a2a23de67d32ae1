//! Sixteen bytes of text at once in one integer, the first byte lowest, so that a word can
//! be folded, compared and looked up without a loop over its letters.

/// How many bytes are read at once.
pub(super) const WIDTH: usize = 16;

const ONES: u128 = u128::MAX / 0xFF;
const HIGH_BITS: u128 = 0x80 * ONES;

/// The sixteen bytes from `start`, if there are so many.
#[inline]
pub(super) fn load(text: &[u8], start: usize) -> Option<u128> {
    let bytes = text.get(start..)?.first_chunk::<WIDTH>()?;
    Some(u128::from_le_bytes(*bytes))
}

/// The first `length` bytes, 1 to 16 of them, ASCII letters in lower case. No character of an
/// ASCII word but letters changes.
#[inline]
pub(super) fn lowered(bytes: u128, length: usize) -> u128 {
    (bytes | (0x20 * ONES)) & (u128::MAX >> (8 * (WIDTH - length)))
}

/// Whether a byte is not ASCII.
#[inline]
pub(super) fn beyond_ascii(bytes: u128) -> bool {
    bytes & HIGH_BITS != 0
}

/// Whether two neighbours among the first `length` bytes are the same.
#[inline]
pub(super) fn repeats(bytes: u128, length: usize) -> bool {
    if length < 2 {
        return false;
    }
    let pairs = u128::MAX >> (8 * (WIDTH + 1 - length));
    let differences = (bytes ^ (bytes >> 8)) | !pairs;
    // The lowest zero byte borrows into its high bit; without one nothing does.
    differences.wrapping_sub(ONES) & !differences & HIGH_BITS != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_agree_with_byte_loops(bytes in any::<[u8; 16]>(), text in "[a-zA-Z0-9'. é]{16,20}", length in 1usize..=16) {
            for bytes in [bytes, *text.as_bytes().first_chunk().unwrap()] {
                let all = load(&bytes, 0).unwrap();
                prop_assert_eq!(beyond_ascii(all), !bytes.is_ascii());
                let same = bytes[..length].windows(2).any(|pair| pair[0] == pair[1]);
                prop_assert_eq!(repeats(all, length), same);
                let lower: Vec<u8> = (0..16).map(|at| if at < length { bytes[at] | 0x20 } else { 0 }).collect();
                prop_assert_eq!(&lowered(all, length).to_le_bytes()[..], &lower[..]);
            }
        }
    }
}
