//! The words VADER knows, as a hash table that the compiler builds: nothing is parsed or
//! allocated at run time, and all server processes share its pages.
//!
//! `data/vader_lexicon.tsv` holds the words and mean ratings of vaderSentiment 3.3.2
//! (MIT, see `data/LICENSE-VADER`), without the eighteen entries that no token can equal,
//! because they hold a space or a capital.

use super::token::{BOOSTER, DAMPENER, DISCOURSE_WORD, NEGATION, PACKED_MAX, Packed, RATED, Token};
use super::words::{BOOSTERS, DAMPENERS, DISCOURSE, NEGATIONS, ROLES, Role};

const LEXICON: &[u8] = include_bytes!("../../data/vader_lexicon.tsv");

/// A little under half full, so that most probes end at the first slot.
const SLOTS: usize = 1 << 14;

#[derive(Clone, Copy)]
struct Slot {
    key: Packed,
    /// The word's length in bytes; 0 marks an empty slot.
    len: u8,
    token: Token,
}

/// How many words do not fit a slot; the compiler checks.
const LONG_WORDS: usize = 25;

struct Tables {
    slots: [Slot; SLOTS],
    /// The words that do not fit a slot; all of them are only rated.
    long: [(&'static [u8], Token); LONG_WORDS],
}

static TABLES: Tables = build();

/// What the tables say of a lower-case ASCII word of at most [`PACKED_MAX`] bytes.
#[inline]
pub(super) fn find(key: Packed, len: usize) -> Option<Token> {
    let mut at = home(key);
    loop {
        let slot = &TABLES.slots[at % SLOTS];
        // The length tells a word from the same word followed by NUL bytes.
        if slot.key == key && usize::from(slot.len) == len {
            return Some(slot.token);
        }
        if slot.len == 0 {
            return None;
        }
        at += 1;
    }
}

/// What the tables say of an ASCII word of more than [`PACKED_MAX`] bytes, in any case.
pub(super) fn find_long(word: &[u8]) -> Option<Token> {
    TABLES.long.iter().find(|(key, _)| key.eq_ignore_ascii_case(word)).map(|&(_, token)| token)
}

#[inline]
const fn home(key: Packed) -> usize {
    (key.hash() >> (u64::BITS - SLOTS.trailing_zeros())) as usize
}

const fn build() -> Tables {
    let empty = Slot { key: Packed { head: 0, tail: 0 }, len: 0, token: Token::PLAIN };
    let mut slots = [empty; SLOTS];
    let mut long: [(&[u8], Token); LONG_WORDS] = [(&[], Token::PLAIN); LONG_WORDS];
    let (mut rest, mut long_words) = (LEXICON, 0);
    while let Some((word, tenths, after)) = next_entry(rest) {
        let token = Token { tenths, flags: RATED, role: Role::None };
        if word.len() <= PACKED_MAX {
            let at = claim(&mut slots, word);
            slots[at].token = token;
        } else {
            long[long_words] = (word, token);
            long_words += 1;
        }
        rest = after;
    }
    assert!(long_words == LONG_WORDS);
    mark(&mut slots, &BOOSTERS, BOOSTER);
    mark(&mut slots, &DAMPENERS, DAMPENER);
    mark(&mut slots, &NEGATIONS, NEGATION);
    mark(&mut slots, &DISCOURSE, DISCOURSE_WORD);
    let mut i = 0;
    while i < ROLES.len() {
        let at = claim(&mut slots, ROLES[i].0.as_bytes());
        slots[at].token.role = ROLES[i].1;
        i += 1;
    }
    Tables { slots, long }
}

const fn mark(slots: &mut [Slot; SLOTS], words: &[&str], flag: u8) {
    let mut i = 0;
    while i < words.len() {
        let at = claim(slots, words[i].as_bytes());
        slots[at].token.flags |= flag;
        i += 1;
    }
}

/// The slot of `word`, which it is given if it has none.
const fn claim(slots: &mut [Slot; SLOTS], word: &[u8]) -> usize {
    let key = Packed::new_const(word);
    let mut at = home(key);
    while slots[at].len != 0 && (slots[at].key.head != key.head || slots[at].key.tail != key.tail) {
        at = (at + 1) % SLOTS;
    }
    slots[at].key = key;
    slots[at].len = word.len() as u8;
    at
}

/// The first line of `lines` ("word TAB [-]d.d"): the word, its rating in tenths, and the
/// lines after it.
const fn next_entry(lines: &'static [u8]) -> Option<(&'static [u8], i8, &'static [u8])> {
    let mut tab = 0;
    while tab < lines.len() && lines[tab] != b'\t' {
        tab += 1;
    }
    if tab == lines.len() {
        return None;
    }
    let (mut tenths, mut sign, mut end) = (0, 1, tab + 1);
    while end < lines.len() && lines[end] != b'\n' {
        match lines[end] {
            b'-' => sign = -1,
            digit @ b'0'..=b'9' => tenths = tenths * 10 + (digit - b'0') as i8,
            _ => {}
        }
        end += 1;
    }
    let (word, rest) = lines.split_at(tab);
    let (_, after) = rest.split_at(end + 1 - tab);
    Some((word, sign * tenths, after))
}
