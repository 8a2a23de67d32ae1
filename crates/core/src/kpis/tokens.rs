//! One pass over an utterance's text: words, lexemes and sentences. The other KPIs read what
//! it finds; nobody else looks at characters.
//!
//! **Words** are counted by white space: a token with a letter or digit is one word. Each
//! ideograph (Han, with 々 〆 〇) is a word of its own; kana and hangul are letters like any
//! other. A token that opens with `[` or `‹` (after punctuation at most) is noise, up to the
//! closing `]` or `›` if that follows within 128 bytes; noise may hold white space and is no
//! word. Without the closing bracket it is plain text.
//!
//! **Lexemes** are what the lexicon is asked about: runs of letters and digits, with
//! apostrophes, hyphens and dots inside, so "um—I" and "uh...no" are two each though they are
//! one word. A comma (`,` `，` `、` `،`) between two lexemes is remembered.
//!
//! **Sentences** end
//! - after `。` `．` `｡` `！` `？` `؟` `۔` `…` anywhere, and after two or more of any of these
//!   or of `.` `!` `?` in a row, so "..." ends a sentence as well;
//! - after a single `.`, `!` or `?` that white space or the text's end follows, closing quotes
//!   and brackets aside: not in 3.5 or example.com;
//! - but not after the dot of an abbreviation unless the text ends there: a single letter
//!   other than I ("P. O. Box"), single letters with dots ("e.g.", "p.m."), mr, mrs, ms, dr,
//!   prof, sr, jr, st, vs;
//! - where the text ends, and after [`SENTENCE_MAX`] lexemes, which bounds the memory.
//!
//! What holds no lexeme is no sentence: "? !" after a sentence adds nothing to it.

use super::lexicon::{Lex, look_up};
use super::sentence::{Ending, Lexeme, Sentence};
use crate::transcript::Ticker;

/// The most lexemes and noises in a sentence before it is cut.
const SENTENCE_MAX: usize = 1024;
/// How far a closing bracket may be from its opening one, in bytes.
const NOISE_MAX: usize = 128;

/// Cuts texts into sentences, keeping its buffers from one text to the next.
#[derive(Debug, Default)]
pub(super) struct Tokenizer {
    lexemes: Vec<Lexeme>,
    noises: Vec<(usize, usize)>,
}

impl Tokenizer {
    /// Calls `visit` with each sentence of `text`, in order.
    pub(super) fn sentences(
        &mut self,
        text: &str,
        ticker: &mut Ticker<'_>,
        visit: impl FnMut(&Sentence<'_>),
    ) {
        self.lexemes.clear();
        self.noises.clear();
        let mut scan = Scan {
            text,
            bytes: text.as_bytes(),
            at: 0,
            start: 0,
            words: 0,
            counted: false,
            comma: false,
            marked: false,
            out: self,
            visit,
        };
        while scan.at < text.len() {
            ticker.step();
            scan.next();
        }
        let ending = if scan.marked { Ending::Open } else { Ending::Unpunctuated };
        scan.end_sentence(ending);
    }
}

/// The state of one pass.
struct Scan<'a, V> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the sentence begins.
    start: usize,
    /// Words of the sentence so far.
    words: u64,
    /// Whether the white-space token has been counted, or is not to be.
    counted: bool,
    /// Whether a comma came after the last lexeme.
    comma: bool,
    /// Whether the text had a sentence's end so far.
    marked: bool,
    out: &'a mut Tokenizer,
    visit: V,
}

