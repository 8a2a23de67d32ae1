//! Sixteen bytes of text at once in one vector, so that a word can be folded, compared and
//! looked up without a loop over its letters.

use wide::u8x16;

/// How many bytes are read at once.
pub(super) const WIDTH: usize = 16;

/// Sixteen bytes of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sixteen(u8x16);

/// A lexeme read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Its bytes in lower case, the first one lowest, NUL beyond its length.
    pub(super) key: u128,
    /// At least one upper-case letter and no lower-case one.
    pub(super) in_capitals: bool,
    /// Whether an apostrophe is inside.
    pub(super) apostrophe: bool,
}

/// The bytes that are among the first so many.
static WITHIN: [[u8; WIDTH]; WIDTH + 1] = {
    let (mut within, mut length) = ([[0; WIDTH]; WIDTH + 1], 0);
    while length <= WIDTH {
        let mut at = 0;
        while at < length {
            within[length][at] = u8::MAX;
            at += 1;
        }
        length += 1;
    }
    within
};

impl Sixteen {
    /// The bytes from `start`, with NUL for those beyond the text's end.
    #[inline]
    pub(super) fn load(text: &[u8], start: usize) -> Sixteen {
        let rest = text.get(start..).unwrap_or_default();
        match rest.first_chunk::<WIDTH>() {
            Some(bytes) => Sixteen(u8x16::new(*bytes)),
            None => Sixteen::load_end(text, rest),
        }
    }

    fn load_end(text: &[u8], rest: &[u8]) -> Sixteen {
        if rest.is_empty() {
            return Sixteen(u8x16::ZERO);
        }
        let mut padded = [0; WIDTH];
        match text.last_chunk::<WIDTH>() {
            Some(last) => padded = (u128::from_le_bytes(*last) >> (8 * (WIDTH - rest.len()))).to_le_bytes(),
            None => padded[..rest.len()].copy_from_slice(rest),
        }
        Sixteen(u8x16::new(padded))
    }

    /// The lexeme of the first `length` bytes, up to 16 of them.
    #[inline]
    pub(super) fn word(self, length: usize) -> Word {
        let within = u8x16::new(WITHIN[length]);
        let (bytes, lowered) = (self.0 & within, self.lowered(length));
        // Of a lexeme's characters only letters have bit 0x40, and bit 0x20 when they are small.
        let small = || (bytes & u8x16::splat(0x60)).simd_eq(u8x16::splat(0x60)).any();
        Word {
            key: lowered.key(),
            in_capitals: !bytes.simd_eq(lowered.0).all() && !small(),
            apostrophe: bytes.simd_eq(u8x16::splat(b'\'')).any(),
        }
    }

    /// The first `length` bytes, up to 16 of them, ASCII letters in lower case. No character of
    /// an ASCII word but letters changes.
    #[inline]
    pub(super) fn lowered(self, length: usize) -> Sixteen {
        Sixteen((self.0 | u8x16::splat(0x20)) & u8x16::new(WITHIN[length]))
    }

    /// All bytes as one integer, the first one lowest.
    #[inline]
    pub(super) fn key(self) -> u128 {
        u128::from_le_bytes(self.0.to_array())
    }

    /// Whether all bytes are ASCII.
    #[inline]
    pub(super) fn is_ascii(self) -> bool {
        self.0.to_bitmask() == 0
    }

    /// How many ASCII letters, in lower case, come first.
    #[inline]
    pub(super) fn letters(self) -> usize {
        let from_a = self.0 - u8x16::splat(b'a');
        from_a.simd_eq(from_a.min(u8x16::splat(25))).to_bitmask().trailing_ones() as usize
    }
}

/// Whether two neighbours among the first `length` bytes of `key` are the same.
#[inline]
pub(super) fn repeats(key: u128, length: usize) -> bool {
    let bytes = u8x16::new(key.to_le_bytes());
    let next = u8x16::new((key >> 8).to_le_bytes());
    let pairs = (1_u32 << (length - 1)) - 1;
    bytes.simd_eq(next).to_bitmask() & pairs != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_read_as_by_a_byte_loop(text in "[a-zA-Z0-9'.-]{16}", length in 1usize..=16) {
            let lexeme = &text.as_bytes()[..length];
            let word = Sixteen::load(text.as_bytes(), 0).word(length);
            prop_assert_eq!(&word.key.to_le_bytes()[..length], &lexeme.to_ascii_lowercase()[..]);
            let capitals = lexeme.iter().any(u8::is_ascii_uppercase);
            prop_assert_eq!(word.in_capitals, capitals && !lexeme.iter().any(u8::is_ascii_lowercase));
            prop_assert_eq!(word.apostrophe, lexeme.contains(&b'\''));
        }

        #[test]
        fn loads_end_with_the_text(text in prop::collection::vec(any::<u8>(), 0..40), at in 0usize..40) {
            let mut expected = text.get(at..).unwrap_or_default().to_vec();
            expected.resize(expected.len().max(WIDTH), 0);
            prop_assert_eq!(&Sixteen::load(&text, at).key().to_le_bytes()[..], &expected[..WIDTH]);
        }

        #[test]
        fn all_agree_with_byte_loops(bytes in any::<[u8; 16]>(), text in "[a-zA-Z0-9'. é]{16,20}", length in 1usize..=16) {
            for bytes in [bytes, *text.as_bytes().first_chunk().unwrap()] {
                let all = Sixteen::load(&bytes, 0);
                prop_assert_eq!(all.is_ascii(), bytes.is_ascii());
                let small = |byte: &&u8| byte.is_ascii_lowercase();
                prop_assert_eq!(all.letters(), bytes.iter().take_while(small).count());
                let lower: Vec<u8> = (0..16).map(|at| if at < length { bytes[at] | 0x20 } else { 0 }).collect();
                prop_assert_eq!(&all.lowered(length).key().to_le_bytes()[..], &lower[..]);
            }
        }
    }
}
