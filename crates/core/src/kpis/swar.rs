//! Sixteen bytes of text at once in one integer, the first byte lowest, so that a word can
//! be folded, compared and looked up without a loop over its letters.

/// How many bytes are read at once.
pub(super) const WIDTH: usize = 16;

const ONES: u128 = u128::MAX / 0xFF;
const HIGH_BITS: u128 = 0x80 * ONES;

/// The first so many bytes.
static WITHIN: [u128; WIDTH + 1] = {
    let (mut within, mut length) = ([0; WIDTH + 1], 1);
    while length <= WIDTH {
        within[length] = u128::MAX >> (8 * (WIDTH - length));
        length += 1;
    }
    within
};

/// The sixteen bytes from `start`, with NUL for those beyond the text's end.
#[inline]
pub(super) fn load(text: &[u8], start: usize) -> u128 {
    let rest = text.get(start..).unwrap_or_default();
    match rest.first_chunk::<WIDTH>() {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => load_end(text, rest),
    }
}

#[inline]
fn load_end(text: &[u8], rest: &[u8]) -> u128 {
    if rest.is_empty() {
        return 0;
    }
    let mut padded = [0; WIDTH];
    match text.last_chunk::<WIDTH>() {
        Some(last) => u128::from_le_bytes(*last) >> (8 * (WIDTH - rest.len())),
        None => {
            padded[..rest.len()].copy_from_slice(rest);
            u128::from_le_bytes(padded)
        }
    }
}

/// A lexeme read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Its bytes in lower case, NUL beyond its length.
    pub(super) key: u128,
    /// At least one upper-case letter and no lower-case one.
    pub(super) in_capitals: bool,
    /// Whether an apostrophe is inside; now and then when there is none.
    pub(super) apostrophe: bool,
}

/// The lexeme of the first `length` bytes, 1 to 16 of them.
#[inline]
pub(super) fn word(bytes: u128, length: usize) -> Word {
    let within = WITHIN[length];
    let key = (bytes | (0x20 * ONES)) & within;
    // Of a lexeme's characters only letters have bit 0x40, and bit 0x20 when they are small.
    let small = bytes & (bytes >> 1) & (0x20 * ONES) & within;
    let others = key ^ (b'\'' as u128 * ONES);
    Word {
        key,
        in_capitals: (key != bytes & within) & (small == 0),
        apostrophe: others.wrapping_sub(ONES) & !others & HIGH_BITS != 0,
    }
}

/// The first `length` bytes, 1 to 16 of them, ASCII letters in lower case. No character of an
/// ASCII word but letters changes.
#[inline]
pub(super) fn lowered(bytes: u128, length: usize) -> u128 {
    (bytes | (0x20 * ONES)) & WITHIN[length]
}

/// Whether a byte is not ASCII.
#[inline]
pub(super) fn beyond_ascii(bytes: u128) -> bool {
    bytes & HIGH_BITS != 0
}

/// How many ASCII letters, in lower case, come first.
#[inline]
pub(super) fn letters(bytes: u128) -> usize {
    let low = bytes & !HIGH_BITS;
    // The high bit where a byte is at least "a", and where it is beyond "z".
    let from_a = low + (0x80 - b'a' as u128) * ONES;
    let beyond_z = low + (0x80 - b'z' as u128 - 1) * ONES;
    let others = !from_a | beyond_z | bytes;
    (others & HIGH_BITS).trailing_zeros() as usize / 8
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
        fn words_are_read_as_by_a_byte_loop(text in "[a-zA-Z0-9'.-]{16}", length in 1usize..=16) {
            let lexeme = &text.as_bytes()[..length];
            let word = word(load(text.as_bytes(), 0), length);
            prop_assert_eq!(&word.key.to_le_bytes()[..length], &lexeme.to_ascii_lowercase()[..]);
            let capitals = lexeme.iter().any(u8::is_ascii_uppercase);
            prop_assert_eq!(word.in_capitals, capitals && !lexeme.iter().any(u8::is_ascii_lowercase));
            prop_assert!(word.apostrophe || !lexeme.contains(&b'\''));
        }

        #[test]
        fn loads_end_with_the_text(text in prop::collection::vec(any::<u8>(), 0..40), at in 0usize..40) {
            let mut expected = text.get(at..).unwrap_or_default().to_vec();
            expected.resize(expected.len().max(WIDTH), 0);
            prop_assert_eq!(&load(&text, at).to_le_bytes()[..], &expected[..WIDTH]);
        }

        #[test]
        fn all_agree_with_byte_loops(bytes in any::<[u8; 16]>(), text in "[a-zA-Z0-9'. é]{16,20}", length in 1usize..=16) {
            for bytes in [bytes, *text.as_bytes().first_chunk().unwrap()] {
                let all = load(&bytes, 0);
                prop_assert_eq!(beyond_ascii(all), !bytes.is_ascii());
                let small = |byte: &&u8| byte.is_ascii_lowercase();
                prop_assert_eq!(letters(all), bytes.iter().take_while(small).count());
                let same = bytes[..length].windows(2).any(|pair| pair[0] == pair[1]);
                prop_assert_eq!(repeats(all, length), same);
                let lower: Vec<u8> = (0..16).map(|at| if at < length { bytes[at] | 0x20 } else { 0 }).collect();
                prop_assert_eq!(&lowered(all, length).to_le_bytes()[..], &lower[..]);
            }
        }
    }
}
