//! Sixteen bytes of text at once in one integer, the first byte lowest, so that a word can
//! be folded, compared and looked up without a loop over its letters.

/// How many bytes are read at once.
pub(super) const WIDTH: usize = 16;

const ONES: u128 = u128::MAX / 0xFF;
const HIGH_BITS: u128 = 0x80 * ONES;

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
    pub(super) length: usize,
    /// Its bytes in lower case, NUL beyond its length.
    pub(super) key: u128,
    /// At least one upper-case letter and no lower-case one.
    pub(super) in_capitals: bool,
    /// Whether an apostrophe, hyphen or dot is inside.
    pub(super) connected: bool,
}

/// The lexeme that `bytes` begins with, if it surely ends among them: what follows may have
/// to be seen for that, and nothing outside ASCII can be judged here.
#[inline]
pub(super) fn word(bytes: u128) -> Option<Word> {
    let (mut letters, mut small, mut others, mut connectors) = ([0; WIDTH], [0; WIDTH], [0; WIDTH], [0; WIDTH]);
    for (at, byte) in bytes.to_le_bytes().into_iter().enumerate() {
        let mark = |yes| if yes { 0xFFu8 } else { 0 };
        letters[at] = mark((byte | 0x20).wrapping_sub(b'a') < 26);
        small[at] = mark(byte.wrapping_sub(b'a') < 26);
        others[at] = mark(byte.wrapping_sub(b'0') < 10);
        connectors[at] = mark(matches!(byte, b'\'' | b'-' | b'.'));
    }
    let [letters, small, digits, connectors] = [letters, small, others, connectors].map(u128::from_le_bytes);
    let alphanumeric = letters | digits;
    let inside = connectors & (alphanumeric << 8) & (alphanumeric >> 8);
    let length = (alphanumeric | inside).trailing_ones() as usize / 8;
    if beyond_ascii(bytes) || length == 0 || length + 1 >= WIDTH {
        return None;
    }
    let within = u128::MAX >> (8 * (WIDTH - length));
    let key = (bytes | (0x20 * ONES)) & within;
    Some(Word {
        length,
        key,
        in_capitals: key != bytes & within && small & within == 0,
        connected: inside & within != 0,
    })
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
                let all = load(&bytes, 0);
                prop_assert_eq!(beyond_ascii(all), !bytes.is_ascii());
                let same = bytes[..length].windows(2).any(|pair| pair[0] == pair[1]);
                prop_assert_eq!(repeats(all, length), same);
                let lower: Vec<u8> = (0..16).map(|at| if at < length { bytes[at] | 0x20 } else { 0 }).collect();
                prop_assert_eq!(&lowered(all, length).to_le_bytes()[..], &lower[..]);
            }
        }
    }
}