impl<V: FnMut(&Sentence<'_>)> Scan<'_, V> {
    fn next(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => self.lexeme(),
            b' ' | b'\t'..=b'\r' => {
                self.counted = false;
                self.at += 1;
            }
            b',' => self.see_comma(1),
            b'.' | b'!' | b'?' => self.mark(),
            b'[' => self.noise("[", b"]"),
            0x80.. => self.beyond_ascii(),
            _ => self.at += 1,
        }
    }

    fn beyond_ascii(&mut self) {
        match self.char_at(self.at) {
            c if c.is_alphanumeric() => self.lexeme(),
            c if c.is_whitespace() => {
                self.counted = false;
                self.at += c.len_utf8();
            }
            c if is_mark(c) => self.mark(),
            c @ ('，' | '、' | '،') => self.see_comma(c.len_utf8()),
            '‹' => self.noise("‹", "›".as_bytes()),
            c => self.at += c.len_utf8(),
        }
    }

    /// The character that starts at byte `at`, or NUL at the end.
    #[inline]
    fn char_at(&self, at: usize) -> char {
        match self.bytes.get(at) {
            Some(&byte) if byte.is_ascii() => char::from(byte),
            _ => self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\0'),
        }
    }

    fn see_comma(&mut self, length: usize) {
        self.at += length;
        self.comma = true;
        if let Some(last) = self.out.lexemes.last_mut() {
            last.comma_after = true;
        }
    }

    fn lexeme(&mut self) {
        let start = self.at;
        let mut at = start;
        let mut letters = false;
        loop {
            let run = at;
            while self.bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
                at += 1;
            }
            letters |= at > run;
            match self.bytes.get(at) {
                Some(b'\'' | b'-' | b'.') if self.char_at(at + 1).is_alphanumeric() => at += 1,
                Some(0x80..) => {
                    let c = self.char_at(at);
                    let after = at + c.len_utf8();
                    if is_ideograph(c) {
                        self.words += 1;
                    } else if c.is_alphanumeric() {
                        letters = true;
                    } else if c != '’' || !self.char_at(after).is_alphanumeric() {
                        break;
                    }
                    at = after;
                }
                _ => break,
            }
        }
        self.at = at;
        if letters && !self.counted {
            self.counted = true;
            self.words += 1;
        }
        self.out.lexemes.push(Lexeme {
            start,
            end: at,
            lex: look_up(self.bytes, start, at),
            comma_before: self.comma,
            comma_after: false,
        });
        self.comma = false;
        self.bound();
    }

    fn bound(&mut self) {
        if self.out.lexemes.len() + self.out.noises.len() >= SENTENCE_MAX {
            let ending = if self.marked { Ending::Open } else { Ending::Unpunctuated };
            self.marked = true;
            self.end_sentence(ending);
        }
    }

    fn noise(&mut self, open: &str, close: &[u8]) {
        let start = self.at;
        let inside = start + open.len();
        let reach = &self.bytes[inside..self.bytes.len().min(start + NOISE_MAX)];
        let closed = reach.windows(close.len()).position(|bytes| bytes == close);
        let (Some(length), false) = (closed, self.counted) else {
            self.at = inside;
            return;
        };
        self.counted = true;
        self.at = inside + length + close.len();
        self.out.noises.push((start, self.at));
        self.bound();
    }

    /// A run of marks that may end a sentence.
    fn mark(&mut self) {
        let start = self.at;
        let (mut run, mut question, mut wide) = (0, false, false);
        loop {
            let c = self.char_at(self.at);
            if !is_mark(c) {
                break;
            }
            run += 1;
            question |= matches!(c, '?' | '？' | '؟');
            wide |= !c.is_ascii();
            self.at += c.len_utf8();
        }
        let dot = run == 1 && self.bytes[start] == b'.';
        while let c @ ('"' | '\'' | ')' | ']' | '}' | '*' | '”' | '’' | '»') = self.char_at(self.at) {
            self.at += c.len_utf8();
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let detached = rest.is_empty() || rest.starts_with(char::is_whitespace);
        let ends = wide || run > 1 || detached;
        if ends && !(dot && self.abbreviates(start) && !rest.trim_start().is_empty()) {
            self.marked = true;
            self.end_sentence(if question { Ending::Question } else { Ending::Statement });
        }
    }

    /// Whether the lexeme that ends at `end` is one whose dot is its own.
    fn abbreviates(&self, end: usize) -> bool {
        let Some(last) = self.out.lexemes.last().filter(|last| last.end == end) else {
            return false;
        };
        match &self.bytes[last.start..end] {
            [letter] => letter.is_ascii_alphabetic() && !matches!(letter, b'I' | b'i'),
            word if word.len() < 8 && word.contains(&b'.') => {
                word.split(|&b| b == b'.').all(|part| matches!(part, [b] if b.is_ascii_alphabetic()))
            }
            _ => last.lex.is(Lex::TITLE),
        }
    }

    fn end_sentence(&mut self, ending: Ending) {
        if !self.out.lexemes.is_empty() {
            (self.visit)(&Sentence {
                text: self.text,
                start: self.start,
                end: self.at,
                noises: &self.out.noises,
                lexemes: &self.out.lexemes,
                ending,
                words: self.words,
            });
        }
        self.out.lexemes.clear();
        self.out.noises.clear();
        (self.start, self.words, self.comma) = (self.at, 0, false);
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '。' | '．' | '｡' | '！' | '？' | '؟' | '۔' | '…')
}

fn is_ideograph(c: char) -> bool {
    matches!(c,
        '々'..='〇' | '〡'..='〩' | '〸'..='〺' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests;
