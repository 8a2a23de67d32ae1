//! The words VADER knows, as a hash table that the compiler builds: nothing is parsed or
//! allocated at run time, and all server processes share its pages.
//!
//! `data/vader_lexicon.tsv` holds the words and mean ratings of vaderSentiment 3.3.2
//! (MIT, see `data/LICENSE-VADER`), without the eighteen entries that no token can equal,
//! because they hold a space or a capital.

use super::token::{BOOSTER, DAMPENER, DISCOURSE_WORD, NEGATION, PACKED_MAX, Packed, RATED, Token};
use super::words::{BOOSTERS, DAMPENERS, DISCOURSE, NEGATIONS, ROLES};

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

static TABLE: [Slot; SLOTS] = build();

/// The words that do not fit a slot; all of them are only rated.
static LONG: [(&[u8], Token); LONG_WORDS] = long_words();

/// What the tables say of a lower-case ASCII word of at most [`PACKED_MAX`] bytes.
#[inline]
pub(super) fn find(key: Packed, len: usize) -> Option<Token> {
    let mut at = home(key);
    loop {
        let slot = &TABLE[at % SLOTS];
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
    LONG.iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(word))
        .map(|&(_, token)| token)
}

#[inline]
const fn home(key: Packed) -> usize {
    (key.hash() >> (u64::BITS - SLOTS.trailing_zeros())) as usize
}

const fn build() -> [Slot; SLOTS] {
    let empty = Slot {
        key: Packed { head: 0, tail: 0 },
        len: 0,
        token: Token::PLAIN,
    };
    let mut table = [empty; SLOTS];
    let mut rest = LEXICON;
    while let Some((word, tenths, after)) = next_entry(rest) {
        if word.len() <= PACKED_MAX {
            let at = slot_of(&table, word);
            claim(&mut table, at, word);
            table[at].token.tenths = tenths;
            table[at].token.flags |= RATED;
        }
        rest = after;
    }
    mark(&mut table, &BOOSTERS, BOOSTER);
    mark(&mut table, &DAMPENERS, DAMPENER);
    mark(&mut table, &NEGATIONS, NEGATION);
    mark(&mut table, &DISCOURSE, DISCOURSE_WORD);
    let mut i = 0;
    while i < ROLES.len() {
        let word = ROLES[i].0.as_bytes();
        let at = slot_of(&table, word);
        claim(&mut table, at, word);
        table[at].token.role = ROLES[i].1;
        i += 1;
    }
    table
}

const fn mark(table: &mut [Slot; SLOTS], words: &[&str], flag: u8) {
    let mut i = 0;
    while i < words.len() {
        let word = words[i].as_bytes();
        let at = slot_of(table, word);
        claim(table, at, word);
        table[at].token.flags |= flag;
        i += 1;
    }
}

/// Where `word` is, or where it would be put.
const fn slot_of(table: &[Slot; SLOTS], word: &[u8]) -> usize {
    let key = Packed::new_const(word);
    let mut at = home(key);
    while table[at].len != 0 && (table[at].key.head != key.head || table[at].key.tail != key.tail) {
        at = (at + 1) % SLOTS;
    }
    at
}

const fn claim(table: &mut [Slot; SLOTS], at: usize, word: &[u8]) {
    table[at].key = Packed::new_const(word);
    table[at].len = word.len() as u8;
}

const LONG_WORDS: usize = {
    let (mut rest, mut count) = (LEXICON, 0);
    while let Some((word, _, after)) = next_entry(rest) {
        count += (word.len() > PACKED_MAX) as usize;
        rest = after;
    }
    count
};

const fn long_words() -> [(&'static [u8], Token); LONG_WORDS] {
    let mut words: [(&[u8], Token); LONG_WORDS] = [(&[], Token::PLAIN); LONG_WORDS];
    let (mut rest, mut count) = (LEXICON, 0);
    while let Some((word, tenths, after)) = next_entry(rest) {
        if word.len() > PACKED_MAX {
            let mut token = Token::PLAIN;
            token.tenths = tenths;
            token.flags = RATED;
            words[count] = (word, token);
            count += 1;
        }
        rest = after;
    }
    words
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
    let (word, mut rest) = lines.split_at(tab);
    let (mut tenths, mut sign) = (0, 1);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'-' => sign = -1,
            b'0'..=b'9' => tenths = tenths * 10 + (byte - b'0') as i8,
            b'\n' => break,
            _ => {}
        }
    }
    Some((word, sign * tenths, rest))
}
