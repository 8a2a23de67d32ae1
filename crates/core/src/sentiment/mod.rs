//! Sentiment of one sentence: the compound score of VADER (Hutto and Gilbert, ICWSM 2014) as
//! vaderSentiment 3.3.2 for Python computes it, to all four decimals.
//!
//! A sentence is walked once: each word becomes a three-byte token through one probe of a table
//! built by the compiler. The rules then look at windows of tokens and never at text. Time and memory are linear in the sentence's length (n log n around a "but").

mod emoji;
mod foreign;
pub(crate) mod lexicon;
mod rules;
mod sum;
#[cfg(test)]
mod tests;
mod token;
mod words;

use crate::vocabulary;
use rules::{LOOK_AHEAD, LOOK_BACK, Valence, WINDOW};
use sum::Placed;
pub(crate) use token::Token;
use token::{BUT, CAPITALS, DISCOURSE_WORD, PACKED_MAX, Packed, RATED};
pub(crate) use words::has_nt;

/// Scratch space above this many entries is given back after the sentence.
const KEPT: usize = 4096;

/// Scores sentences, keeping its scratch space from one to the next. Cheap to build.
#[derive(Debug)]
pub struct Analyzer {
    /// The sentence's words between [`LOOK_BACK`] and [`LOOK_AHEAD`] sentinels.
    tokens: Vec<Token>,
    /// The flags that any of them has.
    seen: u8,
    /// The valences that count in the sum.
    values: Vec<Placed>,
    /// The sentence with its emoji described.
    described: String,
    /// The flags of words to read as unrated.
    neutral: u8,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl Analyzer {
    /// An analyzer to which discourse words ("ok", "yes", "please", "like", "help" …) are
    /// neutral: they score as if the lexicon did not have them.
    pub fn new() -> Self {
        Self::with_neutral(DISCOURSE_WORD)
    }

    /// An analyzer with VADER's lexicon as published.
    pub fn with_discourse_words() -> Self {
        Self::with_neutral(0)
    }

    fn with_neutral(neutral: u8) -> Self {
        Analyzer {
            tokens: vec![Token::BEFORE; LOOK_BACK],
            seen: 0,
            values: Vec::new(),
            described: String::new(),
            neutral,
        }
    }

    /// VADER's compound score of `sentence`: −1 (most negative) to 1 (most positive), rounded
    /// to four decimals as Python rounds; 0 for text with nothing to rate. Never −0.
    pub fn compound(&mut self, sentence: &str) -> f64 {
        // The double nearest to the decimal fraction.
        self.ten_thousandths(sentence) as f64 / 1e4
    }

    /// The same in ten-thousandths, which is what it is rounded to.
    pub(crate) fn ten_thousandths(&mut self, sentence: &str) -> i64 {
        if sentence.is_ascii() {
            self.push_ascii(sentence.as_bytes());
            return self.finish_text(sentence);
        }
        let mut described = std::mem::take(&mut self.described);
        let text = if emoji::describe(sentence, &mut described) { described.as_str() } else { sentence };
        for word in text.split(is_space).filter(|word| !word.is_empty()) {
            self.push_any_word(word);
        }
        let compound = self.finish_text(text);
        described.clear();
        described.shrink_to(KEPT);
        self.described = described;
        compound
    }

    fn push_any_word(&mut self, word: &str) {
        if word.is_ascii() {
            self.push_ascii_word(word.as_bytes());
            return;
        }
        let stripped = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let long_enough = stripped.chars().nth(2).is_some();
        self.push(foreign::token(if long_enough { stripped } else { word }));
    }

    fn push_ascii(&mut self, text: &[u8]) {
        for word in text.split(|byte| matches!(byte, b'\t'..=b'\r' | b'\x1C'..=b' ')) {
            if !word.is_empty() {
                self.push_ascii_word(word);
            }
        }
    }

    /// Adds the next word of the sentence, given as it stands between white space.
    pub(crate) fn push_ascii_word(&mut self, word: &[u8]) {
        let word = strip(word);
        let (found, capitals, may_negate) = if word.len() <= PACKED_MAX {
            let (key, capitals) = Packed::new(word).lowered();
            (vocabulary::find(key.word(), word.len()).1, capitals, key.has_apostrophe())
        } else {
            let capitals =
                word.iter().any(u8::is_ascii_uppercase) && !word.iter().any(u8::is_ascii_lowercase);
            (lexicon::find_long(word), capitals, true)
        };
        self.push(found.written(capitals, may_negate && has_nt(word)));
    }

    /// Adds the next word of the sentence.
    #[inline]
    pub(crate) fn push(&mut self, mut token: Token) {
        token.flags &= !(RATED * u8::from(token.is(self.neutral)));
        self.seen |= token.flags;
        self.tokens.push(token);
    }

    /// Drops the words pushed since the last score.
    pub(crate) fn forget(&mut self) {
        self.tokens.truncate(LOOK_BACK);
        self.tokens.shrink_to(KEPT);
        self.values.clear();
        self.values.shrink_to(KEPT);
        self.seen = 0;
    }

    fn finish_text(&mut self, text: &str) -> i64 {
        self.finish(count(text, b'!'), count(text, b'?'))
    }

    /// Scores the words pushed since the last score, for a sentence with this many exclamation
    /// and question marks: the compound in ten-thousandths.
    pub(crate) fn finish(&mut self, exclamations: usize, questions: usize) -> i64 {
        // Whatever else there is, without a rated word the sum is zero.
        let compound = if self.seen & RATED == 0 { 0 } else { self.rate(exclamations, questions) };
        self.forget();
        compound
    }

    fn rate(&mut self, exclamations: usize, questions: usize) -> i64 {
        let words = &self.tokens[LOOK_BACK..];
        let mixed_case = self.seen & CAPITALS != 0 && words.iter().any(|word| !word.is(CAPITALS));
        let but = if self.seen & BUT == 0 { None } else { words.iter().position(|word| word.is(BUT)) };
        self.tokens.extend([Token::PLAIN; LOOK_AHEAD]);
        if let Some(but) = but {
            self.place_around_but(mixed_case, but);
            sum::weigh_around_but(&mut self.values, but);
        } else {
            self.place(mixed_case);
        }
        sum::compound(sum::sum(&self.values), exclamations, questions)
    }

    /// Fills `values`: an unrated word is an int zero, which no sum shows.
    fn place(&mut self, mixed_case: bool) {
        let words = &self.tokens[LOOK_BACK..];
        for (block, words) in words.chunks(u64::BITS as usize).enumerate() {
            // Which words are rated is anybody's guess: a branch for each of them would cost more than the rules.
            let rated = words.iter().rev().fold(0_u64, |rated, word| rated << 1 | u64::from(word.is(RATED)));
            for at in Ones(rated).map(|at| block * u64::BITS as usize + at) {
                let window = self.tokens.get(at..).and_then(|tokens| tokens.first_chunk());
                let valence = window.and_then(|window| rules::valence(window, mixed_case));
                self.values.extend(valence.map(|valence| Placed { at, valence }));
            }
        }
    }

    /// Fills `values` for a sentence with a "but", which makes the first zero a float, from which on Python adds
    /// differently.
    fn place_around_but(&mut self, mixed_case: bool, but: usize) {
        let mut but = Some(but);
        for (at, window) in self.tokens.windows(WINDOW).enumerate() {
            let valence = window.first_chunk().and_then(|window| rules::valence(window, mixed_case));
            let value = valence.map_or(0.0, |valence| valence.value);
            let float_zero = Valence { value: 0.0, int: false };
            let first_zero = value == 0.0 && but.take().is_some_and(|but| but != at);
            let valence = valence.or(first_zero.then_some(float_zero));
            self.values.extend(valence.map(|valence| Placed { at, valence }));
        }
    }
}

/// Where a word has ones, the lowest one first.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let at = (self.0 != 0).then(|| self.0.trailing_zeros() as usize);
        self.0 &= self.0.wrapping_sub(1);
        at
    }
}

/// How often the ASCII character `mark` is in `text`.
fn count(text: &str, mark: u8) -> usize {
    // In bytes, as far as they can count: the compiler then compares whole vectors.
    let in_chunk = |chunk: &[u8]| chunk.iter().map(|&byte| u8::from(byte == mark)).sum::<u8>();
    let chunks = text.as_bytes().chunks(usize::from(u8::MAX));
    chunks.map(|chunk| usize::from(in_chunk(chunk))).sum()
}

/// Python's white space: Unicode's and four control characters.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1C}'..='\u{1F}')
}

/// `word` without the punctuation around it, unless that leaves two characters or fewer: then
/// it may be an emoticon and stays as it is.
#[inline]
fn strip(word: &[u8]) -> &[u8] {
    let mut stripped = word;
    while let [b'!'..=b'/' | b':'..=b'@' | b'['..=b'`' | b'{'..=b'~', rest @ ..] = stripped {
        stripped = rest;
    }
    while let [rest @ .., b'!'..=b'/' | b':'..=b'@' | b'['..=b'`' | b'{'..=b'~'] = stripped {
        stripped = rest;
    }
    if stripped.len() <= 2 { word } else { stripped }
}
