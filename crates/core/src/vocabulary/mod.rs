//! Every word that the KPIs or the sentiment know, in one table: one probe tells both what a word
//! means to them. The compiler builds it, so nothing is parsed or allocated at run time, and
//! all server processes share its pages.

mod perfect;

use crate::kpis::lexicon::{self as kpis, Lex};
use crate::sentiment::Token;
use crate::sentiment::lexicon as sentiment;
use std::hint::select_unpredictable;
use wide::u8x16;

/// The longest word of the table, in bytes.
pub(crate) const LONGEST: usize = 16;

/// A word with what it means, or with one of the things it means: half a cache line.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// Its bytes in lower case, the first one lowest; 0 marks an empty slot.
    pub(crate) key: u128,
    pub(crate) lex: Lex,
    pub(crate) token: Token,
    /// Its length in bytes, which tells it from the same word followed by NUL bytes.
    pub(crate) length: u8,
}

/// What the table says of a word that it does not have.
const UNKNOWN: Entry = Entry { key: 0, lex: Lex::NONE, token: Token::PLAIN, length: 0 };

impl Entry {
    /// A word without meanings so far.
    pub(crate) const fn of(word: &[u8]) -> Entry {
        assert!(word.len() <= LONGEST);
        let (mut key, mut at) = (0, 0);
        while at < word.len() {
            key |= (word[at] as u128) << (8 * at);
            at += 1;
        }
        Entry { key, length: word.len() as u8, ..UNKNOWN }
    }
}

const WORDS: usize = kpis::WORDS_COUNT + sentiment::ENTRIES;

/// Under half full, so that the compiler soon finds a slot for each word.
const SLOTS: usize = 1 << 14;
const BUCKETS: usize = 1 << 12;

static SEEDS: [u8; BUCKETS] = perfect::seeds::<WORDS, BUCKETS, SLOTS>(&hashes());
static TABLE: [Entry; SLOTS] = table();

/// What a lower-case ASCII word of up to [`LONGEST`] bytes means, the first byte of `key` lowest.
#[inline]
pub(crate) fn find(key: u128, length: usize) -> (Lex, Token) {
    let entry = &TABLE[perfect::slot(&SEEDS, perfect::hash(key), SLOTS)];
    let bytes = |key: u128| u8x16::new(key.to_le_bytes());
    // In one test, as two would be two branches.
    let known = bytes(entry.key).simd_eq(bytes(key)).all() & (usize::from(entry.length) == length);
    (
        select_unpredictable(known, entry.lex, Lex::NONE),
        select_unpredictable(known, entry.token, Token::PLAIN),
    )
}

const fn words() -> [Entry; WORDS] {
    let mut words = [UNKNOWN; WORDS];
    let mut at = 0;
    while at < WORDS {
        words[at] =
            if at < sentiment::ENTRIES { sentiment::WORDS.0[at] } else { KPI_WORDS[at - sentiment::ENTRIES] };
        at += 1;
    }
    words
}

const KPI_WORDS: [Entry; kpis::WORDS_COUNT] = kpis::entries();
static ALL: [Entry; WORDS] = words();

const fn hashes() -> [u64; WORDS] {
    let (mut hashes, mut at) = ([0; WORDS], 0);
    while at < WORDS {
        hashes[at] = perfect::hash(ALL[at].key);
        at += 1;
    }
    hashes
}

const fn table() -> [Entry; SLOTS] {
    let (mut table, mut at) = ([UNKNOWN; SLOTS], 0);
    while at < WORDS {
        let Entry { key, lex, token, length } = ALL[at];
        let slot = &mut table[perfect::slot(&SEEDS, perfect::hash(key), SLOTS)];
        assert!(slot.length == 0 || slot.key == key);
        (slot.key, slot.length) = (key, length);
        slot.lex = slot.lex.or(lex);
        slot.token = slot.token.and(token);
        at += 1;
    }
    table
}
