//! The words VADER knows, read by the compiler for the vocabulary.
//!
//! `data/vader_lexicon.tsv` holds the words and mean ratings of vaderSentiment 3.3.2
//! (MIT, see `data/LICENSE-VADER`), without the eighteen entries that no token can equal,
//! because they hold a space or a capital.

use super::token::{BOOSTER, BUT, DAMPENER, DECISIVE, DISCOURSE_WORD, NEGATION, PACKED_MAX, RATED, Token};
use super::words::{BOOSTERS, DAMPENERS, DISCOURSE, NEGATIONS, ROLES, Role};
use crate::vocabulary::Entry;

const LEXICON: &[u8] = include_bytes!("../../data/vader_lexicon.tsv");

/// How many words are rated, and how many of these do not fit a slot; the compiler checks.
const RATED_WORDS: usize = 7_488;
const LONG_WORDS: usize = 25;

/// How many entries the rules' words make.
pub(crate) const ENTRIES: usize = RATED_WORDS - LONG_WORDS
    + BOOSTERS.len()
    + DAMPENERS.len()
    + NEGATIONS.len()
    + DISCOURSE.len()
    + ROLES.len();

/// The words with what they mean to the rules, some of them several times, and those that fit no
/// slot of the vocabulary.
pub(crate) const WORDS: ([Entry; ENTRIES], [Long; LONG_WORDS]) = words();

/// A word that does not fit a slot; all of them are only rated.
pub(crate) type Long = (&'static [u8], Token);
static LONG: [Long; LONG_WORDS] = WORDS.1;

/// What the tables say of an ASCII word of more than [`PACKED_MAX`] bytes, in any case.
pub(super) fn find_long(word: &[u8]) -> Token {
    let found = LONG.iter().find(|(key, _)| key.eq_ignore_ascii_case(word));
    found.map_or(Token::PLAIN, |&(_, token)| token)
}

const fn words() -> ([Entry; ENTRIES], [Long; LONG_WORDS]) {
    let mut words = [Entry::of(&[]); ENTRIES];
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
        let flags = match role {
            Role::But => BUT,
            _ if role.is_decisive() => DECISIVE,
            _ => 0,
        };
        used = push(&mut words, used, word.as_bytes(), Token { flags, role, ..Token::PLAIN });
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
    entries[used] = Entry { token, ..Entry::of(word) };
    used + 1
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
