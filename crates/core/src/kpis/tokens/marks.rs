//! Marks that may end a sentence.

use super::{Ending, Scan, Visit};
use crate::kpis::lexicon::Lex;

impl<V: Visit> Scan<'_, '_, V> {
    /// A run of marks that may end a sentence.
    pub(super) fn mark(&mut self) {
        let start = self.at;
        let (mut run, mut question, mut wide) = (0, false, false);
        loop {
            let c = self.char_at(self.at);
            if !is_mark(c) {
                break;
            }
            run += 1;
            self.exclamations += usize::from(c == '!');
            self.questions += usize::from(c == '?');
            question |= matches!(c, '?' | '？' | '؟');
            wide |= !c.is_ascii();
            self.at += c.len_utf8();
        }
        let dot = run == 1 && self.bytes[start] == b'.';
        while let c @ ('"' | '\'' | ')' | ']' | '}' | '*' | '”' | '’' | '»') = self.char_at(self.at) {
            self.at += c.len_utf8();
        }
        let detached = self.at == self.bytes.len() || self.char_at(self.at).is_whitespace();
        let ends = wide || run > 1 || detached;
        if ends && !(dot && self.abbreviates(start) && self.goes_on()) {
            self.marked = true;
            self.end_sentence(if question { Ending::Question } else { Ending::Statement });
        }
    }

    /// Whether there is more to come than white space.
    fn goes_on(&self) -> bool {
        let mut at = self.at;
        while at < self.bytes.len() {
            let c = self.char_at(at);
            if !c.is_whitespace() {
                return true;
            }
            at += c.len_utf8();
        }
        false
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
}

pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '。' | '．' | '｡' | '！' | '？' | '؟' | '۔' | '…')
}
