//! Words with characters outside ASCII. None is in the lexicon as it stands, but their case
//! counts, they may hold "n't", and one of these characters has an ASCII lower case.

use super::token::{PACKED_MAX, Token};
use super::words;
use crate::vocabulary;

/// The Kelvin sign: the only character outside ASCII whose lower case is all ASCII, "k".
const KELVIN: char = '\u{212A}';

/// The token of `word`, whose surrounding punctuation is gone.
pub(super) fn token(word: &str) -> Token {
    let token = with_kelvin(word).unwrap_or(Token::PLAIN);
    token.written(in_capitals(word), words::has_nt(word.as_bytes()))
}

/// What the tables say of a word that is ASCII but for Kelvin signs. The rated words of more
/// than [`PACKED_MAX`] bytes have no "k".
fn with_kelvin(word: &str) -> Option<Token> {
    let mut lowered = [0; PACKED_MAX];
    let mut len = 0;
    for c in word.chars() {
        let c = if c == KELVIN { 'k' } else { c };
        *lowered.get_mut(len)? = u8::try_from(c).ok()?.to_ascii_lowercase();
        len += 1;
    }
    Some(vocabulary::find(u128::from_le_bytes(lowered), len).1)
}

/// Python's `str.isupper`.
fn in_capitals(word: &str) -> bool {
    let other_case = |c: char| c.is_lowercase() || is_titlecase(c);
    word.chars().any(char::is_uppercase) && !word.chars().any(other_case)
}

/// The Unicode category Lt.
fn is_titlecase(c: char) -> bool {
    matches!(c,
        '\u{01C5}' | '\u{01C8}' | '\u{01CB}' | '\u{01F2}'
        | '\u{1F88}'..='\u{1F8F}' | '\u{1F98}'..='\u{1F9F}' | '\u{1FA8}'..='\u{1FAF}'
        | '\u{1FBC}' | '\u{1FCC}' | '\u{1FFC}')
}
