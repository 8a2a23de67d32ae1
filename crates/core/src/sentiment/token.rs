//! What the rules need to know of one word, and the byte arithmetic that finds it: a word's
//! bytes are packed into two integers, and case is read and folded eight bytes at a time.

use super::words::Role;
use crate::vocabulary;

/// One word of a sentence after lookup: three bytes, no text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// The lexicon's mean rating in tenths, −39 to 34; 0 when it has none.
    pub(super) tenths: i8,
    /// Any of the flags below.
    pub(super) flags: u8,
    /// Which of the rules' words this is.
    pub(super) role: Role,
}

/// The word is in the lexicon.
pub(super) const RATED: u8 = 1;
/// The word strengthens a rated word after it.
pub(super) const BOOSTER: u8 = 2;
/// The word weakens a rated word after it.
pub(super) const DAMPENER: u8 = 4;
/// The word negates a rated word after it.
pub(super) const NEGATION: u8 = 8;
/// The word is written in capitals: at least one upper-case letter and no other case.
pub(super) const CAPITALS: u8 = 16;
/// The word is one of [`super::words::DISCOURSE`].
pub(super) const DISCOURSE_WORD: u8 = 32;

/// No rule and no idiom that names several words comes about without one that has this flag.
pub(super) const DECISIVE: u8 = 64;
/// The word is "but".
pub(super) const BUT: u8 = 128;

impl Token {
    /// A word the tables do not know.
    pub(crate) const PLAIN: Token = Token { tenths: 0, flags: 0, role: Role::None };
    /// Stands before the first word. The rules look back only at unrated words, so passing for
    /// a rated one makes every look-back skip it.
    pub(super) const BEFORE: Token = Token { tenths: 0, flags: RATED, role: Role::None };

    /// This meaning of a word and another one of it. A word has one rating and one role at most.
    pub(crate) const fn and(self, other: Token) -> Token {
        Token {
            tenths: self.tenths + other.tenths,
            flags: self.flags | other.flags,
            role: if matches!(other.role, Role::None) { self.role } else { other.role },
        }
    }

    /// The same with what its spelling adds.
    #[inline]
    pub(crate) fn written(mut self, in_capitals: bool, negates: bool) -> Token {
        self.flags |= (CAPITALS * u8::from(in_capitals)) | (NEGATION * u8::from(negates));
        self
    }

    /// Whether any of `flags` is set.
    pub(super) const fn is(self, flags: u8) -> bool {
        self.flags & flags != 0
    }

    /// The lexicon's mean rating, −3.9 to 3.4.
    pub(super) fn rating(self) -> f64 {
        // Dividing two exact integers yields the double nearest to the decimal fraction,
        // which is what Python reads from the lexicon.
        f64::from(self.tenths) / 10.0
    }
}

/// The longest word that [`Packed`] can hold, in bytes.
pub(super) const PACKED_MAX: usize = vocabulary::LONGEST;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Up to sixteen bytes of a word in text order, padded with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) head: u64,
    pub(super) tail: u64,
}

impl Packed {
    /// The bytes of `word`, at most [`PACKED_MAX`] of them.
    #[inline]
    pub(super) fn new(word: &[u8]) -> Packed {
        let n = word.len();
        // Two loads from the two ends cover any length; where they overlap they agree.
        if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
            let half = 4 * PACKED_MAX.saturating_sub(n) as u32;
            return Packed {
                head: u64::from_le_bytes(*first),
                tail: (u64::from_le_bytes(*last) >> half) >> half,
            };
        }
        let head = if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
            let last = u64::from(u32::from_le_bytes(*last));
            u64::from(u32::from_le_bytes(*first)) | (last << (8 * (n - 4)))
        } else if let (Some(&first), Some(&last)) = (word.first(), word.last()) {
            let middle = u64::from(word[n / 2]) << (8 * (n / 2));
            u64::from(first) | middle | (u64::from(last) << (8 * (n - 1)))
        } else {
            0
        };
        Packed { head, tail: 0 }
    }

    /// The ASCII bytes in lower case, and whether they were written in capitals.
    #[inline]
    pub(super) fn lowered(self) -> (Packed, bool) {
        let head = in_range(self.head, b'A', b'Z');
        let tail = in_range(self.tail, b'A', b'Z');
        let capitals =
            head | tail != 0 && in_range(self.head, b'a', b'z') | in_range(self.tail, b'a', b'z') == 0;
        // 0x80 >> 2 is the bit between an upper-case letter and its lower-case form.
        let lowered = Packed { head: self.head | (head >> 2), tail: self.tail | (tail >> 2) };
        (lowered, capitals)
    }

    /// The same bytes, the first one lowest.
    #[inline]
    pub(super) fn word(self) -> u128 {
        u128::from(self.head) | u128::from(self.tail) << 64
    }

    /// Whether an apostrophe is among the bytes.
    #[inline]
    pub(super) fn has_apostrophe(self) -> bool {
        in_range(self.head, b'\'', b'\'') | in_range(self.tail, b'\'', b'\'') != 0
    }
}

/// The high bit of each byte of `bytes` (all ASCII) that lies in `low..=high`.
#[inline]
const fn in_range(bytes: u64, low: u8, high: u8) -> u64 {
    // An ASCII byte plus at most 0x80 never carries into its neighbour.
    let at_least = bytes + ONES * (0x80 - low as u64);
    let above = bytes + ONES * (0x7F - high as u64);
    at_least & !above & HIGH
}
