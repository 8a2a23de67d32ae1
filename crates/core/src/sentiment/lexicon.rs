//! The words VADER knows, as a perfect hash table that the compiler builds: nothing is parsed
//! or allocated at run time, and all server processes share its pages.
//!
//! `data/vader_lexicon.tsv` holds the words and mean ratings of vaderSentiment 3.3.2
//! (MIT, see `data/LICENSE-VADER`), without the eighteen entries that no token can equal,
//! because they hold a space or a capital.

use super::perfect;
use super::token::{BOOSTER, DAMPENER, DISCOURSE_WORD, NEGATION, PACKED_MAX, Packed, RATED, Token};
use super::words::{BOOSTERS, DAMPENERS, DISCOURSE, NEGATIONS, ROLES, Role};
use std::hint::select_unpredictable;

const LEXICON: &[u8] = include_bytes!("../../data/vader_lexicon.tsv");

/// How many words are rated, and how many of these do not fit a slot; the compiler checks.
const RATED_WORDS: usize = 7_488;
const LONG_WORDS: usize = 25;

/// A word with what it means, or with one of the things it means.
#[derive(Clone, Copy)]
struct Entry {
    key: Packed,
    /// The word's length in bytes; 0 marks an empty slot.
    len: u8,
    token: Token,
}

const EMPTY: Entry = Entry { key: Packed { head: 0, tail: 0 }, len: 0, token: Token::PLAIN };

const ENTRIES: usize = RATED_WORDS - LONG_WORDS
    + BOOSTERS.len()
    + DAMPENERS.len()
    + NEGATIONS.len()
    + DISCOURSE.len()
    + ROLES.len();

/// Under half full, so that the compiler soon finds a slot for each word.
const SLOTS: usize = 1 << 14;
const BUCKETS: usize = 1 << 12;

const WORDS: ([Entry; ENTRIES], [Long; LONG_WORDS]) = words();
static SEEDS: [u8; BUCKETS] = perfect::seeds::<ENTRIES, BUCKETS, SLOTS>(&hashes(&WORDS.0));
static TABLE: [Entry; SLOTS] = table(&WORDS.0);

/// A word that does not fit a slot; all of them are only rated.
type Long = (&'static [u8], Token);
static LONG: [Long; LONG_WORDS] = WORDS.1;

/// What the table says of a lower-case ASCII word of at most [`PACKED_MAX`] bytes:
/// [`Token::PLAIN`] when it does not have it.
#[inline]
pub(super) fn find(key: Packed, len: usize) -> Token {
    let entry = &TABLE[perfect::slot(&SEEDS, key.hash(), SLOTS)];
    // In one test, as two would be two branches. The length tells a word from the same word
    // followed by NUL bytes.
    let difference =
        (entry.key.head ^ key.head) | (entry.key.tail ^ key.tail) | (u64::from(entry.len) ^ len as u64);
    select_unpredictable(difference == 0, entry.token, Token::PLAIN)
}

/// What the tables say of an ASCII word of more than [`PACKED_MAX`] bytes, in any case.
pub(super) fn find_long(word: &[u8]) -> Token {
    let found = LONG.iter().find(|(key, _)| key.eq_ignore_ascii_case(word));
    found.map_or(Token::PLAIN, |&(_, token)| token)
}

const fn words() -> ([Entry; ENTRIES], [Long; LONG_WORDS]) {
    let mut words = [EMPTY; ENTRIES];
    let mut long: [Long; LONG_WORDS] = [(&[], Token::PLAIN); LONG_WORDS];
    let (mut rest, mut used, mut long_used) = (LEXICON, 0, 0);
    while let Some((word, tenths, after)) = next_entry(rest) {
        let token = Token { tenths, flags: RATED, role: Role::None };
        if word.len() <= PACKED_MAX {
            used = push(&mut words, used, word, token);
        } else {
            long[long_used] = (word, token);
            long_used += 1;
        }
        rest = after;
    }
    assert!(long_used == LONG_WORDS);
    used = push_all(&mut words, used, &BOOSTERS, BOOSTER);
    used = push_all(&mut words, used, &DAMPENERS, DAMPENER);
    used = push_all(&mut words, used, &NEGATIONS, NEGATION);
    used = push_all(&mut words, used, &DISCOURSE, DISCOURSE_WORD);
    let mut i = 0;
    while i < ROLES.len() {
        let (word, role) = ROLES[i];
        used = push(&mut words, used, word.as_bytes(), Token { role, ..Token::PLAIN });
        i += 1;
    }
    assert!(used == ENTRIES);
    (words, long)
}

const fn push_all(entries: &mut [Entry; ENTRIES], mut used: usize, words: &[&str], flags: u8) -> usize {
    let mut i = 0;
    while i < words.len() {
        used = push(entries, used, words[i].as_bytes(), Token { flags, ..Token::PLAIN });
        i += 1;
    }
    used
}

const fn push(entries: &mut [Entry; ENTRIES], used: usize, word: &[u8], token: Token) -> usize {
    entries[used] = Entry { key: Packed::new_const(word), len: word.len() as u8, token };
    used + 1
}

const fn hashes(words: &[Entry; ENTRIES]) -> [u64; ENTRIES] {
    let (mut hashes, mut i) = ([0; ENTRIES], 0);
    while i < ENTRIES {
        hashes[i] = words[i].key.hash();
        i += 1;
    }
    hashes
}

const fn table(words: &[Entry; ENTRIES]) -> [Entry; SLOTS] {
    let (mut table, mut i) = ([EMPTY; SLOTS], 0);
    while i < ENTRIES {
        let Entry { key, len, token } = words[i];
        let slot = &mut table[perfect::slot(&SEEDS, key.hash(), SLOTS)];
        // A word has one rating and one role at most.
        slot.token.tenths += token.tenths;
        slot.token.flags |= token.flags;
        if !matches!(token.role, Role::None) {
            slot.token.role = token.role;
        }
        (slot.key, slot.len) = (key, len);
        i += 1;
    }
    table
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
