//! Lexemes: most by sixteen bytes of text at once, the others character by character.

use super::{Lexeme, Scan, Visit};
use crate::kpis::lexicon::{Lex, look_up, or_drawn_out};
use crate::kpis::sixteen::{Sixteen, WIDTH};
use crate::sentiment::has_nt;
use crate::vocabulary;

/// The longest lexeme that is read with the two bytes after it.
const LONGEST: usize = WIDTH - 2;

impl<V: Visit> Scan<'_, '_, V> {
    /// The lexeme that begins here, and those after it as long as single spaces part them.
    /// Few branches here depend on the text: each that does costs more than all the rest.
    pub(super) fn lexemes(&mut self) {
        loop {
            let start = self.at;
            let length = self.out.runs.length(start);
            let bytes = Sixteen::load(self.bytes, start);
            // The character after a lexeme can belong to it, if it is not ASCII.
            if length == 0 || length > LONGEST || !bytes.is_ascii() {
                self.any_lexeme();
                return;
            }
            let word = bytes.word(length);
            self.at += length;
            self.words += u64::from(!self.counted);
            self.counted = true;
            let (lex, token) = vocabulary::find(word.key, length);
            let last = self.bytes.get(self.at - 1).copied().unwrap_or_default();
            self.add(start, or_drawn_out(lex, word.key, length, last));

            let token = V::SENTIMENT.then(|| {
                let negates = word.apostrophe && has_nt(&self.bytes[start..self.at]);
                token.written(word.in_capitals, negates)
            });
            let alone = start == self.token;
            let next = match self.bytes.get(self.at..) {
                Some([b' ', next, ..]) if alone => *next,
                _ => 0,
            };
            if !next.is_ascii_alphanumeric() || self.is_full() {
                // Punctuation would be part of so short a token.
                self.heard = token.filter(|_| alone && length > 2);
                break;
            }
            if let Some(token) = token {
                self.out.analyzer.push(token);
            }
            self.at += 1;
            self.token = self.at;
            self.counted = false;
        }
        self.bound();
    }

    /// A lexeme of any length and script.
    pub(super) fn any_lexeme(&mut self) {
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
        self.heard = None;
        self.add(start, look_up(self.bytes, start, at));
        self.bound();
    }

    #[inline]
    fn add(&mut self, start: usize, lex: Lex) {
        let comma_before = std::mem::take(&mut self.comma);
        self.any = self.any.or(lex);
        self.out.lexemes.push(Lexeme { start, end: self.at, lex, comma_before, comma_after: false });
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c,
        '々'..='〇' | '〡'..='〩' | '〸'..='〺' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
